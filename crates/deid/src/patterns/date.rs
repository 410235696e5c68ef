//! Complete dates: day, month and year, and whether words before them speak of a birth.

use super::{Found, digit_at, digits_begin, sign_at, word_before};
use crate::Kind;

/// How far before a date the word "born" or its like may stand.
const CUE_DISTANCE_MAX: usize = 24;

/// What introduces a date of birth, as it looks in lower case without full stops.
const CUES: [&str; 5] = ["dob", "born", "birth", "birthday", "birthdate"];

/// The three letters by which a month is known, and its full name.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Finds a date that begins here.
pub fn find(signs: &[char], start: usize) -> Option<Found> {
    let end = in_figures(signs, start)
        .or_else(|| day_first(signs, start))
        .or_else(|| month_first(signs, start))?;
    let kind = if speaks_of_birth(signs, start) {
        Kind::DateOfBirth
    } else {
        Kind::Date
    };
    Some(Found { start, end, kind })
}

/// `4/3/1961`, `04.03.61`, `1961-03-04`; one gap beside a separator is allowed.
fn in_figures(signs: &[char], start: usize) -> Option<usize> {
    if !digits_begin(signs, start) {
        return None;
    }
    let (first, at) = number(signs, start)?;
    let (separator, at) = separator(signs, at)?;
    let (second, at) = number(signs, at)?;
    let (again, at) = self::separator(signs, at)?;
    let (third, end) = number(signs, at)?;
    let year_in_full = first.digits == 4 || third.digits == 4;
    let fits = separator == again
        && (separator != ' ' || year_in_full) // "1 23 45" is any list of numbers
        && match (first.digits, second.digits, third.digits) {
            (4, 1..=2, 1..=2) => is_date(third.value, second.value, first.value),
            // Day first as in Britain, or month first as in America.
            (1..=2, 1..=2, 2 | 4) => {
                is_date(first.value, second.value, third.value)
                    || is_date(second.value, first.value, third.value)
            }
            _ => false,
        };
    fits.then_some(end)
}

/// `4 March 1961`, `4th of Mar. 1961`, `4-Mar-61`.
fn day_first(signs: &[char], start: usize) -> Option<usize> {
    if !digits_begin(signs, start) {
        return None;
    }
    let (day, at) = number(signs, start)?;
    let at = skip_gap(signs, after_ordinal(signs, at));
    let at = match word(signs, at) {
        (of, next) if of == "of" => skip_gap(signs, next),
        _ => at,
    };
    let (month, at) = month(signs, at)?;
    let (year, end) = number(signs, skip_gap(signs, at))?;
    let fits =
        day.digits <= 2 && matches!(year.digits, 2 | 4) && is_date(day.value, month, year.value);
    fits.then_some(end)
}

/// `March 4, 1961`, `Mar 4th 1961`.
fn month_first(signs: &[char], start: usize) -> Option<usize> {
    if word_before(signs, start) {
        return None;
    }
    let (month, at) = month(signs, start)?;
    let (day, at) = number(signs, skip_gap(signs, at))?;
    let (year, end) = number(signs, skip_gap(signs, after_ordinal(signs, at)))?;
    let fits = day.digits <= 2 && year.digits == 4 && is_date(day.value, month, year.value);
    fits.then_some(end)
}

struct Number {
    value: u32,
    digits: usize,
}

/// One to four digits, and not a fifth.
fn number(signs: &[char], at: usize) -> Option<(Number, usize)> {
    let digits = (at..at + 5).take_while(|&at| digit_at(signs, at)).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let figures = signs[at..at + digits]
        .iter()
        .filter_map(|sign| sign.to_digit(10));
    let value = figures.fold(0, |value, digit| value * 10 + digit);
    Some((Number { value, digits }, at + digits))
}

/// A slash, dash or full stop, with at most one gap on each side; or a gap alone.
fn separator(signs: &[char], at: usize) -> Option<(char, usize)> {
    let gap = |at| usize::from(sign_at(signs, at) == ' ');
    let mark = at + gap(at);
    match sign_at(signs, mark) {
        sign @ ('/' | '-' | '.') => Some((sign, mark + 1 + gap(mark + 1))),
        _ if mark > at => Some((' ', mark)),
        _ => None,
    }
}

/// Past commas, full stops, dashes, slashes and gaps between the parts of a date, at most three.
fn skip_gap(signs: &[char], at: usize) -> usize {
    let gap = |n: &usize| matches!(sign_at(signs, at + n), ' ' | ',' | '.' | '-' | '/');
    at + (0..3).take_while(gap).count()
}

fn after_ordinal(signs: &[char], at: usize) -> usize {
    match word(signs, at) {
        (ending, next) if ["st", "nd", "rd", "th"].contains(&ending.as_str()) => next,
        _ => at,
    }
}

/// The letters from here on, at most ten, in lower case.
fn word(signs: &[char], at: usize) -> (String, usize) {
    let letters = || {
        (at..at + 10)
            .map(|at| sign_at(signs, at))
            .take_while(char::is_ascii_alphabetic)
    };
    (
        letters().map(|sign| sign.to_ascii_lowercase()).collect(),
        at + letters().count(),
    )
}

/// A month's name, or at least its first three letters ("Sept" too), as a number from 1.
fn month(signs: &[char], at: usize) -> Option<(u32, usize)> {
    let (name, end) = word(signs, at);
    let fits = |month: &&str| name.len() >= 3 && month.starts_with(&name);
    let index = MONTHS.iter().position(fits)?;
    u32::try_from(index + 1).ok().map(|month| (month, end))
}

/// Whether the calendar has such a day, in a year written with two digits or from 1880 to 2099.
fn is_date(day: u32, month: u32, year: u32) -> bool {
    // A two-digit year may be a leap year in one century or the other.
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day) && (year < 100 || (1880..2100).contains(&year))
}

/// Whether one of the words just before says that this is a birth.
fn speaks_of_birth(signs: &[char], start: usize) -> bool {
    let before = &signs[start.saturating_sub(CUE_DISTANCE_MAX)..start];
    let text: String = before
        .iter()
        .filter(|sign| **sign != '.')
        .map(char::to_ascii_lowercase)
        .collect();
    text.split(|sign: char| !sign.is_ascii_alphabetic())
        .any(|word| CUES.contains(&word))
}
