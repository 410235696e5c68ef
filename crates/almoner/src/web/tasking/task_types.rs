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
    model::{Mode, TaskTypeError, TaskTypeId, TaskTypeSpec, WorkGroup},
    priority::TargetMinutes,
    rows::TaskType,
};
use maud::Markup;
use serde::Deserialize;
use trust::store::error::StoreError;

use super::{new_task_type::make, words};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{
        forms::{Choice, FormError},
        shell::Entry,
        states::WorkKind,
    },
    refusal::PageError,
    views::task_types::{self, NewTaskType, TaskTypeRow, TaskTypesView},
};

/// The routes of task types.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/settings/task-types", get(show).post(make))
        .route("/settings/task-types/{kind}", post(save))
}

/// `GET /settings/task-types`
async fn show(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Markup, PageError> {
    let view = view(&app, &signed_in).await?;
    Ok(task_types::page(
        &view,
        &signed_in.shell(&app, Entry::TaskTypes),
    ))
}

/// What was typed for one kind of work, and what is wrong with it.
struct Mistake {
    kind: TaskTypeId,
    typed: TargetMinutes,
    sentence: String,
}

impl Mistake {
    /// Puts what was typed, and the sentence, onto the page.
    fn put_into(self, view: &mut TaskTypesView) {
        if let Some(row) = view.task_types.iter_mut().find(|row| row.id == self.kind.0) {
            row.emergency_minutes = self.typed.emergency;
            row.urgent_minutes = self.typed.urgent;
            row.routine_minutes = self.typed.routine;
        }
        let field = format!("routine_minutes-{}", self.kind);
        view.errors.push(FormError {
            field,
            sentence: self.sentence,
        });
    }
}

/// The page as things are now.
pub(super) async fn view(app: &App, signed_in: &SignedIn) -> Result<TaskTypesView, PageError> {
    let (directory, kinds) = app.tasking.task_types(signed_in).await?;
    let mut rows: Vec<TaskTypeRow> = kinds.iter().map(|(kind, at)| row(kind, *at)).collect();
    rows.sort_by(|one, other| (one.kind as u8, &one.name).cmp(&(other.kind as u8, &other.name)));
    let open = directory
        .teams
        .iter()
        .filter(|team| team.closed_at.is_none());
    let no_patient = std::iter::once(Choice::plain("", "No patient"));
    let modes = Mode::ALL
        .iter()
        .map(|mode| Choice::plain(mode.code(), mode.words()));
    Ok(TaskTypesView {
        task_types: rows,
        may_change: signed_in.may(SaveTaskType),
        groups: WorkGroup::ALL
            .iter()
            .map(|group| Choice::plain(group.code(), group.words()))
            .collect(),
        teams: open
            .map(|team| Choice::plain(team.code.clone(), team.name.clone()))
            .collect(),
        modes: no_patient.chain(modes).collect(),
        typed: NewTaskType::default(),
        errors: vec![],
    })
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
    let mut view = view(&app, &signed_in).await?;
    mistake.put_into(&mut view);
    let again = task_types::page(&view, &signed_in.shell(&app, Entry::TaskTypes));
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
