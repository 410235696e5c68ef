//! One task: its page, and what ward and coordinator can do with it.
//!
//! The handler's own steps stand in `phone.rs`. Each form leads back to the page, which shows what
//! came of it.

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
    model::{Handover, TaskId, Verdict, WorkerId},
    reasons::{CancelReason, OverrideReason},
};
use maud::Markup;
use serde::Deserialize;

use super::task_shown;
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{forms::FormError, shell::Entry},
    refusal::PageError,
    views::task::{self, TaskView},
};

/// The routes of one task.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/tasks/{task}", get(show))
        .route("/tasks/{task}/approve", post(approve))
        .route("/tasks/{task}/reject", post(reject))
        .route("/tasks/{task}/hold", post(hold))
        .route("/tasks/{task}/release", post(release))
        .route("/tasks/{task}/cancel", post(cancel))
        .route("/tasks/{task}/assign", post(assign))
        .route("/tasks/{task}/recall", post(recall))
        .route("/tasks/{task}/verify", post(verify))
}

/// `GET /tasks/{task}`
async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
) -> Result<Markup, PageError> {
    page(&app, &signed_in, task, vec![]).await
}

async fn page(
    app: &App,
    signed_in: &SignedIn,
    task: TaskId,
    errors: Vec<FormError>,
) -> Result<Markup, PageError> {
    let detail = app.tasking.task(signed_in, task).await?;
    let people = if task_shown::can_be_assigned(&detail.task, signed_in) {
        Some(app.tasking.people(signed_in, true).await?)
    } else {
        None
    };
    let actions = task_shown::actions(&detail, signed_in, people.as_ref());
    let view = task_shown::view(&detail, actions, signed_in, &app.times);
    let view = TaskView { errors, ..view };
    Ok(task::page(&view, &signed_in.shell(app, Entry::Board)))
}

/// The page again, with what has to be put right.
async fn again(
    app: &App,
    signed_in: &SignedIn,
    task: TaskId,
    (field, sentence): (&str, &str),
) -> Result<Response, PageError> {
    let errors = vec![FormError {
        field: field.to_owned(),
        sentence: sentence.to_owned(),
    }];
    let page = page(app, signed_in, task, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn back_to(task: TaskId) -> Response {
    Redirect::to(&format!("/tasks/{task}")).into_response()
}

/// A form without fields. The step itself is checked against the task as it is now, so the version
/// that was looked at is taken and not asked for; so it is in the forms below.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    #[serde(default, rename = "version")]
    _version: i64,
}

/// A form that says why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithReason {
    #[serde(default, rename = "version")]
    _version: i64,
    #[serde(default)]
    reason: String,
}

const SAY_WHY: &str = "Choose a reason";

/// `POST /tasks/{task}/approve`
async fn approve(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(_): Checked<Pressed>,
) -> Result<Response, PageError> {
    app.tasking.approve_task(&signed_in, task).await?;
    Ok(back_to(task))
}

/// `POST /tasks/{task}/reject`
async fn reject(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<WithReason>,
) -> Result<Response, PageError> {
    let Some(reason) = CancelReason::from_code(&form.reason) else {
        return again(&app, &signed_in, task, ("reject", SAY_WHY)).await;
    };
    app.tasking.reject_task(&signed_in, task, reason).await?;
    Ok(back_to(task))
}

/// `POST /tasks/{task}/hold`: the ward says "not ready".
async fn hold(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(_): Checked<Pressed>,
) -> Result<Response, PageError> {
    app.tasking.hold_task(&signed_in, task).await?;
    Ok(back_to(task))
}

/// `POST /tasks/{task}/release`: the ward says "ready to move".
async fn release(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(_): Checked<Pressed>,
) -> Result<Response, PageError> {
    app.tasking.ready_task(&signed_in, task).await?;
    Ok(back_to(task))
}

/// `POST /tasks/{task}/cancel`
async fn cancel(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<WithReason>,
) -> Result<Response, PageError> {
    let Some(reason) = CancelReason::from_code(&form.reason) else {
        return again(&app, &signed_in, task, ("cancel", SAY_WHY)).await;
    };
    app.tasking.cancel_task(&signed_in, task, reason).await?;
    Ok(back_to(task))
}

/// Whom to ask instead, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignForm {
    #[serde(default, rename = "version")]
    _version: i64,
    #[serde(default)]
    person: String,
    #[serde(default)]
    reason: String,
}

/// `POST /tasks/{task}/assign`
async fn assign(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<AssignForm>,
) -> Result<Response, PageError> {
    let Ok(person) = form.person.parse::<WorkerId>() else {
        return again(&app, &signed_in, task, ("assign", "Choose a person")).await;
    };
    let Some(reason) = OverrideReason::from_code(&form.reason) else {
        return again(&app, &signed_in, task, ("assign", SAY_WHY)).await;
    };
    match app
        .tasking
        .assign_task(&signed_in, task, person, reason)
        .await
    {
        Ok(()) => Ok(back_to(task)),
        // Another person can be chosen on the spot.
        Err(error @ (TaskError::Unsuited(_) | TaskError::CannotBeAsked(_))) => {
            let sentence = format!("Choose someone else: {error}");
            again(&app, &signed_in, task, ("assign", &sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Why it is taken back, and whether somebody has taken over the patient.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallForm {
    #[serde(default, rename = "version")]
    _version: i64,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    handover: String,
}

/// `POST /tasks/{task}/recall`
async fn recall(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<RecallForm>,
) -> Result<Response, PageError> {
    let Some(reason) = OverrideReason::from_code(&form.reason) else {
        return again(&app, &signed_in, task, ("recall", SAY_WHY)).await;
    };
    let handover = match form.handover.as_str() {
        "yes" => Handover::Confirmed,
        _ => Handover::NotConfirmed,
    };
    app.tasking
        .recall_task(&signed_in, task, reason, handover)
        .await?;
    Ok(back_to(task))
}

/// Whether finished work is good.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyForm {
    #[serde(default, rename = "version")]
    _version: i64,
    #[serde(default)]
    verdict: String,
}

/// `POST /tasks/{task}/verify`; work that is not good leads to the task that repeats it.
async fn verify(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<VerifyForm>,
) -> Result<Response, PageError> {
    let verdict = match form.verdict.as_str() {
        "passed" => Verdict::Passed,
        "failed" => Verdict::Failed,
        _ => {
            return again(
                &app,
                &signed_in,
                task,
                ("task-head", "Say whether it is good"),
            )
            .await;
        }
    };
    let again = app.tasking.verify_task(&signed_in, task, verdict).await?;
    Ok(back_to(again.unwrap_or(task)))
}
