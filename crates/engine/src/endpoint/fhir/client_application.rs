//! `ClientApplication`: Medplum's member names over a client's settings. Secrets are written, never read.
//!
//! A client made here is of type `medplum` unless the body says otherwise. `grantType` is a list of allowed grants; Medplum's
//! own use of it, `refresh_token` alone, names no grant to begin with and so limits nothing.

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::secret::{ClientSecret, Secret};
use anteroom_sentence::Sentence;
use serde_json::Value;

use super::row::{head, without_head};
use crate::cx::Cx;
use crate::engine::Engine;
use crate::fhir::{Resource, ResourceType, form};
use crate::id::Id;
use crate::model::client::{ClientSettings, ClientStatus, ClientType, StoredSecret};
use crate::model::{AccessPolicy, Client, Project};
use crate::seal::Sealed;
use crate::service::clients::{self, NewClient};
use crate::stop::{Outcome, Stop, Unfit, UnfitKind, invalid};

/// Longest secret a caller may choose.
const LONGEST_SECRET: usize = 512;

/// The resource of a client.
pub fn resource(client: &Client) -> Resource {
    let mut resource = head(ResourceType::ClientApplication, client.id.uuid());
    let Value::Object(mut settings) = serde_json::to_value(&client.settings).unwrap_or_default() else {
        return resource;
    };
    for (ours, medplums) in [("allowedOrigins", "allowedOrigin"), ("grantTypes", "grantType")] {
        if let Some(value) = settings.shift_remove(ours) {
            settings.insert(medplums.to_owned(), value);
        }
    }
    resource.insert("name".into(), client.name.clone().into());
    resource.insert("status".into(), client.status.as_str().into());
    resource.insert("clientType".into(), client.client_type.as_str().into());
    resource.extend(settings);
    resource
}

/// A secret in a body: not named, or given.
type Named<T> = Option<T>;

/// The values of a body.
struct Values {
    name: String,
    client_type: Named<ClientType>,
    status: ClientStatus,
    settings: ClientSettings,
    secret: Named<Secret<ClientSecret>>,
    retiring_secret: Named<Secret<ClientSecret>>,
    provider_secret: Named<Secret<ClientSecret>>,
}

impl Values {
    fn read(body: Resource) -> Outcome<Self> {
        form::check_depth(&body)?;
        let mut members = without_head(body);
        let name = match members.shift_remove("name") {
            Some(Value::String(name)) if !name.trim().is_empty() => name.trim().to_owned(),
            _ => return invalid("name", Sentence::english("Client name is required")),
        };
        let status = word(&mut members, "status", ClientStatus::parse, "active, off or error")?;
        let client_type =
            word(&mut members, "clientType", ClientType::parse, "public, confidential or medplum")?;
        let secret = secret(&mut members, "secret")?;
        let retiring_secret = self::secret(&mut members, "retiringSecret")?;
        let provider_secret = match members.get_mut("identityProvider") {
            Some(Value::Object(provider)) => self::secret(provider, "clientSecret")?,
            _ => None,
        };
        redirect_uri(&mut members)?;
        rename(&mut members, "allowedOrigin", "allowedOrigins");
        grant_types(&mut members)?;
        Ok(Self {
            name,
            client_type,
            status: status.unwrap_or(ClientStatus::Active),
            settings: settings(members)?,
            secret,
            retiring_secret,
            provider_secret,
        })
    }
}

/// Takes a word of a closed list.
fn word<T>(
    members: &mut Resource,
    member: &'static str,
    parse: impl Fn(&str) -> Option<T>,
    words: &str,
) -> Outcome<Option<T>> {
    match members.shift_remove(member) {
        None => Ok(None),
        Some(value) => match value.as_str().and_then(parse) {
            Some(value) => Ok(Some(value)),
            None => invalid(member, Sentence::english(format!("{member} must be {words}."))),
        },
    }
}

/// Takes a secret. An empty one is none.
fn secret(members: &mut Resource, member: &'static str) -> Outcome<Named<Secret<ClientSecret>>> {
    match members.shift_remove(member) {
        None => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if text.len() <= LONGEST_SECRET => Ok(Some(Secret::new(text))),
        Some(_) => invalid(
            member,
            Sentence::english(format!("{member} must be a text of at most {LONGEST_SECRET} bytes.")),
        ),
    }
}

/// Medplum's older `redirectUri` joins the list.
fn redirect_uri(members: &mut Resource) -> Outcome<()> {
    let Some(one) = members.shift_remove("redirectUri") else { return Ok(()) };
    if !one.is_string() {
        return invalid("redirectUri", Sentence::english("redirectUri must be a text."));
    }
    match members.get_mut("redirectUris") {
        None => {
            members.insert("redirectUris".into(), Value::Array(vec![one]));
        }
        Some(Value::Array(list)) if !list.contains(&one) => list.insert(0, one),
        Some(_) => {}
    }
    Ok(())
}

fn rename(members: &mut Resource, from: &str, to: &str) {
    if let Some(value) = members.shift_remove(from) {
        members.insert(to.to_owned(), value);
    }
}

/// Reads `grantType`. A list without a grant to begin with stays what it was, beside the settings.
fn grant_types(members: &mut Resource) -> Outcome<()> {
    let Some(value) = members.shift_remove("grantType") else { return Ok(()) };
    let words: Option<Vec<&str>> =
        value.as_array().and_then(|words| words.iter().map(Value::as_str).collect());
    let Some(words) = words else {
        return invalid("grantType", Sentence::english("Expected array of values for property grantType"));
    };
    let known = |word: &&str| GrantType::ALL.iter().any(|grant| grant.as_str() == *word);
    if let Some(word) = words.iter().find(|word| !known(word)) {
        return invalid("grantType", Sentence::english(format!("{word:?} is no grant of this server.")));
    }
    let limits = words.iter().any(|word| *word != GrantType::RefreshToken.as_str());
    members.insert(if limits { "grantTypes" } else { "grantType" }.to_owned(), value);
    Ok(())
}

fn settings(members: Resource) -> Outcome<ClientSettings> {
    match serde_path_to_error::deserialize(Value::Object(members)) {
        Ok(settings) => Ok(settings),
        Err(error) => {
            let message = Sentence::english(format!("{}: {}.", error.path(), error.inner()));
            Err(Stop::Unfit(Unfit { kind: UnfitKind::Invalid, field: None, message }))
        }
    }
}

/// A client without a membership, as Medplum makes it over FHIR: it can sign people in, but not itself.
pub(super) fn create(
    cx: &mut Cx<'_>,
    engine: &Engine,
    project: Id<Project>,
    id: Id<Client>,
    body: Resource,
) -> Outcome<Client> {
    let new = new_client(Values::read(body)?, project, id);
    clients::create_without_membership(cx, engine, new)
}

fn new_client(values: Values, project: Id<Project>, id: Id<Client>) -> NewClient {
    NewClient {
        id: Some(id),
        project,
        name: values.name,
        client_type: values.client_type.unwrap_or(ClientType::Medplum),
        status: values.status,
        secret: values.secret,
        retiring_secret: values.retiring_secret,
        settings: values.settings,
        provider_secret: values.provider_secret.map(|secret| secret.expose().to_owned()),
        admin: false,
        access_policy: None,
        access: Vec::new(),
    }
}

/// A client with its membership and a secret: the one the body gives, or a new one. The secret is in the answer and
/// nowhere else. `made` is used when the body gives none.
pub fn create_with_membership(
    cx: &mut Cx<'_>,
    engine: &Engine,
    project: Id<Project>,
    mut body: Resource,
    access_policy: Option<Id<AccessPolicy>>,
    made: Secret<ClientSecret>,
) -> Outcome<(Client, Option<Secret<ClientSecret>>)> {
    super::row::strip_meta(&mut body);
    let values = Values::read(body)?;
    let is_public = values.client_type == Some(ClientType::Public);
    let secret = match (&values.secret, is_public) {
        (Some(given), _) => Some(Secret::new(given.expose().to_owned())),
        (None, true) => None,
        (None, false) => Some(made),
    };
    let id = cx.random_id()?;
    let mut new = new_client(values, project, id);
    new.secret = secret.as_ref().map(|secret| Secret::new(secret.expose().to_owned()));
    new.access_policy = access_policy;
    Ok((clients::create(cx, engine, new)?, secret))
}

pub(super) fn update(cx: &mut Cx<'_>, engine: &Engine, before: &Client, body: Resource) -> Outcome<()> {
    let values = Values::read(body)?;
    let provider_secret = provider_secret(engine, before, &values)?;
    let after = Client {
        name: values.name,
        client_type: values.client_type.unwrap_or(before.client_type),
        status: values.status,
        settings: values.settings,
        provider_secret,
        ..before.clone()
    };
    clients::update(cx, before, after)?;
    let stored = |named: Named<Secret<ClientSecret>>, stored: Option<StoredSecret>| match named {
        None => stored,
        Some(given) => {
            let digest = given.digest();
            stored.filter(|stored| stored.digest == digest).or(Some(StoredSecret {
                digest,
                created_at: cx.now,
                expires_at: None,
            }))
        }
    };
    let secret = stored(values.secret, before.secret);
    let retiring = stored(values.retiring_secret, before.retiring_secret);
    if (secret, retiring) != (before.secret, before.retiring_secret)
        && let Some(current) = cx.tx.client(before.id)?
    {
        clients::set_secrets(cx, &current, secret, retiring)?;
    }
    Ok(())
}

/// Our secret at the provider afterwards: the stored one unless another is given, none without a provider.
fn provider_secret(engine: &Engine, before: &Client, values: &Values) -> Outcome<Option<Sealed>> {
    if values.settings.identity_provider.is_none() {
        return Ok(None);
    }
    let Some(given) = &values.provider_secret else { return Ok(before.provider_secret.clone()) };
    let stored = clients::open_provider_secret(engine, before)?;
    let moved = clients::provider_moved(&before.settings, &values.settings);
    if stored.is_some_and(|stored| !moved && stored.as_slice() == given.expose().as_bytes()) {
        return Ok(before.provider_secret.clone());
    }
    clients::seal_provider_secret(engine, before.id, given.expose()).map(Some)
}
