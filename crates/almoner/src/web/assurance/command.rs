//! `almoner controls DIR`: every promise with its state, evidence and age, beside a running server.
//!
//! Reads the evidence that the server put into the log, and judges its age by the machine's clock.
//! It writes nothing, needs no key and does not disturb the server. Refused: proving offline, since
//! evidence that nobody can record is none.

use std::{
    collections::HashMap,
    io::{self, Write},
    process::ExitCode,
};

use care::governance::controls::{self, Control, Evidence, Outcome, State};
use serde::Deserialize;
use serde_json::json;
use trust::{
    identity::permit::Event,
    ledger::entry::Entry,
    store::{clock::Clock, database::Database, log::walk_back, value::Moment},
};

use super::{controls::state, events::ControlProved, prover::word};
use crate::{
    config::Settings,
    instance::Folder,
    web::{parts::states::Vocabulary, times::duration},
};

/// Lists the controls. Exit code 0 when none has failed, 1 when one has.
///
/// # Errors
/// When the folder holds no instance or its database cannot be read.
pub async fn controls(folder: &Folder, as_json: bool) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(folder.path())?;
    let database = Database::parse(&settings.database_url(folder.path()))?;
    let (evidence, now) = (evidence(&database).await?, Clock::system().wall());
    let lines: Vec<Line> = controls::all()
        .iter()
        .map(|control| Line::new(control, evidence.get(control.id.as_str()), now))
        .collect();
    let text = match as_json {
        true => format!(
            "{}\n",
            json!({ "controls": lines.iter().map(Line::json).collect::<Vec<_>>() })
        ),
        false => lines.iter().map(Line::text).collect(),
    };
    // Whoever reads only the first lines and hangs up has read enough.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    let failed = lines.iter().any(|line| line.state == State::Failed);
    Ok(if failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

struct Line<'a> {
    control: &'a Control,
    evidence: Option<&'a Evidence>,
    state: State,
    age_micros: Option<i64>,
}

impl<'a> Line<'a> {
    fn new(control: &'a Control, evidence: Option<&'a Evidence>, now: Moment) -> Self {
        let state = control.state(evidence, None, now.0);
        let age_micros = evidence.map(|evidence| now.since(Moment(evidence.at)));
        Self {
            control,
            evidence,
            state,
            age_micros,
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "id": self.control.id,
            "title": self.control.title,
            "classes": self.control.classes,
            "state": self.state,
            "evidence": self.evidence.map(|evidence| &evidence.detail),
            "at_micros": self.evidence.map(|evidence| evidence.at),
            "age_seconds": self.age_micros.map(|age| age / 1_000_000),
        })
    }

    fn text(&self) -> String {
        let age = self.age_micros.map(duration).unwrap_or_default();
        let (id, title) = (&self.control.id, &self.control.title);
        let mut text = format!(
            "{id:<4} {:<10} {age:>8}  {title}\n",
            state(self.state).word()
        );
        if let Some(evidence) = self.evidence {
            text.push_str(&format!("{:25}{}\n", "", evidence.detail));
        }
        text
    }
}

/// The newest evidence of every control that has a self-test.
async fn evidence(database: &Database) -> anyhow::Result<HashMap<String, Evidence>> {
    let expected = controls::all()
        .iter()
        .filter(|control| control.self_test.is_some())
        .count();
    let mut newest: HashMap<String, Evidence> = HashMap::new();
    let take = |entry: &Entry| {
        if let Some((control, evidence)) = read(entry) {
            let is_newer = |known: &Evidence| known.at < evidence.at;
            if newest.get(&control).is_none_or(is_newer) {
                newest.insert(control, evidence);
            }
        }
        // From here on everything in this lane is older than what is known.
        newest.len() == expected && newest.values().all(|known| known.at >= entry.at)
    };
    walk_back(database, take).await?;
    Ok(newest)
}

#[derive(Deserialize)]
struct Recorded {
    control: String,
    outcome: String,
    detail: String,
}

/// The evidence in an entry, if it holds any.
fn read(entry: &Entry) -> Option<(String, Evidence)> {
    if entry.event != ControlProved::NAME {
        return None;
    }
    let recorded: Recorded = serde_json::from_slice(&entry.open).ok()?;
    let outcomes = [Outcome::Held, Outcome::Broken];
    let outcome = outcomes
        .into_iter()
        .find(|outcome| word(*outcome) == recorded.outcome)?;
    Some((
        recorded.control,
        Evidence {
            at: entry.at,
            outcome,
            detail: recorded.detail,
        },
    ))
}
