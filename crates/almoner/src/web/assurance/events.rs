//! Looking at promises and at the log: actions and events of the assurance pages.

trust::event! {
    /// The controls and their evidence were looked at.
    pub struct ControlsViewed = "governance.controls_viewed" { control: Option<String> }
    /// Entries of the log were looked at.
    pub struct LogViewed = "governance.log_viewed" { lane: Option<u16>, sequence: Option<u64> }
    /// A promise was tried on the running instance: the evidence that the controls page shows.
    pub struct ControlProved = "governance.control_proved" {
        /// Which promise.
        control: String,
        /// `held` or `broken`.
        outcome: &'static str,
        /// What was tried and seen, without anybody's data.
        detail: String,
    }
}

trust::action! {
    /// Looks at the controls.
    pub struct ViewControls = "governance.view_controls" ("see promises and proofs")
        -> ControlsViewed;
    /// Looks at the log.
    pub struct ViewLog = "governance.view_log" ("read the log") -> LogViewed;
    /// Has a promise tried now.
    pub struct ProveControl = "governance.prove_control" ("have promises proved now")
        -> ControlProved;
}
