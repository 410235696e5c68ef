//! Who may: accounts, roles, grants, sessions, and the permits that everything else asks for.
//!
//! Default deny. Only [`caller::Caller`] makes permits, from the grants as they are; the store
//! reads them again inside each transaction. Services of this server have accounts of their own:
//! nobody is "system". Refused: generic accounts, rights without a grant, a session beyond its
//! limits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    identity::{
        caller::{Caller, Profile},
        events::{EndSession, SeeSession, SessionEnded, SessionSeen, StartSession},
        founding::service_name,
        grants::Held,
        model::{AccountState, over},
        permit::{ActorId, SessionId},
        rows::{Account, Session},
    },
    store::{
        Store,
        error::StoreError,
        lane::Who,
        value::{MINUTE, Moment},
    },
    vault::random,
};

pub mod accounts;
pub mod caller;
pub mod erasing;
pub mod events;
pub mod founding;
pub(crate) mod grants;
pub mod model;
pub mod password;
pub mod permit;
pub mod proving;
pub mod rows;
pub mod sign_in;

/// Activity of a session is written down at most this often; the exact time is in memory.
const SEEN_EVERY: i64 = MINUTE;

/// Identity of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    store: Store,
    services: Arc<HashMap<String, ActorId>>,
    /// When each session was last active, and when that was last written down.
    activity: Arc<Mutex<HashMap<SessionId, Activity>>>,
}

#[derive(Clone, Copy)]
struct Activity {
    last: Moment,
    written: Moment,
}

/// Why there is no caller behind a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallerError {
    /// No session, or one that ended.
    #[error("not signed in")]
    NotSignedIn,
    /// The session has just ended by its limit.
    #[error("signed out: {0}")]
    Over(&'static str),
    /// The sessions could not be read.
    #[error("the session could not be checked")]
    Store(#[from] StoreError),
}

impl Identity {
    /// Knows the instance's services; they were made when it was founded.
    ///
    /// # Errors
    /// [`StoreError`] when the accounts cannot be read, [`StoreError::NotAllowed`] when the
    /// instance has not been founded.
    pub async fn open(store: Store, services: &[&str]) -> Result<Self, StoreError> {
        let mut reader = store.plain().await?;
        let mut known = HashMap::new();
        for name in services {
            let index = reader.blind_index("account.sign_in_name", &service_name(name));
            let found = rows::account_by_name(&mut reader, index).await?;
            let account = found.ok_or(StoreError::NotAllowed)?.row;
            known.insert((*name).to_owned(), account.id);
        }
        drop(reader);
        Ok(Self {
            store,
            services: Arc::new(known),
            activity: Arc::default(),
        })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A service of this server as a caller.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] for a name that is no service of this instance.
    pub fn service(&self, name: &str) -> Result<Caller, StoreError> {
        let actor = self.services.get(name).ok_or(StoreError::NotAllowed)?;
        Ok(Caller::service(*actor, name, self.store.clone()))
    }

    /// The caller behind a session's token. `is_active` is false for polling and live streams,
    /// which do not keep a session open.
    ///
    /// # Errors
    /// [`CallerError::NotSignedIn`], or [`CallerError::Over`] once the end is in the log.
    pub async fn caller(&self, token: &str, is_active: bool) -> Result<Caller, CallerError> {
        let hash = self.store.vault().token_hash(token.as_bytes()).to_vec();
        let mut reader = self.store.plain().await?;
        let found = rows::session_by_token(&mut reader, hash).await?;
        let session = found.filter(|session| session.ended_at.is_none());
        let session = session.ok_or(CallerError::NotSignedIn)?;
        let wall = self.store.clock().wall();
        let active = self.last_active(&session);
        if let Some(because) = over(session.device_class, session.started_at, active, wall) {
            drop(reader);
            self.end(session.id, because).await?;
            return Err(CallerError::Over(because));
        }
        let who = Who {
            actor: session.account.0,
            session: session.id.0,
            request: random::bytes::<16>(),
        };
        let held = grants::held_in(&mut reader, who).await?;
        let account = held.account().ok_or(CallerError::NotSignedIn)?;
        if account.state != AccountState::Active {
            return Err(CallerError::NotSignedIn);
        }
        let place = Account::place("display_name", &account.id);
        let name = reader.reveal(&account.display_name, &place)?;
        drop(reader);
        let now_active = if is_active { wall } else { active };
        let profile = profile(name, &held, &session, (now_active, wall));
        let caller = Caller {
            who,
            store: self.store.clone(),
            profile: Arc::new(profile),
        };
        if is_active {
            self.note_activity(&session, wall).await?;
        }
        Ok(caller)
    }

    fn last_active(&self, session: &Session) -> Moment {
        let known = self.activity.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&session.id)
            .map_or(session.seen_at, |activity| activity.last)
    }

    /// Keeps the time in memory, and writes it down once a minute, for after a restart.
    async fn note_activity(&self, session: &Session, wall: Moment) -> Result<(), StoreError> {
        let is_due = {
            let mut known = self.activity.lock().unwrap_or_else(PoisonError::into_inner);
            let first = Activity {
                last: wall,
                written: session.seen_at,
            };
            let activity = known.entry(session.id).or_insert(first);
            activity.last = wall;
            let is_due = wall.since(activity.written) >= SEEN_EVERY;
            if is_due {
                activity.written = wall;
            }
            is_due
        };
        if !is_due {
            return Ok(());
        }
        let Ok(permit) = self.door()?.permit(SeeSession).await else {
            return Ok(());
        };
        let mut tx = self.store.begin(permit).await?;
        let Some(mut row) = tx.lock::<Session>(session.id).await? else {
            return Ok(());
        };
        row.seen_at = wall;
        tx.save(&row);
        tx.commit(SessionSeen {
            session: session.id,
        })
        .await
        .map(drop)
    }

    /// Ends a session; does nothing to one that ended already.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be written: then the session still stands.
    pub async fn end(&self, id: SessionId, because: &'static str) -> Result<(), StoreError> {
        let permit = self.door_permit(EndSession).await?;
        let mut tx = self.store.begin(permit).await?;
        let Some(mut session) = tx.lock::<Session>(id).await? else {
            return Ok(());
        };
        if session.ended_at.is_some() {
            return Ok(());
        }
        session.ended_at = Some(self.store.clock().wall());
        session.ended_because = Some(because.to_owned());
        tx.save(&session);
        tx.commit(SessionEnded {
            session: id,
            because,
        })
        .await?;
        self.activity
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
        Ok(())
    }

    fn door(&self) -> Result<Caller, StoreError> {
        self.service("door")
    }

    /// A permit of the door, which acts for people who are not signed in yet.
    pub(in crate::identity) async fn door_permit<A: permit::Action>(
        &self,
        action: A,
    ) -> Result<permit::Permit<A>, StoreError> {
        match self.door()?.permit(action).await {
            Ok(permit) => Ok(permit),
            Err(caller::PermitError::Store(error)) => Err(error),
            Err(_) => Err(StoreError::NotAllowed),
        }
    }

    /// What the door must be allowed to do.
    #[must_use]
    pub fn door_permissions() -> Vec<&'static str> {
        use permit::Action as _;
        vec![
            StartSession::NAME,
            EndSession::NAME,
            SeeSession::NAME,
            events::CountFailure::NAME,
            events::SetPassword::NAME,
        ]
    }
}

/// What a page needs to know of somebody who was `active` last and asks now.
fn profile(
    name: String,
    held: &Held,
    session: &Session,
    (active, wall): (Moment, Moment),
) -> Profile {
    let roles = held.roles(wall);
    let mut permissions: Vec<String> = roles
        .iter()
        .flat_map(|role| role.permission_names())
        .map(str::to_owned)
        .collect();
    permissions.sort();
    permissions.dedup();
    let class = session.device_class;
    let idle_until = active.after(class.idle_max());
    let absolute = session.started_at.after(class.absolute_max());
    Profile {
        name,
        device_class: class,
        roles: roles.into_iter().map(|role| role.name.clone()).collect(),
        permissions,
        terms_version: held.account().and_then(|account| account.terms_version),
        idle_until: idle_until.min(absolute),
        proved_at: session.proved_at,
    }
}
