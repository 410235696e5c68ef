//! A sealed value opens where it belongs, unaltered, and nowhere else.

use proptest::prelude::*;

use super::{Desk, NOTE, person_with_note, read_note};
use crate::vault::cells::{self, PLAINTEXT_BYTES_MAX};
use crate::vault::wrap::{Context, cipher};
use crate::vault::{FieldPlace, SubjectId, VaultError};

const KEY: [u8; 32] = [7; 32];

fn context() -> Context {
    Context::new("test", &super::INSTANCE)
}

/// Moving a note to another row, column, table or person makes it unreadable, and says so.
#[tokio::test]
async fn a_note_moved_elsewhere_is_refused() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, sealed) = person_with_note(&vault, "dislikes lifts").await;
    let (other, _) = person_with_note(&vault, "likes lifts").await;

    assert_eq!(
        read_note(&vault, person, &sealed).unwrap(),
        "dislikes lifts"
    );
    for elsewhere in [
        FieldPlace {
            key: b"client 8",
            ..NOTE
        },
        FieldPlace {
            column: "plan",
            ..NOTE
        },
        FieldPlace {
            table: "staff",
            ..NOTE
        },
        // The same letters in a row, divided elsewhere.
        FieldPlace {
            table: "clien",
            column: "tnote",
            ..NOTE
        },
    ] {
        let refusal = vault.open(person, &elsewhere, &sealed).unwrap_err();
        assert!(matches!(refusal, VaultError::Tampered), "{elsewhere:?}");
    }
    assert!(matches!(
        read_note(&vault, other, &sealed).unwrap_err(),
        VaultError::Tampered
    ));
}

/// A note of one hospital does not open in another, even under the same person's number.
#[tokio::test]
async fn instances_do_not_share_notes() {
    let desks = [Desk::new(), Desk::new()];
    let (here, there) = (desks[0].create().await, desks[1].create().await);
    let (person, sealed) = person_with_note(&here, "a visitor").await;
    let refusal = read_note(&there, person, &sealed).unwrap_err();
    assert!(matches!(refusal, VaultError::UnknownSubject(unknown) if unknown == person));
}

/// The personal part of a log entry opens for that entry only, and is not a field.
#[tokio::test]
async fn a_payload_belongs_to_its_entry() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let person = vault.new_subject().await.unwrap();
    let sealed = vault.seal_payload(person, 41, b"moved to ward 6").unwrap();

    assert_eq!(
        vault.open_payload(person, 41, &sealed).unwrap().as_slice(),
        b"moved to ward 6"
    );
    assert!(matches!(
        vault.open_payload(person, 42, &sealed),
        Err(VaultError::Tampered)
    ));
    let entry = 41_i64.to_be_bytes();
    for place in [
        NOTE,
        FieldPlace {
            table: "",
            column: "",
            key: &entry,
        },
    ] {
        assert!(matches!(
            vault.open(person, &place, &sealed),
            Err(VaultError::Tampered)
        ));
    }
}

/// Sealing the same words twice gives different bytes: nobody sees that two notes are alike.
#[tokio::test]
async fn equal_notes_do_not_look_alike() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let person = vault.new_subject().await.unwrap();
    let twice = [0, 1].map(|_| vault.seal(person, &NOTE, b"no change").unwrap());
    assert_ne!(twice[0], twice[1]);
}

/// After a person's key was renewed, old and new notes both open, and new ones use the new key.
#[tokio::test]
async fn old_notes_open_after_a_renewal() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, old) = person_with_note(&vault, "old").await;
    assert_eq!(vault.renew_data_key(person).await.unwrap(), 2);
    let new = vault.seal(person, &NOTE, b"new").unwrap();
    assert_eq!(
        (cells::version(&old).unwrap(), cells::version(&new).unwrap()),
        (1, 2)
    );
    drop(vault);

    let vault = desk.unlock().await.unwrap();
    assert_eq!(read_note(&vault, person, &old).unwrap(), "old");
    assert_eq!(read_note(&vault, person, &new).unwrap(), "new");
}

/// What was never sealed, or by another program, is refused with its own reason.
#[tokio::test]
async fn strange_bytes_are_refused() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, sealed) = person_with_note(&vault, "ordinary").await;
    let mut newer = sealed.clone();
    newer[0] = 9;
    assert!(matches!(
        read_note(&vault, person, &newer),
        Err(VaultError::UnknownSuite(9))
    ));
    let mut other_key = sealed.clone();
    other_key[4] = 3;
    let refusal = read_note(&vault, person, &other_key).unwrap_err();
    assert!(matches!(
        refusal,
        VaultError::UnknownKeyVersion { version: 3, .. }
    ));
    assert!(matches!(
        read_note(&vault, person, b""),
        Err(VaultError::Tampered)
    ));
    let nobody = SubjectId(-1);
    assert!(matches!(
        vault.seal(nobody, &NOTE, b""),
        Err(VaultError::UnknownSubject(SubjectId(-1)))
    ));
}

/// A text that is too long for one piece is refused before any work is done; the longest is not.
#[test]
fn the_length_has_a_limit() {
    let key = cipher(&KEY);
    let mut text = vec![b'a'; PLAINTEXT_BYTES_MAX];
    assert!(cells::seal(&key, 1, &context(), &text).is_ok());
    text.push(b'a');
    let refusal = cells::seal(&key, 1, &context(), &text).unwrap_err();
    assert!(matches!(refusal, VaultError::TooLong { bytes } if bytes == text.len()));
}

proptest! {
    /// Every text comes back as it was, and its stored length tells no more than which 32 bytes
    /// its length falls into.
    #[test]
    fn texts_come_back_and_hide_their_length(
        text in proptest::collection::vec(any::<u8>(), 0..200),
        version in any::<u32>(),
    ) {
        let key = cipher(&KEY);
        let sealed = cells::seal(&key, version, &context(), &text).unwrap();
        prop_assert_eq!(sealed.len(), 33 + 32 * (text.len() / 32 + 1));
        prop_assert_eq!(cells::version(&sealed).unwrap(), version);
        prop_assert_eq!(&*cells::open(&key, &context(), &sealed).unwrap(), &text);
    }

    /// Texts that look like padding are not taken for it.
    #[test]
    fn padding_is_never_mistaken(
        text in proptest::collection::vec(prop_oneof![Just(0_u8), Just(0x80)], 0..70),
    ) {
        let key = cipher(&KEY);
        let sealed = cells::seal(&key, 1, &context(), &text).unwrap();
        prop_assert_eq!(&*cells::open(&key, &context(), &sealed).unwrap(), &text);
    }

    /// One changed bit after the header, or one missing end, is enough to be refused. (The header's
    /// own bits choose suite and key, and are tried on a whole vault below.)
    #[test]
    fn one_flipped_bit_is_refused(
        text in ".{0,80}",
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let key = cipher(&KEY);
        let mut sealed = cells::seal(&key, 1, &context(), text.as_bytes()).unwrap();
        let cut = at.index(sealed.len());
        prop_assert!(cells::open(&key, &context(), &sealed[..cut]).is_err());
        let flipped = 5 + at.index(sealed.len() - 5);
        sealed[flipped] ^= 1_u8 << bit;
        prop_assert!(matches!(cells::open(&key, &context(), &sealed), Err(VaultError::Tampered)));
    }

    /// No two places give the same bytes, however their names are divided.
    #[test]
    fn places_are_unambiguous(
        one in proptest::collection::vec("[ab]{0,3}", 0..4),
        two in proptest::collection::vec("[ab]{0,3}", 0..4),
    ) {
        let context = |parts: &[String]| {
            let start = Context::new("test", &super::INSTANCE);
            parts.iter().fold(start, |context, part| context.with(part.as_bytes())).bytes().to_vec()
        };
        prop_assert_eq!(one == two, context(&one) == context(&two));
    }

    /// Whatever bytes stand in the database: they are refused, and nothing breaks.
    #[test]
    fn nonsense_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        prop_assert!(cells::open(&cipher(&KEY), &context(), &bytes).is_err());
    }
}

/// Each single bit of a stored note, its header included, matters.
#[tokio::test]
async fn every_bit_of_a_note_matters() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, sealed) = person_with_note(&vault, "allergic to latex").await;
    // A second key, so that a changed version can also name a key that exists.
    vault.renew_data_key(person).await.unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(read_note(&vault, person, &altered).is_err(), "bit {bit}");
    }
}
