//! The Token Vault in the playground: what can be chosen, what a run of it is made from, and the ladder behind a refusal.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::{self, Login, Project};
use anteroom_engine::service::provider;
use anteroom_engine::stop::{Fault, Outcome};
use anteroom_engine::store::Tx;
use anteroom_flows::flow::{self, AuthMethod, FederatedConnectionAccessToken, Grant, Secret};
use anteroom_flows::inspect;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ReturnBy, Run};
use crate::admin::Admin;
use crate::commands::sample_provider;
use crate::error::{Code, CommandError};
use crate::playground;

/// An API a person's token can be for, and who exchanges it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaygroundApi {
    /// Its identifier: the audience.
    pub identifier: String,
    /// Its name; the identifier where it has none.
    pub name: String,
    /// The clients that act for it, and may exchange.
    pub clients: Vec<PlaygroundApiClient>,
}

/// A client that acts for an API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaygroundApiClient {
    /// `client_id`.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A connection that accounts can be connected through.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaygroundConnection {
    /// Its name.
    pub name: String,
    /// Whether the sample provider of this program is behind it, and runs.
    pub sample: bool,
}

/// What a run of the Token Vault needs besides.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VaultRun {
    /// Identifier of the API.
    pub audience: String,
    /// Name of the connection.
    pub connection: String,
    /// `client_id` of the client that exchanges.
    pub exchange_client_id: String,
    /// Its secret.
    pub exchange_client_secret: String,
    /// Whether an account is connected first.
    pub connect: bool,
}

/// What to ask the ladder for to see why an exchange was refused.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LadderOf {
    /// Membership id of the person.
    pub membership_id: String,
    /// Identifier of the API.
    pub api: String,
    /// Id of the client that exchanges.
    pub client_id: String,
    /// Name of the connection.
    pub connection: String,
}

/// The APIs of a project, and its connections; `sample` is the issuer of the sample provider while it runs.
pub(super) fn choices(
    tx: &dyn Tx,
    project: Id<Project>,
    sample: Option<&str>,
) -> Outcome<(Vec<PlaygroundApi>, Vec<PlaygroundConnection>)> {
    let mut apis = Vec::new();
    for api in tx.list_resource_servers(project)? {
        let clients = tx.clients_of_resource_server(project, &api.identifier)?;
        let shown = |client: &Arc<model::Client>| PlaygroundApiClient {
            id: client.id.to_string(),
            name: client.name.clone(),
        };
        let name = api.name.clone().unwrap_or_else(|| api.identifier.clone());
        let clients = clients.iter().map(shown).collect();
        apis.push(PlaygroundApi { identifier: api.identifier, name, clients });
    }
    let connections = tx.list_connections(project)?;
    let open = connections.into_iter().filter(|connection| connection.connected_accounts);
    let shown = open.map(|connection| PlaygroundConnection {
        sample: sample_provider::is_running(&connection, sample),
        name: connection.name,
    });
    Ok((apis, shown.collect()))
}

/// The grant of a run.
///
/// # Errors
/// Something that is missing, or a switch of the sample provider's where another provider is asked.
pub(super) async fn grant(
    admin: &Admin,
    request: &Run,
    own: bool,
    redirect_uri: String,
) -> Result<Grant, CommandError> {
    let invalid = |field, message| CommandError::new(Code::Invalid, Some(field), message);
    let Some(vault) = request.vault.clone() else {
        return Err(invalid("vault", sentence!("Say which API, connection and client the exchange is for.")));
    };
    for (field, value, message) in [
        ("audience", &vault.audience, sentence!("Choose the API that the person's token is for.")),
        (
            "connection",
            &vault.connection,
            sentence!("Choose the connection whose provider's token is wanted."),
        ),
        (
            "exchangeClientId",
            &vault.exchange_client_id,
            sentence!("Choose the API's own client, which exchanges."),
        ),
    ] {
        if value.trim().is_empty() {
            return Err(invalid(field, message));
        }
    }
    let (userinfo_endpoint, sample) =
        if own { provider_of(admin, &vault.connection).await? } else { (None, false) };
    if let (Some(switch), false) =
        (request.failures.iter().find(|switch| switch.needs_sample_provider()), sample)
    {
        let name = switch.row().name;
        let message = sentence!(
            "Only the sample provider can do what {name} asks for: start it, and use its connection.",
            name
        );
        return Err(CommandError::new(Code::Conflict, Some("failures"), message));
    }
    let person = (request.return_by == ReturnBy::Pages).then(|| flow::Person {
        email: request.email.clone(),
        password: Secret::Text(request.password.clone()),
    });
    let secret = Some(vault.exchange_client_secret).filter(|secret| !secret.is_empty());
    let exchange_client = flow::Client {
        client_id: vault.exchange_client_id,
        token_endpoint_auth_method: AuthMethod::ClientSecretPost,
        client_secret: secret.map(Secret::Text),
    };
    Ok(Grant::FederatedConnectionAccessToken(Box::new(FederatedConnectionAccessToken {
        audience: vault.audience,
        connection: vault.connection,
        exchange_client,
        redirect_uri: Some(redirect_uri),
        person,
        connect: vault.connect,
        scopes: Vec::new(),
        login_hint: None,
        userinfo_endpoint,
    })))
}

/// The userinfo endpoint of a connection's provider, if that is known, and whether it is the sample provider.
async fn provider_of(admin: &Admin, name: &str) -> Result<(Option<String>, bool), CommandError> {
    let (name, running) = (name.to_owned(), admin.sample().await.as_ref().map(|own| own.issuer()));
    let found = admin.read_project(move |tx, project, _| {
        let row = tx.project(project)?.ok_or(Fault::Inconsistent("the project is gone"))?;
        let hosts = row.settings.allowed_outbound_hosts.clone();
        Ok(tx.connection_by_name(project, &name)?.map(|connection| (connection, hosts)))
    });
    let Some((connection, hosts)) = found.await? else { return Ok((None, false)) };
    let sample = sample_provider::is_running(&connection, running.as_deref());
    // a provider that cannot be asked is found out by the run
    let endpoints = provider::endpoints(admin.engine(), &connection, &hosts).await;
    Ok((endpoints.ok().and_then(|endpoints| endpoints.userinfo), sample))
}

/// What the ladder is asked for about a run whose exchange was refused: by whose login its token for the API was made.
pub(super) async fn ladder(admin: &Admin, run: &playground::Run) -> Result<Option<LadderOf>, CommandError> {
    let Grant::FederatedConnectionAccessToken(grant) = &run.flow.grant else { return Ok(None) };
    if !run.own {
        return Ok(None);
    }
    let token = run.recorder.record().tokens.access_token.clone();
    let login = token.and_then(|token| inspect::claim(&token, "login_id"));
    let Some(login) = login.as_deref().and_then(Id::<Login>::parse) else { return Ok(None) };
    let found = admin.read_project(move |tx, project, _| {
        let live = tx.live_login(login)?;
        Ok(live.map(|live| live.login).filter(|login| login.project == project).map(|login| login.membership))
    });
    Ok(found.await?.map(|membership| LadderOf {
        membership_id: membership.to_string(),
        api: grant.audience.clone(),
        client_id: grant.exchange_client.client_id.clone(),
        connection: grant.connection.clone(),
    }))
}
