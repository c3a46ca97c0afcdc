//! Resource servers: the APIs that tokens are for, in Auth0's names.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::Project;
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// Life of an access token for an API unless the API says otherwise: a day.
pub const TOKEN_LIFETIME: u32 = 86_400;
/// `token_lifetime_for_web` unless the API says otherwise: two hours.
pub const TOKEN_LIFETIME_FOR_WEB: u32 = 7_200;
/// The longest `token_lifetime`: 30 days.
pub const LONGEST_TOKEN_LIFETIME: u32 = 2_592_000;

/// An API.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceServer {
    /// Id; the wire shows its first twelve bytes ([`ResourceServer::short_id`]).
    pub id: Id<ResourceServer>,
    /// Project.
    pub project: Id<Project>,
    /// `identifier`: the `audience` of requests and the `aud` of tokens, compared byte by byte. Never changes.
    pub identifier: String,
    /// `name`.
    pub name: Option<String>,
    /// `scopes`.
    pub scopes: Vec<ApiScope>,
    /// Everything that needs no column.
    pub settings: ResourceServerSettings,
    /// The secret tokens are signed with when `signing_alg` is `HS256`, sealed.
    pub signing_secret: Option<Sealed>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl ResourceServer {
    /// `id` on the wire: 24 hexadecimal digits.
    pub fn short_id(&self) -> String {
        let mut digits = self.id.uuid().simple().to_string();
        digits.truncate(24);
        digits
    }

    /// The bytes of a short id.
    pub fn parse_short_id(text: &str) -> Option<[u8; 12]> {
        let fits = text.len() == 24
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let whole = uuid::Uuid::try_parse(&format!("{text}00000000")).ok().filter(|_| fits)?;
        whole.as_bytes().first_chunk().copied()
    }

    /// Whether the API has this scope.
    pub fn has_scope(&self, value: &str) -> bool {
        self.scopes.iter().any(|scope| scope.value == value)
    }
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiScope {
    /// `value`: the word in a request's `scope`.
    pub value: String,
    /// `description`, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `signing_alg`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SigningAlg {
    /// With the engine's key.
    #[default]
    RS256,
    /// With a secret the API shares.
    HS256,
}

/// `token_dialect`: what an access token for the API looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenDialect {
    /// Auth0's own profile.
    #[default]
    AccessToken,
    /// [RFC9068].
    Rfc9068Profile,
}

/// One member of `subject_type_authorization`: whose tokens an API takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPolicyType {
    /// Any client of the project, for the scopes the API has.
    AllowAll,
    /// Nobody.
    DenyAll,
    /// Clients with a client grant, for the scopes it names.
    RequireClientGrant,
}

/// `subject_type_authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectTypeAuthorization {
    /// For people.
    pub user: AccessPolicyType,
    /// For clients that act for themselves.
    pub client: AccessPolicyType,
}

impl Default for SubjectTypeAuthorization {
    fn default() -> Self {
        Self { user: AccessPolicyType::AllowAll, client: AccessPolicyType::RequireClientGrant }
    }
}

/// Settings of an API, in Auth0's names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceServerSettings {
    /// `signing_alg`.
    pub signing_alg: SigningAlg,
    /// `token_lifetime`, in seconds.
    pub token_lifetime: u32,
    /// `token_lifetime_for_web`, in seconds: for flows this server does not have.
    pub token_lifetime_for_web: u32,
    /// `allow_offline_access`: whether a refresh token goes along.
    pub allow_offline_access: bool,
    /// `skip_consent_for_verifiable_first_party_clients`.
    pub skip_consent_for_verifiable_first_party_clients: bool,
    /// `token_dialect`; absent where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_dialect: Option<TokenDialect>,
    /// `subject_type_authorization`.
    pub subject_type_authorization: SubjectTypeAuthorization,
    /// Members that are kept and do nothing here.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Default for ResourceServerSettings {
    fn default() -> Self {
        Self {
            signing_alg: SigningAlg::default(),
            token_lifetime: TOKEN_LIFETIME,
            token_lifetime_for_web: TOKEN_LIFETIME_FOR_WEB,
            allow_offline_access: false,
            skip_consent_for_verifiable_first_party_clients: false,
            token_dialect: None,
            subject_type_authorization: SubjectTypeAuthorization::default(),
            rest: Map::new(),
        }
    }
}

/// The APIs every project has from the beginning. Their identifiers follow the base a request came in on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemApi {
    /// The Management API, `<issuer>api/v2/`: for clients with a client grant.
    Management,
    /// The My Account API, `<issuer>me/`: for people, through clients with a client grant.
    MyAccount,
}

impl SystemApi {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Management, Self::MyAccount];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Management => "management",
            Self::MyAccount => "my_account",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.as_str() == text)
    }

    /// What follows the issuer in its identifier.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Management => "api/v2/",
            Self::MyAccount => "me/",
        }
    }

    /// Name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Management => "Anteroom Management API",
            Self::MyAccount => "Anteroom My Account API",
        }
    }

    /// Its scopes.
    pub const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Management => &[
                "read:clients",
                "create:clients",
                "update:clients",
                "delete:clients",
                "update:client_keys",
                "update:client_token_vault_privileged_access",
                "read:resource_servers",
                "create:resource_servers",
                "update:resource_servers",
                "delete:resource_servers",
                "read:client_grants",
                "create:client_grants",
                "update:client_grants",
                "delete:client_grants",
                "read:connections",
                "create:connections",
                "update:connections",
                "delete:connections",
                "read:connections_options",
                "update:connections_options",
                "read:users",
                "read:logs",
                "read:logs_users",
                "read:client_summary",
            ],
            Self::MyAccount => &[
                "create:me:connected_accounts",
                "read:me:connected_accounts",
                "delete:me:connected_accounts",
            ],
        }
    }

    /// Whose tokens it takes.
    pub const fn subject_type_authorization(self) -> SubjectTypeAuthorization {
        match self {
            Self::Management => SubjectTypeAuthorization {
                user: AccessPolicyType::DenyAll,
                client: AccessPolicyType::RequireClientGrant,
            },
            Self::MyAccount => SubjectTypeAuthorization {
                user: AccessPolicyType::RequireClientGrant,
                client: AccessPolicyType::DenyAll,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_is_24_hexadecimal_digits_and_comes_back() {
        let id =
            Id::<ResourceServer>::from_uuid(uuid::Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd));
        let bytes = ResourceServer::parse_short_id("0123456789ab4cde8f012345").unwrap();
        assert_eq!(bytes, id.as_bytes()[..12]);
        for wrong in ["", "0123456789AB4CDE8F012345", "0123456789ab4cde8f01234", "0123456789ab4cde8f01234g"] {
            assert_eq!(ResourceServer::parse_short_id(wrong), None, "{wrong}");
        }
    }
}
