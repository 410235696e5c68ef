//! Samples of assurance: controls, log, proof, roles.
//!
//! Next: `views/controls.rs`, `views/log.rs`, `views/roles.rs`.

use crate::web::parts::states::{ControlClass, ControlState, Deed, Grant};
use crate::web::views::controls::{ControlDetail, ControlRow, ControlsView};
use crate::web::views::log::{LogCheck, LogLine, LogView};
use crate::web::views::proof::{ProofStep, ProofView};
use crate::web::views::roles::{PermissionGroup, PermissionRow, RoleColumn, RolesView};

fn control(id: &str, title: &str, state: ControlState, evidence: &str, age: &str) -> ControlRow {
    ControlRow {
        id: id.into(),
        title: title.into(),
        class: ControlClass::Enforced,
        state,
        evidence: evidence.into(),
        age: age.into(),
    }
}

/// The controls with one looked at.
#[expect(
    clippy::too_many_lines,
    reason = "a list of samples, one after the other"
)]
pub fn controls() -> ControlsView {
    use ControlState::{Failed, NotBuilt, Proved, Stale, Waived};
    let lock = control(
        "A8",
        "Screens lock soon",
        Proved,
        "Longest 4 min 58 s",
        "4 min",
    );
    let mut restore = control(
        "B9",
        "Backups can be brought back",
        Stale,
        "34 days ago",
        "34 d",
    );
    restore.class = ControlClass::Witnessed;
    let mut trained = control(
        "B17",
        "Staff are trained each year",
        Waived,
        "6 of 212 late",
        "9 d",
    );
    trained.class = ControlClass::Recorded;
    ControlsView {
        controls: vec![
            control(
                "A1",
                "People see only what their role needs",
                Proved,
                "2,184 of 2,184 route and role pairs as published",
                "4 min",
            ),
            lock.clone(),
            control("A12", "Reports are marked confidential", NotBuilt, "", ""),
            restore,
            control(
                "B14",
                "Software is patched",
                Failed,
                "1 known fault, 2 days old",
                "2 h",
            ),
            trained,
            control(
                "B38",
                "The log cannot be changed unseen",
                Proved,
                "1,204,418 entries, 3 anchors agree",
                "17 min",
            ),
        ],
        counts: vec![
            (Proved, 11),
            (Stale, 3),
            (Failed, 1),
            (Waived, 2),
            (NotBuilt, 54),
        ],
        only: None,
        chosen: Some(ControlDetail {
            row: lock,
            promise: "A screen left alone locks as soon as the work allows.".into(),
            source: "Appendix 2, time-out".into(),
            mechanism: "Idle limits by kind of device, checked on every request".into(),
            self_test: "Sign in, wait past the limit, ask again".into(),
            freshness: "24 h".into(),
            steps: vec![
                ("Wait 5 min 1 s, ask again: refused".into(), true),
                ("Keep the board polling: still refused".into(), true),
            ],
            log_href: "/log?control=A8".into(),
        }),
        may_prove: true,
    }
}

/// The log with one proof looked at.
pub fn log() -> LogView {
    let check = |what: &str, result: &str| LogCheck {
        what: what.into(),
        result: result.into(),
        agrees: true,
    };
    let line = |sequence, at: &str, actor: &str, deed, what: &str, context: &str| LogLine {
        lane: 1,
        sequence,
        at: at.into(),
        actor: (!actor.is_empty()).then(|| actor.into()),
        deed,
        what: what.into(),
        context: context.into(),
    };
    LogView {
        entries_in_all: 1_204_418,
        since: "3 February 2026".into(),
        checks: vec![
            check("Whole log", "re-hashed 14:09, intact"),
            check("Anchor 1, here", "14:15, agrees"),
            check("Anchor 2, neighbour trust", "14:15, agrees"),
            check("Rows against log", "38 tables, all agree"),
        ],
        entries: vec![
            line(
                1_204_417,
                "14:15:21",
                "Joel P.",
                Deed::Changed,
                "Accepted task 4466",
                "Phone",
            ),
            line(
                1_204_401,
                "14:14:44",
                "Ruth O.",
                Deed::Looked,
                "Task 4466",
                "Own computer",
            ),
            line(
                1_204_398,
                "14:14:40",
                "Anjali K.",
                Deed::Changed,
                "Asked for 4466",
                "Ward",
            ),
            line(
                1_203_966,
                "13:02:15",
                "Dana K.",
                Deed::Refused,
                "Accounts",
                "Not her role",
            ),
            line(
                1_203_511,
                "13:00:00",
                "",
                Deed::Administered,
                "Checkpoint signed",
                "3 anchors",
            ),
        ],
        only: None,
        narrowed_to: String::new(),
        older_href: "/log?before=1203511".into(),
        chosen: Some(proof()),
    }
}

/// The proof of one entry.
pub fn proof() -> ProofView {
    let step = |hash: &str, is_left| ProofStep {
        hash: hash.into(),
        is_left,
    };
    ProofView {
        lane: 1,
        sequence: 1_204_401,
        holds: true,
        anchored: "14:15".into(),
        leaf: "4c1e77a093bd5f12d7c0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6".into(),
        head: "d25b08e16c4faa90b1c2d3e4f5061728394a5b6c7d8e9f00112233445566778f".into(),
        tree_size: 1_204_418,
        signed_by: "harrowmere-2026-a".into(),
        way: vec![
            step(
                "9f3a000000000000000000000000000000000000000000000000000000000ac1",
                true,
            ),
            step(
                "51d200000000000000000000000000000000000000000000000000000000a00a",
                false,
            ),
            step(
                "0a94000000000000000000000000000000000000000000000000000000000bd3",
                true,
            ),
            step(
                "77b00000000000000000000000000000000000000000000000000000000000f4",
                true,
            ),
        ],
        facts: vec![
            ("When", "22 Nov 14:14:44".into()),
            ("Who", "Ruth O. (account 12)".into()),
            ("Came of it", "tasking.task_viewed, looked at".into()),
            ("Details", "task 4466".into()),
        ],
        touched: vec!["session 88, now 51d2a00a9f3a77b0…".into()],
        download_href: "/log/1/1204401/proof".into(),
        command: "almoner verify DIR --anchors PATH".into(),
    }
}

/// The matrix of four roles.
pub fn roles() -> RolesView {
    use Grant::{All, No, Own, Team, WithReason};
    let role = |name: &str, people| RoleColumn {
        name: name.into(),
        people,
        is_service: false,
    };
    let permission = |name: &str, code: &str, grants: [Grant; 5]| PermissionRow {
        name: name.into(),
        code: code.into(),
        grants: grants.to_vec(),
    };
    RolesView {
        roles: vec![
            role("Requester", 84),
            role("Handler", 26),
            role("Coordinator", 4),
            role("Administrator", 2),
            role("Auditor", 1),
        ],
        groups: vec![
            PermissionGroup {
                name: "Tasks".into(),
                permissions: vec![
                    permission("Ask for a task", "tasking.ask", [Team, No, All, No, No]),
                    permission("Accept an offer", "tasking.accept", [No, Own, No, No, No]),
                    permission(
                        "Assign a task",
                        "tasking.assign",
                        [No, No, WithReason, No, No],
                    ),
                ],
            },
            PermissionGroup {
                name: "Trust".into(),
                permissions: vec![
                    permission("Read the log", "ledger.read", [Own, Own, Own, No, All]),
                    permission("Make an account", "identity.create", [No, No, No, All, No]),
                ],
            },
        ],
    }
}
