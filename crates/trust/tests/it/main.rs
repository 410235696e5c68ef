//! What the trust core promises, as sentences, on SQLite and on PostgreSQL.
//!
//! One binary: `linen` is the small room that the tests write in, the others are the promises.
//! PostgreSQL comes from `ALMONER_TEST_POSTGRES`, which `./test` sets.

#![expect(
    clippy::unwrap_used,
    reason = "a sentence whose preparation fails has failed"
)]

mod changes;
mod child;
mod crash;
mod disk;
mod identity;
mod keeper;
mod lanes;
mod linen;
mod log_pages;
mod lost_commit;
mod passwords;
mod proving;
mod proxy;
mod random;
mod reads;
mod sessions;
mod statements;
mod storm;
mod verify;
mod verify_anchors;
mod verify_campaign;
mod verify_files;
mod verify_matrix;
mod verify_python;
