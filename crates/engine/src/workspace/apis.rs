//! The members of the workspace file about APIs, as Auth0 names them.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::given::{ClearText, Given};
use crate::id::Id;
use crate::model::Client;
use crate::model::client_grant::SubjectType;
use crate::model::resource_server::ApiScope;

/// An API (resource server). Found by `identifier`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceApi {
    /// `audience` of requests and `aud` of tokens; unique in the project.
    pub identifier: String,
    /// Name.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub name: Given<String>,
    /// Its scopes: the whole list.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub scopes: Given<Vec<ApiScope>>,
    /// Whether a refresh token goes along with `offline_access`.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub allow_offline_access: Given<bool>,
    /// Seconds its access tokens last; a day unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub token_lifetime: Given<u32>,
    /// Whether first-party clients at addresses of their own need no consent.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub skip_consent: Given<bool>,
}

/// A connection to an external provider. Found by `name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceConnection {
    /// Name; unique in the project.
    pub name: String,
    /// `oidc`, `oauth2`, `google-oauth2` …; a new connection must say it, and it never changes.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub strategy: Given<String>,
    /// Name for people.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub display_name: Given<String>,
    /// Whether people may fill the vault through it.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub connected_accounts: Given<bool>,
    /// Addresses, `client_id`, `client_secret` and `scope` at the provider: the whole object. The secret is stored sealed.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub options: Given<ConnectionOptions>,
    /// The clients that may use it: the whole list of their ids.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub enabled_clients: Given<Vec<String>>,
}

/// Options of a connection. Not printed: the secret is among them.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionOptions(pub Map<String, Value>);

impl fmt::Debug for ConnectionOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionOptions(redacted)")
    }
}

impl JsonSchema for ConnectionOptions {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ConnectionOptions".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object" })
    }
}

/// A client grant: what a client may ask of an API. Found by client, audience and subject type.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceClientGrant {
    /// `client_id`.
    pub client: String,
    /// Identifier of the API; `me/` and `api/v2/` name the two that every project has, on every base.
    pub audience: String,
    /// The words it may ask for: the whole list.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub scope: Given<Vec<String>>,
    /// In whose name; `client` unless told.
    #[serde(default)]
    pub subject_type: SubjectType,
}

/// A client of the Management API: a machine with client credentials and a client grant for `api/v2/`. Found by `id`;
/// without one, by `name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceManagementClient {
    /// `client_id`; made when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<Client>>,
    /// Name; `Management` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The client secret, in clear; stored as a digest. A new client must have one.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub secret: Given<ClearText>,
    /// What it may do; everything unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub scope: Given<Vec<String>>,
}
