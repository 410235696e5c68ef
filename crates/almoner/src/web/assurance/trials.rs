//! What is tried for each promise that can be proved here, step by step.
//!
//! A trial asks the running server, its database or its files; it changes nothing, and no name,
//! hash or key is in its words. Refused: a trial without a step. Next: `prover`, which keeps what
//! came of it, and `trust`'s `identity::proving` and `store::proving`, which do the asking.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use tower::ServiceExt;
use trust::{
    identity::model::DeviceClass,
    store::{
        anchoring::Compared,
        error::StoreError,
        proving::try_the_log,
        value::MINUTE,
        verify::{self, Verdict},
    },
};
use watch::sentinel::{self, Manifest};

use super::prover::Ground;
use crate::{
    instance::MIGRATIONS,
    web::{app::App, times::duration},
};

/// The file that remembers what the installation's files are.
pub const MANIFEST: &str = "own-files.json";

/// The pages that are tried without signing in.
const DOORS: [&str; 14] = [
    "/",
    "/board",
    "/ask",
    "/phone",
    "/people",
    "/places",
    "/settings/teams",
    "/settings/task-types",
    "/import",
    "/controls",
    "/log",
    "/log/checkpoint",
    "/roles",
    "/accounts",
];

/// What a trial came to.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What was seen, in a sentence.
    pub detail: String,
    /// What was tried, and whether it held.
    pub steps: Vec<(String, bool)>,
}

/// Why a trial could not be made; no evidence either way.
#[derive(Clone, Debug, thiserror::Error)]
#[error("could not be tried: {0}")]
pub struct Untried(String);

impl From<StoreError> for Untried {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

type Tried = Result<Trial, Untried>;

fn step(words: impl Into<String>, held: bool) -> (String, bool) {
    (words.into(), held)
}

/// The trials that exist, by the names that controls' files use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfTest {
    /// A1.
    AccessFollowsTheMatrix,
    /// A7.
    StoredPasswordsAreArgon2id,
    /// A8 and B28.
    IdleSessionsEnd,
    /// B10.
    NoDoorIsOpen,
    /// B37.
    OwnFilesAreUnchanged,
    /// B38.
    RowsMatchTheLog,
    /// B39.
    TheLogRefusesChange,
    /// B40.
    TheLogIsWhole,
    /// B42.
    SealedWordsAreNotInTheFiles,
    /// B50.
    TermsComeFirst,
}

impl SelfTest {
    /// The trial that a control's file names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "access_follows_the_matrix" => Self::AccessFollowsTheMatrix,
            "stored_passwords_are_argon2id" => Self::StoredPasswordsAreArgon2id,
            "idle_sessions_end" => Self::IdleSessionsEnd,
            "no_door_is_open" => Self::NoDoorIsOpen,
            "own_files_are_unchanged" => Self::OwnFilesAreUnchanged,
            "rows_match_the_log" => Self::RowsMatchTheLog,
            "the_log_refuses_change" => Self::TheLogRefusesChange,
            "the_log_is_whole_from_its_first_entry" => Self::TheLogIsWhole,
            "sealed_words_are_not_in_the_files" => Self::SealedWordsAreNotInTheFiles,
            "terms_come_first" => Self::TermsComeFirst,
            _ => return None,
        })
    }

    /// Makes the trial.
    ///
    /// # Errors
    /// [`Untried`] when it could not be made.
    pub async fn run(self, app: &Arc<App>, ground: Option<&Ground>) -> Tried {
        let placed =
            || ground.ok_or_else(|| Untried("it is not known where the instance lies".to_owned()));
        match self {
            Self::AccessFollowsTheMatrix => access(app).await,
            Self::StoredPasswordsAreArgon2id => passwords(app).await,
            Self::IdleSessionsEnd => sessions(app).await,
            Self::NoDoorIsOpen => doors(app, placed()?).await,
            Self::OwnFilesAreUnchanged => own_files(placed()?),
            Self::RowsMatchTheLog => rows(app, placed()?).await,
            Self::TheLogRefusesChange => log_refusals(app, placed()?).await,
            Self::TheLogIsWhole => log_extent(app).await,
            Self::SealedWordsAreNotInTheFiles => sealed(app, placed()?).await,
            Self::TermsComeFirst => terms(app).await,
        }
    }
}

async fn access(app: &App) -> Tried {
    let tried = app.identity.try_default_deny().await?;
    let refused = tried.permissions - tried.given_to_nobody.len();
    let fitting = tried.pairs - tried.pairs_wrong;
    Ok(Trial {
        detail: format!(
            "{refused} of {} permissions refused to somebody without a role; {fitting} of {} \
             answers as the roles say",
            tried.permissions, tried.pairs
        ),
        steps: vec![
            step(
                "Ask for every permission without a role: refused",
                refused == tried.permissions,
            ),
            step(
                "Compare what people and services may do with their roles: the same",
                tried.pairs > 0 && tried.pairs_wrong == 0,
            ),
        ],
    })
}

async fn passwords(app: &App) -> Tried {
    let tried = app.identity.try_stored_passwords().await?;
    Ok(Trial {
        detail: format!(
            "{} of {} stored passwords are Argon2id with 19 MiB and two passes; pepper key {}",
            tried.strong,
            tried.stored,
            app.store.vault().pepper_id()
        ),
        steps: vec![step(
            "Read the form of every stored password: none in clear, none weaker",
            tried.strong == tried.stored,
        )],
    })
}

async fn sessions(app: &App) -> Tried {
    let tried = app.identity.try_session_limits().await?;
    let minutes = |class: DeviceClass| class.idle_max() / MINUTE;
    let oldest = match tried.open {
        0 => "nobody is signed in".to_owned(),
        open => format!(
            "{open} signed in, the longest for {}",
            duration(tried.oldest)
        ),
    };
    Ok(Trial {
        detail: format!(
            "Limits {}, {} and {} min on shared, own and administrators' devices; {oldest}",
            minutes(DeviceClass::Shared),
            minutes(DeviceClass::Personal),
            minutes(DeviceClass::Admin),
        ),
        steps: vec![
            step(
                "Wait to the limit of each kind of device: ended, not before",
                tried.rule_holds,
            ),
            step(
                "Look for a session used beyond its longest time: none",
                tried.used_too_long == 0,
            ),
        ],
    })
}

async fn terms(app: &App) -> Tried {
    let tried = app.identity.try_terms_first().await?;
    Ok(Trial {
        detail: format!(
            "Version {} accepted by {} of {} people signed in; the others are refused",
            tried.version,
            tried.accepted,
            tried.accepted + tried.waiting
        ),
        steps: vec![step(
            "Ask for a right without the terms, and with older ones: refused",
            tried.refused,
        )],
    })
}

async fn log_extent(app: &App) -> Tried {
    let lanes = app.store.log_extents().await?;
    let entries: i64 = lanes.iter().map(|lane| lane.count).sum();
    let last = lanes.iter().map(|lane| lane.last).max().unwrap_or(-1);
    let whole = |lane: &trust::store::proving::LaneExtent| {
        step(
            format!(
                "Count lane {} from 0 to {}: none missing",
                lane.lane, lane.last
            ),
            lane.is_whole(),
        )
    };
    Ok(Trial {
        detail: format!("{entries} entries, the first is 0, the last is {last}"),
        steps: lanes.iter().map(whole).collect(),
    })
}

/// Sends a request from outside through the server's own router, without a session.
async fn knock(app: &Arc<App>, method: Method, path: &str) -> Result<StatusCode, Untried> {
    let host = app.hosts.first().map_or("localhost", String::as_str);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host);
    let request = request
        .body(Body::empty())
        .map_err(|error| Untried(error.to_string()))?;
    let Ok(response) = crate::web::router(app.clone()).oneshot(request).await;
    let to_sign_in = response
        .headers()
        .get(header::LOCATION)
        .is_some_and(|to| to.as_bytes().starts_with(b"/sign-in"));
    // A page that sends somebody to the door has refused them.
    Ok(if to_sign_in {
        StatusCode::UNAUTHORIZED
    } else {
        response.status()
    })
}

async fn doors(app: &Arc<App>, ground: &Ground) -> Tried {
    let mut open = vec![];
    for path in DOORS {
        if knock(app, Method::GET, path).await? != StatusCode::UNAUTHORIZED {
            open.push(path);
        }
    }
    let loose = loose_files(&ground.folder).map_err(|error| Untried(error.to_string()))?;
    let tried = DOORS.len();
    Ok(Trial {
        detail: format!(
            "{} of {tried} pages asked who is there; {} key files can be read by others",
            tried - open.len(),
            loose.len()
        ),
        steps: vec![
            step(
                format!("Open {tried} pages without signing in: refused"),
                open.is_empty(),
            ),
            step(
                "Read the modes of the key files: for the server alone",
                loose.is_empty(),
            ),
        ],
    })
}

/// Key files that others may read.
fn loose_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut paths = vec![
        folder.join("keystore.db"),
        folder.join("tls").join("key.pem"),
    ];
    for entry in fs::read_dir(folder.join("keys"))? {
        paths.push(entry?.path());
    }
    let mut loose = vec![];
    for path in paths.iter().filter(|path| path.exists()) {
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            loose.push(path.display().to_string());
        }
    }
    Ok(loose)
}

/// Records what the program and the settings are now. Called when an instance is made; after an
/// upgrade an operator removes the record, and the next trial makes it anew.
///
/// # Errors
/// When a file cannot be read or the record cannot be written.
pub fn record_own_files(folder: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let settings = folder.canonicalize()?.join(crate::config::FILE);
    let names: Vec<String> = [&program, &settings]
        .iter()
        .map(|path| path.to_string_lossy().trim_start_matches('/').to_owned())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Manifest::of(Path::new("/"), &names)?.write(&folder.join(MANIFEST))?;
    Ok(())
}

fn own_files(ground: &Ground) -> Tried {
    let untried = |error: &dyn std::error::Error| Untried(error.to_string());
    let place = ground.folder.join(MANIFEST);
    let root = Path::new("/");
    if !place.exists() {
        record_own_files(&ground.folder).map_err(|error| Untried(error.to_string()))?;
        // A record held against itself proves nothing.
        let words = "the files were recorded just now and are compared from now on";
        return Err(Untried(words.to_owned()));
    }
    let manifest = Manifest::read(&place).map_err(|error| untried(&error))?;
    let changed = sentinel::check_files(&manifest, root);
    let digest: String = manifest.digest().chars().take(16).collect();
    let detail = match changed.first() {
        None => format!("Program and settings are as recorded (record {digest}…)"),
        Some(first) => format!(
            "{first}; {} in all. After an upgrade remove {MANIFEST} and prove again",
            changed.len()
        ),
    };
    let steps = vec![step(
        "Compare program and settings with the record",
        changed.is_empty(),
    )];
    Ok(Trial { detail, steps })
}

async fn rows(app: &App, ground: &Ground) -> Tried {
    // Anchors are compared by their own task: one written while the rows are read would be ahead.
    let against = verify::Against {
        vault: Some(app.store.vault()),
        migrations: &MIGRATIONS,
        ..verify::Against::default()
    };
    let report = verify::verify(&ground.database, &against).await;
    let report = report.map_err(|error| Untried(error.to_string()))?;
    if report.verdict() == Verdict::Unchecked {
        return Err(Untried(report.unchecked.join("; ")));
    }
    let detail = match report.findings.first() {
        None => format!("{} rows and {} entries agree", report.rows, report.entries),
        Some(finding) => format!("{}; run almoner verify", finding.sentence),
    };
    let intact = report.verdict() == Verdict::Intact;
    let steps = vec![step(
        "Hold every row, seal and sum against the log: they agree",
        intact,
    )];
    Ok(Trial { detail, steps })
}

async fn log_refusals(app: &Arc<App>, ground: &Ground) -> Tried {
    let tried = try_the_log(&ground.database).await?;
    let mut steps: Vec<(String, bool)> = tried
        .attempts
        .iter()
        .map(|(words, refused)| step(format!("{words} in the database: refused"), *refused))
        .collect();
    steps.push(step(
        "Look for the triggers that guard the log: in place",
        tried.triggers.is_none(),
    ));
    for method in [Method::DELETE, Method::PUT] {
        let words = format!("Send {method} to the log's address: refused");
        let refused = knock(app, method, "/log").await? == StatusCode::METHOD_NOT_ALLOWED;
        steps.push(step(words, refused));
    }
    let compared = app.anchoring.borrow().compared.clone();
    let anchors = match &compared {
        Compared::Level { anchors: 1, .. } => "the anchor agrees".to_owned(),
        Compared::Level { anchors, .. } => format!("{anchors} anchors agree"),
        Compared::Parted(_) => "an anchor does not agree".to_owned(),
        Compared::Failed(_) => "the anchors could not be compared yet".to_owned(),
    };
    steps.push(step("Compare with the anchors: the same log", {
        !matches!(compared, Compared::Parted(_))
    }));
    let refused = steps.iter().filter(|(_, held)| *held).count();
    let detail = format!("{refused} of {} trials held; {anchors}", steps.len());
    Ok(Trial { detail, steps })
}

async fn sealed(app: &App, ground: &Ground) -> Tried {
    let tried = app.store.try_sealed_cells(&ground.database).await?;
    let keys = app.store.vault().inventory();
    let searched = match tried.bytes {
        0 => "the database's files lie on another server".to_owned(),
        bytes => format!(
            "{} words looked for in {} KiB of files",
            tried.words,
            bytes / 1_024
        ),
    };
    let mut steps = vec![
        step(
            "Look at sealed cells as they lie: all ciphertext, all open for us",
            tried.cells > 0 && tried.wrong == 0,
        ),
        step(
            "Open a cell as if it stood elsewhere: refused",
            tried.movable == 0,
        ),
    ];
    if tried.bytes > 0 {
        let none = tried.words_found == 0;
        steps.push(step(
            "Look for sealed words in the database's files: none",
            none,
        ));
    }
    let detail = format!(
        "{} cells in {} columns are sealed; {searched}; {} keys of people",
        tried.cells, tried.columns, keys.subjects
    );
    Ok(Trial { detail, steps })
}

#[cfg(test)]
mod tests {
    use care::governance::controls;

    use super::*;

    /// A promise that names a self-test has one here; a name without a trial would stay stale for
    /// ever and nobody would know why.
    #[test]
    fn every_named_self_test_exists() {
        for control in controls::all() {
            if let Some(name) = &control.self_test {
                assert!(
                    SelfTest::from_name(name).is_some(),
                    "{} names {name}",
                    control.id
                );
            }
        }
    }

    /// A key file that others may read is noticed, and one that they may not is not.
    #[test]
    fn a_loose_key_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("keys")).unwrap();
        let key = folder.path().join("keys").join("root.key");
        fs::write(&key, b"secret").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(loose_files(folder.path()).unwrap().len(), 1);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(loose_files(folder.path()).unwrap().is_empty());
    }
}
