//! Access policies: one validator for commands, FHIR and the workspace file.

use std::collections::HashSet;

use anteroom_sentence::{Sentence, Value as Slot, sentence};
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::cx::{Cx, Topic};
use crate::fhir::ResourceType;
use crate::fhir::access::{Criteria, CriteriaError, Interaction, Variables, is_variable};
use crate::id::Id;
use crate::model::access_policy::AccessPolicyResource;
use crate::model::event::{EventBody, EventKind};
use crate::model::membership::MembershipAccess;
use crate::model::{AccessPolicy, Project};
use crate::service::projects::check_name;
use crate::stop::{Outcome, conflict, invalid};

/// Entries of a policy at most.
const MOST_ENTRIES: usize = 200;
/// Further access policies of a membership at most.
const MOST_ACCESS: usize = 50;
/// Names shown of who uses a policy.
const SHOWN_USERS: u32 = 5;

/// Checks a policy. What could not be evaluated is refused here, so that nobody believes in a limit that is none.
///
/// # Refusals
/// `invalid`, naming the entry and the rule it breaks.
pub fn check(policy: &AccessPolicy) -> Outcome<()> {
    check_name("name", &policy.name)?;
    if let Some(rule) = policy.ip_access_rule.iter().find(|rule| rule.value.trim().is_empty()) {
        let name = rule.name.as_deref().unwrap_or("without a name");
        return invalid(
            "ipAccessRule",
            sentence!("The IP rule {name} has an empty value; use * for every address.", name),
        );
    }
    let Some(entries) = policy.rest.get("resource") else { return Ok(()) };
    let Some(entries) = entries.as_array() else {
        return invalid("resource", sentence!("Expected array of values for property resource"));
    };
    if entries.len() > MOST_ENTRIES {
        let count = entries.len();
        return invalid(
            "resource",
            sentence!(
                "The policy has {count} entries; at most {most} are allowed.",
                count,
                most = MOST_ENTRIES
            ),
        );
    }
    for (place, entry) in entries.iter().enumerate() {
        if let Err(problem) = check_entry(entry) {
            return invalid("resource", sentence!("Entry {place}: {problem}", place = place + 1, problem));
        }
    }
    Ok(())
}

fn check_entry(entry: &Value) -> Result<(), Sentence> {
    let entry =
        AccessPolicyResource::deserialize(entry).map_err(|error| Sentence::english(format!("{error}.")))?;
    let name = entry.resource_type.as_str();
    let is_type = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if name != "*" && !is_type {
        return Err(sentence!(
            "resourceType {name:?} is no resource type; write one such as Patient, or *.",
            name
        ));
    }
    let words = entry.interaction.iter().flatten();
    if let Some(word) = words.into_iter().find(|word| !is_interaction(word)) {
        return Err(sentence!(
            "interaction {word:?} is none of create, read, update, delete, search, history, vread.",
            word
        ));
    }
    let fields = entry.hidden_fields.iter().chain(&entry.readonly_fields);
    if let Some(field) = fields.into_iter().find(|field| !is_field(field)) {
        return Err(sentence!(
            "{field:?} is no field; write a member such as birthDate, or a path such as name.family.",
            field
        ));
    }
    if entry.write_constraint.is_some() {
        return Err(sentence!(
            "writeConstraint is not evaluated by this server; an entry with one would allow no write. Use criteria, readonly or readonlyFields."
        ));
    }
    check_criteria(&entry)
}

/// Criteria of a type that is here must be ones that can be evaluated; those of others are kept as they came.
fn check_criteria(entry: &AccessPolicyResource) -> Result<(), Sentence> {
    let variables = Variables::of_anybody();
    if let Some(compartment) = &entry.compartment {
        variables
            .fill(&compartment.reference)
            .map_err(|problem| sentence!("compartment: {problem}.", problem = Sentence::from(&problem)))?;
    }
    let Some(criteria) = &entry.criteria else { return Ok(()) };
    let types: Vec<ResourceType> = match entry.resource_type.as_str() {
        "*" => ResourceType::ALL.into_iter().filter(|kind| kind.profile_type().is_some()).collect(),
        name => ResourceType::parse(name).into_iter().collect(),
    };
    let said = |problem: CriteriaError| {
        sentence!("criteria {criteria:?}: {problem}.", criteria, problem = Sentence::from(&problem))
    };
    types.iter().try_for_each(|kind| Criteria::parse(*kind, criteria, &variables).map(drop).map_err(said))
}

fn is_interaction(word: &str) -> bool {
    matches!(word, "history" | "vread") || Interaction::ALL.iter().any(|own| own.as_str() == word)
}

fn is_field(field: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    field.split('.').all(plain)
}

/// Checks the further access policies of a membership.
///
/// # Refusals
/// `invalid`: too many; a variable with no name, or not exactly one value; the same one twice.
pub fn check_access(access: &[MembershipAccess]) -> Outcome<()> {
    if access.len() > MOST_ACCESS {
        return invalid(
            "access",
            sentence!("A membership has at most {most} further access policies.", most = MOST_ACCESS),
        );
    }
    for own in access {
        let mut names = HashSet::new();
        for parameter in &own.parameter {
            let name = &parameter.name;
            if !is_variable(name) {
                return invalid(
                    "access",
                    sentence!(
                        "{name:?} names no variable; a name is made of letters and digits and begins with a letter.",
                        name
                    ),
                );
            }
            if parameter.value().is_none_or(str::is_empty) {
                return invalid(
                    "access",
                    sentence!("{name} must have one value: valueString or valueReference.", name),
                );
            }
            if !names.insert(name) {
                return invalid("access", sentence!("{name} has two values.", name));
            }
        }
    }
    Ok(())
}

/// What the log keeps of a policy.
fn describe(policy: &AccessPolicy) -> Value {
    json!({ "name": policy.name, "ipAccessRule": policy.ip_access_rule, "rest": policy.rest })
}

/// Writes a policy: a new one, or in place of the one with this name. Whether anything changed.
pub fn put(cx: &mut Cx<'_>, policy: &AccessPolicy) -> Outcome<bool> {
    match cx.tx.access_policy_by_name(policy.project, &policy.name)? {
        Some(before) => {
            let row = AccessPolicy { id: before.id, created_at: before.created_at, ..policy.clone() };
            update(cx, &before, &row)
        }
        None => create(cx, policy).map(|()| true),
    }
}

/// Writes a new policy.
pub fn create(cx: &mut Cx<'_>, policy: &AccessPolicy) -> Outcome<()> {
    check(policy)?;
    check_free(cx, policy)?;
    cx.tx.insert_access_policy(policy)?;
    written(cx, policy, None)
}

/// Replaces a policy; whether anything changed.
pub fn update(cx: &mut Cx<'_>, before: &AccessPolicy, after: &AccessPolicy) -> Outcome<bool> {
    check(after)?;
    if before == after {
        return Ok(false);
    }
    if before.name != after.name {
        check_free(cx, after)?;
    }
    cx.tx.update_access_policy(after)?;
    written(cx, after, Some(describe(before)))?;
    Ok(true)
}

fn check_free(cx: &Cx<'_>, policy: &AccessPolicy) -> Outcome<()> {
    match cx.tx.access_policy_by_name(policy.project, &policy.name)? {
        Some(_) => conflict(
            Some("name"),
            sentence!(
                "There is an access policy named {policy:?} already; give this one another name.",
                policy = &policy.name
            ),
        ),
        None => Ok(()),
    }
}

fn written(cx: &mut Cx<'_>, policy: &AccessPolicy, before: Option<Value>) -> Outcome<()> {
    cx.about.project = Some(policy.project);
    cx.about.row = Some(policy.id.uuid());
    let body = EventBody { before, after: Some(describe(policy)), ..EventBody::default() };
    cx.event(EventKind::AccessPolicyWritten, body)?;
    cx.changed(Topic::AccessPolicies);
    Ok(())
}

/// Deletes a policy that nobody has.
///
/// # Refusals
/// `conflict` with the number of members who have it, and the first names: without a policy they could do everything.
pub fn delete(cx: &mut Cx<'_>, policy: &AccessPolicy) -> Outcome<()> {
    let users = cx.tx.memberships_with_policy(policy.id, SHOWN_USERS)?;
    if users.total > 0 {
        let names: Vec<String> = users.rows.into_iter().map(|member| member.display).collect();
        let others = users.total.saturating_sub(SHOWN_USERS);
        let mut names = Slot::from(names.join(", "));
        if others > 0 {
            names = sentence!("{names}, {others} more", names, others).into();
        }
        return conflict(
            None,
            sentence!(
                "{policy:?} is the access policy of {names}. Give them another one first.",
                policy = &policy.name,
                names
            ),
        );
    }
    cx.tx.delete_access_policy(policy.id)?;
    cx.about.project = Some(policy.project);
    cx.about.row = Some(policy.id.uuid());
    let before = Some(describe(policy));
    cx.event(EventKind::AccessPolicyDeleted, EventBody { before, ..EventBody::default() })?;
    cx.changed(Topic::AccessPolicies);
    Ok(())
}

/// The policy a name stands for; an empty name stands for none.
pub fn by_name(cx: &Cx<'_>, project: Id<Project>, name: &str) -> Outcome<Option<Id<AccessPolicy>>> {
    if name.is_empty() {
        return Ok(None);
    }
    match cx.tx.access_policy_by_name(project, name)? {
        Some(policy) => Ok(Some(policy.id)),
        None => invalid(
            "accessPolicy",
            sentence!("There is no access policy named {name:?} in this project.", name),
        ),
    }
}
