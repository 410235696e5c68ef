//! The door: what a problem must be before it is planned.
//!
//! Two ways in. [`Problem::validated`] refuses the whole problem and names every fault.
//! [`Problem::sifted`] leaves the faulty people and tasks out and plans the rest, because one bad
//! row must not stop a hospital. Both put people and tasks in the order of their ids, which is why
//! the order of the input never matters afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Deref;

use crate::model::{Person, PersonId, Place, Problem, Seconds, Task, TaskId};
use crate::travel::DURATION_MAX;
use crate::weights::Weights;

/// The most people, and the most tasks, one problem may have.
const LISTED_MAX: usize = 10_000;

/// Something in a problem that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Fault {
    /// A person stands where there is no place.
    #[error("person {} is at place {}, which does not exist", person.0, place.0)]
    PersonNowhere {
        /// Who.
        person: PersonId,
        /// The place named.
        place: Place,
    },
    /// A task begins or ends where there is no place.
    #[error("task {} names place {}, which does not exist", task.0, place.0)]
    TaskNowhere {
        /// Which.
        task: TaskId,
        /// The place named.
        place: Place,
    },
    /// A person's duration is negative or longer than [`DURATION_MAX`].
    #[error("person {} has {seconds} as {field}, which cannot be", person.0)]
    PersonDuration {
        /// Who.
        person: PersonId,
        /// The field of [`Person`].
        field: &'static str,
        /// Its value.
        seconds: Seconds,
    },
    /// A task's duration is negative or longer than [`DURATION_MAX`].
    #[error("task {} has {seconds} as {field}, which cannot be", task.0)]
    TaskDuration {
        /// Which.
        task: TaskId,
        /// The field of [`Task`].
        field: &'static str,
        /// Its value.
        seconds: Seconds,
    },
    /// A task needs a number of people other than 1 or 2.
    #[error("task {} needs {people_needed} people; only 1 or 2 can be sent", task.0)]
    CrewSize {
        /// Which.
        task: TaskId,
        /// The number asked for.
        people_needed: u8,
    },
    /// Two people have the same id.
    #[error("person {} is listed more than once", .0.0)]
    DuplicatePerson(PersonId),
    /// Two tasks have the same id.
    #[error("task {} is listed more than once", .0.0)]
    DuplicateTask(TaskId),
    /// More than 10,000 people or 10,000 tasks.
    #[error("{listed} {what} are more than one plan can hold")]
    TooMany {
        /// "people" or "tasks".
        what: &'static str,
        /// How many are listed.
        listed: usize,
    },
    /// The weights could put a routine task before an emergency, or are too large to sum.
    #[error("these weights could put a less urgent task before a more urgent one")]
    WeightsBlurRanks,
    /// The step budget is 0, so nothing could be planned.
    #[error("the step budget is 0")]
    NoSteps,
}

/// Every fault found in a problem, in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(out, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A problem that can be planned; reads like a [`Problem`].
#[derive(Debug, Clone)]
pub struct Validated<'travel>(Problem<'travel>);

impl<'travel> Deref for Validated<'travel> {
    type Target = Problem<'travel>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'travel> Problem<'travel> {
    /// Lets a faultless problem through.
    ///
    /// Nobody on shift, no tasks, and places without a way between them are not faults: the plan
    /// then says so task by task. Places in somebody's zone that do not exist are ignored.
    ///
    /// # Errors
    ///
    /// Every fault, not only the first.
    ///
    /// ```
    /// use dispatch::{Fault, Person, PersonId, Place, Problem, TravelTimes};
    ///
    /// let travel = TravelTimes::from_edges(1, &[])?;
    /// let lost = Person::ready(PersonId(4), Place(9));
    /// let refused = Problem::new(&travel, vec![lost], vec![]).validated().unwrap_err();
    /// assert_eq!(refused.to_string(), "person 4 is at place 9, which does not exist");
    /// # Ok::<(), dispatch::TravelError>(())
    /// ```
    pub fn validated(mut self) -> Result<Validated<'travel>, Faults> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        self.put_in_order();
        Ok(Validated(self))
    }

    /// Leaves out who and what is faulty, and says so.
    ///
    /// Of people or tasks listed twice none is kept. Faulty weights or steps are replaced by the
    /// published ones. Beyond the limit of 10,000, the most urgent and longest waiting tasks and
    /// the people with the smallest ids stay.
    ///
    /// ```
    /// use dispatch::{Person, PersonId, Place, Problem, TravelTimes};
    ///
    /// let travel = TravelTimes::from_edges(1, &[])?;
    /// let people = vec![
    ///     Person::ready(PersonId(4), Place(9)),
    ///     Person::ready(PersonId(5), Place(0)),
    /// ];
    /// let (sound, faults) = Problem::new(&travel, people, vec![]).sifted();
    /// assert_eq!((sound.people.len(), faults.len()), (1, 1));
    /// # Ok::<(), dispatch::TravelError>(())
    /// ```
    #[must_use]
    pub fn sifted(mut self) -> (Validated<'travel>, Vec<Fault>) {
        let faults = self.faults();
        let mut bad_people = BTreeSet::new();
        let mut bad_tasks = BTreeSet::new();
        for fault in &faults {
            match *fault {
                Fault::PersonNowhere { person, .. }
                | Fault::PersonDuration { person, .. }
                | Fault::DuplicatePerson(person) => {
                    bad_people.insert(person);
                }
                Fault::TaskNowhere { task, .. }
                | Fault::TaskDuration { task, .. }
                | Fault::CrewSize { task, .. }
                | Fault::DuplicateTask(task) => {
                    bad_tasks.insert(task);
                }
                Fault::WeightsBlurRanks => self.weights = Weights::PUBLISHED,
                Fault::NoSteps => self.steps_max = Self::STEPS_MAX_DEFAULT,
                Fault::TooMany { .. } => {} // cut below, once the faulty ones are gone
            }
        }
        self.people
            .retain(|person| !bad_people.contains(&person.id));
        self.tasks.retain(|task| !bad_tasks.contains(&task.id));
        self.tasks
            .sort_by_key(|task| (task.priority.rank(), task.waiting_since, task.id));
        self.tasks.truncate(LISTED_MAX);
        self.put_in_order();
        self.people.truncate(LISTED_MAX);
        (Validated(self), faults)
    }

    fn put_in_order(&mut self) {
        self.people.sort_by_key(|person| person.id);
        self.tasks.sort_by_key(|task| task.id);
    }

    /// All faults, sorted, so that their order does not depend on the input's.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !self.weights.keeps_ranks_apart() {
            faults.push(Fault::WeightsBlurRanks);
        }
        if self.steps_max == 0 {
            faults.push(Fault::NoSteps);
        }
        for (what, listed) in [("people", self.people.len()), ("tasks", self.tasks.len())] {
            if listed > LISTED_MAX {
                faults.push(Fault::TooMany { what, listed });
            }
        }
        for person in &self.people {
            self.inspect_person(person, &mut faults);
        }
        for task in &self.tasks {
            self.inspect_task(task, &mut faults);
        }
        let people = repeated(self.people.iter().map(|person| person.id));
        let tasks = repeated(self.tasks.iter().map(|task| task.id));
        faults.extend(people.into_iter().map(Fault::DuplicatePerson));
        faults.extend(tasks.into_iter().map(Fault::DuplicateTask));
        faults.sort_unstable();
        faults
    }

    fn inspect_person(&self, person: &Person, faults: &mut Vec<Fault>) {
        if !self.travel.knows(person.place) {
            faults.push(Fault::PersonNowhere {
                person: person.id,
                place: person.place,
            });
        }
        let mut inspect = |field, seconds, lowest| {
            if !(lowest..=DURATION_MAX).contains(&seconds) {
                faults.push(Fault::PersonDuration {
                    person: person.id,
                    field,
                    seconds,
                });
            }
        };
        inspect("free_in", person.free_in, 0);
        inspect("walked", person.load.walked, 0);
        // A shift may have ended already; its person is then simply not asked.
        inspect(
            "shift_ends_in",
            person.shift_ends_in.unwrap_or(0),
            -DURATION_MAX,
        );
    }

    fn inspect_task(&self, task: &Task, faults: &mut Vec<Fault>) {
        for place in BTreeSet::from([task.pickup, task.drop]) {
            if !self.travel.knows(place) {
                faults.push(Fault::TaskNowhere {
                    task: task.id,
                    place,
                });
            }
        }
        let mut inspect = |field, seconds, lowest| {
            if !(lowest..=DURATION_MAX).contains(&seconds) {
                faults.push(Fault::TaskDuration {
                    task: task.id,
                    field,
                    seconds,
                });
            }
        };
        inspect("handling", task.handling, 0);
        // Late tasks are the daily bread: only absurd due times are faults.
        inspect("due_in", task.due_in.unwrap_or(0), -DURATION_MAX);
        if !(1..=2).contains(&task.people_needed) {
            let people_needed = task.people_needed;
            faults.push(Fault::CrewSize {
                task: task.id,
                people_needed,
            });
        }
    }
}

/// The ids that occur more than once.
fn repeated<Id: Ord>(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut counts = BTreeMap::new();
    for id in ids {
        *counts.entry(id).or_insert(0_u32) += 1;
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(id, _)| id)
        .collect()
}
