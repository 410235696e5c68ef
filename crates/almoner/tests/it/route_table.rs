//! Every route: who may use it, and what it answers to somebody from another ward or team.
//!
//! A route of the code that is missing here fails `routes.rs`, and so does one that is only here.
//! The list of routes that serve anybody is [`PUBLIC`], and it may only shrink.

use serde_json::Value;

use crate::send::{Sent, file, form};

/// A role, as a new instance has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Requester,
    Handler,
    Coordinator,
    Administrator,
    Auditor,
}

/// Every role.
pub const ROLES: [Role; 5] = [
    Role::Requester,
    Role::Handler,
    Role::Coordinator,
    Role::Administrator,
    Role::Auditor,
];

/// What somebody with the right role in another ward or team gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// "Not yours" and "not there" are one answer: 404.
    NotThere,
    /// The form again, with what has to be put right: 422.
    FormAgain,
    /// The page, without what is not theirs.
    LeavesOut,
    /// The same as everybody: facts of the house, or only about the caller.
    Same,
}

/// What a working request carries.
#[derive(Clone, Copy, Debug)]
pub enum Carries {
    Nothing,
    /// Fields of a form; `{task}` and the like are filled in.
    Form(&'static [(&'static str, &'static str)]),
    /// JSON, filled in alike.
    Json(&'static str),
    /// The import page's form with a file of places.
    File,
}

/// One method of one route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub may: &'static [Role],
    pub elsewhere: Elsewhere,
    pub carries: Carries,
}

/// Ids that take the place of `{task}` and the like.
pub type Filled<'a> = &'a [(&'static str, String)];

/// Puts ids into a path or a text.
pub fn filled(text: &str, ids: Filled<'_>) -> String {
    ids.iter().fold(text.to_owned(), |text, (name, id)| {
        text.replace(&format!("{{{name}}}"), id)
    })
}

impl Carries {
    /// The body, with ids.
    pub fn filled(self, ids: Filled<'_>) -> Sent {
        match self {
            Self::Nothing => Sent::Nothing,
            Self::Form(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (*name, filled(value, ids)))
                    .collect();
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                form(&fields)
            }
            Self::Json(text) => {
                let json: Value = serde_json::from_str(&filled(text, ids)).unwrap();
                Sent::Json(json)
            }
            Self::File => file("PLACES", PLACES),
        }
    }
}

/// A file of one place.
pub const PLACES: &str = "code,name,kind,site,building,floor,level\n\
    HUT,Garden hut,OTHER,MAIN,Garden,Ground,0\n";

/// Routes that serve anybody, signed in or not: the door, help, and what machines ask.
pub const PUBLIC: [(&str, &str); 11] = [
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/set-up"),
    ("POST", "/set-up"),
    ("GET", "/help"),
    ("GET", "/help/{page}"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/api/v1/openapi.json"),
    ("POST", "/api/v1/sessions"),
    ("GET", "/assets/{file}"),
];

/// Routes that serve whoever is signed in, with nothing but facts of the house and of themselves.
pub const SIGNED_IN: [(&str, &str); 10] = [
    ("GET", "/"),
    ("POST", "/sign-out"),
    ("GET", "/terms"),
    ("POST", "/terms"),
    ("GET", "/session"),
    ("GET", "/gallery"),
    ("DELETE", "/api/v1/sessions"),
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/places"),
    ("GET", "/api/v1/task-types"),
];

const fn see(path: &'static str, may: &'static [Role], elsewhere: Elsewhere) -> Route {
    Route {
        method: "GET",
        path,
        may,
        elsewhere,
        carries: Carries::Nothing,
    }
}

const fn act(
    path: &'static str,
    may: &'static [Role],
    elsewhere: Elsewhere,
    carries: Carries,
) -> Route {
    Route {
        method: "POST",
        path,
        may,
        elsewhere,
        carries,
    }
}

use self::{
    Carries::{Form, Json, Nothing},
    Elsewhere::{FormAgain, LeavesOut, NotThere, Same},
};

const WARD: &[Role] = &[Role::Requester, Role::Coordinator];
const HANDLERS: &[Role] = &[Role::Handler];
const DESK: &[Role] = &[Role::Coordinator];
const PEOPLE: &[Role] = &[Role::Coordinator, Role::Administrator];
const SHIFTS: &[Role] = &[Role::Handler, Role::Coordinator];
const SET_UP: &[Role] = &[Role::Administrator];
const CHECKS: &[Role] = &[Role::Administrator, Role::Auditor];
const AUDIT: &[Role] = &[Role::Auditor];

const ERASE: Carries = Form(&[("because", "asked"), ("login", "amara.pine")]);
const PRESS: Carries = Form(&[("version", "1")]);
const CANCEL: Carries = Form(&[("version", "1"), ("reason", "NO_LONGER_NEEDED")]);
const DECLINE: Carries = Form(&[("version", "1"), ("reason", "NEARER_COLLEAGUE")]);
const PAUSE: Carries = Form(&[("version", "1"), ("reason", "NOT_READY")]);
const ASSIGN: Carries = Form(&[
    ("version", "1"),
    ("person", "{person}"),
    ("reason", "PLAN_CHANGED"),
]);
const RECALL: Carries = Form(&[
    ("version", "1"),
    ("reason", "MORE_URGENT"),
    ("handover", "yes"),
]);
const WISH: Carries = Form(&[
    ("task_type", "{kind}"),
    ("from", "{from}"),
    ("to", "{to}"),
    ("when", "now"),
    ("priority", "ROUTINE"),
]);
const API_WISH: Carries =
    Json(r#"{"task_type":"sample","priority":"ROUTINE","from":"WARD-A","to":"XRAY"}"#);
const INVITE: Carries = Form(&[
    ("name", "Ida H."),
    ("login", "ida.hazel"),
    ("role", "Requester"),
    ("scope", "all"),
    ("device_class", "personal"),
]);
const GRANT: Carries = Form(&[
    ("role", "Requester"),
    ("scope", "all"),
    ("reason", "moved ward"),
    ("version", "1"),
]);
const TEAM: Carries = Form(&[("version", "1"), ("name", "Beds"), ("base", "")]);
const LINK: Carries = Form(&[("version", "1"), ("account", "1")]);
const KIND: Carries = Form(&[
    ("name", "Cot to ward"),
    ("group", "ITEM"),
    ("team", "Portering"),
    ("handling_minutes", "5"),
    ("emergency_minutes", "10"),
    ("urgent_minutes", "20"),
    ("routine_minutes", "30"),
]);
const TARGETS: Carries = Form(&[
    ("version", "1"),
    ("emergency_minutes", "10"),
    ("urgent_minutes", "20"),
    ("routine_minutes", "30"),
]);

/// Every route that asks for a right.
pub const GUARDED: &[Route] = &[
    // Asking and following.
    see("/ask", WARD, Same),
    act("/ask", WARD, FormAgain, WISH),
    see("/board", WARD, LeavesOut),
    see("/board/live", WARD, LeavesOut),
    see("/board/plan", WARD, LeavesOut),
    see("/board/plan/live", WARD, LeavesOut),
    see("/tasks/{task}", WARD, NotThere),
    see("/tasks/{task}/live", WARD, NotThere),
    act("/tasks/{task}/hold", WARD, NotThere, PRESS),
    act("/tasks/{task}/release", WARD, NotThere, PRESS),
    act("/tasks/{task}/cancel", WARD, NotThere, CANCEL),
    act("/tasks/{task}/approve", DESK, NotThere, PRESS),
    act("/tasks/{task}/reject", DESK, NotThere, CANCEL),
    act("/tasks/{task}/assign", DESK, NotThere, ASSIGN),
    act("/tasks/{task}/recall", DESK, NotThere, RECALL),
    act(
        "/tasks/{task}/verify",
        DESK,
        NotThere,
        Form(&[("version", "1"), ("verdict", "passed")]),
    ),
    // The phone.
    see("/phone", HANDLERS, LeavesOut),
    see("/phone/live", HANDLERS, LeavesOut),
    see("/phone/day", HANDLERS, LeavesOut),
    act("/offers/{offer}/accept", HANDLERS, NotThere, PRESS),
    act("/offers/{offer}/decline", HANDLERS, NotThere, DECLINE),
    act("/tasks/{task}/set_off", HANDLERS, NotThere, PRESS),
    act("/tasks/{task}/arrive", HANDLERS, NotThere, PRESS),
    act("/tasks/{task}/depart", HANDLERS, NotThere, PRESS),
    act("/tasks/{task}/reach_drop", HANDLERS, NotThere, PRESS),
    act("/tasks/{task}/complete", HANDLERS, NotThere, PRESS),
    act("/tasks/{task}/pause", HANDLERS, NotThere, PAUSE),
    act("/tasks/{task}/resume", HANDLERS, NotThere, PRESS),
    act("/tasks/{task}/hand_back", HANDLERS, NotThere, DECLINE),
    act("/tasks/{task}/abort", HANDLERS, NotThere, PAUSE),
    // People.
    see("/people", PEOPLE, LeavesOut),
    see("/people/{person}", PEOPLE, NotThere),
    act("/people/{person}/link", SET_UP, NotThere, LINK),
    act("/people/{person}/start_shift", SHIFTS, NotThere, PRESS),
    act("/people/{person}/end_shift", SHIFTS, NotThere, PRESS),
    act("/people/{person}/start_break", SHIFTS, NotThere, PRESS),
    act("/people/{person}/end_break", SHIFTS, NotThere, PRESS),
    act("/people/{person}/go_away", SHIFTS, NotThere, PRESS),
    act("/people/{person}/come_back", SHIFTS, NotThere, PRESS),
    act("/people/{person}/start_helping", SHIFTS, NotThere, PRESS),
    act("/people/{person}/stop_helping", SHIFTS, NotThere, PRESS),
    act("/people/{person}/answer_present", SHIFTS, NotThere, PRESS),
    // Setting up. What a limited administrator may not do is in `scope.rs`.
    see("/places", PEOPLE, Same),
    see("/settings/teams", SET_UP, Same),
    act("/settings/teams", SET_UP, Same, TEAM),
    act("/settings/teams/{team}", SET_UP, Same, TEAM),
    act("/settings/teams/{team}/close", SET_UP, Same, PRESS),
    see("/settings/task-types", SET_UP, Same),
    act("/settings/task-types", SET_UP, Same, KIND),
    act("/settings/task-types/{kind}", SET_UP, Same, TARGETS),
    see("/import", SET_UP, Same),
    act("/import", SET_UP, Same, Carries::File),
    see("/import/{import}/columns", SET_UP, Same),
    act(
        "/import/{import}/check",
        SET_UP,
        Same,
        Form(&[("code", "code")]),
    ),
    act("/import/{import}/apply", SET_UP, Same, Form(&[])),
    // Assurance.
    see("/controls", CHECKS, Same),
    act("/controls/prove", CHECKS, Same, Form(&[])),
    see("/controls/{control}", CHECKS, Same),
    act("/controls/{control}/prove", CHECKS, Same, Form(&[])),
    see("/log", AUDIT, Same),
    see("/log/checkpoint", AUDIT, Same),
    see("/log/{lane}/{sequence}", AUDIT, Same),
    see("/log/{lane}/{sequence}/proof", AUDIT, Same),
    see("/roles", CHECKS, Same),
    see("/accounts", CHECKS, Same),
    act("/accounts/invite", SET_UP, Same, INVITE),
    act("/accounts/{account}/grant", SET_UP, Same, GRANT),
    act("/accounts/{account}/disable", SET_UP, Same, PRESS),
    act("/accounts/{account}/code", SET_UP, Same, PRESS),
    act("/accounts/{account}/erase", SET_UP, Same, ERASE),
    act("/grants/{grant}/withdraw", SET_UP, Same, PRESS),
    // The same in JSON.
    see("/api/v1/tasks", WARD, LeavesOut),
    act("/api/v1/tasks", WARD, NotThere, API_WISH),
    see("/api/v1/tasks/{task}", WARD, NotThere),
    act(
        "/api/v1/tasks/{task}/cancel",
        WARD,
        NotThere,
        Json(r#"{"reason":"NO_LONGER_NEEDED"}"#),
    ),
    act("/api/v1/tasks/{task}/hold", WARD, NotThere, Nothing),
    act("/api/v1/tasks/{task}/release", WARD, NotThere, Nothing),
    act(
        "/api/v1/tasks/{task}/assign",
        DESK,
        NotThere,
        Json(r#"{"worker":{person},"reason":"PLAN_CHANGED"}"#),
    ),
    see("/api/v1/teams", SET_UP, Same),
    act("/api/v1/teams", SET_UP, Same, Json(r#"{"name":"Beds"}"#)),
    act(
        "/api/v1/teams/{team}",
        SET_UP,
        Same,
        Json(r#"{"name":"Beds"}"#),
    ),
    act("/api/v1/teams/{team}/close", SET_UP, Same, Nothing),
    see("/api/v1/me/work", HANDLERS, LeavesOut),
    act("/api/v1/offers/{offer}/accept", HANDLERS, NotThere, Nothing),
    act(
        "/api/v1/offers/{offer}/decline",
        HANDLERS,
        NotThere,
        Json(r#"{"reason":"NEARER_COLLEAGUE"}"#),
    ),
    act(
        "/api/v1/me/tasks/{task}/{step}",
        HANDLERS,
        NotThere,
        Json("{}"),
    ),
    act(
        "/api/v1/me/state",
        SHIFTS,
        Same,
        Json(r#"{"change":"start_shift"}"#),
    ),
];
