//! `AccessPolicy`: name, IP rules, and the rest as it came.

use anteroom_sentence::Sentence;
use serde::Deserialize as _;
use serde_json::Value;

use super::row::{head, without_head};
use crate::cx::Cx;
use crate::fhir::{Resource, ResourceType, form};
use crate::id::Id;
use crate::model::access_policy::IpAccessRule;
use crate::model::{AccessPolicy, Project};
use crate::service::access_policies;
use crate::stop::{Outcome, invalid};

pub(super) fn resource(policy: &AccessPolicy) -> Resource {
    let mut resource = head(ResourceType::AccessPolicy, policy.id.uuid());
    resource.insert("name".into(), policy.name.clone().into());
    resource.extend(policy.rest.clone());
    if !policy.ip_access_rule.is_empty() {
        let rules = serde_json::to_value(&policy.ip_access_rule).unwrap_or_default();
        resource.insert("ipAccessRule".into(), rules);
    }
    resource
}

/// The values of a body.
fn read(body: Resource) -> Outcome<(String, Vec<IpAccessRule>, Resource)> {
    form::check_depth(&body)?;
    let mut rest = without_head(body);
    let name = match rest.shift_remove("name") {
        Some(Value::String(name)) => name.trim().to_owned(),
        _ => return invalid("name", Sentence::english("Missing required property")),
    };
    let rules = match rest.shift_remove("ipAccessRule") {
        None => Vec::new(),
        Some(rules) => match Vec::<IpAccessRule>::deserialize(rules) {
            Ok(rules) => rules,
            Err(error) => return invalid("ipAccessRule", Sentence::english(format!("{error}."))),
        },
    };
    Ok((name, rules, rest))
}

pub(super) fn create(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    id: Id<AccessPolicy>,
    body: Resource,
) -> Outcome<AccessPolicy> {
    let (name, ip_access_rule, rest) = read(body)?;
    let policy = AccessPolicy { id, project, name, ip_access_rule, rest, created_at: cx.now };
    access_policies::create(cx, &policy)?;
    Ok(policy)
}

pub(super) fn update(cx: &mut Cx<'_>, before: &AccessPolicy, body: Resource) -> Outcome<()> {
    let (name, ip_access_rule, rest) = read(body)?;
    let after = AccessPolicy { name, ip_access_rule, rest, ..before.clone() };
    access_policies::update(cx, before, &after).map(drop)
}
