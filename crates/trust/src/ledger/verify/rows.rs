//! The rows, held against the last entry that touched each.
//!
//! While entries are read, this remembers for every row its last touch. Then every row must be
//! exactly what that touch recorded and point to it, every row that was left there must be there,
//! and the seals of each bucket must add up to the stored total.
//!
//! Refuses: saying that a row is right because its seal is. An older version has a valid seal too.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::hmac;

use super::super::Hash;
use super::super::entry::{Key, Pointer, Touch};
use super::super::row::{self, Cell, ENTRY_COLUMN, SEAL_COLUMN};
use super::super::sums::{Sum, bucket_of};
use super::finding::{Findings, What};

/// All tables.
pub(super) struct Rows {
    seal_key: Option<hmac::Key>,
    rows: u64,
    tables: BTreeMap<String, Table>,
}

/// One table: what the ledger says of its rows, and what their seals add up to.
#[derive(Default)]
struct Table {
    last: HashMap<Key, Last>,
    /// For each bucket that anything is known of, what the store says and what the rows give.
    sums: BTreeMap<u8, Totals>,
}

/// What a bucket holds.
#[derive(Default)]
struct Totals {
    stored: Sum,
    found: Sum,
}

/// The last touch of a row.
struct Last {
    at: i64,
    pointer: Pointer,
    after: Option<Hash>,
    seen: bool,
}

impl Rows {
    pub(super) fn new(seal_key: Option<hmac::Key>) -> Self {
        Self {
            seal_key,
            rows: 0,
            tables: BTreeMap::new(),
        }
    }

    /// Remembers a touch, if it is the row's last so far.
    pub(super) fn touch(&mut self, pointer: Pointer, at: i64, touch: Touch) {
        let table = match self.tables.get_mut(&touch.table) {
            Some(table) => table,
            None => self.tables.entry(touch.table).or_default(),
        };
        let last = Last {
            at,
            pointer,
            after: touch.after,
            seen: false,
        };
        match table.last.entry(touch.key) {
            Entry::Vacant(place) => {
                place.insert(last);
            }
            Entry::Occupied(mut known) => {
                // Equal only for two touches within one entry, of which the later counts.
                if (known.get().at, known.get().pointer) <= (at, pointer) {
                    known.insert(last);
                }
            }
        }
    }

    /// Checks a row that exists.
    pub(super) fn row(
        &mut self,
        table: &str,
        key: &Key,
        cells: &[(&str, Cell)],
        findings: &mut Findings,
    ) {
        self.rows += 1;
        let canonical = row::canonical(table, cells);
        let state = match self.tables.get_mut(table) {
            Some(state) => state,
            None => self.tables.entry(table.to_owned()).or_default(),
        };
        let row = (table, key);
        let last = state.last.get_mut(key);
        let entry = last.as_ref().map(|last| last.pointer);
        if let Some((what, reason)) = judge(last, &canonical, pointer_in(cells)) {
            findings.at_row(what, row, entry, sentence(row, &reason));
        }
        let seal = seal_in(cells);
        if let Some(seal) = seal {
            state
                .sums
                .entry(bucket_of(key))
                .or_default()
                .found
                .add(&seal);
        }
        let holds = match (&self.seal_key, seal) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(seal_key), Some(seal)) => row::seal_holds(seal_key, &canonical, &seal),
        };
        if !holds {
            let reason = "carries a seal that does not fit its values";
            findings.at_row(What::SealBroken, row, entry, sentence(row, reason));
        }
    }

    /// Reports a row whose values cannot be read.
    pub(super) fn unreadable(
        &mut self,
        table: &str,
        key: &Key,
        reason: &str,
        findings: &mut Findings,
    ) {
        self.rows += 1;
        let last = self
            .tables
            .get_mut(table)
            .and_then(|state| state.last.get_mut(key));
        let entry = last.map(|last| {
            last.seen = true;
            last.pointer
        });
        let reason = format!("cannot be read: {}", reason.escape_debug());
        findings.at_row(
            What::RowUnreadable,
            (table, key),
            entry,
            sentence((table, key), &reason),
        );
    }

    /// Adds a stored total.
    pub(super) fn sum(&mut self, table: &str, bucket: u8, total: &Hash) {
        let state = match self.tables.get_mut(table) {
            Some(state) => state,
            None => self.tables.entry(table.to_owned()).or_default(),
        };
        let totals = state.sums.entry(bucket).or_default();
        totals.stored.merge(&Sum::from_bytes(total));
    }

    /// Reports rows that are gone and sums that do not fit. Returns how many rows were read.
    pub(super) fn finish(self, findings: &mut Findings) -> u64 {
        for (table, state) in self.tables {
            let gone = |(_, last): &(Key, Last)| last.after.is_some() && !last.seen;
            let mut missing: Vec<(Key, Last)> = state.last.into_iter().filter(gone).collect();
            missing.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            for (key, last) in missing {
                let row = (table.as_str(), &key);
                let reason = format!("is gone, and {} left it there", last.pointer);
                let entry = Some(last.pointer);
                findings.at_row(What::RowMissing, row, entry, sentence(row, &reason));
            }
            for (bucket, totals) in state.sums {
                if totals.stored != totals.found {
                    let table_name = table.escape_debug();
                    let sentence = format!(
                        "the seals in bucket {bucket} of {table_name} do not add up: \
                         a row there was removed, added or put back"
                    );
                    findings.in_table(What::SumDisagrees, &table, sentence);
                }
            }
        }
        self.rows
    }
}

/// What is wrong with a row, as the rest of a sentence; nothing if it is what its last touch says.
fn judge(
    last: Option<&mut Last>,
    canonical: &[u8],
    pointer: Option<Pointer>,
) -> Option<(What, String)> {
    let Some(last) = last else {
        return Some((
            What::RowUnrecorded,
            "was never written by any entry".to_owned(),
        ));
    };
    if std::mem::replace(&mut last.seen, true) {
        return Some((What::RowRepeated, "stands there more than once".to_owned()));
    }
    let Some(after) = last.after else {
        return Some((
            What::RowAfterDeletion,
            format!("is there, and {} deleted it", last.pointer),
        ));
    };
    match pointer {
        Some(pointer) if pointer == last.pointer => {
            if row::digest(canonical) == after {
                return None;
            }
            Some((
                What::RowEdited,
                format!("is not what {pointer} recorded: it was edited"),
            ))
        }
        Some(pointer) => Some((
            What::RowReplaced,
            format!(
                "names {pointer}, and {} wrote it last: \
                 an older version or another row was put in its place",
                last.pointer
            ),
        )),
        None => Some((
            What::RowEdited,
            format!("names no entry, and {} wrote it last", last.pointer),
        )),
    }
}

fn sentence(row: (&str, &Key), rest: &str) -> String {
    format!("{} {} {rest}", row.0.escape_debug(), row.1)
}

fn pointer_in(cells: &[(&str, Cell)]) -> Option<Pointer> {
    cells.iter().find_map(|(column, cell)| match cell {
        Cell::Int(packed) if *column == ENTRY_COLUMN => Some(Pointer::unpack(*packed)),
        _ => None,
    })
}

fn seal_in(cells: &[(&str, Cell)]) -> Option<Hash> {
    cells.iter().find_map(|(column, cell)| match cell {
        Cell::Bytes(seal) if *column == SEAL_COLUMN => seal.as_slice().try_into().ok(),
        _ => None,
    })
}
