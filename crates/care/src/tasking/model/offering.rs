//! From the queue into somebody's hands: offer, yes, no, no answer, taken back, handed back.
//!
//! Refuses: two people for one place, a yes after the timer, and asking again whoever said no.
//! A pair is asked together and starts together: if one of the two does not come, both are free
//! again, and the task waits with its clock running on. The next stretch is `doing.rs`.

use super::ids::{OfferId, WorkerId};
use super::refusal::{Step, TransitionError};
use super::state::TaskState;
use super::task::{CrewMember, Offer, Task};
use crate::tasking::priority::SECOND;
use crate::tasking::reasons::DeclineReason;

impl Task {
    /// Asks one person, or two for a task that needs two.
    ///
    /// # Errors
    /// When it does not wait for anybody, when the number of people is wrong, or when one of them
    /// has declined it before.
    pub fn offer(
        &self,
        asked: &[(OfferId, WorkerId)],
        seconds: u32,
        now: i64,
    ) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Queued, Step::Offer)?;
        let twice = asked.len() == 2 && asked[0].1 == asked[1].1;
        if asked.len() != usize::from(self.needs.people) || twice {
            let got = if twice { 1 } else { asked.len() };
            return Err(TransitionError::WrongNumberOfPeople {
                needed: self.needs.people,
                got,
            });
        }
        let refused = asked
            .iter()
            .find(|(_, worker)| self.declined_by.contains(worker));
        if let Some((_, worker)) = refused {
            return Err(TransitionError::DeclinedBefore(*worker));
        }
        let (mut task, now) = self.next(now);
        task.state = TaskState::Offered;
        let expires_at = now.saturating_add(i64::from(seconds) * SECOND);
        let offers = asked.iter().map(|(id, worker)| (*id, *worker));
        task.offers = offers
            .map(|(id, worker)| Offer {
                id,
                worker,
                made_at: now,
                expires_at,
            })
            .collect();
        Ok(task)
    }

    /// Says yes. The task is ACCEPTED once as many have said it as are needed.
    ///
    /// # Errors
    /// [`TransitionError::AlreadyAccepted`], [`TransitionError::SomeoneWasQuicker`],
    /// [`TransitionError::CancelledMeanwhile`] or [`TransitionError::OfferGone`].
    pub fn accept(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        match self.state {
            state if state.is_over() => return Err(self.refuse(Step::Accept)),
            _ if self.has_in_crew(worker) => return Err(TransitionError::AlreadyAccepted),
            TaskState::Offered => {}
            state if state.is_in_hand() => return Err(TransitionError::SomeoneWasQuicker),
            _ => return Err(TransitionError::OfferGone),
        }
        let offer = self
            .offer_to(worker)
            .copied()
            .ok_or(TransitionError::OfferGone)?;
        if now >= offer.expires_at {
            return Err(TransitionError::OfferGone);
        }
        let (mut task, now) = self.next(now);
        task.offers.retain(|open| open.id != offer.id);
        task.crew.push(CrewMember {
            worker,
            is_here: false,
        });
        if task.crew.len() == usize::from(task.needs.people) {
            task.state = TaskState::Accepted;
            task.times.accepted_at = Some(now);
        }
        Ok(task)
    }

    /// Says no. The task waits again, and this person is not asked for it a second time.
    ///
    /// The reason is for the event; it changes nothing about the person.
    ///
    /// # Errors
    /// [`TransitionError::OfferGone`] when the question is no longer open.
    pub fn decline(
        &self,
        worker: WorkerId,
        _reason: DeclineReason,
        now: i64,
    ) -> Result<Task, TransitionError> {
        if self.state != TaskState::Offered || self.offer_to(worker).is_none() {
            return Err(TransitionError::OfferGone);
        }
        let (mut task, now) = self.next(now);
        task.declined_by.push(worker);
        task.enter_queue(now);
        Ok(task)
    }

    /// Takes the question back after its time. Who did not answer may be asked again.
    ///
    /// # Errors
    /// [`TransitionError::NotExpired`] while every timer still runs.
    pub fn expire(&self, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Offered, Step::Expire)?;
        if self.expired(now).is_empty() {
            return Err(TransitionError::NotExpired);
        }
        let (mut task, now) = self.next(now);
        task.enter_queue(now);
        Ok(task)
    }

    /// Who has let their time for answering pass.
    pub fn expired(&self, now: i64) -> Vec<WorkerId> {
        let gone = self.offers.iter().filter(|offer| offer.expires_at <= now);
        gone.map(|offer| offer.worker).collect()
    }

    /// Takes the question back before its time.
    ///
    /// # Errors
    /// When nobody is being asked.
    pub fn revoke(&self, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Offered, Step::Revoke)?;
        let (mut task, now) = self.next(now);
        task.enter_queue(now);
        Ok(task)
    }

    /// Gives it back before arriving. This person is not asked for it a second time.
    ///
    /// # Errors
    /// [`TransitionError::NotYours`]; after the arrival only [`Task::abort`] is left.
    pub fn hand_back(
        &self,
        worker: WorkerId,
        _reason: DeclineReason,
        now: i64,
    ) -> Result<Task, TransitionError> {
        let is_coming = matches!(self.state, TaskState::Accepted | TaskState::EnRoute);
        if !is_coming && !self.is_paused_before_arrival() {
            return Err(self.refuse(Step::HandBack));
        }
        self.must_be_in_crew(worker)?;
        let (mut task, now) = self.next(now);
        task.end_pause(now);
        task.declined_by.push(worker);
        task.enter_queue(now);
        Ok(task)
    }
}
