//! A lane's size and root, signed: what an auditor keeps.
//!
//! The text is a C2SP tlog-checkpoint, the signature a C2SP signed-note with Ed25519, so that other
//! people's tools can read it. Each lane is a log of its own and has its own origin line
//! ([`lane_origin`]); the key is one for the whole instance and is named by the instance's origin.
//!
//! Refuses: a note that no known key signed, one that a known key signed wrongly, other signature
//! algorithms, and anything beyond the limits.
//! Read next: [`super::anchor`], where checkpoints are put out of reach.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Hash, sha256};

/// The longest signed checkpoint that is looked at, in bytes: room for sixteen large signatures.
pub const NOTE_BYTES_MAX: usize = 96 * 1_024;
/// The most lines of text, and the most signatures.
const LINES_MAX: usize = 16;
const ED25519_TYPE: u8 = 0x01;
const SIGNATURE_START: &str = "— ";

/// What a lane's tree was at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: see [`lane_origin`].
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why bytes are not a checkpoint to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// More than [`NOTE_BYTES_MAX`] bytes, or too many lines or signatures.
    #[error("the note is too large")]
    TooLarge,
    /// Not a note at all; says what is wrong.
    #[error("not a signed checkpoint: {0}")]
    Malformed(&'static str),
    /// No signature is by a known key.
    #[error("no known key signed it")]
    UnknownSigner,
    /// A signature claims to be by a known key and is not.
    #[error("the signature does not fit the text")]
    BadSignature,
    /// It is about another log.
    #[error("it is about the log \"{}\"", .0.escape_debug())]
    OtherLog(String),
    /// A name is empty, or holds a space, a plus sign or a control character.
    #[error("a log's name has no spaces, plus signs or control characters")]
    BadName,
    /// Not a verifier key.
    #[error("not a verifier key of the form name+hash+key")]
    BadKey,
}

/// The origin line of a lane: `<the instance's origin>/lane-<n>`.
#[must_use]
pub fn lane_origin(instance_origin: &str, lane: u16) -> String {
    format!("{instance_origin}/lane-{lane}")
}

/// Signs a checkpoint in the name of `key_name`, which is the instance's origin.
///
/// The same checkpoint and key give the same note, byte for byte.
///
/// # Errors
/// [`CheckpointError::BadName`] if the name or the origin cannot stand in a note.
pub fn sign(
    checkpoint: &Checkpoint,
    key_name: &str,
    key: &Ed25519KeyPair,
) -> Result<String, CheckpointError> {
    check_name(&checkpoint.origin)?;
    let root = STANDARD.encode(checkpoint.root);
    let text = format!("{}\n{}\n{root}\n", checkpoint.origin, checkpoint.size);
    sign_text(&text, key_name, key)
}

/// Signs any text as a C2SP signed-note. What two kinds of text mean must differ in their form.
pub(super) fn sign_text(
    text: &str,
    key_name: &str,
    key: &Ed25519KeyPair,
) -> Result<String, CheckpointError> {
    let public = key
        .public_key()
        .as_ref()
        .try_into()
        .map_err(|_| CheckpointError::BadKey)?;
    let signer = VerifyingKey::new(key_name, public)?;
    let mut signature = signer.id.to_vec();
    signature.extend_from_slice(key.sign(text.as_bytes()).as_ref());
    let signature = STANDARD.encode(signature);
    Ok(format!("{text}\n{SIGNATURE_START}{key_name} {signature}\n"))
}

/// Reads a checkpoint that one of `keys` has signed.
///
/// Signatures by other keys are passed over, as the note format wants it.
///
/// # Errors
/// Says why the note is not believed.
pub fn parse_and_verify(note: &[u8], keys: &[VerifyingKey]) -> Result<Checkpoint, CheckpointError> {
    read_text(verified_text(note, keys)?)
}

/// The text of a note that one of `keys` has signed; if there are none, signatures are not checked.
pub(super) fn signed_text<'a>(
    note: &'a [u8],
    keys: &[VerifyingKey],
) -> Result<&'a str, CheckpointError> {
    if keys.is_empty() {
        Ok(Note::split(note)?.text)
    } else {
        verified_text(note, keys)
    }
}

fn verified_text<'a>(note: &'a [u8], keys: &[VerifyingKey]) -> Result<&'a str, CheckpointError> {
    let note = Note::split(note)?;
    let mut known = false;
    for line in note.signatures.lines() {
        let (name, id, signature) = split_signature(line)?;
        for key in keys.iter().filter(|key| key.name == name && key.id == id) {
            key.verify(note.text.as_bytes(), &signature)?;
            known = true;
        }
    }
    if known {
        Ok(note.text)
    } else {
        Err(CheckpointError::UnknownSigner)
    }
}

/// Reads a checkpoint without asking who signed it: enough to notice a rollback, no proof of one.
///
/// # Errors
/// Says why the note is not a checkpoint.
pub fn parse_unverified(note: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let note = Note::split(note)?;
    note.signatures
        .lines()
        .try_for_each(|line| split_signature(line).map(drop))?;
    read_text(note.text)
}

/// The public half of a checkpoint key, with the name it signs in.
///
/// Its text form is the C2SP verifier key, `name+hash+key`, to be published and handed to auditors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifyingKey {
    /// Names a public key.
    ///
    /// # Errors
    /// [`CheckpointError::BadName`] if the name cannot stand in a note.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, CheckpointError> {
        check_name(name)?;
        let hash = sha256(&[name.as_bytes(), b"\n", &[ED25519_TYPE], &public]);
        let [a, b, c, d, ..] = hash;
        Ok(Self {
            name: name.to_owned(),
            id: [a, b, c, d],
            public,
        })
    }

    /// The name it signs in.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> Result<(), CheckpointError> {
        UnparsedPublicKey::new(&ED25519, &self.public)
            .verify(text, signature)
            .map_err(|_| CheckpointError::BadSignature)
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.public);
        let id = u32::from_be_bytes(self.id);
        write!(out, "{}+{id:08x}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for VerifyingKey {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        // The key part is base64 and may hold plus signs itself; name and hash may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CheckpointError::BadKey);
        };
        let key = STANDARD.decode(key).map_err(|_| CheckpointError::BadKey)?;
        let Some((&ED25519_TYPE, public)) = key.split_first() else {
            return Err(CheckpointError::BadKey);
        };
        let public = public.try_into().map_err(|_| CheckpointError::BadKey)?;
        let parsed = Self::new(name, public)?;
        let same = id == format!("{:08x}", u32::from_be_bytes(parsed.id));
        if same {
            Ok(parsed)
        } else {
            Err(CheckpointError::BadKey)
        }
    }
}

/// Whose checkpoints are expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The instance's origin.
    pub origin: String,
    /// Its keys. If there are none, signatures are not checked.
    pub keys: Vec<VerifyingKey>,
}

impl Issuer {
    /// Reads a checkpoint of this issuer's `lane`.
    ///
    /// # Errors
    /// Says why the note is not believed; [`CheckpointError::OtherLog`] if it is about another
    /// lane.
    pub fn read(&self, lane: u16, note: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = if self.keys.is_empty() {
            parse_unverified(note)?
        } else {
            parse_and_verify(note, &self.keys)?
        };
        if checkpoint.origin == lane_origin(&self.origin, lane) {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::OtherLog(checkpoint.origin))
        }
    }
}

/// A note's two parts.
struct Note<'a> {
    /// What is signed, with its last newline.
    text: &'a str,
    /// The signature lines.
    signatures: &'a str,
}

impl<'a> Note<'a> {
    fn split(note: &'a [u8]) -> Result<Self, CheckpointError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(CheckpointError::TooLarge);
        }
        let note = str::from_utf8(note).map_err(|_| CheckpointError::Malformed("not UTF-8"))?;
        if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(CheckpointError::Malformed("it holds a control character"));
        }
        let (text, signatures) = note
            .rfind("\n\n")
            .map(|blank| (&note[..=blank], &note[blank + 2..]))
            .ok_or(CheckpointError::Malformed(
                "no blank line before the signatures",
            ))?;
        if signatures.is_empty() || !signatures.ends_with('\n') {
            return Err(CheckpointError::Malformed(
                "it does not end with a signature line",
            ));
        }
        if text.lines().count() > LINES_MAX || signatures.lines().count() > LINES_MAX {
            return Err(CheckpointError::TooLarge);
        }
        Ok(Self { text, signatures })
    }
}

fn split_signature(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), CheckpointError> {
    let malformed = CheckpointError::Malformed("a signature line has another form");
    let Some((name, signature)) = line
        .strip_prefix(SIGNATURE_START)
        .and_then(|rest| rest.split_once(' '))
    else {
        return Err(malformed);
    };
    let signature = STANDARD.decode(signature).map_err(|_| malformed.clone())?;
    let (id, signature) = signature.split_first_chunk::<4>().ok_or(malformed)?;
    check_name(name)?;
    Ok((name, *id, signature.to_vec()))
}

fn read_text(text: &str) -> Result<Checkpoint, CheckpointError> {
    let mut lines = text.lines();
    let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(CheckpointError::Malformed("fewer than three lines of text"));
    };
    if origin.is_empty() || lines.any(str::is_empty) {
        return Err(CheckpointError::Malformed("a line of text is empty"));
    }
    let parsed = size
        .parse::<u64>()
        .ok()
        .filter(|parsed| parsed.to_string() == size);
    let size = parsed.ok_or(CheckpointError::Malformed("the size is not a plain number"))?;
    let root = STANDARD
        .decode(root)
        .ok()
        .and_then(|root| Hash::try_from(root).ok());
    let root = root.ok_or(CheckpointError::Malformed(
        "the root is not 32 bytes in base64",
    ))?;
    Ok(Checkpoint {
        origin: origin.to_owned(),
        size,
        root,
    })
}

fn check_name(name: &str) -> Result<(), CheckpointError> {
    let forbidden = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
    if name.is_empty() || name.contains(forbidden) {
        return Err(CheckpointError::BadName);
    }
    Ok(())
}
