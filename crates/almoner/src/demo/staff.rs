//! The staff's day: they answer, walk, are late, pause, take their breaks, and press the buttons.
//!
//! Each looks at their own work when something of theirs changes, asks [`Behaviour`] what comes
//! next, waits that long, and presses. What was refused because the world moved on is part of it.

use std::time::Duration;

use care::tasking::{
    error::TaskError,
    model::{IdentityCheck, LocationId, Task, TaskState},
    own::OwnWork,
    people::{Availability, Whose},
    worker::WorkerState,
};
use trust::{
    identity::caller::Caller,
    store::value::{MINUTE, SECOND},
};

use super::{
    Hospital, Running, SEED,
    day::{Act, Behaviour, Next, Situation},
    setting::StaffMember,
};
use crate::instance::Instance;

/// Walks whose length the map does not know take this long.
const WALK_UNKNOWN: u32 = 120;
/// How early before the shift somebody who starts now may be on shift already.
const EARLY: i64 = 5 * MINUTE;

/// Lets the staff begin.
pub fn begin(instance: &Instance, staff: Vec<StaffMember>) {
    for member in staff {
        let running = Running::of(instance);
        #[expect(clippy::disallowed_methods, reason = "the simulated staff's home")]
        tokio::spawn(async move {
            while let Err(error) = live(&running, &member).await {
                if running.is_over() {
                    return;
                }
                tracing::debug!(%error, "a simulated person starts over");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    }
}

/// What somebody is at: as long as this stays, the plan they made stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stand {
    state: WorkerState,
    job: Option<(i64, TaskState)>,
    minute: i64,
}

async fn live(running: &Hospital, member: &StaffMember) -> Result<(), TaskError> {
    let behaviour = Behaviour::new(SEED, member.worker.0.unsigned_abs());
    let watch = running.tasking.watch_own_work(&member.caller).await?;
    let mut notices = running.tasking.notices();
    let mut planned: Option<(Stand, Act, i64)> = None;
    loop {
        if running.is_over() {
            return Ok(());
        }
        let work = watch.work().await?;
        let stand = stand_of(&work);
        if planned
            .as_ref()
            .is_none_or(|(made_for, ..)| *made_for != stand)
        {
            planned = plan(&behaviour, member, &work).map(|next| {
                (
                    stand,
                    next.act,
                    work.now.0 + i64::from(next.after_seconds) * SECOND,
                )
            });
        }
        if let Some((_, act, at)) = &planned
            && running.now() >= *at
        {
            press(running, &member.caller, *act, &work).await?;
            planned = None;
            continue;
        }
        let wake = planned
            .as_ref()
            .map_or(work.now.0 + MINUTE, |(_, _, at)| *at);
        tokio::select! {
            () = running.until(wake.min(work.now.0 + MINUTE)) => {}
            () = mine(&mut notices, member) => {}
        }
    }
}

/// Waits for an entry that touches this person.
async fn mine(
    notices: &mut tokio::sync::broadcast::Receiver<std::sync::Arc<[trust::store::health::Notice]>>,
    member: &StaffMember,
) {
    use trust::ledger::entry::Key;
    loop {
        let Ok(batch) = notices.recv().await else {
            return;
        };
        let is_mine = batch
            .iter()
            .flat_map(|notice| &notice.touched)
            .any(|(table, key)| table == "worker" && *key == Key::Int(member.worker.0));
        if is_mine {
            return;
        }
    }
}

fn stand_of(work: &OwnWork) -> Stand {
    let job = work.jobs.first().map(|job| (job.id.0, job.state));
    let asked = work
        .offer
        .as_ref()
        .map(|(offer, task)| (offer.id.0, task.state));
    // An idle person thinks again every minute; a busy one keeps to the plan.
    let is_idle = job.is_none() && asked.is_none();
    let minute = if is_idle { work.now.0 / MINUTE } else { 0 };
    Stand {
        state: work.worker.state,
        job: job.or(asked),
        minute,
    }
}

fn plan(behaviour: &Behaviour, member: &StaffMember, work: &OwnWork) -> Option<Next> {
    let now = work.now.0;
    let (about, situation) = situation(member, work, now)?;
    let about = about.unwrap_or_else(|| u64::try_from(now / MINUTE).unwrap_or_default());
    Some(behaviour.next(about, situation))
}

fn situation(member: &StaffMember, work: &OwnWork, now: i64) -> Option<(Option<u64>, Situation)> {
    let shift = member
        .shifts
        .iter()
        .find(|shift| shift.starts_at - EARLY <= now && now < shift.ends_at);
    let number = |task: &Task| Some(task.id.0.unsigned_abs());
    if let Some((offer, task)) = &work.offer {
        let seconds = (offer.expires_at.0 - offer.made_at.0) / SECOND;
        let timer_seconds = u32::try_from(seconds).unwrap_or(60);
        return Some((number(task), Situation::Offered { timer_seconds }));
    }
    if let Some(job) = work.jobs.first() {
        return at_work(job, work).map(|situation| (number(job), situation));
    }
    let situation = match work.worker.state {
        WorkerState::Off => {
            shift?;
            Situation::ShiftBegins
        }
        WorkerState::Break => Situation::OnBreak {
            minutes: break_minutes(member, now),
        },
        WorkerState::Comfort => Situation::Away,
        WorkerState::AdHoc => Situation::Helping,
        WorkerState::Silent => Situation::Silent,
        WorkerState::Ready | WorkerState::Ending => Situation::Idle {
            break_due: is_break_due(member, now),
            shift_over: shift.is_none(),
        },
        _ => return None,
    };
    Some((None, situation))
}

fn at_work(job: &Task, work: &OwnWork) -> Option<Situation> {
    let kind = work.directory.kind(job.kind)?;
    let handling_seconds = kind.spec.0.handling_seconds;
    let walk = |from: Option<LocationId>, to: Option<LocationId>| {
        let seconds = from
            .zip(to)
            .and_then(|(from, to)| work.directory.walk_seconds(from, to));
        seconds
            .and_then(|seconds| u32::try_from(seconds).ok())
            .unwrap_or(WALK_UNKNOWN)
    };
    Some(match job.state {
        TaskState::Accepted => Situation::Accepted,
        TaskState::EnRoute => Situation::Coming {
            walk_seconds: walk(work.place, Some(job.from)),
        },
        TaskState::AtPickup if job.crew.iter().any(|member| !member.is_here) => {
            let is_here = job
                .crew
                .iter()
                .any(|one| one.worker == work.worker.id && one.is_here);
            if is_here {
                Situation::AwaitsSecond
            } else {
                Situation::Coming {
                    walk_seconds: walk(work.place, Some(job.from)),
                }
            }
        }
        TaskState::AtPickup => Situation::AtPickup {
            handling_seconds,
            has_far_end: job.to.is_some(),
            has_paused: job.clock_stopped > 0 || job.times.changed_at > arrived(job),
            with_patient: job.patient.is_some(),
        },
        TaskState::Paused => Situation::Paused,
        TaskState::InTransit => Situation::Moving {
            walk_seconds: walk(Some(job.from), job.to),
        },
        TaskState::AtDrop => Situation::AtDrop { handling_seconds },
        TaskState::PostAction => Situation::Finishing,
        _ => return None,
    })
}

fn arrived(job: &Task) -> i64 {
    job.times.arrived_at.unwrap_or(job.times.changed_at)
}

/// A planned break that should have begun within the last hour and a half, once each.
fn is_break_due(member: &StaffMember, now: i64) -> bool {
    current_break(member, now).is_some()
}

fn current_break(member: &StaffMember, now: i64) -> Option<(i64, i64)> {
    member
        .shifts
        .iter()
        .flat_map(|shift| &shift.breaks)
        .map(|slot| (slot.starts_at, slot.ends_at))
        .find(|(starts, ends)| *starts <= now && now < *ends)
}

fn break_minutes(member: &StaffMember, now: i64) -> u32 {
    let minutes = current_break(member, now).map_or(15, |(_, ends)| (ends - now) / MINUTE);
    u32::try_from(minutes.max(5)).unwrap_or(15)
}

/// Presses the button. A refusal because the world moved on is part of the day.
async fn press(
    running: &Hospital,
    caller: &Caller,
    act: Act,
    work: &OwnWork,
) -> Result<(), TaskError> {
    let pressed = match (act, &work.offer, work.jobs.first()) {
        (Act::Accept, Some((offer, _)), _) => running
            .tasking
            .accept_offer(caller, offer.id)
            .await
            .map(drop),
        (Act::Decline(reason), Some((offer, _)), _) => {
            running
                .tasking
                .decline_offer(caller, offer.id, reason)
                .await
        }
        (act, _, Some(job)) => at_a_job(running, caller, act, job).await,
        (act, _, None) => between_jobs(running, caller, act).await,
    };
    match pressed {
        Ok(())
        | Err(
            TaskError::Step(_)
            | TaskError::Worker(_)
            | TaskError::NotFound
            | TaskError::HandsFull(_),
        ) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn at_a_job(
    running: &Hospital,
    caller: &Caller,
    act: Act,
    job: &Task,
) -> Result<(), TaskError> {
    let tasking = &running.tasking;
    match act {
        Act::SetOff => tasking.set_off(caller, job.id).await,
        Act::Arrive => tasking.arrive(caller, job.id).await,
        Act::Pause(reason) => tasking.pause(caller, job.id, reason).await,
        Act::Resume => tasking.resume(caller, job.id).await,
        Act::Depart => {
            tasking
                .depart(caller, job.id, IdentityCheck::Confirmed)
                .await
        }
        Act::ReachDrop => tasking.reach_drop(caller, job.id).await,
        Act::Complete => tasking.complete(caller, job.id).await,
        _ => Ok(()),
    }
}

async fn between_jobs(running: &Hospital, caller: &Caller, act: Act) -> Result<(), TaskError> {
    let tasking = &running.tasking;
    let change = |change| tasking.change_availability(caller, Whose::Own, change);
    match act {
        Act::StartShift => tasking.start_shift(caller, Whose::Own).await,
        Act::EndShift => tasking.end_shift(caller, Whose::Own).await,
        Act::StartBreak => tasking.start_break(caller, Whose::Own).await,
        Act::EndBreak => tasking.end_break(caller, Whose::Own).await,
        Act::GoAway => change(Availability::GoAway).await,
        Act::ComeBack => change(Availability::ComeBack).await,
        Act::StartHelping => change(Availability::StartHelping).await,
        Act::StopHelping => change(Availability::StopHelping).await,
        Act::AnswerPresent => change(Availability::AnswerPresent).await,
        _ => Ok(()),
    }
}
