//! What every handler of one instance shares.

use std::sync::Arc;

use care::tasking::Tasking;
use jiff::tz::TimeZone;
use tokio::sync::watch;
use trust::{
    identity::{Identity, caller::Caller},
    ledger::checkpoint::VerifyingKey,
    store::{Store, anchoring, health::Health, instance::InstanceRecord, value::Moment},
};

use super::{
    assurance::prover::Provers,
    feed::BoardFeed,
    parts::shell::{Entry, LogLine, Reader, Shell, Theme},
    times::Times,
    views::sign_in::DemoPerson,
};
use crate::instance::Instance;

/// What every handler of one instance shares.
pub struct App {
    /// The organisation's name.
    pub site: String,
    /// The host names that are this instance.
    pub hosts: Vec<String>,
    /// Whether the session cookie may only travel over TLS or loopback. Always, in practice.
    pub store: Store,
    /// Who may.
    pub identity: Identity,
    /// The work.
    pub tasking: Tasking,
    /// The live board, read once for all.
    pub feed: BoardFeed,
    /// Clock times in the wards' zone.
    pub times: Times,
    /// What the instance is.
    pub record: InstanceRecord,
    /// The invented people of a demonstration; empty everywhere else.
    pub demonstration: Vec<DemoPerson>,
    /// How anchoring goes.
    pub anchoring: watch::Receiver<anchoring::State>,
    /// Controls and their evidence.
    pub provers: Provers,
}

impl App {
    /// The app over an open instance.
    ///
    /// # Errors
    /// When the live board's service is not there or the zone is unknown.
    pub fn new(instance: &Instance, demonstration: Vec<DemoPerson>) -> anyhow::Result<Arc<Self>> {
        let settings = &instance.settings;
        let mut hosts = vec![settings.host.clone()];
        if settings.host == "localhost" {
            hosts.extend(["127.0.0.1".to_owned(), "[::1]".to_owned()]);
        }
        let zone: TimeZone = settings.zone()?;
        let feed = BoardFeed::start(&instance.tasking, instance.board_service()?);
        Ok(Arc::new(Self {
            site: settings.name.clone(),
            hosts,
            store: instance.store.clone(),
            identity: instance.identity.clone(),
            tasking: instance.tasking.clone(),
            feed,
            times: Times::new(zone),
            record: instance.record.clone(),
            demonstration,
            anchoring: instance.anchoring.state(),
            provers: Provers::new(),
        }))
    }

    /// The frame of a page for nobody in particular.
    #[must_use]
    pub fn bare_shell(&self, theme: Theme) -> Shell {
        let quarantine = match &*self.store.health().borrow() {
            Health::Quarantined(reason) => Some(reason.clone()),
            Health::Working | Health::Failing(_) => None,
        };
        Shell {
            site: self.site.clone(),
            reader: None,
            entries: vec![],
            at: None,
            theme,
            now_micros: self.store.clock().day().0,
            speed: self.store.clock().speed(),
            session_ends_micros: None,
            quarantine,
            log: None,
            notice: None,
            demonstration: !self.demonstration.is_empty(),
        }
    }

    /// The frame of a page for this caller.
    #[must_use]
    pub fn shell(&self, caller: &Caller, at: Option<Entry>, theme: Theme) -> Shell {
        let profile = caller.profile();
        let clock = self.store.clock();
        // Clocks on a page run by the hospital's day; the session ends by the wall.
        let left = profile.idle_until.since(clock.wall());
        let left = left.saturating_mul(i64::from(clock.speed()));
        let role = profile.roles.join(", ");
        Shell {
            reader: Some(Reader {
                name: profile.name.clone(),
                role,
            }),
            entries: entries(caller),
            at,
            session_ends_micros: Some(clock.day().0.saturating_add(left)),
            log: Some(self.log_line()),
            ..self.bare_shell(theme)
        }
    }

    fn log_line(&self) -> LogLine {
        let anchored = self
            .anchoring
            .borrow()
            .folders
            .iter()
            .filter_map(|folder| folder.kept)
            .map(|(_, at)| at)
            .max();
        // Anchors are stamped by the wall; the page shows the hospital's day.
        let clock = self.store.clock();
        let on_the_day = |at: Moment| {
            let ago = clock
                .wall()
                .since(at)
                .saturating_mul(i64::from(clock.speed()));
            clock.day().after(-ago)
        };
        LogLine {
            entries: self.store.head().borrow().size,
            anchored: anchored
                .map(|at| self.times.clock(on_the_day(at)))
                .unwrap_or_default(),
        }
    }

    /// The key that verifies this instance's checkpoints.
    #[must_use]
    pub fn checkpoint_key(&self) -> Option<VerifyingKey> {
        self.record.checkpoint_key.parse().ok()
    }
}

/// What the bar offers: only what the caller may open.
fn entries(caller: &Caller) -> Vec<Entry> {
    use care::tasking::events as tasking;
    use trust::identity::events as identity;

    use super::assurance::events as assurance;
    let all = [
        (caller.may(tasking::ViewOwnWork), Entry::Phone),
        (caller.may(tasking::ViewBoard), Entry::Board),
        (caller.may(tasking::RequestTask), Entry::Ask),
        (caller.may(tasking::ViewPeople), Entry::People),
        (caller.may(tasking::ViewPlaces), Entry::Places),
        (caller.may(tasking::ViewTeams), Entry::Teams),
        (caller.may(tasking::ViewTaskTypes), Entry::TaskTypes),
        (caller.may(tasking::ImportRows), Entry::Import),
        (caller.may(assurance::ViewControls), Entry::Controls),
        (caller.may(assurance::ViewLog), Entry::Log),
        (caller.may(identity::ViewRoles), Entry::Roles),
        (caller.may(identity::ViewAccounts), Entry::Accounts),
    ];
    all.into_iter()
        .filter_map(|(may, entry)| may.then_some(entry))
        .collect()
}
