//! A day at Harrowmere: what is asked for, and how the simulated staff behave. Everything follows
//! from a seed: the same seed gives the same day, whatever the speed at which it is shown.
//!
//! Refuses: to touch a clock or the server; the driver does that. The figures are those of
//! `reference/tasking.md` 4.3. Most of them are assumptions there and are assumptions here, until a
//! hospital's own export replaces them. [`plan`] makes the requests, [`Behaviour`] the people.

mod behaviour;
mod chance;
#[cfg(test)]
mod tests;

use care::tasking::import::TaskRow;
use care::tasking::model::{Escort, Isolation, Mode, Needs, PlaceKind, WorkGroup};
use care::tasking::priority::{MINUTE, Priority, SECOND};
use care::tasking::reasons::CancelReason;

use self::chance::Chance;
use crate::demo::hospital::Hospital;
use crate::demo::names::{Patient, patient};

pub use self::behaviour::{Act, Behaviour, Next, Situation};

/// Requests for staff of this size, on a weekday.
pub const REQUESTS_PER_DAY: u32 = 500;

/// Shares of the day's requests by the hour, from midnight; their sum is 1 (assumed).
pub const HOURLY: [f64; 24] = [
    0.012, 0.010, 0.009, 0.008, 0.009, 0.012, 0.018, 0.035, 0.062, 0.075, 0.080, 0.076, 0.064,
    0.068, 0.072, 0.068, 0.062, 0.052, 0.046, 0.042, 0.038, 0.032, 0.028, 0.022,
];

const EMERGENCY_SHARE: f64 = 0.05;
const URGENT_SHARE: f64 = 0.20;
const KNOWN_AHEAD_SHARE: f64 = 0.30;
const NOT_READY_SHARE: f64 = 0.12;
const CANCELLED_SHARE: f64 = 0.08;

/// One request that the driver posts at its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked, as an importer's row; `requested_at` is when.
    pub row: TaskRow,
    /// When the ward says "ready"; `None`: it is ready when it asks.
    pub ready_at: Option<i64>,
    /// When the ward calls it off, if nobody has come by then.
    pub cancelled: Option<(i64, CancelReason)>,
    /// Who is to be moved.
    pub patient: Option<Patient>,
}

/// What is asked how often, and between which kinds of place.
struct Kind {
    code: &'static str,
    weight: f64,
    from: &'static [PlaceKind],
    to: &'static [PlaceKind],
}

/// Patients 60, samples, blood and medicines 20, equipment and gas 12, all other 8 of a hundred.
const KINDS: [Kind; 15] = {
    use PlaceKind as K;
    const WARDS: &[PlaceKind] = &[K::Ward];
    const fn row(code: &'static str, weight: f64, from: &'static [K], to: &'static [K]) -> Kind {
        Kind {
            code,
            weight,
            from,
            to,
        }
    }
    [
        row(
            "patient-imaging",
            18.0,
            &[K::Ward, K::Emergency],
            &[K::Imaging],
        ),
        row("patient-back", 14.0, &[K::Imaging, K::Clinic], WARDS),
        row("patient-theatre", 5.0, WARDS, &[K::Theatre]),
        row("patient-transfer", 10.0, &[K::Emergency, K::Ward], WARDS),
        row("patient-clinic", 6.0, &[K::Ward, K::Entrance], &[K::Clinic]),
        row("discharge-lounge", 7.0, WARDS, &[K::Lounge]),
        row(
            "sample",
            12.0,
            &[K::Ward, K::Emergency, K::Theatre],
            &[K::Laboratory],
        ),
        row("blood", 3.0, &[K::Laboratory], &[K::Ward, K::Theatre]),
        row("medicine-home", 5.0, &[K::Pharmacy], WARDS),
        row("equipment", 8.0, &[K::Stores], &[K::Ward, K::Emergency]),
        row("oxygen-cylinder", 3.0, &[K::Stores], WARDS),
        row("crash-trolley", 1.0, &[K::Emergency, K::Ward], &[K::Stores]),
        row("bed-clean", 5.5, WARDS, &[]),
        row("bed-clean-isolation", 2.0, WARDS, &[]),
        row("mortuary", 0.5, WARDS, &[K::Mortuary]),
    ]
};

/// The requests of the day whose midnight is `midnight` (microseconds, UTC), in order of time.
///
/// Arrivals are Poisson by the hour, and the hours themselves are busier or calmer than expected by
/// a fifth; every third or so is known ahead, some are not ready yet, and one in twelve is called
/// off.
pub fn plan(hospital: &Hospital, seed: u64, midnight: i64, requests: u32) -> Vec<Request> {
    let mut moments = Vec::new();
    for (hour, share) in HOURLY.iter().enumerate() {
        let mut chance = Chance::of(seed, &[1, hour as u64]);
        let mean = f64::from(requests) * share * chance.lognormal(1.0, 0.2);
        for _ in 0..chance.poisson(mean) {
            let second = hour as i64 * 3_600 + i64::from(chance.between(0, 3_599));
            moments.push(midnight + second * SECOND);
        }
    }
    moments.sort_unstable();
    let numbered = moments.into_iter().zip(1_u64..);
    numbered
        .map(|(moment, number)| request(hospital, seed, number, moment))
        .collect()
}

fn request(hospital: &Hospital, seed: u64, number: u64, moment: i64) -> Request {
    let mut chance = Chance::of(seed, &[2, number]);
    let kind = chance.weighted(&KINDS, |kind| kind.weight);
    let spec = hospital.task_type(kind.code);
    let group = spec.map_or(WorkGroup::Other, |spec| spec.group);
    let with_patient = group == WorkGroup::Patient;
    let (from, to) = ends(hospital, kind, &mut chance);
    let priority = priority(kind.code, &mut chance);
    let can_wait = priority != Priority::Emergency;
    let is_ahead = can_wait && chance.happens(KNOWN_AHEAD_SHARE / 0.95);
    let is_ready = is_ahead || !with_patient || !can_wait || !chance.happens(NOT_READY_SHARE);
    let minutes = |count: u32| i64::from(count) * MINUTE;
    let due_at = is_ahead.then(|| moment + minutes(chance.between(45, 180)));
    let ready_at = (!is_ready).then(|| moment + minutes(chance.between(5, 25)));
    let cancelled = chance.happens(CANCELLED_SHARE).then(|| {
        let after = chance.lognormal(6.0 * 60.0, 0.8) as i64;
        (
            moment + after * SECOND,
            chance.pick(cancel_reasons(with_patient)),
        )
    });
    let base = spec.map(|spec| spec.needs.clone()).unwrap_or_default();
    let row = TaskRow {
        reference: Some(format!("H{number:05}")),
        task_type: kind.code.to_owned(),
        priority,
        from_bed: bed(hospital, &from, &mut chance),
        to_bed: to.as_deref().and_then(|to| bed(hospital, to, &mut chance)),
        from,
        to,
        requested_at: moment,
        due_at,
        needs: Some(if with_patient {
            needs(base, &mut chance)
        } else {
            base
        }),
    };
    let patient = with_patient.then(|| patient(chance.next() % 600));
    Request {
        row,
        ready_at,
        cancelled,
        patient,
    }
}

fn ends(hospital: &Hospital, kind: &Kind, chance: &mut Chance) -> (String, Option<String>) {
    let from = place(hospital, kind, kind.from, None, chance);
    if kind.to.is_empty() {
        return (from, None);
    }
    let to = place(hospital, kind, kind.to, Some(&from), chance);
    (from, Some(to))
}

fn place(
    hospital: &Hospital,
    kind: &Kind,
    kinds: &[PlaceKind],
    other_end: Option<&str>,
    chance: &mut Chance,
) -> String {
    // Some things come from one store only, whatever the dice say.
    let only = match (kind.code, other_end) {
        ("blood", None) => Some("BLOOD"),
        ("sample", Some(_)) => Some("PATH"),
        ("oxygen-cylinder", None) => Some("GAS"),
        ("crash-trolley", Some(_)) => Some("TH-STORE"),
        ("equipment", None) => Some("EQUIP"),
        _ => None,
    };
    if let Some(code) = only {
        return code.to_owned();
    }
    let codes = kinds.iter().flat_map(|kind| hospital.codes_of(*kind));
    let codes: Vec<&str> = codes.filter(|code| Some(*code) != other_end).collect();
    // The first of each list are the busy ones: about twice the work of the last.
    let ranked: Vec<(usize, &str)> = codes.into_iter().enumerate().collect();
    let count = ranked.len() as f64;
    chance
        .weighted(&ranked, |(rank, _)| 2.0 - *rank as f64 / count)
        .1
        .to_owned()
}

fn priority(code: &str, chance: &mut Chance) -> Priority {
    let drawn = chance.share();
    match code {
        "crash-trolley" => Priority::Urgent,
        "medicine-home" | "mortuary" => Priority::Routine,
        _ if drawn < EMERGENCY_SHARE => Priority::Emergency,
        _ if drawn < EMERGENCY_SHARE + URGENT_SHARE => Priority::Urgent,
        _ => Priority::Routine,
    }
}

fn cancel_reasons(with_patient: bool) -> &'static [CancelReason] {
    use CancelReason as Why;
    if with_patient {
        &[
            Why::NoLongerNeeded,
            Why::PatientUnwell,
            Why::DoneByWard,
            Why::SlotCancelled,
            Why::AskedTwice,
        ]
    } else {
        &[Why::NoLongerNeeded, Why::DoneByWard, Why::AskedTwice]
    }
}

fn bed(hospital: &Hospital, code: &str, chance: &mut Chance) -> Option<String> {
    let place = hospital.places.iter().find(|place| place.code == code)?;
    match place.kind {
        PlaceKind::Ward if chance.happens(0.12) => {
            Some(format!("side room {}", chance.between(1, 8)))
        }
        PlaceKind::Ward => Some(chance.between(1, 28).to_string()),
        PlaceKind::Emergency => Some(chance.between(1, 12).to_string()),
        _ => None,
    }
}

fn needs(base: Needs, chance: &mut Chance) -> Needs {
    let mode = match (base.mode, chance.share()) {
        (Some(Mode::Bed), _) => Mode::Bed,
        (_, drawn) if drawn < 0.15 => Mode::Walk,
        (_, drawn) if drawn < 0.75 => Mode::Chair,
        (_, drawn) if drawn < 0.88 => Mode::Trolley,
        (_, drawn) if drawn < 0.99 => Mode::Bed,
        _ => Mode::Bariatric,
    };
    let is_lying = matches!(mode, Mode::Bed | Mode::Trolley | Mode::Bariatric);
    let has_oxygen = mode != Mode::Walk && chance.happens(0.15);
    let has_nurse = is_lying && chance.happens(0.25);
    let needs_two = mode == Mode::Bariatric || (mode == Mode::Bed && chance.happens(0.10));
    Needs {
        mode: Some(mode),
        oxygen_half_litres: has_oxygen.then(|| chance.pick(&[2, 4, 4, 8])),
        escort: if has_nurse {
            Escort::Nurse
        } else {
            Escort::None
        },
        isolation: if chance.happens(0.06) {
            Isolation::Contact
        } else {
            Isolation::None
        },
        falls_risk: chance.happens(0.12),
        dementia: chance.happens(0.06),
        interpreter: chance.happens(0.01),
        people: if needs_two { 2 } else { base.people },
        ..base
    }
}
