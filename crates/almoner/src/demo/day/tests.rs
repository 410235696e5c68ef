//! The day must look like one: the right amount, at the right hours, from somewhere to somewhere.

use care::tasking::import::{KnownCodes, LineNumber, check_tasks};
use care::tasking::model::TaskTypeSpec;

use super::*;
use crate::demo::hospital::harrowmere;

const MIDNIGHT: i64 = 1_795_305_600 * SECOND;

fn days(count: u64) -> Vec<Request> {
    let hospital = harrowmere();
    (0..count)
        .flat_map(|seed| plan(&hospital, seed, MIDNIGHT, REQUESTS_PER_DAY))
        .collect()
}

fn percent(requests: &[Request], is_so: impl Fn(&Request) -> bool) -> f64 {
    let count = requests.iter().filter(|request| is_so(request)).count();
    100.0 * count as f64 / requests.len() as f64
}

/// The same seed is the same day; another seed is another.
#[test]
fn a_seed_is_a_day() {
    let hospital = harrowmere();
    let day = |seed| plan(&hospital, seed, MIDNIGHT, REQUESTS_PER_DAY);
    assert_eq!(day(7), day(7));
    assert_ne!(day(7), day(8));
}

/// About as many requests as ordered, in order, most of them between seven and eight in the
/// evening.
#[test]
fn the_day_has_its_shape() {
    let requests = days(20);
    let per_day = requests.len() as f64 / 20.0;
    assert!((465.0..535.0).contains(&per_day), "{per_day} a day");
    let hour = |request: &Request| (request.row.requested_at - MIDNIGHT) / (60 * MINUTE);
    let by_day = percent(&requests, |request| (7..20).contains(&hour(request)));
    assert!((80.0..88.0).contains(&by_day), "{by_day} % by day");
    assert!((HOURLY.iter().sum::<f64>() - 1.0).abs() < 0.001);

    let one_day = plan(&harrowmere(), 3, MIDNIGHT, REQUESTS_PER_DAY);
    assert!(one_day.is_sorted_by_key(|request| request.row.requested_at));
}

/// The shares that the reference names come out of the dice.
#[test]
fn the_shares_come_out() {
    let requests = days(20);
    let near = |what: &str, got: f64, expected: f64, apart: f64| {
        assert!(
            (got - expected).abs() < apart,
            "{what}: {got} %, {expected} % expected"
        );
    };
    near(
        "patients",
        percent(&requests, |request| request.patient.is_some()),
        60.0,
        2.0,
    );
    near(
        "ahead",
        percent(&requests, |request| request.row.due_at.is_some()),
        30.0,
        2.0,
    );
    near(
        "cancelled",
        percent(&requests, |request| request.cancelled.is_some()),
        8.0,
        1.0,
    );
    let of = |wanted| move |request: &Request| request.row.priority == wanted;
    near(
        "emergency",
        percent(&requests, of(Priority::Emergency)),
        5.0,
        1.0,
    );
    near(
        "urgent",
        percent(&requests, of(Priority::Urgent)),
        20.0,
        2.5,
    );
}

/// Every request names a kind and places that exist, goes somewhere else, and has needs that can be
/// met.
#[test]
fn every_request_could_be_imported() {
    let hospital = harrowmere();
    let requests = plan(&hospital, 5, MIDNIGHT, REQUESTS_PER_DAY);
    let kinds = KnownCodes::from_iter(hospital.task_types.iter().map(|kind| kind.code.clone()));
    let places = KnownCodes::from_iter(hospital.places.iter().map(|place| place.code.clone()));
    let rows = requests.iter().map(|request| request.row.clone());
    let rows: Vec<_> = (2..).map(LineNumber).zip(rows).collect();

    assert_eq!(check_tasks(&rows, &kinds, &places), []);
    for Request {
        row,
        ready_at,
        patient,
        ..
    } in &requests
    {
        assert_ne!(Some(&row.from), row.to.as_ref());
        let needs = row.needs.clone().unwrap();
        assert_eq!(needs.mode.is_some(), patient.is_some());
        assert!(needs.checked().is_ok());
        assert!(
            ready_at.is_none_or(|ready_at| ready_at > row.requested_at && row.due_at.is_none())
        );
    }
}

/// Each kind of work is asked for in the course of a week.
#[test]
fn every_kind_of_work_is_asked_for() {
    let requests = days(7);
    let hospital = harrowmere();
    let is_asked = |kind: &&TaskTypeSpec| {
        requests
            .iter()
            .any(|request| request.row.task_type == kind.code)
    };
    assert_eq!(
        hospital.task_types.iter().filter(is_asked).count(),
        hospital.task_types.len()
    );
}

fn share_of(acts: &[Act], is_so: impl Fn(&Act) -> bool) -> f64 {
    acts.iter().filter(|act| is_so(act)).count() as f64 / acts.len() as f64
}

fn acts(situation: Situation) -> Vec<Act> {
    let people: Vec<Behaviour> = (0..20).map(|person| Behaviour::new(1, person)).collect();
    people
        .iter()
        .flat_map(|one| (0..250).map(|task| one.next(task, situation).act))
        .collect()
}

/// One offer in twenty is declined, one in twenty not heard, and every other answered in time.
#[test]
fn offers_are_answered_as_in_life() {
    let answers = acts(Situation::Offered { timer_seconds: 45 });
    let declined = share_of(&answers, |act| matches!(act, Act::Decline(_)));
    let unheard = share_of(&answers, |act| matches!(act, Act::LetExpire));
    assert!((0.04..0.06).contains(&declined), "{declined}");
    assert!((0.04..0.06).contains(&unheard), "{unheard}");
    for task in 0..500 {
        let next = Behaviour::new(1, 2).next(task, Situation::Offered { timer_seconds: 30 });
        let is_in_time = next.after_seconds < 30;
        assert_eq!(is_in_time, next.act != Act::LetExpire, "{next:?}");
    }
}

/// Every fourth task pauses, once, for about six minutes.
#[test]
fn every_fourth_task_pauses_once() {
    let there = |has_paused| Situation::AtPickup {
        handling_seconds: 300,
        has_far_end: true,
        has_paused,
        with_patient: true,
    };
    let paused = share_of(&acts(there(false)), |act| matches!(act, Act::Pause(_)));
    assert!((0.23..0.27).contains(&paused), "{paused}");
    assert!(acts(there(true)).iter().all(|act| *act == Act::Depart));

    let one = Behaviour::new(1, 2);
    let total: u32 = (0..4_000)
        .map(|task| one.next(task, Situation::Paused).after_seconds)
        .sum();
    let mean = f64::from(total) / 4_000.0;
    assert!((320.0..400.0).contains(&mean), "{mean} s");
}

/// What a person does with a task does not depend on what else they did before.
#[test]
fn what_somebody_does_depends_on_the_task_alone() {
    let one = Behaviour::new(9, 4);
    let first = one.next(17, Situation::Accepted);
    one.next(18, Situation::Paused);
    assert_eq!(one.next(17, Situation::Accepted), first);
    assert_eq!(Behaviour::new(9, 4).next(17, Situation::Accepted), first);
    assert!((0.85..1.25).contains(&one.walking_factor));
}

/// A break that is due comes before a wish to help, and the end of the shift before both.
#[test]
fn breaks_and_endings_come_first() {
    let idle = |break_due, shift_over| {
        acts(Situation::Idle {
            break_due,
            shift_over,
        })
    };
    assert!(idle(true, false).iter().all(|act| *act == Act::StartBreak));
    assert!(idle(true, true).iter().all(|act| *act == Act::EndShift));
    let waits = share_of(&idle(false, false), |act| *act == Act::Wait);
    assert!((0.97..0.99).contains(&waits), "{waits}");
}
