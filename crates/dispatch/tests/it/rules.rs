//! The rules of asking, one sentence each.

use std::collections::BTreeSet;

use dispatch::{
    Edge, Load, Needs, NotChosen, Person, PersonId, Place, Priority, Problem, Skill, Status, Task,
    TaskId, TravelTimes, WhyWaiting, Zones, estimate, plan,
};

use crate::samples::{asked, corridor, job, planned, porter, skilled, why};

use Priority::{Emergency, Routine, Urgent};

/// Two porters are free; the one round the corner is asked, and the card says so.
#[test]
fn the_nearest_is_asked() {
    let plan = planned(vec![porter(1, 5), porter(2, 1)], vec![job(1, Routine, 0)]);

    assert_eq!(asked(&plan, 1), [2]);
    assert_eq!(
        plan.offers[0].reason.sentence(),
        "Nearest person free, about 1 min away"
    );
}

/// The coordinator can see who else was thought of, and what spoke against each.
#[test]
fn each_alternative_says_why_not() {
    let oxygen = || BTreeSet::from([Skill::from("oxygen")]);
    let leaves_soon = Person {
        shift_ends_in: Some(90),
        ..skilled(4, 2, "oxygen")
    };
    let people = vec![
        porter(1, 0),
        skilled(2, 1, "oxygen"),
        skilled(3, 4, "oxygen"),
        leaves_soon,
    ];
    let task = Task {
        skills: oxygen(),
        ..job(1, Urgent, 0)
    };
    let plan = planned(people, vec![task]);

    assert_eq!(asked(&plan, 1), [2]);
    let reason = &plan.offers[0].reason;
    assert_eq!(
        reason.sentence(),
        "Nearest with oxygen training, about 1 min away"
    );
    let others: Vec<(i64, String)> = reason
        .alternatives
        .iter()
        .map(|a| (a.person.0, a.not_chosen.sentence()))
        .collect();
    let expected = [
        (1, "No oxygen training".to_owned()),
        (4, "Shift ends too soon".to_owned()),
        (3, "About 3 min farther".to_owned()),
    ];
    assert_eq!(others, expected);
}

/// One porter, a crash call and a wheelchair: the crash call goes first, and the ward that waits
/// for the wheelchair is told.
#[test]
fn an_emergency_goes_before_everything() {
    let wheelchair = Task {
        waiting_since: -50_000,
        due_in: Some(-40_000),
        ..job(1, Routine, 0)
    };
    let plan = planned(vec![porter(1, 0)], vec![wheelchair, job(2, Emergency, 5)]);

    assert_eq!(asked(&plan, 2), [1]);
    assert_eq!(
        why(&plan, 1),
        WhyWaiting::KeptForMoreUrgent { task: TaskId(2) }
    );
    let said = why(&plan, 1).sentence();
    assert_eq!(
        said,
        "Everyone able is needed for more urgent work (task 2)"
    );
}

/// Of two tasks of one rank the older goes first.
#[test]
fn the_longer_waiting_goes_first() {
    let old = Task {
        waiting_since: -600,
        ..job(2, Routine, 0)
    };
    let plan = planned(vec![porter(1, 0)], vec![job(1, Routine, 0), old]);

    assert_eq!(asked(&plan, 2), [1]);
    assert_eq!(why(&plan, 1), WhyWaiting::BehindInQueue { task: TaskId(2) });
}

/// Of two tasks equally old, the one that is about to be late goes first.
#[test]
fn the_sooner_due_goes_first() {
    let soon = Task {
        due_in: Some(300),
        ..job(2, Routine, 0)
    };
    let later = Task {
        due_in: Some(3_000),
        ..job(1, Routine, 0)
    };
    let plan = planned(vec![porter(1, 0)], vec![later, soon]);

    assert_eq!(asked(&plan, 2), [1]);
}

/// The nearest porter is the only one trained for oxygen, and oxygen is needed elsewhere: the
/// second nearest takes the wheelchair, so that nobody waits.
#[test]
fn a_rare_skill_is_kept_for_who_needs_it() {
    let people = vec![skilled(1, 0, "oxygen"), porter(2, 1)];
    let with_oxygen = Task {
        skills: BTreeSet::from([Skill::from("oxygen")]),
        ..job(2, Routine, 3)
    };
    let plan = planned(people, vec![job(1, Routine, 0), with_oxygen]);

    assert_eq!((asked(&plan, 1), asked(&plan, 2)), (vec![2], vec![1]));
    assert_eq!(
        plan.offers[0].reason.sentence(),
        "Second nearest, about 1 min away; a nearer colleague is kept for another task"
    );
}

/// Two porters stand side by side; the one who has pushed six beds today is spared the seventh.
#[test]
fn heavy_work_is_shared() {
    let tired = Person {
        load: Load {
            heavy_jobs: 6,
            walked: 0,
        },
        ..porter(1, 0)
    };
    let heavy = Task {
        needs: Needs {
            heavy: true,
            patient: true,
        },
        ..job(1, Routine, 0)
    };
    let plan = planned(vec![tired, porter(2, 1)], vec![heavy]);

    assert_eq!(asked(&plan, 1), [2]);
    assert_eq!(
        plan.offers[0].reason.alternatives[0].not_chosen,
        NotChosen::SharesLoad
    );
    assert_eq!(
        plan.offers[0].reason.sentence(),
        "Second nearest, about 1 min away; heavy work and walking are shared out"
    );
}

/// A bed takes two: both are asked at once, and each hears that it is together.
#[test]
fn a_two_person_task_asks_two_at_once() {
    let bed = Task {
        people_needed: 2,
        ..job(1, Routine, 0)
    };
    let plan = planned(vec![porter(1, 4), porter(2, 0), porter(3, 1)], vec![bed]);

    assert_eq!(asked(&plan, 1), [2, 3]);
    assert_eq!(plan.offers[0].reason.together_with, Some(PersonId(3)));
    assert_eq!(
        plan.offers[0].reason.sentence(),
        "Nearest person free, already there, together with a colleague"
    );
}

/// With one porter on the floor a bed waits for a second, and the porter is not kept idle.
#[test]
fn a_two_person_task_holds_nobody_up() {
    let bed = Task {
        people_needed: 2,
        ..job(1, Urgent, 0)
    };
    let plan = planned(vec![porter(1, 0)], vec![bed, job(2, Routine, 3)]);

    assert_eq!(why(&plan, 1), WhyWaiting::NeedsTwo);
    assert_eq!(asked(&plan, 2), [1]);
}

/// Nobody on a break, on a task or thinking about an offer is disturbed.
#[test]
fn only_who_is_ready_is_asked() {
    for status in [Status::Away, Status::OnTask, Status::Offered] {
        let plan = planned(
            vec![Person {
                status,
                ..porter(1, 0)
            }],
            vec![job(1, Emergency, 0)],
        );
        assert_eq!(why(&plan, 1), WhyWaiting::NobodyReady);
    }
}

/// Who declined a task is not asked again, and no colleague hears about it.
#[test]
fn declining_is_respected_and_private() {
    let declined = Person {
        declined: BTreeSet::from([TaskId(1)]),
        ..porter(1, 0)
    };
    let plan = planned(
        vec![declined.clone(), porter(2, 5)],
        vec![job(1, Urgent, 0)],
    );
    assert_eq!(asked(&plan, 1), [2]);
    assert_eq!(plan.offers[0].reason.alternatives, []);
    assert!(
        plan.offers[0]
            .reason
            .sentence()
            .starts_with("The only one free")
    );

    let plan = planned(vec![declined], vec![job(1, Urgent, 0)]);
    assert_eq!(why(&plan, 1), WhyWaiting::AllDeclined);
}

/// A porter who must not lift is not asked to, and nothing in the plan mentions it.
#[test]
fn being_held_out_leaves_no_trace() {
    let task = Task {
        held_out: BTreeSet::from([PersonId(1)]),
        ..job(1, Urgent, 0)
    };
    let plan = planned(vec![porter(1, 0), porter(2, 5)], vec![task.clone()]);
    assert_eq!(asked(&plan, 1), [2]);
    assert_eq!(plan.offers[0].reason.alternatives, []);

    let plan = planned(vec![porter(1, 0)], vec![task]);
    assert_eq!(why(&plan, 1).sentence(), "No one free can be asked");
}

/// Ten minutes before the end of a shift nobody is sent on a twenty-minute job, unless they
/// themselves chose to stay.
#[test]
fn the_last_job_fits_into_the_shift() {
    let long = Task {
        handling: 1_200,
        ..job(1, Routine, 0)
    };
    let leaving = Person {
        shift_ends_in: Some(600),
        ..porter(1, 0)
    };
    let plan = planned(vec![leaving.clone()], vec![long.clone()]);
    assert_eq!(why(&plan, 1), WhyWaiting::EndOfShift);

    let staying = Person {
        stays_for_last_job: true,
        ..leaving
    };
    assert_eq!(
        asked(&planned(vec![staying.clone()], vec![long.clone()]), 1),
        [1]
    );

    let gone = Person {
        shift_ends_in: Some(0),
        ..staying
    };
    assert_eq!(
        why(&planned(vec![gone], vec![long]), 1),
        WhyWaiting::EndOfShift
    );
}

/// Theatre porters stay in theatres; who merely prefers an area is asked elsewhere only when
/// nobody else is about as near.
#[test]
fn zones_are_kept() {
    let elsewhere = || BTreeSet::from([Place(5)]);
    let bound = Person {
        zones: Zones::Exclusive(elsewhere()),
        ..porter(1, 0)
    };
    let plan = planned(vec![bound.clone()], vec![job(1, Urgent, 0)]);
    assert_eq!(why(&plan, 1), WhyWaiting::NobodyCoversArea);

    let inclined = Person {
        zones: Zones::Preferred(elsewhere()),
        ..porter(1, 0)
    };
    let near = planned(
        vec![inclined.clone(), porter(2, 1)],
        vec![job(1, Routine, 0)],
    );
    assert_eq!(asked(&near, 1), [2]);
    assert_eq!(
        asked(&planned(vec![inclined], vec![job(1, Routine, 0)]), 1),
        [1]
    );
}

/// The queue names the training that is missing.
#[test]
fn a_missing_skill_is_named() {
    let both = BTreeSet::from([Skill::from("cot"), Skill::from("oxygen")]);
    let task = Task {
        skills: both,
        ..job(1, Urgent, 0)
    };

    let plan = planned(vec![skilled(1, 0, "cot")], vec![task.clone()]);
    assert_eq!(why(&plan, 1).sentence(), "No one free with oxygen");

    let plan = planned(
        vec![skilled(1, 0, "cot"), skilled(2, 0, "oxygen")],
        vec![task],
    );
    assert_eq!(why(&plan, 1).sentence(), "No one free with cot and oxygen");
}

/// A ward behind a door that opens the other way cannot be reached, and the queue says so.
#[test]
fn one_way_doors_count() {
    let travel = TravelTimes::from_edges(2, &[Edge::one_way(Place(1), Place(0), 10)]).unwrap();
    let problem = Problem::new(&travel, vec![porter(1, 0)], vec![job(1, Urgent, 1)]);
    let plan = plan(&problem.validated().unwrap());

    assert_eq!(why(&plan, 1), WhyWaiting::Unreachable);
}

/// Where nothing speaks for one or the other, the smaller id is taken: always the same one.
#[test]
fn ties_go_to_the_smaller_id() {
    let plan = planned(
        vec![porter(9, 0), porter(3, 0), porter(5, 0)],
        vec![job(8, Routine, 0), job(2, Routine, 0)],
    );
    assert_eq!((asked(&plan, 2), asked(&plan, 8)), (vec![3], vec![5]));
    assert_eq!(
        plan.offers[0].reason.alternatives[1].not_chosen,
        NotChosen::Even
    );
}

/// With hardly any steps allowed the most urgent task is still served, and nobody stands idle.
#[test]
fn a_tight_budget_still_serves_the_most_urgent() {
    let travel = corridor();
    let tasks: Vec<Task> = (1..=40)
        .map(|id| {
            job(
                id,
                if id == 37 { Emergency } else { Routine },
                (id % 6) as u32,
            )
        })
        .collect();
    let problem = Problem {
        steps_max: 1,
        ..Problem::new(&travel, vec![porter(1, 0), porter(2, 5)], tasks)
    };
    let problem = problem.validated().unwrap();
    let plan = plan(&problem);

    assert_eq!(dispatch::check(&problem, &plan), Ok(()));
    assert_eq!(asked(&plan, 37).len(), 1);
    assert_eq!(plan.offers.len(), 2);
}

/// With one step allowed there is room for one task, and it is the one that waited longest.
#[test]
fn a_tight_budget_still_serves_the_longest_waiting() {
    let travel = corridor();
    let old = Task {
        waiting_since: -600,
        ..job(2, Routine, 5)
    };
    let tasks = vec![job(1, Routine, 0), old, job(3, Routine, 0)];
    let problem = Problem {
        steps_max: 1,
        ..Problem::new(&travel, vec![porter(1, 0)], tasks)
    };
    let plan = plan(&problem.validated().unwrap());

    assert_eq!(asked(&plan, 2), [1]);
}

/// The ward sees when the porter who accepted will arrive: what keeps them first, then the walk.
#[test]
fn the_expected_arrival_adds_up() {
    let travel = corridor();
    assert_eq!(estimate(&travel, Place(0), 30, Place(2)), Some(150));
    assert_eq!(estimate(&travel, Place(0), -5, Place(2)), Some(120));
    assert_eq!(estimate(&travel, Place(0), 0, Place(77)), None);
}

/// A lift that is quicker than the stairs is taken, although it has more stops.
#[test]
fn the_shortest_way_is_found() {
    let edges = [
        Edge::both_ways(Place(0), Place(3), 100),
        Edge::both_ways(Place(0), Place(1), 20),
        Edge::both_ways(Place(1), Place(2), 20),
        Edge::one_way(Place(2), Place(3), 20),
    ];
    let travel = TravelTimes::from_edges(4, &edges).unwrap();

    assert_eq!(travel.between(Place(0), Place(3)), Some(60));
    assert_eq!(travel.between(Place(3), Place(0)), Some(100));
}
