//! Help, open to everybody, and the gallery of components, open to whoever is signed in.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    app::App,
    caller::{AtTheDoor, SignedIn, Themed},
    form::Id,
    parts::shell::{Shell, Theme},
    refusal::{PageError, Refusal},
    views::{gallery, help, problem::Problem},
};

/// The help page that lists all others.
const ALL: &str = "all";

/// Help and gallery.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/help", get(all))
        .route("/help/{page}", get(one))
        .route("/gallery", get(show_gallery))
}

type Reading = Result<AtTheDoor, Response>;

/// `GET /help`
async fn all(
    State(app): State<Arc<App>>,
    Themed(theme): Themed,
    reader: Reading,
) -> Result<Response, PageError> {
    shown(&app, ALL, &shell(&app, theme, reader))
}

/// `GET /help/{page}`: works without signing in, since signing in may be what help is needed for.
async fn one(
    State(app): State<Arc<App>>,
    Themed(theme): Themed,
    reader: Reading,
    Id(name): Id<String>,
) -> Result<Response, PageError> {
    shown(&app, &name, &shell(&app, theme, reader))
}

/// The reader's own frame for whoever is inside; otherwise nobody's.
fn shell(app: &App, theme: Theme, reader: Reading) -> Shell {
    match reader {
        Ok(AtTheDoor(inside)) if inside.has_accepted_terms() => app.shell(&inside, None, theme),
        Ok(_) | Err(_) => app.bare_shell(theme),
    }
}

fn shown(app: &App, name: &str, shell: &Shell) -> Result<Response, PageError> {
    let topic = help::topic(name);
    let topic = topic.ok_or_else(|| PageError::of(app, Refusal::usual(Problem::NotThere)))?;
    Ok(help::page(topic, shell).into_response())
}

/// `GET /gallery`: every component in all its states, for designers, testers and the curious.
async fn show_gallery(State(app): State<Arc<App>>, signed_in: SignedIn) -> Response {
    let shell = app.shell(&signed_in, None, signed_in.theme);
    gallery::page(&shell).into_response()
}
