//! Tasking's actions and their events. Ids and codes only.

use super::{
    journal::RunId,
    model::{OfferId, TaskId, TaskTypeId, TeamId, WorkerId},
    reasons::{AbortReason, CancelReason, DeclineReason, OverrideReason, PauseReason},
};

trust::event! {
    /// Work was asked for.
    pub struct TaskRequested = "tasking.task_requested" {
        /// The task.
        task: TaskId,
        /// What kind of work.
        kind: TaskTypeId,
    }
    /// A request was approved.
    pub struct TaskApproved = "tasking.task_approved" { task: TaskId }
    /// A request was not approved.
    pub struct TaskRejected = "tasking.task_rejected" { task: TaskId, reason: CancelReason }
    /// The ward said "not ready".
    pub struct TaskHeld = "tasking.task_held" { task: TaskId }
    /// The ward said "ready to move".
    pub struct TaskReadied = "tasking.task_readied" { task: TaskId }
    /// A booked task's time came.
    pub struct TaskReleased = "tasking.task_released" { task: TaskId }
    /// Somebody was asked.
    pub struct TaskOffered = "tasking.task_offered" {
        task: TaskId,
        offers: Vec<OfferId>,
        workers: Vec<WorkerId>,
    }
    /// A coordinator chose whom to ask.
    pub struct TaskAssigned = "tasking.task_assigned" {
        task: TaskId,
        offer: OfferId,
        worker: WorkerId,
        reason: OverrideReason,
    }
    /// Somebody said yes.
    pub struct OfferAccepted = "tasking.offer_accepted" { task: TaskId, worker: WorkerId }
    /// Somebody said no.
    pub struct OfferDeclined = "tasking.offer_declined" {
        task: TaskId,
        worker: WorkerId,
        reason: DeclineReason,
    }
    /// Nobody answered in time.
    pub struct OfferExpired = "tasking.offer_expired" { task: TaskId, workers: Vec<WorkerId> }
    /// The handler is walking to the pickup.
    pub struct TaskSetOff = "tasking.task_set_off" { task: TaskId, worker: WorkerId }
    /// The handler is at the pickup.
    pub struct TaskArrived = "tasking.task_arrived" { task: TaskId, worker: WorkerId }
    /// The handler moves off with the patient or the item.
    pub struct TaskDeparted = "tasking.task_departed" { task: TaskId, worker: WorkerId }
    /// The handler is at the other end.
    pub struct TaskDropReached = "tasking.task_drop_reached" { task: TaskId, worker: WorkerId }
    /// The work is done, or its next part is.
    pub struct TaskCompleted = "tasking.task_completed" { task: TaskId, worker: WorkerId }
    /// The work stands still.
    pub struct TaskPaused = "tasking.task_paused" {
        task: TaskId,
        worker: WorkerId,
        reason: PauseReason,
    }
    /// The work goes on.
    pub struct TaskResumed = "tasking.task_resumed" { task: TaskId, worker: WorkerId }
    /// The handler gave it back before arriving.
    pub struct TaskHandedBack = "tasking.task_handed_back" {
        task: TaskId,
        worker: WorkerId,
        reason: DeclineReason,
    }
    /// The work was stopped after somebody had come.
    pub struct TaskAborted = "tasking.task_aborted" {
        task: TaskId,
        worker: WorkerId,
        reason: AbortReason,
    }
    /// The work is no longer wanted.
    pub struct TaskCancelled = "tasking.task_cancelled" { task: TaskId, reason: CancelReason }
    /// A coordinator took it from its handler; it waits again with its clock running on.
    pub struct TaskRecalled = "tasking.task_recalled" { task: TaskId, reason: OverrideReason }
    /// Somebody looked at the finished work.
    pub struct TaskVerified = "tasking.task_verified" {
        task: TaskId,
        good: bool,
        redo: Option<TaskId>,
    }
    /// A person came on shift.
    pub struct ShiftStarted = "tasking.shift_started" { worker: WorkerId }
    /// A person went home.
    pub struct ShiftEnded = "tasking.shift_ended" { worker: WorkerId }
    /// A person's own break began.
    pub struct BreakStarted = "tasking.break_started" { worker: WorkerId }
    /// A person's own break ended.
    pub struct BreakEnded = "tasking.break_ended" { worker: WorkerId }
    /// A person cannot be offered work for now. No reason is asked and no time is kept.
    pub struct AvailabilityChanged = "tasking.availability_changed" { worker: WorkerId }
    /// The board was looked at.
    pub struct BoardViewed = "tasking.board_viewed" { page: &'static str }
    /// The live board is being watched.
    pub struct BoardWatched = "tasking.board_watched" { page: &'static str }
    /// A task was looked at.
    pub struct TaskViewed = "tasking.task_viewed" { task: TaskId }
    /// A handler looked at their own work.
    pub struct OwnWorkViewed = "tasking.own_work_viewed" { page: &'static str }
    /// People on shift were looked at.
    pub struct PeopleViewed = "tasking.people_viewed" { worker: Option<WorkerId> }
    /// Places and walks were looked at.
    pub struct PlacesViewed = "tasking.places_viewed" {}
    /// The kinds of work were looked at.
    pub struct TaskTypesViewed = "tasking.task_types_viewed" {}
    /// A kind of work was set up or changed.
    pub struct TaskTypeSaved = "tasking.task_type_saved" { kind: TaskTypeId }
    /// The teams were looked at.
    pub struct TeamsViewed = "tasking.teams_viewed" {}
    /// A team was made, renamed or opened again.
    pub struct TeamSaved = "tasking.team_saved" { team: TeamId }
    /// A team was closed.
    pub struct TeamClosed = "tasking.team_closed" { team: TeamId }
    /// The dispatcher began to watch the queue.
    pub struct DispatchStarted = "tasking.dispatch_started" {}
    /// One part of an import was stored.
    pub struct RowsImported = "tasking.rows_imported" {
        what: &'static str,
        rows: usize,
        last: bool,
    }
    /// A handler's name and staff number were erased; their number stays.
    pub struct WorkerErased = "tasking.worker_erased" {
        /// Who.
        worker: WorkerId,
    }
    /// One part of an import that did not reach its end was taken back; `kept`: rows that somebody
    /// had changed since, which were left as they are.
    pub struct ImportUndone = "tasking.import_undone" {
        run: RunId,
        rows: usize,
        kept: usize,
        last: bool,
    }
    /// An account was joined to a handler.
    pub struct WorkerLinked = "tasking.worker_linked" { worker: WorkerId }
}

trust::action! {
    /// Asks for work.
    pub struct RequestTask = "tasking.request_task" ("ask for work") -> TaskRequested;
    /// Approves a request.
    pub struct ApproveTask = "tasking.approve_task" ("approve requests") -> TaskApproved;
    /// Turns a request down.
    pub struct RejectTask = "tasking.reject_task" ("turn requests down") -> TaskRejected;
    /// Says "not ready".
    pub struct HoldTask = "tasking.hold_task" ("put tasks on hold") -> TaskHeld;
    /// Says "ready to move".
    pub struct ReadyTask = "tasking.ready_task" ("say that a task is ready") -> TaskReadied;
    /// Releases a booked task at its time.
    pub struct ReleaseTask = "tasking.release_task" ("release booked tasks") -> TaskReleased;
    /// Asks the right and nearest person.
    pub struct OfferTask = "tasking.offer_task" ("offer tasks") -> TaskOffered;
    /// Chooses whom to ask.
    pub struct AssignTask = "tasking.assign_task" ("choose who is asked") -> TaskAssigned;
    /// Says yes to an offer.
    pub struct AcceptOffer = "tasking.accept_offer" ("accept offers") -> OfferAccepted;
    /// Says no to an offer.
    pub struct DeclineOffer = "tasking.decline_offer" ("decline offers") -> OfferDeclined;
    /// Takes an offer back after its time.
    pub struct ExpireOffer = "tasking.expire_offer" ("take offers back") -> OfferExpired;
    /// Sets off to the pickup.
    pub struct SetOffTask = "tasking.set_off_task" ("set off") -> TaskSetOff;
    /// Arrives at the pickup.
    pub struct ArriveTask = "tasking.arrive_task" ("say that you are there") -> TaskArrived;
    /// Moves off.
    pub struct DepartTask = "tasking.depart_task" ("move off") -> TaskDeparted;
    /// Reaches the other end.
    pub struct ReachDropTask = "tasking.reach_drop_task" ("hand over") -> TaskDropReached;
    /// Completes the work.
    pub struct CompleteTask = "tasking.complete_task" ("complete tasks") -> TaskCompleted;
    /// Pauses the work.
    pub struct PauseTask = "tasking.pause_task" ("pause tasks") -> TaskPaused;
    /// Carries on.
    pub struct ResumeTask = "tasking.resume_task" ("carry on with tasks") -> TaskResumed;
    /// Gives work back before arriving.
    pub struct HandBackTask = "tasking.hand_back_task" ("hand tasks back") -> TaskHandedBack;
    /// Stops the work after arriving.
    pub struct AbortTask = "tasking.abort_task" ("stop tasks") -> TaskAborted;
    /// Cancels work that nobody has come for yet.
    pub struct CancelTask = "tasking.cancel_task" ("cancel tasks") -> TaskCancelled;
    /// Takes work from its handler.
    pub struct RecallTask = "tasking.recall_task" ("recall tasks") -> TaskRecalled;
    /// Checks finished work.
    pub struct VerifyTask = "tasking.verify_task" ("check finished work") -> TaskVerified;
    /// Comes on shift.
    pub struct StartShift = "tasking.start_shift" ("come on shift") -> ShiftStarted;
    /// Goes home.
    pub struct EndShift = "tasking.end_shift" ("go off shift") -> ShiftEnded;
    /// Begins a break.
    pub struct StartBreak = "tasking.start_break" ("take a break") -> BreakStarted;
    /// Ends a break.
    pub struct EndBreak = "tasking.end_break" ("end a break") -> BreakEnded;
    /// Goes away, helps somebody, comes back, answers "are you available?".
    pub struct ChangeAvailability = "tasking.change_availability" ("say whether you are free")
        -> AvailabilityChanged;
    /// Looks at the board.
    pub struct ViewBoard = "tasking.view_board" ("see the board") -> BoardViewed;
    /// Watches the live board.
    pub struct WatchBoard = "tasking.watch_board" ("watch the live board") -> BoardWatched;
    /// Looks at a task.
    pub struct ViewTask = "tasking.view_task" ("see a task") -> TaskViewed;
    /// Looks at one's own work.
    pub struct ViewOwnWork = "tasking.view_own_work" ("see your own work") -> OwnWorkViewed;
    /// Looks at the people on shift.
    pub struct ViewPeople = "tasking.view_people" ("see who is on shift") -> PeopleViewed;
    /// Looks at places and walks.
    pub struct ViewPlaces = "tasking.view_places" ("see places and walks") -> PlacesViewed;
    /// Looks at the kinds of work.
    pub struct ViewTaskTypes = "tasking.view_task_types" ("see kinds of work") -> TaskTypesViewed;
    /// Sets up a kind of work.
    pub struct SaveTaskType = "tasking.save_task_type" ("set up kinds of work") -> TaskTypeSaved;
    /// Looks at the teams.
    pub struct ViewTeams = "tasking.view_teams" ("see teams") -> TeamsViewed;
    /// Makes, renames or opens a team.
    pub struct SaveTeam = "tasking.save_team" ("make and rename teams") -> TeamSaved;
    /// Closes a team.
    pub struct CloseTeam = "tasking.close_team" ("close teams") -> TeamClosed;
    /// Watches the queue in order to make offers.
    pub struct StartDispatch = "tasking.start_dispatch" ("run the dispatcher") -> DispatchStarted;
    /// Imports places, walks, people, shifts, tasks.
    pub struct ImportRows = "tasking.import_rows" ("import files") -> RowsImported;
    /// Erases what tasking knows of a handler.
    pub struct EraseWorker = "tasking.erase_worker" ("erase handlers") -> WorkerErased;
    /// Takes back an import that did not reach its end.
    pub struct UndoImport = "tasking.undo_import" ("take imports back") -> ImportUndone;
    /// Joins an account to a handler.
    pub struct LinkWorker = "tasking.link_worker" ("join accounts to handlers") -> WorkerLinked;
}
