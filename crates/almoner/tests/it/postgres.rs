//! A PostgreSQL database for one test, dropped at its end.
//!
//! Refused: going on without a server, since a test that is left out passes unseen.

use trust::{testing::raw::Raw, vault::random};

/// The setting that names the PostgreSQL server of the tests.
const SERVER: &str = "ALMONER_TEST_POSTGRES";

/// A database of the test's own.
pub struct OwnDatabase {
    server: String,
    name: String,
    /// Its address.
    pub url: String,
}

impl OwnDatabase {
    /// Makes it on the tests' server.
    pub async fn create() -> Self {
        let server = server();
        let number = u64::from_be_bytes(random::bytes::<8>());
        let name = format!("almoner_test_{number:016x}");
        let mut raw = Raw::open(&server).await;
        raw.run(&format!("CREATE DATABASE {name}")).await.unwrap();
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
            runtime.unwrap().block_on(async {
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
fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set: run ./test, which starts a PostgreSQL of its own, or set it to \
             the address of a server that may be filled with test databases"
        )
    })
}
