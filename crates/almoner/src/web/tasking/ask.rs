//! Asking for work: the page with four touches, and what comes of it.
//!
//! What was chosen stays when something has to be put right. Refused: fields that the page does not
//! have, and any of them twice. The rules are the operation's; this file knows only how the form
//! spells a wish.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use care::tasking::{
    ask::Wish,
    ask_page::AskChoices,
    error::TaskError,
    model::{LocationId, TaskTypeId, WorkGroup},
    priority,
    rows::{Location, TaskType},
};
use maud::Markup;

use super::{
    pressed_twice::{Press, PressedTwice},
    words,
};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::Checked,
    parts::{
        forms::{Choice, FormError},
        shell::Entry,
        states::{Priority, Vocabulary, WorkKind},
    },
    refusal::{PageError, Refusal},
    times::Times,
    views::{
        ask::{self, AskForm, AskTaskType, AskView},
        problem::Problem,
    },
};

/// Characters of any one field.
const FIELD_MAX: usize = 120;
/// Needs that can be ticked.
const NEEDS_MAX: usize = 32;
/// Usual places on the page.
const USUAL_MAX: usize = 5;
/// The answer for work that ends where it begins.
const NOWHERE: &str = "none";
/// The answer that leads to the list of all places.
const OTHER: &str = "other";
/// What whoever comes reads where the ward gave no initials.
const NO_INITIALS: &str = "No initials given";

/// The routes of asking.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ask", get(show).post(ask_now))
        .layer(Extension(Arc::new(PressedTwice::default())))
}

/// `GET /ask`
async fn show(State(app): State<Arc<App>>, signed_in: SignedIn) -> Result<Markup, PageError> {
    let choices = app.tasking.ask_choices(&signed_in).await?;
    let from = usual(&choices, &choices.usual_from)
        .first()
        .map(|place| place.id.to_string());
    let chosen = AskForm {
        from: from.unwrap_or_default(),
        when: "now".to_owned(),
        priority: Priority::Routine.code().to_owned(),
        ..AskForm::default()
    };
    let key = PressedTwice::new_key();
    let view = view_of(&choices, chosen, key, vec![]);
    Ok(ask::page(&view, &signed_in.shell(&app, Entry::Ask)))
}

/// `POST /ask`
async fn ask_now(
    State(app): State<Arc<App>>,
    Extension(presses): Extension<Arc<PressedTwice>>,
    signed_in: SignedIn,
    Checked(pairs): Checked<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (form, key) = form_of(pairs)?;
    match presses.press(signed_in.actor(), &key) {
        Press::First => {}
        Press::UnderWay => return Ok(Redirect::to("/board").into_response()),
        Press::Done(task) => return Ok(Redirect::to(&format!("/tasks/{task}")).into_response()),
    }
    let asked = asked(&app, &signed_in, &form).await;
    presses.settle(
        signed_in.actor(),
        &key,
        asked.as_ref().ok().and_then(|done| done.task),
    );
    let Asked {
        task,
        choices,
        errors,
    } = asked?;
    if let Some(task) = task {
        return Ok(Redirect::to(&format!("/tasks/{task}")).into_response());
    }
    let view = view_of(&choices, form, key, errors);
    let page = ask::page(&view, &signed_in.shell(&app, Entry::Ask));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What came of a request: a task, or what has to be put right.
struct Asked {
    task: Option<care::tasking::model::TaskId>,
    choices: AskChoices,
    errors: Vec<FormError>,
}

async fn asked(app: &App, signed_in: &SignedIn, form: &AskForm) -> Result<Asked, TaskError> {
    let choices = app.tasking.ask_choices(signed_in).await?;
    let wish = match wish_of(form, &choices, &app.times) {
        Ok(wish) => wish,
        Err(errors) => {
            return Ok(Asked {
                task: None,
                choices,
                errors,
            });
        }
    };
    match app.tasking.request_task(signed_in, wish).await {
        Ok(task) => Ok(Asked {
            task: Some(task),
            choices,
            errors: vec![],
        }),
        Err(error) => match mistake(&error) {
            Some(mistake) => Ok(Asked {
                task: None,
                choices,
                errors: vec![mistake],
            }),
            None => Err(error),
        },
    }
}

/// A refusal that a field of the form can put right.
fn mistake(error: &TaskError) -> Option<FormError> {
    let (field, sentence) = match error {
        TaskError::Places => (
            "to",
            "Choose two different places where work can be asked for",
        ),
        TaskError::Kind => ("task_type", "Choose a kind of work that is on this page"),
        TaskError::TooLong("The bed", _) => ("subject", "Write the bed in 40 characters or less"),
        TaskError::TooLong(..) => ("patient", "Write the initials in 80 characters or less"),
        TaskError::TimePassed => ("at", "Choose a time that is still to come"),
        TaskError::Needs(_) => ("task_type", "Choose needs that are on this page"),
        // Neither end of the work lies in the wards that this person asks for.
        TaskError::NotFound => ("from", "Choose a start or an end in your own ward"),
        _ => return None,
    };
    Some(wrong(field, sentence))
}

fn wrong(field: &str, sentence: &str) -> FormError {
    FormError {
        field: field.to_owned(),
        sentence: sentence.to_owned(),
    }
}

/// The form as the page knows it, and its key. Needs may come more than once, all else once.
fn form_of(pairs: Vec<(String, String)>) -> Result<(AskForm, String), Refusal> {
    let refused = || Refusal::because(Problem::NotUnderstood, "That is not a form of this page.");
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut needs = vec![];
    for (name, value) in pairs {
        if value.chars().count() > FIELD_MAX || needs.len() >= NEEDS_MAX {
            let sentence = "Something typed is longer than the form can hold.";
            return Err(Refusal::because(Problem::NotUnderstood, sentence));
        }
        if name == "needs" {
            needs.push(value);
        } else if fields.insert(name, value).is_some() {
            return Err(refused());
        }
    }
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let key = take("request_key");
    let form = AskForm {
        task_type: take("task_type"),
        from: take("from"),
        from_other: take("from_other"),
        to: take("to"),
        to_other: take("to_other"),
        subject: take("subject"),
        patient: take("patient"),
        when: take("when"),
        at: take("at"),
        priority: take("priority"),
        needs,
    };
    if fields.is_empty() {
        Ok((form, key))
    } else {
        Err(refused())
    }
}

/// The wish that a form spells, or everything that has to be put right.
fn wish_of(form: &AskForm, choices: &AskChoices, times: &Times) -> Result<Wish, Vec<FormError>> {
    let mut errors = vec![];
    let mut or = |found: Option<_>, field: &str, sentence: &str| {
        if found.is_none() {
            errors.push(wrong(field, sentence));
        }
    };
    let kind = kind_of(choices, &form.task_type);
    or(kind.map(drop), "task_type", "Say what is to be done");
    let from = place_of(&form.from, &form.from_other);
    or(from.map(drop), "from", "Say where it begins");
    let ends_here =
        kind.is_some_and(|kind| kind.spec.0.group == WorkGroup::Cleaning) || form.to == NOWHERE;
    let to = place_of(&form.to, &form.to_other).filter(|_| !ends_here);
    or(
        (to.is_some() || ends_here).then_some(()),
        "to",
        "Say where it goes",
    );
    let wanted_at = match form.when.as_str() {
        "at" => {
            let at = times
                .next_clock(&form.at, choices.now)
                .filter(|at| at.0 > choices.now.0);
            or(
                at.map(drop),
                "at",
                "Write a time that is still to come, such as 15:10",
            );
            at
        }
        _ => None,
    };
    let priority = priority::Priority::from_code(&form.priority);
    or(priority.map(drop), "priority", "Say how soon");
    let needs = kind.map(|kind| words::ticked(&kind.spec.0.needs, &form.needs));
    let needs = needs.and_then(Result::ok);
    or(
        (kind.is_none() || needs.is_some()).then_some(()),
        "task_type",
        "Choose needs again",
    );
    let (Some(kind), Some(from), Some(priority), true) = (kind, from, priority, errors.is_empty())
    else {
        return Err(errors);
    };
    Ok(Wish {
        kind: kind.id,
        priority,
        from,
        from_bed: Some(form.subject.clone()),
        to,
        to_bed: None,
        patient: patient(kind, &form.patient),
        needs,
        is_ready: form.when != "not_ready",
        wanted_at: wanted_at.map(|at| at.0),
    })
}

/// A patient is part of every patient's move, named or not: without one the wristband would not be
/// compared, and a handler could be sent with two.
fn patient(kind: &TaskType, initials: &str) -> Option<String> {
    let initials = initials.trim();
    let said = if initials.is_empty() {
        NO_INITIALS
    } else {
        initials
    };
    (kind.spec.0.group == WorkGroup::Patient).then(|| said.to_owned())
}

fn kind_of<'a>(choices: &'a AskChoices, id: &str) -> Option<&'a TaskType> {
    let id: TaskTypeId = id.parse().ok()?;
    let kind = choices.directory.kind(id);
    kind.filter(|kind| choices.directory.is_offered(kind))
}

fn place_of(chosen: &str, other: &str) -> Option<LocationId> {
    if chosen == OTHER {
        other.parse().ok()
    } else {
        chosen.parse().ok()
    }
}

/// The caller's own wards, then the frequent places, then whatever there is.
fn usual<'a>(choices: &'a AskChoices, frequent: &[LocationId]) -> Vec<&'a Location> {
    let own = choices.wards.iter().flatten();
    let mut ids: Vec<LocationId> = vec![];
    for id in own.chain(frequent) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    let found = ids
        .into_iter()
        .filter_map(|id| choices.directory.location(id));
    let mut places: Vec<&Location> = found.filter(|place| is_askable(place)).collect();
    if places.is_empty() {
        places = choices
            .directory
            .locations
            .iter()
            .filter(|place| is_askable(place))
            .collect();
    }
    places.truncate(USUAL_MAX);
    places
}

/// Where work usually goes: the frequent places, then, early in a hospital's life with the system,
/// the departments that every ward sends to; one's own ward last.
fn usual_ends(choices: &AskChoices) -> Vec<&Location> {
    use care::tasking::model::PlaceKind::{Imaging, Laboratory, Lounge, Theatre};
    let directory = &choices.directory;
    let is_department =
        |place: &&Location| matches!(place.kind, Imaging | Laboratory | Lounge | Theatre);
    let frequent = choices
        .usual_to
        .iter()
        .filter_map(|id| directory.location(*id));
    let mut found: Vec<&Location> = vec![];
    for place in frequent.chain(directory.locations.iter().filter(is_department)) {
        if is_askable(place) && !found.iter().any(|other| other.id == place.id) {
            found.push(place);
        }
    }
    found.truncate(USUAL_MAX);
    let own = choices.wards.as_deref().unwrap_or_default();
    found.sort_by_key(|place| own.contains(&place.id)); // stable: the rest stays in order
    found
}

fn is_askable(place: &Location) -> bool {
    place.active && place.kind.is_destination()
}

fn view_of(
    choices: &AskChoices,
    chosen: AskForm,
    request_key: String,
    errors: Vec<FormError>,
) -> AskView {
    let choice = |place: &Location| Choice::plain(place.id.to_string(), place.name.clone());
    let list = |places: Vec<&Location>| places.into_iter().map(choice).collect::<Vec<_>>();
    let from = usual(choices, &choices.usual_from);
    let own = choices
        .wards
        .iter()
        .flatten()
        .filter_map(|id| choices.directory.location(*id));
    let ward = own.map(|place| place.name.clone()).next();
    let mut usual_to = list(usual_ends(choices));
    usual_to.push(Choice::with_hint(
        NOWHERE,
        "It stays here",
        "such as cleaning",
    ));
    AskView {
        ward: ward.unwrap_or_else(|| "anywhere".to_owned()),
        task_types: task_types(choices),
        usual_from: list(from),
        usual_to,
        all_places: list(
            choices
                .directory
                .locations
                .iter()
                .filter(|at| is_askable(at))
                .collect(),
        ),
        needs: words::ASKABLE.to_vec(),
        priorities: vec![Priority::Routine, Priority::Urgent, Priority::Emergency],
        chosen,
        likely: String::new(),
        request_key,
        errors,
    }
}

/// Kinds of work, patients first, each group by name.
fn task_types(choices: &AskChoices) -> Vec<AskTaskType> {
    let kinds = choices
        .directory
        .task_types
        .iter()
        .filter(|kind| choices.directory.is_offered(kind));
    let mut shown: Vec<AskTaskType> = kinds
        .map(|kind| AskTaskType {
            code: kind.id.to_string(),
            words: kind.name.clone(),
            kind: words::work_kind(kind.spec.0.group).unwrap_or(WorkKind::Other),
        })
        .collect();
    shown.sort_by_key(|kind| kind.kind as u8); // stable: names stay in order
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    /// Two ticked needs are both taken.
    #[test]
    fn needs_may_be_ticked_together() {
        let sent = pairs(&[("needs", "OXYGEN"), ("task_type", "3"), ("needs", "CHAIR")]);
        let (form, _) = form_of(sent).unwrap();
        assert_eq!(form.needs, ["OXYGEN", "CHAIR"]);
        assert_eq!(form.task_type, "3");
    }

    /// A form with a field of somebody else's making is turned away, and so is a field sent twice.
    #[test]
    fn an_unknown_or_doubled_field_is_refused() {
        assert!(form_of(pairs(&[("asked_by", "1")])).is_err());
        assert!(form_of(pairs(&[("from", "1"), ("from", "2")])).is_err());
    }

    /// A field that nobody could have typed is turned away before it reaches anything.
    #[test]
    fn an_endless_field_is_refused() {
        let long = "x".repeat(FIELD_MAX + 1);
        assert!(form_of(pairs(&[("subject", &long)])).is_err());
    }

    /// "Another place" takes what was chosen in the list; a usual place takes itself.
    #[test]
    fn another_place_comes_from_the_list() {
        assert_eq!(place_of("4", "9"), Some(LocationId(4)));
        assert_eq!(place_of(OTHER, "9"), Some(LocationId(9)));
        assert_eq!(place_of(OTHER, ""), None);
        assert_eq!(place_of(NOWHERE, "9"), None);
    }
}
