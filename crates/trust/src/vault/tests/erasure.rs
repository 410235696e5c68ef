//! An erased person is gone from the key store, for ever, and nobody else is touched.

use std::collections::HashSet;
use std::fs;
use std::future::{Future, poll_fn};
use std::path::Path;
use std::task::Poll;

use super::{Desk, INSTANCE, NOTE, person_with_note, read_note};
use crate::vault::{SubjectId, Vault, VaultError, store};

/// Twelve bytes of a secret are a trace: too many to lie there by chance.
const TRACE_BYTES: usize = 12;

/// All pieces of all files of a folder.
struct Disk(HashSet<Vec<u8>>);

impl Disk {
    fn read(folder: &Path) -> Disk {
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| fs::read(file.unwrap().path()).unwrap());
        let pieces = |file: Vec<u8>| {
            file.windows(TRACE_BYTES)
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
        };
        Disk(files.flat_map(pieces).collect())
    }

    fn has_trace_of(&self, secret: &[u8]) -> bool {
        secret
            .windows(TRACE_BYTES)
            .any(|piece| self.0.contains(piece))
    }
}

/// The person's wrapped keys, and the same keys open.
async fn keys_of(vault: &Vault, desk: &Desk, person: SubjectId) -> Vec<Vec<u8>> {
    let stored = store::read_only(&desk.keystore()).await.unwrap();
    let instance_key = vault.opener.instance_key(&stored).unwrap();
    let mut keys = Vec::new();
    for (name, wrapped) in stored
        .data_keys
        .iter()
        .filter(|((owner, _), _)| *owner == person)
    {
        keys.push(wrapped.as_stored().to_vec());
        let open = instance_key
            .open_data_key(&INSTANCE, *name, wrapped)
            .unwrap();
        keys.push(open.to_vec());
    }
    keys
}

/// A client asks to be erased. Their notes cannot be read again, now or after a restart, and the
/// answer says "erased", not "tampered". Everyone else's notes are as before.
#[tokio::test]
async fn an_erased_person_stays_erased() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (leaving, note) = person_with_note(&vault, "wants to be forgotten").await;
    let (staying, kept) = person_with_note(&vault, "stays with us").await;
    let payload = vault.seal_payload(leaving, 3, b"rang the bell").unwrap();

    let erased = vault.erase(leaving).await.unwrap();
    assert_eq!((erased.subject, erased.instance_key_version), (leaving, 2));
    assert_eq!(erased.rewrapped, crate::vault::subjects::BATCH - 1);

    assert!(
        matches!(read_note(&vault, leaving, &note), Err(VaultError::Erased(who)) if who == leaving)
    );
    drop(vault);

    let vault = desk.unlock().await.unwrap();
    assert!(matches!(
        read_note(&vault, leaving, &note),
        Err(VaultError::Erased(_))
    ));
    assert!(matches!(
        read_note(&vault, leaving, b"nonsense"),
        Err(VaultError::Erased(_))
    ));
    assert!(matches!(
        vault.open_payload(leaving, 3, &payload),
        Err(VaultError::Erased(_))
    ));
    assert!(matches!(
        vault.seal(leaving, &NOTE, b"again"),
        Err(VaultError::Erased(_))
    ));
    assert!(matches!(
        vault.renew_data_key(leaving).await,
        Err(VaultError::Erased(_))
    ));
    assert_eq!(read_note(&vault, staying, &kept).unwrap(), "stays with us");
}

/// After an erasure no file of the key store holds a piece of the person's keys, wrapped or open,
/// nor of the old instance key, nor of anything that was wrapped with it.
#[tokio::test]
async fn no_trace_of_the_keys_is_left_on_disk() {
    let desk = Desk::new();
    let vault = desk.create().await;
    // Enough people for several pages of the file.
    let mut people = Vec::new();
    for _ in 0..500 {
        people.push(vault.new_subject().await.unwrap());
    }
    let leaving = people[250];
    vault.renew_data_key(leaving).await.unwrap();
    let keys = keys_of(&vault, &desk, leaving).await;
    assert_eq!(keys.len(), 4);
    let before = store::read_only(&desk.keystore()).await.unwrap();
    // Wrapped keys can be found if they are there; open ones never were.
    let disk = Disk::read(desk.folder());
    let found: Vec<bool> = keys.iter().map(|key| disk.has_trace_of(key)).collect();
    assert_eq!(found, [true, false, true, false]);

    vault.erase(leaving).await.unwrap();
    let disk = Disk::read(desk.folder());
    for key in &keys {
        assert!(!disk.has_trace_of(key));
    }
    assert!(!disk.has_trace_of(before.instance_key.1.as_stored()));
    for key in before
        .data_keys
        .values()
        .chain(before.purpose_keys.iter().map(|key| &key.wrapped))
    {
        assert!(!disk.has_trace_of(key.as_stored()));
    }
}

/// Asking twice is not an error, and asking for somebody unknown is.
#[tokio::test]
async fn erasing_twice_is_the_same_as_once() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let person = vault.new_subject().await.unwrap();
    vault.erase(person).await.unwrap();
    let again = vault.erase(person).await.unwrap();
    assert_eq!((again.instance_key_version, again.rewrapped), (2, 0));
    let nobody = SubjectId(-5);
    assert!(
        matches!(vault.erase(nobody).await, Err(VaultError::UnknownSubject(who)) if who == nobody)
    );
}

/// Nobody gets the number of an erased person again.
#[tokio::test]
async fn erased_numbers_are_not_handed_out() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let person = vault.new_subject().await.unwrap();
    // Numbers that lie ready are not handed out either once they are erased.
    let pooled = vault.pool()[0];
    vault.erase(person).await.unwrap();
    vault.erase(pooled).await.unwrap();
    for _ in 0..200 {
        let next = vault.new_subject().await.unwrap();
        assert!(next != person && next != pooled);
        assert!(vault.seal(next, &NOTE, b"welcome").is_ok());
    }
}

/// The power fails, or the browser goes away, at any moment of an erasure: afterwards the person is
/// whole or erased and nothing in between, everybody else is untouched, and asking again erases.
#[tokio::test]
async fn an_erasure_can_stop_anywhere() {
    let desk = Desk::new();
    let mut vault = desk.create().await;
    let (staying, kept) = person_with_note(&vault, "stays with us").await;
    let mut finished = false;
    for polls in 1..500 {
        let restart = polls % 2 == 0;
        let (leaving, note) = person_with_note(&vault, "leaves").await;
        finished = stopped_after(polls, vault.erase(leaving)).await;
        // In the same process nobody has to wait for the truth to be found out.
        assert_eq!(read_note(&vault, staying, &kept).unwrap(), "stays with us");
        if restart {
            drop(vault);
            vault = desk.unlock().await.unwrap();
            let held = read_note(&vault, leaving, &note);
            assert!(
                matches!(held.as_deref(), Ok("leaves") | Err(VaultError::Erased(_))),
                "{held:?}"
            );
        }
        vault.erase(leaving).await.unwrap();
        assert!(matches!(
            read_note(&vault, leaving, &note),
            Err(VaultError::Erased(_))
        ));
        if finished {
            break;
        }
    }
    assert!(finished, "the erasure never came to its end");
    drop(vault);
    let vault = desk.unlock().await.unwrap();
    assert_eq!(read_note(&vault, staying, &kept).unwrap(), "stays with us");
}

/// Nothing is opened for a person while it is not known whether their erasure was stored; new
/// people can be made meanwhile, and that settles the question.
#[tokio::test]
async fn a_half_erased_person_is_not_shown() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (leaving, note) = person_with_note(&vault, "leaves").await;
    assert!(!stopped_after(2, vault.erase(leaving)).await);
    assert!(matches!(
        read_note(&vault, leaving, &note),
        Err(VaultError::BeingErased(_))
    ));

    for _ in 0..2 * crate::vault::subjects::BATCH {
        vault.new_subject().await.unwrap();
    }
    // It was stopped before the first word reached the disk, so the person is whole again.
    assert_eq!(read_note(&vault, leaving, &note).unwrap(), "leaves");
}

/// Polls a future so many times and then drops it. Says whether it had finished.
async fn stopped_after(polls: usize, future: impl Future) -> bool {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(|context| {
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        left -= 1;
        if left == 0 {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    })
    .await
}

/// The server stops after an erasure was stored and before the file was rewritten: the next start
/// rewrites it.
#[tokio::test]
async fn a_missed_rewriting_is_made_up_for() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let person = vault.new_subject().await.unwrap();
    {
        let mut held = vault.store().unwrap().lock().await;
        let mut connection = vault.settled(&mut held).await.unwrap();
        vault
            .change_instance_key(&mut connection, Some(person))
            .await
            .unwrap();
    }
    drop(vault);
    assert!(store::read_only(&desk.keystore()).await.unwrap().scrub_due);
    let vault = desk.unlock().await.unwrap();
    assert!(!store::read_only(&desk.keystore()).await.unwrap().scrub_due);
    assert_eq!(vault.inventory().erased, 1);
}

/// The instance key can be changed without erasing anybody; everything opens as before.
#[tokio::test]
async fn changing_the_instance_key_changes_nothing_else() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (person, note) = person_with_note(&vault, "unmoved").await;
    let (public, mark) = (
        vault.public_key(),
        vault.blind_index("email", "a@example.org"),
    );
    assert_eq!(vault.rotate_instance_key().await.unwrap(), 2);
    assert_eq!(vault.rotate_instance_key().await.unwrap(), 3);
    drop(vault);

    let vault = desk.unlock().await.unwrap();
    assert_eq!(vault.inventory().instance_key_version, 3);
    assert_eq!(read_note(&vault, person, &note).unwrap(), "unmoved");
    assert_eq!(
        (
            vault.public_key(),
            vault.blind_index("email", "a@example.org")
        ),
        (public, mark)
    );
}

/// One person's broken key does not get lost in silence when another is erased: the erasure is
/// refused and names whose key is broken. Erasing that person works.
#[tokio::test]
async fn a_broken_key_stops_the_erasure_of_others() {
    let desk = Desk::new();
    let vault = desk.create().await;
    let (broken, _) = person_with_note(&vault, "unlucky").await;
    let (leaving, note) = person_with_note(&vault, "leaves").await;
    {
        let mut held = vault.store().unwrap().lock().await;
        let mut connection = vault.settled(&mut held).await.unwrap();
        sqlx::query("UPDATE data_key SET wrapped = zeroblob(60) WHERE subject = ?")
            .bind(broken.0)
            .execute(&mut connection)
            .await
            .unwrap();
        held.put_back(connection);
    }
    assert!(
        matches!(vault.erase(leaving).await, Err(VaultError::DamagedKey(who)) if who == broken)
    );
    // Refused means unchanged.
    assert_eq!(read_note(&vault, leaving, &note).unwrap(), "leaves");
    vault.erase(broken).await.unwrap();
    vault.erase(leaving).await.unwrap();
    assert!(matches!(
        read_note(&vault, leaving, &note),
        Err(VaultError::Erased(_))
    ));
}
