//! What a handler's phone shows: the question, the job, the day. For the handler alone.

use std::sync::Arc;

use trust::{
    identity::caller::Caller,
    store::{
        read::Reader,
        sealed::name_or_erased,
        value::{Field, MINUTE, Moment},
    },
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{OwnWorkViewed, ViewOwnWork},
    model::Task,
    rows::{self, OfferRecord, Shift, TaskRecord, WorkerRecord},
};

/// How far back "my day" goes when there is no shift.
const DAY: i64 = 24 * 60 * MINUTE;

/// A handler's own work at one moment.
#[derive(Clone, Debug)]
pub struct OwnWork {
    /// The hospital's time.
    pub now: Moment,
    /// Who they are.
    pub worker: WorkerRecord,
    /// Their short name.
    pub name: String,
    /// For "someone was quicker".
    pub version: i64,
    /// Places and kinds of work, for names.
    pub directory: Arc<Directory>,
    /// The open question and its task.
    pub offer: Option<(OfferRecord, Task)>,
    /// What they have in hand; the first is what they are at.
    pub jobs: Vec<Task>,
    /// The patient of the first job, once accepted.
    pub patient: Option<String>,
    /// Where they were last, by their own presses.
    pub place: Option<super::model::LocationId>,
}

/// A handler's own day.
#[derive(Clone, Debug)]
pub struct OwnDay {
    /// The work as it is now.
    pub work: OwnWork,
    /// The shift that runs, from the rota.
    pub shift: Option<Shift>,
    /// What they did and do, the last one first.
    pub tasks: Vec<Task>,
}

impl Tasking {
    /// The caller's own work.
    ///
    /// # Errors
    /// [`TaskError::NotAHandler`] for an account that handles nothing.
    pub async fn own_work(
        &self,
        caller: &Caller,
        page: &'static str,
    ) -> Result<OwnWork, TaskError> {
        let permit = caller.permit(ViewOwnWork).await?;
        let mut reader = self.store.read(permit, OwnWorkViewed { page }).await?;
        self.read_own(&mut reader, caller).await
    }

    /// Begins to watch one's own work.
    ///
    /// # Errors
    /// As [`Tasking::own_work`].
    pub async fn watch_own_work(&self, caller: &Caller) -> Result<OwnWatch, TaskError> {
        let permit = caller.permit(ViewOwnWork).await?;
        let follower = self
            .store
            .follow(permit, OwnWorkViewed { page: "live" })
            .await?;
        Ok(OwnWatch {
            follower,
            tasking: self.clone(),
            caller: caller.clone(),
        })
    }

    /// The caller's own day.
    ///
    /// # Errors
    /// As [`Tasking::own_work`].
    pub async fn own_day(&self, caller: &Caller) -> Result<OwnDay, TaskError> {
        let permit = caller.permit(ViewOwnWork).await?;
        let mut reader = self
            .store
            .read(permit, OwnWorkViewed { page: "day" })
            .await?;
        let work = self.read_own(&mut reader, caller).await?;
        let values = vec![work.worker.id.to_value(), work.now.to_value()];
        let shifts = reader.find(rows::shifts_of_worker(), values).await?;
        let shift = shifts
            .into_iter()
            .find(|shift| shift.starts_at.0 <= work.now.0 + 60 * MINUTE);
        let since = shift
            .as_ref()
            .map_or(work.now.0 - DAY, |shift| shift.starts_at.0 - DAY / 8);
        let values = vec![work.worker.id.to_value(), Moment(since).to_value()];
        let records = reader.find(rows::tasks_of_handler(), values).await?;
        let tasks = records
            .iter()
            .rev()
            .map(|record| record.task().clone())
            .collect();
        Ok(OwnDay { work, shift, tasks })
    }

    async fn read_own(&self, reader: &mut Reader, caller: &Caller) -> Result<OwnWork, TaskError> {
        let actor = rows::value(caller.actor());
        let stored = reader
            .find_stored(rows::worker_of_account(), actor)
            .await?
            .pop();
        let stored = stored.ok_or(TaskError::NotAHandler)?;
        let (worker, version) = (stored.row, stored.version);
        let directory = self.directories.current(reader).await?;
        let open = reader.find(rows::tasks_with_people(), vec![]).await?;
        let mine = |task: &&Task| task.has_in_crew(worker.id) && !task.state.is_over();
        let mut jobs: Vec<Task> = open
            .iter()
            .map(TaskRecord::task)
            .filter(mine)
            .cloned()
            .collect();
        jobs.sort_by_key(|task| (task.times.accepted_at, task.id));
        let asked = open.iter().map(TaskRecord::task).find_map(|task| {
            task.offer_to(worker.id)
                .map(|offer| (offer.id, task.clone()))
        });
        let offer = match asked {
            None => None,
            Some((id, task)) => reader
                .one::<OfferRecord>(id)
                .await?
                .map(|stored| (stored.row, task)),
        };
        let patient = match jobs.first().and_then(|job| job.patient) {
            None => None,
            Some(patient) => self.patient_name(reader, patient).await?,
        };
        let name = reader.reveal(&worker.name, &WorkerRecord::place("name", &worker.id));
        let name = name_or_erased(name)?;
        let place = self.whereabouts.of(worker.id);
        let now = reader.now();
        Ok(OwnWork {
            now,
            worker,
            name,
            version,
            directory,
            offer,
            jobs,
            patient,
            place,
        })
    }
}

/// A live phone: its watching is on record.
pub struct OwnWatch {
    follower: trust::store::Follower,
    tasking: Tasking,
    caller: Caller,
}

impl OwnWatch {
    /// The work as it is now.
    ///
    /// # Errors
    /// [`TaskError::Store`], [`TaskError::NotAHandler`] when the account was taken from the
    /// handler.
    pub async fn work(&self) -> Result<OwnWork, TaskError> {
        let mut reader = self.follower.view().await?;
        self.tasking.read_own(&mut reader, &self.caller).await
    }

    /// Whether the right to watch still stands.
    ///
    /// # Errors
    /// [`trust::store::error::StoreError::NotAllowed`] when it does not.
    pub async fn still_allowed(&self) -> Result<(), TaskError> {
        Ok(self.follower.still_allowed().await?)
    }
}
