//! Blocks, floors, places and the walks between them.
//!
//! Each place hangs on the lifts of its floor; lifts and stairs join the floors, the hospital
//! street and a tunnel join the blocks. Refuses: distances. What counts is how long it takes.

use care::tasking::import::{EdgeRow, PlaceRow};
use care::tasking::model::{PlaceKind, Way};

use super::NAME;

const BLOCKS: [(char, &str); 5] = [
    ('A', "Aldford"),
    ('B', "Bramley"),
    ('C', "Calder"),
    ('D', "Denholm"),
    ('E', "Elmet"),
];
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
    if level < 0 {
        format!("LIFT-{block}L")
    } else {
        format!("LIFT-{block}{level}")
    }
}

pub(super) fn all() -> Vec<PlaceRow> {
    let row = |block: &str, level: i8, code: String, name: String, kind: PlaceKind| PlaceRow {
        code,
        name,
        kind,
        site: NAME.to_owned(),
        building: block.to_owned(),
        floor: LEVELS
            .iter()
            .find(|(number, _)| *number == level)
            .map_or("", |found| found.1)
            .to_owned(),
        level,
        extension: None,
    };
    let mut rows = Vec::new();
    for (letter, block) in BLOCKS {
        for (level, floor) in LEVELS {
            let name = format!("Lifts {letter}, {}", floor.to_lowercase());
            rows.push(row(
                block,
                level,
                lobby(letter, level),
                name,
                PlaceKind::Junction,
            ));
        }
        for (_, level, code, name, kind, _) in PLACES.iter().filter(|place| place.0 == letter) {
            rows.push(row(
                block,
                *level,
                (*code).to_owned(),
                (*name).to_owned(),
                *kind,
            ));
        }
    }
    let first_extension = 4_400;
    let asked_for = rows.iter_mut().filter(|place| place.kind.is_destination());
    for (extension, place) in (first_extension..).zip(asked_for) {
        place.extension = Some(extension.to_string());
    }
    rows
}

pub(super) fn walks() -> Vec<EdgeRow> {
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
    let streets = [
        (0, "ABCDE", 68),
        (2, "ABCDE", 62),
        (1, "ABC", 58),
        (-1, "BCD", 72),
    ];
    for (level, blocks, seconds) in streets {
        let next = blocks.chars().skip(1);
        for (from, to) in blocks.chars().zip(next) {
            edges.push(walk(
                lobby(from, level),
                lobby(to, level),
                seconds,
                Way::Corridor,
            ));
        }
    }
    // The keyed lift from resuscitation goes up to the theatres, and comes back empty.
    let keyed = walk("ED-RES".to_owned(), "THR".to_owned(), 40, Way::Lift);
    edges.push(EdgeRow {
        is_one_way: true,
        ..keyed
    });
    edges.push(walk(
        "FRONT".to_owned(),
        "ED-MIN".to_owned(),
        95,
        Way::Outside,
    ));
    edges
}
