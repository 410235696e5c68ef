//! What one line alone cannot show: codes that are there twice, and references to what is not
//! there.
//!
//! A second step on purpose: the caller knows what the database has already, and passes those codes
//! in. Refuses: nothing itself; the problems go to [`super::Parsed::with`], which drops their
//! lines.

use std::collections::{BTreeMap, BTreeSet};

use super::{BadLine, EdgeRow, LineNumber, PersonRow, PlaceRow, ShiftRow, TaskRow};

/// Codes that exist, in the database or in a file that is imported together with this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownCodes(BTreeSet<String>);

impl KnownCodes {
    fn lacks(&self, code: &str) -> bool {
        !self.0.contains(code)
    }
}

impl<T: Into<String>> FromIterator<T> for KnownCodes {
    fn from_iter<I: IntoIterator<Item = T>>(codes: I) -> Self {
        Self(codes.into_iter().map(Into::into).collect())
    }
}

type Rows<T> = [(LineNumber, T)];

/// Each code once, and each floor on one level.
pub fn check_places(rows: &Rows<PlaceRow>) -> Vec<BadLine> {
    let codes = rows.iter().map(|(line, place)| (*line, place.code.clone()));
    let mut bad = twice("code", codes);
    let mut levels = BTreeMap::new();
    for (line, place) in rows {
        let floor = (&place.site, &place.building, &place.floor);
        let (first, level) = *levels.entry(floor).or_insert((*line, place.level));
        if level != place.level {
            let problem = format!("line {first} has this floor on level {level}");
            bad.push(BadLine::value(
                *line,
                "level",
                problem,
                &place.level.to_string(),
            ));
        }
    }
    bad
}

/// Both ends exist and differ, and each walk is there once.
pub fn check_edges(rows: &Rows<EdgeRow>, places: &KnownCodes) -> Vec<BadLine> {
    let mut bad = Vec::new();
    let mut seen = BTreeMap::new();
    for (line, edge) in rows {
        for (field, code) in [("from", &edge.from), ("to", &edge.to)] {
            bad.extend(unknown(*line, field, code, places, "location"));
        }
        if edge.from == edge.to {
            bad.push(BadLine::value(
                *line,
                "to",
                "the walk ends where it begins",
                &edge.to,
            ));
            continue;
        }
        let mut directions = vec![(edge.from.clone(), edge.to.clone())];
        if !edge.is_one_way {
            directions.push((edge.to.clone(), edge.from.clone()));
        }
        let earlier = directions
            .iter()
            .find_map(|way| seen.get(&(way.clone(), edge.way)).copied());
        if let Some(first) = earlier {
            let first: LineNumber = first;
            bad.push(BadLine::whole(
                *line,
                format!("this walk is already on line {first}"),
            ));
        }
        for way in directions {
            seen.entry((way, edge.way)).or_insert(*line);
        }
    }
    bad
}

/// Each staff number once; teams, skills and bases exist.
pub fn check_people(
    rows: &Rows<PersonRow>,
    teams: &KnownCodes,
    skills: &KnownCodes,
    places: &KnownCodes,
) -> Vec<BadLine> {
    let numbers = rows
        .iter()
        .map(|(line, person)| (*line, person.staff_number.clone()));
    let mut bad = twice("staff_number", numbers);
    for (line, person) in rows {
        bad.extend(unknown(*line, "team", &person.team, teams, "team"));
        for skill in &person.skills {
            bad.extend(unknown(*line, "skills", skill, skills, "skill"));
        }
        if let Some(base) = &person.base {
            bad.extend(unknown(*line, "base", base, places, "location"));
        }
    }
    bad
}

/// The people exist, and nobody works two shifts at once.
pub fn check_shifts(rows: &Rows<ShiftRow>, staff_numbers: &KnownCodes) -> Vec<BadLine> {
    let mut bad = Vec::new();
    let mut by_person: BTreeMap<&str, Vec<(i64, i64, LineNumber)>> = BTreeMap::new();
    for (line, shift) in rows {
        bad.extend(unknown(
            *line,
            "staff_number",
            &shift.staff_number,
            staff_numbers,
            "staff number",
        ));
        let shifts = by_person.entry(&shift.staff_number).or_default();
        shifts.push((shift.starts_at, shift.ends_at, *line));
    }
    for shifts in by_person.values_mut() {
        shifts.sort_unstable();
        let mut latest: Option<(i64, LineNumber)> = None;
        for (starts_at, ends_at, line) in shifts.iter().copied() {
            if let Some((busy_until, other)) = latest
                && starts_at < busy_until
            {
                let problem = format!("this person already works then, by line {other}");
                bad.push(BadLine::whole(line, problem));
            }
            if latest.is_none_or(|(busy_until, _)| ends_at > busy_until) {
                latest = Some((ends_at, line));
            }
        }
    }
    bad
}

/// Kinds and places exist, and each reference is there once.
pub fn check_tasks(
    rows: &Rows<TaskRow>,
    task_types: &KnownCodes,
    places: &KnownCodes,
) -> Vec<BadLine> {
    let named = rows
        .iter()
        .filter_map(|(line, task)| Some((*line, task.reference.clone()?)));
    let mut bad = twice("reference", named);
    for (line, task) in rows {
        bad.extend(unknown(
            *line,
            "task_type",
            &task.task_type,
            task_types,
            "kind of work",
        ));
        bad.extend(unknown(*line, "from", &task.from, places, "location"));
        if let Some(to) = &task.to {
            bad.extend(unknown(*line, "to", to, places, "location"));
        }
    }
    bad
}

fn unknown(
    line: LineNumber,
    field: &str,
    code: &str,
    known: &KnownCodes,
    what: &str,
) -> Option<BadLine> {
    let problem = || format!("there is no {what} with this code");
    known
        .lacks(code)
        .then(|| BadLine::value(line, field, problem(), code))
}

/// Codes that are there twice, or that only capitals keep apart.
fn twice(field: &str, codes: impl Iterator<Item = (LineNumber, String)>) -> Vec<BadLine> {
    let mut first_lines: BTreeMap<String, (LineNumber, String)> = BTreeMap::new();
    let mut bad = Vec::new();
    for (line, code) in codes {
        match first_lines.get(&code.to_lowercase()) {
            None => {
                first_lines.insert(code.to_lowercase(), (line, code));
            }
            Some((first, same)) if *same == code => {
                bad.push(BadLine::value(
                    line,
                    field,
                    format!("line {first} has the same"),
                    &code,
                ));
            }
            Some((first, _)) => {
                let problem = format!("line {first} has the same but for capitals");
                bad.push(BadLine::value(line, field, problem, &code));
            }
        }
    }
    bad
}
