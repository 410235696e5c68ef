//! `check` finds what it is there to find: good plans are spoiled on purpose.

use dispatch::{
    Person, PersonId, Plan, Priority, Problem, Skill, Status, Task, TaskId, TravelTimes, Violation,
    WhyWaiting, check, plan,
};

use crate::samples::{corridor, job, porter};

/// Two porters and two tasks, of which the second is urgent, and their good plan.
fn good(travel: &TravelTimes) -> (Problem<'_>, Plan) {
    let people = vec![porter(1, 0), porter(2, 5)];
    let tasks = vec![job(1, Priority::Routine, 0), job(2, Priority::Urgent, 5)];
    let problem = Problem::new(travel, people, tasks);
    let plan = plan(&problem.clone().validated().expect("a sound problem"));
    assert_eq!(check(&problem, &plan), Ok(()));
    (problem, plan)
}

fn finds(problem: &Problem<'_>, plan: &Plan, violation: &Violation) {
    let found = check(problem, plan).expect_err("a spoiled plan");
    assert!(
        found.contains(violation),
        "{found:?} does not contain {violation:?}"
    );
}

/// A plan that forgets a task, or lists it in both lists, is refused.
#[test]
fn a_forgotten_task_is_found() {
    let travel = corridor();
    let (problem, mut plan) = good(&travel);
    plan.waiting.push((TaskId(1), WhyWaiting::NobodyReady));
    finds(&problem, &plan, &Violation::NotListedOnce(TaskId(1)));
    finds(&problem, &plan, &Violation::FalseWaitingReason(TaskId(1)));

    plan.waiting.clear();
    plan.offers.remove(0);
    finds(&problem, &plan, &Violation::NotListedOnce(TaskId(1)));
}

/// A plan that asks one porter twice, or a stranger, is refused.
#[test]
fn a_wrong_person_is_found() {
    let travel = corridor();
    let (problem, plan) = good(&travel);
    let mut twice = plan.clone();
    twice.offers[1].person = PersonId(1);
    finds(&problem, &twice, &Violation::AskedTwice(PersonId(1)));

    let mut stranger = plan;
    stranger.offers[1].person = PersonId(99);
    finds(&problem, &stranger, &Violation::UnknownPerson(PersonId(99)));
}

/// A plan made a moment ago is refused when the porter has gone on a break since, or the task
/// turns out to need oxygen.
#[test]
fn a_barred_person_is_found() {
    let travel = corridor();
    let (problem, plan) = good(&travel);
    let barred = |rule| Violation::Barred {
        task: TaskId(1),
        person: PersonId(1),
        rule,
    };

    let mut on_break = problem.clone();
    on_break.people[0] = Person {
        status: Status::Away,
        ..porter(1, 0)
    };
    finds(&on_break, &plan, &barred("not ready"));

    let mut oxygen = problem.clone();
    oxygen.tasks[0].skills.insert(Skill::from("oxygen"));
    finds(&oxygen, &plan, &barred("lacks a skill"));

    let mut held_out = problem;
    held_out.tasks[0].held_out.insert(PersonId(1));
    finds(&held_out, &plan, &barred("held out"));
}

/// Half a crew, needless waiting, and a routine task before an urgent one are refused.
#[test]
fn a_bad_order_is_found() {
    let travel = corridor();
    let (mut problem, mut plan) = good(&travel);
    plan.offers.remove(1);
    plan.waiting
        .push((TaskId(2), WhyWaiting::BehindInQueue { task: TaskId(1) }));
    finds(&problem, &plan, &Violation::WaitsNeedlessly(TaskId(2)));
    let less_urgent = Violation::LessUrgentFirst {
        waiting: TaskId(2),
        person: PersonId(1),
        offered: TaskId(1),
    };
    finds(&problem, &plan, &less_urgent);

    problem.tasks[0] = Task {
        people_needed: 2,
        ..job(1, Priority::Routine, 0)
    };
    finds(
        &problem,
        &plan,
        &Violation::WrongCrew {
            task: TaskId(1),
            asked: 1,
        },
    );
}

/// A reason with a wrong walk in it is refused.
#[test]
fn a_false_reason_is_found() {
    let travel = corridor();
    let (problem, mut plan) = good(&travel);
    plan.offers[0].reason.walk_seconds += 1;
    let false_reason = Violation::FalseReason {
        task: TaskId(1),
        person: PersonId(1),
    };
    finds(&problem, &plan, &false_reason);
}
