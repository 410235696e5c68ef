//! Places and the ways between them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    routing::get,
};
use care::tasking::{
    directory::Directory,
    events::ImportRows,
    model::{LocationId, SiteId},
    rows::Location,
};
use maud::Markup;
use serde::Deserialize;

use crate::web::{
    app::App,
    caller::SignedIn,
    parts::shell::Entry,
    refusal::PageError,
    views::places::{
        self, BuildingPlaces, FloorPlaces, LocationLine, PlacesView, SitePlaces, WayRow,
    },
};

/// Ways on the page when no place is looked at.
const WAYS_SHOWN: usize = 100;

/// The routes of places.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/places", get(show))
}

/// The place that is looked at.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    from: Option<i64>,
}

/// `GET /places`
async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Markup, PageError> {
    let directory = app.tasking.places(&signed_in).await?;
    let from = wanted.unwrap_or_default().0.from.map(LocationId);
    let ways: Vec<WayRow> = directory
        .walks
        .iter()
        .filter(|walk| from.is_none_or(|from| walk.from_place == from || walk.to_place == from))
        .take(WAYS_SHOWN)
        .map(|walk| WayRow {
            from: directory.place_name(walk.from_place),
            to: directory.place_name(walk.to_place),
            seconds: u32::try_from(walk.seconds).unwrap_or(u32::MAX),
            one_way: walk.one_way,
        })
        .collect();
    let view = PlacesView {
        sites: sites(&directory),
        ways,
        ways_in_all: directory.walks.len(),
        may_import: signed_in.may(ImportRows),
    };
    Ok(places::page(&view, &signed_in.shell(&app, Entry::Places)))
}

/// Sites, buildings by name, floors from the highest, places by name.
fn sites(directory: &Directory) -> Vec<SitePlaces> {
    let site = |id: SiteId, name: &String| SitePlaces {
        name: name.clone(),
        buildings: buildings(directory.locations.iter().filter(|place| place.site == id)),
    };
    directory
        .sites
        .iter()
        .map(|one| site(one.id, &one.name))
        .collect()
}

fn buildings<'a>(places: impl Iterator<Item = &'a Location>) -> Vec<BuildingPlaces> {
    type Floors<'a> = BTreeMap<(std::cmp::Reverse<i64>, &'a str), Vec<LocationLine>>;
    let mut found: BTreeMap<&str, Floors> = BTreeMap::new();
    for place in places {
        let floor = (std::cmp::Reverse(place.level), place.floor.as_str());
        found
            .entry(&place.building)
            .or_default()
            .entry(floor)
            .or_default()
            .push(line(place));
    }
    let floor = |((_, name), locations): ((_, &str), _)| FloorPlaces {
        name: name.to_owned(),
        locations,
    };
    let building = |(name, floors): (&str, Floors)| BuildingPlaces {
        name: name.to_owned(),
        floors: floors.into_iter().map(floor).collect(),
    };
    found.into_iter().map(building).collect()
}

fn line(place: &Location) -> LocationLine {
    LocationLine {
        code: place.code.clone(),
        name: place.name.clone(),
        zone: place.kind.words().to_owned(),
        href: format!("/places?from={}", place.id),
    }
}
