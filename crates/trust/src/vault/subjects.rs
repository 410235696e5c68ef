//! New people and new keys for people.
//!
//! A new person costs no wait for the disk: numbers and keys are made [`BATCH`] at a time in one
//! transaction and handed out from memory. What is left of a batch when the server stops is never
//! handed out; a key without a person harms nobody.
//!
//! The numbers are random, not counted: they say neither who came first nor how many there are, and
//! a key store that was restored from an older copy cannot give a second person a number that the
//! database already knows. Next: [`super::erase`] ends what begins here.

use std::collections::HashSet;

use super::keyring::DataKeyName;
use super::rows;
use super::wrap::WrappedKey;
use super::{SubjectId, Vault, VaultError, random};

/// People made in one transaction.
pub const BATCH: usize = 64;

impl Vault {
    /// A number and a data key for a new person.
    ///
    /// The key is on disk before this returns. Every number is given once.
    ///
    /// # Errors
    ///
    /// [`VaultError::ReadOnly`]; [`VaultError::KeyStore`]: nobody was made, try again.
    pub async fn new_subject(&self) -> Result<SubjectId, VaultError> {
        if let Some(subject) = self.take_pooled() {
            return Ok(subject);
        }
        let mut store = self.store()?.lock().await;
        // While we waited for our turn, another task may have filled the pool.
        if let Some(subject) = self.take_pooled() {
            return Ok(subject);
        }
        let mut connection = self.settled(&mut store).await?;
        let (instance_key, batch) = self.fresh_batch();
        rows::begin(&mut connection).await?;
        rows::add_data_keys(&mut connection, instance_key, &batch).await?;
        rows::commit(&mut connection).await?;
        let (first, rest) = batch.split_first().expect("a batch is not empty");
        self.keyring_mut().add(batch.iter().copied());
        self.pool()
            .extend(rest.iter().map(|((subject, _), _)| *subject));
        store.put_back(connection);
        Ok(first.0.0)
    }

    /// A new data key for a person: everything is sealed with it from now on, and what was sealed
    /// before still opens. Gives the key's version. The old keys go when the person is erased.
    ///
    /// # Errors
    ///
    /// [`VaultError::Erased`], [`VaultError::UnknownSubject`], [`VaultError::ReadOnly`];
    /// [`VaultError::KeyStore`]: the old key still counts.
    pub async fn renew_data_key(&self, subject: SubjectId) -> Result<u32, VaultError> {
        let mut store = self.store()?.lock().await;
        let mut connection = self.settled(&mut store).await?;
        let planned = self.plan_renewal(subject);
        let Ok((instance_key, renewed)) = planned else {
            store.put_back(connection);
            return planned.map(|(version, _)| version);
        };
        rows::begin(&mut connection).await?;
        rows::add_data_keys(&mut connection, instance_key, &[renewed]).await?;
        rows::commit(&mut connection).await?;
        self.keyring_mut().add([renewed]);
        store.put_back(connection);
        Ok(renewed.0.1)
    }

    fn take_pooled(&self) -> Option<SubjectId> {
        self.pool().pop()
    }

    /// The instance key's version, and keys that are locked with it.
    fn fresh_batch(&self) -> (u32, Vec<(DataKeyName, WrappedKey)>) {
        let keyring = self.keyring();
        let mut subjects = HashSet::with_capacity(BATCH);
        while subjects.len() < BATCH {
            let subject = SubjectId(random::identifier());
            if !keyring.is_known(subject) {
                subjects.insert(subject);
            }
        }
        let key = keyring.instance_key();
        let names = subjects.into_iter().map(|subject| (subject, 1));
        let batch = names
            .map(|name| (name, key.create_data_key(&self.opener.instance, name)))
            .collect();
        (key.version, batch)
    }

    fn plan_renewal(
        &self,
        subject: SubjectId,
    ) -> Result<(u32, (DataKeyName, WrappedKey)), VaultError> {
        let keyring = self.keyring();
        let (version, _) = keyring.newest_key(subject)?;
        let next = version
            .checked_add(1)
            .expect("nobody renews a key four billion times");
        let (key, name) = (keyring.instance_key(), (subject, next));
        Ok((
            key.version,
            (name, key.create_data_key(&self.opener.instance, name)),
        ))
    }
}
