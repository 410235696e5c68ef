//! Kinds of work and their targets.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use care::tasking::{
    error::TaskError,
    events::SaveTaskType,
    model::{TaskTypeError, TaskTypeId, TaskTypeSpec},
    priority::TargetMinutes,
    rows::TaskType,
};
use maud::Markup;
use serde::Deserialize;
use trust::store::error::StoreError;

use super::words;
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{forms::FormError, shell::Entry, states::WorkKind},
    refusal::PageError,
    views::task_types::{self, TaskTypeRow, TaskTypesView},
};

/// The routes of task types.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/settings/task-types", get(show))
        .route("/settings/task-types/{kind}", post(save))
}

/// `GET /settings/task-types`
async fn show(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Markup, PageError> {
    page(&app, &signed_in, None).await
}

/// What was typed for one kind of work, and what is wrong with it.
struct Mistake {
    kind: TaskTypeId,
    typed: TargetMinutes,
    sentence: String,
}

async fn page(
    app: &App,
    signed_in: &SignedIn,
    mistake: Option<Mistake>,
) -> Result<Markup, PageError> {
    let (_, kinds) = app.tasking.task_types(signed_in).await?;
    let mut rows: Vec<TaskTypeRow> = kinds.iter().map(|(kind, at)| row(kind, *at)).collect();
    let mut errors = vec![];
    if let Some(mistake) = mistake {
        if let Some(row) = rows.iter_mut().find(|row| row.id == mistake.kind.0) {
            row.emergency_minutes = mistake.typed.emergency;
            row.urgent_minutes = mistake.typed.urgent;
            row.routine_minutes = mistake.typed.routine;
        }
        let field = format!("routine_minutes-{}", mistake.kind);
        errors.push(FormError {
            field,
            sentence: mistake.sentence,
        });
    }
    rows.sort_by(|one, other| (one.kind as u8, &one.name).cmp(&(other.kind as u8, &other.name)));
    let view = TaskTypesView {
        task_types: rows,
        may_change: signed_in.may(SaveTaskType),
        errors,
    };
    Ok(task_types::page(
        &view,
        &signed_in.shell(app, Entry::TaskTypes),
    ))
}

fn row(kind: &TaskType, version: i64) -> TaskTypeRow {
    let spec = &kind.spec.0;
    let training: Vec<String> = spec
        .skills
        .iter()
        .map(|skill| words::skill(skill))
        .collect();
    TaskTypeRow {
        id: kind.id.0,
        version,
        name: kind.name.clone(),
        kind: words::work_kind(spec.group).unwrap_or(WorkKind::Other),
        needs: words::needs(&spec.needs),
        training: training.join(", "),
        emergency_minutes: spec.targets.emergency,
        urgent_minutes: spec.targets.urgent,
        routine_minutes: spec.targets.routine,
        needs_approval: spec.course.needs_approval,
        needs_check: spec.course.is_verified,
    }
}

/// The targets of one kind of work, as they were typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetsForm {
    version: i64,
    emergency_minutes: String,
    urgent_minutes: String,
    routine_minutes: String,
}

impl TargetsForm {
    /// What is no number becomes 0, which the rule refuses with its sentence.
    fn targets(&self) -> TargetMinutes {
        let minutes = |text: &String| text.trim().parse().unwrap_or(0);
        TargetMinutes {
            emergency: minutes(&self.emergency_minutes),
            urgent: minutes(&self.urgent_minutes),
            routine: minutes(&self.routine_minutes),
        }
    }
}

/// `POST /settings/task-types/{kind}`
async fn save(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(kind): Id<TaskTypeId>,
    Checked(form): Checked<TargetsForm>,
) -> Result<Response, PageError> {
    let (directory, _) = app.tasking.task_types(&signed_in).await?;
    let found = directory.kind(kind).ok_or(TaskError::NotFound)?;
    let typed = form.targets();
    let spec = TaskTypeSpec {
        targets: typed,
        ..found.spec.0.clone()
    };
    let (status, sentence) = match app
        .tasking
        .save_task_type(&signed_in, spec, Some(form.version))
        .await
    {
        Ok(_) => return Ok(Redirect::to("/settings/task-types").into_response()),
        Err(TaskError::TaskType(TaskTypeError::Targets)) => {
            let sentence =
                "Give each target as 1 minute to 24 hours; a more urgent one is never longer.";
            (StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned())
        }
        Err(TaskError::Store(StoreError::Quicker)) => {
            let now = app.tasking.directory().await.map_err(TaskError::from)?;
            let now = now.kind(kind).map(|kind| kind.spec.0.targets);
            (StatusCode::CONFLICT, quicker(now))
        }
        Err(error) => return Err(error.into()),
    };
    let mistake = Mistake {
        kind,
        typed,
        sentence,
    };
    let again = page(&app, &signed_in, Some(mistake)).await?;
    Ok((status, again).into_response())
}

/// That somebody was quicker, with what they stored.
fn quicker(now: Option<TargetMinutes>) -> String {
    let now = now.map(|now| {
        format!(
            " The targets are now {}, {} and {} minutes.",
            now.emergency, now.urgent, now.routine
        )
    });
    format!(
        "Someone was quicker.{} What you typed is still here: look, then save again.",
        now.unwrap_or_default()
    )
}
