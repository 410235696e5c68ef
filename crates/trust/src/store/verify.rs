//! Whether an instance's database is what its ledger says: offline, read-only, complete.
//!
//! [`verify`] reads every entry, head, sum, checkpoint and sealed row in one consistent view, feeds
//! the ledger's verifier with them ([`crate::ledger::verify`]: what is found, and by what), and
//! looks at what surrounds them: pages, indexes, triggers, catalogue, migrations, keys. It knows no
//! domain: which tables are sealed is read from the database itself. Memory grows with the rows
//! ever written, not with the entries.
//!
//! Refuses: changing anything, not even a lock file ([`snapshot`]); saying "intact" when something
//! could not be looked at. What it cannot see is written in `docs/ledger-format.md`, section 8, and
//! this: a stored checkpoint that was removed (it is only a copy of an anchor), `ledger_head.epoch`
//! (it counts who held the lane and records nothing).

mod catalogue;
pub mod finding;
mod packed;
mod snapshot;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use futures_util::future;
use sqlx::ConnectOptions;

pub use self::finding::{Finding, Report, Verdict, What};
use self::{
    packed::{ROW_NUMBER, Reading},
    snapshot::Snapshot,
    source::{Line, SealedTable, Source},
};
use crate::{
    ledger::{
        Hash, anchor,
        checkpoint::{Issuer, VerifyingKey},
        entry::Key,
        row::Cell,
        verify::{self as ledger, Claims, Options, Verifier},
    },
    store::{database::Database, migrate::Migration},
    vault::Vault,
};

/// What was found in each anchor folder.
type Kept = Vec<Result<anchor::Anchors, anchor::AnchorError>>;

/// What the database is held against. The more of it, the less can be hidden.
#[derive(Clone, Copy, Default)]
pub struct Against<'a> {
    /// Folders with anchors. Without one, a whole rollback cannot be seen.
    pub anchors: &'a [PathBuf],
    /// The instance's vault, unlocked for reading: seals are recomputed, and it knows the key.
    pub vault: Option<&'a Vault>,
    /// The verifier key that the auditor was given. Without it and the vault, the database's own
    /// word for its key is taken.
    pub key: Option<&'a VerifyingKey>,
    /// What this program would have made of an empty database; if empty, the catalogue is not
    /// compared.
    pub migrations: &'a [Migration],
    /// Where a database in use may be copied to; the system's folder for passing files if none is
    /// given.
    pub scratch: Option<&'a Path>,
}

/// Why a database could not be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file, or the folder for a copy of it, cannot be used.
    #[error("could not read {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// A server began to write to it meanwhile: try again.
    #[error("{} was changed while it was read", .0.display())]
    Changing(PathBuf),
    /// The database does not answer, is not one, or does not hold an instance.
    #[error("could not read the database")]
    Database(#[from] sqlx::Error),
}

/// Reads the whole database and says what does not fit.
///
/// # Errors
/// [`VerifyError`] when nothing could be checked. What could not be checked in part is in
/// [`Report::unchecked`].
pub async fn verify(database: &Database, against: &Against<'_>) -> Result<Report, VerifyError> {
    // Before the database: beside a running server an anchor may be written at any moment, and one
    // that is newer than the view of the database would look like a log cut short.
    let kept: Kept = against
        .anchors
        .iter()
        .map(|folder| anchor::all(folder))
        .collect();
    match database {
        Database::Lite(options) => {
            let temporary = std::env::temp_dir();
            let scratch = against.scratch.unwrap_or(&temporary);
            let snapshot = Snapshot::take(options.get_filename(), scratch)?;
            let mut source = Source::Lite(snapshot.connect().await?);
            let mut second = Source::Lite(snapshot.connect().await?);
            source.run("BEGIN".to_owned()).await?;
            let (checked, pages) = future::join(
                check(&mut source, kept, against),
                catalogue::pages(&mut second),
            )
            .await;
            second.close().await;
            source.close().await;
            snapshot.still_stands()?;
            conclude(checked, pages)
        }
        Database::Postgres(options) => {
            let mut source = Source::Postgres(options.connect().await?);
            source
                .run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned())
                .await?;
            let checked = check(&mut source, kept, against).await;
            source.close().await;
            Ok(checked?)
        }
    }
}

/// A file that cannot be read to its end is damaged; if SQLite can say where, that is a finding.
fn conclude(
    checked: sqlx::Result<Report>,
    pages: sqlx::Result<Vec<Finding>>,
) -> Result<Report, VerifyError> {
    let (mut report, pages) = match (checked, pages) {
        (Ok(report), Ok(pages)) => (report, pages),
        (Ok(mut report), Err(error)) => {
            report.unchecked.push(format!(
                "the pages of the file could not be checked: {error}"
            ));
            (report, vec![])
        }
        (Err(error), Ok(pages)) if !pages.is_empty() => {
            let unchecked = vec![format!(
                "the database could not be read to its end: {error}"
            )];
            (
                Report {
                    unchecked,
                    ..Report::default()
                },
                pages,
            )
        }
        (Err(error), _) => return Err(error.into()),
    };
    report.findings.extend(pages);
    Ok(report)
}

async fn check(source: &mut Source, kept: Kept, against: &Against<'_>) -> sqlx::Result<Report> {
    let mut report = Report::default();
    catalogue::triggers(source, &mut report).await?;
    catalogue::schema(source, against.migrations, &mut report).await?;
    let instance = Instance::read(source, &mut report).await?;
    let issuer = instance.issuer(against, &mut report);
    let claims = claims(source, kept, &issuer, &mut report).await?;
    let seal_key = against.vault.map(|vault| vault.seal_key().clone());
    report.seals_recomputed = seal_key.is_some();
    let mut verifier = Verifier::new(instance.id, Options { seal_key, claims });
    let last_at = entries(source, &mut verifier, &mut report).await?;
    let lanes = heads(source, &last_at, &mut verifier, &mut report).await?;
    let tables = source.sealed_tables().await?;
    sums(source, (&lanes, &tables), &mut verifier, &mut report).await?;
    for table in &tables {
        rows(source, table, &mut verifier, &mut report).await?;
    }
    let ledger::Report {
        entries,
        rows,
        findings,
        unlisted,
        recoveries,
    } = verifier.finish();
    report.recoveries = recoveries;
    (report.entries, report.rows, report.unlisted) = (entries, rows, unlisted);
    report
        .findings
        .extend(findings.into_iter().map(Finding::from));
    Ok(report)
}

/// The row that names the instance.
#[derive(Default)]
struct Instance {
    id: [u8; 16],
    origin: String,
    key: Option<VerifyingKey>,
}

impl Instance {
    async fn read(source: &mut Source, report: &mut Report) -> sqlx::Result<Self> {
        let mut found = vec![];
        let sql = "SELECT id, origin, checkpoint_key FROM instance".to_owned();
        let read = |line: &Line<'_>| {
            let id = line.bytes(0)?.try_into().ok()?;
            let (origin, key) = (line.text(1)?.to_owned(), line.text(2)?.parse().ok());
            Some(Self { id, origin, key })
        };
        source.each(sql, |line| found.push(read(line))).await?;
        let whole = found.len() == 1;
        match found.pop().flatten() {
            Some(instance) if whole => Ok(instance),
            other => {
                let sentence = "the table instance does not hold one row of its form".to_owned();
                let finding = Finding::new(What::InstanceUnreadable, Some("instance"), sentence);
                report.findings.push(finding);
                Ok(other.unwrap_or_default())
            }
        }
    }

    /// Whose checkpoints are believed: what is known from elsewhere counts more than the database.
    fn issuer(&self, against: &Against<'_>, report: &mut Report) -> Issuer {
        let of_vault = against
            .vault
            .and_then(|vault| VerifyingKey::new(&self.origin, vault.public_key()).ok());
        for known in against.key.into_iter().chain(&of_vault) {
            if self.key.as_ref() != Some(known) {
                let sentence = format!("the instance names another checkpoint key than {known}");
                report
                    .findings
                    .push(Finding::new(What::KeyReplaced, Some("instance"), sentence));
            }
        }
        let believed = against
            .key
            .cloned()
            .or(of_vault)
            .or_else(|| self.key.clone());
        if believed.is_none() {
            let sentence = "the instance's checkpoint key cannot be read".to_owned();
            report
                .findings
                .push(Finding::new(What::KeyReplaced, Some("instance"), sentence));
        }
        Issuer {
            origin: self.origin.clone(),
            keys: believed.into_iter().collect(),
        }
    }
}

/// The stored checkpoints and the anchors.
async fn claims(
    source: &mut Source,
    kept: Kept,
    issuer: &Issuer,
    report: &mut Report,
) -> sqlx::Result<Claims> {
    let mut claims = Claims::of(issuer);
    let sql = "SELECT lane, size, note FROM ledger_checkpoint".to_owned();
    let mut misplaced = 0_u32;
    source
        .each(sql, |line| {
            let size = line.int(1).and_then(|size| u64::try_from(size).ok());
            match (lane_of(line.int(0)), size) {
                (Some(lane), Some(size)) => {
                    let note = line.text(2).unwrap_or_default();
                    claims.checkpoint(lane, size, note.as_bytes(), issuer);
                }
                _ => misplaced += 1,
            }
        })
        .await?;
    if misplaced > 0 {
        let what = What::Ledger(ledger::What::CheckpointRefused);
        let sentence = "a checkpoint is kept for a lane or size that there is not".to_owned();
        report
            .findings
            .push(Finding::new(what, Some("ledger_checkpoint"), sentence));
    }
    for found in kept {
        match found {
            Ok(found) => {
                report.anchors += found.readable.len();
                claims.anchors(found, issuer);
            }
            Err(error) => {
                report
                    .unchecked
                    .push(format!("anchors were not compared: {}", told(&error)));
            }
        }
    }
    Ok(claims)
}

/// An error with its causes, since nobody will ask the report for them.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", told(cause)),
        None => error.to_string(),
    }
}

/// The entries, each lane in order; gives the moment of each lane's last.
async fn entries(
    source: &mut Source,
    verifier: &mut Verifier,
    report: &mut Report,
) -> sqlx::Result<BTreeMap<u16, i64>> {
    let reading = Reading {
        table: "ledger_entry",
        columns: &["lane", "sequence", "bytes"],
        order: &["lane", "sequence"],
    };
    let mut last_at = BTreeMap::new();
    let mut misplaced = 0_u32;
    source
        .every(&reading, |line| {
            let sequence = line
                .int(1)
                .and_then(|sequence| u64::try_from(sequence).ok());
            let (Some(lane), Some(sequence)) = (lane_of(line.int(0)), sequence) else {
                misplaced += 1;
                return;
            };
            let bytes = line.bytes(2).unwrap_or_default();
            verifier.entry(lane, sequence, bytes);
            last_at.insert(lane, moment_in(bytes));
        })
        .await?;
    if misplaced > 0 {
        let what = What::Ledger(ledger::What::EntryMisplaced);
        let sentence = "an entry is kept for a lane or sequence that there is not".to_owned();
        report
            .findings
            .push(Finding::new(what, Some("ledger_entry"), sentence));
    }
    Ok(last_at)
}

/// An entry's moment, without reading the rest of it: it follows version, instance, lane, sequence.
fn moment_in(bytes: &[u8]) -> i64 {
    let at = bytes
        .get(1 + 16 + 2 + 8..)
        .and_then(|rest| rest.first_chunk::<8>());
    at.map_or(0, |at| i64::from_be_bytes(*at))
}

/// The heads; gives their lanes.
async fn heads(
    source: &mut Source,
    last_at: &BTreeMap<u16, i64>,
    verifier: &mut Verifier,
    report: &mut Report,
) -> sqlx::Result<BTreeSet<u16>> {
    let sql = "SELECT lane, size, frontier, last_at FROM ledger_head".to_owned();
    let mut lanes = BTreeSet::new();
    let read = source.each(sql, |line| {
        let Some(lane) = lane_of(line.int(0)) else {
            let what = What::Ledger(ledger::What::HeadDamaged);
            let sentence = "a head is kept for a lane that there is not".to_owned();
            report
                .findings
                .push(Finding::new(what, Some("ledger_head"), sentence));
            return;
        };
        let size = line.int(1).and_then(|size| u64::try_from(size).ok());
        verifier.head(
            lane,
            size.unwrap_or(u64::MAX),
            line.bytes(2).unwrap_or_default(),
        );
        lanes.insert(lane);
        if line.int(3) != Some(last_at.get(&lane).copied().unwrap_or(0)) {
            let sentence =
                format!("the head of lane {lane} does not tell the moment of its last entry");
            let finding = Finding::new(
                What::Ledger(ledger::What::HeadDamaged),
                Some("ledger_head"),
                sentence,
            );
            report.findings.push(Finding {
                lane: Some(lane),
                ..finding
            });
        }
    });
    read.await?;
    Ok(lanes)
}

/// The sums. One kept for a lane or table that is not there would be counted by nobody.
async fn sums(
    source: &mut Source,
    (lanes, tables): (&BTreeSet<u16>, &[SealedTable]),
    verifier: &mut Verifier,
    report: &mut Report,
) -> sqlx::Result<()> {
    let sql = "SELECT lane, tbl, bucket, total FROM ledger_sum".to_owned();
    source
        .each(sql, |line| {
            let table = line.text(1).unwrap_or_default();
            let bucket = line.int(2).and_then(|bucket| u8::try_from(bucket).ok());
            let total = line.bytes(3).and_then(|total| Hash::try_from(total).ok());
            let lane = lane_of(line.int(0)).filter(|lane| lanes.contains(lane));
            let known = tables.iter().any(|known| known.name == table);
            if let (Some(bucket), Some(total), Some(_), true) = (bucket, total, lane, known) {
                return verifier.sum(table, bucket, &total);
            }
            let sentence = format!(
                "a sum for {} is kept where none belongs, or is no sum",
                table.escape_debug()
            );
            report
                .findings
                .push(Finding::new(What::SumMisplaced, Some(table), sentence));
        })
        .await
}

/// The rows of one table.
async fn rows(
    source: &mut Source,
    table: &SealedTable,
    verifier: &mut Verifier,
    report: &mut Report,
) -> sqlx::Result<()> {
    let unreadable = |rest: &str| {
        let sentence = format!("{} {rest}", table.name.escape_debug());
        Finding::new(What::TableUnreadable, Some(&table.name), sentence)
    };
    let [key_place] = table.key[..] else {
        report.findings.push(unreadable("has no key of one column"));
        return Ok(());
    };
    let mut without_key = 0_u32;
    let mut cells: Vec<(&str, Cell)> = Vec::with_capacity(table.columns.len());
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let reading = Reading {
        table: &table.name,
        columns: &columns,
        order: &[ROW_NUMBER],
    };
    source
        .every(&reading, |line| {
            let Some(key) = line.cell(key_place).ok().and_then(key_of) else {
                without_key += 1;
                return;
            };
            cells.clear();
            for (place, column) in table.columns.iter().enumerate() {
                match line.cell(place) {
                    Ok(cell) => cells.push((column, cell)),
                    Err(reason) => {
                        let reason = format!("{column}: {reason}");
                        return verifier.unreadable_row(&table.name, &key, &reason);
                    }
                }
            }
            verifier.row(&table.name, &key, &cells);
        })
        .await?;
    if without_key > 0 {
        report.findings.push(unreadable("has a row without a key"));
    }
    Ok(())
}

fn key_of(cell: Cell) -> Option<Key> {
    match cell {
        Cell::Null => None,
        Cell::Int(number) => Some(Key::Int(number)),
        Cell::Text(text) => Some(Key::Text(text)),
        Cell::Bytes(bytes) => Some(Key::Bytes(bytes)),
    }
}

fn lane_of(number: Option<i64>) -> Option<u16> {
    number.and_then(|number| u16::try_from(number).ok())
}
