//! Samples of what is set up: places, task types, imports, accounts, terms, passwords.
//!
//! Next: `assurance` for controls, log and roles.

use super::{choices, needs};
use crate::web::parts::forms::Choice;
use crate::web::parts::states::{Need, WorkKind};
use crate::web::views::accounts::{
    AccountForm, AccountRow, AccountsView, GrantChip, NewCode, RoleForm,
};
use crate::web::views::import::{
    BadLineRow, ChooseFile, DryRun, FieldMatch, ImportDone, ImportView, MatchColumns,
};
use crate::web::views::password::PasswordView;
use crate::web::views::places::{
    BuildingPlaces, FloorPlaces, LocationLine, PlacesView, SitePlaces, WayRow,
};
use crate::web::views::task_types::{NewTaskType, TaskTypeRow, TaskTypesView};
use crate::web::views::teams::{TeamForm, TeamRow, TeamsView};
use crate::web::views::terms::{TermsParagraph, TermsView};

/// Two buildings of the invented hospital.
pub fn places() -> PlacesView {
    let location = |code: &str, name: &str, zone: &str| LocationLine {
        code: code.into(),
        name: name.into(),
        zone: zone.into(),
        href: format!("/places?from={code}"),
    };
    let way = |from: &str, to: &str, seconds, one_way| WayRow {
        from: from.into(),
        to: to.into(),
        seconds,
        one_way,
    };
    let north = BuildingPlaces {
        name: "North block".into(),
        floors: vec![FloorPlaces {
            name: "Level 2".into(),
            locations: vec![
                location("KES", "Kestrel Ward", "Kestrel Ward"),
                location("MER", "Merlin Ward", "Merlin Ward"),
                location("TH3", "Theatre 3", "Theatres 1 to 6"),
            ],
        }],
    };
    let south = BuildingPlaces {
        name: "South block".into(),
        floors: vec![FloorPlaces {
            name: "Level 1".into(),
            locations: vec![
                location("CT2", "CT 2", "Imaging"),
                location("XR1", "X-ray 1", "Imaging"),
            ],
        }],
    };
    PlacesView {
        sites: vec![SitePlaces {
            name: "Harrowmere General Hospital".into(),
            buildings: vec![north, south],
        }],
        ways: vec![
            way("Kestrel Ward", "Lift A, level 2", 40, false),
            way("Lift A, level 2", "Lift A, level 1", 55, false),
            way("Lift A, level 1", "CT 2", 65, false),
            way("Theatre 3", "Recovery", 20, true),
        ],
        ways_in_all: 214,
        may_import: true,
    }
}

/// Two teams, one of them closed.
pub fn teams() -> TeamsView {
    let row = |id, name: &str, is_open| TeamRow {
        id,
        version: 3,
        name: name.into(),
        begins: "Lodge".into(),
        people: 26,
        kinds: 4,
        is_open,
        form: TeamForm {
            name: name.into(),
            base: "1".into(),
        },
    };
    TeamsView {
        teams: vec![row(1, "Portering", true), row(2, "Night porters", false)],
        places: vec![
            Choice::plain("", "Nowhere in particular"),
            Choice::plain("1", "Lodge"),
        ],
        may_save: true,
        may_close: true,
        ..TeamsView::default()
    }
}

/// Three task types.
pub fn task_types() -> TaskTypesView {
    let row = |id, name: &str, kind, training: &str, minutes: [u32; 3]| TaskTypeRow {
        id,
        version: 2,
        name: name.into(),
        kind,
        needs: Vec::new(),
        training: training.into(),
        emergency_minutes: minutes[0],
        urgent_minutes: minutes[1],
        routine_minutes: minutes[2],
        needs_approval: false,
        needs_check: false,
    };
    let mut patient = row(
        1,
        "Move a patient",
        WorkKind::Patient,
        "Moving people",
        [10, 20, 30],
    );
    patient.needs = needs(&[(Need::Chair, "")]);
    let mut clean = row(
        3,
        "Clean a bed",
        WorkKind::Cleaning,
        "Infection control",
        [20, 40, 60],
    );
    clean.needs_check = true;
    TaskTypesView {
        task_types: vec![
            patient,
            row(2, "Fetch equipment", WorkKind::Item, "", [10, 20, 45]),
            clean,
        ],
        may_change: true,
        groups: vec![Choice::plain("PATIENT", "Patients")],
        teams: vec![Choice::plain("Portering", "Portering")],
        modes: vec![
            Choice::plain("", "No patient"),
            Choice::plain("CHAIR", "Chair"),
        ],
        typed: NewTaskType::default(),
        errors: Vec::new(),
    }
}

/// All four steps of an import, and a dry run with problems.
pub fn imports() -> Vec<ImportView> {
    vec![choose(), columns(), good_run(), bad_run(), done()]
}

fn choose() -> ImportView {
    ImportView::Choose(ChooseFile {
        kinds: vec![
            Choice::with_hint("places", "Places", "sites, buildings, floors, locations"),
            Choice::with_hint("edges", "Ways", "walking times in seconds"),
            Choice::with_hint("people", "People", "names, teams, training"),
            Choice::with_hint("shifts", "Shifts", "hours and planned breaks"),
            Choice::with_hint("tasks", "Tasks", "what is asked for and when"),
        ],
        kind: "people".into(),
        largest: "16 MB".into(),
        errors: Vec::new(),
    })
}

fn columns() -> ImportView {
    let field = |field: &str, label: &str, required, header: &str, example: &str| FieldMatch {
        field: field.into(),
        label: label.into(),
        required,
        header: header.into(),
        example: example.into(),
    };
    ImportView::Match(MatchColumns {
        import_id: 12,
        file: "porters.csv".into(),
        kind: "People".into(),
        headers: vec![
            "Name".into(),
            "Payroll No".into(),
            "Dept".into(),
            "Competencies".into(),
        ],
        fields: vec![
            field("name", "Short name", true, "Name", "Joel P."),
            field("staff_number", "Staff number", true, "Payroll No", "P-2041"),
            field("team", "Team", true, "Dept", "Portering"),
            field(
                "skills",
                "Training",
                false,
                "Competencies",
                "Bed; Chair; Theatre",
            ),
        ],
        errors: Vec::new(),
    })
}

fn good_run() -> ImportView {
    ImportView::Checked(DryRun {
        import_id: 12,
        file: "porters.csv".into(),
        kind: "People".into(),
        good: 26,
        new: 24,
        differing: vec![],
        leaves_alone: false,
        new_teams: String::new(),
        unused: String::new(),
        match_href: "/import/12/columns".into(),
        bad_in_all: 0,
        bad: Vec::new(),
    })
}

fn bad_run() -> ImportView {
    let bad = |line, field: &str, problem: &str, value: &str| BadLineRow {
        line,
        field: field.into(),
        problem: problem.into(),
        value: value.into(),
    };
    ImportView::Checked(DryRun {
        import_id: 13,
        file: "shifts.csv".into(),
        kind: "Shifts".into(),
        good: 118,
        new: 118,
        differing: vec![],
        leaves_alone: false,
        new_teams: String::new(),
        unused: String::new(),
        match_href: "/import/12/columns".into(),
        bad_in_all: 3,
        bad: vec![
            bad(
                14,
                "Start",
                "Write the day as 22/11/2026 and the time as 07:30",
                "22-Nov 7.30",
            ),
            bad(
                31,
                "Payroll No",
                "No person has this number; import people first",
                "P-9999",
            ),
            bad(
                88,
                "End",
                "The shift ends before it starts",
                "2026-11-22 06:00",
            ),
        ],
    })
}

fn done() -> ImportView {
    ImportView::Done(ImportDone {
        kind: "People".into(),
        added: 24,
        changed: 2,
        href: "/people?show=all".into(),
    })
}

/// Accounts, with a new one just made.
pub fn accounts() -> AccountsView {
    let row = |id, name: &str, login: &str, role: &str, state: &str| AccountRow {
        id,
        version: 1,
        name: name.into(),
        login: login.into(),
        grants: vec![GrantChip {
            id,
            version: 1,
            words: role.into(),
            may_withdraw: id != 1,
        }],
        state: state.into(),
        may_close: id != 1 && state != "Closed",
        may_grant: id != 1 && state != "Closed",
        may_erase: state == "Closed",
    };
    AccountsView {
        chosen: Some(2),
        accounts: vec![
            row(
                1,
                "Ade B.",
                "ade.b@harrowmere.example",
                "Administrator",
                "Active",
            ),
            row(
                2,
                "Ruth O.",
                "ruth.o@harrowmere.example",
                "Coordinator: Portering",
                "Active",
            ),
            row(
                3,
                "Anjali K.",
                "anjali.k@harrowmere.example",
                "Requester: Kestrel",
                "Active",
            ),
            row(
                4,
                "Noor H.",
                "P-2077",
                "Handler: Portering",
                "Not set up yet",
            ),
            row(5, "Bram T.", "bram.t@harrowmere.example", "none", "Closed"),
        ],
        may_invite: true,
        may_grant: true,
        roles: choices(&[("handler", "Handler"), ("coordinator", "Coordinator")]),
        scopes: choices(&[("all", "Everywhere"), ("team-2", "Team Portering")]),
        device_classes: choices(&[
            ("personal", "Own device: signed out after 15 min"),
            ("shared", "Shared device: signed out after 5 min"),
        ]),
        erase_reasons: choices(&[("asked", "They asked for it")]),
        new_code: Some(NewCode {
            name: "Noor H.".into(),
            code: "heron-lamp-4417-quiet".into(),
            until: "tomorrow 14:16".into(),
        }),
        typed: AccountForm::default(),
        typed_role: RoleForm::default(),
        errors: Vec::new(),
    }
}

/// The terms of use as someone new meets them.
pub fn terms() -> TermsView {
    let paragraph = |heading: &str, words: &str| TermsParagraph {
        heading: heading.into(),
        words: words.into(),
    };
    TermsView {
        version: 3,
        in_force_from: "3 February 2026".into(),
        paragraphs: vec![
            paragraph(
                "Your own account",
                "You sign in as yourself and lend it to nobody.",
            ),
            paragraph("Only for work", "You look only at what your work needs."),
            paragraph(
                "Recorded",
                "What you do and look at is recorded and can be checked.",
            ),
        ],
        changes: vec!["Staff may see who looked at their own data.".into()],
        errors: Vec::new(),
    }
}

/// Choosing a password.
pub fn password() -> PasswordView {
    PasswordView {
        least_characters: 12,
        ..PasswordView::default()
    }
}
