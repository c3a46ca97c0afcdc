//! Access policies: what members may do, and the question whether somebody may do it.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

pub(crate) use self::read::{can_read, further, get, list};
pub(crate) use self::write::{delete, save};

/// Lists policies.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct List {}

/// The policies of the project, by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicyList {
    /// The policies.
    pub items: Vec<PolicySummary>,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicySummary {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The resource types it names, each once, in order.
    pub resource_types: Vec<String>,
    /// How many IP rules it has.
    pub ip_rule_count: u32,
    /// How many members, people and clients, have it.
    pub member_count: u32,
}

/// Names one policy.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// Id.
    pub id: String,
}

/// A policy, whole.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What may be done with which resources; the first entry that fits decides.
    pub entries: Vec<PolicyEntry>,
    /// From where; the first rule that fits decides.
    pub ip_rules: Vec<IpRule>,
    /// Who has it: the first names.
    pub members: Vec<String>,
    /// How many have it.
    pub member_count: u32,
    /// Which state of the policy this is; a change names the one it saw.
    pub version: String,
}

/// An entry of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyEntry {
    /// A resource type, or `*`.
    pub resource_type: String,
    /// A search that a resource must match; empty for none.
    pub criteria: String,
    /// Reading and searching only.
    pub readonly: bool,
    /// `create`, `read`, `update`, `delete`, `search`; empty for all of them.
    pub interaction: Vec<String>,
    /// Members that are not shown.
    pub hidden_fields: Vec<String>,
    /// Members that cannot be changed.
    pub readonly_fields: Vec<String>,
    /// Members of the entry that this version does not know; kept as they are.
    #[ts(type = "unknown")]
    pub other: Value,
}

/// An IP rule of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IpRule {
    /// Name of the rule; empty for none.
    pub name: String,
    /// `*`, a whole address, or the beginning of one.
    pub value: String,
    /// Whether a match keeps the address out.
    pub block: bool,
}

/// Writes a policy.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Save {
    /// Which one; absent makes a new one.
    pub id: Option<String>,
    /// The version that was seen; absent for a new one.
    pub version: Option<String>,
    /// Name; unique in the project.
    pub name: String,
    /// What may be done with which resources.
    pub entries: Vec<PolicyEntry>,
    /// From where.
    pub ip_rules: Vec<IpRule>,
}

/// A policy is gone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletedPolicy {
    /// Its name.
    pub name: String,
}

/// Can this person read this?
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CanRead {
    /// Whose rights: a membership.
    pub membership_id: String,
    /// What: `Patient/<id>`.
    pub resource: String,
    /// Scope of the token it would come with; empty for one that says nothing about resources.
    pub scope: String,
}

/// The answer, and why.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CanReadAnswer {
    /// Whether it may be read.
    pub allowed: bool,
    /// Name of the policy; absent when the person has none.
    pub policy: Option<String>,
    /// The verdict on each interaction, reading first.
    pub verdicts: Vec<PolicyVerdict>,
    /// Members that are not shown to the reader.
    pub hidden_fields: Vec<String>,
}

/// The verdict on one interaction.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVerdict {
    /// `read`, `search`, `create`, `update` or `delete`.
    pub interaction: String,
    /// Whether it is allowed.
    pub allowed: bool,
    /// What decided.
    pub rule: DecidedBy,
    /// The entry that decided, counted from 1, if one did.
    pub entry: Option<u32>,
}

/// What decided about an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The person has no access policy.
    NoPolicy,
    /// A patient, or who acts for one, without a policy reads its own record.
    OwnRecord,
    /// A patient, or who acts for one, without a policy gets nothing but its own record to read.
    OwnRecordOnly,
    /// An entry of the policy.
    Entry,
    /// The person is a project admin.
    ProjectAdmin,
    /// Only project admins may do this.
    AdminOnly,
    /// No entry names the type.
    NoEntry,
    /// Entries name the type, none this interaction.
    NoInteraction,
    /// The resource matches the criteria of no entry.
    NoMatch,
    /// The scope leaves it out.
    Scope,
    /// The membership is not active.
    Inactive,
}
