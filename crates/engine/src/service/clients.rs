//! Client applications: one validator for creating, changing and importing them.

mod check;
pub mod undo;

use anteroom_oauth::secret::{ClientSecret, Secret};
use anteroom_sentence::sentence;
use serde_json::{Value, json};

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client::{ClientSettings, ClientStatus, ClientType, StoredSecret};
use crate::model::event::{EventBody, EventKind};
use crate::model::membership::{MembershipAccess, Principal, ProfileRef, ProfileType};
use crate::model::pre_authorized_code::Ending;
use crate::model::{AccessPolicy, Client, Membership, Project};
use crate::seal::Sealed;
use crate::service::people;
use crate::service::provider_secret;
use crate::stop::{Fault, Outcome, conflict, invalid};
use crate::store::Tx;
use crate::timestamp::Timestamp;

use self::check::check_link;
pub use self::check::{check, check_redirect_uri};

/// Everything a new client is made of.
pub struct NewClient {
    /// `client_id`; made when absent.
    pub id: Option<Id<Client>>,
    /// Project.
    pub project: Id<Project>,
    /// Name.
    pub name: String,
    /// Type.
    pub client_type: ClientType,
    /// Status.
    pub status: ClientStatus,
    /// The newest secret.
    pub secret: Option<Secret<ClientSecret>>,
    /// The retiring secret.
    pub retiring_secret: Option<Secret<ClientSecret>>,
    /// Settings.
    pub settings: ClientSettings,
    /// Our secret at the identity provider.
    pub provider_secret: Option<String>,
    /// Whether the client's own membership is a project admin.
    pub admin: bool,
    /// Access policy of the client's own membership.
    pub access_policy: Option<Id<AccessPolicy>>,
    /// Its further access policies.
    pub access: Vec<MembershipAccess>,
}

impl NewClient {
    /// An active client of this name and type, and nothing else.
    pub fn named(project: Id<Project>, name: impl Into<String>, client_type: ClientType) -> Self {
        Self {
            id: None,
            project,
            name: name.into(),
            client_type,
            status: ClientStatus::Active,
            secret: None,
            retiring_secret: None,
            settings: ClientSettings::default(),
            provider_secret: None,
            admin: false,
            access_policy: None,
            access: Vec::new(),
        }
    }
}

/// A new client secret: a prefix that scanners know, and 256 random bits.
pub fn make_secret(cx: &mut Cx<'_>) -> Outcome<Secret<ClientSecret>> {
    let random: Secret<ClientSecret> = cx.secret()?;
    Ok(Secret::new(format!("ant_cs_{}", random.expose())))
}

/// What the log and an undo keep of a client: everything but secrets.
pub fn describe(client: &Client) -> Value {
    let mut described = serde_json::to_value(&client.settings).unwrap_or_default();
    if let Some(members) = described.as_object_mut() {
        members.insert("name".into(), client.name.clone().into());
        members.insert("clientType".into(), client.client_type.as_str().into());
        members.insert("status".into(), client.status.as_str().into());
    }
    described
}

/// The same with the rights of its own membership: what restoring a deleted client needs.
fn describe_with_rights(client: &Client, membership: Option<&Membership>) -> Value {
    let mut described = describe(client);
    if let (Some(members), Some(membership)) = (described.as_object_mut(), membership) {
        members.insert("admin".into(), membership.admin.into());
        members.insert("accessPolicy".into(), membership.access_policy.map(|id| id.to_string()).into());
        if !membership.access.is_empty() {
            members.insert("access".into(), people::describe_access(membership));
        }
    }
    described
}

pub(crate) fn place(id: Id<Client>) -> String {
    format!("client/{id}/provider_secret")
}

/// Seals our secret at a client's identity provider.
pub fn seal_provider_secret(engine: &Engine, id: Id<Client>, secret: &str) -> Outcome<Sealed> {
    Ok(engine.master_key().seal(engine.entropy(), &place(id), secret.as_bytes()).map_err(Fault::from)?)
}

/// Opens our secret at a client's identity provider.
pub fn open_provider_secret(
    engine: &Engine,
    client: &Client,
) -> Outcome<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let opened =
        client.provider_secret.as_ref().map(|sealed| engine.master_key().open(&place(client.id), sealed));
    Ok(opened.transpose().map_err(Fault::from)?)
}

/// Creates a client with its own membership.
pub fn create(cx: &mut Cx<'_>, engine: &Engine, new: NewClient) -> Outcome<Client> {
    write_new(cx, engine, new, EventKind::ClientCreated)
}

/// The same, under another word in the log.
fn write_new(cx: &mut Cx<'_>, engine: &Engine, new: NewClient, kind: EventKind) -> Outcome<Client> {
    let (admin, access_policy, access) = (new.admin, new.access_policy, new.access.clone());
    let client = write_bare(cx, engine, new, kind)?;
    let membership = Membership {
        id: cx.random_id()?,
        project: client.project,
        principal: Principal::Client(client.id),
        profile: ProfileRef {
            resource_type: ProfileType::ClientApplication,
            id: Id::from_uuid(client.id.uuid()),
        },
        display: client.name.clone(),
        admin,
        desk: false,
        active: true,
        external_id: None,
        access_policy,
        access,
        created_at: cx.now,
    };
    cx.tx.insert_membership(&membership)?;
    Ok(client)
}

/// Creates a client that can sign people in, but has no membership of its own and so no client credentials.
pub fn create_without_membership(cx: &mut Cx<'_>, engine: &Engine, new: NewClient) -> Outcome<Client> {
    write_bare(cx, engine, new, EventKind::ClientCreated)
}

fn write_bare(cx: &mut Cx<'_>, engine: &Engine, new: NewClient, kind: EventKind) -> Outcome<Client> {
    check(&new.name, new.client_type, &new.settings)?;
    check_link(cx.tx, new.project, &new.settings)?;
    if new.client_type == ClientType::Public && (new.secret.is_some() || new.retiring_secret.is_some()) {
        return invalid(
            "secret",
            sentence!("A public client has no secret; make it confidential, or leave the secret out."),
        );
    }
    let id = match new.id {
        Some(id) => id,
        None => cx.random_id()?,
    };
    if cx.tx.client(id)?.is_some() {
        return conflict(
            Some("id"),
            sentence!("A client with the id {id} exists already.", id = id.to_string()),
        );
    }
    let stored = |secret: Option<Secret<ClientSecret>>| {
        secret.map(|secret| StoredSecret { digest: secret.digest(), created_at: cx.now, expires_at: None })
    };
    let (secret, retiring_secret) = (stored(new.secret), stored(new.retiring_secret));
    let provider_secret =
        new.provider_secret.as_deref().map(|secret| seal_provider_secret(engine, id, secret)).transpose()?;
    let client = Client {
        id,
        project: new.project,
        name: new.name.trim().to_owned(),
        client_type: new.client_type,
        status: new.status,
        secret,
        retiring_secret,
        settings: new.settings,
        provider_secret,
        created_at: cx.now,
        updated_at: cx.now,
        version: 1,
    };
    cx.tx.insert_client(&client)?;
    about(cx, &client);
    let after = Some(describe(&client));
    cx.event(kind, EventBody { after, ..EventBody::default() })?;
    cx.changed(Topic::Clients);
    Ok(client)
}

fn about(cx: &mut Cx<'_>, client: &Client) {
    cx.about.project = Some(client.project);
    cx.about.client = Some(client.id);
}

/// Whether the secret at the identity provider would go to another server.
pub(crate) fn provider_moved(before: &ClientSettings, after: &ClientSettings) -> bool {
    let address = |settings: &ClientSettings| settings.identity_provider.as_ref()?.token_url.clone();
    provider_secret::leads_elsewhere(address(before).as_deref(), address(after).as_deref())
}

/// Replaces a client; the version grows. Whether anything changed. Secrets are changed by [`set_secrets`] only.
pub fn update(cx: &mut Cx<'_>, before: &Client, after: Client) -> Outcome<bool> {
    let public = |client: &Client| client.client_type == ClientType::Public;
    if public(before) != public(&after) {
        check(&after.name, after.client_type, &after.settings)?;
        return invalid(
            "clientType",
            sentence!(
                "A {before} client cannot become {after}: whether a client keeps a secret is decided when it is made. Create a new one.",
                before = before.client_type.as_str(),
                after = after.client_type.as_str()
            ),
        );
    }
    update_from_any_type(cx, before, after)
}

/// As [`update`]; a public client may become one that keeps a secret, and the other way round, as with Auth0's
/// `token_endpoint_auth_method`. One that becomes public must come without secrets.
pub fn update_from_any_type(cx: &mut Cx<'_>, before: &Client, mut after: Client) -> Outcome<bool> {
    check(&after.name, after.client_type, &after.settings)?;
    let link = |client: &Client| {
        client.settings.auth0.as_ref().and_then(|auth0| auth0.resource_server_identifier.clone())
    };
    if link(before) != link(&after) {
        return invalid(
            "resource_server_identifier",
            sentence!("The API a client acts for is decided when it is made."),
        );
    }
    let kept = after.provider_secret.is_some() && before.provider_secret == after.provider_secret;
    if kept && provider_moved(&before.settings, &after.settings) {
        return invalid("identityProvider.clientSecret", provider_secret::give_it_again());
    }
    let same = describe(before) == describe(&after) && before.provider_secret == after.provider_secret;
    if same {
        return Ok(false);
    }
    after.version = before.version + 1;
    after.updated_at = cx.now;
    cx.tx.update_client(&after)?;
    if before.name != after.name
        && let Some(membership) = cx.tx.membership_of_client(after.id)?
    {
        let renamed = Membership { display: after.name.clone(), ..(*membership).clone() };
        cx.tx.update_membership(&renamed)?;
    }
    about(cx, &after);
    let body =
        EventBody { before: Some(describe(before)), after: Some(describe(&after)), ..EventBody::default() };
    cx.event(EventKind::ClientUpdated, body)?;
    cx.changed(Topic::Clients);
    Ok(true)
}

/// Writes a client's secrets: a new one beside or in place of the old, or without the retiring one.
pub fn set_secrets(
    cx: &mut Cx<'_>,
    before: &Client,
    secret: Option<StoredSecret>,
    retiring_secret: Option<StoredSecret>,
) -> Outcome<Client> {
    if before.client_type == ClientType::Public {
        return invalid("clientType", sentence!("A public client has no secret."));
    }
    let kind =
        if secret == before.secret { EventKind::ClientSecretRetired } else { EventKind::ClientSecretRotated };
    let after =
        Client { secret, retiring_secret, version: before.version + 1, updated_at: cx.now, ..before.clone() };
    cx.tx.update_client(&after)?;
    about(cx, &after);
    let ends = |secret: Option<StoredSecret>| {
        secret
            .and_then(|secret| secret.expires_at)
            .map(|ends| Value::from(ends.seconds()))
            .unwrap_or_default()
    };
    let secrets = |client: &Client| {
        json!({
            "secret": client.secret.is_some(),
            "retiringSecret": client.retiring_secret.is_some(),
            "secretExpiresAt": ends(client.secret),
            "retiringSecretExpiresAt": ends(client.retiring_secret),
        })
    };
    let body =
        EventBody { before: Some(secrets(before)), after: Some(secrets(&after)), ..EventBody::default() };
    cx.event(kind, body)?;
    cx.changed(Topic::Clients);
    Ok(after)
}

/// What would end if the client were deleted now: live sign-ins, and magic links that can still be redeemed.
pub fn attached(tx: &dyn Tx, id: Id<Client>, now: Timestamp) -> Outcome<(u32, u32)> {
    Ok((tx.count_live_logins_of_client(id, now)?, tx.count_codes_of_client(id, now)?))
}

/// Deletes a client with its membership, its codes and its sign-ins; how many sign-ins ended and codes died.
pub fn delete(cx: &mut Cx<'_>, client: &Client) -> Outcome<(u32, u32)> {
    let sessions = cx.tx.revoke_logins_of_client(client.id, cx.now)?;
    let codes = cx.tx.end_codes_of_client(client.id, Ending::Revoked, cx.now)?;
    about(cx, client);
    let membership = cx.tx.membership_of_client(client.id)?;
    let before = Some(describe_with_rights(client, membership.as_deref()));
    cx.about.row = Some(client.id.uuid());
    cx.event(EventKind::ClientDeleted, EventBody { before, ..EventBody::default() })?;
    if let Some(membership) = membership {
        cx.tx.delete_membership(membership.id)?;
    }
    cx.tx.delete_client(client.id)?;
    cx.changed(Topic::Clients);
    cx.changed(Topic::MagicLinks(None));
    Ok((sessions, codes))
}
