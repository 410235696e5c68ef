//! Identity's rules, without a database: device classes, the ladder of waits, passwords' form.

use crate::store::value::{MINUTE, Moment, SECOND};

/// Version of the terms of use. A new version is asked of everybody again (control B50).
pub const TERMS_VERSION: i64 = 1;

/// A one-time code can be used for this long.
pub const CODE_LIFE: i64 = 72 * 60 * MINUTE;

/// Person or service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A human being with an id of their own.
    Person,
    /// A part of this server that acts under its own name; nobody is "system".
    Service,
}

impl AccountKind {
    /// The code in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
        }
    }

    /// The kind a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Person, Self::Service]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Has a one-time code and no password yet.
    Invited,
    /// Can sign in.
    Active,
    /// Cannot do anything; its history stays.
    Disabled,
}

impl AccountState {
    /// The code in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The state a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// What kind of device a session runs on; decides its limits (control A8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceClass {
    /// A ward PC or a pooled phone.
    Shared,
    /// A device that one person carries.
    Personal,
    /// Any device, used with an administrator's rights.
    Admin,
}

impl DeviceClass {
    /// The code in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Personal => "personal",
            Self::Admin => "admin",
        }
    }

    /// The class a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Shared, Self::Personal, Self::Admin]
            .into_iter()
            .find(|class| class.code() == code)
    }

    /// After this long without activity the session ends. Polling is not activity.
    #[must_use]
    pub fn idle_max(self) -> i64 {
        match self {
            Self::Shared => 5 * MINUTE,
            Self::Personal => 15 * MINUTE,
            Self::Admin => 10 * MINUTE,
        }
    }

    /// After this long the session ends whatever happens.
    #[must_use]
    pub fn absolute_max(self) -> i64 {
        match self {
            Self::Shared | Self::Personal => 12 * 60 * MINUTE,
            Self::Admin => 8 * 60 * MINUTE,
        }
    }
}

crate::code_field!(AccountKind, AccountState, DeviceClass);

/// Why a session that was asked about no longer stands.
#[must_use]
pub fn over(
    class: DeviceClass,
    started: Moment,
    active: Moment,
    now: Moment,
) -> Option<&'static str> {
    if now.since(started) >= class.absolute_max() {
        Some("absolute limit")
    } else if now.since(active) >= class.idle_max() {
        Some("idle")
    } else {
        None
    }
}

/// The wait after so many failures in a row (CONTROLS.md, "Lock ladder").
///
/// By sum of waits the tenth guess cannot come before 163 s, and then 15 minutes pass: fewer than
/// the ten guesses in five minutes that Cyber Essentials allows.
#[must_use]
pub fn wait_after(failures: i64) -> i64 {
    match failures {
        ..=0 => 0,
        1..=3 => SECOND,
        4..=5 => 5 * SECOND,
        6..=8 => 30 * SECOND,
        9 => 60 * SECOND,
        // 15 minutes at ten, doubling every further failure, one hour at most.
        more => (15 * MINUTE)
            .saturating_mul(1 << (more - 10).min(2))
            .min(60 * MINUTE),
    }
}

/// The form in which sign-in names are compared: no blanks around, no capitals.
#[must_use]
pub fn normalised_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too short to stand against guessing.
    #[error("Use at least 12 characters. Three words you will remember do well.")]
    TooShort,
    /// Longer than anybody types.
    #[error("Use at most 256 characters.")]
    TooLong,
    /// It is the sign-in name or contains it.
    #[error("Choose something that does not contain your sign-in name.")]
    ContainsName,
    /// One character again and again, or a plain sequence.
    #[error("Choose something less regular.")]
    TooRegular,
}

/// Checks a new password's form: length, own name, plain repetition. No composition rules
/// (NCSC, NIST SP 800-63B and ASVS 5.0 V6.2.5 all advise against them).
///
/// # Errors
/// The sentence of [`PasswordRefused`] says what to do instead.
pub fn check_password(password: &str, name: &str) -> Result<(), PasswordRefused> {
    let count = password.chars().count();
    if count < 12 {
        return Err(PasswordRefused::TooShort);
    }
    if count > 256 {
        return Err(PasswordRefused::TooLong);
    }
    let name = normalised_name(name);
    if name.chars().count() >= 4 && password.to_lowercase().contains(&name) {
        return Err(PasswordRefused::ContainsName);
    }
    let codes: Vec<i64> = password
        .chars()
        .map(|letter| i64::from(u32::from(letter)))
        .collect();
    let steps: std::collections::BTreeSet<i64> =
        codes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let letters: std::collections::BTreeSet<&i64> = codes.iter().collect();
    if steps.len() == 1 || letters.len() < 4 {
        return Err(PasswordRefused::TooRegular);
    }
    Ok(())
}
