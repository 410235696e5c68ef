//! The invented hospital must be one that a real import would accept.

use std::collections::BTreeMap;

use care::tasking::import::{
    KnownCodes, LineNumber, check_edges, check_people, check_places, check_shifts,
};

use super::*;
use crate::demo::names::patient;

fn numbered<T: Clone>(rows: &[T]) -> Vec<(LineNumber, T)> {
    (2..).map(LineNumber).zip(rows.iter().cloned()).collect()
}

/// Every check that a customer's files go through finds nothing.
#[test]
fn it_passes_every_check_of_an_import() {
    let hospital = harrowmere();
    let places = KnownCodes::from_iter(hospital.places.iter().map(|place| place.code.clone()));
    let teams = KnownCodes::from_iter([PORTERING, CLEANING]);
    let skills = KnownCodes::from_iter(SKILLS.map(|(code, _)| code));
    let staff = KnownCodes::from_iter(hospital.people.iter().map(|one| one.staff_number.clone()));

    assert_eq!(check_places(&numbered(&hospital.places)), []);
    assert_eq!(check_edges(&numbered(&hospital.edges), &places), []);
    assert_eq!(
        check_people(&numbered(&hospital.people), &teams, &skills, &places),
        []
    );
    assert_eq!(check_shifts(&numbered(&hospital.shifts_on(0)), &staff), []);
    for kind in &hospital.task_types {
        assert!(kind.clone().checked().is_ok(), "{}", kind.code);
    }
}

/// Five blocks, six floors, about ninety places.
#[test]
fn it_has_the_size_that_was_promised() {
    let hospital = harrowmere();
    let mut floors: Vec<(&str, i8)> = hospital
        .places
        .iter()
        .map(|place| (place.building.as_str(), place.level))
        .collect();
    floors.sort_unstable();
    floors.dedup();
    assert_eq!(floors.len(), 5 * 6);
    assert!(
        (85..=100).contains(&hospital.places.len()),
        "{} places",
        hospital.places.len()
    );
    assert_eq!(hospital.people.len(), 14 + 8 + 4);
    assert!(
        hospital
            .accounts
            .iter()
            .filter_map(|account| account.place)
            .all(|code| { hospital.places.iter().any(|place| place.code == code) })
    );
}

/// From the lodge, each place can be walked to within ten minutes, and back again.
#[test]
fn every_place_can_be_reached() {
    let hospital = harrowmere();
    for is_return in [false, true] {
        let mut seconds = BTreeMap::from([("LODGE", 0_u32)]);
        for _ in 0..hospital.places.len() {
            for edge in &hospital.edges {
                let (mut from, mut to) = (edge.from.as_str(), edge.to.as_str());
                if is_return {
                    (from, to) = (to, from);
                }
                let ways = [(from, to), (to, from)];
                for (from, to) in ways.into_iter().take(if edge.is_one_way { 1 } else { 2 }) {
                    let Some(so_far) = seconds.get(from) else {
                        continue;
                    };
                    let arrival = so_far + edge.seconds;
                    let known = seconds.entry(to).or_insert(arrival);
                    *known = arrival.min(*known);
                }
            }
        }
        assert_eq!(seconds.len(), hospital.places.len());
        let farthest = seconds.values().max().copied();
        assert!(
            farthest.is_some_and(|seconds| seconds < 600),
            "{farthest:?} s"
        );
    }
}

/// At each minute of the day somebody is on shift for each thing that can be asked, and two people
/// for what needs two.
#[test]
fn somebody_is_trained_for_everything_at_any_time() {
    let hospital = harrowmere();
    let day = 24 * 60 * MINUTE;
    let shifts: Vec<ShiftRow> = [0, day]
        .iter()
        .flat_map(|midnight| hospital.shifts_on(*midnight))
        .collect();
    for minute in 0..24 * 60 {
        let now = day + minute * MINUTE;
        let is_on = |number: &str| {
            let theirs = shifts.iter().filter(|shift| shift.staff_number == number);
            theirs
                .clone()
                .any(|shift| (shift.starts_at..shift.ends_at).contains(&now))
        };
        let on_shift: Vec<&PersonRow> = hospital
            .people
            .iter()
            .filter(|person| is_on(&person.staff_number))
            .collect();
        for kind in &hospital.task_types {
            let fits = |person: &&&PersonRow| {
                let has = |skill: &String| person.skills.contains(skill);
                person.team == kind.team && kind.skills.iter().all(has)
            };
            let people = on_shift.iter().filter(fits).count();
            let needed = usize::from(kind.needs.people);
            assert!(
                people >= needed,
                "{} at {:02}:{:02}",
                kind.code,
                minute / 60,
                minute % 60
            );
        }
    }
}

/// Staff are called by first name and initial, and no patient bears a colleague's family name.
#[test]
fn names_are_short_and_belong_to_nobody_else() {
    assert_eq!(HANDLERS[0].short(), "Joel P.");
    let mut short: Vec<String> = HANDLERS
        .iter()
        .chain(&REQUESTERS)
        .map(|name| name.short())
        .collect();
    let count = short.len();
    short.sort();
    short.dedup();
    assert_eq!(short.len(), count);
    for number in 0..600 {
        let patient = patient(number);
        let is_colleague = HANDLERS
            .iter()
            .chain(&REQUESTERS)
            .any(|name| patient.name.ends_with(name.family));
        assert!(!is_colleague, "{}", patient.name);
        let (year, month, day) = patient.born;
        assert!(
            (1930..2007).contains(&year) && (1..=12).contains(&month) && (1..=28).contains(&day)
        );
    }
}
