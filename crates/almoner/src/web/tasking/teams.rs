//! Teams: the settings page, and its forms.
//!
//! What was typed stays when something has to be put right. The rules are the operation's.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use care::tasking::{
    directory::Directory,
    error::TaskError,
    events::{CloseTeam, SaveTeam},
    model::{LocationId, TeamId},
    seen::Seen,
    teams::{TeamError, TeamLine, TeamWish},
};
use maud::Markup;
use serde::Deserialize;
use trust::store::error::StoreError;

use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{
        forms::{Choice, FormError},
        shell::Entry,
    },
    refusal::PageError,
    views::teams::{self, NEW, TeamForm, TeamRow, TeamsView},
};

/// The routes of teams.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/settings/teams", get(show).post(make))
        .route("/settings/teams/{team}", post(save))
        .route("/settings/teams/{team}/close", post(close))
}

/// `GET /settings/teams`
async fn show(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Markup, PageError> {
    let view = view(&app, &signed_in).await?;
    Ok(teams::page(&view, &signed_in.shell(&app, Entry::Teams)))
}

async fn view(app: &App, signed_in: &SignedIn) -> Result<TeamsView, PageError> {
    let lines = app.tasking.teams(signed_in).await?;
    let directory = app.tasking.directory().await.map_err(TaskError::from)?;
    Ok(TeamsView {
        teams: lines.iter().map(|line| row(line, &directory)).collect(),
        places: places(&directory),
        may_save: signed_in.may(SaveTeam),
        may_close: signed_in.may(CloseTeam),
        ..TeamsView::default()
    })
}

fn row(line: &TeamLine, directory: &Directory) -> TeamRow {
    let TeamLine { team, version, .. } = line;
    let base = team.base.map(|id| id.to_string()).unwrap_or_default();
    TeamRow {
        id: team.id.0,
        version: *version,
        name: team.name.clone(),
        begins: team
            .base
            .map(|id| directory.place_name(id))
            .unwrap_or_default(),
        people: line.people,
        kinds: line.kinds,
        is_open: team.closed_at.is_none(),
        form: TeamForm {
            name: team.name.clone(),
            base,
        },
    }
}

fn places(directory: &Directory) -> Vec<Choice> {
    let open = directory.locations.iter().filter(|place| place.active);
    let named = open.map(|place| Choice::plain(place.id.to_string(), place.name.clone()));
    std::iter::once(Choice::plain("", "Nowhere in particular"))
        .chain(named)
        .collect()
}

/// A team as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TeamSent {
    version: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    base: String,
}

impl TeamSent {
    fn wish(&self) -> TeamWish {
        TeamWish {
            name: self.name.clone(),
            base: self.base.parse().ok().map(LocationId),
        }
    }
}

/// `POST /settings/teams`
async fn make(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Checked(form): Checked<TeamSent>,
) -> Result<Response, PageError> {
    let step = app.tasking.save_team(&signed_in, None, &form.wish()).await;
    done(&app, &signed_in, step.map(drop), (NEW, form)).await
}

/// `POST /settings/teams/{team}`
async fn save(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(team): Id<TeamId>,
    Checked(form): Checked<TeamSent>,
) -> Result<Response, PageError> {
    let seen = Some((team, Seen::At(form.version)));
    let step = app.tasking.save_team(&signed_in, seen, &form.wish()).await;
    done(&app, &signed_in, step.map(drop), (team.0, form)).await
}

/// The version that was looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    version: i64,
}

/// `POST /settings/teams/{team}/close`
async fn close(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(team): Id<TeamId>,
    Checked(form): Checked<Pressed>,
) -> Result<Response, PageError> {
    let seen = Seen::At(form.version);
    let step = app.tasking.close_team(&signed_in, team, seen).await;
    match mistake(step)? {
        None => Ok(Redirect::to("/settings/teams").into_response()),
        Some((status, sentence)) => {
            let view = view(&app, &signed_in).await?;
            let at = ("main".to_owned(), sentence);
            Ok(again(&app, &signed_in, view, (status, at)))
        }
    }
}

/// Back to the page; or the page again, with what was typed and what has to be put right.
async fn done(
    app: &App,
    signed_in: &SignedIn,
    step: Result<(), TaskError>,
    (team, form): (i64, TeamSent),
) -> Result<Response, PageError> {
    let Some((status, sentence)) = mistake(step)? else {
        return Ok(Redirect::to("/settings/teams").into_response());
    };
    let mut view = view(app, signed_in).await?;
    let (name, base) = (form.name.chars().take(200).collect(), form.base);
    let typed = TeamForm { name, base };
    match view.teams.iter_mut().find(|row| row.id == team) {
        Some(row) => row.form = typed,
        None => view.typed = typed,
    }
    let at = (format!("name-{team}"), sentence);
    Ok(again(app, signed_in, view, (status, at)))
}

type Wrong = (StatusCode, (String, String));

fn again(
    app: &App,
    signed_in: &SignedIn,
    view: TeamsView,
    (status, (field, sentence)): Wrong,
) -> Response {
    let errors = vec![FormError { field, sentence }];
    let view = TeamsView { errors, ..view };
    let page = teams::page(&view, &signed_in.shell(app, Entry::Teams));
    (status, page).into_response()
}

/// What can be put right on the page, as its status and sentence.
fn mistake(step: Result<(), TaskError>) -> Result<Option<(StatusCode, String)>, TaskError> {
    let unwell = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, sentence) = match step {
        Ok(()) => return Ok(None),
        Err(TaskError::Team(TeamError::Name)) => {
            (unwell, "Give the team a name of 1 to 60 letters")
        }
        Err(TaskError::Team(TeamError::NameTaken)) => (
            unwell,
            "There is a team of this name already: choose another",
        ),
        Err(TaskError::Team(TeamError::InUse)) => {
            let sentence = "This team still has open tasks or people on shift: finish those first";
            (StatusCode::CONFLICT, sentence)
        }
        Err(TaskError::Places) => (unwell, "Choose a place that is on the list"),
        Err(TaskError::Store(StoreError::Quicker)) => {
            let sentence = "Someone was quicker: this team was changed while you looked at it. The \
                            list shows how it is now, and what you typed is kept";
            (StatusCode::CONFLICT, sentence)
        }
        Err(error) => return Err(error),
    };
    Ok(Some((status, sentence.to_owned())))
}
