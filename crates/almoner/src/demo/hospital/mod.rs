//! Harrowmere General Hospital: an invented acute hospital of five blocks and six floors, as the
//! rows that a real one would import.
//!
//! Refuses: any way in of its own. Places, walks, people and shifts are the importers' rows, so
//! that the demonstration goes through the same operations as a customer's first day. What happens
//! there is in `../day`; who the people are, in `names.rs`.

mod places;
mod task_types;
#[cfg(test)]
mod tests;

use care::tasking::import::{BreakRow, EdgeRow, PersonRow, PlaceRow, ShiftRow};
use care::tasking::model::{PlaceKind, TaskTypeSpec};
use care::tasking::priority::MINUTE;

use crate::demo::names::{HANDLERS, Name, OFFICE, REQUESTERS};

/// The hospital's name.
pub const NAME: &str = "Harrowmere General Hospital";
/// The zone of its clocks.
pub const ZONE: &str = "Europe/London";
/// The two teams.
pub const PORTERING: &str = "Portering";
/// See [`PORTERING`].
pub const CLEANING: &str = "Cleaning";

/// What people can be trained for: code and words.
pub const SKILLS: [(&str, &str); 7] = [
    ("OXYGEN", "Oxygen"),
    ("BARIATRIC", "Bariatric moves"),
    ("ISOLATION", "Isolation precautions"),
    ("THEATRE", "Theatre transfers"),
    ("BLOOD", "Blood collection"),
    ("MORTUARY", "Mortuary transfers"),
    ("DEEP_CLEAN", "Deep cleaning"),
];

/// The hospital as it is set up.
#[derive(Clone, Debug)]
pub struct Hospital {
    pub places: Vec<PlaceRow>,
    pub edges: Vec<EdgeRow>,
    pub people: Vec<PersonRow>,
    pub task_types: Vec<TaskTypeSpec>,
    pub accounts: Vec<Account>,
    patterns: Vec<Pattern>,
}

/// Somebody who signs in at a desk: staff of a ward, or of the office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: Name,
    /// requester, coordinator, administrator or auditor
    pub role: &'static str,
    /// The code of the ward, for requesters.
    pub place: Option<&'static str>,
}

/// A working day that comes back every day, in minutes after midnight.
#[derive(Clone, Debug)]
struct Pattern {
    staff_number: String,
    starts: i64,
    ends: i64,
    breaks: [(i64, i64); 2],
}

impl Hospital {
    /// The shifts that begin on the day whose midnight is `midnight` (microseconds, UTC). Those of
    /// the night reach into the next day: a running hospital needs the day before as well.
    pub fn shifts_on(&self, midnight: i64) -> Vec<ShiftRow> {
        let at = |minutes: i64| midnight + minutes * MINUTE;
        let shift = |pattern: &Pattern| ShiftRow {
            staff_number: pattern.staff_number.clone(),
            starts_at: at(pattern.starts),
            ends_at: at(pattern.ends),
            breaks: pattern
                .breaks
                .iter()
                .map(|(from, to)| BreakRow {
                    starts_at: at(*from),
                    ends_at: at(*to),
                })
                .collect(),
        };
        self.patterns.iter().map(shift).collect()
    }

    /// The codes of all places of a kind, in the order of the list.
    pub fn codes_of(&self, kind: PlaceKind) -> Vec<&str> {
        let places = self.places.iter().filter(|place| place.kind == kind);
        places.map(|place| place.code.as_str()).collect()
    }

    /// A kind of work by its code.
    pub fn task_type(&self, code: &str) -> Option<&TaskTypeSpec> {
        self.task_types.iter().find(|kind| kind.code == code)
    }
}

/// Builds the hospital; it is the same every time.
pub fn harrowmere() -> Hospital {
    let (people, patterns) = staff();
    let wards = [
        "KES", "MER", "OSP", "HER", "WRE", "LAP", "CUR", "PLO", "ED-MAJ", "CT1", "THR", "SWI",
    ];
    let at_wards = REQUESTERS.iter().zip(wards);
    let requesters = at_wards.map(|(name, code)| Account {
        name: *name,
        role: "requester",
        place: Some(code),
    });
    let office = OFFICE.iter().map(|(name, role)| Account {
        name: *name,
        role,
        place: None,
    });
    let accounts = requesters.chain(office).collect();
    Hospital {
        places: places::all(),
        edges: places::walks(),
        people,
        task_types: task_types::all(),
        accounts,
        patterns,
    }
}

/// Start, end and the two breaks of each kind of shift, in minutes after midnight.
const EARLY: (i64, i64, [(i64, i64); 2]) = (
    7 * 60,
    15 * 60,
    [(9 * 60 + 30, 9 * 60 + 45), (12 * 60, 12 * 60 + 30)],
);
const DAY: (i64, i64, [(i64, i64); 2]) = (
    8 * 60,
    16 * 60,
    [(10 * 60 + 30, 10 * 60 + 45), (13 * 60, 13 * 60 + 30)],
);
const LATE: (i64, i64, [(i64, i64); 2]) = (
    13 * 60 + 30,
    21 * 60 + 30,
    [(15 * 60 + 30, 15 * 60 + 45), (18 * 60, 18 * 60 + 30)],
);
const NIGHT: (i64, i64, [(i64, i64); 2]) = (
    21 * 60 + 15,
    31 * 60 + 15,
    [(24 * 60 + 30, 25 * 60), (28 * 60, 28 * 60 + 30)],
);

/// 14 people by day, 8 late and 4 at night; among them 4, 2 and 1 cleaners. On each shift somebody
/// is trained for each thing that can be asked.
fn staff() -> (Vec<PersonRow>, Vec<Pattern>) {
    let mut people = Vec::new();
    let mut patterns = Vec::new();
    for (index, name) in HANDLERS.iter().enumerate() {
        let (place_in_shift, size, cleaners, times) = match index {
            0..14 => (index, 14, 4, if index % 4 < 2 { EARLY } else { DAY }),
            14..22 => (index - 14, 8, 2, LATE),
            _ => (index - 22, 4, 1, NIGHT),
        };
        let is_cleaner = place_in_shift >= size - cleaners;
        let staff_number = format!("HG{:04}", 2_101 + index * 17);
        people.push(PersonRow {
            staff_number: staff_number.clone(),
            name: name.full(),
            team: if is_cleaner { CLEANING } else { PORTERING }.to_owned(),
            skills: skills(place_in_shift, is_cleaner),
            base: Some("LODGE".to_owned()),
        });
        let (starts, ends, breaks) = times;
        patterns.push(Pattern {
            staff_number,
            starts,
            ends,
            breaks,
        });
    }
    (people, patterns)
}

fn skills(place_in_shift: usize, is_cleaner: bool) -> Vec<String> {
    let codes: &[&str] = match (is_cleaner, place_in_shift % 4) {
        (true, 1 | 3) => &["DEEP_CLEAN", "ISOLATION"],
        (true, _) => &["ISOLATION"],
        (false, 0) => &["BLOOD", "MORTUARY", "OXYGEN", "THEATRE"],
        (false, 1) => &["BARIATRIC", "ISOLATION", "MORTUARY", "OXYGEN", "THEATRE"],
        (false, 2) => &["BLOOD", "ISOLATION", "THEATRE"],
        (false, _) => &["BARIATRIC", "OXYGEN"],
    };
    codes.iter().map(|code| (*code).to_owned()).collect()
}
