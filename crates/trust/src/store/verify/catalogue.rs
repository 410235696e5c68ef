//! Whether the database itself is whole: its pages, its triggers, its tables, its migrations.
//!
//! An attacker who cannot change a row unseen may change what surrounds it: drop the triggers that
//! protect the log, plant one, loosen a rule. So the catalogue is held against the one that the
//! migrations make in an empty database. On PostgreSQL, which rewrites what it is given, only the
//! triggers and the record of migrations are compared.

use std::collections::BTreeMap;

use sqlx::{
    SqlSafeStr,
    migrate::{Migration as SqlxMigration, MigrationType},
};

use crate::store::{
    database::derived,
    guard::{self, Trigger, Trouble},
    migrate::{Migration, translate},
    verify::{
        finding::{Finding, Report, What},
        snapshot,
        source::Source,
    },
};

/// Lines of SQLite's own check that are reported; more say no more.
const CHECK: &str = "PRAGMA integrity_check(50)";
/// All of it but the triggers, SQLite's own statistics, and the record of migrations, whose form is
/// sqlx's own affair.
const CATALOGUE: &str = "SELECT type, name, tbl_name, sql FROM sqlite_schema \
     WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND name <> 'sqlite_sequence' \
     AND tbl_name <> '_sqlx_migrations' AND type <> 'trigger'";
// When a migration ran, and for how long, is asked for and not judged: the columns must be there.
const MIGRATIONS_LITE: &str = "SELECT CAST(version AS TEXT), description, \
     CAST(success AS TEXT), hex(checksum), installed_on, execution_time \
     FROM _sqlx_migrations ORDER BY version";
const MIGRATIONS_POSTGRES: &str = "SELECT version::text, description::text, \
     success::int::text, upper(encode(checksum, 'hex')), installed_on, execution_time \
     FROM _sqlx_migrations ORDER BY version";

type CatalogueEntry = (String, String);

/// SQLite's own check of pages and indexes.
///
/// Indexes too: one that leaves out a row hides it from whoever looks it up.
pub(super) async fn pages(source: &mut Source) -> sqlx::Result<Vec<Finding>> {
    let lines = source.texts(CHECK).await?;
    let said = lines
        .into_iter()
        .filter_map(|mut line| line.pop().flatten());
    let bad = said.filter(|line| line != "ok").map(|line| {
        let sentence = format!("the database file is damaged: {}", line.escape_debug());
        Finding::new(What::PageDamaged, None, sentence)
    });
    Ok(bad.collect())
}

/// The triggers.
pub(super) async fn triggers(source: &mut Source, report: &mut Report) -> sqlx::Result<()> {
    let postgres = source.is_postgres();
    let sql = if postgres {
        guard::TRIGGERS_POSTGRES
    } else {
        guard::TRIGGERS_LITE
    };
    let text = |cell: Option<Option<String>>| cell.flatten().unwrap_or_default();
    let found = source.texts(sql).await?.into_iter().map(|line| {
        let mut cells = line.into_iter();
        let (table, name) = (text(cells.next()), text(cells.next()));
        Trigger {
            table,
            name,
            does: text(cells.next()),
        }
    });
    for trouble in guard::judge(found.collect(), postgres) {
        let (what, trigger, rest) = match trouble {
            Trouble::Missing(trigger) => (What::TriggerMissing, trigger, "is gone"),
            Trouble::Changed(trigger) => (
                What::TriggerChanged,
                trigger,
                "does something else or is switched off",
            ),
            Trouble::Foreign(trigger) => {
                (What::TriggerForeign, trigger, "was made by no migration")
            }
        };
        let (name, table) = (trigger.name.escape_debug(), trigger.table.escape_debug());
        let sentence = format!("trigger {name} on {table} {rest}");
        report
            .findings
            .push(Finding::new(what, Some(&trigger.table), sentence));
    }
    Ok(())
}

/// Tables, indexes and rules, and the record of migrations.
pub(super) async fn schema(
    source: &mut Source,
    migrations: &[Migration],
    report: &mut Report,
) -> sqlx::Result<()> {
    if migrations.is_empty() {
        return Ok(());
    }
    let postgres = source.is_postgres();
    let sql = if postgres {
        MIGRATIONS_POSTGRES
    } else {
        MIGRATIONS_LITE
    };
    let mut ran = vec![];
    for line in source.texts(sql).await? {
        let number = line
            .first()
            .cloned()
            .flatten()
            .and_then(|number| number.parse().ok());
        let known = migrations.iter().find(|known| Some(known.number) == number);
        let Some(known) = known else {
            let number = line.first().cloned().flatten().unwrap_or_default();
            report.unchecked.push(format!(
                "migration {} is not known to this program: use the program that runs the instance",
                number.escape_debug()
            ));
            continue;
        };
        let (description, checksum) = as_recorded(known, postgres);
        let expected = [
            known.number.to_string(),
            description,
            "1".to_owned(),
            checksum,
        ];
        if line
            .into_iter()
            .take(4)
            .map(Option::unwrap_or_default)
            .ne(expected)
        {
            let sentence = format!("the record of migration {} was changed", known.number);
            report
                .findings
                .push(Finding::new(What::MigrationChanged, None, sentence));
        }
        ran.push(*known);
    }
    if ran.is_empty() {
        let sentence = "the record of migrations is empty".to_owned();
        report
            .findings
            .push(Finding::new(What::MigrationChanged, None, sentence));
    }
    // With a migration that nobody here knows, nobody here knows what it made.
    if !postgres && report.unchecked.is_empty() {
        compare(source, &ran, report).await?;
    }
    Ok(())
}

fn as_recorded(migration: &Migration, postgres: bool) -> (String, String) {
    let sql = derived(translate(migration.sql, postgres)).into_sql_str();
    let name = migration.name.into();
    let made = SqlxMigration::new(migration.number, name, MigrationType::Simple, sql, false);
    let checksum = made
        .checksum
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    (made.description.into_owned(), checksum)
}

async fn compare(source: &mut Source, ran: &[Migration], report: &mut Report) -> sqlx::Result<()> {
    let mut fresh = Source::Lite(snapshot::in_memory().await?);
    for migration in ran {
        fresh.run(translate(migration.sql, false)).await?;
    }
    let expected = catalogue(&mut fresh).await?;
    fresh.close().await;
    let found = catalogue(source).await?;
    let differs = |name: &CatalogueEntry| expected.get(name) != found.get(name);
    let names: Vec<_> = expected
        .keys()
        .chain(found.keys())
        .filter(|name| differs(name))
        .collect();
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            continue; // known already from the other side
        }
        let rest = match (expected.contains_key(*name), found.contains_key(*name)) {
            (true, false) => "is gone",
            (false, _) => "was made by no migration",
            (true, true) => "is not as the migrations made it",
        };
        let sentence = format!("{} {} {rest}", name.0.escape_debug(), name.1.escape_debug());
        report.findings.push(Finding::new(
            What::CatalogueChanged,
            Some(&name.1),
            sentence,
        ));
    }
    Ok(())
}

/// Everything but the triggers: kind and name, table and text.
async fn catalogue(
    source: &mut Source,
) -> sqlx::Result<BTreeMap<CatalogueEntry, Vec<Option<String>>>> {
    let lines = source.texts(CATALOGUE).await?;
    let entries = lines.into_iter().map(|mut line| {
        let rest = line.split_off(line.len().min(2));
        let mut names = line.into_iter().map(Option::unwrap_or_default);
        (
            (
                names.next().unwrap_or_default(),
                names.next().unwrap_or_default(),
            ),
            rest,
        )
    });
    Ok(entries.collect())
}
