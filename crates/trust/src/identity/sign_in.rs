//! The door: signing in, setting a first password with a code, accepting the terms.
//!
//! The answer to a wrong name and a wrong password is the same, in words and in time. Failures are
//! counted for each name, known or not, and every wait survives a restart. Refused: guessing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    identity::{
        Identity,
        caller::{Caller, PermitError},
        events::{
            AcceptTerms, CountFailure, PasswordSet, SessionStarted, SetPassword, SignInFailed,
            StartSession, TermsAccepted,
        },
        founding::code_hash,
        model::{
            AccountState, DeviceClass, PasswordRefused, TERMS_VERSION, check_password,
            normalised_name, wait_after,
        },
        password::{self, TooMany},
        permit::{ActorId, SessionId},
        rows::{Account, Session, SignInFailure, account_by_name},
    },
    store::{error::StoreError, value::Moment},
    vault::random,
};

/// Longest sign-in name and password that are looked at.
const TYPED_MAX: usize = 1024;

/// A session that has just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// The token for the cookie; only its keyed hash is stored.
    pub token: String,
    /// Whose session it is.
    pub account: ActorId,
    /// The session.
    pub session: SessionId,
    /// Until when at most it lasts.
    pub absolute_until: Moment,
}

/// Why nobody was let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Name or password (or code) is wrong; which one is not said.
    #[error("the name or the password is not right")]
    Wrong,
    /// Too many failures; seconds to wait.
    #[error("too many failed attempts; wait {0} seconds")]
    Wait(i64),
    /// The new password is not taken, with the reason.
    #[error("{0}")]
    Password(#[from] PasswordRefused),
    /// Too many people at once.
    #[error("{0}")]
    TooMany(#[from] TooMany),
    /// The store did not answer.
    #[error("the sign-in could not be recorded")]
    Store(#[from] StoreError),
}

impl Identity {
    /// Signs somebody in on a device of their account's class.
    ///
    /// # Errors
    /// [`SignInError`]; a wrong attempt is counted and in the log before it is answered.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<SignedIn, SignInError> {
        self.sign_in_on(name, password, false).await
    }

    /// Signs somebody in; on a shared device the shorter limits hold, whatever the account's class.
    ///
    /// # Errors
    /// As [`Identity::sign_in`].
    pub async fn sign_in_on(
        &self,
        name: &str,
        password: &str,
        is_shared: bool,
    ) -> Result<SignedIn, SignInError> {
        if name.len() > TYPED_MAX || password.len() > TYPED_MAX {
            return Err(SignInError::Wrong);
        }
        let (bucket, account) = self.look_up(name).await?;
        let usable = account
            .as_ref()
            .filter(|account| account.state == AccountState::Active);
        let stored = usable.and_then(|account| account.password_hash.clone());
        let fits = password::fits(password, stored, self.store.vault()).await?;
        match (fits, account) {
            (true, Some(account)) => self.start_session(&account, bucket, is_shared).await,
            (_, account) => self.fail(bucket, account.map(|account| account.id)).await,
        }
    }

    /// Sets the first password with a one-time code. The code is used up.
    ///
    /// # Errors
    /// [`SignInError::Wrong`] for a wrong or old code, [`SignInError::Password`] with the reason.
    pub async fn set_password(
        &self,
        name: &str,
        code: &str,
        password: &str,
    ) -> Result<(), SignInError> {
        if name.len() > TYPED_MAX || code.len() > TYPED_MAX {
            return Err(SignInError::Wrong);
        }
        check_password(password, name)?;
        let (bucket, account) = self.look_up(name).await?;
        let wall = self.store.clock().wall();
        let given = code_hash(code, self.store.vault());
        let is_right = account.as_ref().is_some_and(|account| {
            let same = account.code_hash.as_ref().is_some_and(|hash| {
                bool::from(subtle::ConstantTimeEq::ct_eq(
                    hash.as_slice(),
                    given.as_slice(),
                ))
            });
            same && account.code_until.is_some_and(|until| wall < until)
        });
        let (true, Some(account)) = (is_right, account) else {
            return self.fail(bucket, None).await;
        };
        let hash = password::hash(password, self.store.vault()).await?;
        let permit = self.door_permit(SetPassword).await?;
        let mut tx = self.store.begin(permit).await?;
        let row = tx.lock::<Account>(account.id).await?;
        // The code may have been used by somebody else while the hash was made.
        let row = row.filter(|row| row.code_hash == Some(given));
        let Some(mut row) = row else {
            return Err(SignInError::Wrong);
        };
        row.password_hash = Some(hash);
        (row.code_hash, row.code_until) = (None, None);
        if row.state == AccountState::Invited {
            row.state = AccountState::Active;
        }
        tx.save(&row);
        tx.commit(PasswordSet {
            account: account.id,
        })
        .await?;
        Ok(())
    }

    /// The failure bucket of a name and its account; refuses while a wait runs.
    async fn look_up(&self, name: &str) -> Result<(Vec<u8>, Option<Account>), SignInError> {
        let name = normalised_name(name);
        let vault = self.store.vault();
        let bucket = vault
            .blind_index("sign_in_failure.unknown_device", &name)
            .to_vec();
        let mut reader = self.store.plain().await?;
        let failure = reader.one::<SignInFailure>(bucket.clone()).await?;
        let wall = self.store.clock().wall();
        if let Some(failure) = failure
            && wall < failure.row.wait_until
        {
            let micros = failure.row.wait_until.since(wall);
            return Err(SignInError::Wait(micros.div_euclid(1_000_000) + 1));
        }
        let index = reader.blind_index("account.sign_in_name", &name);
        let account = account_by_name(&mut reader, index).await?;
        Ok((bucket, account.map(|stored| stored.row)))
    }

    async fn fail<T>(&self, bucket: Vec<u8>, account: Option<ActorId>) -> Result<T, SignInError> {
        let permit = self.door_permit(CountFailure).await?;
        let mut tx = self.store.begin(permit).await?;
        let wall = self.store.clock().wall();
        let before = tx.lock::<SignInFailure>(bucket.clone()).await?;
        let failures = before.map_or(0, |row| row.failures) + 1;
        let wait_until = wall.after(wait_after(failures));
        tx.save(&SignInFailure {
            bucket,
            failures,
            last_at: wall,
            wait_until,
        });
        tx.commit(SignInFailed {
            account,
            failures,
            wait_until,
        })
        .await?;
        Err(SignInError::Wrong)
    }

    async fn start_session(
        &self,
        account: &Account,
        bucket: Vec<u8>,
        is_shared: bool,
    ) -> Result<SignedIn, SignInError> {
        let token = new_token();
        let hash = self.store.vault().token_hash(token.as_bytes()).to_vec();
        let permit = self.door_permit(StartSession).await?;
        let mut tx = self.store.begin(permit).await?;
        let wall = self.store.clock().wall();
        // Disabled while the password was checked?
        let current = tx.lock::<Account>(account.id).await?;
        if current.is_none_or(|row| row.state != AccountState::Active) {
            return Err(SignInError::Wrong);
        }
        let failure = tx.lock::<SignInFailure>(bucket).await?;
        if let Some(mut failure) = failure {
            // Guesses that were under way at the same time must not slip past the ladder.
            if wall < failure.wait_until {
                let micros = failure.wait_until.since(wall);
                return Err(SignInError::Wait(micros.div_euclid(1_000_000) + 1));
            }
            (failure.failures, failure.wait_until) = (0, wall);
            tx.save(&failure);
        }
        let session = SessionId(tx.new_key::<Session>().await?);
        let device_class = match account.device_class {
            // An administrator's rights keep the administrator's limits on every device.
            DeviceClass::Personal if is_shared => DeviceClass::Shared,
            class => class,
        };
        tx.save(&Session {
            id: session,
            token_hash: hash,
            account: account.id,
            device_class,
            started_at: wall,
            seen_at: wall,
            proved_at: None,
            ended_at: None,
            ended_because: None,
        });
        tx.commit(SessionStarted {
            account: account.id,
            session,
        })
        .await?;
        let absolute_until = wall.after(device_class.absolute_max());
        Ok(SignedIn {
            token,
            account: account.id,
            session,
            absolute_until,
        })
    }

    /// Accepts the current terms of use for the caller.
    ///
    /// # Errors
    /// [`PermitError`] when the acceptance could not be written.
    pub async fn accept_terms(&self, caller: &Caller) -> Result<(), PermitError> {
        let permit = caller.permit(AcceptTerms).await?;
        let account = permit.actor();
        let mut tx = self.store.begin(permit).await?;
        let row = tx.lock::<Account>(account).await?;
        let mut row = row.ok_or(PermitError::Store(StoreError::NotAllowed))?;
        row.terms_version = Some(TERMS_VERSION);
        row.terms_at = Some(self.store.clock().wall());
        tx.save(&row);
        tx.commit(TermsAccepted {
            version: TERMS_VERSION,
        })
        .await?;
        Ok(())
    }
}

/// 256 random bits, in letters that a cookie may hold.
fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<32>())
}
