//! The schema and the statements: each database understands all of them.

use trust::{
    on_both,
    store::{
        database::Database,
        migrate::{TRUST, migrate},
    },
    testing::{Scratch, Setup},
};

use crate::linen::linen;

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

/// An instance without any room of its own is founded and verifies.
#[tokio::test]
async fn the_trust_core_stands_alone() {
    let scratch = Scratch::lite_with(Setup::default()).await;
    assert_eq!(scratch.ledger_since(0).await, ["identity.instance_founded"]);
}
