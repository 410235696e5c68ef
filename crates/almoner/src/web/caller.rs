//! Who stands behind a request, as an extractor. A handler without it serves anybody.
//!
//! The cookie is `__Host-almoner`; a script may send the same token as `Authorization: Bearer`.
//! Pages send whoever is not signed in to the door; the API answers 401.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use trust::identity::{CallerError, caller::Caller};

use super::{
    app::App,
    parts::shell::{Entry, Shell, Theme},
    refusal::{PageError, Refusal},
    views::problem::Problem,
};

/// The session cookie. `__Host-`: set by this origin only, for all of it, never without TLS.
pub const SESSION: &str = "__Host-almoner";
/// The cookie that remembers the theme.
pub const THEME: &str = "almoner_theme";

/// Somebody who is signed in, has a role, and has accepted the terms.
pub struct SignedIn {
    /// Who.
    pub caller: Caller,
    /// The theme of their device.
    pub theme: Theme,
}

impl Deref for SignedIn {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl SignedIn {
    /// The frame of a page for them.
    #[must_use]
    pub fn shell(&self, app: &App, at: Entry) -> Shell {
        app.shell(&self.caller, Some(at), self.theme)
    }
}

/// Somebody who is signed in, whether or not they have accepted the terms.
pub struct AtTheDoor(pub SignedIn);

/// The theme that a request asks for.
pub struct Themed(pub Theme);

impl<S: Send + Sync> FromRequestParts<S> for Themed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(theme(&CookieJar::from_headers(&parts.headers))))
    }
}

fn theme(jar: &CookieJar) -> Theme {
    Theme::from_code(
        jar.get(THEME)
            .map(|cookie| cookie.value())
            .unwrap_or_default(),
    )
}

/// The token of a request, from its cookie or its header. Any bytes may stand in either.
#[must_use]
pub fn token_in(headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    bearer.map(str::to_owned).or_else(|| {
        Some(
            CookieJar::from_headers(headers)
                .get(SESSION)?
                .value()
                .to_owned(),
        )
    })
}

/// Live streams and what a page fetches by itself do not keep a session open (control A8).
fn is_active(parts: &Parts) -> bool {
    let is_background = parts.headers.contains_key("almoner-background");
    let accept = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let is_stream = accept.is_some_and(|accept| accept.contains("text/event-stream"));
    !is_background && !is_stream && !parts.uri.path().ends_with("/live")
}

impl FromRequestParts<Arc<App>> for AtTheDoor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let jar = CookieJar::from_headers(&parts.headers);
        let theme = theme(&jar);
        let refused = |reason: &str, error: Option<CallerError>| away(parts, app, reason, error);
        let Some(token) = token_in(&parts.headers) else {
            return Err(refused("", None));
        };
        match app.identity.caller(&token, is_active(parts)).await {
            Ok(caller) => Ok(Self(SignedIn { caller, theme })),
            Err(CallerError::NotSignedIn) => Err(refused("", None)),
            Err(CallerError::Over(because)) => Err(refused(because, None)),
            Err(error) => Err(refused("", Some(error))),
        }
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let AtTheDoor(signed_in) = AtTheDoor::from_request_parts(parts, app).await?;
        // Without a role not even the terms can be accepted: one sentence, not a refusal each.
        let refusal = match signed_in.profile().permissions.is_empty() {
            true => Refusal::no_role(),
            false if signed_in.has_accepted_terms() => return Ok(signed_in),
            false => Refusal::terms(),
        };
        if is_api(parts) {
            return Err(refusal.as_problem().into_response());
        }
        if refusal.slug == "no-role" {
            return Err(PageError::of(app, refusal).into_response());
        }
        Err(Redirect::to("/terms").into_response())
    }
}

fn is_api(parts: &Parts) -> bool {
    let uri = parts.extensions.get::<axum::extract::OriginalUri>();
    let path = uri.map_or(parts.uri.path(), |uri| uri.0.path());
    path.starts_with("/api/")
}

/// The way out for whoever is not signed in.
fn away(parts: &Parts, app: &App, reason: &str, error: Option<CallerError>) -> Response {
    let refusal = match error {
        Some(CallerError::Store(error)) => Refusal::from(error),
        _ => Refusal::usual(Problem::SignedOut),
    };
    if is_api(parts) {
        return refusal.as_problem().into_response();
    }
    if refusal.problem != Problem::SignedOut || parts.uri.path().ends_with("/live") {
        return PageError::of(app, refusal).into_response();
    }
    let next = parts.uri.path();
    let because = if reason.is_empty() {
        ""
    } else {
        "&because=quiet"
    };
    Redirect::to(&format!("/sign-in?next={next}{because}")).into_response()
}
