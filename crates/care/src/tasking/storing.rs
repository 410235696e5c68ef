//! Storing what an import has read: places, walks, teams, people, shifts, tasks.
//!
//! Each kind knows its rows again (a place by its code, a walk by its ends, a person by staff
//! number, a shift by person and begin, a task by the other system's reference), so the same file
//! again doubles nothing. All of a file is stored or nothing (`journal.rs`). Refused: changing a
//! task that somebody has been asked for. Next: `importing.rs`, which checks before.

use std::collections::HashMap;

use trust::{
    identity::{caller::Caller, permit::Action},
    store::{
        change::Change,
        error::StoreError,
        value::{Field, Json, Moment},
    },
    tail,
    vault::SubjectId,
};

use super::{
    Tasking,
    error::TaskError,
    events::ImportRows,
    import::{EdgeRow, PersonRow, PlaceRow, ShiftRow, TaskRow},
    journal::{PART, Run},
    model::{
        Booking, EdgeId, LocationId, NewTask, ShiftId, SiteId, Task, TaskId, TeamId, WorkerId,
    },
    priority::MINUTE,
    rows::{
        self, BreakSlot, Location, Shift, Site, TaskRecord, TaskType, Team, Walk, WorkerRecord,
    },
    setup::TeamRow,
    step::{self, Told},
    worker::Worker,
};

type Codes = HashMap<String, LocationId>;

/// What to do with a task that is there already and says something else in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Differing {
    /// Nothing: what people here have made of it stands.
    #[default]
    LeaveAlone,
    /// Correct it, as long as nobody has been asked for it.
    Correct,
}

impl Tasking {
    /// Stores places. Sites are made from their codes.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`]; so for every import below. Nothing is stored
    /// then.
    pub async fn import_places(&self, caller: &Caller, all: &[PlaceRow]) -> Result<(), TaskError> {
        let mut run = Run::begin(self, caller, ("places", all.len())).await?;
        let mut stored = Ok(());
        for part in all.chunks(PART) {
            stored = places_part(&mut run, part).await;
            if stored.is_err() {
                break;
            }
        }
        run.end(stored).await
    }

    /// Stores walks between places that are there.
    ///
    /// # Errors
    /// As above; [`TaskError::Places`] for a place that is not there.
    pub async fn import_walks(&self, caller: &Caller, all: &[EdgeRow]) -> Result<(), TaskError> {
        let mut run = Run::begin(self, caller, ("walks", all.len())).await?;
        let mut stored = Ok(());
        for part in all.chunks(PART) {
            stored = walks_part(&mut run, part).await;
            if stored.is_err() {
                break;
            }
        }
        run.end(stored).await
    }

    /// Stores teams.
    ///
    /// # Errors
    /// As above.
    pub async fn import_teams(&self, caller: &Caller, all: &[TeamRow]) -> Result<(), TaskError> {
        self.import_staff(caller, all, &[]).await
    }

    /// Stores people who handle tasks. Names and staff numbers lie sealed.
    ///
    /// # Errors
    /// As above; [`TaskError::NotFound`] for a team that is not there.
    pub async fn import_people(&self, caller: &Caller, all: &[PersonRow]) -> Result<(), TaskError> {
        self.import_staff(caller, &[], all).await
    }

    /// Stores teams and the people who belong to them, both or neither.
    ///
    /// # Errors
    /// As above.
    pub async fn import_staff(
        &self,
        caller: &Caller,
        teams: &[TeamRow],
        people: &[PersonRow],
    ) -> Result<(), TaskError> {
        let rows = teams.len() + people.len();
        let what = if people.is_empty() { "teams" } else { "people" };
        let mut run = Run::begin(self, caller, (what, rows)).await?;
        let mut stored = Ok(());
        for part in teams.chunks(PART) {
            stored = teams_part(&mut run, part).await;
            if stored.is_err() {
                return run.end(stored).await;
            }
        }
        for part in people.chunks(PART) {
            stored = self.people_part(&mut run, part).await;
            if stored.is_err() {
                break;
            }
        }
        run.end(stored).await
    }

    async fn people_part(&self, run: &mut Run<'_>, part: &[PersonRow]) -> Result<(), TaskError> {
        let mut subjects = vec![];
        for _ in part {
            subjects.push(self.new_subject().await?);
        }
        let mut tx = run.part().await?;
        let teams = team_codes(&mut tx).await?;
        for (row, subject) in part.iter().zip(subjects) {
            let team = *teams.get(&row.team).ok_or(TaskError::NotFound)?;
            store_person((run, &mut tx), row, team, subject).await?;
        }
        run.commit(tx, part.len()).await
    }

    /// Stores shifts of people who are there.
    ///
    /// # Errors
    /// As above; [`TaskError::NotFound`] for a staff number that is not there.
    pub async fn import_shifts(&self, caller: &Caller, all: &[ShiftRow]) -> Result<(), TaskError> {
        let mut run = Run::begin(self, caller, ("shifts", all.len())).await?;
        let mut stored = Ok(());
        for part in all.chunks(PART) {
            stored = shifts_part(&mut run, part).await;
            if stored.is_err() {
                break;
            }
        }
        run.end(stored).await
    }

    /// Asks for the tasks of a file; a task that is due later is booked. One whose reference is
    /// here already is not asked for again.
    ///
    /// # Errors
    /// As above; [`TaskError::Kind`] and [`TaskError::Places`] for what is not there.
    pub async fn import_tasks(
        &self,
        caller: &Caller,
        all: &[TaskRow],
        differing: Differing,
    ) -> Result<(), TaskError> {
        let mut run = Run::begin(self, caller, ("tasks", all.len())).await?;
        let mut stored = Ok(());
        for part in all.chunks(PART) {
            stored = tasks_part(&mut run, part, differing).await;
            if stored.is_err() {
                break;
            }
        }
        run.end(stored).await
    }
}

async fn places_part(run: &mut Run<'_>, part: &[PlaceRow]) -> Result<(), TaskError> {
    let mut tx = run.part().await?;
    let mut sites: HashMap<String, SiteId> = HashMap::new();
    for site in tx.find(rows::sites(), vec![]).await? {
        sites.insert(site.code.clone(), site.id);
    }
    for row in part {
        let site = match sites.get(&row.site) {
            Some(site) => *site,
            None => {
                let id = SiteId(tx.new_key::<Site>().await?);
                let (code, name) = (row.site.clone(), row.site.clone());
                run.save(&mut tx, &Site { id, code, name }, None);
                sites.insert(row.site.clone(), id);
                id
            }
        };
        store_place((run, &mut tx), row, site).await?;
    }
    run.commit(tx, part.len()).await
}

async fn store_place(
    (run, tx): (&mut Run<'_>, &mut Change<ImportRows>),
    row: &PlaceRow,
    site: SiteId,
) -> Result<(), StoreError> {
    let by_code = tail!(Location, "WHERE code = $1");
    let found = tx.find(by_code, rows::value(row.code.clone())).await?.pop();
    let id = match &found {
        Some(found) => found.id,
        None => LocationId(tx.new_key::<Location>().await?),
    };
    let location = Location {
        id,
        site,
        code: row.code.clone(),
        name: row.name.clone(),
        building: row.building.clone(),
        floor: row.floor.clone(),
        level: i64::from(row.level),
        kind: row.kind,
        extension: row.extension.clone(),
        active: true,
    };
    run.save(tx, &location, found.as_ref());
    Ok(())
}

async fn walks_part(run: &mut Run<'_>, part: &[EdgeRow]) -> Result<(), TaskError> {
    let mut tx = run.part().await?;
    let places = place_codes(&mut tx).await?;
    let there: HashMap<_, _> = tx
        .find(rows::walks(), vec![])
        .await?
        .into_iter()
        .map(|walk| ((walk.from_place, walk.to_place, walk.way), walk))
        .collect();
    for row in part {
        let from = *places.get(&row.from).ok_or(TaskError::Places)?;
        let to = *places.get(&row.to).ok_or(TaskError::Places)?;
        let found = there.get(&(from, to, row.way));
        let id = match found {
            Some(walk) => walk.id,
            None => EdgeId(tx.new_key::<Walk>().await?),
        };
        let walk = Walk {
            id,
            from_place: from,
            to_place: to,
            seconds: i64::from(row.seconds),
            way: row.way,
            one_way: row.is_one_way,
        };
        run.save(&mut tx, &walk, found);
    }
    run.commit(tx, part.len()).await
}

async fn teams_part(run: &mut Run<'_>, part: &[TeamRow]) -> Result<(), TaskError> {
    let mut tx = run.part().await?;
    let places = place_codes(&mut tx).await?;
    for row in part {
        let by_code = tail!(Team, "WHERE code = $1");
        let found = tx.find(by_code, rows::value(row.code.clone())).await?.pop();
        let id = match &found {
            Some(found) => found.id,
            None => TeamId(tx.new_key::<Team>().await?),
        };
        let base = row.base.as_ref().and_then(|code| places.get(code)).copied();
        let team = Team {
            id,
            code: row.code.clone(),
            name: row.name.clone(),
            base,
            closed_at: found.as_ref().and_then(|found| found.closed_at),
        };
        run.save(&mut tx, &team, found.as_ref());
    }
    run.commit(tx, part.len()).await
}

async fn store_person(
    (run, tx): (&mut Run<'_>, &mut Change<ImportRows>),
    row: &PersonRow,
    team: TeamId,
    subject: SubjectId,
) -> Result<(), StoreError> {
    let index = staff_index(tx, &row.staff_number);
    let found = tx
        .find(rows::worker_by_staff_index(), rows::value(index.clone()))
        .await?
        .pop();
    let (id, subject) = match &found {
        Some(found) => (found.id, found.subject),
        None => (WorkerId(tx.new_key::<WorkerRecord>().await?), subject),
    };
    let place = |column| WorkerRecord::place(column, &id);
    let detail = found
        .as_ref()
        .map_or_else(|| Worker::off(id), |found| found.detail.0.clone());
    let person = WorkerRecord {
        id,
        account: found.as_ref().and_then(|found| found.account),
        subject,
        staff_index: index,
        staff_number: tx.seal(&row.staff_number, subject, &place("staff_number"))?,
        name: tx.seal(&row.name, subject, &place("name"))?,
        team,
        skills: Json(row.skills.clone()),
        state: detail.state,
        detail: Json(detail),
    };
    run.save(tx, &person, found.as_ref());
    Ok(())
}

fn staff_index<A: Action>(tx: &Change<A>, staff_number: &str) -> Vec<u8> {
    tx.blind_index("worker.staff_number", &staff_number.trim().to_lowercase())
}

async fn shifts_part(run: &mut Run<'_>, part: &[ShiftRow]) -> Result<(), TaskError> {
    let mut tx = run.part().await?;
    for row in part {
        let index = staff_index(&tx, &row.staff_number);
        let found = tx
            .find(rows::worker_by_staff_index(), rows::value(index))
            .await?;
        let worker = found.first().ok_or(TaskError::NotFound)?.id;
        let same = tail!(Shift, "WHERE worker = $1 AND starts_at = $2");
        let values = vec![worker.to_value(), row.starts_at.to_value()];
        let found = tx.find(same, values).await?.pop();
        let id = match &found {
            Some(shift) => shift.id,
            None => ShiftId(tx.new_key::<Shift>().await?),
        };
        let shift = Shift {
            id,
            worker,
            starts_at: Moment(row.starts_at),
            ends_at: Moment(row.ends_at),
            breaks: Json(row.breaks.iter().map(BreakSlot::from).collect()),
        };
        run.save(&mut tx, &shift, found.as_ref());
    }
    run.commit(tx, part.len()).await
}

async fn tasks_part(
    run: &mut Run<'_>,
    part: &[TaskRow],
    differing: Differing,
) -> Result<(), TaskError> {
    let mut tx = run.part().await?;
    let places = place_codes(&mut tx).await?;
    let kinds: HashMap<_, _> = tx
        .find(rows::task_types(), vec![])
        .await?
        .into_iter()
        .map(|kind| (kind.code.clone(), kind))
        .collect();
    for row in part {
        let kind = kinds.get(&row.task_type).ok_or(TaskError::Kind)?;
        let wish = wish_of(row, kind, &|code| places.get(code).copied())?;
        match same_task(&mut tx, row).await? {
            None => ask((run, &mut tx), row, wish, kind).await?,
            Some(found) if differing == Differing::Correct => {
                correct((run, &mut tx), &found, &wish).await?;
            }
            Some(_) => {}
        }
    }
    run.commit(tx, part.len()).await
}

async fn same_task(
    tx: &mut Change<ImportRows>,
    row: &TaskRow,
) -> Result<Option<TaskRecord>, StoreError> {
    match &row.reference {
        None => Ok(None),
        Some(reference) => {
            let values = rows::value(reference.clone());
            Ok(tx.find(rows::task_by_reference(), values).await?.pop())
        }
    }
}

async fn ask(
    (run, tx): (&mut Run<'_>, &mut Change<ImportRows>),
    row: &TaskRow,
    wish: NewTask,
    kind: &TaskType,
) -> Result<(), TaskError> {
    let id = TaskId(tx.new_key::<TaskRecord>().await?);
    run.holds(id);
    let task = Task::ask(id, wish, true, tx.now().0);
    let mut record = TaskRecord::of(task, kind.team, tx.actor());
    record.reference = row.reference.clone();
    run.save(tx, &record, None);
    let step = step::new_step(tx, &record, Told::default()).await?;
    run.save(tx, &step, None);
    Ok(())
}

/// Somebody who has been asked has read what stood there: then it is left alone.
async fn correct(
    (run, tx): (&mut Run<'_>, &mut Change<ImportRows>),
    found: &TaskRecord,
    wish: &NewTask,
) -> Result<(), TaskError> {
    if found.task().says(wish) {
        return Ok(());
    }
    if let Ok(corrected) = found.task().correct(wish, tx.now().0) {
        let after = found.after(corrected);
        run.save(tx, &after, Some(found));
        let step = step::new_step(tx, &after, Told::default()).await?;
        run.save(tx, &step, None);
    }
    Ok(())
}

async fn place_codes<A: Action>(tx: &mut Change<A>) -> Result<Codes, StoreError> {
    let found = tx.find(rows::locations(), vec![]).await?;
    Ok(found
        .into_iter()
        .map(|location| (location.code.clone(), location.id))
        .collect())
}

async fn team_codes<A: Action>(tx: &mut Change<A>) -> Result<HashMap<String, TeamId>, StoreError> {
    let found = tx.find(rows::teams(), vec![]).await?;
    Ok(found
        .into_iter()
        .map(|team| (team.code.clone(), team.id))
        .collect())
}

/// What a line of a file asks for.
pub(super) fn wish_of(
    row: &TaskRow,
    kind: &TaskType,
    place: &dyn Fn(&str) -> Option<LocationId>,
) -> Result<NewTask, TaskError> {
    let spec = &kind.spec.0;
    let place = |code: &String| place(code).ok_or(TaskError::Places);
    let lead = i64::from(spec.handling_seconds) * 1_000_000 + 10 * MINUTE;
    Ok(NewTask {
        kind: kind.id,
        priority: row.priority,
        from: place(&row.from)?,
        from_bed: row.from_bed.clone(),
        to: row.to.as_ref().map(place).transpose()?,
        to_bed: row.to_bed.clone(),
        patient: None,
        needs: row.needs.clone().unwrap_or_else(|| spec.needs.clone()),
        course: spec.course,
        target_minutes: spec.targets.at(row.priority),
        booking: row.due_at.map(|wanted_at| Booking { wanted_at, lead }),
        follows: None,
    })
}
