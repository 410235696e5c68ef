//! Walks between neighbouring locations, in seconds.
//!
//! Refuses: walks of nothing and of more than an hour. That both ends exist is checked in
//! `across.rs`.

use super::mapping::Field;
use super::{ImportRow, RowCells};
use crate::tasking::model::Way;

/// One walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeRow {
    /// The code of the location where it begins.
    pub from: String,
    /// The code of the location where it ends.
    pub to: String,
    /// How long it takes with empty hands; for a lift, the usual wait included.
    pub seconds: u32,
    pub way: Way,
    /// It cannot be walked back.
    pub is_one_way: bool,
}

impl ImportRow for EdgeRow {
    const FIELDS: &'static [Field] = &[
        Field {
            name: "from",
            is_required: true,
            guesses: &["from code", "from location", "start", "origin"],
            meaning: "the code of the location where the walk begins",
        },
        Field {
            name: "to",
            is_required: true,
            guesses: &["to code", "to location", "end", "destination"],
            meaning: "the code of the location where it ends",
        },
        Field {
            name: "seconds",
            is_required: true,
            guesses: &[
                "walking seconds",
                "walk seconds",
                "walk time s",
                "time s",
                "duration s",
            ],
            meaning: "how many seconds the walk takes",
        },
        Field {
            name: "way",
            is_required: false,
            guesses: &["kind", "type", "route type"],
            meaning: "corridor, lift, stairs or outside",
        },
        Field {
            name: "one_way",
            is_required: false,
            guesses: &["oneway", "is one way"],
            meaning: "whether it cannot be walked back",
        },
    ];

    fn read(cells: &mut RowCells<'_>) -> Option<Self> {
        let cells = &mut cells.0;
        let from = cells.name("from");
        let to = cells.name("to");
        let seconds = cells
            .number("seconds", 1, 3_600)
            .and_then(|number| u32::try_from(number).ok());
        let choices = &["corridor", "lift", "stairs", "outside"];
        let way = cells.choice("way", |word| Way::from_code(&word.to_uppercase()), choices);
        let is_one_way = cells.yes_no("one_way");
        Some(Self {
            from: from?,
            to: to?,
            seconds: seconds?,
            way: way?.unwrap_or(Way::Corridor),
            is_one_way: is_one_way?,
        })
    }
}
