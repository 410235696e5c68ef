//! A second opinion: the published formula written again, and every possible choice counted.

use dispatch::{
    FAIRNESS_UNITS_MAX, Person, PersonId, Plan, Problem, Status, Task, TravelTimes, Zones, plan,
};
use proptest::prelude::*;

use crate::samples::{estates, queues, staffs};

/// The gain of one pairing as `weights.rs` publishes it; `None` when it is barred.
fn gain(problem: &Problem<'_>, person: &Person, task: &Task) -> Option<i64> {
    let walk = problem.travel.between(person.place, task.pickup)?;
    let carry = problem.travel.between(task.pickup, task.drop)?;
    let finish = person.free_in + walk + task.handling + carry;
    let outside = |places: &std::collections::BTreeSet<_>| !places.contains(&task.pickup);
    let barred = person.status != Status::Ready
        || !task.skills.is_subset(&person.skills)
        || matches!(&person.zones, Zones::Exclusive(places) if outside(places))
        || person.shift_ends_in.is_some_and(|end| end <= 0)
        || (person.shift_ends_in.is_some_and(|end| end < finish) && !person.stays_for_last_job)
        || person.declined.contains(&task.id)
        || task.held_out.contains(&person.id);
    if barred {
        return None;
    }
    let w = &problem.weights;
    let most = i64::from(FAIRNESS_UNITS_MAX);
    let arrival = (person.free_in + walk).min(w.horizon);
    let overdue = |at: i64| task.due_in.map_or(0, |due| (at - due).max(0));
    let mut gain = w.served.of(task.priority);
    gain += i64::from(w.age) * (problem.now - task.waiting_since).clamp(0, w.age_max);
    gain += if task.needs.patient {
        i64::from(w.patient)
    } else {
        0
    };
    gain += w.arrival.of(task.priority) * (w.horizon - arrival);
    gain += i64::from(w.late) * (overdue(w.horizon) - overdue(arrival));
    gain -= i64::from(w.walk) * walk.min(w.horizon);
    if matches!(&person.zones, Zones::Preferred(places) if outside(places)) {
        gain -= i64::from(w.outside_preferred);
    }
    if task.needs.heavy {
        gain -= i64::from(w.heavy_share) * i64::from(person.load.heavy_jobs).min(most);
    }
    gain -= i64::from(w.walked_share) * (person.load.walked / 600).min(most);
    let spare = (person.skills.len() - task.skills.len()) as i64;
    Some(gain - i64::from(w.spare_skill) * spare.min(most))
}

/// The largest sum of gains over every way to give `tasks` to people not yet `used`.
fn best_sum(problem: &Problem<'_>, tasks: &[Task], used: &mut Vec<PersonId>) -> i64 {
    let Some((first, rest)) = tasks.split_first() else {
        return 0;
    };
    let mut best = best_sum(problem, rest, used); // the first waits
    for person in &problem.people {
        if let Some(gain) = gain(problem, person, first)
            && !used.contains(&person.id)
        {
            used.push(person.id);
            best = best.max(gain + best_sum(problem, rest, used));
            used.pop();
        }
    }
    best
}

fn sum_of(problem: &Problem<'_>, plan: &Plan) -> i64 {
    let gain_of = |offer: &dispatch::Offer| {
        let person = problem
            .people
            .iter()
            .find(|person| person.id == offer.person)
            .expect("known");
        let task = problem
            .tasks
            .iter()
            .find(|task| task.id == offer.task)
            .expect("known");
        gain(problem, person, task).expect("an offered pairing is not barred")
    };
    plan.offers.iter().map(gain_of).sum()
}

fn compare(travel: &TravelTimes, people: Vec<Person>, tasks: Vec<Task>) -> (i64, i64) {
    let problem = Problem::new(travel, people, tasks)
        .validated()
        .expect("a sound problem");
    let found = sum_of(&problem, &plan(&problem));
    (found, best_sum(&problem, &problem.tasks, &mut Vec::new()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Up to four porters and four one-person tasks: no choice a patient coordinator could find
    /// by trying all of them is better than the plan.
    #[test]
    fn no_choice_is_better(
        travel in estates(), people in staffs(4), tasks in queues(4, 1)
    ) {
        let (found, best) = compare(&travel, people, tasks);
        prop_assert_eq!(found, best);
    }
}
