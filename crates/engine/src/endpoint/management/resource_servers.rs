//! `/resource-servers`: the APIs of the project, and the two that every project has.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::payload::{Field, Form, asks, field, flag, nullable, text};
use super::trouble::{Halt, Said, not_supported, of_service, trouble};
use super::{Answer, Call, page, payload};
use crate::cx::Cx;
use crate::engine::Engine;
use crate::id::Id;
use crate::model::resource_server::{
    ApiScope, ResourceServerSettings, SigningAlg, SubjectTypeAuthorization, SystemApi, TOKEN_LIFETIME,
    TOKEN_LIFETIME_FOR_WEB, TokenDialect,
};
use crate::model::{Project, ResourceServer};
use crate::service::resource_servers::{
    self, LONGEST_IDENTIFIER, LONGEST_NAME, MOST_SCOPES, NewResourceServer, SHORTEST_SIGNING_SECRET,
};
use crate::stop::Stop;
use crate::store::Tx;

const CONFLICT: &str = "resource_server_conflict";
const NO_SUCH: &str = "The resource server does not exist";
const SYSTEM: &str = "System resource servers cannot be modified or deleted";

/// Only when an API is made.
const IDENTIFIER: &[Field] =
    &[field("identifier", Form::Text(1, LONGEST_IDENTIFIER), "The unique identifier of the resource server")];

const FIELDS: &[Field] = &[
    field("name", Form::Name(LONGEST_NAME), "The friendly name of the resource server"),
    field("scopes", Form::Objects(MOST_SCOPES), "The scopes supported by the resource server"),
    field(
        "signing_alg",
        Form::Word(&["RS256", "HS256", "RS512", "PS256"]),
        "The algorithm used to sign tokens",
    ),
    field("signing_secret", Form::Text(SHORTEST_SIGNING_SECRET, 512), "The secret used to sign tokens"),
    field(
        "token_lifetime",
        Form::Whole(0, 2_592_000),
        "The amount of time (in seconds) that the token will be valid",
    ),
    field(
        "token_lifetime_for_web",
        Form::Whole(0, 2_592_000),
        "The same for tokens of implicit and hybrid flows",
    ),
    field("allow_offline_access", Form::Bool, "Allows issuance of refresh tokens for this entity"),
    field(
        "skip_consent_for_verifiable_first_party_clients",
        Form::Bool,
        "Flag this entity as capable of skipping consent",
    ),
    nullable(
        "token_dialect",
        Form::Word(&["access_token", "access_token_authz", "rfc9068_profile", "rfc9068_profile_authz"]),
        "The dialect of access tokens",
    ),
    field("subject_type_authorization", Form::Object, "Whose tokens the resource server takes"),
];

/// Members that ask for a check this server does not make.
const REFUSED: &[Field] = &[
    nullable("enforce_policies", Form::Bool, "Whether authorization policies are enforced"),
    nullable("token_encryption", Form::Object, "Token encryption"),
    nullable("consent_policy", Form::Text(0, 100), "Consent policy"),
    nullable("authorization_details", Form::Objects(10), "Rich authorization requests"),
    nullable("proof_of_possession", Form::Object, "Proof of possession"),
    nullable("allow_online_access", Form::Bool, "Online refresh tokens"),
];

fn said(stop: Stop) -> Halt {
    of_service(stop, CONFLICT)
}

/// What a path names.
enum Found {
    Own(Box<ResourceServer>),
    System(SystemApi),
}

/// The id of an API every project has: made from both, so that it is the same everywhere.
fn system_id(project: Id<Project>, api: SystemApi) -> String {
    let mut hash = Sha256::new();
    hash.update(project.as_bytes());
    hash.update(api.as_str());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    let mut digits = uuid::Uuid::from_bytes(bytes).simple().to_string();
    digits.truncate(24);
    digits
}

/// By id or by identifier, among the APIs of the caller's project.
fn find(call: &Call<'_>, tx: &dyn Tx) -> Said<Found> {
    let (project, id) = (call.caller.project, call.request.id.as_str());
    if id.chars().count() > LONGEST_IDENTIFIER {
        return Err(payload::wrong_id(
            "String is too long",
            "The id or the identifier of the resource server",
        ));
    }
    if let Some(api) = SystemApi::ALL.into_iter().find(|api| system_id(project, *api) == id) {
        return Ok(Found::System(api));
    }
    if let Some(api) = resource_servers::find_system(call.engine, id) {
        return Ok(Found::System(api));
    }
    let by_id = match ResourceServer::parse_short_id(id) {
        Some(short_id) => tx.resource_server_by_short_id(project, &short_id)?,
        None => None,
    };
    let found = match by_id {
        Some(found) => Some(found),
        None => tx.resource_server_by_identifier(project, id)?,
    };
    found
        .map(|api| Found::Own(Box::new(api)))
        .ok_or_else(|| trouble(404, "inexistent_resource_server", NO_SUCH))
}

/// One of the project's own: the others are not changed by anybody.
fn find_own(call: &Call<'_>, tx: &dyn Tx) -> Said<ResourceServer> {
    match find(call, tx)? {
        Found::Own(api) => Ok(*api),
        Found::System(_) => Err(trouble(400, "operation_not_supported", SYSTEM)),
    }
}

fn show(engine: &Engine, tx: &dyn Tx, api: &ResourceServer, with_secret: bool) -> Said<Value> {
    let settings = &api.settings;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", api.short_id().into());
    if let Some(name) = &api.name {
        put("name", name.clone().into());
    }
    put("identifier", api.identifier.clone().into());
    put("is_system", false.into());
    put("scopes", json!(api.scopes));
    put("signing_alg", json!(settings.signing_alg));
    put("allow_offline_access", settings.allow_offline_access.into());
    put(
        "skip_consent_for_verifiable_first_party_clients",
        settings.skip_consent_for_verifiable_first_party_clients.into(),
    );
    put("token_lifetime", settings.token_lifetime.into());
    put("token_lifetime_for_web", settings.token_lifetime_for_web.into());
    put("enforce_policies", false.into());
    put("subject_type_authorization", authorization(settings.subject_type_authorization));
    if let Some(dialect) = settings.token_dialect {
        put("token_dialect", json!(dialect));
    }
    if with_secret && let Some(secret) = resource_servers::open_signing_secret(engine, api)? {
        put("signing_secret", String::from_utf8_lossy(&secret).into_owned().into());
    }
    if let Some(client) = tx.clients_of_resource_server(api.project, &api.identifier)?.first() {
        put("client_id", client.client_id().into());
    }
    Ok(shown.into())
}

fn authorization(policies: SubjectTypeAuthorization) -> Value {
    json!({ "user": { "policy": policies.user }, "client": { "policy": policies.client } })
}

fn show_system(call: &Call<'_>, api: SystemApi) -> Value {
    let scopes: Vec<Value> = api.scopes().iter().map(|value| json!({ "value": value })).collect();
    json!({
        "id": system_id(call.caller.project, api),
        "name": api.name(),
        "identifier": call.issuer.endpoint(api.path()),
        "is_system": true,
        "scopes": scopes,
        "signing_alg": "RS256",
        "allow_offline_access": false,
        "skip_consent_for_verifiable_first_party_clients": true,
        "token_lifetime": TOKEN_LIFETIME,
        "token_lifetime_for_web": TOKEN_LIFETIME_FOR_WEB,
        "enforce_policies": false,
        "subject_type_authorization": authorization(api.subject_type_authorization()),
    })
}

/// `GET /resource-servers`
pub(super) fn list(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:resource_servers"])?;
    let own = tx.list_resource_servers(call.caller.project)?;
    let rows: Vec<Found> = SystemApi::ALL
        .into_iter()
        .map(Found::System)
        .chain(own.into_iter().map(|api| Found::Own(Box::new(api))))
        .collect();
    let show = |row: &Found| match row {
        Found::System(api) => Ok(show_system(call, *api)),
        Found::Own(api) => show(call.engine, tx, api, false),
    };
    page::answer(&call.request.query, "resource_servers", &rows, page::USUAL, show).map(Answer::ok)
}

/// `GET /resource-servers/{id}`
pub(super) fn get(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:resource_servers"])?;
    let shown = match find(call, tx)? {
        Found::System(api) => show_system(call, api),
        Found::Own(api) => show(call.engine, tx, &api, call.caller.has("update:resource_servers"))?,
    };
    Ok(Answer::ok(page::Chosen::read(&call.request.query)?.keep(shown)))
}

/// Puts the members of a body over an API's settings.
fn apply(
    members: &Map<String, Value>,
    scopes: &mut Vec<ApiScope>,
    settings: &mut ResourceServerSettings,
) -> Said<()> {
    if let Some(asking) = REFUSED.iter().find(|field| asks(members, field.name)) {
        return Err(not_supported(asking.name));
    }
    if let Some(given) = members.get("scopes") {
        *scopes = serde_json::from_value(given.clone()).map_err(|error| {
            let what: String = error.to_string().chars().take(200).collect();
            payload::wrong_at(&what, "scopes", "The scopes supported by the resource server")
        })?;
    }
    match text(members, "signing_alg").as_deref() {
        None => {}
        Some("RS256") => settings.signing_alg = SigningAlg::RS256,
        Some("HS256") => settings.signing_alg = SigningAlg::HS256,
        Some(other) => return Err(not_supported(&format!("signing_alg {other}"))),
    }
    let seconds = |name: &str| {
        members.get(name).and_then(Value::as_u64).and_then(|seconds| u32::try_from(seconds).ok())
    };
    if let Some(lifetime) = seconds("token_lifetime") {
        settings.token_lifetime = lifetime;
        // The shorter of the two follows where nobody set it.
        settings.token_lifetime_for_web = settings.token_lifetime_for_web.min(lifetime);
    }
    if let Some(lifetime) = seconds("token_lifetime_for_web") {
        settings.token_lifetime_for_web = lifetime;
    }
    if let Some(allow) = flag(members, "allow_offline_access") {
        settings.allow_offline_access = allow;
    }
    if let Some(skip) = flag(members, "skip_consent_for_verifiable_first_party_clients") {
        settings.skip_consent_for_verifiable_first_party_clients = skip;
    }
    match text(members, "token_dialect").as_deref() {
        None if members.contains_key("token_dialect") => settings.token_dialect = None,
        None => {}
        Some("access_token") => settings.token_dialect = Some(TokenDialect::AccessToken),
        Some("rfc9068_profile") => settings.token_dialect = Some(TokenDialect::Rfc9068Profile),
        Some(other) => return Err(not_supported(&format!("token_dialect {other}"))),
    }
    if let Some(given) = members.get("subject_type_authorization") {
        let policies = &mut settings.subject_type_authorization;
        for (subject, policy) in [("user", &mut policies.user), ("client", &mut policies.client)] {
            let Some(word) = given.get(subject) else { continue };
            let read = word.get("policy").cloned().map(serde_json::from_value).and_then(Result::ok);
            *policy = read.ok_or_else(|| {
                payload::wrong_at(
                    "No enum match, expected allow_all, deny_all or require_client_grant",
                    &format!("subject_type_authorization.{subject}.policy"),
                    "Whose tokens the resource server takes",
                )
            })?;
        }
    }
    Ok(())
}

/// `POST /resource-servers`
pub(super) fn create(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["create:resource_servers"])?;
    let members = payload::object(call.body()?, &[IDENTIFIER, FIELDS, REFUSED], &["identifier"])?;
    let (mut scopes, mut settings) = (Vec::new(), ResourceServerSettings::default());
    apply(members, &mut scopes, &mut settings)?;
    let new = NewResourceServer {
        id: None,
        project: call.caller.project,
        identifier: text(members, "identifier").unwrap_or_default(),
        name: text(members, "name"),
        scopes,
        settings,
        signing_secret: text(members, "signing_secret"),
    };
    let api = resource_servers::create(cx, call.engine, new).map_err(said)?;
    Ok(Answer::created(show(call.engine, cx.tx, &api, true)?))
}

/// `PATCH /resource-servers/{id}`
pub(super) fn update(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["update:resource_servers"])?;
    let before = find_own(call, cx.tx)?;
    let members = payload::object(call.body()?, &[FIELDS, REFUSED], &[])?;
    if members.is_empty() {
        return Err(payload::wrong("Too few properties defined (0), minimum 1"));
    }
    let mut after = before.clone();
    apply(members, &mut after.scopes, &mut after.settings)?;
    if members.contains_key("name") {
        after.name = text(members, "name");
    }
    if let Some(secret) = text(members, "signing_secret") {
        let sealed = resource_servers::seal_signing_secret(cx, call.engine, after.id, Some(&secret));
        after.signing_secret = Some(sealed.map_err(said)?);
    }
    resource_servers::update(cx, call.engine, &before, after).map_err(said)?;
    let after = find_own(call, cx.tx)?;
    Ok(Answer::ok(show(call.engine, cx.tx, &after, true)?))
}

/// `DELETE /resource-servers/{id}`
pub(super) fn delete(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["delete:resource_servers"])?;
    match find_own(call, cx.tx) {
        Ok(api) => resource_servers::delete(cx, &api).map_err(said).map(|()| Answer::nothing()),
        // Nothing to delete is deleted.
        Err(Halt::Trouble(trouble)) if trouble.status == 404 => Ok(Answer::nothing()),
        Err(halt) => Err(halt),
    }
}
