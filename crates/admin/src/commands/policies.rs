//! Access policies (names only; they are edited in the workspace file).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Lists policies.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct List {}

/// The policies of the project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Names, in order.
    pub names: Vec<String>,
}
