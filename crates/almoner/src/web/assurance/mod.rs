//! Assurance: promises and their proof, the log, who may do what, who has an account.
//!
//! For information governance, auditors and administrators. The log can be looked at and nothing
//! else: every other verb on its addresses is refused (control B39).

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};

use super::app::App;

pub mod accounts;
pub mod command;
pub mod controls;
pub mod events;
pub mod log;
pub mod log_words;
pub mod prover;
pub mod roles;
pub mod trials;

/// The assurance pages' routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/controls", get(controls::list))
        .route("/controls/prove", post(controls::prove_all))
        .route("/controls/{control}", get(controls::one))
        .route("/controls/{control}/prove", post(controls::prove))
        .route("/log", get(log::list).fallback(log_is_read_only))
        .route(
            "/log/checkpoint",
            get(log::checkpoint).fallback(log_is_read_only),
        )
        .route(
            "/log/{lane}/{sequence}",
            get(log::one).fallback(log_is_read_only),
        )
        .route(
            "/log/{lane}/{sequence}/proof",
            get(log::proof_file).fallback(log_is_read_only),
        )
        .route("/roles", get(roles::list))
        .route("/accounts", get(accounts::list))
        .route("/accounts/invite", post(accounts::invite))
        .route("/accounts/{account}/grant", post(accounts::grant))
        .route("/accounts/{account}/disable", post(accounts::disable))
        .route("/accounts/{account}/code", post(accounts::renew_code))
        .route("/accounts/{account}/erase", post(accounts::erase))
        .route("/grants/{grant}/withdraw", post(accounts::withdraw))
}

/// Any verb but GET on the log: nobody changes it, whoever they are.
async fn log_is_read_only() -> impl IntoResponse {
    let headers = [(header::ALLOW, "GET, HEAD")];
    (
        StatusCode::METHOD_NOT_ALLOWED,
        headers,
        "The log can be read and nothing else.\n",
    )
}
