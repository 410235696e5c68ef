//! Proving: tries each promise that has a self-test, keeps what came of it, and puts it into the
//! log.
//!
//! [`start`] tries all of them at once and then every hour; an auditor may ask for one at any time.
//! Evidence is kept in memory and in the log ([`ControlProved`]); after a restart it is made anew.
//!
//! Refused: green without a trial that held and was recorded. A trial that could not be made leaves
//! no evidence, and what was known before grows stale. Next: `trials` for what is tried.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

use care::governance::controls::{self, Control, Evidence, Outcome, State};
use trust::{
    identity::caller::{Caller, PermitError},
    store::{database::Database, error::StoreError, log::BlockRoots, value::Moment},
};

use super::{
    events::{ControlProved, ProveControl},
    trials::{SelfTest, Trial, Untried},
};
use crate::{
    config::Settings,
    founding::PROVER,
    instance::Folder,
    web::{app::App, refusal::Refusal, views::problem::Problem},
};

/// How often everything is tried.
const EVERY: Duration = Duration::from_secs(3_600);

/// Where an instance lies, for trials that look at files.
#[derive(Debug)]
pub struct Ground {
    /// The instance's folder.
    pub folder: PathBuf,
    /// Its database, for a connection of the trial's own.
    pub database: Database,
}

/// The last trial of a promise.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What it came to.
    pub evidence: Evidence,
    /// Its steps, and whether each held.
    pub steps: Vec<(String, bool)>,
}

/// The promises' evidence of one instance.
#[derive(Debug, Default)]
pub struct Provers {
    ground: OnceLock<Ground>,
    tried: Mutex<BTreeMap<&'static str, Tried>>,
    roots: BlockRoots,
}

/// Why a promise was not tried.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// There is no such promise, or nothing that could try it.
    #[error("nothing can try {0}")]
    NothingToTry(String),
    /// The trial could not be made.
    #[error(transparent)]
    Untried(#[from] Untried),
    /// The right is missing, or could not be checked.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The outcome could not be recorded.
    #[error("the outcome could not be recorded")]
    Store(#[from] StoreError),
}

impl From<ProveError> for Refusal {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::NothingToTry(_) => Self::usual(Problem::NotThere),
            ProveError::Untried(untried) => Self::because(Problem::Busy, untried.to_string()),
            ProveError::Permit(error) => error.into(),
            ProveError::Store(error) => error.into(),
        }
    }
}

impl Provers {
    /// Without evidence yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was remembered of the log's tree for proofs of single entries.
    #[must_use]
    pub fn block_roots(&self) -> &BlockRoots {
        &self.roots
    }

    /// The last trial of a promise.
    #[must_use]
    pub fn tried(&self, control: &str) -> Option<Tried> {
        self.tried
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(control)
            .cloned()
    }

    /// How a promise stands.
    #[must_use]
    pub fn state(&self, control: &Control, now: Moment) -> State {
        let tried = self.tried(&control.id);
        control.state(tried.as_ref().map(|tried| &tried.evidence), None, now.0)
    }

    /// Tries one promise now, in the caller's name.
    ///
    /// Allowed to whoever holds [`ProveControl`]. Records [`ControlProved`].
    ///
    /// # Errors
    /// [`ProveError`]; then there is no new evidence.
    pub async fn prove(&self, id: &str, caller: &Caller, app: &Arc<App>) -> Result<(), ProveError> {
        let permit = caller.permit(ProveControl).await?;
        let nothing = || ProveError::NothingToTry(id.to_owned());
        let control = controls::find(id).ok_or_else(nothing)?;
        let test = control.self_test.as_deref().and_then(SelfTest::from_name);
        let trial = test
            .ok_or_else(nothing)?
            .run(app, self.ground.get())
            .await?;
        let outcome = trial.outcome();
        let at = app.store.clock().wall().0;
        let evidence = Evidence {
            at,
            outcome,
            detail: trial.detail.clone(),
        };
        let tried = Tried {
            evidence,
            steps: trial.steps,
        };
        if outcome == Outcome::Broken {
            // Bad news is shown even where the log takes no entry any more.
            tracing::error!(
                control = id,
                detail = trial.detail,
                "a promise does not hold"
            );
            self.keep(control, tried.clone());
        }
        let tx = app.store.begin(permit).await?;
        let event = ControlProved {
            control: id.to_owned(),
            outcome: word(outcome),
            detail: trial.detail,
        };
        tx.commit(event).await?;
        self.keep(control, tried);
        Ok(())
    }

    fn keep(&self, control: &'static Control, tried: Tried) {
        let mut all = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(&control.id, tried);
    }

    /// Tries every promise that has a self-test. One that cannot be tried does not hinder the rest.
    ///
    /// # Errors
    /// [`ProveError::Permit`] when the caller may not.
    pub async fn prove_all(&self, caller: &Caller, app: &Arc<App>) -> Result<(), ProveError> {
        for control in controls::all()
            .iter()
            .filter(|control| control.self_test.is_some())
        {
            match self.prove(&control.id, caller, app).await {
                Ok(()) => {}
                Err(ProveError::Permit(error)) => return Err(error.into()),
                Err(_) if app.store.is_closed() => return Ok(()),
                Err(error) => tracing::warn!(control = control.id, %error, "not tried"),
            }
        }
        Ok(())
    }
}

/// The word for an outcome in the log.
#[must_use]
pub fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "held",
        Outcome::Broken => "broken",
    }
}

/// Says where the instance lies and starts trying: now, and every hour until the store is closed.
///
/// # Errors
/// When the database's address is not one, or the prover is no service of this instance.
pub fn start(app: &Arc<App>, folder: &Folder, settings: &Settings) -> anyhow::Result<()> {
    let caller = app.identity.service(PROVER)?;
    let database = Database::parse(&settings.database_url(folder.path()))?;
    let ground = Ground {
        folder: folder.path().to_owned(),
        database,
    };
    if app.provers.ground.set(ground).is_err() {
        return Ok(()); // started before
    }
    let watched = Arc::downgrade(app);
    #[expect(clippy::disallowed_methods, reason = "the prover's home")]
    tokio::spawn(keep_proving(watched, caller));
    Ok(())
}

async fn keep_proving(app: Weak<App>, caller: Caller) {
    loop {
        let Some(app) = app.upgrade().filter(|app| !app.store.is_closed()) else {
            return;
        };
        if let Err(error) = app.provers.prove_all(&caller, &app).await {
            tracing::error!(%error, "the prover may not prove");
        }
        drop(app);
        tokio::time::sleep(EVERY).await;
    }
}

impl Trial {
    /// It held when every step did, and there was one.
    fn outcome(&self) -> Outcome {
        let held = !self.steps.is_empty() && self.steps.iter().all(|(_, held)| *held);
        if held { Outcome::Held } else { Outcome::Broken }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(steps: &[bool]) -> Trial {
        let step = |held: &bool| ("a step".to_owned(), *held);
        Trial {
            detail: "tried it".to_owned(),
            steps: steps.iter().map(step).collect(),
        }
    }

    /// A promise is never green because nothing was tried, or because most of it held.
    #[test]
    fn nothing_tried_is_not_green() {
        assert_eq!(trial(&[]).outcome(), Outcome::Broken);
        assert_eq!(trial(&[true, false]).outcome(), Outcome::Broken);
        assert_eq!(trial(&[true, true]).outcome(), Outcome::Held);
    }

    /// A new server has no evidence: nothing is proved, and what is not built says so.
    #[test]
    fn a_new_server_has_proved_nothing() {
        let (provers, now) = (Provers::new(), Moment(1_793_865_600_000_000));
        for control in controls::all() {
            let state = provers.state(control, now);
            assert!(
                matches!(state, State::Stale | State::NotBuilt),
                "{}",
                control.id
            );
        }
    }
}
