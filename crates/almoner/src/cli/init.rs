//! `almoner init`: makes an instance, and shows what is shown once.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    cli::root,
    config::{RootFrom, Settings},
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
    /// Lock the root secret with a passphrase, typed on the terminal or as a line of standard
    /// input; it is asked at every start
    #[arg(long, conflicts_with = "systemd")]
    passphrase: bool,
    /// Take the root secret from systemd's credential `root`
    #[arg(long)]
    systemd: bool,
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
        settings.root_secret = match (self.passphrase, self.systemd) {
            (true, _) => RootFrom::Passphrase,
            (_, true) => RootFrom::Systemd,
            _ => RootFrom::File,
        };
        let from = settings.root_secret;
        let make_root = || root::create(&folder, from);
        let created =
            instance::create_with(&folder, &settings, &self.administrator, make_root).await?;
        web::serve::make_certificate(&folder, &self.host)?;
        web::assurance::trials::record_own_files(folder.path())?;
        self.tell(&created, &root::in_words(&folder, from));
        Ok(ExitCode::SUCCESS)
    }

    fn tell(&self, created: &Created, root: &str) {
        let (host, dir) = (&self.host, self.dir.display());
        println!("Made an instance for {host} in {dir}.\n");
        println!("First administrator: {}", self.administrator);
        println!(
            "One-time code:       {}   (72 hours; open https://{host}/set-up)\n",
            created.code
        );
        println!("Root secret:         {root}\n");
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
