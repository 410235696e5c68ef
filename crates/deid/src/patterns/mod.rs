//! The forms that are looked for, one file for each.
//!
//! A pattern is asked at every place of the text and looks a bounded way from there; that is what
//! keeps the whole in linear time.

mod date;
mod email;
mod nhs_number;
mod phone;
mod postcode;

use crate::Kind;

/// Something found, in places of the folded text.
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// Looks for one form at one place.
pub type Pattern = fn(&[char], usize) -> Option<Found>;

/// Where two forms fit the same signs, the earlier here wins: a country code, a calendar or a check
/// digit says more than a count of digits.
pub const IN_ORDER_OF_TRUST: [Pattern; 6] = [
    email::find,
    phone::find_international,
    date::find,
    nhs_number::find,
    phone::find_national,
    postcode::find,
];

/// The sign at a place; a line end beyond the text, which no pattern contains.
fn sign_at(signs: &[char], at: usize) -> char {
    signs.get(at).copied().unwrap_or('\n')
}

fn digit_at(signs: &[char], at: usize) -> bool {
    sign_at(signs, at).is_ascii_digit()
}

/// Whether `at` is where a run of digits begins.
fn digits_begin(signs: &[char], at: usize) -> bool {
    digit_at(signs, at) && !(at > 0 && digit_at(signs, at - 1))
}

/// Whether a letter or digit stands just before `at`.
fn word_before(signs: &[char], at: usize) -> bool {
    at > 0 && signs[at - 1].is_alphanumeric()
}
