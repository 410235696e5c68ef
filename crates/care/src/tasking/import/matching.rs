//! Which column of a file would be read as which of our fields, for a page that lets people choose.
//!
//! Refuses: deciding where two columns could be meant; that is left to whoever looks.

use super::{Field, Format, ImportRow, Reading, json, shortened, table::Sheet};

/// The columns of a file beside our fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// Their columns, in the order of the file.
    pub columns: Vec<String>,
    /// Our fields, each with what would be read for it.
    pub fields: Vec<FieldGuess>,
}

/// One of our fields, and the column it would be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldGuess {
    /// Our field.
    pub field: Field,
    /// Their column; `None` when none fits, or more than one does.
    pub column: Option<String>,
    /// The first value that stands there, shortened, so that a wrong guess is seen.
    pub example: Option<String>,
}

impl Matching {
    /// Whether every field that must be there has a column.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.fields
            .iter()
            .all(|guess| guess.column.is_some() || !guess.field.is_required)
    }
}

/// Looks at the head of a file.
#[must_use]
pub fn matching<T: ImportRow>(bytes: &[u8], reading: &Reading) -> Matching {
    let sheet = match reading.format {
        Format::Csv => Sheet::from_csv(bytes),
        Format::Json => json::sheet(bytes),
    };
    let guess = |field: &Field| {
        let found = reading.mapping.find(field, &sheet.columns);
        let [index] = found[..] else {
            return FieldGuess {
                field: *field,
                column: None,
                example: None,
            };
        };
        let values = sheet.rows.iter().filter_map(|row| row.cells.get(index));
        let example = values
            .map(|value| value.trim())
            .find(|value| !value.is_empty());
        FieldGuess {
            field: *field,
            column: Some(sheet.columns[index].clone()),
            example: example.map(shortened),
        }
    };
    let fields = T::FIELDS.iter().map(guess).collect();
    Matching {
        columns: sheet.columns,
        fields,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::tasking::import::{EdgeRow, Mapping};

    fn looked_at(file: &[u8]) -> Matching {
        let format = Format::guess(file);
        let reading = Reading {
            format,
            mapping: Mapping::default(),
            zone: TimeZone::UTC,
        };
        matching::<EdgeRow>(file, &reading)
    }

    /// Whoever imports sees which column is taken for what, with a value from the file.
    #[test]
    fn a_usual_header_is_recognised() {
        let seen = looked_at(b"From;To;Walking seconds\nKES;LIFT-A2;35\n");
        let seconds = seen
            .fields
            .iter()
            .find(|guess| guess.field.name == "seconds")
            .unwrap();
        assert_eq!(seconds.column.as_deref(), Some("Walking seconds"));
        assert_eq!(seconds.example.as_deref(), Some("35"));
        assert!(seen.is_complete());
    }

    /// A column nobody knows is offered for choosing; nothing is guessed into its place.
    #[test]
    fn an_unusual_header_is_left_to_choose() {
        let seen = looked_at(b"A;B;C\nKES;LIFT-A2;35\n");
        assert_eq!(seen.columns, ["A", "B", "C"]);
        assert!(!seen.is_complete());
        assert!(seen.fields.iter().all(|guess| guess.column.is_none()));
    }
}
