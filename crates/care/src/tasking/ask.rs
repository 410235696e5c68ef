//! Asking for work, and what the ward says about it: approved, not ready, ready, cancelled.

use trust::{
    identity::{caller::Caller, permit::ScopeKind},
    store::value::Json,
};

use super::{
    Tasking,
    error::TaskError,
    events::{
        ApproveTask, CancelTask, HoldTask, ReadyTask, RejectTask, ReleaseTask, RequestTask,
        TaskApproved, TaskCancelled, TaskHeld, TaskReadied, TaskRejected, TaskReleased,
        TaskRequested, TaskVerified, VerifyTask,
    },
    model::{Booking, LocationId, Needs, NewTask, PatientRef, Task, TaskId, TaskTypeId, Verdict},
    priority::{MINUTE, Priority},
    reasons::CancelReason,
    rows::{Answer, Location, Patient, TaskRecord, TaskType},
    seen::SeenTask,
    step::{self, Told},
    teams,
};

/// Characters of a bed or bay.
const BED_MAX: usize = 40;
/// Characters of a patient's name.
const PATIENT_MAX: usize = 80;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What kind of work.
    pub kind: TaskTypeId,
    /// How soon.
    pub priority: Priority,
    /// Where it begins.
    pub from: LocationId,
    /// The bed there.
    pub from_bed: Option<String>,
    /// Where it goes; `None` for work on the spot.
    pub to: Option<LocationId>,
    /// The bed there.
    pub to_bed: Option<String>,
    /// The patient's name, where the kind of work has a patient.
    pub patient: Option<String>,
    /// What is needed; `None` takes what the kind of work says.
    pub needs: Option<Needs>,
    /// False: the ward will say "ready" later; no clock runs until then.
    pub is_ready: bool,
    /// When it should begin, for booked work (microseconds).
    pub wanted_at: Option<i64>,
}

impl Tasking {
    /// Asks for work.
    ///
    /// Allowed to whoever holds [`RequestTask`] on the ward it begins or ends in.
    ///
    /// # Errors
    /// [`TaskError`] with what is missing or not allowed.
    pub async fn request_task(&self, caller: &Caller, wish: Wish) -> Result<TaskId, TaskError> {
        let wish = checked(wish)?;
        let permit = caller.permit(RequestTask).await?;
        let subject = match &wish.patient {
            Some(_) => Some(self.new_subject().await?),
            None => None,
        };
        let mut tx = self.store.begin(permit).await?;
        let kind = tx
            .lock::<TaskType>(wish.kind)
            .await?
            .filter(|kind| kind.active);
        let kind = kind.ok_or(TaskError::Kind)?;
        if !teams::is_open(&mut tx, kind.team).await? {
            return Err(TaskError::Kind);
        }
        for place in [Some(wish.from), wish.to].into_iter().flatten() {
            let location = tx.lock::<Location>(place).await?;
            let fits = location.is_some_and(|at| at.active && at.kind.is_destination());
            if !fits {
                return Err(TaskError::Places);
            }
        }
        let wards = [Some(wish.from), wish.to].into_iter().flatten();
        let mut places: Vec<_> = wards.map(|place| (ScopeKind::Ward, place.0)).collect();
        places.push((ScopeKind::Team, kind.team.0));
        step::require(&mut tx, &places).await?;
        let patient = match (&wish.patient, subject) {
            (Some(name), Some(subject)) => {
                let id = PatientRef(tx.new_key::<Patient>().await?);
                let name = tx.seal(name, subject, &Patient::place("name", &id))?;
                tx.save(&Patient { id, subject, name });
                Some(id)
            }
            _ => None,
        };
        let id = TaskId(tx.new_key::<TaskRecord>().await?);
        let is_ready = wish.is_ready;
        let task = Task::ask(id, new_task(wish, &kind, patient), is_ready, tx.now().0);
        let record = TaskRecord::of(task, kind.team, tx.actor());
        tx.save(&record);
        step::write_step(&mut tx, &record, Told::default()).await?;
        tx.commit(TaskRequested {
            task: id,
            kind: kind.id,
        })
        .await?;
        Ok(id)
    }

    /// Approves a request.
    ///
    /// # Errors
    /// [`TaskError`]; [`trust::store::error::StoreError::Quicker`] in it when the task is not what
    /// was seen any more; so for every step below.
    pub async fn approve_task(&self, caller: &Caller, task: SeenTask) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(ApproveTask).await?).await?;
        step::take(&mut tx, task, Told::default(), |task, now| {
            task.approve(true, now)
        })
        .await?;
        tx.commit(TaskApproved { task: task.id }).await?;
        Ok(())
    }

    /// Turns a request down.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn reject_task(
        &self,
        caller: &Caller,
        task: SeenTask,
        reason: CancelReason,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(RejectTask).await?).await?;
        let told = Told {
            reason: Some(reason.code()),
            ..Told::default()
        };
        step::take(&mut tx, task, told, |task, now| task.reject(reason, now)).await?;
        let task = task.id;
        tx.commit(TaskRejected { task, reason }).await?;
        Ok(())
    }

    /// Says "not ready": nobody is sent, and the clock stands.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn hold_task(&self, caller: &Caller, task: SeenTask) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(HoldTask).await?).await?;
        step::take(&mut tx, task, Told::default(), Task::hold).await?;
        tx.commit(TaskHeld { task: task.id }).await?;
        Ok(())
    }

    /// Says "ready to move".
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn ready_task(&self, caller: &Caller, task: SeenTask) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(ReadyTask).await?).await?;
        step::take(&mut tx, task, Told::default(), Task::mark_ready).await?;
        tx.commit(TaskReadied { task: task.id }).await?;
        Ok(())
    }

    /// Releases a booked task whose time has come.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn release_task(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(ReleaseTask).await?).await?;
        let seen = SeenTask::as_it_is(task); // the clock decides, not somebody at a page
        step::take(&mut tx, seen, Told::default(), Task::release).await?;
        tx.commit(TaskReleased { task }).await?;
        Ok(())
    }

    /// Cancels work that nobody has come for yet.
    ///
    /// # Errors
    /// [`TaskError::Step`] once somebody is there: then it can only be stopped.
    pub async fn cancel_task(
        &self,
        caller: &Caller,
        task: SeenTask,
        reason: CancelReason,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(CancelTask).await?).await?;
        let told = Told {
            reason: Some(reason.code()),
            ..Told::default()
        };
        step::take(&mut tx, task, told, |task, now| task.cancel(reason, now)).await?;
        let task = task.id;
        step::close_offers(&mut tx, task, |_| Some(Answer::Revoked)).await?;
        tx.commit(TaskCancelled { task, reason }).await?;
        Ok(())
    }

    /// Says whether finished work is good; if not, the same work is asked for again.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn verify_task(
        &self,
        caller: &Caller,
        task: SeenTask,
        verdict: Verdict,
    ) -> Result<Option<TaskId>, TaskError> {
        let mut tx = self.store.begin(caller.permit(VerifyTask).await?).await?;
        let rule = |task: &Task, now| task.verify(verdict, now);
        let stepped = step::take(&mut tx, task, Told::default(), rule).await?;
        let mut redo = None;
        if verdict == Verdict::Failed {
            let id = TaskId(tx.new_key::<TaskRecord>().await?);
            let again = Task::ask(id, stepped.task().redo_request(), true, tx.now().0);
            let record = TaskRecord::of(again, stepped.before.team, tx.actor());
            tx.save(&record);
            step::write_step(&mut tx, &record, Told::default()).await?;
            redo = Some(id);
        }
        let (task, good) = (task.id, verdict == Verdict::Passed);
        tx.commit(TaskVerified { task, good, redo }).await?;
        Ok(redo)
    }
}

/// Lengths and places, before anything is locked.
fn checked(mut wish: Wish) -> Result<Wish, TaskError> {
    if wish.to == Some(wish.from) {
        return Err(TaskError::Places);
    }
    let trimmed = |text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    wish.from_bed = trimmed(wish.from_bed);
    wish.to_bed = trimmed(wish.to_bed);
    wish.patient = trimmed(wish.patient);
    let long =
        |text: &Option<String>, max| text.as_ref().is_some_and(|text| text.chars().count() > max);
    if long(&wish.from_bed, BED_MAX) || long(&wish.to_bed, BED_MAX) {
        return Err(TaskError::TooLong("The bed", BED_MAX));
    }
    if long(&wish.patient, PATIENT_MAX) {
        return Err(TaskError::TooLong("The name", PATIENT_MAX));
    }
    Ok(wish)
}

fn new_task(wish: Wish, kind: &TaskType, patient: Option<PatientRef>) -> NewTask {
    let Json(spec) = &kind.spec;
    // Walking and handling, and five minutes for what always comes between.
    let lead = i64::from(spec.handling_seconds) * 1_000_000 + 10 * MINUTE;
    NewTask {
        kind: kind.id,
        priority: wish.priority,
        from: wish.from,
        from_bed: wish.from_bed,
        to: wish.to,
        to_bed: wish.to_bed,
        patient,
        needs: wish.needs.unwrap_or_else(|| spec.needs.clone()),
        course: spec.course,
        target_minutes: spec.targets.at(wish.priority),
        booking: wish.wanted_at.map(|wanted_at| Booking { wanted_at, lead }),
        follows: None,
    }
}
