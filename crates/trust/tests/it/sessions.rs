//! Sessions: how long they last on which device, and what ends them.

use trust::{
    identity::{
        CallerError,
        model::DeviceClass::{Admin, Personal, Shared},
    },
    on_both,
    store::value::{MINUTE, SECOND},
    testing::{Scratch, people::Sketch},
};

use crate::linen::linen;

const HOUR: i64 = 60 * MINUTE;

on_both! {
    with linen();

    /// A ward PC is left alone for five minutes, a phone for fifteen, an administrator's page for
    /// ten: the session ends, and its end is in the log.
    async fn an_idle_session_ends(scratch: Scratch) {
        for (device_class, minutes) in [(Shared, 5), (Personal, 15), (Admin, 10)] {
            let person = scratch.person(Sketch { device_class, ..Sketch::default() }).await;
            scratch.clock.advance(minutes * MINUTE - SECOND);
            let before = scratch.ledger_position().await;
            let stands = scratch.identity.caller(&person.token, false).await;
            assert!(stands.is_ok(), "{device_class:?} ended early");
            scratch.clock.advance(SECOND);
            let over = scratch.identity.caller(&person.token, true).await.err();
            assert_eq!(over, Some(CallerError::Over("idle")), "{device_class:?}");
            let again = scratch.identity.caller(&person.token, true).await.err();
            assert_eq!(again, Some(CallerError::NotSignedIn));
            assert_eq!(scratch.ledger_since(before).await, ["identity.session_ended"]);
        }
    }

    /// However busy its holder, a session ends after a shift; an administrator's after eight hours.
    async fn a_session_ends_after_a_shift(scratch: Scratch) {
        for (device_class, hours) in [(Shared, 12), (Personal, 12), (Admin, 8)] {
            let person = scratch.person(Sketch { device_class, ..Sketch::default() }).await;
            let step = 4 * MINUTE;
            for _ in 0..hours * HOUR / step - 1 {
                scratch.clock.advance(step);
                scratch.identity.caller(&person.token, true).await.unwrap();
            }
            scratch.clock.advance(step);
            let over = scratch.identity.caller(&person.token, true).await.err();
            assert_eq!(over, Some(CallerError::Over("absolute limit")), "{device_class:?}");
        }
        scratch.assert_intact().await;
    }

    /// A page that asks for news by itself does not keep a session open; a person's click does.
    async fn polling_does_not_keep_a_session_open(scratch: Scratch) {
        let device_class = Shared;
        let watcher = scratch.person(Sketch { device_class, ..Sketch::default() }).await;
        let worker = scratch.person(Sketch { device_class, ..Sketch::default() }).await;
        for _ in 0..4 {
            scratch.clock.advance(MINUTE);
            scratch.identity.caller(&watcher.token, false).await.unwrap();
            scratch.identity.caller(&worker.token, true).await.unwrap();
        }
        scratch.clock.advance(MINUTE);
        let over = scratch.identity.caller(&watcher.token, false).await.err();
        assert_eq!(over, Some(CallerError::Over("idle")));
        let caller = scratch.identity.caller(&worker.token, false).await.unwrap();
        let until = caller.profile().idle_until;
        assert_eq!(until.since(scratch.clock.wall()), 4 * MINUTE);
    }

    /// The server is restarted: whoever was active a moment ago is still signed in, whoever was not
    /// is not.
    async fn activity_is_remembered_over_a_restart(scratch: Scratch) {
        let device_class = Shared;
        let token = scratch.person(Sketch { device_class, ..Sketch::default() }).await.token;
        let idle = scratch.person(Sketch { device_class, ..Sketch::default() }).await.token;
        for _ in 0..4 {
            scratch.clock.advance(MINUTE);
            scratch.identity.caller(&token, true).await.unwrap();
        }
        let scratch = scratch.shut().await.reopen().await;
        scratch.clock.advance(2 * MINUTE);
        scratch.identity.caller(&token, true).await.unwrap();
        let over = scratch.identity.caller(&idle, true).await.err();
        assert_eq!(over, Some(CallerError::Over("idle")));
    }

    /// Signing out ends a session once; a second time changes nothing, and an invented token opens
    /// nothing.
    async fn signing_out_ends_a_session(scratch: Scratch) {
        let person = scratch.person(Sketch::default()).await;
        let before = scratch.ledger_position().await;
        scratch.identity.end(person.session, "signed out").await.unwrap();
        scratch.identity.end(person.session, "signed out").await.unwrap();
        assert_eq!(scratch.ledger_since(before).await, ["identity.session_ended"]);
        for token in [person.token.as_str(), "", "an invented token"] {
            let refused = scratch.identity.caller(token, true).await.err();
            assert_eq!(refused, Some(CallerError::NotSignedIn));
        }
    }
}
