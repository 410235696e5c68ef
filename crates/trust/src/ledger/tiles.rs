//! A lane as a folder that other people's verifiers can read: C2SP tlog-tiles.
//!
//! `tile/<level>/<index>` holds 256 hashes of one level of the tree, `tile/entries/<index>` the 256
//! entries below such a tile, `checkpoint` the signed root. The last tile of a level may be partial
//! and says its width in its name. Entries stream through; memory holds a bundle, at most 16 MiB.
//!
//! Refuses: a folder that is not empty, and entries that do not give the checkpoint's root.
//! Read next: [`super::checkpoint`].

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::checkpoint::{self, CheckpointError};
use super::entry::ENTRY_BYTES_MAX;
use super::tree::Frontier;
use super::{Hash, leaf_hash};

const TILE_WIDTH: usize = 256;

/// Why an export failed. What was written so far is not a log to be used.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder holds something already.
    #[error("the folder {} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A file could not be written.
    #[error("could not write {}", .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// The next entry could not be had.
    #[error("could not read the entries")]
    Read(#[source] Box<dyn Error + Send + Sync>),
    /// An entry is longer than a bundle can say.
    #[error("entry {0} is longer than {ENTRY_BYTES_MAX} bytes")]
    TooLong(u64),
    /// The checkpoint cannot be read.
    #[error("the checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// The entries end before the checkpoint's size.
    #[error("the checkpoint is about {wanted} entries, and there are {got}")]
    TooFew {
        /// What the checkpoint says.
        wanted: u64,
        /// What there was.
        got: u64,
    },
    /// The entries do not give the checkpoint's root.
    #[error("the entries do not give the checkpoint's root")]
    OtherRoot,
}

/// Writes the first entries of a lane, as many as the checkpoint is about, and the checkpoint last.
///
/// `entries` are those of one lane in order, from sequence 0; more than needed may follow. The
/// folder is made if it is not there. Returns the number of entries written.
///
/// # Errors
/// See [`ExportError`]. Without a file `checkpoint` the folder is no log.
pub fn export<Bytes, Failure>(
    folder: &Path,
    entries: impl IntoIterator<Item = Result<Bytes, Failure>>,
    checkpoint: &str,
) -> Result<u64, ExportError>
where
    Bytes: AsRef<[u8]>,
    Failure: Into<Box<dyn Error + Send + Sync>>,
{
    let wanted = checkpoint::parse_unverified(checkpoint.as_bytes())?;
    claim_folder(folder)?;
    let mut export = Export::new(folder);
    let mut entries = entries.into_iter();
    while export.tree.size() < wanted.size {
        let Some(entry) = entries.next() else {
            return Err(ExportError::TooFew {
                wanted: wanted.size,
                got: export.tree.size(),
            });
        };
        export.push(
            entry
                .map_err(|failure| ExportError::Read(failure.into()))?
                .as_ref(),
        )?;
    }
    export.finish()?;
    if export.tree.root() != wanted.root {
        return Err(ExportError::OtherRoot);
    }
    write_new(&folder.join("checkpoint"), checkpoint.as_bytes())?;
    Ok(wanted.size)
}

/// An export under way.
struct Export<'a> {
    folder: &'a Path,
    tree: Frontier,
    /// The entries of the current bundle, each after its length.
    bundle: Vec<u8>,
    /// The unfinished tile of each level, the leaves first.
    levels: Vec<Level>,
}

/// The unfinished tile of a level.
#[derive(Default)]
struct Level {
    /// How many tiles of this level are full.
    full: u64,
    hashes: Vec<Hash>,
}

impl<'a> Export<'a> {
    fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            tree: Frontier::new(),
            bundle: vec![],
            levels: vec![],
        }
    }

    fn push(&mut self, entry: &[u8]) -> Result<(), ExportError> {
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| ExportError::TooLong(self.tree.size()))?;
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(entry);
        let leaf = leaf_hash(entry);
        self.tree.append(leaf);
        self.raise(leaf)
    }

    /// Puts a hash into the leaves' tile, and the root of every tile so filled into the next level.
    fn raise(&mut self, leaf: Hash) -> Result<(), ExportError> {
        let mut hash = leaf;
        for depth in 0.. {
            if depth == self.levels.len() {
                self.levels.push(Level::default());
            }
            let level = &mut self.levels[depth];
            level.hashes.push(hash);
            if level.hashes.len() < TILE_WIDTH {
                break;
            }
            let index = level.full;
            level.full += 1;
            let hashes = std::mem::take(&mut level.hashes);
            hash = self.write_tile(depth, index, &hashes)?;
        }
        Ok(())
    }

    /// Writes what is left over as partial tiles.
    fn finish(&mut self) -> Result<(), ExportError> {
        for (depth, level) in std::mem::take(&mut self.levels).into_iter().enumerate() {
            if !level.hashes.is_empty() {
                self.write_tile(depth, level.full, &level.hashes)?;
            }
        }
        Ok(())
    }

    /// Writes a tile, with its bundle if it is a tile of leaves. Returns the tile's root.
    fn write_tile(
        &mut self,
        depth: usize,
        index: u64,
        hashes: &[Hash],
    ) -> Result<Hash, ExportError> {
        let place = tile_place(index, hashes.len());
        if depth == 0 {
            let bundle = std::mem::take(&mut self.bundle);
            write_new(&self.folder.join("tile/entries").join(&place), &bundle)?;
        }
        let level = self.folder.join("tile").join(depth.to_string());
        write_new(&level.join(place), hashes.as_flattened())?;
        let mut subtree = Frontier::new();
        hashes.iter().for_each(|hash| subtree.append(*hash));
        Ok(subtree.root())
    }
}

/// The name of a tile: groups of three digits, all but the last after an `x`; a partial tile's
/// width follows. Tile 1234067 is `x001/x234/067`.
fn tile_place(index: u64, width: usize) -> String {
    let mut place = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while rest > 0 {
        place = format!("x{:03}/{place}", rest % 1_000);
        rest /= 1_000;
    }
    if width < TILE_WIDTH {
        place.push_str(&format!(".p/{width}"));
    }
    place
}

fn claim_folder(folder: &Path) -> Result<(), ExportError> {
    let failed = |error| ExportError::Write(folder.to_owned(), error);
    fs::create_dir_all(folder).map_err(failed)?;
    match fs::read_dir(folder).map_err(failed)?.next() {
        None => Ok(()),
        Some(_) => Err(ExportError::NotEmpty(folder.to_owned())),
    }
}

fn write_new(place: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let write = || {
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create_new(place)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| ExportError::Write(place.to_owned(), error))
}
