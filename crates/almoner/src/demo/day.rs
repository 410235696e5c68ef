//! A day at Harrowmere: what is asked for, and how the simulated staff behave. Everything follows from a
//! seed: the same seed gives the same day, whatever the speed at which it is shown.
//!
//! Refuses: to touch a clock or the server; the driver does that. The figures are those of
//! `reference/tasking.md` 4.3. Most of them are assumptions there and are assumptions here, until a
//! hospital's own export replaces them. [`plan`] makes the requests, [`Behaviour`] the people.

use care::tasking::import::TaskRow;
use care::tasking::model::{Escort, Isolation, Mode, Needs, PlaceKind, WorkGroup};
use care::tasking::priority::{MINUTE, Priority, SECOND};
use care::tasking::reasons::{CancelReason, DeclineReason, PauseReason};

use super::hospital::Hospital;
use super::names::{Patient, patient};

/// Requests for staff of this size, on a weekday.
pub const REQUESTS_PER_DAY: u32 = 500;

/// Shares of the day's requests by the hour, from midnight; their sum is 1 (assumed).
pub const HOURLY: [f64; 24] = [
    0.012, 0.010, 0.009, 0.008, 0.009, 0.012, 0.018, 0.035, 0.062, 0.075, 0.080, 0.076, 0.064, 0.068,
    0.072, 0.068, 0.062, 0.052, 0.046, 0.042, 0.038, 0.032, 0.028, 0.022,
];

const EMERGENCY_SHARE: f64 = 0.05;
const URGENT_SHARE: f64 = 0.20;
const KNOWN_AHEAD_SHARE: f64 = 0.30;
const NOT_READY_SHARE: f64 = 0.12;
const CANCELLED_SHARE: f64 = 0.08;
const PAUSED_SHARE: f64 = 0.25;
const DECLINED_SHARE: f64 = 0.05;
const EXPIRED_SHARE: f64 = 0.05;

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

/// Steele, Lea and Flood's SplitMix64: small, well mixed, and the same on every machine.
#[derive(Clone, Debug)]
struct Chance(u64);

impl Chance {
    /// A stream of its own for each purpose, so that one more draw here moves nothing there.
    fn of(seed: u64, purpose: &[u64]) -> Self {
        let mut chance = Self(seed);
        for part in purpose {
            chance.0 = chance.next() ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to just below 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn happens(&mut self, share: f64) -> bool {
        self.share() < share
    }

    fn between(&mut self, least: u32, most: u32) -> u32 {
        least + (self.share() * f64::from(most - least + 1)) as u32
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.share() * from.len() as f64) as usize]
    }

    fn weighted<'a, T>(&mut self, from: &'a [T], weight: impl Fn(&T) -> f64) -> &'a T {
        let mut left = self.share() * from.iter().map(&weight).sum::<f64>();
        let found = from.iter().position(|item| {
            left -= weight(item);
            left < 0.0
        });
        &from[found.unwrap_or(from.len() - 1)]
    }

    /// Twelve shares added up: near enough to the bell curve, and never far out.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// Log-normal with this mean and this coefficient of variation.
    fn lognormal(&mut self, mean: f64, variation: f64) -> f64 {
        let variance = (1.0 + variation * variation).ln();
        mean * (self.normal() * variance.sqrt() - variance / 2.0).exp()
    }

    /// Knuth's product of shares, for small means.
    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.share(), 0);
        while product > limit {
            product *= self.share();
            count += 1;
        }
        count
    }
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
        Kind { code, weight, from, to }
    }
    [
        row("patient-imaging", 18.0, &[K::Ward, K::Emergency], &[K::Imaging]),
        row("patient-back", 14.0, &[K::Imaging, K::Clinic], WARDS),
        row("patient-theatre", 5.0, WARDS, &[K::Theatre]),
        row("patient-transfer", 10.0, &[K::Emergency, K::Ward], WARDS),
        row("patient-clinic", 6.0, &[K::Ward, K::Entrance], &[K::Clinic]),
        row("discharge-lounge", 7.0, WARDS, &[K::Lounge]),
        row("sample", 12.0, &[K::Ward, K::Emergency, K::Theatre], &[K::Laboratory]),
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
/// Arrivals are Poisson by the hour, and the hours themselves are busier or calmer than expected by a
/// fifth; every third or so is known ahead, some are not ready yet, and one in twelve is called off.
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
    numbered.map(|(moment, number)| request(hospital, seed, number, moment)).collect()
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
        (moment + after * SECOND, chance.pick(cancel_reasons(with_patient)))
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
        needs: Some(if with_patient { needs(base, &mut chance) } else { base }),
    };
    let patient = with_patient.then(|| patient(chance.next() % 600));
    Request { row, ready_at, cancelled, patient }
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
    chance.weighted(&ranked, |(rank, _)| 2.0 - *rank as f64 / count).1.to_owned()
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
        &[Why::NoLongerNeeded, Why::PatientUnwell, Why::DoneByWard, Why::SlotCancelled, Why::AskedTwice]
    } else {
        &[Why::NoLongerNeeded, Why::DoneByWard, Why::AskedTwice]
    }
}

fn bed(hospital: &Hospital, code: &str, chance: &mut Chance) -> Option<String> {
    let place = hospital.places.iter().find(|place| place.code == code)?;
    match place.kind {
        PlaceKind::Ward if chance.happens(0.12) => Some(format!("side room {}", chance.between(1, 8))),
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
        escort: if has_nurse { Escort::Nurse } else { Escort::None },
        isolation: if chance.happens(0.06) { Isolation::Contact } else { Isolation::None },
        falls_risk: chance.happens(0.12),
        dementia: chance.happens(0.06),
        interpreter: chance.happens(0.01),
        people: if needs_two { 2 } else { base.people },
        ..base
    }
}

/// How one simulated person goes about things. It has no memory: what they do with a task follows from
/// the seed, the person and the task alone.
#[derive(Clone, Debug)]
pub struct Behaviour {
    seed: u64,
    person: u64,
    /// How long a walk takes this person, against the map: 0.85 to 1.25.
    pub walking_factor: f64,
}

/// Where a person stands when they are asked what comes next. Walks are seconds by the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// The shift should begin now.
    ShiftBegins,
    /// Nothing in hand; asked once a minute.
    Idle { break_due: bool, shift_over: bool },
    /// Being asked.
    Offered { timer_seconds: u32 },
    Accepted,
    Coming { walk_seconds: u32 },
    /// There; `handling_seconds` is the kind's figure, a part of which is spent here.
    AtPickup { handling_seconds: u32, has_far_end: bool, has_paused: bool, with_patient: bool },
    /// There, but the other of the pair is not.
    AwaitsSecond,
    Paused,
    Moving { walk_seconds: u32 },
    AtDrop { handling_seconds: u32 },
    Finishing,
    /// On a break that was planned to last so long.
    OnBreak { minutes: u32 },
    Away,
    Helping,
    /// Asked "are you available?"
    Silent,
}

/// What a person does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    StartShift,
    EndShift,
    StartBreak,
    EndBreak,
    GoAway,
    ComeBack,
    StartHelping,
    StopHelping,
    AnswerPresent,
    Accept,
    Decline(DeclineReason),
    /// Does not answer; the server notices by itself.
    LetExpire,
    SetOff,
    Arrive,
    Pause(PauseReason),
    Resume,
    /// Wristband or label compared, and off.
    Depart,
    ReachDrop,
    Complete,
    /// Nothing; ask again.
    Wait,
}

/// An act and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// Simulated seconds from now.
    pub after_seconds: u32,
    pub act: Act,
}

impl Behaviour {
    /// The habits of one person.
    pub fn new(seed: u64, person: u64) -> Self {
        let mut chance = Chance::of(seed, &[3, person]);
        Self { seed, person, walking_factor: 0.85 + 0.4 * chance.share() }
    }

    /// What this person does next. `about` is the task's number, or the minute for an idle person.
    pub fn next(&self, about: u64, situation: Situation) -> Next {
        let mut chance = Chance::of(self.seed, &[4, self.person, about, situation.salt()]);
        let (seconds, act) = match situation {
            Situation::ShiftBegins => (self.lateness(&mut chance), Act::StartShift),
            Situation::Idle { break_due, shift_over } => idle(break_due, shift_over, &mut chance),
            Situation::Offered { timer_seconds } => answer(timer_seconds, &mut chance),
            Situation::Accepted => (f64::from(chance.between(5, 40)), Act::SetOff),
            Situation::Coming { walk_seconds } => (self.walk(walk_seconds, &mut chance), Act::Arrive),
            Situation::AtPickup { has_paused, with_patient, .. }
                if !has_paused && chance.happens(PAUSED_SHARE) =>
            {
                (chance.lognormal(60.0, 0.5), Act::Pause(pause_reason(with_patient, &mut chance)))
            }
            Situation::AtPickup { handling_seconds, has_far_end: true, .. } => {
                (chance.lognormal(f64::from(handling_seconds) * 0.6, 0.6), Act::Depart)
            }
            Situation::AtPickup { handling_seconds, .. } => {
                (chance.lognormal(f64::from(handling_seconds), 0.4), Act::Complete)
            }
            Situation::AwaitsSecond => (20.0, Act::Wait),
            // Mean 6 minutes, nineteen in twenty under 18.
            Situation::Paused => (chance.lognormal(6.0 * 60.0, 1.17), Act::Resume),
            // Loaded, one walks at 0.9 m/s instead of 1.3.
            Situation::Moving { walk_seconds } => {
                (self.walk(walk_seconds, &mut chance) * 1.3 / 0.9, Act::ReachDrop)
            }
            Situation::AtDrop { handling_seconds } => {
                (chance.lognormal(f64::from(handling_seconds) * 0.4, 0.6), Act::Complete)
            }
            Situation::Finishing => (chance.lognormal(150.0, 0.4), Act::Complete),
            Situation::OnBreak { minutes } => {
                (f64::from(minutes) * 60.0 + chance.normal() * 45.0, Act::EndBreak)
            }
            Situation::Away => (chance.lognormal(240.0, 0.5), Act::ComeBack),
            Situation::Helping => (chance.lognormal(300.0, 0.6), Act::StopHelping),
            Situation::Silent => (chance.lognormal(120.0, 0.7), Act::AnswerPresent),
        };
        Next { after_seconds: seconds.clamp(1.0, 4.0 * 3_600.0) as u32, act }
    }

    fn walk(&self, seconds: u32, chance: &mut Chance) -> f64 {
        f64::from(seconds) * self.walking_factor * chance.lognormal(1.0, 0.15)
    }

    /// Most are on time; one in ten comes up to a quarter of an hour late.
    fn lateness(&self, chance: &mut Chance) -> f64 {
        let most = if chance.happens(0.1) { 900 } else { 120 };
        f64::from(chance.between(1, most))
    }
}

impl Situation {
    /// Keeps the draws of one task's stretches apart.
    fn salt(self) -> u64 {
        match self {
            Situation::ShiftBegins => 1,
            Situation::Idle { .. } => 2,
            Situation::Offered { .. } => 3,
            Situation::Accepted => 4,
            Situation::Coming { .. } => 5,
            Situation::AtPickup { has_paused: false, .. } => 6,
            Situation::AtPickup { has_paused: true, .. } => 7,
            Situation::AwaitsSecond => 8,
            Situation::Paused => 9,
            Situation::Moving { .. } => 10,
            Situation::AtDrop { .. } => 11,
            Situation::Finishing => 12,
            Situation::OnBreak { .. } => 13,
            Situation::Away => 14,
            Situation::Helping => 15,
            Situation::Silent => 16,
        }
    }
}

fn idle(break_due: bool, shift_over: bool, chance: &mut Chance) -> (f64, Act) {
    let soon = f64::from(chance.between(5, 55));
    match chance.share() {
        _ if shift_over => (soon, Act::EndShift),
        _ if break_due => (soon, Act::StartBreak),
        drawn if drawn < 0.010 => (soon, Act::GoAway),
        drawn if drawn < 0.018 => (soon, Act::StartHelping),
        _ => (60.0, Act::Wait),
    }
}

fn answer(timer_seconds: u32, chance: &mut Chance) -> (f64, Act) {
    let most = timer_seconds.saturating_sub(3).max(2);
    let soon = f64::from(chance.between(2, most.min(25)));
    match chance.share() {
        drawn if drawn < EXPIRED_SHARE => (f64::from(timer_seconds) + 1.0, Act::LetExpire),
        drawn if drawn < EXPIRED_SHARE + DECLINED_SHARE => {
            let reasons =
                [DeclineReason::NearerColleague, DeclineReason::Conflict, DeclineReason::NotSafe];
            (soon, Act::Decline(chance.pick(&reasons)))
        }
        _ => (soon, Act::Accept),
    }
}

fn pause_reason(with_patient: bool, chance: &mut Chance) -> PauseReason {
    use PauseReason as Why;
    if with_patient {
        chance.pick(&[
            Why::NotReady,
            Why::WithClinician,
            Why::Toilet,
            Why::Eating,
            Why::PapersMissing,
            Why::NoNurseEscort,
            Why::NoChairTrolleyBed,
            Why::LiftTrouble,
        ])
    } else {
        chance.pick(&[Why::LiftTrouble, Why::DoorLocked, Why::NoSignal, Why::DepartmentNotReady])
    }
}

#[cfg(test)]
#[path = "day_tests.rs"]
mod tests;
