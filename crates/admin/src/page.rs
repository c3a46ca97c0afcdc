//! A slice of a long list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One slice of a list, with the number of all rows that match.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The rows of this slice.
    pub items: Vec<T>,
    /// How many rows match in all.
    pub total: u32,
}
