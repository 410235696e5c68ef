//! The board as a plan: levels, blocks and zones with counts. Never a point, never a trail.
//!
//! People stand in the zone of their last press, a floor of a block; tasks at the place they begin.
//! The plan moves by itself, from the same readings as the list. Next: `board_live`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
    routing::get,
};
use care::tasking::{
    board::{Board, BoardTask},
    directory::Directory,
    events::RequestTask,
    model::TaskState,
    rows::Location,
};
use maud::Markup;
use serde::Deserialize;

use super::{
    board::{is_waiting, row, vitals},
    board_live::{self, Screen},
};
use crate::web::{
    app::App,
    caller::SignedIn,
    parts::shell::Entry,
    refusal::PageError,
    times::Times,
    views::{
        board::vitals as vitals_drawn,
        plan::{self, PlanBlock, PlanLevel, PlanView, ZoneCard, ZoneDetail},
    },
};

/// The plan's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/board/plan", get(show))
        .route("/board/plan/live", get(live))
}

/// What is chosen, in the address.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Chosen {
    #[serde(default)]
    level: Option<i64>,
    #[serde(default)]
    zone: Option<i64>,
}

impl Chosen {
    /// Where the changes of a page come from that shows this level.
    fn live(self, level: i64) -> String {
        match self.zone {
            Some(zone) => format!("/board/plan/live?level={level}&zone={zone}"),
            None => format!("/board/plan/live?level={level}"),
        }
    }
}

/// `GET /board/plan`
async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Result<Markup, PageError> {
    let board = app.tasking.board(&signed_in, "plan").await?;
    let directory = app.tasking.directory().await?;
    let Query(chosen) = chosen.unwrap_or_default();
    let view = view_of(&board, &directory, chosen, &app.times);
    let view = PlanView {
        may_ask: signed_in.may(RequestTask),
        ..view
    };
    Ok(plan::page(&view, &signed_in.shell(&app, Entry::Board)))
}

/// `GET /board/plan/live`
async fn live(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Result<Response, PageError> {
    let watch = app.tasking.watch_board(&signed_in, "plan").await?;
    let plan = Plan {
        app: app.clone(),
        chosen: chosen.unwrap_or_default().0,
        shown: None,
    };
    Ok(board_live::stream(app, watch, plan))
}

/// The board as a plan, as one page shows it.
struct Plan {
    app: Arc<App>,
    chosen: Chosen,
    shown: Option<PlanView>,
}

impl Screen for Plan {
    async fn changes(&mut self, board: &Board) -> String {
        // A database that is away comes back, and then the next reading is drawn.
        let Ok(directory) = self.app.tasking.directory().await else {
            return String::new();
        };
        let view = view_of(board, &directory, self.chosen, &self.app.times);
        let html = difference(self.shown.as_ref(), &view, board.now.0);
        self.shown = Some(view);
        html
    }
}

fn difference(shown: Option<&PlanView>, view: &PlanView, now_micros: i64) -> String {
    let mut html = String::new();
    if shown.is_none_or(|shown| shown.vitals != view.vitals) {
        html += &vitals_drawn(&view.vitals).into_string();
    }
    if shown.is_none_or(|shown| shown.levels != view.levels) {
        html += &plan::levels(&view.levels).into_string();
    }
    if shown.is_none_or(|shown| shown.blocks != view.blocks) {
        html += &plan::plan(&view.blocks).into_string();
    }
    if shown.is_none_or(|shown| shown.chosen != view.chosen) {
        html += &plan::detail(view.chosen.as_ref(), now_micros).into_string();
    }
    html
}

fn view_of(board: &Board, directory: &Directory, chosen: Chosen, times: &Times) -> PlanView {
    let zone = chosen.zone.and_then(|id| {
        directory
            .locations
            .iter()
            .find(|location| location.id.0 == id)
    });
    let level = zone.map(|zone| zone.level).or(chosen.level);
    let level = level.unwrap_or_else(|| busiest(board, directory));
    PlanView {
        vitals: vitals(board),
        levels: levels(board, directory, level),
        blocks: blocks(board, directory, level, chosen.zone),
        chosen: zone.map(|zone| ZoneDetail {
            name: zone.name.clone(),
            tasks: here(board, zone).map(|task| row(task, times)).collect(),
        }),
        may_ask: false,
        live: chosen.live(level),
    }
}

fn here<'a>(board: &'a Board, zone: &'a Location) -> impl Iterator<Item = &'a BoardTask> {
    board
        .tasks
        .iter()
        .filter(|task| task.from_place() == zone.id)
}

/// The level with the most tasks, so that the first look shows something.
fn busiest(board: &Board, directory: &Directory) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for task in &board.tasks {
        if let Some(location) = directory.location(task.from_place()) {
            *counts.entry(location.level).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(0, |(level, _)| level)
}

fn levels(board: &Board, directory: &Directory, chosen: i64) -> Vec<PlanLevel> {
    let mut by_level: BTreeMap<i64, Vec<&Location>> = BTreeMap::new();
    for location in &directory.locations {
        by_level.entry(location.level).or_default().push(location);
    }
    let level = |(number, places): (i64, Vec<&Location>)| {
        let is_here = |task: &&BoardTask| places.iter().any(|at| at.id == task.from_place());
        let tasks: Vec<_> = board.tasks.iter().filter(is_here).collect();
        let mut kinds: Vec<&str> = places
            .iter()
            .filter(|at| at.kind.is_destination())
            .map(|at| at.kind.words())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.truncate(3);
        let zones: Vec<String> = places.iter().map(|at| at.zone()).collect();
        let there = board.people.iter().filter(|person| {
            person
                .zone
                .as_ref()
                .is_some_and(|zone| zones.contains(zone))
        });
        PlanLevel {
            number: number.to_string().replace('-', "−"),
            words: kinds.join(", "),
            href: format!("/board/plan?level={number}"),
            late: tasks.iter().filter(|task| task.is_late).count(),
            waiting: tasks.iter().filter(|task| is_waiting(task)).count(),
            people: there.count(),
            chosen: number == chosen,
        }
    };
    by_level.into_iter().rev().map(level).collect()
}

fn blocks(board: &Board, directory: &Directory, level: i64, chosen: Option<i64>) -> Vec<PlanBlock> {
    let mut by_block: BTreeMap<&str, Vec<&Location>> = BTreeMap::new();
    let on_level = directory
        .locations
        .iter()
        .filter(|at| at.level == level && at.active);
    for location in on_level.filter(|at| at.kind.is_destination()) {
        by_block
            .entry(&location.building)
            .or_default()
            .push(location);
    }
    let block = |(name, places): (&str, Vec<&Location>)| {
        let floor = places.first().map(|at| at.zone()).unwrap_or_default();
        let mut zones = vec![floor_card(board, &floor, level)];
        zones.extend(places.into_iter().map(|place| card(board, place, chosen)));
        PlanBlock {
            name: name.to_owned(),
            zones,
        }
    };
    by_block.into_iter().map(block).collect()
}

/// The zone that people are known by: the whole floor of a block.
fn floor_card(board: &Board, zone: &str, level: i64) -> ZoneCard {
    let there = board
        .people
        .iter()
        .filter(|person| person.zone.as_deref() == Some(zone));
    let people = there.map(|person| (person.name.clone(), person.state.may_be_offered()));
    ZoneCard {
        name: "This floor".to_owned(),
        words: "People last seen here".to_owned(),
        href: format!("/board/plan?level={level}"),
        late: 0,
        waiting: 0,
        not_ready: 0,
        under_way: 0,
        people: people.collect(),
        chosen: false,
    }
}

fn card(board: &Board, place: &Location, chosen: Option<i64>) -> ZoneCard {
    let count =
        |is: &dyn Fn(&BoardTask) -> bool| here(board, place).filter(|task| is(task)).count();
    ZoneCard {
        name: place.name.clone(),
        words: place.kind.words().to_owned(),
        href: format!("/board/plan?zone={}", place.id),
        late: count(&|task| task.is_late),
        waiting: count(&is_waiting),
        not_ready: count(&|task| task.state == TaskState::Held),
        under_way: count(&|task| task.state.is_in_hand()),
        people: vec![],
        chosen: chosen == Some(place.id.0),
    }
}
