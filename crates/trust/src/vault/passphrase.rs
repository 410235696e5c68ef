//! A root secret locked with a passphrase: Argon2id makes the lock's key, the file says how.
//!
//! One line of text: `almoner-passphrase-1 m=65536 t=3 p=1 SALT LOCKED`. The secret itself is
//! random and only *locked* by the passphrase, so the passphrase can be changed, recovery shares
//! stay valid, and a typo is known at once. Refused: short passphrases, settings in the file that
//! are weaker than [`WEAKEST`] or that would exhaust the machine. Next: [`super::root`].

use std::fmt;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::random;
use super::root::{RootError, RootSecret};
use super::wrap::{Context, KEY_BYTES, WrappedKey, WrappingKey};

/// The fewest characters of a new passphrase. There are no rules on their kind.
pub const CHARACTERS_MIN: usize = 15;

const FORMAT: &str = "almoner-passphrase-1";
const LABEL: &str = "almoner/passphrase/1";
const SALT_BYTES: usize = 16;

/// Argon2id settings (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settings {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// For new files: 64 MiB and three passes, the second recommendation of RFC 9106 section 4, on one
/// lane. It is computed once at each start, so it may cost more than a sign-in.
const FRESH: Settings = Settings {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 1,
};
/// The least that is accepted from a file: 46 MiB and one pass.
const WEAKEST: Settings = Settings {
    memory_kib: 46 * 1024,
    passes: 1,
    lanes: 1,
};
/// The most that is accepted from a file: 1 GiB, 16 passes, 4 lanes.
const HEAVIEST: Settings = Settings {
    memory_kib: 1024 * 1024,
    passes: 16,
    lanes: 4,
};

/// What an operator types to open an instance. Wiped when dropped, never printed.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the text as typed, without the end of its line.
    #[must_use]
    pub fn new(typed: impl Into<Zeroizing<String>>) -> Passphrase {
        Passphrase(typed.into())
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

/// The line to store for `root`.
pub(super) fn lock(root: &RootSecret, passphrase: &Passphrase) -> Result<String, RootError> {
    let characters = passphrase.0.chars().count();
    if characters < CHARACTERS_MIN {
        return Err(RootError::ShortPassphrase { characters });
    }
    let salt = random::bytes::<SALT_BYTES>();
    let key = stretch(passphrase, &salt, FRESH).expect("our own settings are within the limits");
    let locked = key.wrap(root.bytes(), &context(&salt));
    let Settings {
        memory_kib,
        passes,
        lanes,
    } = FRESH;
    let (salt, locked) = (
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(locked.as_stored()),
    );
    Ok(format!(
        "{FORMAT} m={memory_kib} t={passes} p={lanes} {salt} {locked}\n"
    ))
}

/// Reads back what [`lock`] wrote to `path`.
pub(super) fn unlock(
    path: &Path,
    stored: &[u8],
    passphrase: &Passphrase,
) -> Result<RootSecret, RootError> {
    let (settings, salt, locked) =
        parse(stored).ok_or_else(|| RootError::NotASecret(path.to_owned()))?;
    if !settings.is_safe() {
        return Err(RootError::UnsafeSettings(path.to_owned()));
    }
    let key = stretch(passphrase, &salt, settings)
        .ok_or_else(|| RootError::UnsafeSettings(path.to_owned()))?;
    let wrong = |_| RootError::WrongPassphrase(path.to_owned());
    let root = key.unwrap(&locked, &context(&salt)).map_err(wrong)?;
    Ok(RootSecret::from_slice(root.as_slice()).expect("a wrapped key has the root's length"))
}

impl Settings {
    fn is_safe(self) -> bool {
        (WEAKEST.memory_kib..=HEAVIEST.memory_kib).contains(&self.memory_kib)
            && (WEAKEST.passes..=HEAVIEST.passes).contains(&self.passes)
            && (WEAKEST.lanes..=HEAVIEST.lanes).contains(&self.lanes)
    }
}

fn parse(stored: &[u8]) -> Option<(Settings, [u8; SALT_BYTES], WrappedKey)> {
    let line = std::str::from_utf8(stored).ok()?.strip_suffix('\n')?;
    let [format, memory, passes, lanes, salt, locked] =
        line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    if format != FORMAT {
        return None;
    }
    let settings = Settings {
        memory_kib: memory.strip_prefix("m=")?.parse().ok()?,
        passes: passes.strip_prefix("t=")?.parse().ok()?,
        lanes: lanes.strip_prefix("p=")?.parse().ok()?,
    };
    let salt = STANDARD_NO_PAD.decode(salt).ok()?.try_into().ok()?;
    let locked = STANDARD_NO_PAD.decode(locked).ok()?;
    Some((settings, salt, WrappedKey::from_stored(&locked).ok()?))
}

fn stretch(passphrase: &Passphrase, salt: &[u8], settings: Settings) -> Option<WrappingKey> {
    let Settings {
        memory_kib,
        passes,
        lanes,
    } = settings;
    let parameters = Params::new(memory_kib, passes, lanes, Some(KEY_BYTES)).ok()?;
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.0.as_bytes(), salt, key.as_mut_slice())
        .ok()?;
    Some(WrappingKey::new(&key))
}

/// The instance is not known yet when the root is unlocked; the salt stands in its place.
fn context(salt: &[u8; SALT_BYTES]) -> Context {
    Context::new(LABEL, salt)
}
