//! Activity: every change and every token event.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Lists events, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only events of this kind, such as `token_issued`; empty for all.
    pub kind: String,
    /// Only refusals.
    pub refused_only: bool,
    /// Only events about this client, membership, or link id; empty for all.
    pub about: String,
    /// Only events before this sequence number (the `next` of the page before).
    #[ts(type = "number | null")]
    pub before: Option<i64>,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// A slice of the log.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The entries.
    pub items: Vec<ActivityEntry>,
    /// Give as `before` for the next slice; absent at the end.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
}

/// One event.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEntry {
    /// Sequence number.
    #[ts(type = "number")]
    pub seq: i64,
    /// Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Kind, such as `client_created`; key of its sentence in the catalogue.
    pub kind: String,
    /// Display name of who did it.
    pub actor: Option<String>,
    /// Display name of whom it concerns.
    pub subject: Option<String>,
    /// Name of the client application.
    pub client: Option<String>,
    /// `client_id`.
    pub client_id: Option<String>,
    /// Name of the refusal, if it was one.
    pub refusal: Option<String>,
    /// What the engine checked, in order (refusals only).
    pub trace: Vec<TraceCheck>,
    /// State before a change.
    #[ts(type = "unknown")]
    pub before: Option<serde_json::Value>,
    /// State after a change.
    #[ts(type = "unknown")]
    pub after: Option<serde_json::Value>,
}

/// One check of the engine.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TraceCheck {
    /// Name of the check.
    pub check: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// Whether it held.
    pub passed: bool,
}

/// Walks the whole chain.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Verify {}

/// Whether the log is as it was written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Events checked.
    #[ts(type = "number")]
    pub checked: i64,
    /// Sequence number of the first event that does not fit, if any.
    #[ts(type = "number | null")]
    pub first_bad: Option<i64>,
}
