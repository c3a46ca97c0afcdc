//! What the window is told when something changed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something changed: refresh whatever shows this topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The noun: `clients`, `people`, `magic_links`, `activity`, `settings`, `home`.
    pub topic: String,
    /// What changed, if it is one thing.
    pub id: Option<String>,
}
