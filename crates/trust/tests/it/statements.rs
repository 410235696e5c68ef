//! The schema and the statements: each database understands all of them.

use trust::{
    on_both,
    store::{
        database::Database,
        migrate::{TRUST, entitle, migrate},
    },
    testing::{Scratch, Setup, raw::Raw},
};

use crate::linen::{linen, room, stock};

on_both! {
    with linen();

    /// Every statement in the source is understood by the database, gives the columns that the
    /// source expects, and every column of every table exists.
    async fn every_statement_is_understood(scratch: Scratch) {
        assert_eq!(scratch.misfits().await, Vec::<String>::new());
        assert!(trust::store::statement::all().count() > 10, "the register is filled");
        assert!(trust::store::row::tables().iter().any(|table| table.name == "shelf"));
    }

    /// Starting the server twice does not change the database a second time.
    async fn migrations_run_once(scratch: Scratch) {
        let schema = if scratch.is_postgres() {
            "SELECT table_name || '.' || column_name FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY 1"
        } else {
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql"
        };
        let mut raw = scratch.raw().await;
        let before = raw.texts(schema).await;
        let database = Database::parse(scratch.url()).unwrap();
        migrate(&database, &[TRUST, linen().migrations[0]]).await.unwrap();
        assert_eq!(raw.texts(schema).await, before);
    }

    /// A migration that was changed after it ran is refused, and the database stays as it was.
    async fn a_changed_migration_is_refused(scratch: Scratch) {
        let database = Database::parse(scratch.url()).unwrap();
        let mut changed = linen().migrations[0];
        changed.sql = "CREATE TABLE another (id {int} PRIMARY KEY) {strict};";
        let refused = migrate(&database, &[TRUST, changed]).await;
        assert!(matches!(refused, Err(trust::store::error::StoreError::Statement(_))));
        assert_eq!(scratch.misfits().await, Vec::<String>::new());
    }

    /// Nobody can change or remove what stands in the log, not even with the database's own tools.
    async fn the_log_refuses_to_be_changed(scratch: Scratch) {
        let mut raw = scratch.raw().await;
        for sql in ["UPDATE ledger_entry SET sequence = 7", "DELETE FROM ledger_entry"] {
            let refused = raw.run(sql).await.unwrap_err();
            assert!(refused.to_string().contains("the log cannot be changed"), "{refused}");
        }
        scratch.assert_intact().await;
    }
}

/// On PostgreSQL the server connects as a role that owns nothing: it starts, works and verifies,
/// and cannot change the log or drop what protects it, whoever gets hold of its password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_ownership_works_and_cannot_change_the_log() {
    let scratch = Scratch::postgres_with(linen()).await;
    let owner = scratch.url().to_owned();
    let mut raw = scratch.raw().await;
    let role = owner
        .rsplit('/')
        .next()
        .unwrap()
        .replace("almoner_test", "served");
    raw.run(&format!("CREATE ROLE {role} LOGIN PASSWORD 'linen'"))
        .await
        .unwrap();
    let database = Database::parse(&owner).unwrap();
    entitle(&database, &role).await.unwrap();
    let served = as_role(&owner, &role);

    let limited = Database::parse(&served).unwrap();
    migrate(&limited, &[TRUST, linen().migrations[0]])
        .await
        .unwrap();
    let scratch = scratch.shut().await.at_address(&served).reopen().await;
    let (caller, _) = room(&scratch, 2).await;
    stock(&scratch.store, &caller, "by the served role", 3)
        .await
        .unwrap();
    scratch.assert_intact().await;

    let mut thief = Raw::open(&served).await;
    for sql in [
        "UPDATE ledger_entry SET bytes = ''",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "DROP TRIGGER ledger_entry_no_change ON ledger_entry",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "UPDATE instance SET name = 'Mine'",
        "DELETE FROM ledger_checkpoint",
        "DROP TABLE shelf",
        "CREATE TABLE mine (id BIGINT)",
    ] {
        let refused = thief.run(sql).await.unwrap_err().to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{sql}: {refused}"
        );
    }
    thief.close().await;
    let kept = scratch.shut().await;
    for sql in [format!("DROP OWNED BY {role}"), format!("DROP ROLE {role}")] {
        raw.run(&sql).await.unwrap();
    }
    raw.close().await;
    drop(kept);
}

/// A name that could carry SQL is no role.
#[tokio::test]
async fn only_plain_names_are_given_rights() {
    let scratch = Scratch::lite_with(linen()).await;
    let database = Database::parse(scratch.url()).unwrap();
    for name in [
        "almoner",
        "Almoner",
        "a; DROP TABLE shelf",
        "",
        "1a",
        "a\"b",
    ] {
        let refused = entitle(&database, name).await;
        assert!(matches!(
            refused,
            Err(trust::store::error::StoreError::Statement(_))
        ));
    }
}

fn as_role(url: &str, role: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
    format!("postgres://{role}:linen@{host}")
}

/// An instance without any room of its own is founded and verifies.
#[tokio::test]
async fn the_trust_core_stands_alone() {
    let scratch = Scratch::lite_with(Setup::default()).await;
    assert_eq!(scratch.ledger_since(0).await, ["identity.instance_founded"]);
}
