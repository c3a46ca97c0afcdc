//! Access policies.

use serde_json::json;

use crate::cx::{Cx, Topic};
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::{AccessPolicy, Project};
use crate::service::projects::check_name;
use crate::stop::{Outcome, invalid};

/// Writes a policy: a new one, or in place of the one with this name. Whether anything changed.
pub fn put(cx: &mut Cx<'_>, policy: &AccessPolicy) -> Outcome<bool> {
    check_name("name", &policy.name)?;
    if let Some(rule) = policy.ip_access_rule.iter().find(|rule| rule.value.trim().is_empty()) {
        let name = rule.name.as_deref().unwrap_or("without a name");
        return invalid(
            "ipAccessRule",
            format!("The IP rule {name} has an empty value; use * for every address."),
        );
    }
    let before = cx.tx.access_policy_by_name(policy.project, &policy.name)?;
    let row = match &before {
        Some(before) => AccessPolicy { id: before.id, created_at: before.created_at, ..policy.clone() },
        None => policy.clone(),
    };
    if before.as_deref() == Some(&row) {
        return Ok(false);
    }
    if before.is_some() {
        cx.tx.update_access_policy(&row)?;
    } else {
        cx.tx.insert_access_policy(&row)?;
    }
    cx.about.project = Some(policy.project);
    let describe = |policy: &AccessPolicy| json!({ "name": policy.name, "ipAccessRule": policy.ip_access_rule, "rest": policy.rest });
    let body = EventBody {
        before: before.as_deref().map(describe),
        after: Some(describe(&row)),
        ..EventBody::default()
    };
    cx.event(EventKind::AccessPolicyWritten, body)?;
    cx.changed(Topic::People);
    Ok(true)
}

/// The policy a name stands for; an empty name stands for none.
pub fn by_name(cx: &Cx<'_>, project: Id<Project>, name: &str) -> Outcome<Option<Id<AccessPolicy>>> {
    if name.is_empty() {
        return Ok(None);
    }
    match cx.tx.access_policy_by_name(project, name)? {
        Some(policy) => Ok(Some(policy.id)),
        None => invalid("accessPolicy", format!("There is no access policy named {name:?} in this project.")),
    }
}
