//! Table 2: every writing route, done once, leaves exactly its event.
//!
//! The days below bring the hospital into the state that each route needs. Each act says which
//! events it leaves; looks are left out. At the end every writing route of the tables was done: one
//! that is missing here fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    house::{House, PASSWORD, Person},
    route_table::{GUARDED, PLACES, PUBLIC, SIGNED_IN, filled},
    send::{Answer, Sent, file, form},
};

/// The acts of a day, each held against the log.
struct Day<'a> {
    house: &'a House,
    done: BTreeSet<(String, String)>,
}

impl Day<'_> {
    /// Does something with a route, and demands that it leaves exactly these events.
    async fn act(
        &mut self,
        who: Option<&Person>,
        (method, route, id): (&str, &str, i64),
        sent: Sent,
        events: &[&str],
    ) -> Answer {
        let before = self.house.position().await;
        let places = [
            "task", "offer", "person", "account", "grant", "kind", "import", "team",
        ];
        let ids: Vec<_> = places.iter().map(|name| (*name, id.to_string())).collect();
        let path = filled(route, &ids)
            .replace("{control}", "A8")
            .replace("{step}", "set_off");
        let answer = self
            .house
            .send(self.house.request(who, method, &path, sent))
            .await;
        let at = format!("{method} {path}");
        let went_well = [200, 201, 204, 303].contains(&answer.status);
        assert!(went_well, "{at}: {} {}", answer.status, answer.said());
        assert!(
            !answer.location().starts_with("/sign-in?"),
            "{at} led to the door"
        );
        assert_eq!(self.house.changes_since(before).await, events, "{at}");
        self.done.insert((method.to_owned(), route.to_owned()));
        answer
    }

    /// A page's form.
    async fn post(
        &mut self,
        who: &Person,
        (route, id): (&str, i64),
        fields: &[(&str, &str)],
        event: &str,
    ) -> Answer {
        let mut fields = fields.to_vec();
        let version = self.version(route, id).await;
        if let Some(version) = &version {
            fields.retain(|(name, _)| *name != "version");
            fields.push(("version", version));
        }
        self.act(Some(who), ("POST", route, id), form(&fields), &[event])
            .await
    }

    /// The version that a task's page would show.
    async fn version(&self, route: &str, id: i64) -> Option<String> {
        if !route.starts_with("/tasks/") {
            return None;
        }
        Some(self.house.task(id).await["version"].to_string())
    }

    /// A call of the API.
    async fn call(
        &mut self,
        who: &Person,
        (route, id): (&str, i64),
        json: Value,
        event: &str,
    ) -> Answer {
        self.act(Some(who), ("POST", route, id), Sent::Json(json), &[event])
            .await
    }

    /// One press after the other on a task.
    async fn presses(&mut self, who: &Person, task: i64, steps: &[(&str, &str)]) {
        for (route, event) in steps {
            self.post(who, (route, task), &[("version", "1")], event)
                .await;
        }
    }

    /// A sample from ward A that this handler has accepted.
    async fn accepted(&mut self, who: &Person) -> i64 {
        let house = self.house;
        let task = house
            .ask(&house.nurse, "sample", "WARD-A", Some("XRAY"))
            .await;
        let offer = house.assign(task, who).await;
        let path = ("/offers/{offer}/accept", offer);
        self.post(who, path, &[("version", "1")], "tasking.offer_accepted")
            .await;
        task
    }
}

const REASON: (&str, &str) = ("reason", "NO_LONGER_NEEDED");

async fn at_the_door(day: &mut Day<'_>) {
    let house = day.house;
    let (account, code) = house.invited("ida.hazel").await;
    let path = format!("/accounts/{account}/grant");
    let version = house.account(account).await.version.to_string();
    let fields = [
        ("role", "Requester"),
        ("scope", "all"),
        ("reason", "joins the ward"),
        ("version", &version),
    ];
    assert_eq!(
        house
            .post(&house.administrator, &path, &fields)
            .await
            .status,
        303
    );
    let fields = [
        ("login", "ida.hazel"),
        ("code", &code),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let events = ["identity.password_set", "identity.session_started"];
    day.act(None, ("POST", "/set-up", 0), form(&fields), &events)
        .await;
    let fields = [("login", "ida.hazel"), ("password", PASSWORD)];
    let started = ["identity.session_started"];
    let signed_in = day
        .act(None, ("POST", "/sign-in", 0), form(&fields), &started)
        .await;
    let cookie = signed_in.header("set-cookie").split_once('=').unwrap().1;
    let token = cookie.split_once(';').unwrap().0.to_owned();
    let ida = Person {
        account,
        token,
        worker: None,
        ..house.nurse.clone()
    };
    let version = trust::identity::model::TERMS_VERSION.to_string();
    let fields = [("version", version.as_str()), ("accepted", "yes")];
    day.post(&ida, ("/terms", 0), &fields, "identity.terms_accepted")
        .await;
    day.post(&ida, ("/sign-out", 0), &[], "identity.session_ended")
        .await;
    let named = Sent::Json(json!({ "name": "ida.hazel", "password": PASSWORD }));
    let begun = day
        .act(None, ("POST", "/api/v1/sessions", 0), named, &started)
        .await;
    let ida = Person {
        token: begun.json()["token"].as_str().unwrap().to_owned(),
        ..ida
    };
    let ended = ["identity.session_ended"];
    day.act(
        Some(&ida),
        ("DELETE", "/api/v1/sessions", 0),
        Sent::Nothing,
        &ended,
    )
    .await;
}

async fn over_accounts(day: &mut Day<'_>) {
    let (house, ada) = (day.house, &day.house.administrator);
    let fields = [
        ("name", "Oran L."),
        ("login", "oran.lime"),
        ("role", "Requester"),
        ("scope", "all"),
        ("device_class", "personal"),
    ];
    let events = ["identity.account_invited", "identity.role_granted"];
    day.act(
        Some(ada),
        ("POST", "/accounts/invite", 0),
        form(&fields),
        &events,
    )
    .await;
    let lines = house.app.identity.accounts(&ada.caller).await.unwrap();
    let oran = lines
        .iter()
        .find(|line| line.sign_in_name == "oran.lime")
        .unwrap();
    let (version, held) = (oran.version.to_string(), oran.grants[0].version.to_string());
    let fields = [
        ("role", "Auditor"),
        ("scope", "all"),
        ("reason", "covers for Otto"),
        ("version", &version),
    ];
    let path = ("/accounts/{account}/grant", oran.id.0);
    day.post(ada, path, &fields, "identity.role_granted").await;
    let path = ("/grants/{grant}/withdraw", oran.grants[0].id.0);
    day.post(ada, path, &[("version", &held)], "identity.role_withdrawn")
        .await;
    let path = ("/accounts/{account}/code", oran.id.0);
    day.post(ada, path, &[("version", &version)], "identity.code_renewed")
        .await;
    let lines = house.app.identity.accounts(&ada.caller).await.unwrap();
    let oran = lines
        .iter()
        .find(|line| line.sign_in_name == "oran.lime")
        .unwrap();
    let version = oran.version.to_string();
    let path = ("/accounts/{account}/disable", oran.id.0);
    day.post(
        ada,
        path,
        &[("version", &version)],
        "identity.account_disabled",
    )
    .await;
    let path = ("/accounts/{account}/erase", oran.id.0);
    let fields = [("because", "asked"), ("login", "oran.lime")];
    day.post(ada, path, &fields, "identity.account_erased")
        .await;
}

async fn on_shift(day: &mut Day<'_>) {
    let house = day.house;
    let (joel, amara) = (&house.joel, &house.amara);
    let own = joel.worker().0;
    let press = [("version", "1")];
    let steps = [
        ("/people/{person}/start_shift", "tasking.shift_started"),
        ("/people/{person}/start_break", "tasking.break_started"),
        ("/people/{person}/end_break", "tasking.break_ended"),
        ("/people/{person}/go_away", "tasking.availability_changed"),
        ("/people/{person}/come_back", "tasking.availability_changed"),
        (
            "/people/{person}/start_helping",
            "tasking.availability_changed",
        ),
        (
            "/people/{person}/stop_helping",
            "tasking.availability_changed",
        ),
        ("/people/{person}/end_shift", "tasking.shift_ended"),
        ("/people/{person}/start_shift", "tasking.shift_started"),
    ];
    for (route, event) in steps {
        day.post(joel, (route, own), &press, event).await;
    }
    let change = json!({ "change": "start_shift" });
    day.call(
        amara,
        ("/api/v1/me/state", 0),
        change,
        "tasking.shift_started",
    )
    .await;
    house.begin_shift(&house.dylan).await;
}

/// Three offers in a row that nobody answered; then the question "are you available?".
async fn after_silence(day: &mut Day<'_>) {
    let (house, amara) = (day.house, &day.house.amara);
    let dispatcher = house.app.identity.service("dispatcher").unwrap();
    let task = house
        .ask(&house.nurse, "sample", "WARD-A", Some("XRAY"))
        .await;
    for _ in 0..care::tasking::worker::UNANSWERED_MAX {
        house.assign(task, amara).await;
        house.clock.advance(61 * trust::store::value::SECOND);
        let id = care::tasking::model::TaskId(task);
        house
            .app
            .tasking
            .expire_offer(&dispatcher, id)
            .await
            .unwrap();
    }
    let path = ("/people/{person}/answer_present", amara.worker().0);
    day.post(
        amara,
        path,
        &[("version", "1")],
        "tasking.availability_changed",
    )
    .await;
    let path = ("/tasks/{task}/cancel", task);
    day.post(&house.nurse, path, &[REASON], "tasking.task_cancelled")
        .await;
}

#[expect(clippy::too_many_lines, reason = "one story, told in one piece")]
async fn asking(day: &mut Day<'_>) {
    let (house, nurse, cora) = (day.house, &day.house.nurse, &day.house.coordinator);
    let (kind, from) = (
        house.kind("patient-xray").await,
        house.place("WARD-A").await,
    );
    let fields = [
        ("task_type", kind.to_string()),
        ("from", from.to_string()),
        ("to", house.place("XRAY").await.to_string()),
        ("subject", "Bed 4".to_owned()),
        ("patient", "B. T.".to_owned()),
        ("when", "now".to_owned()),
        ("priority", "URGENT".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let task = day
        .post(nurse, ("/ask", 0), &fields, "tasking.task_requested")
        .await
        .number();
    day.post(
        nurse,
        ("/tasks/{task}/hold", task),
        &[],
        "tasking.task_held",
    )
    .await;
    day.post(
        nurse,
        ("/tasks/{task}/release", task),
        &[],
        "tasking.task_readied",
    )
    .await;
    let (hold, release) = ("/api/v1/tasks/{task}/hold", "/api/v1/tasks/{task}/release");
    day.call(nurse, (hold, task), json!({}), "tasking.task_held")
        .await;
    day.call(nurse, (release, task), json!({}), "tasking.task_readied")
        .await;
    let gone = json!({ "reason": "PATIENT_GONE" });
    let path = ("/api/v1/tasks/{task}/cancel", task);
    day.call(nurse, path, gone, "tasking.task_cancelled").await;
    let wish = json!({ "task_type": "hoist", "priority": "ROUTINE", "from": "WARD-A",
        "to": "WARD-B" });
    let path = ("/api/v1/tasks", 0);
    let first = day
        .call(nurse, path, wish.clone(), "tasking.task_requested")
        .await
        .json();
    let second = day
        .call(nurse, path, wish, "tasking.task_requested")
        .await
        .json();
    let (first, second) = (
        first["id"].as_i64().unwrap(),
        second["id"].as_i64().unwrap(),
    );
    day.post(
        cora,
        ("/tasks/{task}/approve", first),
        &[],
        "tasking.task_approved",
    )
    .await;
    let fields = [("reason", "NOT_APPROVED")];
    day.post(
        cora,
        ("/tasks/{task}/reject", second),
        &fields,
        "tasking.task_rejected",
    )
    .await;
}

async fn offering(day: &mut Day<'_>) {
    let (house, cora) = (day.house, &day.house.coordinator);
    let (joel, amara) = (&house.joel, &house.amara);
    let decline = [("reason", "NEARER_COLLEAGUE")];
    let task = house
        .ask(&house.nurse, "sample", "WARD-A", Some("XRAY"))
        .await;
    let worker = joel.worker().to_string();
    let fields = [("person", worker.as_str()), ("reason", "PLAN_CHANGED")];
    day.post(
        cora,
        ("/tasks/{task}/assign", task),
        &fields,
        "tasking.task_assigned",
    )
    .await;
    let offer = house.own_offer(joel).await.unwrap().0;
    let path = ("/offers/{offer}/decline", offer);
    day.post(joel, path, &decline, "tasking.offer_declined")
        .await;
    let choice = json!({ "worker": amara.worker().0, "reason": "KNOWS_PATIENT" });
    let path = ("/api/v1/tasks/{task}/assign", task);
    day.call(cora, path, choice, "tasking.task_assigned").await;
    let offer = house.own_offer(amara).await.unwrap().0;
    let path = ("/api/v1/offers/{offer}/decline", offer);
    day.call(
        amara,
        path,
        json!({ "reason": "NOT_SAFE" }),
        "tasking.offer_declined",
    )
    .await;
    let task = house
        .ask(&house.nurse, "sample", "WARD-A", Some("XRAY"))
        .await;
    let offer = house.assign(task, amara).await;
    let path = ("/api/v1/offers/{offer}/accept", offer);
    day.call(amara, path, json!({}), "tasking.offer_accepted")
        .await;
    let path = ("/api/v1/me/tasks/{task}/{step}", task);
    day.call(amara, path, json!({}), "tasking.task_set_off")
        .await;
    let fields = [("reason", "MORE_URGENT")];
    day.post(
        cora,
        ("/tasks/{task}/recall", task),
        &fields,
        "tasking.task_recalled",
    )
    .await;
}

async fn working(day: &mut Day<'_>) {
    let (house, joel, dylan) = (day.house, &day.house.joel, &day.house.dylan);
    let pause = [("reason", "NOT_READY")];
    let set_off = ("/tasks/{task}/set_off", "tasking.task_set_off");
    let arrive = ("/tasks/{task}/arrive", "tasking.task_arrived");
    let complete = ("/tasks/{task}/complete", "tasking.task_completed");
    let task = day.accepted(joel).await;
    day.presses(joel, task, &[set_off, arrive]).await;
    day.post(
        joel,
        ("/tasks/{task}/pause", task),
        &pause,
        "tasking.task_paused",
    )
    .await;
    let on = [
        ("/tasks/{task}/resume", "tasking.task_resumed"),
        ("/tasks/{task}/depart", "tasking.task_departed"),
        ("/tasks/{task}/reach_drop", "tasking.task_drop_reached"),
        complete,
    ];
    day.presses(joel, task, &on).await;
    let task = day.accepted(joel).await;
    let fields = [("reason", "END_OF_SHIFT")];
    day.post(
        joel,
        ("/tasks/{task}/hand_back", task),
        &fields,
        "tasking.task_handed_back",
    )
    .await;
    let task = day.accepted(joel).await;
    day.presses(joel, task, &[set_off, arrive]).await;
    let fields = [("reason", "NOT_THERE")];
    day.post(
        joel,
        ("/tasks/{task}/abort", task),
        &fields,
        "tasking.task_aborted",
    )
    .await;
    let task = house.ask(&house.nurse, "bed-clean", "WARD-A", None).await;
    let offer = house.assign(task, dylan).await;
    let path = ("/offers/{offer}/accept", offer);
    day.post(dylan, path, &[("version", "1")], "tasking.offer_accepted")
        .await;
    day.presses(dylan, task, &[set_off, arrive, complete]).await;
    let fields = [("verdict", "failed")];
    let path = ("/tasks/{task}/verify", task);
    day.post(&house.coordinator, path, &fields, "tasking.task_verified")
        .await;
}

async fn setting_up(day: &mut Day<'_>) {
    let (house, ada) = (day.house, &day.house.administrator);
    let kinds = house.app.tasking.task_types(&ada.caller).await.unwrap().1;
    let (kind, version) = kinds
        .iter()
        .find(|(kind, _)| kind.code == "sample")
        .unwrap();
    let version = version.to_string();
    let fields = [
        ("version", version.as_str()),
        ("emergency_minutes", "5"),
        ("urgent_minutes", "15"),
        ("routine_minutes", "30"),
    ];
    let path = ("/settings/task-types/{kind}", kind.id.0);
    day.post(ada, path, &fields, "tasking.task_type_saved")
        .await;
    teams(day).await;
    day.act(
        Some(ada),
        ("POST", "/import", 0),
        file("PLACES", PLACES),
        &[],
    )
    .await;
    let columns =
        ["code", "name", "kind", "site", "building", "floor", "level"].map(|name| (name, name));
    let check = ("POST", "/import/{import}/check", 1);
    day.act(Some(ada), check, form(&columns), &[]).await;
    let path = ("/import/{import}/apply", 1);
    day.post(ada, path, &[], "tasking.rows_imported").await;
}

/// A team is made, renamed and closed; somebody is joined to an account; a new kind of work.
async fn teams(day: &mut Day<'_>) {
    let (house, ada) = (day.house, &day.house.administrator);
    let (saved, closed) = ("tasking.team_saved", "tasking.team_closed");
    let version = async |name: &str| {
        let all = house.app.tasking.teams(&ada.caller).await.unwrap();
        let line = all.into_iter().find(|line| line.team.name == name).unwrap();
        (line.team.id.0, line.version.to_string())
    };
    let base = house.place("LODGE").await.to_string();
    let new = [("version", "0"), ("name", "Beds"), ("base", &base)];
    day.post(ada, ("/settings/teams", 0), &new, saved).await;
    let (id, seen) = version("Beds").await;
    let named = [
        ("version", seen.as_str()),
        ("name", "Bed store"),
        ("base", ""),
    ];
    day.post(ada, ("/settings/teams/{team}", id), &named, saved)
        .await;
    let (id, seen) = version("Bed store").await;
    let path = ("/settings/teams/{team}/close", id);
    day.post(ada, path, &[("version", &seen)], closed).await;
    let wish = json!({ "name": "Drivers", "base": "LODGE" });
    day.call(ada, ("/api/v1/teams", 0), wish.clone(), saved)
        .await;
    let (id, _) = version("Drivers").await;
    day.call(ada, ("/api/v1/teams/{team}", id), wish, saved)
        .await;
    day.call(ada, ("/api/v1/teams/{team}/close", id), json!({}), closed)
        .await;
    let kind = [
        ("name", "Cot to ward"),
        ("group", "ITEM"),
        ("team", "Portering"),
        ("handling_minutes", "5"),
        ("emergency_minutes", "10"),
        ("urgent_minutes", "20"),
        ("routine_minutes", "30"),
    ];
    let path = ("/settings/task-types", 0);
    day.post(ada, path, &kind, "tasking.task_type_saved").await;
    let (pat, _) = house.invited("pat.quince").await;
    let person = house.joel.worker();
    let found = house.app.tasking.person(&ada.caller, person).await.unwrap();
    let (version, account) = (found.line.version.to_string(), pat.to_string());
    let fields = [("version", version.as_str()), ("account", &account)];
    let path = ("/people/{person}/link", person.0);
    day.post(ada, path, &fields, "tasking.worker_linked").await;
}

async fn proving(day: &mut Day<'_>) {
    let otto = &day.house.auditor;
    let path = ("/controls/{control}/prove", 0);
    day.post(otto, path, &[], "governance.control_proved").await;
    // How many trials can be made depends on where the instance lies; each leaves its own event.
    let before = day.house.position().await;
    let answer = day.house.post(otto, "/controls/prove", &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.said());
    let left = day.house.changes_since(before).await;
    assert!(left.len() > 1, "several promises were tried: {left:?}");
    assert!(
        left.iter()
            .all(|event| event == "governance.control_proved"),
        "{left:?}"
    );
    day.done
        .insert(("POST".to_owned(), "/controls/prove".to_owned()));
}

on_both! {
    /// Whatever is changed over a page or the API leaves one entry of its own name, and at the end
    /// of the day database and log fit.
    async fn every_writing_route_leaves_exactly_its_event(house: House) {
        let mut day = Day { house: &house, done: BTreeSet::new() };
        at_the_door(&mut day).await;
        over_accounts(&mut day).await;
        on_shift(&mut day).await;
        after_silence(&mut day).await;
        asking(&mut day).await;
        offering(&mut day).await;
        working(&mut day).await;
        setting_up(&mut day).await;
        proving(&mut day).await;
        let guarded = GUARDED.iter().map(|route| (route.method, route.path));
        let writing: BTreeSet<_> = guarded
            .chain(PUBLIC)
            .chain(SIGNED_IN)
            .filter(|(method, _)| *method != "GET")
            .map(|(method, path)| (method.to_owned(), path.to_owned()))
            .collect();
        let left_out: Vec<_> = writing.difference(&day.done).collect();
        assert!(left_out.is_empty(), "do these in writes.rs too: {left_out:?}");
        house.assert_intact().await;
    }

    /// An attempt to change something without the right changes nothing: the handler's press on
    /// the coordinator's button leaves only the refusal.
    async fn a_refused_act_leaves_only_the_refusal(house: House) {
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let before = house.position().await;
        let path = format!("/tasks/{task}/cancel");
        let answer = house.post(&house.joel, &path, &[("version", "1"), REASON]).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("The attempt is on record"), "{}", answer.said());
        let entries = house.entries_since(before).await;
        let refused = entries.iter().find(|entry| entry.event == "identity.permission_refused");
        assert_eq!(refused.map(|entry| entry.actor), Some(house.joel.account.0));
        assert_eq!(house.changes_since(before).await, ["identity.permission_refused"]);
        assert_eq!(house.state(task).await, "QUEUED");
    }

    /// The right button in the wrong place: the clerk of ward B tries to cancel ward A's request,
    /// and hears that nothing is there. The log knows who tried what.
    async fn an_attempt_from_elsewhere_is_in_the_log(house: House) {
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let before = house.position().await;
        let path = format!("/tasks/{task}/cancel");
        let answer = house.post(&house.clerk, &path, &[("version", "1"), REASON]).await;
        assert_eq!(answer.status, 404);
        let entries = house.entries_since(before).await;
        let refused = entries.iter().find(|entry| entry.event == "identity.permission_refused");
        let refused = refused.map(|entry| (entry.actor, entry.action.as_str()));
        assert_eq!(refused, Some((house.clerk.account.0, "tasking.cancel_task")));
        assert_eq!(house.changes_since(before).await, ["identity.permission_refused"]);
        assert_eq!(house.state(task).await, "QUEUED");
    }
}
