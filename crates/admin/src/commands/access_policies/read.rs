//! Listing and showing policies; asking them.

use std::sync::Arc;

use anteroom_engine::endpoint::fhir;
use anteroom_engine::fhir::access::{Interaction, Rule};
use anteroom_engine::fhir::{ResourceType, access};
use anteroom_engine::id::Id;
use anteroom_engine::model::access_policy::IpAction;
use anteroom_engine::model::{AccessPolicy, Membership, Project};
use anteroom_engine::stop::{Outcome, invalid, not_found};
use anteroom_engine::store::Tx;
use anteroom_sentence::sentence;
use serde_json::{Map, Value};

use super::{
    CanRead, CanReadAnswer, DecidedBy, IpRule, List, Policy, PolicyEntry, PolicyList, PolicySummary,
    PolicyVerdict, Ref,
};
use crate::admin::Admin;
use crate::error::CommandError;

/// Names shown of who has a policy.
const SHOWN_MEMBERS: u32 = 10;

/// The policy of this project with this id.
pub(super) fn find(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<Arc<AccessPolicy>> {
    let found = match Id::parse(id) {
        Some(id) => tx.access_policy(id)?,
        None => None,
    };
    match found.filter(|policy| policy.project == project) {
        Some(policy) => Ok(policy),
        None => not_found(sentence!("There is no access policy with the id {id:?}.", id)),
    }
}

pub(crate) async fn list(admin: &Admin, _: List) -> Result<PolicyList, CommandError> {
    admin
        .read_project(|tx, project, _| {
            let policies = tx.list_access_policies(project)?;
            let items = policies.iter().map(|policy| summary(tx, policy)).collect::<Outcome<_>>()?;
            Ok(PolicyList { items })
        })
        .await
}

fn summary(tx: &dyn Tx, policy: &AccessPolicy) -> Outcome<PolicySummary> {
    let mut resource_types: Vec<String> = Vec::new();
    for (_, entry) in policy.entries() {
        if !resource_types.contains(&entry.resource_type) {
            resource_types.push(entry.resource_type);
        }
    }
    Ok(PolicySummary {
        id: policy.id.to_string(),
        name: policy.name.clone(),
        resource_types,
        ip_rule_count: u32::try_from(policy.ip_access_rule.len()).unwrap_or(u32::MAX),
        member_count: tx.memberships_with_policy(policy.id, 0)?.total,
    })
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<Policy, CommandError> {
    admin
        .read_project(move |tx, project, _| {
            let policy = find(tx, project, &request.id)?;
            view(tx, &policy)
        })
        .await
}

/// A policy, whole, as the screens show it.
pub(super) fn view(tx: &dyn Tx, policy: &AccessPolicy) -> Outcome<Policy> {
    let members = tx.memberships_with_policy(policy.id, SHOWN_MEMBERS)?;
    let entries = policy.rest.get("resource").and_then(Value::as_array);
    Ok(Policy {
        id: policy.id.to_string(),
        name: policy.name.clone(),
        entries: entries.into_iter().flatten().map(entry).collect(),
        ip_rules: policy
            .ip_access_rule
            .iter()
            .map(|rule| IpRule {
                name: rule.name.clone().unwrap_or_default(),
                value: rule.value.clone(),
                block: rule.action == IpAction::Block,
            })
            .collect(),
        members: members.rows.into_iter().map(|member| member.display).collect(),
        member_count: members.total,
        version: fhir::access_policy_version(policy),
    })
}

/// Members of an entry that have a field of their own.
pub(super) const KNOWN: [&str; 6] =
    ["resourceType", "criteria", "readonly", "interaction", "hiddenFields", "readonlyFields"];

fn entry(stored: &Value) -> PolicyEntry {
    let text = |member: &str| stored.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |member: &str| {
        let values = stored.get(member).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let other: Map<String, Value> = stored
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(member, _)| !KNOWN.contains(&member.as_str()))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    PolicyEntry {
        resource_type: text("resourceType"),
        criteria: text("criteria"),
        readonly: stored.get("readonly") == Some(&Value::Bool(true)),
        interaction: list("interaction"),
        hidden_fields: list("hiddenFields"),
        readonly_fields: list("readonlyFields"),
        other: Value::Object(other),
    }
}

pub(crate) async fn can_read(admin: &Admin, request: CanRead) -> Result<CanReadAnswer, CommandError> {
    admin.read_project(move |tx, project, _| answer(tx, project, &request)).await
}

/// Asks the function that answers over HTTP.
fn answer(tx: &dyn Tx, project: Id<Project>, request: &CanRead) -> Outcome<CanReadAnswer> {
    let found = match Id::parse(&request.membership_id) {
        Some(id) => tx.membership(id)?,
        None => None,
    };
    let Some(member) = found.filter(|member| member.project == project) else {
        return invalid("membershipId", sentence!("There is no member with this id in the project."));
    };
    let named = request.resource.trim();
    let (name, id) = named.split_once('/').unwrap_or((named, ""));
    let Some(resource_type) = ResourceType::parse(name) else {
        let known = ResourceType::ALL.map(ResourceType::as_str).join(", ");
        return invalid("resource", sentence!("{name:?} is not kept here. There are {known}.", name, known));
    };
    let Some(resource) = fhir::find_resource(tx, project, resource_type, id)? else {
        return invalid(
            "resource",
            sentence!("There is no {name} with the id {id:?} in this project.", name, id),
        );
    };
    let scope = Some(request.scope.trim()).filter(|scope| !scope.is_empty());
    let access = access::Access::of(tx, &member, scope)?;
    let order = [
        Interaction::Read,
        Interaction::Search,
        Interaction::Create,
        Interaction::Update,
        Interaction::Delete,
    ];
    let mut hidden_fields = Vec::new();
    let mut decided = None;
    let verdicts: Vec<PolicyVerdict> = order
        .into_iter()
        .map(|interaction| {
            let decision = access.with(interaction, resource_type, &resource);
            if interaction == Interaction::Read {
                hidden_fields.clone_from(&decision.hidden_fields);
                decided = decision.policy;
            }
            verdict(interaction, decision.allowed, decision.rule, member.active)
        })
        .collect();
    let policy = policy_names(tx, &member, decided)?;
    let allowed = verdicts.first().is_some_and(|verdict| verdict.allowed);
    Ok(CanReadAnswer { allowed, policy, verdicts, hidden_fields })
}

/// The names of a member's further policies, each once.
pub(crate) fn further(tx: &dyn Tx, member: &Membership) -> Outcome<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for own in &member.access {
        let Some(policy) = tx.access_policy(own.policy)? else { continue };
        if !names.contains(&policy.name) {
            names.push(policy.name.clone());
        }
    }
    Ok(names)
}

/// The policy that lets the member read; where none does, all that it has.
fn policy_names(
    tx: &dyn Tx,
    member: &Membership,
    decided: Option<Id<AccessPolicy>>,
) -> Outcome<Option<String>> {
    let mut names: Vec<String> = Vec::new();
    for (policy, _) in member.policies().filter(|(id, _)| decided.is_none_or(|decided| decided == *id)) {
        let Some(policy) = tx.access_policy(policy)? else { continue };
        if !names.contains(&policy.name) {
            names.push(policy.name.clone());
        }
    }
    Ok((!names.is_empty()).then(|| names.join(", ")))
}

/// As over HTTP, somebody who is not active may do nothing.
fn verdict(interaction: Interaction, allowed: bool, rule: Rule, active: bool) -> PolicyVerdict {
    let (decided, entry) = match rule {
        _ if !active => (DecidedBy::Inactive, None),
        Rule::NoPolicy => (DecidedBy::NoPolicy, None),
        Rule::OwnRecord => (DecidedBy::OwnRecord, None),
        Rule::OwnRecordOnly => (DecidedBy::OwnRecordOnly, None),
        Rule::Entry(place) => (DecidedBy::Entry, u32::try_from(place + 1).ok()),
        Rule::ProjectAdmin => (DecidedBy::ProjectAdmin, None),
        Rule::AdminOnly => (DecidedBy::AdminOnly, None),
        Rule::NoEntry => (DecidedBy::NoEntry, None),
        Rule::NoInteraction => (DecidedBy::NoInteraction, None),
        Rule::NoMatch => (DecidedBy::NoMatch, None),
        Rule::Scope => (DecidedBy::Scope, None),
    };
    PolicyVerdict {
        interaction: interaction.as_str().to_owned(),
        allowed: allowed && active,
        rule: decided,
        entry,
    }
}
