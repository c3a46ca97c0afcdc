//! Runs of the playground that somebody kept: what was asked, and what came of it. No secret is in either.

use serde_json::Value;

use crate::id::Id;
use crate::model::Project;
use crate::timestamp::Timestamp;

/// A kept run. What its two values mean is known to the playground alone.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRun {
    /// Its id.
    pub id: Id<SavedRun>,
    /// The project.
    pub project: Id<Project>,
    /// Its name.
    pub name: String,
    /// What was asked.
    pub request: Value,
    /// What came of it.
    pub outcome: Value,
    /// When it was kept.
    pub created_at: Timestamp,
}
