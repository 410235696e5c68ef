//! Table 1: every route for nobody, for each wrong role, and for the right role elsewhere.
//!
//! The routes come from the code: every `.route("…"` under `src/web`, and every path that the API
//! describes. What is in one of code and table and not in the other fails. Next: `route_table`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{
    house::{House, Person},
    route_table::{
        Carries, Elsewhere, Filled, GUARDED, PUBLIC, ROLES, Role, Route, SIGNED_IN, filled,
    },
    send::{Answer, Sent},
};

/// A path, and the methods that it takes.
type Methods = BTreeMap<String, BTreeSet<String>>;

/// What the tables say.
fn in_the_tables() -> Methods {
    let mut found = Methods::new();
    let guarded = GUARDED.iter().map(|route| (route.method, route.path));
    for (method, path) in guarded.chain(PUBLIC).chain(SIGNED_IN) {
        let is_new = found
            .entry(path.to_owned())
            .or_default()
            .insert(method.to_owned());
        assert!(is_new, "{method} {path} is in the tables twice");
    }
    // Files are served by a router of their own, which has no route of ours to find.
    found.remove("/assets/{file}");
    found
}

/// Every path of a `.route("…"` in the source of the web.
fn in_the_source(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            in_the_source(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let base = if path.ends_with("api/mod.rs") {
            "/api/v1"
        } else {
            ""
        };
        for rest in text.split(".route(").skip(1) {
            let literal = rest
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'));
            let (route, _) = literal.unwrap_or_else(|| {
                panic!("{}: write the path of a route as a literal", path.display())
            });
            found.insert(format!("{base}{route}"));
        }
    }
}

/// Every path and method that the API describes.
async fn in_the_description(house: &House) -> Methods {
    let described = house
        .get(&house.auditor, "/api/v1/openapi.json")
        .await
        .json();
    assert_eq!(
        described["openapi"].as_str().map(|version| &version[..4]),
        Some("3.1.")
    );
    let paths = described["paths"].as_object().unwrap();
    let methods = |of: &serde_json::Value| -> BTreeSet<String> {
        of.as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect()
    };
    paths
        .iter()
        .map(|(path, of)| (format!("/api/v1{path}"), methods(of)))
        .collect()
}

on_both! {
    /// No page is forgotten: what the code serves is in the tables, what the tables say is served,
    /// and every other verb is turned away.
    async fn every_route_is_in_a_table(house: House) {
        let mut source = BTreeSet::new();
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
        in_the_source(&web, &mut source);
        let api = in_the_description(&house).await;
        source.extend(api.keys().cloned());
        let table = in_the_tables();
        let known: BTreeSet<String> = table.keys().cloned().collect();
        let missing: Vec<_> = source.difference(&known).collect();
        assert!(missing.is_empty(), "put these routes into route_table.rs: {missing:?}");
        let gone: Vec<_> = known.difference(&source).collect();
        assert!(gone.is_empty(), "take these routes out of route_table.rs: {gone:?}");
        for (path, methods) in &api {
            assert_eq!(Some(methods), table.get(path), "{path} as the API describes it");
        }
        let ids = scene(&house).await;
        for (path, methods) in &table {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                if methods.contains(method) {
                    continue;
                }
                let at = filled(path, &ids);
                let request =
                    house.request(Some(&house.administrator), method, &at, Sent::Nothing);
                let answer = house.send(request).await;
                assert_eq!(answer.status, 405, "{method} {path} is in no table");
            }
        }
    }

    /// Whoever is not signed in is led to the door, and a script is told so.
    async fn nobody_gets_nothing(house: House) {
        let ids = scene(&house).await;
        let before = house.position().await;
        let signed_in = SIGNED_IN.map(|(method, path)| (method, path, Carries::Nothing));
        let guarded = GUARDED.iter().map(|route| (route.method, route.path, route.carries));
        for (method, path, carries) in guarded.chain(signed_in) {
            let at = filled(path, &ids);
            let answer = house.send(house.request(None, method, &at, carries.filled(&ids))).await;
            let at = format!("{method} {path}");
            if path.starts_with("/api/") {
                assert_eq!((answer.status, answer.is_problem()), (401, true), "{at}");
            } else if path.ends_with("/live") {
                assert_eq!(answer.status, 401, "{at}");
            } else {
                assert_eq!(answer.status, 303, "{at}");
                assert!(answer.location().starts_with("/sign-in?next=/"), "{at}");
            }
        }
        assert_eq!(house.changes_since(before).await, [""; 0]);
    }

    /// What needs no account works without one.
    async fn the_door_and_the_help_are_open(house: House) {
        for (method, path) in PUBLIC.into_iter().filter(|(method, _)| *method == "GET") {
            let ids = [("page", "sign-in".to_owned()), ("file", "almoner.css".to_owned())];
            let at = filled(path, &ids);
            let answer = house.send(house.request(None, method, &at, Sent::Nothing)).await;
            assert_eq!(answer.status, 200, "{at}");
        }
    }

    /// A role that does not include it is refused, and the attempt is the only thing on record.
    async fn a_wrong_role_is_refused(house: House) {
        let ids = scene(&house).await;
        for route in GUARDED {
            for role in ROLES.into_iter().filter(|role| !route.may.contains(role)) {
                let before = house.position().await;
                let answer = ask(&house, holder(&house, role), route, &ids).await;
                let at = format!("{} {} as {role:?}", route.method, route.path);
                assert_eq!(answer.status, 403, "{at}: {}", answer.said());
                if route.path.starts_with("/api/") {
                    assert_eq!(answer.problem(), "not-allowed", "{at}");
                }
                let left = house.changes_since(before).await;
                assert_eq!(left, ["identity.permission_refused"], "{at}");
            }
        }
    }

    /// A role that includes a page gets it, and looking changes nothing.
    async fn a_right_role_gets_its_pages(house: House) {
        let ids = scene(&house).await;
        let mut anchors = house.instance.anchoring.state();
        let is_kept = |state: &trust::store::anchoring::State| {
            state.folders.iter().any(|folder| folder.kept.is_some())
        };
        anchors.wait_for(is_kept).await.unwrap();
        for route in GUARDED.iter().filter(|route| route.method == "GET") {
            for role in route.may {
                let before = house.position().await;
                let answer = ask(&house, holder(&house, *role), route, &ids).await;
                let at = format!("{} as {role:?}", route.path);
                // A file that was not sent before can only be asked for again.
                let right = if route.path.starts_with("/import/") { 422 } else { 200 };
                assert_eq!(answer.status, right, "{at}: {}", answer.said());
                // A look changes nothing at all; an act leaves at most that it was refused.
                let left = house.changes_since(before).await;
                let is_refusal = left == ["identity.permission_refused"] && route.method != "GET";
                assert!(left.is_empty() || is_refusal, "{at}: {left:?}");
            }
        }
        for (_, path) in SIGNED_IN.into_iter().filter(|(method, _)| *method == "GET") {
            let answer = house.get(&house.auditor, path).await;
            assert!([200, 303].contains(&answer.status), "{path}: {}", answer.status);
        }
    }

    /// The right role in another ward or team sees and changes nothing here, and cannot even tell
    /// what is there.
    async fn another_ward_or_team_gets_nothing(house: House) {
        let ids = scene(&house).await;
        for route in GUARDED.iter().filter(|route| route.elsewhere != Elsewhere::Same) {
            for role in route.may {
                let Some(who) = elsewhere(&house, *role) else { continue };
                let before = house.position().await;
                let at = format!("{} {} as {}", route.method, route.path, who.login);
                match route.elsewhere {
                    Elsewhere::NotThere => {
                        let answer = ask(&house, who, route, &ids).await;
                        assert_eq!(answer.status, 404, "{at}: {}", answer.said());
                        let nobodys: Vec<_> =
                            ids.iter().map(|(name, _)| (*name, "999999".to_owned())).collect();
                        // A wish names its places in the body; there is no address to make up.
                        if route.path.contains('{') && !route.path.contains("{step}") {
                            let missing = ask(&house, who, route, &nobodys).await;
                            assert_eq!(missing.status, 404, "{at}, not there at all");
                            assert_eq!(missing.body, answer.body, "{at}: the two look alike");
                        }
                    }
                    Elsewhere::FormAgain => {
                        let answer = ask(&house, who, route, &ids).await;
                        assert_eq!(answer.status, 422, "{at}");
                    }
                    Elsewhere::LeavesOut => leaves_out(&house, who, route).await,
                    Elsewhere::Same => {}
                }
                // A look changes nothing at all; an act leaves at most that it was refused.
                let left = house.changes_since(before).await;
                let is_refusal = left == ["identity.permission_refused"] && route.method != "GET";
                assert!(left.is_empty() || is_refusal, "{at}: {left:?}");
            }
        }
    }
}

/// Work from ward A that Joel is asked for; the ids that paths are filled with.
async fn scene(house: &House) -> Vec<(&'static str, String)> {
    house.begin_shift(&house.joel).await;
    let task = house
        .ask(&house.nurse, "sample", "WARD-A", Some("XRAY"))
        .await;
    let offer = house.assign(task, &house.joel).await;
    let accounts = house
        .app
        .identity
        .accounts(&house.administrator.caller)
        .await
        .unwrap();
    let amara = accounts
        .iter()
        .find(|line| line.id == house.amara.account)
        .unwrap();
    vec![
        ("task", task.to_string()),
        ("offer", offer.to_string()),
        ("person", house.joel.worker().to_string()),
        ("account", amara.id.to_string()),
        ("grant", amara.grants[0].id.to_string()),
        ("kind", house.kind("sample").await.to_string()),
        ("team", house.team("Cleaning").await.to_string()),
        ("from", house.place("WARD-A").await.to_string()),
        ("to", house.place("XRAY").await.to_string()),
        ("control", "B40".to_owned()),
        ("lane", "0".to_owned()),
        ("sequence", "0".to_owned()),
        ("import", "1".to_owned()),
        ("step", "set_off".to_owned()),
        ("page", "sign-in".to_owned()),
        ("file", "almoner.css".to_owned()),
    ]
}

async fn ask(house: &House, who: &Person, route: &Route, ids: Filled<'_>) -> Answer {
    let path = filled(route.path, ids);
    house
        .send(house.request(Some(who), route.method, &path, route.carries.filled(ids)))
        .await
}

/// Somebody with the role who may see the scene.
fn holder(house: &House, role: Role) -> &Person {
    match role {
        Role::Requester => &house.nurse,
        Role::Handler => &house.joel,
        Role::Coordinator => &house.coordinator,
        Role::Administrator => &house.administrator,
        Role::Auditor => &house.auditor,
    }
}

/// Somebody with the role in another ward or team.
fn elsewhere(house: &House, role: Role) -> Option<&Person> {
    match role {
        Role::Requester => Some(&house.clerk),
        Role::Handler => Some(&house.dylan),
        Role::Coordinator => Some(&house.cleaning_lead),
        Role::Administrator | Role::Auditor => None,
    }
}

/// A page shows neither the other ward's task nor the other team's people.
async fn leaves_out(house: &House, who: &Person, route: &Route) {
    let shown = if route.path.ends_with("/live") {
        house.follow(who, route.path).await.until("\n\n").await
    } else {
        let answer = house.get(who, route.path).await;
        assert_eq!(answer.status, 200, "{} as {}", route.path, who.login);
        answer.body
    };
    assert!(!shown.is_empty(), "{} shows something", route.path);
    // A plan shows every ward, as a map on the wall does, but nobody's work and nobody's place.
    let wards: &[&str] = if route.path.starts_with("/board/plan") {
        &[]
    } else {
        &["Alder Ward"]
    };
    for theirs in wards.iter().chain(&["Sample to laboratory", "Joel O."]) {
        assert!(
            !shown.contains(theirs),
            "{} shows {theirs} to {}",
            route.path,
            who.login
        );
    }
}
