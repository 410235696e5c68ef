//! Teams in JSON: the list, a new one, changes, closing.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use care::tasking::{
    directory::Directory,
    error::TaskError,
    model::TeamId,
    teams::{TeamLine, TeamWish},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    seen::{IfMatch, told},
    tasks::not_understood,
};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{ApiId, Body},
    refusal::{ApiError, ProblemDocument, Refusal},
};

/// A team.
#[derive(Serialize, ToSchema)]
pub struct Team {
    /// Its number.
    pub id: i64,
    /// For If-Match, in quotation marks.
    pub version: i64,
    /// What files call it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The code of the place where its people begin.
    pub base: Option<String>,
    /// How many people belong to it.
    pub people: usize,
    /// Whether work can be asked of it.
    pub is_open: bool,
}

/// A team as it should be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamChange {
    /// What people call it, 60 characters at most.
    pub name: String,
    /// The code of the place where its people begin; left out for none.
    #[serde(default)]
    pub base: Option<String>,
}

/// A team that was made.
#[derive(Serialize, ToSchema)]
pub struct TeamMade {
    /// Its number.
    pub id: i64,
}

impl Team {
    fn of(line: &TeamLine, directory: &Directory) -> Self {
        let TeamLine { team, version, .. } = line;
        let base = team.base.and_then(|id| directory.location(id));
        Self {
            id: team.id.0,
            version: *version,
            code: team.code.clone(),
            name: team.name.clone(),
            base: base.map(|place| place.code.clone()),
            people: line.people,
            is_open: team.closed_at.is_none(),
        }
    }
}

/// The teams.
#[utoipa::path(get, path = "/teams", responses(
    (status = 200, body = Vec<Team>), (status = "4XX", body = ProblemDocument)))]
pub async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Vec<Team>>, ApiError> {
    let lines = app.tasking.teams(&signed_in).await?;
    let directory = app.tasking.directory().await.map_err(TaskError::from)?;
    let teams = lines.iter().map(|line| Team::of(line, &directory));
    Ok(Json(teams.collect()))
}

/// Makes a team.
#[utoipa::path(post, path = "/teams", request_body = TeamChange, responses(
    (status = 201, body = TeamMade), (status = "4XX", body = ProblemDocument)))]
pub async fn make(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Body(change): Body<TeamChange>,
) -> Result<(StatusCode, Json<TeamMade>), ApiError> {
    let wish = wish(&app, change).await?;
    let id = app.tasking.save_team(&signed_in, None, &wish).await?;
    Ok((StatusCode::CREATED, Json(TeamMade { id: id.0 })))
}

/// Renames a team; a closed one is open again.
#[utoipa::path(post, path = "/teams/{team}", params(("team" = i64, Path),
    ("If-Match" = String, Header, description = "The version that you read, in quotation marks")),
    request_body = TeamChange,
    responses((status = 204),
    (status = 412, body = ProblemDocument, description = "Changed since you read it"),
    (status = 428, body = ProblemDocument, description = "If-Match is missing"),
    (status = "4XX", body = ProblemDocument)))]
pub async fn save(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(team): ApiId<i64>,
    seen: IfMatch,
    Body(change): Body<TeamChange>,
) -> Result<StatusCode, ApiError> {
    let wish = wish(&app, change).await?;
    let seen = Some((TeamId(team), seen.0));
    let step = app.tasking.save_team(&signed_in, seen, &wish).await;
    step.map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes a team that has nothing to do.
#[utoipa::path(post, path = "/teams/{team}/close", params(("team" = i64, Path),
    ("If-Match" = String, Header, description = "The version that you read, in quotation marks")),
    responses((status = 204),
    (status = 412, body = ProblemDocument, description = "Changed since you read it"),
    (status = 428, body = ProblemDocument, description = "If-Match is missing"),
    (status = "4XX", body = ProblemDocument)))]
pub async fn close(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ApiId(team): ApiId<i64>,
    seen: IfMatch,
) -> Result<StatusCode, ApiError> {
    let step = app.tasking.close_team(&signed_in, TeamId(team), seen.0);
    step.await.map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn wish(app: &App, change: TeamChange) -> Result<TeamWish, Refusal> {
    let directory = app.tasking.directory().await.map_err(TaskError::from)?;
    let place = |code: String| {
        let found = directory.locations.iter().find(|place| place.code == code);
        found
            .map(|place| place.id)
            .ok_or_else(|| not_understood("base"))
    };
    Ok(TeamWish {
        name: change.name,
        base: change.base.map(place).transpose()?,
    })
}
