//! The key store as a file: opened with the right secret by one process, and whole or refused.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::task::JoinSet;

use super::{Desk, INSTANCE, NOTE, person_with_note, read_note};
use crate::vault::{RootSecret, SubjectId, Vault, VaultError, random, rows};

/// Somebody edits the closed key store with a database tool.
async fn edit(keystore: &Path, statement: &'static str, values: &[i64]) {
    let options = rows::connect_options(keystore).foreign_keys(false);
    let mut connection: SqliteConnection = options.connect().await.unwrap();
    let mut query = sqlx::query(statement);
    for value in values {
        query = query.bind(*value);
    }
    let edited = query.execute(&mut connection).await.unwrap();
    assert!(edited.rows_affected() > 0, "the edit changed nothing");
}

/// After a restart with the same root secret every note opens and every key is the same.
#[tokio::test]
async fn a_restart_changes_nothing() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "slept well").await;
    let seen = |vault: &Vault| {
        (
            vault.public_key(),
            vault.pepper_id(),
            vault.token_hash(b"token"),
            vault.blind_index("email", "a@example.org"),
            aws_lc_rs::hmac::sign(vault.pepper(), b"p")
                .as_ref()
                .to_vec(),
            aws_lc_rs::hmac::sign(vault.seal_key(), b"p")
                .as_ref()
                .to_vec(),
        )
    };
    let before = seen(&vault);
    drop(vault);
    let vault = desk.unlock().await.unwrap();
    assert_eq!(seen(&vault), before);
    assert_eq!(read_note(&vault, person, &note).unwrap(), "slept well");
}

/// A wrong key file is told from a broken key store, and so is the key store of another hospital.
#[tokio::test]
async fn a_wrong_root_secret_is_named() {
    let desk = Desk::new();
    drop(desk.create().await);
    let wrong = Vault::unlock(&desk.keystore(), &RootSecret::random(), INSTANCE).await;
    assert!(matches!(wrong, Err(VaultError::WrongRoot)));
    let elsewhere = Vault::unlock(&desk.keystore(), &desk.root, *b"another hospital").await;
    assert!(matches!(elsewhere, Err(VaultError::WrongInstance)));
    assert!(desk.unlock().await.is_ok());
}

/// Creating never overwrites, opening never creates, and a creation that was cut off is repeated.
#[tokio::test]
async fn nothing_is_overwritten() {
    let desk = Desk::new();
    assert!(matches!(desk.unlock().await, Err(VaultError::NotFound(_))));
    assert!(!desk.keystore().exists());
    fs::write(desk.folder().join("keystore.db.new"), "half of a key store").unwrap();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "first").await;
    drop(vault);

    let second = Vault::create(&desk.keystore(), &desk.root, INSTANCE).await;
    assert!(matches!(second, Err(VaultError::AlreadyExists(_))));
    assert_eq!(
        read_note(&desk.unlock().await.unwrap(), person, &note).unwrap(),
        "first"
    );
}

/// Only the server's own account may read the key store.
#[tokio::test]
async fn the_key_store_is_private() {
    let desk = Desk::new();
    let _vault = desk.create().await;
    for file in fs::read_dir(desk.folder()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

/// A second server on the same folder is turned away; an auditor's program may read beside it and
/// cannot change anything.
#[tokio::test]
async fn one_process_writes() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "seen by both").await;
    assert!(matches!(desk.unlock().await, Err(VaultError::InUse(_))));

    let reader = Vault::unlock_read_only(&desk.keystore(), &desk.root, INSTANCE)
        .await
        .unwrap();
    assert_eq!(read_note(&reader, person, &note).unwrap(), "seen by both");
    assert!(matches!(
        reader.new_subject().await,
        Err(VaultError::ReadOnly)
    ));
    assert!(matches!(
        reader.erase(person).await,
        Err(VaultError::ReadOnly)
    ));
    assert!(matches!(
        reader.rotate_instance_key().await,
        Err(VaultError::ReadOnly)
    ));
    drop(vault);
    assert!(desk.unlock().await.is_ok());
}

/// Eight tasks admit new people at once while others write, read and erase: every person has a
/// number of their own, and every note opens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_use_one_vault() {
    let desk = Desk::new();
    let vault = Arc::new(desk.create().await);
    let mut tasks = JoinSet::new();
    for task in 0..8 {
        tasks.spawn(admit_forty(Arc::clone(&vault), task));
    }
    let mut everyone = HashSet::new();
    while let Some(people) = tasks.join_next().await {
        for person in people.unwrap() {
            assert!((1..=random::IDENTIFIER_MAX).contains(&person.0));
            assert!(everyone.insert(person), "a number was given twice");
        }
    }
    assert_eq!(vault.inventory().erased, 8);
}

/// Admits forty people, checks each note, and erases one in between.
async fn admit_forty(vault: Arc<Vault>, task: usize) -> Vec<SubjectId> {
    let mut people = Vec::new();
    for number in 0..40 {
        let words = format!("task {task}, person {number}");
        let (person, note) = person_with_note(&vault, &words).await;
        assert_eq!(read_note(&vault, person, &note).unwrap(), words);
        people.push(person);
        if number == 20 {
            vault.erase(person).await.unwrap();
            let refusal = read_note(&vault, person, &note);
            assert!(matches!(refusal, Err(VaultError::Erased(_))));
        }
    }
    people
}

/// New people are made in batches, each on disk before its number is given out.
#[tokio::test]
async fn a_new_person_is_on_disk() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "first").await;
    let inventory = vault.inventory();
    assert_eq!((inventory.subjects, inventory.subjects_pooled), (64, 63));
    let reader = Vault::unlock_read_only(&desk.keystore(), &desk.root, INSTANCE)
        .await
        .unwrap();
    assert_eq!(read_note(&reader, person, &note).unwrap(), "first");
}

/// A checkpoint signed by the vault is verified with the public key alone.
#[tokio::test]
async fn signatures_verify_with_the_public_key() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let signature = vault.signer().sign(b"a checkpoint");
    let public = UnparsedPublicKey::new(&ED25519, vault.public_key());
    assert!(public.verify(b"a checkpoint", signature.as_ref()).is_ok());
    assert!(public.verify(b"another one", signature.as_ref()).is_err());
}

/// Equal addresses have equal marks, in one column and one hospital only; and no key serves two
/// purposes.
#[tokio::test]
async fn marks_are_equal_only_where_they_should_be() {
    let desks = [Desk::new(), Desk::new()];
    let (here, there) = (desks[0].create().await, desks[1].create().await);
    let mark = here.blind_index("email", "a@example.org");
    assert_eq!(mark, here.blind_index("email", "a@example.org"));
    assert_ne!(mark, here.blind_index("email", "b@example.org"));
    assert_ne!(mark, here.blind_index("login", "a@example.org"));
    assert_ne!(here.blind_index("ab", "c"), here.blind_index("a", "bc"));
    assert_ne!(mark, there.blind_index("email", "a@example.org"));
    let hashes = [
        here.token_hash(b"x").to_vec(),
        aws_lc_rs::hmac::sign(here.pepper(), b"x").as_ref().to_vec(),
        aws_lc_rs::hmac::sign(here.seal_key(), b"x")
            .as_ref()
            .to_vec(),
    ];
    assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), 3);
}

/// One person's wrapped key put in the place of another's: the other is refused by name, and nobody
/// reads with a key that is not theirs.
#[tokio::test]
async fn exchanged_keys_are_found() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "mine").await;
    let (other, others) = person_with_note(&vault, "theirs").await;
    drop(vault);
    edit(
        &desk.keystore(),
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE subject = ?)
         WHERE subject = ?",
        &[other.0, person.0],
    )
    .await;
    let vault = desk.unlock().await.unwrap();
    let refusal = read_note(&vault, person, &note).unwrap_err();
    assert!(matches!(refusal, VaultError::DamagedKey(who) if who == person));
    assert!(matches!(
        vault.seal(person, &NOTE, b"new"),
        Err(VaultError::DamagedKey(_))
    ));
    assert_eq!(read_note(&vault, other, &others).unwrap(), "theirs");
}

/// Edits of the key store are found when it is opened: a key put in the place of another, one
/// missing, a forged erasure, a changed instance key.
#[tokio::test]
async fn edits_of_the_key_store_are_found() {
    for statement in [
        "UPDATE purpose_key
         SET wrapped = (SELECT wrapped FROM purpose_key WHERE purpose = 'row seal')
         WHERE purpose = 'token hash'",
        "DELETE FROM purpose_key WHERE purpose = 'password pepper'",
        "UPDATE purpose_key SET purpose = 'skeleton' WHERE purpose = 'row seal'",
        "UPDATE purpose_key SET version = 2 WHERE purpose = 'password pepper'",
        "INSERT INTO erased_subject VALUES (1, zeroblob(32))",
        "UPDATE instance_key SET version = 2",
        "UPDATE instance_key SET wrapped = zeroblob(60)",
        "UPDATE instance_key SET wrapped = zeroblob(59)",
        "DELETE FROM instance_key",
        "DELETE FROM vault",
    ] {
        let desk = Desk::new();
        drop(desk.create().await);
        edit(&desk.keystore(), statement, &[]).await;
        let refusal = desk.unlock().await.unwrap_err();
        assert!(
            matches!(refusal, VaultError::Damaged(_)),
            "{statement}: {refusal}"
        );
    }
}

/// An erased person's old key, put back from a copy, is not accepted.
#[tokio::test]
async fn an_erased_person_is_not_brought_back() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let person = vault.new_subject().await.unwrap();
    vault.erase(person).await.unwrap();
    drop(vault);
    edit(
        &desk.keystore(),
        "INSERT INTO data_key SELECT subject, 1, 2, zeroblob(60) FROM erased_subject",
        &[],
    )
    .await;
    assert!(matches!(desk.unlock().await, Err(VaultError::Damaged(_))));
}

/// A key store of a later program is refused, and so are files that are something else.
#[tokio::test]
async fn other_files_are_refused() {
    let desk = Desk::new();
    drop(desk.create().await);
    edit(&desk.keystore(), "UPDATE vault SET format = 2", &[]).await;
    assert!(matches!(
        desk.unlock().await,
        Err(VaultError::NewerFormat(2))
    ));
    for content in [String::new(), "not a database ".repeat(1000)] {
        fs::write(desk.keystore(), content).unwrap();
        let refusal = desk.unlock().await.unwrap_err();
        assert!(matches!(refusal, VaultError::Damaged(_)), "{refusal}");
    }
}

/// Whatever single byte of the key store changes on the disk, or wherever it is cut: it is refused,
/// or one person's key is, or nothing that counts has changed. Nobody reads wrong words.
#[tokio::test]
async fn no_changed_byte_gives_wrong_words() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "the right words").await;
    let (erased, _) = person_with_note(&vault, "gone").await;
    vault.erase(erased).await.unwrap();
    drop(vault);
    let whole = fs::read(desk.keystore()).unwrap();
    let mut refused = 0;
    // A prime stride visits every page at many places.
    for at in (0..whole.len()).step_by(149) {
        let mut altered = whole.clone();
        altered[at] ^= 0x41;
        for content in [altered.as_slice(), &whole[..at]] {
            fs::write(desk.keystore(), content).unwrap();
            let Ok(vault) = desk.unlock().await else {
                refused += 1;
                continue;
            };
            match read_note(&vault, person, &note) {
                Ok(words) => assert_eq!(words, "the right words"),
                Err(VaultError::DamagedKey(_) | VaultError::UnknownSubject(_)) => refused += 1,
                Err(other) => panic!("byte {at}: {other}"),
            }
            let brought_back = vault.seal(erased, &NOTE, b"again");
            assert!(brought_back.is_err(), "byte {at}");
        }
    }
    assert!(
        refused > whole.len() / 149,
        "at least every cut must be refused"
    );
}
