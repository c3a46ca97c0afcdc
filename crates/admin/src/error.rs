//! What a command answers when it cannot.

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
    /// No such command, or its request does not fit its type.
    Unsupported,
    /// A value breaks a rule; `field` names it.
    Invalid,
    /// Nothing has this id.
    NotFound,
    /// Somebody changed it meanwhile, or it exists already.
    Conflict,
    /// The project must be set up first.
    SetupNeeded,
    /// The code of this link is no longer in memory; issue it again.
    NotHeld,
    /// The engine is not open: see the message.
    Unavailable,
    /// Our fault; the message holds an id to quote.
    Fault,
}
