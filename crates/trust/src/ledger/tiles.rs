//! A lane as a folder that other people's verifiers can read: C2SP tlog-tiles.
//!
//! `tile/<level>/<index>` holds 256 hashes of one level of the tree, `tile/entries/<index>` the 256
//! entries below such a tile, `checkpoint` the signed root. The last tile of a level may be partial
//! and says its width in its name. Entries stream through; memory holds a bundle, at most 16 MiB.
//!
//! A folder of an earlier export is carried on: tiles that are there and right are left alone, and
//! the earlier checkpoint must fit the entries of today. The checkpoint is written last.
//!
//! Refuses: changing a tile that is there, since then somebody changed history or the folder;
//! entries that do not give the checkpoint's root. Read next: [`super::checkpoint`].

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::checkpoint::{self, Checkpoint, CheckpointError};
use super::entry::ENTRY_BYTES_MAX;
use super::tree::Frontier;
use super::{Hash, leaf_hash};

const TILE_WIDTH: usize = 256;

/// Why an export failed. What was written so far is not a log to be used, unless it was one before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A tile or a bundle of an earlier export says something else than the database.
    #[error(
        "{} is not what the database says: one of the two was changed. Nothing there was \
         overwritten",
        .0.display()
    )]
    Differs(PathBuf),
    /// The checkpoint of an earlier export does not fit the entries.
    #[error(
        "{} was signed over another history: entries were changed since that export",
        .0.display()
    )]
    OtherHistory(PathBuf),
    /// An earlier export knows more than the database.
    #[error(
        "{} is about {there} entries and the database has signed {here}: the end is gone",
        .place.display()
    )]
    Behind {
        /// The earlier export's checkpoint.
        place: PathBuf,
        /// How many entries it is about.
        there: u64,
        /// How many the newest checkpoint is about.
        here: u64,
    },
    /// The folder holds the tiles of another log.
    #[error("{} is about the log \"{}\": choose another folder", .0.display(), .1.escape_debug())]
    OtherLog(PathBuf, String),
    /// A file could not be written or read.
    #[error("could not use {}", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// The next entry could not be had.
    #[error("could not read the entries")]
    Read(#[source] Box<dyn Error + Send + Sync>),
    /// An entry is longer than a bundle can say.
    #[error("entry {0} is longer than {ENTRY_BYTES_MAX} bytes")]
    TooLong(u64),
    /// A checkpoint cannot be read.
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
    #[error("the entries do not give the checkpoint's root: the log was changed")]
    OtherRoot,
}

/// What an export came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many entries the tiles hold now.
    pub entries: u64,
    /// How many files were written; the others were there and right.
    pub files_written: u64,
}

/// Writes the first entries of a lane, as many as the checkpoint is about, and the checkpoint last.
///
/// `entries` are those of one lane in order, from sequence 0; more than needed may follow. Whoever
/// has them in another form than an iterator uses [`Export`].
///
/// # Errors
/// See [`ExportError`].
pub fn export<Bytes, Failure>(
    folder: &Path,
    entries: impl IntoIterator<Item = Result<Bytes, Failure>>,
    checkpoint: &str,
) -> Result<Exported, ExportError>
where
    Bytes: AsRef<[u8]>,
    Failure: Into<Box<dyn Error + Send + Sync>>,
{
    let mut export = Export::begin(folder, checkpoint)?;
    let mut entries = entries.into_iter();
    while export.missing() > 0 {
        let Some(entry) = entries.next() else { break };
        let entry = entry.map_err(|failure| ExportError::Read(failure.into()))?;
        export.push(entry.as_ref())?;
    }
    export.finish()
}

/// An export under way.
pub struct Export {
    folder: PathBuf,
    note: String,
    wanted: Checkpoint,
    /// What an earlier export into this folder signed.
    earlier: Option<Checkpoint>,
    tree: Frontier,
    /// The entries of the current bundle, each after its length.
    bundle: Vec<u8>,
    /// The unfinished tile of each level, the leaves first.
    levels: Vec<Level>,
    files_written: u64,
}

/// The unfinished tile of a level.
#[derive(Default)]
struct Level {
    /// How many tiles of this level are full.
    full: u64,
    hashes: Vec<Hash>,
}

impl Export {
    /// Begins an export of as many entries as this signed checkpoint is about. The folder is made
    /// if it is not there. Whose checkpoint it is must be known before.
    ///
    /// # Errors
    /// [`ExportError::Behind`], [`ExportError::OtherLog`], [`ExportError::Io`].
    pub fn begin(folder: &Path, checkpoint: &str) -> Result<Self, ExportError> {
        let wanted = checkpoint::parse_unverified(checkpoint.as_bytes())?;
        fs::create_dir_all(folder).map_err(|error| ExportError::Io(folder.to_owned(), error))?;
        let place = folder.join("checkpoint");
        let earlier = match read_any(&place)? {
            Some(note) => Some(checkpoint::parse_unverified(&note)?),
            None => None,
        };
        if let Some(earlier) = &earlier {
            if earlier.origin != wanted.origin {
                return Err(ExportError::OtherLog(place, earlier.origin.clone()));
            }
            if earlier.size > wanted.size {
                let (there, here) = (earlier.size, wanted.size);
                return Err(ExportError::Behind { place, there, here });
            }
        }
        let mut export = Self {
            folder: folder.to_owned(),
            note: checkpoint.to_owned(),
            wanted,
            earlier,
            tree: Frontier::new(),
            bundle: vec![],
            levels: vec![],
            files_written: 0,
        };
        export.settle_earlier()?;
        Ok(export)
    }

    /// How many entries are still to come.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.wanted.size.saturating_sub(self.tree.size())
    }

    /// Takes the lane's next entry. One that comes after the checkpoint's last is left out.
    ///
    /// # Errors
    /// [`ExportError::Differs`], [`ExportError::OtherHistory`], [`ExportError::TooLong`],
    /// [`ExportError::Io`].
    pub fn push(&mut self, entry: &[u8]) -> Result<(), ExportError> {
        if self.missing() == 0 {
            return Ok(());
        }
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| ExportError::TooLong(self.tree.size()))?;
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(entry);
        let leaf = leaf_hash(entry);
        self.tree.append(leaf);
        self.settle_earlier()?;
        self.raise(leaf)
    }

    /// Writes what is left over as partial tiles, and the checkpoint if the entries give its root.
    ///
    /// # Errors
    /// [`ExportError::TooFew`], [`ExportError::OtherRoot`], and as [`Export::push`].
    pub fn finish(mut self) -> Result<Exported, ExportError> {
        if self.missing() > 0 {
            let (wanted, got) = (self.wanted.size, self.tree.size());
            return Err(ExportError::TooFew { wanted, got });
        }
        for (depth, level) in std::mem::take(&mut self.levels).into_iter().enumerate() {
            if !level.hashes.is_empty() {
                self.write_tile(depth, level.full, &level.hashes)?;
            }
        }
        if self.tree.root() != self.wanted.root {
            return Err(ExportError::OtherRoot);
        }
        let place = self.folder.join("checkpoint");
        if read_any(&place)?.as_deref() != Some(self.note.as_bytes()) {
            replace(&place, self.note.as_bytes()).map_err(|error| ExportError::Io(place, error))?;
            self.files_written += 1;
        }
        Ok(Exported {
            entries: self.wanted.size,
            files_written: self.files_written,
        })
    }

    /// When the tree has the size of the earlier export, it must have its root too.
    fn settle_earlier(&mut self) -> Result<(), ExportError> {
        let due = self
            .earlier
            .take_if(|earlier| earlier.size == self.tree.size());
        match due {
            Some(earlier) if earlier.root != self.tree.root() => {
                Err(ExportError::OtherHistory(self.folder.join("checkpoint")))
            }
            _ => Ok(()),
        }
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
            self.put(&self.folder.join("tile/entries").join(&place), &bundle)?;
        }
        let level = self.folder.join("tile").join(depth.to_string());
        self.put(&level.join(place), hashes.as_flattened())?;
        let mut subtree = Frontier::new();
        hashes.iter().for_each(|hash| subtree.append(*hash));
        Ok(subtree.root())
    }

    /// Writes a file that is not there, and compares one that is.
    fn put(&mut self, place: &Path, bytes: &[u8]) -> Result<(), ExportError> {
        match read_any(place)? {
            Some(there) if there == bytes => Ok(()),
            Some(_) => Err(ExportError::Differs(place.to_owned())),
            None => {
                self.files_written += 1;
                replace(place, bytes).map_err(|error| ExportError::Io(place.to_owned(), error))
            }
        }
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

/// What a file holds, if it is there.
fn read_any(place: &Path) -> Result<Option<Vec<u8>>, ExportError> {
    match fs::read(place) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ExportError::Io(place.to_owned(), error)),
    }
}

/// Puts a file into its place whole, so that an export which breaks off leaves no half tile.
fn replace(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let passing = folder.join(".being-written");
    let mut file = File::create(&passing)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&passing, place)?;
    File::open(folder)?.sync_all()
}
