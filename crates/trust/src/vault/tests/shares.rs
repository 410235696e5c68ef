//! Two of three papers bring the root secret back; a typing error is found and placed.

use proptest::prelude::*;

use super::{Desk, INSTANCE};
use crate::vault::shares::{Share, ShareError, combine, split};
use crate::vault::{RootSecret, Vault, VaultError};

/// Any two of the three papers, in any order, typed back from print, give the secret.
#[test]
fn any_two_of_three_are_enough() {
    let root = RootSecret::random();
    let papers = split(&root).map(|share| share.printable());
    for (one, two) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
        let typed = [one, two].map(|paper| Share::parse(&papers[paper]).unwrap());
        assert!(combine(&typed[0], &typed[1]).unwrap().is_same(&root));
    }
}

/// The secret recovered from papers opens the key store; the one from another vault's does not.
#[tokio::test]
async fn recovered_secrets_open_the_key_store() {
    let desk = Desk::new();
    drop(desk.create().await);
    let [one, _, three] = split(&desk.root);
    let recovered = combine(&one, &three).unwrap();
    assert!(
        Vault::unlock(&desk.keystore(), &recovered, INSTANCE)
            .await
            .is_ok()
    );

    let [one, _, three] = split(&RootSecret::random());
    let foreign = combine(&one, &three).unwrap();
    let refusal = Vault::unlock(&desk.keystore(), &foreign, INSTANCE)
        .await
        .unwrap_err();
    assert!(matches!(refusal, VaultError::WrongRoot));
}

/// The same paper twice, and papers of two printings, are refused with what to do.
#[test]
fn papers_that_do_not_belong_together_are_refused() {
    let root = RootSecret::random();
    let ([first, second, _], [_, later, _]) = (split(&root), split(&root));
    assert_eq!(
        combine(&first, &first).unwrap_err(),
        ShareError::SameShare(1)
    );
    assert_eq!(
        combine(&first, &later).unwrap_err(),
        ShareError::DifferentPrintings
    );
    assert!(combine(&first, &second).is_ok());
}

/// What is printed is short enough to type: a number and 16 groups of four.
#[test]
fn the_printed_form_is_typable() {
    let [_, share, _] = split(&RootSecret::random());
    let text = share.printable();
    let groups: Vec<_> = text
        .strip_prefix("almoner-share-2-")
        .unwrap()
        .split('-')
        .collect();
    assert_eq!(groups.len(), 16);
    assert!(groups.iter().all(|group| group.len() == 4));
}

/// Small letters, spaces, missing hyphens, and letters that look like digits are understood.
#[test]
fn sloppy_typing_is_understood() {
    let root = RootSecret::random();
    let [one, two, _] = split(&root);
    let sloppy = one
        .printable()
        .replace("almoner-share-", "Almoner share ")
        .replace('0', "O");
    let (head, letters) = sloppy.split_at("almoner-share-1".len());
    let letters = letters.replace('1', "l").replace('-', "  ").to_lowercase();
    let typed = Share::parse(&format!(" {head}{letters}\n")).unwrap();
    assert_eq!(typed.number(), 1);
    assert!(combine(&typed, &two).unwrap().is_same(&root));
}

/// Each kind of mistake is named, and placed where that is possible.
#[test]
fn mistakes_are_named() {
    let [share, _, _] = split(&RootSecret::random());
    let text = share.printable();
    let refusal = |typed: &str| Share::parse(typed).unwrap_err();
    assert_eq!(refusal(""), ShareError::NotAShare);
    assert_eq!(refusal("a letter to the editor"), ShareError::NotAShare);
    assert_eq!(
        refusal(&"almoner-share-1".repeat(100)),
        ShareError::NotAShare
    );
    assert_eq!(
        refusal(&text.replace("share-1", "share-4")),
        ShareError::NoSuchNumber
    );
    assert_eq!(refusal("almoner-share-"), ShareError::NoSuchNumber);
    // The number is covered by the checksum too.
    assert_eq!(
        refusal(&text.replace("share-1", "share-2")),
        ShareError::Typo
    );
    assert_eq!(
        refusal(&text[..text.len() - 1]),
        ShareError::WrongLength { letters: 63 }
    );
    assert_eq!(
        refusal(&format!("{}7", *text)),
        ShareError::WrongLength { letters: 65 }
    );
    let mut groups: Vec<_> = text.split('-').collect();
    groups[3 + 4] = "AB*D";
    assert_eq!(
        refusal(&groups.join("-")),
        ShareError::BadLetter { group: 5 }
    );
}

proptest! {
    /// One wrong letter anywhere, or two neighbours exchanged, is found.
    #[test]
    fn typos_are_found(at in any::<prop::sample::Index>(), other in "[0-9A-HJKMNP-TV-Z]") {
        let [share, _, _] = split(&RootSecret::random());
        let text = share.printable();
        let letters = text.match_indices(|c: char| c != '-').map(|(place, _)| place);
        let letters: Vec<usize> = letters.filter(|place| *place >= 16).collect();
        let place = letters[at.index(letters.len())];
        let mut altered = text.to_string();
        altered.replace_range(place..=place, &other);
        prop_assert_eq!(Share::parse(&altered).is_ok(), altered == *text);

        let mut exchanged = text.to_string().into_bytes();
        let second = letters[(at.index(letters.len()) + 1) % letters.len()];
        exchanged.swap(place, second);
        let exchanged = String::from_utf8(exchanged).unwrap();
        prop_assert_eq!(Share::parse(&exchanged).is_ok(), exchanged == *text);
    }

    /// Whatever is pasted, the answer is a sentence and not a crash.
    #[test]
    fn any_text_is_answered(text in "(almoner-share-)?[1-5]?(\\PC{0,90}|[0-9a-z-]{0,90})") {
        if let Err(error) = Share::parse(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
