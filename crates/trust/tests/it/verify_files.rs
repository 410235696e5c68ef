//! What happens to files: crashed and running servers, damaged pages, and that looking changes
//! nothing.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use trust::{
    store::{
        database::Database,
        verify::{Against, Verdict, VerifyError, verify},
    },
    testing::{Scratch, raw::Raw},
};

use crate::{
    linen,
    verify::{check, kinds, told, with_history},
};

/// Every file in a folder: its bytes and when it was changed.
fn as_it_is(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let look = |path: PathBuf| {
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        (path.clone(), (fs::read(&path).unwrap(), changed))
    };
    files.filter(|path| path.is_file()).map(look).collect()
}

/// The stopped server's database as one file, with nothing left beside it.
async fn settled(url: &str) {
    let mut raw = Raw::open(url).await;
    raw.run("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    raw.close().await;
}

/// The database with what lies beside it, as a crash leaves it: copied while the server has it
/// open.
fn crashed_copy(scratch: &Scratch) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["almoner.db", "almoner.db-wal"] {
        fs::copy(scratch.folder().join(name), folder.path().join(name)).unwrap();
    }
    let url = format!("sqlite:{}", folder.path().join("almoner.db").display());
    (folder, url)
}

/// An auditor looks at a running server's database, then at a stopped one's: both times every entry
/// is read and not one file is changed, made or taken away.
#[tokio::test]
async fn looking_changes_nothing() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    with_history(&scratch).await;
    let entries = scratch.store.head().borrow().size;
    let before = as_it_is(scratch.folder());
    let report = told(&scratch, &[]).await;
    assert_eq!(
        (report.verdict(), report.entries),
        (Verdict::Intact, entries)
    );
    assert!(
        as_it_is(scratch.folder()) == before,
        "files of the running server were changed"
    );

    let kept = scratch.shut().await;
    settled(kept.url()).await;
    let before = as_it_is(kept.folder());
    let report = check(kept.url(), None, &[]).await;
    assert_eq!(
        (report.verdict(), report.entries),
        (Verdict::Intact, entries)
    );
    assert!(
        as_it_is(kept.folder()) == before,
        "files of the stopped server were changed"
    );
}

/// The server was killed, and its newest changes lie in the file beside the database only: they are
/// read too, and the two files stay as the crash left them.
#[tokio::test]
async fn a_crashed_database_is_read_to_its_last_change() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    with_history(&scratch).await;
    let entries = scratch.store.head().borrow().size;
    let (folder, url) = crashed_copy(&scratch);
    let before = as_it_is(folder.path());
    let report = check(&url, Some(scratch.store.vault()), &[]).await;
    assert_eq!(
        (report.verdict(), report.entries),
        (Verdict::Intact, entries)
    );
    assert!(
        as_it_is(folder.path()) == before,
        "the crashed server's files were changed"
    );
}

/// The file beside the database was lost after a crash: what was in it is missed.
#[tokio::test]
async fn a_lost_journal_is_noticed() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    with_history(&scratch).await;
    let (folder, url) = crashed_copy(&scratch);
    fs::remove_file(folder.path().join("almoner.db-wal")).unwrap();
    let database = Database::parse(&url).unwrap();
    let verdict = verify(&database, &Against::default())
        .await
        .map(|report| report.verdict());
    assert!(!matches!(verdict, Ok(Verdict::Intact)), "{verdict:?}");
}

/// A page in the middle of the file is filled with noise: a finding or "could not check", and no
/// panic.
#[tokio::test]
async fn a_damaged_page_is_not_called_intact() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    with_history(&scratch).await;
    let kept = scratch.shut().await;
    settled(kept.url()).await;
    let path = kept.folder().join("almoner.db");
    let whole = fs::read(&path).unwrap();
    for page in 0..whole.len() / 4_096 {
        let mut damaged = whole.clone();
        for (at, byte) in damaged[page * 4_096..(page + 1) * 4_096]
            .iter_mut()
            .enumerate()
        {
            *byte = u8::try_from((at * 31 + page) % 251).unwrap();
        }
        fs::write(&path, &damaged).unwrap();
        let database = Database::parse(kept.url()).unwrap();
        let verdict = verify(&database, &Against::default())
            .await
            .map(|report| report.verdict());
        assert!(
            !matches!(verdict, Ok(Verdict::Intact)),
            "page {page}: {verdict:?}"
        );
    }
}

/// An index no longer knows a row: whoever looks the row up is told that it is not there.
#[tokio::test]
async fn an_index_that_hides_a_row_is_found() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    with_history(&scratch).await;
    let mut raw = scratch.raw().await;
    // As if the index had been made for fewer rows: SQLite is told another condition afterwards.
    raw.run("CREATE INDEX made_small ON shelf (blankets) WHERE id > 3")
        .await
        .unwrap();
    raw.run("PRAGMA writable_schema = ON").await.unwrap();
    let text = "CREATE INDEX made_small ON shelf (blankets)";
    raw.run(&format!(
        "UPDATE sqlite_schema SET sql = '{text}' WHERE name = 'made_small'"
    ))
    .await
    .unwrap();
    raw.close().await;
    let found = kinds(&told(&scratch, &[]).await);
    assert!(found.contains("page_damaged"), "{found:?}");
    assert!(found.contains("catalogue_changed"), "{found:?}");
}

/// A rule of a table is loosened.
#[tokio::test]
async fn a_loosened_rule_is_found() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    with_history(&scratch).await;
    let mut raw = scratch.raw().await;
    raw.run("PRAGMA writable_schema = ON").await.unwrap();
    let sql = "UPDATE sqlite_schema SET sql = replace(sql, 'blankets >= 0', 'blankets >= -9') \
               WHERE name = 'shelf'";
    assert_eq!(raw.run(sql).await.unwrap(), 1);
    raw.close().await;
    let found = kinds(&told(&scratch, &[]).await);
    assert_eq!(Vec::from_iter(found), ["catalogue_changed"]);
}

/// A path leads to something else: it is said so, and no empty database appears there.
#[tokio::test]
async fn what_is_no_instance_could_not_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nothing.db");
    let database = Database::parse(&format!("sqlite:{}", missing.display())).unwrap();
    let refused = verify(&database, &Against::default()).await;
    assert!(matches!(refused, Err(VerifyError::File(..))), "{refused:?}");
    assert!(!missing.exists());
    fs::write(&missing, b"not a database, but a letter to the ward").unwrap();
    let refused = verify(&database, &Against::default()).await;
    assert!(
        matches!(refused, Err(VerifyError::Database(_))),
        "{refused:?}"
    );
}
