//! Checkpoints in folders where the server may add but not change: what shows a rollback.
//!
//! A database that was put back as a whole to an older state agrees with itself in everything. Only
//! something kept elsewhere can tell. An anchor is a signed checkpoint in a file of its own,
//! `lane-<n>/<size in 20 digits>.checkpoint`, that is created once and never written again. After a
//! declared recovery ([`super::recovery`]) that name may be taken by the lost history; then the
//! first eight digits of the root follow the size.
//!
//! Refuses: overwriting; making the anchor folder itself, since a folder that is missing is most
//! likely a disk that is not mounted, and writing beside it would pass for safety. A damaged file
//! is reported, never believed and never a reason to stop reading.
//!
//! Read next: [`super::checkpoint`] for the text, [`super::verify`] for the offline comparison.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::Hash;
use super::checkpoint::{self, CheckpointError, Issuer, NOTE_BYTES_MAX};

const ENDING: &str = ".checkpoint";
/// Half-written files left by crashes are stepped over; this many in one place is no accident.
const TEMPORARY_MAX: u32 = 1_000;

/// A checkpoint found in an anchor folder. Its signature is checked by [`Anchors::issued_by`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The file.
    pub place: PathBuf,
    /// The lane it is about.
    pub lane: u16,
    /// How many entries the lane had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The signed note itself.
    pub note: String,
}

/// A file in an anchor folder that is no anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The file.
    pub place: PathBuf,
    /// What is wrong with it, as the rest of the sentence "it ...".
    pub reason: String,
}

/// What was found in anchor folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The anchors, in no particular order.
    pub readable: Vec<Anchor>,
    /// What could not be read as one.
    pub damaged: Vec<Damaged>,
}

/// Whether writing an anchor made a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It did, and the file is on the disk.
    New,
    /// The very same anchor stood there already.
    AlreadyThere,
}

/// Why an anchor could not be written, or a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The folder is not there: not mounted, not made yet, or taken away.
    #[error("the anchor folder {} is not there", .0.display())]
    FolderMissing(PathBuf),
    /// Another checkpoint of this size stands there: two histories, or a damaged file.
    #[error("{} holds something else", .0.display())]
    Taken(PathBuf),
    /// What was to be written is not a checkpoint.
    #[error("not a checkpoint")]
    NotACheckpoint(#[from] CheckpointError),
    /// The file system failed.
    #[error("could not use {}", .0.display())]
    Io(PathBuf, #[source] io::Error),
}

/// Puts a signed checkpoint into the folder. It is on the disk when this returns.
///
/// The file appears under its name whole or not at all: it is written under a passing name,
/// flushed, and linked. Where the file system knows no links it is created in place, and a crash
/// may leave a damaged file, which is reported when read.
///
/// # Errors
/// [`AnchorError::Taken`] if another checkpoint of this size is there: tell somebody.
pub fn write(folder: &Path, lane: u16, signed_checkpoint: &str) -> Result<Written, AnchorError> {
    let size = checkpoint::parse_unverified(signed_checkpoint.as_bytes())?.size;
    write_named(folder, lane, &format!("{size:020}"), signed_checkpoint)
}

/// As [`write`], where the plain name is known to be taken by a history that is declared lost.
///
/// # Errors
/// As [`write`].
pub fn write_beside(
    folder: &Path,
    lane: u16,
    signed_checkpoint: &str,
) -> Result<Written, AnchorError> {
    let checkpoint = checkpoint::parse_unverified(signed_checkpoint.as_bytes())?;
    let name = format!("{:020}-{}", checkpoint.size, root_digits(&checkpoint.root));
    write_named(folder, lane, &name, signed_checkpoint)
}

fn write_named(
    folder: &Path,
    lane: u16,
    name: &str,
    signed_checkpoint: &str,
) -> Result<Written, AnchorError> {
    must_be_folder(folder)?;
    let lane_folder = lane_folder(folder, lane);
    let place = lane_folder.join(format!("{name}{ENDING}"));
    let failed = |error| AnchorError::Io(place.clone(), error);
    match fs::create_dir(&lane_folder) {
        Ok(()) => sync_folder(folder).map_err(failed)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    match create_whole(&place, signed_checkpoint.as_bytes()) {
        Ok(()) => {
            sync_folder(&lane_folder).map_err(failed)?;
            Ok(Written::New)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match read_limited(&place) {
            Ok(there) if there == signed_checkpoint.as_bytes() => Ok(Written::AlreadyThere),
            _ => Err(AnchorError::Taken(place)),
        },
        Err(error) => Err(failed(error)),
    }
}

/// The digits of a root that tell two anchors of one size apart.
fn root_digits(root: &Hash) -> String {
    let [a, b, c, d, ..] = *root;
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}

/// The lane's newest readable anchor, with whatever damaged files claim to be newer.
///
/// # Errors
/// When the folder is missing or cannot be listed. A folder without this lane is no error.
pub fn newest(folder: &Path, lane: u16) -> Result<Anchors, AnchorError> {
    must_be_folder(folder)?;
    let mut places = files(&lane_folder(folder, lane))?;
    places.sort_unstable(); // twenty digits: the order of names is the order of sizes
    let mut found = Anchors::default();
    for place in places.into_iter().rev() {
        found.look_at(place, lane);
        if !found.readable.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// Every anchor in the folder, of every lane.
///
/// # Errors
/// When the folder is missing or cannot be listed.
pub fn all(folder: &Path) -> Result<Anchors, AnchorError> {
    must_be_folder(folder)?;
    let mut found = Anchors::default();
    for inner in files(folder)? {
        let Some(lane) = lane_of(&inner) else {
            found.damage(inner, "is not a lane's folder");
            continue;
        };
        for place in files(&inner)? {
            found.look_at(place, lane);
        }
    }
    Ok(found)
}

impl Anchors {
    /// Keeps the anchors that this issuer signed for their lane; the others count as damaged, so
    /// that whoever can write to the folder can raise an alarm there but invent no rollback.
    #[must_use]
    pub fn issued_by(self, issuer: &Issuer) -> Self {
        let mut checked = Self {
            readable: vec![],
            damaged: self.damaged,
        };
        for anchor in self.readable {
            match issuer.read(anchor.lane, anchor.note.as_bytes()) {
                Ok(_) => checked.readable.push(anchor),
                Err(error) => checked.damage(anchor.place, format!("is not believed: {error}")),
            }
        }
        checked
    }

    /// Adds what was found in another folder.
    pub fn merge(&mut self, other: Self) {
        self.readable.extend(other.readable);
        self.damaged.extend(other.damaged);
    }

    fn look_at(&mut self, place: PathBuf, lane: u16) {
        match read_anchor(&place, lane) {
            Ok(anchor) => self.readable.push(anchor),
            Err(reason) => self.damage(place, reason),
        }
    }

    fn damage(&mut self, place: PathBuf, reason: impl ToString) {
        self.damaged.push(Damaged {
            place,
            reason: reason.to_string(),
        });
    }
}

/// What the local ledger says about a lane at some size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// The root over that many first entries.
    Root(Hash),
    /// The lane has only this many entries.
    Shorter(u64),
}

/// How the local ledger stands to its anchors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Every anchor is about a part of what is here.
    Level,
    /// An anchor knows more than is here: the database was put back, or its end is lost.
    Behind {
        /// The largest such anchor.
        anchor: Anchor,
        /// How many entries the lane has here.
        size: u64,
    },
    /// An anchor saw another history.
    Forked {
        /// The smallest such anchor: the histories parted before it.
        anchor: Anchor,
    },
    /// What can be read agrees, but not everything can be read.
    Unreadable {
        /// The files.
        damaged: Vec<Damaged>,
    },
}

/// Compares the local ledger with its anchors. The worst standing counts: forked, then behind, then
/// unreadable.
pub fn compare(anchors: &Anchors, local: impl Fn(u16, u64) -> Local) -> Standing {
    let mut forked: Option<&Anchor> = None;
    let mut behind: Option<(&Anchor, u64)> = None;
    for anchor in &anchors.readable {
        match local(anchor.lane, anchor.size) {
            Local::Root(root) if root == anchor.root => {}
            Local::Root(_) => {
                forked = forked
                    .filter(|other| other.size <= anchor.size)
                    .or(Some(anchor));
            }
            Local::Shorter(size) => {
                let larger = behind.filter(|(other, _)| other.size >= anchor.size);
                behind = larger.or(Some((anchor, size)));
            }
        }
    }
    match (forked, behind) {
        (Some(anchor), _) => Standing::Forked {
            anchor: anchor.clone(),
        },
        (None, Some((anchor, size))) => Standing::Behind {
            anchor: anchor.clone(),
            size,
        },
        (None, None) if anchors.damaged.is_empty() => Standing::Level,
        (None, None) => Standing::Unreadable {
            damaged: anchors.damaged.clone(),
        },
    }
}

fn must_be_folder(folder: &Path) -> Result<(), AnchorError> {
    if folder.is_dir() {
        Ok(())
    } else {
        Err(AnchorError::FolderMissing(folder.to_owned()))
    }
}

fn lane_folder(folder: &Path, lane: u16) -> PathBuf {
    folder.join(format!("lane-{lane}"))
}

fn lane_of(folder: &Path) -> Option<u16> {
    let name = folder.file_name().and_then(OsStr::to_str)?;
    let lane = name.strip_prefix("lane-")?.parse().ok()?;
    let exact = folder.is_dir() && name == format!("lane-{lane}");
    exact.then_some(lane)
}

/// What lies in a folder, except passing files, whose names begin with a dot.
fn files(folder: &Path) -> Result<Vec<PathBuf>, AnchorError> {
    let failed = |error| AnchorError::Io(folder.to_owned(), error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(failed(error)),
    };
    let mut places = vec![];
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            places.push(entry.path());
        }
    }
    Ok(places)
}

fn read_anchor(place: &Path, lane: u16) -> Result<Anchor, String> {
    let name = place
        .file_name()
        .and_then(OsStr::to_str)
        .unwrap_or_default();
    let stem = name.strip_suffix(ENDING).unwrap_or_default();
    let (digits, told_root) = match stem.split_once('-') {
        Some((digits, root)) => (digits, Some(root)),
        None => (stem, None),
    };
    let named = Some(digits).filter(|digits| digits.len() == 20);
    let named = named.and_then(|digits| digits.parse::<u64>().ok());
    let named = named.ok_or("does not have an anchor's name")?;
    let note = read_limited(place).map_err(|error| format!("cannot be read: {error}"))?;
    let checkpoint = checkpoint::parse_unverified(&note)
        .map_err(|error| format!("is no checkpoint: {error}"))?;
    if checkpoint.size != named {
        return Err(format!("is about {} entries, not {named}", checkpoint.size));
    }
    if told_root.is_some_and(|told| told != root_digits(&checkpoint.root)) {
        return Err("has another root than its name says".to_owned());
    }
    let note = String::from_utf8(note).map_err(|_| "is not UTF-8")?;
    Ok(Anchor {
        place: place.to_owned(),
        lane,
        size: named,
        root: checkpoint.root,
        note,
    })
}

/// Reads a regular file of bounded size. Opening anything else, such as a pipe, might never return.
fn read_limited(place: &Path) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(place)?.is_file() {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    let mut bytes = vec![];
    File::open(place)?
        .take(NOTE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Creates the file with its whole content, or not at all where the file system knows links.
fn create_whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let (temporary, mut file) = create_temporary(place)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&temporary, place));
    // In a folder where nothing can be taken away the passing file stays; it is never read.
    let _ = fs::remove_file(&temporary);
    match linked {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            let mut file = File::create_new(place)?;
            file.write_all(bytes)?;
            file.sync_all()
        }
        other => other,
    }
}

fn create_temporary(place: &Path) -> io::Result<(PathBuf, File)> {
    let name = place
        .file_name()
        .and_then(OsStr::to_str)
        .unwrap_or_default();
    for attempt in 0..TEMPORARY_MAX {
        let temporary = place.with_file_name(format!(".{name}.{attempt}"));
        match File::create_new(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(
        ErrorKind::AlreadyExists,
        "too many passing files were left behind",
    ))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
