//! A value that lies encrypted in its column and can only be read with a disclosure.
//!
//! `Sealed<T>` has no accessor: `Change::reveal` and `Reader::reveal` open it, and both exist only
//! after the log knows who looks. The ciphertext is bound to table, column, row and person, so it
//! cannot be moved to another place. Refused: printing (Debug shows the length only).

use std::{fmt, marker::PhantomData};

use crate::{
    ledger::entry::Key,
    store::{
        error::StoreError,
        value::{Field, Kind, Value},
    },
    vault::{FieldPlace, SubjectId, Vault},
};

/// What stands where the name of an erased person stood.
pub const ERASED_PERSON: &str = "Erased person";

/// A name for a list or a page, which one person's erasure must not take from everybody else. A
/// name that was tampered with stays an error.
///
/// # Errors
/// As the opening, except [`StoreError::Erased`].
pub fn name_or_erased(opened: Result<String, StoreError>) -> Result<String, StoreError> {
    match opened {
        Err(StoreError::Erased(_)) => Ok(ERASED_PERSON.to_owned()),
        other => other,
    }
}

/// The cell a sealed value belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key.
    pub key: Key,
}

impl Place {
    fn key_bytes(&self) -> Vec<u8> {
        match &self.key {
            Key::Int(number) => number.to_be_bytes().to_vec(),
            Key::Text(text) => text.clone().into_bytes(),
            Key::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// A sealed `T`: eight bytes of whose it is, then the vault's ciphertext.
pub struct Sealed<T> {
    bytes: Vec<u8>,
    holds: PhantomData<fn() -> T>,
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            holds: PhantomData,
        }
    }
}

impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sealed({} bytes)", self.bytes.len())
    }
}

impl<T> Sealed<T> {
    /// Whose data this is: the person whose key opens it.
    #[must_use]
    pub fn subject(&self) -> Option<SubjectId> {
        let id = self.bytes.get(..8)?.try_into().ok()?;
        Some(SubjectId(i64::from_be_bytes(id)))
    }
}

/// What can be sealed: it becomes text and comes back from it.
pub trait Secret: Sized {
    /// The text that is encrypted.
    fn to_secret(&self) -> String;
    /// The value back; `None` when the text is not of its form.
    fn from_secret(text: String) -> Option<Self>;
}

impl Secret for String {
    fn to_secret(&self) -> String {
        self.clone()
    }
    fn from_secret(text: String) -> Option<Self> {
        Some(text)
    }
}

impl<T: Secret> Sealed<T> {
    pub(crate) fn seal(
        value: &T,
        subject: SubjectId,
        place: &Place,
        vault: &Vault,
    ) -> Result<Self, StoreError> {
        let key = place.key_bytes();
        let place = FieldPlace {
            table: place.table,
            column: place.column,
            key: &key,
        };
        let sealed = vault.seal(subject, &place, value.to_secret().as_bytes())?;
        let mut bytes = subject.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(Self {
            bytes,
            holds: PhantomData,
        })
    }

    pub(crate) fn open(&self, place: &Place, vault: &Vault) -> Result<T, StoreError> {
        let malformed = || StoreError::Sealed(format!("{} of {}", place.column, place.table));
        let subject = self.subject().ok_or_else(malformed)?;
        let key = place.key_bytes();
        let field = FieldPlace {
            table: place.table,
            column: place.column,
            key: &key,
        };
        let plain = vault.open(subject, &field, &self.bytes[8..])?;
        let text = String::from_utf8(plain.to_vec()).map_err(|_| malformed())?;
        T::from_secret(text).ok_or_else(malformed)
    }
}

impl<T> Field for Sealed<T> {
    const KIND: Kind = Kind::Bytes;
    fn to_value(&self) -> Value {
        Value::Bytes(Some(self.bytes.clone()))
    }
    fn from_value(value: Value) -> Option<Self> {
        <Vec<u8> as Field>::from_value(value).map(|bytes| Self {
            bytes,
            holds: PhantomData,
        })
    }
}
