//! `/admin/projects/…`: Medplum's endpoints for project admins. As in Medplum the id in the path is not looked at: an admin
//! administers the project of its own membership, and no other can be reached.
//!
//! # Not supported
//! Mail: an invitation makes the membership, and the person is brought in by a password, an identity provider or a magic
//! link. Bots, secrets and sites.

mod invite;

use std::sync::Arc;

use anteroom_oauth::secret::{ClientSecret, Secret};
use anteroom_sentence::Sentence;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use crate::caller::{self, Caller, Credentials, Proof};
use crate::cx::{Cx, Origin};
use crate::endpoint::fhir::{client_application, project_membership};
use crate::engine::Engine;
use crate::entropy;
use crate::fhir::Resource;
use crate::id::Id;
use crate::model::membership::Principal;
use crate::model::user::PasswordHash;
use crate::model::{Membership, Project};
use crate::refusal::Refusal;
use crate::service::{passwords, people, second_factor};
use crate::stop::{Fault, Outcome, invalid, refuse};

/// What is asked for.
pub enum Ask {
    /// The project's metadata.
    Project,
    /// A new client, with a membership and a secret.
    CreateClient(Resource),
    /// Somebody new.
    Invite(Resource),
    /// One membership.
    ReadMember(String),
    /// Other rights for a member.
    WriteMember(String, Resource),
    /// One member less.
    DeleteMember(String),
    /// The second factor of a member taken away: the phone was lost.
    ResetSecondFactor(String),
    /// Another password for an account of the project.
    SetPassword(Resource),
}

/// A request, as the edge read it.
pub struct Request {
    /// Who calls; `None` when nobody said.
    pub credentials: Option<Credentials>,
    /// The values of `X-Medplum-On-Behalf-Of`.
    pub on_behalf_of: Vec<String>,
    /// What is asked for.
    pub ask: Ask,
}

/// What came out.
pub enum Answer {
    /// A JSON object.
    Json(Map<String, Value>),
    /// A new client, and its secret, once.
    Client(Resource, Option<Secret<ClientSecret>>),
    /// It is done.
    Done,
}

/// Answers a request.
///
/// # Refusals
/// See [`caller`] for who calls; a member who is no project admin; a token that was narrowed; and whatever the service says
/// about the values.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Request) -> Outcome<Answer> {
    let Request { credentials, on_behalf_of, ask } = request;
    let proof = caller::verify(engine, credentials)?;
    let given = match &ask {
        Ask::Invite(body) | Ask::SetPassword(body) => body.get("password"),
        _ => None,
    };
    let password = match given.and_then(Value::as_str).filter(|password| !password.is_empty()) {
        None => None,
        Some(password) => Some(hash(engine, &origin, &proof, &on_behalf_of, password.to_owned()).await?),
    };
    // 64 hexadecimal characters, as Medplum's are.
    let random = zeroize::Zeroizing::new(entropy::bytes::<32>(engine.entropy())?);
    let made = Secret::new(HEXLOWER.encode(random.as_slice()));
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let caller = admin(cx, &proof, &on_behalf_of)?;
            answer(cx, &inner, &caller, ask, password, made)
        })
        .await
}

/// Hashes a password for a caller who may set one: nobody else makes the server work that hard.
async fn hash(
    engine: &Arc<Engine>,
    origin: &Origin,
    proof: &Proof,
    on_behalf_of: &[String],
    password: String,
) -> Outcome<PasswordHash> {
    let (proof, header) = (proof.clone(), on_behalf_of.to_vec());
    engine.transact(origin.clone(), move |cx| admin(cx, &proof, &header).map(drop)).await?;
    let engine = Arc::clone(engine);
    passwords::aside(move || {
        if password.chars().count() < passwords::SHORTEST {
            return invalid("password", Sentence::english("Invalid password, must be at least 8 characters"));
        }
        passwords::hash(engine.entropy(), &password)
    })
    .await
}

/// The caller, if it is a project admin with a token that was not narrowed.
fn admin(cx: &mut Cx<'_>, proof: &Proof, on_behalf_of: &[String]) -> Outcome<Caller> {
    let caller = caller::authenticate(cx, proof)?;
    let caller = caller.acting_for(cx.tx, &mut cx.trace, on_behalf_of)?;
    cx.about.on_behalf_of = caller.on_behalf_of.as_ref().map(|member| member.id);
    if !cx.trace.check("caller.admin", caller.effective().admin, "true", || "false".into()) {
        return refuse(Refusal::NotAdmin, "");
    }
    if caller.has_whole_scope(&mut cx.trace) { Ok(caller) } else { refuse(Refusal::ScopeForbids, "") }
}

fn answer(
    cx: &mut Cx<'_>,
    engine: &Engine,
    caller: &Caller,
    ask: Ask,
    password: Option<PasswordHash>,
    made: Secret<ClientSecret>,
) -> Outcome<Answer> {
    let project = caller.effective().project;
    match ask {
        Ask::Project => {
            let row = cx.tx.project(project)?.ok_or(Fault::Inconsistent("membership without project"))?;
            let own = json!({ "project": { "id": row.id.to_string(), "name": row.name } });
            Ok(Answer::Json(own.as_object().cloned().unwrap_or_default()))
        }
        Ask::CreateClient(mut body) => {
            let policy = body.shift_remove("accessPolicy");
            let policy = project_membership::access_policy(cx.tx, project, policy.as_ref())?;
            let (client, secret) =
                client_application::create_with_membership(cx, engine, project, body, policy, made)?;
            Ok(Answer::Client(client_application::resource(&client), secret))
        }
        Ask::Invite(body) => {
            let membership = invite::invite(cx, caller, &body, password)?;
            project_membership::resource(cx.tx, &membership).map(Answer::Json)
        }
        Ask::ReadMember(id) => {
            let membership = member(cx, project, &id)?;
            project_membership::resource(cx.tx, &membership).map(Answer::Json)
        }
        Ask::WriteMember(id, body) => write_member(cx, project, &id, body),
        Ask::DeleteMember(id) => {
            let membership = member(cx, project, &id)?;
            people::delete(cx, &membership)?;
            Ok(Answer::Done)
        }
        Ask::ResetSecondFactor(id) => {
            let membership = member(cx, project, &id)?;
            let factor = match membership.principal {
                Principal::User(user) => cx.tx.second_factor(user)?,
                Principal::Client(_) => None,
            };
            if !factor.is_some_and(|factor| factor.is_enrolled()) {
                return invalid("membership", Sentence::english("User is not enrolled in MFA"));
            }
            second_factor::reset(cx, &membership)?;
            Ok(Answer::Done)
        }
        Ask::SetPassword(body) => set_password(cx, project, &body, password),
    }
}

/// A member of the project.
fn member(cx: &Cx<'_>, project: Id<Project>, id: &str) -> Outcome<Arc<Membership>> {
    let found = match Id::parse(id) {
        Some(id) => cx.tx.membership(id)?,
        None => None,
    };
    match found.filter(|membership| membership.project == project) {
        Some(membership) => Ok(membership),
        None => refuse(Refusal::ResourceNotFound, ""),
    }
}

fn write_member(cx: &mut Cx<'_>, project: Id<Project>, id: &str, body: Resource) -> Outcome<Answer> {
    let before = member(cx, project, id)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if text("resourceType") != Some("ProjectMembership") || text("id") != Some(id) {
        return refuse(Refusal::PolicyForbids, "another resource than the path names");
    }
    let mut body = body;
    body.shift_remove("meta");
    project_membership::update(cx, &before, body)?;
    let after = member(cx, project, id)?;
    project_membership::resource(cx.tx, &after).map(Answer::Json)
}

/// Another password for a person of the project; what they are signed in to ends.
fn set_password(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    body: &Resource,
    password: Option<PasswordHash>,
) -> Outcome<Answer> {
    let email = body.get("email").and_then(Value::as_str).unwrap_or_default();
    let Ok(email) = people::email(email) else {
        return invalid("email", Sentence::english("Valid email address is required"));
    };
    let Some(password) = password else {
        return invalid("password", Sentence::english("Invalid password, must be at least 8 characters"));
    };
    let user = cx.tx.user_by_email(project, &email)?;
    let membership = match &user {
        Some(user) => cx.tx.memberships_of_user(project, user.id)?.into_iter().next(),
        None => None,
    };
    let Some(membership) = membership else {
        return invalid("email", Sentence::english("User not found"));
    };
    people::set_password(cx, &membership, password)?;
    Ok(Answer::Done)
}
