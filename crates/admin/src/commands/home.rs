//! Home: is the engine up, what is still to do, what happened last.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::activity::ActivityEntry;

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Get {}

/// What the shell and the Home screen show.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Home {
    /// The engine's listener.
    pub engine: EngineState,
    /// The project, or nothing before the first start is done.
    pub project: Option<ProjectSummary>,
    /// What a new project still needs, in order; ticks itself.
    pub checklist: Vec<ChecklistItem>,
    /// Magic links that can still be redeemed.
    pub outstanding_links: u32,
    /// The newest entries of the activity log.
    pub recent: Vec<ActivityEntry>,
}

/// The listener: where it answers, or why it does not.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EngineState {
    /// Whether the engine answers over HTTP.
    pub running: bool,
    /// The base URL with its trailing slash.
    pub base_url: String,
    /// The https base URL, when the TLS listener is on.
    pub tls_base_url: Option<String>,
    /// Why the engine does not answer, in a sentence.
    pub problem: Option<String>,
    /// This program's version.
    pub version: String,
}

/// The project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummary {
    /// Project id.
    pub id: String,
    /// Project name.
    pub name: String,
    /// `rfc` or `medplum`: which words refusals use.
    pub dialect: String,
}

/// One thing a new project needs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistItem {
    /// `client`, `person`, `link`, `redeemed`.
    pub step: String,
    /// Whether it has been done.
    pub done: bool,
}
