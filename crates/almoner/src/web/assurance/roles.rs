//! `/roles`: permissions by role, made from the roles that the server runs.
//!
//! A role says what, a grant says where: a cell says how far the role's grants reach today.

use std::sync::Arc;

use axum::{extract::State, response::IntoResponse};
use trust::identity::{
    accounts::AccountLine,
    events::ViewAccounts,
    permit::{Permission, ScopeKind, permissions},
    rows::Role,
};

use super::accounts::without_prefix;
use crate::web::{
    app::App,
    caller::SignedIn,
    parts::{shell::Entry, states::Grant},
    refusal::PageError,
    views::roles::{PermissionGroup, PermissionRow, RoleColumn, RolesView, page},
};

/// Permissions that reach no further than the holder's own work or session.
const OWN: [&str; 4] = [
    "tasking.view_own_work",
    "identity.accept_terms",
    "identity.end_session",
    "identity.see_session",
];

/// Rooms in the order of the page, with their words.
const ROOMS: [(&str, &str); 4] = [
    ("tasking", "Work"),
    ("identity", "Accounts and sign-in"),
    ("governance", "Promises and the log"),
    ("sentinel", "The server itself"),
];

/// `GET /roles`
pub async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, PageError> {
    let roles = app.identity.roles(&signed_in).await?;
    let accounts = match signed_in.may(ViewAccounts) {
        true => app.identity.accounts(&signed_in).await?,
        false => vec![],
    };
    let view = matrix(&roles, &accounts, &permissions());
    Ok(page(&view, &signed_in.shell(&app, Entry::Roles)))
}

fn matrix(roles: &[Role], accounts: &[AccountLine], permissions: &[Permission]) -> RolesView {
    let people = |role: &Role| {
        let holds =
            |account: &&AccountLine| account.grants.iter().any(|grant| grant.role == role.name);
        accounts.iter().filter(holds).count()
    };
    // People's roles first; the server's own services after them.
    let (own, shown): (Vec<&Role>, Vec<&Role>) =
        roles.iter().partition(|role| is_of_a_service(role));
    let ordered: Vec<&Role> = shown.into_iter().chain(own).collect();
    let row = |permission: &Permission| PermissionRow {
        name: capital(permission.words),
        code: permission.name.to_owned(),
        grants: ordered
            .iter()
            .map(|role| reach(role, permission.name, accounts))
            .collect(),
    };
    let room = |(code, name): (&str, &str)| PermissionGroup {
        name: name.to_owned(),
        permissions: permissions
            .iter()
            .filter(|permission| permission.name.split('.').next() == Some(code))
            .map(row)
            .collect(),
    };
    let groups: Vec<PermissionGroup> = ROOMS.into_iter().map(room).collect();
    RolesView {
        roles: ordered
            .iter()
            .map(|role| RoleColumn {
                name: without_prefix(&role.name).to_owned(),
                people: people(role),
                is_service: is_of_a_service(role),
            })
            .collect(),
        groups: groups
            .into_iter()
            .filter(|group| !group.permissions.is_empty())
            .collect(),
    }
}

/// Services' roles are named after them; nobody else's role is.
fn is_of_a_service(role: &Role) -> bool {
    without_prefix(&role.name) != role.name
}

/// How far a permission reaches through a role: not at all, one's own, some places, everywhere.
fn reach(role: &Role, permission: &str, accounts: &[AccountLine]) -> Grant {
    if !role.permission_names().any(|name| name == permission) {
        return Grant::No;
    }
    if OWN.contains(&permission) {
        return Grant::Own;
    }
    let mut scopes = accounts
        .iter()
        .flat_map(|account| &account.grants)
        .filter(|grant| grant.role == role.name)
        .map(|grant| grant.scope.0)
        .peekable();
    // A role that nobody has yet can be given everywhere.
    let only_places = scopes.peek().is_some() && scopes.all(|scope| scope != ScopeKind::All);
    if only_places { Grant::Team } else { Grant::All }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters
        .next()
        .map(|letter| letter.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use trust::identity::permit::{ActorId, GrantId, RoleId};
    use trust::identity::{
        accounts::GrantLine,
        model::{AccountKind, AccountState, DeviceClass},
    };

    use super::*;

    fn role(name: &str, permissions: &[&str]) -> Role {
        let permissions = Role::permission_text(permissions);
        Role {
            id: RoleId(1),
            name: name.to_owned(),
            purpose: String::new(),
            permissions,
        }
    }

    fn holder(role: &str, scope: (ScopeKind, Option<i64>)) -> AccountLine {
        let grant = GrantLine {
            id: GrantId(1),
            version: 1,
            role: role.to_owned(),
            scope,
            reason: String::new(),
            ends_at: None,
        };
        AccountLine {
            id: ActorId(1),
            version: 1,
            kind: AccountKind::Person,
            state: AccountState::Active,
            sign_in_name: String::new(),
            display_name: String::new(),
            is_erased: false,
            device_class: DeviceClass::Personal,
            grants: vec![grant],
        }
    }

    /// A cell says no, one's own, the team's or everywhere, as the server would answer.
    #[test]
    fn a_cell_says_how_far_a_permission_reaches() {
        let role = role(
            "Handler",
            &["tasking.view_own_work", "tasking.complete_task"],
        );
        let team = [holder("Handler", (ScopeKind::Team, Some(3)))];
        let all = [holder("Handler", (ScopeKind::All, None))];
        assert_eq!(reach(&role, "identity.invite_account", &all), Grant::No);
        assert_eq!(reach(&role, "tasking.view_own_work", &all), Grant::Own);
        assert_eq!(reach(&role, "tasking.complete_task", &team), Grant::Team);
        assert_eq!(reach(&role, "tasking.complete_task", &all), Grant::All);
    }

    /// No permission is left out because its room is not on the list.
    #[test]
    fn every_permission_is_on_the_page() {
        let view = matrix(&[role("Handler", &[])], &[], &permissions());
        let shown: usize = view
            .groups
            .iter()
            .map(|group| group.permissions.len())
            .sum();
        assert_eq!(shown, permissions().len());
    }
}
