//! The key store as a file: who may write it, how it comes to be, and how it is read again after
//! something went wrong.
//!
//! One process writes; a lock file beside the key store sees to that, and the operating system
//! frees it however the process ends. Within the process one task writes at a time. A writer takes
//! the connection out of the [`Store`] and puts it back when file and memory agree. If it fails or
//! is dropped half way, the connection is gone with it, SQLite undoes what was not committed, and
//! the next writer reads the file anew before anything else: memory never runs ahead of the disk.
//! Next: [`super::erase`] and [`super::subjects`], the writers.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::keyring::{InstanceKey, Keyring};
use super::purposes::{InstanceKeys, Purpose, PurposeKey};
use super::root::RootSecret;
use super::rows::{self, Stored};
use super::wrap::{WrappingKey, root_mark};
use super::{Vault, VaultError};

/// The writing end of a key store.
pub(super) struct Store {
    options: SqliteConnectOptions,
    /// Missing while a writer has it, and after one that did not finish.
    live: Option<SqliteConnection>,
    /// Held, never read: dropping it lets another process write.
    _only_writer: File,
}

impl Store {
    /// Claims the key store for this process.
    pub(super) fn claim(path: &Path) -> Result<Store, VaultError> {
        let only_writer = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.with_added_extension("lock"))
            .map_err(VaultError::Folder)?;
        match only_writer.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(VaultError::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(VaultError::Folder(cause)),
        }
        let options = rows::connect_options(path);
        Ok(Store {
            options,
            live: None,
            _only_writer: only_writer,
        })
    }

    pub(super) async fn connect(&self) -> Result<SqliteConnection, VaultError> {
        rows::connect(&self.options).await
    }

    /// To be called when file and memory agree.
    pub(super) fn put_back(&mut self, connection: SqliteConnection) {
        self.live = Some(connection);
    }
}

/// What the root secret and the instance's name open.
pub(super) struct Opener {
    pub(super) instance: [u8; 16],
    pub(super) root_key: WrappingKey,
    root_mark: [u8; 32],
}

impl Opener {
    pub(super) fn new(root: &RootSecret, instance: [u8; 16]) -> Opener {
        let (root_key, root_mark) = (
            WrappingKey::from_root(root, &instance),
            root_mark(root, &instance),
        );
        Opener {
            instance,
            root_key,
            root_mark,
        }
    }

    pub(super) fn instance_key(&self, stored: &Stored) -> Result<InstanceKey, VaultError> {
        if stored.instance != self.instance {
            return Err(VaultError::WrongInstance);
        }
        if stored.root_mark != self.root_mark {
            return Err(VaultError::WrongRoot);
        }
        let (version, wrapped) = &stored.instance_key;
        InstanceKey::open(*version, wrapped, &self.instance, &self.root_key)
            .map_err(|_| VaultError::Damaged("the instance key was altered"))
    }

    pub(super) fn open(&self, stored: Stored) -> Result<(InstanceKeys, Keyring), VaultError> {
        let key = self.instance_key(&stored)?;
        let keys = InstanceKeys::open(&stored.purpose_keys, &self.instance, &key.key)?;
        let genuine =
            |(subject, mark): (_, &Vec<u8>)| keys.is_erasure_mark(&self.instance, subject, mark);
        if !stored
            .erased
            .iter()
            .all(|(subject, mark)| genuine((*subject, mark)))
        {
            return Err(VaultError::Damaged(
                "a mark of erasure was not made by this vault",
            ));
        }
        if stored
            .data_keys
            .keys()
            .any(|(subject, _)| stored.erased.contains_key(subject))
        {
            return Err(VaultError::Damaged("an erased person has a key again"));
        }
        let erased = stored.erased.into_keys().collect();
        Ok((
            keys,
            Keyring::new(self.instance, key, stored.data_keys, erased),
        ))
    }
}

impl Vault {
    /// A connection with memory and file agreeing, for a writer.
    pub(super) async fn settled(&self, store: &mut Store) -> Result<SqliteConnection, VaultError> {
        if let Some(connection) = store.live.take() {
            return Ok(connection);
        }
        let mut connection = store.connect().await?;
        // Taking the writer's turn also waits for a commit that an abandoned writer had begun.
        rows::begin(&mut connection).await?;
        let stored = rows::load(&mut connection).await?;
        rows::commit(&mut connection).await?;
        let scrub_due = stored.scrub_due;
        let (_, keyring) = self.opener.open(stored)?;
        *self.keyring_mut() = keyring;
        if scrub_due {
            rows::scrub(&mut connection).await?;
        }
        Ok(connection)
    }
}

/// Makes a key store under another name and moves it into place when it is whole.
pub(super) async fn create(path: &Path, opener: &Opener) -> Result<(), VaultError> {
    if path.try_exists().map_err(VaultError::Folder)? {
        return Err(VaultError::AlreadyExists(path.to_owned()));
    }
    let draft = path.with_added_extension("new");
    // What an earlier try left behind.
    for left in [&draft, &draft.with_added_extension("journal")] {
        match fs::remove_file(left) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(VaultError::Folder(cause));
            }
            _ => {}
        }
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .map_err(VaultError::Folder)?;
    let mut connection = rows::connect(&rows::connect_options(&draft)).await?;
    let (key, wrapped) = InstanceKey::create(1, &opener.instance, &opener.root_key);
    let purpose_keys =
        Purpose::ALL.map(|purpose| PurposeKey::create(purpose, &opener.instance, &key.key));
    rows::begin(&mut connection).await?;
    rows::create(&mut connection, &opener.instance, &opener.root_mark).await?;
    rows::add_instance_key(&mut connection, key.version, &wrapped).await?;
    rows::replace_purpose_keys(&mut connection, key.version, &purpose_keys).await?;
    rows::commit(&mut connection).await?;
    connection.close().await?;
    fs::rename(&draft, path)
        .and_then(|()| File::open(folder_of(path))?.sync_all())
        .map_err(VaultError::Folder)
}

/// Reads a key store without claiming it.
pub(super) async fn read_only(path: &Path) -> Result<Stored, VaultError> {
    let mut connection = rows::connect(&rows::read_only_options(path)).await?;
    rows::begin_reading(&mut connection).await?;
    let stored = rows::load(&mut connection).await?;
    rows::commit(&mut connection).await?;
    connection.close().await?;
    Ok(stored)
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
