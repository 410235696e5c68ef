//! The commands. Exit codes: 0 done, 1 the answer is no, 2 usage or could not run.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};
use serde_json::json;
use trust::store::{
    clock::Clock,
    database::Database,
    instance as record,
    verify::{self, Report, Verdict},
};

use crate::{
    config::Settings,
    demo,
    instance::{self, Folder, MIGRATIONS},
    web::{self, app::App},
};

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
    Init {
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
    },
    /// Serve an instance
    Serve {
        /// The instance's folder
        dir: PathBuf,
        /// Where to listen, instead of what almoner.toml says
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Check that nobody touched the log or the data, offline and read-only
    Verify {
        /// The instance's folder
        dir: PathBuf,
        /// A folder with anchors; may be given several times
        #[arg(long)]
        anchors: Vec<PathBuf>,
        /// Without the instance's keys, as an auditor would
        #[arg(long)]
        without_keys: bool,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
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
        Command::Demo { port, speed, dir } => demo::run(port, speed, dir).await?,
        Command::Init {
            dir,
            host,
            database,
            name,
            administrator,
        } => {
            let mut settings = Settings::new(&host, database);
            settings.name = name.unwrap_or(settings.name);
            init(&Folder::new(&dir), settings, &administrator).await?;
        }
        Command::Serve { dir, listen } => {
            let instance = instance::open(&Folder::new(&dir), Clock::system()).await?;
            let listen = listen.unwrap_or(instance.settings.listen);
            instance.start_services()?;
            let app = App::new(&instance, vec![])?;
            let settings = &instance.settings;
            web::assurance::prover::start(&app, &Folder::new(&dir), settings)?;
            web::serve::run(app, &Folder::new(&dir), &instance.settings, listen).await?;
            instance.close().await;
        }
        Command::Verify {
            dir,
            anchors,
            without_keys,
            json,
        } => {
            return verify_instance(&Folder::new(&dir), anchors, without_keys, json).await;
        }
        Command::Controls { dir, json } => {
            return web::assurance::command::controls(&Folder::new(&dir), json).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn init(folder: &Folder, settings: Settings, administrator: &str) -> anyhow::Result<()> {
    let host = settings.host.clone();
    let created = instance::create(folder, &settings, administrator).await?;
    web::serve::make_certificate(folder, &host)?;
    web::assurance::trials::record_own_files(folder.path())?;
    println!(
        "Made an instance for {host} in {}.\n",
        folder.path().display()
    );
    println!("First administrator: {administrator}");
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
    println!("Next: almoner serve {}", folder.path().display());
    Ok(())
}

async fn verify_instance(
    folder: &Folder,
    mut anchors: Vec<PathBuf>,
    without_keys: bool,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(folder.path())?;
    let database = Database::parse(&settings.database_url(folder.path()))?;
    anchors.push(folder.anchors());
    anchors.extend(settings.anchors.clone());
    let vault = match without_keys {
        true => None,
        false => Some(unlock(folder, &database).await?),
    };
    let against = verify::Against {
        anchors: &anchors,
        vault: vault.as_ref(),
        migrations: &MIGRATIONS,
        ..verify::Against::default()
    };
    let report = verify::verify(&database, &against).await?;
    let verdict = report.verdict();
    if as_json {
        println!(
            "{}",
            json!({ "intact": verdict == Verdict::Intact, "report": report })
        );
    } else {
        print_report(&report, verdict);
    }
    Ok(match verdict {
        Verdict::Intact => ExitCode::SUCCESS,
        Verdict::Tampered => ExitCode::from(1),
        Verdict::Unchecked => ExitCode::from(2),
    })
}

async fn unlock(folder: &Folder, database: &Database) -> anyhow::Result<trust::vault::Vault> {
    let root = instance::load_root(folder)?;
    let record = record::read(database)
        .await?
        .context("the database holds no instance")?;
    let opened = trust::vault::Vault::unlock_read_only(&folder.keystore(), &root, record.id).await;
    Ok(opened?)
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
    for unchecked in &report.unchecked {
        println!("Not checked: {unchecked}");
    }
    println!(
        "{}",
        match verdict {
            Verdict::Intact => "Intact: log, rows, sums and anchors fit.",
            Verdict::Tampered => "TAMPERED: see above.",
            Verdict::Unchecked => "Nothing found, but not everything could be checked.",
        }
    );
}
