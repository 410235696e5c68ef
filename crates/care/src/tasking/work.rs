//! The handler's steps: set off, here, moving, there, done; pause, carry on, hand back, stop.
//!
//! Each is one press on a phone. Where somebody is follows from their own presses and is kept in
//! memory only. Of these steps the rules alone decide: a porter's "done" is about the patient at
//! the other end, and must not fail because somebody changed the task while they walked. Only the
//! desk's `recall_task` asks what was seen.

use trust::{
    identity::{caller::Caller, permit::Action},
    store::value::{MINUTE, Moment},
};

use super::{
    Tasking,
    error::TaskError,
    events::{
        AbortTask, ArriveTask, CompleteTask, DepartTask, HandBackTask, PauseTask, ReachDropTask,
        RecallTask, ResumeTask, SetOffTask, TaskAborted, TaskArrived, TaskCompleted, TaskDeparted,
        TaskDropReached, TaskHandedBack, TaskPaused, TaskRecalled, TaskResumed, TaskSetOff,
    },
    model::{AfterAbort, Handover, IdentityCheck, Task, TaskId, TransitionError, WorkerId},
    reasons::{AbortReason, DeclineReason, OverrideReason, PauseReason},
    seen::SeenTask,
    step::{self, Stepped, Told},
};

/// How long ago a press may have been that a phone kept without signal.
const KEPT_MAX: i64 = 4 * 60 * MINUTE;

/// A press on a task of one's own.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    /// Which task.
    pub task: TaskId,
    /// When it was pressed, if the phone had no signal then; `None` for now.
    pub happened_at: Option<Moment>,
}

impl From<TaskId> for Press {
    fn from(task: TaskId) -> Self {
        let happened_at = None;
        Self { task, happened_at }
    }
}

/// A phone's clock is believed for the last hours and never about the future. That no step lies
/// before the one that went ahead of it is the rule's own (`Task::next`).
fn believed(at: Moment, now: Moment) -> Moment {
    Moment(at.0.clamp(now.0.saturating_sub(KEPT_MAX), now.0))
}

type Rule<'a> = &'a (dyn Fn(&Task, WorkerId, i64) -> Result<Task, TransitionError> + Sync);

impl Tasking {
    /// A step of the caller's own on a task of theirs.
    async fn own_step<A: Action>(
        &self,
        caller: &Caller,
        action: A,
        (press, reason): (Press, Option<&'static str>),
        rule: Rule<'_>,
    ) -> Result<(trust::store::change::Change<A>, WorkerId, Stepped), TaskError> {
        let mut tx = self.store.begin(caller.permit(action).await?).await?;
        let own = step::own_worker(&mut tx).await?.id;
        let happened_at = press.happened_at.map(|at| believed(at, tx.now()));
        let told = Told {
            worker: Some(own),
            reason,
            happened_at,
        };
        let seen = SeenTask::as_it_is(press.task); // see the head of this file
        let rule = |task: &Task, now: i64| rule(task, own, happened_at.map_or(now, |at| at.0));
        let stepped = step::take(&mut tx, seen, told, rule).await?;
        Ok((tx, own, stepped))
    }

    /// On the way to the pickup.
    ///
    /// # Errors
    /// [`TaskError`]; so for every step below.
    pub async fn set_off(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = |task: &Task, own, now| task.set_off(own, now);
        let (tx, worker, _) = self
            .own_step(caller, SetOffTask, (press, None), &rule)
            .await?;
        tx.commit(TaskSetOff { task, worker }).await?;
        Ok(())
    }

    /// "I am here."
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn arrive(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = |task: &Task, own, now| task.arrive(own, now);
        let (tx, worker, stepped) = self
            .own_step(caller, ArriveTask, (press, None), &rule)
            .await?;
        tx.commit(TaskArrived { task, worker }).await?;
        self.whereabouts.saw(worker, stepped.after.from_place);
        Ok(())
    }

    /// Moves off. `checked`: wristband or label was compared.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn depart(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
        checked: IdentityCheck,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = move |task: &Task, own, now| task.depart(own, checked, now);
        let (tx, worker, _) = self
            .own_step(caller, DepartTask, (press, None), &rule)
            .await?;
        tx.commit(TaskDeparted { task, worker }).await?;
        Ok(())
    }

    /// At the other end.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn reach_drop(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = |task: &Task, own, now| task.reach_drop(own, now);
        let (tx, worker, stepped) = self
            .own_step(caller, ReachDropTask, (press, None), &rule)
            .await?;
        tx.commit(TaskDropReached { task, worker }).await?;
        if let Some(place) = stepped.after.to_place {
            self.whereabouts.saw(worker, place);
        }
        Ok(())
    }

    /// Done; or on to what the kind of work asks for afterwards.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn complete(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = |task: &Task, own, now| task.complete(own, now);
        let (tx, worker, _) = self
            .own_step(caller, CompleteTask, (press, None), &rule)
            .await?;
        tx.commit(TaskCompleted { task, worker }).await?;
        Ok(())
    }

    /// Stands still, with a reason. Pausing a paused task gives it five minutes more.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn pause(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
        reason: PauseReason,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = move |task: &Task, own, now| match task.pause {
            Some(pause) if pause.reason == reason => task.extend_pause(own, now),
            _ => task.pause(own, reason, now),
        };
        let code = Some(reason.code());
        let (tx, worker, _) = self
            .own_step(caller, PauseTask, (press, code), &rule)
            .await?;
        tx.commit(TaskPaused {
            task,
            worker,
            reason,
        })
        .await?;
        Ok(())
    }

    /// Goes on.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn resume(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = |task: &Task, own, now| task.resume(own, now);
        let (tx, worker, _) = self
            .own_step(caller, ResumeTask, (press, None), &rule)
            .await?;
        tx.commit(TaskResumed { task, worker }).await?;
        Ok(())
    }

    /// Gives it back before arriving.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn hand_back(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
        reason: DeclineReason,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = move |task: &Task, own, now| task.hand_back(own, reason, now);
        let code = Some(reason.code());
        let (tx, worker, _) = self
            .own_step(caller, HandBackTask, (press, code), &rule)
            .await?;
        tx.commit(TaskHandedBack {
            task,
            worker,
            reason,
        })
        .await?;
        Ok(())
    }

    /// Stops after arriving; the task may wait for somebody else.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn abort(
        &self,
        caller: &Caller,
        press: impl Into<Press> + Send,
        reason: AbortReason,
        after: AfterAbort,
    ) -> Result<(), TaskError> {
        let press = press.into();
        let task = press.task;
        let rule = move |task: &Task, own, now| task.abort(own, reason, after, now);
        let code = Some(reason.code());
        let (tx, worker, _) = self
            .own_step(caller, AbortTask, (press, code), &rule)
            .await?;
        tx.commit(TaskAborted {
            task,
            worker,
            reason,
        })
        .await?;
        Ok(())
    }

    /// A coordinator takes a task from its handler; it waits again, its clock running on.
    ///
    /// # Errors
    /// [`TaskError::Step`] with a patient under way and no confirmed hand-over,
    /// [`trust::store::error::StoreError::Quicker`] when it is not what was seen any more.
    pub async fn recall_task(
        &self,
        caller: &Caller,
        task: SeenTask,
        reason: OverrideReason,
        handover: Handover,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(RecallTask).await?).await?;
        let told = Told {
            reason: Some(reason.code()),
            ..Told::default()
        };
        let rule = |task: &Task, now| task.preempt(handover, now)?.requeue(now);
        step::take(&mut tx, task, told, rule).await?;
        let task = task.id;
        tx.commit(TaskRecalled { task, reason }).await?;
        Ok(())
    }
}
