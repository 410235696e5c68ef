//! Files between upload and import, kept in memory for a short while.
//!
//! Matching columns, the dry run and the import itself need the same bytes, and a browser cannot
//! send a file a second time without its owner choosing it again; a copy in the page would put
//! staff names into somebody's history. So one file a person is kept, for [`LIFE`], never on disk.
//! Refused: somebody else's file, and more than [`FILES_MAX`] at a time.

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

impl HeldFile {
    fn is_fresh(&self, now: Instant) -> bool {
        now.duration_since(self.kept_since) < LIFE
    }
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
    pub fn keep(
        &self,
        actor: ActorId,
        name: String,
        file: ImportFile,
        now: Instant,
    ) -> Result<HeldFile, Full> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.files.retain(|_, file| file.is_fresh(now));
        held.files.remove(&actor);
        if held.files.len() >= FILES_MAX {
            return Err(Full);
        }
        held.numbers += 1;
        let (id, kept_since) = (held.numbers, now);
        let kept = HeldFile {
            id,
            name,
            file,
            kept_since,
        };
        held.files.insert(actor, kept.clone());
        Ok(kept)
    }

    /// The person's file of this number.
    pub fn find(&self, actor: ActorId, id: i64, now: Instant) -> Option<HeldFile> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.files.get(&actor).filter(|file| file.id == id);
        found.filter(|file| file.is_fresh(now)).cloned()
    }

    /// Takes another reading of it.
    pub fn renew(&self, actor: ActorId, kept: HeldFile) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.files.insert(actor, kept);
    }

    /// Lets it go.
    pub fn forget(&self, actor: ActorId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .files
            .remove(&actor);
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
        let reading = Reading {
            format,
            mapping,
            zone: TimeZone::UTC,
        };
        ImportFile {
            what: Importable::Places,
            bytes: b"code\n".as_slice().into(),
            reading,
        }
    }

    /// Nobody reaches a file that somebody else has sent, even with its number.
    #[test]
    fn a_file_belongs_to_whoever_sent_it() {
        let (held, now) = (HeldFiles::default(), Instant::now());
        let kept = held
            .keep(ActorId(1), "places.csv".into(), file(), now)
            .unwrap();
        assert!(held.find(ActorId(1), kept.id, now).is_some());
        assert!(held.find(ActorId(2), kept.id, now).is_none());
    }

    /// A file nobody came back for is gone after a quarter of an hour, and makes room.
    #[test]
    fn a_forgotten_file_makes_room() {
        let (held, now) = (HeldFiles::default(), Instant::now());
        for person in 1..=4 {
            held.keep(ActorId(person), "places.csv".into(), file(), now)
                .unwrap();
        }
        let refused = held.keep(ActorId(5), "people.csv".into(), file(), now);
        assert_eq!(refused.unwrap_err(), Full);
        let later = now + LIFE;
        assert!(held.find(ActorId(1), 1, later).is_none());
        assert!(
            held.keep(ActorId(5), "people.csv".into(), file(), later)
                .is_ok()
        );
    }
}
