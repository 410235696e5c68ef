//! The door: names, passwords, one-time codes, and the waits that make guessing pointless.

use std::{fmt::Write as _, fs};

use trust::{
    identity::{
        caller::PermitError,
        founding::new_code,
        model::{CODE_LIFE, PasswordRefused, check_password, wait_after},
        sign_in::{SignInError, SignedIn},
    },
    on_both,
    store::value::{MINUTE, SECOND},
    testing::{ADMINISTRATOR_NAME, Scratch, record},
};

use crate::linen::linen;

const PASSWORD: &str = "three quiet corridors";
const WRONG: &str = "three loud corridors";

/// The first guesses cost a second each, the tenth a quarter of an hour, and no wait is longer than
/// an hour; never do ten guesses fit into five minutes.
#[test]
fn waits_grow_with_each_failure() {
    let seconds: Vec<i64> = (0..=13)
        .map(|failures| wait_after(failures) / SECOND)
        .collect();
    assert_eq!(
        seconds,
        [0, 1, 1, 1, 5, 5, 30, 30, 30, 60, 900, 1800, 3600, 3600]
    );
    assert_eq!(wait_after(i64::MAX), 60 * MINUTE);
    for first in 0..20 {
        let ten: i64 = (first + 1..first + 11).map(wait_after).sum();
        assert!(
            ten >= 5 * MINUTE,
            "ten guesses from the {first}th on take {ten} microseconds"
        );
    }
}

/// A new password needs length, not decoration: short, own-name and regular ones are refused with a
/// sentence, and three plain words are taken.
#[test]
fn a_new_password_needs_length_and_nothing_else() {
    let refused = |password: &str| check_password(password, "joel.p").unwrap_err();
    assert_eq!(refused("short words"), PasswordRefused::TooShort);
    assert_eq!(refused(&"long words ".repeat(30)), PasswordRefused::TooLong);
    assert_eq!(refused("my name is Joel.P"), PasswordRefused::ContainsName);
    assert_eq!(refused("aaaaaaaaaaaaaaaa"), PasswordRefused::TooRegular);
    assert_eq!(refused("abcdefghijklmnop"), PasswordRefused::TooRegular);
    check_password(PASSWORD, "joel.p").unwrap();
    check_password("пять тихих коридоров", "joel.p").unwrap();
}

/// A one-time code is easy to read aloud, and no two are the same.
#[test]
fn a_code_is_easy_to_read_aloud() {
    let code = new_code();
    let groups: Vec<&str> = code.split('-').collect();
    assert_eq!(
        groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
        [4; 4]
    );
    assert!(
        !code.contains(['0', 'O', '1', 'I']),
        "{code} has letters that look alike"
    );
    assert_ne!(code, new_code());
}

on_both! {
    with linen();

    /// The first administrator sets a password with the one-time code, signs in, and is asked for
    /// the terms of use before anything else.
    async fn the_first_administrator_gets_in(scratch: Scratch) {
        let before = scratch.ledger_position().await;
        let signed_in = administrator_in(&scratch).await;
        let caller = scratch.identity.caller(&signed_in.token, true).await.unwrap();
        assert_eq!(caller.profile().roles, ["Administrator"]);
        assert!(!caller.has_accepted_terms());
        let refused = scratch.identity.accounts(&caller).await.unwrap_err();
        assert!(matches!(
            refused,
            trust::identity::accounts::AccountError::Permit(PermitError::Terms)
        ));

        scratch.identity.accept_terms(&caller).await.unwrap();

        let caller = scratch.identity.caller(&signed_in.token, true).await.unwrap();
        assert!(caller.has_accepted_terms());
        assert!(!scratch.identity.accounts(&caller).await.unwrap().is_empty());
        assert_eq!(
            scratch.ledger_since(before).await,
            [
                "identity.password_set",
                "identity.session_started",
                "identity.terms_accepted",
                "identity.accounts_viewed",
            ],
        );
        scratch.assert_intact().await;
    }

    /// A wrong password and an unknown name get the same answer, and both are counted; the name
    /// that was tried is not in the log.
    async fn a_wrong_password_and_an_unknown_name_sound_the_same(scratch: Scratch) {
        administrator_in(&scratch).await;
        let before = scratch.ledger_position().await;
        for name in [ADMINISTRATOR_NAME, "my pasword by mistake"] {
            let refused = scratch.identity.sign_in(name, WRONG).await.unwrap_err();
            assert_eq!(refused, SignInError::Wrong);
            let refused = scratch.identity.sign_in(name, PASSWORD).await.unwrap_err();
            assert_eq!(refused, SignInError::Wait(2));
        }
        let entries = scratch.entries_since(before).await;
        let names: Vec<&str> = entries.iter().map(|entry| entry.event.as_str()).collect();
        assert_eq!(names, ["identity.sign_in_failed"; 2]);
        for entry in &entries {
            assert!(!String::from_utf8_lossy(&entry.encode()).contains("pasword"));
        }
    }

    /// After a failure even the right password has to wait, also over a restart; after the wait it
    /// is taken, and the count begins anew.
    async fn a_wait_is_kept_over_a_restart(scratch: Scratch) {
        administrator_in(&scratch).await;
        for _ in 0..4 {
            scratch.clock.advance(MINUTE);
            let refused = scratch.identity.sign_in(ADMINISTRATOR_NAME, WRONG).await.unwrap_err();
            assert_eq!(refused, SignInError::Wrong);
        }
        let scratch = scratch.shut().await.reopen().await;
        let refused = scratch.identity.sign_in(ADMINISTRATOR_NAME, PASSWORD).await.unwrap_err();
        assert_eq!(refused, SignInError::Wait(6), "five seconds after the fourth failure");

        scratch.clock.advance(5 * SECOND);
        scratch.identity.sign_in(ADMINISTRATOR_NAME, PASSWORD).await.unwrap();
        let wrong = scratch.identity.sign_in(ADMINISTRATOR_NAME, WRONG).await.unwrap_err();
        assert_eq!(wrong, SignInError::Wrong);
        let refused = scratch.identity.sign_in(ADMINISTRATOR_NAME, PASSWORD).await.unwrap_err();
        assert_eq!(refused, SignInError::Wait(2), "the first failure again");
    }

    /// A one-time code is good once.
    async fn a_code_is_used_up(scratch: Scratch) {
        administrator_in(&scratch).await;
        let again = scratch.identity.set_password(ADMINISTRATOR_NAME, &scratch.code, WRONG).await;
        assert_eq!(again, Err(SignInError::Wrong));
        scratch.clock.advance(MINUTE);
        scratch.identity.sign_in(ADMINISTRATOR_NAME, PASSWORD).await.unwrap();
    }

    /// A one-time code is good for three days and no longer.
    async fn a_code_expires(scratch: Scratch) {
        scratch.clock.advance(CODE_LIFE);
        let set = scratch.identity.set_password(ADMINISTRATOR_NAME, &scratch.code, PASSWORD).await;
        assert_eq!(set, Err(SignInError::Wrong));
    }

    /// A code is good to the last moment, and typed in small letters without hyphens it is the
    /// same.
    async fn a_code_may_be_typed_carelessly(scratch: Scratch) {
        scratch.clock.advance(CODE_LIFE - SECOND);
        let typed = scratch.code.replace('-', " ").to_lowercase();
        scratch.identity.set_password(ADMINISTRATOR_NAME, &typed, PASSWORD).await.unwrap();
    }

    /// Guessing codes is slowed like guessing passwords.
    async fn guessing_codes_has_to_wait(scratch: Scratch) {
        let guess = new_code();
        let wrong = scratch.identity.set_password(ADMINISTRATOR_NAME, &guess, PASSWORD).await;
        assert_eq!(wrong, Err(SignInError::Wrong));
        let wait = scratch.identity.set_password(ADMINISTRATOR_NAME, &scratch.code, PASSWORD).await;
        assert_eq!(wait, Err(SignInError::Wait(2)));
    }

    /// Whoever steals database and files finds neither password nor session token nor code in them:
    /// the password lies as Argon2id with at least the advised cost.
    async fn stolen_files_hold_no_password_and_no_token(scratch: Scratch) {
        let signed_in = administrator_in(&scratch).await;
        let mut raw = scratch.raw().await;
        let stored = "SELECT password_hash FROM account WHERE password_hash IS NOT NULL";
        let hashes = raw.texts(stored).await;
        assert_eq!(hashes.len(), 1);
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashes[0]);
        let everything = everything_stored(&scratch).await;
        assert!(holds(&everything, b"$argon2id$"), "the search itself finds what is there");
        for secret in [PASSWORD, &signed_in.token, &scratch.code] {
            assert!(!holds(&everything, secret.as_bytes()), "{secret} can be read");
        }
        assert!(!holds(&everything, ADMINISTRATOR_NAME.as_bytes()), "a sign-in name can be read");
    }

    /// The server's own services have accounts, and nobody signs in with them.
    async fn nobody_signs_in_as_a_service(scratch: Scratch) {
        for name in ["service:door", "SERVICE:DOOR "] {
            let refused = scratch.identity.sign_in(name, "").await.unwrap_err();
            assert_eq!(refused, SignInError::Wrong);
            scratch.clock.advance(MINUTE);
        }
        let set = scratch.identity.set_password("service:door", "", PASSWORD).await;
        assert_eq!(set, Err(SignInError::Wrong));
    }

    /// An instance is founded once; nobody becomes its first administrator later.
    async fn an_instance_is_founded_once(scratch: Scratch) {
        let again = trust::identity::founding::Founding {
            services: vec![],
            roles: vec![],
            administrator: "intruder".to_owned(),
        };
        let (record, store) = (record(&scratch.store), &scratch.store);
        let refused = trust::identity::founding::found_instance(&again, &record, store).await;
        assert_eq!(refused, Err(trust::store::error::StoreError::NotAllowed));
    }
}

async fn administrator_in(scratch: &Scratch) -> SignedIn {
    let identity = &scratch.identity;
    identity
        .set_password(ADMINISTRATOR_NAME, &scratch.code, PASSWORD)
        .await
        .unwrap();
    // Names are compared without capitals and blanks around them.
    identity.sign_in(" Administrator ", PASSWORD).await.unwrap()
}

/// Every byte of the instance's folder, and on PostgreSQL every row; bytes also as hexadecimal.
async fn everything_stored(scratch: &Scratch) -> Vec<u8> {
    let mut everything = vec![];
    for file in fs::read_dir(scratch.folder()).unwrap() {
        let path = file.unwrap().path();
        everything.append(&mut fs::read(path).unwrap());
    }
    if scratch.is_postgres() {
        let mut raw = scratch.raw().await;
        let tables = "SELECT table_name::text FROM information_schema.tables \
                      WHERE table_schema = 'public'";
        for table in raw.texts(tables).await {
            for row in raw.texts(&format!("SELECT t::text FROM {table} t")).await {
                everything.extend_from_slice(row.as_bytes());
            }
        }
    }
    everything
}

fn holds(everything: &[u8], secret: &[u8]) -> bool {
    let as_hexadecimal = secret.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    [secret, as_hexadecimal.as_bytes()]
        .iter()
        .any(|form| everything.windows(form.len()).any(|window| window == *form))
}
