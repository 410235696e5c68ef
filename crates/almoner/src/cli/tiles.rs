//! `almoner tiles`: the log as C2SP tlog-tiles, for whoever would rather not run our verifier.
//!
//! Offline and read-only; needs no key store. Exit codes: 0 exported, 1 an earlier export or the
//! log was changed, 2 could not export.

use std::{error::Error, path::PathBuf, process::ExitCode};

use trust::{
    ledger::{checkpoint::VerifyingKey, tiles::ExportError},
    store::{
        database::Database,
        tiles::{TilesError, export_tiles},
    },
};

use crate::config::Settings;

/// Export the log as C2SP tlog-tiles, for auditors with tools of their own.
#[derive(clap::Args)]
pub struct Tiles {
    /// The instance's folder
    dir: PathBuf,
    /// Where to put them: a new folder, or that of an earlier export, which is carried on
    #[arg(long)]
    out: PathBuf,
    /// The checkpoint key that you noted when the instance was made
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifyingKey>,
}

impl Tiles {
    /// Exports every lane.
    ///
    /// # Errors
    /// When it could not be done; that history was changed is no error here but the answer 1.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = Settings::read(&self.dir)?;
        let database = Database::parse(&settings.database_url(&self.dir))?;
        match export_tiles(&database, self.key.as_ref(), &self.out).await {
            Ok(lanes) => {
                for lane in lanes {
                    println!(
                        "Lane {}: {} entries in {}, {} files written.",
                        lane.lane,
                        lane.exported.entries,
                        lane.folder.display(),
                        lane.exported.files_written
                    );
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(error) if is_tampering(&error) => {
                let cause = error
                    .source()
                    .map_or(String::new(), |cause| format!(": {cause}"));
                eprintln!("almoner: {error}{cause}");
                Ok(ExitCode::from(1))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the failure is the finding.
fn is_tampering(error: &TilesError) -> bool {
    match error {
        TilesError::NotBelieved { .. } => true,
        TilesError::Export { cause, .. } => matches!(
            cause,
            ExportError::Differs(_)
                | ExportError::OtherHistory(_)
                | ExportError::Behind { .. }
                | ExportError::OtherRoot
                | ExportError::TooFew { .. }
        ),
        _ => false,
    }
}
