//! Where reads are recorded while the instance is read-only.
//!
//! A quarantined log takes no entries, yet no read may go unrecorded. So each goes into a file of
//! its own, synced before the answer; a declared recovery later takes the file into the log.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::Mutex,
};

use serde_json::json;

use crate::store::{
    error::StoreError,
    lane::{Draft, Receipt},
    value::Moment,
};

pub(crate) struct QuarantineLog {
    path: PathBuf,
    file: Mutex<Option<File>>,
}

impl QuarantineLog {
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: Mutex::new(None),
        }
    }

    /// Writes one line and waits until it is on the disk. Rare and small, so it may block.
    pub fn append(&self, draft: &Draft, at: Moment) -> Result<Receipt, StoreError> {
        let line = json!({
            "at": at.0,
            "actor": draft.who.actor,
            "session": draft.who.session,
            "action": draft.action,
            "event": draft.event,
            "open": String::from_utf8_lossy(&draft.open),
        });
        self.write(&format!("{line}\n")).map_err(|error| {
            StoreError::Unreachable(format!("{}: {error}", self.path.display()))
        })?;
        Ok(Receipt {
            pointer: -1,
            leaf: [0; 32],
        })
    }

    fn write(&self, line: &str) -> std::io::Result<()> {
        let mut held = self
            .file
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut file = match held.take() {
            Some(file) => file,
            None => OpenOptions::new()
                .append(true)
                .create(true)
                .open(&self.path)?,
        };
        file.write_all(line.as_bytes())?;
        file.sync_data()?;
        *held = Some(file);
        Ok(())
    }
}
