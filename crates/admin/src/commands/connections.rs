//! Connections: external providers whose tokens the vault keeps for people.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use self::read::{get, list};
pub(crate) use self::write::{delete, save, set_client};

/// Lists connections.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct List {}

/// The connections of the project, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionList {
    /// The connections.
    pub items: Vec<ConnectionSummary>,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionSummary {
    /// `con_…`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Strategy.
    pub strategy: String,
    /// Whether people may connect accounts through it.
    pub connected_accounts: bool,
    /// How many clients may use it.
    pub client_count: u32,
}

/// Names one connection.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// `con_…`.
    pub id: String,
}

/// A client that may use a connection.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnabledClient {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A connection, whole, without our secret at the provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// `con_…`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Strategy.
    pub strategy: String,
    /// What it can be changed to.
    pub settings: ConnectionSettings,
    /// Whether our secret at the provider is stored.
    pub has_secret: bool,
    /// Where the provider sends people back: to be registered there.
    pub callback: String,
    /// The clients that may use it.
    pub clients: Vec<EnabledClient>,
    /// Which state of the connection this is; a change names the one it saw.
    pub version: String,
}

/// What of a connection can be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionSettings {
    /// Display name; empty for none.
    pub display_name: String,
    /// Whether people may connect accounts through it.
    pub connected_accounts: bool,
    /// The provider's issuer, from which its discovery document is found; empty for none.
    pub issuer: String,
    /// The provider's authorization endpoint; empty when discovery says it.
    pub authorization_endpoint: String,
    /// The provider's token endpoint; empty when discovery says it.
    pub token_endpoint: String,
    /// The provider's userinfo endpoint; empty when discovery says it.
    pub userinfo_endpoint: String,
    /// Our client id at the provider.
    pub client_id: String,
    /// Scopes asked for.
    pub scopes: Vec<String>,
}

/// Writes a connection.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Save {
    /// Which one; absent makes a new one.
    pub id: Option<String>,
    /// The version that was seen; absent for a new one.
    pub version: Option<String>,
    /// Name; that of a connection that is there stays what it is.
    pub name: String,
    /// Strategy; that of a connection that is there stays what it is.
    pub strategy: String,
    /// What can be changed.
    pub settings: ConnectionSettings,
    /// Our secret at the provider; absent leaves the stored one, an empty text takes it away.
    pub client_secret: Option<String>,
}

/// A connection is gone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletedConnection {
    /// Its name.
    pub name: String,
}

/// Lets a client use a connection, or no longer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetClient {
    /// `con_…`.
    pub id: String,
    /// Id of the client.
    pub client_id: String,
    /// Whether it may.
    pub enabled: bool,
}
