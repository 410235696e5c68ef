//! An invented mini hospital for one test: places, teams, people of every role, all signed in.
//!
//! It is made the way a customer's is: `instance::create`, the importers' operations, invitations,
//! accepted terms. The clock stands until the test moves it. Refused: rows put in behind the
//! operations' backs, and services that run unasked.

use std::{net::SocketAddr, sync::Arc};

use almoner::{
    config::Settings,
    founding::{AUDITOR, COORDINATOR, HANDLER, REQUESTER},
    instance::{self, Folder, Instance, MIGRATIONS},
    web::{
        self,
        app::App,
        assurance::events::{LogViewed, ViewLog},
    },
};
use axum::Router;
use care::tasking::{
    import::{EdgeRow, PersonRow, PlaceRow},
    model::{
        Course, LocationId, Mode, Needs, PlaceKind, TaskTypeId, TaskTypeSpec, TeamId, Way,
        WorkGroup, WorkerId,
    },
    priority::TargetMinutes,
    seen::SeenWorker,
    setup::TeamRow,
};
use serde_json::json;
use tempfile::TempDir;
use trust::{
    identity::{
        Identity,
        accounts::{AccountLine, Given, Invitation},
        caller::Caller,
        model::DeviceClass,
        permit::{ActorId, ScopeKind},
    },
    ledger::entry::{Entry, Outcome},
    store::{
        clock::Clock,
        database::Database,
        verify::{Against, Report, Verdict, verify},
    },
    testing::OwnDatabase,
};

use crate::send::PATIENCE;

/// Everybody's password.
pub const PASSWORD: &str = "seven-quiet-lanterns-of-tin";
/// The first administrator's sign-in name.
const ADMINISTRATOR: &str = "ada.minchin";

/// Writes a test for both databases: `name::on_sqlite` and `name::on_postgres`.
macro_rules! on_both {
    ($($(#[$told:meta])* async fn $name:ident($house:ident: House) $body:block)+) => {$(
        async fn $name($house: $crate::house::House) $body

        $(#[$told])*
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name($crate::house::House::lite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name($crate::house::House::postgres().await).await;
            }
        }
    )+};
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    /// The name to sign in with.
    pub login: String,
    /// The account.
    pub account: ActorId,
    /// The token in cookie or header.
    pub token: String,
    /// Who stands behind a request.
    pub caller: Caller,
    /// The handler they are, if they are one.
    pub worker: Option<WorkerId>,
}

impl Person {
    /// The handler's number.
    pub fn worker(&self) -> WorkerId {
        self.worker
            .unwrap_or_else(|| panic!("{} is no handler", self.login))
    }
}

/// The mini hospital, open.
pub struct House {
    /// What the handlers share.
    pub app: Arc<App>,
    /// The open instance.
    pub instance: Instance,
    /// Stands until the test moves it.
    pub clock: Clock,
    /// Every route.
    pub router: Router,
    /// Asks from ward A.
    pub nurse: Person,
    /// Asks from ward B.
    pub clerk: Person,
    /// A porter, trained for blood.
    pub joel: Person,
    /// A porter.
    pub amara: Person,
    /// A cleaner.
    pub dylan: Person,
    /// Coordinates everything.
    pub coordinator: Person,
    /// Coordinates the cleaners only.
    pub cleaning_lead: Person,
    /// Sets up.
    pub administrator: Person,
    /// Looks at the log.
    pub auditor: Person,
    folder: Folder,
    _temporary: TempDir,
    /// Last, so that everything else is gone before the database is.
    _database: Option<OwnDatabase>,
}

impl House {
    /// The hospital on SQLite.
    pub async fn lite() -> Self {
        Self::build(None).await
    }

    /// The hospital on PostgreSQL.
    pub async fn postgres() -> Self {
        Self::build(Some(OwnDatabase::create().await)).await
    }

    async fn build(database: Option<OwnDatabase>) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::new(&temporary.path().join("instance"));
        let url = database.as_ref().map(|database| database.url.clone());
        let mut settings = Settings::new("localhost", url);
        settings.name = "Mini Infirmary".to_owned();
        settings.plain_http = true;
        settings.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let created = instance::create(&folder, &settings, ADMINISTRATOR)
            .await
            .unwrap();
        // Founding is stamped by the machine's clock, and a grant counts from then on.
        let clock = Clock::manual(Clock::system().wall());
        let instance = instance::open(&folder, clock.clone()).await.unwrap();
        instance
            .identity
            .set_password(ADMINISTRATOR, &created.code, PASSWORD)
            .await
            .unwrap();
        let administrator = come_in(&instance.identity, ADMINISTRATOR).await;
        furnish(&instance, &administrator.caller).await;
        let staff = Staff {
            instance: &instance,
            administrator: &administrator.caller,
        };
        let nurse = staff
            .office("nell.ash", REQUESTER, staff.ward("WARD-A").await)
            .await;
        let clerk = staff
            .office("carl.birch", REQUESTER, staff.ward("WARD-B").await)
            .await;
        let everywhere = (ScopeKind::All, None);
        let coordinator = staff.office("cora.elm", COORDINATOR, everywhere).await;
        let team = (ScopeKind::Team, Some(staff.team("Cleaning").await.0));
        let cleaning_lead = staff.office("lena.fir", COORDINATOR, team).await;
        let auditor = staff.office("otto.yew", AUDITOR, everywhere).await;
        let joel = staff.handler("joel.oak", "Joel O.").await;
        let amara = staff.handler("amara.pine", "Amara P.").await;
        let dylan = staff.handler("dylan.rowan", "Dylan R.").await;
        let app = App::new(&instance, vec![]).unwrap();
        let router = web::router(app.clone());
        Self {
            app,
            instance,
            clock,
            router,
            nurse,
            clerk,
            joel,
            amara,
            dylan,
            coordinator,
            cleaning_lead,
            administrator,
            auditor,
            folder,
            _temporary: temporary,
            _database: database,
        }
    }

    /// Signs somebody in who may only set up, or only coordinate, one team.
    pub async fn somebody(
        &self,
        login: &str,
        role: &str,
        scope: (ScopeKind, Option<i64>),
    ) -> Person {
        let administrator = &self.administrator.caller;
        Staff {
            instance: &self.instance,
            administrator,
        }
        .office(login, role, scope)
        .await
    }

    /// Makes an account that has no password yet; its number and code.
    pub async fn invited(&self, login: &str) -> (ActorId, String) {
        let administrator = &self.administrator.caller;
        Staff {
            instance: &self.instance,
            administrator,
        }
        .invite(login, login)
        .await
    }

    /// An account as the administrator sees it.
    pub async fn account(&self, id: ActorId) -> AccountLine {
        let lines = self.app.identity.accounts(&self.administrator.caller).await;
        let found = lines.unwrap().into_iter().find(|line| line.id == id);
        found.unwrap()
    }

    /// A place by its code.
    pub async fn place(&self, code: &str) -> LocationId {
        let directory = self.instance.tasking.directory().await.unwrap();
        directory
            .locations
            .iter()
            .find(|place| place.code == code)
            .unwrap()
            .id
    }

    /// A kind of work by its code.
    pub async fn kind(&self, code: &str) -> TaskTypeId {
        let directory = self.instance.tasking.directory().await.unwrap();
        directory
            .task_types
            .iter()
            .find(|kind| kind.code == code)
            .unwrap()
            .id
    }

    /// A team by its code.
    pub async fn team(&self, code: &str) -> TeamId {
        let directory = self.instance.tasking.directory().await.unwrap();
        directory
            .teams
            .iter()
            .find(|team| team.code == code)
            .unwrap()
            .id
    }

    /// Asks for work over the API; the task's number.
    pub async fn ask(&self, who: &Person, kind: &str, from: &str, to: Option<&str>) -> i64 {
        let wish = json!({ "task_type": kind, "priority": "ROUTINE", "from": from, "to": to });
        let answer = self.call(who, "/api/v1/tasks", wish).await;
        assert_eq!(answer.status, 201, "{}", answer.said());
        answer.json()["id"].as_i64().unwrap()
    }

    /// Brings a handler on shift.
    pub async fn begin_shift(&self, who: &Person) {
        let change = json!({ "change": "start_shift" });
        let answer = self.call(who, "/api/v1/me/state", change).await;
        assert_eq!(answer.status, 204, "{}", answer.said());
    }

    /// A coordinator asks this handler for a task; the offer's number.
    pub async fn assign(&self, task: i64, to: &Person) -> i64 {
        let choice = json!({ "worker": to.worker().0, "reason": "PLAN_CHANGED" });
        let path = format!("/api/v1/tasks/{task}/assign");
        let answer = self.call(&self.coordinator, &path, choice).await;
        assert_eq!(answer.status, 204, "{}", answer.said());
        self.own_offer(to)
            .await
            .unwrap_or_else(|| panic!("{} is not asked", to.login))
            .0
    }

    /// The question that a handler's phone shows: its number, its task, why them.
    pub async fn own_offer(&self, who: &Person) -> Option<(i64, i64, String)> {
        let work = self.get(who, "/api/v1/me/work").await.json();
        let offer = work["offer"].as_object()?;
        let number = |name: &str| offer[name].as_i64().unwrap();
        Some((
            number("id"),
            number("task"),
            offer["why"].as_str().unwrap().to_owned(),
        ))
    }

    /// A task as the coordinator sees it.
    pub async fn task(&self, id: i64) -> serde_json::Value {
        self.get(&self.coordinator, &format!("/api/v1/tasks/{id}"))
            .await
            .json()
    }

    /// Where a task stands.
    pub async fn state(&self, id: i64) -> String {
        self.task(id).await["state"].as_str().unwrap().to_owned()
    }

    /// Waits until something has come about by itself, looking again after every change.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let mut notices = self.app.store.notices();
        let waiting = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                // The looks of this very loop leave entries too; only changes are worth a look.
                while let Ok(batch) = notices.recv().await {
                    if batch.iter().any(|notice| !notice.touched.is_empty()) {
                        break;
                    }
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, waiting).await;
        found.unwrap_or_else(|_| panic!("it did not come about: {what}"))
    }

    /// The log's entries from a place on, in order. The look for them is not among the last test's
    /// changes, since it is a look.
    pub async fn entries_since(&self, position: u64) -> Vec<Entry> {
        let permit = self.auditor.caller.permit(ViewLog).await.unwrap();
        let event = LogViewed {
            lane: None,
            sequence: None,
        };
        let mut reader = self.app.store.read(permit, event).await.unwrap();
        let page = reader.log_page(0, None, 10_000, |entry| entry.sequence >= position);
        let mut found: Vec<Entry> = page
            .await
            .unwrap()
            .entries
            .into_iter()
            .filter_map(|logged| logged.entry)
            .collect();
        found.reverse();
        found
    }

    /// A mark in the log.
    pub async fn position(&self) -> u64 {
        self.app.store.head().borrow().size
    }

    /// What has changed since a mark, as the log tells it: looks and signs of life left out.
    pub async fn changes_since(&self, position: u64) -> Vec<String> {
        let entries = self.entries_since(position).await.into_iter();
        let is_change = |entry: &Entry| {
            entry.outcome != Outcome::Read && entry.event != "identity.session_seen"
        };
        entries.filter(is_change).map(|entry| entry.event).collect()
    }

    /// The database's address, for a look behind the store's back.
    pub fn database_url(&self) -> String {
        self.instance.settings.database_url(self.folder.path())
    }

    /// Holds database, log and keys against each other, as `almoner verify` does.
    pub async fn verified(&self) -> Report {
        let database = Database::parse(&self.database_url()).unwrap();
        let against = Against {
            vault: Some(self.app.store.vault()),
            migrations: &MIGRATIONS,
            ..Against::default()
        };
        verify(&database, &against).await.unwrap()
    }

    /// Demands that nothing is found.
    pub async fn assert_intact(&self) {
        let report = self.verified().await;
        assert_eq!(report.verdict(), Verdict::Intact, "{report:#?}");
    }
}

/// Signs somebody in, in the name of a browser, and accepts the terms.
async fn come_in(identity: &Identity, login: &str) -> Person {
    let started = identity.sign_in(login, PASSWORD).await.unwrap();
    let caller = identity.caller(&started.token, true).await.unwrap();
    identity.accept_terms(&caller).await.unwrap();
    let caller = identity.caller(&started.token, true).await.unwrap();
    let (login, token) = (login.to_owned(), started.token);
    Person {
        login,
        account: started.account,
        token,
        caller,
        worker: None,
    }
}

/// Puts people into an instance.
struct Staff<'a> {
    instance: &'a Instance,
    administrator: &'a Caller,
}

impl Staff<'_> {
    async fn ward(&self, code: &str) -> (ScopeKind, Option<i64>) {
        let directory = self.instance.tasking.directory().await.unwrap();
        let place = directory
            .locations
            .iter()
            .find(|place| place.code == code)
            .unwrap();
        (ScopeKind::Ward, Some(place.id.0))
    }

    async fn team(&self, code: &str) -> TeamId {
        let directory = self.instance.tasking.directory().await.unwrap();
        directory
            .teams
            .iter()
            .find(|team| team.code == code)
            .unwrap()
            .id
    }

    async fn invite(&self, login: &str, name: &str) -> (ActorId, String) {
        let invitation = Invitation {
            sign_in_name: login.to_owned(),
            display_name: name.to_owned(),
            device_class: DeviceClass::Personal,
        };
        let identity = &self.instance.identity;
        let invited = identity
            .invite_account(self.administrator, &invitation)
            .await
            .unwrap();
        (invited.account, invited.code)
    }

    async fn office(&self, login: &str, role: &str, scope: (ScopeKind, Option<i64>)) -> Person {
        let identity = &self.instance.identity;
        let (account, code) = self.invite(login, login).await;
        identity.set_password(login, &code, PASSWORD).await.unwrap();
        let given = Given {
            scope,
            reason: "a test",
            ends_at: None,
            seen: None,
        };
        identity
            .grant_role(self.administrator, account, role, given)
            .await
            .unwrap();
        come_in(identity, login).await
    }

    async fn handler(&self, login: &str, name: &str) -> Person {
        let people = self
            .instance
            .tasking
            .people(self.administrator, false)
            .await
            .unwrap();
        let line = people.lines.iter().find(|line| line.name == name).unwrap();
        let scope = (ScopeKind::Team, Some(line.worker.team.0));
        let person = self.office(login, HANDLER, scope).await;
        let (worker, account) = (line.worker.id, person.account);
        self.instance
            .tasking
            .link_worker(self.administrator, SeenWorker::as_it_is(worker), account)
            .await
            .unwrap();
        Person {
            worker: Some(worker),
            ..person
        }
    }
}

/// Places, walks, teams, people and kinds of work.
async fn furnish(instance: &Instance, administrator: &Caller) {
    let tasking = &instance.tasking;
    tasking
        .import_places(administrator, &places())
        .await
        .unwrap();
    tasking.import_walks(administrator, &walks()).await.unwrap();
    let team = |name: &str| TeamRow {
        code: name.to_owned(),
        name: name.to_owned(),
        base: Some("LODGE".to_owned()),
    };
    let teams = [team("Portering"), team("Cleaning")];
    tasking.import_teams(administrator, &teams).await.unwrap();
    tasking
        .import_people(administrator, &people())
        .await
        .unwrap();
    for spec in kinds() {
        tasking
            .save_task_type(administrator, spec, None)
            .await
            .unwrap();
    }
}

fn places() -> Vec<PlaceRow> {
    let place = |code: &str, name: &str, kind: PlaceKind| PlaceRow {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        site: "MAIN".to_owned(),
        building: "Old house".to_owned(),
        floor: "Ground".to_owned(),
        level: 0,
        extension: None,
    };
    vec![
        place("LODGE", "Lodge", PlaceKind::Lodge),
        place("WARD-A", "Alder Ward", PlaceKind::Ward),
        place("WARD-B", "Birch Ward", PlaceKind::Ward),
        place("XRAY", "X-ray", PlaceKind::Imaging),
    ]
}

fn walks() -> Vec<EdgeRow> {
    let walk = |from: &str, to: &str, seconds: u32| EdgeRow {
        from: from.to_owned(),
        to: to.to_owned(),
        seconds,
        way: Way::Corridor,
        is_one_way: false,
    };
    vec![
        walk("LODGE", "WARD-A", 120),
        walk("WARD-A", "WARD-B", 60),
        walk("WARD-A", "XRAY", 90),
    ]
}

fn people() -> Vec<PersonRow> {
    let person = |number: &str, name: &str, team: &str, skills: &[&str]| PersonRow {
        staff_number: number.to_owned(),
        name: name.to_owned(),
        team: team.to_owned(),
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        base: Some("LODGE".to_owned()),
    };
    vec![
        person("P-1", "Joel O.", "Portering", &["BLOOD"]),
        person("P-2", "Amara P.", "Portering", &[]),
        person("C-1", "Dylan R.", "Cleaning", &[]),
    ]
}

fn kinds() -> Vec<TaskTypeSpec> {
    let kind = |code: &str, name: &str, group: WorkGroup, team: &str| TaskTypeSpec {
        code: code.to_owned(),
        name: name.to_owned(),
        group,
        team: team.to_owned(),
        needs: Needs::default(),
        skills: vec![],
        targets: TargetMinutes {
            emergency: 10,
            urgent: 20,
            routine: 40,
        },
        handling_seconds: 120,
        course: Course::default(),
    };
    let skilled = |skill: &str, spec| TaskTypeSpec {
        skills: vec![skill.to_owned()],
        ..spec
    };
    let course = |course, spec| TaskTypeSpec { course, ..spec };
    let approved = Course {
        needs_approval: true,
        ..Course::default()
    };
    let checked = Course {
        is_verified: true,
        ..Course::default()
    };
    let patient = kind(
        "patient-xray",
        "Patient to X-ray",
        WorkGroup::Patient,
        "Portering",
    );
    vec![
        kind(
            "sample",
            "Sample to laboratory",
            WorkGroup::Item,
            "Portering",
        ),
        skilled(
            "BLOOD",
            kind("blood", "Blood to ward", WorkGroup::Item, "Portering"),
        ),
        course(
            approved,
            kind("hoist", "Hoist on loan", WorkGroup::Item, "Portering"),
        ),
        course(
            checked,
            kind("bed-clean", "Bed clean", WorkGroup::Cleaning, "Cleaning"),
        ),
        TaskTypeSpec {
            needs: Needs::travelling(Mode::Chair),
            ..patient
        },
    ]
}
