//! Two people at once: whoever decided on what is no longer so is told, and nothing is overwritten.

use axum::http::header;
use serde_json::json;
use trust::identity::permit::ScopeKind;

use crate::{
    house::{House, Person},
    send::{Answer, Sent},
};

async fn version(house: &House, task: i64) -> String {
    house.task(task).await["version"].to_string()
}

async fn sample(house: &House) -> i64 {
    house
        .ask(&house.nurse, "sample", "WARD-A", Some("XRAY"))
        .await
}

/// A call that says which version it saw; `None` says nothing.
async fn call_at(house: &House, who: &Person, path: &str, tag: Option<&str>) -> Answer {
    let mut request = house.request(Some(who), "POST", path, Sent::Json(json!({})));
    request.headers_mut().remove(header::IF_MATCH);
    if let Some(tag) = tag {
        request
            .headers_mut()
            .insert(header::IF_MATCH, tag.parse().unwrap());
    }
    house.send(request).await
}

on_both! {
    /// The nurse reads the task, the coordinator asks Joel, the nurse presses "cancel": she sees
    /// who was quicker and keeps her reason, nothing has happened, and a second press goes through.
    async fn a_ward_that_looked_at_an_old_page_is_told(house: House) {
        house.begin_shift(&house.joel).await;
        let task = sample(&house).await;
        let old = version(&house, task).await;
        house.assign(task, &house.joel).await;
        let before = house.position().await;
        let path = format!("/tasks/{task}/cancel");
        let why = ("reason", "DONE_BY_WARD");
        let late = house.post(&house.nurse, &path, &[("version", &old), why]).await;
        assert_eq!(late.status, 409, "{}", late.said());
        assert!(late.said().contains("Someone was quicker"), "{}", late.said());
        assert!(late.said().contains("Joel O."), "{}", late.said());
        let kept = r#"value="DONE_BY_WARD" checked"#;
        assert!(late.said().contains(kept), "the reason is kept: {}", late.said());
        assert_eq!(house.changes_since(before).await, [""; 0]);
        let now = version(&house, task).await;
        assert!(late.said().contains(&format!(r#"name="version" value="{now}""#)));
        let again = house.post(&house.nurse, &path, &[("version", &now), why]).await;
        assert_eq!(again.status, 303, "{}", again.said());
        assert_eq!(house.state(task).await, "CANCELLED");
    }

    /// Two coordinators turn to the same task at the same moment: one has done it, the other is
    /// told, and the log holds a single act.
    async fn two_coordinators_press_at_once(house: House) {
        let cleo = house.somebody("cleo.ash", "Coordinator", (ScopeKind::All, None)).await;
        let task = sample(&house).await;
        let seen = version(&house, task).await;
        let path = format!("/tasks/{task}/hold");
        let fields = [("version", seen.as_str())];
        let before = house.position().await;
        let (one, other) = tokio::join!(
            house.post(&house.coordinator, &path, &fields),
            house.post(&cleo, &path, &fields)
        );
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [303, 409]);
        assert_eq!(house.changes_since(before).await, ["tasking.task_held"]);
    }

    /// A porter walks, the page on the phone is old: "done" is about the work and goes through.
    async fn a_porters_done_does_not_fail_for_an_old_page(house: House) {
        house.begin_shift(&house.joel).await;
        let task = sample(&house).await;
        let old = version(&house, task).await;
        let offer = house.assign(task, &house.joel).await;
        let seen = [("version", old.as_str())];
        let path = format!("/offers/{offer}/accept");
        assert_eq!(house.post(&house.joel, &path, &seen).await.status, 303);
        for step in ["set_off", "arrive", "depart", "reach_drop", "complete"] {
            let answer = house.post(&house.joel, &format!("/tasks/{task}/{step}"), &seen).await;
            assert_eq!(answer.status, 303, "{step}: {}", answer.said());
        }
        assert_eq!(house.state(task).await, "COMPLETED");
    }

    /// A script that says nothing about what it saw is asked to; one that saw something older is
    /// told; one that read the task anew goes through, and so does one that does not mind.
    async fn a_script_says_what_it_saw(house: House) {
        let task = sample(&house).await;
        let path = format!("/api/v1/tasks/{task}");
        let tag = house.get(&house.nurse, &path).await.header("etag").to_owned();
        assert_eq!(tag, format!("\"{}\"", version(&house, task).await));
        let (hold, release) = (format!("{path}/hold"), format!("{path}/release"));
        let silent = call_at(&house, &house.nurse, &hold, None).await;
        assert_eq!((silent.status, silent.problem()), (428, "version-needed".to_owned()));
        let odd = call_at(&house, &house.nurse, &hold, Some("latest")).await;
        assert_eq!((odd.status, odd.problem()), (422, "not-understood".to_owned()));
        assert_eq!(call_at(&house, &house.nurse, &hold, Some(&tag)).await.status, 204);
        let late = call_at(&house, &house.nurse, &release, Some(&tag)).await;
        assert_eq!((late.status, late.problem()), (412, "someone-was-quicker".to_owned()));
        assert_eq!(house.state(task).await, "HELD");
        assert_eq!(call_at(&house, &house.nurse, &release, Some("*")).await.status, 204);
    }

    /// Whose task it is comes first: somebody from another ward does not learn from an old version
    /// that there is such a task.
    async fn an_old_version_tells_nobody_from_elsewhere(house: House) {
        let task = sample(&house).await;
        let path = format!("/tasks/{task}/hold");
        let answer = house.post(&house.clerk, &path, &[("version", "1")]).await;
        assert_eq!(answer.status, 404, "{}", answer.said());
    }

    /// Two coordinators help Joel, whose phone is dead: the second sees what the first has done.
    async fn two_coordinators_change_one_person(house: House) {
        house.begin_shift(&house.joel).await;
        let person = house.joel.worker();
        let found = house.app.tasking.person(&house.coordinator.caller, person).await.unwrap();
        let seen = found.line.version.to_string();
        let fields = [("version", seen.as_str())];
        let path = |verb: &str| format!("/people/{person}/{verb}");
        let first = house.post(&house.coordinator, &path("start_break"), &fields).await;
        assert_eq!(first.status, 303, "{}", first.said());
        let second = house.post(&house.coordinator, &path("end_shift"), &fields).await;
        assert_eq!(second.status, 409);
        assert!(second.said().contains("Someone was quicker"), "{}", second.said());
        // About oneself nobody is quicker: Joel's own press from an old page counts.
        let own = house.post(&house.joel, &path("end_break"), &fields).await;
        assert_eq!(own.status, 303, "{}", own.said());
    }

    /// Two administrators change the same targets: the second sees the first one's, and what they
    /// typed is still there.
    async fn two_administrators_change_one_target(house: House) {
        let ada = &house.administrator;
        let kinds = house.app.tasking.task_types(&ada.caller).await.unwrap().1;
        let (kind, seen) = kinds.iter().find(|(kind, _)| kind.code == "sample").unwrap();
        let path = format!("/settings/task-types/{}", kind.id);
        let seen = seen.to_string();
        let targets = |emergency, urgent, routine| {
            [
                ("version", seen.as_str()),
                ("emergency_minutes", emergency),
                ("urgent_minutes", urgent),
                ("routine_minutes", routine),
            ]
        };
        assert_eq!(house.post(ada, &path, &targets("6", "16", "36")).await.status, 303);
        let late = house.post(ada, &path, &targets("7", "17", "37")).await;
        assert_eq!(late.status, 409);
        assert!(late.said().contains("now 6, 16 and 36 minutes"), "{}", late.said());
        assert!(late.said().contains(r#"value="37""#), "{}", late.said());
    }

    /// A role for an account that somebody closed meanwhile is not given; what was typed stays. A
    /// role that was taken back is not taken back a second time.
    async fn two_administrators_keep_one_account(house: House) {
        let ada = &house.administrator;
        let (id, _) = house.invited("ida.hazel").await;
        let seen = house.account(id).await.version.to_string();
        let closed = format!("/accounts/{id}/disable");
        assert_eq!(house.post(ada, &closed, &[("version", &seen)]).await.status, 303);
        let fields = [
            ("version", seen.as_str()),
            ("role", "Auditor"),
            ("scope", "all"),
            ("reason", "helps with the audit"),
        ];
        let late = house.post(ada, &format!("/accounts/{id}/grant"), &fields).await;
        assert_eq!(late.status, 409);
        assert!(late.said().contains("Someone was quicker"), "{}", late.said());
        assert!(house.account(id).await.grants.is_empty());
        let held = house.account(house.amara.account).await.grants.remove(0);
        let (path, seen) = (format!("/grants/{}/withdraw", held.id), held.version.to_string());
        assert_eq!(house.post(ada, &path, &[("version", &seen)]).await.status, 303);
        assert_eq!(house.post(ada, &path, &[("version", &seen)]).await.status, 409);
    }
}
