//! What the installation's files were when somebody said that they are right.
//!
//! A manifest is a small JSON file in the instance's folder. Names are relative to one folder and
//! written with `/`. Refused on reading: an absolute name, one that climbs out of the folder, a
//! manifest beyond the limits, and fields that nobody knows.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};

/// The largest manifest that is read.
const BYTES_MAX: u64 = 1024 * 1024;
/// Bytes read at a time, so that a large program file is not held in memory.
const PIECE: usize = 64 * 1024;

/// What files are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// By name, relative to the folder.
    files: BTreeMap<String, Fingerprint>,
    /// What is built into the program, by name.
    #[serde(default)]
    built_in: BTreeMap<String, Fingerprint>,
}

/// Length and SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    bytes: u64,
    sha256: String,
}

/// One thing that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its name in the manifest.
    pub name: String,
    /// In which way.
    pub how: How,
}

/// In which way something is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// Its contents are others.
    Altered,
    /// It is not there.
    Missing,
    /// It is there and could not be read, with the reason.
    Unreadable(String),
    /// The manifest does not know it.
    New,
}

impl fmt::Display for Changed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_debug();
        match &self.how {
            How::Altered => write!(out, "{name} was altered"),
            How::Missing => write!(out, "{name} is missing"),
            How::Unreadable(reason) => write!(out, "{name} cannot be read: {reason}"),
            How::New => write!(out, "{name} is not in the manifest"),
        }
    }
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A file to be remembered, or the manifest itself, cannot be used.
    #[error("could not use {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// The file is no manifest.
    #[error("{} is not a manifest", .0.display())]
    Malformed(PathBuf, #[source] serde_json::Error),
    /// The manifest is larger than any that was written.
    #[error("{} is larger than a manifest may be", .0.display())]
    TooLarge(PathBuf),
    /// A name leads out of the folder.
    #[error("\"{}\" is not a name inside the folder", .0.escape_debug())]
    Outside(String),
}

impl Manifest {
    /// Remembers these files; `paths` are relative to `root`.
    ///
    /// # Errors
    /// [`ManifestError::Outside`] and [`ManifestError::File`] name the path.
    pub fn of(root: &Path, paths: &[&str]) -> Result<Self, ManifestError> {
        let mut files = BTreeMap::new();
        for path in paths {
            must_be_inside(path)?;
            let place = root.join(path);
            let found =
                fingerprint_of(&place).map_err(|error| ManifestError::File(place, error))?;
            files.insert((*path).to_owned(), found);
        }
        Ok(Self {
            files,
            built_in: BTreeMap::new(),
        })
    }

    /// Remembers also what is built into the program.
    #[must_use]
    pub fn with_built_in(mut self, built_in: &[(&str, &[u8])]) -> Self {
        for (name, contents) in built_in {
            let sha256 = hex(digest(&SHA256, contents).as_ref());
            let found = Fingerprint {
                bytes: contents.len() as u64,
                sha256,
            };
            self.built_in.insert((*name).to_owned(), found);
        }
        self
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// [`ManifestError`] says what is wrong with it.
    pub fn read(place: &Path) -> Result<Self, ManifestError> {
        let failed = |error| ManifestError::File(place.to_owned(), error);
        let mut text = vec![];
        let file = File::open(place).map_err(failed)?;
        file.take(BYTES_MAX + 1)
            .read_to_end(&mut text)
            .map_err(failed)?;
        if text.len() as u64 > BYTES_MAX {
            return Err(ManifestError::TooLarge(place.to_owned()));
        }
        let read: Self = serde_json::from_slice(&text)
            .map_err(|error| ManifestError::Malformed(place.to_owned(), error))?;
        read.files
            .keys()
            .try_for_each(|name| must_be_inside(name))?;
        Ok(read)
    }

    /// Writes it, in one step: whoever reads meanwhile finds the old one or the new one.
    ///
    /// # Errors
    /// [`ManifestError::File`].
    pub fn write(&self, place: &Path) -> Result<(), ManifestError> {
        let failed = |error| ManifestError::File(place.to_owned(), error);
        let draft = place.with_added_extension("new");
        let mut file = File::create(&draft).map_err(failed)?;
        file.write_all(self.text().as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&draft, place).map_err(failed)
    }

    /// SHA-256 of the manifest as it is written, in hexadecimal digits: for the log, and to compare
    /// from elsewhere.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(digest(&SHA256, self.text().as_bytes()).as_ref())
    }

    /// The files.
    pub(super) fn files(&self) -> impl Iterator<Item = (&String, &Fingerprint)> {
        self.files.iter()
    }

    /// What is built in.
    pub(super) fn built_in(&self) -> impl Iterator<Item = (&String, &Fingerprint)> {
        self.built_in.iter()
    }

    fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("names and numbers can always be written as JSON")
    }
}

/// Reads a file from beginning to end.
pub(super) fn fingerprint_of(place: &Path) -> io::Result<Fingerprint> {
    let (mut file, mut context) = (File::open(place)?, Context::new(&SHA256));
    let (mut piece, mut bytes) = (vec![0; PIECE], 0_u64);
    loop {
        match file.read(&mut piece)? {
            0 => {
                return Ok(Fingerprint {
                    bytes,
                    sha256: hex(context.finish().as_ref()),
                });
            }
            read => {
                context.update(&piece[..read]);
                bytes += read as u64;
            }
        }
    }
}

fn must_be_inside(name: &str) -> Result<(), ManifestError> {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if !name.is_empty() && Path::new(name).components().all(plain) {
        Ok(())
    } else {
        Err(ManifestError::Outside(name.to_owned()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
