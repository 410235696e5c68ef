//! Trying identity's promises on the running instance: counts and verdicts, nobody's data.
//!
//! Nothing here writes and nothing goes into the log by itself: whoever tries a promise commits the
//! outcome. A try that finds nothing to try says so by its counts.
//!
//! Refused: telling a name, a hash or a token; knowing which promise a fact belongs to.

use argon2::{Params, password_hash::phc::PasswordHash};

use crate::{
    identity::{
        Identity,
        caller::{Caller, PermitError, Profile},
        events::ViewRoles,
        grants,
        model::{DeviceClass, TERMS_VERSION, over},
        permit::{ActorId, Permission, permissions},
        rows::{self, Session},
    },
    store::{
        error::StoreError,
        lane::Who,
        read::Reader,
        value::{Moment, Value},
    },
    tail,
};

/// OWASP's second choice for Argon2id: 19 MiB, two passes (Password Storage Cheat Sheet).
const MEMORY_KIB_MIN: u32 = 19_456;
/// Passes over that memory.
const PASSES_MIN: u32 = 2;
/// Open sessions whose rights are compared with their roles, permission by permission.
const SESSIONS_COMPARED_MAX: usize = 25;

/// Whether the answer to "who may" is no unless a role says yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefaultDeny {
    /// How many permissions there are.
    pub permissions: usize,
    /// Permissions that somebody without a grant was given; should be empty.
    pub given_to_nobody: Vec<&'static str>,
    /// How many pairs of actor and permission were compared with the roles.
    pub pairs: usize,
    /// How many of them were answered otherwise than the roles say; should be 0.
    pub pairs_wrong: usize,
}

/// How passwords lie in the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredPasswords {
    /// How many there are.
    pub stored: usize,
    /// How many are Argon2id of the strength that is asked for.
    pub strong: usize,
}

/// Whether sessions end when they should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionLimits {
    /// Whether every kind of device has its limits kept to the microsecond.
    pub rule_holds: bool,
    /// Sessions that stand now.
    pub open: usize,
    /// How long the oldest of them has stood, in microseconds.
    pub oldest: i64,
    /// Sessions ever that were used after their absolute limit; should be 0.
    pub used_too_long: usize,
}

/// Whether the terms of use come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermsFirst {
    /// The version in force.
    pub version: i64,
    /// Whether somebody who accepted nothing, and somebody who accepted the version before, were
    /// refused.
    pub refused: bool,
    /// People with a session who have accepted the version in force.
    pub accepted: usize,
    /// People with a session who have not, and are refused everything but the terms.
    pub waiting: usize,
}

impl Identity {
    /// Asks for every permission in the name of nobody, then compares what open sessions and
    /// services may do with what their roles say.
    ///
    /// # Errors
    /// [`StoreError`] when the grants cannot be read.
    pub async fn try_default_deny(&self) -> Result<DefaultDeny, StoreError> {
        let (mut reader, wall) = (self.store.plain().await?, self.store.clock().wall());
        let mut tried = DefaultDeny::default();
        let all = permissions();
        tried.permissions = all.len();
        let nobody = Who {
            actor: -1,
            session: 0,
            request: [0; 16],
        };
        let held = grants::held_in(&mut reader, nobody).await?;
        for permission in &all {
            if held.scope(nobody, permission.name, wall).is_some() {
                tried.given_to_nobody.push(permission.name);
            }
        }
        for who in self.actors(&mut reader).await? {
            compare_with_roles(&mut reader, (who, wall), &all, &mut tried).await?;
        }
        Ok(tried)
    }

    /// The services, and the people of the newest open sessions.
    async fn actors(&self, reader: &mut Reader) -> Result<Vec<Who>, StoreError> {
        let who = |actor: ActorId, session| Who {
            actor: actor.0,
            session,
            request: [0; 16],
        };
        let mut actors: Vec<Who> = self.services.values().map(|actor| who(*actor, 0)).collect();
        let mut sessions = open_sessions(reader).await?;
        sessions.truncate(SESSIONS_COMPARED_MAX);
        actors.extend(
            sessions
                .iter()
                .map(|session| who(session.account, session.id.0)),
        );
        Ok(actors)
    }

    /// Looks at the form of every stored password.
    ///
    /// # Errors
    /// [`StoreError`] when the accounts cannot be read.
    pub async fn try_stored_passwords(&self) -> Result<StoredPasswords, StoreError> {
        let stored = crate::sql!(
            "SELECT password_hash FROM account WHERE password_hash IS NOT NULL",
            Text
        );
        let mut tried = StoredPasswords::default();
        for row in self.store.plain().await?.query(stored, vec![]).await? {
            tried.stored += 1;
            let is_strong = match row.as_slice() {
                [Value::Text(Some(text))] => is_strong(text),
                _ => false,
            };
            tried.strong += usize::from(is_strong);
        }
        Ok(tried)
    }

    /// Tries the limits of each kind of device, and looks for a session that outlived them.
    ///
    /// # Errors
    /// [`StoreError`] when the sessions cannot be read.
    pub async fn try_session_limits(&self) -> Result<SessionLimits, StoreError> {
        let (mut reader, wall) = (self.store.plain().await?, self.store.clock().wall());
        let classes = [
            DeviceClass::Shared,
            DeviceClass::Personal,
            DeviceClass::Admin,
        ];
        let mut tried = SessionLimits {
            rule_holds: classes.into_iter().all(limits_hold),
            ..SessionLimits::default()
        };
        let all: Vec<Session> = reader.find(tail!(Session, "ORDER BY id"), vec![]).await?;
        for session in &all {
            let used = session.seen_at.since(session.started_at);
            tried.used_too_long += usize::from(used > session.device_class.absolute_max());
            let (started, seen) = (session.started_at, self.last_active(session));
            let stands = over(session.device_class, started, seen, wall).is_none();
            if session.ended_at.is_none() && stands {
                tried.open += 1;
                tried.oldest = tried.oldest.max(wall.since(started));
            }
        }
        Ok(tried)
    }

    /// Asks for a right in the name of somebody who accepted nothing, and of somebody who accepted
    /// the version before.
    ///
    /// # Errors
    /// [`StoreError`] when the sessions cannot be read.
    pub async fn try_terms_first(&self) -> Result<TermsFirst, StoreError> {
        let mut tried = TermsFirst {
            version: TERMS_VERSION,
            refused: true,
            ..TermsFirst::default()
        };
        for accepted in [None, Some(TERMS_VERSION - 1)] {
            let permit = self.somebody(accepted).permit(ViewRoles).await;
            tried.refused &= matches!(permit, Err(PermitError::Terms));
        }
        let mut reader = self.store.plain().await?;
        let accounts = rows::accounts(&mut reader).await?;
        let open = open_sessions(&mut reader).await?;
        let signed_in = accounts
            .iter()
            .filter(|stored| open.iter().any(|session| session.account == stored.row.id));
        for stored in signed_in {
            match stored.row.terms_version {
                Some(version) if version >= TERMS_VERSION => tried.accepted += 1,
                _ => tried.waiting += 1,
            }
        }
        Ok(tried)
    }

    /// A caller who stands for no account.
    fn somebody(&self, terms_version: Option<i64>) -> Caller {
        let blank = Caller::service(ActorId(-1), "", self.store.clone());
        let profile = Profile {
            terms_version,
            ..blank.profile().clone()
        };
        Caller {
            profile: profile.into(),
            ..blank
        }
    }
}

async fn open_sessions(reader: &mut Reader) -> Result<Vec<Session>, StoreError> {
    reader
        .find(
            tail!(Session, "WHERE ended_at IS NULL ORDER BY id DESC"),
            vec![],
        )
        .await
}

/// What the roles say, put together in another way than [`grants`] does.
async fn compare_with_roles(
    reader: &mut Reader,
    (who, wall): (Who, Moment),
    all: &[Permission],
    tried: &mut DefaultDeny,
) -> Result<(), StoreError> {
    let held = rows::grants_of(reader, ActorId(who.actor), wall).await?;
    let roles = rows::roles(reader).await?;
    let account = reader.one::<rows::Account>(ActorId(who.actor)).await?;
    let is_active =
        account.is_some_and(|account| account.row.state == super::model::AccountState::Active);
    let listed = |name: &str| {
        let mut roles = roles
            .iter()
            .filter(|role| held.iter().any(|grant| grant.role == role.id));
        is_active && roles.any(|role| role.permission_names().any(|own| own == name))
    };
    let read = grants::held_in(reader, who).await?;
    for permission in all {
        let may = read.scope(who, permission.name, wall).is_some();
        tried.pairs += 1;
        tried.pairs_wrong += usize::from(may != listed(permission.name));
    }
    Ok(())
}

fn is_strong(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else {
        return false;
    };
    let params = Params::try_from(&hash);
    text.starts_with("$argon2id$v=19$")
        && hash.hash.is_some()
        && params
            .is_ok_and(|params| params.m_cost() >= MEMORY_KIB_MIN && params.t_cost() >= PASSES_MIN)
}

/// The last microsecond before each limit still counts, the limit itself does not, and being active
/// does not move the absolute one.
fn limits_hold(class: DeviceClass) -> bool {
    let start = Moment(0);
    let (idle, absolute) = (
        start.after(class.idle_max()),
        start.after(class.absolute_max()),
    );
    over(class, start, start, idle.after(-1)).is_none()
        && over(class, start, start, idle).is_some()
        && over(class, start, absolute.after(-1), absolute.after(-1)).is_none()
        && over(class, start, absolute, absolute).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A password in clear, an older method and a weaker setting are told from a strong hash.
    #[test]
    fn only_a_strong_hash_is_strong() {
        let hash = "c2FsdHNhbHRzYWx0c2FsdA$q83vq83vq83vq83vq83vq83vq83vq83vq83vq83vq80";
        assert!(is_strong(&format!("$argon2id$v=19$m=19456,t=2,p=1${hash}")));
        assert!(!is_strong(&format!("$argon2id$v=19$m=4096,t=2,p=1${hash}")));
        assert!(!is_strong(&format!("$argon2i$v=19$m=19456,t=2,p=1${hash}")));
        assert!(!is_strong("correct horse battery staple"));
    }
}
