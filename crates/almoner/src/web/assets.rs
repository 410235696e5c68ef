//! Styles, scripts, icons and fonts, built by `web/build.mjs` and carried in the binary.

use axum::Router;

/// Everything under `/assets/`.
pub fn router() -> Router {
    let files = memory_serve::load!()
        .index_file(None)
        // An upgrade changes files under the same name; a tag tells whether one did.
        .cache_control(memory_serve::CacheControl::NoCache)
        .into_router();
    Router::new().nest("/assets", files)
}
