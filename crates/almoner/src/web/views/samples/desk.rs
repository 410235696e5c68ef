//! Samples of the desk: board, plan, task, request, people.
//!
//! Next: `settings` for places, task types, imports and accounts.

use super::{MINUTE, NOW_MICROS, SECOND, choices, needs};
use crate::web::parts::states::{Need, PersonState, Priority, TaskState, Vocabulary, WorkKind};
use crate::web::views::ask::{AskForm, AskTaskType, AskView};
use crate::web::views::board::{
    BoardCounts, BoardFilter, BoardRow, BoardView, Doing, Holder, PersonTile, Vitals,
};
use crate::web::views::people::{PeopleView, PersonRow};
use crate::web::views::person::{PersonAct, PersonView, ShiftLine};
use crate::web::views::plan::{PlanBlock, PlanLevel, PlanView, ZoneCard, ZoneDetail};
use crate::web::views::task::{
    ProgressStep, TaskMessage, TaskPromise, TaskView, TimeLineEntry, When, WhyMeasure,
    WhyThisPerson,
};
use crate::web::views::task_actions::{TaskActions, Typed};

/// The board on a busy afternoon.
pub fn board() -> BoardView {
    BoardView {
        filter: BoardFilter::default(),
        counts: BoardCounts {
            all: 12,
            late: 2,
            waiting: 4,
            under_way: 6,
            booked: 1,
        },
        vitals: vitals(),
        rows: rows(),
        people: people_tiles(),
        may_ask: true,
        made_at: "14:16, Sun 22 Nov 2026".into(),
    }
}

fn vitals() -> Vitals {
    Vitals {
        late: 2,
        waiting: 4,
        not_ready: 1,
        under_way: 6,
        free: 1,
        on_shift: 13,
    }
}

/// A task as the board shows it: number, what, from, to; the rest is usual.
fn row(id: i64, title: &str, from: &str, to: &str) -> BoardRow {
    BoardRow {
        id,
        priority: Priority::Routine,
        title: title.into(),
        needs: Vec::new(),
        from: from.into(),
        to: (!to.is_empty()).then(|| to.into()),
        state: TaskState::Queued,
        state_more: String::new(),
        holder: Holder::Finding,
        open_since_micros: Some(NOW_MICROS - 4 * MINUTE - 15 * SECOND),
        order: 10,
        due_micros: Some(NOW_MICROS + 10 * MINUTE),
        due: "14:26".into(),
        is_late: false,
    }
}

fn held_by(mut row: BoardRow, name: &str, state: TaskState) -> BoardRow {
    row.holder = Holder::Person(name.into());
    row.state = state;
    row
}

fn late(mut row: BoardRow, minutes: i64) -> BoardRow {
    row.is_late = true;
    row.order = -minutes;
    row.due_micros = Some(NOW_MICROS - minutes * MINUTE);
    row.open_since_micros = Some(NOW_MICROS - (20 + minutes) * MINUTE - 40 * SECOND);
    row.priority = Priority::Urgent;
    row
}

#[expect(
    clippy::too_many_lines,
    reason = "a list of samples, one after the other"
)]
fn rows() -> Vec<BoardRow> {
    use TaskState::{Accepted, AtPickup, EnRoute, InTransit, Offered, Paused};
    let mut crash = held_by(
        row(4471, "Crash trolley return", "ED Resus 2", "Theatre store"),
        "Dele A.",
        EnRoute,
    );
    crash.priority = Priority::Emergency;
    crash.needs = needs(&[(Need::Equipment, "")]);
    let mut scan = late(row(4463, "Patient to CT", "Kestrel 12", "CT 2"), 6);
    scan.needs = needs(&[
        (Need::Chair, ""),
        (Need::Oxygen, "2 l"),
        (Need::FallsRisk, ""),
    ]);
    scan.holder = Holder::Nobody("No one free with oxygen".into());
    let mut blood = late(row(4458, "Blood to ward", "Blood bank", "Theatre 5"), 4);
    blood.needs = needs(&[(Need::Blood, "")]);
    let mut theatre = row(4466, "Patient to theatre", "Merlin 4", "Theatre 3");
    theatre.priority = Priority::Urgent;
    theatre.needs = needs(&[
        (Need::Bed, ""),
        (Need::Escort, "nurse"),
        (Need::TwoPeople, ""),
    ]);
    let mut echo = row(4462, "Patient to echo", "Kestrel 9", "Cardiology");
    echo.state = TaskState::Held;
    echo.holder = Holder::NotYet("Ward to say ready".into());
    echo.open_since_micros = None;
    let mut samples = held_by(
        row(4451, "Samples round", "4 wards", "Pathology"),
        "Hana T.",
        InTransit,
    );
    samples.state_more = "stop 2 of 4".into();
    samples.needs = needs(&[(Need::Sample, "")]);
    let mut dialysis = row(4440, "Patient to dialysis", "Kestrel 2", "Dialysis");
    dialysis.state = TaskState::Scheduled;
    dialysis.holder = Holder::NotYet("Released at 14:38".into());
    dialysis.open_since_micros = None;
    let mut clean = held_by(
        row(4460, "Bed clean, isolation", "Heron side room 5", ""),
        "Piotr N.",
        Accepted,
    );
    clean.needs = needs(&[(Need::Cleaning, ""), (Need::Isolation, "")]);
    let mut rows = vec![
        scan,
        held_by(blood, "Sunita R.", Paused),
        crash,
        held_by(theatre, "Joel P.", Offered),
        held_by(
            row(4468, "Patient to X-ray", "ED Majors 7", "X-ray 1"),
            "Marta K.",
            EnRoute,
        ),
        row(4469, "Discharge to lounge", "Osprey 21", "Discharge lounge"),
        held_by(
            row(4449, "Patient to ward", "MRI 1", "Heron room 2"),
            "Owen B.",
            InTransit,
        ),
        held_by(
            row(4455, "Patient to ultrasound", "Wren 3", "Ultrasound 2"),
            "Lena F.",
            AtPickup,
        ),
        echo,
        samples,
        clean,
        dialysis,
    ];
    for (minutes, row) in (2..).step_by(3).zip(rows.iter_mut().skip(2)) {
        row.order = minutes;
        row.due_micros = Some(NOW_MICROS + minutes * MINUTE);
        row.due = format!("14:{:02}", 16 + minutes);
        row.open_since_micros = row
            .open_since_micros
            .map(|since| since - minutes * 17 * SECOND);
    }
    rows
}

fn people_tiles() -> Vec<PersonTile> {
    use PersonState::{AdHoc, Break, Comfort, Ending, Ready};
    use TaskState::{AtPickup, EnRoute, InTransit, Offered, Paused};
    let tile = |id, name: &str, doing, zone: &str, detail: &str| PersonTile {
        id,
        name: name.into(),
        doing,
        zone: zone.into(),
        detail: detail.into(),
    };
    vec![
        tile(
            7,
            "Joel P.",
            Doing::Task(Offered),
            "Lifts, level 2",
            "offer 4466",
        ),
        tile(
            8,
            "Dele A.",
            Doing::Person(PersonState::Emergency),
            "ED",
            "4471 crash trolley",
        ),
        tile(
            9,
            "Marta K.",
            Doing::Task(EnRoute),
            "Street, level 1",
            "4468",
        ),
        tile(
            10,
            "Sunita R.",
            Doing::Task(Paused),
            "Theatres",
            "4458, no one to receive",
        ),
        tile(11, "Owen B.", Doing::Task(InTransit), "Imaging", "4449"),
        tile(12, "Lena F.", Doing::Task(AtPickup), "Wren", "4455"),
        tile(13, "Hana T.", Doing::Task(InTransit), "Pathology", "4451"),
        tile(
            14,
            "Piotr N.",
            Doing::Person(PersonState::OnTask),
            "Heron",
            "4460 clean",
        ),
        tile(
            15,
            "Grace S.",
            Doing::Person(AdHoc),
            "Front door",
            "Helping a visitor",
        ),
        tile(16, "Tariq N.", Doing::Person(Ready), "Lodge", ""),
        tile(17, "Efe D.", Doing::Person(Break), "", ""),
        tile(18, "Callum W.", Doing::Person(Comfort), "", ""),
        tile(
            19,
            "Irina V.",
            Doing::Person(Ending),
            "Osprey",
            "Shift ends 14:30",
        ),
    ]
}

/// A board on which the filters hide everything.
pub fn board_without_match() -> BoardView {
    BoardView {
        filter: BoardFilter {
            kind: Some(WorkKind::Cleaning),
            find: "Linnet".into(),
            ..BoardFilter::default()
        },
        rows: Vec::new(),
        ..board()
    }
}

/// The plan of level 2 with one zone looked at.
pub fn plan() -> PlanView {
    let level = |number: &str, words: &str, waiting, people| PlanLevel {
        number: number.into(),
        words: words.into(),
        href: format!("/board/plan?level={number}"),
        late: 0,
        waiting,
        people,
        chosen: false,
    };
    let mut second = level("2", "Wards, theatres", 5, 5);
    second.late = 2;
    second.chosen = true;
    PlanView {
        vitals: vitals(),
        levels: vec![
            level("4", "Maternity, Linnet", 0, 0),
            level("3", "Wards, day surgery", 0, 0),
            second,
            level("1", "Imaging, clinics", 0, 3),
            level("0", "ED, front door", 1, 3),
            level("−1", "Pathology, stores", 0, 1),
        ],
        blocks: plan_blocks(),
        chosen: Some(ZoneDetail {
            name: "Kestrel Ward".into(),
            tasks: rows()
                .into_iter()
                .filter(|row| row.from.starts_with("Kestrel"))
                .collect(),
        }),
        may_ask: true,
        live: "/board/plan/live?level=2".into(),
    }
}

fn plan_blocks() -> Vec<PlanBlock> {
    let zone = |name: &str, words: &str, pins: [usize; 4]| ZoneCard {
        name: name.into(),
        words: words.into(),
        href: format!("/board/plan?zone={}", name.to_lowercase().replace(' ', "-")),
        late: pins[0],
        waiting: pins[1],
        not_ready: pins[2],
        under_way: pins[3],
        people: Vec::new(),
        chosen: false,
    };
    let with = |mut zone: ZoneCard, people: &[(&str, bool)]| {
        zone.people = people
            .iter()
            .map(|(name, free)| ((*name).into(), *free))
            .collect();
        zone
    };
    let mut kestrel = zone("Kestrel Ward", "Cardiology, 28 beds", [1, 0, 1, 1]);
    kestrel.chosen = true;
    let theatres = zone("Theatres 1 to 6", "Recovery 12 bays", [1, 0, 0, 0]);
    let merlin = zone("Merlin Ward", "Surgical, 28 beds", [0, 1, 0, 1]);
    let heron = zone("Heron Ward", "Isolation rooms 1 to 8", [0, 0, 0, 2]);
    let wren = zone("Wren Ward", "Frailty, 24 beds", [0, 1, 0, 1]);
    vec![
        PlanBlock {
            name: "North block".into(),
            zones: vec![
                kestrel,
                with(merlin, &[("Joel P.", false)]),
                with(theatres, &[("Sunita R.", false)]),
                zone("Intensive care", "18 beds", [0; 4]),
            ],
        },
        PlanBlock {
            name: "South block".into(),
            zones: vec![
                with(heron, &[("Piotr N.", false)]),
                with(wren, &[("Lena F.", false)]),
                zone("Dialysis", "16 stations", [0; 4]),
                with(
                    zone("Porters' lodge", "Equipment pool", [0; 4]),
                    &[("Tariq N.", true)],
                ),
            ],
        },
    ]
}

/// A task that someone is walking to.
pub fn task() -> TaskView {
    TaskView {
        id: 4466,
        title: "Patient to theatre".into(),
        state: TaskState::EnRoute,
        state_more: String::new(),
        priority: Priority::Urgent,
        needs: needs(&[
            (Need::Bed, ""),
            (Need::Escort, "nurse"),
            (Need::TwoPeople, ""),
        ]),
        about: "Merlin Ward, bed 4 to Theatre 3. Asked by Anjali K. at 14:08.".into(),
        late_since_micros: None,
        promise: Some(TaskPromise {
            pickup_words: "At the bedside".into(),
            pickup_at: "14:19".into(),
            pickup_detail: "in about 3 min, target 14:22".into(),
            drop_words: "In Theatre 3".into(),
            drop_at: "14:31".into(),
            drop_detail: "target 14:40".into(),
        }),
        progress: [
            "Ready",
            "Offered",
            "Accepted",
            "At pickup",
            "Moving",
            "Theatre 3",
        ]
        .iter()
        .enumerate()
        .map(|(at, words)| ProgressStep {
            words: (*words).into(),
            done: at < 3,
        })
        .collect(),
        time_line: time_line(),
        log_entries: 6,
        why: Some(why()),
        facts: [
            ("Patient", "E. C."),
            ("Oxygen", "None"),
            ("Infection", "Standard precautions"),
            ("Ward", "Merlin, ext. 4412"),
        ]
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect(),
        message: Some(TaskMessage {
            from: "Anjali K., 14:09".into(),
            words: "Drip stand on the left, please come to the far side of the bay.".into(),
        }),
        actions: task_actions(),
        errors: Vec::new(),
    }
}

fn time_line() -> Vec<TimeLineEntry> {
    let entry = |at: &str, state, what: &str, detail: &str, when| TimeLineEntry {
        at: at.into(),
        state,
        what: what.into(),
        detail: detail.into(),
        when,
    };
    use TaskState::{Accepted, AtDrop, AtPickup, EnRoute, Held, Offered, Queued};
    vec![
        entry(
            "14:08",
            None,
            "Asked",
            "by Anjali K., Merlin Ward",
            When::Past,
        ),
        entry(
            "14:08",
            Some(Held),
            "Not ready",
            ": consent form missing",
            When::Past,
        ),
        entry(
            "14:14",
            Some(Queued),
            "Ready to move",
            ". Clock starts, target 14:22",
            When::Past,
        ),
        entry(
            "14:14",
            Some(Offered),
            "Offered",
            "to Joel P., 45 s",
            When::Past,
        ),
        entry(
            "14:15",
            Some(Accepted),
            "Accepted",
            "by Joel P., 21 s later",
            When::Past,
        ),
        entry(
            "14:15",
            Some(EnRoute),
            "Coming",
            ", from Lifts, level 2",
            When::Now,
        ),
        entry("14:19", Some(AtPickup), "At pickup", "", When::Ahead),
        entry(
            "14:31",
            Some(AtDrop),
            "Handover",
            "to theatre team",
            When::Ahead,
        ),
    ]
}

fn why() -> WhyThisPerson {
    let measure = |words: &str, share_percent, value: &str| WhyMeasure {
        words: words.into(),
        share_percent,
        value: value.into(),
    };
    WhyThisPerson {
        name: "Joel P.".into(),
        say: "Joel P. was the nearest of 4 free people with bed and theatre training.".into(),
        measures: vec![
            measure("Walk to bed 4", 80, "2 min"),
            measure("Trained", 100, "bed, theatre"),
            measure("Target", 60, "8 min to spare"),
        ],
        others: vec![
            ("Lena F.".into(), "5 min further away".into()),
            ("Tariq N.".into(), "no theatre training".into()),
        ],
    }
}

fn task_actions() -> TaskActions {
    TaskActions {
        version: 6,
        approve: false,
        reject_reasons: Vec::new(),
        release: false,
        hold: false,
        assign_to: choices(&[
            ("16", "Tariq N., free, 4 min away, no theatre training"),
            ("9", "Marta K., free at about 14:25"),
        ]),
        assign_reasons: choices(&[("KNOWS_PATIENT", "Knows the patient")]),
        recall_reasons: choices(&[
            ("more_urgent", "Needed for something more urgent"),
            ("unreachable", "Cannot be reached"),
            ("wrong_person", "Wrong person for it"),
        ]),
        recall_needs_handover: false,
        cancel_reasons: choices(&[
            ("not_needed", "No longer needed"),
            ("wrong_details", "Wrong details"),
            ("duplicate", "Asked for twice"),
            ("done_by_ward", "The ward did it"),
        ]),
        verify: false,
        typed: Typed::default(),
    }
}

/// The request page with a patient to CT chosen.
pub fn ask() -> AskView {
    let task_type = |code: &str, words: &str, kind| AskTaskType {
        code: code.into(),
        words: words.into(),
        kind,
    };
    AskView {
        ward: "Kestrel Ward".into(),
        task_types: vec![
            task_type("patient", "Move a patient", WorkKind::Patient),
            task_type("equipment", "Fetch equipment", WorkKind::Item),
            task_type("sample", "Send a sample", WorkKind::Item),
            task_type("medicine", "Collect medicine", WorkKind::Item),
            task_type("clean", "Clean a bed", WorkKind::Cleaning),
        ],
        usual_from: choices(&[("kestrel", "Kestrel Ward"), ("ed", "Emergency Department")]),
        usual_to: choices(&[
            ("ct2", "CT 2"),
            ("xray1", "X-ray 1"),
            ("cardiology", "Echo, Cardiology"),
            ("lounge", "Discharge lounge"),
        ]),
        all_places: choices(&[("ct1", "CT 1"), ("ct2", "CT 2"), ("wren", "Wren Ward")]),
        needs: Need::ALL[..14].to_vec(),
        priorities: vec![Priority::Routine, Priority::Urgent],
        chosen: AskForm {
            task_type: "patient".into(),
            from: "kestrel".into(),
            to: "ct2".into(),
            subject: "bed 12".into(),
            when: "now".into(),
            priority: Priority::Urgent.code().into(),
            ..AskForm::default()
        },
        likely: "about 8 min".into(),
        request_key: "5f1c".into(),
        errors: Vec::new(),
    }
}

/// The request page after a mistake: what was chosen is still there.
pub fn ask_with_errors() -> AskView {
    let error = |field: &str, sentence: &str| crate::web::parts::forms::FormError {
        field: field.into(),
        sentence: sentence.into(),
    };
    let mut view = ask();
    view.chosen.to = String::new();
    view.chosen.when = "at".into();
    view.chosen.at = "14:05".into();
    view.errors = vec![
        error("to", "Say where the patient is going"),
        error("at", "14:05 has passed. Choose a time from 14:46"),
    ];
    view
}

/// People on shift.
pub fn people() -> PeopleView {
    let person = |tile: PersonTile| PersonRow {
        id: tile.id,
        name: tile.name,
        team: "Portering".into(),
        doing: tile.doing,
        zone: tile.zone,
        skills: vec!["Chair".into(), "Bed".into(), "Oxygen".into()],
        shift: "07:30 to 15:30".into(),
    };
    PeopleView {
        on_shift_only: true,
        on_shift: 13,
        all: 26,
        people: people_tiles().into_iter().map(person).collect(),
        may_import: true,
    }
}

/// One person's page.
pub fn person() -> PersonView {
    let shift = |day: &str, hours: &str, breaks: &str| ShiftLine {
        day: day.into(),
        hours: hours.into(),
        breaks: breaks.into(),
    };
    PersonView {
        id: 7,
        version: 4,
        name: "Joel P.".into(),
        staff_number: "P-2041".into(),
        team: "Portering".into(),
        doing: Doing::Task(TaskState::EnRoute),
        skills: vec!["Bed".into(), "Chair".into(), "Theatre".into()],
        shifts: vec![
            shift("Sun 22 Nov", "07:30 to 15:30", "10:40"),
            shift("Mon 23 Nov", "07:30 to 15:30", "10:40"),
            shift("Tue 24 Nov", "14:00 to 22:00", ""),
        ],
        acts: vec![
            PersonAct::StartBreak,
            PersonAct::GoAway,
            PersonAct::EndShift,
        ],
        tasks: vec![(4466, "Patient to theatre".into())],
        account: "Joel P. (joel.penhallow)".into(),
        accounts: vec![],
        errors: vec![],
    }
}
