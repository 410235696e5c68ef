//! A whole import in one call: read the file, check every line, store all of it or nothing.
//!
//! Pages, API and commands share this. [`Tasking::dry_run`] tells what would happen;
//! [`Tasking::import`] does the same checks again and stores only when every line is good. Reading
//! is pure and stands in [`super::import`], storing in `storing.rs`. What a check looks up is on
//! record as a look at places or people. Refused: storing the good half of a bad file.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use trust::{
    identity::caller::Caller,
    store::{
        error::StoreError,
        read::Reader,
        value::{Field as _, Moment},
    },
};

use super::{
    Tasking,
    directory::Directory,
    error::TaskError,
    events::{ImportRows, PeopleViewed, PlacesViewed, ViewPeople, ViewPlaces},
    import::{
        BadLine, EdgeRow, Field, ImportRow, KnownCodes, LineNumber, Matching, Parsed, PersonRow,
        PlaceRow, Reading, ShiftRow, TaskRow, check_edges, check_people, check_places,
        check_shifts, check_tasks, matching, parse,
    },
    model::{
        LocationId, SKILL_BARIATRIC, SKILL_ISOLATION, SKILL_OXYGEN, TaskId, WorkerId, coded::coded,
    },
    rows,
    setup::TeamRow,
    storing::{Differing, wish_of},
};

coded! {
    /// What a file can hold.
    pub enum Importable {
        Places = "PLACES" => "Places",
        Walks = "WALKS" => "Ways between places",
        People = "PEOPLE" => "People",
        Shifts = "SHIFTS" => "Shifts",
        Tasks = "TASKS" => "Tasks",
    }
}

impl Importable {
    /// The columns that such a file is read from.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Places => PlaceRow::FIELDS,
            Self::Walks => EdgeRow::FIELDS,
            Self::People => PersonRow::FIELDS,
            Self::Shifts => ShiftRow::FIELDS,
            Self::Tasks => TaskRow::FIELDS,
        }
    }
}

/// A file and how to read it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ImportFile {
    /// What it holds.
    pub what: Importable,
    /// The file.
    pub bytes: Arc<[u8]>,
    /// How it is written, and which column is which field.
    pub reading: Reading,
}

impl ImportFile {
    /// Its columns beside our fields.
    #[must_use]
    pub fn matching(&self) -> Matching {
        let (bytes, reading) = (&self.bytes, &self.reading);
        match self.what {
            Importable::Places => matching::<PlaceRow>(bytes, reading),
            Importable::Walks => matching::<EdgeRow>(bytes, reading),
            Importable::People => matching::<PersonRow>(bytes, reading),
            Importable::Shifts => matching::<ShiftRow>(bytes, reading),
            Importable::Tasks => matching::<TaskRow>(bytes, reading),
        }
    }
}

/// What is in a file, and what importing it would do or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// What it holds.
    pub what: Importable,
    /// Lines that are good.
    pub good: usize,
    /// How many of them are new; the others are there already.
    pub new: usize,
    /// Tasks that are here already and say something else in the file. They are left alone unless
    /// whoever imports says otherwise.
    pub differing: Vec<DifferingTask>,
    /// Teams that people belong to and that are not there yet; they are made.
    pub new_teams: Vec<String>,
    /// Everything that is wrong, by line. Nothing is stored unless this is empty.
    pub bad: Vec<BadLine>,
    /// Columns of the file that nothing was read from.
    pub unused_columns: Vec<String>,
}

/// A task that is here already and says something else in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferingTask {
    /// Its line in the file.
    pub line: LineNumber,
    /// What the other system calls it.
    pub reference: String,
    /// Its number here.
    pub task: TaskId,
    /// Whether it can still be corrected: nobody has been asked for it.
    pub is_correctable: bool,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Every line is stored.
    All(ImportReport),
    /// Something was wrong, and nothing was stored.
    Nothing(ImportReport),
}

/// The rows of a file that was read.
enum Rows {
    Places(Vec<PlaceRow>),
    Walks(Vec<EdgeRow>),
    People(Vec<PersonRow>, Vec<TeamRow>),
    Shifts(Vec<ShiftRow>),
    Tasks(Vec<TaskRow>),
}

impl Tasking {
    /// Checks a file against itself and against what is there. Stores nothing.
    ///
    /// # Errors
    /// [`TaskError::Permit`], [`TaskError::Store`]; bad lines are no error, they are the answer.
    pub async fn dry_run(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<ImportReport, TaskError> {
        Ok(self.check_file(caller, file).await?.1)
    }

    /// Checks a file and stores it if every line is good.
    ///
    /// # Errors
    /// As [`Tasking::dry_run`], and what the storing of each kind says.
    pub async fn import(
        &self,
        caller: &Caller,
        file: &ImportFile,
        differing: Differing,
    ) -> Result<Imported, TaskError> {
        let (rows, report) = self.check_file(caller, file).await?;
        if !report.bad.is_empty() {
            return Ok(Imported::Nothing(report));
        }
        match rows {
            Rows::Places(rows) => self.import_places(caller, &rows).await?,
            Rows::Walks(rows) => self.import_walks(caller, &rows).await?,
            Rows::People(rows, teams) => self.import_staff(caller, &teams, &rows).await?,
            Rows::Shifts(rows) => self.import_shifts(caller, &rows).await?,
            Rows::Tasks(rows) => self.import_tasks(caller, &rows, differing).await?,
        }
        Ok(Imported::All(report))
    }

    async fn check_file(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<(Rows, ImportReport), TaskError> {
        // Whoever may not import is not told what is there either.
        caller.everywhere(&caller.permit(ImportRows).await?).await?;
        match file.what {
            Importable::Places => self.check_places_file(caller, file).await,
            Importable::Walks => self.check_walks_file(caller, file).await,
            Importable::People => self.check_people_file(caller, file).await,
            Importable::Shifts => self.check_shifts_file(caller, file).await,
            Importable::Tasks => self.check_tasks_file(caller, file).await,
        }
    }

    async fn check_places_file(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<(Rows, ImportReport), TaskError> {
        let parsed = read::<PlaceRow>(file).await?;
        let found = check_places(&parsed.good);
        let parsed = parsed.with(found);
        let directory = self.known_places(caller).await?;
        let there: BTreeSet<_> = directory
            .locations
            .iter()
            .map(|location| location.code.as_str())
            .collect();
        let is_new = |row: &PlaceRow| !there.contains(row.code.as_str());
        let report = report(file.what, &parsed, is_new);
        Ok((Rows::Places(rows_of(parsed)), report))
    }

    async fn check_walks_file(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<(Rows, ImportReport), TaskError> {
        let parsed = read::<EdgeRow>(file).await?;
        let directory = self.known_places(caller).await?;
        let found = check_edges(&parsed.good, &place_codes(&directory));
        let parsed = parsed.with(found);
        let ids: HashMap<_, _> = directory
            .locations
            .iter()
            .map(|place| (place.code.as_str(), place.id))
            .collect();
        let id = |code: &String| -> Option<LocationId> { ids.get(code.as_str()).copied() };
        let there: BTreeSet<_> = directory
            .walks
            .iter()
            .map(|walk| (Some(walk.from_place), Some(walk.to_place), walk.way))
            .collect();
        let is_new = |row: &EdgeRow| !there.contains(&(id(&row.from), id(&row.to), row.way));
        let report = report(file.what, &parsed, is_new);
        Ok((Rows::Walks(rows_of(parsed)), report))
    }

    async fn check_people_file(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<(Rows, ImportReport), TaskError> {
        let parsed = read::<PersonRow>(file).await?;
        let mut reader = self.look_at_people(caller).await?;
        let directory = self.directories.current(&mut reader).await?;
        let staff = staff(&mut reader).await?;
        // A team that is not there yet is made; the dry run names it, so a misspelt one is seen.
        let teams = parsed
            .good
            .iter()
            .map(|(_, row)| row.team.clone())
            .collect();
        let skills = known_skills(&directory, &parsed);
        let found = check_people(&parsed.good, &teams, &skills, &place_codes(&directory));
        let parsed = parsed.with(found);
        let is_new = |row: &PersonRow| !staff.contains_key(&index(&reader, &row.staff_number));
        let mut report = report(file.what, &parsed, is_new);
        let teams = new_teams(&directory, &parsed);
        report.new_teams = teams.iter().map(|team| team.name.clone()).collect();
        Ok((Rows::People(rows_of(parsed), teams), report))
    }

    async fn check_shifts_file(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<(Rows, ImportReport), TaskError> {
        let parsed = read::<ShiftRow>(file).await?;
        let mut reader = self.look_at_people(caller).await?;
        let staff = staff(&mut reader).await?;
        let numbers: BTreeSet<&String> = parsed
            .good
            .iter()
            .map(|(_, row)| &row.staff_number)
            .collect();
        let workers: HashMap<String, WorkerId> = numbers
            .into_iter()
            .filter_map(|number| Some((number.clone(), *staff.get(&index(&reader, number))?)))
            .collect();
        let known: KnownCodes = workers.keys().cloned().collect();
        let found = check_shifts(&parsed.good, &known);
        let parsed = parsed.with(found);
        let there = shifts_beside(&mut reader, &parsed).await?;
        let is_new = |row: &ShiftRow| {
            let worker = workers.get(&row.staff_number).copied();
            worker.is_none_or(|worker| !there.contains(&(worker, row.starts_at)))
        };
        let report = report(file.what, &parsed, is_new);
        Ok((Rows::Shifts(rows_of(parsed)), report))
    }

    async fn check_tasks_file(
        &self,
        caller: &Caller,
        file: &ImportFile,
    ) -> Result<(Rows, ImportReport), TaskError> {
        let parsed = read::<TaskRow>(file).await?;
        let mut reader = self.look_at_places(caller).await?;
        let directory = self.directories.current(&mut reader).await?;
        let kinds = directory
            .task_types
            .iter()
            .map(|kind| kind.code.as_str())
            .collect();
        let found = check_tasks(&parsed.good, &kinds, &place_codes(&directory));
        let parsed = parsed.with(found);
        let (there, differing) = here_already(&mut reader, &directory, &parsed).await?;
        let mut report = report(file.what, &parsed, |row: &TaskRow| {
            let reference = row.reference.as_ref();
            reference.is_none_or(|reference| !there.contains(reference))
        });
        report.differing = differing;
        Ok((Rows::Tasks(rows_of(parsed)), report))
    }

    async fn look_at_places(&self, caller: &Caller) -> Result<Reader, TaskError> {
        let permit = caller.permit(ViewPlaces).await?;
        Ok(self.store.read(permit, PlacesViewed {}).await?)
    }

    async fn known_places(&self, caller: &Caller) -> Result<Arc<Directory>, TaskError> {
        let mut reader = self.look_at_places(caller).await?;
        Ok(self.directories.current(&mut reader).await?)
    }

    async fn look_at_people(&self, caller: &Caller) -> Result<Reader, TaskError> {
        let permit = caller.permit(ViewPeople).await?;
        Ok(self
            .store
            .read(permit, PeopleViewed { worker: None })
            .await?)
    }
}

/// Reads the file on a thread of its own: a large one takes longer than a page may wait.
async fn read<T: ImportRow + Send + 'static>(file: &ImportFile) -> Result<Parsed<T>, TaskError> {
    let ImportFile { bytes, reading, .. } = file.clone();
    let read = tokio::task::spawn_blocking(move || parse::<T>(&bytes, &reading)).await;
    let mut parsed = read.map_err(|_| TaskError::Store(StoreError::Closed))?;
    if parsed.good.is_empty() && parsed.bad.is_empty() {
        parsed.bad.push(BadLine {
            line: LineNumber(1),
            field: None,
            problem: "there is no line below the header".to_owned(),
            shown: None,
        });
    }
    Ok(parsed)
}

fn report<T>(what: Importable, parsed: &Parsed<T>, is_new: impl Fn(&T) -> bool) -> ImportReport {
    ImportReport {
        what,
        good: parsed.good.len(),
        new: parsed.good.iter().filter(|(_, row)| is_new(row)).count(),
        differing: vec![],
        new_teams: vec![],
        bad: parsed.bad.clone(),
        unused_columns: parsed.unused_columns.clone(),
    }
}

/// The references that are here already, and those of them whose tasks say something else.
async fn here_already(
    reader: &mut Reader,
    directory: &Directory,
    parsed: &Parsed<TaskRow>,
) -> Result<(BTreeSet<String>, Vec<DifferingTask>), TaskError> {
    let codes: HashMap<&str, LocationId> = directory
        .locations
        .iter()
        .map(|place| (place.code.as_str(), place.id))
        .collect();
    let (mut there, mut differing) = (BTreeSet::new(), vec![]);
    for (line, row) in &parsed.good {
        let Some(reference) = row.reference.clone() else {
            continue;
        };
        let values = rows::value(reference.clone());
        let found = reader.find(rows::task_by_reference(), values).await?.pop();
        let Some(found) = found else { continue };
        there.insert(reference.clone());
        let mut kinds = directory.task_types.iter();
        let Some(kind) = kinds.find(|kind| kind.code == row.task_type) else {
            continue; // a bad line, which is told as such
        };
        let Ok(wish) = wish_of(row, kind, &|code| codes.get(code).copied()) else {
            continue;
        };
        if !found.task().says(&wish) {
            differing.push(DifferingTask {
                line: *line,
                reference,
                task: found.id,
                is_correctable: found.task().correct(&wish, reader.now().0).is_ok(),
            });
        }
    }
    Ok((there, differing))
}

fn rows_of<T>(parsed: Parsed<T>) -> Vec<T> {
    parsed.good.into_iter().map(|(_, row)| row).collect()
}

fn place_codes(directory: &Directory) -> KnownCodes {
    directory
        .locations
        .iter()
        .map(|location| location.code.as_str())
        .collect()
}

/// Skills that some kind of work or need calls for: any other is most likely misspelt, and would
/// keep a person from work they are trained for. Without kinds of work nothing can be said yet.
fn known_skills(directory: &Directory, people: &Parsed<PersonRow>) -> KnownCodes {
    if directory.task_types.is_empty() {
        return people
            .good
            .iter()
            .flat_map(|(_, row)| row.skills.iter().cloned())
            .collect();
    }
    let of_needs = [SKILL_OXYGEN, SKILL_BARIATRIC, SKILL_ISOLATION].map(str::to_owned);
    let of_kinds = directory
        .task_types
        .iter()
        .flat_map(|kind| kind.spec.0.skills.iter().cloned());
    of_kinds.chain(of_needs).collect()
}

/// The teams of a file that are not there; each begins where its first person does.
fn new_teams(directory: &Directory, people: &Parsed<PersonRow>) -> Vec<TeamRow> {
    let there: BTreeSet<_> = directory
        .teams
        .iter()
        .map(|team| team.code.as_str())
        .collect();
    let mut new: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (_, row) in &people.good {
        if !there.contains(row.team.as_str()) {
            let base = new.entry(&row.team).or_default();
            *base = base.take().or_else(|| row.base.clone());
        }
    }
    let team = |(code, base): (&str, _)| TeamRow {
        code: code.to_owned(),
        name: code.to_owned(),
        base,
    };
    new.into_iter().map(team).collect()
}

/// Everybody by the blind index of their staff number: nobody's number is opened for a check.
async fn staff(reader: &mut Reader) -> Result<HashMap<Vec<u8>, WorkerId>, StoreError> {
    let workers = reader.find(rows::workers(), vec![]).await?;
    Ok(workers
        .into_iter()
        .map(|worker| (worker.staff_index, worker.id))
        .collect())
}

fn index(reader: &Reader, staff_number: &str) -> Vec<u8> {
    reader.blind_index("worker.staff_number", &staff_number.trim().to_lowercase())
}

/// The shifts that are there already between the first and the last of a file.
async fn shifts_beside(
    reader: &mut Reader,
    parsed: &Parsed<ShiftRow>,
) -> Result<BTreeSet<(WorkerId, i64)>, StoreError> {
    let first = parsed
        .good
        .iter()
        .map(|(_, row)| row.starts_at)
        .min()
        .unwrap_or_default();
    let last = parsed
        .good
        .iter()
        .map(|(_, row)| row.ends_at)
        .max()
        .unwrap_or_default();
    let values = vec![Moment(first).to_value(), Moment(last).to_value()];
    let there = reader.find(rows::shifts_around(), values).await?;
    Ok(there
        .into_iter()
        .map(|shift| (shift.worker, shift.starts_at.0))
        .collect())
}
