//! What nobody should send: too much, broken, of the wrong kind, to the wrong house, from
//! elsewhere.
//!
//! Each is answered with a sentence and a status of its own; nothing is stored, nothing breaks.
//! What the importers make of bad files is in `import.rs`.

use axum::http::{HeaderValue, header};
use serde_json::json;

use crate::{
    house::{House, Person},
    route_table::{GUARDED, PUBLIC, SIGNED_IN, filled},
    send::{Answer, Sent, form},
};

/// Beyond what a form or a JSON body may hold.
const TOO_MUCH: usize = 65 * 1024;

fn raw(kind: &str, text: &str) -> Sent {
    Sent::Bytes(kind.to_owned(), text.as_bytes().to_vec())
}

async fn post(house: &House, who: &Person, path: &str, sent: Sent) -> Answer {
    house
        .send(house.request(Some(who), "POST", path, sent))
        .await
}

on_both! {
    /// A script that sends nonsense gets a problem document that says what is wrong, and nothing is
    /// asked for.
    async fn the_api_answers_nonsense_with_a_problem(house: House) {
        let nurse = &house.nurse;
        let good = json!({ "task_type": "sample", "priority": "ROUTINE", "from": "WARD-A",
            "to": "XRAY" });
        let with = |name: &str, value: serde_json::Value| {
            let mut wish = good.clone();
            wish[name] = value;
            Sent::Json(wish)
        };
        let long = "x".repeat(TOO_MUCH);
        let tries = [
            ("too much", raw("application/json", &format!("{{\"from\":\"{long}\"}}")), 413),
            ("no JSON", raw("application/json", "{\"task_type\":"), 400),
            ("not UTF-8", Sent::Bytes("application/json".to_owned(), vec![b'"', 0xff, b'"']), 400),
            ("deep", raw("application/json", &"[".repeat(10_000)), 422),
            ("empty", Sent::Nothing, 415),
            ("a form", form(&[("task_type", "sample")]), 415),
            ("XML", raw("text/xml", "<task/>"), 415),
            ("a list", Sent::Json(json!([1, 2])), 422),
            ("a missing field", Sent::Json(json!({ "task_type": "sample" })), 422),
            ("an unknown field", with("asked_by", json!(1)), 422),
            ("a number for a code", with("from", json!(1)), 422),
            ("an unknown priority", with("priority", json!("AT ONCE")), 422),
            ("an unknown place", with("from", json!("WARD-Z")), 422),
            ("an unknown kind", with("task_type", json!("espresso")), 422),
            ("the same place twice", with("to", json!("WARD-A")), 422),
            ("no time", with("wanted_at", json!("tomorrow-ish")), 422),
            ("a time beyond all time", with("wanted_at", json!("+99999-01-01T00:00:00Z")), 422),
            ("an endless bed", with("from_bed", json!("b".repeat(41))), 422),
        ];
        let before = house.position().await;
        for (what, sent, status) in tries {
            let answer = post(&house, nurse, "/api/v1/tasks", sent).await;
            assert_eq!(answer.status, status, "{what}: {}", answer.said());
            let kind = answer.header("content-type");
            assert!(answer.is_problem(), "{what}: {kind} {}", answer.said());
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
        assert_eq!(post(&house, nurse, "/api/v1/tasks", Sent::Json(good)).await.status, 201);
    }

    /// A number in an address that is none, or none that could be, leads nowhere.
    async fn ids_that_are_none_lead_nowhere(house: House) {
        let before = house.position().await;
        let ids = ["0", "-1", "abc", "1e9", "9223372036854775807", "9223372036854775808",
            "99999999999999999999999", "1%00", "%FF", "%27%20OR%201=1"];
        for route in GUARDED.iter().filter(|route| route.path.contains('{')) {
            let who = match route.may[0] {
                crate::route_table::Role::Requester => &house.nurse,
                crate::route_table::Role::Handler => &house.joel,
                crate::route_table::Role::Coordinator => &house.coordinator,
                crate::route_table::Role::Administrator => &house.administrator,
                crate::route_table::Role::Auditor => &house.auditor,
            };
            for id in ids {
                let names = ["task", "offer", "person", "account", "grant", "kind", "control",
                    "import", "lane", "sequence"];
                let all: Vec<_> = names.iter().map(|name| (*name, id.to_owned())).collect();
                let path = filled(route.path, &all).replace("{step}", "set_off");
                // Whom to assign is another matter; here the address is.
                let person = [("person", "1".to_owned())];
                let sent = route.carries.filled(&person);
                let answer = house.send(house.request(Some(who), route.method, &path, sent)).await;
                let at = format!("{} {path}: {}", route.method, answer.status);
                // A file that is not kept here is asked for again, with the form.
                let is_file = route.path.starts_with("/import/") && answer.status == 422;
                // The log's first entry has the number 0.
                let is_first = route.path.starts_with("/log/") && id == "0";
                assert!(answer.status == 404 || is_file || is_first, "{at}: {}", answer.said());
                if path.starts_with("/api/") {
                    assert!(answer.is_problem(), "{at}: {}", answer.said());
                }
            }
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
    }

    /// A page's form with too much, too little or something of somebody else's making is turned
    /// away with a page, and what was typed is not stored.
    async fn pages_turn_bad_forms_away(house: House) {
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let cancel = format!("/tasks/{task}/cancel");
        let long = "x".repeat(TOO_MUCH);
        let tries = [
            (&*cancel, form(&[("version", "1"), ("reason", "BOREDOM")]), 422),
            (&cancel, form(&[("version", "1")]), 422),
            (&cancel, form(&[("version", "one"), ("reason", "ASKED_TWICE")]), 422),
            (&cancel, form(&[("reason", "ASKED_TWICE"), ("as", "administrator")]), 422),
            (&cancel, form(&[("reason", "ASKED_TWICE"), ("reason", "PATIENT_GONE")]), 422),
            (&cancel, form(&[("reason", &long)]), 413),
            (&cancel, raw("application/json", "{\"reason\":\"ASKED_TWICE\"}"), 415),
            (&cancel, raw("application/x-www-form-urlencoded", "reason=%FF%FE"), 422),
            ("/ask", form(&[("task_type", "1"), ("asked_by", "2")]), 422),
            ("/ask", form(&[("subject", &"b".repeat(200))]), 422),
            ("/ask", form(&[]), 422),
        ];
        let before = house.position().await;
        for (path, sent, status) in tries {
            let what = format!("{path} {sent:.60?}");
            let answer = post(&house, &house.nurse, path, sent).await;
            assert_eq!(answer.status, status, "{what}: {}", answer.said());
            assert!(answer.header("content-type").starts_with("text/html"), "{what}");
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
        assert_eq!(house.state(task).await, "QUEUED");
    }

    /// A filter that nobody could have chosen shows the page without it, or says that it is not
    /// understood; it never breaks.
    async fn odd_filters_break_nothing(house: House) {
        let before = house.position().await;
        let odd = ["?show=%00", "?find=%25%27%22%3Cscript%3E", "?unknown=1", "?show=late&show=all",
            "?from=99999999999999999999", "?before=18446744073709551615&lane=65535",
            "?before=-1", "?lane=99999", "?actor=x", "?state=green", "?%FF=%FE"];
        for route in GUARDED.iter().filter(|route| route.method == "GET") {
            if route.path.contains('{') || route.path.ends_with("/live") {
                continue;
            }
            let who = match route.may.last().unwrap() {
                crate::route_table::Role::Handler => &house.joel,
                crate::route_table::Role::Coordinator => &house.coordinator,
                crate::route_table::Role::Administrator => &house.administrator,
                _ => &house.auditor,
            };
            for query in odd {
                let answer = house.get(who, &format!("{}{query}", route.path)).await;
                // A checkpoint may not be signed yet in an instance this young.
                let fine = [200, 422].contains(&answer.status)
                    || (answer.status, route.path) == (404, "/log/checkpoint");
                assert!(fine, "{}{query}: {}", route.path, answer.status);
                assert!(!answer.body.contains("<script>"), "{}{query}", route.path);
            }
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
    }

    /// Another house's name is not answered to, whatever is asked for; health checks of the machine
    /// are, since they come by address.
    async fn another_host_is_not_served(house: House) {
        let before = house.position().await;
        let all = GUARDED.iter().map(|route| (route.method, route.path));
        for (method, path) in all.chain(PUBLIC).chain(SIGNED_IN) {
            let mut request =
                house.request(Some(&house.administrator), method, path, Sent::Nothing);
            if path.starts_with("/assets/") || request.uri().path().contains('{') {
                continue;
            }
            let other = HeaderValue::from_static("elsewhere.example");
            request.headers_mut().insert(header::HOST, other);
            let answer = house.send(request).await;
            let right = if ["/livez", "/readyz"].contains(&path) { 200 } else { 421 };
            assert_eq!(answer.status, right, "{method} {path}");
            if path.starts_with("/api/") {
                assert_eq!(answer.problem(), "wrong-host", "{method} {path}");
            }
        }
        for host in ["localhost.evil.example", "evil.example:8443", "", "[::2]", "localhost."] {
            let mut request = house.request(None, "GET", "/sign-in", Sent::Nothing);
            request.headers_mut().insert(header::HOST, HeaderValue::from_str(host).unwrap());
            assert_eq!(house.send(request).await.status, 421, "{host:?}");
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
    }

    /// A form on somebody else's page cannot press a button here, even in a browser that is signed
    /// in.
    async fn another_site_cannot_press_buttons(house: House) {
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let path = format!("/tasks/{task}/cancel");
        let version = house.task(task).await["version"].to_string();
        let sent = || form(&[("version", &version), ("reason", "ASKED_TWICE")]);
        let before = house.position().await;
        let foreign = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ];
        for (name, value) in foreign {
            let mut request = house.request(Some(&house.nurse), "POST", &path, sent());
            request.headers_mut().insert(name, HeaderValue::from_static(value));
            assert_eq!(house.send(request).await.status, 403, "{name}: {value}");
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
        let mut request = house.request(Some(&house.nurse), "POST", &path, sent());
        request.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        assert_eq!(house.send(request).await.status, 303);
    }

    /// A cookie that was made up, cut off or belongs to a session that ended opens nothing.
    async fn a_false_cookie_opens_nothing(house: House) {
        let before = house.position().await;
        let real = house.nurse.token.clone();
        let cut = &real[..real.len() - 1];
        for token in ["", "x", cut, &format!("{real}x"), &"a".repeat(5_000), "%00", "\"\""] {
            let false_nurse = Person { token: token.to_owned(), ..house.nurse.clone() };
            let page = house.get(&false_nurse, "/board").await;
            assert_eq!(page.status, 303, "{token:.20}");
            let call = house.get(&false_nurse, "/api/v1/tasks").await;
            assert_eq!((call.status, call.problem()), (401, "signed-out".to_owned()));
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
        assert_eq!(house.post(&house.nurse, "/sign-out", &[]).await.status, 303);
        assert_eq!(house.get(&house.nurse, "/board").await.status, 303);
        assert_eq!(house.get(&house.nurse, "/api/v1/tasks").await.status, 401);
    }

    /// What is not there is told the same way as everything else: a page for people, a problem
    /// document for scripts.
    async fn what_is_not_there_is_said_kindly(house: House) {
        let page = house.get(&house.nurse, "/nowhere").await;
        assert_eq!(page.status, 404);
        assert!(page.header("content-type").starts_with("text/html"));
        let call = house.get(&house.nurse, "/api/v1/nowhere").await;
        assert_eq!((call.status, call.problem()), (404, "not-found".to_owned()));
        let path = "/api/v1/me/tasks/1/fly";
        let call = house.call(&house.joel, path, json!({})).await;
        assert_eq!((call.status, call.problem()), (404, "not-found".to_owned()));
    }
}
