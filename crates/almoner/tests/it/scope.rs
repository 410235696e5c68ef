//! Rights that hold in one place only: what lies in nobody's ward or team is not theirs to change.

use almoner::founding::HANDLER;
use serde_json::json;
use trust::identity::{founding::ADMINISTRATOR, permit::ScopeKind};

use crate::{
    house::{PASSWORD, Person},
    route_table::PLACES,
    send::file,
};

on_both! {
    /// Whoever sets up one team brings in no places for the whole hospital, and changes no other
    /// team's kinds of work.
    async fn an_administrator_of_one_team_sets_up_nothing_for_the_rest(house: House) {
        let team = (ScopeKind::Team, Some(house.team("Cleaning").await.0));
        let limited = house.somebody("mina.sorrel", ADMINISTRATOR, team).await;
        let before = house.position().await;
        let request = house.request(Some(&limited), "POST", "/import", file("PLACES", PLACES));
        let tried = house.send(request).await;
        assert_eq!(tried.status, 403, "not even a dry run tells what is there: {}", tried.said());
        let kind = house.kind("sample").await;
        let versions = house.app.tasking.task_types(&house.administrator.caller).await.unwrap().1;
        let version = versions.iter().find(|(at, _)| at.id == kind).unwrap().1.to_string();
        let fields = [
            ("version", version.as_str()),
            ("emergency_minutes", "1"),
            ("urgent_minutes", "2"),
            ("routine_minutes", "3"),
        ];
        let saved = house.post(&limited, &format!("/settings/task-types/{kind}"), &fields).await;
        assert_eq!(saved.status, 403, "{}", saved.said());
        assert_eq!(house.changes_since(before).await, ["identity.permission_refused"; 2]);
    }

    /// A colleague's task is not taken over by pressing its buttons: whoever has it is told apart.
    async fn a_colleagues_task_is_not_yours(house: House) {
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let offer = house.assign(task, &house.joel).await;
        house.call(&house.joel, &format!("/api/v1/offers/{offer}/accept"), json!({})).await;
        let before = house.position().await;
        let path = format!("/api/v1/me/tasks/{task}/set_off");
        let pressed = house.call(&house.amara, &path, json!({})).await;
        assert_eq!((pressed.status, pressed.problem()), (409, "not-yours".to_owned()));
        assert_eq!(house.changes_since(before).await, [""; 0]);
        assert_eq!(house.state(task).await, "ACCEPTED");
    }

    /// A role that was withdrawn a moment ago opens nothing any more, and a handler without it is
    /// refused on their own phone.
    async fn a_withdrawn_role_ends_at_once(house: House) {
        let accounts = house.app.identity.accounts(&house.administrator.caller).await.unwrap();
        let line = accounts.iter().find(|line| line.id == house.joel.account).unwrap();
        assert_eq!(line.grants[0].role, HANDLER);
        assert_eq!(house.get(&house.joel, "/phone").await.status, 200);
        let path = format!("/grants/{}/withdraw", line.grants[0].id);
        let seen = line.grants[0].version.to_string();
        let done = house.post(&house.administrator, &path, &[("version", &seen)]).await;
        assert_eq!(done.status, 303, "{}", done.said());
        assert_eq!(house.get(&house.joel, "/phone").await.status, 403);
    }

    /// Whoever has an account and no role yet reads one sentence that says whom to ask, on every
    /// page; with a role the way leads on to the terms.
    async fn an_account_without_a_role_is_told_whom_to_ask(house: House) {
        let (account, code) = house.invited("ida.hazel").await;
        let identity = &house.app.identity;
        identity.set_password("ida.hazel", &code, PASSWORD).await.unwrap();
        let token = identity.sign_in("ida.hazel", PASSWORD).await.unwrap().token;
        let ida = Person { account, token, worker: None, ..house.nurse.clone() };
        for path in ["/", "/board", "/phone"] {
            let answer = house.get(&ida, path).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.body.contains("You have no role yet"), "{path}: {}", answer.said());
        }
        assert_eq!(house.get(&ida, "/api/v1/tasks").await.problem(), "no-role");
        let version = house.account(account).await.version.to_string();
        let fields = [
            ("role", "Requester"),
            ("scope", "all"),
            ("reason", "joins the ward"),
            ("version", &version),
        ];
        let path = format!("/accounts/{account}/grant");
        assert_eq!(house.post(&house.administrator, &path, &fields).await.status, 303);
        assert_eq!(house.get(&ida, "/").await.location(), "/terms");
    }
}
