//! Where a task stands, and where it may go from there (`reference/tasking.md` 3.1).
//!
//! Refuses: nothing itself. It is the map; the walking, with all its conditions, is in `steps.rs`
//! and `ends.rs`, and a property test holds the two against each other. The words and colours that
//! people see are the web room's, in one place of its own.

use super::coded::coded;

coded! {
    /// Where a task stands.
    pub enum TaskState {
        /// Begun, not yet asked.
        Draft = "DRAFT",
        /// Its type needs somebody's yes first.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// Asked, but the ward has not said "ready". No clock runs.
        Held = "HELD",
        /// Booked for later; released by itself at its time.
        Scheduled = "SCHEDULED",
        /// Waiting for somebody. The clock runs from the first time it came here.
        Queued = "QUEUED",
        /// One person (or a pair) is being asked.
        Offered = "OFFERED",
        /// Somebody has said yes.
        Accepted = "ACCEPTED",
        /// They are walking there.
        EnRoute = "EN_ROUTE",
        /// They are there.
        AtPickup = "AT_PICKUP",
        /// Standing still, with a reason.
        Paused = "PAUSED",
        /// On the way with the patient or the item.
        InTransit = "IN_TRANSIT",
        /// At the other end, handing over.
        AtDrop = "AT_DROP",
        /// What the type asks for afterwards, such as cleaning the chair.
        PostAction = "POST_ACTION",
        /// Done.
        Completed = "COMPLETED",
        /// Done, and somebody else is to look at it.
        PendingVerification = "PENDING_VERIFICATION",
        /// Looked at, and good.
        Verified = "VERIFIED",
        /// Looked at, and to be done again by a new task.
        Failed = "FAILED",
        /// Not approved.
        Rejected = "REJECTED",
        /// No longer wanted, before anybody came.
        Cancelled = "CANCELLED",
        /// Stopped after somebody had come.
        Aborted = "ABORTED",
        /// Taken from its handler for something more important; goes back to the queue.
        Preempted = "PREEMPTED",
    }
}

impl TaskState {
    /// The states that a task may enter next.
    pub const fn followers(self) -> &'static [TaskState] {
        use TaskState as S;
        match self {
            S::Draft => &[
                S::AwaitingApproval,
                S::Scheduled,
                S::Held,
                S::Queued,
                S::Cancelled,
            ],
            S::AwaitingApproval => &[S::Scheduled, S::Held, S::Queued, S::Rejected, S::Cancelled],
            S::Held => &[S::Queued, S::Scheduled, S::Cancelled],
            S::Scheduled => &[S::Queued, S::Held, S::Cancelled],
            S::Queued => &[S::Offered, S::Held, S::Cancelled],
            S::Offered => &[S::Accepted, S::Queued, S::Cancelled],
            S::Accepted => &[S::EnRoute, S::Queued, S::Preempted, S::Cancelled],
            S::EnRoute => &[
                S::AtPickup,
                S::Paused,
                S::Queued,
                S::Preempted,
                S::Cancelled,
            ],
            S::AtPickup => &[
                S::InTransit,
                S::Paused,
                S::PostAction,
                S::Completed,
                S::PendingVerification,
                S::Queued,
                S::Aborted,
                S::Preempted,
            ],
            S::Paused => &[
                S::EnRoute,
                S::AtPickup,
                S::InTransit,
                S::AtDrop,
                S::Queued,
                S::Aborted,
                S::Cancelled,
                S::Preempted,
            ],
            S::InTransit => &[S::AtDrop, S::Paused, S::Queued, S::Aborted, S::Preempted],
            S::AtDrop => &[
                S::PostAction,
                S::Completed,
                S::PendingVerification,
                S::Paused,
                S::Queued,
                S::Aborted,
                S::Preempted,
            ],
            S::PostAction => &[S::Completed, S::PendingVerification],
            S::PendingVerification => &[S::Verified, S::Failed],
            S::Preempted => &[S::Queued, S::Cancelled],
            S::Completed | S::Verified | S::Failed => &[],
            S::Rejected | S::Cancelled | S::Aborted => &[],
        }
    }

    /// Nothing more will happen to the task.
    pub const fn is_final(self) -> bool {
        self.followers().is_empty()
    }

    /// The work itself is over, one way or another; at most a check is left.
    pub const fn is_over(self) -> bool {
        self.is_final() || matches!(self, Self::PendingVerification)
    }

    /// Somebody has it: from "accepted" to the last hand movement.
    pub const fn is_in_hand(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::EnRoute
                | Self::AtPickup
                | Self::Paused
                | Self::InTransit
                | Self::AtDrop
                | Self::PostAction
        )
    }

    /// The status of FHIR R4 `Task` that says the same, more coarsely.
    pub const fn fhir_status(self) -> &'static str {
        match self {
            Self::Draft | Self::AwaitingApproval | Self::Scheduled => "draft",
            Self::Held | Self::Paused => "on-hold",
            Self::Queued | Self::Preempted => "requested",
            Self::Offered => "received",
            Self::Accepted => "accepted",
            Self::EnRoute | Self::AtPickup | Self::InTransit => "in-progress",
            Self::AtDrop | Self::PostAction => "in-progress",
            Self::Completed | Self::PendingVerification | Self::Verified => "completed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Failed | Self::Aborted => "failed",
        }
    }
}
