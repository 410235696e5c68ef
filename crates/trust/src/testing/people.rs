//! People for a test: an account, a role, a grant and a session in one quick change.
//!
//! Nobody types a password here, so nobody waits for a hash; tests of the sign-in itself use
//! `Identity`. Refused: rights that are not named.

use crate::{
    identity::{
        caller::Caller,
        founding::{NewAccount, account_row, new_subject},
        model::{AccountKind, AccountState, DeviceClass, TERMS_VERSION},
        permit::{Action, ActorId, GrantId, RoleId, ScopeKind, SessionId},
        rows::{Account, Role, RoleGrant, Session},
    },
    store::{
        error::StoreError,
        value::{Moment, SECOND},
    },
    testing::Scratch,
    vault::{SubjectId, random},
};

/// The service that puts people into a test.
pub(crate) const SERVICE: &str = "test";

crate::event! {
    /// A person was put into the test.
    pub struct Arranged = "testing.person_arranged" {
        /// The account.
        account: ActorId,
    }
}

/// Puts a person into a test. Not registered, so that no list of permissions shows it.
#[derive(Clone, Copy, Debug)]
pub struct Arrange;

impl Action for Arrange {
    const NAME: &'static str = "testing.arrange_person";
    const WORDS: &'static str = "put people into a test";
    type Event = Arranged;
}

/// Somebody who is signed in.
pub struct Person {
    /// The account.
    pub account: ActorId,
    /// The grant of the only role.
    pub grant: GrantId,
    /// The session.
    pub session: SessionId,
    /// The token in the person's cookie.
    pub token: String,
    /// Who stands behind a request.
    pub caller: Caller,
}

/// Who is put into a test.
#[derive(Clone, Copy, Debug)]
pub struct Sketch<'a> {
    /// The name to sign in with.
    pub name: &'a str,
    /// The permissions of the only role.
    pub permissions: &'a [&'a str],
    /// Where they hold.
    pub scope: (ScopeKind, Option<i64>),
    /// Which limits the session has.
    pub device_class: DeviceClass,
    /// Whether the terms of use were accepted.
    pub has_accepted_terms: bool,
}

impl Default for Sketch<'_> {
    fn default() -> Self {
        Self {
            name: "",
            permissions: &[],
            scope: (ScopeKind::All, None),
            device_class: DeviceClass::Personal,
            has_accepted_terms: true,
        }
    }
}

impl Scratch {
    /// Somebody who may do exactly this, everywhere, and is signed in.
    ///
    /// # Panics
    /// When the store does not take it.
    pub async fn caller_with(&self, permissions: &[&str]) -> Caller {
        self.person(Sketch {
            permissions,
            ..Sketch::default()
        })
        .await
        .caller
    }

    /// Somebody who may do exactly this in one place, and is signed in.
    ///
    /// # Panics
    /// When the store does not take it.
    pub async fn caller_in(&self, permissions: &[&str], scope: (ScopeKind, i64)) -> Caller {
        let scope = (scope.0, Some(scope.1));
        self.person(Sketch {
            permissions,
            scope,
            ..Sketch::default()
        })
        .await
        .caller
    }

    /// Somebody as sketched, signed in.
    ///
    /// # Panics
    /// When the store does not take it.
    pub async fn person(&self, sketch: Sketch<'_>) -> Person {
        let subject = new_subject(self.store.vault()).await;
        let subject = subject.expect("the vault makes a key");
        let (account, grant, session, token) = loop {
            match self.arrange(sketch, subject).await {
                Ok(arranged) => break arranged,
                Err(error) if error.is_passing() => {} // a busy machine: once more
                Err(error) => panic!("the person cannot be stored: {error}"),
            }
        };
        let caller = self.identity.caller(&token, true).await;
        Person {
            account,
            grant,
            session,
            token,
            caller: caller.expect("the session stands"),
        }
    }

    async fn arrange(
        &self,
        sketch: Sketch<'_>,
        subject: SubjectId,
    ) -> Result<(ActorId, GrantId, SessionId, String), StoreError> {
        let vault = self.store.vault().clone();
        let service = self.identity.service(SERVICE)?;
        let permit = service.permit(Arrange).await;
        let permit = permit.expect("the service may do this");
        let mut tx = self.store.begin(permit).await?;
        let account = ActorId(tx.new_key::<Account>().await?);
        let role = RoleId(tx.new_key::<Role>().await?);
        let grant = GrantId(tx.new_key::<RoleGrant>().await?);
        let session = SessionId(tx.new_key::<Session>().await?);
        let name = match sketch.name {
            "" => format!("person {account}"),
            name => name.to_owned(),
        };
        let new = NewAccount {
            id: account,
            kind: AccountKind::Person,
            state: AccountState::Active,
            subject,
            name: &name,
            display: &name,
        };
        let mut row = account_row(&tx, &new, &vault)?;
        row.device_class = sketch.device_class;
        row.terms_version = sketch.has_accepted_terms.then_some(TERMS_VERSION);
        tx.save(&row);
        tx.save(&role_row(role, sketch.permissions));
        // A second earlier, so that a test that sets the clock back a little keeps the right.
        let wall = self.clock.wall();
        tx.save(&grant_row(
            (grant, account, role),
            sketch.scope,
            wall.after(-SECOND),
        ));
        let token = format!("test-{:032x}", u128::from_be_bytes(random::bytes::<16>()));
        tx.save(&session_row(
            (session, account),
            vault.token_hash(token.as_bytes()).to_vec(),
            sketch.device_class,
            wall,
        ));
        tx.commit(Arranged { account }).await?;
        Ok((account, grant, session, token))
    }
}

fn role_row(id: RoleId, permissions: &[&str]) -> Role {
    let purpose = "One test.".to_owned();
    let permissions = Role::permission_text(permissions);
    Role {
        id,
        name: format!("role {id} of a test"),
        purpose,
        permissions,
    }
}

fn grant_row(
    (id, account, role): (GrantId, ActorId, RoleId),
    (scope_kind, scope_id): (ScopeKind, Option<i64>),
    starts_at: Moment,
) -> RoleGrant {
    let (granted_by, reason) = (account, "a test".to_owned());
    RoleGrant {
        id,
        account,
        role,
        scope_kind,
        scope_id,
        granted_by,
        reason,
        starts_at,
        ends_at: None,
    }
}

fn session_row(
    (id, account): (SessionId, ActorId),
    token_hash: Vec<u8>,
    device_class: DeviceClass,
    wall: Moment,
) -> Session {
    Session {
        id,
        token_hash,
        account,
        device_class,
        started_at: wall,
        seen_at: wall,
        proved_at: None,
        ended_at: None,
        ended_because: None,
    }
}
