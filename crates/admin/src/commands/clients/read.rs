//! Listing and showing clients.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model;
use anteroom_engine::model::Project;
use anteroom_engine::model::client::{self as stored, SecretSlot, StoredSecret};
use anteroom_engine::stop::{Outcome, not_found};
use anteroom_engine::store::{ClientFilter, Tx};
use anteroom_engine::timestamp::Timestamp;
use anteroom_sentence::sentence;

use super::super::access_policies;
use super::advice::Facts;
use super::{
    Client, ClientStatus, ClientSummary, ClientType, IdentityProvider, List, Listed, Ref, SecretSummary,
    advice,
};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::request;

impl From<stored::ClientType> for ClientType {
    fn from(stored: stored::ClientType) -> Self {
        match stored {
            stored::ClientType::Public => Self::Public,
            stored::ClientType::Confidential => Self::Confidential,
            stored::ClientType::Medplum => Self::Medplum,
        }
    }
}

impl From<ClientType> for stored::ClientType {
    fn from(wanted: ClientType) -> Self {
        match wanted {
            ClientType::Public => Self::Public,
            ClientType::Confidential => Self::Confidential,
            ClientType::Medplum => Self::Medplum,
        }
    }
}

impl From<stored::ClientStatus> for ClientStatus {
    fn from(stored: stored::ClientStatus) -> Self {
        match stored {
            stored::ClientStatus::Active => Self::Active,
            stored::ClientStatus::Off | stored::ClientStatus::Error => Self::Off,
        }
    }
}

impl From<ClientStatus> for stored::ClientStatus {
    fn from(wanted: ClientStatus) -> Self {
        match wanted {
            ClientStatus::Active => Self::Active,
            ClientStatus::Off => Self::Off,
        }
    }
}

/// The client of this project with this id.
pub(crate) fn find(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<Arc<model::Client>> {
    let found = match model::Client::parse_client_id(id) {
        Some(id) => tx.client(id)?,
        None => None,
    };
    match found.filter(|client| client.project == project) {
        Some(client) => Ok(client),
        None => not_found(sentence!("There is no client application with the id {id:?}.", id)),
    }
}

pub(crate) async fn list(admin: &Admin, request: List) -> Result<Listed, CommandError> {
    let window = request::window(request.offset, request.limit)?;
    let filter = ClientFilter {
        search: request.search.trim().to_owned(),
        client_type: request.client_type.map(|wanted| stored::ClientType::from(wanted).as_str()),
        status: request.status.map(|wanted| stored::ClientStatus::from(wanted).as_str()),
    };
    admin
        .read_project(move |tx, project, _| {
            let slice = tx.list_clients(project, &filter, window)?;
            let rows = slice.rows.iter().map(|row| {
                // clients that send no secret leave no other mark
                let last_used_at = row.last_used_at.max(tx.last_token_issued_at(row.client.id)?);
                Ok(summary(&row.client, last_used_at))
            });
            Ok(Listed { items: rows.collect::<Outcome<_>>()?, total: slice.total })
        })
        .await
}

fn summary(client: &model::Client, last_used_at: Option<Timestamp>) -> ClientSummary {
    let uris = &client.settings.redirect_uris;
    ClientSummary {
        id: client.id.to_string(),
        client_id: client.client_id(),
        name: client.name.clone(),
        client_type: client.client_type.into(),
        status: client.status.into(),
        redirect_uri: uris.first().cloned(),
        redirect_uri_count: u32::try_from(uris.len()).unwrap_or(u32::MAX),
        last_used_at: last_used_at.map(Timestamp::seconds),
        created_at: client.created_at.seconds(),
    }
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<Client, CommandError> {
    admin
        .read_project(move |tx, project, now| {
            let client = find(tx, project, &request.id)?;
            view(tx, &client, now)
        })
        .await
}

/// The live secrets with their last uses.
fn secrets(tx: &dyn Tx, client: &model::Client) -> Outcome<Vec<SecretSummary>> {
    let mut live = Vec::new();
    for (slot, secret) in
        [(SecretSlot::Current, client.secret), (SecretSlot::Retiring, client.retiring_secret)]
    {
        let Some(StoredSecret { created_at, expires_at, .. }) = secret else { continue };
        let last_used_at = tx.secret_last_used(client.id, slot)?;
        live.push(SecretSummary {
            retiring: slot == SecretSlot::Retiring,
            created_at: created_at.seconds(),
            last_used_at: last_used_at.map(Timestamp::seconds),
            expires_at: expires_at.map(Timestamp::seconds),
        });
    }
    Ok(live)
}

/// A client, whole, as the screens show it.
pub(crate) fn view(tx: &dyn Tx, client: &model::Client, now: Timestamp) -> Outcome<Client> {
    let mut view = unadvised(tx, client)?;
    let others = advice::others(tx, client)?;
    view.advice = advice::about(&Facts { view: &view, client, others: &others, now: now.seconds() });
    Ok(view)
}

/// The same without what the engine remarks about it.
pub(super) fn unadvised(tx: &dyn Tx, client: &model::Client) -> Outcome<Client> {
    let membership = tx.membership_of_client(client.id)?;
    let policy = match membership.as_ref().and_then(|membership| membership.access_policy) {
        Some(id) => tx.access_policy(id)?,
        None => None,
    };
    let further = match &membership {
        Some(membership) => access_policies::further(tx, membership)?,
        None => Vec::new(),
    };
    let settings = &client.settings;
    let secrets = secrets(tx, client)?;
    let last_used_at = secrets
        .iter()
        .filter_map(|secret| secret.last_used_at)
        .max()
        .max(tx.last_token_issued_at(client.id)?.map(Timestamp::seconds));
    Ok(Client {
        id: client.id.to_string(),
        client_id: client.client_id(),
        name: client.name.clone(),
        description: settings.description.clone(),
        client_type: client.client_type.into(),
        status: client.status.into(),
        redirect_uris: settings.redirect_uris.clone(),
        post_logout_redirect_uris: settings.post_logout_redirect_uris.clone(),
        allowed_origins: settings.allowed_origins.clone(),
        launch_uri: settings.launch_uri.clone(),
        grant_types: settings.grant_types.iter().flatten().map(|grant| grant.as_str().to_owned()).collect(),
        pkce_optional: settings.pkce_optional,
        default_scope: settings.default_scope.clone(),
        jwks_uri: settings.jwks_uri.clone(),
        access_token_lifetime: settings.access_token_lifetime.clone(),
        refresh_token_lifetime: settings.refresh_token_lifetime.clone(),
        id_token_signed_response_alg: if client.signs_with_rs256() { "RS256" } else { "ES256" }.to_owned(),
        magic_link_template: settings.magic_link_template.clone(),
        identity_provider: settings.identity_provider.as_ref().map(|stored| provider(stored, client)),
        access_policy: policy.map(|policy| policy.name.clone()),
        further_access_policies: further,
        admin: membership.is_some_and(|membership| membership.admin),
        secrets,
        advice: Vec::new(),
        last_used_at,
        created_at: client.created_at.seconds(),
        updated_at: client.updated_at.seconds(),
        version: client.version,
    })
}

fn provider(stored: &stored::IdentityProvider, client: &model::Client) -> IdentityProvider {
    IdentityProvider {
        user_info_url: stored.user_info_url.clone(),
        authorize_url: stored.authorize_url.clone(),
        token_url: stored.token_url.clone(),
        client_id: stored.client_id.clone(),
        client_secret: None,
        has_client_secret: client.provider_secret.is_some(),
        use_subject: stored.use_subject,
        require_verified_email: stored.require_verified_email,
        issuer: stored.issuer.clone(),
        audience: stored.audience.clone(),
        jwks_url: stored.jwks_url.clone(),
    }
}
