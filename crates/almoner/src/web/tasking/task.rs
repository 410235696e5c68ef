//! One task: its page, and what ward and coordinator can do with it.
//!
//! The handler's own steps stand in `phone.rs`. Each form carries the version of the task that its
//! page showed and leads back to the page, which shows what came of it. When somebody was quicker,
//! nothing is changed: the page says what is there now and keeps what was chosen.

use std::{future::Future, sync::Arc};

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
    seen::SeenTask,
};
use maud::Markup;
use serde::Deserialize;
use trust::store::error::StoreError;

use super::task_shown;
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{forms::FormError, shell::Entry},
    refusal::PageError,
    views::{
        task::{self, TaskView},
        task_actions::Typed,
    },
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
    Desk::new(&app, &signed_in, task, "").page(None).await
}

/// Somebody who wants something with a task.
struct Desk<'a> {
    app: &'a App,
    signed_in: &'a SignedIn,
    task: TaskId,
    /// What was chosen in the form, kept when the page is shown again.
    typed: Typed,
}

/// What has to be put right.
enum Mistake {
    /// In what was sent.
    Sent(String),
    /// The task was changed meanwhile.
    Quicker,
}

impl<'a> Desk<'a> {
    fn new(app: &'a App, signed_in: &'a SignedIn, task: TaskId, verb: &'static str) -> Self {
        let typed = Typed {
            verb,
            ..Typed::default()
        };
        Self {
            app,
            signed_in,
            task,
            typed,
        }
    }

    async fn page(&self, mistake: Option<Mistake>) -> Result<Markup, PageError> {
        let (app, signed_in) = (self.app, self.signed_in);
        let detail = app.tasking.task(signed_in, self.task).await?;
        let people = if task_shown::can_be_assigned(&detail.task, signed_in) {
            Some(app.tasking.people(signed_in, true).await?)
        } else {
            None
        };
        let mut actions = task_shown::actions(&detail, signed_in, people.as_ref());
        actions.typed = self.typed.clone();
        let sentence = mistake.map(|mistake| match mistake {
            Mistake::Sent(sentence) => sentence,
            Mistake::Quicker => task_shown::quicker(&detail, &app.times),
        });
        let error = sentence.map(|sentence| FormError {
            field: actions.place_of(self.typed.verb).to_owned(),
            sentence,
        });
        let view = task_shown::view(&detail, actions, signed_in, &app.times);
        let view = TaskView {
            errors: error.into_iter().collect(),
            ..view
        };
        Ok(task::page(&view, &signed_in.shell(app, Entry::Board)))
    }

    /// The page again, with what has to be put right in what was sent.
    async fn again(&self, sentence: impl Into<String>) -> Result<Response, PageError> {
        let page = self.page(Some(Mistake::Sent(sentence.into()))).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    }

    /// Back to the page, or the page again with what is there now.
    async fn done(
        &self,
        step: impl Future<Output = Result<TaskId, TaskError>>,
    ) -> Result<Response, PageError> {
        match step.await {
            Ok(task) => Ok(Redirect::to(&format!("/tasks/{task}")).into_response()),
            Err(TaskError::Store(StoreError::Quicker)) => {
                let page = self.page(Some(Mistake::Quicker)).await?;
                Ok((StatusCode::CONFLICT, page).into_response())
            }
            Err(error) => Err(error.into()),
        }
    }
}

const SAY_WHY: &str = "Choose a reason";

/// A form without fields of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    version: i64,
}

/// The acts of one press each.
macro_rules! presses {
    ($($(#[$doc:meta])* $name:ident => $operation:ident;)+) => {$(
        $(#[$doc])*
        async fn $name(
            State(app): State<Arc<App>>,
            signed_in: SignedIn,
            Id(task): Id<TaskId>,
            Checked(form): Checked<Pressed>,
        ) -> Result<Response, PageError> {
            let seen = SeenTask::at(task, form.version);
            let step = app.tasking.$operation(&signed_in, seen);
            let desk = Desk::new(&app, &signed_in, task, stringify!($name));
            desk.done(async { step.await.map(|()| task) }).await
        }
    )+};
}

presses! {
    /// `POST /tasks/{task}/approve`
    approve => approve_task;
    /// `POST /tasks/{task}/hold`: the ward says "not ready".
    hold => hold_task;
    /// `POST /tasks/{task}/release`: the ward says "ready to move".
    release => ready_task;
}

/// A form that says why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithReason {
    version: i64,
    #[serde(default)]
    reason: String,
}

/// The acts that end a task for a reason.
macro_rules! endings {
    ($($(#[$doc:meta])* $name:ident => $operation:ident;)+) => {$(
        $(#[$doc])*
        async fn $name(
            State(app): State<Arc<App>>,
            signed_in: SignedIn,
            Id(task): Id<TaskId>,
            Checked(form): Checked<WithReason>,
        ) -> Result<Response, PageError> {
            let mut desk = Desk::new(&app, &signed_in, task, stringify!($name));
            let Some(reason) = CancelReason::from_code(&form.reason) else {
                return desk.again(SAY_WHY).await;
            };
            desk.typed.reason = form.reason;
            let seen = SeenTask::at(task, form.version);
            let step = app.tasking.$operation(&signed_in, seen, reason);
            desk.done(async { step.await.map(|()| task) }).await
        }
    )+};
}

endings! {
    /// `POST /tasks/{task}/reject`
    reject => reject_task;
    /// `POST /tasks/{task}/cancel`
    cancel => cancel_task;
}

/// Whom to ask instead, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignForm {
    version: i64,
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
    let mut desk = Desk::new(&app, &signed_in, task, "assign");
    let person = form.person.parse::<WorkerId>();
    let reason = OverrideReason::from_code(&form.reason);
    (desk.typed.person, desk.typed.reason) = (form.person, form.reason);
    let Ok(person) = person else {
        return desk.again("Choose a person").await;
    };
    let Some(reason) = reason else {
        return desk.again(SAY_WHY).await;
    };
    let seen = SeenTask::at(task, form.version);
    match app
        .tasking
        .assign_task(&signed_in, seen, person, reason)
        .await
    {
        // Another person can be chosen on the spot.
        Err(error @ (TaskError::Unsuited(_) | TaskError::CannotBeAsked(_))) => {
            desk.again(format!("Choose someone else: {error}")).await
        }
        done => desk.done(async { done.map(|()| task) }).await,
    }
}

/// Why it is taken back, and whether somebody has taken over the patient.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecallForm {
    version: i64,
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
    let mut desk = Desk::new(&app, &signed_in, task, "recall");
    desk.typed.handover = form.handover == "yes";
    let Some(reason) = OverrideReason::from_code(&form.reason) else {
        return desk.again(SAY_WHY).await;
    };
    desk.typed.reason = form.reason;
    let handover = match desk.typed.handover {
        true => Handover::Confirmed,
        false => Handover::NotConfirmed,
    };
    let seen = SeenTask::at(task, form.version);
    let step = app.tasking.recall_task(&signed_in, seen, reason, handover);
    desk.done(async { step.await.map(|()| task) }).await
}

/// Whether finished work is good.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyForm {
    version: i64,
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
    let desk = Desk::new(&app, &signed_in, task, "verify");
    let verdict = match form.verdict.as_str() {
        "passed" => Verdict::Passed,
        "failed" => Verdict::Failed,
        _ => return desk.again("Say whether it is good").await,
    };
    let seen = SeenTask::at(task, form.version);
    let step = app.tasking.verify_task(&signed_in, seen, verdict);
    desk.done(async { step.await.map(|again| again.unwrap_or(task)) })
        .await
}
