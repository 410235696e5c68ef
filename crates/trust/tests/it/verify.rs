//! What `verify` says about real instances. Here: an instance with a history, and an intruder.
//!
//! The intruder has the database and nothing else: drops the triggers or goes round them, changes
//! something by plain SQL, and puts the triggers back. `verify_matrix` is every way of that;
//! `verify_anchors` what only anchors show; `verify_files` what happens to files; `verify_campaign`
//! thousands of random edits.

use std::{collections::BTreeSet, path::PathBuf};

use trust::{
    identity::caller::Caller,
    ledger::{
        anchor,
        checkpoint::{self, Checkpoint, VerifyingKey, lane_origin},
    },
    store::{
        Store,
        database::Database,
        migrate::{Migration, TRUST},
        verify::{Against, Report, Verdict, What, verify},
    },
    testing::{ORIGIN, Scratch, raw::Raw},
    vault::Vault,
};

use crate::linen::{self, ClearShelf, Move, MoveBlanket, Shelf, ShelfCleared, ShelfId};

/// The tables of the trust core and the linen room that an intruder may want to put back.
pub const TABLES: [&str; 11] = [
    "instance",
    "session",
    "role_grant",
    "role",
    "account",
    "sign_in_failure",
    "shelf",
    "ledger_entry",
    "ledger_head",
    "ledger_sum",
    "ledger_checkpoint",
];

/// An instance with six shelves, two dozen moved blankets, and a shelf that was taken down.
pub async fn with_history(scratch: &Scratch) -> (Caller, Vec<ShelfId>) {
    let (caller, shelves) = linen::room(scratch, 7).await;
    moves(&scratch.store, &caller, &shelves[..6], 0..24).await;
    clear(&scratch.store, &caller, shelves[6]).await;
    (caller, shelves)
}

/// Moves blankets round the shelves.
pub async fn moves(
    store: &Store,
    caller: &Caller,
    shelves: &[ShelfId],
    numbers: std::ops::Range<usize>,
) {
    for number in numbers {
        let (from, to) = (
            shelves[number % shelves.len()],
            shelves[(number + 1) % shelves.len()],
        );
        let moved = Move {
            number: i64::try_from(number).unwrap(),
            from,
            to,
        };
        loop {
            let permit = linen::permit(caller, MoveBlanket).await;
            match linen::move_blanket(store, permit, moved).await {
                Ok(_) => break,
                Err(error) if error.is_passing() => {} // a busy machine: once more
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn clear(store: &Store, caller: &Caller, shelf: ShelfId) {
    let permit = linen::permit(caller, ClearShelf).await;
    let mut tx = store.begin(permit).await.unwrap();
    let row = tx.lock::<Shelf>(shelf).await.unwrap().unwrap();
    tx.delete(&row);
    tx.commit(ShelfCleared { shelf }).await.unwrap();
}

/// The key that auditors have been given.
pub fn key_of(vault: &Vault) -> VerifyingKey {
    VerifyingKey::new(ORIGIN, vault.public_key()).unwrap()
}

/// Everything that made the database.
pub fn migrations() -> Vec<Migration> {
    [TRUST]
        .into_iter()
        .chain(linen::linen().migrations)
        .collect()
}

/// Keeps a checkpoint of the head beside the log and in the folder.
pub async fn anchor_now(scratch: &Scratch, folder: &std::path::Path) {
    let head = *scratch.store.head().borrow();
    let signed = Checkpoint {
        origin: lane_origin(ORIGIN, head.lane),
        size: head.size,
        root: head.root,
    };
    let note = checkpoint::sign(&signed, ORIGIN, scratch.store.vault().signer()).unwrap();
    scratch.store.keep_checkpoint(head.size, note.clone()).await;
    anchor::write(folder, head.lane, &note).unwrap();
    // A read entry later the checkpoint is surely kept: the keeper serves in order.
    let caller = scratch.caller_with(linen::ALL).await;
    linen::shelves(&scratch.store, &caller).await;
}

/// What an auditor with the vault and these anchors is told.
pub async fn told(scratch: &Scratch, anchors: &[PathBuf]) -> Report {
    let vault = scratch.store.vault().clone();
    check(scratch.url(), Some(&vault), anchors).await
}

/// What an auditor without any secret is told, who was given only the verifier key.
pub async fn told_without_keys(scratch: &Scratch, anchors: &[PathBuf]) -> Report {
    let (database, migrations) = (Database::parse(scratch.url()).unwrap(), migrations());
    let key = key_of(scratch.store.vault());
    let against = Against {
        anchors,
        key: Some(&key),
        migrations: &migrations,
        ..Against::default()
    };
    verify(&database, &against).await.unwrap()
}

/// A verification of the database at `url`.
pub async fn check(url: &str, vault: Option<&Vault>, anchors: &[PathBuf]) -> Report {
    let (database, migrations) = (Database::parse(url).unwrap(), migrations());
    let against = Against {
        anchors,
        vault,
        migrations: &migrations,
        ..Against::default()
    };
    verify(&database, &against).await.unwrap()
}

/// The kinds of findings.
pub fn kinds(report: &Report) -> BTreeSet<String> {
    let code = |what: &What| {
        serde_json::to_value(what)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    report
        .findings
        .iter()
        .map(|finding| code(&finding.what))
        .collect()
}

/// Bytes as a literal of SQL.
pub fn literal(bytes: &[u8], postgres: bool) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if postgres {
        format!("'\\x{hex}'::bytea")
    } else {
        format!("x'{hex}'")
    }
}

/// Somebody with the database and its triggers out of the way.
pub struct Intruder {
    pub raw: Raw,
    pub postgres: bool,
    triggers: Vec<String>,
}

impl Intruder {
    pub async fn enter(scratch: &Scratch) -> Self {
        Self::enter_at(scratch.url()).await
    }

    pub async fn enter_at(url: &str) -> Self {
        let (mut raw, postgres) = (Raw::open(url).await, url.starts_with("postgres"));
        let mut triggers = vec![];
        if postgres {
            raw.run("SET session_replication_role = replica")
                .await
                .unwrap();
        } else {
            raw.run("PRAGMA foreign_keys = OFF").await.unwrap();
            let all = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";
            triggers = raw.texts(all).await;
            let names = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
            for name in raw.texts(names).await {
                raw.run(&format!("DROP TRIGGER {name}")).await.unwrap();
            }
        }
        Self {
            raw,
            postgres,
            triggers,
        }
    }

    pub async fn run(&mut self, sql: &str) -> u64 {
        self.raw.run(sql).await.unwrap()
    }

    /// Puts the triggers back, so that only the deed itself can be found.
    pub async fn leave(mut self) {
        for trigger in &self.triggers {
            self.raw.run(trigger).await.unwrap();
        }
        self.raw.close().await;
    }

    /// The bytes of every entry of lane 0, in order.
    pub async fn entries(&mut self) -> Vec<Vec<u8>> {
        let hex = if self.postgres {
            "encode(bytes, 'hex')"
        } else {
            "hex(bytes)"
        };
        let sql = format!("SELECT {hex} FROM ledger_entry WHERE lane = 0 ORDER BY sequence");
        self.raw
            .texts(&sql)
            .await
            .iter()
            .map(|hex| from_hex(hex))
            .collect()
    }

    pub async fn write_entry(&mut self, sequence: usize, bytes: &[u8]) {
        let literal = literal(bytes, self.postgres);
        let sql = format!("UPDATE ledger_entry SET bytes = {literal} WHERE sequence = {sequence}");
        assert_eq!(self.run(&sql).await, 1);
    }

    /// Copies every table aside, for [`Intruder::put_back`].
    pub async fn remember(&mut self) {
        for table in TABLES {
            self.run(&format!(
                "CREATE TEMP TABLE old_{table} AS SELECT * FROM {table}"
            ))
            .await;
        }
    }

    /// Puts every table back to what it was.
    pub async fn put_back(&mut self) {
        for table in TABLES {
            self.run(&format!("DELETE FROM {table}")).await;
            self.run(&format!("INSERT INTO {table} SELECT * FROM old_{table}"))
                .await;
        }
    }
}

/// Hex digits as bytes.
pub fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

trust::on_both! {
    with linen::linen();

    /// Nobody did anything wrong: nothing is found, with and without the keys, and every entry and
    /// row was looked at.
    async fn a_clean_history_raises_no_alarm(scratch: Scratch) {
        let anchors = tempfile::tempdir().unwrap();
        with_history(&scratch).await;
        anchor_now(&scratch, anchors.path()).await;
        let anchors = [anchors.path().to_owned()];

        let keyless = told_without_keys(&scratch, &anchors).await;
        for report in [told(&scratch, &anchors).await, keyless] {
            assert_eq!(report.findings, []);
            assert_eq!(report.unchecked, Vec::<String>::new());
            assert_eq!(report.verdict(), Verdict::Intact);
            assert_eq!(report.entries, scratch.store.head().borrow().size);
            assert!(report.rows > 6);
            assert_eq!(report.anchors, 1);
        }
    }

    /// An auditor names a folder of anchors that is not there: the answer is not "intact" but
    /// "could not check".
    async fn a_missing_folder_of_anchors_is_not_called_intact(scratch: Scratch) {
        with_history(&scratch).await;
        let report = told(&scratch, &[PathBuf::from("/nowhere/to/be/found")]).await;
        assert_eq!(report.verdict(), Verdict::Unchecked);
        assert_eq!(report.verdict().exit_code(), 2);
        assert!(report.unchecked[0].contains("/nowhere/to/be/found"), "{:?}", report.unchecked);
    }
}
