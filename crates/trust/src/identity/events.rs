//! Identity's actions and their events. Ids and codes only: names lie sealed in the account.

use crate::{
    identity::permit::{ActorId, GrantId, RoleId, SessionId},
    store::value::Moment,
};

crate::event! {
    /// The instance exists; the first entry of its log.
    pub struct InstanceFounded = "identity.instance_founded" {
        /// Accounts made for the server's own services and the first administrator.
        accounts: i64,
        /// Roles it begins with.
        roles: i64,
    }
    /// Somebody asked for what they may not do.
    pub struct PermissionRefused = "identity.permission_refused" {
        /// The permission.
        permission: &'static str,
    }
    /// A session began.
    pub struct SessionStarted = "identity.session_started" {
        /// Whose.
        account: ActorId,
        /// Which.
        session: SessionId,
    }
    /// A sign-in failed. The name that was tried is not recorded: people type passwords there.
    pub struct SignInFailed = "identity.sign_in_failed" {
        /// The account, when the name is one.
        account: Option<ActorId>,
        /// Failures in a row.
        failures: i64,
        /// Until when nothing more is tried.
        wait_until: Moment,
    }
    /// A session ended.
    pub struct SessionEnded = "identity.session_ended" {
        /// Which.
        session: SessionId,
        /// Signed out, idle, absolute limit, disabled, replaced.
        because: &'static str,
    }
    /// A session was in use; written at most once a minute.
    pub struct SessionSeen = "identity.session_seen" {
        /// Which.
        session: SessionId,
    }
    /// The terms of use were accepted.
    pub struct TermsAccepted = "identity.terms_accepted" {
        /// Their version.
        version: i64,
    }
    /// An account was made and a one-time code given out.
    pub struct AccountInvited = "identity.account_invited" {
        /// The account.
        account: ActorId,
    }
    /// A password was set with a one-time code.
    pub struct PasswordSet = "identity.password_set" {
        /// The account.
        account: ActorId,
    }
    /// An account was disabled; its sessions and grants ended with it.
    pub struct AccountDisabled = "identity.account_disabled" {
        /// The account.
        account: ActorId,
        /// Sessions that ended.
        sessions: i64,
    }
    /// An account was given a new one-time code; its password and sessions ended.
    pub struct CodeRenewed = "identity.code_renewed" {
        /// The account.
        account: ActorId,
    }
    /// A role was given.
    pub struct RoleGranted = "identity.role_granted" {
        /// To whom.
        account: ActorId,
        /// Which role.
        role: RoleId,
        /// The grant.
        grant: GrantId,
    }
    /// A role was taken back.
    pub struct RoleWithdrawn = "identity.role_withdrawn" {
        /// The grant.
        grant: GrantId,
    }
    /// The list of accounts was looked at.
    pub struct AccountsViewed = "identity.accounts_viewed" {
        /// How the list was reached.
        page: &'static str,
    }
    /// Somebody's data was erased; their number stays in the log.
    pub struct AccountErased = "identity.account_erased" {
        /// The account.
        account: ActorId,
        /// Why: a code.
        because: &'static str,
    }
    /// History was lost in a disaster, and somebody took the responsibility for going on without.
    pub struct RecoveryDeclared = "identity.recovery_declared" {
        /// Who.
        account: ActorId,
        /// What is lost and why, signed: see `ledger::recovery`.
        note: String,
    }
    /// The matrix of roles was looked at.
    pub struct RolesViewed = "identity.roles_viewed" {}
}

crate::action! {
    /// Founds the instance; possible once, as its first entry.
    pub struct FoundInstance = "identity.found_instance" ("found the instance") -> InstanceFounded;
    /// Lets somebody in: done by the door, which knows nobody yet.
    pub struct StartSession = "identity.start_session" ("let people sign in") -> SessionStarted;
    /// Counts a failed sign-in.
    pub struct CountFailure = "identity.count_failure" ("count failed sign-ins") -> SignInFailed;
    /// Ends a session.
    pub struct EndSession = "identity.end_session" ("end sessions") -> SessionEnded;
    /// Writes down that a session is in use.
    pub struct SeeSession = "identity.see_session" ("note activity") -> SessionSeen;
    /// Accepts the terms of use for oneself.
    pub struct AcceptTerms = "identity.accept_terms" ("accept the terms of use") -> TermsAccepted;
    /// Makes an account with a one-time code.
    pub struct InviteAccount = "identity.invite_account" ("make accounts") -> AccountInvited;
    /// Sets a password with a one-time code.
    pub struct SetPassword = "identity.set_password" ("set passwords with a code") -> PasswordSet;
    /// Disables an account.
    pub struct DisableAccount = "identity.disable_account" ("disable accounts") -> AccountDisabled;
    /// Gives an account a new one-time code.
    pub struct RenewCode = "identity.renew_code" ("give new first codes") -> CodeRenewed;
    /// Gives a role.
    pub struct GrantRole = "identity.grant_role" ("give roles") -> RoleGranted;
    /// Takes a role back.
    pub struct WithdrawRole = "identity.withdraw_role" ("take roles back") -> RoleWithdrawn;
    /// Erases somebody whose account is closed.
    pub struct EraseAccount = "identity.erase_account" ("erase people") -> AccountErased;
    /// Declares that history is lost, so that the instance may go on.
    pub struct DeclareRecovery = "identity.declare_recovery" ("declare that history is lost")
        -> RecoveryDeclared;
    /// Looks at the accounts.
    pub struct ViewAccounts = "identity.view_accounts" ("see accounts") -> AccountsViewed;
    /// Looks at the roles.
    pub struct ViewRoles = "identity.view_roles" ("see roles and grants") -> RolesViewed;
}
