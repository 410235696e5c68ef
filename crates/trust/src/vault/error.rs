//! Why the vault refused, and what the caller can do about it.
//!
//! No case holds a secret, a plaintext or a ciphertext; people appear by number only.
//! [`super::root::RootError`] and [`super::shares::ShareError`] tell of their own matters.

use std::io;
use std::path::PathBuf;

use super::SubjectId;
use super::cells::PLAINTEXT_BYTES_MAX;

/// Why something was not sealed, opened, made or erased.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The person's keys were destroyed on purpose. Show that, and go on.
    #[error("subject {0} was erased")]
    Erased(SubjectId),
    /// An erasure began and its end is not known. Ask for the erasure again.
    #[error("subject {0} is being erased: ask for the erasure again")]
    BeingErased(SubjectId),
    /// No such person. After restoring an older key store: restore the newest one.
    #[error("subject {0} has no key in this key store: restore its newest copy")]
    UnknownSubject(SubjectId),
    /// The value names a key that the person does not have: altered, or the key store is old.
    #[error("subject {subject} has no data key {version}: altered value, or an old key store")]
    UnknownKeyVersion {
        /// Who.
        subject: SubjectId,
        /// The version that the value names.
        version: u32,
    },
    /// The value was altered, cut, or put into another place. Raise the alarm.
    #[error("a sealed value was altered or does not belong where it was found")]
    Tampered,
    /// Sealed in a way that this program does not know: altered, or sealed by a newer program.
    #[error("a sealed value names the unknown suite {0}: altered, or sealed by a newer Almoner")]
    UnknownSuite(u8),
    /// More than is sealed in one piece. Cut it into parts.
    #[error("{bytes} bytes are too long to seal, the limit is {PLAINTEXT_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// This vault was opened for reading.
    #[error("the key store was opened for reading only: do this in the running server")]
    ReadOnly,
    /// Nothing was overwritten.
    #[error("there is a key store at {} already: open it, or choose another folder", .0.display())]
    AlreadyExists(PathBuf),
    /// The folder is wrong, or the key store is lost.
    #[error(
        "there is no key store at {}: check the folder, or restore its newest copy",
        .0.display()
    )]
    NotFound(PathBuf),
    /// Another process writes this key store.
    #[error("the key store {} is in use: stop the other Almoner process first", .0.display())]
    InUse(PathBuf),
    /// The key file, passphrase or shares belong to something else.
    #[error("the root secret is not the one of this key store: check key file or passphrase")]
    WrongRoot,
    /// The key store of another instance lies in this folder.
    #[error("the key store belongs to another instance: check which folder it came from")]
    WrongInstance,
    /// The file was altered or is broken. Restore its newest copy.
    #[error("the key store is damaged ({0}): restore its newest copy")]
    Damaged(&'static str),
    /// One person's wrapped key was altered or is broken.
    #[error("the key of subject {0} is damaged: restore the newest copy of the key store")]
    DamagedKey(SubjectId),
    /// Written by a newer program.
    #[error("the key store has format {0}, which this Almoner does not know: use a newer one")]
    NewerFormat(i64),
    /// The folder of the key store cannot be used.
    #[error("the folder of the key store cannot be used: check its owner, mode and free space")]
    Folder(#[source] io::Error),
    /// The disk is full or broken, or the file is locked. Try again.
    #[error("the key store could not be read or written: check the disk, then try again")]
    KeyStore(#[from] sqlx::Error),
}
