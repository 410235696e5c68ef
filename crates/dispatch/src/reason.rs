//! The answer, and its reasons in words.
//!
//! Two rules for every sentence. It says what is true of this round and nothing of a person's past:
//! no speed, no record, no order of merit. And it never says that a colleague declined or is held
//! out of a task; such colleagues are simply not mentioned.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::model::{PersonId, Seconds, Skill, TaskId};

/// Who is asked for what, and what everything else waits for. Every task is in exactly one of the
/// two lists; both are in the order of task ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// One entry for each person asked; a two-person task has two.
    pub offers: Vec<Offer>,
    /// The tasks for which nobody is asked in this round, and why.
    pub waiting: Vec<(TaskId, WhyWaiting)>,
}

/// One question to one person: would you do this task?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The task.
    pub task: TaskId,
    /// Who is asked.
    pub person: PersonId,
    /// Why this person.
    pub reason: Reason,
}

/// Why this person was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The walk to the pick-up.
    pub walk_seconds: Seconds,
    /// When they would arrive: the walk, and whatever keeps them before it.
    pub arrival_seconds: Seconds,
    /// The skills the task needs; this person has them all.
    pub skills: Vec<Skill>,
    /// Place in the order of arrival among those who could do it; 1 is the nearest.
    pub rank: usize,
    /// How many could do it, this person included.
    pub able: usize,
    /// Who is asked to come along, for a two-person task.
    pub together_with: Option<PersonId>,
    /// The up to three nearest others, and why they were not asked.
    pub alternatives: Vec<Alternative>,
}

/// Somebody who was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Who.
    pub person: PersonId,
    /// When they would arrive; `None` when there is no way.
    pub arrival_seconds: Option<Seconds>,
    /// Why not.
    pub not_chosen: NotChosen,
}

/// Why somebody else was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotChosen {
    /// They would arrive this much later; or just as soon, but after this much more walking.
    Farther {
        /// Seconds more than the person asked.
        by_seconds: Seconds,
    },
    /// They lack a skill the task needs.
    LacksSkill {
        /// The first skill lacking.
        skill: Skill,
    },
    /// They are asked for another task in this round.
    KeptFor {
        /// That task.
        task: TaskId,
    },
    /// They could not finish it within their shift.
    ShiftEnds,
    /// They do not cover that area, or rather work elsewhere.
    OtherZone,
    /// They cannot get there on foot.
    NoWay,
    /// Heavy work and walking are shared out.
    SharesLoad,
    /// They have a skill that other tasks may need.
    KeepsSkillFree,
    /// Nothing speaks for one or the other; the order of ids decides.
    Even,
}

/// Why nobody is asked for a task in this round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhyWaiting {
    /// Nobody is ready at all.
    NobodyReady,
    /// Nobody who is ready has these skills: all of them if single skills are there but never
    /// together.
    NobodySkilled {
        /// The skills that are missing.
        skills: Vec<Skill>,
    },
    /// Nobody ready covers the area of the pick-up.
    NobodyCoversArea,
    /// There is no way on foot to the pick-up, or from there to the drop.
    Unreachable,
    /// Nobody could finish it within their shift.
    EndOfShift,
    /// Everybody who could do it has declined.
    AllDeclined,
    /// Nobody is left who may be asked; the engine does not know more.
    NobodyToAsk,
    /// It takes two at once, and there are not two.
    NeedsTwo,
    /// Everybody who could do it is asked for a more urgent task, such as this one.
    KeptForMoreUrgent {
        /// That task.
        task: TaskId,
    },
    /// Everybody who could do it is asked for another task of the same rank, such as this one.
    BehindInQueue {
        /// That task.
        task: TaskId,
    },
}

impl Reason {
    /// The reason as the card on the phone says it.
    ///
    /// ```
    /// use dispatch::{Reason, Skill};
    ///
    /// let reason = Reason {
    ///     walk_seconds: 110,
    ///     arrival_seconds: 110,
    ///     skills: vec![Skill::from("oxygen")],
    ///     rank: 1,
    ///     able: 3,
    ///     together_with: None,
    ///     alternatives: vec![],
    /// };
    /// assert_eq!(reason.sentence(), "Nearest with oxygen training, about 2 min away");
    /// ```
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut sentence = String::from(match (self.able, self.rank) {
            (1, _) => "The only one free",
            (_, 1) => "Nearest",
            (_, 2) => "Second nearest",
            (_, 3) => "Third nearest",
            _ => "Free",
        });
        if !self.skills.is_empty() {
            sentence.push_str(" with ");
            sentence.push_str(&listed(&self.skills));
            sentence.push_str(" training");
        } else if sentence.starts_with("Nearest") {
            sentence.push_str(" person free");
        }
        sentence.push_str(", ");
        sentence.push_str(&away(self.arrival_seconds));
        if self.together_with.is_some() {
            sentence.push_str(", together with a colleague");
        }
        // Only where somebody nearer was passed over is there more to say; or somebody just as
        // near, so that work is shared.
        let is_passed_over = |other: &&Alternative| {
            other.arrival_seconds.is_some_and(|arrival| {
                let shares = other.not_chosen == NotChosen::SharesLoad;
                arrival < self.arrival_seconds || (shares && arrival == self.arrival_seconds)
            })
        };
        let mut passed_over = self.alternatives.iter().filter(is_passed_over);
        if let Some(aside) = passed_over.find_map(|other| other.not_chosen.aside()) {
            sentence.push_str("; ");
            sentence.push_str(aside);
        }
        sentence
    }
}

impl NotChosen {
    /// The reason as the coordinator's list of alternatives says it.
    ///
    /// ```
    /// use dispatch::NotChosen;
    /// assert_eq!(NotChosen::Farther { by_seconds: 130 }.sentence(), "About 2 min farther");
    /// ```
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Farther { by_seconds } if *by_seconds < 60 => "A little farther".into(),
            Self::Farther { by_seconds } => format!("About {} min farther", minutes(*by_seconds)),
            Self::LacksSkill { skill } => format!("No {skill} training"),
            Self::KeptFor { task } => format!("Kept for task {}", task.0),
            Self::ShiftEnds => "Shift ends too soon".into(),
            Self::OtherZone => "Works in another area".into(),
            Self::NoWay => "No way there on foot".into(),
            Self::SharesLoad => "Heavy work and walking are shared out".into(),
            Self::KeepsSkillFree => "Kept free for tasks that need more training".into(),
            Self::Even => "Just as near".into(),
        }
    }

    /// What it says about somebody nearer, if it was a choice rather than a bar.
    const fn aside(&self) -> Option<&'static str> {
        match self {
            Self::KeptFor { .. } => Some("a nearer colleague is kept for another task"),
            Self::SharesLoad => Some("heavy work and walking are shared out"),
            Self::KeepsSkillFree => Some("a nearer colleague's training may be needed elsewhere"),
            Self::OtherZone => Some("a nearer colleague works in another area"),
            _ => None,
        }
    }
}

impl WhyWaiting {
    /// The reason as the queue says it.
    ///
    /// ```
    /// use dispatch::{Skill, WhyWaiting};
    /// let why = WhyWaiting::NobodySkilled { skills: vec![Skill::from("oxygen")] };
    /// assert_eq!(why.sentence(), "No one free with oxygen");
    /// ```
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NobodyReady => "No one free".into(),
            Self::NobodySkilled { skills } => format!("No one free with {}", listed(skills)),
            Self::NobodyCoversArea => "No one free covers this area".into(),
            Self::Unreachable => "No way on foot; check the map of places".into(),
            Self::EndOfShift => "Everyone free finishes before it could be done".into(),
            Self::AllDeclined => "Everyone free who could take it has declined".into(),
            Self::NobodyToAsk => "No one free can be asked".into(),
            Self::NeedsTwo => "Needs two people at once".into(),
            Self::KeptForMoreUrgent { task } => {
                format!(
                    "Everyone able is needed for more urgent work (task {})",
                    task.0
                )
            }
            Self::BehindInQueue { task } => format!("In the queue, behind task {}", task.0),
        }
    }
}

/// "oxygen", "oxygen and bariatric", "oxygen, bariatric and cot".
fn listed(skills: &[Skill]) -> String {
    let mut text = String::new();
    for (index, skill) in skills.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == skills.len() => " and ",
            _ => ", ",
        };
        write!(text, "{separator}{skill}").expect("writing to a string cannot fail");
    }
    text
}

/// "already there", "less than 1 min away", "about 2 min away".
fn away(seconds: Seconds) -> String {
    match seconds {
        ..=0 => "already there".into(),
        1..45 => "less than 1 min away".into(),
        _ => format!("about {} min away", minutes(seconds)),
    }
}

/// To the nearest minute, halves up.
const fn minutes(seconds: Seconds) -> Seconds {
    (seconds + 30) / 60
}
