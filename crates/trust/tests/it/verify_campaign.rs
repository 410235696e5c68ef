//! Thousands of random edits on copies of a real instance: by SQL, and of single bytes.
//!
//! Every edit must be answered with "tampered" or "could not check". An edit that changes nothing
//! that anybody could read (a bit of free space in a page, a zero kept twice) is recognised by
//! comparing everything readable before and after, and counted apart: there is nothing to find.
//!
//! What is readable leaves out what `verify` says openly that it does not watch: the epoch of a
//! head, the migrations' own times, and a stored checkpoint that is gone. `ALMONER_CAMPAIGN=10000`
//! sets how many edits of each kind are made; a few dozen otherwise.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use sqlx::{Connection, Row, SqlSafeStr};
use trust::{
    store::{
        database::Database,
        verify::{Against, Verdict, verify},
    },
    testing::{Scratch, raw::Raw},
    vault::{RootSource, Vault},
};

use crate::{
    linen,
    verify::{Intruder, TABLES, anchor_now, check, migrations, moves, told, with_history},
};

/// Edits of each kind when nobody asks for more.
const EDITS: usize = 30;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own setting: how long the campaign is"
)]
fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// An instance at rest with its anchors, and the same some changes earlier.
struct Stage {
    folder: tempfile::TempDir,
    vault: Vault,
    now: Vec<u8>,
    earlier: String,
    anchors: [PathBuf; 1],
}

impl Stage {
    async fn set() -> Self {
        let scratch = Scratch::lite_with(linen::linen()).await;
        let (folder, anchors) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (caller, shelves) = with_history(&scratch).await;
        anchor_now(&scratch, anchors.path()).await;
        let earlier = folder.path().join("earlier.db");
        let mut raw = scratch.raw().await;
        raw.run(&format!("VACUUM INTO '{}'", earlier.display()))
            .await
            .unwrap();
        raw.close().await;
        moves(&scratch.store, &caller, &shelves[..6], 40..50).await;
        anchor_now(&scratch, anchors.path()).await;
        drop(caller);
        let kept = scratch.shut().await;
        let mut raw = Raw::open(kept.url()).await;
        raw.run("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        raw.close().await;
        let now = fs::read(kept.folder().join("almoner.db")).unwrap();
        let root = RootSource::File(kept.folder().join("root.key"))
            .load()
            .unwrap();
        let keystore = kept.folder().join("keystore.db");
        let vault = Vault::unlock_read_only(&keystore, &root, trust::testing::INSTANCE).await;
        let anchors = [anchors.keep()];
        Self {
            folder,
            vault: vault.unwrap(),
            now,
            earlier: earlier.display().to_string(),
            anchors,
        }
    }

    /// A copy of the instance, with these bytes.
    fn copy(&self, bytes: &[u8]) -> (PathBuf, String) {
        let path = self.folder.path().join("copy.db");
        for ending in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(format!("{}{ending}", path.display())); // of the last copy
        }
        fs::write(&path, bytes).unwrap();
        let url = format!("sqlite:{}", path.display());
        (path, url)
    }

    /// Whether `verify` says that all is well.
    async fn is_called_intact(&self, url: &str) -> bool {
        let (database, migrations) = (Database::parse(url).unwrap(), migrations());
        let against = Against {
            anchors: &self.anchors,
            vault: Some(&self.vault),
            migrations: &migrations,
            ..Against::default()
        };
        match verify(&database, &against).await {
            Ok(report) => report.verdict() == Verdict::Intact,
            Err(_) => false, // could not check, and says so
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A leftover in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.anchors[0]);
    }
}

type Readable = BTreeMap<String, Vec<String>>;

/// Everything that can be read, table by table, as text; what cannot be read says so.
async fn readable(path: &Path) -> Readable {
    let url = format!("sqlite:{}?mode=ro&immutable=1", path.display());
    let mut dump = BTreeMap::new();
    let mut raw = Lenient(sqlx::SqliteConnection::connect(&url).await.ok());
    for table in TABLES.iter().chain(&["_sqlx_migrations", "sqlite_schema"]) {
        let columns = raw
            .texts(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .await;
        let unwatched: &[&str] = match *table {
            "ledger_head" => &["epoch"],
            "_sqlx_migrations" => &["installed_on", "execution_time"],
            "sqlite_schema" => &["rootpage"],
            _ => &[],
        };
        let watched = columns
            .iter()
            .filter(|column| !unwatched.contains(&column.as_str()));
        let cells: Vec<String> = watched
            .map(|column| format!("typeof(\"{column}\") || quote(\"{column}\")"))
            .collect();
        let filter = match *table {
            "ledger_sum" => "WHERE total <> zeroblob(32)",
            "sqlite_schema" => "WHERE tbl_name <> '_sqlx_migrations'",
            _ => "",
        };
        let cells = if cells.is_empty() {
            "''".to_owned()
        } else {
            cells.join(" || ',' || ")
        };
        // Without an index, and with every index: a damaged one changes what can be looked up.
        let mut rows = raw
            .texts(&format!(
                "SELECT {cells} FROM \"{table}\" NOT INDEXED {filter}"
            ))
            .await;
        rows.sort();
        dump.insert((*table).to_owned(), rows);
    }
    dump.insert(
        "indexes".to_owned(),
        raw.texts("PRAGMA integrity_check").await,
    );
    dump
}

/// A connection to what may be damaged, if there is one.
struct Lenient(Option<sqlx::SqliteConnection>);

impl Lenient {
    /// The first column as text, or the error in the place of a row.
    async fn texts(&mut self, sql: &str) -> Vec<String> {
        let Some(conn) = &mut self.0 else {
            return vec!["no connection".to_owned()];
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "a test reads whatever tables there are"
        )]
        let sql = sqlx::AssertSqlSafe(sql.to_owned()).into_sql_str();
        let rows = match sqlx::raw_sql(sql).fetch_all(conn).await {
            Ok(rows) => rows,
            Err(error) => return vec![error.to_string()],
        };
        let text = |row: &sqlx::sqlite::SqliteRow| row.try_get::<String, _>(0);
        rows.iter()
            .map(|row| text(row).unwrap_or_else(|error| error.to_string()))
            .collect()
    }
}

/// One random edit by SQL; what it did, as a sentence for a failure.
async fn edit(intruder: &mut Intruder, stage: &Stage, dice: &mut Dice) -> String {
    let table = *dice.pick(&TABLES);
    let rows = intruder
        .raw
        .texts(&format!("SELECT CAST(rowid AS TEXT) FROM {table}"))
        .await;
    if rows.is_empty() {
        return String::new();
    }
    let (row, other) = (dice.pick(&rows).clone(), dice.pick(&rows).clone());
    let columns = intruder
        .raw
        .texts(&format!("SELECT name FROM pragma_table_info('{table}')"))
        .await;
    let column = dice.pick(&columns).clone();
    let sql = match dice.below(6) {
        0 => format!(
            "UPDATE {table} SET {column} = {} WHERE rowid = {row}",
            changed(&column, dice)
        ),
        1 => format!("DELETE FROM {table} WHERE rowid = {row}"),
        2 => copy_row(table, &columns, &row, dice),
        3 => swap(table, &columns, (&row, &other), dice),
        4 => format!(
            "UPDATE OR IGNORE {table} SET {column} = (SELECT {column} FROM {table} \
             WHERE rowid = {other}) WHERE rowid = {row}"
        ),
        _ => format!(
            "ATTACH '{}' AS old; INSERT OR REPLACE INTO main.{table} SELECT * FROM old.{table} \
             WHERE rowid = {row}; DETACH old",
            stage.earlier
        ),
    };
    // A refused edit (a broken rule) changed nothing; the comparison sees that.
    let outcome = intruder.raw.run(&sql).await;
    format!("{sql}: {outcome:?}")
}

/// Another value of a column's own kind, as SQL.
fn changed(column: &str, dice: &mut Dice) -> String {
    let number = dice.below(200) + 1;
    format!(
        "CASE typeof({column}) WHEN 'integer' THEN {column} + {number} \
         WHEN 'text' THEN {column} || '{number}' \
         WHEN 'blob' \
         THEN CAST(substr({column}, 1, length({column}) - 1) || char({number} % 127 + 1) \
         AS BLOB) ELSE {number} END"
    )
}

fn copy_row(table: &str, columns: &[String], row: &str, dice: &mut Dice) -> String {
    let renewed: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| match at {
            0 => changed(column, dice),
            1 if table.starts_with("ledger_") => changed(column, dice),
            _ if ["name", "token_hash", "sign_in_index", "label", "role"].contains(&&**column) => {
                changed(column, dice)
            }
            _ => column.clone(),
        })
        .collect();
    let values = renewed.join(", ");
    format!("INSERT OR IGNORE INTO {table} SELECT {values} FROM {table} WHERE rowid = {row}")
}

/// Changes the contents of two rows, all but the key.
fn swap(table: &str, columns: &[String], rows: (&str, &str), dice: &mut Dice) -> String {
    let column = dice.pick(&columns[1..]).clone();
    let (one, other) = rows;
    format!(
        "CREATE TEMP TABLE held AS SELECT rowid AS place, {column} AS content FROM {table} \
         WHERE rowid IN ({one}, {other}); \
         UPDATE OR IGNORE {table} SET {column} = (SELECT content FROM held WHERE place = \
         CASE {table}.rowid WHEN {one} THEN {other} ELSE {one} END) \
         WHERE rowid IN ({one}, {other}); \
         DROP TABLE held"
    )
}

/// Random edits by SQL: each is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_edit_by_sql_is_found() {
    let stage = Stage::set().await;
    let (path, url) = stage.copy(&stage.now);
    assert!(stage.is_called_intact(&url).await);
    let before = readable(&path).await;
    let (mut dice, mut found, mut nothing, mut copies) = (Dice(0x5EED), 0, 0, 0);
    while found < setting("ALMONER_CAMPAIGN", EDITS) {
        let (path, url) = stage.copy(&stage.now);
        let mut intruder = Intruder::enter_at(&url).await;
        let what = edit(&mut intruder, &stage, &mut dice).await;
        let _ = intruder.raw.run("PRAGMA wal_checkpoint(TRUNCATE)").await; // closing does it, too
        intruder.leave().await;
        let after = readable(&path).await;
        if after == before {
            nothing += 1;
        } else if only_a_checkpoint_is_gone(&before, &after) {
            copies += 1;
        } else {
            assert!(!stage.is_called_intact(&url).await, "not found: {what}");
            found += 1;
        }
    }
    println!(
        "by SQL: {found} found, 0 missed; {nothing} changed nothing, {copies} only removed a copy \
         of an anchor"
    );
}

/// A stored checkpoint is a copy of an anchor: that it is gone takes nothing from the record.
fn only_a_checkpoint_is_gone(before: &Readable, after: &Readable) -> bool {
    let same = |(table, rows): (&String, &Vec<String>)| {
        let kept = &after[table];
        if table == "ledger_checkpoint" {
            kept.iter().all(|row| rows.contains(row))
        } else {
            kept == rows
        }
    };
    before.iter().all(same)
}

/// What can be read on one side only, but for a checkpoint that is gone.
fn difference(before: &Readable, after: &Readable) -> Vec<String> {
    if only_a_checkpoint_is_gone(before, after) {
        return vec![];
    }
    let mut told = vec![];
    for (table, left) in before {
        let right = &after[table];
        let gone = left
            .iter()
            .filter(|row| !right.contains(row))
            .map(|row| format!("- {row}"));
        let new = right
            .iter()
            .filter(|row| !left.contains(row))
            .map(|row| format!("+ {row}"));
        told.extend(
            gone.chain(new)
                .take(4)
                .map(|row| format!("{table} {row:.200}")),
        );
    }
    told
}

/// Random bytes of the file are changed, one, four or sixteen at a time: each change of anything
/// readable is found, or it is said that the file could not be checked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_edit_of_bytes_is_found() {
    let stage = Stage::set().await;
    let (path, _) = stage.copy(&stage.now);
    let before = readable(&path).await;
    let (mut dice, mut found, mut nothing) = (Dice(0xB17E5), 0, 0);
    while found < setting("ALMONER_CAMPAIGN", EDITS) {
        let mut bytes = stage.now.clone();
        let (at, length) = (dice.below(bytes.len() - 16), *dice.pick(&[1, 4, 16]));
        for byte in &mut bytes[at..at + length] {
            *byte ^= u8::try_from(dice.below(255) + 1).unwrap();
        }
        let (path, url) = stage.copy(&bytes);
        if stage.is_called_intact(&url).await {
            let after = readable(&path).await;
            let difference = difference(&before, &after);
            assert!(
                difference.is_empty(),
                "not found: {length} bytes at {at}: {difference:#?}"
            );
            nothing += 1;
        } else {
            found += 1;
        }
    }
    println!("of bytes: {found} found, 0 missed; {nothing} changed nothing that can be read");
}

/// Many honest changes raise no alarm: `ALMONER_CLEAN=100000` sets how many.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_work_raises_no_alarm() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    let anchors = tempfile::tempdir().unwrap();
    let (caller, shelves) = with_history(&scratch).await;
    let (total, writers) = (setting("ALMONER_CLEAN", 200), 32);
    let each = total.div_ceil(writers);
    for stretch in 0..4 {
        let work = (0..writers).map(|writer| {
            let (store, caller, shelves) = (scratch.store.clone(), caller.clone(), shelves.clone());
            let from = writer + stretch;
            async move {
                let numbers = from..from + each.div_ceil(4);
                moves(&store, &caller, &shelves[..6], numbers).await;
            }
        });
        futures_util::future::join_all(work).await;
        anchor_now(&scratch, anchors.path()).await;
    }
    let anchors = [anchors.path().to_owned()];
    let report = told(&scratch, &anchors).await;
    assert_eq!(report.findings, []);
    assert!(report.entries >= u64::try_from(total).unwrap());
    println!("{} entries of honest work, no alarm", report.entries);
    let kept = scratch.shut().await;
    assert_eq!(
        check(kept.url(), None, &anchors).await.verdict(),
        Verdict::Intact
    );
}
