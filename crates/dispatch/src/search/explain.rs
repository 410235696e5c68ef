//! Why this person, and why not yet: reasons read off the finished matching.
//!
//! Colleagues who declined or are held out are never mentioned to others (see `reason.rs`).

use std::cmp::Reverse;

use crate::model::{Person, Seconds, Skill, Task};
use crate::reason::{Alternative, NotChosen, Offer, Plan, Reason, WhyWaiting};
use crate::travel::estimate;

use super::Round;
use super::pair::{Bar, Pairing, weigh};

/// How many others a reason mentions.
const ALTERNATIVES_MAX: usize = 3;

/// Puts the round into words.
pub fn explain(round: &Round<'_>) -> Plan {
    let mut asked_for = vec![None; round.ready.len()];
    for (task, crew) in round.problem.tasks.iter().zip(&round.crews) {
        crew.iter()
            .for_each(|&person| asked_for[person] = Some(task));
    }
    let mut plan = Plan::default();
    for (task, crew) in round.problem.tasks.iter().zip(&round.crews) {
        let view = View::of(round, task, &asked_for);
        if crew.is_empty() {
            plan.waiting.push((task.id, view.why_waiting()));
        } else {
            plan.offers.extend(view.offers(crew));
        }
    }
    plan
}

/// One task, seen with everybody who is ready.
struct View<'round> {
    task: &'round Task,
    /// In the order of `Round::ready`.
    candidates: Vec<Candidate<'round>>,
}

struct Candidate<'round> {
    person: &'round Person,
    /// The task they are asked for in this round.
    asked_for: Option<&'round Task>,
    arrival: Option<Seconds>,
    pairing: Result<Pairing, Bar<'round>>,
}

impl<'round> View<'round> {
    fn of(round: &Round<'round>, task: &'round Task, asked_for: &[Option<&'round Task>]) -> Self {
        let travel = round.problem.travel;
        let candidates = round
            .ready
            .iter()
            .zip(asked_for)
            .map(|(&person, &asked_for)| Candidate {
                person,
                asked_for,
                arrival: estimate(travel, person.place, person.free_in, task.pickup),
                pairing: weigh(round.problem, person, task),
            })
            .collect();
        Self { task, candidates }
    }

    fn able(&self) -> impl Iterator<Item = (&Candidate<'round>, &Pairing)> {
        self.candidates
            .iter()
            .filter_map(|candidate| Some((candidate, candidate.pairing.as_ref().ok()?)))
    }

    /// One offer for each member of the crew.
    fn offers(&self, crew: &[usize]) -> Vec<Offer> {
        let mut offers: Vec<Offer> = crew
            .iter()
            .filter_map(|&member| {
                let chosen = &self.candidates[member];
                let pairing = chosen.pairing.as_ref().ok()?;
                let partner = crew.iter().find(|&&other| other != member);
                let together_with = partner.map(|&other| self.candidates[other].person.id);
                let nearer = self
                    .able()
                    .filter(|(_, other)| other.arrival < pairing.arrival);
                let reason = Reason {
                    walk_seconds: pairing.walk,
                    arrival_seconds: pairing.arrival,
                    skills: self.task.skills.iter().cloned().collect(),
                    rank: 1 + nearer.count(),
                    able: self.able().count(),
                    together_with,
                    alternatives: self.alternatives(crew, pairing),
                };
                Some(Offer {
                    task: self.task.id,
                    person: chosen.person.id,
                    reason,
                })
            })
            .collect();
        offers.sort_by_key(|offer| offer.person);
        offers
    }

    /// The nearest others who may be mentioned.
    fn alternatives(&self, crew: &[usize], chosen: &Pairing) -> Vec<Alternative> {
        let mut others: Vec<Alternative> = self
            .candidates
            .iter()
            .enumerate()
            .filter(|(position, _)| !crew.contains(position))
            .map(|(_, other)| other)
            // Even where another bar would serve as the reason, these are not mentioned.
            .filter(|other| !other.person.declined.contains(&self.task.id))
            .filter(|other| !self.task.held_out.contains(&other.person.id))
            .filter_map(|other| {
                Some(Alternative {
                    person: other.person.id,
                    arrival_seconds: other.arrival,
                    not_chosen: other.not_chosen(chosen)?,
                })
            })
            .collect();
        others.sort_by_key(|other| {
            (
                other.arrival_seconds.is_none(),
                other.arrival_seconds,
                other.person,
            )
        });
        others.truncate(ALTERNATIVES_MAX);
        others
    }

    fn why_waiting(&self) -> WhyWaiting {
        if self.candidates.is_empty() {
            return WhyWaiting::NobodyReady;
        }
        let able = self.able().count();
        if able == 0 {
            return self.why_nobody_is_able();
        }
        let left_over = self
            .able()
            .filter(|(other, _)| other.asked_for.is_none())
            .count();
        let most_suitable = self
            .able()
            .filter_map(|(other, pairing)| Some((pairing.gain(), other.asked_for?)))
            .max_by_key(|&(gain, task)| (gain, Reverse(task.id)));
        match most_suitable {
            Some((_, other)) if able >= usize::from(self.task.people_needed) && left_over == 0 => {
                behind(self.task, other)
            }
            // A task for one never waits with somebody left over, so this one is for two.
            _ => WhyWaiting::NeedsTwo,
        }
    }

    /// The bar that stops those who come closest to being able.
    fn why_nobody_is_able(&self) -> WhyWaiting {
        let bars = || {
            self.candidates
                .iter()
                .filter_map(|other| other.pairing.as_ref().err())
        };
        let any = |wanted: Bar<'_>| bars().any(|bar| *bar == wanted);
        if any(Bar::Declined) {
            WhyWaiting::AllDeclined
        } else if any(Bar::HeldOut) {
            WhyWaiting::NobodyToAsk
        } else if any(Bar::ShiftEnds) {
            WhyWaiting::EndOfShift
        } else if any(Bar::NoWay) {
            WhyWaiting::Unreachable
        } else if any(Bar::OutsideZone) {
            WhyWaiting::NobodyCoversArea
        } else {
            WhyWaiting::NobodySkilled {
                skills: self.skills_missing(),
            }
        }
    }

    /// Needed skills that nobody ready has; all of them if it is only the combination.
    fn skills_missing(&self) -> Vec<Skill> {
        let held = |skill: &Skill| {
            self.candidates
                .iter()
                .any(|candidate| candidate.person.skills.contains(skill))
        };
        let unheld: Vec<Skill> = self
            .task
            .skills
            .iter()
            .filter(|skill| !held(skill))
            .cloned()
            .collect();
        if unheld.is_empty() {
            self.task.skills.iter().cloned().collect()
        } else {
            unheld
        }
    }
}

/// Which of the two words fits: more urgent, or merely ahead.
fn behind(waiting: &Task, other: &Task) -> WhyWaiting {
    let task = other.id;
    if other.priority.rank() < waiting.priority.rank() {
        WhyWaiting::KeptForMoreUrgent { task }
    } else {
        WhyWaiting::BehindInQueue { task }
    }
}

impl Candidate<'_> {
    /// Why this person was not asked; `None` if that is not for others to know.
    fn not_chosen(&self, chosen: &Pairing) -> Option<NotChosen> {
        let pairing = match &self.pairing {
            Ok(pairing) => pairing,
            Err(Bar::Declined | Bar::HeldOut) => return None,
            Err(Bar::LacksSkill(skill)) => {
                return Some(NotChosen::LacksSkill {
                    skill: (*skill).clone(),
                });
            }
            Err(Bar::OutsideZone) => return Some(NotChosen::OtherZone),
            Err(Bar::NoWay) => return Some(NotChosen::NoWay),
            Err(Bar::ShiftEnds) => return Some(NotChosen::ShiftEnds),
        };
        Some(match self.asked_for {
            Some(task) => NotChosen::KeptFor { task: task.id },
            None => passed_over(pairing, chosen),
        })
    }
}

/// Why somebody able and free was passed over: whatever differs most.
fn passed_over(other: &Pairing, chosen: &Pairing) -> NotChosen {
    let later = other.arrival - chosen.arrival;
    if later > 0 {
        return NotChosen::Farther { by_seconds: later };
    }
    let differences = [
        (other.zone - chosen.zone, NotChosen::OtherZone),
        (other.load - chosen.load, NotChosen::SharesLoad),
        (other.spare - chosen.spare, NotChosen::KeepsSkillFree),
        (
            chosen.merit - other.merit,
            NotChosen::Farther {
                by_seconds: other.walk - chosen.walk,
            },
        ),
    ];
    let most = differences
        .into_iter()
        .filter(|(difference, _)| *difference > 0);
    most.max_by_key(|(difference, _)| *difference)
        .map_or(NotChosen::Even, |(_, why)| why)
}
