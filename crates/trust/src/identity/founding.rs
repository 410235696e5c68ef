//! How an instance begins: services, roles, and the first administrator with a one-time code.
//!
//! The first entry of a log has nobody who could have allowed it. So this one action is admitted
//! while the log is empty, and never again.

use std::sync::Arc;

use crate::{
    identity::{
        events::{FoundInstance, InstanceFounded},
        model::{AccountKind, AccountState, CODE_LIFE, DeviceClass, normalised_name},
        permit::{Action, ActorId, GrantId, Permit, RoleId, Scope, ScopeKind},
        rows::{Account, Role, RoleGrant},
    },
    store::{
        Store,
        change::Change,
        error::StoreError,
        instance::{InstanceRecord, InstanceRow},
        lane::Who,
        value::Moment,
    },
    vault::{SubjectId, Vault, random},
};

/// The action that is admitted on an empty log.
pub(crate) const FOUND: &str = FoundInstance::NAME;

/// A role an instance begins with.
#[derive(Clone, Debug)]
pub struct FirstRole {
    /// Its name.
    pub name: &'static str,
    /// Whom it is for.
    pub purpose: &'static str,
    /// Its permissions.
    pub permissions: Vec<&'static str>,
}

/// A service of this server and what it may do.
#[derive(Clone, Debug)]
pub struct BuiltInAccount {
    /// Its name: `door`, `dispatcher`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub purpose: &'static str,
    /// Its permissions.
    pub permissions: Vec<&'static str>,
}

/// What an instance begins with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The services.
    pub services: Vec<BuiltInAccount>,
    /// The roles of people. The first administrator gets the one named `administrator`.
    pub roles: Vec<FirstRole>,
    /// The first administrator's sign-in name.
    pub administrator: String,
}

/// The name of the role the first administrator gets.
pub const ADMINISTRATOR: &str = "Administrator";

/// A one-time code as it is shown once: four groups of four, no letters that look alike.
#[must_use]
pub fn new_code() -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let bytes = random::bytes::<16>();
    let letters: Vec<String> = bytes
        .chunks(4)
        .map(|group| {
            group
                .iter()
                .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
                .collect()
        })
        .collect();
    letters.join("-")
}

/// The keyed hash of a code as typed: blanks, hyphens and case do not count.
pub(crate) fn code_hash(code: &str, vault: &Vault) -> Vec<u8> {
    let plain: String = code
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    vault.token_hash(plain.as_bytes()).to_vec()
}

/// Founds the instance as `record` names it; gives the first administrator's one-time code, which
/// is shown once.
///
/// # Errors
/// [`StoreError::NotAllowed`] when the log is not empty.
pub async fn found_instance(
    founding: &Founding,
    record: &InstanceRecord,
    store: &Store,
) -> Result<String, StoreError> {
    let vault = store.vault().clone();
    let mut subjects = vec![];
    for _ in 0..=founding.services.len() {
        subjects.push(new_subject(&vault).await?);
    }
    let who = Who {
        actor: 0,
        session: 0,
        request: random::bytes::<16>(),
    };
    let permit: Permit<FoundInstance> = Permit::new(who, Scope::Everything);
    let wall = store.clock().wall();
    let mut tx = store.begin(permit).await?;
    tx.save(&InstanceRow::from(record));
    let mut maker = Maker {
        wall,
        vault: &vault,
    };
    for (service, subject) in founding.services.iter().zip(&subjects[1..]) {
        let name = service_name(service.name);
        let made = maker
            .account(&mut tx, AccountKind::Service, *subject, &name)
            .await?;
        let role = maker
            .role(&mut tx, &name, service.purpose, &service.permissions)
            .await?;
        tx.save(&made);
        maker.grant(&mut tx, made.id, role).await?;
    }
    let mut administrator_role = None;
    for role in &founding.roles {
        let id = maker
            .role(&mut tx, role.name, role.purpose, &role.permissions)
            .await?;
        if role.name == ADMINISTRATOR {
            administrator_role = Some(id);
        }
    }
    let code = new_code();
    let name = &founding.administrator;
    let mut first = maker
        .account(&mut tx, AccountKind::Person, subjects[0], name)
        .await?;
    first.code_hash = Some(code_hash(&code, &vault));
    first.code_until = Some(wall.after(CODE_LIFE));
    first.device_class = DeviceClass::Admin;
    tx.save(&first);
    if let Some(role) = administrator_role {
        maker.grant(&mut tx, first.id, role).await?;
    }
    let accounts = i64::try_from(founding.services.len()).unwrap_or(i64::MAX) + 1;
    let roles = i64::try_from(founding.roles.len()).unwrap_or(i64::MAX);
    tx.commit(InstanceFounded { accounts, roles }).await?;
    Ok(code)
}

/// How colleagues call somebody of whom only the sign-in name is known: `dilys.warmington` is
/// "Dilys W.", `administrator` is "Administrator".
fn short_name(sign_in_name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(char::to_uppercase);
        first
            .into_iter()
            .flatten()
            .chain(letters)
            .collect::<String>()
    };
    match sign_in_name.split_once('.') {
        Some((first, last)) if !first.is_empty() && !last.is_empty() => {
            let initial: String = last.chars().take(1).collect();
            format!("{} {}.", capital(first), capital(&initial))
        }
        _ => capital(sign_in_name),
    }
}

/// The sign-in name of a service; nobody can sign in with it, since it has no password.
pub(crate) fn service_name(name: &str) -> String {
    format!("service:{name}")
}

pub(crate) async fn new_subject(vault: &Arc<Vault>) -> Result<SubjectId, StoreError> {
    vault.new_subject().await.map_err(StoreError::from)
}

/// Makes the rows of the founding.
struct Maker<'a> {
    wall: Moment,
    vault: &'a Vault,
}

impl Maker<'_> {
    async fn account(
        &mut self,
        tx: &mut Change<FoundInstance>,
        kind: AccountKind,
        subject: SubjectId,
        name: &str,
    ) -> Result<Account, StoreError> {
        let id = ActorId(tx.new_key::<Account>().await?);
        let state = match kind {
            AccountKind::Person => AccountState::Invited,
            AccountKind::Service => AccountState::Active,
        };
        let display = match kind {
            AccountKind::Person => short_name(name),
            AccountKind::Service => name.to_owned(),
        };
        account_row(
            tx,
            &NewAccount {
                id,
                kind,
                state,
                subject,
                name,
                display: &display,
            },
            self.vault,
        )
    }

    async fn role(
        &mut self,
        tx: &mut Change<FoundInstance>,
        name: &str,
        purpose: &str,
        permissions: &[&str],
    ) -> Result<RoleId, StoreError> {
        let id = RoleId(tx.new_key::<Role>().await?);
        let permissions = Role::permission_text(permissions);
        tx.save(&Role {
            id,
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            permissions,
        });
        Ok(id)
    }

    async fn grant(
        &mut self,
        tx: &mut Change<FoundInstance>,
        account: ActorId,
        role: RoleId,
    ) -> Result<(), StoreError> {
        let id = GrantId(tx.new_key::<RoleGrant>().await?);
        tx.save(&RoleGrant {
            id,
            account,
            role,
            scope_kind: ScopeKind::All,
            scope_id: None,
            granted_by: account,
            reason: "founding of the instance".to_owned(),
            starts_at: self.wall,
            ends_at: None,
        });
        Ok(())
    }
}

/// What a new account is made of.
pub(crate) struct NewAccount<'a> {
    pub id: ActorId,
    pub kind: AccountKind,
    pub state: AccountState,
    pub subject: SubjectId,
    pub name: &'a str,
    pub display: &'a str,
}

/// An account's row with its names sealed.
pub(crate) fn account_row<A: Action>(
    tx: &Change<A>,
    new: &NewAccount<'_>,
    vault: &Vault,
) -> Result<Account, StoreError> {
    let name = normalised_name(new.name);
    let place = |column| Account::place(column, &new.id);
    Ok(Account {
        id: new.id,
        kind: new.kind,
        state: new.state,
        subject: new.subject,
        sign_in_index: vault.blind_index("account.sign_in_name", &name).to_vec(),
        sign_in_name: tx.seal(&name, new.subject, &place("sign_in_name"))?,
        display_name: tx.seal(&new.display.to_owned(), new.subject, &place("display_name"))?,
        password_hash: None,
        code_hash: None,
        code_until: None,
        device_class: DeviceClass::Personal,
        terms_version: None,
        terms_at: None,
    })
}
