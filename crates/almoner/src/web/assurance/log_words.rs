//! An entry of the log in words: who, what kind of deed, what about; and its proof as a page and
//! as a file.
//!
//! Pure but for reading names. Refused: opening what is sealed, and guessing a name.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use trust::{
    identity::{
        accounts::AccountError, events::ViewAccounts, model::AccountKind, permit::permissions,
    },
    ledger::entry::{Entry, Outcome, Touch},
    store::{
        log::{LogProof, Logged},
        value::Moment,
    },
};

use super::accounts::without_prefix;
use crate::web::{
    app::App,
    caller::SignedIn,
    parts::states::Deed,
    views::{
        log::LogLine,
        proof::{ProofStep, ProofView},
    },
};

/// Events of the door, which are sign-ins and not administration.
const AT_THE_DOOR: [&str; 6] = [
    "identity.session_started",
    "identity.session_ended",
    "identity.session_seen",
    "identity.sign_in_failed",
    "identity.password_set",
    "identity.terms_accepted",
];
/// Events of tasking that set the hospital up.
const SETTING_UP: [&str; 5] = [
    "tasking.team_saved",
    "tasking.team_closed",
    "tasking.task_type_saved",
    "tasking.rows_imported",
    "tasking.worker_linked",
];

/// Accounts' names, for whoever may see accounts.
pub struct Names(HashMap<i64, (String, AccountKind)>);

impl Names {
    /// Reads the names; none for whoever may not see accounts.
    ///
    /// # Errors
    /// [`AccountError`] when they cannot be read.
    pub async fn read(app: &App, signed_in: &SignedIn) -> Result<Self, AccountError> {
        if !signed_in.may(ViewAccounts) {
            return Ok(Self(HashMap::new()));
        }
        let accounts = app.identity.accounts(signed_in).await?;
        let name = |line: trust::identity::accounts::AccountLine| {
            (line.id.0, (line.display_name, line.kind))
        };
        Ok(Self(accounts.into_iter().map(name).collect()))
    }

    /// The person's name or number; nothing for a service of the server.
    fn person(&self, actor: i64) -> Option<String> {
        match self.0.get(&actor) {
            Some((_, AccountKind::Service)) => None,
            Some((name, AccountKind::Person)) => Some(name.clone()),
            None => Some(format!("Account {actor}")),
        }
    }

    fn service(&self, actor: i64) -> Option<&str> {
        match self.0.get(&actor) {
            Some((name, AccountKind::Service)) => Some(without_prefix(name)),
            _ => None,
        }
    }
}

/// What kind of deed an entry is about.
#[must_use]
pub fn deed(entry: &Entry) -> Deed {
    let event = entry.event.as_str();
    match entry.outcome {
        Outcome::Refused => Deed::Refused,
        Outcome::Read | Outcome::Disclosed => Deed::Looked,
        Outcome::Done | Outcome::Failed => {
            if AT_THE_DOOR.contains(&event) {
                Deed::SignedIn
            } else if event.starts_with("tasking.") && !SETTING_UP.contains(&event) {
                Deed::Changed
            } else {
                Deed::Administered
            }
        }
    }
}

/// One line of the list.
#[must_use]
pub fn line(app: &App, logged: &Logged, names: &Names) -> LogLine {
    let place = (
        i64::from(logged.place.lane),
        logged.place.sequence.cast_signed(),
    );
    let Some(entry) = &logged.entry else {
        let what = "Damaged: these bytes are not an entry. Run almoner verify.".to_owned();
        return LogLine {
            lane: place.0,
            sequence: place.1,
            at: String::new(),
            actor: None,
            deed: Deed::Changed,
            what,
            context: String::new(),
        };
    };
    let mut context = open_words(entry);
    if let Some(service) = names.service(entry.actor) {
        context.insert(0, service.to_owned());
    }
    LogLine {
        lane: place.0,
        sequence: place.1,
        at: clock(app, entry.at),
        actor: names.person(entry.actor),
        deed: deed(entry),
        what: what(entry),
        context: context.join(", "),
    }
}

/// "14:15:21".
fn time(app: &App, at: i64) -> String {
    told(app, at, "%H:%M:%S")
}

/// "22 Nov 14:15:21".
fn clock(app: &App, at: i64) -> String {
    told(app, at, "%-d %b %H:%M:%S")
}

fn told(app: &App, at: i64, form: &str) -> String {
    let stamp = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    stamp
        .to_zoned(app.times.zone().clone())
        .strftime(form)
        .to_string()
}

/// What happened: the event's own words, or what somebody was refused.
fn what(entry: &Entry) -> String {
    if entry.outcome == Outcome::Refused {
        let known = permissions()
            .into_iter()
            .find(|permission| permission.name == entry.action);
        return format!(
            "May not {}",
            known.map_or(entry.action.as_str(), |known| known.words)
        );
    }
    let words = spaced(
        entry
            .event
            .split_once('.')
            .map_or(entry.event.as_str(), |(_, event)| event),
    );
    let mut letters = words.chars();
    let first: String = letters
        .next()
        .map(|letter| letter.to_uppercase().collect())
        .unwrap_or_default();
    let failed = if entry.outcome == Outcome::Failed {
        ": went wrong"
    } else {
        ""
    };
    format!("{first}{}{failed}", letters.as_str())
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// The ids and codes of the open part, each with its name.
fn open_words(entry: &Entry) -> Vec<String> {
    let open: serde_json::Value = serde_json::from_slice(&entry.open).unwrap_or_default();
    let Some(fields) = open.as_object() else {
        return vec![];
    };
    let word = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::Null => None,
        // What was refused stands in the line already.
        serde_json::Value::String(_) if name == "permission" => None,
        // A declared loss, signed: it is for verifiers, and pages long.
        serde_json::Value::String(_) if name == "note" => None,
        serde_json::Value::String(text) => Some(format!("{}: {text}", spaced(name))),
        serde_json::Value::Number(number) => Some(format!("{} {number}", spaced(name))),
        serde_json::Value::Bool(yes) => Some(format!("{}: {yes}", spaced(name))),
        serde_json::Value::Array(all) => {
            let all: Vec<String> = all.iter().map(scalar).collect();
            Some(format!("{} {}", spaced(name), all.join(" ")))
        }
        other => Some(format!("{}: {other}", spaced(name))),
    };
    fields.iter().filter_map(word).collect()
}

fn scalar(value: &serde_json::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The panel beside the list.
#[must_use]
pub fn proof_view(app: &App, proof: &LogProof, names: &Names) -> ProofView {
    let place = proof.logged.place;
    let anchored = app
        .anchoring
        .borrow()
        .folders
        .iter()
        .filter_map(|folder| folder.kept)
        .fold(None, |first: Option<Moment>, (size, at)| {
            let covers = size >= proof.size && proof.note.is_some();
            if covers {
                Some(first.map_or(at, |first| first.min(at)))
            } else {
                first
            }
        });
    let step = |sibling: &trust::store::log::Sibling| ProofStep {
        hash: hex(&sibling.hash),
        is_left: sibling.is_left,
    };
    ProofView {
        lane: i64::from(place.lane),
        sequence: place.sequence.cast_signed(),
        holds: proof.holds,
        anchored: anchored.map(|at| app.times.clock(at)).unwrap_or_default(),
        leaf: hex(&proof.leaf),
        head: hex(&proof.root),
        tree_size: proof.size,
        signed_by: match proof.note {
            Some(_) => app.record.origin.clone(),
            None => "not signed yet".to_owned(),
        },
        way: proof.way.iter().map(step).collect(),
        facts: proof
            .logged
            .entry
            .as_ref()
            .map(|entry| facts(app, entry, names))
            .unwrap_or_default(),
        touched: match &proof.logged.entry {
            Some(entry) => entry.touched.iter().map(touch).collect(),
            None => vec![],
        },
        download_href: format!("/log/{}/{}/proof", place.lane, place.sequence),
        command: "almoner verify DIR --anchors PATH".to_owned(),
    }
}

fn facts(app: &App, entry: &Entry, names: &Names) -> Vec<(&'static str, String)> {
    let who = names.person(entry.actor).map_or_else(
        || {
            format!(
                "Almoner, {} (account {})",
                names.service(entry.actor).unwrap_or("a service"),
                entry.actor
            )
        },
        |name| format!("{name} (account {})", entry.actor),
    );
    let outcome = match entry.outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
        Outcome::Read => "looked at",
        Outcome::Disclosed => "opened for somebody",
        Outcome::Failed => "went wrong",
    };
    let sealed = match &entry.sealed {
        Some(part) => format!(
            "{} bytes, under the key of subject {}",
            part.ciphertext.len(),
            part.subject
        ),
        None => "none".to_owned(),
    };
    vec![
        (
            "When",
            format!(
                "{}, {}",
                app.times.date(Moment(entry.at)),
                time(app, entry.at)
            ),
        ),
        ("Who", who),
        (
            "Session",
            if entry.session == 0 {
                "none".to_owned()
            } else {
                entry.session.to_string()
            },
        ),
        ("Asked for", entry.action.clone()),
        ("Came of it", format!("{}, {outcome}", entry.event)),
        ("Details", open_words(entry).join(", ")),
        ("Sealed part", sealed),
    ]
}

fn touch(touch: &Touch) -> String {
    match touch.after {
        Some(digest) => format!(
            "{} {}, now {}…",
            touch.table,
            touch.key,
            &hex(&digest)[..16]
        ),
        None => format!("{} {}, deleted", touch.table, touch.key),
    }
}

/// A C2SP tlog-proof with the entry's bytes as its extra data; nothing while no signature covers
/// it.
#[must_use]
pub fn proof_text(proof: &LogProof) -> Option<String> {
    let note = proof.note.as_ref()?;
    let bytes = STANDARD.encode(&proof.logged.bytes);
    let mut text = format!(
        "c2sp.org/tlog-proof@v1\nextra {bytes}\nindex {}\n",
        proof.logged.place.sequence
    );
    for sibling in &proof.way {
        text.push_str(&STANDARD.encode(sibling.hash));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(note);
    Some(text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(event: &str, outcome: Outcome, open: &str) -> Entry {
        Entry {
            instance: [0; 16],
            lane: 0,
            sequence: 7,
            at: 0,
            request: [0; 16],
            actor: 1,
            session: 0,
            action: "identity.view_accounts".to_owned(),
            event: event.to_owned(),
            outcome,
            touched: vec![],
            open: open.as_bytes().to_vec(),
            sealed: None,
        }
    }

    /// An entry reads like a sentence: what happened and what it was about.
    #[test]
    fn an_entry_reads_in_words() {
        let accepted = entry(
            "tasking.offer_accepted",
            Outcome::Done,
            r#"{"task":4466,"why":null}"#,
        );
        assert_eq!(what(&accepted), "Offer accepted");
        assert_eq!(open_words(&accepted), ["task 4466"]);
        assert_eq!(deed(&accepted), Deed::Changed);
    }

    /// A refusal says what was asked for, in the same words as the refused person was told.
    #[test]
    fn a_refusal_says_what_was_asked() {
        let open = r#"{"permission":"identity.view_accounts"}"#;
        let refused = entry("identity.permission_refused", Outcome::Refused, open);
        assert_eq!(
            (what(&refused).as_str(), deed(&refused)),
            ("May not see accounts", Deed::Refused)
        );
        assert!(open_words(&refused).is_empty());
    }

    /// An open part that is no JSON breaks nothing.
    #[test]
    fn strange_bytes_have_no_words() {
        assert!(open_words(&entry("tasking.x", Outcome::Done, "\u{1}not json")).is_empty());
    }
}
