//! How a plan is found: weigh every pair, match, explain.
//!
//! `pair.rs` says what a single pairing is worth, or what bars it. `matching.rs` finds the best
//! pairings together. `explain.rs` turns the result into offers and reasons. Nothing here looks at
//! a clock or at the order of the input.

mod explain;
mod matching;
mod pair;

use crate::model::{Person, Problem, Status};
use crate::reason::Plan;
use crate::valid::Validated;

/// The people who can be asked, and whom each task got.
struct Round<'problem> {
    problem: &'problem Problem<'problem>,
    /// Everybody ready, in the order of ids.
    ready: Vec<&'problem Person>,
    /// For each task of the problem, positions in `ready`: empty, or a whole crew.
    crews: Vec<Vec<usize>>,
}

/// Decides who is asked for which task in this round.
///
/// The people asked for tasks that need one person are a best possible matching: no other choice
/// has a larger sum of gains, as [`Weights`](crate::Weights) defines them. A task for two gets two
/// people at once or waits; among several such tasks the choice is good rather than proven best.
/// What exceeds the step budget is served in order of urgency by the best person left over. Equal
/// gains go to the smaller id.
///
/// ```
/// use dispatch::{Place, Priority, Problem, Task, TaskId, TravelTimes, plan};
///
/// let travel = TravelTimes::from_edges(1, &[])?;
/// let task = Task::new(TaskId(1), Priority::Routine, Place(0), Place(0));
/// let at_night = Problem::new(&travel, vec![], vec![task]).validated()?;
/// let (_, why) = &plan(&at_night).waiting[0];
/// assert_eq!(why.sentence(), "No one free");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn plan(problem: &Validated<'_>) -> Plan {
    let ready: Vec<&Person> = problem
        .people
        .iter()
        .filter(|person| person.status == Status::Ready)
        .collect();
    let crews = matching::crews(problem, &ready);
    explain::explain(&Round {
        problem,
        ready,
        crews,
    })
}
