//! Input that cannot be: named, refused or left out, and never a panic.

use dispatch::{
    DURATION_MAX, Edge, Fault, Person, PersonId, Place, Priority, Problem, Task, TaskId,
    TravelError, TravelTimes, Weights, check, plan,
};
use proptest::prelude::*;

use crate::samples::{asked, corridor, job, porter};

/// Everything that is wrong is named in one go, in the same order each time.
#[test]
fn every_fault_is_named() {
    let travel = corridor();
    let people = vec![
        porter(1, 77),
        Person {
            free_in: -1,
            ..porter(2, 0)
        },
        porter(3, 0),
        porter(3, 1),
    ];
    let tasks = vec![
        job(1, Priority::Urgent, 99),
        Task {
            handling: i64::MAX,
            ..job(2, Priority::Urgent, 0)
        },
        Task {
            people_needed: 3,
            ..job(3, Priority::Urgent, 0)
        },
        job(4, Priority::Urgent, 0),
        job(4, Priority::Urgent, 0),
    ];
    let problem = Problem {
        steps_max: 0,
        ..Problem::new(&travel, people, tasks)
    };
    let faults = problem.validated().unwrap_err().0;

    let expected = [
        Fault::PersonNowhere {
            person: PersonId(1),
            place: Place(77),
        },
        Fault::TaskNowhere {
            task: TaskId(1),
            place: Place(99),
        },
        Fault::PersonDuration {
            person: PersonId(2),
            field: "free_in",
            seconds: -1,
        },
        Fault::TaskDuration {
            task: TaskId(2),
            field: "handling",
            seconds: i64::MAX,
        },
        Fault::CrewSize {
            task: TaskId(3),
            people_needed: 3,
        },
        Fault::DuplicatePerson(PersonId(3)),
        Fault::DuplicateTask(TaskId(4)),
        Fault::NoSteps,
    ];
    assert_eq!(faults, expected);
}

/// One bad row in the import does not stop the porters: the rest of the day is planned.
#[test]
fn one_bad_row_does_not_stop_the_hospital() {
    let travel = corridor();
    let tasks = vec![job(1, Priority::Urgent, 99), job(2, Priority::Urgent, 0)];
    let (sound, faults) = Problem::new(&travel, vec![porter(1, 0)], tasks).sifted();

    assert_eq!(
        faults,
        [Fault::TaskNowhere {
            task: TaskId(1),
            place: Place(99)
        }]
    );
    assert_eq!(asked(&plan(&sound), 2), [1]);
}

/// Nobody on shift, or nothing to do, is an ordinary night.
#[test]
fn empty_problems_are_planned() {
    let nowhere = TravelTimes::from_edges(0, &[]).unwrap();
    assert!(
        plan(&Problem::new(&nowhere, vec![], vec![]).validated().unwrap())
            .offers
            .is_empty()
    );

    let travel = corridor();
    let idle = Problem::new(&travel, vec![porter(1, 0)], vec![])
        .validated()
        .unwrap();
    assert!(plan(&idle).waiting.is_empty());
}

/// Weights that could send a porter to a wheelchair before a crash call are refused.
#[test]
fn weights_that_blur_the_order_are_refused() {
    let travel = corridor();
    let mut weights = Weights::PUBLISHED;
    weights.served.emergency = weights.served.routine;
    let problem = Problem {
        weights,
        ..Problem::new(&travel, vec![], vec![])
    };
    assert_eq!(
        problem.clone().validated().unwrap_err().0,
        [Fault::WeightsBlurRanks]
    );
    assert_eq!(problem.sifted().0.weights, Weights::PUBLISHED);
}

/// A map with a door to nowhere, a negative walk or a walk of a year is refused by its line.
#[test]
fn impossible_walks_are_refused() {
    let good = Edge::both_ways(Place(0), Place(1), 10);
    let nowhere = Edge::both_ways(Place(0), Place(2), 10);
    assert_eq!(
        TravelTimes::from_edges(2, &[good, nowhere]),
        Err(TravelError::UnknownPlace {
            edge: 1,
            place: Place(2)
        })
    );
    for seconds in [-1, DURATION_MAX + 1, i64::MAX, i64::MIN] {
        let edge = Edge { seconds, ..good };
        assert_eq!(
            TravelTimes::from_edges(2, &[edge]),
            Err(TravelError::BadDuration { edge: 0, seconds })
        );
    }
    let places = usize::MAX;
    assert_eq!(
        TravelTimes::from_edges(places, &[]),
        Err(TravelError::TooManyPlaces { places })
    );
}

proptest! {
    /// Whatever numbers arrive, faulty rows are left out and the rest is planned by the rules.
    #[test]
    fn no_numbers_cause_a_panic(
        now in any::<i64>(),
        steps_max in 0..1_000_000_u64,
        people in prop::collection::vec((any::<i8>(), 0..9_u32, any::<i64>(), any::<u32>()), 0..9),
        tasks in prop::collection::vec((any::<i8>(), 0..9_u32, any::<i64>(), any::<u8>()), 0..9),
    ) {
        let travel = corridor();
        let people = people.into_iter().map(|(id, place, seconds, heavy)| {
            let mut person = Person { free_in: seconds, ..porter(id.into(), place) };
            person.load.heavy_jobs = heavy;
            person.free_in = if heavy % 2 == 0 { 0 } else { seconds };
            person.shift_ends_in = Some(seconds);
            person
        });
        let tasks = tasks.into_iter().map(|(id, place, seconds, crew)| Task {
            waiting_since: seconds,
            due_in: (crew % 2 == 0).then_some(seconds),
            people_needed: crew % 4,
            ..job(id.into(), Priority::Urgent, place)
        });
        let problem = Problem::new(&travel, people.collect(), tasks.collect());
        let problem = Problem { now, steps_max, ..problem };
        let unsifted = dispatch::Plan::default();
        let _ = check(&problem, &unsifted); // must not panic on unsifted input either
        let (sound, _) = problem.sifted();
        prop_assert_eq!(check(&sound, &plan(&sound)), Ok(()));
    }
}
