//! The gallery: every component in all its states, and every page with samples.
//!
//! The tests photograph it and check it for accessibility, so a component that is not here is not
//! looked after. Next: `samples`, where the people and places come from.

use maud::{Markup, html};

use super::problem::{Problem, ProblemView, block};
use super::samples::assurance;
use super::{
    accounts, ask, board, controls, help, import, log, password, people, person, phone, phone_day,
    places, plan, problem, roles, samples, sign_in, task, task_types, teams, terms,
};
use crate::web::parts::blocks::{
    Empty, Filter, Weight, button_link, chip, face, key, note, page_head, panel, segments,
};
use crate::web::parts::clocks::{counting_up, late};
use crate::web::parts::forms::{
    Choice, Dialog, Field, FormError, checkbox, error_summary, opens_dialog, picks, select, submit,
    submit_small, text_area,
};
use crate::web::parts::icons::{self, symbol};
use crate::web::parts::shell::{Entry, Page, Shell, Width, page as framed};
use crate::web::parts::states::{
    ControlClass, ControlState, Deed, Grant, Hue, Need, Needed, PersonState, Priority, TaskState,
    Vocabulary, need_chips, need_icons,
};

const COLOURS: [(&str, &str); 12] = [
    ("bar", "frame"),
    ("act-solid", "act"),
    ("act-tint", "chosen"),
    ("lamp", "here"),
    ("paper", "page"),
    ("surface", "panel"),
    ("sunken", "inset"),
    ("red-solid", "late, refuse"),
    ("amber-solid", "paused, warn"),
    ("green-solid", "done, free"),
    ("blue-solid", "under way"),
    ("grey-solid", "not started"),
];

/// `GET /gallery`
pub fn page(shell: &Shell) -> Markup {
    let body = html! {
        div."al-head al-fmark" {
            (symbol())
            div {
                h1 { "Almoner" }
                p {
                    "A door held open, someone in it, a light on. Damson means “you can act”, "
                    "lamp means “you are here”; neither ever means a state."
                }
            }
        }
        ul.al-swatches {
            @for (name, meaning) in COLOURS {
                li class={ "al-swatch al-sw-" (name) } { b { (name) } span { (meaning) } }
            }
        }
        div."al-cols al-cols--f" {
            div.al-stack { (states()) }
            div.al-stack { (acts()) (notes(shell.now_micros)) }
            div.al-stack { (fields()) (emptiness()) }
        }
        (problems())
        (sample_links())
    };
    let page = Page {
        title: "Gallery",
        help: "all",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn vocabulary<T: Vocabulary>(all: &[T]) -> Markup {
    html! { ul.al-vocab { @for one in all { li { (one.shown()) } } } }
}

fn states() -> Markup {
    html! {
        (panel("Task states", vocabulary(TaskState::ALL)))
        (panel("People", vocabulary(PersonState::ALL)))
        (panel("Controls", html! {
            (vocabulary(ControlState::ALL))
            ul.al-vocab { @for class in ControlClass::ALL { li { (class) } } }
            ul.al-vocab { @for deed in Deed::ALL { li { (deed) } } }
        }))
        (panel("Priority", html! {
            ul.al-vocab { @for priority in Priority::ALL { li { (priority) } } }
        }))
        (panel("Grants", html! {
            ul.al-grantkey {
                @for grant in Grant::ALL {
                    li class=(grant.class()) { span { (grant.icon()) (grant.word()) } }
                }
            }
        }))
        (panel("Needs", html! {
            @let all: Vec<Needed> = Need::ALL.iter().copied().map(Needed::plain).collect();
            p { (need_icons(&all)) }
            div."al-row al-row--s al-row--wrap al-mt" { (need_chips(&all)) }
        }))
    }
}

fn acts() -> Markup {
    let views = [
        ("One", icons::LAYOUT_LIST, String::from("#main"), true),
        ("Other", icons::MAP, String::from("#main"), false),
    ];
    let filter = |words, count, chosen| Filter {
        words,
        icon: Some(icons::HOURGLASS),
        count,
        href: String::from("#main"),
        chosen,
    };
    panel(
        "Act",
        html! {
            form."al-row al-row--wrap" method="get" action="/gallery" {
                (submit("Primary", None, "One moment…", Weight::Solid))
                (submit("Secondary", None, "One moment…", Weight::Outline))
                (submit("Stop", Some(icons::OCTAGON_X), "Stopping…", Weight::Danger))
                (submit_small("Small", None, "One moment…", Weight::Solid))
                (button_link("A link", Some(icons::PLUS), "#main", Weight::Outline))
                (opens_dialog("sample-dialog", "Open a dialog", icons::MESSAGE_SQUARE))
            }
            div."al-filters al-mt" {
                (filter("Filter", Some(6), false)) (filter("Chosen", None, true))
                (segments("Two views", &views))
            }
            div."al-row al-row--wrap al-mt" {
                (chip(icons::CHECK, "Chip")) (key("K")) (face("Joel P."))
                a href="#main" { "A link" }
            }
            (Dialog {
                id: "sample-dialog",
                title: "A question",
                action: String::from("/gallery"),
                version: 1,
                fields: picks("Why?", "reason", &samples::choices(&[
                    ("one", "One reason"),
                    ("two", "Another reason"),
                ]), ""),
                button: submit("Answer", None, "Answering…", Weight::Solid),
            })
        },
    )
}

fn notes(now_micros: i64) -> Markup {
    html! {
        (panel("Clocks", html! {
            div."al-row al-row--wrap" {
                b { (counting_up(now_micros - 3 * samples::MINUTE, now_micros)) }
                (late(now_micros - 6 * samples::MINUTE, now_micros))
            }
        }))
        (note(Hue::Red, icons::ALARM_CLOCK, html! {
            b { "6 min late. " } "What, why, and the way on."
        }))
        (note(Hue::Amber, icons::TRIANGLE_ALERT, html! { "Warns, and lets you go on." }))
        (note(Hue::Green, icons::CIRCLE_CHECK, html! { "A finding, in one sentence." }))
        (note(Hue::Blue, icons::INFO, html! { "A fact that helps." }))
        (note(Hue::Grey, icons::MESSAGE_SQUARE, html! { "What somebody wrote." }))
    }
}

fn fields() -> Markup {
    let error = "Oxygen is between 0.5 and 15 litres a minute";
    let errors = [FormError {
        field: "oxygen".into(),
        sentence: error.into(),
    }];
    panel(
        "Fields",
        html! {
            (error_summary(&errors))
            (Field { name: "plain", label: "From", value: "Kestrel Ward", ..Field::default() })
            (Field {
                name: "oxygen",
                label: "Oxygen",
                hint: "Litres a minute",
                value: "150",
                error: Some(error),
                width: 5,
                ..Field::default()
            })
            (Field { name: "secret", label: "Password", kind: "password", ..Field::default() })
            (text_area(&Field { name: "more", label: "More", ..Field::default() }, 2))
            (select(
                &Field { name: "one", label: "One of many", ..Field::default() },
                &samples::choices(&[("a", "The first"), ("b", "The second")]),
            ))
            (checkbox("yes", "This is so", "What it leads to.", true))
            (picks(
                "A question",
                "answer",
                &[
                    Choice::with_hint("a", "An answer", "what it leads to"),
                    Choice::plain("b", "Another"),
                ],
                "a",
            ))
        },
    )
}

fn emptiness() -> Markup {
    html! {
        section.al-panel {
            (Empty {
                icon: icons::CIRCLE_CHECK,
                title: "Nothing is waiting",
                why: html! { "6 under way, 1 free." },
                way_on: html! {},
            })
        }
    }
}

fn problems() -> Markup {
    html! {
        div.al-mt {
            (page_head("When something is wrong", html! { "What, why, the way on." }, html! {}))
        }
        div."al-cols al-cols--3 al-mb" {
            @for problem in Problem::ALL {
                (block(&ProblemView::usual(*problem).with_incident("01JD-7Q2"), false))
            }
        }
    }
}

fn sample_links() -> Markup {
    html! {
        (page_head("Pages with samples", html! { "Invented people and places." }, html! {}))
        ul.al-samplelinks {
            @for (name, _) in sample_pages() {
                li { a href={ "/gallery/" (name) } { (name) } }
            }
        }
    }
}

/// Every page with samples, by name: for `/gallery/{name}` and for the tests that look at them.
pub fn sample_pages() -> Vec<(&'static str, Markup)> {
    let mut pages = door_pages();
    pages.extend(desk_pages());
    pages.extend(phone_pages());
    pages.extend(settings_pages());
    pages.extend(assurance_pages());
    pages
}

fn door_pages() -> Vec<(&'static str, Markup)> {
    let door = samples::door_shell();
    let bare = sign_in::SignInView {
        demonstration: Vec::new(),
        errors: vec![FormError {
            field: "login".into(),
            sentence: "Name and password do not go together. Try again".into(),
        }],
        ..samples::sign_in()
    };
    vec![
        ("sign-in", sign_in::page(&samples::sign_in(), &door)),
        ("sign-in-refused", sign_in::page(&bare, &door)),
        ("terms", terms::page(&samples::settings::terms(), &door)),
        (
            "set-up",
            password::set_up_page(&samples::settings::password(), &door),
        ),
        (
            "password",
            password::change_page(&samples::settings::password(), &samples::shell()),
        ),
    ]
}

fn desk_pages() -> Vec<(&'static str, Markup)> {
    use samples::desk;
    let shell = samples::shell();
    let at = |entry| Shell {
        at: Some(entry),
        ..samples::shell()
    };
    let told = Shell {
        notice: Some("Task 4471 was given to Dele A.".into()),
        ..shell.clone()
    };
    let quarantined = Shell {
        quarantine: Some("The log is 3 entries behind its anchor of 13:59.".into()),
        ..shell.clone()
    };
    vec![
        ("board", board::page(&desk::board(), &shell)),
        (
            "board-nothing",
            board::page(&desk::board_without_match(), &told),
        ),
        (
            "board-quarantine",
            board::page(&desk::board(), &quarantined),
        ),
        ("plan", plan::page(&desk::plan(), &shell)),
        ("task", task::page(&desk::task(), &shell)),
        ("ask", ask::page(&desk::ask(), &at(Entry::Ask))),
        (
            "ask-errors",
            ask::page(&desk::ask_with_errors(), &at(Entry::Ask)),
        ),
        ("people", people::page(&desk::people(), &at(Entry::People))),
        ("person", person::page(&desk::person(), &at(Entry::People))),
        (
            "help-board",
            help::page(&super::help_texts::TOPICS[0], &shell),
        ),
    ]
}

fn phone_pages() -> Vec<(&'static str, Markup)> {
    use phone::{PhoneView, page as phone_page};
    let shell = samples::porter_shell();
    vec![
        (
            "phone-free",
            phone_page(&PhoneView::Free(samples::free()), &shell),
        ),
        (
            "phone-offer",
            phone_page(&PhoneView::Offer(Box::new(samples::offer())), &shell),
        ),
        (
            "phone-job",
            phone_page(&PhoneView::Job(Box::new(samples::job())), &shell),
        ),
        (
            "phone-paused",
            phone_page(&PhoneView::Job(Box::new(samples::paused_job())), &shell),
        ),
        ("phone-day", phone_day::page(&samples::day(), &shell)),
        ("phone-none", phone::not_a_handler(&shell)),
    ]
}

fn settings_pages() -> Vec<(&'static str, Markup)> {
    use samples::settings;
    let at = |entry| Shell {
        at: Some(entry),
        ..samples::shell()
    };
    let names = [
        "import-file",
        "import-columns",
        "import-good",
        "import-problems",
        "import-done",
    ];
    let mut pages = vec![
        (
            "places",
            places::page(&settings::places(), &at(Entry::Places)),
        ),
        ("teams", teams::page(&settings::teams(), &at(Entry::Teams))),
        (
            "task-types",
            task_types::page(&settings::task_types(), &at(Entry::TaskTypes)),
        ),
        (
            "accounts",
            accounts::page(&settings::accounts(), &at(Entry::Accounts)),
        ),
    ];
    for (name, view) in names.into_iter().zip(settings::imports()) {
        pages.push((name, import::page(&view, &at(Entry::Import))));
    }
    pages
}

fn assurance_pages() -> Vec<(&'static str, Markup)> {
    let at = samples::governance_shell;
    let quicker = ProblemView::usual(Problem::SomeoneWasQuicker)
        .because("Owen B. took 4466 at 14:15:21. Nothing of theirs was overwritten.")
        .leading_to("See it now", "/tasks/4466");
    let fault = ProblemView::usual(Problem::Fault).with_incident("01JD-7Q2");
    vec![
        (
            "controls",
            controls::page(&assurance::controls(), &at(Entry::Controls)),
        ),
        ("log", log::page(&assurance::log(), &at(Entry::Log))),
        ("roles", roles::page(&assurance::roles(), &at(Entry::Roles))),
        (
            "problem-quicker",
            problem::page(&quicker, &samples::shell()),
        ),
        ("problem-fault", problem::page(&fault, &samples::shell())),
        (
            "problem-at-the-door",
            problem::page(
                &ProblemView::usual(Problem::NotThere),
                &samples::door_shell(),
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No page carries a style, a script or a handler of its own: the browser would refuse it.
    #[test]
    fn no_page_needs_what_the_browser_refuses() {
        let gallery = ("gallery", page(&samples::shell()));
        for (name, markup) in sample_pages().into_iter().chain([gallery]) {
            let shown = markup.into_string();
            assert!(!shown.contains(" style="), "{name} has an inline style");
            assert!(!shown.contains(" onclick="), "{name} has an inline handler");
            assert!(
                !shown.contains("<style"),
                "{name} has an inline style sheet"
            );
            assert!(
                !shown
                    .replace("<script type=\"module\" src=", "")
                    .contains("<script")
            );
            assert!(
                !shown.contains("http://") && !shown.contains("https://"),
                "{name}"
            );
        }
    }

    /// Every form is sent to this origin, and every change is sent as a POST.
    #[test]
    fn forms_stay_here() {
        for (name, markup) in sample_pages() {
            let shown = markup.into_string();
            for form in shown.split("<form").skip(1) {
                let tag = form.split('>').next().unwrap_or_default();
                assert!(tag.contains("action=\"/"), "{name}: {tag}");
                assert!(tag.contains("method=\""), "{name}: {tag}");
            }
        }
    }

    /// No id stands twice on a page, or a live change would land in the wrong place.
    #[test]
    fn no_id_stands_twice() {
        for (name, markup) in sample_pages() {
            let shown = markup.into_string();
            let mut ids: Vec<&str> = shown
                .split(" id=\"")
                .skip(1)
                .map(|part| part.split('"').next().unwrap_or_default())
                .collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(all, ids.len(), "{name}");
        }
    }
}
