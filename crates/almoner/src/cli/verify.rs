//! `almoner verify`: whether log and data are what they were, offline and read-only.
//!
//! With `--key` the auditor's own note of the checkpoint key counts, and what database and key
//! store say about the key is compared with it. Exit codes: 0 intact, 1 something was found, 2 not
//! everything could be looked at.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use serde_json::json;
use trust::{
    ledger::checkpoint::VerifyingKey,
    store::{
        database::Database,
        instance as record,
        verify::{self, Against, Report, Verdict},
    },
    vault::Vault,
};

use crate::{
    cli::root,
    config::Settings,
    instance::{Folder, MIGRATIONS},
};

/// Check that nobody touched the log or the data, offline and read-only.
#[derive(clap::Args)]
pub struct Verify {
    /// The instance's folder
    dir: PathBuf,
    /// A folder with anchors; may be given several times
    #[arg(long)]
    anchors: Vec<PathBuf>,
    /// The checkpoint key that you noted when the instance was made; it counts more than what the
    /// instance says of itself
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifyingKey>,
    /// Without the instance's keys, as an auditor would
    #[arg(long)]
    without_keys: bool,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Verifies and tells.
    ///
    /// # Errors
    /// When nothing could be checked.
    pub async fn run(mut self) -> anyhow::Result<ExitCode> {
        let folder = Folder::new(&self.dir);
        let settings = Settings::read(folder.path())?;
        let database = Database::parse(&settings.database_url(folder.path()))?;
        self.anchors.push(folder.anchors());
        self.anchors.extend(settings.anchors.clone());
        let vault = match self.without_keys {
            true => None,
            false => Some(unlock(&folder, &settings, &database).await?),
        };
        let against = Against {
            anchors: &self.anchors,
            vault: vault.as_ref(),
            key: self.key.as_ref(),
            migrations: &MIGRATIONS,
            ..Against::default()
        };
        let report = verify::verify(&database, &against).await?;
        let verdict = report.verdict();
        if self.json {
            let intact = verdict == Verdict::Intact;
            println!("{}", json!({ "intact": intact, "report": report }));
        } else {
            print_report(&report, verdict);
        }
        Ok(ExitCode::from(verdict.exit_code()))
    }
}

async fn unlock(
    folder: &Folder,
    settings: &Settings,
    database: &Database,
) -> anyhow::Result<Vault> {
    let root = root::load(folder, settings)?;
    let record = record::read(database)
        .await?
        .context("the database holds no instance")?;
    Ok(Vault::unlock_read_only(&folder.keystore(), &root, record.id).await?)
}

fn print_report(report: &Report, verdict: Verdict) {
    println!(
        "{} entries, {} rows and {} anchors read.",
        report.entries, report.rows, report.anchors
    );
    for finding in &report.findings {
        println!("- {}", finding.sentence);
    }
    if report.unlisted > 0 {
        println!("… and {} more.", report.unlisted);
    }
    for recovery in &report.recoveries {
        println!("Declared: {}.", recovery.sentence);
    }
    for unchecked in &report.unchecked {
        println!("Not checked: {unchecked}");
    }
    println!(
        "{}",
        match verdict {
            Verdict::Intact if !report.recoveries.is_empty() =>
                "Intact but for the declared loss: log, rows, sums and the other anchors fit.",
            Verdict::Intact => "Intact: log, rows, sums and anchors fit.",
            Verdict::Tampered => "TAMPERED: see above.",
            Verdict::Unchecked => "Nothing found, but not everything could be checked.",
        }
    );
}
