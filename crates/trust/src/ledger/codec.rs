//! The few primitives that the canonical encodings are made of.
//!
//! Integers are big-endian and of fixed width; everything of variable length is preceded by its
//! length in four bytes. So no two different values ever share their bytes. The reader takes what
//! it needs and says when the bytes end too early; limits are the caller's.
//!
//! Read next: `entry.rs` and `row.rs`, which put these together.

/// Puts a length in four bytes, then the bytes.
///
/// # Panics
/// On four gibibytes or more, which no part of an entry or a row can be.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("no single value reaches four gibibytes");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// The bytes ended before the value did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut;

/// Takes values from the front of a byte string.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes have not been taken yet.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Cut> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Cut)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Cut> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Cut)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Cut> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn int(&mut self) -> Result<i64, Cut> {
        self.array().map(i64::from_be_bytes)
    }

    /// A four-byte length and as many bytes. The length is believed only as far as bytes are there.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Cut> {
        let length = self.array().map(u32::from_be_bytes)?;
        self.take(usize::try_from(length).map_err(|_| Cut)?)
    }
}
