//! Any bytes as a signed checkpoint, a verifier key or a frontier: read or refused, never believed
//! without a signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::ledger::{
    checkpoint::{VerifyingKey, parse_and_verify, parse_unverified},
    tree::Frontier,
};

fuzz_target!(|bytes: &[u8]| {
    // No fuzzer guesses a signature.
    let key = VerifyingKey::new("fuzz.example", [7; 32]).expect("the name is a name");
    assert!(
        parse_and_verify(bytes, &[key]).is_err(),
        "a note without a signature was believed"
    );
    let _ = parse_unverified(bytes); // refusing is as good as reading
    if let Ok(key) = String::from_utf8_lossy(bytes).parse::<VerifyingKey>() {
        let text = key.to_string();
        assert_eq!(
            text.parse::<VerifyingKey>().as_ref(),
            Ok(&key),
            "a key survives being written"
        );
    }
    if let Ok(tree) = Frontier::from_bytes(bytes) {
        assert_eq!(tree.to_bytes(), bytes, "a frontier has one encoding only");
    }
});
