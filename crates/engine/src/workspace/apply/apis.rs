//! APIs, connections, client grants and clients of the Management API of the file.

use anteroom_oauth::grant_type::GrantType;
use anteroom_sentence::sentence;

use super::{ApplyError, Effect, Item, Run, at};
use crate::cx::{About, Cx};
use crate::id::Id;
use crate::model::client::ClientType;
use crate::model::client::auth0::AppType;
use crate::model::client_grant::SubjectType;
use crate::model::resource_server::{ResourceServerSettings, SystemApi, TOKEN_LIFETIME};
use crate::model::{Client, Connection, Project, ResourceServer};
use crate::service::client_grants::{self, NewClientGrant};
use crate::service::connections::{self, NewConnection};
use crate::service::resource_servers::{self, Api, NewResourceServer};
use crate::workspace::Misfit;
use crate::workspace::apis::{
    WorkspaceApi, WorkspaceClientGrant, WorkspaceConnection, WorkspaceManagementClient,
};
use crate::workspace::file::WorkspaceClient;
use crate::workspace::given::Given;

/// Name of a client of the Management API unless the file says otherwise.
const MANAGEMENT: &str = "Management";

impl Run<'_> {
    pub(super) fn api(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceApi,
        path: &str,
    ) -> Result<(), ApplyError> {
        cx.about = About::default();
        let before = cx.tx.resource_server_by_identifier(project, &file.identifier)?;
        let (id, effect) = match before {
            None => {
                let mut settings = ResourceServerSettings::default();
                fill(file, &mut settings);
                let new = NewResourceServer {
                    id: None,
                    project,
                    identifier: file.identifier.clone(),
                    name: file.name.value().cloned(),
                    scopes: file.scopes.value().cloned().unwrap_or_default(),
                    settings,
                    signing_secret: None,
                };
                (at(path, resource_servers::create(cx, self.engine, new))?.id, Effect::Added)
            }
            Some(before) => {
                let mut after = ResourceServer {
                    name: file.name.or_stored(before.name.clone()),
                    scopes: file.scopes.or_default(before.scopes.clone(), Vec::new()),
                    ..before.clone()
                };
                fill(file, &mut after.settings);
                let changed = at(path, resource_servers::update(cx, self.engine, &before, after))?;
                (before.id, Effect::changed(changed))
            }
        };
        self.names(id.uuid(), path)?;
        let name = Some(file.identifier.clone());
        self.note(effect, Item { kind: "API", path: path.to_owned(), id: id.uuid(), name });
        Ok(())
    }

    pub(super) fn connection(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceConnection,
        path: &str,
    ) -> Result<(), ApplyError> {
        cx.about = About::default();
        let before = cx.tx.connection_by_name(project, &file.name)?;
        let (id, mut effect) = match before {
            None => {
                let Some(strategy) = file.strategy.value().cloned() else {
                    let rule = sentence!("a new connection must say its strategy");
                    return Err(Misfit::new(format!("{path}.strategy"), rule).into());
                };
                let new = NewConnection {
                    id: None,
                    project,
                    name: file.name.clone(),
                    strategy,
                    display_name: file.display_name.value().cloned(),
                    options: file.options.value().map(|options| options.0.clone()).unwrap_or_default(),
                    authentication: true,
                    connected_accounts: file.connected_accounts.or_default(false, false),
                    rest: serde_json::Map::new(),
                };
                (at(path, connections::create(cx, self.engine, new))?.id, Effect::Added)
            }
            Some(before) => (before.id, self.change_connection(cx, &before, file, path)?),
        };
        if let Given::Value(clients) = &file.enabled_clients {
            let connection = cx.tx.connection(id)?.ok_or_else(|| Misfit::new(path, sentence!("is gone")))?;
            let changed = enable(cx, project, &connection, clients, path)?;
            effect = effect.or_changed(changed);
        }
        self.names(id.uuid(), path)?;
        let name = Some(file.name.clone());
        self.note(effect, Item { kind: "connection", path: path.to_owned(), id: id.uuid(), name });
        Ok(())
    }

    fn change_connection(
        &self,
        cx: &mut Cx<'_>,
        before: &Connection,
        file: &WorkspaceConnection,
        path: &str,
    ) -> Result<Effect, ApplyError> {
        if file.strategy.value().is_some_and(|strategy| *strategy != before.strategy) {
            let rule = sentence!(
                "the connection is {strategy}, and stays so; create another one",
                strategy = &before.strategy
            );
            return Err(Misfit::new(format!("{path}.strategy"), rule).into());
        }
        let options = match &file.options {
            Given::Absent => before.options.clone(),
            Given::Null => serde_json::Map::new(),
            Given::Value(options) => options.0.clone(),
        };
        // The same secret sealed anew is no change.
        let stored = at(path, connections::open_client_secret(self.engine, before))?;
        let same = stored.is_some_and(|stored| {
            options.get("client_secret").and_then(|given| given.as_str()).map(str::as_bytes)
                == Some(stored.as_slice())
        });
        let mut after = Connection {
            display_name: file.display_name.or_stored(before.display_name.clone()),
            connected_accounts: file.connected_accounts.or_default(before.connected_accounts, false),
            options,
            ..before.clone()
        };
        if same && !connections::moved(before, &after) {
            after.options.shift_remove("client_secret");
        }
        Ok(Effect::changed(at(path, connections::update(cx, self.engine, before, after))?))
    }

    pub(super) fn client_grant(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceClientGrant,
        path: &str,
    ) -> Result<(), ApplyError> {
        cx.about = About::default();
        let client = client(cx, project, &file.client, &format!("{path}.client"))?;
        let system = SystemApi::ALL.into_iter().find(|api| api.path() == file.audience);
        let api = match system {
            Some(api) => Some(Api::System(api)),
            None => at(path, resource_servers::find(cx.tx, self.engine, project, &file.audience))?,
        };
        let Some(api) = api else {
            return Err(
                Misfit::new(format!("{path}.audience"), sentence!("names no API of the project")).into()
            );
        };
        let scope = file.scope.value().cloned();
        let (id, effect) = put_grant(cx, &client, &api, file.subject_type, scope, path)?;
        self.names(id, path)?;
        let name = Some(file.audience.clone());
        self.note(effect, Item { kind: "client grant", path: path.to_owned(), id, name });
        Ok(())
    }

    pub(super) fn management_client(
        &mut self,
        cx: &mut Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceManagementClient,
        path: &str,
    ) -> Result<(), ApplyError> {
        let mut machine = WorkspaceClient::named(file.name.as_deref().unwrap_or(MANAGEMENT));
        machine.id = file.id;
        machine.client_type = Given::Value(ClientType::Confidential);
        machine.secret = file.secret.clone();
        machine.app_type = Given::Value(AppType::NonInteractive);
        machine.grant_types = Given::Value(vec![GrantType::ClientCredentials]);
        let known = self.names.find(cx, project, &machine, path)?.is_some();
        if !known && file.secret.value().is_none() {
            let rule = sentence!("a new client of the Management API must have a secret");
            return Err(Misfit::new(format!("{path}.secret"), rule).into());
        }
        self.client(cx, project, &machine, path)?;
        let Some(client) = self.names.find(cx, project, &machine, path)? else {
            return Err(Misfit::new(path, sentence!("is gone")).into());
        };
        let all = || SystemApi::Management.scopes().iter().map(|&scope| scope.to_owned()).collect();
        let scope = match &file.scope {
            Given::Absent if known => None,
            Given::Absent | Given::Null => Some(all()),
            Given::Value(scope) => Some(scope.clone()),
        };
        let api = Api::System(SystemApi::Management);
        let (id, effect) = put_grant(cx, &client, &api, SubjectType::Client, scope, path)?;
        let name = Some(SystemApi::Management.path().to_owned());
        self.note(effect, Item { kind: "client grant", path: format!("{path}.scope"), id, name });
        Ok(())
    }
}

fn fill(file: &WorkspaceApi, settings: &mut ResourceServerSettings) {
    settings.allow_offline_access =
        file.allow_offline_access.or_default(settings.allow_offline_access, false);
    settings.token_lifetime = file.token_lifetime.or_default(settings.token_lifetime, TOKEN_LIFETIME);
    settings.token_lifetime_for_web = settings.token_lifetime_for_web.min(settings.token_lifetime);
    settings.skip_consent_for_verifiable_first_party_clients =
        file.skip_consent.or_default(settings.skip_consent_for_verifiable_first_party_clients, false);
}

/// The client with this `client_id`, in the project.
fn client(cx: &Cx<'_>, project: Id<Project>, client_id: &str, path: &str) -> Result<Client, ApplyError> {
    let found = match Client::parse_client_id(client_id) {
        Some(id) => cx.tx.client(id)?.filter(|client| client.project == project),
        None => None,
    };
    match found {
        Some(client) => Ok((*client).clone()),
        None => Err(Misfit::new(path, sentence!("names no client of the project")).into()),
    }
}

fn enable(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    connection: &Connection,
    clients: &[String],
    path: &str,
) -> Result<bool, ApplyError> {
    let mut wanted = Vec::with_capacity(clients.len());
    for (index, client_id) in clients.iter().enumerate() {
        wanted.push(client(cx, project, client_id, &format!("{path}.enabledClients[{index}]"))?.id);
    }
    let stored = cx.tx.connection_clients(connection.id)?;
    let gone = stored.into_iter().filter(|id| !wanted.contains(id)).map(|id| (id, false));
    let changes: Vec<_> = gone.chain(wanted.iter().map(|id| (*id, true))).collect();
    at(path, connections::set_clients(cx, connection, &changes))
}

/// Writes the one grant of a client for an API and a subject type. Without a `scope`, the one there stays.
fn put_grant(
    cx: &mut Cx<'_>,
    client: &Client,
    api: &Api,
    subject_type: SubjectType,
    scope: Option<Vec<String>>,
    path: &str,
) -> Result<(uuid::Uuid, Effect), ApplyError> {
    match cx.tx.client_grant_for(client.id, api.reference(), subject_type)? {
        None => {
            let new = NewClientGrant {
                id: None,
                client,
                api,
                subject_type,
                scope: scope.unwrap_or_default(),
                allow_all_scopes: false,
                rest: serde_json::Map::new(),
            };
            Ok((at(path, client_grants::create(cx, new))?.id.uuid(), Effect::Added))
        }
        Some(before) => {
            let mut after = before.clone();
            if let Some(scope) = scope {
                after.scope = scope;
            }
            let changed = at(path, client_grants::update(cx, &before, &after))?;
            Ok((before.id.uuid(), Effect::changed(changed)))
        }
    }
}
