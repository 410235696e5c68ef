//! “My job” on the handler's phone: an offer, a job, or nothing at the moment.
//!
//! Made for one thumb in a glove: one button 76 px high for the next step, everything else
//! smaller. Not answering has no consequence but that someone else is asked, and the page says so.
//! Reasons are one touch each. Next: `phone_day` for the handler's own day.

use maud::{Markup, html};

use crate::web::parts::blocks::{Weight, hidden_words, note};
use crate::web::parts::clocks::counting_down;
use crate::web::parts::forms::{Choice, checkbox, hidden, submit};
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{PhonePage, PhoneTab, Shell, phone_page, phone_parts};
use crate::web::parts::states::{Hue, Needed, PersonState, Priority, TaskState, Vocabulary};

const LIVE: Option<&str> = Some("/phone/live");
const MICROS_IN_SECOND: i64 = 1_000_000;

/// What the phone shows now.
#[derive(Debug, Clone, PartialEq)]
pub enum PhoneView {
    /// Nothing to do at the moment.
    Free(FreeView),
    /// Someone is asked to take a job.
    Offer(Box<OfferView>),
    /// A job is on.
    Job(Box<JobView>),
}

/// Nothing to do at the moment.
#[derive(Debug, Clone, PartialEq)]
pub struct FreeView {
    /// The person's number, for the forms.
    pub person_id: i64,
    /// The version of the person's state.
    pub version: i64,
    /// What they are doing, such as ready, on a break, or off shift.
    pub state: PersonState,
    /// One line more, such as “Shift ends 15:30”; may be empty.
    pub words: String,
    /// How to reach control by phone or radio; may be empty.
    pub control: String,
}

/// A job that is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferView {
    /// The number of the offer, for the forms.
    pub offer_id: i64,
    /// The version of the offer.
    pub version: i64,
    /// How soon the job is wanted.
    pub priority: Priority,
    /// What it is.
    pub title: String,
    /// How far the start is, such as “2 min walk to start”.
    pub walk: String,
    /// Where it starts, with the time to get there.
    pub from: (String, String),
    /// Where it ends, with the time from there; nothing when it ends where it starts.
    pub to: Option<(String, String)>,
    /// What it needs.
    pub needs: Vec<Needed>,
    /// Why this person is asked, in a sentence.
    pub why: String,
    /// When the offer goes to someone else.
    pub ends_micros: i64,
    /// How many seconds were given to answer.
    pub seconds_given: i64,
    /// Reasons for not taking it.
    pub decline_reasons: Vec<Choice>,
}

/// A job that is on.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// The task's number.
    pub task_id: i64,
    /// The version of the task.
    pub version: i64,
    /// Where it stands.
    pub state: TaskState,
    /// What it is, such as “Patient to theatre”.
    pub title: String,
    /// Where to go now.
    pub place: String,
    /// How to get there; may be empty.
    pub way: String,
    /// What is left, such as “6 min to go”; may be empty.
    pub left: String,
    /// The target, such as “target 14:40”; may be empty.
    pub target: String,
    /// Who is moved; nothing for things and before acceptance.
    pub patient: Option<PatientCard>,
    /// What it needs.
    pub needs: Vec<Needed>,
    /// The steps, done and ahead.
    pub steps: Vec<JobStep>,
    /// Why it is paused and until when the pause is expected to last.
    pub pause: Option<(String, i64)>,
    /// Reasons for a pause; empty when it cannot be paused now.
    pub pause_reasons: Vec<Choice>,
    /// Reasons for giving it back; empty when it cannot be given back now.
    pub hand_back_reasons: Vec<Choice>,
    /// Reasons for stopping; empty when it cannot be stopped now.
    pub abort_reasons: Vec<Choice>,
    /// What is compared before setting off, such as “wristband”; nothing when nothing is.
    pub identity_check: Option<&'static str>,
    /// Whether the work is done where it begins.
    pub is_on_the_spot: bool,
    /// The ward's phone, such as “4412”; may be empty.
    pub ward_phone: String,
}

/// Who is moved, shown to those who have accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct PatientCard {
    /// The name, or initials where the ward gave no more.
    pub name: String,
    /// What tells them apart, such as “born 14 Feb 1951, bed 4”.
    pub detail: String,
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobStep {
    /// The state that the step reaches.
    pub state: TaskState,
    /// What it is.
    pub words: String,
    /// The clock time, done or expected; may be empty.
    pub at: String,
    /// Whether it is behind, now, or ahead.
    pub stage: Stage,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Behind.
    Done,
    /// Being done.
    Now,
    /// Still to come.
    Ahead,
}

/// `GET /phone`
pub fn page(view: &PhoneView, shell: &Shell) -> Markup {
    phone_page(shell, shown(view, shell.now_micros))
}

/// Fragments: the same, for a phone that is live.
pub fn live_parts(view: &PhoneView, now_micros: i64) -> Markup {
    phone_parts(&shown(view, now_micros))
}

fn shown(view: &PhoneView, now_micros: i64) -> PhonePage<'static> {
    match view {
        PhoneView::Free(free) => free_page(free),
        PhoneView::Offer(offer) => offer_page(offer, now_micros),
        PhoneView::Job(job) => job_page(job, now_micros),
    }
}

fn free_page(view: &FreeView) -> PhonePage<'static> {
    let body = html! {
        div.al-now.al-now--calm {
            p.al-now__s { (view.state.icon()) (view.state.word()) }
            h1 { (free_words(view.state)) }
            @if !view.words.is_empty() { p { (view.words) } }
        }
        @if view.state == PersonState::Ready {
            p.al-2 { "The next job comes here by itself. You can put the phone in your pocket." }
        }
        @if !view.control.is_empty() {
            (note(Hue::Grey, icons::RADIO, html! { "Control: " b { (view.control) } }))
        }
    };
    PhonePage {
        title: "My job".into(),
        tab: Some(PhoneTab::Job),
        live: LIVE,
        body,
        actions: own_acts(view.person_id, view.version, view.state),
    }
}

fn free_words(state: PersonState) -> &'static str {
    match state {
        PersonState::Off => "You are off shift",
        PersonState::Break => "Enjoy your break",
        PersonState::Comfort => "Back when you are",
        PersonState::Silent => "Are you available?",
        PersonState::Ready => "Nothing for you now",
        _ => "No job at the moment",
    }
}

/// The acts on one's own state: shift, break, away. None asks for a reason or shows a time.
pub fn own_acts(person_id: i64, version: i64, state: PersonState) -> Markup {
    let button = |verb: &str, words: &str, icon: Icon, is_next: bool| {
        let class = if is_next {
            "al-btn al-btn--go"
        } else {
            "al-btn al-btn--quiet"
        };
        html! {
            form.al-act method="post" action={ "/people/" (person_id) "/" (verb) } {
                (hidden("version", version))
                button class=(class) type="submit" data-busy="…" { (icon) span { (words) } }
            }
        }
    };
    match state {
        PersonState::Off => button("start_shift", "Start shift", icons::PLAY, true),
        PersonState::Break => button("end_break", "I am back", icons::CHECK, true),
        PersonState::Comfort => button("come_back", "I am here", icons::CHECK, true),
        PersonState::Silent => button("answer_present", "Yes, I am available", icons::CHECK, true),
        PersonState::AdHoc => button("stop_helping", "Free again", icons::CHECK, true),
        PersonState::Ready | PersonState::Ending => html! {
            div."al-pair al-pair--2" {
                (button("start_break", "Break", icons::COFFEE, false))
                (button("go_away", "Away", icons::CIRCLE_DASHED, false))
                (button("start_helping", "Helping", icons::HAND_HELPING, false))
                (button("end_shift", "End shift", icons::LOG_OUT, false))
            }
        },
        PersonState::Offered
        | PersonState::OnTask
        | PersonState::Meeting
        | PersonState::Emergency
        | PersonState::DeviceLost => html! {},
    }
}

fn offer_page(view: &OfferView, now_micros: i64) -> PhonePage<'static> {
    let body = html! {
        div.al-offer {
            (ring(view, now_micros))
            div {
                p.al-offer__p { (view.priority.icon()) (view.priority.word()) }
                h1 { (view.title) }
                p.al-2 { (view.walk) }
            }
        }
        (leg(&view.from, view.to.as_ref()))
        (need_list(&view.needs))
        details."nhsuk-details al-whyp" {
            summary."nhsuk-details__summary" {
                span."nhsuk-details__summary-text" { "Why me?" }
            }
            p.al-whyp__s { (view.why) }
        }
    };
    let accept = format!("/offers/{}/accept", view.offer_id);
    let decline = format!("/offers/{}/decline", view.offer_id);
    let actions = html! {
        form method="post" action=(accept) {
            (hidden("version", view.version))
            button."al-btn al-btn--go" type="submit" data-busy="Taking it…" {
                (icons::CHECK) span { "Accept" }
            }
        }
        a."al-btn al-btn--quiet" href="#decline" role="button" data-opens="decline" {
            "I cannot take this one"
        }
        p."al-small al-2" { "No answer: someone else is asked. That is all." }
        (reason_dialog(
            &ReasonDialog {
                id: "decline",
                title: "Why not this one?",
                about: "It goes to someone else. Nobody counts your answers.",
                action: decline,
                version: view.version,
            },
            &view.decline_reasons,
        ))
    };
    PhonePage {
        title: "New job".into(),
        tab: None,
        live: LIVE,
        body,
        actions,
    }
}

/// The ring that empties while an answer is awaited; without a script it stands still.
fn ring(view: &OfferView, now_micros: i64) -> Markup {
    const LENGTH_TENTHS: i64 = 3267; // 2 pi times the radius of 52, in tenths
    let given = view.seconds_given.max(1);
    let left = ((view.ends_micros - now_micros) / MICROS_IN_SECOND).clamp(0, given);
    let gone = LENGTH_TENTHS * (given - left) / given;
    html! {
        div.al-ring role="timer" aria-label={ (left) " seconds left to answer" }
            data-ring-until=(view.ends_micros) data-ring-seconds=(given) {
            svg viewBox="0 0 120 120" aria-hidden="true" {
                circle.r0 cx="60" cy="60" r="52" {}
                circle.r1 cx="60" cy="60" r="52" transform="rotate(-90 60 60)"
                    stroke-dasharray="326.7"
                    stroke-dashoffset={ (gone / 10) "." (gone % 10) } {}
                text x="60" y="66" { (left) }
                text.u x="60" y="87" { "seconds" }
            }
        }
    }
}

fn leg(from: &(String, String), to: Option<&(String, String)>) -> Markup {
    html! {
        ol.al-leg {
            li { span.al-leg__a { (from.1) } b { (from.0) } }
            @if let Some(to) = to { li { span.al-leg__a { (to.1) } b { (to.0) } } }
        }
    }
}

fn need_list(needs: &[Needed]) -> Markup {
    html! {
        @if !needs.is_empty() {
            ul.al-needs-l {
                @for needed in needs { li { (needed.need.icon()) (needed.words()) } }
            }
        }
    }
}

fn job_page(view: &JobView, now_micros: i64) -> PhonePage<'static> {
    let body = html! {
        (job_now(view, now_micros))
        @if let Some(patient) = &view.patient {
            div.al-pt { div { b { (patient.name) } span { (patient.detail) } } }
        }
        (need_list(&view.needs))
        (job_steps(&view.steps))
    };
    PhonePage {
        title: format!("Job {}", view.task_id).into(),
        tab: None,
        live: LIVE,
        body,
        actions: html! { (next_step(view)) (other_steps(view)) },
    }
}

fn job_now(view: &JobView, now_micros: i64) -> Markup {
    let class = if view.pause.is_some() {
        "al-now al-now--amber"
    } else {
        "al-now"
    };
    html! {
        div class=(class) {
            p.al-now__s { (view.state.icon()) (view.state.word()) " · " (view.title) }
            h1 { (view.place) }
            @if let Some((reason, _)) = &view.pause { p { (reason) } }
            @else if !view.way.is_empty() { p { (view.way) } }
            div.al-now__t {
                @if let Some((_, until)) = &view.pause {
                    span { b { (counting_down(*until, now_micros)) } " left" }
                } @else {
                    span { (view.left) }
                }
                span { (view.target) }
            }
        }
    }
}

fn job_steps(steps: &[JobStep]) -> Markup {
    html! {
        ol.al-steps {
            @for step in steps {
                @let (class, icon, said) = match step.stage {
                    Stage::Done => ("is-done", icons::CHECK, "done"),
                    Stage::Now => ("is-now", step.state.icon(), "now"),
                    Stage::Ahead => ("", step.state.icon(), "to come"),
                };
                li class=(class) {
                    (icon)
                    span { (step.words) (hidden_words(&format!(", {said}"))) }
                    time { (step.at) }
                }
            }
        }
    }
}

/// The one next step of a job: its verb in the address, its words, its icon.
fn next_of(view: &JobView) -> Option<(&'static str, String, Icon)> {
    let step = match view.state {
        TaskState::Accepted => ("set_off", String::from("On my way"), icons::FOOTPRINTS),
        TaskState::EnRoute => ("arrive", String::from("I am here"), icons::MAP_PIN),
        TaskState::AtPickup if view.is_on_the_spot => {
            ("complete", String::from("Done"), icons::CIRCLE_CHECK)
        }
        TaskState::AtPickup => match view.identity_check {
            Some(what) => (
                "depart",
                format!("Checked the {what}, moving"),
                icons::MOVE_RIGHT,
            ),
            None => ("depart", String::from("Moving"), icons::MOVE_RIGHT),
        },
        TaskState::InTransit => (
            "reach_drop",
            format!("Arrived at {}", view.place),
            icons::MAP_PIN,
        ),
        TaskState::AtDrop => ("complete", String::from("Handed over"), icons::HANDSHAKE),
        TaskState::PostAction => ("complete", String::from("Done"), icons::CIRCLE_CHECK),
        TaskState::Paused => ("resume", String::from("Carry on"), icons::PLAY),
        _ => return None,
    };
    Some(step)
}

fn next_step(view: &JobView) -> Markup {
    let Some((verb, words, icon)) = next_of(view) else {
        return html! {
            p.al-2 { "Nothing for you to press now. Control has been told." }
        };
    };
    html! {
        form method="post" action={ "/tasks/" (view.task_id) "/" (verb) } data-outbox {
            (hidden("version", view.version))
            @if verb == "depart" && view.identity_check.is_some() { (hidden("checked", "yes")) }
            button."al-btn al-btn--go" type="submit" data-busy="One moment…" {
                (icon) span { (words) }
            }
        }
    }
}

fn other_steps(view: &JobView) -> Markup {
    let dialog = |id, title, about, verb: &str, reasons: &[Choice]| {
        let asked = ReasonDialog {
            id,
            title,
            about,
            action: format!("/tasks/{}/{verb}", view.task_id),
            version: view.version,
        };
        html! { @if !reasons.is_empty() { (reason_dialog(&asked, reasons)) } }
    };
    html! {
        div."al-pair al-pair--3" {
            @if !view.pause_reasons.is_empty() { (opens("pause", "Pause", icons::PAUSE)) }
            @if !view.ward_phone.is_empty() {
                a."al-btn al-btn--quiet" href={ "tel:" (view.ward_phone) } {
                    (icons::PHONE) "Call ward"
                }
            }
            @if !view.hand_back_reasons.is_empty() {
                (opens("hand_back", "Give back", icons::UNDO_2))
            }
            @if !view.abort_reasons.is_empty() {
                (opens("abort", "Stop", icons::OCTAGON_X))
            }
        }
        (dialog(
            "pause",
            "What is it waiting for?",
            "The ward is told at once.",
            "pause",
            &view.pause_reasons,
        ))
        (dialog(
            "hand_back",
            "Why give it back?",
            "It goes to someone else. Nobody counts your answers.",
            "hand_back",
            &view.hand_back_reasons,
        ))
        (dialog(
            "abort",
            "Why does it stop here?",
            "Stay with the patient until control answers.",
            "abort",
            &view.abort_reasons,
        ))
    }
}

fn opens(id: &str, words: &str, icon: Icon) -> Markup {
    html! {
        a."al-btn al-btn--quiet" href={ "#" (id) } role="button" data-opens=(id) {
            (icon) (words)
        }
    }
}

struct ReasonDialog<'a> {
    id: &'a str,
    title: &'a str,
    about: &'a str,
    action: String,
    version: i64,
}

/// A question that fills the phone; each answer is one touch and sends itself.
fn reason_dialog(asked: &ReasonDialog, reasons: &[Choice]) -> Markup {
    html! {
        dialog."al-dialog al-dialog--phone" id=(asked.id)
            aria-labelledby={ (asked.id) "-title" } {
            form method="post" action=(asked.action) data-outbox {
                (hidden("version", asked.version))
                h2.al-h2 id={ (asked.id) "-title" } { (asked.title) }
                p.al-2 { (asked.about) }
                @if asked.id == "abort" {
                    (checkbox("again", "Someone else should come for it", "", false))
                }
                div.al-reasons {
                    @for reason in reasons {
                        button.al-reason type="submit" name="reason" value=(reason.value) {
                            span {
                                (reason.words)
                                @if !reason.hint.is_empty() { small { (reason.hint) } }
                            }
                        }
                    }
                }
                a."al-btn al-btn--quiet" href="#main" data-closes=(asked.id) { "Back" }
            }
        }
    }
}

/// `GET /phone` for someone whose account belongs to no handler.
pub fn not_a_handler(shell: &Shell) -> Markup {
    let body = html! {
        div."al-now al-now--calm" {
            p.al-now__s { (icons::INFO) "My job" }
            h1 { "No jobs come to this account" }
            p { "Your account is not one of a porter or cleaner." }
        }
    };
    let actions = html! {
        form method="post" action="/sign-out" {
            (submit("Sign out", Some(icons::LOG_OUT), "Signing out…", Weight::Outline))
        }
    };
    phone_page(
        shell,
        PhonePage {
            title: "My job".into(),
            tab: None,
            live: None,
            body,
            actions,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::samples;

    /// A porter with a job sees exactly one large button, and it is the next step.
    #[test]
    fn every_running_job_has_one_next_step() {
        let mut job = samples::job();
        for state in [
            TaskState::Accepted,
            TaskState::EnRoute,
            TaskState::AtPickup,
            TaskState::InTransit,
            TaskState::AtDrop,
            TaskState::PostAction,
            TaskState::Paused,
        ] {
            job.state = state;
            let shown = page(
                &PhoneView::Job(Box::new(job.clone())),
                &samples::porter_shell(),
            )
            .into_string();
            assert_eq!(shown.matches("al-btn--go").count(), 1, "{state:?}");
        }
    }

    /// A job that is over has no button to press twice.
    #[test]
    fn a_finished_job_has_no_next_step() {
        let mut job = samples::job();
        job.state = TaskState::Completed;
        assert!(next_of(&job).is_none());
    }

    /// On a break the phone shows no clock at all.
    #[test]
    fn a_break_has_no_clock() {
        let free = FreeView {
            person_id: 7,
            version: 1,
            state: PersonState::Break,
            words: String::new(),
            control: String::new(),
        };
        let shown = page(&PhoneView::Free(free), &samples::porter_shell()).into_string();
        assert!(
            !shown.contains("data-since") && !shown.contains("data-until"),
            "{shown}"
        );
    }
}
