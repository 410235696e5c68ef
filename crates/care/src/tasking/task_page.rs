//! One task's data: where it stands, its time line, who was asked and why.

use std::{collections::HashMap, sync::Arc};

use trust::{
    identity::{caller::Caller, permit::ScopeKind},
    store::{
        Follower,
        error::StoreError,
        read::Reader,
        sealed::name_or_erased,
        value::{Moment, SECOND},
    },
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{TaskViewed, ViewTask},
    model::{Task, TaskId, WorkerId},
    rows::{self, OfferRecord, Patient, TaskRecord, TaskStep, WorkerRecord},
    step::task_places,
};

/// A task as its page and the API show it.
#[derive(Clone, Debug)]
pub struct TaskDetail {
    /// The hospital's time.
    pub now: Moment,
    /// The task.
    pub task: Task,
    /// For "someone was quicker".
    pub version: i64,
    /// Places and kinds of work, for names.
    pub directory: Arc<Directory>,
    /// The patient's name, where there is one.
    pub patient: Option<String>,
    /// Its life so far.
    pub steps: Vec<TaskStep>,
    /// Who was asked, and why.
    pub offers: Vec<OfferRecord>,
    /// Names of everybody who appears in it.
    pub names: HashMap<WorkerId, String>,
    /// Why nobody has it yet.
    pub why_waiting: Option<String>,
    /// When somebody is expected at the pickup.
    pub arrival_at: Option<Moment>,
}

impl TaskDetail {
    /// Somebody's short name.
    #[must_use]
    pub fn name_of(&self, worker: WorkerId) -> String {
        self.names
            .get(&worker)
            .cloned()
            .unwrap_or_else(|| format!("person {worker}"))
    }
}

/// A task that somebody keeps in sight: the watching is on record.
pub struct TaskWatch {
    follower: Follower,
    tasking: Tasking,
    id: TaskId,
}

impl TaskWatch {
    /// The task as it is now.
    ///
    /// # Errors
    /// [`TaskError::NotFound`] when it is not in the watcher's scope any more.
    pub async fn task(&self) -> Result<TaskDetail, TaskError> {
        self.tasking
            .read_task(&mut self.follower.view().await?, self.id)
            .await
    }

    /// Whether the right to watch still stands.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] when it does not.
    pub async fn still_allowed(&self) -> Result<(), TaskError> {
        Ok(self.follower.still_allowed().await?)
    }
}

impl Tasking {
    /// One task. The look is on record.
    ///
    /// # Errors
    /// [`TaskError::NotFound`] when it is not there or not in the caller's scope.
    pub async fn task(&self, caller: &Caller, id: TaskId) -> Result<TaskDetail, TaskError> {
        let permit = caller.permit(ViewTask).await?;
        let mut reader = self.store.read(permit, TaskViewed { task: id }).await?;
        self.read_task(&mut reader, id).await
    }

    /// Begins to watch one task.
    ///
    /// # Errors
    /// As [`Tasking::task`].
    pub async fn watch_task(&self, caller: &Caller, id: TaskId) -> Result<TaskWatch, TaskError> {
        let permit = caller.permit(ViewTask).await?;
        let follower = self.store.follow(permit, TaskViewed { task: id }).await?;
        let watch = TaskWatch {
            follower,
            tasking: self.clone(),
            id,
        };
        watch.task().await?; // "not yours" is answered at once, not by a stream that ends
        Ok(watch)
    }

    async fn read_task(&self, reader: &mut Reader, id: TaskId) -> Result<TaskDetail, TaskError> {
        let stored = reader
            .one::<TaskRecord>(id)
            .await?
            .ok_or(TaskError::NotFound)?;
        let directory = self.directories.current(reader).await?;
        let mut places = task_places(&stored.row);
        let site = directory
            .location(stored.row.from_place)
            .map(|at| at.site.0);
        places.extend(site.map(|site| (ScopeKind::Site, site)));
        if !reader.scope().covers(&places) {
            return Err(TaskError::NotFound);
        }
        let task = stored.row.task().clone();
        let steps = reader.find(rows::steps_of(), rows::value(id)).await?;
        let offers = reader.find(rows::offers_of(), rows::value(id)).await?;
        let patient = match task.patient {
            None => None,
            Some(patient) => self.patient_name(reader, patient).await?,
        };
        let names = names_in(reader, &task, &steps, &offers).await?;
        let arrival_at = expected_arrival(&task, &offers);
        let why_waiting = self.waiting.of(id);
        let (now, version) = (reader.now(), stored.version);
        Ok(TaskDetail {
            now,
            task,
            version,
            directory,
            patient,
            steps,
            offers,
            names,
            why_waiting,
            arrival_at,
        })
    }

    pub(super) async fn patient_name(
        &self,
        reader: &mut Reader,
        patient: super::model::PatientRef,
    ) -> Result<Option<String>, StoreError> {
        let Some(stored) = reader.one::<Patient>(patient).await? else {
            return Ok(None);
        };
        let place = Patient::place("name", &patient);
        match reader.reveal(&stored.row.name, &place) {
            Ok(name) => Ok(Some(name)),
            // An erased person's tasks stay, without the name.
            Err(StoreError::Erased(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The names of everybody who appears in a task.
async fn names_in(
    reader: &mut Reader,
    task: &Task,
    steps: &[TaskStep],
    offers: &[OfferRecord],
) -> Result<HashMap<WorkerId, String>, StoreError> {
    let mut ids: Vec<WorkerId> = task.involved();
    ids.extend(steps.iter().filter_map(|step| step.worker));
    for offer in offers {
        ids.push(offer.worker);
        ids.extend(offer.why.0.others.iter().map(|other| other.worker));
    }
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::new();
    for id in ids {
        if let Some(stored) = reader.one::<WorkerRecord>(id).await? {
            let place = WorkerRecord::place("name", &id);
            let name = reader.reveal(&stored.row.name, &place);
            names.insert(id, name_or_erased(name)?);
        }
    }
    Ok(names)
}

/// What the accepted offer promised.
pub(super) fn expected_arrival(task: &Task, offers: &[OfferRecord]) -> Option<Moment> {
    if task.state.is_over() || task.times.arrived_at.is_some() {
        return None;
    }
    let handler = task.handler()?;
    let offer = offers.iter().rev().find(|offer| offer.worker == handler)?;
    let accepted = task.times.accepted_at?;
    Some(Moment(
        accepted.saturating_add(offer.why.0.arrival_seconds? * SECOND),
    ))
}
