//! Writing and deleting policies.

use anteroom_engine::endpoint::fhir;
use anteroom_engine::model::AccessPolicy;
use anteroom_engine::model::access_policy::{IpAccessRule, IpAction};
use anteroom_engine::service::access_policies as service;
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_sentence::sentence;
use serde_json::{Map, Value, json};

use super::read::{KNOWN, find, view};
use super::{DeletedPolicy, IpRule, Policy, PolicyEntry, Ref, Save};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::text::filled;
use crate::version;

pub(crate) async fn save(admin: &Admin, request: Save) -> Result<Policy, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let name = request.name.trim().to_owned();
            let ip_access_rule = request.ip_rules.iter().map(ip_rule).collect();
            let entries = request.entries.iter().enumerate().map(|(place, entry)| stored(place, entry));
            let entries: Vec<Value> = entries.collect::<Outcome<_>>()?;
            let Some(id) = &request.id else {
                let mut rest = Map::new();
                rest.insert("resource".into(), Value::Array(entries));
                let (id, project, created_at) = (cx.random_id()?, acting.project, cx.now);
                let policy = AccessPolicy { id, project, name, ip_access_rule, rest, created_at };
                service::create(cx, &policy)?;
                return view(cx.tx, &policy);
            };
            let before = find(cx.tx, acting.project, id)?;
            let current = fhir::access_policy_version(&before);
            version::check(request.version.as_deref(), &current, &before.name)?;
            let mut rest = before.rest.clone();
            rest.insert("resource".into(), Value::Array(entries));
            let after = AccessPolicy { name, ip_access_rule, rest, ..(*before).clone() };
            service::update(cx, &before, &after)?;
            view(cx.tx, &after)
        })
        .await
}

fn ip_rule(rule: &IpRule) -> IpAccessRule {
    IpAccessRule {
        name: filled(&rule.name),
        value: rule.value.trim().to_owned(),
        action: if rule.block { IpAction::Block } else { IpAction::Allow },
    }
}

/// An entry as it is stored: what is empty is left out.
fn stored(place: usize, entry: &PolicyEntry) -> Outcome<Value> {
    let mut members = match &entry.other {
        Value::Object(other) => other.clone(),
        Value::Null => Map::new(),
        _ => {
            return invalid(
                "entries",
                sentence!("Entry {place}: other must be an object.", place = place + 1),
            );
        }
    };
    if let Some(member) = KNOWN.iter().find(|member| members.contains_key(**member)) {
        return invalid(
            "entries",
            sentence!("Entry {place}: {member} has a field of its own.", place = place + 1, member),
        );
    }
    members.insert("resourceType".into(), entry.resource_type.trim().into());
    if let Some(criteria) = filled(&entry.criteria) {
        members.insert("criteria".into(), criteria.into());
    }
    if entry.readonly {
        members.insert("readonly".into(), true.into());
    }
    for (member, list) in [
        ("interaction", &entry.interaction),
        ("hiddenFields", &entry.hidden_fields),
        ("readonlyFields", &entry.readonly_fields),
    ] {
        if !list.is_empty() {
            members.insert(member.into(), json!(list));
        }
    }
    Ok(Value::Object(members))
}

pub(crate) async fn delete(admin: &Admin, request: Ref) -> Result<DeletedPolicy, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let policy = find(cx.tx, acting.project, &request.id)?;
            service::delete(cx, &policy)?;
            Ok(DeletedPolicy { name: policy.name.clone() })
        })
        .await
}
