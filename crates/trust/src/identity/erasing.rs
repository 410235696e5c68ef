//! Erasing a person who worked here: the names go, the number in the log stays.
//!
//! The entry comes first, then the person's keys are destroyed ([`Vault::erase`]), which reaches
//! into every copy of the data. If the second step fails, asking again finishes it. Refused: an
//! account that is not closed, somebody else's name typed by mistake, oneself, services, and a
//! reason in free words, since the name that is to go could stand in it for ever.
//!
//! [`Vault::erase`]: crate::vault::Vault::erase

use crate::{
    identity::{
        Identity,
        accounts::AccountError,
        caller::Caller,
        events::{AccountErased, EraseAccount},
        model::{AccountKind, AccountState, normalised_name},
        permit::ActorId,
        rows::Account,
    },
    vault::random,
};

/// Bytes of what replaces the blind index of an erased name. A blind index has half of them, so
/// that an erasure which has begun is known by it.
const NO_INDEX_BYTES: usize = 32;

/// Why a person is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasedBecause {
    /// They asked for it, and nothing obliges the organisation to keep the data.
    Asked,
    /// The time that the data had to be kept is over.
    TimeOver,
    /// The account was made by mistake.
    Mistake,
}

impl ErasedBecause {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Asked, Self::TimeOver, Self::Mistake];

    /// The code in the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::TimeOver => "time_over",
            Self::Mistake => "mistake",
        }
    }

    /// The reason as people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Asked => "They asked for it",
            Self::TimeOver => "The time to keep the data is over",
            Self::Mistake => "The account was made by mistake",
        }
    }

    /// The reason that a code stands for.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|because| because.code() == code)
    }
}

/// Who is to be erased.
#[derive(Clone, Copy, Debug)]
pub struct Erasure<'a> {
    /// The account.
    pub account: ActorId,
    /// Its sign-in name, typed again by whoever erases it. Not compared once the erasure has begun.
    pub typed_name: &'a str,
    /// Why.
    pub because: ErasedBecause,
}

impl Identity {
    /// Whether the erasure would be taken; changes nothing. For whoever keeps more about the person
    /// and erases that first.
    ///
    /// # Errors
    /// As [`Identity::erase_account`].
    pub async fn check_erasure(
        &self,
        caller: &Caller,
        erasure: &Erasure<'_>,
    ) -> Result<(), AccountError> {
        let permit = caller.permit(EraseAccount).await?;
        caller.everywhere(&permit).await?;
        let mut reader = self.store.plain().await?;
        let row = reader.one::<Account>(erasure.account).await?;
        let row = row.ok_or(AccountError::NotFound)?.row;
        self.may_go(permit.actor(), &row, erasure)
    }

    /// Erases somebody whose account is closed. Their names cannot be read again by anybody, in no
    /// copy of the data; what they did stays in the log under their number.
    ///
    /// # Errors
    /// [`AccountError::NotClosed`], [`AccountError::NameDiffers`], [`AccountError::OwnAccount`],
    /// [`AccountError::NotFound`]; [`AccountError::Unfinished`]: ask again.
    pub async fn erase_account(
        &self,
        caller: &Caller,
        erasure: &Erasure<'_>,
    ) -> Result<(), AccountError> {
        let permit = caller.permit(EraseAccount).await?;
        caller.everywhere(&permit).await?;
        let actor = permit.actor();
        let mut tx = self.store.begin(permit).await?;
        let row = tx.lock::<Account>(erasure.account).await?;
        let mut row = row.ok_or(AccountError::NotFound)?;
        self.may_go(actor, &row, erasure)?;
        if !has_begun(&row) {
            let place = |column| Account::place(column, &row.id);
            let (nothing, subject) = (String::new(), row.subject);
            row.sign_in_name = tx.seal(&nothing, subject, &place("sign_in_name"))?;
            row.display_name = tx.seal(&nothing, subject, &place("display_name"))?;
            // The name becomes free, and nobody can find out by trying whose account this was.
            row.sign_in_index = random::bytes::<NO_INDEX_BYTES>().to_vec();
            (row.terms_version, row.terms_at) = (None, None);
            tx.save(&row);
        }
        let (account, because) = (erasure.account, erasure.because.code());
        tx.commit(AccountErased { account, because }).await?;
        match self.store.vault().erase(row.subject).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, %account, "an erasure has begun and did not end");
                Err(AccountError::Unfinished)
            }
        }
    }

    fn may_go(
        &self,
        actor: ActorId,
        row: &Account,
        erasure: &Erasure<'_>,
    ) -> Result<(), AccountError> {
        if actor == row.id {
            return Err(AccountError::OwnAccount);
        }
        if row.kind == AccountKind::Service {
            return Err(AccountError::Service);
        }
        if row.state != AccountState::Disabled {
            return Err(AccountError::NotClosed);
        }
        let typed = normalised_name(erasure.typed_name);
        let index = self
            .store
            .vault()
            .blind_index("account.sign_in_name", &typed);
        if has_begun(row) || row.sign_in_index == index {
            Ok(())
        } else {
            Err(AccountError::NameDiffers)
        }
    }
}

fn has_begun(row: &Account) -> bool {
    row.sign_in_index.len() == NO_INDEX_BYTES
}
