//! Listing and showing connections.

use anteroom_engine::endpoint::connected_accounts::browser::CALLBACK_PATH;
use anteroom_engine::id::Id;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::model::{self, Project};
use anteroom_engine::stop::{Outcome, not_found};
use anteroom_engine::store::Tx;
use anteroom_sentence::sentence;

use super::{Connection, ConnectionList, ConnectionSettings, ConnectionSummary, EnabledClient, List, Ref};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::version;

/// The connection of this project with this id.
pub(super) fn find(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<model::Connection> {
    let found = match Id::parse_prefixed(model::Connection::PREFIX, id) {
        Some(id) => tx.connection(id)?,
        None => None,
    };
    match found.filter(|connection| connection.project == project) {
        Some(connection) => Ok(connection),
        None => not_found(sentence!("There is no connection with the id {id:?}.", id)),
    }
}

pub(crate) async fn list(admin: &Admin, _: List) -> Result<ConnectionList, CommandError> {
    admin
        .read_project(|tx, project, _| {
            let connections = tx.list_connections(project)?;
            let items = connections.iter().map(|connection| summary(tx, connection));
            Ok(ConnectionList { items: items.collect::<Outcome<_>>()? })
        })
        .await
}

fn summary(tx: &dyn Tx, connection: &model::Connection) -> Outcome<ConnectionSummary> {
    Ok(ConnectionSummary {
        id: connection.id.prefixed(model::Connection::PREFIX),
        name: connection.name.clone(),
        strategy: connection.strategy.clone(),
        connected_accounts: connection.connected_accounts,
        client_count: u32::try_from(tx.connection_clients(connection.id)?.len()).unwrap_or(u32::MAX),
    })
}

pub(crate) async fn get(admin: &Admin, request: Ref) -> Result<Connection, CommandError> {
    let issuer = admin.engine().issuer().clone();
    admin
        .read_project(move |tx, project, _| {
            let connection = find(tx, project, &request.id)?;
            view(tx, &issuer, &connection)
        })
        .await
}

/// A connection, whole, as the screens show it.
pub(super) fn view(tx: &dyn Tx, issuer: &Issuer, connection: &model::Connection) -> Outcome<Connection> {
    let mut clients = Vec::new();
    for id in tx.connection_clients(connection.id)? {
        if let Some(client) = tx.client(id)? {
            clients.push(EnabledClient { id: id.to_string(), name: client.name.clone() });
        }
    }
    Ok(Connection {
        id: connection.id.prefixed(model::Connection::PREFIX),
        name: connection.name.clone(),
        strategy: connection.strategy.clone(),
        settings: settings(connection),
        has_secret: connection.client_secret.is_some(),
        callback: issuer.endpoint(CALLBACK_PATH),
        clients,
        version: version_of(connection),
    })
}

/// The names an option has: the first is written, all are read.
pub(super) const AUTHORIZATION: [&str; 2] = ["authorization_endpoint", "authorizationURL"];
/// See [`AUTHORIZATION`].
pub(super) const TOKEN: [&str; 2] = ["token_endpoint", "tokenURL"];
/// See [`AUTHORIZATION`].
pub(super) const USERINFO: [&str; 3] = ["userinfo_endpoint", "userinfoURL", "userInfoURL"];

pub(super) fn settings(connection: &model::Connection) -> ConnectionSettings {
    let first = |names: &[&str]| {
        let found = names.iter().find_map(|name| connection.option(name));
        found.unwrap_or_default().to_owned()
    };
    ConnectionSettings {
        display_name: connection.display_name.clone().unwrap_or_default(),
        connected_accounts: connection.connected_accounts,
        issuer: first(&["issuer"]),
        authorization_endpoint: first(&AUTHORIZATION),
        token_endpoint: first(&TOKEN),
        userinfo_endpoint: first(&USERINFO),
        client_id: first(&["client_id"]),
        scopes: connection.scopes().into_iter().map(str::to_owned).collect(),
    }
}

/// Which state of a connection this is. The secret counts only by being there.
pub(super) fn version_of(connection: &model::Connection) -> String {
    let options = serde_json::Value::from(connection.options.clone()).to_string();
    let secret = connection.client_secret.is_some();
    version::of((&connection.display_name, connection.connected_accounts, secret, options))
}
