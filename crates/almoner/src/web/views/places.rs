//! Places: sites, buildings, floors, locations, and the ways between them in seconds.
//!
//! Places come in by import, because a hospital has them in a list already. Next: `import`.

use maud::{Markup, html};

use crate::web::parts::blocks::{Empty, Panel, Weight, button_link, chip, page_head};
use crate::web::parts::clocks::grouped;
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::tables::{Column, figures, table, words};

/// What the places page shows.
#[derive(Debug, Clone)]
pub struct PlacesView {
    /// The sites with all that is in them.
    pub sites: Vec<SitePlaces>,
    /// The ways shown, from the place that is looked at or the first of all.
    pub ways: Vec<WayRow>,
    /// How many ways there are in all.
    pub ways_in_all: usize,
    /// Whether this person may bring places in.
    pub may_import: bool,
}

/// One site.
#[derive(Debug, Clone)]
pub struct SitePlaces {
    /// The site's name.
    pub name: String,
    /// Its buildings.
    pub buildings: Vec<BuildingPlaces>,
}

/// One building.
#[derive(Debug, Clone)]
pub struct BuildingPlaces {
    /// The building's name.
    pub name: String,
    /// Its floors, the highest first.
    pub floors: Vec<FloorPlaces>,
}

/// One floor.
#[derive(Debug, Clone)]
pub struct FloorPlaces {
    /// The floor's name, such as “Level 2”.
    pub name: String,
    /// Its locations: code, name and zone of each.
    pub locations: Vec<LocationLine>,
}

/// One location.
#[derive(Debug, Clone)]
pub struct LocationLine {
    /// The code that exports use.
    pub code: String,
    /// The name people say.
    pub name: String,
    /// The zone it lies in; may be empty.
    pub zone: String,
    /// Where its ways are shown.
    pub href: String,
}

/// One way between two locations.
#[derive(Debug, Clone)]
pub struct WayRow {
    /// Where it starts.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// How long a person walks, in seconds.
    pub seconds: u32,
    /// Whether it can be walked in one direction only.
    pub one_way: bool,
}

/// `GET /places`
pub fn page(view: &PlacesView, shell: &Shell) -> Markup {
    let import = html! {
        @if view.may_import {
            (button_link("Import places", Some(icons::FILE_UP), "/import", Weight::Solid))
        }
    };
    let about = html! { "Where work starts and ends, and how long it takes to walk there." };
    let body = html! {
        (page_head("Places", about, import))
        @if view.sites.is_empty() {
            (Panel { body: nothing(), flush: true, ..Panel::default() })
        } @else {
            div."al-cols al-cols--side" {
                div.al-stack { @for site in &view.sites { (site_panel(site)) } }
                (ways(view))
            }
        }
    };
    let page = Page {
        title: "Places",
        help: "places",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn nothing() -> Markup {
    html! {
        (Empty {
            icon: icons::BUILDING_2,
            title: "No places yet",
            why: html! { "Bring in a list of buildings, floors and locations first." },
            way_on: button_link("Import places", None, "/import", Weight::Solid),
        })
    }
}

fn site_panel(site: &SitePlaces) -> Markup {
    let body = html! {
        @for building in &site.buildings {
            details.al-building open[site.buildings.len() < 3] {
                summary {
                    b { (building.name) }
                    span.al-2 { " " (count(building)) " locations" }
                }
                @for floor in &building.floors {
                    h3.al-h4 { (floor.name) }
                    ul.al-locations {
                        @for location in &floor.locations { li { (line(location)) } }
                    }
                }
            }
        }
    };
    html! { (Panel { title: &site.name, body, flush: true, ..Panel::default() }) }
}

fn count(building: &BuildingPlaces) -> usize {
    building
        .floors
        .iter()
        .map(|floor| floor.locations.len())
        .sum()
}

fn line(location: &LocationLine) -> Markup {
    html! {
        a href=(location.href) { (location.name) }
        span."al-mono al-2" { (location.code) }
        @if !location.zone.is_empty() { (chip(icons::MAP_PIN, &location.zone)) }
    }
}

fn ways(view: &PlacesView) -> Markup {
    const COLUMNS: [Column; 3] = [words("From"), words("To"), figures("Seconds")];
    let rows = html! {
        @for way in &view.ways {
            tr {
                td { (way.from) }
                td { (way.to) @if way.one_way { " " span.al-2 { "one way" } } }
                td.al-num { (way.seconds) }
            }
        }
    };
    let shown = grouped(view.ways.len() as u64);
    let foot = html! { (shown) " of " (grouped(view.ways_in_all as u64)) " ways" };
    html! {
        (Panel {
            title: "Ways",
            body: table("Ways between places", "", &COLUMNS, rows),
            foot: Some(foot),
            flush: true,
            ..Panel::default()
        })
    }
}
