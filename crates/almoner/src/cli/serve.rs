//! `almoner serve`: opens an instance and answers until it is told to stop.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use trust::store::clock::Clock;

use crate::{
    cli::root,
    config::Settings,
    instance::{self, Folder},
    web::{self, app::App},
};

/// Serve an instance.
#[derive(clap::Args)]
pub struct Serve {
    /// The instance's folder
    dir: PathBuf,
    /// Where to listen, instead of what almoner.toml says
    #[arg(long)]
    listen: Option<SocketAddr>,
}

impl Serve {
    /// Serves until a signal.
    ///
    /// # Errors
    /// What stood in the way, and the mend.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let folder = Folder::new(&self.dir);
        let settings = Settings::read(folder.path())?;
        let root = root::load(&folder, &settings)?;
        let instance = instance::open_with(&folder, settings, &root, Clock::system()).await?;
        drop(root);
        let listen = self.listen.unwrap_or(instance.settings.listen);
        instance.start_services()?;
        let app = App::new(&instance, vec![])?;
        web::assurance::prover::start(&app, &folder, &instance.settings)?;
        web::serve::run(app, &folder, &instance.settings, listen).await?;
        instance.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
