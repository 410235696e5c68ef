//! The best pairings together: the assignment problem, solved exactly (Kuhn-Munkres).
//!
//! A two-person task takes two seats in the matrix. That can leave one seat filled and one empty;
//! then the least urgent such task is taken out and the rest is matched again. The step budget
//! bounds both the size of the matrix and the number of rounds.

use std::cmp::Reverse;

use pathfinding::prelude::{Matrix, kuhn_munkres};

use crate::model::{Person, Problem, Task};

use super::pair;

/// For each task, positions in `ready`: empty, or a whole crew.
pub fn crews(problem: &Problem<'_>, ready: &[&Person]) -> Vec<Vec<usize>> {
    let queue = by_urgency(problem);
    let mut crews = best_crews(problem, ready, &queue);
    fill_from_idle(problem, ready, &queue, &mut crews);
    crews
}

/// All tasks, most urgent first.
fn by_urgency(problem: &Problem<'_>) -> Vec<usize> {
    let mut queue: Vec<usize> = (0..problem.tasks.len()).collect();
    queue.sort_by_key(|&index| {
        let task = &problem.tasks[index];
        (
            task.priority.rank(),
            Reverse(pair::worth(problem, task, 0)),
            task.id,
        )
    });
    queue
}

/// Matches as many of the most urgent tasks as the budget allows.
fn best_crews(problem: &Problem<'_>, ready: &[&Person], queue: &[usize]) -> Vec<Vec<usize>> {
    let mut crews = vec![Vec::new(); problem.tasks.len()];
    let mut entrants: Vec<usize> = queue.to_vec();
    let mut steps_left = problem.steps_max;
    loop {
        let seats = seats_within(problem, ready.len(), &entrants, &mut steps_left);
        crews.iter_mut().for_each(Vec::clear);
        for (&seat, person) in seats.iter().zip(match_seats(problem, ready, &seats)) {
            crews[seat].extend(person);
        }
        let half_filled = |index: &usize| {
            let asked = crews[*index].len();
            asked > 0 && asked < usize::from(problem.tasks[*index].people_needed)
        };
        // The queue is in order of urgency, so the last one found is the least urgent.
        let Some(least_urgent) = entrants.iter().rposition(half_filled) else {
            return crews;
        };
        if steps(seats.len(), ready.len()) > steps_left {
            let halves: Vec<usize> = entrants.into_iter().filter(half_filled).collect();
            halves.into_iter().for_each(|index| crews[index].clear());
            return crews;
        }
        entrants.remove(least_urgent);
    }
}

/// The seats, task by task, that a matrix within the budget can hold; pays for it.
fn seats_within(
    problem: &Problem<'_>,
    people: usize,
    entrants: &[usize],
    steps_left: &mut u64,
) -> Vec<usize> {
    let mut seats = Vec::new();
    for &index in entrants {
        let crew = usize::from(problem.tasks[index].people_needed);
        if steps(seats.len() + crew, people) > *steps_left {
            break;
        }
        seats.extend(std::iter::repeat_n(index, crew));
    }
    *steps_left -= steps(seats.len(), people);
    seats
}

/// The cost of one matrix: the shorter side twice, the longer once.
fn steps(seats: usize, people: usize) -> u64 {
    let (shorter, longer) = (seats.min(people) as u64, seats.max(people) as u64);
    // Both sides are at most 20,000, so the product fits.
    shorter * shorter * longer
}

/// Who sits where. A gain of 0 stands for "barred", and is read back as "nobody".
fn match_seats(problem: &Problem<'_>, ready: &[&Person], seats: &[usize]) -> Vec<Option<usize>> {
    if seats.is_empty() || ready.is_empty() {
        return vec![None; seats.len()];
    }
    let gain = |seat: usize, person: usize| -> i64 {
        let task = &problem.tasks[seats[seat]];
        pair::weigh(problem, ready[person], task).map_or(0, |pairing| pairing.gain())
    };
    // The algorithm wants no more rows than columns.
    if seats.len() <= ready.len() {
        let gains = Matrix::from_fn(seats.len(), ready.len(), |(seat, person)| {
            gain(seat, person)
        });
        let (_, people) = kuhn_munkres(&gains);
        let filled = people.into_iter().enumerate();
        return filled
            .map(|(seat, person)| (gains[(seat, person)] > 0).then_some(person))
            .collect();
    }
    let gains = Matrix::from_fn(ready.len(), seats.len(), |(person, seat)| {
        gain(seat, person)
    });
    let (_, taken) = kuhn_munkres(&gains);
    let mut people = vec![None; seats.len()];
    for (person, seat) in taken.into_iter().enumerate() {
        if gains[(person, seat)] > 0 {
            people[seat] = Some(person);
        }
    }
    people
}

/// Gives tasks still without a crew to people still without a task, most urgent first: those
/// beyond the budget, and two-person tasks taken out on the way.
fn fill_from_idle(
    problem: &Problem<'_>,
    ready: &[&Person],
    queue: &[usize],
    crews: &mut [Vec<usize>],
) {
    let mut idle = vec![true; ready.len()];
    crews
        .iter()
        .flatten()
        .for_each(|&person| idle[person] = false);
    for &index in queue {
        if !crews[index].is_empty() || !idle.contains(&true) {
            continue;
        }
        let task: &Task = &problem.tasks[index];
        let mut able: Vec<(Reverse<i64>, usize)> = (0..ready.len())
            .filter(|&person| idle[person])
            .filter_map(|person| {
                let pairing = pair::weigh(problem, ready[person], task).ok()?;
                Some((Reverse(pairing.gain()), person))
            })
            .collect();
        able.sort_unstable();
        let crew = usize::from(task.people_needed);
        if able.len() >= crew {
            crews[index] = able[..crew].iter().map(|&(_, person)| person).collect();
            crews[index].iter().for_each(|&person| idle[person] = false);
        }
    }
}
