//! The shared examples of `tools/ledger-vectors.json`. They were made by the second implementation,
//! from the format page alone; here the first one must come to the same bytes.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use serde_json::Value;

use super::super::checkpoint::{Checkpoint, lane_origin, parse_and_verify, sign};
use super::super::entry::{Entry, Key};
use super::super::row::{Cell, canonical, digest, seal};
use super::super::sums::bucket_of;
use super::super::tree::Frontier;
use super::{entry, unhex, unhex_hash};

fn shared(part: &str) -> Value {
    let text = include_str!("../../../../../tools/ledger-vectors.json");
    serde_json::from_str::<Value>(text).unwrap()[part].take()
}

fn hex(value: &Value) -> Vec<u8> {
    unhex(value.as_str().unwrap())
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Number(number) => Cell::Int(number.as_i64().unwrap()),
        Value::String(text) => Cell::Text(text.clone()),
        other => Cell::Bytes(hex(&other["bytes"])),
    }
}

/// The example entry has the same bytes in both implementations.
#[test]
fn both_implementations_write_the_same_entry() {
    let shared = shared("entry");
    assert_eq!(entry::sample().encode(), hex(&shared["bytes"]));
    assert_eq!(Entry::decode(&hex(&shared["bytes"])), Ok(entry::sample()));
}

/// The example row has the same bytes, digest and seal in both.
#[test]
fn both_implementations_write_the_same_row() {
    let shared = shared("row");
    let columns = shared["cells"].as_object().unwrap();
    let cells: Vec<_> = columns
        .iter()
        .map(|(name, value)| (name.as_str(), cell(value)))
        .collect();
    let bytes = canonical(shared["table"].as_str().unwrap(), &cells);
    assert_eq!(bytes, hex(&shared["canonical"]));
    assert_eq!(digest(&bytes), *hex(&shared["digest"]));
    let key = hmac::Key::new(hmac::HMAC_SHA256, &hex(&shared["seal_key"]));
    assert_eq!(seal(&key, &bytes), *hex(&shared["seal"]));
}

/// The example keys have the same bytes and fall into the same buckets in both.
#[test]
fn both_implementations_put_keys_into_the_same_buckets() {
    for example in shared("keys").as_array().unwrap() {
        let key = match cell(&example["key"]) {
            Cell::Int(value) => Key::Int(value),
            Cell::Text(text) => Key::Text(text),
            Cell::Bytes(bytes) => Key::Bytes(bytes),
            Cell::Null => panic!("a key is never nothing"),
        };
        assert_eq!(key.canonical(), hex(&example["canonical"]), "{key}");
        assert_eq!(
            u64::from(bucket_of(&key)),
            example["bucket"].as_u64().unwrap(),
            "{key}"
        );
    }
}

/// The example tree has the same frontier and root in both, and its checkpoint is signed alike.
#[test]
fn both_implementations_sign_the_same_tree() {
    let mut tree = Frontier::new();
    for leaf in shared("tree")["leaves"].as_array().unwrap() {
        tree.append(unhex_hash(leaf.as_str().unwrap()));
    }
    assert_eq!(tree.to_bytes(), hex(&shared("tree")["frontier"]));
    assert_eq!(tree.root(), *hex(&shared("tree")["root"]));

    let shared = shared("checkpoint");
    let (origin, note) = (
        shared["origin"].as_str().unwrap(),
        shared["note"].as_str().unwrap(),
    );
    let lane = u16::try_from(shared["lane"].as_u64().unwrap()).unwrap();
    let checkpoint = Checkpoint {
        origin: lane_origin(origin, lane),
        size: tree.size(),
        root: tree.root(),
    };
    let key = Ed25519KeyPair::from_seed_unchecked(&hex(&shared["seed"])).unwrap();
    assert_eq!(sign(&checkpoint, origin, &key).as_deref(), Ok(note));
    let keys = [shared["key"].as_str().unwrap().parse().unwrap()];
    assert_eq!(parse_and_verify(note.as_bytes(), &keys), Ok(checkpoint));
}
