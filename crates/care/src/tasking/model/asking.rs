//! From the wish to the queue: draft, approval, "not ready", booked, released.
//!
//! Refuses: to start the clock before the work could be done, and to start it twice.
//! The next stretch is `offering.rs`.

use super::ids::{LocationId, PatientRef, TaskId, TaskTypeId};
use super::kind::Course;
use super::needs::Needs;
use super::refusal::{Step, TransitionError};
use super::state::TaskState;
use super::task::{Booking, Ending, Task, Times};
use crate::tasking::priority::{MINUTE, Priority};
use crate::tasking::reasons::CancelReason;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    pub kind: TaskTypeId,
    pub priority: Priority,
    pub from: LocationId,
    pub from_bed: Option<String>,
    pub to: Option<LocationId>,
    pub to_bed: Option<String>,
    pub patient: Option<PatientRef>,
    pub needs: Needs,
    /// The extra steps of the kind of work, as it is set up now.
    pub course: Course,
    /// The target of the kind of work at this priority, as it is set up now.
    pub target_minutes: u32,
    /// For later; `None`: as soon as possible.
    pub booking: Option<Booking>,
    /// The task that this one repeats or brings back from.
    pub follows: Option<TaskId>,
}

impl Task {
    /// Begins a request.
    pub fn draft(id: TaskId, wish: NewTask, now: i64) -> Task {
        Task {
            id,
            kind: wish.kind,
            priority: wish.priority,
            state: TaskState::Draft,
            from: wish.from,
            from_bed: wish.from_bed,
            to: wish.to,
            to_bed: wish.to_bed,
            patient: wish.patient,
            needs: wish.needs,
            course: wish.course,
            target_minutes: wish.target_minutes,
            booking: wish.booking,
            times: Times {
                asked_at: now,
                ready_at: None,
                accepted_at: None,
                arrived_at: None,
                departed_at: None,
                reached_at: None,
                completed_at: None,
                changed_at: now,
            },
            due_at: wish.booking.map(|booking| booking.wanted_at),
            clock_stopped: 0,
            held_since: None,
            pause: None,
            offers: Vec::new(),
            crew: Vec::new(),
            declined_by: Vec::new(),
            ending: None,
            follows: wish.follows,
            version: 1,
        }
    }

    /// Asks for it. It goes to approval if its kind needs that, else where [`Task::approve`] puts
    /// it.
    ///
    /// # Errors
    /// When it is no draft any more.
    pub fn submit(&self, is_ready: bool, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Draft, Step::Submit)?;
        let (mut task, now) = self.next(now);
        if task.course.needs_approval {
            task.state = TaskState::AwaitingApproval;
        } else {
            task.settle(is_ready, now);
        }
        Ok(task)
    }

    /// Draft and submit in one touch.
    pub fn ask(id: TaskId, wish: NewTask, is_ready: bool, now: i64) -> Task {
        let draft = Self::draft(id, wish, now);
        let mut task = draft
            .submit(is_ready, now)
            .expect("a draft can be submitted");
        task.version = 1; // one step for whoever looks on, so one version
        task
    }

    /// Whether it already asks for this, and for nothing else.
    pub fn says(&self, wish: &NewTask) -> bool {
        let slot = |booking: Option<Booking>| booking.map(|booking| booking.wanted_at);
        self.kind == wish.kind
            && self.priority == wish.priority
            && (self.from, &self.from_bed) == (wish.from, &wish.from_bed)
            && (self.to, &self.to_bed) == (wish.to, &wish.to_bed)
            && self.needs == wish.needs
            && slot(self.booking) == slot(wish.booking)
    }

    /// Says something else than before, as the system that asked for it has it now. The clock runs
    /// on from where it began; a slot that moved counts as long as the work has not been released.
    ///
    /// # Errors
    /// When somebody is being asked or has it, and when it is another kind of work.
    pub fn correct(&self, wish: &NewTask, now: i64) -> Result<Task, TransitionError> {
        use TaskState as S;
        let is_open = matches!(
            self.state,
            S::AwaitingApproval | S::Held | S::Scheduled | S::Queued
        );
        if !is_open || self.kind != wish.kind {
            return Err(self.refuse(Step::Correct));
        }
        let (mut task, _) = self.next(now);
        task.priority = wish.priority;
        task.target_minutes = wish.target_minutes;
        (task.from, task.from_bed) = (wish.from, wish.from_bed.clone());
        (task.to, task.to_bed) = (wish.to, wish.to_bed.clone());
        task.needs = wish.needs.clone();
        match task.times.ready_at {
            None => {
                task.booking = wish.booking;
                task.due_at = wish.booking.map(|booking| booking.wanted_at);
            }
            Some(ready_at) if task.booking.is_none() => {
                let target = i64::from(task.target_minutes) * MINUTE;
                let due_at = ready_at.saturating_add(target);
                task.due_at = Some(due_at.saturating_add(task.clock_stopped));
            }
            Some(_) => {}
        }
        Ok(task)
    }

    /// Says yes: held if the ward is not ready, booked if it is for later, else queued.
    ///
    /// # Errors
    /// When nobody's yes is awaited.
    pub fn approve(&self, is_ready: bool, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::AwaitingApproval, Step::Approve)?;
        let (mut task, now) = self.next(now);
        task.settle(is_ready, now);
        Ok(task)
    }

    /// Says no.
    ///
    /// # Errors
    /// When nobody's yes is awaited.
    pub fn reject(&self, reason: CancelReason, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::AwaitingApproval, Step::Reject)?;
        let (mut task, _) = self.next(now);
        task.state = TaskState::Rejected;
        task.ending = Some(Ending::Rejected(reason));
        Ok(task)
    }

    /// Not ready after all, or a coordinator's hold. A clock that was running stands still.
    ///
    /// # Errors
    /// When somebody is being asked already, or has it: revoke or recall it first.
    pub fn hold(&self, now: i64) -> Result<Task, TransitionError> {
        if !matches!(self.state, TaskState::Queued | TaskState::Scheduled) {
            return Err(self.refuse(Step::Hold));
        }
        let (mut task, now) = self.next(now);
        task.state = TaskState::Held;
        task.held_since = task.times.ready_at.map(|_| now);
        Ok(task)
    }

    /// Ready to move. The clock starts, or goes on where it stood.
    ///
    /// # Errors
    /// When it is not on hold.
    pub fn mark_ready(&self, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Held, Step::MarkReady)?;
        let (mut task, now) = self.next(now);
        // A slot that the ward let pass moves by as much as the ward was late, like any other wait.
        let could_start = task.booking.map(|booking| booking.release_at());
        match (task.held_since.take(), could_start) {
            (Some(since), _) => task.move_due(now.saturating_sub(since)),
            (None, Some(release_at)) if now > release_at => {
                task.move_due(now.saturating_sub(release_at));
            }
            (None, _) => {}
        }
        task.settle(true, now);
        Ok(task)
    }

    /// Puts booked work in the queue: at its time by the clock, or earlier by a coordinator.
    ///
    /// # Errors
    /// When it is not booked.
    pub fn release(&self, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Scheduled, Step::Release)?;
        let (mut task, now) = self.next(now);
        task.enter_queue(now);
        Ok(task)
    }

    /// Whether the clock should release it now.
    pub fn is_due_for_release(&self, now: i64) -> bool {
        self.state == TaskState::Scheduled
            && self
                .booking
                .is_none_or(|booking| booking.release_at() <= now)
    }

    fn settle(&mut self, is_ready: bool, now: i64) {
        let is_for_later = self
            .booking
            .is_some_and(|booking| booking.release_at() > now);
        if !is_ready {
            self.state = TaskState::Held;
        } else if is_for_later && self.times.ready_at.is_none() {
            self.state = TaskState::Scheduled;
        } else {
            self.enter_queue(now);
        }
    }

    /// The same work once more, after a check that it did not pass.
    pub fn redo_request(&self) -> NewTask {
        NewTask {
            kind: self.kind,
            priority: self.priority,
            from: self.from,
            from_bed: self.from_bed.clone(),
            to: self.to,
            to_bed: self.to_bed.clone(),
            patient: self.patient,
            needs: self.needs.clone(),
            course: self.course,
            target_minutes: self.target_minutes,
            booking: None,
            follows: Some(self.id),
        }
    }

    /// The way back, with the same details; `None` for work without a far end.
    pub fn return_request(&self) -> Option<NewTask> {
        let there = self.to?;
        let mut wish = self.redo_request();
        wish.to = Some(wish.from);
        wish.from = there;
        std::mem::swap(&mut wish.from_bed, &mut wish.to_bed);
        Some(wish)
    }
}
