//! Why a request stopped: a refusal (the caller's mistake, an answer; the transaction commits) or a fault (ours; it rolls back).

use std::borrow::Cow;

use crate::entropy::EntropyFailed;
use crate::refusal::Refusal;
use crate::store::StoreError;

/// What a request comes to.
pub type Outcome<T> = Result<T, Stop>;

/// Why a request stopped.
#[derive(Debug)]
pub enum Stop {
    /// The caller's mistake. What was written so far stays: a replay must revoke, a wrong PIN must count.
    Refused(Refused),
    /// Ours. Nothing of the request is kept.
    Fault(Fault),
}

/// A refusal with what goes along.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Which row of the table of refusals.
    pub refusal: Refusal,
    /// For the log and the Activity screen. Never sent.
    pub detail: Cow<'static, str>,
    /// Seconds after which another try makes sense (429).
    pub retry_after: Option<u32>,
}

/// Our own failure. The caller sees `server_error` and an id; the chain goes to the log, once, at the edge.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store could not do what it was told.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// No random numbers.
    #[error(transparent)]
    Entropy(#[from] EntropyFailed),
    /// A key could not be used.
    #[error("signing failed")]
    Signing(#[from] anteroom_oauth::jose::KeyError),
    /// A sealed value could not be opened.
    #[error("a sealed value could not be opened")]
    Sealed(#[from] crate::seal::SealError),
    /// A password hash could not be computed.
    #[error("password hashing failed: {0}")]
    PasswordHash(String),
    /// Code panicked on the writer; the request was rolled back.
    #[error("a request panicked")]
    Panicked,
    /// The store holds something that cannot be.
    #[error("inconsistent store: {0}")]
    Inconsistent(&'static str),
}

impl Stop {
    /// A refusal without more to say.
    pub fn refused(refusal: Refusal) -> Self {
        Self::Refused(Refused { refusal, detail: Cow::Borrowed(""), retry_after: None })
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<EntropyFailed> for Stop {
    fn from(error: EntropyFailed) -> Self {
        Self::Fault(error.into())
    }
}

impl From<anteroom_oauth::jose::KeyError> for Stop {
    fn from(error: anteroom_oauth::jose::KeyError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// `Err(refusal)`, for the end of a check.
pub fn refuse<T>(refusal: Refusal, detail: impl Into<Cow<'static, str>>) -> Outcome<T> {
    Err(Stop::Refused(Refused { refusal, detail: detail.into(), retry_after: None }))
}
