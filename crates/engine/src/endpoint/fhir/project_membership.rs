//! `ProjectMembership`: whose it is, and with which rights. Project, user and profile stay what they were.

use anteroom_sentence::Sentence;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::row::{head, without_head};
use crate::cx::Cx;
use crate::fhir::{Resource, ResourceType, form};
use crate::id::Id;
use crate::model::membership::{AccessParameter, MembershipAccess, Principal, ProfileRef, ProfileType};
use crate::model::{AccessPolicy, Membership, Project};
use crate::service::{access_policies, people};
use crate::stop::{Fault, Outcome, conflict, invalid};
use crate::store::Tx;

/// The resource of a membership.
pub fn resource(tx: &dyn Tx, membership: &Membership) -> Outcome<Resource> {
    let mut resource = head(ResourceType::ProjectMembership, membership.id.uuid());
    resource.extend(tx.membership_rest(membership.id)?);
    let project = tx.project(membership.project)?.ok_or(Fault::Inconsistent("membership without project"))?;
    let project = json!({ "reference": format!("Project/{}", project.id), "display": project.name });
    resource.insert("project".into(), project);
    let user = match membership.principal {
        Principal::User(id) => {
            let email = tx.user(id)?.and_then(|user| user.email);
            reference(&format!("User/{id}"), email.as_deref())
        }
        Principal::Client(id) => reference(&format!("ClientApplication/{id}"), Some(&membership.display)),
    };
    resource.insert("user".into(), user);
    let profile = reference(&membership.profile.to_string(), Some(&membership.display));
    resource.insert("profile".into(), profile);
    resource.insert("active".into(), membership.active.into());
    for (member, given) in [("admin", membership.admin), ("desk", membership.desk)] {
        if given {
            resource.insert(member.into(), true.into());
        }
    }
    if let Some(external_id) = &membership.external_id {
        resource.insert("externalId".into(), external_id.clone().into());
    }
    if let Some(id) = membership.access_policy {
        let name = tx.access_policy(id)?.map(|policy| policy.name.clone());
        let policy = reference(&format!("AccessPolicy/{id}"), name.as_deref());
        resource.insert("accessPolicy".into(), policy);
    }
    if !membership.access.is_empty() {
        let entries = membership.access.iter().map(|own| access_entry(tx, own));
        resource.insert("access".into(), entries.collect::<Outcome<Value>>()?);
    }
    Ok(resource)
}

fn access_entry(tx: &dyn Tx, own: &MembershipAccess) -> Outcome<Value> {
    let name = tx.access_policy(own.policy)?.map(|policy| policy.name.clone());
    let mut entry = json!({ "policy": reference(&format!("AccessPolicy/{}", own.policy), name.as_deref()) });
    if !own.parameter.is_empty() {
        entry["parameter"] = serde_json::to_value(&own.parameter).unwrap_or_default();
    }
    Ok(entry)
}

fn reference(reference: &str, display: Option<&str>) -> Value {
    match display {
        Some(display) => json!({ "reference": reference, "display": display }),
        None => json!({ "reference": reference }),
    }
}

/// The access policy a reference names, in this project.
///
/// # Refusals
/// Medplum's words for one that is not there; one of another project is not there.
pub fn access_policy(
    tx: &dyn Tx,
    project: Id<Project>,
    value: Option<&Value>,
) -> Outcome<Option<Id<AccessPolicy>>> {
    match value {
        None => Ok(None),
        Some(value) => named_policy(tx, project, "accessPolicy", value).map(Some),
    }
}

/// The entries of `access`, in this project.
///
/// # Refusals
/// As [`access_policy`]; what [`access_policies::check_access`] refuses.
pub fn access(tx: &dyn Tx, project: Id<Project>, value: Option<&Value>) -> Outcome<Vec<MembershipAccess>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let Some(entries) = value.as_array() else {
        return invalid("access", Sentence::english("Expected array of values for property access"));
    };
    let mut access = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(policy) = entry.get("policy") else {
            return invalid("access", Sentence::english("Every entry of access must have a policy."));
        };
        let parameter = match entry.get("parameter") {
            None => Vec::new(),
            Some(parameter) => match Vec::<AccessParameter>::deserialize(parameter) {
                Ok(parameter) => parameter,
                Err(error) => return invalid("access", Sentence::english(format!("parameter: {error}."))),
            },
        };
        access.push(MembershipAccess { policy: named_policy(tx, project, "access", policy)?, parameter });
    }
    access_policies::check_access(&access)?;
    Ok(access)
}

fn named_policy(
    tx: &dyn Tx,
    project: Id<Project>,
    member: &'static str,
    value: &Value,
) -> Outcome<Id<AccessPolicy>> {
    let Some(text) = value.get("reference").and_then(Value::as_str) else {
        return invalid(
            member,
            Sentence::english(format!("{member} must be a reference such as AccessPolicy/<id>")),
        );
    };
    let found = match text.strip_prefix("AccessPolicy/").and_then(Id::parse) {
        Some(id) => tx.access_policy(id)?,
        None => None,
    };
    match found.filter(|policy| policy.project == project) {
        Some(policy) => Ok(policy.id),
        None => invalid(member, Sentence::english(format!("Access policy {text} does not exist"))),
    }
}

/// Rights and what nobody here knows, from a body.
struct Values {
    active: bool,
    admin: bool,
    desk: bool,
    external_id: Option<String>,
    access_policy: Option<Id<AccessPolicy>>,
    access: Vec<MembershipAccess>,
    project: Option<Value>,
    user: Option<Value>,
    profile: Option<Value>,
    rest: Resource,
}

impl Values {
    fn read(tx: &dyn Tx, own: Id<Project>, body: Resource) -> Outcome<Self> {
        form::check_depth(&body)?;
        let mut rest = without_head(body);
        let active = switch(&mut rest, "active", true)?;
        // A false that was written is shown again: Medplum tells it from one that was not.
        let said_false = rest.get("admin") == Some(&Value::Bool(false));
        let admin = switch(&mut rest, "admin", false)?;
        let desk = switch(&mut rest, "desk", false)?;
        let external_id = match rest.shift_remove("externalId") {
            None => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => return invalid("externalId", Sentence::english("externalId must be a text.")),
        };
        let policy = rest.shift_remove("accessPolicy");
        let access_policy = access_policy(tx, own, policy.as_ref())?;
        let access = access(tx, own, rest.shift_remove("access").as_ref())?;
        let [project, user, profile] = ["project", "user", "profile"].map(|name| rest.shift_remove(name));
        if said_false {
            rest.insert("admin".into(), false.into());
        }
        Ok(Self { active, admin, desk, external_id, access_policy, access, project, user, profile, rest })
    }
}

fn switch(members: &mut Resource, member: &'static str, absent: bool) -> Outcome<bool> {
    match members.shift_remove(member) {
        None => Ok(absent),
        Some(Value::Bool(given)) => Ok(given),
        Some(_) => invalid(member, Sentence::english(format!("{member} must be true or false."))),
    }
}

fn referenced(value: Option<&Value>) -> Option<&str> {
    value?.get("reference")?.as_str()
}

/// What may not change is as it was, or not named.
fn check_kept(values: &Values, before: &Membership) -> Outcome<()> {
    let user = match before.principal {
        Principal::User(id) => format!("User/{id}"),
        Principal::Client(id) => format!("ClientApplication/{id}"),
    };
    for (member, value, kept) in [
        ("project", &values.project, format!("Project/{}", before.project)),
        ("user", &values.user, user),
        ("profile", &values.profile, before.profile.to_string()),
    ] {
        if value.is_some() && referenced(value.as_ref()) != Some(kept.as_str()) {
            return invalid(member, Sentence::english(format!("{member} cannot be changed.")));
        }
    }
    Ok(())
}

/// Replaces the rights of a membership.
///
/// # Refusals
/// Another project, user or profile; the last admin's rights.
pub fn update(cx: &mut Cx<'_>, before: &Membership, body: Resource) -> Outcome<()> {
    let values = Values::read(cx.tx, before.project, body)?;
    check_kept(&values, before)?;
    let after = Membership {
        active: values.active,
        admin: values.admin,
        desk: values.desk,
        external_id: values.external_id,
        access_policy: values.access_policy,
        access: values.access,
        ..before.clone()
    };
    let steps_down = before.admin && before.active && !(after.admin && after.active);
    if steps_down && people::is_last_admin(cx.tx, before)? {
        return invalid("admin", Sentence::english("This is the last active admin of the project."));
    }
    people::update(cx, before, &after)?;
    cx.tx.put_membership_rest(before.id, &values.rest)?;
    Ok(())
}

/// A membership for a client that has none, or a further one for an account of the project.
///
/// # Refusals
/// A user or a profile that is not there; a client that has one already.
pub(super) fn create(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    id: Id<Membership>,
    body: Resource,
) -> Outcome<Membership> {
    let values = Values::read(cx.tx, project, body)?;
    let own = format!("Project/{project}");
    if values.project.is_some() && referenced(values.project.as_ref()) != Some(own.as_str()) {
        return invalid("project", Sentence::english("The project must be the caller's own."));
    }
    let (principal, profile, display) = who(cx.tx, project, &values)?;
    let membership = Membership {
        id,
        project,
        principal,
        profile,
        display,
        admin: values.admin,
        desk: values.desk,
        active: values.active,
        external_id: values.external_id,
        access_policy: values.access_policy,
        access: values.access,
        created_at: cx.now,
    };
    people::create_membership(cx, &membership)?;
    cx.tx.put_membership_rest(id, &values.rest)?;
    Ok(membership)
}

/// Whose a new membership is.
fn who(tx: &dyn Tx, project: Id<Project>, values: &Values) -> Outcome<(Principal, ProfileRef, String)> {
    let user = referenced(values.user.as_ref()).unwrap_or_default();
    if let Some(id) = user.strip_prefix("ClientApplication/").and_then(Id::parse) {
        let Some(client) = tx.client(id)?.filter(|client| client.project == project) else {
            return invalid("user", Sentence::english("There is no such client in this project."));
        };
        if tx.membership_of_client(id)?.is_some() {
            return conflict(Some("user"), Sentence::english("The client has a membership already."));
        }
        let profile =
            ProfileRef { resource_type: ProfileType::ClientApplication, id: Id::from_uuid(id.uuid()) };
        return Ok((Principal::Client(id), profile, client.name.clone()));
    }
    let account = match user.strip_prefix("User/").and_then(Id::parse) {
        Some(id) => tx.user(id)?.filter(|user| user.project == project),
        None => None,
    };
    let Some(account) = account else {
        return invalid(
            "user",
            Sentence::english("user must be a User or a ClientApplication of this project."),
        );
    };
    let profile = match referenced(values.profile.as_ref()).and_then(ProfileRef::parse) {
        Some(reference) => tx.profile(reference)?.filter(|profile| profile.project == project),
        None => None,
    };
    let Some(profile) = profile else {
        return invalid(
            "profile",
            Sentence::english("profile must be a Patient, Practitioner or RelatedPerson of this project."),
        );
    };
    if tx.membership_by_profile(project, profile.reference)?.is_some() {
        return conflict(Some("profile"), Sentence::english("Somebody signs in with this profile already."));
    }
    Ok((Principal::User(account.id), profile.reference, profile.display()))
}
