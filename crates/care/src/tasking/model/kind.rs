//! A kind of work: what it is called, how soon it should be done, and which extra steps it takes.
//!
//! Refuses: a kind without a target, or with a code that a file or a link could not carry.

use serde::{Deserialize, Serialize};

use super::coded::coded;
use super::needs::Needs;
use crate::tasking::priority::TargetMinutes;

coded! {
    /// The large groups of work, as the board's filters name them.
    pub enum WorkGroup {
        Patient = "PATIENT" => "Patients",
        Item = "ITEM" => "Items",
        Cleaning = "CLEANING" => "Cleaning",
        Other = "OTHER" => "Other",
    }
}

/// The extra steps that a kind of work takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Somebody's yes is needed before it may be offered.
    pub needs_approval: bool,
    /// Name or label is compared before setting off. Always so with a patient.
    pub checks_identity: bool,
    /// Something is left to do after the handover, such as cleaning the chair.
    pub has_post_action: bool,
    /// Somebody else looks at the result.
    pub is_verified: bool,
}

/// A kind of work as a hospital sets it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTypeSpec {
    /// Short and fixed, such as `patient-xray`: files and links name the kind by it.
    pub code: String,
    /// What people read: "Patient to X-ray".
    pub name: String,
    /// Which group it is counted with.
    pub group: WorkGroup,
    /// The name of the team that does it.
    pub team: String,
    /// What it needs unless the request says otherwise.
    pub needs: Needs,
    /// Skills that it calls for beside those of its needs, by code.
    pub skills: Vec<String>,
    /// In how many minutes it should be done.
    pub targets: TargetMinutes,
    /// Seconds at the pickup and at the drop together, without the walk.
    pub handling_seconds: u32,
    /// Which extra steps it takes.
    pub course: Course,
}

/// Why a kind of work cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskTypeError {
    /// Files and links need it.
    #[error("a code has 1 to 40 small letters, digits and hyphens")]
    Code,
    /// The board shows it.
    #[error("a name has 1 to 80 characters")]
    Name,
    /// A target of nothing would make every task late.
    #[error("a target is between 1 minute and 24 hours, and a more urgent one is never longer")]
    Targets,
    /// More than a shift is a mistake of units.
    #[error("handling takes at most 8 hours, given in seconds")]
    Handling,
}

impl TaskTypeSpec {
    /// Checks what a settings page or a file may have got wrong.
    ///
    /// # Errors
    /// The first field that cannot be used, in the order of [`TaskTypeError`].
    pub fn checked(self) -> Result<Self, TaskTypeError> {
        let code_fits = (1..=40).contains(&self.code.len())
            && self
                .code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let TargetMinutes {
            emergency,
            urgent,
            routine,
        } = self.targets;
        if !code_fits {
            Err(TaskTypeError::Code)
        } else if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            Err(TaskTypeError::Name)
        } else if emergency < 1 || emergency > urgent || urgent > routine || routine > 24 * 60 {
            Err(TaskTypeError::Targets)
        } else if self.handling_seconds > 8 * 3600 {
            Err(TaskTypeError::Handling)
        } else {
            Ok(self)
        }
    }
}
