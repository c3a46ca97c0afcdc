//! First start: name the project, create its first admin.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::home::ProjectSummary;

/// Names the project and creates its first admin. Refused when a project exists.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Complete {
    /// Name of the project, 1 to 100 characters.
    pub project_name: String,
    /// Given name of the first admin, a Practitioner.
    pub given: String,
    /// Family name of the first admin.
    pub family: String,
    /// E-mail address the admin signs in with.
    pub email: String,
    /// Password, at least 8 characters.
    pub password: String,
}

/// The new project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Completed {
    /// The project.
    pub project: ProjectSummary,
    /// Membership of the first admin.
    pub membership_id: String,
}
