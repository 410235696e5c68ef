//! Cells to values: texts, codes, numbers, yes and no, moments and times of day.
//!
//! Refuses: anything that could be read in two ways, such as a two-digit year, a month first, or an
//! hour that the change of the clocks lets happen twice. Each problem is noted, and reading goes
//! on.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::BadLine;
use super::mapping::Columns;
use super::table::Row;

/// The longest name or code, in characters.
const NAME_CHARACTERS_MAX: usize = 120;
const DATE_FORMS: &str = "write 22/11/2026 14:05 or 2026-11-22T14:05";

/// The cells of one row and what is wrong with them.
pub(super) struct Cells<'a> {
    row: &'a Row,
    columns: &'a Columns,
    zone: &'a TimeZone,
    problems: Vec<BadLine>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(row: &'a Row, columns: &'a Columns, zone: &'a TimeZone) -> Self {
        Self {
            row,
            columns,
            zone,
            problems: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<BadLine> {
        self.problems
    }

    /// The cell, if the file has the column and it is not empty.
    fn cell(&self, field: &str) -> Option<&'a str> {
        let (index, _) = self.columns.places.get(field)?;
        self.row
            .cells
            .get(*index)
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
    }

    /// Notes a problem with a field.
    pub(super) fn object(&mut self, field: &str, problem: impl Into<String>) {
        let header = self
            .columns
            .places
            .get(field)
            .map_or(field, |(_, header)| header.as_str());
        let value = self.cell(field).unwrap_or_default();
        self.problems
            .push(BadLine::value(self.row.line, header, problem, value));
    }

    fn required(&mut self, field: &str) -> Option<&'a str> {
        let cell = self.cell(field);
        if cell.is_none() {
            self.object(field, "this may not be empty");
        }
        cell
    }

    /// Reads a cell that may be empty. The outer `None`: it could not be read.
    fn optional<T>(
        &mut self,
        field: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.cell(field).map(read) {
            None => Some(None),
            Some(Ok(value)) => Some(Some(value)),
            Some(Err(problem)) => {
                self.object(field, problem);
                None
            }
        }
    }

    fn needed<T>(&mut self, field: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        self.required(field)?;
        self.optional(field, read).flatten()
    }

    /// A name or a code.
    pub(super) fn name(&mut self, field: &str) -> Option<String> {
        self.needed(field, name)
    }

    pub(super) fn optional_name(&mut self, field: &str) -> Option<Option<String>> {
        self.optional(field, name)
    }

    /// Several names, separated by `;` `,` or `|`.
    pub(super) fn names(&mut self, field: &str) -> Option<Vec<String>> {
        let list = self.optional(field, |cell| {
            let parts = cell
                .split([';', ',', '|'])
                .map(str::trim)
                .filter(|part| !part.is_empty());
            parts.map(name).collect::<Result<Vec<_>, _>>()
        });
        list.map(Option::unwrap_or_default)
    }

    /// A whole number within limits.
    pub(super) fn number(&mut self, field: &str, least: i64, most: i64) -> Option<i64> {
        self.needed(field, |cell| match cell.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("a whole number from {least} to {most} is expected")),
        })
    }

    /// Yes or no; an empty cell is no.
    pub(super) fn yes_no(&mut self, field: &str) -> Option<bool> {
        let answer = self.optional(field, |cell| match cell.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Ok(true),
            "no" | "n" | "false" | "0" => Ok(false),
            _ => Err("yes or no is expected".to_owned()),
        });
        answer.map(Option::unwrap_or_default)
    }

    /// One of our own values, by a function that knows them.
    pub(super) fn choice<T>(
        &mut self,
        field: &str,
        choose: impl Fn(&str) -> Option<T>,
        choices: &[&str],
    ) -> Option<Option<T>> {
        self.optional(field, |cell| {
            let folded = cell.to_lowercase();
            choose(&folded)
                .ok_or_else(|| format!("one of these is expected: {}", choices.join(", ")))
        })
    }

    /// A text that a function reads, whose error is a sentence.
    pub(super) fn read<T, E: ToString>(
        &mut self,
        field: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        self.optional(field, |cell| {
            read(cell).map_err(|problem| problem.to_string())
        })
    }

    /// A day and a time, in microseconds since 1970, UTC.
    pub(super) fn moment(&mut self, field: &str) -> Option<i64> {
        let zone = self.zone;
        self.needed(field, |cell| moment(cell, zone))
    }

    pub(super) fn optional_moment(&mut self, field: &str) -> Option<Option<i64>> {
        let zone = self.zone;
        self.optional(field, |cell| moment(cell, zone))
    }

    /// The first moment at or after `from` at which the hospital's clocks show `time`.
    pub(super) fn next_at(&self, time: Time, from: i64) -> Result<i64, String> {
        let start = Timestamp::from_microsecond(from).map_err(|problem| problem.to_string())?;
        let day = start.to_zoned(self.zone.clone()).date();
        let first = unambiguous(day.to_datetime(time), self.zone)?;
        if first >= from {
            return Ok(first);
        }
        let next = day.tomorrow().map_err(|problem| problem.to_string())?;
        unambiguous(next.to_datetime(time), self.zone)
    }
}

fn name(cell: &str) -> Result<String, String> {
    if cell.chars().count() > NAME_CHARACTERS_MAX {
        Err("a name or code has at most 120 characters".to_owned())
    } else if cell.contains(['\n', '\r', '\t']) {
        Err("a name or code stands on one line".to_owned())
    } else {
        Ok(cell.to_owned())
    }
}

/// Reads `22/11/2026 14:05`, `2026-11-22T14:05:30`, `2026-11-22 14:05Z` or `…+01:00`.
fn moment(cell: &str, zone: &TimeZone) -> Result<i64, String> {
    let Some((day, time)) = cell.split_once(['T', 't', ' ']) else {
        return Err(format!("a day and a time are expected: {DATE_FORMS}"));
    };
    let day = date(day)?;
    let time = time.trim();
    if let Some(plain) = time.strip_suffix(['Z', 'z']) {
        return unambiguous(day.to_datetime(time_of_day(plain)?), &TimeZone::UTC);
    }
    match time.rfind(['+', '-']) {
        Some(at) => {
            let seconds = offset_seconds(&time[at..]).ok_or("an offset is written +01:00")?;
            let utc = unambiguous(day.to_datetime(time_of_day(&time[..at])?), &TimeZone::UTC)?;
            Ok(utc - seconds * 1_000_000)
        }
        None => unambiguous(day.to_datetime(time_of_day(time)?), zone),
    }
}

fn date(text: &str) -> Result<Date, String> {
    let expected = || format!("this is not a day: {DATE_FORMS}");
    let (year, month, day) = match text.split(['/', '-', '.']).collect::<Vec<_>>().as_slice() {
        [year, month, day] if year.len() == 4 && text.contains('-') => (*year, *month, *day),
        [day, month, year] if year.len() == 4 => (*year, *month, *day),
        [_, _, year] if year.len() == 2 => {
            return Err(format!("a year has four digits: {DATE_FORMS}"));
        }
        _ => return Err(expected()),
    };
    let digits = |text: &str| {
        let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i16>().ok().filter(|_| is_number)
    };
    let (Some(year), Some(month), Some(day)) = (digits(year), digits(month), digits(day)) else {
        return Err(expected());
    };
    if !(2000..=2100).contains(&year) {
        return Err("the year is not between 2000 and 2100".to_owned());
    }
    if month > 12 {
        return Err(format!(
            "there is no month {month}: the day stands first; {DATE_FORMS}"
        ));
    }
    let (month, day) = (i8::try_from(month), i8::try_from(day));
    match (month, day) {
        (Ok(month), Ok(day)) => {
            Date::new(year, month, day).map_err(|_| "there is no such day".to_owned())
        }
        _ => Err("there is no such day".to_owned()),
    }
}

/// Reads `14:05` or `14:05:30`, with or without a fraction.
pub(super) fn time_of_day(text: &str) -> Result<Time, String> {
    let expected = || "a time is written 14:05".to_owned();
    let whole = text.trim().split('.').next().unwrap_or_default();
    let parts: Vec<&str> = whole.split(':').collect();
    let part = |index: usize| match parts.get(index) {
        None if index == 2 => Ok(0),
        Some(part) if (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()) => {
            part.parse::<i8>().map_err(|_| expected())
        }
        _ => Err(expected()),
    };
    if parts.len() > 3 {
        return Err(expected());
    }
    Time::new(part(0)?, part(1)?, part(2)?, 0)
        .map_err(|_| "there is no such time of day".to_owned())
}

fn offset_seconds(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let time = time_of_day(&text[1..]).ok()?;
    Some(sign * (i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60))
}

fn unambiguous(local: DateTime, zone: &TimeZone) -> Result<i64, String> {
    let found = zone.to_ambiguous_timestamp(local);
    match found.offset() {
        AmbiguousOffset::Unambiguous { .. } => found
            .unambiguous()
            .map(|moment| moment.as_microsecond())
            .map_err(|_| "there is no such time".to_owned()),
        AmbiguousOffset::Gap { .. } => {
            Err("the clocks go forward then: there is no such time on that day".to_owned())
        }
        AmbiguousOffset::Fold { .. } => Err(
            "the clocks go back then, and this time comes twice: add its offset, +01:00 or +00:00"
                .to_owned(),
        ),
    }
}
