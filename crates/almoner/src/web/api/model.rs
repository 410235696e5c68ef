//! What the API takes and gives. Closed schemas: an unknown field is an error.

use care::tasking::{
    board::BoardTask,
    model::{LocationId, Task, TaskTypeId},
    priority::Priority,
};
use serde::{Deserialize, Serialize};
use trust::store::value::Moment;
use utoipa::ToSchema;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
pub struct SessionStarted {
    /// Send it as `Authorization: Bearer`. Shown once.
    pub token: String,
    /// Until when at most it lasts, RFC 3339.
    pub until: String,
}

/// Who is behind a token.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The account's number.
    pub account: i64,
    /// "Ruth O."
    pub name: String,
    /// The roles held now.
    pub roles: Vec<String>,
    /// The permissions held now.
    pub permissions: Vec<String>,
}

/// Work that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRequest {
    /// The code of the kind of work, from `/task-types`.
    pub task_type: String,
    /// EMERGENCY, URGENT or ROUTINE.
    #[schema(value_type = String)]
    pub priority: Priority,
    /// The code of the place where it begins, from `/places`.
    pub from: String,
    /// The bed or bay there.
    #[serde(default)]
    pub from_bed: Option<String>,
    /// The code of the place where it goes; left out for work on the spot.
    #[serde(default)]
    pub to: Option<String>,
    /// The bed or bay there.
    #[serde(default)]
    pub to_bed: Option<String>,
    /// False when the ward will say "ready" later.
    #[serde(default = "yes")]
    pub is_ready: bool,
    /// When it should begin, RFC 3339; left out for now.
    #[serde(default)]
    pub wanted_at: Option<String>,
}

fn yes() -> bool {
    true
}

/// A task that was asked for.
#[derive(Serialize, ToSchema)]
pub struct TaskCreated {
    /// Its number.
    pub id: i64,
}

/// A task on the board.
#[derive(Serialize, ToSchema)]
pub struct TaskSummary {
    /// Its number.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    /// EMERGENCY, URGENT or ROUTINE.
    pub priority: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// The FHIR R4 Task status that says the same.
    pub fhir_status: &'static str,
    /// Where it begins.
    pub from: String,
    /// Where it goes.
    pub to: Option<String>,
    /// Who has it or is being asked.
    pub holder: Option<String>,
    /// Why nobody has it yet.
    pub why_waiting: Option<String>,
    /// Since when its clock runs, RFC 3339.
    pub open_since: Option<String>,
    /// By when it should be done, RFC 3339.
    pub due_at: Option<String>,
    /// Whether that has passed.
    pub is_late: bool,
}

impl From<&BoardTask> for TaskSummary {
    fn from(task: &BoardTask) -> Self {
        Self {
            id: task.id.0,
            kind: task.kind.clone(),
            priority: task.priority.code(),
            state: task.state.code(),
            fhir_status: task.state.fhir_status(),
            from: task.from.clone(),
            to: task.to.clone(),
            holder: task.holder.clone(),
            why_waiting: task.why_waiting.clone(),
            open_since: task.open_since.map(rfc3339),
            due_at: task.due_at.map(rfc3339),
            is_late: task.is_late,
        }
    }
}

/// One task with its time line.
#[derive(Serialize, ToSchema)]
pub struct TaskInFull {
    /// Its number.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    /// Where it stands.
    pub state: &'static str,
    /// EMERGENCY, URGENT or ROUTINE.
    pub priority: &'static str,
    /// For "someone was quicker".
    pub version: i64,
    /// What happened, the first first.
    pub steps: Vec<TaskStep>,
    /// Who was asked, and why.
    pub offers: Vec<TaskOffer>,
    /// Why nobody has it yet.
    pub why_waiting: Option<String>,
    /// When somebody is expected at the pickup, RFC 3339.
    pub expected_at: Option<String>,
}

/// One step of a task.
#[derive(Serialize, ToSchema)]
pub struct TaskStep {
    /// When it was told, RFC 3339.
    pub at: String,
    /// When it happened, where a phone without signal could tell it only later.
    pub happened_at: Option<String>,
    /// What was done.
    pub step: String,
    /// The state it led to.
    pub state: &'static str,
    /// The reason's code, where one is asked for.
    pub reason: Option<String>,
}

/// One offer of a task.
#[derive(Serialize, ToSchema)]
pub struct TaskOffer {
    /// Its number.
    pub id: i64,
    /// Who was asked.
    pub to: String,
    /// Why.
    pub why: String,
    /// open, accepted, declined, expired or revoked.
    pub answer: &'static str,
}

/// A code of a closed list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The reason's code.
    pub reason: String,
}

/// Whom to ask instead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The handler's number.
    pub worker: i64,
    /// The reason's code.
    pub reason: String,
}

/// A place or a kind of work.
#[derive(Serialize, ToSchema)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A handler's own work.
#[derive(Serialize, ToSchema)]
pub struct OwnWork {
    /// What they are doing.
    pub state: &'static str,
    /// The open question.
    pub offer: Option<OwnOffer>,
    /// What they have in hand; the first is what they are at.
    pub jobs: Vec<OwnJob>,
}

/// The open question.
#[derive(Serialize, ToSchema)]
pub struct OwnOffer {
    /// Its number.
    pub id: i64,
    /// The task.
    pub task: i64,
    /// Why them.
    pub why: String,
    /// Until when it can be answered, RFC 3339.
    pub expires_at: String,
}

/// A job in hand.
#[derive(Serialize, ToSchema)]
pub struct OwnJob {
    /// The task.
    pub task: i64,
    /// Where it stands.
    pub state: &'static str,
}

impl From<&Task> for OwnJob {
    fn from(task: &Task) -> Self {
        Self {
            task: task.id.0,
            state: task.state.code(),
        }
    }
}

/// A step with a job.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The reason's code, for pause, hand_back and abort.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether wristband or label was compared, for depart.
    #[serde(default)]
    pub checked: bool,
    /// Whether it waits for somebody else, for abort.
    #[serde(default)]
    pub again: bool,
    /// When it happened, RFC 3339, if it could not be told then; the last four hours are believed.
    #[serde(default)]
    pub happened_at: Option<String>,
}

/// A change of one's own state.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateChange {
    /// start_shift, end_shift, start_break, end_break, go_away, come_back, start_helping,
    /// stop_helping or answer_present.
    pub change: String,
}

/// A moment as RFC 3339 in UTC.
#[must_use]
pub fn rfc3339(at: Moment) -> String {
    let stamp = jiff::Timestamp::from_microsecond(at.0);
    stamp.unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// A moment from RFC 3339; `None` when it is none.
#[must_use]
pub fn moment(text: &str) -> Option<Moment> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|stamp| Moment(stamp.as_microsecond()))
}

/// Codes of places and kinds as numbers.
pub struct Codes {
    /// The kind of work.
    pub kind: TaskTypeId,
    /// Where it begins.
    pub from: LocationId,
    /// Where it goes.
    pub to: Option<LocationId>,
}
