//! The keys that belong to the whole instance, one for each purpose.
//!
//! Each is random at creation and wrapped on its own; none is derived from another, so that one can
//! be given away (the row seal key to an auditor) without the rest. A stored key is bound to the
//! label of its purpose: copied into another purpose's row it does not unwrap.
//! Next: [`super::rows`] stores them, [`super::Vault`] gives them out.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

use super::wrap::{Context, KEY_BYTES, NotGenuine, WrappedKey, WrappingKey};
use super::{SubjectId, VaultError, random};

/// What an instance-wide key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    BlindIndex,
    CheckpointSigning,
    ErasureMark,
    PasswordPepper,
    RowSeal,
    TokenHash,
}

impl Purpose {
    pub(super) const ALL: [Purpose; 6] = [
        Purpose::BlindIndex,
        Purpose::CheckpointSigning,
        Purpose::ErasureMark,
        Purpose::PasswordPepper,
        Purpose::RowSeal,
        Purpose::TokenHash,
    ];

    /// The stored name, which is also authenticated with the key. Never change one.
    pub(super) fn label(self) -> &'static str {
        match self {
            Purpose::BlindIndex => "blind index",
            Purpose::CheckpointSigning => "checkpoint signing",
            Purpose::ErasureMark => "erasure mark",
            Purpose::PasswordPepper => "password pepper",
            Purpose::RowSeal => "row seal",
            Purpose::TokenHash => "token hash",
        }
    }

    pub(super) fn from_label(label: &str) -> Option<Purpose> {
        Purpose::ALL
            .into_iter()
            .find(|purpose| purpose.label() == label)
    }
}

/// A stored key of one purpose.
#[derive(Clone, Copy)]
pub(super) struct PurposeKey {
    pub(super) purpose: Purpose,
    /// Named in what is made with the key (the pepper's in each password hash).
    pub(super) version: u32,
    pub(super) wrapped: WrappedKey,
}

impl PurposeKey {
    pub(super) fn create(
        purpose: Purpose,
        instance: &[u8; 16],
        instance_key: &WrappingKey,
    ) -> PurposeKey {
        PurposeKey::wrap(purpose, 1, &random::secret(), (instance, instance_key))
    }

    /// The same key, locked with another instance key.
    pub(super) fn rewrap(
        self,
        instance: &[u8; 16],
        old: &WrappingKey,
        new: &WrappingKey,
    ) -> Result<PurposeKey, NotGenuine> {
        let secret = self.unwrap(instance, old)?;
        Ok(PurposeKey::wrap(
            self.purpose,
            self.version,
            &secret,
            (instance, new),
        ))
    }

    fn wrap(
        purpose: Purpose,
        version: u32,
        secret: &[u8; KEY_BYTES],
        (instance, instance_key): (&[u8; 16], &WrappingKey),
    ) -> PurposeKey {
        let wrapped = instance_key.wrap(secret, &context(instance, purpose, version));
        PurposeKey {
            purpose,
            version,
            wrapped,
        }
    }

    fn unwrap(
        &self,
        instance: &[u8; 16],
        instance_key: &WrappingKey,
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, NotGenuine> {
        instance_key.unwrap(
            &self.wrapped,
            &context(instance, self.purpose, self.version),
        )
    }
}

fn context(instance: &[u8; 16], purpose: Purpose, version: u32) -> Context {
    Context::new("almoner/purpose-key/1", instance)
        .with(purpose.label().as_bytes())
        .with(&version.to_be_bytes())
}

/// All instance-wide keys, open. AWS-LC wipes each when it is dropped.
pub(super) struct InstanceKeys {
    pub(super) blind_index: hmac::Key,
    pub(super) token_hash: hmac::Key,
    pub(super) row_seal: hmac::Key,
    pub(super) pepper: hmac::Key,
    pub(super) pepper_id: u32,
    pub(super) signer: Ed25519KeyPair,
    pub(super) signer_public: [u8; 32],
    erasure_mark: hmac::Key,
}

impl InstanceKeys {
    pub(super) fn open(
        stored: &[PurposeKey],
        instance: &[u8; 16],
        instance_key: &WrappingKey,
    ) -> Result<InstanceKeys, VaultError> {
        let secret = |purpose: Purpose| {
            let key = stored.iter().find(|key| key.purpose == purpose);
            let key = key.ok_or(VaultError::Damaged("a key of the instance is missing"))?;
            let secret = key
                .unwrap(instance, instance_key)
                .map_err(|_| VaultError::Damaged("a key of the instance was altered"))?;
            Ok::<_, VaultError>((secret, key.version))
        };
        let hmac_key = |purpose: Purpose| {
            let (secret, version) = secret(purpose)?;
            Ok::<_, VaultError>((
                hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice()),
                version,
            ))
        };
        let (seed, _) = secret(Purpose::CheckpointSigning)?;
        let signer = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())
            .expect("every 32 bytes are an Ed25519 seed");
        let mut signer_public = [0; 32];
        signer_public.copy_from_slice(signer.public_key().as_ref());
        let (pepper, pepper_id) = hmac_key(Purpose::PasswordPepper)?;
        Ok(InstanceKeys {
            blind_index: hmac_key(Purpose::BlindIndex)?.0,
            token_hash: hmac_key(Purpose::TokenHash)?.0,
            row_seal: hmac_key(Purpose::RowSeal)?.0,
            erasure_mark: hmac_key(Purpose::ErasureMark)?.0,
            pepper,
            pepper_id,
            signer,
            signer_public,
        })
    }

    /// What proves that the vault itself erased a person, and not an editor of the file.
    pub(super) fn erasure_mark(&self, instance: &[u8; 16], subject: SubjectId) -> [u8; 32] {
        let message = erasure_message(instance, subject);
        keyed_hash(&self.erasure_mark, &[message.bytes()])
    }

    pub(super) fn is_erasure_mark(
        &self,
        instance: &[u8; 16],
        subject: SubjectId,
        mark: &[u8],
    ) -> bool {
        hmac::verify(
            &self.erasure_mark,
            erasure_message(instance, subject).bytes(),
            mark,
        )
        .is_ok()
    }
}

fn erasure_message(instance: &[u8; 16], subject: SubjectId) -> Context {
    Context::new("almoner/erased/1", instance).with(&subject.0.to_be_bytes())
}

/// HMAC-SHA256 over the parts one after the other; the caller keeps them apart.
pub(super) fn keyed_hash(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = hmac::Context::with_key(key);
    for part in parts {
        hash.update(part);
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.sign().as_ref());
    bytes
}
