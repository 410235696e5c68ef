//! Signed checkpoints: the published example, our own, and forgeries.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use proptest::prelude::*;

use super::super::checkpoint::{
    Checkpoint, CheckpointError, Issuer, NOTE_BYTES_MAX, VerifyingKey, lane_origin,
    parse_and_verify, parse_unverified, sign,
};

const ORIGIN: &str = "ward.example/almoner";

fn key_pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn verifying(seed: u8) -> VerifyingKey {
    let public = key_pair(seed).public_key().as_ref().try_into().unwrap();
    VerifyingKey::new(ORIGIN, public).unwrap()
}

fn sample() -> Checkpoint {
    Checkpoint {
        origin: lane_origin(ORIGIN, 0),
        size: 20,
        root: [7; 32],
    }
}

fn signed(seed: u8) -> String {
    sign(&sample(), ORIGIN, &key_pair(seed)).unwrap()
}

/// The verifier key of the note format's own description is read, and written as it was.
#[test]
fn the_published_verifier_key_is_read() {
    let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let key: VerifyingKey = text.parse().unwrap();
    assert_eq!(key.name(), "example.com/foo");
    assert_eq!(key.to_string(), text);
}

/// The note format's own example is signed as it says, although it is no checkpoint; with one
/// letter changed it is not.
#[test]
fn the_published_signature_is_checked() {
    let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let keys = [key.parse().unwrap()];
    let note = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6T\
                fXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let error = parse_and_verify(note.as_bytes(), &keys).unwrap_err();
    assert_eq!(
        error,
        CheckpointError::Malformed("fewer than three lines of text")
    );
    let changed = note.replace("This", "That");
    let error = parse_and_verify(changed.as_bytes(), &keys).unwrap_err();
    assert_eq!(error, CheckpointError::BadSignature);
}

/// A checkpoint is believed if the right key signed it, and for nothing else.
#[test]
fn only_the_right_key_is_believed() {
    let note = signed(1);
    assert_eq!(
        parse_and_verify(note.as_bytes(), &[verifying(1)]),
        Ok(sample())
    );
    assert_eq!(parse_unverified(note.as_bytes()), Ok(sample()));
    let stranger = parse_and_verify(note.as_bytes(), &[verifying(2)]);
    assert_eq!(stranger, Err(CheckpointError::UnknownSigner));
    let nobody = parse_and_verify(note.as_bytes(), &[]);
    assert_eq!(nobody, Err(CheckpointError::UnknownSigner));
    let larger = note.replacen("\n20\n", "\n21\n", 1);
    let forged = parse_and_verify(larger.as_bytes(), &[verifying(1)]);
    assert_eq!(forged, Err(CheckpointError::BadSignature));
}

/// When the key has changed, a note signed by the old and the new one is believed by those who know
/// either.
#[test]
fn signatures_of_strangers_are_passed_over() {
    let (old, new) = (signed(1), signed(2));
    let line = new.lines().last().unwrap();
    let both = format!("{old}{line}\n");
    for seed in [1, 2] {
        assert_eq!(
            parse_and_verify(both.as_bytes(), &[verifying(seed)]),
            Ok(sample())
        );
    }
}

/// A checkpoint of another lane, or of another hospital, is not taken for this lane's.
#[test]
fn a_checkpoint_counts_for_its_own_lane_only() {
    let issuer = Issuer {
        origin: ORIGIN.to_owned(),
        keys: vec![verifying(1)],
    };
    let note = signed(1);
    assert_eq!(issuer.read(0, note.as_bytes()), Ok(sample()));
    let other = CheckpointError::OtherLog("ward.example/almoner/lane-0".to_owned());
    assert_eq!(issuer.read(1, note.as_bytes()), Err(other));
}

/// Every malformed note is refused with its reason.
#[test]
fn malformed_notes_are_refused() {
    let note = signed(1);
    let cases = [
        String::new(),
        note.trim_end().to_owned(),
        note.replace("\n\n", "\n"),
        note.replace("— ", "- "),
        note.replace("\n20\n", "\n020\n"),
        note.replace("\n20\n", "\n+20\n"),
        note.replace("\n20\n", "\n-1\n"),
        note.replace("\n20\n", "\n18446744073709551616\n"),
        note.replace("BwcHBwcH", "BwcH"),
        note.replace("ward.example/almoner/lane-0", ""),
        note.replace('\n', "\r\n"),
        format!("{note}\u{0}\n"),
        format!("{}\n\n— a b\n", "x\n".repeat(3)),
    ];
    for case in cases {
        assert!(parse_unverified(case.as_bytes()).is_err(), "{case:?}");
        assert!(
            parse_and_verify(case.as_bytes(), &[verifying(1)]).is_err(),
            "{case:?}"
        );
    }
    assert!(parse_unverified(&[note.as_bytes(), &[0xff]].concat()).is_err());
}

/// A note that goes on and on is not read to its end.
#[test]
fn endless_notes_are_refused() {
    let note = signed(1);
    let line = format!("{}\n", note.lines().last().unwrap());
    let sixteen = format!("{note}{}", line.repeat(15));
    assert_eq!(
        parse_and_verify(sixteen.as_bytes(), &[verifying(1)]),
        Ok(sample())
    );
    let more = format!("{sixteen}{line}");
    assert_eq!(
        parse_unverified(more.as_bytes()),
        Err(CheckpointError::TooLarge)
    );
    let long = vec![b'x'; NOTE_BYTES_MAX + 1];
    assert_eq!(parse_unverified(&long), Err(CheckpointError::TooLarge));
}

/// A mistyped verifier key is refused, not taken for another key.
#[test]
fn mistyped_verifier_keys_are_refused() {
    let text = verifying(1).to_string();
    let (name, rest) = text.split_once('+').unwrap();
    let cases = [
        String::new(),
        name.to_owned(),
        format!("{name}+{rest}x"),
        format!("other+{rest}"),
        format!("{name}+00000000+{}", rest.split_once('+').unwrap().1),
        text.replacen("+A", "+B", 1),
    ];
    for case in cases {
        assert_eq!(
            case.parse::<VerifyingKey>(),
            Err(CheckpointError::BadKey),
            "{case}"
        );
    }
}

/// An origin that would break the note's lines is refused when signing.
#[test]
fn a_name_that_breaks_the_note_is_refused() {
    for name in ["", "two words", "plus+plus", "line\nbreak"] {
        let checkpoint = Checkpoint {
            origin: name.to_owned(),
            ..sample()
        };
        assert_eq!(
            sign(&checkpoint, ORIGIN, &key_pair(1)),
            Err(CheckpointError::BadName)
        );
        assert_eq!(
            sign(&sample(), name, &key_pair(1)),
            Err(CheckpointError::BadName)
        );
    }
}

proptest! {
    /// A signed checkpoint with any one byte changed is refused.
    #[test]
    fn any_changed_byte_is_noticed(place in any::<prop::sample::Index>(), change in 1..=255_u8) {
        let mut note = signed(1).into_bytes();
        let place = place.index(note.len());
        note[place] ^= change;
        prop_assert!(parse_and_verify(&note, &[verifying(1)]).is_err());
    }

    /// Garbage never panics.
    #[test]
    fn garbage_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_and_verify(&bytes, &[verifying(1)]).is_err());
    }
}
