//! Values that go into and come out of a database, the same on SQLite and PostgreSQL.
//!
//! Three kinds are enough: whole numbers, text, bytes. Booleans are 0 and 1, moments are
//! microseconds, everything else is text with a closed set of codes. Two databases that store the
//! same three kinds give the same canonical bytes, so one seal and one digest serve both.
//! Refused: floating point (it has no canonical form) and native JSON (the database may rewrite
//! it).

use serde::{Deserialize, Serialize};

use crate::ledger::{entry::Key, row::Cell};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of 64 bits.
    Int,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Bytes,
}

/// One value with its kind: PostgreSQL wants to know the type even of a NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number, or NULL.
    Int(Option<i64>),
    /// Text, or NULL.
    Text(Option<String>),
    /// Bytes, or NULL.
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// The value as the ledger's canonical row encoding knows it.
    #[must_use]
    pub fn cell(&self) -> Cell {
        match self {
            Self::Int(Some(number)) => Cell::Int(*number),
            Self::Text(Some(text)) => Cell::Text(text.clone()),
            Self::Bytes(Some(bytes)) => Cell::Bytes(bytes.clone()),
            Self::Int(None) | Self::Text(None) | Self::Bytes(None) => Cell::Null,
        }
    }

    /// The value as a row's key; `None` for NULL, which is no key.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Int(number) => number.map(Key::Int),
            Self::Text(text) => text.clone().map(Key::Text),
            Self::Bytes(bytes) => bytes.clone().map(Key::Bytes),
        }
    }
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Int(number) => Self::Int(Some(*number)),
            Key::Text(text) => Self::Text(Some(text.clone())),
            Key::Bytes(bytes) => Self::Bytes(Some(bytes.clone())),
        }
    }
}

/// A stored value does not have the form its column promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column} holds a value that is not of its form")]
pub struct Malformed {
    /// The column's name.
    pub column: &'static str,
}

/// A type that can stand in a column.
pub trait Field: Sized {
    /// The column's kind.
    const KIND: Kind;
    /// The value to store.
    fn to_value(&self) -> Value;
    /// The stored value read back; `None` when it is not of this type's form.
    fn from_value(value: Value) -> Option<Self>;
}

impl Field for i64 {
    const KIND: Kind = Kind::Int;
    fn to_value(&self) -> Value {
        Value::Int(Some(*self))
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(number) => number,
            Value::Text(_) | Value::Bytes(_) => None,
        }
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Int;
    fn to_value(&self) -> Value {
        Value::Int(Some(i64::from(*self)))
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(Some(0)) => Some(false),
            Value::Int(Some(1)) => Some(true),
            _ => None,
        }
    }
}

impl Field for String {
    const KIND: Kind = Kind::Text;
    fn to_value(&self) -> Value {
        Value::Text(Some(self.clone()))
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => text,
            Value::Int(_) | Value::Bytes(_) => None,
        }
    }
}

impl Field for Vec<u8> {
    const KIND: Kind = Kind::Bytes;
    fn to_value(&self) -> Value {
        Value::Bytes(Some(self.clone()))
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes,
            Value::Int(_) | Value::Text(_) => None,
        }
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;
    fn to_value(&self) -> Value {
        match (self, T::KIND) {
            (Some(inner), _) => inner.to_value(),
            (None, Kind::Int) => Value::Int(None),
            (None, Kind::Text) => Value::Text(None),
            (None, Kind::Bytes) => Value::Bytes(None),
        }
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(None) | Value::Text(None) | Value::Bytes(None) => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A value of several parts that is only ever read and written as a whole, kept as JSON text.
///
/// The text is sealed as it was written; nobody rewrites it, so its seal stays right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + serde::de::DeserializeOwned> Field for Json<T> {
    const KIND: Kind = Kind::Text;
    fn to_value(&self) -> Value {
        // Plain data of our own types: only a map with keys that are no text could fail.
        Value::Text(Some(
            serde_json::to_string(&self.0).expect("our own data become JSON"),
        ))
    }
    fn from_value(value: Value) -> Option<Self> {
        let text = <String as Field>::from_value(value)?;
        serde_json::from_str(&text).ok().map(Self)
    }
}

/// A moment: UTC microseconds since 1970, the same order in every index.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;

impl Moment {
    /// The moment this many microseconds later (or earlier, if negative); stops at the ends of
    /// time.
    #[must_use]
    pub fn after(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this moment; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Makes an `i64` newtype an identifier: storable, printable, readable from a path or a form.
///
/// ```
/// trust::id! {
///     /// A bicycle in the shed.
///     pub struct BicycleId;
/// }
/// assert_eq!("7".parse::<BicycleId>().unwrap(), BicycleId(7));
/// assert_eq!(BicycleId(7).to_string(), "7");
/// ```
#[macro_export]
macro_rules! id {
    ($($(#[$doc:meta])* pub struct $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, out: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(out)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        $crate::int_field!($name);
    )+};
}

/// Makes an existing `i64` newtype storable.
#[macro_export]
macro_rules! int_field {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::store::value::Field for $name {
            const KIND: $crate::store::value::Kind = $crate::store::value::Kind::Int;
            fn to_value(&self) -> $crate::store::value::Value {
                $crate::store::value::Value::Int(Some(self.0))
            }
            fn from_value(value: $crate::store::value::Value) -> Option<Self> {
                <i64 as $crate::store::value::Field>::from_value(value).map(Self)
            }
        }
    )+};
}

/// Makes a closed set of codes storable as text, given `code(&self) -> &'static str` and
/// `from_code(&str) -> Option<Self>`.
#[macro_export]
macro_rules! code_field {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::store::value::Field for $name {
            const KIND: $crate::store::value::Kind = $crate::store::value::Kind::Text;
            fn to_value(&self) -> $crate::store::value::Value {
                $crate::store::value::Value::Text(Some(self.code().to_owned()))
            }
            fn from_value(value: $crate::store::value::Value) -> Option<Self> {
                <String as $crate::store::value::Field>::from_value(value)
                    .and_then(|code| <$name>::from_code(&code))
            }
        }
    )+};
}

int_field!(Moment);
