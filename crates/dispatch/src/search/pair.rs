//! One person, one task: what bars it, or what it is worth.
//!
//! The formula is published in `weights.rs`; this is its only implementation in the search.

use crate::model::{Person, Problem, Seconds, Skill, Task, Zones};
use crate::weights::FAIRNESS_UNITS_MAX;

/// The spell of walking that counts as one unit of load.
const WALKED_UNIT: Seconds = 600;

/// Why this person cannot be asked for this task, whatever the weights say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar<'task> {
    LacksSkill(&'task Skill),
    OutsideZone,
    NoWay,
    ShiftEnds,
    HeldOut,
    Declined,
}

/// What a possible pairing is worth, term by term, in seconds of walking.
#[derive(Debug, Clone, Copy)]
pub struct Pairing {
    pub walk: Seconds,
    pub arrival: Seconds,
    /// Everything about the task, arrival and walking.
    pub merit: i64,
    /// Against it: leaving a preferred zone.
    pub zone: i64,
    /// Against it: what this person has carried already.
    pub load: i64,
    /// Against it: skills that would be tied up.
    pub spare: i64,
}

impl Pairing {
    /// The sum; positive for every possible pairing under valid weights.
    pub const fn gain(&self) -> i64 {
        self.merit - self.zone - self.load - self.spare
    }
}

/// Weighs one pairing.
pub fn weigh<'task>(
    problem: &Problem<'_>,
    person: &Person,
    task: &'task Task,
) -> Result<Pairing, Bar<'task>> {
    if let Some(lacking) = task
        .skills
        .iter()
        .find(|skill| !person.skills.contains(*skill))
    {
        return Err(Bar::LacksSkill(lacking));
    }
    if let Zones::Exclusive(places) = &person.zones
        && !places.contains(&task.pickup)
    {
        return Err(Bar::OutsideZone);
    }
    let walk = problem
        .travel
        .between(person.place, task.pickup)
        .ok_or(Bar::NoWay)?;
    let carry = problem
        .travel
        .between(task.pickup, task.drop)
        .ok_or(Bar::NoWay)?;
    let arrival = person.free_in + walk;
    if let Some(ends_in) = person.shift_ends_in {
        let finishes_in = arrival + task.handling + carry;
        if ends_in <= 0 || (finishes_in > ends_in && !person.stays_for_last_job) {
            return Err(Bar::ShiftEnds);
        }
    }
    // Declining is looked at first, so that being held out shows nowhere it need not.
    if person.declined.contains(&task.id) {
        return Err(Bar::Declined);
    }
    if task.held_out.contains(&person.id) {
        return Err(Bar::HeldOut);
    }
    let weights = &problem.weights;
    Ok(Pairing {
        walk,
        arrival,
        merit: worth(problem, task, arrival) - i64::from(weights.walk) * walk.min(weights.horizon),
        zone: zone_cost(problem, person, task),
        load: load_cost(problem, person, task),
        spare: i64::from(weights.spare_skill)
            * units(person.skills.len().saturating_sub(task.skills.len())),
    })
}

/// What it is worth that somebody arrives at this task after `arrival` seconds.
pub fn worth(problem: &Problem<'_>, task: &Task, arrival: Seconds) -> i64 {
    let weights = &problem.weights;
    let arrival = arrival.min(weights.horizon);
    let overdue = |at: Seconds| task.due_in.map_or(0, |due_in| (at - due_in).max(0));
    let waited = problem
        .now
        .saturating_sub(task.waiting_since)
        .clamp(0, weights.age_max);
    let patient = if task.needs.patient {
        i64::from(weights.patient)
    } else {
        0
    };
    weights.served.of(task.priority)
        + i64::from(weights.age) * waited
        + patient
        + weights.arrival.of(task.priority) * (weights.horizon - arrival)
        + i64::from(weights.late) * (overdue(weights.horizon) - overdue(arrival))
}

fn zone_cost(problem: &Problem<'_>, person: &Person, task: &Task) -> i64 {
    match &person.zones {
        Zones::Preferred(places) if !places.contains(&task.pickup) => {
            i64::from(problem.weights.outside_preferred)
        }
        _ => 0,
    }
}

fn load_cost(problem: &Problem<'_>, person: &Person, task: &Task) -> i64 {
    let weights = &problem.weights;
    let heavy = if task.needs.heavy {
        units(person.load.heavy_jobs)
    } else {
        0
    };
    let walked = units(person.load.walked / WALKED_UNIT);
    i64::from(weights.heavy_share) * heavy + i64::from(weights.walked_share) * walked
}

/// A count, as far as it matters.
fn units(count: impl TryInto<i64>) -> i64 {
    let most = i64::from(FAIRNESS_UNITS_MAX);
    count.try_into().map_or(most, |count| count.min(most))
}
