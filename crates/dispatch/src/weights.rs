//! What counts how much when people and tasks are matched.
//!
//! Published on purpose: whoever is dispatched by these numbers may read them. All are in one unit,
//! the worth of one second of a colleague's walking. What they cannot do is turn the order of
//! [`Priority::rank`] round: weights that could are refused ([`Weights::keeps_ranks_apart`]).
//!
//! The gain of sending a person to a task, with everything capped at `horizon` seconds (`walk` to
//! the pick-up, `arrival` = seconds until free + `walk`, `overdue(t)` = seconds late at t):
//!
//! ```text
//!   served[priority] + age x seconds waited (at most age_max) + patient, if a patient waits
//! + arrival[priority] x (horizon - arrival)
//! + late x (overdue(horizon) - overdue(arrival))
//! - walk x walk
//! - outside_preferred, if the pick-up is outside the person's preferred zone
//! - heavy_share x heavy jobs so far (at most 12), if the task is heavy
//! - walked_share x ten-minute spells walked so far (at most 12)
//! - spare_skill x skills held that the task does not need (at most 12)
//! ```
//!
//! A task that stays unmatched gains nothing. The plan has the largest sum of gains.

use serde::{Deserialize, Serialize};

use crate::model::{Priority, Seconds};
use crate::travel::DURATION_MAX;

/// How far the fairness terms count: 12 heavy jobs, 12 ten-minute spells of walking, 12 skills.
pub const FAIRNESS_UNITS_MAX: u32 = 12;

/// The largest value of a single weight; keeps every sum far from overflow.
const WEIGHT_MAX: u32 = 1_000_000;

/// One number for each priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByPriority {
    /// For [`Priority::Emergency`].
    pub emergency: u32,
    /// For [`Priority::Urgent`].
    pub urgent: u32,
    /// For [`Priority::Routine`].
    pub routine: u32,
    /// For [`Priority::Scheduled`].
    pub scheduled: u32,
}

impl ByPriority {
    /// The number for one priority.
    ///
    /// ```
    /// use dispatch::{Priority, Weights};
    /// assert_eq!(Weights::PUBLISHED.arrival.of(Priority::Emergency), 20);
    /// ```
    #[must_use]
    pub fn of(&self, priority: Priority) -> i64 {
        i64::from(match priority {
            Priority::Emergency => self.emergency,
            Priority::Urgent => self.urgent,
            Priority::Routine => self.routine,
            Priority::Scheduled => self.scheduled,
        })
    }
}

/// The weights of the formula above, in seconds of walking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// That a task is served in this round at all.
    pub served: ByPriority,
    /// Each second that somebody arrives earlier.
    pub arrival: ByPriority,
    /// Each second of lateness avoided.
    pub late: u32,
    /// Each second a task has waited already.
    pub age: u32,
    /// The waiting after which a task grows no older, in seconds.
    pub age_max: Seconds,
    /// That a patient waits rather than a thing.
    pub patient: u32,
    /// How far ahead arrival, lateness and walking are looked at, in seconds.
    pub horizon: Seconds,
    /// Each second of walking to the pick-up.
    pub walk: u32,
    /// Leaving one's preferred zone.
    pub outside_preferred: u32,
    /// Each heavy job somebody has done already, when this one is heavy too.
    pub heavy_share: u32,
    /// Each ten minutes somebody has walked already on this shift.
    pub walked_share: u32,
    /// Each skill that the task does not need: keeps the rarely skilled free for what needs them.
    pub spare_skill: u32,
}

impl Weights {
    /// The weights Almoner starts with. An assumption, to be tuned on a hospital's own days.
    pub const PUBLISHED: Self = Self {
        served: ByPriority {
            emergency: 150_000,
            urgent: 64_000,
            routine: 10_000,
            scheduled: 10_000,
        },
        arrival: ByPriority {
            emergency: 20,
            urgent: 6,
            routine: 2,
            scheduled: 4,
        },
        late: 4,
        age: 1,
        age_max: 7_200,
        patient: 600,
        horizon: 3_600,
        walk: 1,
        outside_preferred: 300,
        heavy_share: 60,
        walked_share: 10,
        spare_skill: 15,
    };

    /// Whether no sum of smaller terms can lift a task over one of a higher rank, and every
    /// possible offer gains more than leaving the task waiting.
    ///
    /// ```
    /// use dispatch::Weights;
    /// assert!(Weights::PUBLISHED.keeps_ranks_apart());
    ///
    /// let blurred = Weights { late: 1_000, ..Weights::PUBLISHED };
    /// assert!(!blurred.keeps_ranks_apart());
    /// ```
    #[must_use]
    pub fn keeps_ranks_apart(&self) -> bool {
        if !self.within_limits() {
            return false;
        }
        let least = |priority| self.served.of(priority) - self.drawbacks_max();
        let most = |priority| {
            let per_second = self.arrival.of(priority) + i64::from(self.late);
            self.served.of(priority)
                + i64::from(self.age) * self.age_max
                + i64::from(self.patient)
                + per_second * self.horizon
        };
        least(Priority::Emergency) > most(Priority::Urgent)
            && [Priority::Routine, Priority::Scheduled]
                .into_iter()
                .all(|lowest| least(Priority::Urgent) > most(lowest) && least(lowest) > 0)
    }

    /// Whether every number is small enough to be summed without overflow.
    fn within_limits(&self) -> bool {
        let by_priority = [self.served, self.arrival]
            .into_iter()
            .flat_map(|by| [by.emergency, by.urgent, by.routine, by.scheduled]);
        let single = [
            self.late,
            self.age,
            self.patient,
            self.walk,
            self.outside_preferred,
            self.heavy_share,
            self.walked_share,
            self.spare_skill,
        ];
        by_priority.chain(single).all(|weight| weight <= WEIGHT_MAX)
            && (0..=DURATION_MAX).contains(&self.age_max)
            && (1..=DURATION_MAX).contains(&self.horizon)
    }

    /// The most that speaks against any single offer.
    fn drawbacks_max(&self) -> i64 {
        let shares = self.heavy_share + self.walked_share + self.spare_skill;
        i64::from(self.walk) * self.horizon
            + i64::from(self.outside_preferred)
            + i64::from(FAIRNESS_UNITS_MAX) * i64::from(shares)
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self::PUBLISHED
    }
}
