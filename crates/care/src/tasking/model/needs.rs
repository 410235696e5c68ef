//! What a task needs beside a person: wheels, oxygen, company, care.
//!
//! Refuses: diagnoses. "Airborne precautions" says what to wear, not what somebody has.
//! A list such as `"chair, oxygen 2, nurse escort"` is read by [`Needs::from_list`], for imports.

use serde::{Deserialize, Serialize};

use super::coded::coded;

coded! {
    /// How a patient travels.
    pub enum Mode {
        Walk = "WALK" => "Walks",
        Chair = "CHAIR" => "Chair",
        Bed = "BED" => "Bed",
        Trolley = "TROLLEY" => "Trolley",
        Cot = "COT" => "Cot",
        Bariatric = "BARIATRIC" => "Bariatric bed",
    }
}

coded! {
    /// Who comes along.
    pub enum Escort {
        None = "NONE" => "No escort",
        Assistant = "ASSISTANT" => "Care assistant escort",
        Nurse = "NURSE" => "Nurse escort",
        Doctor = "DOCTOR" => "Doctor escort",
    }
}

coded! {
    /// Which precautions to take.
    pub enum Isolation {
        None = "NONE" => "Standard precautions",
        Contact = "CONTACT" => "Contact precautions",
        Droplet = "DROPLET" => "Droplet precautions",
        Airborne = "AIRBORNE" => "Airborne precautions",
    }
}

/// The most oxygen that can be asked for, in half litres a minute (15 l/min).
pub const OXYGEN_HALF_LITRES_MAX: u8 = 30;

/// Skill codes that needs call for.
pub const SKILL_OXYGEN: &str = "OXYGEN";
/// See [`SKILL_OXYGEN`].
pub const SKILL_BARIATRIC: &str = "BARIATRIC";
/// See [`SKILL_OXYGEN`].
pub const SKILL_ISOLATION: &str = "ISOLATION";

/// What a task needs beside a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// How the patient travels; `None` for work without a patient.
    pub mode: Option<Mode>,
    /// Oxygen, in half litres a minute, 1 to [`OXYGEN_HALF_LITRES_MAX`].
    pub oxygen_half_litres: Option<u8>,
    /// A monitor travels along.
    pub monitoring: bool,
    /// Who comes along.
    pub escort: Escort,
    /// Which precautions to take.
    pub isolation: Isolation,
    /// May fall.
    pub falls_risk: bool,
    /// Lives with dementia.
    pub dementia: bool,
    /// Hears, sees or speaks with difficulty.
    pub communication: bool,
    /// Somebody interprets.
    pub interpreter: bool,
    /// How many handlers: 1 or 2.
    pub people: u8,
    /// The chair, trolley or bed is to be brought back.
    pub equipment_back: bool,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            mode: None,
            oxygen_half_litres: None,
            monitoring: false,
            escort: Escort::None,
            isolation: Isolation::None,
            falls_risk: false,
            dementia: false,
            communication: false,
            interpreter: false,
            people: 1,
            equipment_back: false,
        }
    }
}

/// Why needs cannot be met as written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NeedsError {
    /// The list holds something that is not a need.
    #[error("“{0}” is not a need; needs are for instance chair, oxygen 2, nurse escort, 2 people")]
    Unknown(String),
    /// Out of what a cylinder gives.
    #[error("oxygen is between 0.5 and 15 litres a minute, in steps of a half")]
    Oxygen,
    /// A task has one handler or two.
    #[error("a task is for 1 or 2 people")]
    People,
}

impl Needs {
    /// Only the way of travelling.
    pub fn travelling(mode: Mode) -> Self {
        Self {
            mode: Some(mode),
            ..Self::default()
        }
    }

    /// Checks the two numbers, which may come from a form.
    ///
    /// # Errors
    /// [`NeedsError::Oxygen`] and [`NeedsError::People`].
    pub fn checked(self) -> Result<Self, NeedsError> {
        match (self.oxygen_half_litres, self.people) {
            (Some(half_litres), _) if !(1..=OXYGEN_HALF_LITRES_MAX).contains(&half_litres) => {
                Err(NeedsError::Oxygen)
            }
            (_, 1..=2) => Ok(self),
            _ => Err(NeedsError::People),
        }
    }

    /// Reads a list as people write it, separated by `,` `;` `|` or `+`.
    ///
    /// # Errors
    /// The first entry that is not a need.
    pub fn from_list(list: &str) -> Result<Self, NeedsError> {
        let mut needs = Self::default();
        let entries = list.split([',', ';', '|', '+']).map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            needs.add(entry)?;
        }
        needs.checked()
    }

    fn add(&mut self, entry: &str) -> Result<(), NeedsError> {
        let lower = entry.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        match words.as_slice() {
            ["walk" | "walks" | "walking"] => self.mode = Some(Mode::Walk),
            ["chair" | "wheelchair"] => self.mode = Some(Mode::Chair),
            ["bed"] => self.mode = Some(Mode::Bed),
            ["trolley" | "stretcher"] => self.mode = Some(Mode::Trolley),
            ["cot"] => self.mode = Some(Mode::Cot),
            ["bariatric", ..] => self.mode = Some(Mode::Bariatric),
            ["oxygen" | "o2"] => self.oxygen_half_litres = Some(4),
            ["oxygen" | "o2", litres, ..] => self.oxygen_half_litres = Some(half_litres(litres)?),
            ["monitor" | "monitoring" | "monitored"] => self.monitoring = true,
            ["nurse" | "rn", ..] => self.escort = Escort::Nurse,
            ["hca" | "assistant", ..] => self.escort = Escort::Assistant,
            ["doctor" | "dr", ..] => self.escort = Escort::Doctor,
            ["contact", ..] | ["isolation"] => self.isolation = Isolation::Contact,
            ["droplet", ..] => self.isolation = Isolation::Droplet,
            ["airborne", ..] => self.isolation = Isolation::Airborne,
            ["falls", ..] => self.falls_risk = true,
            ["dementia"] => self.dementia = true,
            ["communication", ..] => self.communication = true,
            ["interpreter"] => self.interpreter = true,
            ["2" | "two", "people" | "persons" | "porters"] => self.people = 2,
            ["1" | "one", "person" | "porter"] => self.people = 1,
            ["bring", "back"] | ["equipment", "back"] => self.equipment_back = true,
            _ => return Err(NeedsError::Unknown(entry.chars().take(40).collect())),
        }
        Ok(())
    }

    /// The skills that these needs call for, by code.
    pub fn skills(&self) -> Vec<&'static str> {
        let bariatric = self.mode == Some(Mode::Bariatric);
        [
            (self.oxygen_half_litres.is_some(), SKILL_OXYGEN),
            (bariatric, SKILL_BARIATRIC),
            (self.isolation != Isolation::None, SKILL_ISOLATION),
        ]
        .into_iter()
        .filter_map(|(called_for, skill)| called_for.then_some(skill))
        .collect()
    }

    /// Pushed or lifted: counts towards the limit of heavy moves in a row.
    pub fn is_heavy(&self) -> bool {
        matches!(self.mode, Some(Mode::Bed | Mode::Trolley | Mode::Bariatric))
    }

    /// The needs in words, one for each chip; nothing for what is ordinary.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.mode.iter().map(|mode| mode.words().into()).collect();
        if let Some(half_litres) = self.oxygen_half_litres {
            let half = if half_litres % 2 == 1 { ".5" } else { "" };
            words.push(format!("Oxygen {}{half} l", half_litres / 2));
        }
        if self.escort != Escort::None {
            words.push(self.escort.words().into());
        }
        if self.isolation != Isolation::None {
            words.push(self.isolation.words().into());
        }
        let plain = [
            (self.monitoring, "Monitor"),
            (self.falls_risk, "Falls risk"),
            (self.dementia, "Dementia"),
            (self.communication, "Help to communicate"),
            (self.interpreter, "Interpreter"),
            (self.people == 2, "2 people"),
            (self.equipment_back, "Bring equipment back"),
        ];
        words.extend(
            plain
                .iter()
                .filter(|(wanted, _)| *wanted)
                .map(|(_, word)| word.to_string()),
        );
        words
    }
}

fn half_litres(litres: &str) -> Result<u8, NeedsError> {
    let number = litres.trim_end_matches("l/min").trim_end_matches('l');
    let (whole, half) = match number.split_once('.') {
        Some((whole, "5")) => (whole, 1),
        Some((whole, "0")) => (whole, 0),
        Some(_) => return Err(NeedsError::Oxygen),
        None => (number, 0),
    };
    let whole: u8 = whole.parse().map_err(|_| NeedsError::Oxygen)?;
    whole
        .checked_mul(2)
        .and_then(|halves| halves.checked_add(half))
        .ok_or(NeedsError::Oxygen)
}
