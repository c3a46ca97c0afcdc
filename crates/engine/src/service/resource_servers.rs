//! Resource servers: one validator for the Management API, commands and the workspace file; and which API an `audience`
//! names.

use anteroom_sentence::sentence;
use serde_json::{Value, json};

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::client_grant::ApiRef;
use crate::model::event::{EventBody, EventKind};
use crate::model::resource_server::{
    ApiScope, LONGEST_TOKEN_LIFETIME, ResourceServerSettings, SigningAlg, SubjectTypeAuthorization, SystemApi,
};
use crate::model::{Client, Project, ResourceServer};
use crate::seal::Sealed;
use crate::stop::{Fault, Outcome, conflict, invalid};
use crate::store::Tx;

/// Longest identifier.
pub const LONGEST_IDENTIFIER: usize = 600;
/// Longest name.
pub const LONGEST_NAME: usize = 200;
/// Most scopes of an API.
pub const MOST_SCOPES: usize = anteroom_oauth::scope::MAX_TOKENS;
/// Longest value of a scope.
pub const LONGEST_SCOPE: usize = 280;
/// Longest description of a scope.
pub const LONGEST_DESCRIPTION: usize = 500;
/// Most APIs of a project.
pub const MOST_APIS: usize = 1_000;
/// Shortest signing secret a caller may choose.
pub const SHORTEST_SIGNING_SECRET: usize = 16;
/// Longest signing secret a caller may choose.
const LONGEST_SIGNING_SECRET: usize = 512;

/// An API that an `audience` names.
#[derive(Debug, Clone, PartialEq)]
pub enum Api {
    /// One of the project's own.
    Own(Box<ResourceServer>),
    /// One that every project has.
    System(SystemApi),
}

impl Api {
    /// The API as client grants name it.
    pub fn reference(&self) -> ApiRef {
        match self {
            Self::Own(api) => ApiRef::Own(api.id),
            Self::System(api) => ApiRef::System(*api),
        }
    }

    /// Whether it has a scope.
    pub fn has_scope(&self, value: &str) -> bool {
        match self {
            Self::Own(api) => api.has_scope(value),
            Self::System(api) => api.scopes().contains(&value),
        }
    }

    /// All its scopes.
    pub fn scopes(&self) -> Vec<String> {
        match self {
            Self::Own(api) => api.scopes.iter().map(|scope| scope.value.clone()).collect(),
            Self::System(api) => api.scopes().iter().map(|&scope| scope.to_owned()).collect(),
        }
    }

    /// Whose tokens it takes.
    pub fn subject_type_authorization(&self) -> SubjectTypeAuthorization {
        match self {
            Self::Own(api) => api.settings.subject_type_authorization,
            Self::System(api) => api.subject_type_authorization(),
        }
    }

    /// Its identifier, as the base `issuer` writes it.
    pub fn identifier(&self, issuer: &Issuer) -> String {
        match self {
            Self::Own(api) => api.identifier.clone(),
            Self::System(api) => issuer.endpoint(api.path()),
        }
    }
}

/// The API every project has that `audience` names, on any base of this server.
pub fn find_system(engine: &Engine, audience: &str) -> Option<SystemApi> {
    SystemApi::ALL
        .into_iter()
        .find(|api| audience.strip_suffix(api.path()).is_some_and(|base| engine.is_issuer(base)))
}

/// The API that `audience` names in a project, byte by byte.
pub fn find(tx: &dyn Tx, engine: &Engine, project: Id<Project>, audience: &str) -> Outcome<Option<Api>> {
    if let Some(api) = find_system(engine, audience) {
        return Ok(Some(Api::System(api)));
    }
    // A base that came later than an API of the same name: its own tokens are named so.
    if engine.is_issuer(audience) {
        return Ok(None);
    }
    Ok(tx.resource_server_by_identifier(project, audience)?.map(|api| Api::Own(Box::new(api))))
}

/// The API that a client grant is for.
pub fn of_reference(tx: &dyn Tx, api: ApiRef) -> Outcome<Api> {
    match api {
        ApiRef::System(api) => Ok(Api::System(api)),
        ApiRef::Own(id) => match tx.resource_server(id)? {
            Some(api) => Ok(Api::Own(Box::new(api))),
            None => Err(Fault::Inconsistent("a client grant for an API that is gone").into()),
        },
    }
}

/// Everything a new API is made of.
pub struct NewResourceServer {
    /// Id; made when absent.
    pub id: Option<Id<ResourceServer>>,
    /// Project.
    pub project: Id<Project>,
    /// `identifier`.
    pub identifier: String,
    /// `name`.
    pub name: Option<String>,
    /// `scopes`.
    pub scopes: Vec<ApiScope>,
    /// Settings.
    pub settings: ResourceServerSettings,
    /// `signing_secret`; made for `HS256` when absent.
    pub signing_secret: Option<String>,
}

/// Checks an API's values: the same rules for creating, changing and importing.
fn check(row: &ResourceServer) -> Outcome<()> {
    if let Some(name) = &row.name {
        let length = name.chars().count();
        if length > LONGEST_NAME || name.contains(['<', '>']) || name.chars().any(char::is_control) {
            return invalid(
                "name",
                sentence!("A name has at most {longest} characters, and no < or >.", longest = LONGEST_NAME),
            );
        }
    }
    if row.scopes.len() > MOST_SCOPES {
        return invalid("scopes", sentence!("An API has at most {most} scopes.", most = MOST_SCOPES));
    }
    for (at, scope) in row.scopes.iter().enumerate() {
        check_scope(scope)?;
        if row.scopes[..at].iter().any(|earlier| earlier.value == scope.value) {
            return invalid("scopes", sentence!("The scope {value:?} is there twice.", value = &scope.value));
        }
    }
    let settings = &row.settings;
    for (field, lifetime) in [
        ("token_lifetime", settings.token_lifetime),
        ("token_lifetime_for_web", settings.token_lifetime_for_web),
    ] {
        if lifetime > LONGEST_TOKEN_LIFETIME {
            return invalid(
                field,
                sentence!(
                    "{lifetime} seconds are too long; at most {longest} are allowed.",
                    lifetime,
                    longest = LONGEST_TOKEN_LIFETIME
                ),
            );
        }
    }
    if settings.token_lifetime_for_web > settings.token_lifetime {
        return invalid(
            "token_lifetime_for_web",
            sentence!("token_lifetime_for_web is longer than token_lifetime."),
        );
    }
    Ok(())
}

/// [RFC6749 §3.3] a scope token.
fn check_scope(scope: &ApiScope) -> Outcome<()> {
    let fits = !scope.value.is_empty()
        && scope.value.len() <= LONGEST_SCOPE
        && anteroom_oauth::scope::Scope::parse(&scope.value)
            .is_ok_and(|parsed| parsed.as_str() == scope.value && !scope.value.contains(' '));
    if !fits {
        return invalid(
            "scopes",
            sentence!(
                "{value:?} is no scope: 1 to {longest} printable characters without spaces, quotes or backslashes.",
                value = &scope.value,
                longest = LONGEST_SCOPE
            ),
        );
    }
    if scope.description.as_ref().is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
        return invalid(
            "scopes",
            sentence!("A description has at most {longest} characters.", longest = LONGEST_DESCRIPTION),
        );
    }
    Ok(())
}

/// What tokens of this server are named by already: its bases, what lies below them, and its clients.
fn check_identifier(engine: &Engine, identifier: &str) -> Outcome<()> {
    let length = identifier.chars().count();
    if length == 0 || length > LONGEST_IDENTIFIER || identifier.chars().any(char::is_control) {
        return invalid(
            "identifier",
            sentence!(
                "An identifier has 1 to {longest} characters, none of them invisible.",
                longest = LONGEST_IDENTIFIER
            ),
        );
    }
    let relative = SystemApi::ALL.iter().any(|api| api.path() == identifier);
    let ours = relative || engine.issuers().iter().any(|issuer| identifier.starts_with(issuer.as_str()));
    if ours || engine.is_issuer(identifier) || Client::parse_client_id(identifier).is_some() {
        return invalid(
            "identifier",
            sentence!(
                "{identifier:?} is reserved: this server names its own tokens so. Choose another one.",
                identifier
            ),
        );
    }
    Ok(())
}

pub(crate) fn place(id: Id<ResourceServer>) -> String {
    format!("resource_server/{id}/signing_secret")
}

/// Opens the secret that tokens for an API are signed with.
pub fn open_signing_secret(
    engine: &Engine,
    api: &ResourceServer,
) -> Outcome<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let opened = api.signing_secret.as_ref().map(|sealed| engine.master_key().open(&place(api.id), sealed));
    Ok(opened.transpose().map_err(Fault::from)?)
}

/// Seals the secret an API with `HS256` needs: the one that was given, the one it has, or a new one.
pub fn seal_signing_secret(
    cx: &mut Cx<'_>,
    engine: &Engine,
    id: Id<ResourceServer>,
    given: Option<&str>,
) -> Outcome<Sealed> {
    let made: anteroom_oauth::secret::Secret<anteroom_oauth::secret::ClientSecret> = cx.secret()?;
    let secret = given.unwrap_or_else(|| made.expose());
    if !(SHORTEST_SIGNING_SECRET..=LONGEST_SIGNING_SECRET).contains(&secret.len()) {
        return invalid(
            "signing_secret",
            sentence!(
                "A signing secret has {shortest} to {longest} bytes.",
                shortest = SHORTEST_SIGNING_SECRET,
                longest = LONGEST_SIGNING_SECRET
            ),
        );
    }
    Ok(engine.master_key().seal(engine.entropy(), &place(id), secret.as_bytes()).map_err(Fault::from)?)
}

/// What the log keeps of an API: everything but its signing secret.
pub fn describe(api: &ResourceServer) -> Value {
    let mut described = serde_json::to_value(&api.settings).unwrap_or_default();
    if let Some(members) = described.as_object_mut() {
        members.insert("identifier".into(), api.identifier.clone().into());
        members.insert("name".into(), api.name.clone().into());
        members.insert("scopes".into(), json!(api.scopes));
    }
    described
}

/// Creates an API.
///
/// # Refused
/// An identifier that is taken in the project, or reserved; values that break a rule.
pub fn create(cx: &mut Cx<'_>, engine: &Engine, new: NewResourceServer) -> Outcome<ResourceServer> {
    check_identifier(engine, &new.identifier)?;
    if cx.tx.resource_server_by_identifier(new.project, &new.identifier)?.is_some() {
        return conflict(
            Some("identifier"),
            sentence!("A resource server with the same identifier already exists."),
        );
    }
    if cx.tx.list_resource_servers(new.project)?.len() >= MOST_APIS {
        return invalid("identifier", sentence!("A project has at most {most} APIs.", most = MOST_APIS));
    }
    let id = match new.id {
        Some(id) => id,
        None => cx.random_id()?,
    };
    if cx.tx.resource_server(id)?.is_some() {
        return conflict(
            Some("id"),
            sentence!("An API with the id {id} exists already.", id = id.to_string()),
        );
    }
    let mut row = ResourceServer {
        id,
        project: new.project,
        identifier: new.identifier,
        name: new.name,
        scopes: new.scopes,
        settings: new.settings,
        signing_secret: None,
        created_at: cx.now,
        updated_at: cx.now,
    };
    check(&row)?;
    if row.settings.signing_alg == SigningAlg::HS256 {
        row.signing_secret = Some(seal_signing_secret(cx, engine, id, new.signing_secret.as_deref())?);
    }
    cx.tx.insert_resource_server(&row)?;
    let after = Some(describe(&row));
    said(cx, &row, EventKind::ResourceServerCreated, EventBody { after, ..EventBody::default() })?;
    Ok(row)
}

/// Replaces an API; whether anything changed. Its identifier stays. An API that begins to sign with `HS256` gets a secret.
pub fn update(
    cx: &mut Cx<'_>,
    engine: &Engine,
    before: &ResourceServer,
    mut after: ResourceServer,
) -> Outcome<bool> {
    after.identifier.clone_from(&before.identifier);
    check(&after)?;
    match after.settings.signing_alg {
        SigningAlg::HS256 if after.signing_secret.is_none() => {
            after.signing_secret = Some(seal_signing_secret(cx, engine, after.id, None)?);
        }
        SigningAlg::HS256 => {}
        SigningAlg::RS256 => after.signing_secret = None,
    }
    if *before == after {
        return Ok(false);
    }
    after.updated_at = cx.now;
    cx.tx.update_resource_server(&after)?;
    let body =
        EventBody { before: Some(describe(before)), after: Some(describe(&after)), ..EventBody::default() };
    said(cx, &after, EventKind::ResourceServerUpdated, body)?;
    Ok(true)
}

/// Deletes an API with its client grants. Custom API Clients that were linked to it stay, and exchange nothing any more.
pub fn delete(cx: &mut Cx<'_>, api: &ResourceServer) -> Outcome<()> {
    let before = Some(describe(api));
    said(cx, api, EventKind::ResourceServerDeleted, EventBody { before, ..EventBody::default() })?;
    Ok(cx.tx.delete_resource_server(api.id)?)
}

fn said(cx: &mut Cx<'_>, api: &ResourceServer, kind: EventKind, body: EventBody) -> Outcome<()> {
    cx.about.project = Some(api.project);
    cx.about.row = Some(api.id.uuid());
    cx.event(kind, body)?;
    cx.changed(Topic::Apis);
    Ok(())
}
