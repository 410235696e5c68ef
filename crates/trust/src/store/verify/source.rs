//! Reading any database that claims to be an instance: no table, column or kind is taken for
//! granted.
//!
//! Texts of SQL are made here from the database's own catalogue, with every name quoted. Refused:
//! writing, and believing a column's declared kind; every value is asked for its own.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::{
    Connection, Executor, PgConnection, Row, SqliteConnection, TypeInfo, ValueRef, postgres::PgRow,
    sqlite::SqliteRow,
};

use crate::{
    ledger::row::{Cell, ENTRY_COLUMN, SEAL_COLUMN},
    store::{
        database::derived,
        verify::packed::{Packed, Reading},
    },
};

/// A reading connection.
pub(super) enum Source {
    Lite(SqliteConnection),
    Postgres(PgConnection),
}

/// One row as it came.
pub(super) enum Line<'a> {
    Lite(&'a SqliteRow),
    Packed(&'a [Packed]),
    Postgres(&'a PgRow),
}

/// A table whose rows are sealed.
pub(super) struct SealedTable {
    pub name: String,
    pub columns: Vec<String>,
    /// The places of its key's columns among `columns`.
    pub key: Vec<usize>,
}

impl Source {
    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Hands every row to `take`, without keeping any.
    pub(super) async fn each(
        &mut self,
        sql: String,
        mut take: impl FnMut(&Line<'_>),
    ) -> sqlx::Result<()> {
        let query = derived(sql);
        match self {
            Self::Lite(conn) => {
                let mut rows = sqlx::query(query).persistent(false).fetch(conn);
                while let Some(row) = rows.try_next().await? {
                    take(&Line::Lite(&row));
                }
            }
            Self::Postgres(conn) => {
                let mut rows = sqlx::query(query).persistent(false).fetch(conn);
                while let Some(row) = rows.try_next().await? {
                    take(&Line::Postgres(&row));
                }
            }
        }
        Ok(())
    }

    /// Hands every row of a table to `take`, in order where the order matters.
    pub(super) async fn every(
        &mut self,
        reading: &Reading<'_>,
        mut take: impl FnMut(&Line<'_>),
    ) -> sqlx::Result<()> {
        match self {
            Self::Lite(conn) => {
                reading
                    .each(conn, |values| take(&Line::Packed(values)))
                    .await
            }
            Self::Postgres(_) => self.each(reading.plain(), take).await,
        }
    }

    /// Rows of text; anything else reads as nothing.
    pub(super) async fn texts(&mut self, sql: &str) -> sqlx::Result<Vec<Vec<Option<String>>>> {
        let mut found = vec![];
        self.each(sql.to_owned(), |line| {
            let texts = (0..line.len()).map(|place| line.text(place).map(str::to_owned));
            found.push(texts.collect());
        })
        .await?;
        Ok(found)
    }

    /// Runs statements without values.
    pub(super) async fn run(&mut self, sql: String) -> sqlx::Result<()> {
        let script = sqlx::raw_sql(derived(sql));
        match self {
            Self::Lite(conn) => conn.execute(script).await.map(drop),
            Self::Postgres(conn) => conn.execute(script).await.map(drop),
        }
    }

    /// Every table that has both of a sealed row's own columns, in order of name.
    pub(super) async fn sealed_tables(&mut self) -> sqlx::Result<Vec<SealedTable>> {
        let sql = if self.is_postgres() {
            COLUMNS_POSTGRES
        } else {
            COLUMNS_LITE
        };
        let mut tables: BTreeMap<String, SealedTable> = BTreeMap::new();
        self.each(sql.to_owned(), |line| {
            let (Some(table), Some(column)) = (line.text(0), line.text(1)) else {
                return;
            };
            let state = tables
                .entry(table.to_owned())
                .or_insert_with(|| SealedTable {
                    name: table.to_owned(),
                    columns: vec![],
                    key: vec![],
                });
            if line.int(2).unwrap_or(0) > 0 {
                state.key.push(state.columns.len());
            }
            state.columns.push(column.to_owned());
        })
        .await?;
        let sealed = |table: &SealedTable| {
            [ENTRY_COLUMN, SEAL_COLUMN]
                .iter()
                .all(|own| table.columns.iter().any(|name| name == own))
        };
        Ok(tables.into_values().filter(sealed).collect())
    }

    /// Ends the connection; one that cannot say goodbye is gone all the same.
    pub(super) async fn close(self) {
        let _ = match self {
            Self::Lite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
        };
    }
}

const COLUMNS_LITE: &str = "SELECT tables.name, columns.name, columns.pk \
     FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns \
     WHERE tables.type = 'table' ORDER BY tables.name, columns.cid";

const COLUMNS_POSTGRES: &str = "SELECT c.relname::text, a.attname::text, \
     COALESCE((SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary \
     AND a.attnum = ANY (i.indkey)), 0)::bigint \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
     AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum";

/// A name as both databases read it, whatever it holds.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Line<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Lite(row) => row.len(),
            Self::Packed(values) => values.len(),
            Self::Postgres(row) => row.len(),
        }
    }

    pub(super) fn int(&self, place: usize) -> Option<i64> {
        match self {
            Self::Packed(values) => match values.get(place) {
                Some(Ok(Cell::Int(number))) => Some(*number),
                _ => None,
            },
            Self::Lite(row) => row.try_get(place).ok().flatten(),
            Self::Postgres(row) => row.try_get(place).ok().flatten(),
        }
    }

    pub(super) fn text(&self, place: usize) -> Option<&str> {
        match self {
            Self::Packed(values) => match values.get(place) {
                Some(Ok(Cell::Text(text))) => Some(text),
                _ => None,
            },
            Self::Lite(row) => row.try_get(place).ok().flatten(),
            Self::Postgres(row) => row.try_get(place).ok().flatten(),
        }
    }

    /// Bytes only: sqlx would also give the bytes of a text.
    pub(super) fn bytes(&self, place: usize) -> Option<&[u8]> {
        match self {
            Self::Packed(values) => match values.get(place) {
                Some(Ok(Cell::Bytes(bytes))) => Some(bytes),
                _ => None,
            },
            Self::Lite(row) => {
                let is_blob = row.try_get_raw(place).ok()?.type_info().name() == "BLOB";
                if is_blob {
                    row.try_get(place).ok().flatten()
                } else {
                    None
                }
            }
            Self::Postgres(row) => row.try_get(place).ok().flatten(),
        }
    }

    /// A value as the canonical form of a row knows it, or why it has none.
    pub(super) fn cell(&self, place: usize) -> Result<Cell, String> {
        if let Self::Packed(values) = self {
            return values.get(place).cloned().unwrap_or(Ok(Cell::Null));
        }
        let kind = self.kind(place)?;
        let cell = match kind.as_str() {
            "NULL" => Some(Cell::Null),
            "INTEGER" | "INT8" => self.int(place).map(Cell::Int),
            "TEXT" => self.text(place).map(|text| Cell::Text(text.to_owned())),
            "BLOB" | "BYTEA" => self.bytes(place).map(|bytes| Cell::Bytes(bytes.to_vec())),
            _ => None,
        };
        cell.ok_or_else(|| format!("a value of kind {kind} has no canonical form"))
    }

    /// What the value says it is, not what its column was declared as.
    fn kind(&self, place: usize) -> Result<String, String> {
        let told = |error: sqlx::Error| error.to_string();
        Ok(match self {
            Self::Packed(_) => return Err("a packed value tells its kind itself".to_owned()),
            Self::Lite(row) => {
                let value = row.try_get_raw(place).map_err(told)?;
                if value.is_null() {
                    "NULL".to_owned()
                } else {
                    value.type_info().name().to_owned()
                }
            }
            Self::Postgres(row) => {
                let value = row.try_get_raw(place).map_err(told)?;
                if value.is_null() {
                    "NULL".to_owned()
                } else {
                    value.type_info().name().to_owned()
                }
            }
        })
    }
}
