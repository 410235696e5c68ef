//! Any bytes as a whole ledger: the verifier draws a conclusion and does not fall over.
//!
//! The bytes are cut into pieces by their own lengths and fed as entries, heads, sums and rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::ledger::{
    entry::Key,
    row::Cell,
    verify::{Options, Verifier},
};

fuzz_target!(|bytes: &[u8]| {
    let mut verifier = Verifier::new([7; 16], Options::default());
    let mut rest = bytes;
    for number in 0_u32.. {
        let Some((&length, after)) = rest.split_first() else {
            break;
        };
        let (piece, after) = after.split_at(after.len().min(usize::from(length)));
        rest = after;
        let (lane, place) = (u16::from(length) % 3, u64::from(number / 4));
        match number % 4 {
            0 => verifier.entry(lane, place, piece),
            1 => verifier.head(lane, place, piece),
            2 => verifier.sum("row", length, &[length; 32]),
            _ => {
                let cells = [
                    ("entry", Cell::Int(i64::from(length))),
                    ("seal", Cell::Bytes(piece.to_vec())),
                ];
                verifier.row("row", &Key::Bytes(piece.to_vec()), &cells);
            }
        }
    }
    let report = verifier.finish();
    assert!(
        bytes.len() < 2 || !report.is_intact(),
        "noise was called intact"
    );
});
