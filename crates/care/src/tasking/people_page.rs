//! People as the coordinator sees them: team, skills, shift, state. Sorted by shift, never by
//! figure.

use std::sync::Arc;

use trust::{
    identity::{caller::Caller, permit::ScopeKind},
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
    events::{PeopleViewed, PlacesViewed, TaskTypesViewed, ViewPeople, ViewPlaces, ViewTaskTypes},
    model::{Task, WorkerId},
    rows::{self, Shift, TaskRecord, WorkerRecord},
    worker::WorkerState,
};

/// A person in the list.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// The person.
    pub worker: WorkerRecord,
    /// For "someone was quicker".
    pub version: i64,
    /// Their short name.
    pub name: String,
    /// Their shift, if one runs or begins within twelve hours.
    pub shift: Option<Shift>,
    /// The zone they were last in.
    pub zone: Option<String>,
    /// The task they have in hand.
    pub task: Option<Task>,
}

/// Everybody in the caller's teams.
#[derive(Clone, Debug)]
pub struct People {
    /// The hospital's time.
    pub now: Moment,
    /// Teams and places, for names.
    pub directory: Arc<Directory>,
    /// The people, in the order of their shift.
    pub lines: Vec<PersonLine>,
}

/// One person.
#[derive(Clone, Debug)]
pub struct PersonDetail {
    /// The hospital's time.
    pub now: Moment,
    /// Teams and places, for names.
    pub directory: Arc<Directory>,
    /// The person.
    pub line: PersonLine,
    /// The staff number.
    pub staff_number: String,
    /// The coming shifts.
    pub shifts: Vec<Shift>,
    /// What they have in hand.
    pub tasks: Vec<Task>,
}

impl Tasking {
    /// The people of the caller's teams.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`].
    pub async fn people(&self, caller: &Caller, on_shift_only: bool) -> Result<People, TaskError> {
        let permit = caller.permit(ViewPeople).await?;
        let mut reader = self
            .store
            .read(permit, PeopleViewed { worker: None })
            .await?;
        let directory = self.directories.current(&mut reader).await?;
        let now = reader.now();
        let shifts = self.shifts_near(&mut reader, now).await?;
        let open = reader.find(rows::open_tasks(), vec![]).await?;
        let mut lines = vec![];
        for stored in reader.find_stored(rows::workers(), vec![]).await? {
            let worker = stored.row;
            let is_shown = !on_shift_only || worker.state != WorkerState::Off;
            if !is_shown || !reader.scope().covers(&[(ScopeKind::Team, worker.team.0)]) {
                continue;
            }
            let name = reader.reveal(&worker.name, &WorkerRecord::place("name", &worker.id));
            let name = name_or_erased(name)?;
            let shift = shifts
                .iter()
                .find(|shift| shift.worker == worker.id)
                .cloned();
            let zone = self.zone_of(&worker, &directory);
            let mut tasks = open.iter().map(TaskRecord::task);
            let task = tasks.find(|task| task.has_in_crew(worker.id)).cloned();
            lines.push(PersonLine {
                worker,
                version: stored.version,
                name,
                shift,
                zone,
                task,
            });
        }
        lines.sort_by_key(|line| {
            let starts = line
                .shift
                .as_ref()
                .map_or(i64::MAX, |shift| shift.starts_at.0);
            (starts, line.name.clone())
        });
        Ok(People {
            now,
            directory,
            lines,
        })
    }

    /// One person of the caller's teams.
    ///
    /// # Errors
    /// [`TaskError::NotFound`] when they are not there or not in the caller's teams.
    pub async fn person(&self, caller: &Caller, id: WorkerId) -> Result<PersonDetail, TaskError> {
        let permit = caller.permit(ViewPeople).await?;
        let mut reader = self
            .store
            .read(permit, PeopleViewed { worker: Some(id) })
            .await?;
        let directory = self.directories.current(&mut reader).await?;
        let stored = reader
            .one::<WorkerRecord>(id)
            .await?
            .ok_or(TaskError::NotFound)?;
        if !reader
            .scope()
            .covers(&[(ScopeKind::Team, stored.row.team.0)])
        {
            return Err(TaskError::NotFound);
        }
        let (worker, version, now) = (stored.row, stored.version, reader.now());
        let place = |column| WorkerRecord::place(column, &id);
        let name = name_or_erased(reader.reveal(&worker.name, &place("name")))?;
        let staff_number = reader.reveal(&worker.staff_number, &place("staff_number"));
        let staff_number = name_or_erased(staff_number)?;
        let values = vec![id.to_value(), now.to_value()];
        let shifts = reader.find(rows::shifts_of_worker(), values).await?;
        let open = reader.find(rows::open_tasks(), vec![]).await?;
        let theirs = open
            .iter()
            .map(TaskRecord::task)
            .filter(|task| task.has_in_crew(id));
        let tasks: Vec<Task> = theirs.cloned().collect();
        let zone = self.zone_of(&worker, &directory);
        let (shift, task) = (shifts.first().cloned(), tasks.first().cloned());
        let line = PersonLine {
            worker,
            version,
            name,
            shift,
            zone,
            task,
        };
        Ok(PersonDetail {
            now,
            directory,
            line,
            staff_number,
            shifts,
            tasks,
        })
    }

    fn zone_of(&self, worker: &WorkerRecord, directory: &Directory) -> Option<String> {
        let at_work = !matches!(
            worker.state,
            WorkerState::Break | WorkerState::Comfort | WorkerState::Off | WorkerState::Meeting
        );
        let place = at_work.then(|| self.whereabouts.of(worker.id)).flatten()?;
        directory.location(place).map(rows::Location::zone)
    }

    async fn shifts_near(&self, reader: &mut Reader, now: Moment) -> Result<Vec<Shift>, TaskError> {
        let until = now.after(12 * 60 * MINUTE);
        let values = vec![now.to_value(), until.to_value()];
        Ok(reader.find(rows::shifts_around(), values).await?)
    }

    /// Places and walks.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`].
    pub async fn places(&self, caller: &Caller) -> Result<Arc<Directory>, TaskError> {
        let permit = caller.permit(ViewPlaces).await?;
        let mut reader = self.store.read(permit, PlacesViewed {}).await?;
        Ok(self.directories.current(&mut reader).await?)
    }

    /// Kinds of work with their versions, for whoever sets them up.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`].
    pub async fn task_types(
        &self,
        caller: &Caller,
    ) -> Result<(Arc<Directory>, Vec<(rows::TaskType, i64)>), TaskError> {
        let permit = caller.permit(ViewTaskTypes).await?;
        let mut reader = self.store.read(permit, TaskTypesViewed {}).await?;
        let directory = self.directories.current(&mut reader).await?;
        let found = reader.find_stored(rows::task_types(), vec![]).await?;
        Ok((
            directory,
            found
                .into_iter()
                .map(|stored| (stored.row, stored.version))
                .collect(),
        ))
    }
}
