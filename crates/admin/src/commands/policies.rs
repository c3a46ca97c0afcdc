//! Names of the access policies, to choose from; [`super::access_policies`] shows and changes them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::admin::Admin;
use crate::error::CommandError;

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

pub(crate) async fn list(admin: &Admin, _: List) -> Result<Listed, CommandError> {
    admin
        .read_project(|tx, project, _| {
            let policies = tx.list_access_policies(project)?;
            Ok(Listed { names: policies.iter().map(|policy| policy.name.clone()).collect() })
        })
        .await
}
