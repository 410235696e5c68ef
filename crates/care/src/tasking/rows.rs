//! Tasking's tables as types, and its SQL.
//!
//! A task's row carries the columns that are searched, and the whole of it as `detail`; the columns
//! are derived from the detail in one place ([`TaskRecord::of`]), so they cannot drift apart.

use serde::{Deserialize, Serialize};
use trust::{
    identity::permit::{Action, ActorId},
    row,
    store::{
        change::Change,
        error::StoreError,
        sealed::Sealed,
        statement::Tail,
        value::{Field, Json, Moment, Value},
    },
    tail,
    vault::SubjectId,
};

use super::{
    import::BreakRow,
    model::{
        EdgeId, LocationId, OfferId, PatientRef, PlaceKind, ShiftId, SiteId, Task, TaskId,
        TaskState, TaskTypeId, TaskTypeSpec, TeamId, Way, WorkerId,
    },
    priority::Priority,
    worker::{Worker, WorkerState},
};

trust::int_field!(
    EdgeId, LocationId, OfferId, PatientRef, ShiftId, SiteId, TaskId, TaskTypeId, TeamId, WorkerId,
);
trust::code_field!(PlaceKind, Priority, TaskState, Way, WorkerState);
trust::id! {
    /// One step of one task's life.
    pub struct StepId;
}

row! {
    /// A hospital or a campus.
    pub struct Site in "site" {
        id: SiteId, Internal;
        code: String, Internal;
        name: String, Internal;
    }
}

row! {
    /// A ward, a room or a junction.
    pub struct Location in "location" {
        id: LocationId, Internal;
        site: SiteId, Internal;
        code: String, Internal;
        name: String, Internal;
        building: String, Internal;
        floor: String, Internal;
        /// 0 is the ground floor.
        level: i64, Internal;
        kind: PlaceKind, Internal;
        extension: Option<String>, Internal;
        active: bool, Internal;
    }
}

impl Location {
    /// The zone people are known by: a floor of a building, never a point.
    #[must_use]
    pub fn zone(&self) -> String {
        format!("{}, {}", self.building, self.floor)
    }
}

row! {
    /// A walk between two neighbouring places.
    pub struct Walk in "walk" {
        id: EdgeId, Internal;
        from_place: LocationId, Internal;
        to_place: LocationId, Internal;
        /// Walking time without a load, in seconds.
        seconds: i64, Internal;
        way: Way, Internal;
        one_way: bool, Internal;
    }
}

row! {
    /// A group of staff with one kind of work.
    pub struct Team in "team" {
        id: TeamId, Internal;
        code: String, Internal;
        name: String, Internal;
        /// Where its people begin their shift.
        base: Option<LocationId>, Internal;
        /// Since when nobody can ask it for work.
        closed_at: Option<Moment>, Internal;
    }
}

row! {
    /// A kind of work.
    pub struct TaskType in "task_type" {
        id: TaskTypeId, Internal;
        code: String, Internal;
        name: String, Internal;
        team: TeamId, Internal;
        spec: Json<TaskTypeSpec>, Internal;
        active: bool, Internal;
    }
}

row! {
    /// A member of staff who handles tasks.
    pub struct WorkerRecord in "worker" {
        id: WorkerId, Internal;
        account: Option<ActorId>, Internal;
        subject: SubjectId, Internal;
        staff_index: Vec<u8>, Secret;
        staff_number: Sealed<String>, StaffPersonal;
        name: Sealed<String>, StaffPersonal;
        team: TeamId, Internal;
        skills: Json<Vec<String>>, StaffPersonal;
        state: WorkerState, StaffPersonal;
        detail: Json<Worker>, StaffPersonal;
    }
}

impl WorkerRecord {
    /// The same person after a step.
    #[must_use]
    pub fn after(mut self, worker: Worker) -> Self {
        self.state = worker.state;
        self.detail = Json(worker);
        self
    }
}

row! {
    /// One person's working time.
    pub struct Shift in "shift" {
        id: ShiftId, Internal;
        worker: WorkerId, StaffPersonal;
        starts_at: Moment, StaffPersonal;
        ends_at: Moment, StaffPersonal;
        breaks: Json<Vec<BreakSlot>>, StaffPersonal;
    }
}

/// A planned break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakSlot {
    /// When it is due.
    pub starts_at: i64,
    /// When it is over.
    pub ends_at: i64,
}

impl From<&BreakRow> for BreakSlot {
    fn from(row: &BreakRow) -> Self {
        Self {
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        }
    }
}

row! {
    /// A patient as far as a task needs to know.
    pub struct Patient in "patient" {
        id: PatientRef, Internal;
        subject: SubjectId, Internal;
        name: Sealed<String>, Special;
    }
}

row! {
    /// One piece of work.
    pub struct TaskRecord in "task" {
        id: TaskId, Internal;
        kind: TaskTypeId, Internal;
        team: TeamId, Internal;
        priority: Priority, Internal;
        state: TaskState, Internal;
        is_over: bool, Internal;
        from_place: LocationId, Internal;
        to_place: Option<LocationId>, Internal;
        asked_by: ActorId, StaffPersonal;
        asked_at: Moment, Internal;
        changed_at: Moment, Internal;
        handler: Option<WorkerId>, StaffPersonal;
        detail: Json<Task>, Special;
        /// What another system calls it, for work that came by file.
        reference: Option<String>, Internal;
    }
}

impl TaskRecord {
    /// The row of a task.
    #[must_use]
    pub fn of(task: Task, team: TeamId, asked_by: ActorId) -> Self {
        Self {
            id: task.id,
            kind: task.kind,
            team,
            priority: task.priority,
            state: task.state,
            is_over: task.state.is_over(),
            from_place: task.from,
            to_place: task.to,
            asked_by,
            asked_at: Moment(task.times.asked_at),
            changed_at: Moment(task.times.changed_at),
            handler: task.handler(),
            detail: Json(task),
            reference: None,
        }
    }

    /// The same row after a step.
    #[must_use]
    pub fn after(&self, task: Task) -> Self {
        let reference = self.reference.clone();
        Self {
            reference,
            ..Self::of(task, self.team, self.asked_by)
        }
    }

    /// The task itself.
    #[must_use]
    pub fn task(&self) -> &Task {
        &self.detail.0
    }
}

row! {
    /// One question to one person, with the reason why it went to them.
    pub struct OfferRecord in "offer" {
        id: OfferId, Internal;
        task: TaskId, Internal;
        worker: WorkerId, StaffPersonal;
        made_at: Moment, Internal;
        expires_at: Moment, Internal;
        made_by: ActorId, StaffPersonal;
        why: Json<OfferWhy>, StaffPersonal;
        answer: Answer, StaffPersonal;
        answered_at: Option<Moment>, StaffPersonal;
    }
}

/// Why this person was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferWhy {
    /// "Nearest with oxygen training, about 2 min away."
    pub sentence: String,
    /// Expected seconds from the offer to the arrival at the pickup.
    pub arrival_seconds: Option<i64>,
    /// Who else was thought of, and why not.
    pub others: Vec<OtherPerson>,
}

/// Somebody who was not asked, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherPerson {
    /// Who.
    pub worker: WorkerId,
    /// "4 min farther".
    pub because: String,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Still open.
    Open,
    /// Yes.
    Accepted,
    /// No.
    Declined,
    /// None in time.
    Expired,
    /// Taken back, or the partner of a pair did not come.
    Revoked,
}

impl Answer {
    /// The code in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The answer a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Open,
            Self::Accepted,
            Self::Declined,
            Self::Expired,
            Self::Revoked,
        ]
        .into_iter()
        .find(|answer| answer.code() == code)
    }
}

trust::code_field!(Answer);

row! {
    /// One step of one task's life, for its time line.
    pub struct TaskStep in "task_step" {
        id: StepId, Internal;
        task: TaskId, Internal;
        at: Moment, Internal;
        /// What was done, as the permission's verb.
        step: String, Internal;
        /// The state it led to.
        state: TaskState, Internal;
        actor: ActorId, StaffPersonal;
        worker: Option<WorkerId>, StaffPersonal;
        reason: Option<String>, Internal;
        /// When it happened, where a phone without signal could tell it only later.
        happened_at: Option<Moment>, Internal;
    }
}

// --- statements

pub(super) fn open_tasks() -> Tail<TaskRecord> {
    tail!(TaskRecord, "WHERE is_over = 0 ORDER BY id")
}

/// Of the open tasks those that somebody has or is asked for: on a bad day few of many.
pub(super) fn tasks_with_people() -> Tail<TaskRecord> {
    tail!(
        TaskRecord,
        "WHERE is_over = 0 AND (handler IS NOT NULL OR state = 'OFFERED') ORDER BY id"
    )
}

/// How many tasks asked for since then went which way, of which team.
pub(super) fn ways_since() -> trust::store::statement::Sql {
    trust::sql!(
        "SELECT team, from_place, to_place, COUNT(*) FROM task WHERE asked_at >= $1 \
         GROUP BY team, from_place, to_place",
        Int,
        Int,
        Int,
        Int
    )
}

pub(super) fn all_finished_since() -> Tail<TaskRecord> {
    tail!(TaskRecord, "WHERE is_over = 1 AND changed_at >= $1")
}

pub(super) fn task_by_reference() -> Tail<TaskRecord> {
    tail!(TaskRecord, "WHERE reference = $1")
}

pub(super) fn tasks_of_handler() -> Tail<TaskRecord> {
    tail!(
        TaskRecord,
        "WHERE handler = $1 AND changed_at >= $2 ORDER BY changed_at"
    )
}

pub(super) fn steps_of() -> Tail<TaskStep> {
    tail!(TaskStep, "WHERE task = $1 ORDER BY id")
}

pub(super) fn offers_of() -> Tail<OfferRecord> {
    tail!(OfferRecord, "WHERE task = $1 ORDER BY id")
}

pub(super) fn open_offers_of() -> Tail<OfferRecord> {
    tail!(
        OfferRecord,
        "WHERE task = $1 AND answer = 'open' ORDER BY id"
    )
}

pub(super) fn worker_of_account() -> Tail<WorkerRecord> {
    tail!(WorkerRecord, "WHERE account = $1")
}

pub(super) fn workers() -> Tail<WorkerRecord> {
    tail!(WorkerRecord, "ORDER BY id")
}

pub(super) fn workers_on_shift() -> Tail<WorkerRecord> {
    tail!(WorkerRecord, "WHERE state <> 'OFF' ORDER BY id")
}

pub(super) fn shifts_around() -> Tail<Shift> {
    tail!(
        Shift,
        "WHERE starts_at < $2 AND ends_at > $1 ORDER BY starts_at, id"
    )
}

pub(super) fn shifts_of_worker() -> Tail<Shift> {
    tail!(
        Shift,
        "WHERE worker = $1 AND ends_at > $2 ORDER BY starts_at LIMIT 14"
    )
}

pub(super) fn sites() -> Tail<Site> {
    tail!(Site, "ORDER BY id")
}

pub(super) fn locations() -> Tail<Location> {
    tail!(Location, "ORDER BY name, id")
}

pub(super) fn walks() -> Tail<Walk> {
    tail!(Walk, "ORDER BY id")
}

pub(super) fn teams() -> Tail<Team> {
    tail!(Team, "ORDER BY id")
}

pub(super) fn task_types() -> Tail<TaskType> {
    tail!(TaskType, "ORDER BY name, id")
}

pub(super) fn worker_by_staff_index() -> Tail<WorkerRecord> {
    tail!(WorkerRecord, "WHERE staff_index = $1")
}

/// The handler behind an account, inside a change.
pub(super) async fn own_worker<A: Action>(
    tx: &mut Change<A>,
) -> Result<Option<WorkerRecord>, StoreError> {
    let actor = tx.actor().to_value();
    Ok(tx.find(worker_of_account(), vec![actor]).await?.pop())
}

/// One value for a statement.
pub(super) fn value(field: impl Field) -> Vec<Value> {
    vec![field.to_value()]
}
