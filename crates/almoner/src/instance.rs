//! One instance: one customer, one folder, one origin, one database, one key set.
//!
//! `create` makes it, `open` brings it to life. Refused: overwriting anything, key files that
//! others may read, a database that belongs to another instance, a schema newer than this program.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use care::tasking::{self, Tasking};
use trust::{
    identity::{Identity, founding::found_instance},
    ledger::checkpoint::VerifyingKey,
    store::{
        Options, Store,
        anchoring::{self, Anchoring},
        clock::Clock,
        database::Database,
        instance::{self, InstanceRecord},
        migrate::{self, Migration, migrate},
    },
    vault::{RootSecret, RootSource, Vault, random, shares},
};

use crate::{
    config::Settings,
    founding::{BOARD, DISPATCHER, SERVICES, founding},
};

/// Every step of the schema, in order.
pub const MIGRATIONS: [Migration; 3] = [
    migrate::TRUST,
    tasking::MIGRATIONS[0],
    tasking::MIGRATIONS[1],
];

/// How often the log is compared with its anchors.
const COMPARE_EVERY: Duration = Duration::from_secs(3600);

/// Where things lie in an instance's folder.
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at this path.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The root secret's file.
    #[must_use]
    pub fn root_key(&self) -> PathBuf {
        self.0.join("keys").join("root.key")
    }

    /// The root secret locked by a passphrase, if the settings want it so.
    #[must_use]
    pub fn locked_root(&self) -> PathBuf {
        self.0.join("keys").join("root.locked")
    }

    /// The wrapped data keys.
    #[must_use]
    pub fn keystore(&self) -> PathBuf {
        self.0.join("keystore.db")
    }

    /// The instance's own anchors.
    #[must_use]
    pub fn anchors(&self) -> PathBuf {
        self.0.join("anchors")
    }

    /// Certificate and key of this origin.
    #[must_use]
    pub fn tls(&self) -> (PathBuf, PathBuf) {
        (
            self.0.join("tls").join("cert.pem"),
            self.0.join("tls").join("key.pem"),
        )
    }

    fn quarantine_log(&self) -> PathBuf {
        self.0.join("quarantine.jsonl")
    }

    fn make(&self) -> anyhow::Result<()> {
        if self.0.exists() {
            let is_empty = fs::read_dir(&self.0)?.next().is_none();
            ensure!(
                is_empty,
                "{} is not empty: choose a new folder; nothing was overwritten",
                self.0.display()
            );
        }
        for part in ["", "keys", "anchors", "files", "tls"] {
            let path = self.0.join(part);
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.with_context(|| format!("{} cannot be made", path.display()))?;
        }
        Ok(())
    }
}

/// A new instance.
pub struct Created {
    /// The first administrator's one-time code, shown once.
    pub code: String,
    /// Two of these three give the root secret back.
    pub shares: [shares::Share; 3],
    /// The key an auditor verifies checkpoints with.
    pub checkpoint_key: String,
}

/// Makes an instance whose root secret lies in a file.
///
/// # Errors
/// What stood in the way, and the mend. Nothing that was there is changed.
pub async fn create(
    folder: &Folder,
    settings: &Settings,
    administrator: &str,
) -> anyhow::Result<Created> {
    let root = || Ok(RootSource::File(folder.root_key()).create()?);
    create_with(folder, settings, administrator, root).await
}

/// Makes an instance; `root` is asked for its secret once the folder is there.
///
/// # Errors
/// What stood in the way, and the mend. Nothing that was there is changed.
pub async fn create_with(
    folder: &Folder,
    settings: &Settings,
    administrator: &str,
    root: impl FnOnce() -> anyhow::Result<RootSecret>,
) -> anyhow::Result<Created> {
    folder.make()?;
    settings.write_new(folder.path())?;
    let root = root()?;
    let id = random::bytes::<16>();
    let vault = Vault::create(&folder.keystore(), &root, id).await?;
    let database = Database::parse(&settings.database_url(folder.path()))?;
    migrate(&database, &MIGRATIONS).await?;
    let origin = origin(&settings.host, id);
    let key = VerifyingKey::new(&origin, vault.public_key())?;
    let record = InstanceRecord {
        id,
        origin,
        name: settings.name.clone(),
        created_at: Clock::system().wall(),
        checkpoint_key: key.to_string(),
    };
    let is_free = instance::refuse_another(&database).await;
    is_free.context("the database cannot be used for a new instance")?;
    let store = Store::open(
        options(folder, settings, Clock::system()),
        id,
        Arc::new(vault),
    )
    .await?;
    let code = found_instance(&founding(administrator), &record, &store).await?;
    store.close().await;
    Ok(Created {
        code,
        shares: shares::split(&root),
        checkpoint_key: record.checkpoint_key,
    })
}

/// The origin of an instance's checkpoints.
fn origin(host: &str, id: [u8; 16]) -> String {
    let hex: String = id[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("almoner/{host}/{hex}")
}

fn options(folder: &Folder, settings: &Settings, clock: Clock) -> Options {
    Options {
        url: settings.database_url(folder.path()),
        lane: settings.lane,
        lanes: settings.lanes,
        clock,
        quarantine_log: folder.quarantine_log(),
    }
}

/// An instance that is open.
pub struct Instance {
    /// Its settings.
    pub settings: Settings,
    /// What its database says of it.
    pub record: InstanceRecord,
    /// Its store.
    pub store: Store,
    /// Who may.
    pub identity: Identity,
    /// The work.
    pub tasking: Tasking,
    /// Its anchoring, under way.
    pub anchoring: Anchoring,
}

/// An instance's store, open, with nothing started yet.
pub struct Unlocked {
    /// Its settings.
    pub settings: Settings,
    /// What its database says of it.
    pub record: InstanceRecord,
    /// Its store.
    pub store: Store,
}

/// Unlocks the instance in `folder`: what `serve` begins with, and what an operator's command that
/// changes something works on while nobody serves it.
///
/// # Errors
/// What stood in the way, and the mend; among it another process that has the key store open.
pub async fn unlock(
    folder: &Folder,
    settings: Settings,
    root: &RootSecret,
    clock: Clock,
) -> anyhow::Result<Unlocked> {
    let database = Database::parse(&settings.database_url(folder.path()))?;
    migrate(&database, &MIGRATIONS)
        .await
        .context("the database's schema cannot be used")?;
    let record = instance::read(&database).await?;
    let record = record.context("the database holds no instance: was it restored halfway?")?;
    let vault = Vault::unlock(&folder.keystore(), root, record.id).await?;
    let options = options(folder, &settings, clock);
    let store = Store::open(options, record.id, Arc::new(vault)).await?;
    instance::confirm(&record, &store).await?;
    Ok(Unlocked {
        settings,
        record,
        store,
    })
}

impl Unlocked {
    /// What is anchored where.
    #[must_use]
    pub fn anchoring(&self, folder: &Folder) -> anchoring::Settings {
        let mut folders = vec![folder.anchors()];
        folders.extend(self.settings.anchors.clone());
        anchoring::Settings {
            origin: self.record.origin.clone(),
            folders,
            every: Duration::from_secs(self.settings.anchor_seconds),
            compare_every: COMPARE_EVERY,
        }
    }
}

/// Opens the instance in `folder`, whose root secret lies in a file.
///
/// # Errors
/// What stood in the way, and the mend.
pub async fn open(folder: &Folder, clock: Clock) -> anyhow::Result<Instance> {
    let settings = Settings::read(folder.path())?;
    let root = load_root(folder)?;
    open_with(folder, settings, &root, clock).await
}

/// Opens the instance in `folder` with its root secret, from wherever that came.
///
/// # Errors
/// What stood in the way, and the mend.
pub async fn open_with(
    folder: &Folder,
    settings: Settings,
    root: &RootSecret,
    clock: Clock,
) -> anyhow::Result<Instance> {
    let unlocked = unlock(folder, settings, root, clock).await?;
    let anchoring = Anchoring::start(&unlocked.store, unlocked.anchoring(folder)).await;
    let Unlocked {
        settings,
        record,
        store,
    } = unlocked;
    let identity = Identity::open(store.clone(), &SERVICES).await?;
    let tasking = Tasking::new(store.clone());
    Ok(Instance {
        settings,
        record,
        store,
        identity,
        tasking,
        anchoring,
    })
}

/// The root secret, from its file. A file that others may read is refused (control B10).
///
/// # Errors
/// What is wrong with the file, and the mend.
pub fn load_root(folder: &Folder) -> anyhow::Result<RootSecret> {
    let path = folder.root_key();
    if !path.exists() {
        bail!(
            "{} is missing: `almoner recover shares {}` brings it back from two recovery shares",
            path.display(),
            folder.path().display()
        );
    }
    Ok(RootSource::File(path).load()?)
}

impl Instance {
    /// Starts the services that work by themselves.
    ///
    /// # Errors
    /// When a service of the instance is not there.
    pub fn start_services(&self) -> anyhow::Result<()> {
        let (tasking, caller) = (self.tasking.clone(), self.identity.service(DISPATCHER)?);
        let store = self.store.clone();
        #[expect(clippy::disallowed_methods, reason = "the dispatcher's home")]
        tokio::spawn(async move {
            // A dispatcher that could not even begin (read-only, database away) begins later.
            while let Err(error) = tasking.run_dispatcher(caller.clone()).await {
                tracing::warn!(%error, "the dispatcher waits");
                tokio::time::sleep(Duration::from_secs(1)).await;
                if store.is_closed() {
                    return;
                }
            }
        });
        Ok(())
    }

    /// A caller for the service that reads the board for all.
    ///
    /// # Errors
    /// When the service is not there.
    pub fn board_service(&self) -> anyhow::Result<trust::identity::caller::Caller> {
        Ok(self.identity.service(BOARD)?)
    }

    /// Takes no more work, finishes what waits, anchors the end.
    pub async fn close(self) {
        self.store.close().await;
        self.anchoring.finished().await;
    }
}
