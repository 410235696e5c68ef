//! Which of their columns is which of our fields: said in a small file or on screen, else guessed
//! from the names that exports commonly use.
//!
//! Refuses: a mapping to a field that we do not have, two columns for one field, and a file that
//! lacks a required one. Guessing ignores case, spaces, hyphens and underscores, and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{BadLine, Format, LineNumber};

/// One of our fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Our name, as mapping files use it.
    pub name: &'static str,
    /// A file without this column cannot be imported.
    pub is_required: bool,
    /// Column names that are taken for it without being told.
    pub guesses: &'static [&'static str],
    /// What it holds, for the mapping page.
    pub meaning: &'static str,
}

/// Their columns for our fields.
///
/// As TOML: `ignore = ["Notes"]` and, under `[columns]`, `code = "Loc ID"`. The same shape as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Our field, then their column.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Their columns (in JSON: their keys) that are to be left alone.
    #[serde(default)]
    pub ignore: BTreeSet<String>,
}

/// Why a mapping file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not TOML, or not of the shape shown at [`Mapping`].
    #[error("the mapping is not right: {0}")]
    Toml(String),
    /// Not JSON, or not of the shape shown at [`Mapping`].
    #[error("the mapping is not right: {0}")]
    Json(String),
}

/// Where each of our fields stands in a row.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Our field's name, with the index and the header of their column.
    pub(super) places: BTreeMap<&'static str, (usize, String)>,
    /// Columns that nothing is read from.
    pub(super) unused: Vec<String>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`MappingError::Toml`], with the line.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        toml::from_str(text).map_err(|problem| MappingError::Toml(problem.to_string()))
    }

    /// Reads a mapping from JSON.
    ///
    /// # Errors
    /// [`MappingError::Json`], with the line.
    pub fn from_json(text: &str) -> Result<Self, MappingError> {
        serde_json::from_str(text).map_err(|problem| MappingError::Json(problem.to_string()))
    }

    /// Finds a column for every field. All problems at once, as problems of line 1.
    pub(super) fn resolve(
        &self,
        fields: &[Field],
        headers: &[String],
        format: Format,
    ) -> Result<Columns, Vec<BadLine>> {
        let first = LineNumber(1);
        let mut bad = Vec::new();
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        for name in self
            .columns
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
        {
            let problem = format!(
                "the mapping names a field that does not exist; there are {}",
                list(&known)
            );
            bad.push(BadLine::value(first, name, problem, ""));
        }
        let mut columns = Columns::default();
        let mut used = BTreeSet::new();
        for field in fields {
            let found = self.find(field, headers);
            match found.as_slice() {
                [] => bad.extend(self.missing(field, format)),
                [index] if used.insert(*index) => {
                    columns
                        .places
                        .insert(field.name, (*index, headers[*index].clone()));
                }
                [index] => {
                    let problem = format!(
                        "one column cannot be two fields: it is also read as {}",
                        field.name
                    );
                    bad.push(BadLine::value(first, &headers[*index], problem, ""));
                }
                several => {
                    let names: Vec<&str> = several
                        .iter()
                        .map(|index| headers[*index].as_str())
                        .collect();
                    let problem = format!(
                        "more than one column could be “{}” ({}): say which in the mapping",
                        field.name,
                        list(&names)
                    );
                    bad.push(BadLine::whole(first, problem));
                }
            }
        }
        let is_unused =
            |index: &usize| !used.contains(index) && !self.ignore.contains(&headers[*index]);
        let unused: Vec<String> = (0..headers.len())
            .filter(is_unused)
            .map(|index| headers[index].clone())
            .collect();
        if format == Format::Json {
            // In JSON every key was written for a reason; a misspelt one must not vanish silently.
            let problem = format!("this key is not known; known are {}", list(&known));
            bad.extend(
                unused
                    .iter()
                    .map(|key| BadLine::value(first, key, problem.clone(), "")),
            );
        }
        columns.unused = unused;
        if bad.is_empty() {
            Ok(columns)
        } else {
            Err(bad)
        }
    }

    pub(super) fn find(&self, field: &Field, headers: &[String]) -> Vec<usize> {
        let all = headers.iter().enumerate();
        if let Some(theirs) = self.columns.get(field.name) {
            return all
                .filter(|(_, header)| *header == theirs)
                .map(|(index, _)| index)
                .collect();
        }
        let is_free = |header: &String| {
            !self.ignore.contains(header) && !self.columns.values().any(|named| named == header)
        };
        let free: Vec<(usize, String)> = all
            .filter(|(_, header)| is_free(header))
            .map(|(index, header)| (index, folded(header)))
            .collect();
        let called = |names: &[&str]| -> Vec<usize> {
            let is_one = |header: &str| names.iter().any(|name| folded(name) == header);
            free.iter()
                .filter(|(_, header)| is_one(header))
                .map(|(index, _)| *index)
                .collect()
        };
        let ours = called(&[field.name]); // our own name needs no guess
        if ours.is_empty() {
            called(field.guesses)
        } else {
            ours
        }
    }

    fn missing(&self, field: &Field, format: Format) -> Option<BadLine> {
        let what = if format == Format::Json {
            "key"
        } else {
            "column"
        };
        let problem = match self.columns.get(field.name) {
            Some(theirs) => format!("the mapping names the {what} “{theirs}”, which is not there"),
            None if field.is_required => {
                format!(
                    "there is no {what} for “{}” ({})",
                    field.name, field.meaning
                )
            }
            None => return None,
        };
        Some(BadLine::whole(LineNumber(1), problem))
    }
}

fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}
