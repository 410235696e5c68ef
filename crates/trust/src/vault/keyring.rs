//! The wrapped keys of all people in memory, and a bounded cache of open ones.
//!
//! Wrapped keys are loaded at the start; one is opened when it is first needed and forgotten when
//! [`CACHED_KEYS_MAX`] others were needed since. Whoever is erased, or whose erasure has begun, is
//! refused before the cache is asked. Next: [`super::rows`] loads and stores, [`super::erase`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::RandomizedNonceKey;
use zeroize::Zeroizing;

use super::wrap::{Context, KEY_BYTES, NotGenuine, WrappedKey, WrappingKey, cipher};
use super::{SubjectId, VaultError, random};

/// Open data keys kept at most; one takes about 1 KiB.
const CACHED_KEYS_MAX: usize = 4096;

/// A data key of a person: who, and which of that person's keys.
pub(super) type DataKeyName = (SubjectId, u32);
pub(super) type WrappedKeys = BTreeMap<DataKeyName, WrappedKey>;
type DataKey = Arc<RandomizedNonceKey>;

/// The key that wraps all others, and how often it was changed.
pub(super) struct InstanceKey {
    pub(super) version: u32,
    pub(super) key: WrappingKey,
}

impl InstanceKey {
    /// A new random key, and the same locked with the root's.
    pub(super) fn create(
        version: u32,
        instance: &[u8; 16],
        root: &WrappingKey,
    ) -> (InstanceKey, WrappedKey) {
        let secret = random::secret();
        let wrapped = root.wrap(&secret, &instance_key_context(instance, version));
        (
            InstanceKey {
                version,
                key: WrappingKey::new(&secret),
            },
            wrapped,
        )
    }

    pub(super) fn open(
        version: u32,
        wrapped: &WrappedKey,
        instance: &[u8; 16],
        root: &WrappingKey,
    ) -> Result<InstanceKey, NotGenuine> {
        let secret = root.unwrap(wrapped, &instance_key_context(instance, version))?;
        Ok(InstanceKey {
            version,
            key: WrappingKey::new(&secret),
        })
    }

    /// A new random data key, locked.
    pub(super) fn create_data_key(&self, instance: &[u8; 16], name: DataKeyName) -> WrappedKey {
        self.key
            .wrap(&random::secret(), &data_key_context(instance, name))
    }

    /// The same data key, locked with another instance key.
    pub(super) fn rewrap_data_key(
        &self,
        instance: &[u8; 16],
        (name, wrapped): (DataKeyName, &WrappedKey),
        new: &InstanceKey,
    ) -> Result<WrappedKey, NotGenuine> {
        let secret = self.open_data_key(instance, name, wrapped)?;
        Ok(new.key.wrap(&secret, &data_key_context(instance, name)))
    }

    pub(super) fn open_data_key(
        &self,
        instance: &[u8; 16],
        name: DataKeyName,
        wrapped: &WrappedKey,
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, NotGenuine> {
        self.key.unwrap(wrapped, &data_key_context(instance, name))
    }
}

fn instance_key_context(instance: &[u8; 16], version: u32) -> Context {
    Context::new("almoner/instance-key/1", instance).with(&version.to_be_bytes())
}

fn data_key_context(instance: &[u8; 16], (subject, version): DataKeyName) -> Context {
    Context::new("almoner/data-key/1", instance)
        .with(&subject.0.to_be_bytes())
        .with(&version.to_be_bytes())
}

/// What the vault knows of people's keys.
pub(super) struct Keyring {
    instance: [u8; 16],
    instance_key: InstanceKey,
    wrapped: WrappedKeys,
    erased: HashSet<SubjectId>,
    /// Erasure began and its end is not known: nothing is opened for them.
    leaving: HashSet<SubjectId>,
    cache: Mutex<Cache>,
}

impl Keyring {
    pub(super) fn new(
        instance: [u8; 16],
        instance_key: InstanceKey,
        wrapped: WrappedKeys,
        erased: HashSet<SubjectId>,
    ) -> Keyring {
        let (leaving, cache) = (HashSet::new(), Mutex::default());
        Keyring {
            instance,
            instance_key,
            wrapped,
            erased,
            leaving,
            cache,
        }
    }

    pub(super) fn instance_key(&self) -> &InstanceKey {
        &self.instance_key
    }

    pub(super) fn is_erased(&self, subject: SubjectId) -> bool {
        self.erased.contains(&subject)
    }

    /// Whether the number was ever given to a person.
    pub(super) fn is_known(&self, subject: SubjectId) -> bool {
        self.is_erased(subject) || self.newest_version(subject).is_some()
    }

    pub(super) fn newest_version(&self, subject: SubjectId) -> Option<u32> {
        let versions = self.wrapped.range((subject, 0)..=(subject, u32::MAX));
        versions.last().map(|((_, version), _)| *version)
    }

    /// People with a key, whether or not they were handed out.
    pub(super) fn subject_count(&self) -> usize {
        let mut last = None;
        self.wrapped
            .keys()
            .filter(|(subject, _)| last.replace(*subject) != Some(*subject))
            .count()
    }

    pub(super) fn erased_count(&self) -> usize {
        self.erased.len()
    }

    pub(super) fn add(&mut self, keys: impl IntoIterator<Item = (DataKeyName, WrappedKey)>) {
        self.wrapped.extend(keys);
    }

    /// Refuses everything for `subject` from now on, until the key store has been read again.
    pub(super) fn begin_erasure(&mut self, subject: SubjectId) {
        self.leaving.insert(subject);
    }

    /// The newest key of a person, for sealing.
    pub(super) fn newest_key(&self, subject: SubjectId) -> Result<(u32, DataKey), VaultError> {
        self.refuse_erased(subject)?;
        let version = self
            .newest_version(subject)
            .ok_or(VaultError::UnknownSubject(subject))?;
        Ok((version, self.data_key((subject, version))?))
    }

    /// The key that a sealed value names, for opening.
    pub(super) fn named_key(
        &self,
        subject: SubjectId,
        version: u32,
    ) -> Result<DataKey, VaultError> {
        self.refuse_erased(subject)?;
        if self.newest_version(subject).is_none() {
            return Err(VaultError::UnknownSubject(subject));
        }
        self.data_key((subject, version))
    }

    fn refuse_erased(&self, subject: SubjectId) -> Result<(), VaultError> {
        if self.erased.contains(&subject) {
            return Err(VaultError::Erased(subject));
        }
        if self.leaving.contains(&subject) {
            return Err(VaultError::BeingErased(subject));
        }
        Ok(())
    }

    fn data_key(&self, name: DataKeyName) -> Result<DataKey, VaultError> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = cache.find(name) {
            return Ok(key);
        }
        let (subject, version) = name;
        let wrapped = self
            .wrapped
            .get(&name)
            .ok_or(VaultError::UnknownKeyVersion { subject, version })?;
        let secret = self
            .instance_key
            .open_data_key(&self.instance, name, wrapped)
            .map_err(|_| VaultError::DamagedKey(subject))?;
        let key = Arc::new(cipher(&secret));
        cache.keep(name, Arc::clone(&key));
        Ok(key)
    }
}

/// Two generations: when the young one is full it becomes the old one, and the old one, with all
/// that was not asked for since, is dropped. AWS-LC wipes a key when its last user lets go of it.
#[derive(Default)]
struct Cache {
    young: HashMap<DataKeyName, DataKey>,
    old: HashMap<DataKeyName, DataKey>,
}

impl Cache {
    fn find(&mut self, name: DataKeyName) -> Option<DataKey> {
        if let Some(key) = self.young.get(&name) {
            return Some(Arc::clone(key));
        }
        let key = self.old.remove(&name)?;
        self.keep(name, Arc::clone(&key));
        Some(key)
    }

    fn keep(&mut self, name: DataKeyName, key: DataKey) {
        if self.young.len() >= CACHED_KEYS_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many people are looked at in a day, only so many keys lie open in memory; and
    /// whoever is looked at all the time stays among them.
    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let mut cache = Cache::default();
        let key = Arc::new(cipher(&random::secret()));
        let favourite = (SubjectId(1), 1);
        cache.keep(favourite, Arc::clone(&key));
        for subject in 2..20_000 {
            assert!(cache.find(favourite).is_some());
            cache.keep((SubjectId(subject), 1), Arc::clone(&key));
            assert!(cache.young.len() + cache.old.len() <= CACHED_KEYS_MAX);
        }
        assert!(cache.find((SubjectId(2), 1)).is_none());
    }
}
