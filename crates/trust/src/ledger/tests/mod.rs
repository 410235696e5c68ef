//! Tests of the ledger: trees against known answers and a foreign implementation, encodings there
//! and back, and every tampering of the detection matrix on a database in memory.
//!
//! Read first: `model.rs`, the little database that the matrix is tried on.

mod anchor;
mod checkpoint;
mod entry;
mod matrix;
mod model;
mod row;
mod tiles;
mod tree;
mod vectors;

use super::Hash;

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

fn unhex_hash(text: &str) -> Hash {
    unhex(text).try_into().unwrap()
}
