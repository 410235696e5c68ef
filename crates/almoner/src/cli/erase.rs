//! `almoner erase`: erases somebody who worked here, while the instance is not served.
//!
//! The same operation as on the page *Accounts*, under the operator's account. Refused: an account
//! that is not closed, and a reason in free words, which could hold the very name that is to go.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use care::tasking::Tasking;
use clap::builder::PossibleValuesParser;
use trust::{
    identity::{
        Identity,
        accounts::AccountError,
        erasing::{ErasedBecause, Erasure},
        permit::ActorId,
    },
    store::{anchoring::Anchoring, clock::Clock},
};

use crate::{
    cli::root,
    config::Settings,
    founding::OPERATOR,
    instance::{self, Folder, Unlocked},
};

/// Erase somebody whose account is closed, while the instance is not served.
#[derive(clap::Args)]
pub struct Erase {
    /// The instance's folder
    dir: PathBuf,
    /// The name they signed in with; to finish an erasure that broke off, the account's number
    #[arg(long)]
    account: String,
    /// Why
    #[arg(long, value_parser = PossibleValuesParser::new(ErasedBecause::ALL.map(|why| why.code())))]
    reason: String,
}

impl Erase {
    /// Erases them.
    ///
    /// # Errors
    /// What stood in the way, and the mend.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let folder = Folder::new(&self.dir);
        let settings = Settings::read(folder.path())?;
        let secret = root::load(&folder, &settings)?;
        let unlocked = instance::unlock(&folder, settings, &secret, Clock::system()).await?;
        // Compares first, so that nothing is changed on a copy that is behind; anchors at the end.
        let anchoring = Anchoring::start(&unlocked.store, unlocked.anchoring(&folder)).await;
        let erased = self.erase(&unlocked).await;
        unlocked.store.close().await;
        anchoring.finished().await;
        let account = erased?;
        println!("Erased. In the log they are account {account}, and nobody can say who that was.");
        println!("Copies of keystore.db from before still open the name: destroy them.");
        Ok(ExitCode::SUCCESS)
    }

    async fn erase(&self, unlocked: &Unlocked) -> anyhow::Result<ActorId> {
        let because = ErasedBecause::from_code(&self.reason).context("no such reason")?;
        let identity = Identity::open(unlocked.store.clone(), &[OPERATOR]).await;
        let identity = identity.context("this instance has no operator's account")?;
        let account = match (
            identity.person_named(&self.account).await,
            self.account.parse(),
        ) {
            (Ok(account), _) => account,
            (Err(AccountError::NotFound), Ok(number)) => ActorId(number),
            (Err(AccountError::NotFound), Err(_)) => {
                bail!("nobody signs in as {:?}", self.account)
            }
            (Err(error), _) => return Err(error.into()),
        };
        let erasure = Erasure {
            account,
            typed_name: &self.account,
            because,
        };
        let (tasking, caller) = (
            Tasking::new(unlocked.store.clone()),
            identity.service(OPERATOR)?,
        );
        tasking.erase_person(&identity, &caller, &erasure).await?;
        Ok(account)
    }
}
