//! A small invented hospital, and strategies that generate problems.

use std::collections::BTreeSet;

use dispatch::{
    Edge, Load, Needs, Person, PersonId, Place, Plan, Priority, Problem, Skill, Status, Task,
    TaskId, TravelTimes, WhyWaiting, Zones, plan,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

pub const PLACES: u32 = 6;

/// A corridor of six places, one minute apart: 0 - 1 - 2 - 3 - 4 - 5.
pub fn corridor() -> TravelTimes {
    let edges: Vec<Edge> = (0..PLACES - 1)
        .map(|n| Edge::both_ways(Place(n), Place(n + 1), 60))
        .collect();
    TravelTimes::from_edges(PLACES as usize, &edges).expect("sound edges")
}

pub fn porter(id: i64, place: u32) -> Person {
    Person::ready(PersonId(id), Place(place))
}

pub fn skilled(id: i64, place: u32, skill: &str) -> Person {
    Person {
        skills: BTreeSet::from([Skill::from(skill)]),
        ..porter(id, place)
    }
}

pub fn job(id: i64, priority: Priority, pickup: u32) -> Task {
    Task::new(TaskId(id), priority, Place(pickup), Place(pickup))
}

/// Plans on the corridor and insists that the plan passes `check`.
pub fn planned(people: Vec<Person>, tasks: Vec<Task>) -> Plan {
    let travel = corridor();
    let problem = Problem::new(&travel, people, tasks)
        .validated()
        .expect("a sound problem");
    let plan = plan(&problem);
    assert_eq!(dispatch::check(&problem, &plan), Ok(()));
    plan
}

/// Who is asked for a task, in the order of ids.
pub fn asked(plan: &Plan, task: i64) -> Vec<i64> {
    let offers = plan
        .offers
        .iter()
        .filter(|offer| offer.task == TaskId(task));
    offers.map(|offer| offer.person.0).collect()
}

/// What a task waits for.
pub fn why(plan: &Plan, task: i64) -> WhyWaiting {
    let found = plan
        .waiting
        .iter()
        .find(|(waiting, _)| *waiting == TaskId(task));
    found.expect("the task waits").1.clone()
}

/// Estates with dead ends and one-way doors.
pub fn estates() -> impl Strategy<Value = TravelTimes> {
    let edge = (0..PLACES, 0..PLACES, 0..900_i64, any::<bool>()).prop_map(
        |(from, to, seconds, one_way)| Edge {
            from: Place(from),
            to: Place(to),
            seconds,
            one_way,
        },
    );
    vec(edge, 0..14)
        .prop_map(|edges| TravelTimes::from_edges(PLACES as usize, &edges).expect("sound edges"))
}

fn places() -> impl Strategy<Value = BTreeSet<Place>> {
    btree_set((0..PLACES).prop_map(Place), 0..4)
}

fn skills() -> impl Strategy<Value = BTreeSet<Skill>> {
    let names = prop::sample::select(vec!["oxygen", "bariatric", "cot"]);
    btree_set(names.prop_map(Skill::from), 0..3)
}

pub fn priorities() -> impl Strategy<Value = Priority> {
    use Priority::{Emergency, Routine, Scheduled, Urgent};
    prop::sample::select(vec![Emergency, Urgent, Routine, Scheduled])
}

fn person(id: i64) -> impl Strategy<Value = Person> {
    let status = prop_oneof![
        5 => Just(Status::Ready),
        1 => Just(Status::Offered),
        1 => Just(Status::OnTask),
        1 => Just(Status::Away),
    ];
    let zones = prop_oneof![
        Just(Zones::Free),
        places().prop_map(Zones::Preferred),
        places().prop_map(Zones::Exclusive),
    ];
    let shift = (prop::option::of(-600..7_200_i64), any::<bool>());
    let load = (0..20_u32, 0..9_000_i64);
    let declined = btree_set((0..12_i64).prop_map(TaskId), 0..4);
    (
        (0..PLACES, 0..300_i64, status),
        skills(),
        zones,
        shift,
        load,
        declined,
    )
        .prop_map(
            move |((place, free_in, status), skills, zones, shift, load, declined)| Person {
                free_in,
                status,
                skills,
                zones,
                shift_ends_in: shift.0,
                stays_for_last_job: shift.1,
                load: Load {
                    heavy_jobs: load.0,
                    walked: load.1,
                },
                declined,
                ..porter(id, place)
            },
        )
}

fn task(id: i64, crew_max: u8) -> impl Strategy<Value = Task> {
    let times = (
        -9_000..100_i64,
        prop::option::of(-3_600..5_000_i64),
        0..1_800_i64,
    );
    let held_out = btree_set((0..12_i64).prop_map(PersonId), 0..3);
    let needs = (any::<bool>(), any::<bool>());
    let ends = (0..PLACES, 0..PLACES);
    (
        priorities(),
        ends,
        times,
        skills(),
        1..=crew_max,
        needs,
        held_out,
    )
        .prop_map(
            move |(priority, ends, times, skills, people_needed, needs, held_out)| Task {
                drop: Place(ends.1),
                waiting_since: times.0,
                due_in: times.1,
                handling: times.2,
                skills,
                people_needed,
                needs: Needs {
                    heavy: needs.0,
                    patient: needs.1,
                },
                held_out,
                ..job(id, priority, ends.0)
            },
        )
}

/// Up to `size` people with ids from 0, all different.
pub fn staffs(size: usize) -> impl Strategy<Value = Vec<Person>> {
    (0..=size).prop_flat_map(|count| (0..count as i64).map(person).collect::<Vec<_>>())
}

/// Up to `size` tasks with ids from 0, for up to `crew_max` people each.
pub fn queues(size: usize, crew_max: u8) -> impl Strategy<Value = Vec<Task>> {
    (0..=size).prop_flat_map(move |n| {
        (0..n as i64)
            .map(|id| task(id, crew_max))
            .collect::<Vec<_>>()
    })
}
