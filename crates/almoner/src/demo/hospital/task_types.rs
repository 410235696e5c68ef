//! The kinds of work of the invented hospital, with their needs, targets and extra steps.
//!
//! The targets are made up, as every hospital sets its own. Which kind is asked for how often is in
//! `../day/mod.rs`.

use care::tasking::model::{Course, Mode, Needs, TaskTypeSpec, WorkGroup};
use care::tasking::priority::ByPriority;

use super::{CLEANING, PORTERING};

/// Targets in minutes: emergency, urgent, routine.
type Targets = (u32, u32, u32);

/// All kinds, in the order in which the settings page shows them.
pub(super) fn all() -> Vec<TaskTypeSpec> {
    [patients(), items(), cleaning()].concat()
}

fn patients() -> Vec<TaskTypeSpec> {
    let theatre = patient(
        "patient-theatre",
        "Patient to theatre",
        Mode::Bed,
        (15, 25, 40),
        360,
    );
    vec![
        patient(
            "patient-imaging",
            "Patient to imaging",
            Mode::Chair,
            (15, 30, 45),
            300,
        ),
        patient(
            "patient-back",
            "Patient back to ward",
            Mode::Chair,
            (15, 30, 45),
            260,
        ),
        for_two(skilled("THEATRE", theatre)),
        patient(
            "patient-transfer",
            "Patient to another ward",
            Mode::Bed,
            (15, 35, 60),
            360,
        ),
        patient(
            "patient-clinic",
            "Patient to clinic",
            Mode::Chair,
            (20, 30, 45),
            260,
        ),
        patient(
            "discharge-lounge",
            "Discharge to lounge",
            Mode::Chair,
            (20, 30, 50),
            300,
        ),
    ]
}

fn items() -> Vec<TaskTypeSpec> {
    let item = |code, name, targets, handling| kind(code, name, WorkGroup::Item, targets, handling);
    let mortuary = kind(
        "mortuary",
        "Mortuary transfer",
        WorkGroup::Other,
        (30, 60, 90),
        900,
    );
    let course = Course {
        has_post_action: true,
        ..Course::default()
    };
    vec![
        labelled(item("sample", "Sample to laboratory", (10, 20, 40), 80)),
        labelled(skilled(
            "BLOOD",
            item("blood", "Blood to ward", (10, 20, 40), 140),
        )),
        labelled(item(
            "medicine-home",
            "Medicine to take home",
            (15, 30, 60),
            100,
        )),
        item("equipment", "Equipment", (15, 30, 60), 160),
        item("oxygen-cylinder", "Oxygen cylinder", (10, 20, 45), 150),
        item("crash-trolley", "Crash trolley return", (15, 25, 40), 180),
        labelled(for_two(skilled(
            "MORTUARY",
            TaskTypeSpec { course, ..mortuary },
        ))),
    ]
}

fn cleaning() -> Vec<TaskTypeSpec> {
    let clean = |code, name, targets, handling| TaskTypeSpec {
        course: Course {
            is_verified: true,
            ..Course::default()
        },
        ..kind(code, name, WorkGroup::Cleaning, targets, handling)
    };
    let isolation = clean(
        "bed-clean-isolation",
        "Bed clean, isolation",
        (45, 75, 120),
        2_400,
    );
    vec![
        clean("bed-clean", "Bed clean, discharge", (30, 50, 90), 1_500),
        skilled("DEEP_CLEAN", isolation),
    ]
}

fn kind(code: &str, name: &str, group: WorkGroup, targets: Targets, handling: u32) -> TaskTypeSpec {
    let (emergency, urgent, routine) = targets;
    TaskTypeSpec {
        code: code.to_owned(),
        name: name.to_owned(),
        group,
        team: if group == WorkGroup::Cleaning {
            CLEANING
        } else {
            PORTERING
        }
        .to_owned(),
        needs: Needs::default(),
        skills: Vec::new(),
        targets: ByPriority {
            emergency,
            urgent,
            routine,
        },
        handling_seconds: handling,
        course: Course::default(),
    }
}

fn patient(code: &str, name: &str, mode: Mode, targets: Targets, handling: u32) -> TaskTypeSpec {
    let needs = Needs::travelling(mode);
    TaskTypeSpec {
        needs,
        ..kind(code, name, WorkGroup::Patient, targets, handling)
    }
}

fn skilled(skill: &str, kind: TaskTypeSpec) -> TaskTypeSpec {
    TaskTypeSpec {
        skills: vec![skill.to_owned()],
        ..kind
    }
}

fn labelled(kind: TaskTypeSpec) -> TaskTypeSpec {
    TaskTypeSpec {
        course: Course {
            checks_identity: true,
            ..kind.course
        },
        ..kind
    }
}

fn for_two(kind: TaskTypeSpec) -> TaskTypeSpec {
    TaskTypeSpec {
        needs: Needs {
            people: 2,
            ..kind.needs
        },
        ..kind
    }
}
