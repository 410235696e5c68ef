//! Many rows of SQLite in one: what makes a million entries readable in seconds.
//!
//! Every row that sqlx hands over costs a change of threads, several times what hashing an entry
//! does. So SQLite joins some hundreds of rows into one text, each value with its own kind before
//! it, bytes and text in hexadecimal digits, so that no content can pass for a separator. A next
//! stretch begins after the last key of the one before.

use futures_util::future;
use sqlx::{Row, SqliteConnection};

use crate::{
    ledger::row::Cell,
    store::{database::derived, verify::source::quoted},
};

/// Rows in one text. More saves no time, and an entry may have 65,535 bytes.
const ROWS_MAX: usize = 256;

/// SQLite's own number of a row.
pub(super) const ROW_NUMBER: &str = "rowid";

/// What is to be read: columns of a table, in the order of an integer key.
pub(super) struct Reading<'a> {
    pub table: &'a str,
    pub columns: &'a [&'a str],
    /// Columns of whole numbers that name a row: `rowid`, or a key of several.
    pub order: &'a [&'a str],
}

/// A value, or why it is none that a row may hold.
pub(super) type Packed = Result<Cell, String>;

impl Reading<'_> {
    /// Hands every row to `take`.
    pub(super) async fn each(
        &self,
        conn: &mut SqliteConnection,
        mut take: impl FnMut(&[Packed]),
    ) -> sqlx::Result<()> {
        let mut next = self.stretch(conn, None).await?;
        while let Some(text) = next {
            let after = self.last_key(&text)?;
            // SQLite reads on in its own thread while this one takes what it has read.
            let reading = self.stretch(conn, Some(after));
            let taking = async { self.take_lines(&text, &mut take) };
            let (read, ()) = future::join(reading, taking).await;
            next = read?;
        }
        Ok(())
    }

    async fn stretch(
        &self,
        conn: &mut SqliteConnection,
        after: Option<Vec<i64>>,
    ) -> sqlx::Result<Option<String>> {
        let mut query = sqlx::query(derived(self.text(after.is_some())));
        for number in after.iter().flatten() {
            query = query.bind(*number);
        }
        query.fetch_one(conn).await?.try_get(0)
    }

    fn take_lines(&self, text: &str, take: &mut impl FnMut(&[Packed])) {
        let mut values = vec![];
        for line in text.split(';') {
            values.clear();
            values.extend(line.split(',').skip(self.order.len()).map(unpacked));
            take(&values);
        }
    }

    /// The key of the last row, after which the next stretch begins.
    fn last_key(&self, text: &str) -> sqlx::Result<Vec<i64>> {
        let line = text.rsplit(';').next().unwrap_or_default();
        let values = line.split(',').take(self.order.len()).map(unpacked);
        let key: Option<Vec<i64>> = values.map(|value| number(&value)).collect();
        key.ok_or_else(|| {
            sqlx::Error::Protocol(format!("a key of {} is no whole number", self.table))
        })
    }

    /// The same as one plain statement, for PostgreSQL, whose rows cost no change of threads.
    pub(super) fn plain(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let order: Vec<String> = self
            .order
            .iter()
            .filter(|name| **name != ROW_NUMBER)
            .map(|name| quoted(name))
            .collect();
        let (columns, table) = (columns.join(", "), quoted(self.table));
        let order = if order.is_empty() {
            String::new()
        } else {
            format!("ORDER BY {}", order.join(", "))
        };
        format!("SELECT {columns} FROM {table} {order}")
    }

    fn text(&self, goes_on: bool) -> String {
        let packed: Vec<String> = self
            .order
            .iter()
            .chain(self.columns)
            .map(|name| packing(name))
            .collect();
        let order: Vec<String> = self.order.iter().map(|name| quoted(name)).collect();
        let marks: Vec<String> = (1..=order.len())
            .map(|number| format!("${number}"))
            .collect();
        let (order, marks) = (order.join(", "), marks.join(", "));
        let from = if goes_on {
            format!("WHERE ({order}) > ({marks})")
        } else {
            String::new()
        };
        format!(
            "SELECT group_concat(line, ';') FROM (SELECT {} AS line FROM {} {from} \
             ORDER BY {order} LIMIT {ROWS_MAX})",
            packed.join(" || ',' || "),
            quoted(self.table)
        )
    }
}

/// A column's value as text: its kind, then digits.
fn packing(name: &str) -> String {
    let name = quoted(name);
    format!(
        "CASE typeof({name}) WHEN 'integer' THEN 'i' || {name} WHEN 'text' THEN 't' || hex({name}) \
         WHEN 'blob' THEN 'b' || hex({name}) WHEN 'null' THEN 'n' ELSE 'r' END"
    )
}

fn unpacked(text: &str) -> Packed {
    let malformed = || "it cannot be read".to_owned();
    let (kind, rest) = text.split_at_checked(1).ok_or_else(malformed)?;
    match kind {
        "n" => Ok(Cell::Null),
        "i" => rest.parse().map(Cell::Int).map_err(|_| malformed()),
        "b" => bytes(rest).map(Cell::Bytes).ok_or_else(malformed),
        "t" => {
            let text = String::from_utf8(bytes(rest).ok_or_else(malformed)?);
            text.map(Cell::Text)
                .map_err(|_| "a text is not UTF-8".to_owned())
        }
        _ => Err("a value of this kind has no canonical form".to_owned()),
    }
}

fn number(value: &Packed) -> Option<i64> {
    match value {
        Ok(Cell::Int(number)) => Some(*number),
        _ => None,
    }
}

/// Upper-case hexadecimal digits as bytes.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, left) = digits.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    if left.is_empty() {
        pairs.iter().map(byte).collect()
    } else {
        None
    }
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a value holds can never be taken for the end of it, and each kind comes back as itself.
    #[test]
    fn every_kind_comes_back_as_itself() {
        assert_eq!(unpacked("n"), Ok(Cell::Null));
        assert_eq!(unpacked("i-9223372036854775808"), Ok(Cell::Int(i64::MIN)));
        assert_eq!(unpacked("b"), Ok(Cell::Bytes(vec![])));
        assert_eq!(unpacked("b00FF3B"), Ok(Cell::Bytes(vec![0, 255, 59])));
        assert_eq!(unpacked("t3B2C0A"), Ok(Cell::Text(";,\n".to_owned())));
        for wrong in ["", "x", "r", "b0", "bZZ", "tFF", "i", "i1.5", "é"] {
            assert!(unpacked(wrong).is_err(), "{wrong}");
        }
    }
}
