//! E-mail addresses, found from their `@`.

use super::{Found, sign_at};
use crate::Kind;

/// The longest part before the `@`, and the longest domain (RFC 5321, section 4.5.3.1).
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 255;

/// Finds an address around an `@`: something before it, a dotted domain after it.
pub fn find(signs: &[char], at: usize) -> Option<Found> {
    if signs[at] != '@' {
        return None;
    }
    let local = signs[..at]
        .iter()
        .rev()
        .take(LOCAL_MAX)
        .take_while(|sign| in_local(**sign));
    let start = at - local.count();
    let domain = signs[at + 1..]
        .iter()
        .take(DOMAIN_MAX)
        .take_while(|sign| in_domain(**sign));
    let mut end = at + 1 + domain.count();
    // A full stop or dash at the end belongs to the sentence.
    while matches!(sign_at(signs, end - 1), '.' | '-') {
        end -= 1;
    }
    let domain = signs.get(at + 1..end)?;
    let last_dot = domain.iter().rposition(|sign| *sign == '.')?;
    let (name, ending) = (&domain[..last_dot], &domain[last_dot + 1..]);
    let complete = start < at
        && name.first().is_some_and(|sign| sign.is_alphanumeric())
        && ending.len() >= 2
        && ending.iter().any(|sign| sign.is_alphabetic());
    complete.then_some(Found {
        start,
        end,
        kind: Kind::Email,
    })
}

fn in_local(sign: char) -> bool {
    sign.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(sign)
}

fn in_domain(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '.' | '-')
}
