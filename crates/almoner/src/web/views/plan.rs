//! The plan: the hospital by level and block, with counts and people in each zone.
//!
//! A person is placed in a zone, never at a point, and leaves no trail. Zones are drawn as cards
//! in the order of the blocks, so any hospital has a plan without anyone drawing one, and it reads
//! aloud and prints. Next: `board` for the same tasks as a list.

use maud::{Markup, html};

use super::board::{BoardRow, Holder, Vitals, board_head};
use crate::web::parts::blocks::{Empty, Weight, button_link, face, hidden_words, route};
use crate::web::parts::clocks::late;
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{TaskState, Vocabulary};

/// What the plan shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanView {
    /// The figures at the head.
    pub vitals: Vitals,
    /// All levels of the site, the highest first.
    pub levels: Vec<PlanLevel>,
    /// The blocks of the chosen level.
    pub blocks: Vec<PlanBlock>,
    /// The zone that is looked at, if any.
    pub chosen: Option<ZoneDetail>,
    /// Whether this person may ask for a task.
    pub may_ask: bool,
    /// Where its changes come from.
    pub live: String,
}

/// One level of the site.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanLevel {
    /// The number people say, such as `2` or `−1`.
    pub number: String,
    /// What is there, such as “Wards, theatres”.
    pub words: String,
    /// Where choosing it leads.
    pub href: String,
    /// Tasks past their target there.
    pub late: usize,
    /// Tasks that nobody has there.
    pub waiting: usize,
    /// People there.
    pub people: usize,
    /// Whether it is the chosen one.
    pub chosen: bool,
}

/// One block of the chosen level.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanBlock {
    /// The block's name.
    pub name: String,
    /// Its zones.
    pub zones: Vec<ZoneCard>,
}

/// One zone on the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneCard {
    /// The zone's name.
    pub name: String,
    /// What it is, such as “Surgical, 28 beds”; may be empty.
    pub words: String,
    /// Where choosing it leads.
    pub href: String,
    /// Tasks there past their target.
    pub late: usize,
    /// Tasks there that nobody has.
    pub waiting: usize,
    /// Tasks there whose ward has yet to say ready.
    pub not_ready: usize,
    /// Tasks there that someone has.
    pub under_way: usize,
    /// Short names of the people there, and whether each is free.
    pub people: Vec<(String, bool)>,
    /// Whether it is the zone that is looked at.
    pub chosen: bool,
}

/// The zone that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneDetail {
    /// The zone's name.
    pub name: String,
    /// The tasks that start or end there.
    pub tasks: Vec<BoardRow>,
}

/// `GET /board/plan`
pub fn page(view: &PlanView, shell: &Shell) -> Markup {
    let body = html! {
        (board_head(&view.vitals, "/board", true, view.may_ask))
        div.al-planview {
            (levels(&view.levels))
            (plan(&view.blocks))
            (detail(view.chosen.as_ref(), shell.now_micros))
        }
    };
    let page = Page {
        title: "Board, plan",
        help: "plan",
        width: Width::Whole,
        live: Some(&view.live),
        keys: &[("G", "list"), ("?", "all keys")],
        body,
    };
    framed(shell, page)
}

/// Fragment: all levels with their counts.
pub fn levels(levels: &[PlanLevel]) -> Markup {
    html! {
        nav."al-panel al-levels" #plan-levels data-live-part aria-label="Levels" {
            div.al-panel__head { h2.al-h3 { "Levels" } }
            ul.al-levels__l {
                @for level in levels {
                    li {
                        a href=(level.href) aria-current=[level.chosen.then_some("true")] {
                            b { (level.number) }
                            span.al-grow { (level.words) }
                            @if level.late > 0 {
                                (figure("al-lv al-lv--red", icons::ALARM_CLOCK, level.late, "late"))
                            }
                            @if level.waiting > 0 {
                                (figure("al-lv", icons::HOURGLASS, level.waiting, "waiting"))
                            }
                            @if level.people > 0 {
                                (figure("al-lv", icons::USER_ROUND, level.people, "people"))
                            }
                        }
                    }
                }
            }
            (key())
        }
    }
}

fn key() -> Markup {
    html! {
        div."al-panel__head al-legend__h" { h2.al-h4 { "Key" } }
        ul.al-legend {
            li { (pin("late", icons::ALARM_CLOCK, 1, "late")) "past its target" }
            li { (TaskState::Queued.shown()) "nobody yet" }
            li { (TaskState::Held.shown()) "ward to say" }
            li { (TaskState::EnRoute.shown()) "someone has it" }
            li { span."al-face al-face--free" aria-hidden="true" { "TN" } "free" }
            li { span."al-face al-face--busy" aria-hidden="true" { "JP" } "on a job" }
        }
        p.al-panel__foot { (icons::EYE_OFF) " People stand in their zone, not at a point." }
    }
}

/// Fragment: all zones of the chosen level.
pub fn plan(blocks: &[PlanBlock]) -> Markup {
    html! {
        section."al-panel al-planbox" #plan data-live-part aria-label="Plan" {
            @for block in blocks {
                section.al-block {
                    h2.al-h4 { (block.name) }
                    ul.al-zones { @for zone in &block.zones { li { (card(zone)) } } }
                }
            }
            @if blocks.is_empty() {
                (Empty {
                    icon: icons::BUILDING_2,
                    title: "No zones on this level yet",
                    why: html! { "Zones come with the places of the hospital." },
                    way_on: button_link("Places", None, "/places", Weight::Outline),
                })
            }
        }
    }
}

fn card(zone: &ZoneCard) -> Markup {
    let class = if zone.late > 0 {
        "al-zone is-late"
    } else {
        "al-zone"
    };
    html! {
        a class=(class) href=(zone.href) aria-current=[zone.chosen.then_some("true")] {
            span.al-zone__head {
                span { b { (zone.name) } small { (zone.words) } }
                span.al-zone__people {
                    @for (name, is_free) in &zone.people { (dot(name, *is_free)) }
                }
            }
            span.al-zone__pins {
                (pin("late", icons::ALARM_CLOCK, zone.late, "late"))
                (pin("wait", icons::HOURGLASS, zone.waiting, "waiting"))
                (pin("hold", icons::HAND, zone.not_ready, "not ready"))
                (pin("on", icons::MOVE_RIGHT, zone.under_way, "under way"))
            }
        }
    }
}

fn dot(name: &str, is_free: bool) -> Markup {
    let (class, words) = if is_free {
        ("al-dot is-free", "free")
    } else {
        ("al-dot", "on a job")
    };
    html! {
        span class=(class) title=(name) {
            (face(name)) (hidden_words(&format!("{name}, {words}.")))
        }
    }
}

fn pin(class: &str, icon: Icon, count: usize, words: &str) -> Markup {
    html! {
        @if count > 0 {
            span class={ "al-pin al-pin--" (class) } { (icon) (count) (hidden_words(words)) }
        }
    }
}

fn figure(class: &str, icon: Icon, count: usize, words: &str) -> Markup {
    html! { span class=(class) title=(words) { (icon) (count) (hidden_words(words)) } }
}

/// Fragment: the tasks of the zone that is looked at, if any.
pub fn detail(zone: Option<&ZoneDetail>, now_micros: i64) -> Markup {
    let Some(zone) = zone else { return html! {} };
    html! {
        section."al-panel al-zonedetail" #plan-zone data-live-part aria-label=(zone.name) {
            div.al-panel__head {
                h2.al-h3 { (zone.name) }
                a.al-icon-button href="/board/plan" aria-label="Close" { (icons::X) }
            }
            div.al-zonelist {
                @for task in &zone.tasks { (zone_task(task, now_micros)) }
                @if zone.tasks.is_empty() { p.al-panel__body { "Nothing is open here." } }
            }
        }
    }
}

fn zone_task(task: &BoardRow, now_micros: i64) -> Markup {
    html! {
        article class=[task.is_late.then_some("is-late")] {
            div."al-row al-row--between" {
                a.al-rowlink href={ "/tasks/" (task.id) } { (task.title) }
                @if let (true, Some(due)) = (task.is_late, task.due_micros) {
                    (late(due, now_micros))
                } @else {
                    (task.state.shown_with(&task.state_more))
                }
            }
            p { (route(&task.from, task.to.as_deref())) }
            p.al-2 { (holder_words(&task.holder)) }
        }
    }
}

fn holder_words(holder: &Holder) -> &str {
    match holder {
        Holder::Person(words) | Holder::Nobody(words) | Holder::NotYet(words) => words,
        Holder::Finding => "Finding someone",
    }
}
