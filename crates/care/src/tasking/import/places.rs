//! Places, one line a location, with its floor, building and site beside it.
//!
//! Refuses: coordinates, which nobody needs for a walk in seconds. That codes are there once only
//! is checked in `across.rs`.

use super::mapping::Field;
use super::{ImportRow, RowCells};
use crate::tasking::model::PlaceKind;

/// One location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRow {
    /// What files and signs call it, once in the hospital.
    pub code: String,
    /// What people call it.
    pub name: String,
    pub kind: PlaceKind,
    pub site: String,
    pub building: String,
    pub floor: String,
    /// 0 is the ground floor.
    pub level: i8,
    /// Its telephone extension.
    pub extension: Option<String>,
}

const KINDS: &[&str] = &[
    "ward",
    "emergency",
    "theatre",
    "imaging",
    "clinic",
    "laboratory",
    "pharmacy",
    "stores",
    "lounge",
    "lodge",
    "entrance",
    "mortuary",
    "junction",
    "other",
];

impl ImportRow for PlaceRow {
    const FIELDS: &'static [Field] = &[
        Field {
            name: "code",
            is_required: true,
            guesses: &[
                "location code",
                "location id",
                "loc id",
                "loc code",
                "room code",
            ],
            meaning: "the code of the location",
        },
        Field {
            name: "name",
            is_required: true,
            guesses: &["location", "location name", "description", "room name"],
            meaning: "the name of the location",
        },
        Field {
            name: "kind",
            is_required: false,
            guesses: &["type", "location type", "category"],
            meaning: "what it is used for",
        },
        Field {
            name: "site",
            is_required: true,
            guesses: &["site name", "hospital", "campus"],
            meaning: "the hospital or campus",
        },
        Field {
            name: "building",
            is_required: true,
            guesses: &["building name", "block"],
            meaning: "the building",
        },
        Field {
            name: "floor",
            is_required: false,
            guesses: &["floor name", "storey"],
            meaning: "the name of the floor",
        },
        Field {
            name: "level",
            is_required: true,
            guesses: &["floor number", "floor no", "level no"],
            meaning: "the number of the floor, 0 for the ground floor",
        },
        Field {
            name: "extension",
            is_required: false,
            guesses: &["ext", "phone", "telephone"],
            meaning: "its telephone extension",
        },
    ];

    fn read(cells: &mut RowCells<'_>) -> Option<Self> {
        let cells = &mut cells.0;
        let code = cells.name("code");
        let name = cells.name("name");
        let kind = cells.choice("kind", kind, KINDS);
        let site = cells.name("site");
        let building = cells.name("building");
        let floor = cells.optional_name("floor");
        let level = cells
            .number("level", -9, 99)
            .and_then(|level| i8::try_from(level).ok());
        let extension = cells.optional_name("extension");
        let level = level?;
        Some(Self {
            code: code?,
            name: name?,
            kind: kind?.unwrap_or(PlaceKind::Other),
            site: site?,
            building: building?,
            floor: floor?.unwrap_or_else(|| format!("Level {level}")),
            level,
            extension: extension?,
        })
    }
}

fn kind(word: &str) -> Option<PlaceKind> {
    match word {
        "ed" | "a&e" | "emergency department" => Some(PlaceKind::Emergency),
        "radiology" | "x-ray" => Some(PlaceKind::Imaging),
        "outpatients" | "treatment" => Some(PlaceKind::Clinic),
        "pathology" | "lab" => Some(PlaceKind::Laboratory),
        "store" | "storage" => Some(PlaceKind::Stores),
        "lift" | "lift lobby" | "corridor" | "stairs" => Some(PlaceKind::Junction),
        word => PlaceKind::from_code(&word.to_uppercase()),
    }
}
