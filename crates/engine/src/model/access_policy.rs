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

/// One entry of `AccessPolicy.resource`: what may be done with one resource type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccessPolicyResource {
    /// The type, or `*` for every type that is not for project admins only.
    pub resource_type: String,
    /// Medplum's older way to say `_compartment=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compartment: Option<CompartmentReference>,
    /// A search, `Type?name=value&…`, that a resource must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criteria: Option<String>,
    /// Reading and searching only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub readonly: bool,
    /// What may be done; absent is everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<Vec<String>>,
    /// Members that are not shown, and stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden_fields: Vec<String>,
    /// Members that stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readonly_fields: Vec<String>,
    /// `FHIRPath` conditions of a write. They are not evaluated here, so that an entry with one allows no write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_constraint: Option<Value>,
}

/// `AccessPolicy.resource.compartment`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompartmentReference {
    /// `Patient/<id>`, or a variable such as `%patient`.
    pub reference: String,
}

impl AccessPolicy {
    /// The entries of `resource`, with their places. What cannot be read allows nothing, and so is left out.
    pub fn entries(&self) -> Vec<(usize, AccessPolicyResource)> {
        let entries = self.rest.get("resource").and_then(Value::as_array);
        let read =
            |(place, entry): (usize, &Value)| Some((place, AccessPolicyResource::deserialize(entry).ok()?));
        entries.into_iter().flatten().enumerate().filter_map(read).collect()
    }

    /// What the first rule that matches says; `None` when none does.
    pub fn says_of_address(&self, address: &str) -> Option<IpAction> {
        let matches = |rule: &&IpAccessRule| rule.value == "*" || address.starts_with(rule.value.as_str());
        self.ip_access_rule.iter().find(matches).map(|rule| rule.action)
    }

    /// The first rule that matches decides; no match allows.
    pub fn allows_address(&self, address: &str) -> bool {
        self.says_of_address(address) != Some(IpAction::Block)
    }
}
