//! Harrowmere General Hospital: an invented acute hospital of five blocks and six floors, as the rows
//! that a real one would import.
//!
//! Refuses: any way in of its own. Places, walks, people and shifts are the importers' rows, so that the
//! demonstration goes through the same operations as a customer's first day. What happens there is in
//! `day.rs`; who the people are, in `names.rs`.

use care::tasking::import::{BreakRow, EdgeRow, PersonRow, PlaceRow, ShiftRow};
use care::tasking::model::{Course, Mode, Needs, PlaceKind, TaskTypeSpec, Way, WorkGroup};
use care::tasking::priority::{ByPriority, MINUTE};

use super::names::{HANDLERS, Name, OFFICE, REQUESTERS};

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
    /// The shifts that begin on the day whose midnight is `midnight` (microseconds, UTC). Those of the
    /// night reach into the next day: a running hospital needs the day before as well.
    pub fn shifts_on(&self, midnight: i64) -> Vec<ShiftRow> {
        let at = |minutes: i64| midnight + minutes * MINUTE;
        let shift = |pattern: &Pattern| ShiftRow {
            staff_number: pattern.staff_number.clone(),
            starts_at: at(pattern.starts),
            ends_at: at(pattern.ends),
            breaks: pattern
                .breaks
                .iter()
                .map(|(from, to)| BreakRow { starts_at: at(*from), ends_at: at(*to) })
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
    let wards = ["KES", "MER", "OSP", "HER", "WRE", "LAP", "CUR", "PLO", "ED-MAJ", "CT1", "THR", "SWI"];
    let at_wards = REQUESTERS.iter().zip(wards);
    let requesters =
        at_wards.map(|(name, code)| Account { name: *name, role: "requester", place: Some(code) });
    let office = OFFICE.iter().map(|(name, role)| Account { name: *name, role, place: None });
    let accounts = requesters.chain(office).collect();
    Hospital { places: places(), edges: edges(), people, task_types: task_types(), accounts, patterns }
}

const BLOCKS: [(char, &str); 5] =
    [('A', "Aldford"), ('B', "Bramley"), ('C', "Calder"), ('D', "Denholm"), ('E', "Elmet")];
const LEVELS: [(i8, &str); 6] = [
    (-1, "Lower ground"),
    (0, "Ground"),
    (1, "Level 1"),
    (2, "Level 2"),
    (3, "Level 3"),
    (4, "Level 4"),
];

type Place = (char, i8, &'static str, &'static str, PlaceKind, u32);

/// Block, level, code, name, kind, and seconds from the lifts of that level.
const PLACES: [Place; 65] = {
    use PlaceKind as K;
    [
        ('A', -1, "LINEN", "Linen store", K::Stores, 25),
        ('A', -1, "RECORDS", "Health records", K::Other, 40),
        ('A', 0, "FRONT", "Front door", K::Entrance, 20),
        ('A', 0, "LOUNGE", "Discharge lounge", K::Lounge, 35),
        ('A', 0, "CL1", "Clinics 1 to 4", K::Clinic, 45),
        ('A', 1, "CUR", "Curlew Ward", K::Ward, 30),
        ('A', 1, "PLO", "Plover Ward", K::Ward, 40),
        ('A', 2, "KES", "Kestrel Ward", K::Ward, 32),
        ('A', 2, "MER", "Merlin Ward", K::Ward, 38),
        ('A', 3, "SWI", "Swift Ward", K::Ward, 30),
        ('A', 3, "MAR", "Martin Ward", K::Ward, 42),
        ('A', 4, "LIN", "Linnet Ward", K::Ward, 34),
        ('A', 4, "DELIV", "Delivery suite", K::Theatre, 48),
        ('B', -1, "PATH", "Pathology", K::Laboratory, 30),
        ('B', -1, "BLOOD", "Blood bank", K::Laboratory, 38),
        ('B', -1, "MORT", "Mortuary", K::Mortuary, 60),
        ('B', 0, "ED-MAJ", "ED Majors", K::Emergency, 28),
        ('B', 0, "ED-RES", "ED Resus", K::Emergency, 22),
        ('B', 0, "ED-MIN", "ED Minors", K::Emergency, 40),
        ('B', 0, "ED-CHI", "ED Children", K::Emergency, 45),
        ('B', 1, "CT1", "CT 1", K::Imaging, 24),
        ('B', 1, "CT2", "CT 2", K::Imaging, 28),
        ('B', 1, "MRI1", "MRI 1", K::Imaging, 40),
        ('B', 1, "MRI2", "MRI 2", K::Imaging, 44),
        ('B', 1, "XR1", "X-ray 1", K::Imaging, 30),
        ('B', 1, "XR2", "X-ray 2", K::Imaging, 33),
        ('B', 1, "US1", "Ultrasound 1", K::Imaging, 36),
        ('B', 1, "US2", "Ultrasound 2", K::Imaging, 38),
        ('B', 2, "THR", "Theatre reception", K::Theatre, 20),
        ('B', 2, "TH1", "Theatre 1", K::Theatre, 32),
        ('B', 2, "TH2", "Theatre 2", K::Theatre, 36),
        ('B', 2, "TH3", "Theatre 3", K::Theatre, 40),
        ('B', 2, "TH4", "Theatre 4", K::Theatre, 44),
        ('B', 2, "TH5", "Theatre 5", K::Theatre, 48),
        ('B', 2, "TH6", "Theatre 6", K::Theatre, 52),
        ('B', 2, "TH-STORE", "Theatre store", K::Stores, 30),
        ('B', 2, "ICU", "Intensive care", K::Ward, 35),
        ('B', 3, "DAYSURG", "Day surgery", K::Ward, 28),
        ('B', 3, "ENDO", "Endoscopy", K::Clinic, 36),
        ('C', -1, "STORES", "Main stores", K::Stores, 35),
        ('C', -1, "GAS", "Gas store", K::Stores, 55),
        ('C', -1, "EQUIP", "Equipment library", K::Stores, 25),
        ('C', 0, "PHARM", "Pharmacy", K::Pharmacy, 26),
        ('C', 0, "FRACT", "Fracture clinic", K::Clinic, 34),
        ('C', 1, "LAP", "Lapwing, acute assessment", K::Ward, 24),
        ('C', 1, "DUN", "Dunlin Ward", K::Ward, 36),
        ('C', 2, "CARDIO", "Cardiology", K::Clinic, 30),
        ('C', 2, "OSP", "Osprey Ward", K::Ward, 34),
        ('C', 3, "KIN", "Kingfisher Ward", K::Ward, 32),
        ('C', 3, "GOL", "Goldfinch Ward", K::Ward, 40),
        ('C', 4, "ROB", "Robin, children", K::Ward, 30),
        ('C', 4, "NEO", "Neonatal unit", K::Ward, 38),
        ('D', 0, "ONC", "Oncology day unit", K::Clinic, 32),
        ('D', 1, "TEA", "Teal Ward", K::Ward, 30),
        ('D', 1, "CL5", "Clinics 5 to 8", K::Clinic, 38),
        ('D', 2, "HER", "Heron Ward", K::Ward, 36),
        ('D', 2, "DIAL", "Dialysis", K::Clinic, 28),
        ('D', 3, "SKY", "Skylark Ward", K::Ward, 34),
        ('D', 3, "NIG", "Nightingale Ward", K::Ward, 44),
        ('E', 0, "HYDRO", "Hydrotherapy", K::Clinic, 40),
        ('E', 1, "AVO", "Avocet Ward", K::Ward, 32),
        ('E', 2, "WRE", "Wren Ward", K::Ward, 30),
        ('E', 2, "GYM", "Gym", K::Clinic, 36),
        ('E', 2, "LODGE", "Porters' lodge", K::Lodge, 18),
        ('E', 3, "STA", "Starling Ward", K::Ward, 34),
    ]
};

/// The code of the lift lobby of a block and level: "LIFT-A2", "LIFT-BL" on the lower ground.
fn lobby(block: char, level: i8) -> String {
    if level < 0 { format!("LIFT-{block}L") } else { format!("LIFT-{block}{level}") }
}

fn places() -> Vec<PlaceRow> {
    let row = |block: &str, level: i8, code: String, name: String, kind: PlaceKind| PlaceRow {
        code,
        name,
        kind,
        site: NAME.to_owned(),
        building: block.to_owned(),
        floor: LEVELS.iter().find(|(number, _)| *number == level).map_or("", |found| found.1).to_owned(),
        level,
        extension: None,
    };
    let mut rows = Vec::new();
    for (letter, block) in BLOCKS {
        for (level, floor) in LEVELS {
            let name = format!("Lifts {letter}, {}", floor.to_lowercase());
            rows.push(row(block, level, lobby(letter, level), name, PlaceKind::Junction));
        }
        for (_, level, code, name, kind, _) in PLACES.iter().filter(|place| place.0 == letter) {
            rows.push(row(block, *level, (*code).to_owned(), (*name).to_owned(), *kind));
        }
    }
    let first_extension = 4_400;
    let asked_for = rows.iter_mut().filter(|place| place.kind.is_destination());
    for (extension, place) in (first_extension..).zip(asked_for) {
        place.extension = Some(extension.to_string());
    }
    rows
}

fn edges() -> Vec<EdgeRow> {
    let walk = |from: String, to: String, seconds: u32, way: Way| EdgeRow {
        from,
        to,
        seconds,
        way,
        is_one_way: false,
    };
    let to_lobby = |place: &Place| {
        let (block, level, code, _, _, seconds) = *place;
        walk(lobby(block, level), code.to_owned(), seconds, Way::Corridor)
    };
    let mut edges: Vec<EdgeRow> = PLACES.iter().map(to_lobby).collect();
    for (block, _) in BLOCKS {
        for (low, _) in LEVELS {
            for (high, _) in LEVELS.iter().filter(|(level, _)| *level > low) {
                let floors = u32::from(low.abs_diff(*high));
                let (from, to) = (lobby(block, low), lobby(block, *high));
                // A lift is mostly waiting; its floors hardly count.
                edges.push(walk(from.clone(), to.clone(), 45 + 5 * floors, Way::Lift));
                if floors == 1 {
                    edges.push(walk(from, to, 24, Way::Stairs));
                }
            }
        }
    }
    // The hospital street runs through all blocks on two levels, the tunnel through three.
    let streets = [(0, "ABCDE", 68), (2, "ABCDE", 62), (1, "ABC", 58), (-1, "BCD", 72)];
    for (level, blocks, seconds) in streets {
        let next = blocks.chars().skip(1);
        for (from, to) in blocks.chars().zip(next) {
            edges.push(walk(lobby(from, level), lobby(to, level), seconds, Way::Corridor));
        }
    }
    // The keyed lift from resuscitation goes up to the theatres, and comes back empty.
    let keyed = walk("ED-RES".to_owned(), "THR".to_owned(), 40, Way::Lift);
    edges.push(EdgeRow { is_one_way: true, ..keyed });
    edges.push(walk("FRONT".to_owned(), "ED-MIN".to_owned(), 95, Way::Outside));
    edges
}

/// Start, end and the two breaks of each kind of shift, in minutes after midnight.
const EARLY: (i64, i64, [(i64, i64); 2]) = (7 * 60, 15 * 60, [(9 * 60 + 30, 9 * 60 + 45), (12 * 60, 12 * 60 + 30)]);
const DAY: (i64, i64, [(i64, i64); 2]) = (8 * 60, 16 * 60, [(10 * 60 + 30, 10 * 60 + 45), (13 * 60, 13 * 60 + 30)]);
const LATE: (i64, i64, [(i64, i64); 2]) =
    (13 * 60 + 30, 21 * 60 + 30, [(15 * 60 + 30, 15 * 60 + 45), (18 * 60, 18 * 60 + 30)]);
const NIGHT: (i64, i64, [(i64, i64); 2]) =
    (21 * 60 + 15, 31 * 60 + 15, [(24 * 60 + 30, 25 * 60), (28 * 60, 28 * 60 + 30)]);

/// 14 people by day, 8 late and 4 at night; among them 4, 2 and 1 cleaners. On each shift somebody is
/// trained for each thing that can be asked.
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
        patterns.push(Pattern { staff_number, starts, ends, breaks });
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

/// Targets in minutes: emergency, urgent, routine.
type Targets = (u32, u32, u32);

fn kind(code: &str, name: &str, group: WorkGroup, targets: Targets, handling: u32) -> TaskTypeSpec {
    let (emergency, urgent, routine) = targets;
    TaskTypeSpec {
        code: code.to_owned(),
        name: name.to_owned(),
        group,
        team: if group == WorkGroup::Cleaning { CLEANING } else { PORTERING }.to_owned(),
        needs: Needs::default(),
        skills: Vec::new(),
        targets: ByPriority { emergency, urgent, routine },
        handling_seconds: handling,
        course: Course::default(),
    }
}

fn task_types() -> Vec<TaskTypeSpec> {
    let patient = |code, name, mode, targets, handling| TaskTypeSpec {
        needs: Needs::travelling(mode),
        ..kind(code, name, WorkGroup::Patient, targets, handling)
    };
    let item = |code, name, targets, handling| kind(code, name, WorkGroup::Item, targets, handling);
    let clean = |code, name, targets, handling| TaskTypeSpec {
        course: Course { is_verified: true, ..Course::default() },
        ..kind(code, name, WorkGroup::Cleaning, targets, handling)
    };
    let skilled = |skill: &str, kind: TaskTypeSpec| TaskTypeSpec { skills: vec![skill.to_owned()], ..kind };
    let labelled = |kind: TaskTypeSpec| TaskTypeSpec {
        course: Course { checks_identity: true, ..kind.course },
        ..kind
    };
    let for_two = |kind: TaskTypeSpec| TaskTypeSpec {
        needs: Needs { people: 2, ..kind.needs.clone() },
        ..kind
    };
    vec![
        patient("patient-imaging", "Patient to imaging", Mode::Chair, (15, 30, 45), 300),
        patient("patient-back", "Patient back to ward", Mode::Chair, (15, 30, 45), 260),
        for_two(skilled(
            "THEATRE",
            patient("patient-theatre", "Patient to theatre", Mode::Bed, (15, 25, 40), 360),
        )),
        patient("patient-transfer", "Patient to another ward", Mode::Bed, (15, 35, 60), 360),
        patient("patient-clinic", "Patient to clinic", Mode::Chair, (20, 30, 45), 260),
        patient("discharge-lounge", "Discharge to lounge", Mode::Chair, (20, 30, 50), 300),
        labelled(item("sample", "Sample to laboratory", (10, 20, 40), 80)),
        labelled(skilled("BLOOD", item("blood", "Blood to ward", (10, 20, 40), 140))),
        labelled(item("medicine-home", "Medicine to take home", (15, 30, 60), 100)),
        item("equipment", "Equipment", (15, 30, 60), 160),
        item("oxygen-cylinder", "Oxygen cylinder", (10, 20, 45), 150),
        item("crash-trolley", "Crash trolley return", (15, 25, 40), 180),
        clean("bed-clean", "Bed clean, discharge", (30, 50, 90), 1_500),
        skilled("DEEP_CLEAN", clean("bed-clean-isolation", "Bed clean, isolation", (45, 75, 120), 2_400)),
        for_two(skilled(
            "MORTUARY",
            TaskTypeSpec {
                course: Course { checks_identity: true, has_post_action: true, ..Course::default() },
                ..kind("mortuary", "Mortuary transfer", WorkGroup::Other, (30, 60, 90), 900)
            },
        )),
    ]
}

#[cfg(test)]
#[path = "hospital_tests.rs"]
mod tests;
