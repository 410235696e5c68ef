//! An instance for one test: a database, keys and a clock of its own, gone when the test ends.
//!
//! [`Scratch::lite`] and [`Scratch::postgres`] are the same instance on both databases, and
//! [`on_both!`](crate::on_both) writes a test for both. A [`Setup`] says which tables, services and
//! roles of the room under test it has. Refused: a database that somebody else uses, and a clock
//! that moves by itself.
//!
//! Read next: [`people`] for callers, [`evidence`] for what the log and the rows say afterwards.

pub mod evidence;
pub mod people;
pub mod raw;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;

use crate::{
    identity::{
        Identity,
        founding::{ADMINISTRATOR, BuiltInAccount, FirstRole, Founding, found_instance},
        permit::{Action, permissions},
    },
    ledger::checkpoint::VerifyingKey,
    store::{
        Options, Store,
        clock::Clock,
        database::Database,
        error::StoreError,
        instance::InstanceRecord,
        migrate::{Migration, TRUST, migrate},
        value::Moment,
    },
    testing::{people::Arrange, raw::Raw},
    vault::{RootSource, Vault, random},
};

/// Where every test begins: 5 November 2026, 08:00 UTC.
pub const MORNING: Moment = Moment(1_793_865_600_000_000);
/// The instance of every test.
pub const INSTANCE: [u8; 16] = *b"a ward in a test";
/// The origin of every test's checkpoints.
pub const ORIGIN: &str = "ward.example";
/// The sign-in name of the first administrator.
pub const ADMINISTRATOR_NAME: &str = "administrator";
/// The setting that names the PostgreSQL server of the tests.
const SERVER: &str = "ALMONER_TEST_POSTGRES";

/// What the instance of a test has besides the trust core.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Tables of the room under test.
    pub migrations: Vec<Migration>,
    /// Its services; the door is always there.
    pub services: Vec<BuiltInAccount>,
    /// Its roles; without an administrator's, one with every permission is added.
    pub roles: Vec<FirstRole>,
}

impl Setup {
    /// The trust core and these tables.
    #[must_use]
    pub fn with(migrations: &[Migration]) -> Self {
        Self {
            migrations: migrations.to_vec(),
            ..Self::default()
        }
    }

    fn migrations(&self) -> Vec<Migration> {
        [TRUST]
            .into_iter()
            .chain(self.migrations.iter().copied())
            .collect()
    }

    fn founding(&self) -> Founding {
        let mut services = self.services.clone();
        services.push(BuiltInAccount {
            name: "door",
            purpose: "Lets people in.",
            permissions: Identity::door_permissions(),
        });
        services.push(BuiltInAccount {
            name: people::SERVICE,
            purpose: "Puts people into a test.",
            permissions: vec![Arrange::NAME],
        });
        let mut roles = self.roles.clone();
        if roles.iter().all(|role| role.name != ADMINISTRATOR) {
            roles.push(FirstRole {
                name: ADMINISTRATOR,
                purpose: "May do everything in a test.",
                permissions: permissions()
                    .iter()
                    .map(|permission| permission.name)
                    .collect(),
            });
        }
        Founding {
            services,
            roles,
            administrator: ADMINISTRATOR_NAME.to_owned(),
        }
    }

    fn service_names(&self) -> Vec<&'static str> {
        let own = self.services.iter().map(|service| service.name);
        own.chain(["door", people::SERVICE]).collect()
    }
}

/// What the database of every test says of its instance, but for the key.
///
/// # Panics
/// Never: the origin is a name.
#[must_use]
pub fn record(store: &Store) -> InstanceRecord {
    let key = VerifyingKey::new(ORIGIN, store.vault().public_key());
    InstanceRecord {
        id: INSTANCE,
        origin: ORIGIN.to_owned(),
        name: "A ward".to_owned(),
        created_at: MORNING,
        checkpoint_key: key.expect("the origin is a name").to_string(),
    }
}

/// One instance for one test.
pub struct Scratch {
    /// The store.
    pub store: Store,
    /// Accounts and sessions.
    pub identity: Identity,
    /// Stands at [`MORNING`] until the test moves it.
    pub clock: Clock,
    /// The first administrator's one-time code; empty after a reopening.
    pub code: String,
    kept: Kept,
}

/// An instance that is shut: its files and database are there, nobody has them open.
pub struct Kept {
    url: String,
    setup: Setup,
    clock: Clock,
    folder: Folder,
    /// Last, so that everything else is gone before the database is.
    _database: Option<OwnDatabase>,
}

/// Where an instance's files lie.
enum Folder {
    Own(TempDir),
    Shared(PathBuf),
}

impl Scratch {
    /// An instance on SQLite.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn lite() -> Self {
        Self::lite_with(Setup::default()).await
    }

    /// An instance on PostgreSQL.
    ///
    /// # Panics
    /// When it cannot be made; without `ALMONER_TEST_POSTGRES`, with the mend.
    pub async fn postgres() -> Self {
        Self::postgres_with(Setup::default()).await
    }

    /// An instance on SQLite with tables, services and roles.
    ///
    /// # Panics
    /// As [`Scratch::lite`].
    pub async fn lite_with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a test needs a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("almoner.db").display());
        Self::found(url, folder, None, setup).await
    }

    /// An instance on PostgreSQL with tables, services and roles.
    ///
    /// # Panics
    /// As [`Scratch::postgres`].
    pub async fn postgres_with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a test needs a temporary folder");
        let database = OwnDatabase::create().await;
        Self::found(database.url.clone(), folder, Some(database), setup).await
    }

    async fn found(url: String, folder: TempDir, own: Option<OwnDatabase>, setup: Setup) -> Self {
        let source = RootSource::File(folder.path().join("root.key"));
        let root = source
            .create()
            .expect("a test keeps its root secret in its own folder");
        let keystore = folder.path().join("keystore.db");
        let vault = Vault::create(&keystore, &root, INSTANCE).await;
        let vault = Arc::new(vault.expect("a test makes its own vault"));
        let database = Database::parse(&url).expect("the test's own address is right");
        migrate(&database, &setup.migrations())
            .await
            .expect("the migrations fit");
        let (clock, folder) = (Clock::manual(MORNING), Folder::Own(folder));
        let kept = Kept {
            url,
            setup,
            clock: clock.clone(),
            folder,
            _database: own,
        };
        let store = Store::open(kept.options(0, 1), INSTANCE, vault).await;
        let store = store.expect("a store opens on a fresh database");
        let code = found_instance(&kept.setup.founding(), &record(&store), &store).await;
        let code = code.expect("an empty log can be founded");
        let identity = Identity::open(store.clone(), &kept.setup.service_names()).await;
        let identity = identity.expect("the services were just made");
        Self {
            store,
            identity,
            clock,
            code,
            kept,
        }
    }

    /// The database's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.kept.url
    }

    /// The folder with database, keys and lock.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.kept.folder()
    }

    /// Whether it is the PostgreSQL one of the two.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.kept.url.starts_with("postgres")
    }

    /// The database behind the store's back: what an intruder or an accident would do.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn raw(&self) -> Raw {
        Raw::open(&self.kept.url).await
    }

    /// Another store on the same data, as another node or a rival has it; through `url`, which may
    /// lead by way of a proxy.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn another_store(
        &self,
        url: &str,
        (lane, lanes): (u16, u16),
    ) -> Result<Store, StoreError> {
        let options = Options {
            url: url.to_owned(),
            ..self.kept.options(lane, lanes)
        };
        Store::open(options, INSTANCE, self.store.vault().clone()).await
    }

    /// The same accounts, seen through another store.
    ///
    /// # Panics
    /// When the services cannot be found.
    pub async fn identity_on(&self, store: &Store) -> Identity {
        let names = self.kept.setup.service_names();
        Identity::open(store.clone(), &names)
            .await
            .expect("the services were made at the start")
    }

    /// Closes the store and leaves files and database as they are.
    pub async fn shut(self) -> Kept {
        self.store.close().await;
        self.kept
    }
}

impl Kept {
    /// An instance that another process made, at its folder and address.
    #[must_use]
    pub fn at(folder: &Path, url: &str, setup: Setup) -> Self {
        Self {
            url: url.to_owned(),
            setup,
            clock: Clock::manual(MORNING),
            folder: Folder::Shared(folder.to_owned()),
            _database: None,
        }
    }

    /// The database's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder with database, keys and lock.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match &self.folder {
            Folder::Own(folder) => folder.path(),
            Folder::Shared(folder) => folder,
        }
    }

    /// The same database, from now on under another address: as another role, or by a proxy.
    #[must_use]
    pub fn at_address(self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self
        }
    }

    /// Opens it again, as a restart does.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn reopen(self) -> Scratch {
        let root = RootSource::File(self.folder().join("root.key"));
        let root = root.load().expect("the root secret is where it was put");
        let keystore = self.folder().join("keystore.db");
        let vault = Vault::unlock(&keystore, &root, INSTANCE).await;
        let vault = Arc::new(vault.expect("nobody else has the vault open"));
        let store = Store::open(self.options(0, 1), INSTANCE, vault).await;
        let store = store.expect("a store opens again");
        let names = self.setup.service_names();
        let identity = Identity::open(store.clone(), &names).await;
        let identity = identity.expect("the services were made at the start");
        let (clock, code) = (self.clock.clone(), String::new());
        Scratch {
            store,
            identity,
            clock,
            code,
            kept: self,
        }
    }

    fn options(&self, lane: u16, lanes: u16) -> Options {
        let (url, clock) = (self.url.clone(), self.clock.clone());
        let quarantine_log = self.folder().join("quarantine.log");
        Options {
            url,
            lane,
            lanes,
            clock,
            quarantine_log,
        }
    }
}

/// A PostgreSQL database of one test's own, on the tests' server, dropped at the end.
pub struct OwnDatabase {
    server: String,
    name: String,
    /// Its address.
    pub url: String,
}

impl OwnDatabase {
    /// Makes it.
    ///
    /// # Panics
    /// As [`Scratch::postgres`].
    pub async fn create() -> Self {
        let server = server_url();
        let number = u64::from_be_bytes(random::bytes::<8>());
        let name = format!("almoner_test_{number:016x}");
        let mut raw = Raw::open(&server).await;
        let sql = format!("CREATE DATABASE {name}");
        raw.run(&sql)
            .await
            .expect("the tests' server lets us make a database");
        raw.close().await;
        let (base, rest) = server.split_once('?').unwrap_or((&server, ""));
        let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        let mark = if rest.is_empty() { "" } else { "?" };
        let url = format!("{base}/{name}{mark}{rest}");
        Self { server, name, url }
    }
}

impl Drop for OwnDatabase {
    /// On a thread of its own, since a test ends without waiting for anything asynchronous.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let drop_it = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.expect("a small runtime starts");
            runtime.block_on(async {
                let mut raw = Raw::open(&server).await;
                // A failure leaves a database behind on a server that is itself thrown away.
                let _ = raw.run(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
                raw.close().await;
            });
        });
        let _ = drop_it.join();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests' one setting is read here"
)]
fn server_url() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set: run ./test, which starts a PostgreSQL of its own, or set it to \
             the address of a server that may be filled with test databases"
        )
    })
}

/// Writes a test for both databases: `name::on_sqlite` and `name::on_postgres`.
///
/// ```ignore
/// trust::on_both! {
///     with setup();
///     /// A sentence that could be read to a nurse.
///     async fn nothing_is_lost(scratch: Scratch) { /* … */ }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    (
        with $setup:expr;
        $($(#[$told:meta])* async fn $name:ident($scratch:ident: $scratch_type:ty) $body:block)+
    ) => {$(
        $(#[$told])*
        mod $name {
            use super::*;

            async fn the_sentence_holds($scratch: $scratch_type) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                the_sentence_holds($crate::testing::Scratch::lite_with($setup).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                the_sentence_holds($crate::testing::Scratch::postgres_with($setup).await).await;
            }
        }
    )+};
}
