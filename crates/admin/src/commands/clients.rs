//! Client applications.

pub mod advice;
mod deleted;
mod duplicate;
mod history;
mod lint;
mod read;
mod secrets;
mod write;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use self::deleted::{DeletedClient, DeletedClients, ListDeleted};
pub(crate) use self::deleted::{delete_preview, list_deleted, restore};
pub use self::duplicate::Duplicate;
pub(crate) use self::duplicate::duplicate;
pub use self::history::{History, Undo};
pub(crate) use self::history::{history, undo};
pub use self::lint::{FieldProblem, Lint, LintAll, Linted, LintedAll, LintedClient};
pub(crate) use self::lint::{lint, lint_all, lint_new};
pub(crate) use self::read::{find, get, list, view};
pub(crate) use self::secrets::{retire_secret, rotate_secret};
pub(crate) use self::write::{
    add_redirect_uri, create, delete, merge_provider, remove_redirect_uri, set_status, update,
};

use crate::page::Page;

/// How a client can prove who it is (product decision: an explicit field, never guessed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// Cannot keep a secret: a browser or a phone app.
    Public,
    /// Keeps a secret: a server.
    Confidential,
    /// As Medplum's clients: has a secret, may redeem codes without it, is checked whenever it sends one.
    Medplum,
}

/// Whether a client may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ClientStatus {
    /// May be used.
    Active,
    /// Off: every request of it is refused, and so are its tokens.
    Off,
}

/// Lists client applications.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Matches name, id and redirect URIs; empty matches all.
    pub search: String,
    /// Only this type.
    pub client_type: Option<ClientType>,
    /// Only this status.
    pub status: Option<ClientStatus>,
    /// First row, from 0.
    pub offset: u32,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientSummary {
    /// What commands name it by.
    pub id: String,
    /// `client_id`, as tokens and the Management API write it.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Type.
    pub client_type: ClientType,
    /// Status.
    pub status: ClientStatus,
    /// First redirect URI, if any.
    pub redirect_uri: Option<String>,
    /// How many redirect URIs there are.
    pub redirect_uri_count: u32,
    /// Unix seconds of the last token request that succeeded.
    #[ts(type = "number | null")]
    pub last_used_at: Option<i64>,
    /// Unix seconds.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// List response.
pub type Listed = Page<ClientSummary>;

/// Names one client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// `client_id`, in either form.
    pub id: String,
}

/// Creates a client application. A `confidential` or `medplum` client gets a secret, shown once.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Type; cannot be changed to or from `public` later.
    pub client_type: ClientType,
    /// Redirect URIs, each checked as at registration.
    pub redirect_uris: Vec<String>,
    /// Whether the client's own membership is a project admin (it may then issue magic links over HTTP).
    pub admin: bool,
}

/// A new client or a new secret. The secret cannot be read again.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IssuedSecret {
    /// The client.
    pub client: Client,
    /// The client secret; absent for a public client.
    pub secret: Option<String>,
}

/// A client application, whole, without any secret.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// What commands name it by.
    pub id: String,
    /// `client_id`, as tokens and the Management API write it.
    pub client_id: String,
    /// Name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// Type.
    pub client_type: ClientType,
    /// Status.
    pub status: ClientStatus,
    /// Registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Registered targets after sign-out.
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins that may call from a browser.
    pub allowed_origins: Vec<String>,
    /// Where the client starts a launch.
    pub launch_uri: Option<String>,
    /// Allowed `grant_type` values; empty means all that fit the type.
    pub grant_types: Vec<String>,
    /// Whether codes may be redeemed without PKCE.
    pub pkce_optional: bool,
    /// Scope when a request names none.
    pub default_scope: Vec<String>,
    /// Where the client's keys are.
    pub jwks_uri: Option<String>,
    /// Such as `1h`; absent is one hour.
    pub access_token_lifetime: Option<String>,
    /// Such as `2w`; absent is two weeks.
    pub refresh_token_lifetime: Option<String>,
    /// `ES256` or `RS256`.
    pub id_token_signed_response_alg: String,
    /// Where a magic link hands over, with `{code}` in it.
    pub magic_link_template: Option<String>,
    /// External provider for token exchange and sign-in.
    pub identity_provider: Option<IdentityProvider>,
    /// Name of the access policy of the client's own membership.
    pub access_policy: Option<String>,
    /// Names of its further ones, given over FHIR or in a workspace file.
    pub further_access_policies: Vec<String>,
    /// Whether the client's own membership is a project admin.
    pub admin: bool,
    /// Live secrets, newest first, at most two; never their values.
    pub secrets: Vec<SecretSummary>,
    /// What keeps this client from working, or puts it at risk.
    pub advice: Vec<Advice>,
    /// Unix seconds of the last token request that succeeded.
    #[ts(type = "number | null")]
    pub last_used_at: Option<i64>,
    /// Unix seconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Unix seconds.
    #[ts(type = "number")]
    pub updated_at: i64,
    /// Grows with each change; an update names the one it saw.
    pub version: u32,
}

/// A live secret.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretSummary {
    /// Whether this is the retiring one.
    pub retiring: bool,
    /// Unix seconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Unix seconds of its last use.
    #[ts(type = "number | null")]
    pub last_used_at: Option<i64>,
    /// Unix seconds from when on it is refused.
    #[ts(type = "number | null")]
    pub expires_at: Option<i64>,
}

/// A remark of the engine about a client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// `error`, `warning` or `ok`.
    pub severity: String,
    /// Name of the rule, key of its sentence in the catalogue.
    pub rule: String,
    /// Values the sentence needs.
    pub values: Vec<String>,
    /// The tab where it is put right; empty when there is nothing to do.
    pub tab: String,
    /// The one change that mends it, where there is one.
    pub fix: Option<Fix>,
}

/// A change that mends what a remark is about.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// The member of [`ClientChanges`].
    pub field: String,
    /// Its new value; of an object only the members that change.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// The external provider of a client.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityProvider {
    /// The provider's userinfo endpoint; the only required member.
    pub user_info_url: String,
    /// The provider's authorization endpoint.
    pub authorize_url: Option<String>,
    /// The provider's token endpoint.
    pub token_url: Option<String>,
    /// Our client id at the provider.
    pub client_id: Option<String>,
    /// Our secret at the provider: write only. Absent in an update keeps the stored one.
    pub client_secret: Option<String>,
    /// Whether a secret is stored (in answers).
    #[serde(default)]
    pub has_client_secret: bool,
    /// Match by `sub` instead of by e-mail.
    pub use_subject: bool,
    /// Refuse an answer without `email_verified: true`.
    pub require_verified_email: bool,
    /// The provider's issuer, `iss` of a signed answer. In an update absent keeps, empty clears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub issuer: Option<String>,
    /// Whom the provider's access tokens must be for. In an update absent keeps, empty clears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub audience: Option<String>,
    /// Where the provider's keys are, for signed answers. In an update absent keeps, empty clears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub jwks_url: Option<String>,
}

/// Changes of a client; an absent member stays, `null` where allowed clears.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct ClientChanges {
    /// Name.
    pub name: Option<String>,
    /// Free text; empty clears.
    pub description: Option<String>,
    /// `confidential` and `medplum` may be swapped.
    pub client_type: Option<ClientType>,
    /// Registered targets after sign-out.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Origins that may call from a browser.
    pub allowed_origins: Option<Vec<String>>,
    /// Empty clears.
    pub launch_uri: Option<String>,
    /// Allowed grants.
    pub grant_types: Option<Vec<String>>,
    /// PKCE may be left out.
    pub pkce_optional: Option<bool>,
    /// Default scope.
    pub default_scope: Option<Vec<String>>,
    /// Empty clears.
    pub jwks_uri: Option<String>,
    /// Empty clears.
    pub access_token_lifetime: Option<String>,
    /// Empty clears.
    pub refresh_token_lifetime: Option<String>,
    /// `ES256` or `RS256`.
    pub id_token_signed_response_alg: Option<String>,
    /// Empty clears.
    pub magic_link_template: Option<String>,
    /// The provider; an empty `userInfoUrl` removes it.
    pub identity_provider: Option<IdentityProvider>,
    /// Name of a policy; empty clears.
    pub access_policy: Option<String>,
    /// Admin right of the client's own membership.
    pub admin: Option<bool>,
}

/// Updates a client. Refused with `conflict` when `version` is not the newest.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// `client_id`.
    pub id: String,
    /// The version the caller saw.
    pub version: u32,
    /// What changes.
    pub changes: ClientChanges,
}

/// Adds or removes one redirect URI.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedirectUri {
    /// `client_id`.
    pub id: String,
    /// The URI, exactly as it will be compared.
    pub uri: String,
}

/// Makes a new secret.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RotateSecret {
    /// `client_id`.
    pub id: String,
    /// Keep the old secret working beside the new one (`true`), or cut it off now.
    pub overlap: bool,
    /// Hours after which the old secret ends by itself, 1 to 744; absent until it is retired.
    #[serde(default)]
    pub overlap_hours: Option<u32>,
    /// Days after which the new secret ends, 1 to 731; absent for never.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// Switches a client on or off.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetStatus {
    /// `client_id`.
    pub id: String,
    /// The new status.
    pub status: ClientStatus,
}

/// Deletes a client with its codes and sign-ins. `name` must be the client's name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delete {
    /// `client_id`.
    pub id: String,
    /// The client's name, typed by the person.
    pub name: String,
}

/// What went with the client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// Live sign-ins that ended.
    pub sessions: u32,
    /// Outstanding magic links that died.
    pub magic_links: u32,
}
