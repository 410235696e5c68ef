//! Files between upload and import, kept in memory for a short while.
//!
//! Matching columns, the dry run and the import itself need the same bytes, and a browser cannot
//! send a file a second time without its owner choosing it again; a copy in the page would put staff
//! names into somebody's history. So one file a person is kept, for [`LIFE`], never on disk. Refused:
//! somebody else's file, and more than [`FILES_MAX`] at a time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use care::tasking::importing::ImportFile;
use tokio::time::Instant;
use trust::identity::permit::ActorId;

/// How long a file is kept.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// How many files are kept at a time; each has at most 16 MiB.
const FILES_MAX: usize = 4;

/// A file that somebody has sent.
#[derive(Clone, Debug)]
pub struct HeldFile {
    /// Its number in addresses.
    pub id: i64,
    /// Its name, as the browser gave it.
    pub name: String,
    /// What it is and how it is read.
    pub file: ImportFile,
    kept_since: Instant,
}

/// Too many people import at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The files of one instance.
#[derive(Default)]
pub struct HeldFiles(Mutex<Held>);

#[derive(Default)]
struct Held {
    files: HashMap<ActorId, HeldFile>,
    numbers: i64,
}

impl HeldFiles {
    /// Keeps a file in place of the person's last one.
    ///
    /// # Errors
    /// [`Full`] while others keep as many as there may be.
    pub fn keep(&self, actor: ActorId, name: String, file: ImportFile) -> Result<HeldFile, Full> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.files.retain(|_, file| file.kept_since.elapsed() < LIFE);
        held.files.remove(&actor);
        if held.files.len() >= FILES_MAX {
            return Err(Full);
        }
        held.numbers += 1;
        let (id, kept_since) = (held.numbers, Instant::now());
        let kept = HeldFile { id, name, file, kept_since };
        held.files.insert(actor, kept.clone());
        Ok(kept)
    }

    /// The person's file of this number.
    pub fn find(&self, actor: ActorId, id: i64) -> Option<HeldFile> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.files.get(&actor).filter(|file| file.id == id);
        found.filter(|file| file.kept_since.elapsed() < LIFE).cloned()
    }

    /// Takes another reading of it.
    pub fn renew(&self, actor: ActorId, kept: HeldFile) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.files.insert(actor, kept);
    }

    /// Lets it go.
    pub fn forget(&self, actor: ActorId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.remove(&actor);
    }
}

#[cfg(test)]
mod tests {
    use care::tasking::{
        import::{Format, Mapping, Reading},
        importing::Importable,
    };
    use jiff::tz::TimeZone;

    use super::*;

    fn file() -> ImportFile {
        let (format, mapping) = (Format::Csv, Mapping::default());
        let reading = Reading { format, mapping, zone: TimeZone::UTC };
        ImportFile { what: Importable::Places, bytes: b"code\n".as_slice().into(), reading }
    }

    /// Nobody reaches a file that somebody else has sent, even with its number.
    #[tokio::test]
    async fn a_file_belongs_to_whoever_sent_it() {
        let held = HeldFiles::default();
        let kept = held.keep(ActorId(1), "places.csv".into(), file()).unwrap();
        assert!(held.find(ActorId(1), kept.id).is_some());
        assert!(held.find(ActorId(2), kept.id).is_none());
    }

    /// A file nobody came back for is gone after a quarter of an hour, and makes room.
    #[tokio::test(start_paused = true)]
    async fn a_forgotten_file_makes_room() {
        let held = HeldFiles::default();
        for person in 1..=4 {
            held.keep(ActorId(person), "places.csv".into(), file()).unwrap();
        }
        assert_eq!(held.keep(ActorId(5), "people.csv".into(), file()).unwrap_err(), Full);
        tokio::time::advance(LIFE).await;
        assert!(held.find(ActorId(1), 1).is_none());
        assert!(held.keep(ActorId(5), "people.csv".into(), file()).is_ok());
    }
}
