//! `POST /admin/projects/{id}/invite`: the body.

use anteroom_sentence::Sentence;
use serde_json::{Map, Value, json};

use crate::caller::Caller;
use crate::cx::Cx;
use crate::endpoint::fhir::project_membership;
use crate::fhir::Resource;
use crate::model::Membership;
use crate::model::membership::{Principal, ProfileRef, ProfileType};
use crate::model::user::PasswordHash;
use crate::service::invites::{self, Invite};
use crate::service::projects::check_name;
use crate::service::{people, second_factor};
use crate::stop::{Outcome, invalid};

/// Invites whom the body names.
pub(super) fn invite(
    cx: &mut Cx<'_>,
    caller: &Caller,
    body: &Resource,
    password: Option<PasswordHash>,
) -> Outcome<Membership> {
    let project = caller.effective().project;
    let membership = match body.get("membership") {
        None => Map::new(),
        Some(Value::Object(membership)) => membership.clone(),
        Some(_) => return invalid("membership", Sentence::english("membership must be an object.")),
    };
    // What the body says itself, or its `membership`.
    let either = |member: &str| body.get(member).or_else(|| membership.get(member));
    let resource_type = resource_type(body)?;
    let first_name = named(body, "firstName", "First name is required")?;
    let last_name = named(body, "lastName", "Last name is required")?;
    let external_id = either("externalId").and_then(Value::as_str).filter(|id| !id.is_empty());
    let email = text(body, "email").map(people::email).transpose()?;
    if email.is_none() && external_id.is_none() {
        return invalid("email", Sentence::english("Either email or externalId is required"));
    }
    let access_policy = project_membership::access_policy(cx.tx, project, either("accessPolicy"))?;
    let access = either("access");
    let access = access.map(|_| project_membership::access(cx.tx, project, access)).transpose()?;
    let admin = either("admin").map(|admin| admin == &Value::Bool(true));
    let profile = membership
        .get("profile")
        .and_then(|profile| profile.get("reference")?.as_str())
        .and_then(ProfileRef::parse);
    let flag = |member: &str| body.get(member) == Some(&Value::Bool(true));
    let invited = Invite {
        project,
        resource_type,
        first_name,
        last_name,
        email,
        external_id: external_id.map(str::to_owned),
        password,
        profile,
        admin,
        access_policy,
        access,
        upsert: flag("upsert"),
        force_new_membership: flag("forceNewMembership"),
    };
    let invited = invites::invite(cx, invited)?;
    if flag("mfaRequired")
        && let Principal::User(user) = invited.principal
    {
        second_factor::require(cx, &invited, user, true)?;
    }
    note(cx, caller, &invited, admin)?;
    Ok(invited)
}

/// Who invited, and an `admin: false` that was said.
fn note(cx: &mut Cx<'_>, caller: &Caller, invited: &Membership, admin: Option<bool>) -> Outcome<()> {
    let by = match caller.effective().principal {
        Principal::User(id) => format!("User/{id}"),
        Principal::Client(id) => format!("ClientApplication/{id}"),
    };
    let mut rest = cx.tx.membership_rest(invited.id)?;
    rest.entry("invitedBy").or_insert_with(|| json!({ "reference": by }));
    if admin == Some(false) {
        rest.insert("admin".into(), false.into());
    }
    Ok(cx.tx.put_membership_rest(invited.id, &rest)?)
}

fn resource_type(body: &Resource) -> Outcome<ProfileType> {
    match text(body, "resourceType").and_then(ProfileType::parse) {
        Some(ProfileType::ClientApplication) | None => {
            invalid("resourceType", Sentence::english("Resource type is required"))
        }
        Some(resource_type) => Ok(resource_type),
    }
}

fn text<'a>(body: &'a Resource, member: &str) -> Option<&'a str> {
    body.get(member).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn named(body: &Resource, member: &'static str, missing: &'static str) -> Outcome<String> {
    let Some(name) = text(body, member) else { return invalid(member, Sentence::english(missing)) };
    check_name(member, name)?;
    Ok(name.to_owned())
}
