//! What a verification of a whole instance came to.
//!
//! The ledger's own findings ([`ledger::verify`](crate::ledger::verify)) and those that only
//! someone who has the database in hand can make: damaged pages, a catalogue that was changed, a
//! key that was exchanged. The codes of [`What`] are stable; monitoring may match on them.

use serde::Serialize;

use crate::ledger::{entry::Key, verify as ledger};

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Pages of the file, or an index, do not hang together.
    PageDamaged,
    /// A trigger that keeps the log from being changed is gone.
    TriggerMissing,
    /// A trigger that keeps the log from being changed says something else, or was switched off.
    TriggerChanged,
    /// A trigger that no migration made.
    TriggerForeign,
    /// The catalogue (tables, columns, rules, indexes) is not what the migrations made.
    CatalogueChanged,
    /// The record of migrations is not what this program would have written.
    MigrationChanged,
    /// The table `instance` does not hold exactly one row of its form.
    InstanceUnreadable,
    /// The instance names another checkpoint key than the one that is known from elsewhere.
    KeyReplaced,
    /// A table has the columns of a sealed one, and its rows cannot be told apart by one key.
    TableUnreadable,
    /// A sum is kept for a lane or table that is not there.
    SumMisplaced,
    /// Found by the ledger's own verifier.
    #[serde(untagged)]
    Ledger(ledger::What),
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind.
    pub what: What,
    /// The table, if it is about one.
    pub table: Option<String>,
    /// The row's key, if it is about a row.
    pub key: Option<Key>,
    /// The lane, if it is about the ledger or a row that has an entry.
    pub lane: Option<u16>,
    /// The entry: the wrong one, the row's last one, or the first that may have been changed.
    pub sequence: Option<u64>,
    /// All of it as a sentence.
    pub sentence: String,
}

impl Finding {
    /// About a table, or about the instance as a whole.
    pub(super) fn new(what: What, table: Option<&str>, sentence: String) -> Self {
        let table = table.map(str::to_owned);
        Self {
            what,
            table,
            key: None,
            lane: None,
            sequence: None,
            sentence,
        }
    }
}

impl From<ledger::Finding> for Finding {
    fn from(found: ledger::Finding) -> Self {
        let ledger::Finding {
            what,
            table,
            key,
            lane,
            sequence,
            sentence,
        } = found;
        Self {
            what: What::Ledger(what),
            table,
            key,
            lane,
            sequence,
            sentence,
        }
    }
}

/// The answer in one word; the exit code of `almoner verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything was checked and nothing was found: 0.
    Intact,
    /// Something was found: 1.
    Tampered,
    /// Nothing was found, and not everything could be checked: 2.
    Unchecked,
}

impl Verdict {
    /// What the command ends with.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Intact => 0,
            Self::Tampered => 1,
            Self::Unchecked => 2,
        }
    }
}

/// What was read, what does not fit, and what could not be checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many entries were read.
    pub entries: u64,
    /// How many rows were read.
    pub rows: u64,
    /// How many anchors were compared.
    pub anchors: usize,
    /// Whether the seals were recomputed, which needs the vault.
    pub seals_recomputed: bool,
    /// What does not fit; the ledger's own findings are listed up to a limit.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub unlisted: u64,
    /// What could not be checked, each as a sentence.
    pub unchecked: Vec<String>,
    /// History that was lost and declared so; no finding, but for the auditor to ask about.
    pub recoveries: Vec<ledger::Recovery>,
}

impl Report {
    /// The answer in one word. What was found counts more than what could not be looked at.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.findings.is_empty() {
            Verdict::Tampered
        } else if self.unchecked.is_empty() {
            Verdict::Intact
        } else {
            Verdict::Unchecked
        }
    }
}
