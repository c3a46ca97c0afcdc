//! The members of the workspace file, as `docs/workspace.schema.json` shows them.

use std::borrow::Cow;

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::jose::Alg;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::apis::{WorkspaceApi, WorkspaceClientGrant, WorkspaceConnection, WorkspaceManagementClient};
use super::given::{ClearText, Given};
use crate::id::Id;
use crate::model::access_policy::IpAction;
use crate::model::client::auth0::AppType;
use crate::model::client::{ClientStatus, ClientType};
use crate::model::membership::AccessParameter;
use crate::model::project::{Dialect, DomainConfiguration};
use crate::model::{AccessPolicy, Client, Membership, Project, User};
use crate::service::rates::RateLimits;

/// A workspace file: what it names exists afterwards with these values; what it does not name is left alone.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Anteroom workspace file")]
pub struct Workspace {
    /// Where the schema of this file is, for editors. Not read.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Requests one address may send in a minute, for the whole server. Left out, they stay as they are; at first they are
    /// Medplum's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<RateLimits>,
    /// Projects.
    #[serde(default)]
    pub projects: Vec<WorkspaceProject>,
}

/// A project. Found by `id`; without one, by `name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceProject {
    /// Id; made when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<Project>>,
    /// Name.
    pub name: String,
    /// In which words refusals are given; `rfc` unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub dialect: Given<Dialect>,
    /// A second presentation of a spent code ends the session it made. Follows the dialect unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub revoke_on_replay: Given<bool>,
    /// Calls of `/auth/preauthorize` one client may make in a minute; 0 is no limit; 200 unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub preauthorize_per_minute: Given<u32>,
    /// `host:port` pairs that outside calls may reach though they are not public.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub allowed_outbound_hosts: Given<Vec<String>>,
    /// Identity providers of e-mail domains.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub domain_configurations: Given<Vec<DomainConfiguration>>,
    /// Access policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_policies: Vec<WorkspacePolicy>,
    /// Client applications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<WorkspaceClient>,
    /// People.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<WorkspaceMember>,
    /// APIs (resource servers).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<WorkspaceApi>,
    /// Connections to external providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<WorkspaceConnection>,
    /// What clients may ask of APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_grants: Vec<WorkspaceClientGrant>,
    /// Clients of the Management API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub management_clients: Vec<WorkspaceManagementClient>,
}

/// A client application. Found by `id`; without one, by `name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceClient {
    /// `client_id`; made when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<Client>>,
    /// Name.
    pub name: String,
    /// How the client can prove who it is; a new client must say it.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub client_type: Given<ClientType>,
    /// The client secret, in clear; stored as a digest.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub secret: Given<ClearText>,
    /// A second secret that still works; stored as a digest.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub retiring_secret: Given<ClearText>,
    /// Whether the client may be used; `active` unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub status: Given<ClientStatus>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub description: Given<String>,
    /// Registered redirect URIs, compared byte by byte.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub redirect_uris: Given<Vec<String>>,
    /// Registered targets after sign-out.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub post_logout_redirect_uris: Given<Vec<String>>,
    /// Origins that may call from a browser.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub allowed_origins: Given<Vec<String>>,
    /// Where the client starts a launch.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub launch_uri: Given<String>,
    /// Allowed grants; all that fit the type unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    #[schemars(schema_with = "grant_types")]
    pub grant_types: Given<Vec<GrantType>>,
    /// Codes may be redeemed without PKCE.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub pkce_optional: Given<bool>,
    /// Scope when a request names none.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub default_scope: Given<Vec<String>>,
    /// Where the client's keys are.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub jwks_uri: Given<String>,
    /// Such as `1h`, which it is unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub access_token_lifetime: Given<String>,
    /// Such as `2w`, which it is unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub refresh_token_lifetime: Given<String>,
    /// `ES256` unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    #[schemars(schema_with = "algorithms")]
    pub id_token_signed_response_alg: Given<Alg>,
    /// Where a magic link hands over, with `{code}` in it.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub magic_link_template: Given<String>,
    /// External provider.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub identity_provider: Given<WorkspaceProvider>,
    /// Whether the client's own membership is a project admin.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub admin: Given<bool>,
    /// Name of the access policy of the client's own membership.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub access_policy: Given<String>,
    /// Further access policies of the client's own membership.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub access: Given<Vec<WorkspaceAccess>>,
    /// What kind of application Auth0 would call it.
    #[serde(rename = "app_type", default, skip_serializing_if = "Given::is_absent")]
    pub app_type: Given<AppType>,
    /// The identifier of the API a Custom API Client acts for; with `app_type` `resource_server`. Decided when it is made.
    #[serde(rename = "resource_server_identifier", default, skip_serializing_if = "Given::is_absent")]
    pub resource_server_identifier: Given<String>,
}

impl WorkspaceClient {
    /// A client of which only the name is given.
    pub fn named(name: &str) -> Self {
        Self {
            id: None,
            name: name.to_owned(),
            client_type: Given::Absent,
            secret: Given::Absent,
            retiring_secret: Given::Absent,
            status: Given::Absent,
            description: Given::Absent,
            redirect_uris: Given::Absent,
            post_logout_redirect_uris: Given::Absent,
            allowed_origins: Given::Absent,
            launch_uri: Given::Absent,
            grant_types: Given::Absent,
            pkce_optional: Given::Absent,
            default_scope: Given::Absent,
            jwks_uri: Given::Absent,
            access_token_lifetime: Given::Absent,
            refresh_token_lifetime: Given::Absent,
            id_token_signed_response_alg: Given::Absent,
            magic_link_template: Given::Absent,
            identity_provider: Given::Absent,
            admin: Given::Absent,
            access_policy: Given::Absent,
            access: Given::Absent,
            app_type: Given::Absent,
            resource_server_identifier: Given::Absent,
        }
    }
}

/// The external provider of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceProvider {
    /// The provider's userinfo endpoint.
    pub user_info_url: String,
    /// The provider's authorization endpoint.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub authorize_url: Given<String>,
    /// The provider's token endpoint.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub token_url: Given<String>,
    /// Our client id at the provider.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub client_id: Given<String>,
    /// Our secret at the provider; stored sealed.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub client_secret: Given<ClearText>,
    /// Match by `sub` instead of by e-mail.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub use_subject: Given<bool>,
    /// Refuse an answer without `email_verified: true`.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub require_verified_email: Given<bool>,
    /// The provider's issuer: `iss` of a signed userinfo answer.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub issuer: Given<String>,
    /// Whom the provider's access tokens must be for: `aud`, `azp` or `client_id` of a JWT.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub audience: Given<String>,
    /// Where the provider's keys are, for signed userinfo answers.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub jwks_url: Given<String>,
    /// How this server proves itself at the token endpoint: `client_secret_basic` (unless told) or `client_secret_post`.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub token_auth_method: Given<String>,
    /// Apps that begin a sign-in by themselves send the provider a challenge.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub use_pkce: Given<bool>,
}

/// A member of the project: a person with a profile. Found by the first of `membershipId`, `email`, `externalId` and the
/// profile's `id` that is given; one of them must be.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceMember {
    /// Id of the membership; made when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership_id: Option<Id<Membership>>,
    /// Id of the person's account, `sub` of their tokens; made when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Id<User>>,
    /// E-mail address; unique in the project.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub email: Given<String>,
    /// Whether somebody verified the e-mail address.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub email_verified: Given<bool>,
    /// Password in clear; stored as an Argon2id hash.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub password: Given<ClearText>,
    /// Whether signing in with a password needs a second factor; who has none yet sets one up while signing in.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub mfa_required: Given<bool>,
    /// Project admin.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub admin: Given<bool>,
    /// May issue magic links, and nothing else.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub desk: Given<bool>,
    /// Inactive members get nothing; `true` unless told.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub active: Given<bool>,
    /// Subject at an identity provider; unique in the project.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub external_id: Given<String>,
    /// Name of an access policy.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub access_policy: Given<String>,
    /// Further access policies: what any of them allows is allowed.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub access: Given<Vec<WorkspaceAccess>>,
    /// The profile, a FHIR resource with `resourceType` and perhaps `id`; a new member must have one. Its other members
    /// replace the stored ones, `null` removes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "profile")]
    pub profile: Option<Map<String, Value>>,
}

/// A further access policy of a membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceAccess {
    /// Name of the access policy.
    pub policy: String,
    /// What the variables in it stand for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<AccessParameter>,
}

/// An access policy. Found by `id`; without one, by `name`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspacePolicy {
    /// Id; made when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id<AccessPolicy>>,
    /// Name; unique in the project.
    pub name: String,
    /// Which resources its members may use, as Medplum writes it.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub resource: Given<Vec<Map<String, Value>>>,
    /// Compartment, as Medplum writes it.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub compartment: Given<Map<String, Value>>,
    /// The policies it builds on, as Medplum writes it.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub based_on: Given<Vec<Map<String, Value>>>,
    /// IP rules, in order; the first that matches decides.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ip_access_rule: Given<Vec<WorkspaceIpRule>>,
}

/// One IP rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceIpRule {
    /// Name of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `*`, a whole address, or the beginning of one.
    pub value: String,
    /// What happens on a match.
    pub action: IpAction,
}

fn grant_types(_: &mut SchemaGenerator) -> Schema {
    let words = GrantType::ALL.map(GrantType::as_str);
    schemars::json_schema!({ "type": ["array", "null"], "items": { "type": "string", "enum": words } })
}

fn algorithms(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<Value> = Alg::OURS.iter().map(|alg| alg.as_str().into()).chain([Value::Null]).collect();
    schemars::json_schema!({ "enum": words })
}

fn profile(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "type": ["object", "null"],
        "properties": {
            "resourceType": { "enum": ["Patient", "Practitioner", "RelatedPerson"] },
            "id": { "type": "string", "format": "uuid" },
        },
        "required": ["resourceType"],
    })
}

impl<K> JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "format": "uuid" })
    }
}
