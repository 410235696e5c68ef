//! `/accounts`: who can sign in, and the acts of an administrator on accounts and grants.
//!
//! A new account's one-time code is on the page that answers the form, and nowhere else: that page
//! is not stored by the browser and cannot be asked for again.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use trust::{
    identity::{
        accounts::{AccountError, AccountLine, Given, GrantLine, Invitation},
        erasing::{ErasedBecause, Erasure},
        events::{DisableAccount, EraseAccount, GrantRole, InviteAccount, WithdrawRole},
        model::{AccountKind, AccountState, CODE_LIFE, DeviceClass},
        permit::{ActorId, GrantId, ScopeKind},
    },
    store::{error::StoreError, value::MINUTE},
};

use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{
        forms::{Choice, FormError},
        shell::Entry,
    },
    refusal::{PageError, Refusal},
    views::{
        accounts::{AccountForm, AccountRow, AccountsView, GrantChip, NewCode, RoleForm, page},
        problem::Problem,
    },
};

/// Characters a reason may have.
const REASON_MAX: usize = 300;
/// Why a role is given together with the account.
const FIRST_ROLE: &str = "given with the account";

/// The account in the address, whose dialogs the page carries.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    #[serde(default)]
    account: Option<i64>,
}

/// `GET /accounts`
pub async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Result<impl IntoResponse, PageError> {
    let view = AccountsView {
        chosen: chosen.unwrap_or_default().0.account,
        ..view(&app, &signed_in).await?
    };
    Ok(page(&view, &signed_in.shell(&app, Entry::Accounts)))
}

/// A new account as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteForm {
    name: String,
    login: String,
    role: String,
    scope: String,
    device_class: String,
    /// Sent by every dialog; there is no account yet that it could be the version of.
    #[serde(default)]
    #[expect(dead_code, reason = "named so that unknown fields can be refused")]
    version: i64,
}

/// `POST /accounts/invite`
pub async fn invite(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Checked(form): Checked<InviteForm>,
) -> Result<Response, PageError> {
    let invitation = Invitation {
        sign_in_name: form.login.clone(),
        display_name: form.name.clone(),
        device_class: DeviceClass::from_code(&form.device_class).ok_or_else(not_understood)?,
    };
    let scope = scope_from(&form.scope).ok_or_else(not_understood)?;
    let invited = match app.identity.invite_account(&signed_in, &invitation).await {
        Ok(invited) => invited,
        Err(error @ (AccountError::NameTaken | AccountError::NameLength)) => {
            return again(&app, &signed_in, form, &error).await;
        }
        Err(error) => return Err(error.into()),
    };
    let given = Given {
        scope,
        reason: FIRST_ROLE,
        ends_at: None,
        seen: None,
    };
    // The account stands even if the role does not; the code must be shown all the same.
    let granted = app
        .identity
        .grant_role(&signed_in, invited.account, &form.role, given)
        .await;
    let until = app.store.clock().wall().after(CODE_LIFE);
    let new_code = NewCode {
        name: form.name.trim().to_owned(),
        code: invited.code,
        until: app.times.full(until),
    };
    let errors = match granted {
        Ok(_) => vec![],
        Err(_) => vec![FormError {
            field: "role".to_owned(),
            sentence: "The account was made, but the role could not be given. Give it below."
                .to_owned(),
        }],
    };
    let view = AccountsView {
        new_code: Some(new_code),
        errors,
        ..view(&app, &signed_in).await?
    };
    Ok(page(&view, &signed_in.shell(&app, Entry::Accounts)).into_response())
}

async fn again(
    app: &App,
    signed_in: &SignedIn,
    form: InviteForm,
    error: &AccountError,
) -> Result<Response, PageError> {
    let (field, sentence) = match error {
        AccountError::NameTaken => ("login", "Somebody signs in with this name already."),
        _ => ("name", "Both names need 1 to 120 characters."),
    };
    let errors = vec![FormError {
        field: field.to_owned(),
        sentence: sentence.to_owned(),
    }];
    let short = |text: String| text.chars().take(200).collect();
    let typed = AccountForm {
        name: short(form.name),
        login: short(form.login),
        role: form.role,
        scope: form.scope,
        device_class: form.device_class,
    };
    let view = AccountsView {
        typed,
        errors,
        ..view(app, signed_in).await?
    };
    let shown = page(&view, &signed_in.shell(app, Entry::Accounts));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

/// A role for somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantForm {
    role: String,
    scope: String,
    reason: String,
    version: i64,
}

/// `POST /accounts/{account}/grant`
pub async fn grant(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(account): Id<i64>,
    Checked(form): Checked<GrantForm>,
) -> Result<Response, PageError> {
    let scope = scope_from(&form.scope).ok_or_else(not_understood)?;
    let reason = form.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        let sentence = format!("Say why, in 1 to {REASON_MAX} characters.");
        return Err(Refusal::because(Problem::NotUnderstood, sentence).into());
    }
    let given = Given {
        scope,
        reason,
        ends_at: None,
        seen: Some(form.version),
    };
    let step = app
        .identity
        .grant_role(&signed_in, ActorId(account), &form.role, given)
        .await;
    let typed = RoleForm {
        account,
        role: form.role,
        scope: form.scope,
        reason: form.reason,
    };
    done(&app, &signed_in, step.map(drop), typed).await
}

/// Back to the page; or, when somebody was quicker, the page as things are now, with what was
/// typed.
async fn done(
    app: &App,
    signed_in: &SignedIn,
    step: Result<(), AccountError>,
    typed_role: RoleForm,
) -> Result<Response, PageError> {
    match step {
        Ok(()) => Ok(Redirect::to("/accounts").into_response()),
        Err(AccountError::Store(StoreError::Quicker)) => {
            let sentence = "Someone was quicker: this account was changed while you looked at it. \
                            Nothing of yours was stored. Below is how it is now";
            let errors = vec![FormError {
                field: "main".to_owned(),
                sentence: sentence.to_owned(),
            }];
            let view = AccountsView {
                typed_role,
                errors,
                ..view(app, signed_in).await?
            };
            let page = page(&view, &signed_in.shell(app, Entry::Accounts));
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The version that somebody looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionForm {
    version: i64,
}

/// `POST /accounts/{account}/disable`
pub async fn disable(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(account): Id<i64>,
    Checked(form): Checked<VersionForm>,
) -> Result<Response, PageError> {
    let step = app
        .identity
        .disable_account(&signed_in, ActorId(account), form.version)
        .await;
    done(&app, &signed_in, step, RoleForm::default()).await
}

/// Somebody who is to be erased.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseForm {
    because: String,
    login: String,
    #[serde(default)]
    #[expect(dead_code, reason = "the name typed again says more than the version")]
    version: i64,
}

/// `POST /accounts/{account}/erase`
pub async fn erase(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(account): Id<i64>,
    Checked(form): Checked<EraseForm>,
) -> Result<Redirect, PageError> {
    let erasure = Erasure {
        account: ActorId(account),
        typed_name: &form.login,
        because: ErasedBecause::from_code(&form.because).ok_or_else(not_understood)?,
    };
    app.tasking
        .erase_person(&app.identity, &signed_in, &erasure)
        .await?;
    Ok(Redirect::to("/accounts"))
}

/// `POST /accounts/{account}/code`: a new first code, shown once.
pub async fn renew_code(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(account): Id<i64>,
    Checked(form): Checked<VersionForm>,
) -> Result<Response, PageError> {
    let renewed = match app
        .identity
        .renew_code(&signed_in, ActorId(account), form.version)
        .await
    {
        Ok(renewed) => renewed,
        Err(error) => return done(&app, &signed_in, Err(error), RoleForm::default()).await,
    };
    let shown = view(&app, &signed_in).await?;
    let name = shown
        .accounts
        .iter()
        .find(|row| row.id == account)
        .map(|row| row.name.clone());
    let until = app.times.full(app.store.clock().wall().after(CODE_LIFE));
    let new_code = NewCode {
        name: name.unwrap_or_default(),
        code: renewed.code,
        until,
    };
    let view = AccountsView {
        new_code: Some(new_code),
        ..shown
    };
    Ok(page(&view, &signed_in.shell(&app, Entry::Accounts)).into_response())
}

/// `POST /grants/{grant}/withdraw`
pub async fn withdraw(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(grant): Id<i64>,
    Checked(form): Checked<VersionForm>,
) -> Result<Response, PageError> {
    let step = app
        .identity
        .withdraw_role(&signed_in, GrantId(grant), Some(form.version))
        .await;
    done(&app, &signed_in, step, RoleForm::default()).await
}

fn not_understood() -> Refusal {
    Refusal::usual(Problem::NotUnderstood)
}

async fn view(app: &App, signed_in: &SignedIn) -> Result<AccountsView, PageError> {
    let accounts = app.identity.accounts(signed_in).await?;
    let may_invite = signed_in.may(InviteAccount);
    let may_grant = signed_in.may(GrantRole);
    let roles = match may_invite || may_grant {
        true => roles(app, signed_in, &accounts).await?,
        false => vec![],
    };
    let scopes = scopes(app).await?;
    let rows = accounts
        .iter()
        .map(|account| row(account, signed_in, &scopes))
        .collect();
    Ok(AccountsView {
        chosen: None,
        accounts: rows,
        may_invite,
        may_grant,
        roles,
        scopes,
        device_classes: device_classes(),
        erase_reasons: erase_reasons(),
        new_code: None,
        typed: AccountForm::default(),
        typed_role: RoleForm::default(),
        errors: vec![],
    })
}

/// The roles that people can have; those of the server's services are not given to anybody.
async fn roles(
    app: &App,
    signed_in: &SignedIn,
    accounts: &[AccountLine],
) -> Result<Vec<Choice>, PageError> {
    let services = accounts
        .iter()
        .filter(|account| account.kind == AccountKind::Service);
    let own: Vec<&str> = services
        .flat_map(|account| &account.grants)
        .map(|grant| grant.role.as_str())
        .collect();
    let roles = app.identity.roles(signed_in).await?;
    let open = roles
        .into_iter()
        .filter(|role| !own.contains(&role.name.as_str()));
    Ok(open
        .map(|role| Choice::plain(role.name.clone(), role.name))
        .collect())
}

/// Everywhere, then the sites, the teams, and the places that ask for work.
async fn scopes(app: &App) -> Result<Vec<Choice>, PageError> {
    let directory = app.tasking.directory().await?;
    let mut scopes = vec![Choice::plain("all", "Everywhere")];
    scopes.extend(
        directory.sites.iter().map(|site| {
            Choice::plain(format!("site-{}", site.id.0), format!("Site {}", site.name))
        }),
    );
    scopes.extend(
        directory.teams.iter().map(|team| {
            Choice::plain(format!("team-{}", team.id.0), format!("Team {}", team.name))
        }),
    );
    let wards = directory
        .locations
        .iter()
        .filter(|at| at.active && at.kind.is_destination());
    scopes
        .extend(wards.map(|ward| Choice::plain(format!("ward-{}", ward.id.0), ward.name.clone())));
    Ok(scopes)
}

/// `all`, `site-3`, `ward-4`, `team-2`.
fn scope_from(code: &str) -> Option<(ScopeKind, Option<i64>)> {
    if code == ScopeKind::All.code() {
        return Some((ScopeKind::All, None));
    }
    let (kind, id) = code.split_once('-')?;
    let kind = ScopeKind::from_code(kind).filter(|kind| *kind != ScopeKind::All)?;
    Some((kind, Some(id.parse().ok()?)))
}

fn scope_code(scope: (ScopeKind, Option<i64>)) -> String {
    match scope {
        (ScopeKind::All, _) | (_, None) => ScopeKind::All.code().to_owned(),
        (kind, Some(id)) => format!("{}-{id}", kind.code()),
    }
}

fn row(account: &AccountLine, signed_in: &SignedIn, scopes: &[Choice]) -> AccountRow {
    let is_person = account.kind == AccountKind::Person;
    let is_live = is_person && account.state != AccountState::Disabled;
    let is_other = account.id != signed_in.actor();
    // Nobody takes their own rights by a slip and leaves an instance without an administrator.
    let may_withdraw = is_person && is_other && signed_in.may(WithdrawRole);
    AccountRow {
        id: account.id.0,
        version: account.version,
        name: without_prefix(&account.display_name).to_owned(),
        login: match (is_person, account.is_erased) {
            (true, false) => account.sign_in_name.clone(),
            (true, true) => "–".to_owned(),
            (false, _) => "a service".to_owned(),
        },
        grants: account
            .grants
            .iter()
            .map(|grant| chip(grant, scopes, may_withdraw))
            .collect(),
        state: match (account.kind, account.state) {
            (AccountKind::Service, _) => "Part of Almoner",
            (AccountKind::Person, AccountState::Invited) => "Not set up yet",
            (AccountKind::Person, AccountState::Active) => "Active",
            (AccountKind::Person, AccountState::Disabled) if account.is_erased => "Erased",
            (AccountKind::Person, AccountState::Disabled) => "Closed",
        }
        .to_owned(),
        may_close: is_live && is_other && signed_in.may(DisableAccount),
        may_grant: is_live && is_other && signed_in.may(GrantRole),
        may_erase: is_person
            && !is_live
            && !account.is_erased
            && is_other
            && signed_in.may(EraseAccount),
    }
}

/// A service's name without what only tells it apart from people's.
#[must_use]
pub fn without_prefix(name: &str) -> &str {
    name.strip_prefix("service:").unwrap_or(name)
}

fn chip(grant: &GrantLine, scopes: &[Choice], may_withdraw: bool) -> GrantChip {
    let code = scope_code(grant.scope);
    let place = scopes.iter().find(|scope| scope.value == code);
    let place = place.map_or_else(|| code.replace('-', " "), |place| place.words.clone());
    GrantChip {
        id: grant.id.0,
        version: grant.version,
        words: format!("{}: {place}", without_prefix(&grant.role)),
        may_withdraw,
    }
}

fn erase_reasons() -> Vec<Choice> {
    let choice = |because: ErasedBecause| Choice::plain(because.code(), because.words());
    ErasedBecause::ALL.map(choice).to_vec()
}

/// Kinds of devices that an account may be used on.
fn device_classes() -> Vec<Choice> {
    let minutes = |class: DeviceClass| class.idle_max() / MINUTE;
    let choice = |class: DeviceClass, words: &str| {
        let words = format!("{words}: signed out after {} min", minutes(class));
        Choice::plain(class.code(), words)
    };
    vec![
        choice(DeviceClass::Personal, "Own device"),
        choice(DeviceClass::Shared, "Shared device"),
        choice(DeviceClass::Admin, "Administrator"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place that a role is given for comes back as it was sent; nonsense gives nobody a right.
    #[test]
    fn a_place_comes_back_as_it_was_sent() {
        for code in ["all", "site-3", "team-2", "ward-40"] {
            assert_eq!(scope_from(code).map(scope_code).as_deref(), Some(code));
        }
        for code in ["", "all-3", "team-", "team-x", "everywhere", "team"] {
            assert_eq!(scope_from(code), None, "{code}");
        }
    }
}
