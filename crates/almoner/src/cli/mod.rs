//! The commands, one file each. Exit codes: 0 done, 1 the answer is no, 2 usage or could not run.
//!
//! Refused: secrets as arguments, which every account of the machine can read in the list of
//! processes; they are typed on the terminal or come as a line of standard input.

mod doctor;
mod erase;
mod init;
mod migrate;
mod recover;
mod root;
mod serve;
mod tiles;
mod typed;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{demo, instance::Folder, web};

#[derive(Parser)]
#[command(
    name = "almoner",
    version,
    about = "Tasking for hospitals, on a log that can be proved"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a throwaway instance with an invented hospital whose day runs by itself
    Demo {
        /// The port on this machine; 0 takes a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// How many times faster than real time the day runs
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=120))]
        speed: u32,
        /// Where the instance is kept; by default a new temporary folder that is removed at the end
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Make a new instance and its first administrator
    Init(init::Init),
    /// Serve an instance
    Serve(serve::Serve),
    /// Bring a PostgreSQL schema up to date as its owner
    Migrate(migrate::Migrate),
    /// Check that nobody touched the log or the data, offline and read-only
    Verify(verify::Verify),
    /// Export the log as C2SP tlog-tiles, for auditors with tools of their own
    Tiles(tiles::Tiles),
    /// Bring back a lost root secret, or declare that history is lost
    #[command(subcommand)]
    Recover(recover::Recover),
    /// Look for unsafe settings, and say how to mend each
    Doctor(doctor::Doctor),
    /// Erase somebody whose account is closed, while the instance is not served
    Erase(erase::Erase),
    /// List the controls with their state and evidence
    Controls {
        /// The instance's folder
        dir: PathBuf,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
}

/// Reads the arguments and does what they say.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; anything else is a mistake in the arguments.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    start_logging();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("almoner: no threads to run on: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(obey(arguments.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("almoner: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

async fn obey(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo { port, speed, dir } => {
            demo::run(port, speed, dir).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Init(init) => init.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Verify(verify) => verify.run().await,
        Command::Tiles(tiles) => tiles.run().await,
        Command::Recover(recover) => recover.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Erase(erase) => erase.run().await,
        Command::Controls { dir, json } => {
            web::assurance::command::controls(&Folder::new(&dir), json).await
        }
    }
}
