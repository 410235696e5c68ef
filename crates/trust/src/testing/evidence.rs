//! What the log and the rows say: the events since a moment, a verification of everything, and
//! whether the database understands every statement.
//!
//! Refused: judging by what the store itself believes; everything is read back from the database.

use crate::{
    ledger::{
        Hash,
        entry::{Entry, Key, Pointer},
        row::Cell,
        sums::BUCKETS,
        verify::{Options, Report, Verifier},
    },
    store::{
        database::{Conn, Database},
        keeper::STATEMENT_MAX,
        read::Reader,
        row::{self, Table},
        statement::{self, Sql},
        value::{Kind, Value},
    },
    testing::{INSTANCE, Scratch},
};

impl Scratch {
    /// How many entries lane 0 holds: a mark for [`Scratch::ledger_since`].
    ///
    /// # Panics
    /// When the log cannot be read.
    pub async fn ledger_position(&self) -> u64 {
        let entries = self.entries_since(0).await;
        u64::try_from(entries.len()).expect("a test's log is short")
    }

    /// The names of lane 0's events since a mark, in order.
    ///
    /// # Panics
    /// When the log cannot be read.
    pub async fn ledger_since(&self, position: u64) -> Vec<String> {
        let entries = self.entries_since(position).await;
        entries.into_iter().map(|entry| entry.event).collect()
    }

    /// Lane 0's entries since a mark, in order.
    ///
    /// # Panics
    /// When the log cannot be read.
    pub async fn entries_since(&self, position: u64) -> Vec<Entry> {
        let entries = self.entries().await.into_iter();
        entries
            .filter(|entry| entry.lane == 0 && entry.sequence >= position)
            .collect()
    }

    /// Every entry of every lane, each lane in order.
    ///
    /// # Panics
    /// When the log cannot be read.
    pub async fn entries(&self) -> Vec<Entry> {
        let mut reader = self.store.plain().await.expect("the database answers");
        let found = entry_rows(&mut reader).await;
        let decode = |bytes: Vec<u8>| Entry::decode(&bytes).expect("an entry can be read");
        found.into_iter().map(|(_, bytes)| decode(bytes)).collect()
    }

    /// Verifies the whole instance from one view of its database: entries, heads, rows, seals,
    /// sums.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn verify(&self) -> Report {
        let mut reader = self.store.plain().await.expect("the database answers");
        let seal_key = Some(self.store.vault().seal_key().clone());
        let mut verifier = Verifier::new(
            INSTANCE,
            Options {
                seal_key,
                ..Options::default()
            },
        );
        for (place, bytes) in entry_rows(&mut reader).await {
            verifier.entry(place.lane, place.sequence, &bytes);
        }
        let heads = crate::sql!(
            "SELECT lane, size, frontier FROM ledger_head",
            Int,
            Int,
            Bytes
        );
        for head in reader
            .query(heads, vec![])
            .await
            .expect("the heads can be read")
        {
            let [lane, size, frontier] = head.try_into().expect("three columns were asked for");
            let size = u64::try_from(number(&size)).expect("a size is not negative");
            verifier.head(short(&lane), size, &bytes_of(frontier));
        }
        let sums = crate::sql!(
            "SELECT tbl, bucket, total FROM ledger_sum",
            Text,
            Int,
            Bytes
        );
        for sum in reader
            .query(sums, vec![])
            .await
            .expect("the sums can be read")
        {
            let [table, bucket, total] = sum.try_into().expect("three columns were asked for");
            let Value::Text(Some(table)) = table else {
                panic!("a table has a name")
            };
            let bucket = usize::try_from(number(&bucket)).expect("a bucket is not negative");
            assert!(bucket < BUCKETS, "bucket {bucket} is none");
            let total: Hash = bytes_of(total).try_into().expect("a total has 32 bytes");
            verifier.sum(&table, u8::try_from(bucket).expect("just checked"), &total);
        }
        for table in row::tables() {
            for (key, cells) in table_rows(&mut reader, table).await {
                let cells: Vec<_> = cells
                    .iter()
                    .map(|(name, cell)| (*name, cell.clone()))
                    .collect();
                verifier.row(table.name, &key, &cells);
            }
        }
        verifier.finish()
    }

    /// Verifies the whole instance and demands that nothing is found.
    ///
    /// # Panics
    /// With the findings.
    pub async fn assert_intact(&self) {
        let report = self.verify().await;
        assert!(
            report.is_intact(),
            "the instance does not verify: {:#?}",
            report.findings
        );
    }

    /// Asks the database about every statement and table that any linked room has declared; each
    /// that it does not understand, or whose columns are others than the source expects.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn misfits(&self) -> Vec<String> {
        let database = Database::parse(self.url()).expect("the test's own address is right");
        let mut conn = database
            .connect(STATEMENT_MAX)
            .await
            .expect("the database answers");
        let mut misfits = vec![];
        for statement in statement::all() {
            let (text, kinds) = match statement.table {
                Some(table) => (row::select(table, statement.text), row::kinds(table)),
                None => (statement.text, statement.kinds.to_vec()),
            };
            let at = format!("{}:{}", statement.at.0, statement.at.1);
            misfits.extend(
                misfit(&mut conn, text, &kinds)
                    .await
                    .map(|why| format!("{at}: {why}")),
            );
        }
        for table in row::tables() {
            for (text, kinds) in texts_of(table, conn.is_postgres()) {
                let found = misfit(&mut conn, text, &kinds).await;
                misfits.extend(found.map(|why| format!("table {}: {why}", table.name)));
            }
        }
        conn.close().await;
        misfits
    }
}

fn texts_of(table: &'static Table, is_postgres: bool) -> Vec<(&'static str, Vec<Kind>)> {
    let texts = row::texts(table);
    let mut all = vec![
        (texts.find, row::kinds(table)),
        (texts.insert, vec![]),
        (texts.update, vec![]),
        (texts.delete, vec![]),
    ];
    if is_postgres {
        all.push((texts.lock, row::kinds(table)));
    }
    all
}

/// Why a statement does not fit, if it does not.
async fn misfit(conn: &mut Conn, text: &'static str, kinds: &[Kind]) -> Option<String> {
    let columns = match conn.prepare(text).await {
        Ok(columns) => columns,
        Err(error) => return Some(format!("{error} in: {text}")),
    };
    if columns.len() != kinds.len() {
        let (found, expected) = (columns.len(), kinds.len());
        return Some(format!("{found} columns instead of {expected} in: {text}"));
    }
    let wrong = columns
        .iter()
        .zip(kinds)
        .find(|(column, kind)| !is_of(&column.1, **kind));
    wrong.map(|(column, kind)| format!("{} is {}, not {kind:?}, in: {text}", column.0, column.1))
}

/// Whether a database's type holds what the source expects. SQLite does not know the type of an
/// expression before it runs, and says NULL.
fn is_of(type_name: &str, kind: Kind) -> bool {
    match kind {
        Kind::Int => ["INT8", "INTEGER", "NULL"].contains(&type_name),
        Kind::Text => ["TEXT", "VARCHAR", "NULL"].contains(&type_name),
        Kind::Bytes => ["BYTEA", "BLOB", "NULL"].contains(&type_name),
    }
}

async fn entry_rows(reader: &mut Reader) -> Vec<(Pointer, Vec<u8>)> {
    let entries = crate::sql!(
        "SELECT lane, sequence, bytes FROM ledger_entry ORDER BY lane, sequence",
        Int,
        Int,
        Bytes
    );
    let found = reader
        .query(entries, vec![])
        .await
        .expect("the log can be read");
    found
        .into_iter()
        .map(|row| {
            let [lane, sequence, bytes] = row.try_into().expect("three columns were asked for");
            let sequence = u64::try_from(number(&sequence)).expect("a place is not negative");
            (
                Pointer {
                    lane: short(&lane),
                    sequence,
                },
                bytes_of(bytes),
            )
        })
        .collect()
}

type Cells = Vec<(&'static str, Cell)>;

async fn table_rows(reader: &mut Reader, table: &'static Table) -> Vec<(Key, Cells)> {
    // Leaked, since a free statement's kinds live as long as the program; a test ends soon.
    let kinds: &'static [Kind] = Box::leak(row::kinds(table).into_boxed_slice());
    let sql = Sql::new(row::select(table, ""), kinds);
    let found = reader
        .query(sql, vec![])
        .await
        .expect("a sealed table can be read");
    let names = || {
        table
            .columns
            .iter()
            .map(|column| column.name)
            .chain(["entry", "seal"])
    };
    found
        .into_iter()
        .map(|values| {
            let key = values[0].key().expect("a key is not NULL");
            (key, names().zip(values.iter().map(Value::cell)).collect())
        })
        .collect()
}

fn number(value: &Value) -> i64 {
    let Value::Int(Some(number)) = value else {
        panic!("{value:?} is no number")
    };
    *number
}

fn short(value: &Value) -> u16 {
    u16::try_from(number(value)).expect("a lane has 16 bits")
}

fn bytes_of(value: Value) -> Vec<u8> {
    let Value::Bytes(Some(bytes)) = value else {
        panic!("{value:?} are no bytes")
    };
    bytes
}
