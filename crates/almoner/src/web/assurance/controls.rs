//! `/controls`: every promise, how it stands, and the evidence.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect},
};
use care::governance::controls::{self, Class, Control, Document};
use serde::Deserialize;
use trust::store::value::Moment;

use super::events::{ControlsViewed, ProveControl, ViewControls};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::Id,
    parts::{
        shell::Entry,
        states::{ControlClass, ControlState, Vocabulary},
    },
    refusal::{PageError, Refusal},
    times::duration,
    views::{
        controls::{ControlDetail, ControlRow, ControlsView, page},
        problem::Problem,
    },
};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Narrowed {
    /// The code of a state.
    #[serde(default)]
    state: String,
}

/// `GET /controls`
pub async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    narrowed: Result<Query<Narrowed>, QueryRejection>,
) -> Result<impl IntoResponse, PageError> {
    let Query(narrowed) = narrowed.map_err(|_| Refusal::usual(Problem::NotUnderstood))?;
    let only = ControlState::ALL
        .iter()
        .copied()
        .find(|state| state.code() == narrowed.state);
    shown(&app, &signed_in, only, None).await
}

/// `GET /controls/{control}`
pub async fn one(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(id): Id<String>,
) -> Result<impl IntoResponse, PageError> {
    let control = controls::find(&id).ok_or_else(|| Refusal::usual(Problem::NotThere))?;
    shown(&app, &signed_in, None, Some(control)).await
}

/// `POST /controls/{control}/prove`
pub async fn prove(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(id): Id<String>,
) -> Result<Redirect, PageError> {
    app.provers.prove(&id, &signed_in, &app).await?;
    Ok(Redirect::to(&format!("/controls/{id}")))
}

/// `POST /controls/prove`
pub async fn prove_all(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Redirect, PageError> {
    app.provers.prove_all(&signed_in, &app).await?;
    Ok(Redirect::to("/controls"))
}

async fn shown(
    app: &App,
    signed_in: &SignedIn,
    only: Option<ControlState>,
    chosen: Option<&Control>,
) -> Result<maud::Markup, PageError> {
    let permit = signed_in.permit(ViewControls).await?;
    let control = chosen.map(|control| control.id.clone());
    app.store.read(permit, ControlsViewed { control }).await?;
    let now = app.store.clock().wall();
    let rows: Vec<ControlRow> = controls::all()
        .iter()
        .map(|control| row(app, control, now))
        .collect();
    let count = |state: &ControlState| rows.iter().filter(|row| row.state == *state).count();
    let view = ControlsView {
        counts: ControlState::ALL
            .iter()
            .map(|state| (*state, count(state)))
            .collect(),
        controls: rows
            .into_iter()
            .filter(|row| only.is_none_or(|state| row.state == state))
            .collect(),
        only,
        chosen: chosen.map(|control| detail(app, control, now)),
        may_prove: signed_in.may(ProveControl),
    };
    Ok(page(&view, &signed_in.shell(app, Entry::Controls)))
}

fn row(app: &App, control: &Control, now: Moment) -> ControlRow {
    let tried = app.provers.tried(&control.id);
    let age = tried
        .as_ref()
        .map(|tried| duration(now.since(Moment(tried.evidence.at))));
    ControlRow {
        id: control.id.clone(),
        title: control.title.clone(),
        class: class(control),
        state: state(app.provers.state(control, now)),
        evidence: tried.map(|tried| tried.evidence.detail).unwrap_or_default(),
        age: age.unwrap_or_default(),
    }
}

fn detail(app: &App, control: &Control, now: Moment) -> ControlDetail {
    let document = match control.source.document {
        Document::A => "Tasking text",
        Document::B => "Tracking text",
    };
    let self_test = control
        .self_test
        .as_deref()
        .unwrap_or("nothing yet")
        .replace('_', " ");
    ControlDetail {
        row: row(app, control, now),
        promise: control.promise.clone(),
        source: format!("{document}: {}", control.source.place),
        mechanism: control.mechanism.to_string(),
        self_test,
        freshness: format!("{} h", control.freshness_hours),
        steps: app
            .provers
            .tried(&control.id)
            .map(|tried| tried.steps)
            .unwrap_or_default(),
        log_href: match control.self_test {
            Some(_) => format!("/log?control={}", control.id),
            None => String::new(),
        },
    }
}

/// The page has room for one class; the first is what mainly keeps the promise.
fn class(control: &Control) -> ControlClass {
    match control.classes.first() {
        Some(Class::Enforced) => ControlClass::Enforced,
        Some(Class::Witnessed) => ControlClass::Witnessed,
        Some(Class::Recorded) | None => ControlClass::Recorded,
    }
}

/// The page's word for a state.
#[must_use]
pub fn state(state: controls::State) -> ControlState {
    match state {
        controls::State::Proved => ControlState::Proved,
        controls::State::Stale => ControlState::Stale,
        controls::State::Failed => ControlState::Failed,
        controls::State::Waived => ControlState::Waived,
        controls::State::NotBuilt => ControlState::NotBuilt,
    }
}
