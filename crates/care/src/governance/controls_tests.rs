//! The promises' files are whole, and a promise is never greener than its evidence.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{
    Control, ControlError, Document, Evidence, Mechanism, Outcome, State, Waiver, all, find,
};

const HOUR: i64 = 3_600 * 1_000_000;
const NOW: i64 = 1_800_000_000 * 1_000_000;

fn evidence(hours_ago: i64, outcome: Outcome) -> Evidence {
    Evidence {
        at: NOW - hours_ago * HOUR,
        outcome,
        detail: "tried it".to_owned(),
    }
}

fn waiver(hours_left: i64) -> Waiver {
    let (who, why) = (
        "the director".to_owned(),
        "the new server comes on Monday".to_owned(),
    );
    Waiver {
        who,
        why,
        until: NOW + hours_left * HOUR,
    }
}

/// A promise that something keeps, whose evidence lasts a day.
fn built() -> &'static Control {
    let control = find("B38").expect("B38 is a promise");
    assert_eq!(control.freshness_hours, 24);
    control
}

/// A promise that nothing keeps yet, whichever it is by now.
fn not_built() -> Control {
    Control {
        mechanism: Mechanism::NotBuilt,
        self_test: None,
        ..built().clone()
    }
}

/// The two texts hold 19 and 51 promises, numbered without a gap, and each has its file.
#[test]
fn every_promise_has_its_file() {
    let ids: Vec<&str> = all().iter().map(|control| control.id.as_str()).collect();
    let first = (0..=18).map(|number| format!("A{number}"));
    let second = (1..=51).map(|number| format!("B{number}"));
    assert_eq!(ids, first.chain(second).collect::<Vec<_>>());
}

/// No file lies in the folder that is nobody's promise.
#[test]
fn every_file_is_a_promise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../controls");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let promised: BTreeSet<String> = all()
        .iter()
        .map(|control| format!("{}.toml", control.id))
        .collect();
    assert_eq!(files, promised);
}

/// Every file says in whole sentences what is promised, what keeps it and what is shown.
#[test]
fn every_promise_is_in_whole_sentences() {
    for control in all() {
        let mut sentences = vec![&control.promise, &control.evidence];
        if let Mechanism::Built(words) = &control.mechanism {
            sentences.push(words);
        }
        for sentence in sentences {
            assert!(sentence.ends_with('.'), "{}: {sentence}", control.id);
            assert!(
                sentence.split(' ').count() >= 3,
                "{}: {sentence}",
                control.id
            );
        }
        assert!(!control.title.ends_with('.'), "{}", control.id);
    }
}

/// The name of a self-test could be a function's name.
#[test]
fn self_tests_are_named_like_functions() {
    for control in all() {
        let name = control.self_test.as_deref().unwrap_or("none");
        let plain = |sign: char| matches!(sign, 'a'..='z' | '0'..='9' | '_');
        assert!(name.chars().all(plain), "{}: {name}", control.id);
    }
}

/// Without evidence nothing is green, and evidence that grew old is none.
#[test]
fn no_fresh_evidence_is_never_green() {
    let control = built();
    assert_eq!(control.state(None, None, NOW), State::Stale);
    let held = |hours| control.state(Some(&evidence(hours, Outcome::Held)), None, NOW);
    assert_eq!(held(0), State::Proved);
    assert_eq!(held(24), State::Proved);
    assert_eq!(held(25), State::Stale);
}

/// Evidence dated tomorrow shows a wrong clock, not a kept promise.
#[test]
fn evidence_from_the_future_proves_nothing() {
    let tomorrow = evidence(-24, Outcome::Held);
    assert_eq!(built().state(Some(&tomorrow), None, NOW), State::Stale);
    let endless = Evidence {
        at: i64::MIN,
        ..tomorrow
    };
    assert_eq!(built().state(Some(&endless), None, i64::MAX), State::Stale);
}

/// A promise found broken stays so, however long ago that was, until a trial holds.
#[test]
fn a_broken_promise_does_not_heal_by_waiting() {
    for hours in [0, 25, 10_000] {
        let broken = evidence(hours, Outcome::Broken);
        assert_eq!(built().state(Some(&broken), None, NOW), State::Failed);
    }
}

/// A waiver covers what isn't proved, until its day and not a moment longer.
#[test]
fn a_waiver_ends() {
    let (control, broken) = (built(), evidence(1, Outcome::Broken));
    assert_eq!(
        control.state(Some(&broken), Some(&waiver(1)), NOW),
        State::Waived
    );
    assert_eq!(control.state(None, Some(&waiver(0)), NOW), State::Waived);
    assert_eq!(
        control.state(Some(&broken), Some(&waiver(-1)), NOW),
        State::Failed
    );
    let held = evidence(1, Outcome::Held);
    assert_eq!(
        control.state(Some(&held), Some(&waiver(1)), NOW),
        State::Proved
    );
}

/// What isn't built says so, whatever evidence or waiver somebody brings.
#[test]
fn what_is_not_built_says_so() {
    let held = evidence(0, Outcome::Held);
    assert_eq!(
        not_built().state(Some(&held), Some(&waiver(9)), NOW),
        State::NotBuilt
    );
    let unbuilt = all()
        .iter()
        .filter(|control| control.mechanism == Mechanism::NotBuilt);
    for control in unbuilt {
        assert_eq!(
            control.state(Some(&held), None, NOW),
            State::NotBuilt,
            "{}",
            control.id
        );
    }
}

/// A file that says too little, too much or the wrong thing is refused with its name.
#[test]
fn a_bad_file_is_refused() {
    let good = toml::to_string(built()).unwrap();
    assert_eq!(&Control::parse("B38", &good).unwrap(), built());
    let refused = |from: &str, to: &str| {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{from} is not in the file");
        Control::parse("B38", &bad).unwrap_err()
    };
    let unknown = refused("[source]", "colour = \"green\"\n[source]");
    assert!(matches!(unknown, ControlError::Unreadable { .. }));
    let class = refused("\"enforced\"", "\"hoped\"");
    assert!(matches!(class, ControlError::Unreadable { .. }));
    assert!(
        matches!(refused("\"B38\"", "\"B39\""), ControlError::WrongId { id, .. } if id == "B39")
    );
    let text = refused("document = \"B\"", "document = \"A\"");
    assert!(matches!(text, ControlError::WrongId { .. }));
    let hours = refused("freshness_hours = 24", "freshness_hours = 0");
    assert!(matches!(
        hours,
        ControlError::Empty {
            field: "freshness_hours",
            ..
        }
    ));
    let twice = refused("[\"enforced\"]", "[\"enforced\", \"enforced\"]");
    assert!(matches!(
        twice,
        ControlError::Empty {
            field: "classes",
            ..
        }
    ));
    let untested = refused("self_test = \"rows_match_the_log\"\n", "");
    assert!(matches!(untested, ControlError::Untested { .. }));
    assert!(untested.to_string().contains("B38.toml"));
}

/// Each promise can be looked up, and an unknown one is not invented.
#[test]
fn a_promise_is_found_by_its_id() {
    assert_eq!(
        find("A8").map(|control| control.source.document),
        Some(Document::A)
    );
    assert_eq!(find("B52"), None);
    assert_eq!(find("a8"), None);
}
