//! The vault: every secret value is sealed here, and every key lives here.
//!
//! ```text
//! root secret (outside: file, passphrase, systemd; two of three recovery shares)
//!   -> instance key (random, changed at each erasure)
//!        -> a data key for each person: fields and ledger payloads
//!        -> a key for each purpose: row seals, blind index, tokens, pepper, checkpoints
//! ```
//!
//! Keys are random and *wrapped* by the one above, never derived from it, in a key store of their
//! own (`rows.rs`). Destroying a person's keys erases the person in every copy of the data
//! (`erase.rs`). A sealed value is tied to its instance, table, column, row, person and key: moved
//! anywhere else it does not open. It is *not* tied to a moment: that an older value of the same
//! cell was put back is found by the ledger's digests.
//!
//! Refused: guessing (a key is chosen by name, never by trying), a second writer, secrets in
//! `Debug`, in errors or in logs. Stated limit: whoever can read the memory of the running server
//! can read what it reads.
//!
//! Read on in `cells.rs` (the bytes of a sealed value), `root.rs`, [`shares`], `store.rs`.

mod cells;
mod erase;
mod error;
mod keyring;
mod passphrase;
mod purposes;
pub mod random;
mod root;
mod rows;
pub mod shares;
mod store;
mod subjects;
#[cfg(test)]
mod tests;
mod wrap;

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use self::cells::PLAINTEXT_BYTES_MAX;
pub use self::erase::Erased;
pub use self::error::VaultError;
pub use self::passphrase::{CHARACTERS_MIN, Passphrase};
pub use self::root::{ROOT_BYTES, RootError, RootSecret, RootSource};

use self::keyring::Keyring;
use self::purposes::{InstanceKeys, keyed_hash};
use self::store::{Opener, Store};
use self::wrap::Context;

/// A person whose data has keys of its own: a client or a member of staff.
///
/// A random number below 2^53, given by [`Vault::new_subject`]. It is a pseudonym: it may stand in
/// logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubjectId(pub i64);

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The cell that a sealed value belongs to. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPlace<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The row's primary key, in any form that is always the same for the row.
    pub key: &'a [u8],
}

/// How many keys a vault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inventory {
    /// The version of the instance key: 1 at creation, one more at each change.
    pub instance_key_version: u32,
    /// People with keys, among them up to [`Inventory::subjects_pooled`] not yet handed out.
    pub subjects: usize,
    /// Numbers made in advance for the next new people.
    pub subjects_pooled: usize,
    /// People who were erased.
    pub erased: usize,
}

/// The open vault of one instance. Many tasks use it at once, as `Arc<Vault>`.
///
/// ```
/// # use trust::vault::{FieldPlace, RootSecret, Vault, VaultError};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), VaultError> {
/// # let folder = tempfile::tempdir().map_err(VaultError::Folder)?;
/// # let path = folder.path().join("keystore.db");
/// let vault = Vault::create(&path, &RootSecret::random(), *b"example instance").await?;
/// let person = vault.new_subject().await?;
/// let place = FieldPlace { table: "client", column: "note", key: b"7" };
/// let sealed = vault.seal(person, &place, b"slept well")?;
/// assert_eq!(vault.open(person, &place, &sealed)?.as_slice(), b"slept well");
///
/// vault.erase(person).await?;
/// let refusal = vault.open(person, &place, &sealed).unwrap_err();
/// assert!(matches!(refusal, VaultError::Erased(erased) if erased == person));
/// # Ok(())
/// # }
/// ```
pub struct Vault {
    opener: Opener,
    keys: InstanceKeys,
    keyring: RwLock<Keyring>,
    /// Numbers of people that have a key and were not handed out yet.
    pool: Mutex<Vec<SubjectId>>,
    /// Missing if the vault was opened for reading only.
    store: Option<tokio::sync::Mutex<Store>>,
}

impl Vault {
    /// Makes a key store at `keystore` (with a `.lock` beside it) and unlocks it.
    ///
    /// # Errors
    ///
    /// [`VaultError::AlreadyExists`] rather than overwrite; [`VaultError::InUse`];
    /// [`VaultError::Folder`]; [`VaultError::KeyStore`].
    pub async fn create(
        keystore: &Path,
        root: &RootSecret,
        instance: [u8; 16],
    ) -> Result<Vault, VaultError> {
        let claimed = Store::claim(keystore)?;
        store::create(keystore, &Opener::new(root, instance)).await?;
        Vault::unlock_claimed(claimed, root, instance).await
    }

    /// Unlocks a key store for reading and writing; one process at a time.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotFound`], [`VaultError::InUse`], [`VaultError::WrongRoot`],
    /// [`VaultError::WrongInstance`], [`VaultError::Damaged`], [`VaultError::NewerFormat`]: each
    /// says what to do.
    pub async fn unlock(
        keystore: &Path,
        root: &RootSecret,
        instance: [u8; 16],
    ) -> Result<Vault, VaultError> {
        must_exist(keystore)?;
        Vault::unlock_claimed(Store::claim(keystore)?, root, instance).await
    }

    /// Unlocks a key store for reading beside a running server, for `verify` and `doctor`. People
    /// made or erased later are not noticed.
    ///
    /// # Errors
    ///
    /// As [`Vault::unlock`], without [`VaultError::InUse`].
    pub async fn unlock_read_only(
        keystore: &Path,
        root: &RootSecret,
        instance: [u8; 16],
    ) -> Result<Vault, VaultError> {
        must_exist(keystore)?;
        let opener = Opener::new(root, instance);
        let (keys, keyring) = opener.open(store::read_only(keystore).await?)?;
        Ok(Vault::assemble(opener, keys, keyring, None))
    }

    async fn unlock_claimed(
        mut claimed: Store,
        root: &RootSecret,
        instance: [u8; 16],
    ) -> Result<Vault, VaultError> {
        let opener = Opener::new(root, instance);
        let mut connection = claimed.connect().await?;
        rows::begin(&mut connection).await?;
        let stored = rows::load(&mut connection).await?;
        rows::commit(&mut connection).await?;
        let scrub_due = stored.scrub_due;
        let (keys, keyring) = opener.open(stored)?;
        if scrub_due {
            rows::scrub(&mut connection).await?;
        }
        claimed.put_back(connection);
        Ok(Vault::assemble(opener, keys, keyring, Some(claimed)))
    }

    fn assemble(
        opener: Opener,
        keys: InstanceKeys,
        keyring: Keyring,
        store: Option<Store>,
    ) -> Vault {
        let store = store.map(tokio::sync::Mutex::new);
        Vault {
            opener,
            keys,
            keyring: RwLock::new(keyring),
            pool: Mutex::default(),
            store,
        }
    }

    /// Seals the value of one cell for a person, with that person's newest data key.
    ///
    /// # Errors
    ///
    /// [`VaultError::Erased`], [`VaultError::BeingErased`], [`VaultError::UnknownSubject`],
    /// [`VaultError::TooLong`] over [`PLAINTEXT_BYTES_MAX`], [`VaultError::DamagedKey`].
    pub fn seal(
        &self,
        subject: SubjectId,
        place: &FieldPlace<'_>,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let (version, key) = self.keyring().newest_key(subject)?;
        cells::seal(
            &key,
            version,
            &self.field_context(subject, place, version),
            plaintext,
        )
    }

    /// Opens what [`Vault::seal`] sealed for the same person and cell.
    ///
    /// # Errors
    ///
    /// [`VaultError::Erased`] if the person was erased: the value is gone and that is right.
    /// [`VaultError::Tampered`] if the bytes were altered or belong elsewhere: raise the alarm.
    /// [`VaultError::UnknownSuite`] and [`VaultError::UnknownKeyVersion`]: also after an older
    /// program or key store was put back. Else as [`Vault::seal`].
    pub fn open(
        &self,
        subject: SubjectId,
        place: &FieldPlace<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.open_sealed(subject, sealed, |version| {
            self.field_context(subject, place, version)
        })
    }

    /// Seals the personal part of a ledger entry, whose number is known before it is written.
    ///
    /// # Errors
    ///
    /// As [`Vault::seal`].
    pub fn seal_payload(
        &self,
        subject: SubjectId,
        entry: i64,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let (version, key) = self.keyring().newest_key(subject)?;
        cells::seal(
            &key,
            version,
            &self.payload_context(subject, entry, version),
            plaintext,
        )
    }

    /// Opens what [`Vault::seal_payload`] sealed for the same person and entry.
    ///
    /// # Errors
    ///
    /// As [`Vault::open`].
    pub fn open_payload(
        &self,
        subject: SubjectId,
        entry: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.open_sealed(subject, sealed, |version| {
            self.payload_context(subject, entry, version)
        })
    }

    /// A mark by which equal values of a column are found without being stored readably: the first
    /// half of HMAC-SHA256 under the index key. Whoever sees the marks sees which rows are equal,
    /// so it is for values that are nearly unique (numbers, addresses), not for few-valued ones.
    ///
    /// `normalised` is the caller's one spelling of the value.
    #[must_use]
    pub fn blind_index(&self, column: &str, normalised: &str) -> [u8; 16] {
        let length = (column.len() as u64).to_be_bytes();
        let parts = [&length, column.as_bytes(), normalised.as_bytes()];
        let mut mark = [0; 16];
        mark.copy_from_slice(&keyed_hash(&self.keys.blind_index, &parts)[..16]);
        mark
    }

    /// What is stored of a session token or of a link's secret: HMAC-SHA256 under its own key, so
    /// that a stolen database holds no tokens.
    #[must_use]
    pub fn token_hash(&self, token: &[u8]) -> [u8; 32] {
        keyed_hash(&self.keys.token_hash, &[token])
    }

    /// The key that is mixed into passwords before they are hashed; see [`Vault::pepper_id`].
    #[must_use]
    pub fn pepper(&self) -> &hmac::Key {
        &self.keys.pepper
    }

    /// Which pepper [`Vault::pepper`] is: store it beside each password hash.
    #[must_use]
    pub fn pepper_id(&self) -> u32 {
        self.keys.pepper_id
    }

    /// The key of row seals.
    #[must_use]
    pub fn seal_key(&self) -> &hmac::Key {
        &self.keys.row_seal
    }

    /// The Ed25519 key that signs the ledger's checkpoints.
    #[must_use]
    pub fn signer(&self) -> &Ed25519KeyPair {
        &self.keys.signer
    }

    /// The public half of [`Vault::signer`], for auditors.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.keys.signer_public
    }

    /// The instance that everything here is tied to.
    #[must_use]
    pub fn instance(&self) -> [u8; 16] {
        self.opener.instance
    }

    /// Counts the keys; evidence for the control on encryption.
    #[must_use]
    pub fn inventory(&self) -> Inventory {
        let subjects_pooled = self.pool().len();
        let keyring = self.keyring();
        Inventory {
            instance_key_version: keyring.instance_key().version,
            subjects: keyring.subject_count(),
            subjects_pooled,
            erased: keyring.erased_count(),
        }
    }

    fn open_sealed(
        &self,
        subject: SubjectId,
        sealed: &[u8],
        context: impl Fn(u32) -> Context,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        // The person first: what an erased person left behind is not tampering, whatever it is.
        let version = cells::version(sealed);
        let key = self
            .keyring()
            .named_key(subject, *version.as_ref().unwrap_or(&1))?;
        cells::open(&key, &context(version?), sealed)
    }

    fn field_context(&self, subject: SubjectId, place: &FieldPlace<'_>, version: u32) -> Context {
        Context::new("almoner/f1", &self.opener.instance)
            .with(place.table.as_bytes())
            .with(place.column.as_bytes())
            .with(place.key)
            .with(&subject.0.to_be_bytes())
            .with(&version.to_be_bytes())
    }

    fn payload_context(&self, subject: SubjectId, entry: i64, version: u32) -> Context {
        Context::new("almoner/p1", &self.opener.instance)
            .with(&entry.to_be_bytes())
            .with(&subject.0.to_be_bytes())
            .with(&version.to_be_bytes())
    }

    // A panic elsewhere cannot leave keyring or pool half changed: both change in one step.

    fn keyring(&self) -> RwLockReadGuard<'_, Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn keyring_mut(&self) -> RwLockWriteGuard<'_, Keyring> {
        self.keyring.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn pool(&self) -> MutexGuard<'_, Vec<SubjectId>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self) -> Result<&tokio::sync::Mutex<Store>, VaultError> {
        self.store.as_ref().ok_or(VaultError::ReadOnly)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("inventory", &self.inventory())
            .finish_non_exhaustive()
    }
}

fn must_exist(keystore: &Path) -> Result<(), VaultError> {
    match keystore.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(VaultError::NotFound(keystore.to_owned())),
        Err(cause) => Err(VaultError::Folder(cause)),
    }
}
