//! The caller: who stands behind a request, and the only source of permits.
//!
//! Refused: a right that is not there. The refusal is in the log before it is an error.

use std::sync::Arc;

use crate::{
    identity::{
        model::{DeviceClass, TERMS_VERSION},
        permit::{Action, ActorId, Permit, Scope, SessionId},
    },
    store::{Store, change::refusal, error::StoreError, lane::Who, value::Moment},
    vault::random,
};

/// Who stands behind a request.
#[derive(Clone)]
pub struct Caller {
    pub(in crate::identity) who: Who,
    pub(in crate::identity) store: Store,
    pub(in crate::identity) profile: Arc<Profile>,
}

/// What a page needs to know of its caller.
#[derive(Clone, Debug)]
pub struct Profile {
    /// "Joel P."
    pub name: String,
    /// Which limits the session has.
    pub device_class: DeviceClass,
    /// The names of the roles held now.
    pub roles: Vec<String>,
    /// Permissions held now, anywhere.
    pub permissions: Vec<String>,
    /// The version of the terms of use that was accepted.
    pub terms_version: Option<i64>,
    /// When the session ends unless there is activity.
    pub idle_until: Moment,
    /// When the holder last proved who they are beyond the sign-in (step-up).
    pub proved_at: Option<Moment>,
}

/// Why a permit was not given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PermitError {
    /// The right is not there. The refusal is in the log.
    #[error("not allowed: {0}")]
    Refused(&'static str),
    /// The current terms of use have not been accepted yet.
    #[error("the terms of use have not been accepted")]
    Terms,
    /// The log or the grants could not be reached.
    #[error("the right could not be checked")]
    Store(#[from] StoreError),
}

impl Caller {
    /// A service of this server, acting under its own name.
    pub(in crate::identity) fn service(actor: ActorId, name: &str, store: Store) -> Self {
        let who = Who {
            actor: actor.0,
            session: 0,
            request: [0; 16],
        };
        let profile = Arc::new(Profile {
            name: name.to_owned(),
            device_class: DeviceClass::Personal,
            roles: vec![],
            permissions: vec![],
            terms_version: Some(TERMS_VERSION),
            idle_until: Moment(i64::MAX),
            proved_at: None,
        });
        Self {
            who,
            store,
            profile,
        }
    }

    /// The account.
    #[must_use]
    pub fn actor(&self) -> ActorId {
        ActorId(self.who.actor)
    }

    /// The session; `None` for a service.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        (self.who.session != 0).then_some(SessionId(self.who.session))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// What a page needs to know.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether a menu should offer this. Only a hint: the permit decides.
    #[must_use]
    pub fn may<A: Action>(&self, _action: A) -> bool {
        self.profile.permissions.iter().any(|name| name == A::NAME)
    }

    /// Whether the current terms of use have been accepted.
    #[must_use]
    pub fn has_accepted_terms(&self) -> bool {
        self.profile
            .terms_version
            .is_some_and(|version| version >= TERMS_VERSION)
    }

    /// Asks for the right to do `A`.
    ///
    /// # Errors
    /// [`PermitError::Terms`] before the terms are accepted, [`PermitError::Refused`] once the
    /// refusal is in the log, [`PermitError::Store`] when it could not be checked or recorded.
    pub async fn permit<A: Action>(&self, _action: A) -> Result<Permit<A>, PermitError> {
        let needs_terms = A::NAME != crate::identity::events::AcceptTerms::NAME
            && A::NAME != crate::identity::events::EndSession::NAME;
        if needs_terms && !self.has_accepted_terms() {
            return Err(PermitError::Terms);
        }
        let who = self.fresh_request();
        match self.store.scope_of(who, A::NAME).await? {
            Some(scope) => Ok(Permit::new(who, scope)),
            None => {
                self.refuse(who, A::NAME).await?;
                Err(PermitError::Refused(A::WORDS))
            }
        }
    }

    /// Goes on only with a right that holds everywhere; a refusal is in the log first.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] with a right that is limited to places.
    pub async fn everywhere<A: Action>(&self, permit: &Permit<A>) -> Result<(), StoreError> {
        match permit.scope() {
            Scope::Everything => Ok(()),
            Scope::Only(_) => {
                self.refuse(permit.who(), A::NAME).await?;
                Err(StoreError::NotAllowed)
            }
        }
    }

    /// One request, one number: services make one for each of their acts.
    fn fresh_request(&self) -> Who {
        let mut who = self.who;
        if who.request == [0; 16] {
            who.request = random::bytes::<16>();
        }
        who
    }

    async fn refuse(&self, who: Who, permission: &'static str) -> Result<(), StoreError> {
        let draft = refusal(who, permission)?;
        self.store.record_draft(draft, false).await.map(drop)
    }
}
