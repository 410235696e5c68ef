//! A handler's own work in JSON: for other phones than ours, and for scripts that play a shift.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use care::tasking::{
    model::{AfterAbort, IdentityCheck, OfferId, TaskId},
    people::{Availability, Whose},
    reasons::{AbortReason, DeclineReason, PauseReason},
    work::Press,
};

use super::model::{OwnJob, OwnOffer, OwnWork, Reason, StateChange, Step, moment, rfc3339};
use super::tasks::not_understood;
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{ApiId, Body},
    refusal::{ApiError, ProblemDocument, Refusal},
    views::problem::Problem,
};

type Done = Result<StatusCode, ApiError>;

/// The caller's own work.
#[utoipa::path(get, path = "/me/work", responses(
    (status = 200, body = OwnWork), (status = "4XX", body = ProblemDocument)))]
pub async fn own(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<OwnWork>, ApiError> {
    let work = app.tasking.own_work(&signed_in, "api").await?;
    let offer = work.offer.as_ref().map(|(offer, task)| OwnOffer {
        id: offer.id.0,
        task: task.id.0,
        why: offer.why.0.sentence.clone(),
        expires_at: rfc3339(offer.expires_at),
    });
    let jobs = work.jobs.iter().map(OwnJob::from).collect();
    Ok(Json(OwnWork {
        state: work.worker.state.code(),
        offer,
        jobs,
    }))
}

/// Says yes to an offer.
#[utoipa::path(post, path = "/offers/{offer}/accept", params(("offer" = i64, Path)),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
pub async fn accept(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(offer): ApiId<i64>,
) -> Done {
    app.tasking.accept_offer(&signed_in, OfferId(offer)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says no to an offer.
#[utoipa::path(post, path = "/offers/{offer}/decline", params(("offer" = i64, Path)),
    request_body = Reason,
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
pub async fn decline(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(offer): ApiId<i64>,
    Body(body): Body<Reason>,
) -> Done {
    let reason = DeclineReason::from_code(&body.reason).ok_or_else(|| not_understood("reason"))?;
    app.tasking
        .decline_offer(&signed_in, OfferId(offer), reason)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a step with a task of one's own: set_off, arrive, depart, reach_drop, complete, pause,
/// resume, hand_back or abort.
#[utoipa::path(post, path = "/me/tasks/{task}/{step}",
    params(("task" = i64, Path), ("step" = String, Path)), request_body = Step,
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
pub async fn step(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    place: Result<Path<(i64, String)>, PathRejection>,
    Body(body): Body<Step>,
) -> Done {
    let Path((task, step)) = place.map_err(|_| Refusal::usual(Problem::NotThere))?;
    let happened_at = match &body.happened_at {
        None => None,
        Some(text) => Some(moment(text).ok_or_else(|| not_understood("happened_at"))?),
    };
    let task = Press {
        task: TaskId(task),
        happened_at,
    };
    let tasking = &app.tasking;
    let code = body.reason.as_deref().unwrap_or_default();
    let unknown = || not_understood("reason");
    match step.as_str() {
        "set_off" => tasking.set_off(&signed_in, task).await?,
        "arrive" => tasking.arrive(&signed_in, task).await?,
        "depart" => {
            let checked = if body.checked {
                IdentityCheck::Confirmed
            } else {
                IdentityCheck::NotDone
            };
            tasking.depart(&signed_in, task, checked).await?;
        }
        "reach_drop" => tasking.reach_drop(&signed_in, task).await?,
        "complete" => tasking.complete(&signed_in, task).await?,
        "pause" => {
            let reason = PauseReason::from_code(code).ok_or_else(unknown)?;
            tasking.pause(&signed_in, task, reason).await?;
        }
        "resume" => tasking.resume(&signed_in, task).await?,
        "hand_back" => {
            let reason = DeclineReason::from_code(code).ok_or_else(unknown)?;
            tasking.hand_back(&signed_in, task, reason).await?;
        }
        "abort" => {
            let reason = AbortReason::from_code(code).ok_or_else(unknown)?;
            let after = if body.again {
                AfterAbort::Requeue
            } else {
                AfterAbort::End
            };
            tasking.abort(&signed_in, task, reason, after).await?;
        }
        _ => return Err(Refusal::usual(Problem::NotThere).into()),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Changes one's own state.
#[utoipa::path(post, path = "/me/state", request_body = StateChange,
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
pub async fn availability(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Body(body): Body<StateChange>,
) -> Done {
    let (tasking, own) = (&app.tasking, Whose::Own);
    let change = match body.change.as_str() {
        "start_shift" => {
            tasking.start_shift(&signed_in, own).await?;
            return Ok(StatusCode::NO_CONTENT);
        }
        "end_shift" => {
            tasking.end_shift(&signed_in, own).await?;
            return Ok(StatusCode::NO_CONTENT);
        }
        "start_break" => {
            tasking.start_break(&signed_in, own).await?;
            return Ok(StatusCode::NO_CONTENT);
        }
        "end_break" => {
            tasking.end_break(&signed_in, own).await?;
            return Ok(StatusCode::NO_CONTENT);
        }
        "go_away" => Availability::GoAway,
        "come_back" => Availability::ComeBack,
        "start_helping" => Availability::StartHelping,
        "stop_helping" => Availability::StopHelping,
        "answer_present" => Availability::AnswerPresent,
        _ => return Err(not_understood("change").into()),
    };
    tasking.change_availability(&signed_in, own, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
