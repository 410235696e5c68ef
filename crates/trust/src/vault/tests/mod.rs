//! What the vault promises, as sentences. [`Desk`] is a folder with a root secret and a key store.

mod cells;
mod erasure;
mod keystore;
mod root;
mod shares;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{FieldPlace, RootSecret, SubjectId, Vault, VaultError};

/// The instance of the tests.
const INSTANCE: [u8; 16] = *b"a ward in a test";

/// A cell of the tests.
const NOTE: FieldPlace<'static> = FieldPlace {
    table: "client",
    column: "note",
    key: b"client 7",
};

/// A folder of its own for each test.
struct Desk {
    folder: TempDir,
    root: RootSecret,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            folder: tempfile::tempdir().unwrap(),
            root: RootSecret::random(),
        }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn keystore(&self) -> PathBuf {
        self.folder().join("keystore.db")
    }

    async fn create(&self) -> Vault {
        Vault::create(&self.keystore(), &self.root, INSTANCE)
            .await
            .unwrap()
    }

    async fn unlock(&self) -> Result<Vault, VaultError> {
        Vault::unlock(&self.keystore(), &self.root, INSTANCE).await
    }
}

/// Seals a note for a new person.
async fn person_with_note(vault: &Vault, note: &str) -> (SubjectId, Vec<u8>) {
    let person = vault.new_subject().await.unwrap();
    (person, vault.seal(person, &NOTE, note.as_bytes()).unwrap())
}

/// Reads the note of a person.
fn read_note(vault: &Vault, person: SubjectId, sealed: &[u8]) -> Result<String, VaultError> {
    vault
        .open(person, &NOTE, sealed)
        .map(|note| String::from_utf8(note.to_vec()).unwrap())
}
