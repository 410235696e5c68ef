//! `almoner init`: makes an instance, and shows what is shown once.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    config::Settings,
    instance::{self, Created, Folder},
    web,
};

/// Make a new instance and its first administrator.
#[derive(clap::Args)]
pub struct Init {
    /// A new folder
    dir: PathBuf,
    /// The name people will type, without https://
    #[arg(long)]
    host: String,
    /// A PostgreSQL address; without it the data lie in a file in the folder
    #[arg(long)]
    database: Option<String>,
    /// The organisation's name, as pages show it
    #[arg(long)]
    name: Option<String>,
    /// The first administrator's sign-in name
    #[arg(long, default_value = "administrator")]
    administrator: String,
}

impl Init {
    /// Makes the instance.
    ///
    /// # Errors
    /// What stood in the way, and the mend.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let folder = Folder::new(&self.dir);
        let mut settings = Settings::new(&self.host, self.database.clone());
        settings.name = self.name.clone().unwrap_or(settings.name);
        let created = instance::create(&folder, &settings, &self.administrator).await?;
        web::serve::make_certificate(&folder, &self.host)?;
        web::assurance::trials::record_own_files(folder.path())?;
        self.tell(&created);
        Ok(ExitCode::SUCCESS)
    }

    fn tell(&self, created: &Created) {
        let (host, dir) = (&self.host, self.dir.display());
        println!("Made an instance for {host} in {dir}.\n");
        println!("First administrator: {}", self.administrator);
        println!(
            "One-time code:       {}   (72 hours; open https://{host}/set-up)\n",
            created.code
        );
        println!(
            "Recovery shares. Any two of the three bring the root secret back; without two of them"
        );
        println!("a lost key file means lost data. Give each to another person, on paper:\n");
        for share in &created.shares {
            println!("  {}", share.printable().as_str());
        }
        println!(
            "\nCheckpoint key for auditors:\n  {}\n",
            created.checkpoint_key
        );
        println!("Next: almoner serve {dir}");
    }
}
