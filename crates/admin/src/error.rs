//! What a command answers when it cannot.

use std::error::Error;
use std::fmt::Write as _;

use anteroom_engine::entropy::{self, OsEntropy};
use anteroom_engine::stop::{Fault, Stop, Unfit, UnfitKind};
use anteroom_engine::store::StoreError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a command failed. The screens branch on `code`, never on `message`.
#[derive(Debug, Clone, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{code:?}: {message}")]
pub struct CommandError {
    /// For programs.
    pub code: Code,
    /// For people, in English: what was attempted, the two values that differ, what to do.
    pub message: String,
    /// The field of the request it is about.
    pub field: Option<String>,
}

/// Kinds of failure a screen treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No such command.
    Unsupported,
    /// A value breaks a rule, or the request does not fit its type; `field` names it.
    Invalid,
    /// Nothing has this id.
    NotFound,
    /// Somebody changed it meanwhile, or it exists already.
    Conflict,
    /// The project must be set up first.
    SetupNeeded,
    /// The code of this link is no longer in memory; issue it again.
    NotHeld,
    /// Who acts may not do this.
    Forbidden,
    /// The engine is not open: see the message.
    Unavailable,
    /// Our fault; the message holds an id to quote.
    Fault,
}

impl CommandError {
    pub(crate) fn new(code: Code, field: Option<&str>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: field.map(str::to_owned) }
    }

    pub(crate) fn setup_needed() -> Self {
        Self::new(Code::SetupNeeded, None, "There is no project yet: name it and create its first admin.")
    }
}

impl From<Stop> for CommandError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Unfit(Unfit { kind, field, message }) => {
                let code = match kind {
                    UnfitKind::Invalid => Code::Invalid,
                    UnfitKind::NotFound => Code::NotFound,
                    UnfitKind::Conflict => Code::Conflict,
                };
                Self::new(code, field, message)
            }
            Stop::Refused(refused) => Self::new(Code::Invalid, None, refused.refusal.row().advice),
            Stop::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for CommandError {
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Store(StoreError::Busy) => {
                Self::new(Code::Unavailable, None, "The engine has too much to do at the moment; try again.")
            }
            Fault::Store(StoreError::Closed) => {
                Self::new(Code::Unavailable, None, "The store is closed: the program is ending.")
            }
            Fault::Store(error @ StoreError::NotWritable(_)) => {
                tracing::error!(error = %error, "command failed");
                Self::new(Code::Unavailable, None, format!("Nothing was saved: {error}."))
            }
            Fault::Store(StoreError::Exists(what)) => {
                Self::new(Code::Conflict, None, format!("This {what} exists already."))
            }
            _ => unexpected(&fault),
        }
    }
}

/// Our own failure: a sentence with an id to quote; what happened goes to the log under the same id.
fn unexpected(fault: &Fault) -> CommandError {
    let id = entropy::bytes::<4>(&OsEntropy)
        .map_or_else(|_| "unknown".to_owned(), |bytes| format!("{:08x}", u32::from_be_bytes(bytes)));
    let mut chain = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        let _ = write!(chain, ": {cause}");
        source = cause.source();
    }
    tracing::error!(error.id = id, error = chain, "command failed");
    let message =
        format!("Something went wrong on our side and nothing was changed. The log says more under {id}.");
    CommandError::new(Code::Fault, None, message)
}
