//! The sentinel: own files at the start (control B37), the log against its anchors every hour.
//!
//! When an instance is installed or upgraded, [`Manifest::of`] remembers what its files are: the
//! program, its settings, what is built into it. At each start [`check_files`] and
//! [`check_built_in`] hold the files against that, and [`report_changed`] puts what differs into
//! the log. [`check_instance`] asks the anchors.
//!
//! **What this cannot prove.** Whoever replaces the program replaces this check with it, and
//! whoever can write the manifest can make it fit. It shows accidents, half upgrades, and an
//! intruder who changed a file without knowing about it. The digest of the manifest is in the log
//! ([`Manifest::digest`]) and so in every anchor after it: compare it from another machine, against
//! what the release says, to know more. `almoner verify` from a trusted copy is the check of the
//! data.
//!
//! Refused: following a manifest out of the folder it is about.

pub mod events;
pub mod manifest;

#[cfg(test)]
mod tests;

use std::path::Path;

use trust::{
    identity::permit::Permit,
    store::{
        Store,
        anchoring::{
            Settings,
            compare::{Compared, compare},
        },
        error::StoreError,
        lane::Receipt,
    },
};

pub use self::manifest::{Changed, How, Manifest, ManifestError};
use self::{
    events::{FilesChanged, ReportChangedFiles},
    manifest::{Fingerprint, fingerprint_of},
};

/// The most names that one event lists; further ones are counted.
const NAMED_MAX: usize = 100;

/// Holds the files under `root` against the manifest. Nothing is the good answer.
#[must_use]
pub fn check_files(manifest: &Manifest, root: &Path) -> Vec<Changed> {
    let judge = |(path, expected): (&String, &Fingerprint)| {
        let how = match fingerprint_of(&root.join(path)) {
            Ok(found) if found == *expected => return None,
            Ok(_) => How::Altered,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => How::Missing,
            Err(error) => How::Unreadable(error.to_string()),
        };
        Some(Changed {
            name: path.clone(),
            how,
        })
    };
    manifest.files().filter_map(judge).collect()
}

/// Holds what is built into the running program against the manifest: after a half upgrade the two
/// are of different releases.
#[must_use]
pub fn check_built_in(manifest: &Manifest, built_in: &[(&str, &[u8])]) -> Vec<Changed> {
    let found = Manifest::default().with_built_in(built_in);
    let mut changed = vec![];
    for (name, expected) in manifest.built_in() {
        let how = match found.built_in().find(|(other, _)| *other == name) {
            Some((_, found)) if found == expected => continue,
            Some(_) => How::Altered,
            None => How::Missing,
        };
        changed.push(Changed {
            name: name.clone(),
            how,
        });
    }
    let is_new = |name: &&String| manifest.built_in().all(|(known, _)| known != *name);
    let new = found.built_in().map(|(name, _)| name).filter(is_new);
    changed.extend(new.map(|name| Changed {
        name: name.clone(),
        how: How::New,
    }));
    changed
}

/// Whether the log is the one its anchors saw, hashing every entry they cover. Changes nothing: the
/// anchoring task quarantines ([`trust::store::anchoring`]).
pub async fn check_instance(store: &Store, settings: &Settings) -> Compared {
    compare(store, settings).await
}

/// Puts what was found into the log.
///
/// Allowed to whoever holds [`ReportChangedFiles`]; the service `sentinel` does. Records
/// [`FilesChanged`].
///
/// # Errors
/// [`StoreError`] when it could not be recorded; then tell people in another way.
pub async fn report_changed(
    manifest: &Manifest,
    changed: &[Changed],
    permit: Permit<ReportChangedFiles>,
    store: &Store,
) -> Result<Receipt, StoreError> {
    let tx = store.begin(permit).await?;
    let names = changed
        .iter()
        .take(NAMED_MAX)
        .map(Changed::to_string)
        .collect();
    let count = i64::try_from(changed.len()).unwrap_or(i64::MAX);
    tx.commit(FilesChanged {
        manifest: manifest.digest(),
        count,
        names,
    })
    .await
}
