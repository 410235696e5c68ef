//! Verifies a plan without the search's code.
//!
//! Every hard rule is written here a second time, from its words rather than from the search, so
//! that a mistake there does not hide itself. What is not verified: that the sum of gains is the
//! largest possible (the tests do that against a brute-force count).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Person, PersonId, Problem, Status, Task, TaskId, Zones};
use crate::reason::{Offer, Plan, WhyWaiting};

const NOT_READY: &str = "not ready";
const LACKS_SKILL: &str = "lacks a skill";
const OUTSIDE_AREA: &str = "outside their area";
const NO_WAY: &str = "no way on foot";
const SHIFT_ENDS: &str = "shift ends";
const DECLINED: &str = "declined before";
const HELD_OUT: &str = "held out";

/// A rule that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The plan speaks of a task that is not in the problem.
    #[error("task {} is not in the problem", .0.0)]
    UnknownTask(TaskId),
    /// The plan asks somebody who is not in the problem.
    #[error("person {} is not in the problem", .0.0)]
    UnknownPerson(PersonId),
    /// A task is neither offered nor waiting, or both, or waiting twice.
    #[error("task {} is not in exactly one of the lists", .0.0)]
    NotListedOnce(TaskId),
    /// A task is offered to the wrong number of people.
    #[error("task {} is offered to {asked} people", task.0)]
    WrongCrew {
        /// The task.
        task: TaskId,
        /// How many different people are asked.
        asked: usize,
    },
    /// Somebody is asked for two tasks at once.
    #[error("person {} is asked more than once", .0.0)]
    AskedTwice(PersonId),
    /// Somebody is asked for a task that they must not or cannot do.
    #[error("person {} cannot be asked for task {}: {rule}", person.0, task.0)]
    Barred {
        /// The task.
        task: TaskId,
        /// Who is asked.
        person: PersonId,
        /// The rule that is broken, in a few words.
        rule: &'static str,
    },
    /// A task waits although enough people are left who could do it.
    #[error("task {} waits although enough people are left", .0.0)]
    WaitsNeedlessly(TaskId),
    /// Somebody is asked for a less urgent task than one that waits and that they could do.
    #[error("task {} waits while person {} is asked for less urgent task {}",
        waiting.0, person.0, offered.0)]
    LessUrgentFirst {
        /// The more urgent task, for one person.
        waiting: TaskId,
        /// Who could do it.
        person: PersonId,
        /// What they are asked for instead.
        offered: TaskId,
    },
    /// An offer's reason is not true.
    #[error("the reason given to person {} for task {} is not true", person.0, task.0)]
    FalseReason {
        /// The task.
        task: TaskId,
        /// Who is asked.
        person: PersonId,
    },
    /// A waiting task's reason is not true.
    #[error("the reason why task {} waits is not true", .0.0)]
    FalseWaitingReason(TaskId),
}

/// Checks that a plan obeys every hard rule, forgets no task, and gives true reasons.
///
/// # Errors
///
/// Every violation found.
///
/// ```
/// use dispatch::{Place, Plan, Priority, Problem, Task, TaskId, TravelTimes, Violation, check};
///
/// let travel = TravelTimes::from_edges(1, &[])?;
/// let task = Task::new(TaskId(1), Priority::Routine, Place(0), Place(0));
/// let problem = Problem::new(&travel, vec![], vec![task]);
/// let forgetful = Plan::default();
/// assert_eq!(check(&problem, &forgetful), Err(vec![Violation::NotListedOnce(TaskId(1))]));
/// # Ok::<(), dispatch::TravelError>(())
/// ```
pub fn check(problem: &Problem<'_>, plan: &Plan) -> Result<(), Vec<Violation>> {
    let audit = Audit {
        problem,
        people: problem
            .people
            .iter()
            .map(|person| (person.id, person))
            .collect(),
        tasks: problem.tasks.iter().map(|task| (task.id, task)).collect(),
        asked_for: plan
            .offers
            .iter()
            .map(|offer| (offer.person, offer.task))
            .collect(),
    };
    let mut found = Vec::new();
    audit.lists(plan, &mut found);
    for offer in &plan.offers {
        audit.offer(offer, plan, &mut found);
    }
    for (task, why) in &plan.waiting {
        match audit.tasks.get(task) {
            Some(task) => audit.waiting(task, why, &mut found),
            None => found.push(Violation::UnknownTask(*task)),
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

struct Audit<'all> {
    problem: &'all Problem<'all>,
    people: BTreeMap<PersonId, &'all Person>,
    tasks: BTreeMap<TaskId, &'all Task>,
    asked_for: BTreeMap<PersonId, TaskId>,
}

impl Audit<'_> {
    /// Each task in one list, each crew complete, nobody asked twice.
    fn lists(&self, plan: &Plan, found: &mut Vec<Violation>) {
        for task in self.tasks.values() {
            let crew: BTreeSet<PersonId> = plan
                .offers
                .iter()
                .filter(|o| o.task == task.id)
                .map(|o| o.person)
                .collect();
            let waits = plan
                .waiting
                .iter()
                .filter(|(waiting, _)| *waiting == task.id)
                .count();
            if usize::from(!crew.is_empty()) + waits != 1 {
                found.push(Violation::NotListedOnce(task.id));
            }
            if !crew.is_empty() && crew.len() != usize::from(task.people_needed) {
                found.push(Violation::WrongCrew {
                    task: task.id,
                    asked: crew.len(),
                });
            }
        }
        let mut seen = BTreeSet::new();
        for offer in &plan.offers {
            if !seen.insert(offer.person) {
                found.push(Violation::AskedTwice(offer.person));
            }
        }
    }

    fn offer(&self, offer: &Offer, plan: &Plan, found: &mut Vec<Violation>) {
        let Some(person) = self.people.get(&offer.person) else {
            return found.push(Violation::UnknownPerson(offer.person));
        };
        let Some(task) = self.tasks.get(&offer.task) else {
            return found.push(Violation::UnknownTask(offer.task));
        };
        if let Some(&rule) = self.broken_rules(person, task).first() {
            let (task, person) = (task.id, person.id);
            return found.push(Violation::Barred { task, person, rule });
        }
        if !self.reason_is_true(offer, person, task, plan) {
            found.push(Violation::FalseReason {
                task: task.id,
                person: person.id,
            });
        }
    }

    /// Every rule that forbids asking this person for this task.
    fn broken_rules(&self, person: &Person, task: &Task) -> Vec<&'static str> {
        let to_pickup = self.problem.travel.between(person.place, task.pickup);
        let to_drop = self.problem.travel.between(task.pickup, task.drop);
        let busy_for = to_pickup
            .zip(to_drop)
            .map(|(there, onwards)| there + onwards)
            .map(|walks| {
                person
                    .free_in
                    .saturating_add(task.handling)
                    .saturating_add(walks)
            });
        let shift_allows = person.shift_ends_in.is_none_or(|ends_in| {
            let in_time = busy_for.is_none_or(|busy_for| busy_for <= ends_in);
            ends_in > 0 && (person.stays_for_last_job || in_time)
        });
        let covered = match &person.zones {
            Zones::Exclusive(places) => places.contains(&task.pickup),
            Zones::Free | Zones::Preferred(_) => true,
        };
        let rules = [
            (person.status == Status::Ready, NOT_READY),
            (task.skills.is_subset(&person.skills), LACKS_SKILL),
            (covered, OUTSIDE_AREA),
            (busy_for.is_some(), NO_WAY),
            (shift_allows, SHIFT_ENDS),
            (!person.declined.contains(&task.id), DECLINED),
            (!task.held_out.contains(&person.id), HELD_OUT),
        ];
        rules
            .into_iter()
            .filter(|(kept, _)| !kept)
            .map(|(_, rule)| rule)
            .collect()
    }

    fn able(&self, task: &Task) -> Vec<&Person> {
        let everybody = self.people.values().copied();
        everybody
            .filter(|person| self.broken_rules(person, task).is_empty())
            .collect()
    }

    /// Recounts what a reason claims in numbers and whom it mentions.
    fn reason_is_true(&self, offer: &Offer, person: &Person, task: &Task, plan: &Plan) -> bool {
        let reason = &offer.reason;
        let arrival = |who: &Person| {
            let walk = self.problem.travel.between(who.place, task.pickup);
            walk.map(|walk| who.free_in.saturating_add(walk))
        };
        let walk = self.problem.travel.between(person.place, task.pickup);
        let able = self.able(task);
        let nearer = able
            .iter()
            .filter(|other| arrival(other) < arrival(person))
            .count();
        let mut partners = plan
            .offers
            .iter()
            .filter(|o| o.task == task.id && o.person != person.id);
        let mentionable = |id: &PersonId| {
            self.people.get(id).is_some_and(|other| {
                other.status == Status::Ready
                    && !other.declined.contains(&task.id)
                    && !task.held_out.contains(id)
                    && self.asked_for.get(id) != Some(&task.id)
            })
        };
        walk == Some(reason.walk_seconds)
            && arrival(person) == Some(reason.arrival_seconds)
            && reason.skills.iter().eq(&task.skills)
            && reason.able == able.len()
            && reason.rank == nearer + 1
            && reason.together_with == partners.next().map(|partner| partner.person)
            && reason.alternatives.len() <= 3
            && reason
                .alternatives
                .iter()
                .all(|other| mentionable(&other.person))
    }

    /// Nobody idle for it, nobody sent to something less urgent, and a true reason.
    fn waiting(&self, task: &Task, why: &WhyWaiting, found: &mut Vec<Violation>) {
        let able = self.able(task);
        let idle = able
            .iter()
            .filter(|person| !self.asked_for.contains_key(&person.id))
            .count();
        if idle >= usize::from(task.people_needed) {
            found.push(Violation::WaitsNeedlessly(task.id));
        }
        if task.people_needed == 1 && self.problem.weights.keeps_ranks_apart() {
            for person in &able {
                let offered = self
                    .asked_for
                    .get(&person.id)
                    .and_then(|id| self.tasks.get(id));
                if let Some(offered) = offered
                    && offered.priority.rank() > task.priority.rank()
                {
                    let (waiting, person, offered) = (task.id, person.id, offered.id);
                    found.push(Violation::LessUrgentFirst {
                        waiting,
                        person,
                        offered,
                    });
                }
            }
        }
        if !self.waiting_reason_is_true(task, why, &able) {
            found.push(Violation::FalseWaitingReason(task.id));
        }
    }

    fn waiting_reason_is_true(&self, task: &Task, why: &WhyWaiting, able: &[&Person]) -> bool {
        let ready = || {
            self.people
                .values()
                .filter(|person| person.status == Status::Ready)
        };
        let keeps = |other: &TaskId| {
            able.len() >= usize::from(task.people_needed)
                && able
                    .iter()
                    .any(|person| self.asked_for.get(&person.id) == Some(other))
        };
        let rank = |id: &TaskId| self.tasks.get(id).map(|task| task.priority.rank());
        let own_rank = Some(task.priority.rank());
        // Somebody breaks this rule, and besides it at most rules that are milder.
        let nobody_is_able_because = |rule: &str, milder: &[&str]| {
            able.is_empty()
                && ready().any(|person| {
                    let broken = self.broken_rules(person, task);
                    broken.contains(&rule)
                        && broken.iter().all(|b| *b == rule || milder.contains(b))
                })
        };
        match why {
            WhyWaiting::NobodyReady => ready().next().is_none(),
            WhyWaiting::NobodySkilled { skills } => {
                skills.iter().all(|skill| task.skills.contains(skill))
                    && !ready().any(|person| skills.iter().all(|s| person.skills.contains(s)))
            }
            WhyWaiting::NobodyCoversArea => {
                nobody_is_able_because(OUTSIDE_AREA, &[NO_WAY, SHIFT_ENDS, DECLINED, HELD_OUT])
            }
            WhyWaiting::Unreachable => {
                nobody_is_able_because(NO_WAY, &[SHIFT_ENDS, DECLINED, HELD_OUT])
            }
            WhyWaiting::EndOfShift => nobody_is_able_because(SHIFT_ENDS, &[DECLINED, HELD_OUT]),
            WhyWaiting::AllDeclined => nobody_is_able_because(DECLINED, &[HELD_OUT]),
            WhyWaiting::NobodyToAsk => nobody_is_able_because(HELD_OUT, &[]),
            WhyWaiting::NeedsTwo => {
                let idle = able
                    .iter()
                    .filter(|p| !self.asked_for.contains_key(&p.id))
                    .count();
                task.people_needed == 2 && (able.len() == 1 || idle == 1)
            }
            WhyWaiting::KeptForMoreUrgent { task: other } => keeps(other) && rank(other) < own_rank,
            WhyWaiting::BehindInQueue { task: other } => keeps(other) && rank(other) >= own_rank,
        }
    }
}
