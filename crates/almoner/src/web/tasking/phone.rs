//! The handler's phone: my job, my day, and one press for each step.
//!
//! Each press leads back to the phone, which shows what is next. A press that came too late is
//! answered by the same page: it shows how things are.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use care::tasking::{
    error::TaskError,
    model::{AfterAbort, IdentityCheck, OfferId, TaskId},
    own::{OwnWatch, OwnWork},
    reasons::{AbortReason, DeclineReason, PauseReason},
    work::Press,
};
use maud::Markup;
use serde::Deserialize;
use trust::{
    ledger::entry::Key,
    store::{health::Notice, value::Moment},
};

use super::{
    following::{self, Followed},
    phone_shown,
};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::shell::Entry,
    refusal::{PageError, Refusal},
    views::{
        phone::{self, PhoneView},
        phone_day,
        problem::Problem,
    },
};

/// The phone's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/phone", get(show))
        .route("/phone/live", get(live))
        .route("/phone/day", get(show_day))
        .route("/offers/{offer}/accept", post(accept))
        .route("/offers/{offer}/decline", post(decline))
        .route("/tasks/{task}/set_off", post(set_off))
        .route("/tasks/{task}/arrive", post(arrive))
        .route("/tasks/{task}/depart", post(depart))
        .route("/tasks/{task}/reach_drop", post(reach_drop))
        .route("/tasks/{task}/complete", post(complete))
        .route("/tasks/{task}/pause", post(pause))
        .route("/tasks/{task}/resume", post(resume))
        .route("/tasks/{task}/hand_back", post(hand_back))
        .route("/tasks/{task}/abort", post(abort))
}

/// `GET /phone`
async fn show(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Markup, PageError> {
    let shell = signed_in.shell(&app, Entry::Phone);
    match app.tasking.own_work(&signed_in, "job").await {
        Ok(work) => Ok(phone::page(&phone_shown::view(&work, &app.times), &shell)),
        Err(TaskError::NotAHandler) => Ok(phone::not_a_handler(&shell)),
        Err(error) => Err(error.into()),
    }
}

/// `GET /phone/day`
async fn show_day(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Markup, PageError> {
    let shell = signed_in.shell(&app, Entry::Phone);
    match app.tasking.own_day(&signed_in).await {
        Ok(day) => Ok(phone_day::page(&phone_shown::day(&day, &app.times), &shell)),
        Err(TaskError::NotAHandler) => Ok(phone::not_a_handler(&shell)),
        Err(error) => Err(error.into()),
    }
}

/// `GET /phone/live`
async fn live(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Response, PageError> {
    let watch = app.tasking.watch_own_work(&signed_in).await?;
    let followed = FollowedWork {
        app: app.clone(),
        watch,
    };
    Ok(following::follow(app, followed))
}

struct FollowedWork {
    app: Arc<App>,
    watch: OwnWatch,
}

/// What the phone shows, and whose it is.
struct Shown {
    view: PhoneView,
    keys: Vec<(&'static str, i64)>,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.view == other.view
    }
}

impl Followed for FollowedWork {
    type Shown = Shown;

    async fn look(&self) -> Result<Shown, TaskError> {
        let work = self.watch.work().await?;
        Ok(Shown {
            view: phone_shown::view(&work, &self.app.times),
            keys: keys(&work),
        })
    }

    async fn still_allowed(&self) -> Result<(), TaskError> {
        self.watch.still_allowed().await
    }

    fn concerns(&self, shown: &Shown, notice: &Notice) -> bool {
        notice.touched.iter().any(|(table, key)| {
            shown
                .keys
                .iter()
                .any(|(own, id)| table == own && *key == Key::Int(*id))
        })
    }

    fn html(&self, shown: &Shown, now_micros: i64) -> String {
        phone::live_parts(&shown.view, now_micros).into_string()
    }
}

/// The rows whose change the phone must show: the person and their tasks.
fn keys(work: &OwnWork) -> Vec<(&'static str, i64)> {
    let offered = work.offer.iter().map(|(_, task)| task.id);
    let tasks = work.jobs.iter().map(|job| job.id).chain(offered);
    let tasks = tasks.map(|TaskId(id)| ("task", id));
    std::iter::once(("worker", work.worker.id.0))
        .chain(tasks)
        .collect()
}

/// A form without fields. The step is checked against the task as it is now, so the version that
/// was looked at is taken and not asked for; so it is in the forms below.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    #[serde(default, rename = "version")]
    _version: i64,
    /// When it was pressed, in microseconds of the hospital's time, if there was no signal then.
    #[serde(default)]
    happened_at: Option<i64>,
}

/// A form of one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithReason {
    #[serde(default, rename = "version")]
    _version: i64,
    /// When it was pressed, in microseconds of the hospital's time, if there was no signal then.
    #[serde(default)]
    happened_at: Option<i64>,
    reason: String,
}

fn pressed(task: TaskId, happened_at: Option<i64>) -> Press {
    let happened_at = happened_at.map(Moment);
    Press { task, happened_at }
}

type Answer = Result<Response, PageError>;

/// Back to the phone.
fn next() -> Answer {
    Ok(Redirect::to("/phone").into_response())
}

/// A reason that no list has. The phone offers only what there is, so there is nothing to keep.
fn no_such_reason() -> Refusal {
    Refusal::because(
        Problem::NotUnderstood,
        "Choose one of the reasons on the phone.",
    )
}

/// `POST /offers/{offer}/accept`
async fn accept(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(offer): Id<OfferId>,
    Checked(_): Checked<Pressed>,
) -> Answer {
    app.tasking.accept_offer(&signed_in, offer).await?;
    next()
}

/// `POST /offers/{offer}/decline`
async fn decline(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(offer): Id<OfferId>,
    Checked(form): Checked<WithReason>,
) -> Answer {
    let reason = DeclineReason::from_code(&form.reason).ok_or_else(no_such_reason)?;
    app.tasking.decline_offer(&signed_in, offer, reason).await?;
    next()
}

/// The steps of one press each.
macro_rules! presses {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        async fn $name(
            State(app): State<Arc<App>>,
            signed_in: SignedIn,
            Id(task): Id<TaskId>,
            Checked(form): Checked<Pressed>,
        ) -> Answer {
            let press = pressed(task, form.happened_at);
            app.tasking.$name(&signed_in, press).await?;
            next()
        }
    )+};
}

presses! {
    /// `POST /tasks/{task}/set_off`
    set_off;
    /// `POST /tasks/{task}/arrive`
    arrive;
    /// `POST /tasks/{task}/reach_drop`
    reach_drop;
    /// `POST /tasks/{task}/complete`
    complete;
    /// `POST /tasks/{task}/resume`
    resume;
}

/// Moving off; `checked` says that wristband or label was compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DepartForm {
    #[serde(default, rename = "version")]
    _version: i64,
    /// When it was pressed, in microseconds of the hospital's time, if there was no signal then.
    #[serde(default)]
    happened_at: Option<i64>,
    #[serde(default)]
    checked: String,
}

/// `POST /tasks/{task}/depart`
async fn depart(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<DepartForm>,
) -> Answer {
    let checked = match form.checked.as_str() {
        "yes" => IdentityCheck::Confirmed,
        _ => IdentityCheck::NotDone,
    };
    let press = pressed(task, form.happened_at);
    app.tasking.depart(&signed_in, press, checked).await?;
    next()
}

/// `POST /tasks/{task}/pause`
async fn pause(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<WithReason>,
) -> Answer {
    let reason = PauseReason::from_code(&form.reason).ok_or_else(no_such_reason)?;
    let press = pressed(task, form.happened_at);
    app.tasking.pause(&signed_in, press, reason).await?;
    next()
}

/// `POST /tasks/{task}/hand_back`
async fn hand_back(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<WithReason>,
) -> Answer {
    let reason = DeclineReason::from_code(&form.reason).ok_or_else(no_such_reason)?;
    let press = pressed(task, form.happened_at);
    app.tasking.hand_back(&signed_in, press, reason).await?;
    next()
}

/// Why it stops, and whether someone else should come for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AbortForm {
    #[serde(default, rename = "version")]
    _version: i64,
    /// When it was pressed, in microseconds of the hospital's time, if there was no signal then.
    #[serde(default)]
    happened_at: Option<i64>,
    reason: String,
    #[serde(default)]
    again: String,
}

/// `POST /tasks/{task}/abort`
async fn abort(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
    Checked(form): Checked<AbortForm>,
) -> Answer {
    let reason = AbortReason::from_code(&form.reason).ok_or_else(no_such_reason)?;
    let after = if form.again == "yes" {
        AfterAbort::Requeue
    } else {
        AfterAbort::End
    };
    let press = pressed(task, form.happened_at);
    app.tasking.abort(&signed_in, press, reason, after).await?;
    next()
}
