//! The root secret: the one thing that is not stored with the data, and where it comes from.
//!
//! Three sources: a key file, a file locked with a passphrase, a systemd credential. Refused: key
//! files that others could read, links and pipes in the place of files, weak passphrase settings.
//! A source that is lost is replaced from two recovery shares ([`super::shares`]) by
//! [`RootSource::keep`]. Next: [`super::Vault`], which the root secret opens.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::passphrase::{self, Passphrase};
use super::random;
use super::store::folder_of;

/// Bytes of a root secret, and of the file or credential that holds it plainly.
pub const ROOT_BYTES: usize = 32;
/// The longest file that is read as a locked root secret.
const LOCKED_BYTES_MAX: usize = 1024;
/// Permission bits that give anything to the group or to others.
const SHARED_BITS: u32 = 0o077;

/// The root secret of an instance: 32 random bytes, wiped when dropped, never printed.
pub struct RootSecret(Box<Zeroizing<[u8; ROOT_BYTES]>>);

impl RootSecret {
    /// A new secret. [`RootSource::create`] makes one and keeps it, which is nearly always wanted.
    #[must_use]
    pub fn random() -> RootSecret {
        RootSecret(random::secret())
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<RootSecret> {
        let mut root = Box::new(Zeroizing::new([0; ROOT_BYTES]));
        (bytes.len() == ROOT_BYTES).then(|| {
            root.copy_from_slice(bytes);
            RootSecret(root)
        })
    }

    pub(super) fn bytes(&self) -> &[u8; ROOT_BYTES] {
        &self.0
    }

    /// Whether both are the same secret; takes the same time whatever the answer.
    #[must_use]
    pub fn is_same(&self, other: &RootSecret) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }
}

impl fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSecret")
    }
}

/// Where an instance's root secret comes from.
#[derive(Debug)]
pub enum RootSource {
    /// A file of 32 bytes, mode 0600 or stricter, owned by the account that runs the server.
    /// Protects against the theft of database and backups, if it lies on another disk.
    File(PathBuf),
    /// A passphrase typed at the start, and a file with the secret locked by it (Argon2id).
    /// Protects against the theft of the disk; there is no start without a person.
    Passphrase {
        /// Salt, Argon2id settings and the locked secret.
        salt_file: PathBuf,
        /// What the operator typed.
        passphrase: Passphrase,
    },
    /// A credential that systemd unlocks for the service (`LoadCredentialEncrypted=`).
    SystemdCredential {
        /// What systemd put into `CREDENTIALS_DIRECTORY`; the vault does not read the environment.
        directory: PathBuf,
        /// The credential's name.
        name: String,
    },
}

/// Why a root secret could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// Nothing was overwritten.
    #[error(
        "{} exists already and was left as it is: choose another place, or use it",
        .0.display()
    )]
    AlreadyExists(PathBuf),
    /// A link, a folder, a pipe or a device stands where a key file should.
    #[error("{} is not a regular file: put the key file itself there", .0.display())]
    NotAFile(PathBuf),
    /// The file would show the secret to other accounts of the machine.
    #[error(
        "others may read {} (mode {mode:04o}): run `chmod 600 {}`",
        .path.display(), .path.display()
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Another account owns the file and could change or open it at any time.
    #[error(
        "{} belongs to user {owner}, not to user {us}: run `chown {us} {}`",
        .path.display(), .path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// Its owner's user number.
        owner: u32,
        /// The user number of this process.
        us: u32,
    },
    /// The file was cut, edited or is something else.
    #[error("{} does not hold a root secret: restore it, or use two recovery shares", .0.display())]
    NotASecret(PathBuf),
    /// The passphrase was mistyped, or the file was altered.
    #[error("the passphrase does not open {}: type it again", .0.display())]
    WrongPassphrase(PathBuf),
    /// Too short to resist guessing by whoever has the file.
    #[error(
        "the passphrase has {characters} characters: use at least {}",
        passphrase::CHARACTERS_MIN
    )]
    ShortPassphrase {
        /// Its length.
        characters: usize,
    },
    /// The file asks for less work than is safe, or for more than a server should do.
    #[error("{} asks for unsafe Argon2id settings: it was altered, restore it", .0.display())]
    UnsafeSettings(PathBuf),
    /// A name with a slash, or an empty one.
    #[error("`{0}` is not the name of a systemd credential: use letters, digits, `-`, `_` and `.`")]
    BadName(String),
    /// Only systemd makes its credentials.
    #[error(
        "systemd makes its own credentials: run \
         `head -c 32 /dev/urandom | systemd-creds encrypt --name={0} - {0}.cred`"
    )]
    MadeBySystemd(String),
    /// The file system refused.
    #[error("{} could not be read or written", .path.display())]
    FileSystem {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
}

impl RootSource {
    /// Makes a new root secret and keeps it at this source.
    ///
    /// # Errors
    ///
    /// As [`RootSource::keep`].
    pub fn create(&self) -> Result<RootSecret, RootError> {
        let root = RootSecret::random();
        self.keep(&root)?;
        Ok(root)
    }

    /// Puts an existing root secret at this source: after a recovery from shares, or to move from
    /// one kind of source to another. The key store stays as it is.
    ///
    /// # Errors
    ///
    /// [`RootError::AlreadyExists`] rather than overwrite; [`RootError::ShortPassphrase`];
    /// [`RootError::MadeBySystemd`]; [`RootError::FileSystem`].
    pub fn keep(&self, root: &RootSecret) -> Result<(), RootError> {
        match self {
            RootSource::File(path) => write_new(path, root.bytes()),
            RootSource::Passphrase {
                salt_file,
                passphrase,
            } => write_new(salt_file, passphrase::lock(root, passphrase)?.as_bytes()),
            RootSource::SystemdCredential { name, .. } => {
                Err(RootError::MadeBySystemd(credential_name(name)?.to_owned()))
            }
        }
    }

    /// Reads the root secret. A passphrase takes some tenths of a second of one core.
    ///
    /// Whether it is the *right* secret only [`super::Vault::unlock`] can tell.
    ///
    /// # Errors
    ///
    /// Each case of [`RootError`] says what is wrong with the source and how to mend it.
    pub fn load(&self) -> Result<RootSecret, RootError> {
        match self {
            RootSource::File(path) => {
                plain_secret(path, &read_private(path, ROOT_BYTES, Ownership::Checked)?)
            }
            RootSource::Passphrase {
                salt_file,
                passphrase,
            } => {
                let locked = read_private(salt_file, LOCKED_BYTES_MAX, Ownership::Checked)?;
                passphrase::unlock(salt_file, &locked, passphrase)
            }
            // systemd owns this folder and gives us access by other means than mode and owner.
            RootSource::SystemdCredential { directory, name } => {
                let path = directory.join(credential_name(name)?);
                plain_secret(
                    &path,
                    &read_private(&path, ROOT_BYTES, Ownership::LeftToSystemd)?,
                )
            }
        }
    }
}

fn plain_secret(path: &Path, bytes: &[u8]) -> Result<RootSecret, RootError> {
    RootSecret::from_slice(bytes).ok_or_else(|| RootError::NotASecret(path.to_owned()))
}

fn credential_name(name: &str) -> Result<&str, RootError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(RootError::BadName(name.to_owned()));
    }
    Ok(name)
}

enum Ownership {
    Checked,
    LeftToSystemd,
}

/// Reads a small file after checking that nobody else can.
fn read_private(
    path: &Path,
    bytes_max: usize,
    ownership: Ownership,
) -> Result<Zeroizing<Vec<u8>>, RootError> {
    let file_system = |cause| RootError::FileSystem {
        path: path.to_owned(),
        cause,
    };
    // Before opening: opening a pipe would wait for ever.
    if !fs::symlink_metadata(path).map_err(file_system)?.is_file() {
        return Err(RootError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(file_system)?;
    // Again on the open file: what was looked at before may have been exchanged since.
    let metadata = file.metadata().map_err(file_system)?;
    if !metadata.is_file() {
        return Err(RootError::NotAFile(path.to_owned()));
    }
    if matches!(ownership, Ownership::Checked) {
        let us = effective_user().map_err(file_system)?;
        refuse_shared(path, metadata.mode() & 0o7777, metadata.uid(), us)?;
    }
    // Room for everything from the start, so that no copy stays behind when the buffer grows. One
    // byte more than allowed, so that a longer file is told from one of the right length.
    let mut bytes = Zeroizing::new(Vec::with_capacity(bytes_max + 64));
    file.take(bytes_max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(file_system)?;
    if bytes.len() > bytes_max {
        return Err(RootError::NotASecret(path.to_owned()));
    }
    Ok(bytes)
}

/// Refuses a file that other accounts can read, or exchange as its owner.
pub(super) fn refuse_shared(path: &Path, mode: u32, owner: u32, us: u32) -> Result<(), RootError> {
    if mode & SHARED_BITS != 0 {
        return Err(RootError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    if owner != us {
        return Err(RootError::NotOurs {
            path: path.to_owned(),
            owner,
            us,
        });
    }
    Ok(())
}

/// The user number that this process acts as. Read from `status`, whose content is right even when
/// the process is set to leave no core dump, which gives the files in `/proc` to root.
fn effective_user() -> io::Result<u32> {
    let status = fs::read_to_string("/proc/self/status")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .and_then(|users| users.split_ascii_whitespace().nth(1)?.parse().ok())
        .ok_or_else(|| io::Error::other("/proc/self/status names no user"))
}

/// Writes a new file with mode 0600 that survives a power cut, or nothing.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), RootError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AlreadyExists => RootError::AlreadyExists(path.to_owned()),
        _ => RootError::FileSystem {
            path: path.to_owned(),
            cause,
        },
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| File::open(folder_of(path))?.sync_all());
    written.map_err(|cause| {
        // Half a secret is worse than none: the next try would be told that it exists already.
        let _ = fs::remove_file(path);
        failed(cause)
    })
}
