//! Identifying material in free text: a first, small and honest set of rules.
//!
//! [`screen`] finds five kinds of thing, by their form alone:
//!
//! | found | precisely |
//! |---|---|
//! | NHS numbers | ten digits, single gaps allowed, with a valid check digit |
//! | e-mail addresses | something, `@`, a domain with at least one dot |
//! | postcodes | a complete one in an existing postcode area, either case, gap or none |
//! | phone numbers | ten or eleven digits from `01`, `02`, `03`, `07`, `08`, `09`, or `+44` |
//! | dates | day, month and year, in figures or with an English month's name |
//!
//! A date becomes a date of birth when words just before it say so. Digits of other scripts,
//! full-width forms, invisible characters inside a number and any width of gap are seen through.
//!
//! **What it does not find:** names, nicknames and initials; street addresses; half a postcode;
//! staff, hospital and insurance numbers; NHS numbers with a slip in them; foreign phone numbers
//! and extensions; ages; months without a day; anything spelt in words ("oh seven", "at nhs dot
//! net"); look-alike letters of other alphabets in a postcode; and everything that tells who
//! somebody is by what happened. A text without spans is therefore **not** a text without
//! identifying material, and nothing may be called anonymous because of it.
//!
//! It also finds too much now and then: one string of ten digits in eleven passes the check digit.
//!
//! Read on in `fold.rs` (how text is made comparable) and `patterns/` (one file for each kind).

mod fold;
mod patterns;

use serde::{Deserialize, Serialize};

use fold::Folded;

/// What a span is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Ten digits whose last is the right check digit.
    NhsNumber,
    /// An e-mail address.
    Email,
    /// A complete UK postcode.
    Postcode,
    /// A UK phone number.
    Phone,
    /// A date that words before it call a birth.
    DateOfBirth,
    /// A complete date of something; it may be a birth all the same.
    Date,
}

/// Where something identifying stands: Unicode code points, counted from 0, `end` not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first code point.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
}

/// Finds what looks identifying, in the order of the text, without overlaps.
///
/// Takes time in proportion to the length of the text, whatever it contains. No finds are no
/// promise: see the top of this page for what is not looked for.
///
/// ```
/// use deid::{Kind, Span, screen};
///
/// let note = "Zoë, NHS 943 476 5919, seen at home.";
/// assert_eq!(screen(note), [Span { start: 9, end: 21, kind: Kind::NhsNumber }]);
/// ```
#[must_use]
pub fn screen(text: &str) -> Vec<Span> {
    let folded = Folded::from(text);
    let mut taken = vec![false; folded.signs.len()];
    let mut spans = Vec::new();
    for find in patterns::IN_ORDER_OF_TRUST {
        let mut at = 0;
        while at < folded.signs.len() {
            match find(&folded.signs, at) {
                Some(found) if !taken[found.start..found.end].contains(&true) => {
                    taken[found.start..found.end].fill(true);
                    let (start, end) = folded.original(found.start, found.end);
                    spans.push(Span {
                        start,
                        end,
                        kind: found.kind,
                    });
                    at = found.end.max(at + 1);
                }
                _ => at += 1,
            }
        }
    }
    spans.sort_unstable_by_key(|span| span.start);
    spans
}
