//! Setting up: kinds of work on screen, and storing what an import has read.
//!
//! An import is checked as a whole before anything is written (`import/`), then stored in parts of
//! [`PART`] rows, each one change with its event. Running the same file again updates
//! places, walks, people and shifts that are there already; tasks are asked for anew.

use std::collections::HashMap;

use trust::{
    identity::{
        caller::Caller,
        permit::{Action, Permit, Scope, ScopeKind},
    },
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
    events::{ImportRows, RowsImported, SaveTaskType, TaskTypeSaved},
    import::{EdgeRow, PersonRow, PlaceRow, ShiftRow, TaskRow},
    model::{
        Booking, EdgeId, LocationId, NewTask, ShiftId, SiteId, Task, TaskId, TaskTypeId,
        TaskTypeSpec, TeamId, WorkerId,
    },
    priority::MINUTE,
    rows::{
        self, BreakSlot, Location, Shift, Site, TaskRecord, TaskType, Team, Walk, WorkerRecord,
    },
    step::{self, Told},
    worker::Worker,
};

/// Rows in one change of an import: its entry lists each of them.
pub const PART: usize = 100;

/// A team as set-up gives it.
#[derive(Clone, Debug)]
pub struct TeamRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of the place where its people begin.
    pub base: Option<String>,
}

impl Tasking {
    /// Sets up a kind of work, or changes one that is still at `version`.
    ///
    /// # Errors
    /// [`TaskError::TaskType`] with what is wrong, [`StoreError::Quicker`] when somebody changed
    /// it.
    pub async fn save_task_type(
        &self,
        caller: &Caller,
        spec: TaskTypeSpec,
        version: Option<i64>,
    ) -> Result<TaskTypeId, TaskError> {
        let spec = spec.checked()?;
        let mut tx = self.store.begin(caller.permit(SaveTaskType).await?).await?;
        let by_code = tail!(Team, "WHERE code = $1");
        let team = tx
            .find(by_code, rows::value(spec.team.clone()))
            .await?
            .pop();
        let team = team.ok_or(TaskError::Kind)?.id;
        if !tx.scope().covers(&[(ScopeKind::Team, team.0)]) {
            return Err(TaskError::Store(StoreError::NotAllowed));
        }
        let by_code = tail!(TaskType, "WHERE code = $1");
        let found = tx
            .find(by_code, rows::value(spec.code.clone()))
            .await?
            .pop();
        let id = match (found, version) {
            (Some(found), Some(version)) => {
                tx.lock_at::<TaskType>(found.id, version).await?;
                found.id
            }
            (Some(_), None) => return Err(TaskError::Store(StoreError::Quicker)),
            (None, _) => TaskTypeId(tx.new_key::<TaskType>().await?),
        };
        let (code, name) = (spec.code.clone(), spec.name.clone());
        tx.save(&TaskType {
            id,
            code,
            name,
            team,
            spec: Json(spec),
            active: true,
        });
        tx.commit(TaskTypeSaved { kind: id }).await?;
        Ok(id)
    }

    /// Stores places. Sites are made from their codes.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`]; so for every import below.
    pub async fn import_places(&self, caller: &Caller, all: &[PlaceRow]) -> Result<(), TaskError> {
        let mut parts = Parts::new(self, caller, "places", all.len());
        for part in all.chunks(PART) {
            let mut tx = parts.begin().await?;
            let mut sites: HashMap<String, SiteId> = HashMap::new();
            for site in tx.find(rows::sites(), vec![]).await? {
                sites.insert(site.code.clone(), site.id);
            }
            for row in part {
                let site = match sites.get(&row.site) {
                    Some(site) => *site,
                    None => {
                        let id = SiteId(tx.new_key::<Site>().await?);
                        tx.save(&Site {
                            id,
                            code: row.site.clone(),
                            name: row.site.clone(),
                        });
                        sites.insert(row.site.clone(), id);
                        id
                    }
                };
                store_place(&mut tx, row, site).await?;
            }
            parts.commit(tx, part.len()).await?;
        }
        Ok(())
    }

    /// Stores walks between places that are there.
    ///
    /// # Errors
    /// As above; [`TaskError::Places`] for a place that is not there.
    pub async fn import_walks(&self, caller: &Caller, all: &[EdgeRow]) -> Result<(), TaskError> {
        let mut parts = Parts::new(self, caller, "walks", all.len());
        for part in all.chunks(PART) {
            let mut tx = parts.begin().await?;
            let places = place_codes(&mut tx).await?;
            let there: HashMap<_, _> = tx
                .find(rows::walks(), vec![])
                .await?
                .into_iter()
                .map(|walk| ((walk.from_place, walk.to_place, walk.way), walk.id))
                .collect();
            for row in part {
                let from = *places.get(&row.from).ok_or(TaskError::Places)?;
                let to = *places.get(&row.to).ok_or(TaskError::Places)?;
                let id = match there.get(&(from, to, row.way)) {
                    Some(id) => *id,
                    None => EdgeId(tx.new_key::<Walk>().await?),
                };
                tx.save(&Walk {
                    id,
                    from_place: from,
                    to_place: to,
                    seconds: i64::from(row.seconds),
                    way: row.way,
                    one_way: row.is_one_way,
                });
            }
            parts.commit(tx, part.len()).await?;
        }
        Ok(())
    }

    /// Stores teams.
    ///
    /// # Errors
    /// As above.
    pub async fn import_teams(&self, caller: &Caller, all: &[TeamRow]) -> Result<(), TaskError> {
        let mut parts = Parts::new(self, caller, "teams", all.len());
        for part in all.chunks(PART) {
            let mut tx = parts.begin().await?;
            let places = place_codes(&mut tx).await?;
            let there = team_codes(&mut tx).await?;
            for row in part {
                let id = match there.get(&row.code) {
                    Some(id) => *id,
                    None => TeamId(tx.new_key::<Team>().await?),
                };
                let base = row.base.as_ref().and_then(|code| places.get(code)).copied();
                tx.save(&Team {
                    id,
                    code: row.code.clone(),
                    name: row.name.clone(),
                    base,
                    closed_at: None,
                });
            }
            parts.commit(tx, part.len()).await?;
        }
        Ok(())
    }

    /// Stores people who handle tasks. Names and staff numbers lie sealed.
    ///
    /// # Errors
    /// As above; [`TaskError::NotFound`] for a team that is not there.
    pub async fn import_people(&self, caller: &Caller, all: &[PersonRow]) -> Result<(), TaskError> {
        let mut parts = Parts::new(self, caller, "people", all.len());
        for part in all.chunks(PART) {
            let mut subjects = vec![];
            for _ in part {
                subjects.push(self.new_subject().await?);
            }
            let mut tx = parts.begin().await?;
            let teams = team_codes(&mut tx).await?;
            for (row, subject) in part.iter().zip(subjects) {
                let team = *teams.get(&row.team).ok_or(TaskError::NotFound)?;
                store_person(&mut tx, row, team, subject).await?;
            }
            parts.commit(tx, part.len()).await?;
        }
        Ok(())
    }

    /// Stores shifts of people who are there.
    ///
    /// # Errors
    /// As above; [`TaskError::NotFound`] for a staff number that is not there.
    pub async fn import_shifts(&self, caller: &Caller, all: &[ShiftRow]) -> Result<(), TaskError> {
        let mut parts = Parts::new(self, caller, "shifts", all.len());
        for part in all.chunks(PART) {
            let mut tx = parts.begin().await?;
            for row in part {
                let index = staff_index(&tx, &row.staff_number);
                let found = tx
                    .find(rows::worker_by_staff_index(), rows::value(index))
                    .await?;
                let worker = found.first().ok_or(TaskError::NotFound)?.id;
                let same = tail!(Shift, "WHERE worker = $1 AND starts_at = $2");
                let values = vec![worker.to_value(), row.starts_at.to_value()];
                let id = match tx.find(same, values).await?.pop() {
                    Some(shift) => shift.id,
                    None => ShiftId(tx.new_key::<Shift>().await?),
                };
                tx.save(&Shift {
                    id,
                    worker,
                    starts_at: Moment(row.starts_at),
                    ends_at: Moment(row.ends_at),
                    breaks: Json(row.breaks.iter().map(BreakSlot::from).collect()),
                });
            }
            parts.commit(tx, part.len()).await?;
        }
        Ok(())
    }

    /// Asks for the tasks of a file; a task that is due later is booked.
    ///
    /// # Errors
    /// As above; [`TaskError::Kind`] and [`TaskError::Places`] for what is not there.
    pub async fn import_tasks(&self, caller: &Caller, all: &[TaskRow]) -> Result<(), TaskError> {
        let mut parts = Parts::new(self, caller, "tasks", all.len());
        for part in all.chunks(PART) {
            let mut tx = parts.begin().await?;
            let places = place_codes(&mut tx).await?;
            let kinds: HashMap<_, _> = tx
                .find(rows::task_types(), vec![])
                .await?
                .into_iter()
                .map(|kind| (kind.code.clone(), kind))
                .collect();
            for row in part {
                let kind = kinds.get(&row.task_type).ok_or(TaskError::Kind)?;
                let wish = wish_of(row, kind, &places)?;
                let id = TaskId(tx.new_key::<TaskRecord>().await?);
                let task = Task::ask(id, wish, true, tx.now().0);
                let record = TaskRecord::of(task, kind.team, tx.actor());
                tx.save(&record);
                step::write_step(&mut tx, &record, Told::default()).await?;
            }
            parts.commit(tx, part.len()).await?;
        }
        Ok(())
    }
}

/// The parts of one import.
struct Parts<'a> {
    tasking: &'a Tasking,
    caller: &'a Caller,
    what: &'static str,
    left: usize,
}

impl<'a> Parts<'a> {
    fn new(tasking: &'a Tasking, caller: &'a Caller, what: &'static str, rows: usize) -> Self {
        Self {
            tasking,
            caller,
            what,
            left: rows,
        }
    }

    async fn begin(&mut self) -> Result<Change<ImportRows>, TaskError> {
        let permit: Permit<ImportRows> = self.caller.permit(ImportRows).await?;
        let tx = self.tasking.store.begin(permit).await?;
        of_the_whole_house(tx.scope())?;
        Ok(tx)
    }

    async fn commit(&mut self, tx: Change<ImportRows>, rows: usize) -> Result<(), TaskError> {
        self.left = self.left.saturating_sub(rows);
        let last = self.left == 0;
        tx.commit(RowsImported {
            what: self.what,
            rows,
            last,
        })
        .await?;
        Ok(())
    }
}

/// Files change what belongs to everybody, so a right over one team or site is not enough.
pub(super) fn of_the_whole_house(scope: &Scope) -> Result<(), TaskError> {
    match scope {
        Scope::Everything => Ok(()),
        Scope::Only(_) => Err(TaskError::Store(StoreError::NotAllowed)),
    }
}

async fn store_place<A: Action>(
    tx: &mut Change<A>,
    row: &PlaceRow,
    site: SiteId,
) -> Result<(), StoreError> {
    let by_code = tail!(Location, "WHERE code = $1");
    let id = match tx.find(by_code, rows::value(row.code.clone())).await?.pop() {
        Some(found) => found.id,
        None => LocationId(tx.new_key::<Location>().await?),
    };
    tx.save(&Location {
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
    });
    Ok(())
}

async fn store_person<A: Action>(
    tx: &mut Change<A>,
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
    tx.save(&WorkerRecord {
        id,
        account: found.and_then(|found| found.account),
        subject,
        staff_index: index,
        staff_number: tx.seal(&row.staff_number, subject, &place("staff_number"))?,
        name: tx.seal(&row.name, subject, &place("name"))?,
        team,
        skills: Json(row.skills.clone()),
        state: detail.state,
        detail: Json(detail),
    });
    Ok(())
}

fn staff_index<A: Action>(tx: &Change<A>, staff_number: &str) -> Vec<u8> {
    tx.blind_index("worker.staff_number", &staff_number.trim().to_lowercase())
}

async fn place_codes<A: Action>(
    tx: &mut Change<A>,
) -> Result<HashMap<String, LocationId>, StoreError> {
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

fn wish_of(
    row: &TaskRow,
    kind: &TaskType,
    places: &HashMap<String, LocationId>,
) -> Result<NewTask, TaskError> {
    let spec = &kind.spec.0;
    let place = |code: &String| places.get(code).copied().ok_or(TaskError::Places);
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
