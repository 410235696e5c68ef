//! People: who is on shift, one person, and the acts on a person's state.
//!
//! The acts are the handler's own on the phone and the coordinator's for a phone that is dead; the
//! operation tells the two apart. No page here sorts by a figure, because none has one.

use std::{future::Future, sync::Arc};

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use care::tasking::{
    Tasking,
    error::TaskError,
    events::{
        ChangeAvailability, EndBreak, EndShift, ImportRows, LinkWorker, StartBreak, StartShift,
        ViewPeople,
    },
    model::{Task, WorkerId},
    people::{Availability, Whose},
    people_page::{PersonDetail, PersonLine},
    rows::Shift,
    seen::{Seen, SeenWorker},
    worker::WorkerState,
};
use maud::Markup;
use serde::Deserialize;
use trust::{
    identity::{
        accounts::AccountLine,
        caller::Caller,
        events::ViewAccounts,
        model::{AccountKind, AccountState},
        permit::ActorId,
    },
    store::{error::StoreError, value::Moment},
};

use super::words;
use crate::{
    founding::HANDLER,
    web::{
        app::App,
        caller::SignedIn,
        form::{Checked, Id},
        parts::{
            forms::{Choice, FormError},
            shell::Entry,
            states::Vocabulary,
        },
        refusal::PageError,
        times::Times,
        views::{
            board::Doing,
            people::{self, PeopleView, PersonRow},
            person::{self, PersonAct, PersonView, ShiftLine},
        },
    },
};

/// The routes of people.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/people", get(show))
        .route("/people/{person}", get(show_person))
        .route("/people/{person}/link", post(link))
        .route("/people/{person}/start_shift", post(start_shift))
        .route("/people/{person}/end_shift", post(end_shift))
        .route("/people/{person}/start_break", post(start_break))
        .route("/people/{person}/end_break", post(end_break))
        .route("/people/{person}/go_away", post(go_away))
        .route("/people/{person}/come_back", post(come_back))
        .route("/people/{person}/start_helping", post(start_helping))
        .route("/people/{person}/stop_helping", post(stop_helping))
        .route("/people/{person}/answer_present", post(answer_present))
}

/// Whom to show.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    show: String,
}

/// `GET /people`
async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Markup, PageError> {
    let Query(wanted) = wanted.unwrap_or_default();
    let on_shift_only = wanted.show != "all";
    let found = app.tasking.people(&signed_in, false).await?;
    let is_on = |line: &&PersonLine| line.worker.state != WorkerState::Off;
    let row = |line: &PersonLine| PersonRow {
        id: line.worker.id.0,
        name: line.name.clone(),
        team: found
            .directory
            .team(line.worker.team)
            .map(|team| team.name.clone())
            .unwrap_or_default(),
        doing: doing(line),
        zone: line.zone.clone().unwrap_or_default(),
        skills: line
            .worker
            .skills
            .0
            .iter()
            .map(|skill| words::skill(skill))
            .collect(),
        shift: line
            .shift
            .as_ref()
            .map(|shift| hours(shift, &app.times))
            .unwrap_or_default(),
    };
    let shown = found
        .lines
        .iter()
        .filter(|line| !on_shift_only || is_on(line))
        .map(row);
    let view = PeopleView {
        on_shift_only,
        on_shift: found.lines.iter().filter(is_on).count(),
        all: found.lines.len(),
        people: shown.collect(),
        may_import: signed_in.may(ImportRows),
    };
    Ok(people::page(&view, &signed_in.shell(&app, Entry::People)))
}

/// `GET /people/{person}`
async fn show_person(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(person): Id<WorkerId>,
) -> Result<Markup, PageError> {
    page(&app, &signed_in, person, Quicker::WasNot).await
}

/// Whether somebody changed the person while the page was looked at.
enum Quicker {
    Was,
    WasNot,
}

async fn page(
    app: &App,
    signed_in: &SignedIn,
    person: WorkerId,
    quicker: Quicker,
) -> Result<Markup, PageError> {
    let found = app.tasking.person(signed_in, person).await?;
    let line = &found.line;
    let title = |task: &Task| {
        let kind = found
            .directory
            .kind(task.kind)
            .map_or("Task", |kind| kind.name.as_str());
        (task.id.0, format!("{} {kind}", task.id))
    };
    let errors = match quicker {
        Quicker::WasNot => vec![],
        Quicker::Was => vec![FormError {
            field: "person-head".to_owned(),
            sentence: format!(
                "Someone was quicker. {} is now: {}. Nothing was stored: look, then press again",
                line.name,
                word(doing(line))
            ),
        }],
    };
    let (account, accounts) = accounts(app, signed_in, line.worker.account).await?;
    let view = PersonView {
        id: line.worker.id.0,
        version: line.version,
        name: line.name.clone(),
        staff_number: found.staff_number.clone(),
        team: found
            .directory
            .team(line.worker.team)
            .map(|team| team.name.clone())
            .unwrap_or_default(),
        doing: doing(line),
        skills: line
            .worker
            .skills
            .0
            .iter()
            .map(|skill| words::skill(skill))
            .collect(),
        shifts: found
            .shifts
            .iter()
            .map(|shift| shift_line(shift, &app.times))
            .collect(),
        acts: acts(signed_in, &found),
        tasks: found.tasks.iter().map(title).collect(),
        account,
        accounts,
        errors,
    };
    Ok(person::page(&view, &signed_in.shell(app, Entry::People)))
}

/// The account that somebody is joined to, and those that they could be joined to, for whoever may
/// do that.
async fn accounts(
    app: &App,
    signed_in: &SignedIn,
    own: Option<ActorId>,
) -> Result<(String, Vec<Choice>), PageError> {
    if !(signed_in.may(LinkWorker) && signed_in.may(ViewAccounts)) {
        let words = own.map(|id| format!("account {id}"));
        return Ok((words.unwrap_or_default(), vec![]));
    }
    let all = app.identity.accounts(signed_in).await?;
    let people = app.tasking.people(signed_in, false).await?;
    let is_free = |id: ActorId| {
        let mut joined = people.lines.iter().filter_map(|line| line.worker.account);
        joined.all(|account| account != id)
    };
    let words = |line: &AccountLine| format!("{} ({})", line.display_name, line.sign_in_name);
    let name = all.iter().find(|line| Some(line.id) == own).map(words);
    let open = all.iter().filter(|line| {
        line.kind == AccountKind::Person
            && line.state != AccountState::Disabled
            && is_free(line.id)
            && line.grants.iter().any(|grant| grant.role == HANDLER)
    });
    let choices = open.map(|line| Choice::plain(line.id.to_string(), words(line)));
    Ok((name.unwrap_or_default(), choices.collect()))
}

/// Which account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkForm {
    version: i64,
    account: i64,
}

/// `POST /people/{person}/link`: whose sign-in it is.
async fn link(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Id(id): Id<WorkerId>,
    Checked(form): Checked<LinkForm>,
) -> Answer {
    let seen = Seen::At(form.version);
    let person = SeenWorker { id, seen };
    let account = ActorId(form.account);
    let step = app.tasking.link_worker(&signed_in, person, account);
    acted(&app, &signed_in, id, step).await
}

fn doing(line: &PersonLine) -> Doing {
    match (&line.task, line.worker.state) {
        (Some(task), WorkerState::OnTask) => Doing::Task(words::state(task.state)),
        (_, state) => Doing::Person(words::person_state(state)),
    }
}

fn word(doing: Doing) -> &'static str {
    match doing {
        Doing::Task(state) => state.word(),
        Doing::Person(state) => state.word(),
    }
}

fn hours(shift: &Shift, times: &Times) -> String {
    format!(
        "{} to {}",
        times.clock(shift.starts_at),
        times.clock(shift.ends_at)
    )
}

fn shift_line(shift: &Shift, times: &Times) -> ShiftLine {
    let breaks: Vec<String> = shift
        .breaks
        .0
        .iter()
        .map(|slot| times.clock(Moment(slot.starts_at)))
        .collect();
    ShiftLine {
        day: times.day(shift.starts_at),
        hours: hours(shift, times),
        breaks: breaks.join(" and "),
    }
}

/// What the person's state allows and the caller may do.
fn acts(caller: &Caller, found: &PersonDetail) -> Vec<PersonAct> {
    use PersonAct as Act;
    let possible: &[Act] = match found.line.worker.state {
        WorkerState::Off => &[Act::StartShift],
        WorkerState::Ready | WorkerState::Ending => &[Act::StartBreak, Act::GoAway, Act::EndShift],
        WorkerState::Silent => &[Act::AnswerPresent, Act::EndShift],
        WorkerState::Break => &[Act::EndBreak, Act::EndShift],
        WorkerState::Comfort => &[Act::ComeBack, Act::EndShift],
        WorkerState::AdHoc => &[Act::StopHelping, Act::EndShift],
        WorkerState::Offered => &[Act::GoAway],
        WorkerState::OnTask => &[],
        WorkerState::Meeting | WorkerState::Emergency | WorkerState::DeviceLost => &[Act::EndShift],
    };
    let may = |act: &Act| match act {
        Act::StartShift => caller.may(StartShift),
        Act::EndShift => caller.may(EndShift),
        Act::StartBreak => caller.may(StartBreak),
        Act::EndBreak => caller.may(EndBreak),
        Act::GoAway | Act::ComeBack | Act::StartHelping | Act::StopHelping | Act::AnswerPresent => {
            caller.may(ChangeAvailability)
        }
    };
    possible.iter().copied().filter(may).collect()
}

/// What a form without fields sends: the version of the person that its page showed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    version: i64,
}

impl Pressed {
    fn on(&self, id: WorkerId) -> Whose {
        let seen = Seen::At(self.version);
        Whose::Of(SeenWorker { id, seen })
    }
}

type Answer = Result<Response, PageError>;

/// Back to where the press came from: the phone for one's own state, else the person's page. If
/// somebody was quicker, the page says how things are.
async fn acted(
    app: &App,
    signed_in: &SignedIn,
    person: WorkerId,
    step: impl Future<Output = Result<(), TaskError>>,
) -> Answer {
    match step.await {
        Ok(()) if signed_in.may(ViewPeople) => {
            Ok(Redirect::to(&format!("/people/{person}")).into_response())
        }
        Ok(()) => Ok(Redirect::to("/phone").into_response()),
        Err(TaskError::Store(StoreError::Quicker)) => {
            let page = page(app, signed_in, person, Quicker::Was).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The forms of one press each.
macro_rules! presses {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        async fn $name(
            State(app): State<Arc<App>>,
            signed_in: SignedIn,
            Id(person): Id<WorkerId>,
            Checked(form): Checked<Pressed>,
        ) -> Answer {
            let step = app.tasking.$name(&signed_in, form.on(person));
            acted(&app, &signed_in, person, step).await
        }
    )+};
}

presses! {
    /// `POST /people/{person}/start_shift`
    start_shift;
    /// `POST /people/{person}/end_shift`
    end_shift;
    /// `POST /people/{person}/start_break`
    start_break;
    /// `POST /people/{person}/end_break`
    end_break;
}

/// The forms that change whether somebody is free.
macro_rules! availability {
    ($($(#[$doc:meta])* $name:ident => $change:ident;)+) => {$(
        $(#[$doc])*
        async fn $name(
            State(app): State<Arc<App>>,
            signed_in: SignedIn,
            Id(person): Id<WorkerId>,
            Checked(form): Checked<Pressed>,
        ) -> Answer {
            let tasking: &Tasking = &app.tasking;
            let change = Availability::$change;
            let step = tasking.change_availability(&signed_in, form.on(person), change);
            acted(&app, &signed_in, person, step).await
        }
    )+};
}

availability! {
    /// `POST /people/{person}/go_away`
    go_away => GoAway;
    /// `POST /people/{person}/come_back`
    come_back => ComeBack;
    /// `POST /people/{person}/start_helping`
    start_helping => StartHelping;
    /// `POST /people/{person}/stop_helping`
    stop_helping => StopHelping;
    /// `POST /people/{person}/answer_present`
    answer_present => AnswerPresent;
}
