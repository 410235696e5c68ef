//! “My day”: the handler's own view of their shift. Nobody else can open it.
//!
//! It compares nobody with anybody and thanks for nothing; it is a record for the person. Breaks
//! stand in it as a gap without a length. Next: `phone` for the job of this moment.

use maud::{Markup, html};

use super::phone::own_acts;
use crate::web::parts::blocks::hidden_words;
use crate::web::parts::icons;
use crate::web::parts::shell::{PhonePage, PhoneTab, Shell, phone_page};
use crate::web::parts::states::{PersonState, TaskState, Vocabulary};

const BAR_WIDTH: u32 = 354;

/// What “my day” shows.
#[derive(Debug, Clone)]
pub struct DayView {
    /// The person's number, for the forms.
    pub person_id: i64,
    /// The version of the person's state.
    pub version: i64,
    /// What they are doing.
    pub state: PersonState,
    /// The day, such as “Sunday 22 November”.
    pub date: String,
    /// The shift as a bar; nothing when there is none today.
    pub shift: Option<ShiftBar>,
    /// A few figures, such as jobs and metres walked, as pairs of a name and a value.
    pub figures: Vec<(String, String)>,
    /// The jobs of the shift, the last one first.
    pub jobs: Vec<DayJob>,
}

/// A shift as a bar.
#[derive(Debug, Clone)]
pub struct ShiftBar {
    /// When it began, as a clock time.
    pub starts: String,
    /// When it ends, as a clock time.
    pub ends: String,
    /// How much of it is over, in thousandths.
    pub now_thousandths: u32,
    /// Where breaks are planned, in thousandths from and to; drawn as gaps, without a figure.
    pub breaks_thousandths: Vec<(u32, u32)>,
}

/// One job of the shift.
#[derive(Debug, Clone)]
pub struct DayJob {
    /// When it ended or where it stands now, as a clock time.
    pub at: String,
    /// What it was.
    pub title: String,
    /// From where to where.
    pub places: String,
    /// How it ended.
    pub state: TaskState,
}

/// `GET /phone/day`
pub fn page(view: &DayView, shell: &Shell) -> Markup {
    let body = html! {
        h1.al-h1 { (view.date) }
        @if let Some(shift) = &view.shift { (bar(shift)) }
        @else { p.al-2 { "No shift for you today." } }
        dl.al-dayfig {
            @for (name, value) in &view.figures { div { dt { (name) } dd { (value) } } }
        }
        p.al-onlyme {
            (icons::EYE_OFF) "Only you see this. It goes when your shift ends."
        }
        @if view.jobs.is_empty() { p.al-2 { "No jobs yet on this shift." } }
        ol.al-jobs { @for job in &view.jobs { (job_line(job)) } }
    };
    let page = PhonePage {
        title: "My day".into(),
        tab: Some(PhoneTab::Day),
        live: None,
        body,
        actions: own_acts(view.person_id, view.version, view.state),
    };
    phone_page(shell, page)
}

fn job_line(job: &DayJob) -> Markup {
    html! {
        li {
            time { (job.at) }
            div { b { (job.title) } span { (job.places) } }
            span.al-tick { (job.state.icon()) (hidden_words(job.state.word())) }
        }
    }
}

fn bar(shift: &ShiftBar) -> Markup {
    let place = |thousandths: u32| thousandths.min(1000) * BAR_WIDTH / 1000;
    let now = place(shift.now_thousandths);
    let label = format!(
        "Shift {} to {}, and where it stands now",
        shift.starts, shift.ends
    );
    html! {
        div.al-daybar {
            svg viewBox="0 -12 354 68" role="img" aria-label=(label) {
                rect.t x="0" y="14" width=(BAR_WIDTH) height="16" rx="8" {}
                rect.d x="0" y="14" width=(now) height="16" rx="8" {}
                @for (from, to) in &shift.breaks_thousandths {
                    rect.b x=(place(*from)) y="14" height="16"
                        width=(place(*to).saturating_sub(place(*from))) {}
                }
                circle.n cx=(now.clamp(9, BAR_WIDTH - 9)) cy="22" r="9" {}
                text x="0" y="50" { (shift.starts) }
                text.h x=(now.clamp(64, BAR_WIDTH - 20)) y="50" text-anchor="middle" { "now" }
                text x=(BAR_WIDTH) y="4" text-anchor="end" { "ends " (shift.ends) }
            }
        }
    }
}
