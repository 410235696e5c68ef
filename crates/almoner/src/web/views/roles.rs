//! Roles: what each may do, and on whose records. The table is what the server runs, not a copy.
//!
//! It is read here and not changed. Next: `accounts`, which gives roles to people.

use maud::{Markup, html};

use crate::web::parts::blocks::page_head;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{Grant, Vocabulary};

/// What the roles page shows.
#[derive(Debug, Clone)]
pub struct RolesView {
    /// The roles, from the narrowest to the widest.
    pub roles: Vec<RoleColumn>,
    /// The permissions, in groups.
    pub groups: Vec<PermissionGroup>,
}

/// One role.
#[derive(Debug, Clone)]
pub struct RoleColumn {
    /// Its name.
    pub name: String,
    /// How many people have it.
    pub people: usize,
    /// Whether it is that of a service of the server, which no person has.
    pub is_service: bool,
}

/// Permissions that belong together.
#[derive(Debug, Clone)]
pub struct PermissionGroup {
    /// What they are about.
    pub name: String,
    /// The permissions.
    pub permissions: Vec<PermissionRow>,
}

/// One permission.
#[derive(Debug, Clone)]
pub struct PermissionRow {
    /// What it allows, such as “Cancel a task”.
    pub name: String,
    /// Its name in the log and in the code, such as `tasking.cancel_task`.
    pub code: String,
    /// How far it reaches for each role, in the order of the roles.
    pub grants: Vec<Grant>,
}

/// `GET /roles`
pub fn page(view: &RolesView, shell: &Shell) -> Markup {
    let about = html! {
        "What each role may do, and on whose records. "
        "This table is the policy the server runs, not a copy of it."
    };
    let body = html! {
        (page_head("Roles", about, html! {}))
        section.al-panel {
            div.al-toolbar {
                span.al-grow {}
                ul.al-grantkey {
                    @for grant in Grant::ALL { li class=(grant.class()) { (cell(*grant)) } }
                }
            }
            (matrix(view))
        }
    };
    let page = Page {
        title: "Roles",
        help: "roles",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn matrix(view: &RolesView) -> Markup {
    html! {
        div.al-scroll tabindex="0" role="region" aria-label="Permissions by role" {
            table."al-table al-matrix" {
                caption."nhsuk-u-visually-hidden" { "Permissions by role" }
                thead {
                    tr {
                        th scope="col" { "May" }
                        @for role in &view.roles {
                            th scope="col" {
                                (role.name)
                                small {
                                    @if role.is_service { "a service" }
                                    @else { (people(role.people)) }
                                }
                            }
                        }
                    }
                }
                @for group in &view.groups { (group_rows(group, view.roles.len())) }
            }
        }
    }
}

fn group_rows(group: &PermissionGroup, roles: usize) -> Markup {
    html! {
        tbody {
            tr.al-group { th colspan=(roles + 1) scope="colgroup" { (group.name) } }
            @for permission in &group.permissions {
                tr {
                    th scope="row" {
                        (permission.name) small.al-mono { (permission.code) }
                    }
                    @for grant in &permission.grants { td class=(grant.class()) { (cell(*grant)) } }
                }
            }
        }
    }
}

fn cell(grant: Grant) -> Markup {
    html! { span { (grant.icon()) (grant.word()) } }
}

fn people(count: usize) -> String {
    match count {
        0 => String::from("nobody"),
        1 => String::from("1 person"),
        _ => format!("{count} people"),
    }
}
