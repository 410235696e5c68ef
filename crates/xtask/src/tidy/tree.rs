//! The repository as the rules see it: every file that matters, by its path, read once.
//!
//! A test builds one from a few lines instead. It refuses to follow links and skips what others
//! made (`target`, `node_modules`, `dist`). Where a file stands in the house is `room_table.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::lexer::{self, Token};

/// The folders that hold source, data and documents of ours.
const FOLDERS: [&str; 3] = ["controls", "crates", "docs"];
/// Folders made by tools, wherever they lie.
const SKIPPED: [&str; 4] = ["target", "node_modules", "dist", ".git"];
/// What the rules read; a file of another kind is known by name only.
const READ: [&str; 4] = ["rs", "toml", "md", "txt"];

/// A Rust file, cut into tokens.
#[derive(Debug)]
pub struct Source {
    /// From the root, with `/`.
    pub path: String,
    /// As it lies on the disk.
    pub text: String,
    /// With comments.
    pub tokens: Vec<Token>,
    /// Without comments.
    pub code: Vec<Token>,
}

impl Source {
    /// The file's name without its folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Is the whole file a test? (`tests.rs`, `…_tests.rs`, anything under `tests` or `testing`.)
    pub fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| matches!(part, "tests" | "testing"))
            || self.name() == "tests.rs"
            || self.name().ends_with("_tests.rs")
    }
}

/// Every file, by path.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
    sources: Vec<Source>,
}

impl Tree {
    /// Reads the repository.
    ///
    /// # Errors
    /// A folder or file that can't be read, or that isn't UTF-8.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let mut tree = Self::default();
        for folder in FOLDERS {
            if root.join(folder).is_dir() {
                tree.load_folder(root, folder)?;
            }
        }
        Ok(tree)
    }

    fn load_folder(&mut self, root: &Path, folder: &str) -> anyhow::Result<()> {
        let listing = fs::read_dir(root.join(folder)).with_context(|| format!("in {folder}"))?;
        for entry in listing {
            let entry = entry.with_context(|| format!("in {folder}"))?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .with_context(|| format!("a name in {folder} is not UTF-8"))?;
            let (path, kind) = (format!("{folder}/{name}"), entry.file_type()?);
            if kind.is_dir() && !SKIPPED.contains(&name) {
                self.load_folder(root, &path)?;
            } else if kind.is_file() {
                let read = name
                    .rsplit_once('.')
                    .is_some_and(|(_, end)| READ.contains(&end));
                let text = if read {
                    fs::read_to_string(entry.path())
                } else {
                    Ok(String::new())
                };
                self.put(&path, text.with_context(|| path.clone())?);
            }
        }
        Ok(())
    }

    /// Adds a file, or replaces it.
    pub fn put(&mut self, path: &str, text: String) {
        if path.ends_with(".rs") {
            let tokens = lexer::tokens(&text);
            let code = lexer::code(&tokens);
            self.sources.retain(|source| source.path != path);
            self.sources.push(Source {
                path: path.into(),
                text: text.clone(),
                tokens,
                code,
            });
        }
        self.files.insert(path.into(), text);
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every Rust file.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter()
    }

    /// Every path under a folder, with what follows the folder.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let of = move |path: &'a String| Some((path.as_str(), path.strip_prefix(folder)?));
        self.files.keys().filter_map(of)
    }
}
