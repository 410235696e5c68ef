//! What `doctor` looks at: files, disk, certificate, database. No judgement here.
//!
//! What cannot be looked at is told, never taken for good.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use trust::store::{clock::Clock, database::Database, standing::standing, value::Moment};
use watch::sentinel::{self, Manifest};

use crate::{
    cli::doctor::certificate::Certificate,
    config::{FILE, Settings},
    instance::Folder,
    web::assurance::trials::MANIFEST,
};

/// A file or folder that others must not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// Where it is.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// Whether it is useless to whoever has it, if they cannot come into the folder.
    pub folder_suffices: bool,
}

/// Everything that is judged.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Now.
    pub now: Moment,
    /// The host name people type.
    pub host: String,
    /// Whether it speaks plain HTTP to a proxy.
    pub plain_http: bool,
    /// Whether this program was built for debugging.
    pub is_debug_build: bool,
    /// The instance's folder and what in it is secret.
    pub folder: Guarded,
    /// Keys, key store, database, settings.
    pub guarded: Vec<Guarded>,
    /// Anchor folders beside the instance's own, and whether each is on another disk.
    pub anchors: Vec<(PathBuf, bool)>,
    /// The certificate, unless TLS ends at a proxy.
    pub certificate: Option<Certificate>,
    /// How much of the disk is free, in percent.
    pub disk_free_percent: Option<u64>,
    /// Why the database does not answer.
    pub database_trouble: Option<String>,
    /// The newest migration that ran.
    pub migration: Option<i64>,
    /// When the newest entry was made.
    pub last_at: Option<Moment>,
    /// How many tables the server's own role owns.
    pub tables_owned: Option<i64>,
    /// The program's own files that changed; `None` when they were never recorded.
    pub files_changed: Option<Vec<String>>,
    /// What could not be looked at, each as a sentence.
    pub not_looked_at: Vec<String>,
}

impl Facts {
    /// Looks at everything.
    pub async fn look(folder: &Folder, settings: &Settings, clock: &Clock) -> Self {
        let mut not_looked_at = vec![];
        let mut told = |error: String| not_looked_at.push(error);
        let root = folder.path();
        let folder_itself = guarded(root, false).unwrap_or_else(|error| {
            told(error);
            unguarded(root)
        });
        let own_disk = fs::metadata(root).map(|about| about.dev()).ok();
        let on_another = |place: &PathBuf| {
            let disk = fs::metadata(place).map(|about| about.dev()).ok();
            (place.clone(), disk.is_some() && disk != own_disk)
        };
        let certificate = match settings.plain_http {
            true => None,
            false => Certificate::read(&folder.tls().0, &settings.host)
                .map_err(|error| told(format!("{error:#}")))
                .ok(),
        };
        let disk_free_percent = free_percent(root)
            .map_err(|error| told(format!("the free space of the disk: {error}")))
            .ok();
        let files_changed = own_files(root).unwrap_or_else(|error| {
            told(error);
            None
        });
        let guarded = secrets(folder, &mut told);
        let asked = match Database::parse(&settings.database_url(root)) {
            Ok(database) => standing(&database).await,
            Err(error) => Err(error),
        };
        let (standing, database_trouble) = match asked {
            Ok(standing) => (Some(standing), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self {
            now: clock.wall(),
            host: settings.host.clone(),
            plain_http: settings.plain_http,
            is_debug_build: cfg!(debug_assertions),
            folder: folder_itself,
            guarded,
            anchors: settings.anchors.iter().map(on_another).collect(),
            certificate,
            disk_free_percent,
            database_trouble,
            migration: standing.as_ref().map(|standing| standing.migration),
            last_at: standing.as_ref().and_then(|standing| standing.last_at),
            tables_owned: standing.and_then(|standing| standing.tables_owned),
            files_changed,
            not_looked_at,
        }
    }
}

fn unguarded(path: &Path) -> Guarded {
    Guarded {
        path: path.to_owned(),
        mode: 0,
        folder_suffices: false,
    }
}

fn guarded(path: &Path, folder_suffices: bool) -> Result<Guarded, String> {
    let about = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Guarded {
        path: path.to_owned(),
        mode: about.mode() & 0o7777,
        folder_suffices,
    })
}

/// Keys wherever they lie; database and settings, which the folder's own mode may protect.
fn secrets(folder: &Folder, told: &mut impl FnMut(String)) -> Vec<Guarded> {
    let root = folder.path();
    let mut places = vec![
        (folder.keystore(), false),
        (folder.tls().1, false),
        (root.join(FILE), true),
    ];
    for database in ["almoner.db", "almoner.db-wal"] {
        places.push((root.join(database), true));
    }
    match fs::read_dir(root.join("keys")) {
        Ok(keys) => places.extend(keys.flatten().map(|key| (key.path(), false))),
        Err(error) => told(format!("{}: {error}", root.join("keys").display())),
    }
    let mut found = vec![];
    for (place, folder_suffices) in places {
        match fs::metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {} // PostgreSQL, a proxy
            _ => match guarded(&place, folder_suffices) {
                Ok(guarded) => found.push(guarded),
                Err(error) => told(error),
            },
        }
    }
    found
}

fn free_percent(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(100) / disk.f_blocks.max(1))
}

fn own_files(folder: &Path) -> Result<Option<Vec<String>>, String> {
    let place = folder.join(MANIFEST);
    if !place.exists() {
        return Ok(None);
    }
    let manifest = Manifest::read(&place).map_err(|error| error.to_string())?;
    let changed = sentinel::check_files(&manifest, Path::new("/"));
    Ok(Some(changed.into_iter().map(|file| file.name).collect()))
}
