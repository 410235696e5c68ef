//! Bringing in places, ways, people, shifts and tasks: file, columns, dry run, done.
//!
//! Nothing changes before the dry run was seen, and nothing is stored unless every line is good;
//! `care::tasking::importing` sees to both. Refused: files beyond the limit.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Router,
    extract::{
        DefaultBodyLimit, Multipart, State,
        multipart::{MultipartError, MultipartRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use care::tasking::{
    error::TaskError,
    events::ImportRows,
    import::{BadLine, FILE_BYTES_MAX, Format, Mapping, Reading},
    importing::{DifferingTask, ImportFile, ImportReport, Importable, Imported},
    storing::Differing,
};
use tokio::time::Instant;
use trust::store::error::StoreError;

use super::held_files::{Full, HeldFile, HeldFiles};
use crate::web::{
    app::App,
    caller::SignedIn,
    form::{Checked, Id},
    parts::{
        forms::{Choice, FormError},
        shell::Entry,
    },
    refusal::{PageError, Refusal},
    views::{
        import::{
            self, BadLineRow, ChooseFile, DryRun, FieldMatch, ImportDone, ImportView, MatchColumns,
        },
        problem::Problem,
    },
};

/// Bytes of the whole form: the file and what surrounds it.
const FORM_BYTES_MAX: usize = FILE_BYTES_MAX + 1024 * 1024;
/// Bad lines on the page; a file with more has one thing wrong everywhere.
const BAD_SHOWN_MAX: usize = 1_000;
/// Characters of a file's name and of the choices.
const NAME_MAX: usize = 120;

/// The routes of import.
pub fn routes() -> Router<Arc<App>> {
    let upload = get(show)
        .post(send)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    Router::new()
        .route("/import", upload)
        .route("/import/{import}/columns", get(columns))
        .route("/import/{import}/check", post(check))
        .route("/import/{import}/apply", post(apply))
        .layer(Extension(Arc::new(HeldFiles::default())))
}

type Answer = Result<Response, PageError>;
type Files = Extension<Arc<HeldFiles>>;

fn page(app: &App, signed_in: &SignedIn, view: &ImportView) -> Response {
    let page = import::page(view, &signed_in.shell(app, Entry::Import));
    let is_wrong = match view {
        ImportView::Choose(choose) => !choose.errors.is_empty(),
        ImportView::Match(columns) => !columns.errors.is_empty(),
        ImportView::Checked(_) | ImportView::Done(_) => false,
    };
    let status = if is_wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    (status, page).into_response()
}

fn choose(kind: &str, errors: Vec<FormError>) -> ImportView {
    let kinds = Importable::ALL
        .iter()
        .map(|what| Choice::plain(what.code(), what.words()));
    ImportView::Choose(ChooseFile {
        kinds: kinds.collect(),
        kind: kind.to_owned(),
        largest: "16 MB".to_owned(),
        errors,
    })
}

fn wrong(field: &str, sentence: impl Into<String>) -> FormError {
    FormError {
        field: field.to_owned(),
        sentence: sentence.into(),
    }
}

/// `GET /import`
async fn show(State(app): State<Arc<App>>, signed_in: SignedIn) -> Answer {
    drop(signed_in.permit(ImportRows).await?);
    Ok(page(
        &app,
        &signed_in,
        &choose(Importable::Places.code(), vec![]),
    ))
}

/// What was sent, part by part.
#[derive(Default)]
struct Sent {
    kind: String,
    name: String,
    bytes: Vec<u8>,
    mapping: String,
}

/// `POST /import`: takes the file; straight to the dry run when every column is recognised.
async fn send(
    State(app): State<Arc<App>>,
    Extension(files): Files,
    signed_in: SignedIn,
    parts: Result<Multipart, MultipartRejection>,
) -> Answer {
    drop(signed_in.permit(ImportRows).await?);
    let refused = || Refusal::because(Problem::NotUnderstood, "That is not the form of this page.");
    let sent = match read_parts(parts.map_err(|_| refused())?).await {
        Ok(Some(sent)) => sent,
        Ok(None) => return Err(refused().into()),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let error = wrong("file", "Send a file of at most 16 MB, or split it");
            return Ok(page(&app, &signed_in, &choose("", vec![error])));
        }
        Err(_) => return Err(refused().into()),
    };
    let kind = sent.kind.clone();
    let file = match file_of(&app, sent) {
        Ok(file) => file,
        Err(error) => return Ok(page(&app, &signed_in, &choose(&kind, vec![error]))),
    };
    let (name, file) = file;
    match files.keep(signed_in.actor(), name, file, Instant::now()) {
        Ok(kept) if kept.file.matching().is_complete() => dry_run(&app, &signed_in, &kept).await,
        Ok(kept) => Ok(page(&app, &signed_in, &match_columns(&kept, vec![]))),
        Err(Full) => {
            let error = wrong(
                "file",
                "Others import at this moment. Try again in a few minutes",
            );
            Ok(page(&app, &signed_in, &choose(&kind, vec![error])))
        }
    }
}

/// The parts of the form; `None` for a part that the form does not have.
async fn read_parts(mut parts: Multipart) -> Result<Option<Sent>, MultipartError> {
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "kind" => sent.kind = part.text().await?.chars().take(NAME_MAX).collect(),
            "mapping" => sent.mapping = part.text().await?,
            "file" => {
                let name = part.file_name().unwrap_or("file");
                sent.name = name
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(NAME_MAX)
                    .collect();
                sent.bytes = part.bytes().await?.to_vec();
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(sent))
}

fn file_of(app: &App, sent: Sent) -> Result<(String, ImportFile), FormError> {
    let what = Importable::from_code(&sent.kind);
    let what = what.ok_or_else(|| wrong("kind", "Say what is in the file"))?;
    if sent.bytes.is_empty() {
        return Err(wrong("file", "Choose a file that is not empty"));
    }
    if sent.bytes.len() > FILE_BYTES_MAX {
        return Err(wrong("file", "Send a file of at most 16 MB, or split it"));
    }
    let mapping = Mapping::from_toml(&sent.mapping)
        .map_err(|error| wrong("mapping", format!("Mend the mapping file: {error}")))?;
    let format = Format::guess(&sent.bytes);
    let reading = Reading {
        format,
        mapping,
        zone: app.times.zone().clone(),
    };
    Ok((
        sent.name,
        ImportFile {
            what,
            bytes: sent.bytes.into(),
            reading,
        },
    ))
}

/// The page for a file that is not kept any more.
fn gone(app: &App, signed_in: &SignedIn) -> Response {
    let error = wrong("file", "That file is no longer kept here. Choose it again");
    page(app, signed_in, &choose("", vec![error]))
}

/// `GET /import/{import}/columns`
async fn columns(
    State(app): State<Arc<App>>,
    Extension(files): Files,
    signed_in: SignedIn,
    Id(import): Id<i64>,
) -> Answer {
    drop(signed_in.permit(ImportRows).await?);
    Ok(
        match files.find(signed_in.actor(), import, Instant::now()) {
            Some(kept) => page(&app, &signed_in, &match_columns(&kept, vec![])),
            None => gone(&app, &signed_in),
        },
    )
}

fn match_columns(kept: &HeldFile, errors: Vec<FormError>) -> ImportView {
    let matching = kept.file.matching();
    let field = |guess: care::tasking::import::FieldGuess| FieldMatch {
        field: guess.field.name.to_owned(),
        label: capital(guess.field.meaning),
        required: guess.field.is_required,
        header: guess.column.unwrap_or_default(),
        example: guess.example.unwrap_or_default(),
    };
    ImportView::Match(MatchColumns {
        import_id: kept.id,
        file: kept.name.clone(),
        kind: kept.file.what.words().to_owned(),
        headers: matching.columns,
        fields: matching.fields.into_iter().map(field).collect(),
        errors,
    })
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// `POST /import/{import}/check`: the columns are said; tries the file out.
async fn check(
    State(app): State<Arc<App>>,
    Extension(files): Files,
    signed_in: SignedIn,
    Id(import): Id<i64>,
    Checked(columns): Checked<BTreeMap<String, String>>,
) -> Answer {
    drop(signed_in.permit(ImportRows).await?);
    let Some(mut kept) = files.find(signed_in.actor(), import, Instant::now()) else {
        return Ok(gone(&app, &signed_in));
    };
    kept.file.reading.mapping = mapping_of(&kept.file, columns);
    files.renew(signed_in.actor(), kept.clone());
    let matching = kept.file.matching();
    let missing: Vec<FormError> = matching
        .fields
        .iter()
        .filter(|guess| guess.field.is_required && guess.column.is_none())
        .map(|guess| {
            wrong(
                guess.field.name,
                format!("Say where {} stands", guess.field.meaning),
            )
        })
        .collect();
    if !missing.is_empty() {
        return Ok(page(&app, &signed_in, &match_columns(&kept, missing)));
    }
    dry_run(&app, &signed_in, &kept).await
}

/// What was chosen, and nothing guessed beside it: a column that was not chosen is left alone.
fn mapping_of(file: &ImportFile, mut chosen: BTreeMap<String, String>) -> Mapping {
    chosen.retain(|_, column| !column.is_empty());
    let used: Vec<String> = chosen.values().cloned().collect();
    let ignore = file
        .matching()
        .columns
        .into_iter()
        .filter(|column| !used.contains(column));
    Mapping {
        ignore: ignore.collect(),
        columns: chosen,
    }
}

async fn dry_run(app: &App, signed_in: &SignedIn, kept: &HeldFile) -> Answer {
    let report = app.tasking.dry_run(signed_in, &kept.file).await?;
    Ok(page(
        app,
        signed_in,
        &ImportView::Checked(run_of(kept, &report)),
    ))
}

fn run_of(kept: &HeldFile, report: &ImportReport) -> DryRun {
    let bad = |bad: &BadLine| BadLineRow {
        line: usize::try_from(bad.line.0).unwrap_or(usize::MAX),
        field: bad.field.clone().unwrap_or_default(),
        problem: capital(&bad.problem),
        value: bad.shown.clone().unwrap_or_default(),
    };
    DryRun {
        import_id: kept.id,
        file: kept.name.clone(),
        kind: kept.file.what.words().to_owned(),
        good: report.good,
        new: report.new,
        differing: report.differing.iter().map(differing).collect(),
        leaves_alone: report.what == Importable::Tasks,
        new_teams: report.new_teams.join(", "),
        unused: report.unused_columns.join(", "),
        bad: report.bad.iter().take(BAD_SHOWN_MAX).map(bad).collect(),
        bad_in_all: report.bad.len(),
        match_href: format!("/import/{}/columns", kept.id),
    }
}

/// `POST /import/{import}/apply`: checks once more and stores it.
async fn apply(
    State(app): State<Arc<App>>,
    Extension(files): Files,
    signed_in: SignedIn,
    Id(import): Id<i64>,
    Checked(sent): Checked<BTreeMap<String, String>>,
) -> Answer {
    drop(signed_in.permit(ImportRows).await?);
    let Some(kept) = files.find(signed_in.actor(), import, Instant::now()) else {
        return Ok(gone(&app, &signed_in));
    };
    let what = match sent.get("differing").map(String::as_str) {
        Some("yes") => Differing::Correct,
        _ => Differing::LeaveAlone,
    };
    let imported = import_whole(&app, &signed_in, (kept.file.clone(), what)).await?;
    let view = match imported {
        Imported::Nothing(report) => ImportView::Checked(run_of(&kept, &report)),
        Imported::All(report) => {
            files.forget(signed_in.actor());
            ImportView::Done(done(&report, what))
        }
    };
    Ok(page(&app, &signed_in, &view))
}

/// Imports on a task of its own, so that what has begun is finished even if the browser goes away
/// or the request takes too long.
async fn import_whole(
    app: &Arc<App>,
    signed_in: &SignedIn,
    (file, differing): (ImportFile, Differing),
) -> Result<Imported, TaskError> {
    let (app, caller) = (app.clone(), signed_in.caller.clone());
    #[expect(
        clippy::disallowed_methods,
        reason = "awaited below; it must outlive the request"
    )]
    let work = tokio::spawn(async move { app.tasking.import(&caller, &file, differing).await });
    work.await
        .unwrap_or(Err(TaskError::Store(StoreError::Closed)))
}

/// "Job 4711 (line 7), task 12 here"
fn differing(task: &DifferingTask) -> String {
    let late = if task.is_correctable {
        ""
    } else {
        "; it is under way and stays as it is"
    };
    format!(
        "{} (line {}), task {} here{late}",
        task.reference, task.line, task.task
    )
}

fn done(report: &ImportReport, differing: Differing) -> ImportDone {
    let corrected = report.differing.iter().filter(|task| task.is_correctable);
    let changed = match (report.what, differing) {
        (Importable::Tasks, Differing::Correct) => corrected.count(),
        (Importable::Tasks, Differing::LeaveAlone) => 0,
        _ => report.good.saturating_sub(report.new),
    };
    let href = match report.what {
        Importable::Places | Importable::Walks => "/places",
        Importable::People | Importable::Shifts => "/people?show=all",
        Importable::Tasks => "/board",
    };
    ImportDone {
        kind: report.what.words().to_owned(),
        added: report.new,
        changed,
        href: href.to_owned(),
    }
}
