//! Training as people call it: lists carry codes such as `OXYGEN`, sentences say "oxygen".
//!
//! Only the words change here. Who is trained for what is compared by code, before.

use dispatch::{NotChosen, Reason, Skill, WhyWaiting};

/// "oxygen", "blood products": the code within a sentence.
#[must_use]
pub fn spoken(code: &str) -> String {
    code.replace('_', " ").to_lowercase()
}

fn named(skill: &Skill) -> Skill {
    Skill::from(spoken(&skill.to_string()).as_str())
}

/// Why somebody was asked, with training as people call it.
pub(super) fn reason(reason: &Reason) -> Reason {
    Reason {
        skills: reason.skills.iter().map(named).collect(),
        ..reason.clone()
    }
}

/// Why somebody else was not asked, alike.
pub(super) fn not_chosen(why: &NotChosen) -> NotChosen {
    match why {
        NotChosen::LacksSkill { skill } => NotChosen::LacksSkill {
            skill: named(skill),
        },
        other => other.clone(),
    }
}

/// Why nobody is asked yet, alike.
pub(super) fn waiting(why: &WhyWaiting) -> WhyWaiting {
    match why {
        WhyWaiting::NobodySkilled { skills } => WhyWaiting::NobodySkilled {
            skills: skills.iter().map(named).collect(),
        },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody has to read capitals and underscores to know why a colleague was not asked.
    #[test]
    fn training_is_said_as_people_say_it() {
        assert_eq!(spoken("BLOOD_PRODUCTS"), "blood products");
        let skill = Skill::from("OXYGEN");
        let lacks = NotChosen::LacksSkill {
            skill: skill.clone(),
        };
        assert_eq!(not_chosen(&lacks).sentence(), "No oxygen training");
        let nobody = WhyWaiting::NobodySkilled {
            skills: vec![skill],
        };
        assert_eq!(waiting(&nobody).sentence(), "No one free with oxygen");
    }
}
