//! Any bytes as an import in CSV: rows or a list of what is wrong, each with its line; never a fault,
//! and never a row out of a line that is called bad.
#![no_main]

use std::collections::BTreeSet;

use care::tasking::import::{
    EdgeRow, Format, ImportRow, Mapping, PersonRow, PlaceRow, Reading, ShiftRow, TaskRow, parse,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, file)) = bytes.split_first() else {
        return;
    };
    match kind % 5 {
        0 => read::<PlaceRow>(file),
        1 => read::<EdgeRow>(file),
        2 => read::<PersonRow>(file),
        3 => read::<ShiftRow>(file),
        _ => read::<TaskRow>(file),
    }
});

fn read<T: ImportRow>(file: &[u8]) {
    let reading = Reading {
        format: Format::Csv,
        mapping: Mapping::default(),
        zone: jiff::tz::TimeZone::UTC,
    };
    let parsed = parse::<T>(file, &reading);
    let good: BTreeSet<_> = parsed.good.iter().map(|(line, _)| *line).collect();
    assert!(
        parsed.bad.iter().all(|bad| !good.contains(&bad.line)),
        "a line is good and bad"
    );
    for bad in &parsed.bad {
        assert!(bad.to_string().len() < 20_000, "a problem repeats the file");
    }
}
