//! Erasing somebody who worked here: the name goes everywhere and for ever, the work stays.

use std::path::{Path, PathBuf};

use trust::identity::{
    accounts::{AccountError, Invitation},
    erasing::{ErasedBecause, Erasure},
    events::EraseAccount,
    model::DeviceClass,
};

use crate::{
    commands::Made,
    house::{House, Person},
};

/// The administrator closes an account.
async fn close(house: &House, who: &Person) {
    let accounts = house
        .app
        .identity
        .accounts(&house.administrator.caller)
        .await
        .unwrap();
    let line = accounts.iter().find(|line| line.id == who.account).unwrap();
    let closed =
        house
            .app
            .identity
            .disable_account(&house.administrator.caller, who.account, line.version);
    closed.await.unwrap();
}

/// The administrator presses Erase and types the name.
async fn erase(house: &House, who: &Person, typed: &str) -> u16 {
    let path = format!("/accounts/{}/erase", who.account);
    let fields = [("because", "asked"), ("login", typed)];
    house
        .post(&house.administrator, &path, &fields)
        .await
        .status
}

on_both! {
    /// Joel leaves and asks to be forgotten. The list of accounts, the people and the page of a
    /// task he carried say "Erased person"; nothing cries tampering, and `verify` finds all intact.
    async fn an_erased_porter_leaves_a_number(house: House) {
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        house.begin_shift(&house.joel).await;
        let offer = house.assign(task, &house.joel).await;
        let decline = serde_json::json!({ "reason": "NEARER_COLLEAGUE" });
        house.call(&house.joel, &format!("/api/v1/offers/{offer}/decline"), decline).await;

        assert_eq!(erase(&house, &house.joel, "joel.oak").await, 409, "not closed yet");
        let off = serde_json::json!({ "change": "end_shift" });
        house.call(&house.joel, "/api/v1/me/state", off).await;
        close(&house, &house.joel).await;
        assert_eq!(erase(&house, &house.joel, "amara.pine").await, 422, "another name");
        assert_eq!(erase(&house, &house.joel, " Joel.Oak ").await, 303);

        for (who, path) in [
            (&house.administrator, "/accounts".to_owned()),
            (&house.coordinator, "/people?show=all".to_owned()),
            (&house.coordinator, format!("/tasks/{task}")),
        ] {
            let page = house.get(who, &path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.said());
            assert!(page.said().contains("Erased person"), "{path}: {}", page.said());
            assert!(!page.said().contains("Joel"), "{path}: {}", page.said());
        }
        house.assert_intact().await;
    }

    /// Nobody erases themselves, and only an administrator erases anybody.
    async fn nobody_erases_themselves(house: House) {
        let erasure = Erasure {
            account: house.administrator.account,
            typed_name: "ada.minchin",
            because: ErasedBecause::Asked,
        };
        let own = house.app.identity.erase_account(&house.administrator.caller, &erasure).await;
        assert_eq!(own, Err(AccountError::OwnAccount));
        assert!(house.auditor.caller.permit(EraseAccount).await.is_err());
        assert!(house.coordinator.caller.permit(EraseAccount).await.is_err());
    }
}

/// Every file under a folder that holds these letters, in either case.
fn files_with(folder: &Path, letters: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let place = entry.unwrap().path();
            if place.is_dir() {
                folders.push(place);
                continue;
            }
            let bytes = std::fs::read(&place).unwrap().to_ascii_lowercase();
            if bytes
                .windows(letters.len())
                .any(|part| part == letters.as_bytes())
            {
                found.push(place);
            }
        }
    }
    found
}

/// The operator erases somebody with the command. No file holds the name, neither the database with
/// its journal and free pages nor the key store; and yesterday's copy of the database, opened with
/// the key store of today, does not give it back. `verify` says intact.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_erases_from_yesterdays_copy_too() {
    let made = Made::new();
    let instance = made.open().await;
    let token = made.sign_in(&instance).await;
    let ada = instance.identity.caller(&token, true).await.unwrap();
    let invite = |name: &str| Invitation {
        sign_in_name: name.to_owned(),
        display_name: "Joel O.".to_owned(),
        device_class: DeviceClass::Personal,
    };
    let joel = instance
        .identity
        .invite_account(&ada, &invite("joel.oak"))
        .await;
    let joel = joel.unwrap().account;
    instance
        .identity
        .invite_account(&ada, &invite("amara.pine"))
        .await
        .unwrap();
    let version = instance.identity.accounts(&ada).await.unwrap();
    let version = version.iter().find(|line| line.id == joel).unwrap().version;
    instance
        .identity
        .disable_account(&ada, joel, version)
        .await
        .unwrap();
    let erase = |name| made.run("erase", &["--account", name, "--reason", "time_over"]);
    let served = erase("joel.oak");
    assert_eq!(served.code, 2, "{}", served.said);
    assert!(served.said.contains("is in use"), "{}", served.said);
    drop(ada);
    instance.close().await;
    let yesterday = made.copy();

    let open = erase("amara.pine");
    assert!(
        open.said.contains("close the account first"),
        "{}",
        open.said
    );
    let nobody = erase("joel.oakes");
    assert!(nobody.said.contains("nobody signs in"), "{}", nobody.said);
    let erased = erase("joel.oak");
    assert_eq!(erased.code, 0, "{}", erased.said);
    assert!(
        erased.said.contains(&format!("account {joel}")),
        "{}",
        erased.said
    );
    assert_eq!(erase("joel.oak").code, 2, "the name is gone");
    let verified = made.run("verify", &[]);
    assert_eq!(verified.code, 0, "{}", verified.said);
    assert_eq!(files_with(&made.dir(), "joel"), Vec::<PathBuf>::new());

    made.put_back(&yesterday);
    let instance = made.open().await;
    let ada = instance.identity.caller(&token, true).await.unwrap();
    let accounts = instance.identity.accounts(&ada).await.unwrap();
    let line = accounts.iter().find(|line| line.id == joel).unwrap();
    assert!(line.is_erased, "{line:?}");
    assert_eq!(line.display_name, "Erased person");
    let amara = accounts
        .iter()
        .find(|line| line.sign_in_name == "amara.pine");
    assert!(amara.is_some_and(|line| !line.is_erased));
    drop(ada);
    instance.close().await;
}
