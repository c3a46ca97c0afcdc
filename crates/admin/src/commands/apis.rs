//! APIs (Auth0's resource servers): their scopes, the clients that act for them, and what clients may ask of them.

mod read;
mod write;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use self::read::{get, list};
pub(crate) use self::write::{delete, link_client, revoke_grant, save, save_grant};

/// Lists APIs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct List {}

/// The APIs of the project, oldest first, and then those every project has.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiList {
    /// The APIs.
    pub items: Vec<ApiSummary>,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiSummary {
    /// Id; `management` or `my_account` for those every project has.
    pub id: String,
    /// Name.
    pub name: String,
    /// `identifier`: the `audience` of requests.
    pub identifier: String,
    /// Whether every project has it.
    pub system: bool,
    /// How many scopes it has.
    pub scope_count: u32,
    /// Names of the Custom API Clients that act for it.
    pub clients: Vec<String>,
    /// How many client grants it has.
    pub grant_count: u32,
}

/// Names one API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// Id, or `management`, or `my_account`.
    pub id: String,
}

/// Whose tokens an API takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiAccess {
    /// Any client's of the project, for every scope.
    AllowAll,
    /// A client's with a client grant, for the scopes it names.
    RequireClientGrant,
    /// Nobody's.
    DenyAll,
}

/// In whose name a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GrantSubject {
    /// A person's: they sign in.
    User,
    /// The client's own: client credentials.
    Client,
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeOfApi {
    /// The word in a request.
    pub value: String,
    /// What it allows, for people; empty for nothing.
    pub description: String,
}

/// A Custom API Client of an API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiClient {
    /// Id of the client.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it may exchange tokens for those of providers.
    pub exchanges: bool,
}

/// What a client may ask of an API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiGrant {
    /// `cgr_…`.
    pub id: String,
    /// Id of the client.
    pub client_id: String,
    /// Its name.
    pub client_name: String,
    /// In whose name.
    pub subject: GrantSubject,
    /// The scopes; none of them when `allScopes`.
    pub scopes: Vec<String>,
    /// Every scope the API has, those it gets later too.
    pub all_scopes: bool,
}

/// An API, whole.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Api {
    /// Id; `management` or `my_account` for those every project has.
    pub id: String,
    /// Name.
    pub name: String,
    /// `identifier`.
    pub identifier: String,
    /// Whether every project has it: nothing of it can be changed but who may ask.
    pub system: bool,
    /// Scopes.
    pub scopes: Vec<ScopeOfApi>,
    /// Life of its access tokens, seconds.
    pub token_lifetime: u32,
    /// Whether a refresh token goes along when `offline_access` is asked for.
    pub allow_offline_access: bool,
    /// Which clients may ask in a person's name.
    pub user_access: ApiAccess,
    /// Which clients may ask in their own.
    pub client_access: ApiAccess,
    /// The Custom API Clients that act for it, newest first.
    pub clients: Vec<ApiClient>,
    /// Client grants, oldest first.
    pub grants: Vec<ApiGrant>,
    /// Which state of the API this is; a change names the one it saw.
    pub version: String,
}

/// Writes an API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Save {
    /// Which one; absent makes a new one.
    pub id: Option<String>,
    /// The version that was seen; absent for a new one.
    pub version: Option<String>,
    /// Name.
    pub name: String,
    /// `identifier`; that of an API that is there stays what it is.
    pub identifier: String,
    /// Scopes.
    pub scopes: Vec<ScopeOfApi>,
    /// Life of its access tokens, seconds.
    pub token_lifetime: u32,
    /// Whether a refresh token goes along.
    pub allow_offline_access: bool,
    /// Which clients may ask in a person's name.
    pub user_access: ApiAccess,
    /// Which clients may ask in their own.
    pub client_access: ApiAccess,
}

/// An API is gone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletedApi {
    /// Its name.
    pub name: String,
}

/// Makes the Custom API Client of an API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkClient {
    /// Id of the API.
    pub id: String,
    /// Name of the client.
    pub name: String,
}

/// Lets a client ask for scopes of an API.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveGrant {
    /// Id of the API, or `management`, or `my_account`.
    pub id: String,
    /// Id of the client.
    pub client_id: String,
    /// In whose name.
    pub subject: GrantSubject,
    /// The scopes.
    pub scopes: Vec<String>,
    /// Every scope the API has, those it gets later too.
    pub all_scopes: bool,
}

/// Names one client grant.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantRef {
    /// `cgr_…`.
    pub id: String,
}
