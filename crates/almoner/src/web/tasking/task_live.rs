//! The task page, live: whoever asked watches it come.

use std::sync::Arc;

use axum::{Router, extract::State, response::Response, routing::get};
use care::tasking::{
    error::TaskError,
    model::TaskId,
    people_page::People,
    task_page::{TaskDetail, TaskWatch},
};
use trust::{identity::caller::Caller, ledger::entry::Key, store::health::Notice};

use super::{
    following::{self, Followed},
    task_shown,
};
use crate::web::{app::App, caller::SignedIn, form::Id, refusal::PageError, views::task};

/// The route of the live task page.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/tasks/{task}/live", get(live))
}

/// `GET /tasks/{task}/live`
async fn live(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(task): Id<TaskId>,
) -> Result<Response, PageError> {
    let watch = app.tasking.watch_task(&signed_in, task).await?;
    let followed = FollowedTask {
        app: app.clone(),
        watch,
        caller: signed_in.caller,
        task,
    };
    Ok(following::follow(app, followed))
}

struct FollowedTask {
    app: Arc<App>,
    watch: TaskWatch,
    caller: Caller,
    task: TaskId,
}

/// A task at one moment; two of them are the same when nothing but time has passed.
struct Shown {
    detail: TaskDetail,
    /// Who could be asked instead.
    people: Option<People>,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&self.detail, &other.detail);
        one.version == other.version
            && one.why_waiting == other.why_waiting
            && one.offers.len() == other.offers.len()
    }
}

impl Followed for FollowedTask {
    type Shown = Shown;

    async fn look(&self) -> Result<Shown, TaskError> {
        let detail = self.watch.task().await?;
        let people = if task_shown::can_be_assigned(&detail.task, &self.caller) {
            Some(self.app.tasking.people(&self.caller, true).await?)
        } else {
            None
        };
        Ok(Shown { detail, people })
    }

    async fn still_allowed(&self) -> Result<(), TaskError> {
        self.watch.still_allowed().await
    }

    fn concerns(&self, _: &Shown, notice: &Notice) -> bool {
        notice
            .touched
            .iter()
            .any(|(table, key)| table == "task" && is(key, self.task))
    }

    fn html(&self, shown: &Shown, now_micros: i64) -> String {
        let Shown { detail, people } = shown;
        let actions = task_shown::actions(detail, &self.caller, people.as_ref());
        let view = task_shown::view(detail, actions, &self.caller, &self.app.times);
        task::live_parts(&view, now_micros).into_string()
    }
}

/// Whether a row's key is this task.
fn is(key: &Key, task: TaskId) -> bool {
    *key == Key::Int(task.0)
}
