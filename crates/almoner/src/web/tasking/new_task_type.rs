//! A new kind of work, from the settings page.
//!
//! Its code is made from its name once and stays, because files and links name the kind by it. What
//! was typed stays when something has to be put right. Next: `task_types.rs`, the page itself.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use care::tasking::{
    error::TaskError,
    model::{Course, Mode, Needs, TaskTypeError, TaskTypeSpec, WorkGroup},
    priority::TargetMinutes,
};
use serde::Deserialize;
use trust::store::error::StoreError;

use super::task_types::view;
use crate::web::{
    app::App,
    caller::SignedIn,
    form::Checked,
    parts::{forms::FormError, shell::Entry},
    refusal::{PageError, Refusal},
    views::{
        problem::Problem,
        task_types::{self, NewTaskType, TaskTypesView},
    },
};

/// Characters of a code, as `TaskTypeSpec::checked` wants them.
const CODE_MAX: usize = 40;

/// A new kind of work as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewForm {
    name: String,
    group: String,
    team: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    training: String,
    handling_minutes: String,
    emergency_minutes: String,
    urgent_minutes: String,
    routine_minutes: String,
    #[serde(default)]
    needs_approval: String,
    #[serde(default)]
    needs_check: String,
    /// Sent by every dialog; there is nothing yet that it could be the version of.
    #[serde(default)]
    #[expect(dead_code, reason = "named so that unknown fields can be refused")]
    version: i64,
}

impl NewForm {
    /// What is no number becomes one that the rule refuses with its sentence.
    fn spec(&self) -> Option<TaskTypeSpec> {
        let minutes = |text: &String| text.trim().parse().unwrap_or(0);
        let handling: u32 = self.handling_minutes.trim().parse().unwrap_or(u32::MAX);
        let mode = Mode::from_code(&self.mode);
        Some(TaskTypeSpec {
            code: code_of(&self.name),
            name: self.name.trim().to_owned(),
            group: WorkGroup::from_code(&self.group)?,
            team: self.team.clone(),
            needs: mode.map_or_else(Needs::default, Needs::travelling),
            skills: skills(&self.training),
            targets: TargetMinutes {
                emergency: minutes(&self.emergency_minutes),
                urgent: minutes(&self.urgent_minutes),
                routine: minutes(&self.routine_minutes),
            },
            handling_seconds: handling.saturating_mul(60),
            course: Course {
                needs_approval: self.needs_approval == "yes",
                is_verified: self.needs_check == "yes",
                checks_identity: mode.is_some(),
                ..Course::default()
            },
        })
    }

    fn typed(self) -> NewTaskType {
        let short = |text: String| text.chars().take(200).collect();
        NewTaskType {
            name: short(self.name),
            group: self.group,
            team: self.team,
            mode: self.mode,
            training: short(self.training),
            handling_minutes: short(self.handling_minutes),
            targets: [
                self.emergency_minutes,
                self.urgent_minutes,
                self.routine_minutes,
            ]
            .map(short),
            needs_approval: self.needs_approval == "yes",
            needs_check: self.needs_check == "yes",
        }
    }
}

/// "Patient to X-ray" is `patient-to-x-ray`. A name without a letter that a link can carry becomes
/// no code, which the rule refuses.
fn code_of(name: &str) -> String {
    let plain = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '-',
    };
    let letters: String = name.trim().chars().map(plain).collect();
    let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(CODE_MAX).collect()
}

/// Codes of training as lists of people spell them.
fn skills(typed: &str) -> Vec<String> {
    let codes = typed
        .split([',', ';'])
        .map(|code| code.trim().to_uppercase());
    let mut codes: Vec<String> = codes.filter(|code| !code.is_empty()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// `POST /settings/task-types`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Checked(form): Checked<NewForm>,
) -> Result<Response, PageError> {
    let spec = form.spec();
    let spec = spec.ok_or_else(|| Refusal::usual(Problem::NotUnderstood))?;
    let (field, sentence) = match app.tasking.save_task_type(&signed_in, spec, None).await {
        Ok(_) => return Ok(Redirect::to("/settings/task-types").into_response()),
        Err(TaskError::TaskType(TaskTypeError::Code | TaskTypeError::Name)) => (
            "name",
            "Give it a name of 1 to 80 characters, with letters or digits",
        ),
        Err(TaskError::Store(StoreError::Quicker)) => (
            "name",
            "There is a task type of this name already: choose another",
        ),
        Err(TaskError::TaskType(TaskTypeError::Targets)) => (
            "routine_minutes",
            "Give each target as 1 minute to 24 hours; a more urgent one is never longer",
        ),
        Err(TaskError::TaskType(TaskTypeError::Handling)) => {
            ("handling_minutes", "Give whole minutes, 480 at most")
        }
        Err(TaskError::Kind) => ("team", "Choose a team that is on the list"),
        Err(error) => return Err(error.into()),
    };
    let errors = vec![FormError {
        field: field.to_owned(),
        sentence: sentence.to_owned(),
    }];
    let view = TaskTypesView {
        typed: form.typed(),
        errors,
        ..view(&app, &signed_in).await?
    };
    let page = task_types::page(&view, &signed_in.shell(&app, Entry::TaskTypes));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code is what a link can carry, and comes from the name alone.
    #[test]
    fn a_name_becomes_a_code() {
        assert_eq!(code_of(" Patient to X-ray "), "patient-to-x-ray");
        assert_eq!(code_of("Blood (2 units)"), "blood-2-units");
        assert_eq!(code_of("¿?"), "");
        assert_eq!(code_of(&"bed ".repeat(30)).len(), 40);
    }

    /// Training is spelt as in lists of people, once each.
    #[test]
    fn training_is_spelt_as_in_lists() {
        assert_eq!(skills("oxygen, BLOOD; oxygen ,"), ["BLOOD", "OXYGEN"]);
        assert_eq!(skills(" "), [""; 0]);
    }
}
