//! The web: one file an endpoint or two, translate, call, answer. Routes and layers stand here.
//!
//! Pages come from `views` (pure), built of `parts`; handlers in `account`, `tasking` and
//! `assurance` ask identity for a caller, call an operation, and answer. `api` speaks JSON over the
//! same operations. Refused before any handler runs: other hosts, cross-site writes, bodies beyond
//! the limits.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer,
    timeout::TimeoutLayer,
};

use self::{
    app::App,
    refusal::{PageError, Refusal},
    views::problem::Problem,
};

pub mod account;
pub mod api;
pub mod app;
pub mod assets;
pub mod assurance;
pub mod caller;
pub mod feed;
pub mod form;
pub mod help;
pub mod parts;
pub mod refusal;
pub mod serve;
pub mod tasking;
pub mod times;
pub mod views;

/// Bytes of a form or a JSON body; imports have their own limit.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// The longest a request may take; live streams are not bounded by it, their body comes later.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// What a page may load and do: its own origin, nothing inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'";

/// Every route of the instance.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(account::routes())
        .merge(tasking::routes())
        .merge(assurance::routes())
        .merge(help::routes())
        .nest("/api/v1", api::routes())
        .merge(health_routes())
        .fallback(not_there)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), one_origin))
        .with_state(app)
        .merge(assets::router())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_MAX,
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(security_headers))
        .layer(CatchPanicLayer::custom(panicked))
}

fn health_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/livez", axum::routing::get(|| async { "alive\n" }))
        .route("/readyz", axum::routing::get(ready))
}

/// `GET /readyz`: 200 while work is accepted, else 503 with the reason.
async fn ready(State(app): State<Arc<App>>) -> Response {
    use trust::store::health::Health;
    let health = app.store.health().borrow().clone();
    match health {
        Health::Working => "ready\n".into_response(),
        Health::Failing(_) => (StatusCode::SERVICE_UNAVAILABLE, "failing\n").into_response(),
        Health::Quarantined(_) => (StatusCode::SERVICE_UNAVAILABLE, "read-only\n").into_response(),
    }
}

async fn not_there(State(app): State<Arc<App>>, request: Request) -> Response {
    refused(
        &app,
        request.uri().path(),
        Refusal::usual(Problem::NotThere),
    )
}

/// A page for people, a problem document for scripts.
fn refused(app: &App, path: &str, refusal: Refusal) -> Response {
    if path.starts_with("/api/") {
        return refusal.as_problem().into_response();
    }
    PageError::of(app, refusal).into_response()
}

/// One instance is one origin: another Host is not served, whatever it asks for (control B20).
async fn one_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = request
        .uri()
        .host()
        .or_else(|| request.headers().get(header::HOST)?.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    // Health checks come from the machine itself, by address.
    let is_health = matches!(request.uri().path(), "/livez" | "/readyz");
    if is_health
        || app
            .hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    {
        return next.run(request).await;
    }
    refused(
        &app,
        request.uri().path(),
        Refusal::usual(Problem::WrongHost),
    )
}

async fn security_headers(request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let all = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    if !is_asset && !headers.contains_key(header::CACHE_CONTROL) {
        // Pages hold people's data: nothing of them stays in a shared computer's cache.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// A panic is a fault of ours: logged with a number, told without details.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    let incident = refusal::incident("a handler panicked");
    let body = format!("Something went wrong on our side. Incident {incident}.\n");
    (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}
