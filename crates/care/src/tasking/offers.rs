//! Offers: made by the dispatcher or by a coordinator, answered by the person asked.

use trust::{
    identity::caller::Caller,
    store::{
        change::Change,
        value::{Json, Moment},
    },
};

use super::{
    Tasking,
    error::TaskError,
    events::{
        AcceptOffer, AssignTask, DeclineOffer, ExpireOffer, OfferAccepted, OfferDeclined,
        OfferExpired, OfferTask, TaskAssigned, TaskOffered,
    },
    model::{OfferId, TaskId, TransitionError, WorkerId},
    priority::{OFFER_SECONDS, Priority},
    reasons::{DeclineReason, OverrideReason},
    rows::{Answer, OfferRecord, OfferWhy, TaskType, WorkerRecord},
    seen::SeenTask,
    skill_words,
    step::{self, Told},
    worker::WorkerStep,
};

/// Somebody to be asked, and why.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who.
    pub worker: WorkerId,
    /// Why.
    pub why: OfferWhy,
}

impl Tasking {
    /// Asks one person, or two together. Made by the dispatcher.
    ///
    /// # Errors
    /// [`TaskError::Step`] or [`TaskError::Worker`] when task or person moved on meanwhile.
    pub async fn offer_task(
        &self,
        caller: &Caller,
        task: TaskId,
        asked: &[Asked],
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(OfferTask).await?).await?;
        let mut offers = vec![];
        for person in asked {
            offers.push((OfferId(tx.new_key::<OfferRecord>().await?), person.worker));
        }
        let told = Told {
            worker: asked.first().map(|person| person.worker),
            reason: None,
            ..Told::default()
        };
        let workers: Vec<WorkerId> = asked.iter().map(|person| person.worker).collect();
        let seconds = self.offer_seconds(&mut tx, task, &workers).await?;
        let rule = |task: &super::model::Task, now| task.offer(&offers, seconds, now);
        let stepped = step::take(&mut tx, SeenTask::as_it_is(task), told, rule).await?;
        for (person, (id, _)) in asked.iter().zip(&offers) {
            ask(&mut tx, person, *id, stepped.task()).await?;
        }
        let (offers, workers) = offers.into_iter().unzip();
        tx.commit(TaskOffered {
            task,
            offers,
            workers,
        })
        .await?;
        Ok(())
    }

    /// A coordinator chooses whom to ask; an offer that is open is taken back first.
    ///
    /// # Errors
    /// [`TaskError::Unsuited`] when the person lacks a skill, [`TaskError::Step`] when the task is
    /// with somebody already, [`trust::store::error::StoreError::Quicker`] when it is not what was
    /// seen any more.
    pub async fn assign_task(
        &self,
        caller: &Caller,
        task: SeenTask,
        worker: WorkerId,
        reason: OverrideReason,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(AssignTask).await?).await?;
        let mut record = step::lock_seen(&mut tx, task).await?;
        let task = task.id;
        let kind = tx
            .lock::<TaskType>(record.kind)
            .await?
            .ok_or(TaskError::Kind)?;
        let person = tx
            .lock::<WorkerRecord>(worker)
            .await?
            .ok_or(TaskError::NotFound)?;
        fits(&person, &kind, record.task())?;
        let told = Told {
            worker: Some(worker),
            reason: Some(reason.code()),
            ..Told::default()
        };
        if step::is_asked(record.task()) {
            let revoked = record.after(record.task().revoke(tx.now().0)?);
            step::save(&mut tx, &record, &revoked, told).await?;
            step::close_offers(&mut tx, task, |_| Some(Answer::Revoked)).await?;
            record = revoked;
        }
        let offer = OfferId(tx.new_key::<OfferRecord>().await?);
        let seconds = self.seconds_to_answer(record.priority, &[worker]);
        let offered = record
            .task()
            .offer(&[(offer, worker)], seconds, tx.now().0)?;
        let after = record.after(offered);
        step::save(&mut tx, &record, &after, told).await?;
        let sentence = format!("Chosen by a coordinator: {}.", reason.words());
        let why = OfferWhy {
            sentence,
            arrival_seconds: None,
            others: vec![],
        };
        ask(&mut tx, &Asked { worker, why }, offer, after.task()).await?;
        tx.commit(TaskAssigned {
            task,
            offer,
            worker,
            reason,
        })
        .await?;
        Ok(())
    }

    async fn offer_seconds(
        &self,
        tx: &mut Change<OfferTask>,
        task: TaskId,
        asked: &[WorkerId],
    ) -> Result<u32, TaskError> {
        let record = step::lock_task(tx, task).await?;
        Ok(self.seconds_to_answer(record.priority, asked))
    }

    /// How long somebody has to answer, in the hospital's seconds. A visitor at a demonstration
    /// whose day runs fast answers in real time.
    fn seconds_to_answer(&self, priority: Priority, asked: &[WorkerId]) -> u32 {
        let seconds = OFFER_SECONDS.at(priority);
        let in_real_time = asked.iter().any(|worker| self.visitors.holds(*worker));
        if in_real_time {
            seconds.saturating_mul(self.store.clock().speed())
        } else {
            seconds
        }
    }

    /// Says yes.
    ///
    /// # Errors
    /// [`TaskError::Step`] ("someone was quicker", "cancelled meanwhile", "no longer open"),
    /// [`TaskError::HandsFull`].
    pub async fn accept_offer(&self, caller: &Caller, offer: OfferId) -> Result<TaskId, TaskError> {
        let mut tx = self.store.begin(caller.permit(AcceptOffer).await?).await?;
        let (own, task) = own_offer(&mut tx, offer).await?;
        let hands = step::in_hand(&mut tx, own.id).await?;
        let record = step::lock_task(&mut tx, task).await?;
        hands.may_accept(record.task())?;
        let told = Told {
            worker: Some(own.id),
            reason: None,
            ..Told::default()
        };
        let rule = |task: &super::model::Task, now| {
            let accepted = task.accept(own.id, now)?;
            is_open(task, own.id, offer)?;
            Ok(accepted)
        };
        step::take(&mut tx, SeenTask::as_it_is(task), told, rule).await?;
        step::close_offers(&mut tx, task, |worker| {
            (worker == own.id).then_some(Answer::Accepted)
        })
        .await?;
        step::move_worker(&mut tx, own.id, WorkerStep::Accepted).await?;
        tx.commit(OfferAccepted {
            task,
            worker: own.id,
        })
        .await?;
        Ok(task)
    }

    /// Says no, with a reason that changes nothing about the person.
    ///
    /// # Errors
    /// [`TaskError::Step`] when the question is no longer open.
    pub async fn decline_offer(
        &self,
        caller: &Caller,
        offer: OfferId,
        reason: DeclineReason,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(DeclineOffer).await?).await?;
        let (own, task) = own_offer(&mut tx, offer).await?;
        let told = Told {
            worker: Some(own.id),
            reason: Some(reason.code()),
            ..Told::default()
        };
        let rule = |task: &super::model::Task, now| {
            let declined = task.decline(own.id, reason, now)?;
            is_open(task, own.id, offer)?;
            Ok(declined)
        };
        step::take(&mut tx, SeenTask::as_it_is(task), told, rule).await?;
        step::close_offers(&mut tx, task, |worker| {
            Some(if worker == own.id {
                Answer::Declined
            } else {
                Answer::Revoked
            })
        })
        .await?;
        tx.commit(OfferDeclined {
            task,
            worker: own.id,
            reason,
        })
        .await?;
        Ok(())
    }

    /// Takes an offer back after its time. Who let three pass is asked "are you available?" first.
    ///
    /// # Errors
    /// [`TaskError::Step`] while every timer still runs.
    pub async fn expire_offer(&self, caller: &Caller, task: TaskId) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(ExpireOffer).await?).await?;
        let before = step::lock_task(&mut tx, task).await?;
        let expired = before.task().expired(tx.now().0);
        for worker in &expired {
            // Before the task lets go of them: it would count as taken back.
            step::move_worker(&mut tx, *worker, WorkerStep::LetExpire).await?;
        }
        let seen = SeenTask::as_it_is(task);
        step::take(&mut tx, seen, Told::default(), super::model::Task::expire).await?;
        step::close_offers(&mut tx, task, |worker| {
            Some(if expired.contains(&worker) {
                Answer::Expired
            } else {
                Answer::Revoked
            })
        })
        .await?;
        tx.commit(OfferExpired {
            task,
            workers: expired,
        })
        .await?;
        Ok(())
    }
}

/// Puts the question to one person.
async fn ask<A: trust::identity::permit::Action>(
    tx: &mut Change<A>,
    person: &Asked,
    offer: OfferId,
    task: &super::model::Task,
) -> Result<(), TaskError> {
    let made = task.offers.iter().find(|made| made.id == offer);
    let made = made.ok_or(TaskError::Step(TransitionError::OfferGone))?;
    step::move_worker(tx, person.worker, WorkerStep::Offered).await?;
    tx.save(&OfferRecord {
        id: offer,
        task: task.id,
        worker: person.worker,
        made_at: Moment(made.made_at),
        expires_at: Moment(made.expires_at),
        made_by: tx.actor(),
        why: Json(person.why.clone()),
        answer: Answer::Open,
        answered_at: None,
    });
    Ok(())
}

/// The caller's own open offer. Somebody else's is not there for them.
async fn own_offer<A: trust::identity::permit::Action>(
    tx: &mut Change<A>,
    offer: OfferId,
) -> Result<(WorkerRecord, TaskId), TaskError> {
    let own = step::own_worker(tx).await?;
    let offer = tx.lock::<OfferRecord>(offer).await?;
    let offer = offer
        .filter(|offer| offer.worker == own.id)
        .ok_or(TaskError::NotFound)?;
    Ok((own, offer.task))
}

/// Whether this very question is the open one: an old page must not answer a newer question.
fn is_open(
    task: &super::model::Task,
    worker: WorkerId,
    offer: OfferId,
) -> Result<(), TransitionError> {
    let open = task.offer_to(worker).is_some_and(|open| open.id == offer);
    open.then_some(()).ok_or(TransitionError::OfferGone)
}

/// Team, skills and state, for a coordinator's choice.
fn fits(
    person: &WorkerRecord,
    kind: &TaskType,
    task: &super::model::Task,
) -> Result<(), TaskError> {
    let Json(worker) = &person.detail;
    if person.team != kind.team {
        return Err(TaskError::Unsuited("belongs to another team".to_owned()));
    }
    for skill in required_skills(kind, task) {
        if !person.skills.0.contains(&skill) {
            return Err(TaskError::Unsuited(format!(
                "has no {} training",
                skill_words::spoken(&skill)
            )));
        }
    }
    let handling = i64::from(kind.spec.0.handling_seconds) * 1_000_000;
    let finishes_at = task.times.changed_at.saturating_add(handling);
    worker
        .may_be_offered(finishes_at)
        .map_err(TaskError::CannotBeAsked)
}

/// The skills that kind of work and this task ask for.
pub(super) fn required_skills(kind: &TaskType, task: &super::model::Task) -> Vec<String> {
    let mut skills = kind.spec.0.skills.clone();
    skills.extend(task.needs.skills().into_iter().map(str::to_owned));
    skills.sort();
    skills.dedup();
    skills
}
