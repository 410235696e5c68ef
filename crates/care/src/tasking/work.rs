//! The handler's steps: set off, here, moving, there, done; pause, carry on, hand back, stop.
//!
//! Each is one press on a phone. Where somebody is follows from their own presses and is kept in
//! memory only. Of these steps the rules alone decide: a porter's "done" is about the patient at
//! the other end, and must not fail because somebody changed the task while they walked. Only the
//! desk's `recall_task` asks what was seen.

use trust::identity::{caller::Caller, permit::Action};

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

type Rule<'a> = &'a (dyn Fn(&Task, WorkerId, i64) -> Result<Task, TransitionError> + Sync);

impl Tasking {
    /// A step of the caller's own on a task of theirs.
    async fn own_step<A: Action>(
        &self,
        caller: &Caller,
        action: A,
        (task, reason): (TaskId, Option<&'static str>),
        rule: Rule<'_>,
    ) -> Result<(trust::store::change::Change<A>, WorkerId, Stepped), TaskError> {
        let mut tx = self.store.begin(caller.permit(action).await?).await?;
        let own = step::own_worker(&mut tx).await?.id;
        let told = Told {
            worker: Some(own),
            reason,
        };
        let seen = SeenTask::as_it_is(task); // see the head of this file
        let stepped = step::take(&mut tx, seen, told, |task, now| rule(task, own, now)).await?;
        Ok((tx, own, stepped))
    }

    /// On the way to the pickup.
    ///
    /// # Errors
    /// [`TaskError`]; so for every step below.
    pub async fn set_off(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let rule = |task: &Task, own, now| task.set_off(own, now);
        let (tx, worker, _) = self
            .own_step(caller, SetOffTask, (task, None), &rule)
            .await?;
        tx.commit(TaskSetOff { task, worker }).await?;
        Ok(())
    }

    /// "I am here."
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn arrive(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let rule = |task: &Task, own, now| task.arrive(own, now);
        let (tx, worker, stepped) = self
            .own_step(caller, ArriveTask, (task, None), &rule)
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
        task: TaskId,
        checked: IdentityCheck,
    ) -> Result<(), TaskError> {
        let rule = move |task: &Task, own, now| task.depart(own, checked, now);
        let (tx, worker, _) = self
            .own_step(caller, DepartTask, (task, None), &rule)
            .await?;
        tx.commit(TaskDeparted { task, worker }).await?;
        Ok(())
    }

    /// At the other end.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn reach_drop(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let rule = |task: &Task, own, now| task.reach_drop(own, now);
        let (tx, worker, stepped) = self
            .own_step(caller, ReachDropTask, (task, None), &rule)
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
    pub async fn complete(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let rule = |task: &Task, own, now| task.complete(own, now);
        let (tx, worker, _) = self
            .own_step(caller, CompleteTask, (task, None), &rule)
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
        task: TaskId,
        reason: PauseReason,
    ) -> Result<(), TaskError> {
        let rule = move |task: &Task, own, now| match task.pause {
            Some(pause) if pause.reason == reason => task.extend_pause(own, now),
            _ => task.pause(own, reason, now),
        };
        let code = Some(reason.code());
        let (tx, worker, _) = self
            .own_step(caller, PauseTask, (task, code), &rule)
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
    pub async fn resume(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let rule = |task: &Task, own, now| task.resume(own, now);
        let (tx, worker, _) = self
            .own_step(caller, ResumeTask, (task, None), &rule)
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
        task: TaskId,
        reason: DeclineReason,
    ) -> Result<(), TaskError> {
        let rule = move |task: &Task, own, now| task.hand_back(own, reason, now);
        let code = Some(reason.code());
        let (tx, worker, _) = self
            .own_step(caller, HandBackTask, (task, code), &rule)
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
        task: TaskId,
        reason: AbortReason,
        after: AfterAbort,
    ) -> Result<(), TaskError> {
        let rule = move |task: &Task, own, now| task.abort(own, reason, after, now);
        let code = Some(reason.code());
        let (tx, worker, _) = self
            .own_step(caller, AbortTask, (task, code), &rule)
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
            worker: None,
            reason: Some(reason.code()),
        };
        let rule = |task: &Task, now| task.preempt(handover, now)?.requeue(now);
        step::take(&mut tx, task, told, rule).await?;
        let task = task.id;
        tx.commit(TaskRecalled { task, reason }).await?;
        Ok(())
    }
}
