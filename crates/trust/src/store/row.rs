//! A row type names its table, key and columns; everything that protects it follows from that.
//!
//! Canonical bytes are derived from table and values, so no column can be forgotten and a verifier
//! needs no domain code. Seal, ledger pointer and digest are put in by the store (`change.rs`),
//! never by hand. Every column has a class; the class decides masking, export and retention.
//! Refused on reading: a row whose seal does not fit its contents.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use crate::{
    ledger::{
        Hash,
        entry::Key,
        row::{self as canonical_row, Cell},
    },
    store::{
        error::StoreError,
        value::{Kind, Malformed, Value},
    },
    vault::Vault,
};

/// How sensitive a column is (control B7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// May be shown to anybody.
    Public,
    /// About the organisation, not about a person.
    Internal,
    /// About a member of staff.
    StaffPersonal,
    /// About a client under a pseudonym.
    ClientPseudonymous,
    /// Health data, or anything that names a patient.
    Special,
    /// Keys, password hashes, tokens.
    Secret,
}

impl Class {
    /// The class as a word, for the data inventory.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::StaffPersonal => "staff-personal",
            Self::ClientPseudonymous => "client-pseudonymous",
            Self::Special => "special",
            Self::Secret => "secret",
        }
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the database.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// How sensitive it is.
    pub class: Class,
}

/// A table whose rows are sealed and logged. The first column is the key.
#[derive(Debug)]
pub struct Table {
    /// Its name in the database.
    pub name: &'static str,
    /// Its columns without `entry` and `seal`, which every such table ends with.
    pub columns: &'static [Column],
}

impl Table {
    /// Whether no column is about a person.
    #[must_use]
    pub fn is_impersonal(&self) -> bool {
        let impersonal = |column: &Column| matches!(column.class, Class::Public | Class::Internal);
        self.columns.iter().all(impersonal)
    }
}

inventory::collect!(&'static Table);

/// Every table that any linked room has declared, in order of name.
#[must_use]
pub fn tables() -> Vec<&'static Table> {
    let mut tables: Vec<_> = inventory::iter::<&'static Table>
        .into_iter()
        .copied()
        .collect();
    tables.sort_by_key(|table| table.name);
    tables
}

/// A type that is stored as one whole row. Written with [`row!`](crate::row).
pub trait Row: Sized + Send + Sync {
    /// The table.
    const TABLE: &'static Table;
    /// The row's key.
    fn key(&self) -> Key;
    /// The values in the order of the table's columns.
    fn values(&self) -> Vec<Value>;
    /// The row read back.
    ///
    /// # Errors
    /// [`Malformed`] names the column whose value has the wrong form.
    fn from_values(values: Vec<Value>) -> Result<Self, Malformed>;
}

/// A row together with the version it was read at, for "someone was quicker".
#[derive(Clone, Debug)]
pub struct Stored<R> {
    /// The row.
    pub row: R,
    /// The ledger pointer of its last change: a page carries it, and an edit hands it back.
    pub version: i64,
}

/// Declares a row type: its struct, table, key (the first field), columns and their classes.
///
/// ```
/// trust::id! {
///     /// A bicycle.
///     pub struct BicycleId;
/// }
/// trust::row! {
///     /// A bicycle that the hospital lends out.
///     pub struct Bicycle in "bicycle" {
///         /// Its number.
///         id: BicycleId, Internal;
///         /// Painted on the frame.
///         name: String, Public;
///     }
/// }
/// use trust::store::row::Row;
/// assert_eq!(Bicycle::TABLE.columns[1].name, "name");
/// ```
#[macro_export]
macro_rules! row {
    ($(#[$doc:meta])* pub struct $name:ident in $table:literal {
        $(#[$key_doc:meta])* $key:ident: $key_type:ty, $key_class:ident;
        $($(#[$field_doc:meta])* $field:ident: $type:ty, $class:ident;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(#[$key_doc])* pub $key: $key_type,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Names a sealed column of one row, for sealing a value into it.
            #[must_use]
            pub fn place(
                column: &'static str,
                key: &$key_type,
            ) -> $crate::store::sealed::Place {
                let key = $crate::store::value::Field::to_value(key).key();
                $crate::store::sealed::Place {
                    table: $table,
                    column,
                    key: key.expect("a row's key is never NULL"),
                }
            }
        }

        impl $crate::store::row::Row for $name {
            const TABLE: &'static $crate::store::row::Table = &$crate::store::row::Table {
                name: $table,
                columns: &[
                    $crate::store::row::Column {
                        name: stringify!($key),
                        kind: <$key_type as $crate::store::value::Field>::KIND,
                        class: $crate::store::row::Class::$key_class,
                    },
                    $($crate::store::row::Column {
                        name: stringify!($field),
                        kind: <$type as $crate::store::value::Field>::KIND,
                        class: $crate::store::row::Class::$class,
                    },)*
                ],
            };

            fn key(&self) -> $crate::ledger::entry::Key {
                $crate::store::value::Field::to_value(&self.$key)
                    .key()
                    .expect("a row's key is never NULL")
            }

            fn values(&self) -> Vec<$crate::store::value::Value> {
                use $crate::store::value::Field;
                vec![self.$key.to_value(), $(self.$field.to_value(),)*]
            }

            fn from_values(
                values: Vec<$crate::store::value::Value>,
            ) -> Result<Self, $crate::store::value::Malformed> {
                use $crate::store::value::{Field, Malformed};
                let mut values = values.into_iter();
                let key_bad = || Malformed { column: stringify!($key) };
                let $key = values
                    .next()
                    .and_then(<$key_type as Field>::from_value)
                    .ok_or_else(key_bad)?;
                $(
                    let $field = values
                        .next()
                        .and_then(<$type as Field>::from_value)
                        .ok_or(Malformed { column: stringify!($field) })?;
                )*
                Ok(Self { $key, $($field,)* })
            }
        }

        $crate::store::row::inventory::submit! {
            <$name as $crate::store::row::Row>::TABLE
        }
    };
}

#[doc(hidden)]
pub use inventory;

/// The SQL texts of one table, made once and kept for the life of the process.
pub(crate) struct Texts {
    /// Reads one row by its key.
    pub find: &'static str,
    /// The same, and locks it (PostgreSQL; SQLite's writer is alone already).
    pub lock: &'static str,
    /// Puts a new row in.
    pub insert: &'static str,
    /// Replaces a row that still carries the seal we read.
    pub update: &'static str,
    /// Removes a row that still carries the seal we read.
    pub delete: &'static str,
}

static TEXTS: LazyLock<Mutex<HashMap<&'static str, &'static Texts>>> =
    LazyLock::new(Mutex::default);
static TAILS: LazyLock<Mutex<HashMap<(&'static str, &'static str), &'static str>>> =
    LazyLock::new(Mutex::default);

/// The list of columns as a SELECT names them, pointer and seal last.
fn column_list(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    format!("{}, entry, seal", names.join(", "))
}

pub(crate) fn texts(table: &'static Table) -> &'static Texts {
    let mut known = TEXTS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    known
        .entry(table.name)
        .or_insert_with(|| Box::leak(Box::new(write_texts(table))))
}

/// The text that reads whole rows of `table` with this tail (`WHERE`, `ORDER BY`).
pub(crate) fn select(table: &'static Table, tail: &'static str) -> &'static str {
    let mut known = TAILS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    known.entry((table.name, tail)).or_insert_with(|| {
        leak(format!(
            "SELECT {} FROM {} {tail}",
            column_list(table),
            table.name
        ))
    })
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn write_texts(table: &'static Table) -> Texts {
    let (name, columns) = (table.name, column_list(table));
    let key = table.columns[0].name;
    let count = table.columns.len();
    let marks: Vec<_> = (1..=count + 2).map(|number| format!("${number}")).collect();
    let sets: Vec<_> = table
        .columns
        .iter()
        .map(|column| column.name)
        .chain(["entry", "seal"])
        .zip(&marks)
        .skip(1)
        .map(|(column, mark)| format!("{column} = {mark}"))
        .collect();
    let (marks, sets) = (marks.join(", "), sets.join(", "));
    let find = format!("SELECT {columns} FROM {name} WHERE {key} = $1");
    Texts {
        lock: leak(format!("{find} FOR UPDATE")),
        find: leak(find),
        insert: leak(format!("INSERT INTO {name} ({columns}) VALUES ({marks})")),
        update: leak(format!(
            "UPDATE {name} SET {sets} WHERE {key} = $1 AND seal = ${}",
            count + 3
        )),
        delete: leak(format!("DELETE FROM {name} WHERE {key} = $1 AND seal = $2")),
    }
}

/// The kinds of a whole row as [`select`] returns it.
pub(crate) fn kinds(table: &'static Table) -> Vec<Kind> {
    let columns = table.columns.iter().map(|column| column.kind);
    columns.chain([Kind::Int, Kind::Bytes]).collect()
}

/// A row that is to be written, or to go.
pub(crate) struct Save {
    pub table: &'static Table,
    pub key: Key,
    pub sql: &'static str,
    pub values: Vec<Value>,
    /// The seal the row carried when the change saw it; `None`: it was not there.
    pub before: Option<Hash>,
    /// The seal it will carry; `None`: it goes.
    pub after: Option<Hash>,
    /// The digest of what it will hold, for the log.
    pub digest: Option<Hash>,
}

/// Puts pointer, seal and digest to a row.
pub(crate) fn prepare<R: Row>(row: &R, pointer: i64, before: Option<Hash>, vault: &Vault) -> Save {
    let (table, mut values) = (R::TABLE, row.values());
    values.push(Value::Int(Some(pointer)));
    let canonical = canonical_bytes(table, &values);
    let after = canonical_row::seal(vault.seal_key(), &canonical);
    values.push(Value::Bytes(Some(after.to_vec())));
    let sql = match before {
        Some(seal) => {
            values.push(Value::Bytes(Some(seal.to_vec())));
            texts(table).update
        }
        None => texts(table).insert,
    };
    let digest = Some(canonical_row::digest(&canonical));
    Save {
        table,
        key: row.key(),
        sql,
        values,
        before,
        after: Some(after),
        digest,
    }
}

/// A row's removal.
pub(crate) fn prepare_delete(table: &'static Table, key: Key, before: Hash) -> Save {
    let values = vec![Value::from(&key), Value::Bytes(Some(before.to_vec()))];
    let (sql, before) = (texts(table).delete, Some(before));
    Save {
        table,
        key,
        sql,
        values,
        before,
        after: None,
        digest: None,
    }
}

/// The bytes that seal and digest are made over: every column and the pointer.
fn canonical_bytes(table: &'static Table, values: &[Value]) -> Vec<u8> {
    let names = table
        .columns
        .iter()
        .map(|column| column.name)
        .chain(["entry"]);
    let cells: Vec<(&str, Cell)> = names
        .zip(values)
        .map(|(name, value)| (name, value.cell()))
        .collect();
    canonical_row::canonical(table.name, &cells)
}

/// A row as it came from the database, believed only if its seal fits.
pub(crate) struct Checked<R> {
    pub row: R,
    pub pointer: i64,
    pub seal: Hash,
}

/// Checks the seal of a row that [`select`] returned, and reads it.
///
/// # Errors
/// [`StoreError::Tampered`] names table and key when the seal does not fit.
pub(crate) fn checked<R: Row>(
    mut values: Vec<Value>,
    vault: &Vault,
) -> Result<Checked<R>, StoreError> {
    let table = R::TABLE;
    let key = values.first().and_then(Value::key);
    let tampered = || StoreError::Tampered {
        table: table.name,
        key: key
            .as_ref()
            .map_or_else(|| "NULL".to_owned(), ToString::to_string),
    };
    let seal: Hash = match values.pop() {
        Some(Value::Bytes(Some(seal))) => seal.try_into().map_err(|_| tampered())?,
        _ => return Err(tampered()),
    };
    let Some(Value::Int(Some(pointer))) = values.last().cloned() else {
        return Err(tampered());
    };
    let expected = canonical_row::seal(vault.seal_key(), &canonical_bytes(table, &values));
    if !bool::from(subtle::ConstantTimeEq::ct_eq(&expected[..], &seal[..])) {
        return Err(tampered());
    }
    values.pop();
    let row = R::from_values(values).map_err(|_| tampered())?;
    Ok(Checked { row, pointer, seal })
}
