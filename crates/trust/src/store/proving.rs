//! Trying the store's promises on the running instance: that the log refuses change, that it is
//! whole, and that what is sealed cannot be read.
//!
//! Refused: changing anything. The attempts on the log are undone whatever comes of them, and words
//! that are looked for in the files never leave this room.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use crate::{
    ledger::entry::Key,
    store::{
        Store,
        database::{Conn, Database},
        error::{StoreError, verdict},
        guard,
        keeper::STATEMENT_MAX,
        row::{self, Class, Table},
        sealed::{Place, Sealed},
        value::{Field, Kind, Value},
    },
    vault::Vault,
};

/// Bytes around a sealed text: whose it is (8), suite (1), key version (4), nonce (12), tag (16).
const AROUND: usize = 41;
/// Sealed texts are padded to this many bytes, so that their length says little.
const PADDED_TO: usize = 32;
/// Where the suite's number stands, and the only one there is.
const SUITE: (usize, u8) = (8, 1);
/// Words looked for in the files, and the fewest bytes one may have not to occur by chance.
const WORDS_MAX: usize = 64;
const WORD_BYTES_MIN: usize = 8;
/// Bytes of a file looked through at a time.
const CHUNK: usize = 1 << 20;

/// What the database answered to attempts on the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRefusals {
    /// Each attempt in words, and whether it was refused.
    pub attempts: Vec<(&'static str, bool)>,
    /// What is wrong with the triggers, as a sentence.
    pub triggers: Option<String>,
}

/// How far a lane of the log reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneExtent {
    /// The lane.
    pub lane: i64,
    /// The first sequence.
    pub first: i64,
    /// The last.
    pub last: i64,
    /// How many entries lie there.
    pub count: i64,
    /// How many the lane's head counts.
    pub head: i64,
}

impl LaneExtent {
    /// Whether the lane begins at 0 and nothing is missing up to its head.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.first == 0 && self.count == self.head && self.last == self.head - 1
    }
}

/// How sealed cells lie in the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealedCells {
    /// Columns that are sealed.
    pub columns: usize,
    /// Cells that were opened.
    pub cells: usize,
    /// Cells that are not of a ciphertext's form, or do not open where they lie; should be 0.
    pub wrong: usize,
    /// Cells that open somewhere else; should be 0.
    pub movable: usize,
    /// Words from opened cells that were looked for in the files.
    pub words: usize,
    /// How many of them stand there in clear; should be 0.
    pub words_found: usize,
    /// How many bytes of files were looked through; 0 when the database lies on a server.
    pub bytes: u64,
}

/// Tries to change and to delete an entry, each in a transaction that is undone.
///
/// # Errors
/// [`StoreError`] when the attempts could not be made.
pub async fn try_the_log(database: &Database) -> Result<LogRefusals, StoreError> {
    let unreachable = |error: sqlx::Error| StoreError::Unreachable(error.to_string());
    let mut conn = database.connect(STATEMENT_MAX).await.map_err(unreachable)?;
    let tried = attempts(&mut conn).await;
    let postgres = conn.is_postgres();
    conn.close().await;
    tried.map_err(|error| verdict(&error, postgres).0)
}

async fn attempts(conn: &mut Conn) -> sqlx::Result<LogRefusals> {
    const ATTEMPTS: [(&str, &str); 3] = [
        (
            "Change an entry",
            "UPDATE ledger_entry SET sequence = sequence WHERE sequence = 0",
        ),
        (
            "Delete an entry",
            "DELETE FROM ledger_entry WHERE sequence = 0",
        ),
        ("Delete all checkpoints", "DELETE FROM ledger_checkpoint"),
    ];
    let begin = if conn.is_postgres() {
        "BEGIN"
    } else {
        "BEGIN IMMEDIATE"
    };
    let mut tried = LogRefusals {
        triggers: guard::missing(conn).await?,
        ..LogRefusals::default()
    };
    for (words, sql) in ATTEMPTS {
        conn.script(begin).await?;
        let answer = conn.run(sql, vec![]).await;
        conn.script("ROLLBACK").await?;
        match answer {
            // Nothing to delete yet is no refusal, and no failure either.
            Ok(0) => {}
            Ok(_) => tried.attempts.push((words, false)),
            Err(sqlx::Error::Database(_)) => tried.attempts.push((words, true)),
            Err(error) => return Err(error),
        }
    }
    Ok(tried)
}

impl Store {
    /// The first and the last entry of every lane, and how many there are.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn log_extents(&self) -> Result<Vec<LaneExtent>, StoreError> {
        let extents = crate::sql!(
            "SELECT h.lane, MIN(e.sequence), MAX(e.sequence), COUNT(e.sequence), MAX(h.size) \
             FROM ledger_head h LEFT JOIN ledger_entry e ON e.lane = h.lane \
             GROUP BY h.lane ORDER BY h.lane",
            Int,
            Int,
            Int,
            Int,
            Int
        );
        let found = self.plain().await?.query(extents, vec![]).await?;
        let extent = |row: Vec<Value>| {
            let mut numbers = row.into_iter().map(<i64 as Field>::from_value);
            let mut next = || numbers.next().flatten().unwrap_or(-1);
            LaneExtent {
                lane: next(),
                first: next(),
                last: next(),
                count: next(),
                head: next(),
            }
        };
        Ok(found.into_iter().map(extent).collect())
    }

    /// Opens the newest sealed cells of every table where they lie and, in vain, somewhere else;
    /// then looks for their words in the files of `database`.
    ///
    /// # Errors
    /// [`StoreError`] when rows or files cannot be read.
    pub async fn try_sealed_cells(&self, database: &Database) -> Result<SealedCells, StoreError> {
        let (mut tried, mut words) = (SealedCells::default(), vec![]);
        let postgres = matches!(database, Database::Postgres(_));
        let told = |error: sqlx::Error| verdict(&error, postgres).0;
        let mut view = self.readers.view().await.map_err(told)?;
        for table in row::tables() {
            let places = sealed_columns(table);
            tried.columns += places.len();
            if places.is_empty() {
                continue;
            }
            let sql = row::select(table, "ORDER BY entry DESC LIMIT 200");
            for values in view
                .all(sql, vec![], &row::kinds(table))
                .await
                .map_err(told)?
            {
                let Some(key) = values.first().and_then(Value::key) else {
                    continue;
                };
                for place in &places {
                    let column = table.columns[*place].name;
                    let cell = Place {
                        table: table.name,
                        column,
                        key: key.clone(),
                    };
                    try_cell(
                        &values[*place],
                        &cell,
                        &self.vault,
                        (&mut tried, &mut words),
                    );
                }
            }
        }
        drop(view);
        tried.words = words.len();
        if let Database::Lite(options) = database {
            let files = files_of(options.get_filename());
            let searched = spawn_blocking(move || search(&files, &words)).await;
            let told = |error: String| StoreError::Unreachable(error);
            let searched = searched.map_err(|error| told(error.to_string()))?;
            (tried.words_found, tried.bytes) = searched.map_err(|error| told(error.to_string()))?;
        }
        Ok(tried)
    }
}

/// Personal bytes are ciphertext: nothing else personal is kept as bytes.
fn sealed_columns(table: &Table) -> Vec<usize> {
    let columns = table.columns.iter().enumerate().filter(|(_, column)| {
        let personal = [
            Class::StaffPersonal,
            Class::ClientPseudonymous,
            Class::Special,
        ]
        .contains(&column.class);
        personal && column.kind == Kind::Bytes
    });
    columns.map(|(place, _)| place).collect()
}

type Words = Vec<Zeroizing<Vec<u8>>>;

fn try_cell(
    value: &Value,
    place: &Place,
    vault: &Vault,
    (tried, words): (&mut SealedCells, &mut Words),
) {
    let Value::Bytes(Some(bytes)) = value else {
        return;
    };
    tried.cells += 1;
    let Some(sealed) = ciphertext(bytes) else {
        tried.wrong += 1;
        return;
    };
    match opened(&sealed, place, vault) {
        Ok(text) => {
            let word = text.as_bytes();
            let tells =
                word.len() >= WORD_BYTES_MIN && word.iter().any(|byte| b" @".contains(byte));
            if tells && words.len() < WORDS_MAX && !words.iter().any(|known| ***known == *word) {
                words.push(Zeroizing::new(word.to_vec()));
            }
        }
        // What an erased person left behind cannot be opened by anybody: as promised.
        Err(None) => return,
        Err(Some(())) => tried.wrong += 1,
    }
    let elsewhere = Place {
        key: Key::Text("elsewhere".to_owned()),
        ..place.clone()
    };
    tried.movable += usize::from(opened(&sealed, &elsewhere, vault).is_ok());
}

/// The text; `Err(None)` when its person was erased.
fn opened(
    sealed: &Sealed<String>,
    place: &Place,
    vault: &Vault,
) -> Result<Zeroizing<String>, Option<()>> {
    sealed
        .open(place, vault)
        .map(Zeroizing::new)
        .map_err(|error| match error {
            StoreError::Erased(_) => None,
            _ => Some(()),
        })
}

fn ciphertext(bytes: &[u8]) -> Option<Sealed<String>> {
    let text = bytes.len().checked_sub(AROUND)?;
    let is_of_form = text > 0 && text % PADDED_TO == 0 && bytes[SUITE.0] == SUITE.1;
    is_of_form.then(|| Sealed::from_value(Value::Bytes(Some(bytes.to_vec()))))?
}

/// The database and the newest changes beside it.
fn files_of(path: &Path) -> Vec<PathBuf> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    vec![path.to_owned(), beside.into()]
}

/// How many of the words stand in the files, and how many bytes were looked through.
fn search(files: &[PathBuf], words: &Words) -> io::Result<(usize, u64)> {
    // By their first bytes, so that each byte of a file is looked at once.
    let mut begins: HashMap<[u8; 4], Vec<usize>> = HashMap::new();
    for (at, word) in words.iter().enumerate() {
        let Some(start) = word.first_chunk() else {
            continue;
        };
        begins.entry(*start).or_default().push(at);
    }
    let overlap = words.iter().map(|word| word.len()).max().unwrap_or(0);
    let (mut found, mut bytes) = (vec![false; words.len()], 0);
    for path in files {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let mut held: Vec<u8> = vec![];
        loop {
            let kept = held.len();
            let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut held)?;
            bytes += read as u64;
            for (at, start) in held.array_windows::<4>().enumerate() {
                for word in begins.get(start).into_iter().flatten() {
                    found[*word] |= held[at..].starts_with(&words[*word]);
                }
            }
            if read == 0 {
                break;
            }
            held.drain(..(kept + read).saturating_sub(overlap));
        }
    }
    Ok((found.into_iter().filter(|found| *found).count(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(text.as_bytes().to_vec())
    }

    /// A name that stands in a file in clear is found, even where two pieces of the file meet.
    #[test]
    fn a_name_in_clear_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("almoner.db");
        let mut text = vec![b'.'; CHUNK - 3];
        text.extend_from_slice(b"Ruth Odili and more");
        std::fs::write(&path, text).unwrap();
        let words = vec![word("Ruth Odili"), word("Joel Pascoe")];
        let (found, bytes) = search(&files_of(&path), &words).unwrap();
        assert_eq!((found, bytes), (1, CHUNK as u64 + 16));
    }

    /// A gap, a missing beginning and a missing end are each noticed.
    #[test]
    fn a_log_with_a_gap_is_not_whole() {
        let whole = LaneExtent {
            lane: 0,
            first: 0,
            last: 9,
            count: 10,
            head: 10,
        };
        assert!(whole.is_whole());
        assert!(!LaneExtent { count: 9, ..whole }.is_whole());
        assert!(
            !LaneExtent {
                first: 1,
                count: 9,
                ..whole
            }
            .is_whole()
        );
        assert!(
            !LaneExtent {
                last: 8,
                count: 9,
                ..whole
            }
            .is_whole()
        );
    }

    /// Words in clear are not taken for a ciphertext.
    #[test]
    fn clear_words_are_no_ciphertext() {
        assert!(ciphertext(b"Ruth Odili, ward 7").is_none());
        assert!(ciphertext(&[0; AROUND + PADDED_TO]).is_none());
    }
}
