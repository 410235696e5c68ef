//! Where a command gets the root secret: a file, a passphrase, or systemd.
//!
//! Which of them, the settings say (`root_secret`). The passphrase is typed on the terminal or is a
//! line of standard input; the credential is the one that systemd decrypted for this service.
//! Refused: either as an argument or in the environment.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use trust::vault::{Passphrase, RootSecret, RootSource};

use crate::{
    cli::typed,
    config::{RootFrom, Settings},
    instance::{self, Folder},
};

/// The credential's name: `LoadCredentialEncrypted=root:…`.
const CREDENTIAL: &str = "root";
/// What systemd names the folder of the service's credentials in.
const DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// The root secret of an instance, from where its settings say.
///
/// # Errors
/// What is wrong with the source, and the mend.
pub fn load(folder: &Folder, settings: &Settings) -> anyhow::Result<RootSecret> {
    match settings.root_secret {
        RootFrom::File => instance::load_root(folder),
        RootFrom::Passphrase => {
            let typed = typed::secret("Passphrase of the root secret")?;
            Ok(locked(folder, Passphrase::new(typed)).load()?)
        }
        RootFrom::Systemd => Ok(credential()?.load()?),
    }
}

/// Makes the root secret of a new instance; systemd's is there already, and is read.
///
/// # Errors
/// As [`load`].
pub fn create(folder: &Folder, from: RootFrom) -> anyhow::Result<RootSecret> {
    match from {
        RootFrom::Systemd => Ok(credential()?.load()?),
        _ => Ok(new_source(folder, from)?.create()?),
    }
}

/// Puts a recovered root secret back.
///
/// # Errors
/// As [`load`]; systemd's own credentials only systemd can make.
pub fn keep(folder: &Folder, from: RootFrom, root: &RootSecret) -> anyhow::Result<()> {
    Ok(new_source(folder, from)?.keep(root)?)
}

/// The file that holds the secret, if there is one.
#[must_use]
pub fn place(folder: &Folder, from: RootFrom) -> Option<PathBuf> {
    match from {
        RootFrom::File => Some(folder.root_key()),
        RootFrom::Passphrase => Some(folder.locked_root()),
        RootFrom::Systemd => None,
    }
}

/// The source in words, for whoever reads what `init` prints.
#[must_use]
pub fn in_words(folder: &Folder, from: RootFrom) -> String {
    match from {
        RootFrom::File => format!(
            "in {} (mode 0600): put it on another disk than the data, if you can",
            folder.root_key().display()
        ),
        RootFrom::Passphrase => format!(
            "locked by your passphrase in {}: the passphrase is asked at every start",
            folder.locked_root().display()
        ),
        RootFrom::Systemd => format!("systemd's credential `{CREDENTIAL}`"),
    }
}

fn new_source(folder: &Folder, from: RootFrom) -> anyhow::Result<RootSource> {
    Ok(match from {
        RootFrom::File => RootSource::File(folder.root_key()),
        RootFrom::Passphrase => {
            let first = typed::secret("New passphrase of the root secret")?;
            if typed::is_terminal() {
                let again = typed::secret("The same passphrase again")?;
                ensure!(
                    first == again,
                    "the two passphrases differ: nothing was written"
                );
            }
            locked(folder, Passphrase::new(first))
        }
        RootFrom::Systemd => credential()?,
    })
}

fn locked(folder: &Folder, passphrase: Passphrase) -> RootSource {
    RootSource::Passphrase {
        salt_file: folder.locked_root(),
        passphrase,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "systemd names the folder of credentials here and nowhere else"
)]
fn credential() -> anyhow::Result<RootSource> {
    let directory = std::env::var_os(DIRECTORY).with_context(|| {
        format!("{DIRECTORY} is not set: start it as a service with LoadCredentialEncrypted=root:…")
    })?;
    Ok(RootSource::SystemdCredential {
        directory: PathBuf::from(directory),
        name: CREDENTIAL.to_owned(),
    })
}
