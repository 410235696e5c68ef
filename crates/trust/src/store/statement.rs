//! Static statements, each registered so that a test can PREPARE all of them on both databases.

use std::marker::PhantomData;

use crate::store::{
    row::{Row, Table},
    value::Kind,
};

/// A registered statement and where it stands in the source.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// The table whose whole rows it reads, when it is only the tail of a SELECT.
    pub table: Option<&'static Table>,
    /// The text, or the tail.
    pub text: &'static str,
    /// The kinds of the columns that the source expects; empty for whole rows.
    pub kinds: &'static [Kind],
    /// File and line.
    pub at: (&'static str, u32),
}

inventory::collect!(Statement);

/// Every statement that any linked room has registered.
pub fn all() -> impl Iterator<Item = &'static Statement> {
    inventory::iter::<Statement>.into_iter()
}

/// What follows `SELECT … FROM table`: conditions and order.
pub struct Tail<R> {
    pub(crate) text: &'static str,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> Tail<R> {
    /// Made by [`tail!`](crate::tail), which also registers the text.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            row: PhantomData,
        }
    }
}

/// A free reading statement with the kinds of its columns.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub(crate) text: &'static str,
    pub(crate) kinds: &'static [Kind],
}

impl Sql {
    /// Made by [`sql!`](crate::sql), which also registers the text.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str, kinds: &'static [Kind]) -> Self {
        Self { text, kinds }
    }
}

/// Reads whole rows: `tail!(Task, "WHERE state = $1 ORDER BY due_at")`.
#[macro_export]
macro_rules! tail {
    ($row:ty, $text:literal) => {{
        $crate::store::row::inventory::submit! {
            $crate::store::statement::Statement {
                table: Some(<$row as $crate::store::row::Row>::TABLE),
                text: $text,
                kinds: &[],
                at: (file!(), line!()),
            }
        }
        $crate::store::statement::Tail::<$row>::new($text)
    }};
}

/// Reads free columns: `sql!("SELECT COUNT(*) FROM task WHERE state = $1", Int)`.
#[macro_export]
macro_rules! sql {
    ($text:literal, $($kind:ident),+) => {{
        const KINDS: &[$crate::store::value::Kind] = &[$($crate::store::value::Kind::$kind),+];
        $crate::store::row::inventory::submit! {
            $crate::store::statement::Statement {
                table: None,
                text: $text,
                kinds: KINDS,
                at: (file!(), line!()),
            }
        }
        $crate::store::statement::Sql::new($text, KINDS)
    }};
}
