//! Tasks, places and kinds of work in JSON.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use care::tasking::{
    ask::Wish,
    directory::Directory,
    error::TaskError,
    model::{TaskId, WorkerId},
    reasons::{CancelReason, OverrideReason},
};

use super::{
    model::{
        Assignment, Codes, Named, Reason, TaskCreated, TaskInFull, TaskOffer, TaskRequest,
        TaskStep, TaskSummary, moment, rfc3339,
    },
    seen::{IfMatch, etag, told},
};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{ApiId, Body},
    refusal::{ApiError, ProblemDocument, Refusal},
    views::problem::Problem,
};

type Done = Result<StatusCode, ApiError>;

/// Every task that is not over and lies in your places.
#[utoipa::path(get, path = "/tasks", responses(
    (status = 200, body = Vec<TaskSummary>),
    (status = "4XX", body = ProblemDocument),
))]
pub async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Vec<TaskSummary>>, ApiError> {
    let board = app.tasking.board(&signed_in, "api").await?;
    Ok(Json(board.tasks.iter().map(TaskSummary::from).collect()))
}

/// Asks for work.
#[utoipa::path(post, path = "/tasks", request_body = TaskRequest, responses(
    (status = 201, body = TaskCreated),
    (status = "4XX", body = ProblemDocument),
))]
pub async fn request(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Body(asked): Body<TaskRequest>,
) -> Result<(StatusCode, Json<TaskCreated>), ApiError> {
    let directory = app.tasking.directory().await?;
    let codes = codes(&directory, &asked)?;
    let wanted_at = match &asked.wanted_at {
        None => None,
        Some(text) => Some(moment(text).ok_or_else(|| not_understood("wanted_at"))?.0),
    };
    let wish = Wish {
        kind: codes.kind,
        priority: asked.priority,
        from: codes.from,
        from_bed: asked.from_bed,
        to: codes.to,
        to_bed: asked.to_bed,
        patient: None,
        needs: None,
        is_ready: asked.is_ready,
        wanted_at,
    };
    let id = app.tasking.request_task(&signed_in, wish).await?;
    Ok((StatusCode::CREATED, Json(TaskCreated { id: id.0 })))
}

fn codes(directory: &Directory, asked: &TaskRequest) -> Result<Codes, Refusal> {
    let place = |code: &str, field| {
        let found = directory
            .locations
            .iter()
            .find(|location| location.code == code);
        found
            .map(|location| location.id)
            .ok_or_else(|| not_understood(field))
    };
    let kind = directory
        .task_types
        .iter()
        .find(|kind| kind.code == asked.task_type);
    Ok(Codes {
        kind: kind.ok_or_else(|| not_understood("task_type"))?.id,
        from: place(&asked.from, "from")?,
        to: asked
            .to
            .as_deref()
            .map(|code| place(code, "to"))
            .transpose()?,
    })
}

pub(super) fn not_understood(field: &str) -> Refusal {
    Refusal::because(
        Problem::NotUnderstood,
        format!("The value of {field} is not known here."),
    )
}

/// One task with its time line. The look is on record.
#[utoipa::path(get, path = "/tasks/{task}", params(("task" = i64, Path)), responses(
    (status = 200, body = TaskInFull,
        headers(("ETag" = String, description = "The task's version, for If-Match"))),
    (status = "4XX", body = ProblemDocument),
))]
pub async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(task): ApiId<i64>,
) -> Result<impl IntoResponse, ApiError> {
    let detail = app.tasking.task(&signed_in, TaskId(task)).await?;
    let steps = detail.steps.iter().map(|step| TaskStep {
        at: rfc3339(step.at),
        happened_at: step.happened_at.map(rfc3339),
        step: step.step.clone(),
        state: step.state.code(),
        reason: step.reason.clone(),
    });
    let offers = detail.offers.iter().map(|offer| TaskOffer {
        id: offer.id.0,
        to: detail.name_of(offer.worker),
        why: offer.why.0.sentence.clone(),
        answer: offer.answer.code(),
    });
    let kind = detail.directory.kind(detail.task.kind);
    let full = TaskInFull {
        id: task,
        kind: kind.map(|kind| kind.name.clone()).unwrap_or_default(),
        state: detail.task.state.code(),
        priority: detail.task.priority.code(),
        version: detail.version,
        steps: steps.collect(),
        offers: offers.collect(),
        why_waiting: detail.why_waiting.clone(),
        expected_at: detail.arrival_at.map(rfc3339),
    };
    Ok((etag(detail.version), Json(full)))
}

/// Cancels a task that nobody has come for yet.
#[utoipa::path(post, path = "/tasks/{task}/cancel", params(("task" = i64, Path),
    ("If-Match" = String, Header, description = "The ETag that you read, or * for any")),
    request_body = Reason,
    responses((status = 204),
    (status = 412, body = ProblemDocument, description = "Changed since you read it"),
    (status = 428, body = ProblemDocument, description = "If-Match is missing"),
    (status = "4XX", body = ProblemDocument)))]
pub async fn cancel(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(task): ApiId<i64>,
    seen: IfMatch,
    Body(body): Body<Reason>,
) -> Done {
    let reason = CancelReason::from_code(&body.reason).ok_or_else(|| not_understood("reason"))?;
    app.tasking
        .cancel_task(&signed_in, seen.task(TaskId(task)), reason)
        .await
        .map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says "not ready".
#[utoipa::path(post, path = "/tasks/{task}/hold", params(("task" = i64, Path),
    ("If-Match" = String, Header, description = "The ETag that you read, or * for any")),
    responses((status = 204),
    (status = 412, body = ProblemDocument, description = "Changed since you read it"),
    (status = 428, body = ProblemDocument, description = "If-Match is missing"),
    (status = "4XX", body = ProblemDocument)))]
pub async fn hold(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(task): ApiId<i64>,
    seen: IfMatch,
) -> Done {
    app.tasking
        .hold_task(&signed_in, seen.task(TaskId(task)))
        .await
        .map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says "ready to move".
#[utoipa::path(post, path = "/tasks/{task}/release", params(("task" = i64, Path),
    ("If-Match" = String, Header, description = "The ETag that you read, or * for any")),
    responses((status = 204),
    (status = 412, body = ProblemDocument, description = "Changed since you read it"),
    (status = 428, body = ProblemDocument, description = "If-Match is missing"),
    (status = "4XX", body = ProblemDocument)))]
pub async fn release(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(task): ApiId<i64>,
    seen: IfMatch,
) -> Done {
    app.tasking
        .ready_task(&signed_in, seen.task(TaskId(task)))
        .await
        .map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Chooses whom to ask.
#[utoipa::path(post, path = "/tasks/{task}/assign", params(("task" = i64, Path),
    ("If-Match" = String, Header, description = "The ETag that you read, or * for any")),
    request_body = Assignment,
    responses((status = 204),
    (status = 412, body = ProblemDocument, description = "Changed since you read it"),
    (status = 428, body = ProblemDocument, description = "If-Match is missing"),
    (status = "4XX", body = ProblemDocument)))]
pub async fn assign(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(task): ApiId<i64>,
    seen: IfMatch,
    Body(body): Body<Assignment>,
) -> Done {
    let reason = OverrideReason::from_code(&body.reason).ok_or_else(|| not_understood("reason"))?;
    let worker = WorkerId(body.worker);
    app.tasking
        .assign_task(&signed_in, seen.task(TaskId(task)), worker, reason)
        .await
        .map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Places that work can be asked from or to.
#[utoipa::path(get, path = "/places", responses(
    (status = 200, body = Vec<Named>), (status = "4XX", body = ProblemDocument)))]
pub async fn places(
    State(app): State<Arc<App>>,
    _: SignedIn,
) -> Result<Json<Vec<Named>>, ApiError> {
    let directory = app.tasking.directory().await.map_err(TaskError::from)?;
    let shown = directory
        .locations
        .iter()
        .filter(|at| at.active && at.kind.is_destination());
    let named = shown.map(|at| Named {
        code: at.code.clone(),
        name: at.name.clone(),
    });
    Ok(Json(named.collect()))
}

/// Kinds of work that can be asked for.
#[utoipa::path(get, path = "/task-types", responses(
    (status = 200, body = Vec<Named>), (status = "4XX", body = ProblemDocument)))]
pub async fn task_types(
    State(app): State<Arc<App>>,
    _: SignedIn,
) -> Result<Json<Vec<Named>>, ApiError> {
    let directory = app.tasking.directory().await.map_err(TaskError::from)?;
    let shown = directory
        .task_types
        .iter()
        .filter(|kind| directory.is_offered(kind));
    let named = shown.map(|kind| Named {
        code: kind.code.clone(),
        name: kind.name.clone(),
    });
    Ok(Json(named.collect()))
}
