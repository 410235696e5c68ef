//! Sessions of scripts: begin, end, who am I.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};

use super::model::{Credentials, Me, SessionStarted, rfc3339};
use crate::web::{
    app::App,
    caller::{AtTheDoor, SignedIn},
    form::Body,
    refusal::{ApiError, ProblemDocument},
};

/// Begins a session.
#[utoipa::path(post, path = "/sessions", request_body = Credentials, security(()), responses(
    (status = 201, body = SessionStarted),
    (status = "4XX", body = ProblemDocument, description = "Wrong, or too many attempts"),
))]
pub async fn start(
    State(app): State<Arc<App>>,
    Body(credentials): Body<Credentials>,
) -> Result<(StatusCode, Json<SessionStarted>), ApiError> {
    let started = app
        .identity
        .sign_in(&credentials.name, &credentials.password)
        .await?;
    let until = rfc3339(started.absolute_until);
    Ok((
        StatusCode::CREATED,
        Json(SessionStarted {
            token: started.token,
            until,
        }),
    ))
}

/// Ends the session of this token.
#[utoipa::path(delete, path = "/sessions", responses(
    (status = 204, description = "It ended"),
    (status = "4XX", body = ProblemDocument),
))]
pub async fn end(
    State(app): State<Arc<App>>,
    AtTheDoor(signed_in): AtTheDoor,
) -> Result<StatusCode, ApiError> {
    if let Some(session) = signed_in.session() {
        app.identity.end(session, "signed out").await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Who is behind this token.
#[utoipa::path(get, path = "/me", responses(
    (status = 200, body = Me),
    (status = "4XX", body = ProblemDocument),
))]
pub async fn me(signed_in: SignedIn) -> Json<Me> {
    let profile = signed_in.profile();
    Json(Me {
        account: signed_in.actor().0,
        name: profile.name.clone(),
        roles: profile.roles.clone(),
        permissions: profile.permissions.clone(),
    })
}
