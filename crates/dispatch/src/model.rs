//! The words of dispatching: places, people, tasks and the problem they form.
//!
//! Plain data, filled in by the caller from what it knows at one moment. Nothing here is trusted
//! before [`Problem::validated`], which is in `valid.rs`.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::travel::TravelTimes;
use crate::weights::Weights;

/// A number of seconds: a duration, or a moment on the caller's own clock.
///
/// Signed, because a due time may have passed.
pub type Seconds = i64;

/// A person who carries out tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonId(pub i64);

/// A task somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub i64);

/// A place one can stand at: an index into the [`TravelTimes`], counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place(pub u32);

/// Something one must have been trained for, in the ward's word for it: "oxygen", "bariatric".
///
/// ```
/// assert_eq!(dispatch::Skill::from("oxygen").to_string(), "oxygen");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Skill(Box<str>);

impl Skill {
    /// The skill's name as the ward says it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Skill {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Skill {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// How pressing a task is.
///
/// An emergency always goes before an urgent task, and an urgent task before the other two. Routine
/// and scheduled tasks share one rank; between them due time and age decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Priority {
    /// Somebody's life or safety.
    Emergency,
    /// Soon: a scan slot, blood, a theatre list that waits.
    Urgent,
    /// The ordinary work of the day.
    Routine,
    /// Work with an appointment, released by the caller when its time has come.
    Scheduled,
}

impl Priority {
    /// 0 for emergencies, 1 for urgent tasks, 2 for the rest: the order that no weight can turn
    /// round.
    ///
    /// ```
    /// use dispatch::Priority;
    /// assert_eq!(Priority::Routine.rank(), Priority::Scheduled.rank());
    /// ```
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Emergency => 0,
            Self::Urgent => 1,
            Self::Routine | Self::Scheduled => 2,
        }
    }
}

/// What a person is doing. Only who is ready can be offered a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// On shift and willing to be asked.
    Ready,
    /// Looking at an offer just now.
    Offered,
    /// Carrying out a task.
    OnTask,
    /// On a break, or away for any cause that is nobody's business.
    Away,
}

/// Where a person may be sent to, judged by the pick-up place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Zones {
    /// Anywhere.
    Free,
    /// Rather these places; elsewhere costs [`Weights::outside_preferred`].
    Preferred(BTreeSet<Place>),
    /// Only these places, never elsewhere.
    Exclusive(BTreeSet<Place>),
}

/// What somebody has carried on this shift so far, so that hard work is shared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Heavy jobs done.
    pub heavy_jobs: u32,
    /// Seconds spent walking.
    pub walked: Seconds,
}

/// Somebody who can be offered tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Where they are, or will be when [`free_in`](Self::free_in) has passed.
    pub place: Place,
    /// Seconds until they can set off; 0 for at once.
    pub free_in: Seconds,
    /// What they are doing.
    pub status: Status,
    /// What they are trained for.
    pub skills: BTreeSet<Skill>,
    /// Where they may be sent.
    pub zones: Zones,
    /// Seconds until their shift ends; `None` if nobody set an end.
    pub shift_ends_in: Option<Seconds>,
    /// The last-job rule: without this they are offered only what they can finish within the
    /// shift. They alone may choose to stay longer.
    pub stays_for_last_job: bool,
    /// What they have carried so far today.
    pub load: Load,
    /// Tasks they declined. These are never offered to them again, and it is never held against
    /// them.
    pub declined: BTreeSet<TaskId>,
}

impl Person {
    /// Somebody ready at `place`, without skills, limits or load.
    ///
    /// ```
    /// use dispatch::{Person, PersonId, Place, Status};
    /// assert_eq!(Person::ready(PersonId(1), Place(0)).status, Status::Ready);
    /// ```
    #[must_use]
    pub const fn ready(id: PersonId, place: Place) -> Self {
        Self {
            id,
            place,
            free_in: 0,
            status: Status::Ready,
            skills: BTreeSet::new(),
            zones: Zones::Free,
            shift_ends_in: None,
            stays_for_last_job: false,
            load: Load {
                heavy_jobs: 0,
                walked: 0,
            },
            declined: BTreeSet::new(),
        }
    }
}

/// What is special about carrying out a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// Hard on the back: a bed, a bariatric chair, gas cylinders.
    pub heavy: bool,
    /// A patient is moved or waits. Within one rank patients go before things.
    pub patient: bool,
}

/// A task that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Which.
    pub id: TaskId,
    /// How pressing.
    pub priority: Priority,
    /// When it was asked for, on the clock of [`Problem::now`]. Putting a task back in the queue
    /// does not change this.
    pub waiting_since: Seconds,
    /// Seconds until somebody should have arrived, negative when that has passed; `None` when
    /// nothing was promised.
    pub due_in: Option<Seconds>,
    /// Where it begins.
    pub pickup: Place,
    /// Where it ends.
    pub drop: Place,
    /// Seconds of work besides walking: getting the patient ready, handing over.
    pub handling: Seconds,
    /// What everybody who takes part must be trained for.
    pub skills: BTreeSet<Skill>,
    /// How many must come together: 1 or 2.
    pub people_needed: u8,
    /// What is special about it.
    pub needs: Needs,
    /// People who must not be asked for this task. The engine is never told why.
    pub held_out: BTreeSet<PersonId>,
}

impl Task {
    /// A task for one person, asked for at second 0, with nothing promised and nothing special.
    ///
    /// ```
    /// use dispatch::{Place, Priority, Task, TaskId};
    /// let task = Task::new(TaskId(1), Priority::Routine, Place(0), Place(1));
    /// assert_eq!(task.people_needed, 1);
    /// ```
    #[must_use]
    pub const fn new(id: TaskId, priority: Priority, pickup: Place, drop: Place) -> Self {
        Self {
            id,
            priority,
            waiting_since: 0,
            due_in: None,
            pickup,
            drop,
            handling: 0,
            skills: BTreeSet::new(),
            people_needed: 1,
            needs: Needs {
                heavy: false,
                patient: false,
            },
            held_out: BTreeSet::new(),
        }
    }
}

/// Everything the engine may know at one moment.
#[derive(Debug, Clone)]
pub struct Problem<'travel> {
    /// The moment, on the clock of [`Task::waiting_since`].
    pub now: Seconds,
    /// What counts how much.
    pub weights: Weights,
    /// How long every walk takes.
    pub travel: &'travel TravelTimes,
    /// Everybody on shift, in any order.
    pub people: Vec<Person>,
    /// Every task that waits for an offer, in any order.
    pub tasks: Vec<Task>,
    /// How many elementary steps the search may take: about rows x rows x columns of its
    /// matrix. Steps rather than seconds, so that plans repeat on any machine. What does not fit is
    /// left to a simpler rule, least urgent first.
    pub steps_max: u64,
}

impl<'travel> Problem<'travel> {
    /// Enough for some 300 ready people and 400 tasks.
    pub const STEPS_MAX_DEFAULT: u64 = 50_000_000;

    /// A problem at second 0 with the published weights and the usual step budget.
    ///
    /// ```
    /// use dispatch::{Problem, TravelTimes, plan};
    /// let travel = TravelTimes::from_edges(0, &[])?;
    /// let nothing = Problem::new(&travel, vec![], vec![]).validated()?;
    /// assert!(plan(&nothing).offers.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(travel: &'travel TravelTimes, people: Vec<Person>, tasks: Vec<Task>) -> Self {
        Self {
            now: 0,
            weights: Weights::PUBLISHED,
            travel,
            people,
            tasks,
            steps_max: Self::STEPS_MAX_DEFAULT,
        }
    }
}
