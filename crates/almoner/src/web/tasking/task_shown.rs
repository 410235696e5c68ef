//! One task as its page shows it: promise, way, time line, why this person, what may be done.
//!
//! Pure. What may be done is asked of the rules themselves (`care::tasking::model`), never decided
//! here. Refused: why somebody did not take a task, beside their name; a patient's name.

use care::tasking::{
    events::{
        ApproveTask, AssignTask, CancelTask, HoldTask, ReadyTask, RecallTask, RejectTask,
        VerifyTask, ViewPeople,
    },
    model::{Handover, Task, TaskState, Verdict},
    people_page::People,
    reasons::CancelReason,
    rows::{OfferRecord, TaskStep},
    task_page::TaskDetail,
};
use trust::{
    identity::caller::Caller,
    store::value::{Moment, SECOND},
};

use super::words;
use crate::web::{
    assurance::events::ViewLog,
    parts::{clocks::duration, forms::Choice, states::Vocabulary},
    times::Times,
    views::{
        task::{ProgressStep, TaskPromise, TaskView, TimeLineEntry, When, WhyThisPerson},
        task_actions::{TaskActions, Typed},
    },
};

/// The page of one task.
pub fn view(detail: &TaskDetail, actions: TaskActions, caller: &Caller, times: &Times) -> TaskView {
    let may_see_log = caller.may(ViewLog);
    let task = &detail.task;
    TaskView {
        id: task.id.0,
        title: title(detail),
        state: words::state(task.state),
        state_more: String::new(),
        priority: words::priority(task.priority),
        needs: words::needs(&task.needs),
        about: about(detail, times),
        late_since_micros: task.due_at.filter(|_| task.is_late(detail.now.0)),
        promise: promise(detail, times),
        progress: progress(task),
        time_line: time_line(detail, times),
        log_entries: if may_see_log { detail.steps.len() } else { 0 },
        why: detail.offers.last().map(|offer| why(detail, offer)),
        facts: facts(detail, times),
        message: None,
        actions,
        errors: vec![],
    }
}

fn title(detail: &TaskDetail) -> String {
    let kind = detail.directory.kind(detail.task.kind);
    kind.map_or_else(|| "Task".to_owned(), |kind| kind.name.clone())
}

fn start(detail: &TaskDetail) -> String {
    place(
        &detail.directory.place_name(detail.task.from),
        detail.task.from_bed.as_deref(),
    )
}

fn end(detail: &TaskDetail) -> Option<String> {
    let name = detail.directory.place_name(detail.task.to?);
    Some(place(&name, detail.task.to_bed.as_deref()))
}

/// "Merlin Ward, bed 4".
fn place(name: &str, bed: Option<&str>) -> String {
    bed.map_or_else(|| name.to_owned(), |bed| format!("{name}, {bed}"))
}

fn about(detail: &TaskDetail, times: &Times) -> String {
    let task = &detail.task;
    let way = match end(detail) {
        Some(end) => format!("From {} to {end}", start(detail)),
        None => format!("At {}", start(detail)),
    };
    let asked = times.clock(Moment(task.times.asked_at));
    let mut about = format!("{way}. Asked at {asked}.");
    if task.state == TaskState::Queued
        && let Some(why) = &detail.why_waiting
    {
        about.push_str(&format!(" Nobody has it yet: {}", with_stop(why)));
    }
    if let (TaskState::Scheduled, Some(booking)) = (task.state, task.booking) {
        let at = times.clock(Moment(booking.release_at()));
        about.push_str(&format!(" Someone is asked from {at} on."));
    }
    about
}

fn with_stop(sentence: &str) -> String {
    format!("{}.", sentence.trim_end_matches('.'))
}

/// When the work reaches its end, if it goes as expected from the arrival at its start.
fn expected_end(detail: &TaskDetail, arrival: Moment) -> Moment {
    let task = &detail.task;
    let walk = task
        .to
        .and_then(|to| detail.directory.walk_seconds(task.from, to))
        .unwrap_or(0);
    let kind = detail.directory.kind(task.kind);
    let handling = kind.map_or(0, |kind| i64::from(kind.spec.0.handling_seconds));
    arrival.after((walk + handling) * SECOND)
}

fn promise(detail: &TaskDetail, times: &Times) -> Option<TaskPromise> {
    let task = &detail.task;
    if !task.state.is_in_hand() {
        return None;
    }
    let arrived = task.times.arrived_at.map(Moment);
    let arrival = arrived.or(detail.arrival_at)?;
    let until = arrival.since(detail.now);
    let pickup_detail = match arrived {
        Some(_) => "arrived".to_owned(),
        None if until > 0 => format!("in {}", duration(until)),
        None => "expected by now".to_owned(),
    };
    let reached = task.times.reached_at.map(Moment);
    let target = task
        .due_at
        .map(|due| format!("target {}", times.clock(Moment(due))));
    let drop_words = match end(detail) {
        Some(end) => format!("At {end}"),
        None => "Done".to_owned(),
    };
    Some(TaskPromise {
        pickup_words: format!("At {}", start(detail)),
        pickup_at: times.clock(arrival),
        pickup_detail,
        drop_words,
        drop_at: times.clock(reached.unwrap_or_else(|| expected_end(detail, arrival))),
        drop_detail: target.unwrap_or_default(),
    })
}

fn progress(task: &Task) -> Vec<ProgressStep> {
    let times = &task.times;
    let mut steps = vec![
        ("Ready", times.ready_at.is_some()),
        ("Accepted", times.accepted_at.is_some()),
        ("There", times.arrived_at.is_some()),
    ];
    if task.to.is_some() {
        steps.push(("Moving", times.departed_at.is_some()));
        steps.push(("Handover", times.reached_at.is_some()));
    }
    steps.push(("Done", times.completed_at.is_some()));
    steps
        .into_iter()
        .map(|(words, done)| ProgressStep {
            words: words.to_owned(),
            done,
        })
        .collect()
}

fn time_line(detail: &TaskDetail, times: &Times) -> Vec<TimeLineEntry> {
    let is_running = !detail.task.state.is_over();
    let last = detail.steps.len().saturating_sub(1);
    let mut lines: Vec<TimeLineEntry> = detail
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let when = if at == last && is_running {
                When::Now
            } else {
                When::Past
            };
            let (what, mut more) = said(detail, step, times);
            if step.happened_at.is_some() {
                more.push_str(&format!(". No signal; told at {}", times.clock(step.at)));
            }
            TimeLineEntry {
                at: times.clock(step.happened_at.unwrap_or(step.at)),
                state: (step.step != "request_task").then(|| words::state(step.state)),
                what: what.to_owned(),
                detail: more,
                when,
            }
        })
        .collect();
    lines.extend(ahead(detail, times));
    lines
}

/// What is expected next, where somebody has the task.
fn ahead(detail: &TaskDetail, times: &Times) -> Vec<TimeLineEntry> {
    let task = &detail.task;
    let arrived = task.times.arrived_at.map(Moment);
    let Some(arrival) = arrived
        .or(detail.arrival_at)
        .filter(|_| task.state.is_in_hand())
    else {
        return vec![];
    };
    let expected = |at: Moment, state, what: &str| TimeLineEntry {
        at: times.clock(at),
        state: Some(words::state(state)),
        what: what.to_owned(),
        detail: "expected".to_owned(),
        when: When::Ahead,
    };
    let mut lines = vec![];
    if arrived.is_none() {
        lines.push(expected(arrival, TaskState::AtPickup, "At pickup"));
    }
    if task.times.reached_at.is_none() {
        let (state, what) = match task.to {
            Some(_) => (TaskState::AtDrop, "Handover"),
            None => (TaskState::Completed, "Done"),
        };
        lines.push(expected(expected_end(detail, arrival), state, what));
    }
    lines
}

/// That somebody was quicker: what is there now, and the way on.
pub fn quicker(detail: &TaskDetail, times: &Times) -> String {
    let state = words::state(detail.task.state).word();
    let last = detail.steps.last().map(|step| {
        let (what, more) = said(detail, step, times);
        let gap = if more.is_empty() || more.starts_with([',', '.', ':']) {
            ""
        } else {
            " "
        };
        let at = times.clock(step.at);
        with_stop(&format!(" Last, at {at}: {what}{gap}{more}"))
    });
    format!(
        "Someone was quicker. The task is now “{state}”.{} Nothing of yours was stored, and what \
         you chose is kept: look, then press again",
        last.unwrap_or_default()
    )
}

/// One step in plain words: what happened, and the rest of the sentence.
fn said(detail: &TaskDetail, step: &TaskStep, times: &Times) -> (&'static str, String) {
    let name = step
        .worker
        .map(|worker| detail.name_of(worker))
        .unwrap_or_default();
    let by = || {
        if name.is_empty() {
            String::new()
        } else {
            format!("by {name}")
        }
    };
    let who = || {
        if name.is_empty() {
            String::new()
        } else {
            format!(", {name}")
        }
    };
    let reason = step
        .reason
        .as_deref()
        .and_then(|code| words::reason(&step.step, code));
    let because = || {
        reason
            .map(|reason| format!(": {}", lower(reason)))
            .unwrap_or_default()
    };
    let target = detail.task.due_at.map(|due| times.clock(Moment(due)));
    match step.step.as_str() {
        "request_task" => ("Asked", asked_as(step.state)),
        "approve_task" => ("Approved", String::new()),
        "reject_task" => ("Turned down", because()),
        "hold_task" => ("Not ready", ". The clock stands".to_owned()),
        "ready_task" => {
            let target = target.map(|at| format!(". The clock runs, target {at}"));
            ("Ready to move", target.unwrap_or_default())
        }
        "release_task" => ("Released", "at its time".to_owned()),
        "offer_task" => ("Offered", format!("to {name}")),
        "assign_task" => (
            "Offered",
            format!("to {name}, chosen by a coordinator{}", because()),
        ),
        "accept_offer" => ("Accepted", by()),
        "decline_offer" => ("Not taken", ". Someone else is asked".to_owned()),
        "expire_offer" => ("No answer", ". Someone else is asked".to_owned()),
        "set_off_task" => ("Coming", who()),
        "arrive_task" => ("At pickup", who()),
        "depart_task" => ("Moving", who()),
        "reach_drop_task" => ("Handover", who()),
        "complete_task" if step.state == TaskState::PostAction => ("Handed over", by()),
        "complete_task" => ("Done", by()),
        "pause_task" => ("Paused", because()),
        "resume_task" => ("Going on", who()),
        "hand_back_task" => ("Handed back", ". Someone else is asked".to_owned()),
        "abort_task" if step.state == TaskState::Queued => (
            "Stopped",
            format!("{}. It waits for someone else", because()),
        ),
        "abort_task" => ("Stopped", because()),
        "cancel_task" => ("Cancelled", because()),
        "recall_task" => ("Recalled", format!("{}. Its clock runs on", because())),
        "verify_task" if step.state == TaskState::Failed => ("To be done again", String::new()),
        "verify_task" => ("Checked", ", and good".to_owned()),
        _ => ("Changed", String::new()),
    }
}

fn asked_as(state: TaskState) -> String {
    match state {
        TaskState::Held => ". The ward will say “ready”",
        TaskState::Scheduled => ", for later",
        TaskState::AwaitingApproval => ". Someone has to approve it",
        _ => "",
    }
    .to_owned()
}

/// A reason within a sentence: "Patient not ready" becomes "patient not ready".
fn lower(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_lowercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn why(detail: &TaskDetail, offer: &OfferRecord) -> WhyThisPerson {
    let why = &offer.why.0;
    let others = why
        .others
        .iter()
        .map(|other| (detail.name_of(other.worker), other.because.clone()))
        .collect();
    let name = detail.name_of(offer.worker);
    WhyThisPerson {
        name,
        say: why.sentence.clone(),
        measures: vec![],
        others,
    }
}

fn facts(detail: &TaskDetail, times: &Times) -> Vec<(String, String)> {
    let task = &detail.task;
    let place = |id| detail.directory.location(id);
    let from = place(task.from);
    let mut facts = vec![("From", start(detail))];
    facts.extend(from.map(|place| ("Floor", place.zone())));
    facts.extend(
        from.and_then(|place| place.extension.clone())
            .map(|at| ("Phone there", at)),
    );
    facts.extend(end(detail).map(|end| ("To", end)));
    facts.extend(
        task.to
            .and_then(place)
            .map(|place| ("Floor there", place.zone())),
    );
    facts.extend(
        task.booking
            .map(|slot| ("Wanted at", times.clock(Moment(slot.wanted_at)))),
    );
    facts.extend(task.due_at.map(|due| ("Target", times.clock(Moment(due)))));
    facts.extend(
        task.follows
            .map(|other| ("Follows task", other.to_string())),
    );
    facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// What the task's state allows and the caller may do. `people`: who could be asked instead.
pub fn actions(detail: &TaskDetail, caller: &Caller, people: Option<&People>) -> TaskActions {
    let (task, now) = (&detail.task, detail.now.0);
    let may_cancel = task.cancel(CancelReason::NoLongerNeeded, now).is_ok();
    let may_reject = task.reject(CancelReason::NotApproved, now).is_ok();
    let may_recall = task.preempt(Handover::Confirmed, now).is_ok();
    let reasons = |is_shown: bool, reasons: fn() -> Vec<Choice>| {
        if is_shown { reasons() } else { vec![] }
    };
    let assign_to = people
        .map(|people| askable(detail, people))
        .unwrap_or_default();
    TaskActions {
        version: detail.version,
        approve: caller.may(ApproveTask) && task.approve(true, now).is_ok(),
        reject_reasons: reasons(caller.may(RejectTask) && may_reject, words::cancel_reasons),
        release: caller.may(ReadyTask) && task.mark_ready(now).is_ok(),
        hold: caller.may(HoldTask) && task.hold(now).is_ok(),
        assign_to,
        assign_reasons: reasons(people.is_some(), words::override_reasons),
        recall_reasons: reasons(
            caller.may(RecallTask) && may_recall,
            words::override_reasons,
        ),
        recall_needs_handover: task.is_carrying_patient(),
        cancel_reasons: reasons(caller.may(CancelTask) && may_cancel, words::cancel_reasons),
        verify: caller.may(VerifyTask) && task.verify(Verdict::Passed, now).is_ok(),
        typed: Typed::default(),
    }
}

/// Whether somebody can be chosen for it now, so that the people have to be looked up.
pub fn can_be_assigned(task: &Task, caller: &Caller) -> bool {
    let is_open = matches!(task.state, TaskState::Queued | TaskState::Offered);
    is_open && caller.may(AssignTask) && caller.may(ViewPeople)
}

/// The people of the task's team who can be asked now, in the order of their shift.
fn askable(detail: &TaskDetail, people: &People) -> Vec<Choice> {
    let team = detail
        .directory
        .kind(detail.task.kind)
        .map(|kind| kind.team);
    let is_free = |state: care::tasking::worker::WorkerState| state.may_be_offered();
    people
        .lines
        .iter()
        .filter(|line| Some(line.worker.team) == team && is_free(line.worker.state))
        .map(|line| {
            let zone = line
                .zone
                .as_ref()
                .map(|zone| format!(", {zone}"))
                .unwrap_or_default();
            Choice::plain(line.worker.id.to_string(), format!("{}{zone}", line.name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reason reads on in its sentence.
    #[test]
    fn a_reason_reads_on() {
        assert_eq!(lower("Patient not ready"), "patient not ready");
        assert_eq!(lower(""), "");
    }

    /// A sentence ends with one full stop, whoever wrote it.
    #[test]
    fn one_full_stop() {
        assert_eq!(with_stop("all are busy"), "all are busy.");
        assert_eq!(with_stop("All are busy."), "All are busy.");
    }
}
