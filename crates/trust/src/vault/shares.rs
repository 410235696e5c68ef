//! Recovery shares: the root secret split so that any two of three bring it back and one tells
//! nothing.
//!
//! Shamir's scheme ("How to share a secret", 1979) over GF(256): each byte of the secret is the
//! height at zero of a straight line with random slope, and share `n` holds the heights at `n`. Two
//! points give the line. A share is printed at installation and typed in need:
//! `almoner-share-1-` and 16 groups of four letters in Crockford's base 32, which has no letters
//! that look alike. Refused, with what to do: typos, the same share twice, shares of two different
//! printings. Next: [`super::root::RootSource::keep`] puts a recovered secret in its place.

use std::fmt;

use aws_lc_rs::digest;
use zeroize::Zeroizing;

use super::random;
use super::root::{ROOT_BYTES, RootSecret};

const SET_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 4;
const BODY_BYTES: usize = SET_BYTES + ROOT_BYTES + CHECKSUM_BYTES;
const LETTERS: usize = BODY_BYTES * 8 / 5;
const GROUP_LETTERS: usize = 4;
const PREFIX: &str = "almoner-share-";
/// The longest typed text that is looked at; a share as printed has 95 characters.
const TYPED_BYTES_MAX: usize = 400;

/// One of three parts of a root secret. Wiped when dropped, never printed by accident.
pub struct Share {
    number: u8,
    /// The same in the three shares of one printing.
    set: [u8; SET_BYTES],
    heights: Zeroizing<[u8; ROOT_BYTES]>,
}

/// Why shares could not be read or joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Something else was pasted.
    #[error("this is not a recovery share: it begins with `almoner-share-` and a number")]
    NotAShare,
    /// There are three shares only.
    #[error("recovery shares are numbered 1, 2 and 3: look at the number after `almoner-share-`")]
    NoSuchNumber,
    /// Letters are missing or doubled.
    #[error("a recovery share has {LETTERS} letters after its number, this one has {letters}")]
    WrongLength {
        /// How many were typed.
        letters: usize,
    },
    /// A sign that no share contains.
    #[error("group {group} has a sign that does not occur in shares: type that group again")]
    BadLetter {
        /// Which group of four, counted from 1.
        group: usize,
    },
    /// All letters are possible, but some are not the printed ones.
    #[error("a letter is wrong: compare each group with the paper")]
    Typo,
    /// Two shares are needed, not one twice.
    #[error("this is share {0} twice: type a share with another number")]
    SameShare(u8),
    /// The secret was split more than once, and these papers do not belong together.
    #[error("these shares were printed at different times: use two of the same printing")]
    DifferentPrintings,
}

/// Splits a root secret into three shares. Each call is a new printing with new random lines.
#[must_use]
pub fn split(root: &RootSecret) -> [Share; 3] {
    let set = random::bytes();
    let slopes = random::secret::<ROOT_BYTES>();
    [1, 2, 3].map(|number| {
        let mut heights = Zeroizing::new([0; ROOT_BYTES]);
        for ((height, secret), slope) in heights.iter_mut().zip(root.bytes()).zip(slopes.iter()) {
            *height = secret ^ multiply(*slope, number);
        }
        Share {
            number,
            set,
            heights,
        }
    })
}

/// Joins two shares.
///
/// That the result is the right secret is known when it opens the key store.
///
/// # Errors
///
/// [`ShareError::SameShare`] and [`ShareError::DifferentPrintings`].
pub fn combine(first: &Share, second: &Share) -> Result<RootSecret, ShareError> {
    if first.set != second.set {
        return Err(ShareError::DifferentPrintings);
    }
    if first.number == second.number {
        return Err(ShareError::SameShare(first.number));
    }
    // The line through both points, at zero: (y1 * x2 + y2 * x1) / (x1 + x2).
    let divisor = inverse(first.number ^ second.number);
    let mut root = Zeroizing::new([0; ROOT_BYTES]);
    for ((byte, one), two) in root
        .iter_mut()
        .zip(first.heights.iter())
        .zip(second.heights.iter())
    {
        let sum = multiply(*one, second.number) ^ multiply(*two, first.number);
        *byte = multiply(sum, divisor);
    }
    Ok(RootSecret::from_slice(root.as_slice()).expect("the length is the root's"))
}

impl Share {
    /// Which of the three it is.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }

    /// The text to print and to hand to a custodian. It is a secret: show it once, store it never.
    #[must_use]
    pub fn printable(&self) -> Zeroizing<String> {
        let mut body = Zeroizing::new([0; BODY_BYTES]);
        body[..SET_BYTES].copy_from_slice(&self.set);
        body[SET_BYTES..SET_BYTES + ROOT_BYTES].copy_from_slice(self.heights.as_slice());
        body[SET_BYTES + ROOT_BYTES..].copy_from_slice(&self.checksum());

        let mut text = Zeroizing::new(String::with_capacity(TYPED_BYTES_MAX));
        text.push_str(PREFIX);
        text.push(char::from(b'0' + self.number));
        for (group, bits) in body.chunks_exact(5).enumerate() {
            let word = bits
                .iter()
                .fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
            for letter in 0..8 {
                if (group * 8 + letter) % GROUP_LETTERS == 0 {
                    text.push('-');
                }
                text.push(letter_of((word >> (35 - 5 * letter)) as u8 & 31));
            }
        }
        text
    }

    /// Reads what a person typed: capitals or not, hyphens and spaces anywhere, `o` for `0` and
    /// `i` or `l` for `1`.
    ///
    /// # Errors
    ///
    /// A [`ShareError`] that says where to look; a wrong letter slips through once in four billion.
    pub fn parse(typed: &str) -> Result<Share, ShareError> {
        if typed.len() > TYPED_BYTES_MAX {
            return Err(ShareError::NotAShare);
        }
        let mut text = Zeroizing::new(String::with_capacity(TYPED_BYTES_MAX));
        let signs = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        text.extend(signs.map(|c| c.to_ascii_lowercase()));
        let rest = text
            .strip_prefix("almonershare")
            .ok_or(ShareError::NotAShare)?;
        let number = match rest.chars().next() {
            Some(digit @ '1'..='3') => digit as u8 - b'0',
            _ => return Err(ShareError::NoSuchNumber),
        };
        let body = body_of(&rest[1..])?;
        let (set, rest) = body.split_at(SET_BYTES);
        let (heights, checksum) = rest.split_at(ROOT_BYTES);
        let mut share = Share {
            number,
            set: [0; SET_BYTES],
            heights: Zeroizing::default(),
        };
        share.set.copy_from_slice(set);
        share.heights.copy_from_slice(heights);
        if share.checksum() != checksum {
            return Err(ShareError::Typo);
        }
        Ok(share)
    }

    /// Finds typos. It is computed from this share alone, so it tells nothing about the others.
    fn checksum(&self) -> [u8; CHECKSUM_BYTES] {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(PREFIX.as_bytes());
        hash.update(&[self.number]);
        hash.update(&self.set);
        hash.update(self.heights.as_slice());
        let mut checksum = [0; CHECKSUM_BYTES];
        checksum.copy_from_slice(&hash.finish().as_ref()[..CHECKSUM_BYTES]);
        checksum
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Share {} of 3", self.number)
    }
}

/// The bytes that lower-case letters stand for.
fn body_of(letters: &str) -> Result<Zeroizing<[u8; BODY_BYTES]>, ShareError> {
    let count = letters.chars().count();
    let mut body = Zeroizing::new([0; BODY_BYTES]);
    let mut word = 0_u64;
    for (at, letter) in letters.chars().enumerate().take(LETTERS) {
        let bad = ShareError::BadLetter {
            group: at / GROUP_LETTERS + 1,
        };
        word = word << 5 | u64::from(value_of(letter).ok_or(bad)?);
        if at % 8 == 7 {
            body[at / 8 * 5..][..5].copy_from_slice(&word.to_be_bytes()[3..]);
            word = 0;
        }
    }
    if count != LETTERS {
        return Err(ShareError::WrongLength { letters: count });
    }
    Ok(body)
}

/// Crockford's letter for a value below 32, by counting past I, L, O and U: a table would be read
/// at a place that depends on the secret.
fn letter_of(value: u8) -> char {
    let past = |last: u8| u8::from(value > last);
    char::from(b'0' + value + 7 * past(9) + past(17) + past(19) + past(21) + past(26))
}

fn value_of(letter: char) -> Option<u8> {
    let letter = match letter {
        'o' => '0',
        'i' | 'l' => '1',
        other => other.to_ascii_uppercase(),
    };
    (0..32).find(|value| letter_of(*value) == letter)
}

/// Multiplies in GF(256) with the polynomial of AES, without branches or tables.
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        a = (a << 1) ^ (0x1b & (a >> 7).wrapping_neg());
        b >>= 1;
    }
    product
}

/// One divided by `a`, which is not zero: `a` to the power of 254.
fn inverse(a: u8) -> u8 {
    (0..253).fold(a, |power, _| multiply(power, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arithmetic under the shares is the published one: FIPS 197 gives 57 x 83 = c1, and every
    /// number times its inverse is one.
    #[test]
    fn the_field_is_the_published_one() {
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        for number in 1..=255 {
            assert_eq!(multiply(number, inverse(number)), 1);
        }
    }

    /// One custodian alone knows nothing: for every secret there could be, there is a second share
    /// that would give it together with the one in hand.
    #[test]
    fn one_share_fits_every_secret() {
        let [one, _, _] = split(&RootSecret::random());
        for guess in [RootSecret::random(), RootSecret::random()] {
            let mut two = Share {
                number: 2,
                set: one.set,
                heights: Zeroizing::default(),
            };
            for (at, secret) in guess.bytes().iter().enumerate() {
                // Share 1 stands at one, so its distance from the secret is the slope.
                two.heights[at] = secret ^ multiply(secret ^ one.heights[at], 2);
            }
            assert!(combine(&one, &two).unwrap().is_same(&guess));
        }
    }

    /// The printed letters are the 32 of Crockford, each once.
    #[test]
    fn letters_are_those_of_crockford() {
        let letters: String = (0..32).map(letter_of).collect();
        assert_eq!(letters, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    }
}
