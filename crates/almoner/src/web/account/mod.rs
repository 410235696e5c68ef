//! The door: sign in, sign out, first password, terms of use.
//!
//! The session's token travels only in a `__Host-` cookie. Refused: an address to go on to that is
//! not a path of this origin.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use trust::identity::{
    caller::PermitError,
    model::{DeviceClass, TERMS_VERSION},
    sign_in::{SignInError, SignedIn as Started},
};

use super::{
    app::App,
    caller::{AtTheDoor, SESSION, SignedIn, Themed},
    form::Checked,
    parts::forms::FormError,
    refusal::{PageError, Refusal},
    views::{
        password::{self, PasswordView},
        sign_in::{self, SignInView},
        terms::{self, TermsParagraph, TermsView},
    },
};

/// Fewest characters of a password; the rule itself is `trust::identity::model::check_password`.
const PASSWORD_CHARACTERS_MIN: u32 = 12;

/// The door's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(show_sign_in).post(sign_in_now))
        .route("/sign-out", post(sign_out))
        .route("/set-up", get(show_set_up).post(set_up))
        .route("/terms", get(show_terms).post(accept_terms))
        .route("/session", get(session))
}

/// `GET /`: to the first page the caller may open.
async fn home(State(app): State<Arc<App>>, signed_in: SignedIn) -> Redirect {
    let shell = app.shell(&signed_in, None, signed_in.theme);
    Redirect::to(shell.entries.first().map_or("/help", |entry| entry.href()))
}

/// `GET /session`: how long the session still runs; asking does not prolong it unless said so.
async fn session(State(app): State<Arc<App>>, signed_in: SignedIn) -> Response {
    let shell = app.shell(&signed_in, None, signed_in.theme);
    let ends = shell.session_ends_micros.unwrap_or_default().to_string();
    Html(ends).into_response()
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Arrival {
    #[serde(default)]
    next: String,
    #[serde(default)]
    because: String,
}

fn blank(app: &App) -> SignInView {
    SignInView {
        shared_computer: app.demonstration.is_empty(),
        shared_idle_minutes: idle_minutes(),
        demonstration: app.demonstration.clone(),
        ..SignInView::default()
    }
}

fn idle_minutes() -> u32 {
    u32::try_from(DeviceClass::Shared.idle_max() / 60_000_000).unwrap_or_default()
}

/// `GET /sign-in`
async fn show_sign_in(
    State(app): State<Arc<App>>,
    Themed(theme): Themed,
    arrival: Result<Query<Arrival>, QueryRejection>,
) -> Response {
    let Query(arrival) = arrival.unwrap_or_default();
    let reason = match arrival.because.as_str() {
        "quiet" => "You were signed out after a while without activity.",
        _ => "",
    };
    let view = SignInView {
        next: own_path(&arrival.next),
        reason: reason.to_owned(),
        ..blank(&app)
    };
    sign_in::page(&view, &app.bare_shell(theme)).into_response()
}

/// A path of this origin, or nothing: never an address elsewhere.
///
/// Only plain letters of a path: browsers drop tabs and line ends and turn backslashes round, so
/// that a harmless looking text could become `//elsewhere`.
fn own_path(next: &str) -> String {
    let is_plain = next
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-_.?=&".contains(&byte));
    let is_path = next.starts_with('/') && !next.starts_with("//");
    if is_path && is_plain && next.len() <= 200 {
        next.to_owned()
    } else {
        String::new()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    login: String,
    password: String,
    #[serde(default)]
    shared_computer: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
async fn sign_in_now(
    State(app): State<Arc<App>>,
    Themed(theme): Themed,
    Checked(form): Checked<SignInForm>,
) -> Response {
    let is_shared = !form.shared_computer.is_empty();
    let next = own_path(&form.next);
    match app
        .identity
        .sign_in_on(&form.login, &form.password, is_shared)
        .await
    {
        Ok(started) => {
            let to = if next.is_empty() { "/" } else { &next };
            with_cookie(&started, to)
        }
        Err(error) => {
            let (field, sentence) = match &error {
                SignInError::Wrong => {
                    ("login", "The name or the password is not right.".to_owned())
                }
                SignInError::Wait(seconds) => (
                    "login",
                    format!("Too many attempts. Wait {seconds} s, then try again."),
                ),
                SignInError::Password(_) | SignInError::TooMany(_) | SignInError::Store(_) => {
                    return PageError::of(&app, Refusal::from(error)).into_response();
                }
            };
            let status = Refusal::from(error).status();
            let errors = vec![FormError {
                field: field.to_owned(),
                sentence,
            }];
            let login = form.login.chars().take(120).collect();
            let view = SignInView {
                login,
                shared_computer: is_shared,
                errors,
                next,
                ..blank(&app)
            };
            (status, sign_in::page(&view, &app.bare_shell(theme))).into_response()
        }
    }
}

fn with_cookie(started: &Started, to: &str) -> Response {
    let cookie = Cookie::build((SESSION, started.token.clone()))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build();
    let headers = AppendHeaders([(header::SET_COOKIE, cookie.to_string())]);
    (headers, Redirect::to(to)).into_response()
}

/// `POST /sign-out`: the session ends on the server, and the browser forgets what it had.
async fn sign_out(
    State(app): State<Arc<App>>,
    AtTheDoor(signed_in): AtTheDoor,
) -> Result<Response, PageError> {
    if let Some(session) = signed_in.session() {
        app.identity.end(session, "signed out").await?;
    }
    let cookie = format!("{SESSION}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    let headers = AppendHeaders([
        (header::SET_COOKIE, cookie),
        (
            header::HeaderName::from_static("clear-site-data"),
            "\"cache\", \"storage\"".to_owned(),
        ),
    ]);
    Ok((headers, Redirect::to("/sign-in")).into_response())
}

/// `GET /set-up`
async fn show_set_up(State(app): State<Arc<App>>, Themed(theme): Themed) -> Response {
    let view = PasswordView {
        least_characters: PASSWORD_CHARACTERS_MIN,
        ..Default::default()
    };
    password::set_up_page(&view, &app.bare_shell(theme)).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUpForm {
    login: String,
    code: String,
    password: String,
    again: String,
}

/// `POST /set-up`
async fn set_up(
    State(app): State<Arc<App>>,
    Themed(theme): Themed,
    Checked(form): Checked<SetUpForm>,
) -> Response {
    let refused = |field: &str, sentence: String, status: StatusCode| {
        let errors = vec![FormError {
            field: field.to_owned(),
            sentence,
        }];
        let login = form.login.chars().take(120).collect();
        let view = PasswordView {
            least_characters: PASSWORD_CHARACTERS_MIN,
            login,
            errors,
        };
        (status, password::set_up_page(&view, &app.bare_shell(theme))).into_response()
    };
    if form.password != form.again {
        let sentence = "The two are not the same. Type it again.".to_owned();
        return refused("again", sentence, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let set = app
        .identity
        .set_password(&form.login, &form.code, &form.password)
        .await;
    match set {
        Ok(()) => match app.identity.sign_in(&form.login, &form.password).await {
            Ok(started) => with_cookie(&started, "/"),
            Err(_) => Redirect::to("/sign-in").into_response(),
        },
        Err(SignInError::Password(error)) => refused(
            "password",
            error.to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(SignInError::Wrong) => {
            let sentence = "Name and code do not fit, or the code was used or is too old.";
            refused("code", sentence.to_owned(), StatusCode::UNAUTHORIZED)
        }
        Err(error) => PageError::of(&app, Refusal::from(error)).into_response(),
    }
}

/// `GET /terms`
async fn show_terms(State(app): State<Arc<App>>, AtTheDoor(signed_in): AtTheDoor) -> Response {
    let shell = app.shell(&signed_in, None, signed_in.theme);
    terms::page(&terms_view(), &shell).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsForm {
    version: i64,
    #[serde(default)]
    accepted: String,
}

/// `POST /terms`
async fn accept_terms(
    State(app): State<Arc<App>>,
    AtTheDoor(signed_in): AtTheDoor,
    Checked(form): Checked<TermsForm>,
) -> Result<Response, PageError> {
    if form.version != TERMS_VERSION || form.accepted.is_empty() {
        let sentence = "Tick the box to accept the terms, or decline to sign out.".to_owned();
        let errors = vec![FormError {
            field: "accepted".to_owned(),
            sentence,
        }];
        let view = TermsView {
            errors,
            ..terms_view()
        };
        let shell = app.shell(&signed_in, None, signed_in.theme);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, terms::page(&view, &shell)).into_response());
    }
    let accepted: Result<(), PermitError> = app.identity.accept_terms(&signed_in).await;
    accepted?;
    Ok(Redirect::to("/").into_response())
}

fn terms_view() -> TermsView {
    let paragraph = |heading: &str, words: &str| TermsParagraph {
        heading: heading.to_owned(),
        words: words.to_owned(),
    };
    TermsView {
        version: TERMS_VERSION,
        in_force_from: "1 November 2026".to_owned(),
        paragraphs: vec![
            paragraph(
                "Your account is yours",
                "Sign in with your own name only, and sign out of shared computers. Do not lend \
                 your account, not even for a minute.",
            ),
            paragraph(
                "Only what your work needs",
                "Open only what you need for the work in front of you. Every look and every change \
                 is on record and can be shown to the person it was about.",
            ),
            paragraph(
                "No names where they are not needed",
                "Use bed or bay where that is enough. Do not write anything in notes or messages \
                 that could identify a patient, a client, or anybody around them.",
            ),
            paragraph(
                "Say when something is wrong",
                "Report a lost device, a strange sign-in or a mistake to your supervisor at once. \
                 Nobody is blamed for reporting.",
            ),
        ],
        changes: vec![],
        errors: vec![],
    }
}
