//! How long `verify` takes: makes an instance of so many entries and rows, then checks it.
//!
//! `cargo run --release -p trust --example verify_bench -- 1000000 200000`
//!
//! The instance is written row by row from the format's own functions, not through the store, since
//! a million durable changes would take an hour. It is one that the store could have written: every
//! seal, digest, sum, head and checkpoint is right, and the bench fails if `verify` finds anything.

use std::{collections::HashMap, path::Path, process::ExitCode, time::Duration};

use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use tokio::time::Instant;
use trust::{
    ledger::{
        Hash,
        checkpoint::{self, Checkpoint, VerifyingKey, lane_origin},
        entry::{Entry, Key, Outcome, Pointer, Touch},
        leaf_hash,
        row::{self, Cell},
        sums::{Sum, bucket_of},
        tree::Frontier,
    },
    store::{
        database::Database,
        migrate::{TRUST, migrate},
        verify::{Against, Verdict, verify},
    },
    vault::{RootSecret, Vault},
};

const INSTANCE: [u8; 16] = *b"an instance made";
const ORIGIN: &str = "bench.example";
const TABLE: &str = "sign_in_failure";
/// Entries between two checkpoints.
const CHECKPOINT_EVERY: u64 = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let entries = numbers.next().and_then(Result::ok).unwrap_or(1_000_000);
    let rows = numbers
        .next()
        .and_then(Result::ok)
        .unwrap_or(200_000)
        .max(1);
    let folder = std::env::temp_dir().join(format!("verify-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the bench can be made");
    let outcome = run(&folder, entries, rows).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn run(folder: &Path, entries: u64, rows: u64) -> ExitCode {
    let root = RootSecret::random();
    let vault = Vault::create(&folder.join("keystore.db"), &root, INSTANCE).await;
    let vault = vault.expect("the bench makes its own vault");
    let url = format!("sqlite:{}", folder.join("almoner.db").display());
    let database = Database::parse(&url).expect("the bench's own address is right");
    migrate(&database, &[TRUST])
        .await
        .expect("the migrations fit");
    let Database::Lite(options) = &database else {
        return ExitCode::FAILURE;
    };
    let mut conn = options
        .clone()
        .connect()
        .await
        .expect("the bench's own file opens");
    let written = fill(&mut conn, &vault, entries, rows).await;
    written.expect("the bench writes into its own file");
    conn.close().await.expect("the file is closed");

    let mut all_well = true;
    for (name, vault) in [("with the vault", Some(&vault)), ("without keys", None)] {
        let against = Against {
            vault,
            migrations: &[TRUST],
            ..Against::default()
        };
        let began = Instant::now();
        let report = verify(&database, &against)
            .await
            .expect("the file can be read");
        let took = began.elapsed();
        let rate = rate(report.entries, took);
        println!(
            "{name}: {} entries, {} rows in {:.2} s ({rate} entries/s)",
            report.entries,
            report.rows,
            took.as_secs_f64()
        );
        for finding in report.findings.iter().take(5) {
            println!("  {}", finding.sentence);
        }
        all_well &= report.verdict() == Verdict::Intact;
    }
    if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn rate(entries: u64, took: Duration) -> u128 {
    u128::from(entries) * 1_000 / took.as_millis().max(1)
}

/// Writes a whole instance.
async fn fill(
    conn: &mut SqliteConnection,
    vault: &Vault,
    entries: u64,
    rows: u64,
) -> sqlx::Result<()> {
    let key = VerifyingKey::new(ORIGIN, vault.public_key()).expect("the bench's origin is a name");
    conn.execute("PRAGMA synchronous = OFF").await?;
    conn.execute("BEGIN").await?;
    let own = instance_cells(&key);
    let mut tree = Frontier::new();
    let mut last: HashMap<u64, Cells> = HashMap::new();
    for sequence in 0..entries {
        let number = sequence % rows;
        let cells = cells(number, sequence);
        let bytes = match sequence {
            0 => entry(0, ("instance", INSTANCE.to_vec()), &own).encode(),
            _ => entry(sequence, (TABLE, name(number)), &cells).encode(),
        };
        tree.append(leaf_hash(&bytes));
        sqlx::query("INSERT INTO ledger_entry VALUES (0, $1, $2)")
            .bind(sequence.cast_signed())
            .bind(bytes)
            .execute(&mut *conn)
            .await?;
        if sequence > 0 {
            last.insert(number, cells);
        }
        if tree.size().is_multiple_of(CHECKPOINT_EVERY) {
            keep_checkpoint(conn, vault, &tree).await?;
        }
    }
    keep_rows(conn, vault, &last).await?;
    keep_instance(conn, vault, &own).await?;
    sqlx::query("INSERT INTO ledger_head VALUES (0, 1, $1, $2, $3)")
        .bind(entries.cast_signed())
        .bind(tree.to_bytes())
        .bind(moment(entries.saturating_sub(1)))
        .execute(&mut *conn)
        .await?;
    conn.execute("COMMIT").await?;
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .map(drop)
}

async fn keep_checkpoint(
    conn: &mut SqliteConnection,
    vault: &Vault,
    tree: &Frontier,
) -> sqlx::Result<()> {
    let signed = Checkpoint {
        origin: lane_origin(ORIGIN, 0),
        size: tree.size(),
        root: tree.root(),
    };
    let note =
        checkpoint::sign(&signed, ORIGIN, vault.signer()).expect("the bench's names are names");
    sqlx::query("INSERT INTO ledger_checkpoint VALUES (0, $1, $2)")
        .bind(tree.size().cast_signed())
        .bind(note)
        .execute(&mut *conn)
        .await
        .map(drop)
}

/// Cells in the order of their columns.
type Cells = Vec<(&'static str, Cell)>;

async fn keep_rows(
    conn: &mut SqliteConnection,
    vault: &Vault,
    last: &HashMap<u64, Cells>,
) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO sign_in_failure VALUES ($1, $2, $3, $4, $5, $6)";
    let mut sums: HashMap<u8, Sum> = HashMap::new();
    for (number, cells) in last {
        let seal = keep_row(conn, vault, (TABLE, INSERT), cells).await?;
        sums.entry(bucket_of(&Key::Bytes(name(*number))))
            .or_default()
            .add(&seal);
    }
    for (bucket, sum) in sums {
        keep_sum(conn, TABLE, bucket, &sum).await?;
    }
    Ok(())
}

async fn keep_instance(
    conn: &mut SqliteConnection,
    vault: &Vault,
    cells: &Cells,
) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO instance VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let seal = keep_row(conn, vault, ("instance", INSERT), cells).await?;
    let mut sum = Sum::default();
    sum.add(&seal);
    let bucket = bucket_of(&Key::Bytes(INSTANCE.to_vec()));
    keep_sum(conn, "instance", bucket, &sum).await
}

async fn keep_row(
    conn: &mut SqliteConnection,
    vault: &Vault,
    (table, insert): (&str, &'static str),
    cells: &Cells,
) -> sqlx::Result<Hash> {
    let seal = row::seal(vault.seal_key(), &row::canonical(table, cells));
    let mut query = sqlx::query(insert);
    for (_, cell) in cells {
        query = match cell {
            Cell::Bytes(bytes) => query.bind(bytes.clone()),
            Cell::Int(number) => query.bind(*number),
            Cell::Text(text) => query.bind(text.clone()),
            Cell::Null => query.bind(None::<i64>),
        };
    }
    query.bind(seal.to_vec()).execute(conn).await?;
    Ok(seal)
}

async fn keep_sum(
    conn: &mut SqliteConnection,
    table: &str,
    bucket: u8,
    sum: &Sum,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO ledger_sum VALUES (0, $1, $2, $3)")
        .bind(table.to_owned())
        .bind(i64::from(bucket))
        .bind(sum.to_bytes().to_vec())
        .execute(conn)
        .await
        .map(drop)
}

fn instance_cells(key: &VerifyingKey) -> Cells {
    vec![
        ("id", Cell::Bytes(INSTANCE.to_vec())),
        ("origin", Cell::Text(ORIGIN.to_owned())),
        ("name", Cell::Text("Bench".to_owned())),
        ("created_at", Cell::Int(0)),
        ("checkpoint_key", Cell::Text(key.to_string())),
        ("entry", Cell::Int(0)),
    ]
}

/// A row in the order of its columns; `entry` is the last before the seal.
fn cells(number: u64, sequence: u64) -> Cells {
    let pointer = Pointer { lane: 0, sequence }
        .pack()
        .expect("a bench is short");
    vec![
        ("bucket", Cell::Bytes(name(number))),
        ("failures", Cell::Int(sequence.cast_signed())),
        ("last_at", Cell::Int(moment(sequence))),
        ("wait_until", Cell::Int(moment(sequence) + 1)),
        ("entry", Cell::Int(pointer)),
    ]
}

fn entry(sequence: u64, (table, key): (&str, Vec<u8>), cells: &Cells) -> Entry {
    let after = Some(row::digest(&row::canonical(table, cells)));
    Entry {
        instance: INSTANCE,
        lane: 0,
        sequence,
        at: moment(sequence),
        request: [7; 16],
        actor: 1,
        session: 2,
        action: "identity.count_failure".to_owned(),
        event: "identity.sign_in_failed".to_owned(),
        outcome: Outcome::Done,
        touched: vec![Touch {
            table: table.to_owned(),
            key: Key::Bytes(key),
            after,
        }],
        open: br#"{"account":12345,"failures":3,"wait_until":1793865600000000}"#.to_vec(),
        sealed: None,
    }
}

fn name(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(2)
}

fn moment(sequence: u64) -> i64 {
    1_793_865_600_000_000 + sequence.cast_signed() * 1_000
}
