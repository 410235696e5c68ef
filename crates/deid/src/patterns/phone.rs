//! UK phone numbers: ten or eleven digits in the national form, or the same after `+44`.
//!
//! Ofcom's National Telephone Numbering Plan gives 01 and 02 to places, 03 to organisations, 07 to
//! mobiles and pagers, 08 and 09 to special rates.

use super::{Found, digit_at, sign_at};
use crate::Kind;

/// Digits after the leading 0 or 44, and the signs they may be spread over.
const DIGITS_MIN: usize = 9;
const DIGITS_MAX: usize = 10;
const SIGNS_MAX: usize = 24;

/// Finds a number that begins here with `+44` or `0044`, and perhaps `(0)`.
pub fn find_international(signs: &[char], start: usize) -> Option<Found> {
    let abroad = after(signs, start, "+44").or_else(|| after(signs, start, "0044"))?;
    let next = abroad + gap(signs, abroad);
    // The gap before "(0)" takes its bracket along.
    let home = after(signs, next, "0)")
        .or_else(|| after(signs, next, "0"))
        .unwrap_or(next);
    number(signs, start, home)
}

/// Finds a number that begins here with `0` or `(0`.
pub fn find_national(signs: &[char], start: usize) -> Option<Found> {
    let home = after(signs, start, "(0").or_else(|| after(signs, start, "0"))?;
    number(signs, start, home)
}

/// The number from `start` whose part after the prefix begins at `home`.
fn number(signs: &[char], start: usize, home: usize) -> Option<Found> {
    if start > 0 && (digit_at(signs, start - 1) || signs[start - 1] == '+') {
        return None;
    }
    let first = home + gap(signs, home);
    if !matches!(sign_at(signs, first), '1' | '2' | '3' | '7' | '8' | '9') {
        return None;
    }
    let end = end_of_number(signs, first)?;
    Some(Found {
        start,
        end,
        kind: Kind::Phone,
    })
}

/// The place after `text`, if that stands here.
fn after(signs: &[char], at: usize, text: &str) -> Option<usize> {
    let fits = text
        .chars()
        .enumerate()
        .all(|(n, sign)| sign_at(signs, at + n) == sign);
    fits.then_some(at + text.len())
}

/// How many signs of gap stand here: at most two, as in `) `.
fn gap(signs: &[char], at: usize) -> usize {
    (0..2)
        .take_while(|n| matches!(sign_at(signs, at + n), ' ' | '-' | '.' | '(' | ')'))
        .count()
}

/// The end of the longest number of nine or ten digits that ends where a group of digits ends.
fn end_of_number(signs: &[char], first: usize) -> Option<usize> {
    let mut digits = 0;
    let mut at = first;
    let mut end = None;
    while at < first + SIGNS_MAX && digits < DIGITS_MAX && digit_at(signs, at) {
        digits += 1;
        at += 1;
        if !digit_at(signs, at) {
            if digits >= DIGITS_MIN {
                end = Some(at);
            }
            at += gap(signs, at);
        }
    }
    end
}
