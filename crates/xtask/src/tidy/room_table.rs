//! The room table of DESIGN.md section 2, as data: who may use whom.
//!
//! This is the one place to change when the table there changes. It refuses cleverness: a room
//! that isn't written down here may use nothing, and a folder that isn't a room is a problem.

/// One crate of the workspace, and the walls around it.
#[derive(Debug)]
pub struct Crate {
    /// The crate's name, which is its folder's too.
    pub name: &'static str,
    /// Our crates that it may depend on.
    pub may_use: &'static [&'static str],
    /// Other people's crates it must not depend on, since they bring what it refuses.
    pub refuses: &'static [&'static str],
    /// Its rooms: the folders or files in `src` beside `lib.rs` and `main.rs`. Empty: not checked.
    pub rooms: &'static [Room],
}

/// One room, a module at the top of its crate.
#[derive(Debug)]
pub struct Room {
    /// The module's name.
    pub name: &'static str,
    /// The rooms beside it and our crates that its paths may begin with.
    pub may_use: &'static [&'static str],
}

/// No async, SQL, clock, randomness or logging in an engine.
const IMPURE: &[&str] = &[
    "async-std",
    "chrono",
    "fastrand",
    "futures",
    "futures-util",
    "getrandom",
    "jiff",
    "log",
    "rand",
    "rusqlite",
    "sqlx",
    "time",
    "tokio",
    "tracing",
];

const TRUST_ROOMS: &[&str] = &["identity", "ledger", "vault", "store"];

/// Every crate of ours.
pub const CRATES: &[Crate] = &[
    Crate {
        name: "dispatch",
        may_use: &[],
        refuses: IMPURE,
        rooms: &[],
    },
    Crate {
        name: "measures",
        may_use: &[],
        refuses: IMPURE,
        rooms: &[],
    },
    Crate {
        name: "deid",
        may_use: &[],
        refuses: IMPURE,
        rooms: &[],
    },
    Crate {
        name: "trust",
        may_use: &[],
        refuses: &["axum", "maud"],
        rooms: &[
            Room {
                name: "identity",
                may_use: TRUST_ROOMS,
            },
            Room {
                name: "ledger",
                may_use: TRUST_ROOMS,
            },
            Room {
                name: "vault",
                may_use: TRUST_ROOMS,
            },
            Room {
                name: "store",
                may_use: TRUST_ROOMS,
            },
            // What tests of every crate build on; compiled only with the feature of that name.
            Room {
                name: "testing",
                may_use: TRUST_ROOMS,
            },
        ],
    },
    Crate {
        name: "care",
        may_use: &["trust", "dispatch", "deid", "measures"],
        refuses: &["axum", "maud", "sqlx"],
        rooms: &[
            Room {
                name: "tasking",
                may_use: &["trust", "dispatch", "deid"],
            },
            Room {
                name: "tracker",
                may_use: &["trust", "measures", "deid"],
            },
            Room {
                name: "reports",
                may_use: &["trust", "tasking", "tracker"],
            },
            Room {
                name: "governance",
                may_use: &["trust", "reports", "tasking", "tracker"],
            },
        ],
    },
    Crate {
        name: "watch",
        may_use: &["trust"],
        refuses: &["axum", "maud", "sqlx"],
        rooms: &[
            Room {
                name: "sentinel",
                may_use: &["trust"],
            },
            Room {
                name: "backup",
                may_use: &["trust"],
            },
        ],
    },
    Crate {
        name: "almoner",
        may_use: &["care", "watch", "trust", "dispatch", "measures", "deid"],
        refuses: &["sqlx"],
        rooms: &[
            Room {
                name: "web",
                may_use: &[
                    "care", "trust", "watch", "config", "demo", "founding", "instance",
                ],
            },
            Room {
                name: "cli",
                may_use: &[
                    "care", "trust", "watch", "dispatch", "measures", "deid", "config", "demo",
                    "web", "founding", "instance",
                ],
            },
            Room {
                name: "config",
                may_use: &["trust"],
            },
            // What an instance begins with, and what it is: see docs/decisions/0022.
            Room {
                name: "founding",
                may_use: &["care", "trust", "web"],
            },
            Room {
                name: "instance",
                may_use: &["care", "trust", "watch", "config", "founding"],
            },
            Room {
                name: "demo",
                may_use: &[
                    "care", "trust", "watch", "config", "web", "founding", "instance",
                ],
            },
        ],
    },
    // Not in the table: the house's own tools stand outside, so that `tidy` compiles in seconds.
    Crate {
        name: "xtask",
        may_use: &[],
        refuses: &[],
        rooms: &[],
    },
];

/// The crate of that name.
pub fn find(name: &str) -> Option<&'static Crate> {
    CRATES.iter().find(|of| of.name == name)
}

/// Is it one of our crates?
pub fn is_ours(name: &str) -> bool {
    find(name).is_some()
}

impl Crate {
    /// The room of that name.
    pub fn room(&self, name: &str) -> Option<&'static Room> {
        self.rooms.iter().find(|room| room.name == name)
    }
}
