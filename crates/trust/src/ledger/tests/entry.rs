//! The encoding of an entry, there and back and under attack.

use proptest::prelude::*;

use super::super::entry::{
    ENTRY_BYTES_MAX, Entry, EntryError, KEY_BYTES_MAX, Key, Outcome, Pointer, SealedPart, Touch,
};

pub(super) fn sample() -> Entry {
    let touch = |table: &str, key, after| Touch {
        table: table.to_owned(),
        key,
        after,
    };
    Entry {
        instance: *b"an instance's id",
        lane: 3,
        sequence: 1_234_567,
        at: 1_795_000_000_000_001,
        request: *b"one request's id",
        actor: 42,
        session: 7,
        action: "tasking.close_task".to_owned(),
        event: "tasking.task_closed".to_owned(),
        outcome: Outcome::Done,
        touched: vec![
            touch("task", Key::Int(-5), Some([0xab; 32])),
            touch("setting", Key::Text("ward-ä".to_owned()), None),
            touch("session", Key::Bytes(vec![0, 255]), Some([0xcd; 32])),
        ],
        open: br#"{"task":1}"#.to_vec(),
        sealed: Some(SealedPart {
            subject: 9,
            ciphertext: vec![1, 2, 3],
        }),
    }
}

fn any_name() -> impl Strategy<Value = String> {
    "[!-~]{1,64}"
}

fn any_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        any::<i64>().prop_map(Key::Int),
        ".{0,40}".prop_map(Key::Text),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Key::Bytes),
    ]
}

fn any_touch() -> impl Strategy<Value = Touch> {
    let parts = (any_name(), any_key(), any::<Option<[u8; 32]>>());
    parts.prop_map(|(table, key, after)| Touch { table, key, after })
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let sealed = (any::<i64>(), prop::collection::vec(any::<u8>(), 0..80));
    let sealed = prop::option::of(sealed.prop_map(|(subject, ciphertext)| SealedPart {
        subject,
        ciphertext,
    }));
    let place = (any::<u16>(), 0..Pointer::SEQUENCE_END, any::<i64>());
    let who = (
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        any::<i64>(),
        any::<i64>(),
    );
    let outcome = prop::sample::select(vec![
        Outcome::Done,
        Outcome::Refused,
        Outcome::Read,
        Outcome::Disclosed,
        Outcome::Failed,
    ]);
    let what = (
        any_name(),
        any_name(),
        outcome,
        prop::collection::vec(any_touch(), 0..6),
    );
    let open = prop::collection::vec(any::<u8>(), 0..80);
    (place, who, what, open, sealed).prop_map(|(place, who, what, open, sealed)| Entry {
        instance: who.0,
        lane: place.0,
        sequence: place.1,
        at: place.2,
        request: who.1,
        actor: who.2,
        session: who.3,
        action: what.0,
        event: what.1,
        outcome: what.2,
        touched: what.3,
        open,
        sealed,
    })
}

/// What is written down is what is read later, and an entry cut off anywhere is noticed.
#[test]
fn an_entry_is_read_as_it_was_written_and_never_in_part() {
    let bytes = sample().encode();
    assert_eq!(Entry::decode(&bytes), Ok(sample()));
    for length in 0..bytes.len() {
        assert_eq!(
            Entry::decode(&bytes[..length]),
            Err(EntryError::Cut),
            "{length} bytes"
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Entry::decode(&longer), Err(EntryError::Trailing(1)));
}

/// An entry from a version to come is refused by name, not misread.
#[test]
fn another_version_is_refused() {
    let mut bytes = sample().encode();
    bytes[0] = 2;
    assert_eq!(Entry::decode(&bytes), Err(EntryError::UnknownVersion(2)));
}

fn refused_on_both_sides(entry: &Entry, error: EntryError) {
    let bytes = entry.encode();
    assert_eq!(entry.check(bytes.len()), Err(error));
    assert_eq!(Entry::decode(&bytes), Err(error));
}

/// A name that is empty, too long or not plain is refused before writing and after, alike.
#[test]
fn names_have_limits_on_both_sides() {
    for name in ["", "zwei Wörter", "two words", &"x".repeat(65)] {
        let (action, event) = (name.to_owned(), name.to_owned());
        refused_on_both_sides(&Entry { action, ..sample() }, EntryError::BadName);
        refused_on_both_sides(&Entry { event, ..sample() }, EntryError::BadName);
    }
}

/// Too many rows, too long a key and too great a sequence are refused before writing and after, and
/// what is just within the limits is not.
#[test]
fn counts_have_limits_on_both_sides() {
    let many = |count| Entry {
        touched: vec![sample().touched[0].clone(); count],
        ..sample()
    };
    refused_on_both_sides(&many(513), EntryError::TooManyTouches(513));
    assert_eq!(Entry::decode(&many(512).encode()), Ok(many(512)));

    let with = |key| Entry {
        touched: vec![Touch {
            table: "t".to_owned(),
            key,
            after: None,
        }],
        ..sample()
    };
    let longest = with(Key::Bytes(vec![b'x'; KEY_BYTES_MAX]));
    assert_eq!(Entry::decode(&longest.encode()), Ok(longest));
    for key in [Key::Text("x".repeat(1_025)), Key::Bytes(vec![b'x'; 1_025])] {
        refused_on_both_sides(&with(key), EntryError::KeyTooLong(1_025));
    }
    let late = Entry {
        sequence: 1 << 48,
        ..sample()
    };
    refused_on_both_sides(&late, EntryError::SequenceTooGreat(1 << 48));
}

/// The longest entry is exactly what a tlog-tiles bundle can carry.
#[test]
fn an_entry_has_at_most_65_535_bytes() {
    let rest = Entry {
        open: vec![],
        ..sample()
    }
    .encode()
    .len();
    let fits = Entry {
        open: vec![b' '; ENTRY_BYTES_MAX - rest],
        ..sample()
    };
    assert_eq!(Entry::decode(&fits.encode()), Ok(fits.clone()));
    let over = Entry {
        open: vec![b' '; ENTRY_BYTES_MAX - rest + 1],
        ..sample()
    };
    let bytes = over.encode();
    assert_eq!(over.check(bytes.len()), Err(EntryError::TooLong(65_536)));
    assert_eq!(Entry::decode(&bytes), Err(EntryError::TooLong(65_536)));
}

/// A row's pointer names lane and entry, and an entry beyond its reach has none.
#[test]
fn a_pointer_is_one_integer() {
    let pointer = Pointer {
        lane: 3,
        sequence: 5,
    };
    assert_eq!(pointer.pack(), Some((3 << 48) | 5));
    assert_eq!(
        Pointer {
            lane: 0,
            sequence: 1 << 48
        }
        .pack(),
        None
    );
    let last = Pointer {
        lane: u16::MAX,
        sequence: (1 << 48) - 1,
    };
    assert_eq!(last.pack(), Some(-1));
    assert_eq!(Pointer::unpack(-1), last);
}

/// Keys are named so that a person can find the row, and so that no tampered key can play tricks on
/// the screen.
#[test]
fn keys_are_named_for_people() {
    assert_eq!(Key::Int(42).to_string(), "42");
    assert_eq!(
        Key::Text("ward's \u{1b}[2J".to_owned()).to_string(),
        r"'ward\'s \u{1b}[2J'"
    );
    assert_eq!(Key::Bytes(vec![0, 255]).to_string(), "x'00ff'");
}

proptest! {
    /// Any entry comes back as it was.
    #[test]
    fn every_entry_comes_back(entry in any_entry()) {
        let bytes = entry.encode();
        prop_assert_eq!(entry.check(bytes.len()), Ok(()));
        prop_assert_eq!(Entry::decode(&bytes), Ok(entry));
    }

    /// With one byte changed an entry is refused or is plainly another entry: two encodings never
    /// mean the same.
    #[test]
    fn no_entry_has_two_encodings(
        entry in any_entry(),
        place in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let mut bytes = entry.encode();
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        if let Ok(other) = Entry::decode(&bytes) {
            prop_assert_eq!(other.encode(), bytes);
            prop_assert_ne!(other, entry);
        }
    }

    /// Garbage never panics.
    #[test]
    fn garbage_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(entry.encode(), bytes);
        }
    }

    /// Every integer names a place, and names it back.
    #[test]
    fn every_pointer_comes_back(packed in any::<i64>()) {
        prop_assert_eq!(Pointer::unpack(packed).pack(), Some(packed));
    }
}
