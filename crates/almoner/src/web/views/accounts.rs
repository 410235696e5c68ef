//! Accounts: who can sign in, with which roles, and where.
//!
//! The page carries the dialogs of one account at most, the one in its address; those of all
//! others are a link away, so that the page stays light however many people work here. A new
//! account gets a one-time code, shown once on this page and never again. Nobody can sign in as
//! somebody else. Next: `roles` for what each role may do.

use maud::{Markup, html};

use crate::web::parts::blocks::{Panel, Weight, chip, note, page_head, who};
use crate::web::parts::forms::{
    Choice, Dialog, Field, FormError, error_of, error_summary, leads_to_dialog, opens_dialog,
    select, submit,
};
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::Hue;
use crate::web::parts::tables::{Column, table, words};

/// What the accounts page shows.
#[derive(Debug, Clone)]
pub struct AccountsView {
    /// The account whose dialogs the page carries.
    pub chosen: Option<i64>,
    /// The accounts this person may see.
    pub accounts: Vec<AccountRow>,
    /// Whether this person may make accounts.
    pub may_invite: bool,
    /// Whether this person may give roles.
    pub may_grant: bool,
    /// The roles that can be given.
    pub roles: Vec<Choice>,
    /// Where a role can hold: everywhere, a site, a team.
    pub scopes: Vec<Choice>,
    /// What kinds of device an account may be for.
    pub device_classes: Vec<Choice>,
    /// The code of an account made just now.
    pub new_code: Option<NewCode>,
    /// Why somebody can be erased.
    pub erase_reasons: Vec<Choice>,
    /// What was typed before.
    pub typed: AccountForm,
    /// A role that somebody was to get, as it was typed before.
    pub typed_role: RoleForm,
    /// What has to be put right.
    pub errors: Vec<FormError>,
}

/// One account.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// The account's number.
    pub id: i64,
    /// The version that is looked at.
    pub version: i64,
    /// The short name.
    pub name: String,
    /// The sign-in name.
    pub login: String,
    /// What it holds now.
    pub grants: Vec<GrantChip>,
    /// Whether it can be used now, in words: “Active”, “Not set up yet”, “Closed”.
    pub state: String,
    /// Whether this reader may close it.
    pub may_close: bool,
    /// Whether this reader may give it a role.
    pub may_grant: bool,
    /// Whether this reader may erase its person.
    pub may_erase: bool,
}

/// A role that somebody holds in one place.
#[derive(Debug, Clone)]
pub struct GrantChip {
    /// The grant's number.
    pub id: i64,
    /// The version that is looked at.
    pub version: i64,
    /// The role and where it holds, such as “Coordinator: Portering”.
    pub words: String,
    /// Whether this reader may take it back.
    pub may_withdraw: bool,
}

/// The one-time code of an account made just now.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// For whom.
    pub name: String,
    /// The code.
    pub code: String,
    /// Until when it can be used, such as “tomorrow 14:05”.
    pub until: String,
}

/// A new account as it is typed and sent.
#[derive(Debug, Clone, Default)]
pub struct AccountForm {
    /// The short name.
    pub name: String,
    /// The sign-in name.
    pub login: String,
    /// The code of the role.
    pub role: String,
    /// The code of the team or ward.
    pub scope: String,
    /// The code of the kind of device.
    pub device_class: String,
}

/// A role for somebody as it is typed and sent.
#[derive(Debug, Clone, Default)]
pub struct RoleForm {
    /// Whose account.
    pub account: i64,
    /// The code of the role.
    pub role: String,
    /// The code of the place.
    pub scope: String,
    /// Why.
    pub reason: String,
}

/// `GET /accounts`
pub fn page(view: &AccountsView, shell: &Shell) -> Markup {
    let new = html! {
        @if view.may_invite {
            (opens_dialog("new-account", "New account", icons::USER_ROUND_PLUS))
        }
    };
    let body = html! {
        (error_summary(&view.errors))
        (page_head("Accounts", html! { "Who can sign in, and as what." }, new))
        div.al-stack {
            @if let Some(code) = &view.new_code { (shown_once(code)) }
            (Panel { body: listed(view), flush: true, ..Panel::default() })
        }
        @if view.may_invite { (new_account(view)) }
        @for account in view.accounts.iter().filter(|account| view.is_chosen(account)) {
            (dialogs(account, view))
        }
        @for account in view.accounts.iter().filter(|account| account.may_erase) {
            (erase_person(account, &view.erase_reasons))
        }
    };
    let page = Page {
        title: "Accounts",
        help: "accounts",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

impl AccountsView {
    fn is_chosen(&self, account: &AccountRow) -> bool {
        self.chosen == Some(account.id)
    }
}

/// All that can be done with one account.
fn dialogs(account: &AccountRow, view: &AccountsView) -> Markup {
    html! {
        @if account.may_grant { (give_role(account, view)) }
        @for grant in account.grants.iter().filter(|grant| grant.may_withdraw) {
            (take_role_back(account, grant))
        }
        @if account.may_close { (renew_code(account)) (close_account(account)) }
    }
}

/// What opens a dialog of this account, on this page or on the one that carries it.
struct Opener {
    /// The page that carries the dialogs; nothing when it is this one.
    page: Option<String>,
}

impl Opener {
    fn of(account: &AccountRow, view: &AccountsView) -> Self {
        let elsewhere = !view.is_chosen(account);
        Self {
            page: elsewhere.then(|| format!("/accounts?account={}", account.id)),
        }
    }

    fn link(&self, id: &str, words: &str, icon: Icon) -> Markup {
        match &self.page {
            Some(page) => leads_to_dialog(page, id, words, icon),
            None => opens_dialog(id, words, icon),
        }
    }
}

fn shown_once(code: &NewCode) -> Markup {
    note(
        Hue::Green,
        icons::KEY_ROUND,
        html! {
            b { "First code for " (code.name) ": " }
            span.al-mono { (code.code) }
            br;
            "Shown this once. It works once, until " (code.until)
            ". Hand it over in person; it is not sent anywhere."
        },
    )
}

fn listed(view: &AccountsView) -> Markup {
    const COLUMNS: [Column; 5] = [
        words("Name"),
        words("Signs in as"),
        words("Roles"),
        words("State"),
        words("Do"),
    ];
    let rows = html! {
        @for account in &view.accounts {
            @let opener = Opener::of(account, view);
            tr class=[view.is_chosen(account).then_some("is-on2")] {
                th scope="row" { (who(&account.name)) }
                td.al-break { (account.login) }
                td {
                    div."al-stack al-stack--s" {
                        @for grant in &account.grants { (held(grant, &opener)) }
                    }
                }
                td { (account.state) }
                td {
                    div."al-row al-row--s al-row--wrap" {
                        @if account.may_grant {
                            (opener.link(&grant_id(account), "Give a role", icons::KEY_ROUND))
                        }
                        @if account.may_close {
                            (opener.link(&code_id(account), "New code", icons::KEY_ROUND))
                            (opener.link(&close_id(account), "Close", icons::USER_ROUND_X))
                        }
                        @if account.may_erase {
                            (opens_dialog(&erase_id(account), "Erase", icons::USER_ROUND_X))
                        }
                        @if !account.may_grant && !account.may_close && !account.may_erase {
                            span.al-2 { "–" }
                        }
                    }
                }
            }
        }
    };
    table("Accounts", "al-table--cards", &COLUMNS, rows)
}

fn held(grant: &GrantChip, opener: &Opener) -> Markup {
    html! {
        div."al-row al-row--s al-row--wrap" {
            (chip(icons::KEY_ROUND, &grant.words))
            @if grant.may_withdraw {
                (opener.link(&format!("withdraw-{}", grant.id), "Take back", icons::X))
            }
        }
    }
}

fn grant_id(account: &AccountRow) -> String {
    format!("grant-{}", account.id)
}

fn give_role(account: &AccountRow, view: &AccountsView) -> Markup {
    let id = grant_id(account);
    // The dialog of a new account has the same fields; the ids say whose they are.
    let nothing = RoleForm::default();
    let is_typed = view.typed_role.account == account.id;
    let typed = if is_typed { &view.typed_role } else { &nothing };
    let fields = html! {
        (select(
            &Field {
                name: "role",
                id: &format!("{id}-role"),
                label: "Role",
                value: &typed.role,
                ..Field::default()
            },
            &view.roles,
        ))
        (select(
            &Field {
                name: "scope",
                id: &format!("{id}-scope"),
                label: "Where",
                value: &typed.scope,
                ..Field::default()
            },
            &view.scopes,
        ))
        (Field {
            name: "reason",
            id: &format!("{id}-reason"),
            label: "Why",
            hint: "It stays on record.",
            value: &typed.reason,
            ..Field::default()
        })
    };
    html! {
        (Dialog {
            id: &id,
            title: &format!("Give {} a role", account.name),
            action: format!("/accounts/{}/grant", account.id),
            version: account.version,
            fields,
            button: submit("Give role", None, "Giving…", Weight::Solid),
        })
    }
}

fn take_role_back(account: &AccountRow, grant: &GrantChip) -> Markup {
    let fields = html! {
        p { (grant.words) ". It ends at once, also for what they are doing now." }
    };
    html! {
        (Dialog {
            id: &format!("withdraw-{}", grant.id),
            title: &format!("Take a role back from {}", account.name),
            action: format!("/grants/{}/withdraw", grant.id),
            version: grant.version,
            fields,
            button: submit("Take back", None, "Taking back…", Weight::Danger),
        })
    }
}

fn new_account(view: &AccountsView) -> Markup {
    let fields = html! {
        (Field {
            name: "name",
            label: "Short name",
            hint: "As colleagues say it, such as Ruth O.",
            value: &view.typed.name,
            error: error_of(&view.errors, "name"),
            ..Field::default()
        })
        (Field {
            name: "login",
            label: "Work email or staff number",
            value: &view.typed.login,
            error: error_of(&view.errors, "login"),
            ..Field::default()
        })
        (select(
            &Field {
                name: "role",
                label: "Role",
                value: &view.typed.role,
                error: error_of(&view.errors, "role"),
                ..Field::default()
            },
            &view.roles,
        ))
        (select(
            &Field {
                name: "scope",
                label: "Where",
                hint: "The role holds there and nowhere else.",
                value: &view.typed.scope,
                error: error_of(&view.errors, "scope"),
                ..Field::default()
            },
            &view.scopes,
        ))
        (select(
            &Field {
                name: "device_class",
                label: "Used on",
                value: &view.typed.device_class,
                ..Field::default()
            },
            &view.device_classes,
        ))
    };
    html! {
        (Dialog {
            id: "new-account",
            title: "New account",
            action: String::from("/accounts/invite"),
            version: 0,
            fields,
            button: submit("Make account", None, "Making…", Weight::Solid),
        })
    }
}

fn code_id(account: &AccountRow) -> String {
    format!("code-{}", account.id)
}

fn renew_code(account: &AccountRow) -> Markup {
    let fields = html! {
        p {
            "For somebody who forgot their password. They are signed out everywhere, and the old "
            "password ends at once. Hand the code over in person."
        }
    };
    html! {
        (Dialog {
            id: &code_id(account),
            title: &format!("New first code for {}", account.name),
            action: format!("/accounts/{}/code", account.id),
            version: account.version,
            fields,
            button: submit("Make a new code", None, "Making…", Weight::Solid),
        })
    }
}

fn close_id(account: &AccountRow) -> String {
    format!("close-{}", account.id)
}

fn close_account(account: &AccountRow) -> Markup {
    let fields = html! {
        p {
            "They are signed out at once and everywhere, and cannot sign in again. "
            "What they did stays in the log."
        }
    };
    html! {
        (Dialog {
            id: &close_id(account),
            title: &format!("Close the account of {}", account.name),
            action: format!("/accounts/{}/disable", account.id),
            version: account.version,
            fields,
            button: submit("Close account", None, "Closing…", Weight::Danger),
        })
    }
}

fn erase_id(account: &AccountRow) -> String {
    format!("erase-{}", account.id)
}

fn erase_person(account: &AccountRow, reasons: &[Choice]) -> Markup {
    let id = erase_id(account);
    let fields = html! {
        p {
            "Their names and staff number go for ever, also from backups, and nobody can bring "
            "them back. What they did stays in the log under a number. Look first whether a law "
            "or a rule wants the data kept."
        }
        (select(
            &Field {
                name: "because",
                id: &format!("{id}-because"),
                label: "Why",
                ..Field::default()
            },
            reasons,
        ))
        (Field {
            name: "login",
            id: &format!("{id}-login"),
            label: "What they signed in as",
            hint: "Type it again, so that nobody else is erased by a slip.",
            ..Field::default()
        })
    };
    html! {
        (Dialog {
            id: &id,
            title: &format!("Erase {}", account.name),
            action: format!("/accounts/{}/erase", account.id),
            version: account.version,
            fields,
            button: submit("Erase for ever", None, "Erasing…", Weight::Danger),
        })
    }
}
