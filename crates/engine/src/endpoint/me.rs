//! `GET /auth/me`: who the caller is, as whom, with which rights, and where else they are signed in.
//!
//! # Differs from Medplum
//! A client's secrets are not in its profile. `config` has no menu. Sessions name no browser and no operating system.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::caller::{self, Credentials};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::access_policy::IpAccessRule;
use crate::model::membership::Principal;
use crate::model::{AccessPolicy, Client, Membership, Project, SecondFactor, User};
use crate::service::clients;
use crate::stop::{Fault, Outcome};
use crate::timestamp::Timestamp;

/// Sessions listed at most.
const MOST_SESSIONS: u32 = 100;

/// Answers with everything about the caller. Acting for somebody shows in `accessPolicy` alone, as in Medplum.
///
/// # Refusals
/// Not authenticated; whoever the header names must be somebody the caller may act for.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    credentials: Option<Credentials>,
    on_behalf_of: Vec<String>,
) -> Outcome<Map<String, Value>> {
    let proof = caller::verify(engine, credentials)?;
    engine
        .transact(origin, move |cx| {
            let caller = caller::authenticate(cx, &proof)?;
            let caller = caller.acting_for(cx.tx, &mut cx.trace, &on_behalf_of)?;
            cx.about.on_behalf_of = caller.on_behalf_of.as_ref().map(|member| member.id);
            let membership = Arc::clone(&caller.membership);
            let project = cx
                .tx
                .project(membership.project)?
                .ok_or(Fault::Inconsistent("membership without project"))?;
            let mut me = Map::new();
            let user = match membership.principal {
                Principal::User(id) => cx.tx.user(id)?,
                Principal::Client(_) => None,
            };
            if let Some(user) = &user {
                me.insert("user".into(), user_json(user));
            }
            me.insert("project".into(), project_json(&project));
            me.insert("membership".into(), membership_json(&membership));
            me.insert("profile".into(), profile(cx, &membership)?);
            me.insert("config".into(), json!({ "resourceType": "UserConfiguration", "menu": [] }));
            let mut policies = Vec::new();
            for (policy, _) in caller.effective().policies() {
                policies.extend(cx.tx.access_policy(policy)?);
            }
            if let Some(policy) = effective_policy(&policies) {
                me.insert("accessPolicy".into(), policy);
            }
            if let Some(user) = &user {
                me.insert("security".into(), security(cx, &project, user)?);
            }
            Ok(me)
        })
        .await
}

fn user_json(user: &User) -> Value {
    let mut shown = json!({ "resourceType": "User", "id": user.id.to_string() });
    if let Some(email) = &user.email {
        shown["email"] = email.clone().into();
    }
    shown
}

fn project_json(project: &Project) -> Value {
    let mut shown = json!({
        "resourceType": "Project",
        "id": project.id.to_string(),
        "name": project.name,
    });
    for member in ["features", "description"] {
        if let Some(value) = project.settings.extra.get(member) {
            shown[member] = value.clone();
        }
    }
    shown
}

fn membership_json(membership: &Membership) -> Value {
    let user = match membership.principal {
        Principal::User(id) => format!("User/{id}"),
        Principal::Client(id) => format!("ClientApplication/{id}"),
    };
    let mut shown = json!({
        "resourceType": "ProjectMembership",
        "id": membership.id.to_string(),
        "user": { "reference": user, "display": membership.display },
        "profile": profile_reference(membership),
    });
    if membership.admin {
        shown["admin"] = true.into();
    }
    shown
}

fn profile_reference(membership: &Membership) -> Value {
    json!({ "reference": membership.profile.to_string(), "display": membership.display })
}

/// The whole resource behind the membership.
fn profile(cx: &Cx<'_>, membership: &Membership) -> Outcome<Value> {
    match membership.principal {
        Principal::User(_) => {
            let profile = cx.tx.profile(membership.profile)?;
            Ok(Value::Object(profile.ok_or(Fault::Inconsistent("membership without profile"))?.resource))
        }
        Principal::Client(id) => {
            let client = cx.tx.client(id)?.ok_or(Fault::Inconsistent("a client without itself"))?;
            Ok(client_json(&client))
        }
    }
}

fn client_json(client: &Client) -> Value {
    let mut shown = json!({ "resourceType": "ClientApplication", "id": client.id.to_string() });
    if let (Some(shown), Value::Object(described)) = (shown.as_object_mut(), clients::describe(client)) {
        shown.extend(described);
    }
    shown
}

/// The policy, with where it comes from.
fn effective_policy(policies: &[Arc<AccessPolicy>]) -> Option<Value> {
    let (first, others) = policies.split_first()?;
    let mut shown = first.rest.clone();
    if !others.is_empty() {
        let entries = policies.iter().filter_map(|policy| policy.rest.get("resource")?.as_array());
        shown.insert("resource".into(), entries.flatten().cloned().collect());
    }
    shown.insert("resourceType".into(), "AccessPolicy".into());
    let based_on = policies
        .iter()
        .map(|policy| json!({ "reference": format!("AccessPolicy/{}", policy.id), "display": policy.name }));
    shown.insert("basedOn".into(), based_on.collect());
    let rules: Vec<&IpAccessRule> = policies.iter().flat_map(|policy| &policy.ip_access_rule).collect();
    if !rules.is_empty() {
        shown.insert("ipAccessRule".into(), json!(rules));
    }
    Some(Value::Object(shown))
}

fn security(cx: &Cx<'_>, project: &Project, user: &User) -> Outcome<Value> {
    let mut memberships = cx.tx.memberships_of_user(project.id, user.id)?;
    memberships.retain(|own| own.active);
    let session = |id: String, at: Timestamp, method: &str, address: Option<&String>| {
        let mut shown = json!({ "id": id, "lastUpdated": at.iso8601(), "authMethod": method });
        if let Some(address) = address {
            shown["remoteAddress"] = address.as_str().into();
        }
        shown
    };
    let mut sessions = Vec::new();
    for own in &memberships {
        for live in cx.tx.list_live_logins(own.id, cx.now, MOST_SESSIONS)? {
            let login = live.login;
            let (id, method) = (login.id.to_string(), login.auth_method.as_str());
            sessions.push(session(id, login.auth_time, method, login.remote_address.as_ref()));
        }
    }
    // A login whose code was not redeemed yet is one, too.
    for waiting in cx.tx.list_waiting_interactions(project.id, user.id, cx.now, MOST_SESSIONS)? {
        let Some(who) = waiting.who else { continue };
        if cx.tx.live_login(Id::from_uuid(waiting.id.uuid()))?.is_none() {
            sessions.push(session(waiting.id.to_string(), who.auth_time, who.auth_method.as_str(), None));
        }
    }
    let enrolled = cx.tx.second_factor(user.id)?.as_ref().is_some_and(SecondFactor::is_enrolled);
    let shown: Vec<Value> = memberships.iter().map(|own| membership_json(own)).collect();
    Ok(json!({ "mfaEnrolled": enrolled, "sessions": sessions, "memberships": shown }))
}
