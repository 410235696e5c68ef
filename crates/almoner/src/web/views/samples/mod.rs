//! Samples: each view filled with invented people and places, for the gallery and for snapshots.
//!
//! Nobody in here exists. The hour is always 14:16 on 22 November 2026, so that a picture taken
//! today equals one taken in a year. Next: [`desk`], [`settings`], [`assurance`].

pub mod assurance;
pub mod desk;
pub mod settings;

use super::phone::{FreeView, JobStep, JobView, OfferView, PatientCard, Stage};
use super::phone_day::{DayJob, DayView, ShiftBar};
use super::sign_in::{DemoPerson, SignInView};
use crate::web::parts::forms::Choice;
use crate::web::parts::shell::{Entry, LogLine, Reader, Shell, Theme};
use crate::web::parts::states::{Need, Needed, PersonState, Priority, TaskState};

/// 14:16 on 22 November 2026, UTC, in microseconds since 1970.
pub const NOW_MICROS: i64 = 1_795_356_960_000_000;
/// One second in microseconds.
pub const SECOND: i64 = 1_000_000;
/// One minute in microseconds.
pub const MINUTE: i64 = 60 * SECOND;

/// The frame for a coordinator at a desk.
pub fn shell() -> Shell {
    Shell {
        site: "Harrowmere General Hospital".into(),
        reader: Some(Reader {
            name: "Ruth O.".into(),
            role: "Coordinator, portering".into(),
        }),
        entries: vec![
            Entry::Board,
            Entry::Ask,
            Entry::People,
            Entry::Places,
            Entry::Teams,
            Entry::TaskTypes,
            Entry::Import,
            Entry::Controls,
            Entry::Log,
            Entry::Roles,
            Entry::Accounts,
        ],
        at: Some(Entry::Board),
        theme: Theme::Light,
        now_micros: NOW_MICROS,
        speed: 1,
        session_ends_micros: None,
        quarantine: None,
        log: Some(LogLine {
            entries: 1_204_418,
            anchored: "13:59".into(),
        }),
        notice: None,
        demonstration: true,
    }
}

/// The frame for someone who looks after governance.
pub fn governance_shell(at: Entry) -> Shell {
    Shell {
        reader: Some(Reader {
            name: "Hugh L.".into(),
            role: "Information governance".into(),
        }),
        at: Some(at),
        ..shell()
    }
}

/// The frame at the door, where nobody is signed in.
pub fn door_shell() -> Shell {
    Shell {
        reader: None,
        entries: Vec::new(),
        at: None,
        log: None,
        ..shell()
    }
}

/// The frame on a porter's phone on a late shift: dark.
pub fn porter_shell() -> Shell {
    Shell {
        reader: Some(Reader {
            name: "Joel P.".into(),
            role: "Porter".into(),
        }),
        entries: vec![Entry::Phone],
        at: Some(Entry::Phone),
        theme: Theme::Dark,
        ..shell()
    }
}

/// The sign-in page of a demonstration.
pub fn sign_in() -> SignInView {
    let person = |name: &str, role: &str, on_phone| DemoPerson {
        login: format!("{}@harrowmere.example", name.to_lowercase()),
        password: "three quiet herons".into(),
        name: name.into(),
        role: role.into(),
        on_phone,
    };
    SignInView {
        shared_computer: true,
        shared_idle_minutes: 5,
        demonstration: vec![
            person("Ruth O.", "Coordinator, portering", false),
            person("Joel P.", "Porter, on shift now", true),
            person("Anjali K.", "Nurse, Kestrel Ward", false),
            person("Ade B.", "Administrator", false),
            person("Hugh L.", "Information governance", false),
            person("Vera S.", "Auditor", false),
        ],
        ..SignInView::default()
    }
}

/// A porter who is ready.
pub fn free() -> FreeView {
    FreeView {
        person_id: 7,
        version: 4,
        state: PersonState::Ready,
        words: "Shift ends 15:30".into(),
        control: "5500, radio channel 3".into(),
    }
}

/// An offer with 21 of 45 seconds left.
pub fn offer() -> OfferView {
    OfferView {
        offer_id: 9001,
        version: 1,
        priority: Priority::Urgent,
        title: "Patient to theatre".into(),
        walk: "2 min walk to start".into(),
        from: ("Merlin Ward, bed 4".into(), "2 min".into()),
        to: Some(("Theatre 3".into(), "then 9 min".into())),
        needs: needs(&[(Need::Bed, ""), (Need::Escort, "nurse")]),
        why: "You are nearest with theatre training.".into(),
        ends_micros: NOW_MICROS + 21 * SECOND,
        seconds_given: 45,
        decline_reasons: choices(&[
            ("skill", "Not trained for it"),
            ("safety", "Not safe for me"),
            ("end_of_shift", "My shift ends"),
            ("nearer_colleague", "Someone is nearer"),
            ("conflict", "Busy with something"),
            ("restriction", "Not able today"),
        ]),
    }
}

/// A job on its way to the theatre.
pub fn job() -> JobView {
    let step = |state, words: &str, at: &str, stage| JobStep {
        state,
        words: words.into(),
        at: at.into(),
        stage,
    };
    JobView {
        task_id: 4466,
        version: 6,
        state: TaskState::InTransit,
        title: "Patient to theatre".into(),
        place: "Theatre 3".into(),
        way: "Level 2, through Hospital street, second doors on the left".into(),
        left: "about 6 min to go".into(),
        target: "target 14:40".into(),
        patient: Some(PatientCard {
            name: "E. C.".into(),
            detail: "Merlin Ward, bed 4".into(),
        }),
        needs: needs(&[(Need::Bed, ""), (Need::Escort, "nurse")]),
        steps: vec![
            step(
                TaskState::AtPickup,
                "Merlin Ward, bed 4",
                "14:19",
                Stage::Done,
            ),
            step(TaskState::InTransit, "Theatre 3", "14:31", Stage::Now),
            step(
                TaskState::AtDrop,
                "Hand over to theatre team",
                "",
                Stage::Ahead,
            ),
        ],
        pause: None,
        pause_reasons: choices(&[
            ("patient_not_ready", "Patient not ready"),
            ("with_clinician", "With a clinician"),
            ("toilet", "Toilet"),
            ("no_escort", "No nurse escort"),
            ("lift", "Lift queue"),
            ("receiving_not_ready", "They are not ready"),
        ]),
        hand_back_reasons: Vec::new(),
        abort_reasons: choices(&[
            ("unwell", "Patient unwell"),
            ("refuses", "Patient refuses"),
            ("wrong_details", "Wrong details"),
            ("equipment", "Equipment broken"),
        ]),
        identity_check: Some("wristband"),
        is_on_the_spot: false,
        ward_phone: "4412".into(),
    }
}

/// The same job, paused because the patient is not ready.
pub fn paused_job() -> JobView {
    JobView {
        state: TaskState::Paused,
        place: "Merlin Ward, bed 4".into(),
        pause: Some((
            "Patient not ready. The ward has been told.".into(),
            NOW_MICROS + 3 * MINUTE + 42 * SECOND,
        )),
        pause_reasons: Vec::new(),
        ..job()
    }
}

/// A porter's own day.
pub fn day() -> DayView {
    let done = |at: &str, title: &str, places: &str| DayJob {
        at: at.into(),
        title: title.into(),
        places: places.into(),
        state: TaskState::Completed,
    };
    DayView {
        person_id: 7,
        version: 4,
        state: PersonState::Ready,
        date: "Sunday 22 November".into(),
        shift: Some(ShiftBar {
            starts: "07:30".into(),
            ends: "15:30".into(),
            now_thousandths: 846,
            breaks_thousandths: vec![(396, 458)],
        }),
        figures: vec![
            ("Jobs".into(), "17".into()),
            ("Walked".into(), "9.4 km".into()),
        ],
        jobs: vec![
            done("14:02", "Patient to X-ray", "ED Majors 2 to X-ray 1"),
            done("13:44", "Oxygen cylinder", "Gas store to Wren bay 2"),
            done("13:20", "Blood to ward", "Blood bank to Wren"),
        ],
    }
}

/// Needs with what stands behind the word.
pub fn needs(list: &[(Need, &str)]) -> Vec<Needed> {
    list.iter()
        .map(|(need, detail)| Needed {
            need: *need,
            detail: (*detail).into(),
        })
        .collect()
}

/// Choices as pairs of what is sent and what is read.
pub fn choices(list: &[(&str, &str)]) -> Vec<Choice> {
    list.iter()
        .map(|(value, words)| Choice::plain(*value, *words))
        .collect()
}
