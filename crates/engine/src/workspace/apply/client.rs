//! A client application of the file.

use anteroom_oauth::jose::Alg;
use anteroom_oauth::secret::{ClientSecret, Secret};
use anteroom_sentence::sentence;
use serde_json::Value;

use super::{ApplyError, Effect, Item, Run, at};
use crate::cx::{About, Cx};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client::auth0::Auth0Application;
use crate::model::client::{ClientSettings, ClientStatus, ClientType, IdentityProvider, StoredSecret};
use crate::model::membership::MembershipAccess;
use crate::model::{AccessPolicy, Client, Membership, Project};
use crate::seal::Sealed;
use crate::service::clients::{self, NewClient};
use crate::service::{access_policies, people};
use crate::stop::{Fault, Outcome, Stop, Unfit, invalid};
use crate::timestamp::Timestamp;
use crate::workspace::Misfit;
use crate::workspace::file::{WorkspaceAccess, WorkspaceClient, WorkspaceProvider};
use crate::workspace::given::{ClearText, Given};

/// The access policies that the file gives: each `None` where it says nothing.
pub(super) struct Rights {
    pub(super) access_policy: Option<Id<AccessPolicy>>,
    pub(super) access: Option<Vec<MembershipAccess>>,
}

/// The further access policies that the file names; `None` where it is silent.
pub(super) fn access(
    cx: &Cx<'_>,
    project: Id<Project>,
    file: &Given<Vec<WorkspaceAccess>>,
) -> Outcome<Option<Vec<MembershipAccess>>> {
    let named = match file {
        Given::Absent => return Ok(None),
        Given::Null => &[][..],
        Given::Value(named) => named,
    };
    let mut access = Vec::with_capacity(named.len());
    for own in named {
        let Some(policy) = access_policies::by_name(cx, project, &own.policy)? else {
            return invalid("access", sentence!("An entry must name an access policy."));
        };
        access.push(MembershipAccess { policy, parameter: own.parameter.clone() });
    }
    access_policies::check_access(&access)?;
    Ok(Some(access))
}

impl Run<'_> {
    pub(super) fn client(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceClient,
        path: &str,
    ) -> Result<(), ApplyError> {
        cx.about = About::default();
        check_lists(file, path)?;
        let access_policy = match &file.access_policy {
            Given::Absent | Given::Null => None,
            Given::Value(name) => at(path, access_policies::by_name(cx, project, name))?,
        };
        let rights = Rights { access_policy, access: at(path, access(cx, project, &file.access))? };
        let before = self.names.find(cx, project, file, path)?;
        let (id, effect) = match &before {
            None => (create(cx, self.engine, project, file, rights, path)?, Effect::Added),
            Some(before) => (before.id, self.change_client(cx, before, file, rights, path)?),
        };
        self.names.note(project, id, before.as_ref().map(|before| before.name.as_str()), file.name.trim());
        self.names(id.uuid(), path)?;
        let name = Some(file.name.trim().to_owned());
        self.note(effect, Item { kind: "client", path: path.to_owned(), id: id.uuid(), name });
        Ok(())
    }

    fn change_client(
        &self,
        cx: &mut Cx<'_>,
        before: &Client,
        file: &WorkspaceClient,
        rights: Rights,
        path: &str,
    ) -> Result<Effect, ApplyError> {
        let settings = settings(file, &before.settings);
        let provider_secret = provider_secret(self.engine, before, &settings, &file.identity_provider);
        let after = Client {
            name: file.name.trim().to_owned(),
            client_type: file.client_type.or_default(before.client_type, before.client_type),
            status: file.status.or_default(before.status, ClientStatus::Active),
            settings,
            provider_secret: at(path, provider_secret)?,
            ..before.clone()
        };
        let effect = Effect::changed(at(path, clients::update(cx, before, after))?);
        let secret = stored_secret(&file.secret, before.secret, cx.now);
        let retiring_secret = stored_secret(&file.retiring_secret, before.retiring_secret, cx.now);
        let other_secrets = secret != before.secret || retiring_secret != before.retiring_secret;
        if other_secrets {
            let written = cx.tx.client(before.id)?.ok_or(Fault::Inconsistent("client that was just read"))?;
            let changed = clients::set_secrets(cx, &written, secret, retiring_secret);
            at(&format!("{path}.secret"), changed.map_err(without_field))?;
        }
        let mut effect = effect.or_changed(other_secrets);
        if let Some(membership) = cx.tx.membership_of_client(before.id)? {
            let wanted = Membership {
                admin: file.admin.or_default(membership.admin, false),
                access_policy: if file.access_policy.is_absent() {
                    membership.access_policy
                } else {
                    rights.access_policy
                },
                access: rights.access.unwrap_or_else(|| membership.access.clone()),
                ..(*membership).clone()
            };
            effect = effect.or_changed(at(path, people::update(cx, &membership, &wanted))?);
        }
        Ok(effect)
    }
}

fn create(
    cx: &mut Cx<'_>,
    engine: &Engine,
    project: Id<Project>,
    file: &WorkspaceClient,
    rights: Rights,
    path: &str,
) -> Result<Id<Client>, ApplyError> {
    let Some(client_type) = file.client_type.value().copied() else {
        let rule = sentence!("a new client must say whether it is public, confidential or medplum");
        return Err(Misfit::new(format!("{path}.clientType"), rule).into());
    };
    let provider = file.identity_provider.value();
    let new = NewClient {
        id: file.id,
        project,
        name: file.name.clone(),
        client_type,
        status: file.status.or_default(ClientStatus::Active, ClientStatus::Active),
        secret: file.secret.value().map(secret),
        retiring_secret: file.retiring_secret.value().map(secret),
        settings: settings(file, &ClientSettings::default()),
        provider_secret: provider
            .and_then(|provider| provider.client_secret.value())
            .map(|secret| secret.expose().to_owned()),
        admin: file.admin.or_default(false, false),
        access_policy: rights.access_policy,
        access: rights.access.unwrap_or_default(),
    };
    Ok(at(path, clients::create(cx, engine, new))?.id)
}

/// Each entry of a list by itself, so that a complaint names it.
fn check_lists(file: &WorkspaceClient, path: &str) -> Result<(), ApplyError> {
    let list = |list: &Given<Vec<String>>| list.value().cloned().unwrap_or_default();
    let one = |field: &str, index: usize, settings: ClientSettings| {
        let checked = clients::check("a name", ClientType::Confidential, &settings);
        at(&format!("{path}.{field}[{index}]"), checked.map_err(without_field))
    };
    for (index, uri) in list(&file.redirect_uris).into_iter().enumerate() {
        one("redirectUris", index, ClientSettings { redirect_uris: vec![uri], ..ClientSettings::default() })?;
    }
    for (index, uri) in list(&file.post_logout_redirect_uris).into_iter().enumerate() {
        let settings = ClientSettings { post_logout_redirect_uris: vec![uri], ..ClientSettings::default() };
        one("postLogoutRedirectUris", index, settings)?;
    }
    for (index, origin) in list(&file.allowed_origins).into_iter().enumerate() {
        one(
            "allowedOrigins",
            index,
            ClientSettings { allowed_origins: vec![origin], ..ClientSettings::default() },
        )?;
    }
    for (index, scope) in list(&file.default_scope).into_iter().enumerate() {
        one(
            "defaultScope",
            index,
            ClientSettings { default_scope: vec![scope], ..ClientSettings::default() },
        )?;
    }
    Ok(())
}

/// The path says the field already.
fn without_field(stop: Stop) -> Stop {
    match stop {
        Stop::Unfit(unfit) => Stop::Unfit(Unfit { field: None, ..unfit }),
        other => other,
    }
}

fn settings(file: &WorkspaceClient, stored: &ClientSettings) -> ClientSettings {
    let list =
        |given: &Given<Vec<String>>, stored: &Vec<String>| given.or_default(stored.clone(), Vec::new());
    let alg = file.id_token_signed_response_alg.value().map(|alg: &Alg| alg.as_str().to_owned());
    ClientSettings {
        description: file.description.or_stored(stored.description.clone()),
        redirect_uris: list(&file.redirect_uris, &stored.redirect_uris),
        post_logout_redirect_uris: list(&file.post_logout_redirect_uris, &stored.post_logout_redirect_uris),
        allowed_origins: list(&file.allowed_origins, &stored.allowed_origins),
        launch_uri: file.launch_uri.or_stored(stored.launch_uri.clone()),
        grant_types: file.grant_types.or_stored(stored.grant_types.clone()),
        pkce_optional: file.pkce_optional.or_default(stored.pkce_optional, false),
        default_scope: list(&file.default_scope, &stored.default_scope),
        jwks_uri: file.jwks_uri.or_stored(stored.jwks_uri.clone()),
        access_token_lifetime: file.access_token_lifetime.or_stored(stored.access_token_lifetime.clone()),
        refresh_token_lifetime: file.refresh_token_lifetime.or_stored(stored.refresh_token_lifetime.clone()),
        id_token_signed_response_alg: if file.id_token_signed_response_alg.is_absent() {
            stored.id_token_signed_response_alg.clone()
        } else {
            alg
        },
        magic_link_template: file.magic_link_template.or_stored(stored.magic_link_template.clone()),
        identity_provider: match &file.identity_provider {
            Given::Absent => stored.identity_provider.clone(),
            Given::Null => None,
            Given::Value(given) => {
                Some(provider(given, stored.identity_provider.clone().unwrap_or_default()))
            }
        },
        auth0: auth0(file, stored),
        extra: stored.extra.clone(),
    }
}

/// What Auth0 keeps of an application: none, unless the file or something before it named a part.
fn auth0(file: &WorkspaceClient, stored: &ClientSettings) -> Option<Box<Auth0Application>> {
    if file.app_type.is_absent() && file.resource_server_identifier.is_absent() {
        return stored.auth0.clone();
    }
    let mut auth0 = stored
        .auth0
        .as_deref()
        .cloned()
        .unwrap_or_else(|| Auth0Application { oidc_conformant: true, ..Auth0Application::default() });
    auth0.app_type = file.app_type.or_stored(auth0.app_type);
    auth0.resource_server_identifier =
        file.resource_server_identifier.or_stored(auth0.resource_server_identifier);
    Some(Box::new(auth0))
}

fn provider(file: &WorkspaceProvider, stored: IdentityProvider) -> IdentityProvider {
    let mut provider = IdentityProvider {
        user_info_url: file.user_info_url.clone(),
        authorize_url: file.authorize_url.or_stored(stored.authorize_url),
        token_url: file.token_url.or_stored(stored.token_url),
        client_id: file.client_id.or_stored(stored.client_id),
        use_subject: file.use_subject.or_default(stored.use_subject, false),
        require_verified_email: file.require_verified_email.or_default(stored.require_verified_email, false),
        issuer: file.issuer.or_stored(stored.issuer),
        audience: file.audience.or_stored(stored.audience),
        jwks_url: file.jwks_url.or_stored(stored.jwks_url),
        extra: stored.extra,
    };
    let method = file.token_auth_method.value().map(|method| Value::from(method.as_str()));
    let use_pkce = file.use_pkce.value().map(|use_pkce| Value::from(*use_pkce));
    for (name, absent, value) in [
        ("tokenAuthMethod", file.token_auth_method.is_absent(), method),
        ("usePkce", file.use_pkce.is_absent(), use_pkce),
    ] {
        match value {
            Some(value) => drop(provider.extra.insert(name.to_owned(), value)),
            None if absent => {}
            None => drop(provider.extra.remove(name)),
        }
    }
    provider
}

/// The provider secret afterwards: the stored one, where it says the same, so that sealing anew is no change.
fn provider_secret(
    engine: &Engine,
    before: &Client,
    settings: &ClientSettings,
    provider: &Given<WorkspaceProvider>,
) -> Outcome<Option<Sealed>> {
    let given = match provider {
        Given::Absent => return Ok(before.provider_secret.clone()),
        Given::Null => return Ok(None),
        Given::Value(provider) => &provider.client_secret,
    };
    match given {
        Given::Absent => Ok(before.provider_secret.clone()),
        Given::Null => Ok(None),
        Given::Value(given) => {
            let stored = clients::open_provider_secret(engine, before)?;
            let moved = clients::provider_moved(&before.settings, settings);
            if stored.is_some_and(|stored| !moved && stored.as_slice() == given.expose().as_bytes()) {
                return Ok(before.provider_secret.clone());
            }
            clients::seal_provider_secret(engine, before.id, given.expose()).map(Some)
        }
    }
}

fn secret(text: &ClearText) -> Secret<ClientSecret> {
    Secret::new(text.expose().to_owned())
}

fn stored_secret(
    given: &Given<ClearText>,
    stored: Option<StoredSecret>,
    now: Timestamp,
) -> Option<StoredSecret> {
    match given {
        Given::Absent => stored,
        Given::Null => None,
        Given::Value(text) => {
            let digest = secret(text).digest();
            stored.filter(|stored| stored.digest == digest).or(Some(StoredSecret {
                digest,
                created_at: now,
                expires_at: None,
            }))
        }
    }
}
