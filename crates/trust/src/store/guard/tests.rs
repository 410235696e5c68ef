//! The guard on a real connection, with the triggers out of the way.

use super::*;
use crate::store::{
    database::Database,
    migrate::{TRUST, migrate},
};

/// A migrated database and its writing connection, as the keeper has it.
async fn writing() -> (tempfile::TempDir, Conn) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("almoner.db").display());
    let database = Database::parse(&url).unwrap();
    migrate(&database, &[TRUST]).await.unwrap();
    let mut conn = database
        .connect(std::time::Duration::from_secs(5))
        .await
        .unwrap();
    conn.script("INSERT INTO ledger_entry VALUES (0, 0, x'00'), (0, 1, x'01')")
        .await
        .unwrap();
    (folder, conn)
}

async fn entries(conn: &mut Conn) -> i64 {
    let sql = "SELECT COUNT(*) FROM ledger_entry WHERE bytes <> x'ff'";
    match conn.all(sql, vec![], &[Kind::Int]).await.unwrap()[0][0] {
        Value::Int(Some(count)) => count,
        ref other => panic!("{other:?}"),
    }
}

const DROP: &str = "DROP TRIGGER ledger_entry_no_update; DROP TRIGGER ledger_entry_no_delete";

/// The triggers stand: no statement of the server's own connection changes or removes an entry, not
/// even one that would put another in its place.
#[tokio::test]
async fn triggers_refuse_every_way_of_changing_the_log() {
    let (_folder, mut conn) = writing().await;
    for sql in [
        "UPDATE ledger_entry SET bytes = x'ff'",
        "DELETE FROM ledger_entry WHERE sequence = 1",
        "DELETE FROM ledger_entry",
        "INSERT OR REPLACE INTO ledger_entry VALUES (0, 1, x'ff')",
    ] {
        let refused = conn.script(sql).await.unwrap_err();
        assert!(
            refused.to_string().contains("the log cannot be changed"),
            "{sql}: {refused}"
        );
    }
    assert_eq!(entries(&mut conn).await, 2);
}

/// The triggers are gone: the statement runs, and the COMMIT does not. Afterwards honest work goes
/// on.
#[tokio::test]
async fn without_triggers_a_changed_log_is_not_committed() {
    let (_folder, mut conn) = writing().await;
    conn.script(DROP).await.unwrap();
    for sql in [
        "UPDATE ledger_entry SET bytes = x'ff' WHERE sequence = 0",
        "DELETE FROM ledger_entry WHERE sequence = 1",
    ] {
        conn.script("BEGIN IMMEDIATE").await.unwrap();
        conn.script(sql).await.unwrap();
        conn.script("COMMIT").await.unwrap_err();
        assert_eq!(entries(&mut conn).await, 2, "{sql}");
    }
    conn.script("BEGIN IMMEDIATE; INSERT INTO ledger_entry VALUES (0, 2, x'02'); COMMIT")
        .await
        .unwrap();
    assert_eq!(entries(&mut conn).await, 3);
}

/// What the migration makes is what belongs there; a missing, a changed and a foreign trigger are
/// told apart.
#[tokio::test]
async fn triggers_are_judged_by_what_they_do() {
    let (_folder, mut conn) = writing().await;
    assert_eq!(missing(&mut conn).await.unwrap(), None);

    conn.script("DROP TRIGGER ledger_entry_no_delete")
        .await
        .unwrap();
    let reason = missing(&mut conn).await.unwrap().unwrap();
    assert!(
        reason.contains("ledger_entry_no_delete on ledger_entry is gone"),
        "{reason}"
    );

    conn.script(
        "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT 1; END",
    )
    .await
    .unwrap();
    let reason = missing(&mut conn).await.unwrap().unwrap();
    assert!(
        reason.contains("is not the one that belongs there"),
        "{reason}"
    );
}

/// A trigger that nobody made by a migration sits on the log itself: somebody wants to act on every
/// entry.
#[tokio::test]
async fn a_foreign_trigger_on_the_log_is_told() {
    let (_folder, mut conn) = writing().await;
    conn.script("CREATE TRIGGER extra AFTER INSERT ON ledger_entry BEGIN SELECT 1; END")
        .await
        .unwrap();
    let reason = missing(&mut conn).await.unwrap().unwrap();
    assert!(
        reason.contains("added the trigger extra to ledger_entry"),
        "{reason}"
    );
}
