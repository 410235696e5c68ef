//! Files from elsewhere: all of a file or nothing, and the same file twice is the same hospital.

use care::tasking::{
    directory::Directory,
    error::TaskError,
    import::{PersonRow, TaskRow},
    priority::Priority,
    setup::TeamRow,
    storing::Differing,
};

use crate::{
    house::House,
    send::{Answer, file},
};

const PLACES: &str = "code,name,kind,site,building,floor,level\n\
    LAB,Laboratory,LABORATORY,MAIN,North house,Ground,0\n\
    THEATRE,Theatre one,THEATRE,MAIN,North house,First,1\n";
const WAYS: &str = "from,to,seconds,way\n\
    LAB,XRAY,40,CORRIDOR\n\
    THEATRE,LAB,55,LIFT\n";
const PEOPLE: &str = "staff_number,name,team,skills,base\n\
    P-7,Priya S.,Portering,BLOOD,LODGE\n\
    C-8,Callum T.,Cleaning,,LODGE\n";
const SHIFTS: &str = "staff_number,starts_at,ends_at\n\
    P-1,2027-03-01 07:00,2027-03-01 15:00\n\
    P-2,2027-03-01 07:00,2027-03-01 15:00\n";

async fn send(house: &House, kind: &str, text: &str) -> Answer {
    let sent = file(kind, text);
    house
        .send(house.request(Some(&house.administrator), "POST", "/import", sent))
        .await
}

/// The number under which the page keeps the file.
fn held(answer: &Answer) -> i64 {
    let rest = answer.body.split("/import/").nth(1);
    let number = rest
        .and_then(|rest| rest.split('/').next())
        .and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("no file is kept: {} {}", answer.status, answer.said()))
}

async fn apply(house: &House, sent: &Answer) -> Answer {
    let path = format!("/import/{}/apply", held(sent));
    house.post(&house.administrator, &path, &[]).await
}

async fn directory(house: &House) -> std::sync::Arc<Directory> {
    house.instance.tasking.directory().await.unwrap()
}

/// How many places, ways, people and shifts there are.
async fn counted(house: &House) -> [i64; 4] {
    let database = house.database_url();
    let mut raw = trust::testing::raw::Raw::open(&database).await;
    let mut counts = [0; 4];
    for (count, table) in counts
        .iter_mut()
        .zip(["location", "walk", "worker", "shift"])
    {
        *count = raw.number(&format!("SELECT COUNT(*) FROM {table}")).await;
    }
    raw.close().await;
    counts
}

on_both! {
    /// One line of three is bad: the page says which and why, nothing of the file is stored, and
    /// pressing "import" all the same stores nothing either.
    async fn one_bad_line_and_nothing_is_stored(house: House) {
        let bad = PLACES.replace("THEATRE,Theatre one,THEATRE", "THEATRE,Theatre one,BALLROOM");
        let before = house.position().await;
        let count = directory(&house).await.locations.len();
        let checked = send(&house, "PLACES", &bad).await;
        assert_eq!(checked.status, 200, "{}", checked.said());
        assert!(checked.body.contains("BALLROOM"), "the value that is wrong is shown");
        let cell = "<td class=\"al-num al-mono\">3</td>";
        assert!(checked.body.contains(cell), "the number of the line is shown: {}", checked.said());
        let applied = apply(&house, &checked).await;
        assert!(applied.body.contains("Nothing was imported"), "{}", applied.said());
        assert_eq!(directory(&house).await.locations.len(), count);
        assert_eq!(house.changes_since(before).await, [""; 0]);
    }

    /// A way to a place that nobody knows, a walk of nothing and a code twice are each told by
    /// line.
    async fn every_bad_line_is_told_at_once(house: House) {
        let bad = "from,to,seconds,way\n\
            WARD-A,MOON,40,CORRIDOR\n\
            WARD-A,XRAY,0,CORRIDOR\n\
            WARD-A,WARD-B,60,ROPE\n";
        let checked = send(&house, "WALKS", bad).await;
        for line in [2, 3, 4] {
            let cell = format!("<td class=\"al-num al-mono\">{line}</td>");
            assert!(checked.body.contains(&cell), "line {line}: {}", checked.said());
        }
    }

    /// The same good files twice: the second time everything is there already, and nothing doubles.
    async fn the_same_file_twice_doubles_nothing(house: House) {
        let files =
            [("PLACES", PLACES), ("WALKS", WAYS), ("PEOPLE", PEOPLE), ("SHIFTS", SHIFTS)];
        let mut counts = vec![counted(&house).await];
        for _ in 0..2 {
            for (kind, text) in files {
                let checked = send(&house, kind, text).await;
                assert!(checked.body.contains("Import them now"), "{kind}: {}", checked.said());
                let applied = apply(&house, &checked).await;
                assert_eq!(applied.status, 200, "{kind}: {}", applied.said());
            }
            counts.push(counted(&house).await);
        }
        let [places, ways, people, shifts] = counts[0];
        assert_eq!(counts[1], [places + 2, ways + 2, people + 2, shifts + 2]);
        assert_eq!(counts[2], counts[1]);
        house.assert_intact().await;
    }

    /// A file with other column names waits until somebody has said what they mean; then it is
    /// brought in.
    async fn other_column_names_are_matched_by_hand(house: House) {
        let theirs = PLACES.replacen("code,name,kind", "sigle,appellation,sort", 1);
        let asked = send(&house, "PLACES", &theirs).await;
        let number = held(&asked);
        let columns = [
            ("code", "sigle"),
            ("name", "appellation"),
            ("kind", "sort"),
            ("site", "site"),
            ("building", "building"),
            ("floor", "floor"),
            ("level", "level"),
        ];
        let path = format!("/import/{number}/check");
        let checked = house.post(&house.administrator, &path, &columns).await;
        assert!(checked.body.contains("New: 2."), "{}", checked.said());
        let count = directory(&house).await.locations.len();
        assert_eq!(apply(&house, &checked).await.status, 200);
        assert_eq!(directory(&house).await.locations.len(), count + 2);
    }

    /// A file that is no file, is empty or is far too large is asked for again, with the reason.
    async fn a_file_that_is_none_is_asked_for_again(house: House) {
        let before = house.position().await;
        let large = "x".repeat(care::tasking::import::FILE_BYTES_MAX + 1);
        for (kind, text) in [("PLACES", ""), ("RECIPES", "a,b\n1,2\n"), ("PLACES", &*large)] {
            let answer = send(&house, kind, text).await;
            assert_eq!(answer.status, 422, "{kind}: {}", answer.said());
        }
        for text in ["\u{0}\u{1}\u{2}", "\"", "{", "[[[[", "code\n\"unclosed"] {
            let answer = send(&house, "PLACES", text).await;
            assert!([200, 422].contains(&answer.status), "{text:?}: {}", answer.status);
            assert!(!answer.body.contains("Import them now"), "{text:?}");
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
    }
}

/// So many jobs of another system; one of them, if it is said which, of a kind that nobody knows.
fn jobs(count: usize, unknown: Option<usize>) -> Vec<TaskRow> {
    let job = |number: usize| TaskRow {
        reference: Some(format!("J-{number}")),
        task_type: match unknown == Some(number) {
            true => "moonwalk".to_owned(),
            false => "sample".to_owned(),
        },
        priority: Priority::Routine,
        from: "WARD-A".to_owned(),
        from_bed: None,
        to: Some("XRAY".to_owned()),
        to_bed: None,
        requested_at: 0,
        due_at: None,
        needs: None,
    };
    (0..count).map(job).collect()
}

/// How many rows these tables have: nothing of an import may be left in any of them.
async fn rows_in(house: &House, tables: &[&str]) -> Vec<i64> {
    let database = house.database_url();
    let mut raw = trust::testing::raw::Raw::open(&database).await;
    let mut counts = vec![];
    for table in tables {
        let number = raw.number(&format!("SELECT COUNT(*) FROM {table}")).await;
        counts.push(number);
    }
    raw.close().await;
    counts
}

const TOUCHED: [&str; 5] = ["task", "task_step", "worker", "import_run", "import_part"];

const JOBS: &str = "reference,task_type,priority,from,from_bed,to,requested_at\n\
    J-1,sample,routine,WARD-A,4,XRAY,2026-11-22 08:00\n\
    J-2,sample,routine,WARD-A,,XRAY,2026-11-22 08:05\n";

on_both! {
    /// Two hundred and fifty jobs, and the third part of them cannot be stored: none is there, and
    /// nobody was asked for any of them meanwhile. Put right, the same file goes in as a whole.
    async fn a_failure_in_the_third_part_leaves_nothing(house: House) {
        let (tasking, ada) = (&house.instance.tasking, &house.administrator.caller);
        house.begin_shift(&house.joel).await;
        house.instance.start_services().unwrap();
        let before = rows_in(&house, &TOUCHED).await;
        let mark = house.position().await;
        let failed = tasking.import_tasks(ada, &jobs(250, Some(230)), Differing::LeaveAlone).await;
        assert_eq!(failed, Err(TaskError::Kind));
        assert_eq!(rows_in(&house, &TOUCHED).await, before);
        let left = house.changes_since(mark).await;
        assert_eq!(left[..2], ["tasking.rows_imported"; 2]);
        assert!(left[2..].iter().all(|event| event == "tasking.import_undone"), "{left:?}");
        house.assert_intact().await;
        tasking.import_tasks(ada, &jobs(250, None), Differing::LeaveAlone).await.unwrap();
        let [tasks, .., parts] = rows_in(&house, &TOUCHED).await[..] else { panic!() };
        assert_eq!((tasks, parts), (before[0] + 250, 0), "all are there, and no notes");
        house.assert_intact().await;
    }

    /// People of a team that nobody knows: those before them are not there either, nor is the team
    /// that came with them.
    async fn half_a_list_of_people_is_no_list(house: House) {
        let (tasking, ada) = (&house.instance.tasking, &house.administrator.caller);
        let person = |number: usize| PersonRow {
            staff_number: format!("N-{number}"),
            name: format!("Nobody {number}"),
            team: if number == 210 { "Moon".to_owned() } else { "Drivers".to_owned() },
            skills: vec![],
            base: None,
        };
        let people: Vec<_> = (0..250).map(person).collect();
        let drivers = "Drivers".to_owned();
        let team = TeamRow { code: drivers.clone(), name: drivers, base: None };
        let tables = ["worker", "team", "import_run", "import_part"];
        let before = rows_in(&house, &tables).await;
        let failed = tasking.import_staff(ada, &[team], &people).await;
        assert_eq!(failed, Err(TaskError::NotFound));
        assert_eq!(rows_in(&house, &tables).await, before);
        house.assert_intact().await;
    }

    /// The server stops in the middle of an import: whoever imports next finds nothing of it.
    async fn what_a_stop_left_is_taken_back(house: House) {
        let (tasking, ada) = (&house.instance.tasking, &house.administrator.caller);
        let before = rows_in(&house, &TOUCHED).await;
        let mut notices = house.app.store.notices();
        let jobs = jobs(1_000, None);
        let stopped = async {
            while let Ok(batch) = notices.recv().await {
                if batch.iter().any(|notice| notice.touches(&["import_part"])) {
                    break;
                }
            }
        };
        tokio::select! {
            biased;
            () = stopped => {}
            done = tasking.import_tasks(ada, &jobs, Differing::LeaveAlone) => {
                panic!("it was to be stopped before its end: {done:?}");
            }
        }
        assert_ne!(rows_in(&house, &TOUCHED).await, before, "something is half there");
        tasking.import_teams(ada, &[]).await.unwrap();
        assert_eq!(rows_in(&house, &TOUCHED).await, before);
        house.assert_intact().await;
    }

    /// The same jobs again are the same tasks. One that says something else is shown and left
    /// alone; it is corrected when told so, and never once somebody was asked for it.
    async fn the_same_job_is_the_same_task(house: House) {
        let checked = send(&house, "TASKS", JOBS).await;
        assert!(checked.body.contains("New: 2."), "{}", checked.said());
        assert_eq!(apply(&house, &checked).await.status, 200);
        let first = house.get(&house.coordinator, "/api/v1/tasks").await.json();
        let again = send(&house, "TASKS", JOBS).await;
        assert!(again.body.contains("New: 0. Already here: 2."), "{}", again.said());
        assert_eq!(apply(&house, &again).await.status, 200);
        assert_eq!(house.get(&house.coordinator, "/api/v1/tasks").await.json(), first);
        let other = JOBS.replace("WARD-A,4", "WARD-B,7");
        let checked = send(&house, "TASKS", &other).await;
        assert!(checked.said().contains("J-1 (line 2)"), "{}", checked.said());
        assert_eq!(apply(&house, &checked).await.status, 200);
        assert_eq!(house.get(&house.coordinator, "/api/v1/tasks").await.json(), first);
        let path = format!("/import/{}/apply", held(&send(&house, "TASKS", &other).await));
        let told = house.post(&house.administrator, &path, &[("differing", "yes")]).await;
        assert!(told.said().contains("0 added, 1 changed"), "{}", told.said());
        let now = house.get(&house.coordinator, "/api/v1/tasks").await.json();
        let from = |row: &serde_json::Value| row["from"].as_str().unwrap_or_default().to_owned();
        let places: Vec<String> = now.as_array().unwrap().iter().map(from).collect();
        assert!(places.iter().any(|place| place.contains("Birch")), "{places:?}");
        house.begin_shift(&house.joel).await;
        let id = first[0]["id"].as_i64().unwrap();
        house.assign(id, &house.joel).await;
        let late = send(&house, "TASKS", JOBS).await;
        assert!(late.said().contains("J-1 (line 2)"), "{}", late.said());
        assert!(late.said().contains("under way"), "{}", late.said());
        house.assert_intact().await;
    }
}
