//! An instance on PostgreSQL whose server owns nothing: made by the owner, served by another role.

use trust::testing::{OwnDatabase, raw::Raw};

use crate::commands::{Made, almoner_told};

/// An operator makes the instance as the owner, gives a second role what serving needs, and puts
/// that role's address into the settings: the instance works and verifies, and whoever gets hold of
/// the server's password cannot take a trigger from the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_owns_nothing_serves() {
    let owned = OwnDatabase::create().await;
    let role = owned
        .url
        .rsplit('/')
        .next()
        .unwrap()
        .replace("almoner_test", "served");
    let mut owner = Raw::open(&owned.url).await;
    owner
        .run(&format!("CREATE ROLE {role} LOGIN PASSWORD 'quiet'"))
        .await
        .unwrap();
    let made = Made::with(&["--database", &owned.url], "");
    let dir = made.dir();
    let migrate = ["migrate", dir.to_str().unwrap(), "--role", &role];
    let migrated = almoner_told(&migrate, &format!("{}\n", owned.url));
    assert_eq!(migrated.code, 0, "{}", migrated.said);

    let (_, host) = owned.url.split_once('@').unwrap();
    let served = format!("postgres://{role}:quiet@{host}");
    let settings = dir.join("almoner.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace(&owned.url, &served)).unwrap();
    made.work(3).await;
    let verified = made.run("verify", &[]);
    assert_eq!(verified.code, 0, "{}", verified.said);

    let mut thief = Raw::open(&served).await;
    let refused = thief
        .run("DROP TRIGGER ledger_entry_no_change ON ledger_entry")
        .await;
    assert!(refused.unwrap_err().to_string().contains("must be owner"));
    thief.close().await;
    for sql in [format!("DROP OWNED BY {role}"), format!("DROP ROLE {role}")] {
        owner.run(&sql).await.unwrap();
    }
    owner.close().await;
}

/// An instance in a file has no owner to ask, and says so.
#[test]
fn an_instance_in_a_file_needs_no_owner() {
    let made = Made::new();
    let refused = made.run("migrate", &[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .said
            .contains("brought up to date when it is served")
    );
}
