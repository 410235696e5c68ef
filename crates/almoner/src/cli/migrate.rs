//! `almoner migrate`: brings a PostgreSQL schema up to date as its owner, for a server that
//! connects as a role that owns nothing.
//!
//! The owner's address is typed, since it holds a password. An instance on SQLite, or one whose
//! server connects as the owner, migrates by itself when it starts and needs none of this.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, ensure};
use trust::store::{
    database::Database,
    migrate::{entitle, migrate},
};

use crate::{cli::typed, config::Settings, instance::MIGRATIONS};

/// Bring a PostgreSQL schema up to date as its owner.
#[derive(clap::Args)]
pub struct Migrate {
    /// The instance's folder
    dir: PathBuf,
    /// The role that the server connects as: gets what serving needs, and no more
    #[arg(long)]
    role: Option<String>,
}

impl Migrate {
    /// Migrates, then gives the role its rights.
    ///
    /// # Errors
    /// What stood in the way, and the mend.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = Settings::read(&self.dir)?;
        let own = settings.database_url(&self.dir);
        ensure!(
            own.starts_with("postgres"),
            "this instance lies in a file, and is brought up to date when it is served"
        );
        let owner = typed::secret("The owner's address, postgres://OWNER:PASSWORD@HOST/NAME")?;
        ensure!(
            owner.starts_with("postgres"),
            "an address begins with postgres://"
        );
        let database = Database::parse(&owner)?;
        migrate(&database, &MIGRATIONS)
            .await
            .context("the schema was left as it is")?;
        println!("The schema is up to date.");
        if let Some(role) = &self.role {
            entitle(&database, role).await?;
            println!("{role} can read and add to the log, and owns nothing.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
