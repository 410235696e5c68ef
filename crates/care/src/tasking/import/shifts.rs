//! Shifts: who works from when to when, and when their breaks are.
//!
//! Refuses: shifts that end before they begin or last more than 24 hours, breaks outside the shift,
//! and breaks that overlap. That nobody works two shifts at once is checked in `across.rs`.

use super::cells::{Cells, time_of_day};
use super::mapping::Field;
use super::{ImportRow, RowCells};
use crate::tasking::priority::MINUTE;

const SHIFT_MINUTES_MAX: i64 = 24 * 60;

/// One person's working time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftRow {
    pub staff_number: String,
    /// Microseconds since 1970, UTC, as are all moments here.
    pub starts_at: i64,
    pub ends_at: i64,
    /// In order, within the shift, and apart from each other.
    pub breaks: Vec<BreakRow>,
}

/// A break within a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakRow {
    pub starts_at: i64,
    pub ends_at: i64,
}

impl ImportRow for ShiftRow {
    const FIELDS: &'static [Field] = &[
        Field {
            name: "staff_number",
            is_required: true,
            guesses: &[
                "staff no",
                "employee number",
                "employee id",
                "assignment number",
                "payroll no",
            ],
            meaning: "the staff number of the person",
        },
        Field {
            name: "starts_at",
            is_required: true,
            guesses: &["start", "starts", "shift start", "start time", "from"],
            meaning: "day and time of the start",
        },
        Field {
            name: "ends_at",
            is_required: true,
            guesses: &["end", "ends", "shift end", "end time", "finish", "to"],
            meaning: "day and time of the end",
        },
        Field {
            name: "breaks",
            is_required: false,
            guesses: &["break", "break times", "meal break"],
            meaning: "the breaks, as 12:00-12:30; 15:00-15:15",
        },
    ];

    fn read(cells: &mut RowCells<'_>) -> Option<Self> {
        let cells = &mut cells.0;
        let staff_number = cells.name("staff_number");
        let starts_at = cells.moment("starts_at");
        let ends_at = cells.moment("ends_at");
        let (starts_at, ends_at) = (starts_at?, ends_at?);
        if ends_at <= starts_at {
            cells.object("ends_at", "the shift ends before it begins");
            return None;
        }
        if ends_at - starts_at > SHIFT_MINUTES_MAX * MINUTE {
            cells.object("ends_at", "a shift lasts at most 24 hours");
            return None;
        }
        let breaks = breaks(cells, starts_at, ends_at)?;
        Some(Self {
            staff_number: staff_number?,
            starts_at,
            ends_at,
            breaks,
        })
    }
}

fn breaks(cells: &mut Cells<'_>, starts_at: i64, ends_at: i64) -> Option<Vec<BreakRow>> {
    let spans = cells.read("breaks", |list| {
        let spans = list
            .split([';', ',', '|'])
            .map(str::trim)
            .filter(|span| !span.is_empty());
        spans.map(span).collect::<Result<Vec<_>, String>>()
    })?;
    let mut breaks: Vec<BreakRow> = Vec::new();
    for (from, to) in spans.unwrap_or_default() {
        let begins = cells.next_at(from, starts_at);
        let ends = begins.clone().and_then(|begins| cells.next_at(to, begins));
        let previous_end = breaks.last().map_or(starts_at, |earlier| earlier.ends_at);
        match (begins, ends) {
            (Ok(begins), Ok(ends)) if ends > ends_at || begins == ends => {
                cells.object("breaks", "a break lies within the shift and has a length");
                return None;
            }
            (Ok(begins), Ok(_)) if begins < previous_end => {
                cells.object("breaks", "the breaks overlap, or are not in order");
                return None;
            }
            (Ok(starts_at), Ok(ends_at)) => breaks.push(BreakRow { starts_at, ends_at }),
            (Err(problem), _) | (_, Err(problem)) => {
                cells.object("breaks", problem);
                return None;
            }
        }
    }
    Some(breaks)
}

fn span(text: &str) -> Result<(jiff::civil::Time, jiff::civil::Time), String> {
    let (from, to) = text
        .split_once(['-', '–'])
        .ok_or("a break is written 12:00-12:30")?;
    Ok((time_of_day(from)?, time_of_day(to)?))
}
