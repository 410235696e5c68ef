//! Any bytes as a declaration of lost history: read or refused, never believed without a signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::ledger::{
    checkpoint::{Issuer, VerifyingKey},
    recovery::Declaration,
};

fuzz_target!(|bytes: &[u8]| {
    let key = VerifyingKey::new("fuzz.example", [7; 32]).expect("the name is a name");
    let mut issuer = Issuer {
        origin: "fuzz.example".to_owned(),
        keys: vec![key],
    };
    assert!(
        Declaration::read(bytes, 0, &issuer).is_err(),
        "a declaration without a signature was believed"
    );
    issuer.keys.clear();
    if let Ok(declared) = Declaration::read(bytes, 0, &issuer) {
        let named = declared.anchors.iter();
        assert!(
            named.clone().all(|(size, root)| declared.excuses(*size, root)),
            "a declaration excuses what it names"
        );
    }
});
