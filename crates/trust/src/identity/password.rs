//! Passwords at rest: a keyed pepper, then Argon2id, on threads of their own and few at a time.
//!
//! The pepper lies in the vault, so a stolen database alone cannot be guessed against. Parameters
//! are OWASP's second choice (19 MiB, two passes, one lane); the PHC string carries them, so they
//! can be raised later and old hashes still checked. Refused: hashing on an async thread.

use std::sync::{Arc, LazyLock};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use aws_lc_rs::hmac;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::vault::{Vault, random};

/// Memory of one hash, in KiB (OWASP Password Storage Cheat Sheet: 19 MiB with t=2, p=1).
const MEMORY_KIB: u32 = 19_456;
/// Hashes that run at once. More would let an attacker take all memory and both cores.
const AT_ONCE: usize = 2;
/// Sign-ins that wait for a hash; more hear "busy".
const WAITING_MAX: usize = 64;

static SLOTS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));
static QUEUE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(WAITING_MAX));
/// What an unknown name is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hashed(&random::bytes::<32>()).unwrap_or_default());

/// Too many sign-ins are waiting for a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people are signing in at once")]
pub struct TooMany;

fn peppered(password: &str, vault: &Vault) -> Zeroizing<Vec<u8>> {
    let tag = hmac::sign(vault.pepper(), password.as_bytes());
    Zeroizing::new(tag.as_ref().to_vec())
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).expect("constant parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hashed(secret: &[u8]) -> Result<String, argon2::password_hash::Error> {
    let salt = random::bytes::<16>();
    Ok(hasher().hash_password_with_salt(secret, &salt)?.to_string())
}

/// Hashes a new password.
///
/// # Errors
/// [`TooMany`] when the queue is full.
pub async fn hash(password: &str, vault: &Vault) -> Result<String, TooMany> {
    let secret = peppered(password, vault);
    on_a_thread(move || hashed(&secret).expect("a 32-byte secret and 16-byte salt can be hashed"))
        .await
}

/// Whether a password fits a stored hash; without a hash it takes as long and says no.
///
/// # Errors
/// [`TooMany`] when the queue is full.
pub async fn fits(password: &str, stored: Option<String>, vault: &Vault) -> Result<bool, TooMany> {
    let secret = peppered(password, vault);
    on_a_thread(move || {
        let known = stored.is_some();
        let phc = stored.unwrap_or_else(|| NOBODY.clone());
        let Ok(parsed) = PasswordHash::new(&phc) else {
            return false;
        };
        hasher().verify_password(&secret, &parsed).is_ok() && known
    })
    .await
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TooMany> {
    let _waiting = QUEUE.try_acquire().map_err(|_| TooMany)?;
    let slot = SLOTS.clone().acquire_owned().await.map_err(|_| TooMany)?;
    let done = tokio::task::spawn_blocking(move || {
        let _slot = slot; // kept by the thread: a client that leaves must not free it early
        work()
    });
    done.await.map_err(|_| TooMany)
}
