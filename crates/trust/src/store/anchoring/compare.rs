//! Whether the log is the one that its anchors saw.
//!
//! The folders are read first and the database afterwards, so an anchor that another node writes
//! meanwhile is never ahead. At the start a signed checkpoint in the database may stand for the
//! entries it covers, so that a large log opens quickly; the hourly comparison hashes every entry
//! up to the newest anchors.
//!
//! A loss that was declared ([`crate::ledger::recovery`]) excuses the anchors that it names, and
//! no other.
//!
//! Refuses: believing an anchor that this instance did not sign. Such a file raises a report, not a
//! quarantine, so whoever can write to the folder cannot stop the hospital.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    path::Path,
    time::Duration,
};

use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    ledger::{
        anchor::{self, AnchorError, Anchors, Local, Standing},
        checkpoint::{Issuer, VerifyingKey},
        entry::Entry,
        leaf_hash,
        recovery::Declaration,
        tree::Frontier,
    },
    store::{
        Store,
        anchoring::Settings,
        error::StoreError,
        value::{Kind, Moment, Value},
    },
};

/// How long a folder may take to be listed.
const LISTING_MAX: Duration = Duration::from_secs(30);
/// Entries hashed at a time.
const STRETCH: u64 = 2_048;

/// How the log stands to its anchors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// Every anchor that could be read is about a part of this log.
    Level {
        /// When it was compared.
        at: Moment,
        /// How many anchors it was compared with.
        anchors: usize,
        /// What could not be read, each as a sentence.
        unreadable: Vec<String>,
    },
    /// The log is not the one its anchors saw: the reason for the quarantine, as a sentence.
    Parted(String),
    /// The database could not be read.
    Failed(String),
}

/// Compares quickly and quarantines the store if the log is behind its anchors or forked from them.
pub async fn compare_at_start(store: &Store, settings: &Settings) -> Compared {
    let compared = hold_against_anchors(store, settings, true).await;
    act_on(&compared, store);
    compared
}

/// Compares, hashing every entry that an anchor covers. Changes nothing.
pub async fn compare(store: &Store, settings: &Settings) -> Compared {
    hold_against_anchors(store, settings, false).await
}

pub(super) fn act_on(compared: &Compared, store: &Store) {
    match compared {
        Compared::Parted(reason) => {
            tracing::error!(reason, "the instance is read-only from now on");
            store.quarantine(reason.clone());
        }
        Compared::Failed(_) if store.is_closed() => {}
        Compared::Failed(reason) => tracing::warn!(reason, "the anchors could not be compared"),
        Compared::Level { unreadable, .. } => {
            for reason in unreadable {
                tracing::warn!(reason, "an anchor was not compared");
            }
        }
    }
}

async fn hold_against_anchors(store: &Store, settings: &Settings, quick: bool) -> Compared {
    let issuer = issuer(store, settings);
    let (mut anchors, mut unreadable) = newest(settings, &issuer).await;
    let mut standing = match standing(store, &anchors, quick.then_some(&issuer)).await {
        Ok(standing) => standing,
        Err(error) => return Compared::Failed(error.to_string()),
    };
    if matches!(standing, Standing::Behind { .. } | Standing::Forked { .. }) {
        let declared = match declared(store, &issuer, &anchors).await {
            Ok(declared) => declared,
            Err(error) => return Compared::Failed(error.to_string()),
        };
        if !declared.is_empty() {
            // The newest anchors may all be of the lost history, and true ones lie before them.
            (anchors, unreadable) = every(settings, &issuer).await;
            leave_out(&mut anchors, &declared);
            standing = match self::standing(store, &anchors, quick.then_some(&issuer)).await {
                Ok(standing) => standing,
                Err(error) => return Compared::Failed(error.to_string()),
            };
        }
    }
    match standing {
        Standing::Forked { anchor } => Compared::Parted(format!(
            "The log (lane {}) is not the one that the anchor {} saw: history was rewritten. \
             Nothing may be changed until a recovery has been declared.",
            anchor.lane,
            anchor.place.display()
        )),
        Standing::Behind { anchor, size } => Compared::Parted(format!(
            "The log (lane {}) holds {size} entries, and the anchor {} knows {}: the database was \
             put back to an older state, or its end is lost. Nothing may be changed until a \
             recovery has been declared.",
            anchor.lane,
            anchor.place.display(),
            anchor.size
        )),
        Standing::Level | Standing::Unreadable { .. } => {
            let damaged = anchors.damaged.iter();
            unreadable.extend(damaged.map(|damaged| {
                format!(
                    "the anchor {} is not believed: {}",
                    damaged.place.display(),
                    damaged.reason
                )
            }));
            let (at, anchors) = (store.clock.wall(), anchors.readable.len());
            Compared::Level {
                at,
                anchors,
                unreadable,
            }
        }
    }
}

/// How the log stands to these anchors.
async fn standing(
    store: &Store,
    anchors: &Anchors,
    trusting: Option<&Issuer>,
) -> Result<Standing, StoreError> {
    let found = locals(store, anchors, trusting).await?;
    let local = |lane, size| {
        found
            .get(&(lane, size))
            .copied()
            .unwrap_or(Local::Shorter(0))
    };
    Ok(anchor::compare(anchors, local))
}

/// Whoever signs this store's checkpoints.
pub(super) fn issuer(store: &Store, settings: &Settings) -> Issuer {
    let key = VerifyingKey::new(&settings.origin, store.vault.public_key());
    Issuer {
        origin: settings.origin.clone(),
        keys: key.into_iter().collect(),
    }
}

/// The losses that were declared in the lanes of these anchors. Read from the entries themselves,
/// which takes a while on a long log, and only when something does not fit.
pub(super) async fn declared(
    store: &Store,
    issuer: &Issuer,
    anchors: &Anchors,
) -> Result<Vec<Declaration>, StoreError> {
    let lanes: BTreeSet<u16> = anchors.readable.iter().map(|anchor| anchor.lane).collect();
    let mut found = vec![];
    for lane in lanes {
        let mut from = 0;
        loop {
            let entries = stretch(store, lane, (from, from + STRETCH)).await?;
            if entries.is_empty() {
                break;
            }
            from += STRETCH;
            let declared = entries.iter().filter_map(|bytes| {
                let entry = Entry::decode(bytes).ok()?;
                Declaration::carried_by(&entry, issuer).ok().flatten()
            });
            found.extend(declared);
        }
    }
    Ok(found)
}

/// Takes away the anchors of histories that are declared lost.
pub(super) fn leave_out(anchors: &mut Anchors, declared: &[Declaration]) {
    anchors.readable.retain(|anchor| {
        let mut of_lane = declared.iter().filter(|lost| lost.lane == anchor.lane);
        !of_lane.any(|lost| lost.excuses(anchor.size, &anchor.root))
    });
}

/// The newest anchors of every lane in every folder, and which folders could not be read.
async fn newest(settings: &Settings, issuer: &Issuer) -> (Anchors, Vec<String>) {
    listed(settings, issuer, newest_in).await
}

/// Every anchor of every lane in every folder, and which folders could not be read.
pub(super) async fn every(settings: &Settings, issuer: &Issuer) -> (Anchors, Vec<String>) {
    let every = |folder: &Path, issuer: &Issuer| Ok(anchor::all(folder)?.issued_by(issuer));
    listed(settings, issuer, every).await
}

async fn listed(
    settings: &Settings,
    issuer: &Issuer,
    look: fn(&Path, &Issuer) -> Result<Anchors, AnchorError>,
) -> (Anchors, Vec<String>) {
    let (mut found, mut unreadable) = (Anchors::default(), vec![]);
    for folder in &settings.folders {
        let (place, issuer) = (folder.clone(), issuer.clone());
        let listing = spawn_blocking(move || look(&place, &issuer));
        match timeout(LISTING_MAX, listing).await {
            Ok(Ok(Ok(anchors))) => found.merge(anchors),
            Ok(Ok(Err(error))) => unreadable.push(error.to_string()),
            Ok(Err(_)) | Err(_) => {
                let name = folder.display();
                unreadable.push(format!("the anchor folder {name} does not answer"));
            }
        }
    }
    (found, unreadable)
}

/// A false file that claims to be newer must not hide the true ones: then all are read.
fn newest_in(folder: &Path, issuer: &Issuer) -> Result<Anchors, AnchorError> {
    let mut found = Anchors::default();
    for lane in lanes_in(folder)? {
        found.merge(anchor::newest(folder, lane)?);
    }
    let found = found.issued_by(issuer);
    if found.damaged.is_empty() {
        return Ok(found);
    }
    Ok(anchor::all(folder)?.issued_by(issuer))
}

fn lanes_in(folder: &Path) -> Result<BTreeSet<u16>, AnchorError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => AnchorError::FolderMissing(folder.to_owned()),
        _ => AnchorError::Io(folder.to_owned(), error),
    };
    let mut lanes = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = OsStr::to_str(&name).and_then(|name| name.strip_prefix("lane-"));
        lanes.extend(number.and_then(|number| number.parse::<u16>().ok()));
    }
    Ok(lanes)
}

pub(super) type Locals = BTreeMap<(u16, u64), Local>;

/// What the database says about each lane and size that an anchor is about.
pub(super) async fn locals(
    store: &Store,
    anchors: &Anchors,
    trusting: Option<&Issuer>,
) -> Result<Locals, StoreError> {
    let mut wanted: BTreeMap<u16, BTreeSet<u64>> = BTreeMap::new();
    for anchor in &anchors.readable {
        wanted.entry(anchor.lane).or_default().insert(anchor.size);
    }
    let mut found = Locals::new();
    for (lane, sizes) in wanted {
        let head = head_of(store, lane).await?;
        let mut open = vec![];
        for size in sizes {
            let root = match trusting {
                _ if size > head.size() => Some(Local::Shorter(head.size())),
                None => None,
                Some(_) if size == head.size() => Some(Local::Root(head.root())),
                Some(issuer) => signed_root(store, (lane, size), issuer).await?,
            };
            match root {
                Some(root) => drop(found.insert((lane, size), root)),
                None => open.push(size),
            }
        }
        hash_entries(store, lane, &open, &mut found).await?;
    }
    Ok(found)
}

/// The tree in the lane's head row; an empty one if there is none to be read.
async fn head_of(store: &Store, lane: u16) -> Result<Frontier, StoreError> {
    let sql = "SELECT frontier FROM ledger_head WHERE lane = $1";
    let values = vec![Value::Int(Some(i64::from(lane)))];
    let found = read(store, sql, values, &[Kind::Bytes]).await?;
    let frontier = match found.first().map(Vec::as_slice) {
        Some([Value::Bytes(Some(bytes))]) => Frontier::from_bytes(bytes).ok(),
        _ => None,
    };
    Ok(frontier.unwrap_or_default())
}

/// The root that this instance signed at that size, as kept beside the log.
async fn signed_root(
    store: &Store,
    (lane, size): (u16, u64),
    issuer: &Issuer,
) -> Result<Option<Local>, StoreError> {
    let sql = "SELECT note FROM ledger_checkpoint WHERE lane = $1 AND size = $2";
    let values = vec![Value::Int(Some(i64::from(lane))), int(size)];
    let found = read(store, sql, values, &[Kind::Text]).await?;
    let Some([Value::Text(Some(note))]) = found.first().map(Vec::as_slice) else {
        return Ok(None);
    };
    let signed = issuer
        .read(lane, note.as_bytes())
        .ok()
        .filter(|signed| signed.size == size);
    Ok(signed.map(|signed| Local::Root(signed.root)))
}

/// Hashes the lane's entries up to the largest of `sizes`, which are in rising order.
async fn hash_entries(
    store: &Store,
    lane: u16,
    sizes: &[u64],
    found: &mut Locals,
) -> Result<(), StoreError> {
    let mut tree = Frontier::new();
    for size in sizes {
        while tree.size() < *size {
            let (from, to) = (tree.size(), (*size).min(tree.size() + STRETCH));
            for bytes in stretch(store, lane, (from, to)).await? {
                tree.append(leaf_hash(&bytes));
            }
            if tree.size() < to {
                break; // some are gone
            }
        }
        let complete = tree.size() == *size;
        let local = if complete {
            Local::Root(tree.root())
        } else {
            Local::Shorter(tree.size())
        };
        found.insert((lane, *size), local);
    }
    Ok(())
}

/// The entries from one sequence up to, and without, another.
async fn stretch(
    store: &Store,
    lane: u16,
    (from, to): (u64, u64),
) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM ledger_entry WHERE lane = $1 AND sequence >= $2 \
               AND sequence < $3 ORDER BY sequence";
    let values = vec![Value::Int(Some(i64::from(lane))), int(from), int(to)];
    let found = read(store, sql, values, &[Kind::Bytes]).await?;
    let bytes = found.into_iter().flatten().filter_map(|value| match value {
        Value::Bytes(bytes) => bytes,
        _ => None,
    });
    Ok(bytes.collect())
}

fn int(size: u64) -> Value {
    Value::Int(Some(i64::try_from(size).unwrap_or(i64::MAX)))
}

/// A view of its own for each statement, so that a long comparison holds no old version of the
/// database open. Entries are never changed, so the views fit together.
async fn read(
    store: &Store,
    sql: &'static str,
    values: Vec<Value>,
    kinds: &[Kind],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let told = |error: sqlx::Error| StoreError::Unreachable(error.to_string());
    let mut view = store.readers.view().await.map_err(told)?;
    view.all(sql, values, kinds).await.map_err(told)
}
