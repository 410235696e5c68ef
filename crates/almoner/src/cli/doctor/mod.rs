//! `almoner doctor`: unsafe settings, each with its mend, in one sentence.
//!
//! [`facts`] looks, [`checks`] judges. Changes nothing, needs no key, and may run beside the
//! server. Exit codes: 0 nothing, 1 something was found, 2 something could not be looked at.

mod certificate;
mod checks;
mod facts;

use std::{path::PathBuf, process::ExitCode};

use serde_json::json;
use trust::store::clock::Clock;

use crate::{
    config::Settings,
    instance::{Folder, MIGRATIONS},
};

use self::{checks::examine, facts::Facts};

/// Look for unsafe settings, and say how to mend each.
#[derive(clap::Args)]
pub struct Doctor {
    /// The instance's folder
    dir: PathBuf,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Looks and tells.
    ///
    /// # Errors
    /// When there is no instance to look at.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = Settings::read(&self.dir)?;
        let facts = Facts::look(&Folder::new(&self.dir), &settings, &Clock::system()).await;
        let findings = examine(&facts);
        if self.json {
            let document = json!({
                "findings": findings,
                "not_looked_at": facts.not_looked_at,
                "migration": facts.migration,
            });
            println!("{document}");
        } else {
            for finding in &findings {
                println!("- {}", finding.sentence);
            }
            for reason in &facts.not_looked_at {
                println!("Not looked at: {reason}");
            }
            if let Some(migration) = facts.migration {
                let newest = MIGRATIONS.last().map_or(0, |step| step.number);
                println!("The database answers; its schema is at step {migration} of {newest}.");
            }
            if findings.is_empty() && facts.not_looked_at.is_empty() {
                println!("Nothing found.");
            }
        }
        Ok(
            match (findings.is_empty(), facts.not_looked_at.is_empty()) {
                (false, _) => ExitCode::from(1),
                (true, false) => ExitCode::from(2),
                (true, true) => ExitCode::SUCCESS,
            },
        )
    }
}
