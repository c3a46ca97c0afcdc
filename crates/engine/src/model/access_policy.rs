//! `AccessPolicy`: what a member may read and write, and from where.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::Project;
use crate::timestamp::Timestamp;

/// An access policy with its whole resource.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessPolicy {
    /// Id.
    pub id: Id<AccessPolicy>,
    /// Project.
    pub project: Id<Project>,
    /// Name; unique in the project.
    pub name: String,
    /// IP rules, in order.
    pub ip_access_rule: Vec<IpAccessRule>,
    /// The rest of the resource (`resource`, `compartment` …), kept as it came.
    pub rest: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One IP rule: `*`, a whole address, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IpAccessRule {
    /// Name of the rule.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// `*`, a whole address, or the beginning of one.
    pub value: String,
    /// What happens on a match.
    pub action: IpAction,
}

/// What an IP rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IpAction {
    /// Lets the address in.
    Allow,
    /// Keeps it out.
    Block,
}

impl AccessPolicy {
    /// The first rule that matches decides; no match allows.
    pub fn allows_address(&self, address: &str) -> bool {
        self.ip_access_rule
            .iter()
            .find(|rule| rule.value == "*" || address.starts_with(rule.value.as_str()))
            .is_none_or(|rule| rule.action == IpAction::Allow)
    }
}
