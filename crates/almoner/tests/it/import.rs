//! Files from elsewhere: all of a file or nothing, and the same file twice is the same hospital.

use care::tasking::directory::Directory;

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
