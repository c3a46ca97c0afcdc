//! The part of the contract that Auth0's APIs need: resource servers, client grants and connections.

use std::sync::Arc;

use super::StoreResult;
use crate::id::Id;
use crate::model::client_grant::{ApiRef, SubjectType};
use crate::model::{Client, ClientGrant, Connection, Project, ResourceServer};

/// Resource servers.
pub trait ResourceServers {
    /// By id.
    fn resource_server(&self, id: Id<ResourceServer>) -> StoreResult<Option<ResourceServer>>;
    /// By the first twelve bytes of its id.
    fn resource_server_by_short_id(
        &self,
        project: Id<Project>,
        short_id: &[u8; 12],
    ) -> StoreResult<Option<ResourceServer>>;
    /// By identifier, byte by byte.
    fn resource_server_by_identifier(
        &self,
        project: Id<Project>,
        identifier: &str,
    ) -> StoreResult<Option<ResourceServer>>;
    /// All of a project, oldest first.
    fn list_resource_servers(&self, project: Id<Project>) -> StoreResult<Vec<ResourceServer>>;
    /// The Custom API Clients of an API, newest first.
    fn clients_of_resource_server(
        &self,
        project: Id<Project>,
        identifier: &str,
    ) -> StoreResult<Vec<Arc<Client>>>;
    /// Writes a new row. `Exists("identifier of an API")` when it is taken in the project.
    fn insert_resource_server(&mut self, row: &ResourceServer) -> StoreResult<()>;
    /// Replaces a row.
    fn update_resource_server(&mut self, row: &ResourceServer) -> StoreResult<()>;
    /// Deletes a row with its client grants.
    fn delete_resource_server(&mut self, id: Id<ResourceServer>) -> StoreResult<()>;
}

/// Which client grants a list shows.
#[derive(Debug, Clone, Default)]
pub struct ClientGrantFilter {
    /// Only of this client.
    pub client: Option<Id<Client>>,
    /// Only for this API.
    pub api: Option<ApiRef>,
    /// Only of this type.
    pub subject_type: Option<SubjectType>,
}

/// Client grants.
pub trait ClientGrants {
    /// By id.
    fn client_grant(&self, id: Id<ClientGrant>) -> StoreResult<Option<ClientGrant>>;
    /// The one grant of a client for an API and a subject type.
    fn client_grant_for(
        &self,
        client: Id<Client>,
        api: ApiRef,
        subject_type: SubjectType,
    ) -> StoreResult<Option<ClientGrant>>;
    /// Those of a project that match, oldest first.
    fn list_client_grants(
        &self,
        project: Id<Project>,
        filter: &ClientGrantFilter,
    ) -> StoreResult<Vec<ClientGrant>>;
    /// Writes a new row. `Exists("client grant")` when the client has one for the API and the type.
    fn insert_client_grant(&mut self, row: &ClientGrant) -> StoreResult<()>;
    /// Replaces a row.
    fn update_client_grant(&mut self, row: &ClientGrant) -> StoreResult<()>;
    /// Deletes a row.
    fn delete_client_grant(&mut self, id: Id<ClientGrant>) -> StoreResult<()>;
}

/// Connections.
pub trait Connections {
    /// By id.
    fn connection(&self, id: Id<Connection>) -> StoreResult<Option<Connection>>;
    /// By name.
    fn connection_by_name(&self, project: Id<Project>, name: &str) -> StoreResult<Option<Connection>>;
    /// All of a project, oldest first.
    fn list_connections(&self, project: Id<Project>) -> StoreResult<Vec<Connection>>;
    /// Writes a new row. `Exists("name of a connection")` when it is taken in the project.
    fn insert_connection(&mut self, row: &Connection) -> StoreResult<()>;
    /// Replaces a row.
    fn update_connection(&mut self, row: &Connection) -> StoreResult<()>;
    /// Deletes a row; no client may use it any more.
    fn delete_connection(&mut self, id: Id<Connection>) -> StoreResult<()>;
    /// The clients that may use it, by id.
    fn connection_clients(&self, id: Id<Connection>) -> StoreResult<Vec<Id<Client>>>;
    /// Whether a client may use it.
    fn connection_enabled(&self, id: Id<Connection>, client: Id<Client>) -> StoreResult<bool>;
    /// Lets a client use it, or no longer.
    fn set_connection_client(
        &mut self,
        id: Id<Connection>,
        client: Id<Client>,
        enabled: bool,
    ) -> StoreResult<()>;
}
