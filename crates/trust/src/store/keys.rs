//! Numbers for new rows: small, so that a porter can read one out over the radio.
//!
//! Each lane counts in steps of the number of lanes, so two nodes never give out the same one. A
//! number that was given to a change that was undone may be lost or given out again.

use std::collections::HashMap;

use crate::store::{
    database::{Conn, derived},
    value::{Kind, Value},
};

pub(crate) struct Keys {
    lane: i64,
    lanes: i64,
    last: HashMap<&'static str, i64>,
    texts: HashMap<&'static str, &'static str>,
}

impl Keys {
    pub fn new(lane: u16, lanes: u16) -> Self {
        let lanes = i64::from(lanes.max(1));
        Self {
            lane: i64::from(lane),
            lanes,
            last: HashMap::new(),
            texts: HashMap::new(),
        }
    }

    /// Forgets what was given out, so that the next number is read from the table again.
    pub fn forget(&mut self) {
        self.last.clear();
    }

    pub async fn next(
        &mut self,
        conn: &mut Conn,
        table: &'static str,
        column: &'static str,
    ) -> sqlx::Result<i64> {
        let last = match self.last.get(table) {
            Some(last) => *last,
            None => {
                let text = *self.texts.entry(table).or_insert_with(|| {
                    let text = format!("SELECT COALESCE(MAX({column}), 0) FROM {table}");
                    Box::leak(derived(text).as_str().to_owned().into_boxed_str())
                });
                let found = conn.all(text, vec![], &[Kind::Int]).await?;
                match found.first().map(Vec::as_slice) {
                    Some([Value::Int(Some(largest))]) => *largest,
                    _ => 0,
                }
            }
        };
        // The smallest number above `last` that belongs to this lane.
        let next = (last + 1) + (self.lane - (last + 1)).rem_euclid(self.lanes);
        self.last.insert(table, next);
        Ok(next)
    }
}
