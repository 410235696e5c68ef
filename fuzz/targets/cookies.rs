//! Any bytes as a `Cookie` or an `Authorization` header: a token or none, never a fault, and never a
//! token that is not in the header.
#![no_main]

use almoner::web::caller::token_in;
use axum::http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return; // the HTTP library refuses it before us
    };
    for name in [header::COOKIE, header::AUTHORIZATION] {
        let headers = HeaderMap::from_iter([(name, value.clone())]);
        if let Some(token) = token_in(&headers) {
            assert!(
                bytes.windows(token.len().max(1)).any(|part| part == token.as_bytes())
                    || token.is_empty(),
                "a token came from nowhere"
            );
        }
    }
});
