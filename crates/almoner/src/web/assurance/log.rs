//! `/log`: the newest entries, one entry with its proof, the signed checkpoint. Only reading.
//!
//! Each look is itself an entry. The personal part of an entry stays sealed here. Names are shown
//! to whoever may see accounts; to others an account is a number.

use std::sync::Arc;

use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::header,
    response::IntoResponse,
};
use care::governance::controls;
use serde::Deserialize;
use trust::{
    identity::permit::Event,
    ledger::{
        checkpoint::Issuer,
        entry::{Entry as LedgerEntry, Pointer},
    },
    store::{
        anchoring::{Compared, State as Anchors},
        log::{LogPage, LogProof},
        read::Reader,
        value::Moment,
    },
};

use super::{
    events::{ControlProved, LogViewed, ViewLog},
    log_words::{Names, deed, line, proof_text, proof_view},
};
use crate::web::{
    app::App,
    caller::SignedIn,
    parts::{
        shell::Entry,
        states::{Deed, Vocabulary},
    },
    refusal::{PageError, Refusal},
    views::{
        log::{LogCheck, LogView, page},
        problem::Problem,
    },
};

/// Entries on a page.
const PAGE: usize = 50;
/// Entries beside a proof.
const BESIDE: usize = 20;
/// How many newer entries stand above one that is looked at.
const ABOVE: u64 = 10;

/// What narrows the list.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Narrowed {
    lane: Option<u16>,
    before: Option<u64>,
    /// The code of a deed.
    deed: Option<String>,
    /// An event's name, `room.noun_verbed`.
    event: Option<String>,
    /// A room's name, such as `tasking`.
    room: Option<String>,
    /// An account's number.
    actor: Option<i64>,
    /// A promise's id: the entries with its evidence.
    control: Option<String>,
}

impl Narrowed {
    fn only(&self) -> Option<Deed> {
        let code = self.deed.as_deref()?;
        Deed::ALL.iter().copied().find(|deed| deed.code() == code)
    }

    fn fits(&self, entry: &LedgerEntry) -> bool {
        let room = entry.event.split('.').next();
        self.only().is_none_or(|only| deed(entry) == only)
            && self
                .event
                .as_ref()
                .is_none_or(|event| entry.event == *event)
            && self.room.as_deref().is_none_or(|name| room == Some(name))
            && self.actor.is_none_or(|actor| entry.actor == actor)
            && self
                .control
                .as_ref()
                .is_none_or(|control| is_about(entry, control))
    }

    /// The filter in words, and as the rest of an address.
    fn words(&self) -> (String, String) {
        let mut words = vec![];
        let mut query = String::new();
        let mut add = |name: &str, shown: Option<String>, value: Option<&str>| {
            // Values come from an address; only what names can hold goes back into one.
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            if let Some(value) = value.filter(|value| value.chars().all(plain)) {
                query.push_str(&format!("&{name}={value}"));
                words.extend(shown);
            }
        };
        let actor = self.actor.map(|actor| actor.to_string());
        let lane = self.lane.map(|lane| lane.to_string());
        add(
            "lane",
            lane.as_ref().map(|lane| format!("lane {lane}")),
            lane.as_deref(),
        );
        add("deed", None, self.deed.as_deref());
        add("event", self.event.clone(), self.event.as_deref());
        add(
            "room",
            self.room.as_ref().map(|room| format!("room {room}")),
            self.room.as_deref(),
        );
        add(
            "actor",
            actor.as_ref().map(|actor| format!("account {actor}")),
            actor.as_deref(),
        );
        let control = self
            .control
            .as_deref()
            .filter(|id| controls::find(id).is_some());
        add(
            "control",
            control.map(|id| format!("control {id}")),
            control,
        );
        (words.join(", "), query)
    }
}

/// Whether an entry is the evidence of this promise.
fn is_about(entry: &LedgerEntry, control: &str) -> bool {
    let open: serde_json::Value = serde_json::from_slice(&entry.open).unwrap_or_default();
    entry.event == ControlProved::NAME && open["control"] == control
}

/// `GET /log`
pub async fn list(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    narrowed: Result<Query<Narrowed>, QueryRejection>,
) -> Result<impl IntoResponse, PageError> {
    let Query(narrowed) = narrowed.map_err(|_| Refusal::usual(Problem::NotUnderstood))?;
    let lane = narrowed.lane.unwrap_or(app.store.head().borrow().lane);
    let mut reader = look(&app, &signed_in, (narrowed.lane, None)).await?;
    let fits = |entry: &LedgerEntry| narrowed.fits(entry);
    let found = reader.log_page(lane, narrowed.before, PAGE, fits).await?;
    let names = Names::read(&app, &signed_in).await?;
    let (narrowed_to, query) = narrowed.words();
    let older_href = match found.older {
        Some(before) => format!("/log?before={before}{query}"),
        None => String::new(),
    };
    let all = reader
        .log_heads()
        .await?
        .iter()
        .map(|head| head.tree.size())
        .sum();
    drop(reader);
    let only = narrowed.only();
    let view = LogView {
        only,
        narrowed_to,
        older_href,
        ..view(&app, &found, &names, all)
    };
    Ok(page(&view, &signed_in.shell(&app, Entry::Log)))
}

/// `GET /log/{lane}/{sequence}`
pub async fn one(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    place: Result<Path<(u16, u64)>, PathRejection>,
) -> Result<impl IntoResponse, PageError> {
    let place = pointer(place)?;
    let mut reader = look(&app, &signed_in, (Some(place.lane), Some(place.sequence))).await?;
    let proof = proved(&app, &mut reader, place).await?;
    let before = place.sequence.saturating_add(ABOVE);
    let found = reader
        .log_page(place.lane, Some(before), BESIDE, |_| true)
        .await?;
    let all = reader
        .log_heads()
        .await?
        .iter()
        .map(|head| head.tree.size())
        .sum();
    drop(reader);
    let names = Names::read(&app, &signed_in).await?;
    let older_href = match found.older {
        Some(before) => format!("/log?lane={}&before={before}", place.lane),
        None => String::new(),
    };
    let chosen = Some(proof_view(&app, &proof, &names));
    let view = LogView {
        older_href,
        chosen,
        ..view(&app, &found, &names, all)
    };
    Ok(page(&view, &signed_in.shell(&app, Entry::Log)))
}

/// `GET /log/{lane}/{sequence}/proof`: a C2SP tlog-proof, the entry's bytes with it.
pub async fn proof_file(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    place: Result<Path<(u16, u64)>, PathRejection>,
) -> Result<impl IntoResponse, PageError> {
    let place = pointer(place)?;
    let mut reader = look(&app, &signed_in, (Some(place.lane), Some(place.sequence))).await?;
    let proof = proved(&app, &mut reader, place).await?;
    let text = proof_text(&proof).ok_or_else(|| {
        let sentence = "The log is signed every few seconds. Try again in a moment.";
        Refusal::because(Problem::Busy, sentence)
    })?;
    let name = format!("entry-{}-{}.tlog-proof", place.lane, place.sequence);
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, text))
}

/// `GET /log/checkpoint`: the newest signed checkpoint of this node's lane.
pub async fn checkpoint(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, PageError> {
    let lane = app.store.head().borrow().lane;
    let mut reader = look(&app, &signed_in, (Some(lane), None)).await?;
    let note = reader.newest_checkpoint(lane, &issuer(&app)).await?;
    let note = note.ok_or_else(|| Refusal::usual(Problem::NotThere))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note))
}

/// Puts the look into the log, then opens the view.
async fn look(
    app: &App,
    signed_in: &SignedIn,
    (lane, sequence): (Option<u16>, Option<u64>),
) -> Result<Reader, PageError> {
    let permit = signed_in.permit(ViewLog).await?;
    Ok(app.store.read(permit, LogViewed { lane, sequence }).await?)
}

async fn proved(app: &App, reader: &mut Reader, place: Pointer) -> Result<LogProof, PageError> {
    let roots = app.provers.block_roots();
    let proof = reader.log_proof(place, &issuer(app), roots).await?;
    Ok(proof.ok_or_else(|| Refusal::usual(Problem::NotThere))?)
}

fn pointer(place: Result<Path<(u16, u64)>, PathRejection>) -> Result<Pointer, Refusal> {
    let not_there = || Refusal::usual(Problem::NotThere);
    let Path((lane, sequence)) = place.map_err(|_| not_there())?;
    let is_one = sequence < Pointer::SEQUENCE_END;
    is_one
        .then_some(Pointer { lane, sequence })
        .ok_or_else(not_there)
}

fn issuer(app: &App) -> Issuer {
    let keys = app.checkpoint_key().into_iter().collect();
    Issuer {
        origin: app.record.origin.clone(),
        keys,
    }
}

fn view(app: &App, found: &LogPage, names: &Names, entries_in_all: u64) -> LogView {
    LogView {
        entries_in_all,
        since: app.times.date(app.record.created_at),
        checks: checks(app),
        entries: found
            .entries
            .iter()
            .map(|logged| line(app, logged, names))
            .collect(),
        only: None,
        narrowed_to: String::new(),
        older_href: String::new(),
        chosen: None,
    }
}

/// What was held against the log, and whether it agreed.
fn checks(app: &App) -> Vec<LogCheck> {
    let mut checks = vec![];
    for (what, control) in [("Whole log", "B40"), ("Rows against log", "B38")] {
        let Some(tried) = app.provers.tried(control) else {
            continue;
        };
        let agrees = tried.steps.iter().all(|(_, held)| *held);
        let (at, said) = (
            app.times.clock(Moment(tried.evidence.at)),
            if agrees { "agrees" } else { "look" },
        );
        checks.push(LogCheck {
            what: what.to_owned(),
            result: format!("{at}, {said}"),
            agrees,
        });
    }
    checks.extend(anchor_checks(app, &app.anchoring.borrow()));
    checks
}

fn anchor_checks(app: &App, anchors: &Anchors) -> Vec<LogCheck> {
    let is_level = !matches!(anchors.compared, Compared::Parted(_));
    let folder = |(number, folder): (usize, &trust::store::anchoring::Folder)| {
        let result = match (&folder.trouble, folder.kept) {
            (Some(trouble), _) => trouble.clone(),
            (None, Some((_, at))) => format!("kept {}", app.times.clock(at)),
            (None, None) => "nothing kept yet".to_owned(),
        };
        let agrees = is_level && folder.trouble.is_none();
        LogCheck {
            what: format!("Anchor {}", number + 1),
            result,
            agrees,
        }
    };
    let mut checks: Vec<LogCheck> = anchors.folders.iter().enumerate().map(folder).collect();
    let (result, agrees) = match &anchors.compared {
        Compared::Level {
            at,
            anchors,
            unreadable,
        } if unreadable.is_empty() => (format!("{}, {anchors} agree", app.times.clock(*at)), true),
        Compared::Level { unreadable, .. } => (unreadable.join("; "), false),
        Compared::Parted(reason) => (reason.clone(), false),
        Compared::Failed(reason) => (format!("could not be compared: {reason}"), false),
    };
    checks.push(LogCheck {
        what: "Log against anchors".to_owned(),
        result,
        agrees,
    });
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What somebody typed into the address is never put into a link as it is.
    #[test]
    fn an_address_cannot_be_smuggled_into_a_link() {
        let narrowed = Narrowed {
            event: Some("a&before=1\"><script>".to_owned()),
            room: Some("tasking".to_owned()),
            ..Narrowed::default()
        };
        assert_eq!(
            narrowed.words(),
            ("room tasking".to_owned(), "&room=tasking".to_owned())
        );
    }
}
