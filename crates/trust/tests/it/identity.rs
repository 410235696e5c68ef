//! Keeping accounts: inviting, roles, disabling; and what a right is worth.

use trust::{
    identity::{
        CallerError,
        accounts::{AccountError, Given, Invitation},
        caller::{Caller, PermitError},
        events::{AcceptTerms, EndSession, ViewAccounts, ViewRoles},
        model::{AccountState, DeviceClass},
        permit::{ActorId, Scope, ScopeKind, permissions},
        sign_in::SignInError,
    },
    on_both,
    store::{error::StoreError, value::MINUTE},
    testing::{Scratch, people::Sketch},
};

use crate::linen::linen;

const PASSWORD: &str = "three quiet corridors";
const VIEW: &[&str] = &["identity.view_accounts"];
const EVERYWHERE: Given<'static> = Given {
    scope: (ScopeKind::All, None),
    reason: "works here",
    ends_at: None,
    seen: None,
};

on_both! {
    with linen();

    /// Somebody is invited, sets a password with the code, gets a role, and works; all of it stands
    /// in the log, and their name only sealed.
    async fn a_new_colleague_gets_to_work(scratch: Scratch) {
        let boss = boss(&scratch).await;
        let before = scratch.ledger_position().await;
        let invited = scratch.identity.invite_account(&boss, &invitation("joel.p")).await.unwrap();
        let early = scratch.identity.sign_in("joel.p", PASSWORD).await.unwrap_err();
        assert_eq!(early, SignInError::Wrong, "without a password nobody gets in");
        scratch.clock.advance(MINUTE);
        scratch.identity.set_password("joel.p", &invited.code, PASSWORD).await.unwrap();
        give(&scratch, &boss, invited.account, EVERYWHERE).await.unwrap();
        let signed_in = scratch.identity.sign_in("joel.p", PASSWORD).await.unwrap();
        let caller = scratch.identity.caller(&signed_in.token, true).await.unwrap();
        assert_eq!(caller.profile().name, "Joel P.");
        scratch.identity.accept_terms(&caller).await.unwrap();
        let caller = scratch.identity.caller(&signed_in.token, true).await.unwrap();
        assert!(caller.may(ViewRoles));
        scratch.identity.roles(&caller).await.unwrap();

        assert_eq!(
            scratch.ledger_since(before).await,
            [
                "identity.account_invited",
                "identity.sign_in_failed",
                "identity.password_set",
                "identity.role_granted",
                "identity.session_started",
                "identity.terms_accepted",
                "identity.roles_viewed",
            ],
        );
        scratch.assert_intact().await;
    }

    /// Names are unique, and need between one and 120 characters.
    async fn a_sign_in_name_is_taken_once(scratch: Scratch) {
        let boss = boss(&scratch).await;
        scratch.identity.invite_account(&boss, &invitation("joel.p")).await.unwrap();
        let again = scratch.identity.invite_account(&boss, &invitation(" Joel.P ")).await;
        assert_eq!(again.unwrap_err(), AccountError::NameTaken);
        for name in [String::new(), "  ".to_owned(), "x".repeat(121)] {
            let refused = scratch.identity.invite_account(&boss, &invitation(&name)).await;
            assert_eq!(refused.unwrap_err(), AccountError::NameLength);
        }
    }

    /// Disabling an account ends its sessions and grants in the same moment; the password is gone
    /// with it.
    async fn a_disabled_account_is_out_at_once(scratch: Scratch) {
        let boss = boss(&scratch).await;
        let permissions = &["identity.view_roles"];
        let person = scratch.person(Sketch { permissions, ..Sketch::default() }).await;
        let late = person.caller.permit(ViewRoles).await.unwrap();
        let line = line(&scratch, &boss, person.account).await;
        scratch.identity.disable_account(&boss, person.account, line.version).await.unwrap();

        let out = scratch.identity.caller(&person.token, true).await.err();
        assert_eq!(out, Some(CallerError::NotSignedIn));
        let viewed = trust::identity::events::RolesViewed {};
        assert_eq!(scratch.store.read(late, viewed).await.err(), Some(StoreError::NotAllowed));
        let line = self::line(&scratch, &boss, person.account).await;
        assert_eq!((line.state, line.grants.len()), (AccountState::Disabled, 0));
        let mut raw = scratch.raw().await;
        let open = format!(
            "SELECT COUNT(*) FROM session WHERE account = {} AND ended_at IS NULL",
            person.account
        );
        assert_eq!(raw.number(&open).await, 0);
        raw.close().await;
        scratch.assert_intact().await;
    }

    /// Two administrators edit one account: the second hears that someone was quicker.
    async fn the_second_administrator_hears_of_the_first(scratch: Scratch) {
        let (one, two) = (boss(&scratch).await, boss(&scratch).await);
        let person = scratch.person(Sketch::default()).await;
        let version = line(&scratch, &two, person.account).await.version;
        scratch.identity.disable_account(&one, person.account, version).await.unwrap();
        let late = scratch.identity.disable_account(&two, person.account, version).await;
        assert_eq!(late, Err(AccountError::Store(StoreError::Quicker)));
    }

    /// Nobody disables their own account, and nobody disables a part of the server or gives it
    /// roles.
    async fn nobody_disables_themselves_or_the_server(scratch: Scratch) {
        let boss = boss(&scratch).await;
        let own = line(&scratch, &boss, boss.actor()).await;
        let refused = scratch.identity.disable_account(&boss, own.id, own.version).await;
        assert_eq!(refused, Err(AccountError::OwnAccount));
        let lines = scratch.identity.accounts(&boss).await.unwrap();
        let door = lines.iter().find(|line| line.sign_in_name == "service:door").unwrap();
        let refused = scratch.identity.disable_account(&boss, door.id, door.version).await;
        assert_eq!(refused, Err(AccountError::Service));
        let refused = give(&scratch, &boss, door.id, EVERYWHERE).await;
        assert_eq!(refused, Err(AccountError::Service));
    }

    /// A role is given in one ward: the right holds there only. Given again it is renewed, not
    /// doubled; taken back, it is gone.
    async fn a_role_holds_where_and_while_it_is_given(scratch: Scratch) {
        let boss = boss(&scratch).await;
        let person = scratch.person(Sketch::default()).await;
        let ward = Given { scope: (ScopeKind::Ward, Some(4)), ..EVERYWHERE };
        let grant = give(&scratch, &boss, person.account, ward).await.unwrap();
        let permit = person.caller.permit(ViewAccounts).await.unwrap();
        assert_eq!(permit.scope(), &Scope::Only(vec![(ScopeKind::Ward, 4)]));

        let until = Some(scratch.clock.wall().after(MINUTE));
        let short = Given { ends_at: until, ..ward };
        assert_eq!(give(&scratch, &boss, person.account, short).await, Ok(grant));
        scratch.clock.advance(MINUTE);
        let refused = person.caller.permit(ViewAccounts).await.unwrap_err();
        assert_eq!(refused, PermitError::Refused("see accounts"), "the grant has run out");

        give(&scratch, &boss, person.account, EVERYWHERE).await.unwrap();
        let permit = person.caller.permit(ViewAccounts).await.unwrap();
        assert_eq!(permit.scope(), &Scope::Everything);
        for line in line(&scratch, &boss, person.account).await.grants {
            scratch.identity.withdraw_role(&boss, line.id, None).await.unwrap();
        }
        assert!(person.caller.permit(ViewAccounts).await.is_err());
        scratch.assert_intact().await;
    }

    /// A permission whose name begins like another's is not that other one, and signs that mean
    /// something to the database mean nothing in a name.
    async fn a_permission_is_matched_whole(scratch: Scratch) {
        let nearly = ["identity.view_account", "identity.view_accounts_all", "identity%", "%"];
        let person = scratch.caller_with(&nearly).await;
        assert!(person.permit(ViewAccounts).await.is_err());
        let similar = scratch.caller_with(&["identity.viewXaccounts"]).await;
        assert!(similar.permit(ViewAccounts).await.is_err());
    }

    /// Before the terms of use are accepted nothing is open but accepting them and leaving.
    async fn the_terms_come_first(scratch: Scratch) {
        let all: Vec<&str> = permissions().iter().map(|permission| permission.name).collect();
        let sketch =
            Sketch { permissions: &all, has_accepted_terms: false, ..Sketch::default() };
        let person = scratch.person(sketch).await;
        assert_eq!(person.caller.permit(ViewAccounts).await.err(), Some(PermitError::Terms));
        assert!(person.caller.permit(EndSession).await.is_ok());
        assert!(person.caller.permit(AcceptTerms).await.is_ok());
        scratch.identity.accept_terms(&person.caller).await.unwrap();
        let caller = scratch.identity.caller(&person.token, true).await.unwrap();
        assert!(caller.permit(ViewAccounts).await.is_ok());
    }

    /// Somebody with the database's own tools gives themselves a right: by copying a grant, by
    /// adding to their role, by lengthening a session. None of it opens anything.
    async fn a_right_written_past_almoner_is_worth_nothing(scratch: Scratch) {
        let boss = scratch.person(Sketch { permissions: VIEW, ..Sketch::default() }).await;
        let forgeries = [
            "INSERT INTO role_grant (id, account, role, scope_kind, scope_id, granted_by, reason, \
             starts_at, ends_at, entry, seal) SELECT 900, ACCOUNT, role, scope_kind, scope_id, \
             granted_by, reason, starts_at, ends_at, entry, seal FROM role_grant WHERE id = BOSS",
            "UPDATE role SET permissions = permissions || 'identity.view_accounts ' \
             WHERE id IN (SELECT role FROM role_grant WHERE account = ACCOUNT)",
            "UPDATE role_grant SET role = (SELECT role FROM role_grant WHERE id = BOSS) \
             WHERE account = ACCOUNT",
            "UPDATE session SET seen_at = seen_at + 1 WHERE account = ACCOUNT",
        ];
        for forgery in forgeries {
            let person = scratch.person(Sketch::default()).await;
            let sql = forgery
                .replace("ACCOUNT", &person.account.to_string())
                .replace("BOSS", &boss.grant.to_string());
            let mut raw = scratch.raw().await;
            assert_eq!(raw.run(&sql).await.unwrap(), 1, "{sql}");
            raw.close().await;
            let refused = person.caller.permit(ViewAccounts).await.err();
            let is_told =
                matches!(refused, Some(PermitError::Store(StoreError::Tampered { .. })));
            assert!(is_told, "{refused:?} after {sql}");
        }
    }

    /// A right is remembered for a second, and forgotten at once when it is taken away or given.
    async fn a_right_that_changes_is_not_remembered(scratch: Scratch) {
        let boss = boss(&scratch).await;
        let person = scratch.person(Sketch::default()).await;
        for _ in 0..3 {
            let grant = give(&scratch, &boss, person.account, EVERYWHERE).await.unwrap();
            assert!(person.caller.permit(ViewRoles).await.is_ok());
            assert!(scratch.identity.roles(&person.caller).await.is_ok());
            scratch.identity.withdraw_role(&boss, grant, None).await.unwrap();
            assert!(person.caller.permit(ViewRoles).await.is_err());
        }
    }

    /// Without a grant there is no right, whatever it is.
    async fn without_a_grant_there_is_no_right(scratch: Scratch) {
        let nobody = scratch.caller_with(&[]).await;
        let refused = nobody.permit(ViewAccounts).await.err();
        assert_eq!(refused, Some(PermitError::Refused("see accounts")));
        let refused = nobody.permit(EndSession).await.err();
        assert_eq!(refused, Some(PermitError::Refused("end sessions")));
        assert!(nobody.profile().permissions.is_empty() && !nobody.may(ViewAccounts));
    }
}

/// Every permission has a name of its own, in the form that pages, roles and the log share.
#[test]
fn permissions_are_named_alike() {
    let all = permissions();
    assert!(all.len() >= 12);
    for pair in all.windows(2) {
        assert!(pair[0].name < pair[1].name, "{} stands twice", pair[0].name);
    }
    for permission in all {
        let (room, deed) = permission.name.split_once('.').unwrap();
        assert!(
            !room.is_empty() && deed.contains('_'),
            "{}",
            permission.name
        );
        assert!(
            !permission.name.contains(char::is_whitespace),
            "a role lists names by spaces"
        );
    }
}

async fn boss(scratch: &Scratch) -> Caller {
    let permissions = &[
        "identity.invite_account",
        "identity.grant_role",
        "identity.withdraw_role",
        "identity.disable_account",
        "identity.view_accounts",
        "identity.view_roles",
    ];
    let device_class = DeviceClass::Personal;
    scratch
        .person(Sketch {
            permissions,
            device_class,
            ..Sketch::default()
        })
        .await
        .caller
}

async fn give(
    scratch: &Scratch,
    boss: &Caller,
    account: ActorId,
    given: Given<'_>,
) -> Result<trust::identity::permit::GrantId, AccountError> {
    scratch
        .identity
        .grant_role(boss, account, "Administrator", given)
        .await
}

async fn line(
    scratch: &Scratch,
    boss: &Caller,
    account: ActorId,
) -> trust::identity::accounts::AccountLine {
    let lines = scratch.identity.accounts(boss).await.unwrap();
    lines.into_iter().find(|line| line.id == account).unwrap()
}

fn invitation(name: &str) -> Invitation {
    Invitation {
        sign_in_name: name.to_owned(),
        display_name: "Joel P.".to_owned(),
        device_class: DeviceClass::Personal,
    }
}
