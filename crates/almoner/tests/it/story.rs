//! The main job from beginning to end: a ward asks, the nearest trained porter is asked, and the
//! work gets done while the board tells how it goes.
//!
//! What happens when somebody says no, says nothing or is away is in `offers.rs`.

use serde_json::json;

use crate::house::{House, Person};

/// One press on a phone, over the API.
async fn press(house: &House, who: &Person, task: i64, step: &str) {
    let path = format!("/api/v1/me/tasks/{task}/{step}");
    let answer = house.call(who, &path, json!({})).await;
    assert_eq!(answer.status, 204, "{step}: {}", answer.said());
}

/// A board's row for a task, as text.
async fn row(house: &House, task: i64) -> Option<serde_json::Value> {
    let board = house.get(&house.nurse, "/api/v1/tasks").await.json();
    board
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == task)
        .cloned()
}

/// Does a sample from ward B to ward A, so that whoever did it stands at ward A.
async fn walk_to_ward_a(house: &House, who: &Person) {
    let task = house
        .ask(&house.clerk, "sample", "WARD-B", Some("WARD-A"))
        .await;
    let offer = house
        .until("the only porter is asked", async || {
            house.own_offer(who).await
        })
        .await;
    assert_eq!(offer.1, task);
    let path = format!("/api/v1/offers/{}/accept", offer.0);
    assert_eq!(house.call(who, &path, json!({})).await.status, 204);
    for step in ["set_off", "arrive", "depart", "reach_drop", "complete"] {
        press(house, who, task, step).await;
    }
    assert_eq!(house.state(task).await, "COMPLETED");
}

on_both! {
    /// Blood is wanted at ward A. Amara is on the spot but not trained, so Joel is asked, and told
    /// why; he brings it, the board shows each step, and at the end the log proves the whole way.
    async fn a_request_finds_the_nearest_trained_porter(house: House) {
        house.instance.start_services().unwrap();
        let (joel, amara) = (&house.joel, &house.amara);
        house.begin_shift(amara).await;
        walk_to_ward_a(&house, amara).await;
        house.begin_shift(joel).await;
        let task = house.ask(&house.nurse, "blood", "WARD-A", Some("XRAY")).await;
        let (offer, asked_for, why) =
            house.until("Joel is asked", async || house.own_offer(joel).await).await;
        assert_eq!(asked_for, task);
        assert!(why.to_lowercase().contains("blood"), "{why}");
        assert!(house.own_offer(amara).await.is_none(), "Amara is not trained for blood");
        assert_eq!(row(&house, task).await.unwrap()["state"], "OFFERED");
        assert_eq!(row(&house, task).await.unwrap()["holder"], "Joel O.");
        let accept = format!("/offers/{offer}/accept");
        assert_eq!(house.post(joel, &accept, &[("version", "1")]).await.location(), "/phone");
        let steps = [
            ("set_off", "EN_ROUTE"),
            ("arrive", "AT_PICKUP"),
            ("depart", "IN_TRANSIT"),
            ("reach_drop", "AT_DROP"),
        ];
        assert_eq!(row(&house, task).await.unwrap()["state"], "ACCEPTED");
        for (step, state) in steps {
            house.clock.advance(trust::store::value::MINUTE);
            let answer = house.post(joel, &format!("/tasks/{task}/{step}"), &[]).await;
            assert_eq!((answer.status, answer.location()), (303, "/phone"), "{}", answer.said());
            assert_eq!(row(&house, task).await.unwrap()["state"], state);
            let phone = house.get(joel, "/phone").await;
            assert_eq!(phone.status, 200);
            assert!(phone.body.contains(&format!("/tasks/{task}/")), "the phone shows the job");
        }
        assert_eq!(house.post(joel, &format!("/tasks/{task}/complete"), &[]).await.status, 303);
        assert!(row(&house, task).await.is_none(), "what is done leaves the board");
        time_line_is_right(&house, task).await;
        house.assert_intact().await;
    }

    /// An item that nobody needs training for goes to whoever stands nearest.
    async fn the_nearest_of_two_is_asked(house: House) {
        house.instance.start_services().unwrap();
        house.begin_shift(&house.amara).await;
        walk_to_ward_a(&house, &house.amara).await;
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let asked = async || house.own_offer(&house.amara).await;
        let (_, asked_for, why) = house.until("Amara is asked", asked).await;
        assert_eq!(asked_for, task);
        assert!(why.starts_with("Nearest"), "{why}");
        let page = house.get(&house.coordinator, &format!("/tasks/{task}")).await;
        assert!(page.body.contains("Joel O."), "the page says who else was thought about");
    }

    /// Work that is booked for later waits for its time, and is asked for by itself.
    async fn booked_work_comes_by_itself(house: House) {
        house.instance.start_services().unwrap();
        house.begin_shift(&house.joel).await;
        let at = jiff::Timestamp::from_microsecond(house.clock.day().0).unwrap();
        let wanted_at = at + jiff::SignedDuration::from_mins(60);
        let wish = json!({ "task_type": "sample", "priority": "ROUTINE", "from": "WARD-A",
            "to": "XRAY", "wanted_at": wanted_at.to_string() });
        let task = house.call(&house.nurse, "/api/v1/tasks", wish).await.json()["id"].clone();
        let task = task.as_i64().unwrap();
        assert_eq!(house.state(task).await, "SCHEDULED");
        // Joel looks at his phone now and then, so that his session stays open.
        for _ in 0..10 {
            house.clock.advance(5 * trust::store::value::MINUTE);
            assert_eq!(house.get(&house.joel, "/api/v1/me").await.status, 200);
        }
        let asked = async || house.own_offer(&house.joel).await;
        assert_eq!(house.until("Joel is asked in time", asked).await.1, task);
    }

    /// A press of "Ask now" that seemed lost and is pressed again makes one task, not two.
    async fn asking_twice_with_one_page_asks_once(house: House) {
        let page = house.get(&house.nurse, "/ask").await.body;
        let key = page.split("name=\"request_key\" value=\"").nth(1);
        let key = key.and_then(|rest| rest.split('"').next()).unwrap();
        let (kind, from) = (house.kind("sample").await, house.place("WARD-A").await);
        let to = house.place("XRAY").await;
        let fields = [
            ("request_key", key.to_owned()),
            ("task_type", kind.to_string()),
            ("from", from.to_string()),
            ("to", to.to_string()),
            ("when", "now".to_owned()),
            ("priority", "ROUTINE".to_owned()),
        ];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let first = house.post(&house.nurse, "/ask", &fields).await;
        let second = house.post(&house.nurse, "/ask", &fields).await;
        assert_eq!(first.number(), second.number());
        let board = house.get(&house.nurse, "/api/v1/tasks").await.json();
        assert_eq!(board.as_array().unwrap().len(), 1);
    }
}

/// The time line tells every step once, in order, and the page tells it in words.
async fn time_line_is_right(house: &House, task: i64) {
    let told = house.task(task).await;
    let steps: Vec<_> = told["steps"].as_array().unwrap().iter().collect();
    let named: Vec<&str> = steps
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    let expected = [
        "request_task",
        "offer_task",
        "accept_offer",
        "set_off_task",
        "arrive_task",
        "depart_task",
        "reach_drop_task",
        "complete_task",
    ];
    assert_eq!(named, expected);
    let times: Vec<&str> = steps
        .iter()
        .map(|step| step["at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(told["offers"].as_array().unwrap().len(), 1);
    assert_eq!(
        told["offers"][0]["answer"]
            .as_str()
            .map(str::to_lowercase)
            .as_deref(),
        Some("accepted")
    );
    let page = house.get(&house.nurse, &format!("/tasks/{task}")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Joel O."), "the ward reads who came");
}
