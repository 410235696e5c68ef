//! How the simulated staff go about their work: they are late, decline, pause, walk at their own
//! pace, and take their breaks.
//!
//! Refuses: a memory. Each act follows from the seed, the person, the task and the situation, so
//! the driver may ask in any order and twice.

use care::tasking::reasons::{DeclineReason, PauseReason};

use super::chance::Chance;

const PAUSED_SHARE: f64 = 0.25;
const DECLINED_SHARE: f64 = 0.05;
const EXPIRED_SHARE: f64 = 0.05;

/// How one simulated person goes about things. It has no memory: what they do with a task follows
/// from the seed, the person and the task alone.
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
    Idle {
        break_due: bool,
        shift_over: bool,
    },
    /// Being asked.
    Offered {
        timer_seconds: u32,
    },
    Accepted,
    Coming {
        walk_seconds: u32,
    },
    /// There; `handling_seconds` is the kind's figure, a part of which is spent here.
    AtPickup {
        handling_seconds: u32,
        has_far_end: bool,
        has_paused: bool,
        with_patient: bool,
    },
    /// There, but the other of the pair is not.
    AwaitsSecond,
    Paused,
    Moving {
        walk_seconds: u32,
    },
    AtDrop {
        handling_seconds: u32,
    },
    Finishing,
    /// On a break that was planned to last so long.
    OnBreak {
        minutes: u32,
    },
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
        Self {
            seed,
            person,
            walking_factor: 0.85 + 0.4 * chance.share(),
        }
    }

    /// What this person does next. `about` is the task's number, or the minute for an idle person.
    pub fn next(&self, about: u64, situation: Situation) -> Next {
        let mut chance = Chance::of(self.seed, &[4, self.person, about, situation.salt()]);
        let (seconds, act) = match situation {
            Situation::ShiftBegins => (self.lateness(&mut chance), Act::StartShift),
            Situation::Idle {
                break_due,
                shift_over,
            } => idle(break_due, shift_over, &mut chance),
            Situation::Offered { timer_seconds } => answer(timer_seconds, &mut chance),
            Situation::Accepted => (f64::from(chance.between(5, 40)), Act::SetOff),
            Situation::Coming { walk_seconds } => {
                (self.walk(walk_seconds, &mut chance), Act::Arrive)
            }
            Situation::AtPickup {
                has_paused,
                with_patient,
                ..
            } if !has_paused && chance.happens(PAUSED_SHARE) => (
                chance.lognormal(60.0, 0.5),
                Act::Pause(pause_reason(with_patient, &mut chance)),
            ),
            Situation::AtPickup {
                handling_seconds,
                has_far_end: true,
                ..
            } => (
                chance.lognormal(f64::from(handling_seconds) * 0.6, 0.6),
                Act::Depart,
            ),
            Situation::AtPickup {
                handling_seconds, ..
            } => (
                chance.lognormal(f64::from(handling_seconds), 0.4),
                Act::Complete,
            ),
            Situation::AwaitsSecond => (20.0, Act::Wait),
            // Mean 6 minutes, nineteen in twenty under 18.
            Situation::Paused => (chance.lognormal(6.0 * 60.0, 1.17), Act::Resume),
            // Loaded, one walks at 0.9 m/s instead of 1.3.
            Situation::Moving { walk_seconds } => (
                self.walk(walk_seconds, &mut chance) * 1.3 / 0.9,
                Act::ReachDrop,
            ),
            Situation::AtDrop { handling_seconds } => (
                chance.lognormal(f64::from(handling_seconds) * 0.4, 0.6),
                Act::Complete,
            ),
            Situation::Finishing => (chance.lognormal(150.0, 0.4), Act::Complete),
            Situation::OnBreak { minutes } => (
                f64::from(minutes) * 60.0 + chance.normal() * 45.0,
                Act::EndBreak,
            ),
            Situation::Away => (chance.lognormal(240.0, 0.5), Act::ComeBack),
            Situation::Helping => (chance.lognormal(300.0, 0.6), Act::StopHelping),
            Situation::Silent => (chance.lognormal(120.0, 0.7), Act::AnswerPresent),
        };
        Next {
            after_seconds: seconds.clamp(1.0, 4.0 * 3_600.0) as u32,
            act,
        }
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
            Situation::AtPickup {
                has_paused: false, ..
            } => 6,
            Situation::AtPickup {
                has_paused: true, ..
            } => 7,
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
            let reasons = [
                DeclineReason::NearerColleague,
                DeclineReason::Conflict,
                DeclineReason::NotSafe,
            ];
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
        chance.pick(&[
            Why::LiftTrouble,
            Why::DoorLocked,
            Why::NoSignal,
            Why::DepartmentNotReady,
        ])
    }
}
