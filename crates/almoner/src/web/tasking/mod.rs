//! The pages of tasking: one file an endpoint or a few, mirroring `care::tasking`.
//!
//! Handlers translate, call an operation, answer. What a page says is made from plain data by the
//! `*_shown.rs` files, with the words of [`words`]. Next: `views`, which draw it.

use std::sync::Arc;

use axum::Router;

use super::app::App;

pub mod ask;
pub mod board;
mod board_live;
mod following;
mod held_files;
pub mod import;
mod new_task_type;
pub mod people;
pub mod phone;
mod phone_shown;
pub mod places;
pub mod plan;
mod pressed_twice;
pub mod task;
pub mod task_live;
mod task_shown;
pub mod task_types;
pub mod teams;
pub mod words;

/// Every page and form of tasking.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(ask::routes())
        .merge(board::routes())
        .merge(import::routes())
        .merge(people::routes())
        .merge(phone::routes())
        .merge(places::routes())
        .merge(plan::routes())
        .merge(task::routes())
        .merge(task_live::routes())
        .merge(task_types::routes())
        .merge(teams::routes())
}
