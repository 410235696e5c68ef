//! The one place that answers "who may": default deny, from the grants as they are now.
//!
//! A right needs an active account, a grant that has begun and not ended, a role that lists the
//! permission, and, for people, a session that still stands. All four are read as whole rows with
//! their seals: somebody who writes into the database can take rights away and give none.
//!
//! What was read is remembered ([`Known`]) by whoever can tell when it changes: the keeper of a
//! single lane, through which every change goes, and the store for the second that passes between
//! a permit and its use. Refused: remembering that something is *not* allowed.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    identity::{
        model::{AccountKind, AccountState},
        permit::{ActorId, Scope, ScopeKind, SessionId},
        rows::{Account, Role, RoleGrant, Session},
    },
    ledger::entry::Key,
    store::{
        error::StoreError,
        lane::Who,
        read::Reader,
        row::{self, Row},
        statement::Tail,
        value::{Field, Kind, Moment, Value},
    },
    tail,
    vault::Vault,
};

/// Somebody's account with all it was ever given, as one moment's rows say.
#[derive(Debug)]
pub(crate) struct Held {
    account: Option<Account>,
    session: Option<Session>,
    grants: Vec<RoleGrant>,
    roles: Vec<Role>,
}

/// One reading statement: text, values, kinds.
pub(crate) type Question = (&'static str, Vec<Value>, Vec<Kind>);

/// What must be asked of the database to know what somebody holds, in this order.
pub(crate) fn questions(who: Who) -> [Question; 4] {
    let account = || vec![who.actor.to_value()];
    [
        question::<Account>(row::texts(Account::TABLE).find, account()),
        question::<Session>(
            row::texts(Session::TABLE).find,
            vec![who.session.to_value()],
        ),
        question::<RoleGrant>(text(&all_grants()), account()),
        question::<Role>(text(&roles_granted()), account()),
    ]
}

fn all_grants() -> Tail<RoleGrant> {
    tail!(RoleGrant, "WHERE account = $1 ORDER BY id")
}

fn roles_granted() -> Tail<Role> {
    tail!(
        Role,
        "WHERE id IN (SELECT role FROM role_grant WHERE account = $1)"
    )
}

fn text<R: Row>(tail: &Tail<R>) -> &'static str {
    row::select(R::TABLE, tail.text)
}

fn question<R: Row>(text: &'static str, values: Vec<Value>) -> Question {
    (text, values, row::kinds(R::TABLE))
}

impl Held {
    /// Reads the answers to [`questions`].
    ///
    /// # Errors
    /// [`StoreError::Tampered`] when a seal does not fit.
    pub fn from_answers(answers: [Vec<Vec<Value>>; 4], vault: &Vault) -> Result<Self, StoreError> {
        let [account, session, grants, roles] = answers;
        Ok(Self {
            account: whole::<Account>(account, vault)?.pop(),
            session: whole::<Session>(session, vault)?.pop(),
            grants: whole(grants, vault)?,
            roles: whole(roles, vault)?,
        })
    }

    /// The account, if there is one.
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The roles held now, anywhere.
    pub fn roles(&self, wall: Moment) -> Vec<&Role> {
        let is_held = |role: &&Role| {
            let mut running = self.running(wall);
            running.any(|grant| grant.role == role.id)
        };
        self.roles.iter().filter(is_held).collect()
    }

    fn running(&self, wall: Moment) -> impl Iterator<Item = &RoleGrant> {
        let own = self.account.as_ref().map(|account| account.id);
        self.grants.iter().filter(move |grant| {
            Some(grant.account) == own
                && grant.starts_at <= wall
                && grant.ends_at.is_none_or(|end| end > wall)
        })
    }

    /// Where this permission holds now; `None`: nowhere.
    pub fn scope(&self, who: Who, permission: &str, wall: Moment) -> Option<Scope> {
        if !self.can_act(who) {
            return None;
        }
        let mut places = vec![];
        for grant in self.running(wall) {
            if !self.is_listed(grant, permission) {
                continue;
            }
            match (grant.scope_kind, grant.scope_id) {
                (ScopeKind::All, _) => return Some(Scope::Everything),
                (kind, Some(id)) => places.push((kind, id)),
                (_, None) => {} // a place that is not named is no place
            }
        }
        (!places.is_empty()).then_some(Scope::Only(places))
    }

    fn can_act(&self, who: Who) -> bool {
        let own = |account: &&Account| {
            account.id == ActorId(who.actor) && account.state == AccountState::Active
        };
        let Some(account) = self.account.as_ref().filter(own) else {
            return false;
        };
        let stands = |session: &Session| {
            session.id == SessionId(who.session)
                && session.account == account.id
                && session.ended_at.is_none()
        };
        account.kind == AccountKind::Service || self.session.as_ref().is_some_and(stands)
    }

    fn is_listed(&self, grant: &RoleGrant, permission: &str) -> bool {
        self.roles
            .iter()
            .filter(|role| role.id == grant.role)
            .any(|role| role.permission_names().any(|name| name == permission))
    }
}

fn whole<R: Row>(found: Vec<Vec<Value>>, vault: &Vault) -> Result<Vec<R>, StoreError> {
    found
        .into_iter()
        .map(|values| Ok(row::checked::<R>(values, vault)?.row))
        .collect()
}

/// What somebody holds, read outside of a change.
///
/// # Errors
/// [`StoreError::Tampered`] when a seal does not fit; otherwise what keeps the database away.
pub(crate) async fn held_in(reader: &mut Reader, who: Who) -> Result<Held, StoreError> {
    let mut answers = [const { vec![] }; 4];
    for (answer, (text, values, kinds)) in answers.iter_mut().zip(questions(who)) {
        *answer = reader.all(text, values, &kinds).await?;
    }
    Held::from_answers(answers, reader.vault())
}

/// Where a permission holds, read outside of a change and remembered by nobody.
///
/// # Errors
/// As [`held_in`].
pub(crate) async fn scope_in(
    reader: &mut Reader,
    who: Who,
    permission: &str,
    wall: Moment,
) -> Result<Option<Scope>, StoreError> {
    Ok(held_in(reader, who).await?.scope(who, permission, wall))
}

/// A change after which something that was read no longer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// What this account holds.
    Account(i64),
    /// What is done under this session.
    Session(i64),
    /// A role or a grant: anybody's.
    Everything,
}

impl Outdated {
    /// What a changed row makes outdated, if it is one of those that rights are made of.
    pub fn by(table: &str, key: &Key) -> Option<Self> {
        match (table, key) {
            ("account", Key::Int(id)) => Some(Self::Account(*id)),
            ("session", Key::Int(id)) => Some(Self::Session(*id)),
            ("account" | "session" | "role" | "role_grant", _) => Some(Self::Everything),
            _ => None,
        }
    }
}

/// So many people at once are remembered; beyond that it begins anew.
const KNOWN_MAX: usize = 2048;

/// What was read of people's rights, as long as it is true.
pub(crate) struct Known {
    held: HashMap<(i64, i64), (Arc<Held>, Instant)>,
    /// Counts what became outdated, so that a reading which began before is not remembered.
    generation: u64,
    life: Option<Duration>,
}

impl Known {
    /// `life`: how long a reading counts when nobody says that it is outdated.
    pub fn new(life: Option<Duration>) -> Self {
        Self {
            held: HashMap::new(),
            generation: 0,
            life,
        }
    }

    /// Hand it back to [`Known::remember`] with what is read after this.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub fn held(&self, who: Who) -> Option<Arc<Held>> {
        let (held, read_at) = self.held.get(&(who.actor, who.session))?;
        let is_young = self.life.is_none_or(|life| read_at.elapsed() < life);
        is_young.then(|| held.clone())
    }

    pub fn remember(&mut self, who: Who, held: Arc<Held>, generation: u64) {
        if generation != self.generation {
            return;
        }
        if self.held.len() >= KNOWN_MAX {
            self.held.clear();
        }
        self.held
            .insert((who.actor, who.session), (held, Instant::now()));
    }

    pub fn forget(&mut self, outdated: &Outdated) {
        self.generation += 1;
        match outdated {
            Outdated::Account(id) => self.held.retain(|(actor, _), _| actor != id),
            Outdated::Session(id) => self.held.retain(|(_, session), _| session != id),
            Outdated::Everything => self.held.clear(),
        }
    }
}
