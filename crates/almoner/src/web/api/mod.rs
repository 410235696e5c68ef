//! `/api/v1`: the same operations in JSON, described by `/api/v1/openapi.json`.
//!
//! The description is made from the handlers, so it cannot name what is not there. Errors are RFC
//! 9457 problem documents. A script signs in with `POST /api/v1/sessions` and sends the token as
//! `Authorization: Bearer`. Refused: unknown fields, whatever the operation refuses.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::app::App;

mod model;
mod seen;
mod sessions;
mod tasks;
mod teams;
mod work;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Almoner",
        description = "Tasking for hospitals. Every call is on record in the instance's log."
    ),
    modifiers(&Token),
    security(("token" = []))
)]
struct Described;

/// Says how a call shows who makes it.
struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", scheme);
    }
}

fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(sessions::start, sessions::end))
        .routes(routes!(sessions::me))
        .routes(routes!(tasks::list, tasks::request))
        .routes(routes!(tasks::show))
        .routes(routes!(tasks::cancel))
        .routes(routes!(tasks::hold))
        .routes(routes!(tasks::release))
        .routes(routes!(tasks::assign))
        .routes(routes!(tasks::places))
        .routes(routes!(tasks::task_types))
        .routes(routes!(teams::list, teams::make))
        .routes(routes!(teams::save))
        .routes(routes!(teams::close))
        .routes(routes!(work::own))
        .routes(routes!(work::accept))
        .routes(routes!(work::decline))
        .routes(routes!(work::step))
        .routes(routes!(work::availability))
}

/// The API's routes, with their description.
pub fn routes() -> Router<Arc<App>> {
    let (router, openapi) = described().split_for_parts();
    let openapi = Arc::new(openapi);
    let description = get(move |_: State<Arc<App>>| {
        let openapi = openapi.clone();
        async move { Json(openapi.as_ref().clone()) }
    });
    router.route("/openapi.json", description)
}
