//! Any bytes as an entry of the log: read or refused, and what is read has one encoding only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::ledger::entry::Entry;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = Entry::decode(bytes) {
        assert_eq!(entry.encode(), bytes, "an entry has one encoding only");
        assert!(
            entry.check(bytes.len()).is_ok(),
            "what can be read keeps the limits"
        );
    }
});
