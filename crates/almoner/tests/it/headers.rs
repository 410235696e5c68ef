//! What every answer says to the browser, and what the door gives away: nothing.

use axum::http::{HeaderValue, header};

use crate::{
    house::PASSWORD,
    route_table::{GUARDED, PUBLIC, filled},
    send::{Sent, form},
};

on_both! {
    /// Pages load nothing from elsewhere, run nothing that is written into them, are in nobody's
    /// frame and in no cache; errors are no exception.
    async fn every_page_is_closed_to_the_outside(house: House) {
        let ids = [("page", "sign-in".to_owned()), ("file", "almoner.css".to_owned()),
            ("lane", "0".to_owned()), ("sequence", "0".to_owned()), ("control", "A1".to_owned())];
        let pages = GUARDED.iter().map(|route| (route.method, route.path)).chain(PUBLIC);
        for (method, path) in pages.chain([("GET", "/nowhere"), ("POST", "/sign-in")]) {
            if path.ends_with("/live") {
                continue;
            }
            let at = filled(path, &ids);
            let at = at.replace(['{', '}'], "");
            let request = house.request(Some(&house.auditor), method, &at, Sent::Nothing);
            let answer = house.send(request).await;
            let policy = answer.header("content-security-policy");
            let holds = |part: &str| policy.split("; ").any(|found| found == part);
            for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'",
                "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
                assert!(holds(part), "{method} {at} lacks {part}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{at}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{at}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{at}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{at}");
            assert!(answer.header("strict-transport-security").starts_with("max-age="), "{at}");
            let cache = if path.starts_with("/assets/") { "no-cache" } else { "no-store" };
            assert_eq!(answer.header("cache-control"), cache, "{at}");
            let is_html = answer.header("content-type").starts_with("text/html");
            if is_html {
                assert!(!answer.body.contains(" style=\""), "{at} has styles of its own");
                assert!(!answer.body.contains("<script>"), "{at} has a script of its own");
                assert!(!answer.body.contains(" onclick="), "{at} has a handler of its own");
            }
        }
    }

    /// The session's cookie is for this origin only, never without TLS, and no script can read it.
    async fn the_cookie_is_kept_from_scripts_and_other_sites(house: House) {
        let fields = [("login", "nell.ash"), ("password", PASSWORD), ("next", "/board")];
        let request = house.request(None, "POST", "/sign-in", form(&fields));
        let answer = house.send(request).await;
        assert_eq!((answer.status, answer.location()), (303, "/board"));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Host-almoner="), "{cookie}");
        let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
        for attribute in ["HttpOnly", "Secure", "Path=/"] {
            assert!(attributes.contains(&attribute), "{attribute} in {cookie}");
        }
        let strict = ["SameSite=Lax", "SameSite=Strict"];
        let same_site = attributes.iter().any(|part| strict.contains(part));
        assert!(same_site, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(!cookie.contains(&house.nurse.token), "each sign-in has a token of its own");
    }

    /// After signing out nothing of the pages stays in a shared computer.
    async fn signing_out_clears_the_browser(house: House) {
        let answer = house.post(&house.nurse, "/sign-out", &[]).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in"));
        let clear = answer.header("clear-site-data");
        assert!(clear.contains("\"cache\"") && clear.contains("\"storage\""), "{clear}");
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Host-almoner=;"), "{cookie}");
        assert!(cookie.contains("Max-Age=0"), "{cookie}");
    }

    /// Nobody learns from the door who has an account: a wrong name and a wrong password get the
    /// same words.
    async fn the_door_does_not_say_who_is_known(house: House) {
        let tried = async |login: &str| {
            let fields = [("login", login), ("password", "not-the-password-at-all")];
            let page = house.send(house.request(None, "POST", "/sign-in", form(&fields))).await;
            let named = serde_json::json!({ "name": login, "password": "also-not-right-at-all" });
            house.clock.advance(2 * trust::store::value::SECOND);
            let request = house.request(None, "POST", "/api/v1/sessions", Sent::Json(named));
            let call = house.send(request).await;
            house.clock.advance(2 * trust::store::value::SECOND);
            assert_eq!((page.status, call.status), (401, 401), "{login}");
            // What was typed comes back in its field, and the page knows the time.
            let body = page.body.replace(login, "somebody");
            (without_times(&body), call.body)
        };
        let known = tried("nell.ash").await;
        let unknown = tried("nobody.here").await;
        assert_eq!(known.1, unknown.1);
        assert_eq!(known.0, unknown.0);
    }

    /// Nobody is led to another site by a link to our door.
    async fn the_door_leads_nowhere_else(house: House) {
        let elsewhere = [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/%09/evil.example",
        ];
        for next in elsewhere {
            house.clock.advance(trust::store::value::SECOND);
            let fields = [("login", "nell.ash"), ("password", PASSWORD), ("next", next)];
            let answer = house.send(house.request(None, "POST", "/sign-in", form(&fields))).await;
            assert_eq!((answer.status, answer.location()), (303, "/"), "{next}");
        }
    }

    /// A page that asks in the background does not keep a session open.
    async fn polling_is_no_activity(house: House) {
        let step = house.nurse.caller.profile().device_class.idle_max() / 8;
        for _ in 0..7 {
            house.clock.advance(step);
            let mut request = house.request(Some(&house.nurse), "GET", "/session", Sent::Nothing);
            request.headers_mut().insert("almoner-background", HeaderValue::from_static("1"));
            assert_eq!(house.send(request).await.status, 200);
        }
        house.clock.advance(2 * step);
        let mut request = house.request(Some(&house.nurse), "GET", "/board", Sent::Nothing);
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
        let answer = house.send(request).await;
        assert_eq!((answer.status, answer.location()), (303, "/sign-in?next=/board&because=quiet"));
    }
}

/// The page without the moment it was made at.
fn without_times(body: &str) -> String {
    let is_stamp = |word: &str| word.len() >= 16 && word.bytes().all(|byte| byte.is_ascii_digit());
    let split = body.split_inclusive(|letter: char| !letter.is_ascii_digit());
    split
        .map(|word| {
            let digits = word.trim_end_matches(|letter: char| !letter.is_ascii_digit());
            if is_stamp(digits) {
                word.replace(digits, "#")
            } else {
                word.to_owned()
            }
        })
        .collect()
}
