//! The board's data: every task that is not over, everybody on shift.
//!
//! People are listed in the order of their shift, never by a figure. A break shows no minutes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use trust::{
    identity::{
        caller::Caller,
        permit::{Scope, ScopeKind},
    },
    store::{Follower, error::StoreError, read::Reader, sealed::name_or_erased, value::Moment},
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{BoardViewed, BoardWatched, ViewBoard, WatchBoard},
    model::{LocationId, Needs, TaskId, TaskState, TeamId, WorkGroup, WorkerId},
    priority::Priority,
    rows::{self, TaskRecord, WorkerRecord},
    step::task_places,
    worker::WorkerState,
};

/// The board at one moment.
#[derive(Clone, Debug)]
pub struct Board {
    /// The hospital's time.
    pub now: Moment,
    /// What breaches first stands first.
    pub tasks: Vec<BoardTask>,
    /// In the order of their shift.
    pub people: Vec<BoardPerson>,
}

/// A task on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardTask {
    /// Its number.
    pub id: TaskId,
    /// What kind of work.
    pub kind: String,
    /// Patients, items, cleaning.
    pub group: WorkGroup,
    /// How soon it is wanted.
    pub priority: Priority,
    /// Where it stands.
    pub state: TaskState,
    /// What it needs.
    pub needs: Needs,
    /// Where from, with the bed.
    pub from: String,
    /// Where to, with the bed.
    pub to: Option<String>,
    /// Who has it or is being asked.
    pub holder: Option<String>,
    /// Why nobody has it yet.
    pub why_waiting: Option<String>,
    /// Since when its clock runs.
    pub open_since: Option<Moment>,
    /// By when it should be done.
    pub due_at: Option<Moment>,
    /// Whether that has passed.
    pub is_late: bool,
    /// When a booked task is released.
    pub release_at: Option<Moment>,
    places: Vec<(ScopeKind, i64)>,
    from_place: LocationId,
}

impl BoardTask {
    /// Where it begins.
    #[must_use]
    pub fn from_place(&self) -> LocationId {
        self.from_place
    }
}

/// A person on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardPerson {
    /// Their number.
    pub id: WorkerId,
    /// "Joel P."
    pub name: String,
    /// Their team.
    pub team: TeamId,
    /// What they are doing.
    pub state: WorkerState,
    /// The task they have or are asked for.
    pub task: Option<(TaskId, TaskState)>,
    /// The zone they were last in.
    pub zone: Option<String>,
    /// When their shift ends.
    pub shift_ends_at: Option<Moment>,
}

impl Board {
    /// What somebody with this scope sees of it.
    #[must_use]
    pub fn within(&self, scope: &Scope) -> Self {
        if *scope == Scope::Everything {
            return self.clone();
        }
        let tasks = self
            .tasks
            .iter()
            .filter(|task| scope.covers(&task.places))
            .cloned()
            .collect();
        // Who asks from a ward sees their tasks, not where everybody is.
        let own_team = |person: &&BoardPerson| scope.covers(&[(ScopeKind::Team, person.team.0)]);
        let people = self.people.iter().filter(own_team).cloned().collect();
        Self {
            now: self.now,
            tasks,
            people,
        }
    }
}

/// A live board: its watching is on record, its data are shared by all who watch.
pub struct BoardWatch {
    follower: Follower,
    tasking: Tasking,
}

/// The open tasks as they were last read, so that a change costs the reading of what it touched and
/// not of a thousand others.
#[derive(Debug, Default)]
pub struct OpenTasks {
    records: BTreeMap<TaskId, TaskRecord>,
}

impl BoardWatch {
    /// The board as it is now, read whole, and the tasks to go on from.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_whole(&self) -> Result<(Board, OpenTasks), StoreError> {
        let mut reader = self.follower.view().await?;
        let open = OpenTasks::read(&mut reader).await?;
        let board = self.tasking.read_board(&mut reader, &open).await?;
        Ok((board, open))
    }

    /// The board as it is now, when of all tasks only these were touched since the last reading.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_touched(
        &self,
        touched: &BTreeSet<TaskId>,
        open: &mut OpenTasks,
    ) -> Result<Board, StoreError> {
        let mut reader = self.follower.view().await?;
        for task in touched {
            open.read_again(*task, &mut reader).await?;
        }
        self.tasking.read_board(&mut reader, open).await
    }

    /// Places, walks and kinds of work.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn directory(&self) -> Result<Arc<Directory>, StoreError> {
        let mut reader = self.follower.view().await?;
        self.tasking.directories.current(&mut reader).await
    }

    /// Whether the right to watch still stands.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] when it does not.
    pub async fn still_allowed(&self) -> Result<(), StoreError> {
        self.follower.still_allowed().await
    }

    /// The places the watcher may see.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        self.follower.scope()
    }
}

impl OpenTasks {
    async fn read(reader: &mut Reader) -> Result<Self, StoreError> {
        let found = reader.find(rows::open_tasks(), vec![]).await?;
        let records = found.into_iter().map(|record| (record.task().id, record));
        Ok(Self {
            records: records.collect(),
        })
    }

    async fn read_again(&mut self, task: TaskId, reader: &mut Reader) -> Result<(), StoreError> {
        let found = reader.one::<TaskRecord>(task).await?;
        match found.map(|stored| stored.row) {
            Some(record) if !record.task().state.is_over() => {
                self.records.insert(task, record);
            }
            _ => {
                self.records.remove(&task);
            }
        }
        Ok(())
    }

    /// The tasks that somebody has or is asked for.
    fn involving_people(&self) -> Vec<&TaskRecord> {
        let involves = |record: &&TaskRecord| !record.task().involved().is_empty();
        self.records.values().filter(involves).collect()
    }
}

impl Tasking {
    /// The board. The look is on record.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`].
    pub async fn board(&self, caller: &Caller, page: &'static str) -> Result<Board, TaskError> {
        let permit = caller.permit(ViewBoard).await?;
        let mut reader = self.store.read(permit, BoardViewed { page }).await?;
        let open = OpenTasks::read(&mut reader).await?;
        let board = self.read_board(&mut reader, &open).await?;
        Ok(board.within(reader.scope()))
    }

    /// Begins to watch the board.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`].
    pub async fn watch_board(
        &self,
        caller: &Caller,
        page: &'static str,
    ) -> Result<BoardWatch, TaskError> {
        let permit = caller.permit(WatchBoard).await?;
        let follower = self.store.follow(permit, BoardWatched { page }).await?;
        Ok(BoardWatch {
            follower,
            tasking: self.clone(),
        })
    }

    /// The board of these tasks, and of whoever is on shift in this view.
    async fn read_board(&self, reader: &mut Reader, open: &OpenTasks) -> Result<Board, StoreError> {
        let directory = self.directories.current(reader).await?;
        let workers = reader.find(rows::workers_on_shift(), vec![]).await?;
        let now = reader.now();
        let mut names = HashMap::new();
        for worker in &workers {
            let place = WorkerRecord::place("name", &worker.id);
            let name = reader.reveal(&worker.name, &place);
            names.insert(worker.id, name_or_erased(name)?);
        }
        let mut tasks: Vec<_> = open
            .records
            .values()
            .map(|record| self.board_task(record, &directory, &names, now))
            .collect();
        tasks.sort_by_key(|task| (task.order(), task.id));
        let theirs = open.involving_people();
        let mut people: Vec<_> = workers
            .iter()
            .map(|worker| self.board_person(worker, &theirs, &directory, &names))
            .collect();
        people.sort_by_key(|person| (person.shift_ends_at, person.id));
        Ok(Board { now, tasks, people })
    }

    fn board_task(
        &self,
        record: &TaskRecord,
        directory: &Arc<Directory>,
        names: &HashMap<WorkerId, String>,
        now: Moment,
    ) -> BoardTask {
        let task = record.task();
        let kind = directory.kind(task.kind);
        let holder = task
            .involved()
            .iter()
            .filter_map(|worker| names.get(worker).cloned())
            .collect::<Vec<_>>();
        let mut places = task_places(record);
        places.extend(
            directory
                .location(task.from)
                .map(|location| (ScopeKind::Site, location.site.0)),
        );
        BoardTask {
            id: task.id,
            kind: kind.map_or_else(|| "Task".to_owned(), |kind| kind.name.clone()),
            group: kind.map_or(WorkGroup::Other, |kind| kind.spec.0.group),
            priority: task.priority,
            state: task.state,
            needs: task.needs.clone(),
            from: place_text(directory, task.from, task.from_bed.as_deref()),
            to: task
                .to
                .map(|to| place_text(directory, to, task.to_bed.as_deref())),
            holder: (!holder.is_empty()).then(|| holder.join(" and ")),
            why_waiting: self.waiting.of(task.id),
            open_since: task.times.ready_at.map(Moment),
            due_at: task.due_at.map(Moment),
            is_late: task.is_late(now.0),
            release_at: task.booking.map(|booking| Moment(booking.release_at())),
            places,
            from_place: task.from,
        }
    }

    fn board_person(
        &self,
        worker: &WorkerRecord,
        open: &[&TaskRecord],
        directory: &Directory,
        names: &HashMap<WorkerId, String>,
    ) -> BoardPerson {
        let theirs = open
            .iter()
            .map(|record| record.task())
            .filter(|task| task.involved().contains(&worker.id))
            .max_by_key(|task| task.state.is_in_hand());
        // Away and on a break nobody needs to know where somebody is.
        let at_work = !matches!(
            worker.state,
            WorkerState::Break | WorkerState::Comfort | WorkerState::Off | WorkerState::Meeting
        );
        let place = at_work.then(|| self.whereabouts.of(worker.id)).flatten();
        BoardPerson {
            id: worker.id,
            name: names.get(&worker.id).cloned().unwrap_or_default(),
            team: worker.team,
            state: worker.state,
            task: theirs.map(|task| (task.id, task.state)),
            zone: place
                .and_then(|place| directory.location(place))
                .map(rows::Location::zone),
            shift_ends_at: worker.detail.0.shift_ends_at.map(Moment),
        }
    }
}

/// "Merlin Ward, bed 4".
pub(super) fn place_text(directory: &Directory, place: LocationId, bed: Option<&str>) -> String {
    let name = directory.place_name(place);
    match bed {
        Some(bed) => format!("{name}, {bed}"),
        None => name,
    }
}

/// More microseconds than any due time has: 300 years.
const FAR: i64 = 10_000_000_000_000_000;

impl BoardTask {
    /// Where the task stands on the board, the smaller the higher: emergencies, then what breaches
    /// first, then what nobody has to come for yet.
    #[must_use]
    pub fn order(&self) -> i64 {
        let is_for_later = matches!(
            self.state,
            TaskState::Scheduled | TaskState::Held | TaskState::PendingVerification
        );
        let due = self.due_at.map_or(FAR, |due| due.0);
        match (is_for_later, self.priority) {
            (true, _) => due.saturating_add(2 * FAR),
            (false, Priority::Emergency) => due.saturating_sub(FAR),
            (false, _) => due,
        }
    }
}
