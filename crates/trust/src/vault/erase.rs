//! Erasing a person: the one deletion that reaches into every backup.
//!
//! Whatever was sealed for a person, in the database, in the ledger, in backups, is locked with
//! that person's data keys. One transaction removes them, leaves a mark, makes a new instance key,
//! locks all other data keys with it and removes the old one: a copy of the person's wrapped key
//! that survived somewhere, in a freed page or a disk block, has nothing left that opens it.
//! Then the file is rewritten. Whoever stops in between, by a crash or by dropping the future,
//! finds the person either whole or erased, and may ask again.
//!
//! Not reached: copies of the *key store* itself. They must be few and short-lived, and whoever
//! restores one repeats the erasures that the ledger holds. Next: [`super::rows`].

use std::collections::HashSet;

use sqlx::SqliteConnection;

use super::keyring::{DataKeyName, InstanceKey, Keyring, WrappedKeys};
use super::rows::{self, Stored};
use super::wrap::WrappedKey;
use super::{SubjectId, Vault, VaultError};

/// Keys locked anew between two statements, so that other tasks get their turn.
const KEYS_A_TURN: usize = 256;

/// A person whose keys are destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Who.
    pub subject: SubjectId,
    /// The version of the instance key from then on.
    pub instance_key_version: u32,
    /// How many keys of other people were locked with it; 0 if the person was erased before.
    pub rewrapped: usize,
}

impl Vault {
    /// Destroys the keys of a person for ever. Asking twice gives the same answer.
    ///
    /// Nothing of the person is sealed or opened from the moment this begins. It takes the longer
    /// the more people there are. Everybody else's values are sealed and opened meanwhile; only a
    /// new person may have to wait for the end, when none lie ready.
    ///
    /// Whether a person *may* be erased (holds, retention law) is decided and recorded before.
    ///
    /// # Errors
    ///
    /// [`VaultError::UnknownSubject`]; [`VaultError::ReadOnly`]; [`VaultError::DamagedKey`] if
    /// another person's key cannot be kept, which changes nothing; [`VaultError::KeyStore`]: ask
    /// again.
    pub async fn erase(&self, subject: SubjectId) -> Result<Erased, VaultError> {
        let mut store = self.store()?.lock().await;
        let mut connection = self.settled(&mut store).await?;
        if let Some(known) = self.begin_erasure(subject) {
            store.put_back(connection);
            return known;
        }
        match self
            .change_instance_key(&mut connection, Some(subject))
            .await
        {
            Ok((instance_key_version, rewrapped)) => {
                rows::scrub(&mut connection).await?;
                store.put_back(connection);
                Ok(Erased {
                    subject,
                    instance_key_version,
                    rewrapped,
                })
            }
            Err(error) => {
                drop(connection);
                // Read again what holds, so that a person who was not erased is not locked out. If
                // that fails too, nothing is opened for the person until the next writer succeeds.
                if let Ok(connection) = self.settled(&mut store).await {
                    store.put_back(connection);
                }
                Err(error)
            }
        }
    }

    /// Makes a new instance key, locks every key with it and destroys the old one. To be done on a
    /// schedule, and after anybody saw the old one. Gives the new version.
    ///
    /// # Errors
    ///
    /// [`VaultError::ReadOnly`]; [`VaultError::DamagedKey`], which changes nothing;
    /// [`VaultError::KeyStore`]: everything opens, with the old key or the new; do it again.
    pub async fn rotate_instance_key(&self) -> Result<u32, VaultError> {
        let mut store = self.store()?.lock().await;
        let mut connection = self.settled(&mut store).await?;
        let (version, _) = self.change_instance_key(&mut connection, None).await?;
        rows::scrub(&mut connection).await?;
        store.put_back(connection);
        Ok(version)
    }

    /// Closes the person's data from now on, unless there is nothing to do.
    fn begin_erasure(&self, subject: SubjectId) -> Option<Result<Erased, VaultError>> {
        let mut keyring = self.keyring_mut();
        let instance_key_version = keyring.instance_key().version;
        if keyring.is_erased(subject) {
            return Some(Ok(Erased {
                subject,
                instance_key_version,
                rewrapped: 0,
            }));
        }
        if !keyring.is_known(subject) {
            return Some(Err(VaultError::UnknownSubject(subject)));
        }
        keyring.begin_erasure(subject);
        self.pool().retain(|pooled| *pooled != subject);
        None
    }

    /// One transaction on disk, then the same in memory. Gives the new version and the number of
    /// data keys that were kept.
    pub(super) async fn change_instance_key(
        &self,
        connection: &mut SqliteConnection,
        leaving: Option<SubjectId>,
    ) -> Result<(u32, usize), VaultError> {
        rows::begin(connection).await?;
        // From the file and not from memory: what is locked anew here is all there will be.
        let mut stored = rows::load(connection).await?;
        let mut erased: HashSet<SubjectId> = stored.erased.keys().copied().collect();
        if let Some(subject) = leaving {
            stored.data_keys.retain(|(owner, _), _| *owner != subject);
            let mark = self.keys.erasure_mark(&self.opener.instance, subject);
            rows::add_erased(connection, subject, &mark).await?;
            erased.insert(subject);
        }
        rows::mark_scrub_due(connection).await?;
        let (new, kept) = self.lock_anew(connection, stored).await?;
        rows::commit(connection).await?;
        // No await between the commit and here: memory follows the disk at once.
        let answer = (new.version, kept.len());
        *self.keyring_mut() = Keyring::new(self.opener.instance, new, kept, erased);
        Ok(answer)
    }

    /// Replaces the instance key and everything that is locked with it.
    async fn lock_anew(
        &self,
        connection: &mut SqliteConnection,
        stored: Stored,
    ) -> Result<(InstanceKey, WrappedKeys), VaultError> {
        let instance = &self.opener.instance;
        let old = self.opener.instance_key(&stored)?;
        let next = old
            .version
            .checked_add(1)
            .expect("nobody changes a key four billion times");
        let (new, wrapped) = InstanceKey::create(next, instance, &self.opener.root_key);
        rows::add_instance_key(connection, new.version, &wrapped).await?;

        let purpose_keys = stored
            .purpose_keys
            .into_iter()
            .map(|key| key.rewrap(instance, &old.key, &new.key))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| VaultError::Damaged("a key of the instance was altered"))?;
        rows::replace_purpose_keys(connection, new.version, &purpose_keys).await?;

        rows::delete_all_data_keys(connection).await?;
        let mut kept = WrappedKeys::new();
        let mut turn: Vec<(DataKeyName, WrappedKey)> = Vec::with_capacity(KEYS_A_TURN);
        let mut left = stored.data_keys.into_iter().peekable();
        while let Some((name, wrapped)) = left.next() {
            let rewrapped = old
                .rewrap_data_key(instance, (name, &wrapped), &new)
                .map_err(|_| VaultError::DamagedKey(name.0))?;
            turn.push((name, rewrapped));
            if turn.len() == KEYS_A_TURN || left.peek().is_none() {
                rows::add_data_keys(connection, new.version, &turn).await?;
                kept.extend(turn.drain(..));
            }
        }
        rows::delete_instance_key(connection, old.version).await?;
        Ok((new, kept))
    }
}
