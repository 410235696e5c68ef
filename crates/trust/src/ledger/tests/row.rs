//! Canonical rows, seals, and keyed sums.

use aws_lc_rs::hmac;
use proptest::prelude::*;

use super::super::row::{Cell, canonical, digest, seal, seal_holds};
use super::super::sums::Sum;

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

/// A migration that adds a column which no old row has a value in leaves every seal as it was, and
/// so does the order in which a database names its columns.
#[test]
fn a_new_empty_column_and_another_order_change_nothing() {
    let row = [("id", Cell::Int(1)), ("ward", text("Elm"))];
    let wider = [
        ("ward", text("Elm")),
        ("added_later", Cell::Null),
        ("id", Cell::Int(1)),
    ];
    assert_eq!(canonical("bed", &row), canonical("bed", &wider));
}

/// The seal is not sealed; the pointer to the row's entry is.
#[test]
fn the_seal_is_left_out_and_the_pointer_is_not() {
    let row = [("id", Cell::Int(1)), ("entry", Cell::Int(5))];
    let sealed = [
        ("id", Cell::Int(1)),
        ("entry", Cell::Int(5)),
        ("seal", Cell::Bytes(vec![9])),
    ];
    let later = [("id", Cell::Int(1)), ("entry", Cell::Int(6))];
    assert_eq!(canonical("bed", &row), canonical("bed", &sealed));
    assert_ne!(canonical("bed", &row), canonical("bed", &later));
}

/// Rows that mean different things never look alike, however their parts run into each other.
#[test]
fn different_rows_have_different_bytes() {
    let rows = [
        canonical("bed", &[("a", text("bc"))]),
        canonical("bed", &[("ab", text("c"))]),
        canonical("be", &[("da", text("bc"))]),
        canonical("bed", &[("a", Cell::Bytes(b"bc".to_vec()))]),
        canonical("bed", &[("a", text(""))]),
        canonical("bed", &[("a", Cell::Null)]),
        canonical("bed", &[("a", Cell::Int(0))]),
        canonical("bed", &[("a", text("0"))]),
        canonical("bed", &[("a", Cell::Int(1)), ("b", Cell::Int(2))]),
        canonical("bed", &[("a", Cell::Int(2)), ("b", Cell::Int(1))]),
    ];
    for (number, row) in rows.iter().enumerate() {
        assert!(!rows[..number].contains(row), "row {number}");
    }
}

/// A seal holds for its row, and for no other row, no other key and no other seal.
#[test]
fn a_seal_holds_for_its_row_only() {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
    let row = canonical("bed", &[("id", Cell::Int(1)), ("ward", text("Elm"))]);
    let copied = canonical("bed", &[("id", Cell::Int(2)), ("ward", text("Elm"))]);
    let mark = seal(&key, &row);
    assert!(seal_holds(&key, &row, &mark));
    assert!(!seal_holds(&key, &copied, &mark));
    assert!(!seal_holds(
        &hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]),
        &row,
        &mark
    ));
    assert!(!seal_holds(&key, &row, &mark[..31]));
    assert_ne!(mark, digest(&row));
}

/// The sum carries from end to end, and below nothing it wraps round.
#[test]
fn a_sum_is_a_number_of_256_bits() {
    let mut one = [0; 32];
    one[31] = 1;
    let mut sum = Sum::ZERO;
    sum.subtract(&one);
    assert_eq!(sum.to_bytes(), [0xff; 32]);
    sum.add(&one);
    assert_eq!(sum, Sum::ZERO);

    let mut half = [0; 32];
    half[8..].fill(0xff);
    sum.add(&half);
    sum.add(&one);
    let mut carried = [0; 32];
    carried[7] = 1;
    assert_eq!(sum.to_bytes(), carried);
}

proptest! {
    /// Whatever is counted in and out again, in any order and in any lane, leaves what was not
    /// taken out.
    #[test]
    fn sums_forget_order_and_lanes(
        kept in prop::collection::vec(any::<[u8; 32]>(), 0..8),
        passing in prop::collection::vec(any::<[u8; 32]>(), 0..8),
    ) {
        let (mut one, mut other, mut plain) = (Sum::ZERO, Sum::ZERO, Sum::ZERO);
        passing.iter().for_each(|seal| one.add(seal));
        kept.iter().rev().for_each(|seal| other.add(seal));
        passing.iter().rev().for_each(|seal| other.subtract(seal));
        one.merge(&other);
        kept.iter().for_each(|seal| plain.add(seal));
        prop_assert_eq!(one, plain);
        prop_assert_eq!(Sum::from_bytes(&one.to_bytes()), one);
    }
}
