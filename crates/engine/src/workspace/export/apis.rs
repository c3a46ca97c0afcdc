//! APIs, connections and client grants.

use super::{Missing, given, list};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client_grant::ApiRef;
use crate::model::resource_server::{ResourceServerSettings, TOKEN_LIFETIME, TOKEN_LIFETIME_FOR_WEB};
use crate::model::{Connection, Project, ResourceServer};
use crate::service::connections;
use crate::stop::{Fault, Outcome};
use crate::store::{ClientGrantFilter, Tx};
use crate::workspace::apis::{ConnectionOptions, WorkspaceApi, WorkspaceClientGrant, WorkspaceConnection};
use crate::workspace::given::Given;

/// What a project has of them.
pub(super) struct Apis {
    pub(super) own: Vec<WorkspaceApi>,
    pub(super) connections: Vec<WorkspaceConnection>,
    pub(super) client_grants: Vec<WorkspaceClientGrant>,
}

pub(super) fn of_project(
    engine: &Engine,
    tx: &dyn Tx,
    project: Id<Project>,
    with_secrets: bool,
    missing: &mut Missing,
) -> Outcome<Apis> {
    let rows = tx.list_resource_servers(project)?;
    let own = rows.iter().map(|row| api_of(row, missing)).collect();
    let mut connections = Vec::new();
    for row in tx.list_connections(project)? {
        connections.push(connection_of(engine, tx, &row, with_secrets, missing)?);
    }
    let mut client_grants = Vec::new();
    for grant in tx.list_client_grants(project, &ClientGrantFilter::default())? {
        let audience = match grant.api {
            ApiRef::System(api) => api.path().to_owned(),
            ApiRef::Own(id) => tx
                .resource_server(id)?
                .map(|api| api.identifier)
                .ok_or(Fault::Inconsistent("a client grant for an API that is gone"))?,
        };
        client_grants.push(WorkspaceClientGrant {
            client: grant.client.to_string(),
            audience,
            scope: Given::Value(grant.scope),
            subject_type: grant.subject_type,
        });
    }
    Ok(Apis { own, connections, client_grants })
}

fn api_of(row: &ResourceServer, missing: &mut Missing) -> WorkspaceApi {
    let settings = &row.settings;
    let said = ResourceServerSettings {
        allow_offline_access: settings.allow_offline_access,
        token_lifetime: settings.token_lifetime,
        token_lifetime_for_web: TOKEN_LIFETIME_FOR_WEB.min(settings.token_lifetime),
        skip_consent_for_verifiable_first_party_clients: settings
            .skip_consent_for_verifiable_first_party_clients,
        ..ResourceServerSettings::default()
    };
    missing.api_settings += usize::from(said != *settings);
    WorkspaceApi {
        identifier: row.identifier.clone(),
        name: given(row.name.clone()),
        scopes: list(&row.scopes),
        allow_offline_access: super::flag(settings.allow_offline_access),
        token_lifetime: given(Some(settings.token_lifetime).filter(|seconds| *seconds != TOKEN_LIFETIME)),
        skip_consent: super::flag(settings.skip_consent_for_verifiable_first_party_clients),
    }
}

fn connection_of(
    engine: &Engine,
    tx: &dyn Tx,
    row: &Connection,
    with_secrets: bool,
    missing: &mut Missing,
) -> Outcome<WorkspaceConnection> {
    missing.connection_secrets += usize::from(row.client_secret.is_some());
    let mut options = row.options.clone();
    if with_secrets && let Some(secret) = connections::open_client_secret(engine, row)? {
        let secret =
            std::str::from_utf8(&secret).map_err(|_| Fault::Inconsistent("secret of a connection"))?;
        options.insert("client_secret".to_owned(), secret.into());
    }
    let clients: Vec<String> = tx.connection_clients(row.id)?.iter().map(Id::to_string).collect();
    Ok(WorkspaceConnection {
        name: row.name.clone(),
        strategy: row.strategy.clone().into(),
        display_name: given(row.display_name.clone()),
        connected_accounts: super::flag(row.connected_accounts),
        options: Given::Value(ConnectionOptions(options)),
        enabled_clients: list(&clients),
    })
}
