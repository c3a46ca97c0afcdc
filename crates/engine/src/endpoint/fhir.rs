//! `/fhir/R4`: the interface of FHIR R4, for the resources that signing in needs. Any other type is refused: this is the auth
//! slice. Who may do what is decided by [`Access`]; what is written goes through the same services as the screens' commands.
//!
//! As in Medplum, except: secrets are never read back; clients and access policies are written by project admins only; a
//! replaced client keeps the secrets that the body does not name; deleting what others rely on is refused.
//!
//! # Not supported
//! History, versions, batches, conditional creation, `_sort`, `_include`, and operations such as `$everything`.

mod access_policy;
pub mod client_application;
mod patch;
mod person;
mod project;
pub mod project_membership;
mod row;
mod search;
mod smart_app_launch;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use self::patch::Patch;
pub use self::search::Parameters;
use crate::caller::{self, Caller, Credentials, Proof};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::fhir::access::{Access, Decision, Interaction, Rule};
use crate::fhir::{Resource, ResourceType, fields};
use crate::id::Id;
use crate::model::{AccessPolicy, Project};
use crate::refusal::Refusal;
use crate::stop::{Fault, Outcome, refuse};
use crate::store::Tx;
use crate::trace::Trace;

use self::row::Row;

/// Which resource: the two parts of the path, as they were sent.
#[derive(Debug, Clone)]
pub struct Target {
    /// Resource type.
    pub resource_type: String,
    /// Resource id.
    pub id: String,
}

/// What is asked for.
#[derive(Debug)]
pub enum Ask {
    /// One resource.
    Read(Target),
    /// Some of a type.
    Search(String, Parameters),
    /// A new one of a type.
    Create(String, Resource),
    /// Another one in place of the old.
    Update(Target, Resource),
    /// Some members changed, added or removed.
    Patch(Target, Patch),
    /// None any more.
    Delete(Target),
}

/// A request, as the edge read it.
pub struct Request {
    /// Who calls; `None` when nobody said.
    pub credentials: Option<Credentials>,
    /// The values of `X-Medplum-On-Behalf-Of`.
    pub on_behalf_of: Vec<String>,
    /// What is asked for.
    pub ask: Ask,
    /// The version in `If-Match`: the write happens only to that one.
    pub if_match: Option<String>,
    /// `X-Medplum: extended`: more of `meta`.
    pub extended: bool,
}

/// A resource on its way out, as the caller may see it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The resource.
    pub resource: Resource,
    /// Its version, for `ETag`.
    pub version: String,
}

/// What came out.
#[derive(Debug)]
pub enum Answer {
    /// A resource that was there, or was changed.
    Found(Shown),
    /// A new resource.
    Created(Shown),
    /// A `Bundle` of type `searchset`.
    Bundle(Map<String, Value>),
    /// It is gone.
    Deleted,
}

/// Answers a request.
///
/// # Refusals
/// See [`caller`] for who calls; another resource type; what the policy or the scope forbids; a resource that is not there,
/// was deleted, or is not shown to this caller; another version; and whatever the service says about the values.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Request) -> Outcome<Answer> {
    let Request { credentials, on_behalf_of, ask, if_match, extended } = request;
    let proof = caller::verify(engine, credentials)?;
    let way = Way { proof, on_behalf_of, extended };
    match ask {
        Ask::Read(_) | Ask::Search(..) => way.read(engine, origin, ask).await,
        Ask::Patch(target, patch) => patch::respond(engine, origin, way, target, patch, if_match).await,
        ask => way.write(engine, origin, ask, if_match).await,
    }
}

/// One resource of the project, whole, for whoever asks what a policy says about it; `None` when it is not there.
pub fn find_resource(
    tx: &dyn Tx,
    project: Id<Project>,
    resource_type: ResourceType,
    id: &str,
) -> Outcome<Option<Resource>> {
    let Some(id) = Id::<()>::parse(id) else { return Ok(None) };
    let found = Row::find(tx, project, resource_type, id.uuid())?;
    found.map(|row| row.resource(tx)).transpose()
}

/// The version of an access policy, as FHIR shows it to somebody who sees everything.
pub fn access_policy_version(policy: &AccessPolicy) -> String {
    row::version(&access_policy::resource(policy))
}

/// How a request came in.
#[derive(Clone)]
struct Way {
    proof: Proof,
    on_behalf_of: Vec<String>,
    extended: bool,
}

impl Way {
    /// Reads beside the writer. Client credentials are looked at on the writer first: a wrong secret is counted.
    async fn read(self, engine: &Arc<Engine>, origin: Origin, ask: Ask) -> Outcome<Answer> {
        let known = match &self.proof {
            Proof::Token(_) => None,
            Proof::Basic(_) => {
                let proof = self.proof.clone();
                Some(engine.transact(origin.clone(), move |cx| caller::authenticate(cx, &proof)).await?)
            }
        };
        let engine = Arc::clone(engine);
        let read = move || {
            engine.read(|tx, now| {
                let trace = &mut Trace::default();
                let caller = match (known, &self.proof) {
                    (Some(caller), _) => caller,
                    (None, Proof::Token(token)) => {
                        caller::authenticate_token(tx, trace, &origin, token, now)?
                    }
                    (None, Proof::Basic(_)) => return Err(Fault::Inconsistent("caller").into()),
                };
                let caller = caller.acting_for(tx, trace, &self.on_behalf_of)?;
                let room = Room::new(tx, &caller, self.extended)?;
                match ask {
                    Ask::Read(target) => room.read(tx, trace, &target).map(Answer::Found),
                    Ask::Search(resource_type, parameters) => {
                        search::bundle(tx, trace, &room, &origin.issuer, &resource_type, &parameters)
                            .map(Answer::Bundle)
                    }
                    _ => Err(Fault::Inconsistent("a write among the reads").into()),
                }
            })
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| Fault::Panicked)?
    }

    /// Writes in one transaction.
    async fn write(
        self,
        engine: &Arc<Engine>,
        origin: Origin,
        ask: Ask,
        if_match: Option<String>,
    ) -> Outcome<Answer> {
        let inner = Arc::clone(engine);
        engine
            .transact(origin, move |cx| {
                let caller = caller::authenticate(cx, &self.proof)?;
                let caller = caller.acting_for(cx.tx, &mut cx.trace, &self.on_behalf_of)?;
                cx.about.on_behalf_of = caller.on_behalf_of.as_ref().map(|member| member.id);
                let room = Room::new(cx.tx, &caller, self.extended)?;
                let if_match = if_match.as_deref();
                match ask {
                    Ask::Create(resource_type, body) => create(cx, &inner, &room, &resource_type, body),
                    Ask::Update(target, body) => update(cx, &inner, &room, &target, body, if_match),
                    Ask::Delete(target) => delete(cx, &room, &target, if_match),
                    Ask::Read(_) | Ask::Search(..) | Ask::Patch(..) => {
                        Err(Fault::Inconsistent("a read among the writes").into())
                    }
                }
            })
            .await
    }
}

/// What the caller moves in: its project, and what it may do there.
struct Room {
    project: Id<Project>,
    access: Access,
    extended: bool,
}

impl Room {
    fn new(tx: &dyn Tx, caller: &Caller, extended: bool) -> Outcome<Self> {
        let member = caller.effective();
        let access = Access::of(tx, member, caller.scope.as_deref())?.launched(tx, caller.launch)?;
        Ok(Self { project: member.project, access, extended })
    }

    /// One resource, as the caller may see it.
    fn read(&self, tx: &dyn Tx, trace: &mut Trace, target: &Target) -> Outcome<Shown> {
        let (row, resource, decision) = self.readable(tx, trace, target)?;
        Ok(self.show(&row, resource, &decision))
    }

    /// A row the caller may read.
    fn readable(
        &self,
        tx: &dyn Tx,
        trace: &mut Trace,
        target: &Target,
    ) -> Outcome<(Row, Resource, Decision)> {
        let resource_type = known_type(&target.resource_type)?;
        let asked = (Interaction::Read, resource_type);
        permitted(trace, asked, &self.access.with_type(Interaction::Read, resource_type))?;
        let (row, resource) = self.find(tx, resource_type, &target.id)?;
        let decision = self.access.with(Interaction::Read, resource_type, &resource);
        visible(trace, asked, &decision)?;
        Ok((row, resource, decision))
    }

    /// A row of the project, with its resource.
    fn find(&self, tx: &dyn Tx, resource_type: ResourceType, id: &str) -> Outcome<(Row, Resource)> {
        let Some(id) = Id::<()>::parse(id) else { return refuse(Refusal::ResourceNotFound, "no UUID") };
        if let Some(row) = Row::find(tx, self.project, resource_type, id.uuid())? {
            let resource = row.resource(tx)?;
            return Ok((row, resource));
        }
        // [FHIR-R4 §3.1.0.1]
        if tx.was_deleted(self.project, id.uuid())? {
            return refuse(Refusal::ResourceGone, "");
        }
        refuse(Refusal::ResourceNotFound, "")
    }

    /// Takes out what is hidden and writes `meta`.
    fn show(&self, row: &Row, mut resource: Resource, decision: &Decision) -> Shown {
        fields::hide(&mut resource, &decision.hidden_fields);
        let version = row::version(&resource);
        let mut meta = match resource.get("meta") {
            Some(Value::Object(meta)) => meta.clone(),
            _ => Map::new(),
        };
        meta.insert("versionId".into(), version.clone().into());
        if let Some(at) = row.last_updated() {
            meta.insert("lastUpdated".into(), at.iso8601().into());
        }
        if self.extended {
            meta.insert("project".into(), self.project.to_string().into());
        }
        resource.insert("meta".into(), Value::Object(meta));
        Shown { resource, version }
    }
}

/// The type, if it is here.
fn known_type(name: &str) -> Outcome<ResourceType> {
    match ResourceType::parse(name) {
        Some(resource_type) => Ok(resource_type),
        None => refuse(Refusal::NotInAuthSlice, ""),
    }
}

/// 403 for what the caller may not do.
fn permitted(trace: &mut Trace, asked: (Interaction, ResourceType), decision: &Decision) -> Outcome<()> {
    state(trace, asked, decision);
    match decision.rule {
        _ if decision.allowed => Ok(()),
        Rule::Scope => refuse(Refusal::ScopeForbids, ""),
        rule => refuse(Refusal::PolicyForbids, rule.as_str()),
    }
}

/// 404 for a resource the caller may not see: whether it exists is part of what is hidden.
fn visible(trace: &mut Trace, asked: (Interaction, ResourceType), decision: &Decision) -> Outcome<()> {
    state(trace, asked, decision);
    if decision.allowed { Ok(()) } else { refuse(Refusal::ResourceNotFound, decision.rule.as_str()) }
}

/// States what was decided in the trace.
fn state(trace: &mut Trace, (interaction, resource_type): (Interaction, ResourceType), decision: &Decision) {
    let check = if decision.rule == Rule::Scope { "scope.smart" } else { "access_policy.resource" };
    let expected =
        if decision.allowed { String::new() } else { format!("{} {resource_type}", interaction.as_str()) };
    trace.check(check, decision.allowed, expected, || decision.rule.as_str().into());
}

fn check_body(resource_type: ResourceType, id: Option<&str>, body: &Resource) -> Outcome<()> {
    if body.get("resourceType").and_then(Value::as_str) != Some(resource_type.as_str()) {
        return refuse(Refusal::IncorrectResourceType, "");
    }
    match id {
        // [FHIR-R4 §3.1.0.8] the id of a new resource is the server's; one that was sent is ignored
        None => Ok(()),
        // [FHIR-R4 §3.1.0.4]
        Some(id) if body.get("id").and_then(Value::as_str) == Some(id) => Ok(()),
        Some(_) => refuse(Refusal::IncorrectResourceId, ""),
    }
}

fn create(
    cx: &mut Cx<'_>,
    engine: &Engine,
    room: &Room,
    resource_type: &str,
    mut body: Resource,
) -> Outcome<Answer> {
    let resource_type = known_type(resource_type)?;
    let asked = (Interaction::Create, resource_type);
    permitted(&mut cx.trace, asked, &room.access.with_type(Interaction::Create, resource_type))?;
    check_body(resource_type, None, &body)?;
    row::strip_meta(&mut body);
    let id = cx.random_id::<()>()?.uuid();
    body.insert("id".into(), id.to_string().into());
    let decision = room.access.with(Interaction::Create, resource_type, &body);
    permitted(&mut cx.trace, asked, &decision)?;
    for kept in [&decision.hidden_fields, &decision.readonly_fields] {
        fields::keep(&mut body, None, kept);
    }
    // What was taken out may be what the criteria look at.
    permitted(&mut cx.trace, asked, &room.access.with(Interaction::Create, resource_type, &body))?;
    let row = Row::create(cx, engine, room.project, resource_type, id, body)?;
    let resource = row.resource(cx.tx)?;
    let decision = room.access.with(Interaction::Read, resource_type, &resource);
    Ok(Answer::Created(room.show(&row, resource, &decision)))
}

fn update(
    cx: &mut Cx<'_>,
    engine: &Engine,
    room: &Room,
    target: &Target,
    mut body: Resource,
    if_match: Option<&str>,
) -> Outcome<Answer> {
    let (row, before, read) = room.readable(cx.tx, &mut cx.trace, target)?;
    let resource_type = row.resource_type();
    let asked = (Interaction::Update, resource_type);
    let decision = room.access.with(Interaction::Update, resource_type, &before);
    permitted(&mut cx.trace, asked, &decision)?;
    check_body(resource_type, Some(&target.id), &body)?;
    check_version(&mut cx.trace, room, &row, &before, &read, if_match)?;
    row::strip_meta(&mut body);
    for kept in [&read.hidden_fields, &decision.hidden_fields, &decision.readonly_fields] {
        fields::keep(&mut body, Some(&before), kept);
    }
    permitted(&mut cx.trace, asked, &room.access.with(Interaction::Update, resource_type, &body))?;
    let row = row.update(cx, engine, body)?;
    let resource = row.resource(cx.tx)?;
    let decision = room.access.with(Interaction::Read, resource_type, &resource);
    Ok(Answer::Found(room.show(&row, resource, &decision)))
}

fn delete(cx: &mut Cx<'_>, room: &Room, target: &Target, if_match: Option<&str>) -> Outcome<Answer> {
    let (row, before, read) = room.readable(cx.tx, &mut cx.trace, target)?;
    let asked = (Interaction::Delete, row.resource_type());
    permitted(&mut cx.trace, asked, &room.access.with(asked.0, asked.1, &before))?;
    check_version(&mut cx.trace, room, &row, &before, &read, if_match)?;
    row.delete(cx)?;
    Ok(Answer::Deleted)
}

fn check_version(
    trace: &mut Trace,
    room: &Room,
    row: &Row,
    before: &Resource,
    read: &Decision,
    if_match: Option<&str>,
) -> Outcome<()> {
    let Some(wanted) = if_match else { return Ok(()) };
    let found = room.show(row, before.clone(), read).version;
    if trace.check("if_match", wanted == found, wanted.to_owned(), || found.clone().into()) {
        Ok(())
    } else {
        refuse(Refusal::VersionsDiffer, "")
    }
}
