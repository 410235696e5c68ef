//! Keeping accounts: invite, give and take roles, disable. What an administrator does.
//!
//! Disabling ends the account's sessions and grants in the same change. Refused: an edit of an
//! account that somebody else has changed since the page was shown, and disabling oneself, which
//! could leave an instance without an administrator.

use crate::{
    identity::{
        Identity,
        caller::{Caller, PermitError},
        events::{
            AccountDisabled, AccountInvited, AccountsViewed, CodeRenewed, DisableAccount,
            GrantRole, InviteAccount, RenewCode, RoleGranted, RoleWithdrawn, RolesViewed,
            ViewAccounts, ViewRoles, WithdrawRole,
        },
        founding::{NewAccount, account_row, code_hash, new_code, new_subject},
        model::{AccountKind, AccountState, CODE_LIFE, DeviceClass, normalised_name},
        permit::{Action, ActorId, GrantId, RoleId, ScopeKind, SessionId},
        rows::{self, Account, Role, RoleGrant},
    },
    store::{
        change::Change,
        error::StoreError,
        row::{Row, Stored},
        sealed::name_or_erased,
        value::{Field, Moment},
    },
    tail,
};

/// Characters a name may have.
const NAME_MAX: usize = 120;

/// A person to be invited.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The name to sign in with.
    pub sign_in_name: String,
    /// How colleagues see the person: "Joel P.".
    pub display_name: String,
    /// Which limits the sessions have.
    pub device_class: DeviceClass,
}

/// An invited account; the code is shown once and not stored.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The account.
    pub account: ActorId,
    /// The one-time code.
    pub code: String,
}

/// Why an account was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Not there.
    #[error("account not found")]
    NotFound,
    /// Somebody has this sign-in name already.
    #[error("this sign-in name is taken")]
    NameTaken,
    /// The name is empty or too long.
    #[error("a name needs 1 to {NAME_MAX} characters")]
    NameLength,
    /// No such role.
    #[error("role not found")]
    RoleNotFound,
    /// Nobody gives themselves rights, nor locks themselves out.
    #[error("nobody changes their own account's rights; ask another administrator")]
    OwnAccount,
    /// Somebody who can still sign in is not erased.
    #[error("close the account first; then it can be erased")]
    NotClosed,
    /// The name was typed again, and it is another one.
    #[error("that is not the name this account signs in with")]
    NameDiffers,
    /// The entry is in the log, and it is not known whether the keys are destroyed.
    #[error("the erasure has begun and did not end: ask for it again")]
    Unfinished,
    /// Services are part of the server.
    #[error("a service's account cannot be changed here")]
    Service,
    /// The right is missing, or could not be checked.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not take it.
    #[error("the account could not be stored")]
    Store(#[from] StoreError),
}

/// One account as the list shows it.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// Its number.
    pub id: ActorId,
    /// For "someone was quicker".
    pub version: i64,
    /// Person or service.
    pub kind: AccountKind,
    /// Invited, active, disabled.
    pub state: AccountState,
    /// The name to sign in with.
    pub sign_in_name: String,
    /// How colleagues see it.
    pub display_name: String,
    /// Whether its person was erased: then both names are only
    /// [`ERASED_PERSON`](crate::store::sealed::ERASED_PERSON).
    pub is_erased: bool,
    /// Which limits its sessions have.
    pub device_class: DeviceClass,
    /// What it holds now: grant, role's name, where, and why.
    pub grants: Vec<GrantLine>,
}

/// One grant as the list shows it.
#[derive(Clone, Debug)]
pub struct GrantLine {
    /// Its number.
    pub id: GrantId,
    /// For "someone was quicker".
    pub version: i64,
    /// The role's name.
    pub role: String,
    /// Where it holds.
    pub scope: (ScopeKind, Option<i64>),
    /// Why it was given.
    pub reason: String,
    /// Until when.
    pub ends_at: Option<Moment>,
}

impl Identity {
    /// Makes an account with a one-time code.
    ///
    /// # Errors
    /// [`AccountError::NameTaken`], [`AccountError::NameLength`], or what keeps it from being
    /// stored.
    pub async fn invite_account(
        &self,
        caller: &Caller,
        invitation: &Invitation,
    ) -> Result<Invited, AccountError> {
        let (name, display) = (&invitation.sign_in_name, &invitation.display_name);
        for text in [name, display] {
            let count = text.trim().chars().count();
            if count == 0 || count > NAME_MAX {
                return Err(AccountError::NameLength);
            }
        }
        let permit = caller.permit(InviteAccount).await?;
        caller.everywhere(&permit).await?;
        let vault = self.store.vault().clone();
        let subject = new_subject(&vault).await?;
        let code = new_code();
        let mut tx = self.store.begin(permit).await?;
        let id = ActorId(tx.new_key::<Account>().await?);
        let (kind, state) = (AccountKind::Person, AccountState::Invited);
        let new = NewAccount {
            id,
            kind,
            state,
            subject,
            name,
            display: display.trim(),
        };
        let mut row = account_row(&tx, &new, &vault)?;
        row.code_hash = Some(code_hash(&code, &vault));
        row.code_until = Some(self.store.clock().wall().after(CODE_LIFE));
        row.device_class = invitation.device_class;
        tx.save(&row);
        let done = tx.commit(AccountInvited { account: id }).await;
        match done {
            Ok(_) => Ok(Invited { account: id, code }),
            Err(StoreError::Rule(_)) => Err(AccountError::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives an account a new one-time code, for somebody who forgot their password. The old
    /// password and all sessions end at once; a disabled account stays disabled.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], [`AccountError::OwnAccount`], [`StoreError::Quicker`], or what
    /// keeps it from being stored.
    pub async fn renew_code(
        &self,
        caller: &Caller,
        account: ActorId,
        version: i64,
    ) -> Result<Invited, AccountError> {
        let permit = caller.permit(RenewCode).await?;
        caller.everywhere(&permit).await?;
        if permit.actor() == account {
            return Err(AccountError::OwnAccount);
        }
        let code = new_code();
        let mut tx = self.store.begin(permit).await?;
        let row = tx.lock_at::<Account>(account, version).await?;
        let mut row = row.ok_or(AccountError::NotFound)?;
        if row.kind == AccountKind::Service || row.state == AccountState::Disabled {
            return Err(AccountError::Service);
        }
        let wall = self.store.clock().wall();
        row.password_hash = None;
        row.code_hash = Some(code_hash(&code, self.store.vault()));
        row.code_until = Some(wall.after(CODE_LIFE));
        tx.save(&row);
        for mut session in tx
            .find(rows::open_sessions(), vec![account.to_value()])
            .await?
        {
            session.ended_at = Some(wall);
            session.ended_because = Some("new first code".to_owned());
            tx.save(&session);
        }
        tx.commit(CodeRenewed { account }).await?;
        Ok(Invited { account, code })
    }

    /// Gives a role, everywhere or in one place. Giving it again renews it.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], [`AccountError::RoleNotFound`], [`StoreError::Quicker`] when the
    /// account changed since `given.seen`, or what keeps it from being stored.
    pub async fn grant_role(
        &self,
        caller: &Caller,
        account: ActorId,
        role: &str,
        given: Given<'_>,
    ) -> Result<GrantId, AccountError> {
        let permit = caller.permit(GrantRole).await?;
        caller.everywhere(&permit).await?;
        // Nobody widens their own rights; a second administrator has to.
        if permit.actor() == account {
            return Err(AccountError::OwnAccount);
        }
        let mut tx = self.store.begin(permit).await?;
        let holder = locked::<Account, _>(&mut tx, account, given.seen).await?;
        let holder = holder.ok_or(AccountError::NotFound)?;
        if holder.kind == AccountKind::Service {
            return Err(AccountError::Service);
        }
        let roles = tx.find(
            tail!(Role, "WHERE name = $1"),
            vec![role.to_owned().to_value()],
        );
        let role = roles.await?.pop().ok_or(AccountError::RoleNotFound)?.id;
        let wall = self.store.clock().wall();
        let held = tx.find(
            rows::grants_with_role(),
            vec![account.to_value(), role.to_value()],
        );
        let same = held
            .await?
            .into_iter()
            .find(|grant| (grant.scope_kind, grant.scope_id) == given.scope);
        let id = match &same {
            Some(grant) => grant.id,
            None => GrantId(tx.new_key::<RoleGrant>().await?),
        };
        tx.save(&RoleGrant {
            id,
            account,
            role,
            scope_kind: given.scope.0,
            scope_id: given.scope.1,
            granted_by: tx.actor(),
            reason: given.reason.to_owned(),
            starts_at: wall,
            ends_at: given.ends_at,
        });
        tx.commit(RoleGranted {
            account,
            role,
            grant: id,
        })
        .await?;
        Ok(id)
    }

    /// Takes a role back. The grant stays on record, ended. `seen`: the version of the grant that
    /// was decided on; `None` for whatever it is by now.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], [`StoreError::Quicker`] when somebody gave it anew or took it
    /// back since `seen`, or what keeps it from being stored.
    pub async fn withdraw_role(
        &self,
        caller: &Caller,
        grant: GrantId,
        seen: Option<i64>,
    ) -> Result<(), AccountError> {
        let permit = caller.permit(WithdrawRole).await?;
        caller.everywhere(&permit).await?;
        let mut tx = self.store.begin(permit).await?;
        let row = locked::<RoleGrant, _>(&mut tx, grant, seen).await?;
        let mut row = row.ok_or(AccountError::NotFound)?;
        row.ends_at = Some(self.store.clock().wall());
        tx.save(&row);
        tx.commit(RoleWithdrawn { grant }).await?;
        Ok(())
    }

    /// Disables an account: its sessions and grants end in the same change.
    ///
    /// # Errors
    /// [`AccountError::OwnAccount`], [`StoreError::Quicker`] when the account changed since
    /// `version`, or what keeps it from being stored.
    pub async fn disable_account(
        &self,
        caller: &Caller,
        account: ActorId,
        version: i64,
    ) -> Result<(), AccountError> {
        let permit = caller.permit(DisableAccount).await?;
        caller.everywhere(&permit).await?;
        if permit.actor() == account {
            return Err(AccountError::OwnAccount);
        }
        let mut tx = self.store.begin(permit).await?;
        let row = tx.lock_at::<Account>(account, version).await?;
        let mut row = row.ok_or(AccountError::NotFound)?;
        if row.kind == AccountKind::Service {
            return Err(AccountError::Service);
        }
        let wall = self.store.clock().wall();
        row.state = AccountState::Disabled;
        (row.password_hash, row.code_hash, row.code_until) = (None, None, None);
        tx.save(&row);
        let mut ended: Vec<SessionId> = vec![];
        for mut session in tx
            .find(rows::open_sessions(), vec![account.to_value()])
            .await?
        {
            session.ended_at = Some(wall);
            session.ended_because = Some("account disabled".to_owned());
            tx.save(&session);
            ended.push(session.id);
        }
        let live = tail!(
            RoleGrant,
            "WHERE account = $1 AND (ends_at IS NULL OR ends_at > $2)"
        );
        for mut grant in tx
            .find(live, vec![account.to_value(), wall.to_value()])
            .await?
        {
            grant.ends_at = Some(wall);
            tx.save(&grant);
        }
        let sessions = i64::try_from(ended.len()).unwrap_or(i64::MAX);
        tx.commit(AccountDisabled { account, sessions }).await?;
        Ok(())
    }

    /// The accounts with their grants.
    ///
    /// # Errors
    /// [`PermitError`] inside [`AccountError::Permit`], or what keeps it from being read.
    pub async fn accounts(&self, caller: &Caller) -> Result<Vec<AccountLine>, AccountError> {
        let permit = caller.permit(ViewAccounts).await?;
        let mut reader = self
            .store
            .read(permit, AccountsViewed { page: "accounts" })
            .await?;
        let roles = rows::roles(&mut reader).await?;
        let grants = rows::live_grants(&mut reader, self.store.clock().wall()).await?;
        let mut lines = vec![];
        for stored in rows::accounts(&mut reader).await? {
            let row = stored.row;
            let place = |column| Account::place(column, &row.id);
            let own = grants.iter().filter(|grant| grant.row.account == row.id);
            let display_name = reader.reveal(&row.display_name, &place("display_name"));
            let is_erased = matches!(display_name, Err(StoreError::Erased(_)));
            let sign_in_name = reader.reveal(&row.sign_in_name, &place("sign_in_name"));
            lines.push(AccountLine {
                id: row.id,
                version: stored.version,
                kind: row.kind,
                state: row.state,
                sign_in_name: name_or_erased(sign_in_name)?,
                display_name: name_or_erased(display_name)?,
                is_erased,
                device_class: row.device_class,
                grants: own.map(|grant| grant_line(grant, &roles)).collect(),
            });
        }
        Ok(lines)
    }

    /// The person who signs in with this name: whoever an operator's command is about or
    /// acts for.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], [`AccountError::Service`], or what keeps it from being read.
    pub async fn person_named(&self, sign_in_name: &str) -> Result<ActorId, AccountError> {
        let mut reader = self.store.plain().await?;
        let name = normalised_name(sign_in_name);
        let index = reader.blind_index("account.sign_in_name", &name);
        let found = rows::account_by_name(&mut reader, index).await?;
        let row = found.ok_or(AccountError::NotFound)?.row;
        match row.kind {
            AccountKind::Person => Ok(row.id),
            AccountKind::Service => Err(AccountError::Service),
        }
    }

    /// The roles and what they allow, as the matrix page shows them.
    ///
    /// # Errors
    /// As [`Identity::accounts`].
    pub async fn roles(&self, caller: &Caller) -> Result<Vec<Role>, AccountError> {
        let permit = caller.permit(ViewRoles).await?;
        let mut reader = self.store.read(permit, RolesViewed {}).await?;
        Ok(rows::roles(&mut reader).await?)
    }
}

/// Where, why and until when a role is given.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Where it holds: a kind of place, and which one.
    pub scope: (ScopeKind, Option<i64>),
    /// Why.
    pub reason: &'a str,
    /// Until when; `None` for no end.
    pub ends_at: Option<Moment>,
    /// The version of the account that was decided on; `None`: whatever it is by now.
    pub seen: Option<i64>,
}

/// Locks a row: at the version that was decided on, or as it is.
async fn locked<R: Row, A: Action>(
    tx: &mut Change<A>,
    key: impl Field,
    seen: Option<i64>,
) -> Result<Option<R>, StoreError> {
    match seen {
        Some(version) => tx.lock_at(key, version).await,
        None => tx.lock(key).await,
    }
}

fn grant_line(stored: &Stored<RoleGrant>, roles: &[Role]) -> GrantLine {
    let grant = &stored.row;
    let role = roles.iter().find(|role| role.id == grant.role);
    GrantLine {
        id: grant.id,
        version: stored.version,
        role: role.map_or_else(
            || RoleId(grant.role.0).to_string(),
            |role| role.name.clone(),
        ),
        scope: (grant.scope_kind, grant.scope_id),
        reason: grant.reason.clone(),
        ends_at: grant.ends_at,
    }
}
