//! Why a request stopped: a refusal (the caller's mistake, an answer; the transaction commits) or a fault (ours; it rolls back).

use std::borrow::Cow;

use anteroom_sentence::Sentence;

use crate::entropy::EntropyFailed;
use crate::model::attempt::Attempts;
use crate::model::project::Dialect;
use crate::refusal::{Answer, Refusal};
use crate::store::StoreError;
use crate::timestamp::Timestamp;

/// What a request comes to.
pub type Outcome<T> = Result<T, Stop>;

/// Why a request stopped.
#[derive(Debug)]
pub enum Stop {
    /// The caller's mistake. What was written so far stays: a replay must revoke, a wrong PIN must count.
    Refused(Refused),
    /// Ours. Nothing of the request is kept.
    Fault(Fault),
    /// A value that an admin gave does not fit: in the window, or over FHIR and `/admin`. Nothing of the request is kept.
    Unfit(Unfit),
}

/// What does not fit, and how the person can mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unfit {
    /// Kind of trouble.
    pub kind: UnfitKind,
    /// The member it is about, in the names of the workspace file.
    pub field: Option<&'static str>,
    /// For people: the two values that differ, and what to do.
    pub message: Sentence,
}

/// Kinds of trouble with an admin's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnfitKind {
    /// The value breaks a rule.
    Invalid,
    /// Nothing has this id.
    NotFound,
    /// Somebody changed it meanwhile, or it exists already.
    Conflict,
}

/// `Err`: the value of `field` breaks a rule.
pub fn invalid<T>(field: &'static str, message: Sentence) -> Outcome<T> {
    Err(Stop::Unfit(Unfit { kind: UnfitKind::Invalid, field: Some(field), message }))
}

/// `Err`: nothing has this id.
pub fn not_found<T>(message: Sentence) -> Outcome<T> {
    Err(Stop::Unfit(Unfit { kind: UnfitKind::NotFound, field: None, message }))
}

/// `Err`: it exists already, or was changed meanwhile.
pub fn conflict<T>(field: Option<&'static str>, message: Sentence) -> Outcome<T> {
    Err(Stop::Unfit(Unfit { kind: UnfitKind::Conflict, field, message }))
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
    /// In which words the answer is given: the project's, as far as one is known.
    pub dialect: Dialect,
    /// `error_description` in Auth0's words where those hold a value of the request: an audience, a client id, a grant type.
    /// Sent where the answer is Auth0's, and nowhere else ([`Refused::description`]).
    pub words: Option<String>,
    /// Not written to the log: one of many of its kind, so that a flood of refusals does not fill the disk.
    pub quiet: bool,
}

impl Refused {
    /// A refusal without more to say. The engine fills in the dialect.
    pub fn new(refusal: Refusal) -> Self {
        Self {
            refusal,
            detail: Cow::Borrowed(""),
            retry_after: None,
            dialect: Dialect::default(),
            words: None,
            quiet: false,
        }
    }

    /// Too many attempts: 429, with the seconds to wait. Only the first one over the limit is written to the log.
    pub fn too_many(refusal: Refusal, attempts: Attempts, limit: u32, now: Timestamp, window: u32) -> Self {
        Self {
            retry_after: Some(now.until(attempts.since + window).max(1)),
            quiet: attempts.count > limit + 1,
            ..Self::new(refusal)
        }
    }

    /// The answer at an address that Auth0 has (`/oauth/token`), whatever the dialect of the project.
    pub const fn auth0_answer(&self) -> Answer {
        self.refusal.auth0()
    }

    /// Auth0's words with a value of the request in them, if this refusal is Auth0's own; `at_auth0` where the address is.
    pub fn description(&self, at_auth0: bool) -> Option<&str> {
        self.words.as_deref().filter(|_| at_auth0 || self.refusal.is_auth0s())
    }

    /// The answer in the words of the dialect.
    pub const fn answer(&self) -> Answer {
        match self.dialect {
            Dialect::Rfc => self.refusal.row().rfc,
            Dialect::Medplum => self.refusal.row().medplum,
        }
    }
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
        Self::Refused(Refused::new(refusal))
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
    Err(Stop::Refused(Refused { detail: detail.into(), ..Refused::new(refusal) }))
}
