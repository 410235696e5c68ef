//! Reading what a hospital can export: places, walks, people, shifts and tasks, as CSV or JSON.
//!
//! Pure: bytes in, rows and a list of everything that is wrong out, each with its line number, all
//! in one pass. Refuses: guessing a value, files beyond the limits below, and half an import
//! ([`Parsed::all_or_nothing`]). No bytes whatever make it panic.
//!
//! Continue with `mapping.rs` (their column names and ours, guessed in
//! `matching.rs`), `table.rs` (CSV and JSON to cells),
//! `cells.rs` (cells to values), one file for each kind of row, and `across.rs` (checks between
//! lines). A bad line shows what stood there, which may be a person's name: show it to whoever
//! imports, and never write it to a log.

mod across;
mod cells;
mod edges;
mod json;
mod mapping;
mod matching;
mod people;
mod places;
mod shifts;
mod table;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use jiff::tz::TimeZone;
use serde::Serialize;

pub use self::across::{
    KnownCodes, check_edges, check_people, check_places, check_shifts, check_tasks,
};
pub use self::edges::EdgeRow;
pub use self::mapping::{Field, Mapping, MappingError};
pub use self::matching::{FieldGuess, Matching, matching};
pub use self::people::PersonRow;
pub use self::places::PlaceRow;
pub use self::shifts::{BreakRow, ShiftRow};
pub use self::tasks::TaskRow;

use self::cells::Cells;
use self::table::Sheet;

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most lines, the header included.
pub const LINES_MAX: usize = 200_000;
/// The longest field, in characters.
pub const FIELD_CHARACTERS_MAX: usize = 4_096;
/// The most columns.
pub const COLUMNS_MAX: usize = 200;
/// How much of a wrong value is shown, in characters.
const SHOWN_CHARACTERS_MAX: usize = 40;

/// A line of the file, counted from 1 as an editor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct LineNumber(pub u64);

impl fmt::Display for LineNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// One thing that is wrong in one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BadLine {
    pub line: LineNumber,
    /// The column, by the name it has in the file; `None`: the line as a whole.
    pub field: Option<String>,
    /// What is wrong and what would be right, as a sentence without its full stop.
    pub problem: String,
    /// The value as it stands there, shortened.
    pub shown: Option<String>,
}

impl BadLine {
    fn whole(line: LineNumber, problem: impl Into<String>) -> Self {
        Self {
            line,
            field: None,
            problem: problem.into(),
            shown: None,
        }
    }

    fn value(line: LineNumber, field: &str, problem: impl Into<String>, value: &str) -> Self {
        let shown = (!value.is_empty()).then(|| shortened(value));
        Self {
            line,
            field: Some(shortened(field)),
            problem: problem.into(),
            shown,
        }
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}", self.line)?;
        if let Some(field) = &self.field {
            write!(out, ", {field}")?;
        }
        write!(out, ": {}", self.problem)?;
        match &self.shown {
            Some(shown) => write!(out, " (found “{shown}”)"),
            None => Ok(()),
        }
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header line, then one line a row; separated by comma, semicolon or tab.
    Csv,
    /// An array of objects.
    Json,
}

impl Format {
    /// A file that begins with `[` or `{` is JSON.
    pub fn guess(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(first, Some(b'[' | b'{')) {
            Self::Json
        } else {
            Self::Csv
        }
    }
}

/// How to read a file.
#[derive(Clone, Debug)]
pub struct Reading {
    pub format: Format,
    pub mapping: Mapping,
    /// The zone of times that name none: the hospital's.
    pub zone: TimeZone,
}

/// What came of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The rows that are right in themselves, in the file's order.
    pub good: Vec<(LineNumber, T)>,
    /// Everything that is wrong, by line.
    pub bad: Vec<BadLine>,
    /// Columns of the file that nothing was read from.
    pub unused_columns: Vec<String>,
}

impl<T> Parsed<T> {
    /// The rows if every line is good, else everything that is wrong.
    ///
    /// # Errors
    /// All bad lines.
    pub fn all_or_nothing(self) -> Result<Vec<(LineNumber, T)>, Vec<BadLine>> {
        if self.bad.is_empty() {
            Ok(self.good)
        } else {
            Err(self.bad)
        }
    }

    /// Adds what the checks between lines found; the lines they name are good no longer.
    pub fn with(mut self, found: Vec<BadLine>) -> Self {
        let lines: BTreeSet<LineNumber> = found.iter().map(|bad| bad.line).collect();
        self.good.retain(|(line, _)| !lines.contains(line));
        self.bad.extend(found);
        self.bad.sort();
        self
    }

    fn nothing(bad: Vec<BadLine>) -> Self {
        Self {
            good: Vec::new(),
            bad,
            unused_columns: Vec::new(),
        }
    }
}

/// A kind of row that can be imported.
pub trait ImportRow: Sized {
    /// The columns it is read from.
    const FIELDS: &'static [Field];

    /// Reads one row. Problems are noted in `cells`; a row with a problem is dropped.
    #[doc(hidden)]
    fn read(cells: &mut RowCells<'_>) -> Option<Self>;
}

/// One row's cells, in the hands of [`ImportRow::read`].
pub struct RowCells<'a>(Cells<'a>);

/// Reads a whole file of one kind of row.
///
/// ```
/// use care::tasking::import::{EdgeRow, Format, Mapping, Reading, parse};
///
/// let file = b"From;To;Walking seconds\r\nKES;LIFT-A2;35\r\nKES;LIFT-A2;soon\r\n";
/// let zone = jiff::tz::TimeZone::UTC;
/// let reading = Reading { format: Format::guess(file), mapping: Mapping::default(), zone };
/// let parsed = parse::<EdgeRow>(file, &reading);
/// assert_eq!(parsed.good.len(), 1);
/// assert_eq!(parsed.bad[0].line.0, 3);
/// ```
pub fn parse<T: ImportRow>(bytes: &[u8], reading: &Reading) -> Parsed<T> {
    if bytes.len() > FILE_BYTES_MAX {
        let problem = "the file is larger than 16 MiB: split it, and import the parts one by one";
        return Parsed::nothing(vec![BadLine::whole(LineNumber(1), problem)]);
    }
    let sheet = match reading.format {
        Format::Csv => Sheet::from_csv(bytes),
        Format::Json => json::sheet(bytes),
    };
    let Sheet {
        columns,
        rows,
        mut bad,
    } = sheet;
    if columns.is_empty() {
        return Parsed::nothing(bad); // without a header there is nothing to look for
    }
    let columns = match reading.mapping.resolve(T::FIELDS, &columns, reading.format) {
        Ok(columns) => columns,
        Err(problems) => {
            bad.extend(problems);
            bad.sort();
            return Parsed::nothing(bad);
        }
    };
    let mut good = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut cells = RowCells(Cells::new(row, &columns, &reading.zone));
        let value = T::read(&mut cells);
        let problems = cells.0.finish();
        match value {
            Some(value) if problems.is_empty() => good.push((row.line, value)),
            _ => bad.extend(problems),
        }
    }
    let parsed = Parsed {
        good,
        bad: vec![],
        unused_columns: columns.unused,
    };
    // A lone carriage return ends a row and not a line, so two rows may share a line's number.
    parsed.with(bad)
}

/// The beginning of a value, on one line and without anything that could disturb a page.
fn shortened(value: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{B7}' } else { c };
    let mut shown: String = value
        .chars()
        .take(SHOWN_CHARACTERS_MAX)
        .map(plain)
        .collect();
    if value.chars().nth(SHOWN_CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}
