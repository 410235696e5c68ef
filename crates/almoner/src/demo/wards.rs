//! The wards' day: requests at their time, "ready" and cancellations when they come.

use std::{collections::HashMap, sync::Arc};

use care::tasking::{
    ask::Wish,
    directory::Directory,
    error::TaskError,
    model::{LocationId, TaskId, TaskTypeId},
    seen::SeenTask,
};
use trust::identity::caller::Caller;

use super::{Hospital, Running, day::Request, setting::People};
use crate::instance::Instance;

/// Requests from this long before the begin are posted at once, so that the board is not empty.
const BACKLOG: i64 = 12 * trust::store::value::MINUTE;

/// Who asks from where.
struct Clerks {
    by_place: HashMap<LocationId, Caller>,
    first: Caller,
}

/// Lets the wards begin.
pub fn begin(instance: &Instance, people: &People, requests: Vec<Request>) {
    let running = Running::of(instance);
    let Some(first) = people.switchboard.clone() else {
        return;
    };
    let places: Vec<_> = people
        .wards
        .iter()
        .map(|clerk| (clerk.place, clerk.caller.clone()))
        .collect();
    let Ok(coordinator) = instance.board_service() else {
        return;
    };
    let feed = running.clone();
    #[expect(clippy::disallowed_methods, reason = "the simulated wards' home")]
    tokio::spawn(async move {
        let Some(directory) = directory(&feed, &coordinator).await else {
            return;
        };
        let by_place = places
            .into_iter()
            .filter_map(|(code, caller)| Some((place(&directory, code)?, caller)))
            .collect();
        let clerks = Clerks { by_place, first };
        post(feed, directory, clerks, requests).await;
    });
}

async fn directory(running: &Hospital, service: &Caller) -> Option<Arc<Directory>> {
    let watch = running
        .tasking
        .watch_board(service, "demonstration")
        .await
        .ok()?;
    watch.directory().await.ok()
}

fn place(directory: &Directory, code: &str) -> Option<LocationId> {
    directory
        .locations
        .iter()
        .find(|location| location.code == code)
        .map(|at| at.id)
}

fn kind(directory: &Directory, code: &str) -> Option<TaskTypeId> {
    directory
        .task_types
        .iter()
        .find(|kind| kind.code == code)
        .map(|kind| kind.id)
}

async fn post(running: Hospital, directory: Arc<Directory>, clerks: Clerks, all: Vec<Request>) {
    let mut requests = all;
    requests.sort_by_key(|request| request.row.requested_at);
    let begin = running.now();
    for request in requests {
        let at = request.row.requested_at;
        if at < begin - BACKLOG {
            continue; // before the demonstration began
        }
        running.until(at).await;
        if running.is_over() {
            return;
        }
        let Some((wish, from)) = wish(&directory, &request) else {
            continue;
        };
        // The ward's own clerk asks where there is one; else the switchboard does it for them.
        let caller = clerks.by_place.get(&from).unwrap_or(&clerks.first).clone();
        match running.tasking.request_task(&caller, wish).await {
            Ok(task) => follow(&running, caller, task, &request),
            Err(error) => tracing::warn!(%error, "a simulated request was refused"),
        }
    }
}

/// What the ward says later about one request.
fn follow(running: &Hospital, caller: Caller, task: TaskId, request: &Request) {
    let (ready_at, cancelled) = (request.ready_at, request.cancelled);
    let running = running.clone();
    #[expect(clippy::disallowed_methods, reason = "the simulated wards' home")]
    tokio::spawn(async move {
        if let Some(at) = ready_at {
            running.until(at).await;
            told(
                running
                    .tasking
                    .ready_task(&caller, SeenTask::as_it_is(task))
                    .await,
            );
        }
        if let Some((at, reason)) = cancelled {
            running.until(at).await;
            told(
                running
                    .tasking
                    .cancel_task(&caller, SeenTask::as_it_is(task), reason)
                    .await,
            );
        }
    });
}

/// That somebody was quicker is part of the day.
fn told(outcome: Result<(), TaskError>) {
    if let Err(error) = outcome
        && !matches!(error, TaskError::Step(_))
    {
        tracing::debug!(%error, "a ward's word came to nothing");
    }
}

fn wish(directory: &Directory, request: &Request) -> Option<(Wish, LocationId)> {
    let row = &request.row;
    let from = place(directory, &row.from)?;
    let to = match &row.to {
        Some(code) => Some(place(directory, code)?),
        None => None,
    };
    let wish = Wish {
        kind: kind(directory, &row.task_type)?,
        priority: row.priority,
        from,
        from_bed: row.from_bed.clone(),
        to,
        to_bed: row.to_bed.clone(),
        patient: request.patient.as_ref().map(|patient| patient.name.clone()),
        needs: row.needs.clone(),
        is_ready: request.ready_at.is_none(),
        wanted_at: row.due_at,
    };
    Some((wish, from))
}
