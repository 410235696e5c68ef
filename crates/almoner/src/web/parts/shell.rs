//! The frame around every page: document, bar, what is wrong with the instance, footer.
//!
//! The frame shows only what the signed-in person may open; what they may not is left out, not
//! greyed. A quarantine stands on every page with its reason. Nothing here loads anything from
//! another origin. Next: `views`, whose pages are all wrapped by [`page`] or [`phone_page`].

use std::borrow::Cow;

use maud::{DOCTYPE, Markup, html};

use super::blocks::{face, hidden_words, key};
use super::clocks::grouped;
use super::icons::{self, Icon, symbol};

/// What the frame must know about the instance, the person and this moment.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The hospital's name.
    pub site: String,
    /// Who is signed in, if anyone.
    pub reader: Option<Reader>,
    /// What this person may open, in the order of the bar.
    pub entries: Vec<Entry>,
    /// The entry that the page belongs to.
    pub at: Option<Entry>,
    /// The theme that the person or the device chose.
    pub theme: Theme,
    /// The server's time in UTC microseconds since 1970, by which all clocks run.
    pub now_micros: i64,
    /// How many times faster than ours that time runs: 1, but for a demonstration.
    pub speed: u32,
    /// When the session ends if nothing is done, by the same clock.
    pub session_ends_micros: Option<i64>,
    /// Why the instance only reads, when its log and its anchors disagree.
    pub quarantine: Option<String>,
    /// How far the log is and when it was last anchored.
    pub log: Option<LogLine>,
    /// What the last act did, such as “Task 4466 cancelled.”
    pub notice: Option<String>,
    /// Whether people and patients here are invented.
    pub demonstration: bool,
}

/// The signed-in person.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The short name, such as “Ruth O.”
    pub name: String,
    /// What they are here, such as “Coordinator”.
    pub role: String,
}

/// The state of the log in the footer.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// How many entries it has.
    pub entries: u64,
    /// The clock time of the last anchor; empty when there is none yet.
    pub anchored: String,
}

/// Which colours a page is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the device is set.
    Device,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The value of the cookie `almoner_theme` and of `data-theme`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the cookie; anything unknown is as the device is set.
    pub fn from_code(code: &str) -> Self {
        match code {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Device,
        }
    }
}

/// The two halves of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum App {
    Tasking,
    Assurance,
}

/// A page that the bar leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The live board.
    Board,
    /// Asking for a task.
    Ask,
    /// People, their shifts and skills.
    People,
    /// Sites, buildings, floors, locations and ways.
    Places,
    /// Teams.
    Teams,
    /// Task types and their targets.
    TaskTypes,
    /// Bringing in places, people, shifts and tasks.
    Import,
    /// A handler's own job.
    Phone,
    /// Promises and their evidence.
    Controls,
    /// The log and its proofs.
    Log,
    /// What each role may do.
    Roles,
    /// Who has an account.
    Accounts,
}

impl Entry {
    /// The word in the bar.
    pub fn word(self) -> &'static str {
        self.parts().0
    }

    /// Where it leads.
    pub fn href(self) -> &'static str {
        self.parts().1
    }

    fn icon(self) -> Icon {
        self.parts().2
    }

    fn parts(self) -> (&'static str, &'static str, Icon) {
        match self {
            Self::Board => ("Board", "/board", icons::LAYOUT_LIST),
            Self::Ask => ("Ask", "/ask", icons::PLUS),
            Self::People => ("People", "/people", icons::USERS_ROUND),
            Self::Places => ("Places", "/places", icons::BUILDING_2),
            Self::Teams => ("Teams", "/settings/teams", icons::USERS_ROUND),
            Self::TaskTypes => ("Task types", "/settings/task-types", icons::SETTINGS),
            Self::Import => ("Import", "/import", icons::FILE_UP),
            Self::Phone => ("My job", "/phone", icons::ROUTE),
            Self::Controls => ("Controls", "/controls", icons::SHIELD_CHECK),
            Self::Log => ("Log", "/log", icons::GIT_COMMIT_HORIZONTAL),
            Self::Roles => ("Roles", "/roles", icons::KEY_ROUND),
            Self::Accounts => ("Accounts", "/accounts", icons::USER_CHECK),
        }
    }

    fn app(self) -> App {
        match self {
            Self::Controls | Self::Log | Self::Roles | Self::Accounts => App::Assurance,
            _ => App::Tasking,
        }
    }
}

/// What a page adds to the frame.
pub struct Page<'a> {
    /// The title of the browser's tab.
    pub title: &'a str,
    /// The help page that belongs to it: `/help/{help}`.
    pub help: &'a str,
    /// How much width the content takes.
    pub width: Width,
    /// Where live changes come from, if the page moves by itself.
    pub live: Option<&'a str>,
    /// The keys that this page knows, as pairs of key and meaning.
    pub keys: &'a [(&'a str, &'a str)],
    /// The content of the main part.
    pub body: Markup,
}

/// How much width a page takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A form or a text.
    Reading,
    /// A usual page.
    Usual,
    /// The board and the plan.
    Whole,
}

impl Width {
    fn class(self) -> &'static str {
        match self {
            Self::Reading => "al-page al-page--read",
            Self::Usual => "al-page",
            Self::Whole => "al-page al-page--wide al-fill",
        }
    }
}

/// A whole page at a desk.
pub fn page(shell: &Shell, page: Page) -> Markup {
    let content = html! {
        a."nhsuk-skip-link" href="#main" { "Skip to main content" }
        (bar(shell, page.help))
        (banners(shell))
        main.(page.width.class()) #main tabindex="-1" {
            (notice(shell))
            (page.body)
        }
        (foot(shell, page.live.is_some(), page.keys))
    };
    document(
        shell,
        &Frame {
            title: page.title,
            class: "al-app",
            live: page.live,
        },
        content,
    )
}

/// A whole page on a handler's phone.
pub struct PhonePage<'a> {
    /// What stands at the head.
    pub title: Cow<'a, str>,
    /// The tab below that is lit; nothing while a job is on, so that the thumb has the room.
    pub tab: Option<PhoneTab>,
    /// Where live changes come from.
    pub live: Option<&'a str>,
    /// What is said.
    pub body: Markup,
    /// What can be done, at the thumb.
    pub actions: Markup,
}

/// The tabs at the foot of the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneTab {
    /// The job of this moment.
    Job,
    /// The handler's own day.
    Day,
    /// Help for the phone.
    Help,
}

/// Wraps a phone page: head, content, actions at the thumb, tabs.
pub fn phone_page(shell: &Shell, page: PhonePage) -> Markup {
    let name = shell
        .reader
        .as_ref()
        .map(|reader| reader.name.as_str())
        .unwrap_or_default();
    let content = html! {
        a."nhsuk-skip-link" href="#main" { "Skip to main content" }
        div.al-ph {
            header.al-ph__top {
                (symbol()) (phone_title(&page)) span.al-grow {}
                span.al-ph__net #net { (icons::WIFI) (name) }
            }
            (banners(shell))
            main.al-ph__main #main tabindex="-1" data-live-part data-said=(page.title) {
                (notice(shell)) (page.body)
            }
            (phone_actions(&page))
            (phone_tabs(page.tab))
        }
    };
    document(
        shell,
        &Frame {
            title: &page.title,
            class: "al-phone",
            live: page.live,
        },
        content,
    )
}

/// Fragments: what a live phone shows now, without the frame that stays.
pub fn phone_parts(page: &PhonePage) -> Markup {
    html! {
        (phone_title(page))
        main.al-ph__main #main tabindex="-1" data-live-part data-said=(page.title) { (page.body) }
        (phone_actions(page))
        (phone_tabs(page.tab))
    }
}

fn phone_title(page: &PhonePage) -> Markup {
    html! { span #phone-title data-live-part { (page.title) } }
}

fn phone_actions(page: &PhonePage) -> Markup {
    html! { div.al-ph__act #phone-actions data-live-part { (page.actions) } }
}

fn phone_tabs(lit: Option<PhoneTab>) -> Markup {
    let tabs = [
        (PhoneTab::Job, "Job", "/phone", icons::ROUTE),
        (PhoneTab::Day, "My day", "/phone/day", icons::SUN),
        (
            PhoneTab::Help,
            "Help",
            "/help/phone",
            icons::CIRCLE_QUESTION_MARK,
        ),
    ];
    html! {
        div #phone-tabs data-live-part {
            @if let Some(lit) = lit {
                nav.al-ph__tabs aria-label="Main" {
                    @for (tab, word, href, icon) in tabs {
                        a href=(href) aria-current=[(tab == lit).then_some("page")] {
                            (icon) (word)
                        }
                    }
                }
            }
        }
    }
}

struct Frame<'a> {
    title: &'a str,
    class: &'a str,
    live: Option<&'a str>,
}

fn document(shell: &Shell, frame: &Frame, content: Markup) -> Markup {
    let script = if frame.class == "al-phone" {
        "/assets/phone.js"
    } else {
        "/assets/app.js"
    };
    html! {
        (DOCTYPE)
        html lang="en-GB" data-theme=(shell.theme.code()) data-now=(shell.now_micros)
            data-speed=[(shell.speed != 1).then_some(shell.speed)]
            data-session-ends=[shell.session_ends_micros] {
            head {
                meta charset="utf-8";
                meta name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                title { (frame.title) " - Almoner" }
                link rel="icon" href="/assets/app-icon.svg" type="image/svg+xml";
                link rel="manifest" href="/assets/manifest.webmanifest";
                link rel="stylesheet" href="/assets/almoner.css";
                script type="module" src=(script) {}
            }
            body class=(frame.class) data-live=[frame.live] {
                (content)
                div #announcer ."nhsuk-u-visually-hidden" role="status" {}
            }
        }
    }
}

/// A page for someone who is not signed in: no bar, no footer.
pub fn bare_page(shell: &Shell, title: &str, content: Markup) -> Markup {
    let content = html! {
        a."nhsuk-skip-link" href="#main" { "Skip to main content" }
        (banners(shell))
        (content)
    };
    document(
        shell,
        &Frame {
            title,
            class: "al-bare",
            live: None,
        },
        content,
    )
}

fn bar(shell: &Shell, help: &str) -> Markup {
    let here = shell.at.map_or(App::Tasking, Entry::app);
    let home = shell.entries.first().map_or("/", |entry| entry.href());
    let elsewhere = shell.entries.iter().find(|entry| entry.app() != here);
    html! {
        header.al-bar {
            a.al-brand href=(home) { (symbol()) "Almoner" }
            span.al-bar__site { (shell.site) }
            nav.al-bar__nav aria-label="Main" {
                @for entry in shell.entries.iter().filter(|entry| entry.app() == here) {
                    a href=(entry.href())
                        aria-current=[(shell.at == Some(*entry)).then_some("page")] {
                        (entry.icon()) (entry.word())
                    }
                }
            }
            span.al-grow {}
            @if let Some(entry) = elsewhere {
                a.al-bar__other href=(entry.href()) {
                    @if here == App::Tasking { (icons::SHIELD_CHECK) span { "Assurance" } }
                    @else { (icons::LAYOUT_LIST) span { "Tasking" } }
                }
            }
            a.al-icon-button href={ "/help/" (help) } aria-label="Help for this page"
                title="Help for this page" data-help { (icons::CIRCLE_QUESTION_MARK) }
            @if let Some(reader) = &shell.reader { (reader_menu(reader, shell.theme)) }
        }
    }
}

fn reader_menu(reader: &Reader, theme: Theme) -> Markup {
    html! {
        details.al-menu {
            summary.al-me {
                (face(&reader.name))
                span.al-me__name { (reader.name) }
                (hidden_words(", your account"))
            }
            div.al-menu__body {
                p { b { (reader.name) } br; span.al-2 { (reader.role) } }
                fieldset.al-fieldset data-themes hidden {
                    legend.al-h4 { "Colours" }
                    div.al-seg {
                        @for choice in [Theme::Device, Theme::Light, Theme::Dark] {
                            button type="button" data-theme-choice=(choice.code())
                                aria-pressed=(if choice == theme { "true" } else { "false" }) {
                                (theme_word(choice))
                            }
                        }
                    }
                }
                a href="/password" { (icons::KEY_ROUND) "Change password" }
                form method="post" action="/sign-out" {
                    button.al-menu__out type="submit" { (icons::LOG_OUT) "Sign out" }
                }
            }
        }
    }
}

fn theme_word(theme: Theme) -> &'static str {
    match theme {
        Theme::Device => "As device",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}

fn banners(shell: &Shell) -> Markup {
    html! {
        @if let Some(reason) = &shell.quarantine {
            div.al-quarantine role="alert" {
                (icons::SHIELD_ALERT)
                div {
                    b { "Almoner only reads now. " }
                    (reason) " Nothing can be changed until this is cleared. "
                    a href="/help/quarantine" { "What to do" }
                }
            }
        }
        div #not-live .al-offbar role="status" hidden {
            (icons::WIFI_OFF)
            b #not-live-since {}
            span #not-live-words {}
            button."nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="button"
                #not-live-retry { "Try now" }
        }
        div #session-end .al-offbar role="alert" hidden {
            (icons::TIMER)
            b #session-end-words {}
            button."nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="button"
                #session-stay { "Stay signed in" }
        }
    }
}

fn notice(shell: &Shell) -> Markup {
    html! {
        @if let Some(words) = &shell.notice {
            div."al-note al-note--green al-notice" role="status" {
                (icons::CIRCLE_CHECK) div.al-grow { (words) }
            }
        }
    }
}

fn foot(shell: &Shell, live: bool, keys: &[(&str, &str)]) -> Markup {
    html! {
        footer.al-foot {
            @if live { span.al-live #live-state { "Live" } }
            @if let Some(log) = &shell.log {
                span {
                    (icons::GIT_COMMIT_HORIZONTAL) " Log " (grouped(log.entries))
                    @if !log.anchored.is_empty() { ", anchored " (log.anchored) }
                }
            }
            @if shell.demonstration { span { "Demonstration: everyone here is invented" } }
            span.al-grow {}
            @for (name, meaning) in keys {
                span.al-foot__key { @for one in name.split(' ') { (key(one)) " " } (meaning) }
            }
        }
    }
}
