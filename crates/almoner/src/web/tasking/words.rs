//! From tasking's terms to the words of the pages: states, priorities, needs, reasons.
//!
//! Pure. Both sides use the same codes; each match is exhaustive, so a state that tasking gains and
//! the pages lack does not compile. Refused: choosing a word here. The words are in
//! `parts/states.rs` and, for reasons, in `care::tasking::reasons`.

use care::tasking::{
    model::{self, Escort, Isolation, Mode, Needs, NeedsError, WorkGroup},
    priority,
    reasons::{AbortReason, CancelReason, DeclineReason, OverrideReason, PauseReason, ReasonGroup},
    skill_words,
    worker::WorkerState,
};

use crate::web::parts::{
    forms::Choice,
    states::{Need, Needed, PersonState, Priority, TaskState, Vocabulary, WorkKind},
};

/// Oxygen in half litres a minute where a form only says that there is some: 2 litres.
const OXYGEN_USUAL: u8 = 4;

/// Each value of one enum as the value of the same name of another.
macro_rules! same_name {
    ($value:expr, $from:ty => $to:ty: $($name:ident)+) => {
        match $value { $(<$from>::$name => <$to>::$name,)+ }
    };
}

/// Where a task stands.
#[must_use]
pub fn state(state: model::TaskState) -> TaskState {
    same_name!(state, model::TaskState => TaskState:
        Draft AwaitingApproval Held Scheduled Queued Offered Accepted EnRoute AtPickup Paused
        InTransit AtDrop PostAction Completed PendingVerification Verified Failed Rejected
        Cancelled Aborted Preempted)
}

/// What a person is doing.
#[must_use]
pub fn person_state(state: WorkerState) -> PersonState {
    same_name!(state, WorkerState => PersonState:
        Off Ready Offered OnTask Break Comfort Meeting AdHoc Emergency DeviceLost Ending Silent)
}

/// How soon a task is wanted.
#[must_use]
pub fn priority(priority: priority::Priority) -> Priority {
    same_name!(priority, priority::Priority => Priority: Emergency Urgent Routine)
}

/// What kind of work it is, for filters and pictures.
#[must_use]
pub fn work_kind(group: WorkGroup) -> Option<WorkKind> {
    WorkKind::from_code(group.code())
}

/// What a task needs, one entry a chip.
#[must_use]
pub fn needs(needs: &Needs) -> Vec<Needed> {
    let with = |need, detail: &str| Needed {
        need,
        detail: detail.to_owned(),
    };
    let escort = match needs.escort {
        Escort::None => None,
        Escort::Assistant => Some("care assistant"),
        Escort::Nurse => Some("nurse"),
        Escort::Doctor => Some("doctor"),
    };
    let isolation = match needs.isolation {
        Isolation::None => None,
        Isolation::Contact => Some("contact"),
        Isolation::Droplet => Some("droplet"),
        Isolation::Airborne => Some("airborne"),
    };
    let mut shown = vec![];
    shown.extend(needs.mode.map(|mode| Needed::plain(travelling(mode))));
    shown.extend(
        needs
            .oxygen_half_litres
            .map(|half| with(Need::Oxygen, &litres(half))),
    );
    shown.extend(escort.map(|who| with(Need::Escort, who)));
    shown.extend(isolation.map(|kind| with(Need::Isolation, kind)));
    let plain = [
        (needs.monitoring, Need::Monitoring),
        (needs.falls_risk, Need::FallsRisk),
        (needs.dementia, Need::Dementia),
        (needs.communication, Need::Communication),
        (needs.interpreter, Need::Interpreter),
        (needs.people == 2, Need::TwoPeople),
    ];
    shown.extend(
        plain
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, need)| Needed::plain(need)),
    );
    shown.extend(needs.equipment_back.then(|| with(Need::Equipment, "back")));
    shown
}

fn travelling(mode: Mode) -> Need {
    match mode {
        Mode::Walk => Need::Walking,
        Mode::Chair => Need::Chair,
        Mode::Bed => Need::Bed,
        Mode::Trolley => Need::Trolley,
        Mode::Cot => Need::Cot,
        Mode::Bariatric => Need::Bariatric,
    }
}

/// "2 l", "0.5 l".
fn litres(half: u8) -> String {
    let rest = if half % 2 == 1 { ".5" } else { "" };
    format!("{}{rest} l", half / 2)
}

/// The needs that the request page offers.
pub const ASKABLE: [Need; 15] = [
    Need::Walking,
    Need::Chair,
    Need::Bed,
    Need::Trolley,
    Need::Cot,
    Need::Bariatric,
    Need::Oxygen,
    Need::Monitoring,
    Need::Escort,
    Need::Isolation,
    Need::FallsRisk,
    Need::Dementia,
    Need::Communication,
    Need::Interpreter,
    Need::TwoPeople,
];

/// The usual needs of a kind of work with what was ticked beside them. A way of travelling that was
/// ticked takes the place of the usual one.
///
/// # Errors
/// [`NeedsError::Unknown`] for a code that the page does not offer.
pub fn ticked(usual: &Needs, codes: &[String]) -> Result<Needs, NeedsError> {
    let mut needs = usual.clone();
    for code in codes {
        let need = Need::from_code(code).filter(|need| ASKABLE.contains(need));
        match need.ok_or_else(|| NeedsError::Unknown(code.chars().take(40).collect()))? {
            Need::Walking => needs.mode = Some(Mode::Walk),
            Need::Chair => needs.mode = Some(Mode::Chair),
            Need::Bed => needs.mode = Some(Mode::Bed),
            Need::Trolley => needs.mode = Some(Mode::Trolley),
            Need::Cot => needs.mode = Some(Mode::Cot),
            Need::Bariatric => needs.mode = Some(Mode::Bariatric),
            Need::Oxygen => {
                needs.oxygen_half_litres.get_or_insert(OXYGEN_USUAL);
            }
            Need::Monitoring => needs.monitoring = true,
            Need::Escort if needs.escort == Escort::None => needs.escort = Escort::Nurse,
            Need::Isolation if needs.isolation == Isolation::None => {
                needs.isolation = Isolation::Contact;
            }
            Need::FallsRisk => needs.falls_risk = true,
            Need::Dementia => needs.dementia = true,
            Need::Communication => needs.communication = true,
            Need::Interpreter => needs.interpreter = true,
            Need::TwoPeople => needs.people = 2,
            // The kind of work says it already, and more exactly.
            _ => {}
        }
    }
    Ok(needs)
}

/// Every reason of a list as an answer to choose.
macro_rules! choices {
    ($reasons:expr) => {
        $reasons
            .iter()
            .map(|reason| Choice::plain(reason.code(), reason.words()))
            .collect()
    };
}

/// Why work is no longer wanted.
#[must_use]
pub fn cancel_reasons() -> Vec<Choice> {
    choices!(CancelReason::ALL)
}

/// Why a coordinator decides otherwise.
#[must_use]
pub fn override_reasons() -> Vec<Choice> {
    choices!(OverrideReason::ALL)
}

/// Why a person does not take, or gives back, a task.
#[must_use]
pub fn decline_reasons() -> Vec<Choice> {
    choices!(DeclineReason::ALL)
}

/// Why work stands still, with the place that is told.
#[must_use]
pub fn pause_reasons() -> Vec<Choice> {
    let choice = |reason: &PauseReason| {
        let told = match reason.group() {
            ReasonGroup::Ward => "ward",
            ReasonGroup::Receiving => "receiving department",
            _ => "",
        };
        Choice::with_hint(reason.code(), reason.words(), told)
    };
    PauseReason::ALL.iter().map(choice).collect()
}

/// Why work stops after somebody has come.
#[must_use]
pub fn abort_reasons() -> Vec<Choice> {
    choices!(AbortReason::ALL)
}

/// The words of a reason that a time line holds as its code; `step` is the verb that it belongs to.
///
/// Why somebody did not take a task, or gave it back, is between them and the planners: no page
/// shows it beside a name.
#[must_use]
pub fn reason(step: &str, code: &str) -> Option<&'static str> {
    match step {
        "cancel_task" | "reject_task" => CancelReason::from_code(code).map(CancelReason::words),
        "assign_task" | "recall_task" => OverrideReason::from_code(code).map(OverrideReason::words),
        "pause_task" => PauseReason::from_code(code).map(PauseReason::words),
        "abort_task" => AbortReason::from_code(code).map(AbortReason::words),
        _ => None,
    }
}

/// A skill as people read it: `DEEP_CLEAN` is "Deep clean".
#[must_use]
pub fn skill(code: &str) -> String {
    let plain = skill_words::spoken(code);
    let mut letters = plain.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task that the log calls IN_TRANSIT is not called anything else on a page.
    #[test]
    fn both_sides_use_the_same_codes() {
        for value in model::TaskState::ALL {
            assert_eq!(state(*value).code(), value.code());
        }
        for value in WorkerState::ALL {
            assert_eq!(person_state(*value).code(), value.code());
        }
        for value in priority::Priority::ALL {
            assert_eq!(super::priority(*value).code(), value.code());
        }
        for value in WorkGroup::ALL {
            assert_eq!(
                work_kind(*value).map(|kind| kind.code()),
                Some(value.code())
            );
        }
    }

    /// A bed move for which oxygen was ticked goes by bed, with oxygen.
    #[test]
    fn what_was_ticked_comes_on_top_of_the_usual() {
        let usual = Needs::travelling(Mode::Bed);
        let with = ticked(&usual, &["OXYGEN".into(), "TWO_PEOPLE".into()]).unwrap();
        assert_eq!(
            (with.mode, with.oxygen_half_litres, with.people),
            (Some(Mode::Bed), Some(4), 2)
        );
        let words: Vec<_> = needs(&with).iter().map(Needed::words).collect();
        assert_eq!(words, ["Bed", "Oxygen 2 l", "2 people"]);
    }

    /// A chair ticked for a walking patient takes the place of walking.
    #[test]
    fn a_ticked_way_of_travelling_replaces_the_usual() {
        let with = ticked(&Needs::travelling(Mode::Walk), &["CHAIR".into()]).unwrap();
        assert_eq!(with.mode, Some(Mode::Chair));
    }

    /// A need that the page does not offer is not taken.
    #[test]
    fn an_unknown_need_is_refused() {
        assert!(ticked(&Needs::default(), &["BLOOD".into()]).is_err());
        assert!(ticked(&Needs::default(), &["<script>".into()]).is_err());
    }

    /// Every need that the page offers changes what is asked for.
    #[test]
    fn every_offered_need_counts() {
        for need in ASKABLE {
            let with = ticked(&Needs::default(), &[need.code().to_owned()]).unwrap();
            assert_eq!(needs(&with).first().map(|needed| needed.need), Some(need));
        }
    }
}
