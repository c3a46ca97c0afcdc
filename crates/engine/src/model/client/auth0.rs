//! What Auth0's Management API keeps of a client (an *application*) beyond Medplum's `ClientApplication`. Members have
//! Auth0's names.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `app_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppType {
    /// A mobile, desktop or command line application.
    Native,
    /// A single-page application.
    Spa,
    /// A web application with a server.
    RegularWeb,
    /// A machine.
    NonInteractive,
    /// A Custom API Client: acts for the API whose identifier it has.
    ResourceServer,
}

impl AppType {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Native, Self::Spa, Self::RegularWeb, Self::NonInteractive, Self::ResourceServer];

    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Spa => "spa",
            Self::RegularWeb => "regular_web",
            Self::NonInteractive => "non_interactive",
            Self::ResourceServer => "resource_server",
        }
    }

    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// `token_endpoint_auth_method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// A public client.
    None,
    /// The secret in the body.
    ClientSecretPost,
    /// The secret in the header.
    ClientSecretBasic,
}

impl TokenEndpointAuthMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::ClientSecretPost, Self::ClientSecretBasic];

    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretBasic => "client_secret_basic",
        }
    }

    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// `refresh_token.rotation_type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RotationType {
    /// Each use gives a new token.
    Rotating,
    /// The token stays the same.
    #[default]
    NonRotating,
}

/// `refresh_token.expiration_type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpirationType {
    /// Ends `token_lifetime` seconds after it was issued.
    Expiring,
    /// Ends when it is revoked.
    #[default]
    NonExpiring,
}

/// The longest `token_lifetime`: what Auth0 allows, and what "non-expiring" means here.
pub const LONGEST_REFRESH: u32 = 157_788_000;

/// `refresh_token`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokenSettings {
    /// Whether each use gives a new one.
    pub rotation_type: RotationType,
    /// Whether it ends by itself.
    pub expiration_type: ExpirationType,
    /// Seconds in which the one before the newest may come again.
    #[serde(default)]
    pub leeway: u32,
    /// Seconds from issue to end.
    #[serde(default = "token_lifetime")]
    pub token_lifetime: u32,
    /// Seconds without use that end it.
    #[serde(default = "idle_token_lifetime")]
    pub idle_token_lifetime: u32,
    /// `token_lifetime` does not count.
    #[serde(default)]
    pub infinite_token_lifetime: bool,
    /// `idle_token_lifetime` does not count.
    #[serde(default)]
    pub infinite_idle_token_lifetime: bool,
    /// The APIs one refresh token may be used for: multi-resource refresh tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<RefreshTokenPolicy>>,
}

const fn token_lifetime() -> u32 {
    31_557_600
}

const fn idle_token_lifetime() -> u32 {
    2_592_000
}

impl Default for RefreshTokenSettings {
    fn default() -> Self {
        Self {
            rotation_type: RotationType::NonRotating,
            expiration_type: ExpirationType::NonExpiring,
            leeway: 0,
            token_lifetime: token_lifetime(),
            idle_token_lifetime: idle_token_lifetime(),
            infinite_token_lifetime: true,
            infinite_idle_token_lifetime: true,
            policies: None,
        }
    }
}

impl RefreshTokenSettings {
    /// Seconds from issue to end.
    pub const fn absolute_lifetime(&self) -> Option<u32> {
        match (self.infinite_token_lifetime, self.expiration_type) {
            (false, ExpirationType::Expiring) => Some(self.token_lifetime),
            _ => Some(LONGEST_REFRESH),
        }
    }

    /// Seconds without use that end it.
    pub const fn idle_lifetime(&self) -> Option<u32> {
        match (self.infinite_idle_token_lifetime, self.expiration_type) {
            (false, ExpirationType::Expiring) => Some(self.idle_token_lifetime),
            _ => self.absolute_lifetime(),
        }
    }
}

/// One entry of `refresh_token.policies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokenPolicy {
    /// Identifier of the API.
    pub audience: String,
    /// Its scopes.
    #[serde(default)]
    pub scope: Vec<String>,
}

/// What Auth0 keeps of an application beyond Medplum's members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Auth0Application {
    /// Whether `client_id` is written without hyphens, as for every client that was made through the Management API.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compact_id: bool,
    /// `app_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_type: Option<AppType>,
    /// `is_first_party`.
    pub is_first_party: bool,
    /// `oidc_conformant`.
    pub oidc_conformant: bool,
    /// The identifier of the API a Custom API Client acts for. Only with `app_type` `resource_server`; set when it is made,
    /// never changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_server_identifier: Option<String>,
    /// `token_endpoint_auth_method`; absent where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// `grant_types` as they were written, with those this server does not redeem. Which ones it redeems for the client is
    /// said by [`ClientSettings::grant_types`](super::ClientSettings::grant_types) alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written_grant_types: Vec<String>,
    /// `web_origins`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_origins: Vec<String>,
    /// `allowed_origins`. Those and `web_origins` together are [`ClientSettings::allowed_origins`](super::ClientSettings).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// `refresh_token`; the engine's own rules where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshTokenSettings>,
    /// `token_vault_privileged_access`, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_vault_privileged_access: Option<Value>,
    /// Members that are kept and do nothing here, such as `logo_uri` and `client_metadata`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Default for Auth0Application {
    fn default() -> Self {
        Self {
            compact_id: false,
            app_type: None,
            is_first_party: true,
            oidc_conformant: false,
            resource_server_identifier: None,
            token_endpoint_auth_method: None,
            written_grant_types: Vec::new(),
            web_origins: Vec::new(),
            allowed_origins: Vec::new(),
            refresh_token: None,
            token_vault_privileged_access: None,
            rest: Map::new(),
        }
    }
}
