//! Presses from a place without signal: told later, with the time when they happened.

use serde_json::{Value, json};
use trust::store::value::MINUTE;

use crate::house::{House, PASSWORD, Person};

/// A moment so many minutes from now, as a phone says it.
fn moment(house: &House, minutes: i64) -> String {
    let at = house.clock.day().after(minutes * MINUTE);
    jiff::Timestamp::from_microsecond(at.0).unwrap().to_string()
}

/// Joel's session ended in the cellar, as it does without activity: he signs in again.
async fn back_again(house: &House) -> Person {
    let started = house.app.identity.sign_in(&house.joel.login, PASSWORD);
    let token = started.await.unwrap().token;
    Person {
        token,
        ..house.joel.clone()
    }
}

async fn told(house: &House, joel: &Person, (task, step): (i64, &str), happened_at: &str) {
    let path = format!("/api/v1/me/tasks/{task}/{step}");
    let body = json!({ "happened_at": happened_at });
    let answer = house.call(joel, &path, body).await;
    assert_eq!(answer.status, 204, "{step}: {}", answer.said());
}

async fn last_step(house: &House, task: i64) -> Value {
    let cora = house
        .app
        .identity
        .sign_in(&house.coordinator.login, PASSWORD);
    let token = cora.await.unwrap().token;
    let cora = Person {
        token,
        ..house.coordinator.clone()
    };
    let path = format!("/api/v1/tasks/{task}");
    house.get(&cora, &path).await.json()["steps"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone()
}

on_both! {
    /// Joel was in the cellar for half an hour. What he did there counts from when he did it, never
    /// before the step that went ahead of it, never in the future; both times stay on record.
    async fn what_happened_without_signal_keeps_its_time(house: House) {
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let offer = house.assign(task, &house.joel).await;
        let path = format!("/api/v1/offers/{offer}/accept");
        assert_eq!(house.call(&house.joel, &path, json!({})).await.status, 204);
        let accepted = moment(&house, 0);
        house.clock.advance(30 * MINUTE);
        let joel = back_again(&house).await;
        let (now, then) = (moment(&house, 0), moment(&house, -20));
        told(&house, &joel, (task, "set_off"), &then).await;
        let step = last_step(&house, task).await;
        assert_eq!((&step["at"], &step["happened_at"]), (&json!(now), &json!(then)));
        told(&house, &joel, (task, "arrive"), &moment(&house, -25)).await;
        let step = last_step(&house, task).await;
        assert_eq!(step["happened_at"], json!(then), "not before he set off");
        told(&house, &joel, (task, "depart"), &moment(&house, 90)).await;
        assert_eq!(last_step(&house, task).await["happened_at"], json!(now), "not in the future");
        assert_ne!(accepted, then);
        house.assert_intact().await;
    }

    /// A phone that was switched off over night is not believed for more than the last hours.
    async fn only_the_last_hours_are_believed(house: House) {
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let offer = house.assign(task, &house.joel).await;
        let path = format!("/api/v1/offers/{offer}/accept");
        assert_eq!(house.call(&house.joel, &path, json!({})).await.status, 204);
        house.clock.advance(6 * 60 * MINUTE);
        let joel = back_again(&house).await;
        told(&house, &joel, (task, "set_off"), &moment(&house, -5 * 60)).await;
        let four_hours = moment(&house, -4 * 60);
        assert_eq!(last_step(&house, task).await["happened_at"], json!(four_hours));
        let odd = json!({ "happened_at": "yesterday" });
        let path = format!("/api/v1/me/tasks/{task}/arrive");
        assert_eq!(house.call(&joel, &path, odd).await.status, 422);
    }
}
