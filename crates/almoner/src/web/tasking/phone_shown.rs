//! A handler's own work as the phone shows it: the question, the job, nothing for now, the day.
//!
//! Pure. Which buttons there are is asked of the rules (`care::tasking::model`). Refused: the
//! length of a break, a comparison with anybody.

use care::tasking::{
    model::{AfterAbort, Course, LocationId, Task, TaskState, WorkerId},
    own::{OwnDay, OwnWork},
    reasons::{AbortReason, DeclineReason, PauseReason},
    rows::{OfferRecord, Shift},
};
use trust::store::value::{Moment, SECOND};

use super::words;
use crate::web::{
    parts::forms::Choice,
    times::{Times, duration},
    views::{
        phone::{FreeView, JobStep, JobView, OfferView, PatientCard, PhoneView, Stage},
        phone_day::{DayJob, DayView, ShiftBar},
    },
};

/// What the phone shows now.
pub fn view(work: &OwnWork, times: &Times) -> PhoneView {
    match (&work.offer, work.jobs.first()) {
        (Some((offer, task)), _) => PhoneView::Offer(Box::new(offered(work, offer, task))),
        (None, Some(job)) => PhoneView::Job(Box::new(job_view(work, job, times))),
        (None, None) => PhoneView::Free(free(work, times)),
    }
}

fn free(work: &OwnWork, times: &Times) -> FreeView {
    let ends_at = work.worker.detail.0.shift_ends_at.map(Moment);
    let ends = ends_at.map(|at| format!("Shift ends {}", times.clock(at)));
    FreeView {
        person_id: work.worker.id.0,
        version: work.version,
        state: words::person_state(work.worker.state),
        words: ends.unwrap_or_default(),
        control: String::new(),
    }
}

fn kind_name(work: &OwnWork, task: &Task) -> String {
    let kind = work.directory.kind(task.kind);
    kind.map_or_else(|| "Task".to_owned(), |kind| kind.name.clone())
}

fn place(work: &OwnWork, id: LocationId, bed: Option<&str>) -> String {
    let name = work.directory.place_name(id);
    bed.map_or_else(|| name.clone(), |bed| format!("{name}, {bed}"))
}

fn start(work: &OwnWork, task: &Task) -> String {
    place(work, task.from, task.from_bed.as_deref())
}

/// "2 min" on foot; empty when it is not known from where.
fn walk(work: &OwnWork, from: Option<LocationId>, to: LocationId) -> String {
    let seconds = from.and_then(|from| work.directory.walk_seconds(from, to));
    seconds
        .map(|seconds| duration(seconds * SECOND))
        .unwrap_or_default()
}

fn offered(work: &OwnWork, offer: &OfferRecord, task: &Task) -> OfferView {
    let to_start = walk(work, work.place, task.from);
    let line = match (work.place == Some(task.from), to_start.is_empty()) {
        (true, _) => "You are there already".to_owned(),
        (false, true) => String::new(),
        (false, false) => format!("{to_start} walk to the start"),
    };
    OfferView {
        offer_id: offer.id.0,
        version: work.version,
        priority: words::priority(task.priority),
        title: kind_name(work, task),
        walk: line,
        from: (start(work, task), to_start),
        to: task.to.map(|to| {
            (
                place(work, to, task.to_bed.as_deref()),
                walk(work, Some(task.from), to),
            )
        }),
        needs: words::needs(&task.needs),
        why: offer.why.0.sentence.clone(),
        ends_micros: offer.expires_at.0,
        seconds_given: offer.expires_at.since(offer.made_at) / SECOND,
        decline_reasons: words::decline_reasons(),
    }
}

fn job_view(work: &OwnWork, task: &Task, times: &Times) -> JobView {
    let (own, now) = (work.worker.id, work.now.0);
    let here = heading(task);
    let location = work.directory.location(here);
    let left = match task.to {
        Some(to) if task.state == TaskState::InTransit => walk(work, Some(task.from), to),
        _ if task.times.arrived_at.is_none() => walk(work, work.place, task.from),
        _ => String::new(),
    };
    let from = work.directory.location(task.from);
    JobView {
        task_id: task.id.0,
        version: work.version,
        state: words::state(task.state),
        title: kind_name(work, task),
        place: if here == task.from {
            start(work, task)
        } else {
            place(work, here, task.to_bed.as_deref())
        },
        way: location
            .map(care::tasking::rows::Location::zone)
            .unwrap_or_default(),
        left: if left.is_empty() {
            left
        } else {
            format!("about {left} on foot")
        },
        target: task
            .due_at
            .map(|at| format!("target {}", times.clock(Moment(at))))
            .unwrap_or_default(),
        patient: work.patient.clone().map(|name| PatientCard {
            name,
            detail: start(work, task),
        }),
        needs: words::needs(&task.needs),
        steps: steps(work, task, times),
        pause: task
            .pause
            .map(|pause| (pause.reason.words().to_owned(), pause.look_again_at)),
        pause_reasons: pause_reasons(task, own, now),
        hand_back_reasons: hand_back_reasons(task, own, now),
        abort_reasons: abort_reasons(task, own, now),
        identity_check: identity_check(task),
        is_on_the_spot: task.to.is_none(),
        ward_phone: from
            .and_then(|place| place.extension.clone())
            .unwrap_or_default(),
    }
}

/// Where the handler goes or is now.
fn heading(task: &Task) -> LocationId {
    let has_left = task.times.departed_at.is_some();
    task.to.filter(|_| has_left).unwrap_or(task.from)
}

/// What is compared before moving off.
fn identity_check(task: &Task) -> Option<&'static str> {
    let Course {
        checks_identity, ..
    } = task.course;
    match (task.patient.is_some(), checks_identity) {
        (true, _) => Some("wristband"),
        (false, true) => Some("label"),
        (false, false) => None,
    }
}

fn pause_reasons(task: &Task, own: WorkerId, now: i64) -> Vec<Choice> {
    // A paused task can be paused again, for five minutes more; the reason stays the same.
    let may = task.pause.is_none() && task.pause(own, PauseReason::NotReady, now).is_ok();
    if may { words::pause_reasons() } else { vec![] }
}

fn hand_back_reasons(task: &Task, own: WorkerId, now: i64) -> Vec<Choice> {
    let may = task.hand_back(own, DeclineReason::NotSafe, now).is_ok();
    if may {
        words::decline_reasons()
    } else {
        vec![]
    }
}

fn abort_reasons(task: &Task, own: WorkerId, now: i64) -> Vec<Choice> {
    let may = task
        .abort(own, AbortReason::Incident, AfterAbort::End, now)
        .is_ok();
    if may { words::abort_reasons() } else { vec![] }
}

fn steps(work: &OwnWork, task: &Task, times: &Times) -> Vec<JobStep> {
    let reached = &task.times;
    let mut steps = vec![(TaskState::AtPickup, start(work, task), reached.arrived_at)];
    if let Some(to) = task.to {
        let end = place(work, to, task.to_bed.as_deref());
        steps.push((
            TaskState::InTransit,
            format!("To {end}"),
            reached.departed_at,
        ));
        steps.push((
            TaskState::AtDrop,
            "Hand over".to_owned(),
            reached.reached_at,
        ));
    }
    if task.course.has_post_action {
        steps.push((
            TaskState::PostAction,
            "Finish off".to_owned(),
            reached.completed_at,
        ));
    }
    let mut is_next = true;
    steps
        .into_iter()
        .map(|(state, words, at)| {
            let stage = match (at, is_next) {
                (Some(_), _) => Stage::Done,
                (None, true) => Stage::Now,
                (None, false) => Stage::Ahead,
            };
            is_next &= at.is_some();
            let at = at.map(|at| times.clock(Moment(at))).unwrap_or_default();
            JobStep {
                state: words::state(state),
                words,
                at,
                stage,
            }
        })
        .collect()
}

/// "My day".
pub fn day(day: &OwnDay, times: &Times) -> DayView {
    let work = &day.work;
    let done = day
        .tasks
        .iter()
        .filter(|task| task.times.completed_at.is_some())
        .count();
    DayView {
        person_id: work.worker.id.0,
        version: work.version,
        state: words::person_state(work.worker.state),
        date: times.long_day(work.now),
        shift: day.shift.as_ref().map(|shift| bar(shift, work.now, times)),
        figures: vec![("Jobs done".to_owned(), done.to_string())],
        jobs: day
            .tasks
            .iter()
            .map(|task| day_job(work, task, times))
            .collect(),
    }
}

fn day_job(work: &OwnWork, task: &Task, times: &Times) -> DayJob {
    let from = work.directory.place_name(task.from);
    let places = match task.to {
        Some(to) => format!("{from} to {}", work.directory.place_name(to)),
        None => from,
    };
    let at = task.times.completed_at.unwrap_or(task.times.changed_at);
    DayJob {
        at: times.clock(Moment(at)),
        title: kind_name(work, task),
        places,
        state: words::state(task.state),
    }
}

fn bar(shift: &Shift, now: Moment, times: &Times) -> ShiftBar {
    let thousandths = |at: i64| share(at, shift.starts_at.0, shift.ends_at.0);
    let gap = |from: i64, to: i64| (thousandths(from), thousandths(to));
    ShiftBar {
        starts: times.clock(shift.starts_at),
        ends: times.clock(shift.ends_at),
        now_thousandths: thousandths(now.0),
        breaks_thousandths: shift
            .breaks
            .0
            .iter()
            .map(|slot| gap(slot.starts_at, slot.ends_at))
            .collect(),
    }
}

/// Where a moment lies within a shift, in thousandths of it.
fn share(at: i64, from: i64, to: i64) -> u32 {
    let length = i128::from(to.saturating_sub(from).max(1));
    let gone = i128::from(at.saturating_sub(from).max(0));
    u32::try_from((gone * 1000 / length).min(1000)).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half a shift is half the bar, and the bar never runs over its ends.
    #[test]
    fn the_bar_of_a_shift_stays_within_it() {
        assert_eq!(share(150, 100, 200), 500);
        assert_eq!(share(50, 100, 200), 0);
        assert_eq!(share(900, 100, 200), 1000);
        assert_eq!(share(5, 5, 5), 0);
    }
}
