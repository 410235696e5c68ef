//! Identity's tables as types, and its SQL.

use crate::{
    identity::{
        model::{AccountKind, AccountState, DeviceClass},
        permit::{ActorId, GrantId, RoleId, ScopeKind, SessionId},
    },
    row,
    store::{
        error::StoreError,
        read::Reader,
        row::Stored,
        sealed::Sealed,
        value::{Field, Moment},
    },
    tail,
    vault::SubjectId,
};

crate::int_field!(SubjectId);

row! {
    /// Somebody who can act: a person, or a service of this server.
    pub struct Account in "account" {
        /// Its number.
        id: ActorId, Internal;
        /// Person or service.
        kind: AccountKind, Internal;
        /// Invited, active or disabled.
        state: AccountState, Internal;
        /// Whose key its personal cells are sealed under.
        subject: SubjectId, Internal;
        /// Blind index of the sign-in name.
        sign_in_index: Vec<u8>, Secret;
        /// The name it signs in with.
        sign_in_name: Sealed<String>, StaffPersonal;
        /// How colleagues see it: "Joel P.".
        display_name: Sealed<String>, StaffPersonal;
        /// Argon2id, as a PHC string.
        password_hash: Option<String>, Secret;
        /// Keyed hash of the one-time code, while one is open.
        code_hash: Option<Vec<u8>>, Secret;
        /// Until when the code can be used.
        code_until: Option<Moment>, Internal;
        /// Which limits its sessions have.
        device_class: DeviceClass, Internal;
        /// The version of the terms of use it accepted.
        terms_version: Option<i64>, Internal;
        /// When it did.
        terms_at: Option<Moment>, Internal;
    }
}

row! {
    /// A named set of permissions.
    pub struct Role in "role" {
        /// Its number.
        id: RoleId, Internal;
        /// Its name.
        name: String, Internal;
        /// Whom it is for, in a sentence.
        purpose: String, Internal;
        /// Names of permissions, each with a space before and after.
        permissions: String, Internal;
    }
}

impl Role {
    /// The permissions as a list.
    pub fn permission_names(&self) -> impl Iterator<Item = &str> {
        self.permissions.split_ascii_whitespace()
    }

    /// The form in which permissions are stored.
    #[must_use]
    pub fn permission_text(names: &[&str]) -> String {
        format!(" {} ", names.join(" "))
    }
}

row! {
    /// One role given to one account in one place, by someone, for a reason.
    pub struct RoleGrant in "role_grant" {
        /// Its number.
        id: GrantId, Internal;
        /// Who has it.
        account: ActorId, Internal;
        /// What it allows.
        role: RoleId, Internal;
        /// What kind of place it is limited to.
        scope_kind: ScopeKind, Internal;
        /// Which one; NULL for everywhere.
        scope_id: Option<i64>, Internal;
        /// Who gave it.
        granted_by: ActorId, Internal;
        /// Why.
        reason: String, Internal;
        /// From when it holds.
        starts_at: Moment, Internal;
        /// Until when; NULL for no end.
        ends_at: Option<Moment>, Internal;
    }
}

row! {
    /// One sign-in.
    pub struct Session in "session" {
        /// Its number.
        id: SessionId, Internal;
        /// Keyed hash of the token in the cookie.
        token_hash: Vec<u8>, Secret;
        /// Whose it is.
        account: ActorId, Internal;
        /// Which limits it has.
        device_class: DeviceClass, Internal;
        /// When it began.
        started_at: Moment, Internal;
        /// Last activity that was written down; the exact one is in memory.
        seen_at: Moment, StaffPersonal;
        /// When its holder last proved who they are beyond the sign-in (step-up).
        proved_at: Option<Moment>, Internal;
        /// When it ended.
        ended_at: Option<Moment>, Internal;
        /// Why it ended.
        ended_because: Option<String>, Internal;
    }
}

row! {
    /// Failed sign-ins of one bucket: a name (known or not), from devices we do not know.
    pub struct SignInFailure in "sign_in_failure" {
        /// Keyed hash of the bucket.
        bucket: Vec<u8>, Secret;
        /// In a row.
        failures: i64, Internal;
        /// The last one.
        last_at: Moment, Internal;
        /// Nothing is tried before.
        wait_until: Moment, Internal;
    }
}

pub(crate) async fn account_by_name(
    reader: &mut Reader,
    index: Vec<u8>,
) -> Result<Option<Stored<Account>>, StoreError> {
    let tail = tail!(Account, "WHERE sign_in_index = $1");
    Ok(reader
        .find_stored(tail, vec![index.to_value()])
        .await?
        .pop())
}

pub(crate) async fn session_by_token(
    reader: &mut Reader,
    hash: Vec<u8>,
) -> Result<Option<Session>, StoreError> {
    let tail = tail!(Session, "WHERE token_hash = $1");
    Ok(reader.find(tail, vec![hash.to_value()]).await?.pop())
}

pub(crate) async fn accounts(reader: &mut Reader) -> Result<Vec<Stored<Account>>, StoreError> {
    reader
        .find_stored(tail!(Account, "ORDER BY id"), vec![])
        .await
}

pub(crate) async fn roles(reader: &mut Reader) -> Result<Vec<Role>, StoreError> {
    reader.find(tail!(Role, "ORDER BY id"), vec![]).await
}

pub(crate) async fn live_grants(
    reader: &mut Reader,
    wall: Moment,
) -> Result<Vec<Stored<RoleGrant>>, StoreError> {
    let tail = tail!(
        RoleGrant,
        "WHERE starts_at <= $1 AND (ends_at IS NULL OR ends_at > $1) ORDER BY account, id"
    );
    reader.find_stored(tail, vec![wall.to_value()]).await
}

pub(crate) async fn grants_of(
    reader: &mut Reader,
    account: ActorId,
    wall: Moment,
) -> Result<Vec<RoleGrant>, StoreError> {
    let tail = tail!(
        RoleGrant,
        "WHERE account = $1 AND starts_at <= $2 AND (ends_at IS NULL OR ends_at > $2) ORDER BY id"
    );
    reader
        .find(tail, vec![account.to_value(), wall.to_value()])
        .await
}

pub(crate) fn open_sessions() -> crate::store::statement::Tail<Session> {
    tail!(
        Session,
        "WHERE account = $1 AND ended_at IS NULL ORDER BY id"
    )
}

pub(crate) fn grants_with_role() -> crate::store::statement::Tail<RoleGrant> {
    tail!(RoleGrant, "WHERE account = $1 AND role = $2")
}
