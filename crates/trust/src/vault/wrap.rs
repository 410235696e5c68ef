//! One key locked with another, and the context that ties a ciphertext to its place.
//!
//! A wrapped key is 60 bytes: nonce, AES-256-GCM-SIV ciphertext, tag. The [`Context`] of the place
//! is authenticated with it, so a wrapped key that is moved to another person, purpose or instance
//! does not unwrap. Next: [`super::keyring`] holds wrapped keys, [`super::cells`] uses open ones.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use super::root::RootSecret;

/// Bytes of every key in the vault.
pub(super) const KEY_BYTES: usize = 32;
/// Bytes of an authentication tag.
pub(super) const TAG_BYTES: usize = 16;
/// Bytes of a wrapped key.
pub(super) const WRAPPED_BYTES: usize = NONCE_LEN + KEY_BYTES + TAG_BYTES;

/// Something does not open: altered, moved, or locked with another key. Which one cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotGenuine;

/// What a ciphertext belongs to, as associated data: a label and parts, each with its length before
/// it, so that no two places ever give the same bytes.
pub(super) struct Context(Vec<u8>);

impl Context {
    pub(super) fn new(label: &str, instance: &[u8; 16]) -> Context {
        Context(Vec::with_capacity(128))
            .with(label.as_bytes())
            .with(instance)
    }

    pub(super) fn with(mut self, part: &[u8]) -> Context {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part);
        self
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A key that is locked with another key: safe to store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct WrappedKey([u8; WRAPPED_BYTES]);

impl WrappedKey {
    /// Takes back stored bytes; only their number is checked here.
    pub(super) fn from_stored(bytes: &[u8]) -> Result<WrappedKey, NotGenuine> {
        bytes.try_into().map(WrappedKey).map_err(|_| NotGenuine)
    }

    pub(super) fn as_stored(&self) -> &[u8] {
        &self.0
    }
}

/// A key that only locks and unlocks other keys.
///
/// AWS-LC keeps the expanded key and wipes it when it is dropped.
pub(super) struct WrappingKey(RandomizedNonceKey);

impl WrappingKey {
    pub(super) fn new(key: &[u8; KEY_BYTES]) -> WrappingKey {
        WrappingKey(cipher(key))
    }

    /// The key that locks instance keys, derived from the root secret and bound to the instance.
    pub(super) fn from_root(root: &RootSecret, instance: &[u8; 16]) -> WrappingKey {
        WrappingKey::new(&derive(root, instance, b"almoner/root/wrap/1"))
    }

    pub(super) fn wrap(&self, key: &[u8; KEY_BYTES], context: &Context) -> WrappedKey {
        let mut wrapped = [0; WRAPPED_BYTES];
        let (nonce_place, rest) = wrapped.split_at_mut(NONCE_LEN);
        let (key_place, tag_place) = rest.split_at_mut(KEY_BYTES);
        key_place.copy_from_slice(key);
        let (nonce, tag) = self
            .0
            .seal_in_place_separate_tag(Aad::from(context.bytes()), key_place)
            .expect("32 bytes are within the cipher's limit");
        nonce_place.copy_from_slice(nonce.as_ref());
        tag_place.copy_from_slice(tag.as_ref());
        WrappedKey(wrapped)
    }

    pub(super) fn unwrap(
        &self,
        wrapped: &WrappedKey,
        context: &Context,
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, NotGenuine> {
        let (nonce, locked) = wrapped.0.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotGenuine)?;
        let mut buffer = Zeroizing::new([0; KEY_BYTES + TAG_BYTES]);
        buffer.copy_from_slice(locked);
        let open = self
            .0
            .open_in_place(nonce, Aad::from(context.bytes()), buffer.as_mut_slice())
            .map_err(|_| NotGenuine)?;
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(open);
        Ok(key)
    }
}

/// AES-256-GCM-SIV with random nonces: a nonce drawn twice (a restored machine snapshot) tells no
/// more than that two texts are equal.
pub(super) fn cipher(key: &[u8; KEY_BYTES]) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, key).expect("the key has the cipher's length")
}

/// A public mark of the root secret, by which a wrong one is told from a damaged key store.
pub(super) fn root_mark(root: &RootSecret, instance: &[u8; 16]) -> [u8; KEY_BYTES] {
    *derive(root, instance, b"almoner/root/mark/1")
}

/// HKDF-SHA256 (RFC 5869) with the instance as salt.
fn derive(root: &RootSecret, instance: &[u8; 16], purpose: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, instance)
        .extract(root.bytes())
        .expand(&[purpose], hkdf::HKDF_SHA256)
        .and_then(|output| output.fill(key.as_mut_slice()))
        .expect("32 bytes are within HKDF's limit");
    key
}
