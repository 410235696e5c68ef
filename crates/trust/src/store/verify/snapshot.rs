//! One moment of a SQLite file, read without touching it.
//!
//! A database that was closed properly is one file, and is read where it lies, without locks,
//! without a `-shm` beside it (`immutable`). Beside the database of a running or a crashed server
//! lies a `-wal` that holds the newest changes; `immutable` would leave them out, and an ordinary
//! read-only connection may create or rewrite `-shm`. So both files are copied into a folder of our
//! own and read there. Only when a busy server changes them faster than they can be copied does
//! this join the server as one more reader.
//!
//! Refuses: a file that changed while it was read where it lies.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::{store::verify::VerifyError, vault::random};

/// What SQLite keeps beside a database that is in use.
const COMPANIONS: [&str; 2] = ["-wal", "-journal"];
/// How often a copy is tried before the server is joined instead.
const COPIES_MAX: u32 = 3;
/// Bytes of a write-ahead log's header; they change when the log begins anew.
const WAL_HEADER_BYTES: u64 = 32;
/// Rows that SQLite's thread may read ahead of the verifier.
const ROWS_AHEAD: usize = 1_024;

/// A moment of a database, for as long as this lives.
pub(super) struct Snapshot {
    path: PathBuf,
    way: Way,
}

enum Way {
    /// Nobody has it open: where it lies, as it was.
    AtRest(Stamp),
    /// A copy; removed in the end.
    Copy { _folder: OwnFolder },
    /// Beside the running server.
    Beside,
}

/// Enough of a file to notice that it was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    changed: (i64, i64),
    inode: u64,
}

impl Snapshot {
    /// Takes the moment. `scratch` is where copies may be made.
    pub(super) fn take(path: &Path, scratch: &Path) -> Result<Self, VerifyError> {
        let unreadable = |error: io::Error| VerifyError::File(path.to_owned(), error);
        if !in_use(path).map_err(unreadable)? {
            let stamp = Stamp::of(path).map_err(unreadable)?;
            return Ok(Self {
                path: path.to_owned(),
                way: Way::AtRest(stamp),
            });
        }
        for _ in 0..COPIES_MAX {
            let folder = OwnFolder::create(scratch)?;
            if let Some(copy) = copy(path, &folder.path).map_err(unreadable)? {
                return Ok(Self {
                    path: copy,
                    way: Way::Copy { _folder: folder },
                });
            }
        }
        Ok(Self {
            path: path.to_owned(),
            way: Way::Beside,
        })
    }

    /// A connection that can only read.
    pub(super) async fn connect(&self) -> sqlx::Result<SqliteConnection> {
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .read_only(true)
            .immutable(matches!(self.way, Way::AtRest(_)))
            .pragma("trusted_schema", "OFF")
            .pragma("query_only", "ON")
            .pragma("mmap_size", "0")
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging();
        options.connect().await
    }

    /// Says whether what was read was one moment.
    pub(super) fn still_stands(&self) -> Result<(), VerifyError> {
        let Way::AtRest(before) = &self.way else {
            return Ok(());
        };
        let unreadable = |error| VerifyError::File(self.path.clone(), error);
        let now = Stamp::of(&self.path).map_err(unreadable)?;
        if now == *before && !in_use(&self.path).map_err(unreadable)? {
            Ok(())
        } else {
            Err(VerifyError::Changing(self.path.clone()))
        }
    }
}

/// A database in memory, to see what the migrations make.
pub(super) async fn in_memory() -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .in_memory(true)
        .journal_mode(SqliteJournalMode::Off);
    options.disable_statement_logging().connect().await
}

/// Whether something lies beside the database that belongs to it.
fn in_use(path: &Path) -> io::Result<bool> {
    for ending in COMPANIONS {
        if Stamp::of_any(&beside(path, ending))?.is_some_and(|stamp| stamp.bytes > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Copies the database with what lies beside it; nothing if they changed meanwhile.
///
/// Frames may be added to a write-ahead log while it is copied: those that are cut off do not
/// count. The database itself is only written to by a checkpoint, and the log only begins anew
/// after one.
fn copy(path: &Path, folder: &Path) -> io::Result<Option<PathBuf>> {
    let wal = beside(path, "-wal");
    let before = (Stamp::of(path)?, wal_header(&wal)?);
    let target = folder.join("copy.db");
    fs::copy(path, &target)?;
    for ending in COMPANIONS {
        match fs::copy(beside(path, ending), beside(&target, ending)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let after = (Stamp::of(path)?, wal_header(&wal)?);
    Ok((before == after).then_some(target))
}

fn wal_header(wal: &Path) -> io::Result<Vec<u8>> {
    let mut header = vec![];
    match File::open(wal) {
        Ok(file) => file.take(WAL_HEADER_BYTES).read_to_end(&mut header)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    Ok(header)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let about = fs::metadata(path)?;
        let changed = (about.mtime(), about.mtime_nsec());
        Ok(Self {
            bytes: about.len(),
            changed,
            inode: about.ino(),
        })
    }

    fn of_any(path: &Path) -> io::Result<Option<Self>> {
        match Self::of(path) {
            Ok(stamp) => Ok(Some(stamp)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A folder that only we may look into, and that goes with us: it holds people's data.
struct OwnFolder {
    path: PathBuf,
}

impl OwnFolder {
    fn create(scratch: &Path) -> Result<Self, VerifyError> {
        let name: String = random::bytes::<8>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let path = scratch.join(format!("almoner-verify-{name}"));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| VerifyError::File(path.clone(), error))?;
        Ok(Self { path })
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(folder = %self.path.display(), %error, "a copy was left behind");
        }
    }
}
