//! The one home of randomness: every key, nonce, token and identifier of the workspace begins here.
//!
//! Nothing here can be seeded, and there is no second generator: a test that wants the same numbers
//! twice passes numbers in. Randomness comes from the operating system through AWS-LC, which stops
//! the process rather than hand out weak bytes. Next: [`super`] for what the bytes are used for.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// The largest number that [`identifier`] gives: 2^53 - 1, the largest whole number that a browser
/// can hold exactly.
pub const IDENTIFIER_MAX: i64 = (1 << 53) - 1;

/// `N` random bytes, for things that are not secret themselves: salts, identifiers, marks.
///
/// # Panics
///
/// If the operating system gives no randomness. Nothing safe can be done after that.
///
/// ```
/// # use trust::vault::random;
/// let salt: [u8; 16] = random::bytes();
/// assert_ne!(salt, random::bytes::<16>());
/// ```
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// `N` random bytes for a secret: a key, a session token. They are wiped when dropped.
///
/// They lie on the heap, so that handing them on copies a pointer and not the secret.
///
/// # Panics
///
/// As [`bytes`].
#[must_use]
pub fn secret<const N: usize>() -> Box<Zeroizing<[u8; N]>> {
    let mut secret = Box::new(Zeroizing::new([0; N]));
    fill(secret.as_mut().as_mut_slice());
    secret
}

/// A random identifier from 1 to [`IDENTIFIER_MAX`]: it tells neither order nor number of what it
/// names.
///
/// Two in a million alike are rarer than 1 in 10,000, but possible: the caller checks.
///
/// # Panics
///
/// As [`bytes`].
#[must_use]
pub fn identifier() -> i64 {
    loop {
        let number = i64::from_be_bytes(bytes()) & IDENTIFIER_MAX;
        if number != 0 {
            return number;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the home of randomness")]
fn fill(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("AWS-LC stops the process itself when there is no randomness");
}
