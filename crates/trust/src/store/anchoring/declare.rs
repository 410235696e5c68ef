//! Declaring that history is lost, so that an instance behind its anchors may go on.
//!
//! [`loss`] says what the anchors know and the log does not; [`declare`] signs that and puts it
//! into the log as its next entries ([`crate::ledger::recovery`]). From then on the anchors that
//! were named are excused, and `verify` tells everybody what was lost, who declared it, and why.
//!
//! Refused: a log that parted from its anchors *before* its end, since that is no restored copy but
//! another history; declaring while an anchor folder cannot be read, since anchors that are not
//! named stay strict.

use crate::{
    identity::{
        caller::{Caller, PermitError},
        events::{DeclareRecovery, RecoveryDeclared},
        permit::ActorId,
    },
    ledger::{
        Hash,
        anchor::Local,
        checkpoint::CheckpointError,
        entry::Pointer,
        recovery::{ANCHORS_MAX, Declaration},
    },
    store::{
        Store,
        anchoring::{Settings, compare},
        error::StoreError,
    },
};

/// What the anchors know of a lane and the log does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The lane.
    pub lane: u16,
    /// How many entries are left.
    pub kept: u64,
    /// How many the largest anchor knows.
    pub known: u64,
    /// Size and root of each anchor of what is lost, in rising order.
    pub anchors: Vec<(u64, Hash)>,
}

/// Why a loss was not declared.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// Anchors that are not named stay strict, so all must be seen.
    #[error("not every anchor can be read, and the loss must name them all: {0}")]
    Unreadable(String),
    /// Not an older copy but another history.
    #[error(
        "the log has another history than its anchors from before entry {0} on: this is no older \
         copy, and cannot be declared. Keep a copy of everything and treat it as an incident"
    )]
    OtherHistory(u64),
    /// The reason is empty, too long, or not one line.
    #[error("the reason cannot be written down: give one line of text")]
    Reason(#[source] CheckpointError),
    /// Something else was written meanwhile.
    #[error("something else was written to the log meanwhile: try again")]
    Overtaken,
    /// The right is missing.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not take it.
    #[error("the declaration could not be stored")]
    Store(#[from] StoreError),
}

/// What this store's lane has lost; `None` when it holds all that its anchors know, or what it
/// lacks was declared before.
///
/// # Errors
/// [`DeclareError::Unreadable`], [`DeclareError::OtherHistory`], [`DeclareError::Store`].
pub async fn loss(store: &Store, settings: &Settings) -> Result<Option<Loss>, DeclareError> {
    let issuer = compare::issuer(store, settings);
    let (mut anchors, unreadable) = compare::every(settings, &issuer).await;
    if !unreadable.is_empty() {
        return Err(DeclareError::Unreadable(unreadable.join("; ")));
    }
    let head = *store.head.borrow();
    anchors.readable.retain(|anchor| anchor.lane == head.lane);
    let declared = compare::declared(store, &issuer, &anchors).await?;
    compare::leave_out(&mut anchors, &declared);
    let found = compare::locals(store, &anchors, None).await?;
    let mut lost = vec![];
    for anchor in &anchors.readable {
        match found.get(&(anchor.lane, anchor.size)) {
            Some(Local::Root(root)) if *root == anchor.root => {}
            Some(Local::Root(_)) => return Err(DeclareError::OtherHistory(anchor.size)),
            Some(Local::Shorter(_)) | None => lost.push((anchor.size, anchor.root)),
        }
    }
    lost.sort_unstable();
    lost.dedup();
    let Some((known, _)) = lost.last() else {
        return Ok(None);
    };
    Ok(Some(Loss {
        lane: head.lane,
        kept: head.size,
        known: *known,
        anchors: lost,
    }))
}

/// Declares the loss in the name of `by`. The entries are durable when this returns.
///
/// # Errors
/// [`DeclareError`]; after [`DeclareError::Overtaken`] or a failed store a part of the loss may
/// stand declared, and asking again declares the rest.
pub async fn declare(
    caller: &Caller,
    origin: &str,
    loss: &Loss,
    (by, reason): (ActorId, &str),
) -> Result<(), DeclareError> {
    let store = caller.store();
    for anchors in loss.anchors.chunks(ANCHORS_MAX) {
        let head = *store.head.borrow();
        let declaration = Declaration {
            lane: head.lane,
            kept: head.size,
            root: head.root,
            lost_from: loss.kept,
            lost_until: loss.known,
            by: by.0,
            reason: reason.trim().to_owned(),
            anchors: anchors.to_vec(),
        };
        let signed = declaration.sign(origin, store.vault.signer());
        let note = signed.map_err(DeclareError::Reason)?;
        let tx = store.begin(caller.permit(DeclareRecovery).await?).await?;
        let receipt = tx.commit(RecoveryDeclared { account: by, note }).await?;
        if Pointer::unpack(receipt.pointer).sequence != declaration.kept {
            return Err(DeclareError::Overtaken);
        }
    }
    Ok(())
}
