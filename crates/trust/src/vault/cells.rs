//! The bytes of a sealed value: how they are laid out, padded, closed and opened.
//!
//! ```text
//! suite (1) | data key version (4, big-endian) | nonce (12) | ciphertext (n x 32) | tag (16)
//! ```
//!
//! Before sealing, one byte 0x80 and then zeros are added up to a multiple of 32. At least one byte
//! is always added, so every padded text has exactly one reading, and a length is hidden to within
//! 32 bytes. Refused: texts over [`PLAINTEXT_BYTES_MAX`], unknown suites, anything altered.
//! Next: [`super::keyring`] finds the key for a person and version.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::VaultError;
use super::wrap::{Context, TAG_BYTES};

/// The longest text that is sealed in one piece: 16 MiB.
pub const PLAINTEXT_BYTES_MAX: usize = 16 << 20;

/// The only suite so far: AES-256-GCM-SIV with the padding described above.
const SUITE_GCM_SIV: u8 = 1;
const VERSION_BYTES: usize = 4;
const HEADER_BYTES: usize = 1 + VERSION_BYTES;
const BODY_AT: usize = HEADER_BYTES + NONCE_LEN;
const BLOCK_BYTES: usize = 32;
const PADDING_MARK: u8 = 0x80;

/// Closes `plaintext`. The `context` must already name the key's `version`.
pub(super) fn seal(
    key: &RandomizedNonceKey,
    version: u32,
    context: &Context,
    plaintext: &[u8],
) -> Result<Vec<u8>, VaultError> {
    if plaintext.len() > PLAINTEXT_BYTES_MAX {
        return Err(VaultError::TooLong {
            bytes: plaintext.len(),
        });
    }
    let padded = (plaintext.len() / BLOCK_BYTES + 1) * BLOCK_BYTES;
    // The whole length at once: growing later would leave a copy of the text on the heap.
    let mut sealed = Vec::with_capacity(BODY_AT + padded + TAG_BYTES);
    sealed.push(SUITE_GCM_SIV);
    sealed.extend_from_slice(&version.to_be_bytes());
    sealed.extend_from_slice(&[0; NONCE_LEN]);
    sealed.extend_from_slice(plaintext);
    sealed.push(PADDING_MARK);
    sealed.resize(BODY_AT + padded, 0);

    let (nonce, tag) = key
        .seal_in_place_separate_tag(Aad::from(context.bytes()), &mut sealed[BODY_AT..])
        .expect("the length was checked above");
    sealed[HEADER_BYTES..BODY_AT].copy_from_slice(nonce.as_ref());
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// The data key version that a sealed value names; not yet authenticated.
pub(super) fn version(sealed: &[u8]) -> Result<u32, VaultError> {
    match sealed.first() {
        Some(&SUITE_GCM_SIV) => {}
        Some(&suite) => return Err(VaultError::UnknownSuite(suite)),
        None => return Err(VaultError::Tampered),
    }
    let version = sealed.get(1..HEADER_BYTES).ok_or(VaultError::Tampered)?;
    Ok(u32::from_be_bytes(
        version.try_into().expect("the slice has four bytes"),
    ))
}

/// Opens a sealed value. The `context` must name the version that [`version`] read from it.
pub(super) fn open(
    key: &RandomizedNonceKey,
    context: &Context,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (Some(nonce), Some(body)) = (sealed.get(HEADER_BYTES..BODY_AT), sealed.get(BODY_AT..))
    else {
        return Err(VaultError::Tampered);
    };
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Tampered)?;
    let mut text = Zeroizing::new(body.to_vec());
    let padded = key
        .open_in_place(nonce, Aad::from(context.bytes()), &mut text)
        .map_err(|_| VaultError::Tampered)?
        .len();
    text.truncate(padded);
    let plain = unpadded(&text).ok_or(VaultError::Tampered)?;
    text.truncate(plain);
    Ok(text)
}

/// The length of the text before its padding.
fn unpadded(text: &[u8]) -> Option<usize> {
    let mark = text.iter().rposition(|&byte| byte != 0)?;
    let whole_blocks = text.len().is_multiple_of(BLOCK_BYTES);
    (text[mark] == PADDING_MARK && whole_blocks && text.len() - mark <= BLOCK_BYTES).then_some(mark)
}
