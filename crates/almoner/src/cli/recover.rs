//! `almoner recover`: after something was lost.
//!
//! `shares` joins two of the three recovery shares into the root secret and puts it back.
//! `declare` says in the log that history is lost, after a copy older than the anchors was
//! restored. Refused: overwriting a root secret, one that does not open this instance's key store,
//! a declaration without a name and a reason, and one where nothing is lost.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use trust::{
    identity::{Identity, accounts::AccountError},
    store::{
        anchoring::{
            Anchoring,
            compare::Compared,
            declare::{Loss, declare, loss},
        },
        clock::Clock,
        database::Database,
        instance as record,
    },
    vault::{
        RootSecret, Vault,
        shares::{Share, combine},
    },
};

use crate::{
    cli::{root, typed},
    config::Settings,
    founding::OPERATOR,
    instance::{self, Folder, Unlocked},
};

/// How many shares bring the root secret back.
const SHARES: usize = 2;

/// Bring back a lost root secret, or declare that history is lost.
#[derive(clap::Subcommand)]
pub enum Recover {
    /// Bring the root secret back from two recovery shares, typed one per line
    Shares {
        /// The instance's folder
        dir: PathBuf,
    },
    /// Declare that the entries since the restored copy are lost, so that work can go on
    Declare {
        /// The instance's folder
        dir: PathBuf,
        /// The sign-in name of whoever decides this; it stands in the log
        #[arg(long)]
        account: String,
        /// Why, in one line and without names; it stands in the log for everybody who verifies it
        #[arg(long)]
        reason: String,
    },
}

impl Recover {
    /// Does it.
    ///
    /// # Errors
    /// What stood in the way, and the mend.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Shares { dir } => join_shares(&Folder::new(&dir)).await,
            Self::Declare {
                dir,
                account,
                reason,
            } => declare_loss(&Folder::new(&dir), &account, &reason).await,
        }
    }
}

async fn join_shares(folder: &Folder) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(folder.path())?;
    let from = settings.root_secret;
    let Some(place) = root::place(folder, from) else {
        bail!(
            "the root secret comes from systemd: set root_secret = \"file\" in almoner.toml, bring \
             it back, and move it into a credential"
        );
    };
    if place.exists() {
        bail!(
            "{} is there and was left as it is: only a missing root secret is brought back",
            place.display()
        );
    }
    let database = Database::parse(&settings.database_url(folder.path()))?;
    let found = record::read(&database).await?;
    let id = found.context("the database holds no instance")?.id;
    let secret = typed_shares()?;
    // Before anything is written: two shares of another instance join well, too.
    let opened = Vault::unlock_read_only(&folder.keystore(), &secret, id).await;
    opened.context("these shares do not belong to this instance; nothing was written")?;
    root::keep(folder, from, &secret)?;
    println!("The root secret is back in {}.", place.display());
    println!("Put the shares away again: they are as good as the secret itself.");
    Ok(ExitCode::SUCCESS)
}

/// Two different shares. A mistyped one is named, with the mend, and asked for again on a terminal.
fn typed_shares() -> anyhow::Result<RootSecret> {
    let mut shares: BTreeMap<u8, Share> = BTreeMap::new();
    for turn in 1..=SHARES {
        let question = format!("Recovery share {turn} of {SHARES}");
        let text = typed::secret(&question)?;
        let share = Share::parse(&text);
        let share = share.with_context(|| format!("line {turn} is not a share as printed"))?;
        let number = share.number();
        if shares.insert(number, share).is_some() {
            bail!("line {turn} is share {number} again: type a share with another number");
        }
    }
    let shares: Vec<Share> = shares.into_values().collect();
    let [first, second] = &shares[..] else {
        bail!("two shares are needed");
    };
    Ok(combine(first, second)?)
}

async fn declare_loss(folder: &Folder, account: &str, reason: &str) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(folder.path())?;
    let secret = root::load(folder, &settings)?;
    let mut lost = 0;
    for lane in 0..settings.lanes {
        let mut settings = settings.clone();
        settings.lane = lane;
        let unlocked = instance::unlock(folder, settings, &secret, Clock::system()).await?;
        let declared = declare_in_lane(folder, &unlocked, (account, reason)).await;
        unlocked.store.close().await;
        if let Some(loss) = declared? {
            lost += 1;
            println!(
                "Declared: entries {} to {} of lane {} are lost. {} anchors know of them.",
                loss.kept,
                loss.known - 1,
                loss.lane,
                loss.anchors.len()
            );
        }
    }
    if lost == 0 {
        println!("The log holds everything that its anchors know: there is nothing to declare.");
        return Ok(ExitCode::from(1));
    }
    println!(
        "Next: almoner verify {0}, then almoner serve {0}. Tell your auditor.",
        folder.path().display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Declares what this lane has lost, and anchors the declaration itself.
async fn declare_in_lane(
    folder: &Folder,
    unlocked: &Unlocked,
    (account, reason): (&str, &str),
) -> anyhow::Result<Option<Loss>> {
    let (store, anchors) = (&unlocked.store, unlocked.anchoring(folder));
    let Some(lost) = loss(store, &anchors).await? else {
        return Ok(None);
    };
    let identity = Identity::open(store.clone(), &[OPERATOR]).await;
    let identity = identity.context("this instance has no operator's account")?;
    let by = match identity.person_named(account).await {
        Err(AccountError::NotFound) => bail!("nobody signs in as {account:?}"),
        other => other?,
    };
    let caller = identity.service(OPERATOR)?;
    declare(&caller, &unlocked.record.origin, &lost, (by, reason)).await?;
    let anchoring = Anchoring::start(store, anchors).await;
    let compared = anchoring.state().borrow().compared.clone();
    store.close().await;
    anchoring.finished().await;
    match compared {
        Compared::Level { .. } => Ok(Some(lost)),
        Compared::Parted(reason) | Compared::Failed(reason) => bail!(reason),
    }
}
