//! One piece of work, as plain data, with what can be read off it: is it late, who has it, when is
//! it released.
//!
//! Refuses: to change. Every step in `asking.rs`, `offering.rs`, `doing.rs` and `ending.rs` takes
//! `&self` and gives back a new task with the next version; what must hold for each is in
//! `invariants.rs`.

use serde::{Deserialize, Serialize};

use super::ids::{LocationId, OfferId, PatientRef, TaskId, TaskTypeId, WorkerId};
use super::kind::Course;
use super::needs::Needs;
use super::refusal::{Step, TransitionError};
use super::state::TaskState;
use crate::tasking::priority::{MINUTE, Priority, minutes_late};
use crate::tasking::reasons::{AbortReason, CancelReason, PauseReason};

/// One piece of work. All times are microseconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number, as people call it.
    pub id: TaskId,
    /// What kind of work it is.
    pub kind: TaskTypeId,
    /// How soon it is wanted.
    pub priority: Priority,
    /// Where it stands.
    pub state: TaskState,
    /// Where it begins.
    pub from: LocationId,
    /// Bed, bay or room at the start, as the ward names it.
    pub from_bed: Option<String>,
    /// `None`: the work is done where it begins, such as cleaning.
    pub to: Option<LocationId>,
    /// Bed, bay or room at the end.
    pub to_bed: Option<String>,
    /// Who is moved.
    pub patient: Option<PatientRef>,
    /// What it takes beside a person.
    pub needs: Needs,
    /// The extra steps of its kind, as they were when asked.
    pub course: Course,
    /// In how many minutes it should be done once it is ready; as it was when asked.
    pub target_minutes: u32,
    /// For later work: its slot.
    pub booking: Option<Booking>,
    /// When each stretch began.
    pub times: Times,
    /// By when it should have reached its end; `None` until the clock starts.
    pub due_at: Option<i64>,
    /// For how long, in microseconds, pauses and "not ready" have stopped the clock.
    pub clock_stopped: i64,
    /// Since when a task whose clock had started is on hold.
    pub held_since: Option<i64>,
    /// Set while PAUSED.
    pub pause: Option<Pause>,
    /// The open questions, while OFFERED: at most as many as people are needed.
    pub offers: Vec<Offer>,
    /// Who has said yes; the first leads.
    pub crew: Vec<CrewMember>,
    /// Who is not to be asked again for this task.
    pub declined_by: Vec<WorkerId>,
    /// How it ended, if not by being done.
    pub ending: Option<Ending>,
    /// The task that this one repeats or brings back from.
    pub follows: Option<TaskId>,
    /// Counts the steps; two people acting on the same version cannot both succeed.
    pub version: i64,
}

/// When each stretch of the work began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    pub asked_at: i64,
    /// t0: it could be done from here on. Set once, and never again.
    pub ready_at: Option<i64>,
    /// t1: as many have said yes as are needed.
    pub accepted_at: Option<i64>,
    /// t2: the first handler is at the pickup.
    pub arrived_at: Option<i64>,
    /// t3: off with the patient or the item.
    pub departed_at: Option<i64>,
    /// t4: at the far end. Late or not is settled here.
    pub reached_at: Option<i64>,
    /// t5: done.
    pub completed_at: Option<i64>,
    /// The newest moment known of; no later step may lie before it.
    pub changed_at: i64,
}

/// Work for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// When it should have reached its end: the slot in the department.
    pub wanted_at: i64,
    /// Walk, handling and a margin, in microseconds.
    pub lead: i64,
}

impl Booking {
    /// When it joins the queue.
    pub fn release_at(&self) -> i64 {
        self.wanted_at.saturating_sub(self.lead)
    }
}

/// One open question to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub id: OfferId,
    pub worker: WorkerId,
    pub made_at: i64,
    pub expires_at: i64,
}

/// Somebody who has said yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrewMember {
    pub worker: WorkerId,
    /// Has said "I am here" at the pickup.
    pub is_here: bool,
}

/// Why and since when a task stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What all wait for.
    pub reason: PauseReason,
    /// When it began.
    pub since: i64,
    /// When to look again. Passing it does nothing by itself.
    pub look_again_at: i64,
    /// Where the task goes on.
    pub was: TaskState,
}

/// How a task ended without being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", content = "reason")]
pub enum Ending {
    /// Not approved.
    Rejected(CancelReason),
    /// Called off before anybody came.
    Cancelled(CancelReason),
    /// Stopped after somebody had come.
    Aborted(AbortReason),
}

impl Task {
    /// Who leads the work.
    pub fn handler(&self) -> Option<WorkerId> {
        self.crew.first().map(|member| member.worker)
    }

    /// Whether this person has said yes to it.
    pub fn has_in_crew(&self, worker: WorkerId) -> bool {
        self.crew.iter().any(|member| member.worker == worker)
    }

    /// The open question to this person.
    pub fn offer_to(&self, worker: WorkerId) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.worker == worker)
    }

    /// Everybody it concerns now: asked, or at work on it.
    pub fn involved(&self) -> Vec<WorkerId> {
        let asked = self.offers.iter().map(|offer| offer.worker);
        self.crew
            .iter()
            .map(|member| member.worker)
            .chain(asked)
            .collect()
    }

    /// Who was involved before this step and is free now.
    pub fn freed_since(&self, before: &Task) -> Vec<WorkerId> {
        let still = if self.state.is_over() {
            Vec::new()
        } else {
            self.involved()
        };
        before
            .involved()
            .into_iter()
            .filter(|worker| !still.contains(worker))
            .collect()
    }

    /// The patient is under way with somebody: from leaving the bed space to the end.
    pub fn is_carrying_patient(&self) -> bool {
        self.patient.is_some() && self.times.departed_at.is_some() && self.state.is_in_hand()
    }

    /// Since when the ward's clock stands still, if it does.
    pub fn clock_stopped_since(&self) -> Option<i64> {
        let paused = self
            .pause
            .filter(|pause| pause.reason.stops_clock())
            .map(|pause| pause.since);
        paused.or(self.held_since)
    }

    /// By how many started minutes the task is, or ended, late; 0 when it is not.
    ///
    /// It is measured at the moment of reaching the far end, before that at `now`; while the clock
    /// stands still, at the moment it stopped. Work that was called off is never late.
    pub fn minutes_late(&self, now: i64) -> u32 {
        let Some(due_at) = self.due_at else { return 0 };
        if self.ending.is_some() {
            return 0;
        }
        let settled = self.times.reached_at.or(self.times.completed_at);
        minutes_late(
            due_at,
            settled.or(self.clock_stopped_since()).unwrap_or(now),
        )
    }

    /// Whether the board marks it as late.
    pub fn is_late(&self, now: i64) -> bool {
        self.minutes_late(now) > 0
    }

    /// For how long, in microseconds, it has been open since it was ready.
    pub fn open_for(&self, now: i64) -> Option<i64> {
        let end = self.times.completed_at.unwrap_or(now);
        self.times
            .ready_at
            .map(|ready_at| end.saturating_sub(ready_at).max(0))
    }

    /// The next version at `now`, or at the newest moment known of if the clock was set back.
    pub(super) fn next(&self, now: i64) -> (Task, i64) {
        let now = now.max(self.times.changed_at);
        let mut task = self.clone();
        task.version += 1;
        task.times.changed_at = now;
        (task, now)
    }

    pub(super) fn must_be(&self, state: TaskState, step: Step) -> Result<(), TransitionError> {
        if self.state == state {
            Ok(())
        } else {
            Err(self.refuse(step))
        }
    }

    /// Puts it in the queue. The clock starts the first time, and only then.
    pub(super) fn enter_queue(&mut self, now: i64) {
        self.state = TaskState::Queued;
        self.offers.clear();
        self.crew.clear();
        self.pause = None;
        let ready_at = *self.times.ready_at.get_or_insert(now);
        let target = i64::from(self.target_minutes) * MINUTE;
        self.due_at.get_or_insert(ready_at.saturating_add(target));
        self.times.accepted_at = None;
        self.times.arrived_at = None;
        self.times.departed_at = None;
        self.times.reached_at = None;
    }

    /// Takes a stretch that was not ours to use out of the target.
    pub(super) fn move_due(&mut self, by: i64) {
        self.clock_stopped = self.clock_stopped.saturating_add(by);
        self.due_at = self.due_at.map(|due_at| due_at.saturating_add(by));
    }
}
