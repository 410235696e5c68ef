//! The promises of the two founding texts, one file each, and what is known of each at a moment.
//!
//! A promise is data (`controls/ID.toml`), embedded into the binary: without its file nothing
//! compiles. Its state is a pure function of the last evidence, its age and a waiver; nothing here
//! runs a test or reads a clock. It refuses to be green without fresh evidence, and a promise that
//! has no mechanism says so and nothing else.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

#[cfg(test)]
#[path = "controls_tests.rs"]
mod tests;

const HOUR_MICROS: i64 = 3_600 * 1_000_000;
/// What a file says when nothing keeps its promise yet.
const NOT_BUILT: &str = "not built";

/// Each id with its file's text.
macro_rules! embedded {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../controls/",
            $id,
            ".toml"
        )))),*]
    };
}

/// Every promise, in the order of the two texts. `cargo xtask tidy` keeps list and folder alike.
#[rustfmt::skip]
const FILES: &[(&str, &str)] = embedded![
    "A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13",
    "A14", "A15", "A16", "A17", "A18", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9",
    "B10", "B11", "B12", "B13", "B14", "B15", "B16", "B17", "B18", "B19", "B20", "B21", "B22",
    "B23", "B24", "B25", "B26", "B27", "B28", "B29", "B30", "B31", "B32", "B33", "B34", "B35",
    "B36", "B37", "B38", "B39", "B40", "B41", "B42", "B43", "B44", "B45", "B46", "B47", "B48",
    "B49", "B50", "B51",
];

static ALL: LazyLock<Vec<Control>> = LazyLock::new(|| {
    let read = |(id, text): &(&str, &str)| {
        Control::parse(id, text).expect("the embedded files are read in a test")
    };
    FILES.iter().map(read).collect()
});

/// Every promise, in the order of the two texts.
pub fn all() -> &'static [Control] {
    &ALL
}

/// The promise of that id, such as `B39`.
pub fn find(id: &str) -> Option<&'static Control> {
    all().iter().find(|control| control.id == id)
}

/// One promise and how it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// `A` or `B` for the text, and a number: never changes, never used again.
    pub id: String,
    /// A few words for lists.
    pub title: String,
    /// What is promised, in our own words.
    pub promise: String,
    /// How the promise can be kept at all; more than one where parts differ.
    pub classes: Vec<Class>,
    /// What keeps it, or that nothing does yet.
    pub mechanism: Mechanism,
    /// The prover that tries it on a running instance; only a built promise has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_test: Option<String>,
    /// What an auditor is shown.
    pub evidence: String,
    /// How old evidence may grow, in hours, before the promise counts as stale.
    pub freshness_hours: u32,
    /// Where the promise comes from.
    pub source: Source,
}

/// How a promise is kept; the three are never blurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Code makes the contrary impossible.
    Enforced,
    /// A dated fact from outside the process, which expires.
    Witnessed,
    /// A person's act, in a register with an owner and a day.
    Recorded,
}

/// What keeps a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Mechanism {
    /// Nothing yet; said openly.
    NotBuilt,
    /// This, in words.
    Built(String),
}

impl From<String> for Mechanism {
    fn from(words: String) -> Self {
        if words == NOT_BUILT {
            Self::NotBuilt
        } else {
            Self::Built(words)
        }
    }
}

impl From<Mechanism> for String {
    fn from(mechanism: Mechanism) -> Self {
        mechanism.to_string()
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBuilt => formatter.write_str(NOT_BUILT),
            Self::Built(words) => formatter.write_str(words),
        }
    }
}

/// Where a promise comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which founding text.
    pub document: Document,
    /// The heading it stands under there.
    pub place: String,
}

/// The two founding texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Document {
    /// The security appendix of a workforce tasking product.
    A,
    /// The information security policy of a therapy tracking product.
    B,
}

/// What one trial of a promise found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// When, in UTC microseconds since 1970.
    pub at: i64,
    /// Did it hold?
    pub outcome: Outcome,
    /// What was tried and seen, in a sentence without anybody's data.
    pub detail: String,
}

/// Did a promise hold when it was tried?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did.
    Held,
    /// It did not.
    Broken,
}

/// Somebody's decision to live for a while without a promise kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Who decided.
    pub who: String,
    /// Why.
    pub why: String,
    /// Until when, in UTC microseconds since 1970; not after.
    pub until: i64,
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Tried lately, and it held.
    Proved,
    /// Never tried, or too long ago.
    Stale,
    /// Tried, and it did not hold. It stays so until a later trial holds.
    Failed,
    /// Not proved, and somebody with a name answers for that until a day.
    Waived,
    /// Nothing keeps it yet. No evidence and no waiver changes that.
    NotBuilt,
}

impl Control {
    /// Reads one file.
    ///
    /// # Errors
    /// See [`ControlError`]; nothing is guessed or filled in.
    pub fn parse(id: &str, text: &str) -> Result<Self, ControlError> {
        let file = || id.to_owned();
        let control: Self = toml::from_str(text).map_err(|error| ControlError::Unreadable {
            file: file(),
            source: Box::new(error),
        })?;
        if control.id != id || !control.belongs_to_its_text() {
            return Err(ControlError::WrongId {
                file: file(),
                id: control.id,
            });
        }
        if let Some(field) = control.empty_field() {
            return Err(ControlError::Empty {
                file: file(),
                field,
            });
        }
        if (control.mechanism == Mechanism::NotBuilt) != control.self_test.is_none() {
            return Err(ControlError::Untested { file: file() });
        }
        Ok(control)
    }

    /// How the promise stands at `now` (UTC microseconds since 1970).
    ///
    /// Evidence from the future counts as none: a clock that jumped must not make anything green.
    pub fn state(&self, last: Option<&Evidence>, waiver: Option<&Waiver>, now: i64) -> State {
        if self.mechanism == Mechanism::NotBuilt {
            return State::NotBuilt;
        }
        let tried = match last {
            None => State::Stale,
            Some(evidence) if evidence.outcome == Outcome::Broken => State::Failed,
            Some(evidence) if self.is_fresh(evidence, now) => State::Proved,
            Some(_) => State::Stale,
        };
        let waived = waiver.is_some_and(|waiver| now <= waiver.until);
        if waived && tried != State::Proved {
            State::Waived
        } else {
            tried
        }
    }

    fn is_fresh(&self, evidence: &Evidence, now: i64) -> bool {
        let age_max = i64::from(self.freshness_hours) * HOUR_MICROS;
        (0..=age_max).contains(&now.saturating_sub(evidence.at))
    }

    fn belongs_to_its_text(&self) -> bool {
        let letter = match self.source.document {
            Document::A => 'A',
            Document::B => 'B',
        };
        self.id.starts_with(letter)
    }

    fn empty_field(&self) -> Option<&'static str> {
        let words = |text: &str| !text.trim().is_empty();
        let classes: HashSet<Class> = self.classes.iter().copied().collect();
        let fields = [
            ("title", words(&self.title)),
            ("promise", words(&self.promise)),
            (
                "classes",
                !classes.is_empty() && classes.len() == self.classes.len(),
            ),
            ("mechanism", words(&self.mechanism.to_string())),
            ("self_test", self.self_test.as_deref().is_none_or(words)),
            ("evidence", words(&self.evidence)),
            ("freshness_hours", self.freshness_hours > 0),
            ("source.place", words(&self.source.place)),
        ];
        fields
            .into_iter()
            .find(|(_, filled)| !filled)
            .map(|(field, _)| field)
    }
}

/// Why a promise's file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Not TOML, a field missing, or one that isn't known.
    #[error("controls/{file}.toml can't be read")]
    Unreadable {
        /// The file's name.
        file: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// The id inside isn't the file's name, or isn't of the text it names.
    #[error("controls/{file}.toml says it is {id}")]
    WrongId {
        /// The file's name.
        file: String,
        /// The id inside.
        id: String,
    },
    /// A field says nothing, or says the same twice.
    #[error("controls/{file}.toml says nothing in {field}")]
    Empty {
        /// The file's name.
        file: String,
        /// The field.
        field: &'static str,
    },
    /// A built promise without a self-test, or a self-test of what isn't built.
    #[error("controls/{file}.toml must name a self-test exactly when its mechanism is built")]
    Untested {
        /// The file's name.
        file: String,
    },
}
