//! `ClientApplication`: an OAuth client.

pub mod auth0;

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::secret::{ClientSecret, Digest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::auth0::{Auth0Application, RotationType};
use crate::id::Id;
use crate::model::Project;
use crate::model::refresh_token::{FAMILY_LIFETIME, REFRESH_TOKEN_LIFETIME};
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// How a client can prove who it is. Never guessed from what it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// [RFC6749 §2.1] cannot keep a secret.
    Public,
    /// [RFC6749 §2.1] keeps a secret and must use it.
    Confidential,
    /// As Medplum's clients: has a secret, may redeem codes without it, is checked whenever it sends one.
    Medplum,
}

impl ClientType {
    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Confidential => "confidential",
            Self::Medplum => "medplum",
        }
    }

    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Confidential, Self::Medplum].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whether a client may be used. Off means off at once, for its tokens too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientStatus {
    /// May be used.
    Active,
    /// Switched off.
    Off,
    /// Medplum's third state; treated as off.
    Error,
}

impl ClientStatus {
    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Off => "off",
            Self::Error => "error",
        }
    }

    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Off, Self::Error].into_iter().find(|status| status.as_str() == text)
    }
}

/// A live client secret: its digest and its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredSecret {
    /// SHA-256 of the secret.
    pub digest: Digest<ClientSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused; `None` for a secret that lives until it is replaced.
    pub expires_at: Option<Timestamp>,
}

impl StoredSecret {
    /// Whether the secret is refused because of its age.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|ends| ends <= now)
    }
}

/// Which of the two live secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretSlot {
    /// The newest.
    Current,
    /// The one that is on its way out.
    Retiring,
}

/// A client.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`.
    pub id: Id<Client>,
    /// Project.
    pub project: Id<Project>,
    /// Name.
    pub name: String,
    /// Type.
    pub client_type: ClientType,
    /// Status.
    pub status: ClientStatus,
    /// The newest secret.
    pub secret: Option<StoredSecret>,
    /// The retiring secret.
    pub retiring_secret: Option<StoredSecret>,
    /// Everything that needs no column.
    pub settings: ClientSettings,
    /// Our secret at the client's identity provider, sealed.
    pub provider_secret: Option<Sealed>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: u32,
}

/// Settings of a client, in Medplum's `ClientApplication` names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientSettings {
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Registered redirect URIs, compared byte by byte.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Registered targets after sign-out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins that may call from a browser.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// Where the client starts a launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_uri: Option<String>,
    /// Allowed grants; `None` allows all that fit the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<GrantType>>,
    /// Codes may be redeemed without PKCE.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pkce_optional: bool,
    /// Scope when a request names none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_scope: Vec<String>,
    /// Where the client's keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Such as `1h`; absent is one hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<String>,
    /// Such as `2w`; absent is two weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_lifetime: Option<String>,
    /// `ES256` (absent) or `RS256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// Where a magic link hands over, with `{code}` in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub magic_link_template: Option<String>,
    /// External provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<IdentityProvider>,
    /// What Auth0 keeps of an application beyond all this; absent for clients that were never seen by its Management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth0: Option<Box<Auth0Application>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The external provider of a client, without its secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdentityProvider {
    /// The provider's userinfo endpoint.
    pub user_info_url: String,
    /// The provider's authorization endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// The provider's token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// Our client id at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Match by `sub` instead of by e-mail.
    pub use_subject: bool,
    /// Refuse an answer without `email_verified: true`.
    pub require_verified_email: bool,
    /// The provider's issuer: `iss` of a signed userinfo answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whom the provider's access tokens must be for: `aud`, `azp` or `client_id` of a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Where the provider's keys are, for signed userinfo answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How this server proves itself at a provider's token endpoint [RFC6749 §2.3.1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAuthMethod {
    /// In the `Authorization` header.
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
}

impl TokenAuthMethod {
    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "client_secret_basic" => Some(Self::ClientSecretBasic),
            "client_secret_post" => Some(Self::ClientSecretPost),
            _ => None,
        }
    }
}

/// `tokenAuthMethod` and `usePkce` stand among the members that only some providers have.
impl IdentityProvider {
    /// Whether people can sign in at this provider: it has an address for that, a token endpoint, and knows us. One without
    /// serves the exchange of tokens alone.
    pub fn signs_people_in(&self) -> bool {
        let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        filled(&self.authorize_url) && filled(&self.token_url) && filled(&self.client_id)
    }

    /// `tokenAuthMethod`: `client_secret_basic` unless told.
    pub fn token_auth_method(&self) -> TokenAuthMethod {
        let told = self.extra.get("tokenAuthMethod").and_then(Value::as_str).and_then(TokenAuthMethod::parse);
        told.unwrap_or(TokenAuthMethod::ClientSecretBasic)
    }

    /// `usePkce`: an app that begins a sign-in by itself sends the provider a challenge, and the token endpoint gets what
    /// the app's `state` names as its challenge. The hosted page uses PKCE always.
    pub fn use_pkce(&self) -> bool {
        self.extra.get("usePkce") == Some(&Value::Bool(true))
    }
}

/// Life of an access token unless the client says otherwise: one hour.
pub const ACCESS_TOKEN_LIFETIME: u32 = 3_600;

impl Client {
    /// Whether the client may use `grant`: by its list, and by its type (a public client has no client credentials).
    pub fn allows(&self, grant: GrantType) -> bool {
        let by_type = !(self.client_type == ClientType::Public && grant == GrantType::ClientCredentials);
        // What reaches into other people's systems is never allowed by silence.
        let unlisted = grant != GrantType::FederatedConnectionAccessToken;
        by_type && self.settings.grant_types.as_ref().map_or(unlisted, |listed| listed.contains(&grant))
    }

    /// `client_id` as this client's tokens and answers write it: the hyphenated UUID, or, for one that was made through
    /// Auth0's Management API, its 32 digits.
    pub fn client_id(&self) -> String {
        if self.is_auth0s() { self.id.uuid().simple().to_string() } else { self.id.to_string() }
    }

    /// Whether it was made through Auth0's Management API: then it gets tokens of its own for an API only.
    pub fn is_auth0s(&self) -> bool {
        self.settings.auth0.as_ref().is_some_and(|auth0| auth0.compact_id)
    }

    /// Reads a `client_id` in either form.
    pub fn parse_client_id(text: &str) -> Option<Id<Self>> {
        match text.len() {
            32 => uuid::Uuid::try_parse(text).ok().map(Id::from_uuid),
            _ => Id::parse(text),
        }
    }

    /// Whether each use of a refresh token gives a new one [RFC9700 §4.14.2]. Off only where Auth0's `rotation_type` says
    /// so.
    pub fn rotates_refresh_tokens(&self) -> bool {
        self.settings
            .auth0
            .as_ref()
            .and_then(|auth0| auth0.refresh_token.as_ref())
            .is_none_or(|settings| settings.rotation_type == RotationType::Rotating)
    }

    /// Life of an access token in seconds.
    pub fn access_token_lifetime(&self) -> u32 {
        self.settings
            .access_token_lifetime
            .as_deref()
            .and_then(anteroom_oauth::lifetime::parse)
            .unwrap_or(ACCESS_TOKEN_LIFETIME)
    }

    /// Seconds after which a family of refresh tokens ends however often it is used.
    pub fn refresh_family_lifetime(&self) -> u32 {
        let settings = self.settings.auth0.as_ref().and_then(|auth0| auth0.refresh_token.as_ref());
        settings.and_then(auth0::RefreshTokenSettings::absolute_lifetime).unwrap_or(FAMILY_LIFETIME)
    }

    /// Life of a refresh token in seconds.
    pub fn refresh_token_lifetime(&self) -> u32 {
        let settings = self.settings.auth0.as_ref().and_then(|auth0| auth0.refresh_token.as_ref());
        if let Some(idle) = settings.and_then(auth0::RefreshTokenSettings::idle_lifetime) {
            return idle;
        }
        self.settings
            .refresh_token_lifetime
            .as_deref()
            .and_then(anteroom_oauth::lifetime::parse)
            .unwrap_or(REFRESH_TOKEN_LIFETIME)
    }

    /// Whether a code flow may do without PKCE. Never for a public client [RFC9700 §2.1.1], and so for no app [RFC8252 §8.1].
    pub fn may_omit_pkce(&self) -> bool {
        self.settings.pkce_optional && self.client_type != ClientType::Public
    }

    /// Whether tokens of this client are signed with RS256.
    pub fn signs_with_rs256(&self) -> bool {
        self.settings.id_token_signed_response_alg.as_deref() == Some("RS256")
    }

    /// The scope a request gets that names none.
    pub fn default_scope(&self) -> String {
        if self.settings.default_scope.is_empty() {
            "openid".to_owned()
        } else {
            self.settings.default_scope.join(" ")
        }
    }
}
