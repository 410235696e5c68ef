//! NHS numbers: ten digits, the last of which checks the others.
//!
//! The public rule (NHS Data Model and Dictionary, *NHS NUMBER*): multiply the first nine digits by
//! 10, 9, ... 2, add up, take the remainder by 11 from 11; 11 counts as 0, and 10 cannot be.

use super::{Found, digit_at, digits_begin, sign_at};
use crate::Kind;

/// Finds ten digits with at most one gap between two of them, and no eleventh.
pub fn find(signs: &[char], start: usize) -> Option<Found> {
    if !digits_begin(signs, start) {
        return None;
    }
    let mut digits = [0_u32; 10];
    let mut at = start;
    for (position, digit) in digits.iter_mut().enumerate() {
        if position > 0 && matches!(sign_at(signs, at), ' ' | '-' | '.') {
            at += 1;
        }
        *digit = sign_at(signs, at).to_digit(10)?;
        at += 1;
    }
    let found = Found {
        start,
        end: at,
        kind: Kind::NhsNumber,
    };
    (!digit_at(signs, at) && check_digit_fits(&digits)).then_some(found)
}

fn check_digit_fits(digits: &[u32; 10]) -> bool {
    let sum: u32 = digits[..9]
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    match 11 - sum % 11 {
        11 => digits[9] == 0,
        expected => digits[9] == expected, // 10 is no digit and never fits
    }
}
