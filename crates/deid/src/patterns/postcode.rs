//! Complete UK postcodes: an area that exists, a district, a gap or none, and the inward half.

use super::{Found, sign_at, word_before};
use crate::Kind;

/// The postcode areas in use, with the Channel Islands and the Isle of Man.
const AREAS: &str = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG \
    DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW \
    KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA \
    SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO \
    ZE ";

/// Finds a postcode that begins here and is not part of a longer word.
pub fn find(signs: &[char], start: usize) -> Option<Found> {
    if word_before(signs, start) {
        return None;
    }
    let letters = (start..start + 2).take_while(|&at| sign_at(signs, at).is_ascii_alphabetic());
    let district = start + letters.count();
    if !area_exists(&signs[start..district]) || !sign_at(signs, district).is_ascii_digit() {
        return None;
    }
    // The district is a digit, and perhaps one more digit or letter: try the longer form first.
    let longer = sign_at(signs, district + 1)
        .is_ascii_alphanumeric()
        .then_some(district + 2);
    longer
        .into_iter()
        .chain([district + 1])
        .find_map(|outward_end| {
            let inward = outward_end + usize::from(sign_at(signs, outward_end) == ' ');
            let end = inward + 3;
            (inward_fits(signs, inward) && !sign_at(signs, end).is_alphanumeric()).then_some(
                Found {
                    start,
                    end,
                    kind: Kind::Postcode,
                },
            )
        })
}

fn area_exists(letters: &[char]) -> bool {
    if letters.is_empty() {
        return false;
    }
    let area: String = letters.iter().map(char::to_ascii_uppercase).collect();
    AREAS.split_ascii_whitespace().any(|known| known == area)
}

/// A digit and two letters, of which none is C, I, K, M, O or V.
fn inward_fits(signs: &[char], at: usize) -> bool {
    let letter = |at| {
        let sign = sign_at(signs, at);
        sign.is_ascii_alphabetic() && !"CIKMOV".contains(sign.to_ascii_uppercase())
    };
    // "L4 5th" is a spine, not an address.
    let ordinal = ["st", "nd", "rd", "th"].iter().any(|ending| {
        ending
            .chars()
            .eq([sign_at(signs, at + 1), sign_at(signs, at + 2)])
    });
    sign_at(signs, at).is_ascii_digit() && letter(at + 1) && letter(at + 2) && !ordinal
}
