//! Setting the demonstration up: the hospital through the importers, the people through
//! invitations.

use anyhow::{Context, anyhow};
use care::tasking::{
    events::{ImportRows, SaveTaskType},
    import::{PersonRow, ShiftRow},
    model::{LocationId, WorkerId},
    seen::SeenWorker,
    setup::TeamRow,
};
use trust::{
    identity::{
        Identity,
        accounts::{Given, Invitation},
        caller::Caller,
        model::DeviceClass,
        permit::{ActorId, ScopeKind},
    },
    store::value::Moment,
};

use super::hospital::{Account, CLEANING, Hospital, PORTERING};
use crate::{
    founding::{AUDITOR, COORDINATOR, HANDLER, REQUESTER},
    instance::Instance,
    web::views::sign_in::DemoPerson,
};

/// The first administrator's sign-in name.
pub const ADMINISTRATOR: &str = "dilys.warmington";
/// Everybody's password. It is printed on the sign-in page of a demonstration, so it is no secret.
pub const PASSWORD: &str = "lantern-over-quiet-water";
/// The code of the place where porters and cleaners begin.
const LODGE: &str = "LODGE";
/// The porter whose phone is left to visitors.
const FOR_VISITORS: &str = "Joel Penhallow";

/// Everybody who takes part.
pub struct People {
    /// Staff of the wards, with the place they ask from.
    pub wards: Vec<WardClerk>,
    /// Somebody who may ask from everywhere, for places without a clerk.
    pub switchboard: Option<Caller>,
    /// Porters and cleaners who are simulated.
    pub staff: Vec<StaffMember>,
    /// Whom a visitor may be.
    pub sign_ins: Vec<DemoPerson>,
}

/// Somebody who asks for work.
pub struct WardClerk {
    /// Their caller.
    pub caller: Caller,
    /// The code of their ward.
    pub place: &'static str,
}

/// A porter or cleaner.
pub struct StaffMember {
    /// Their caller.
    pub caller: Caller,
    /// Who they are.
    pub worker: WorkerId,
    /// Their shifts around this day.
    pub shifts: Vec<ShiftRow>,
}

/// Brings the hospital in and the people to their places.
///
/// # Errors
/// What an operation refused; an invented hospital that cannot be imported is a fault of ours.
pub async fn set_up(
    instance: &Instance,
    hospital: &Hospital,
    code: &str,
    midnight: Moment,
) -> anyhow::Result<People> {
    let identity = &instance.identity;
    identity.set_password(ADMINISTRATOR, code, PASSWORD).await?;
    let administrator = come_in(identity, ADMINISTRATOR).await?;
    debug_assert!(administrator.may(ImportRows) && administrator.may(SaveTaskType));
    let day = 24 * 60 * trust::store::value::MINUTE;
    let shifts: Vec<ShiftRow> = [-day, 0, day]
        .into_iter()
        .flat_map(|offset| hospital.shifts_on(midnight.0 + offset))
        .collect();
    bring_in(instance, &administrator, hospital, &shifts).await?;
    let mut people = People {
        wards: vec![],
        switchboard: None,
        staff: vec![],
        sign_ins: vec![],
    };
    for account in &hospital.accounts {
        invite_office(instance, &administrator, account, &mut people).await?;
    }
    for person in &hospital.people {
        let own = shifts
            .iter()
            .filter(|shift| shift.staff_number == person.staff_number);
        let member = invite_handler(instance, &administrator, person, &mut people).await?;
        if let Some((caller, worker)) = member {
            people.staff.push(StaffMember {
                caller,
                worker,
                shifts: own.cloned().collect(),
            });
        }
    }
    Ok(people)
}

async fn bring_in(
    instance: &Instance,
    administrator: &Caller,
    hospital: &Hospital,
    shifts: &[ShiftRow],
) -> anyhow::Result<()> {
    let tasking = &instance.tasking;
    tasking
        .import_places(administrator, &hospital.places)
        .await?;
    tasking.import_walks(administrator, &hospital.edges).await?;
    let teams = [PORTERING, CLEANING].map(|name| TeamRow {
        code: name.to_owned(),
        name: name.to_owned(),
        base: Some(LODGE.to_owned()),
    });
    tasking.import_teams(administrator, &teams).await?;
    let people: Vec<PersonRow> = hospital.people.iter().map(in_short).collect();
    tasking.import_people(administrator, &people).await?;
    tasking.import_shifts(administrator, shifts).await?;
    for kind in &hospital.task_types {
        tasking
            .save_task_type(administrator, kind.clone(), None)
            .await?;
    }
    Ok(())
}

/// Signs somebody in and accepts the terms for them.
async fn come_in(identity: &Identity, login: &str) -> anyhow::Result<Caller> {
    let started = identity.sign_in(login, PASSWORD).await?;
    let caller = identity.caller(&started.token, true).await?;
    identity.accept_terms(&caller).await?;
    Ok(identity.caller(&started.token, true).await?)
}

/// "joel.penhallow"
fn login_of(full_name: &str) -> String {
    let letters = full_name.to_lowercase();
    letters
        .chars()
        .map(|letter| if letter == ' ' { '.' } else { letter })
        .collect()
}

async fn invite(
    instance: &Instance,
    administrator: &Caller,
    full_name: &str,
    display_name: String,
) -> anyhow::Result<(ActorId, String)> {
    let login = login_of(full_name);
    let invitation = Invitation {
        sign_in_name: login.clone(),
        display_name,
        device_class: DeviceClass::Personal,
    };
    let invited = instance
        .identity
        .invite_account(administrator, &invitation)
        .await?;
    instance
        .identity
        .set_password(&login, &invited.code, PASSWORD)
        .await?;
    Ok((invited.account, login))
}

async fn invite_office(
    instance: &Instance,
    administrator: &Caller,
    account: &Account,
    people: &mut People,
) -> anyhow::Result<()> {
    let (full, short) = (account.name.full(), account.name.short());
    let role = match account.role {
        "requester" => REQUESTER,
        "coordinator" => COORDINATOR,
        "auditor" => AUDITOR,
        _ => {
            people
                .sign_ins
                .push(sign_in(ADMINISTRATOR, &short, "Administrator", false));
            return Ok(());
        }
    };
    let (actor, login) = invite(instance, administrator, &full, short.clone()).await?;
    let scope = match account.place {
        None => (ScopeKind::All, None),
        Some(code) => (
            ScopeKind::Ward,
            Some(place_id(instance, administrator, code).await?.0),
        ),
    };
    let given = Given {
        scope,
        reason: "demonstration",
        ends_at: None,
        seen: None,
    };
    instance
        .identity
        .grant_role(administrator, actor, role, given)
        .await?;
    let caller = come_in(&instance.identity, &login).await?;
    let is_first = !people
        .sign_ins
        .iter()
        .any(|person| person.role.starts_with(role));
    if is_first {
        let words = match account.place {
            Some(_) => format!("{role}, Kestrel Ward"),
            None => role.to_owned(),
        };
        people.sign_ins.push(sign_in(&login, &short, &words, false));
    }
    if role == COORDINATOR {
        people.switchboard = Some(caller.clone());
    }
    if let Some(place) = account.place {
        people.wards.push(WardClerk { caller, place });
    }
    Ok(())
}

async fn invite_handler(
    instance: &Instance,
    administrator: &Caller,
    person: &PersonRow,
    people: &mut People,
) -> anyhow::Result<Option<(Caller, WorkerId)>> {
    let (short, full) = (in_short(person).name, person.name.clone());
    let (actor, login) = invite(instance, administrator, &full, short.clone()).await?;
    let found = instance.tasking.people(administrator, false).await?;
    let worker = found.lines.iter().find(|line| line.name == short);
    let worker = worker
        .with_context(|| format!("{short} was not imported"))?
        .worker
        .clone();
    instance
        .tasking
        .link_worker(administrator, SeenWorker::as_it_is(worker.id), actor)
        .await?;
    let scope = (ScopeKind::Team, Some(worker.team.0));
    let given = Given {
        scope,
        reason: "demonstration",
        ends_at: None,
        seen: None,
    };
    instance
        .identity
        .grant_role(administrator, actor, HANDLER, given)
        .await?;
    let caller = come_in(&instance.identity, &login).await?;
    if full == FOR_VISITORS {
        people
            .sign_ins
            .push(sign_in(&login, &short, "Porter, on a phone", true));
        instance.tasking.answers_in_real_time(worker.id);
        return Ok(None); // theirs is the visitor's phone: nobody presses its buttons
    }
    Ok(Some((caller, worker.id)))
}

/// The same person as colleagues call them: "Joel P.".
fn in_short(person: &PersonRow) -> PersonRow {
    let mut short = person.clone();
    if let Some((first, family)) = person.name.split_once(' ') {
        let initial: String = family.chars().take(1).collect();
        short.name = format!("{first} {initial}.");
    }
    short
}

async fn place_id(
    instance: &Instance,
    administrator: &Caller,
    code: &str,
) -> anyhow::Result<LocationId> {
    let directory = instance.tasking.places(administrator).await?;
    let found = directory
        .locations
        .iter()
        .find(|location| location.code == code);
    found
        .map(|location| location.id)
        .ok_or_else(|| anyhow!("no place {code}"))
}

fn sign_in(login: &str, name: &str, role: &str, on_phone: bool) -> DemoPerson {
    DemoPerson {
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        role: role.to_owned(),
        on_phone,
    }
}

/// Says who can sign in, for people and for scripts.
pub fn print(people: &People, speed: u32) {
    println!("\nThe day runs {speed} times as fast as yours. Invented people to be:\n");
    for person in &people.sign_ins {
        // One word for the role, so that scripts can read the line as well.
        let role = person
            .role
            .split([',', ' '])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let role = if person.on_phone {
            "handler".to_owned()
        } else {
            role
        };
        println!("sign-in: {role} {} {PASSWORD}", person.login);
    }
    println!();
}
