//! Yes, no, silence, and two presses at once: what becomes of the question a phone asks.

use care::tasking::model::{Mode, Needs, TaskTypeSpec};
use serde_json::json;
use trust::store::value::SECOND;

use crate::house::{House, Person};

async fn accept(house: &House, who: &Person, offer: i64) -> (u16, String) {
    let answer = house
        .call(who, &format!("/api/v1/offers/{offer}/accept"), json!({}))
        .await;
    let problem = if answer.status == 204 {
        String::new()
    } else {
        answer.problem()
    };
    (answer.status, problem)
}

async fn decline(house: &House, who: &Person, offer: i64) {
    let why = json!({ "reason": "NEARER_COLLEAGUE" });
    let answer = house
        .call(who, &format!("/api/v1/offers/{offer}/decline"), why)
        .await;
    assert_eq!(answer.status, 204, "{}", answer.said());
}

/// Waits until somebody is asked.
async fn asked(house: &House, who: &Person) -> (i64, i64) {
    let what = format!("{} is asked", who.login);
    let offer = house
        .until(&what, async || house.own_offer(who).await)
        .await;
    (offer.0, offer.1)
}

on_both! {
    /// Joel's question went to Amara a moment before both press "accept": one of them has the task,
    /// the other is told, and the log holds a single yes.
    async fn two_porters_press_accept_at_once(house: House) {
        house.begin_shift(&house.joel).await;
        house.begin_shift(&house.amara).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let old = house.assign(task, &house.joel).await;
        let new = house.assign(task, &house.amara).await;
        let before = house.position().await;
        let (joel, amara) = tokio::join!(
            accept(&house, &house.joel, old),
            accept(&house, &house.amara, new)
        );
        assert_eq!(amara.0, 204);
        assert_eq!(joel.0, 409);
        let told = ["someone-was-quicker", "offer-gone"];
        assert!(told.contains(&joel.1.as_str()), "{joel:?}");
        assert_eq!(house.changes_since(before).await, ["tasking.offer_accepted"]);
        let late = accept(&house, &house.joel, old).await;
        assert_eq!(late, (409, "someone-was-quicker".to_owned()));
    }

    /// A gloved thumb presses "accept" twice at once: the first press counts, the second is told,
    /// and nothing is done twice.
    async fn one_porter_presses_accept_twice(house: House) {
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let offer = house.assign(task, &house.joel).await;
        let before = house.position().await;
        let (one, two) = tokio::join!(
            accept(&house, &house.joel, offer),
            accept(&house, &house.joel, offer)
        );
        let mut both = [one, two];
        both.sort();
        assert_eq!(both[0].0, 204);
        assert_eq!(both[1], (409, "already-done".to_owned()));
        assert_eq!(house.changes_since(before).await, ["tasking.offer_accepted"]);
    }

    /// Who says no is not asked again for the same task: it goes to a colleague, and when they say
    /// no too it waits and says why.
    async fn a_declined_task_never_comes_back_to_the_same_person(house: House) {
        house.instance.start_services().unwrap();
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let (offer, _) = asked(&house, &house.joel).await;
        let since = house.task(task).await["steps"][0]["at"].clone();
        decline(&house, &house.joel, offer).await;
        house.begin_shift(&house.amara).await;
        let (offer, again) = asked(&house, &house.amara).await;
        assert_eq!(again, task);
        decline(&house, &house.amara, offer).await;
        // The next task shows that the queue was looked at since: it is asked for, the first is
        // not.
        let next = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let somebody = async || match house.own_offer(&house.joel).await {
            Some(offer) => Some(offer.1),
            None => house.own_offer(&house.amara).await.map(|offer| offer.1),
        };
        assert_eq!(house.until("somebody is asked for the next", somebody).await, next);
        let told = house.task(task).await;
        assert_eq!(told["state"], "QUEUED");
        let whom: Vec<_> =
            told["offers"].as_array().unwrap().iter().map(|offer| offer["to"].clone()).collect();
        assert_eq!(whom, ["Joel O.", "Amara P."]);
        assert_eq!(told["steps"][0]["at"], since);
        assert!(told["why_waiting"].as_str().is_some_and(|why| !why.is_empty()), "{told}");
    }

    /// A question that nobody answers in time is taken back; the task waits again, with its clock
    /// as it was, and is asked for anew.
    async fn an_unanswered_offer_keeps_the_clock_running(house: House) {
        house.instance.start_services().unwrap();
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let (first, _) = asked(&house, &house.joel).await;
        let board = async || {
            let rows = house.get(&house.coordinator, "/api/v1/tasks").await.json();
            let row = rows.as_array().unwrap().iter().find(|row| row["id"] == task).cloned();
            row.map(|row| (row["open_since"].clone(), row["due_at"].clone()))
        };
        let clock = board().await.unwrap();
        assert!(clock.0.is_string() && clock.1.is_string(), "{clock:?}");
        house.clock.advance(61 * SECOND);
        let anew = async || house.own_offer(&house.joel).await.filter(|offer| offer.0 != first);
        let second = house.until("Joel is asked anew", anew).await;
        assert_eq!(second.1, task);
        assert_eq!(board().await.unwrap(), clock);
        let answers: Vec<_> = house.task(task).await["offers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|offer| offer["answer"].as_str().unwrap().to_lowercase())
            .collect();
        assert_eq!(answers, ["expired", "open"]);
        let late = accept(&house, &house.joel, first).await;
        assert_eq!(late, (409, "offer-gone".to_owned()), "an old question is over");
    }

    /// Who let three questions pass is asked "are you available?" before anything else.
    async fn three_unanswered_questions_ask_for_a_sign_of_life(house: House) {
        house.begin_shift(&house.joel).await;
        let dispatcher = house.app.identity.service("dispatcher").unwrap();
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        for state in ["READY", "READY", "SILENT"] {
            house.assign(task, &house.joel).await;
            house.clock.advance(61 * SECOND);
            let expired = care::tasking::model::TaskId(task);
            house.app.tasking.expire_offer(&dispatcher, expired).await.unwrap();
            let own = house.get(&house.joel, "/api/v1/me/work").await.json();
            assert_eq!(own["state"], state);
        }
    }

    /// On a break nobody is asked anything; afterwards they are.
    async fn a_break_is_a_break(house: House) {
        house.instance.start_services().unwrap();
        house.begin_shift(&house.joel).await;
        let own = house.joel.worker();
        let path = format!("/people/{own}/start_break");
        assert_eq!(house.post(&house.joel, &path, &[("version", "1")]).await.status, 303);
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        // Two rounds of the cleaners' queue: by then the porters' was looked at as well.
        house.begin_shift(&house.dylan).await;
        for _ in 0..2 {
            let clean = house.ask(&house.nurse, "bed-clean", "WARD-A", None).await;
            let (offer, asked_for) = asked(&house, &house.dylan).await;
            assert_eq!(asked_for, clean);
            assert_eq!(accept(&house, &house.dylan, offer).await.0, 204);
            for step in ["set_off", "arrive", "complete"] {
                let path = format!("/api/v1/me/tasks/{clean}/{step}");
                assert_eq!(house.call(&house.dylan, &path, json!({})).await.status, 204);
            }
        }
        assert!(house.own_offer(&house.joel).await.is_none());
        assert_eq!(house.state(task).await, "QUEUED");
        let path = format!("/people/{own}/end_break");
        assert_eq!(house.post(&house.joel, &path, &[("version", "1")]).await.status, 303);
        assert_eq!(asked(&house, &house.joel).await.1, task);
    }

    /// A ward that cancels while a porter reads the question: the porter is told, and is free.
    async fn a_cancelled_task_takes_its_question_along(house: House) {
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let offer = house.assign(task, &house.joel).await;
        let why = json!({ "reason": "NO_LONGER_NEEDED" });
        let path = format!("/api/v1/tasks/{task}/cancel");
        assert_eq!(house.call(&house.nurse, &path, why).await.status, 204);
        let late = accept(&house, &house.joel, offer).await;
        assert_eq!(late, (409, "cancelled-meanwhile".to_owned()));
        assert!(house.own_offer(&house.joel).await.is_none());
        assert_eq!(house.get(&house.joel, "/api/v1/me/work").await.json()["state"], "READY");
    }

    /// Two porters stand at the X-ray. Joel has pushed a bed there, Amara has carried a sample: the
    /// next bed goes to Amara, and her phone says why.
    async fn heavy_work_is_shared_out(house: House) {
        let ada = &house.administrator.caller;
        let kinds = house.app.tasking.task_types(ada).await.unwrap().1;
        let chair = kinds.into_iter().find(|(kind, _)| kind.code == "patient-xray").unwrap().0;
        let bed = TaskTypeSpec {
            code: "bed-xray".to_owned(),
            name: "Bed to X-ray".to_owned(),
            needs: Needs::travelling(Mode::Bed),
            ..chair.spec.0
        };
        house.app.tasking.save_task_type(ada, bed, None).await.unwrap();
        for (who, kind) in [(&house.joel, "bed-xray"), (&house.amara, "sample")] {
            house.begin_shift(who).await;
            let task = house.ask(&house.nurse, kind, "WARD-A", Some("XRAY")).await;
            let offer = house.assign(task, who).await;
            assert_eq!(accept(&house, who, offer).await.0, 204);
            for step in ["set_off", "arrive", "depart", "reach_drop", "complete"] {
                let path = format!("/api/v1/me/tasks/{task}/{step}");
                let answer = house.call(who, &path, json!({ "checked": true })).await;
                assert_eq!(answer.status, 204, "{step}: {}", answer.said());
            }
        }
        let next = house.ask(&house.nurse, "bed-xray", "WARD-A", Some("XRAY")).await;
        house.instance.start_services().unwrap();
        let (offer, task) = asked(&house, &house.amara).await;
        assert_eq!(task, next);
        let offers = house.task(next).await["offers"].clone();
        let why = offers[0]["why"].as_str().unwrap().to_owned();
        assert!(why.contains("shared out"), "{offer}: {why}");
        assert!(house.own_offer(&house.joel).await.is_none());
    }
}
