//! A project: what clients, people and policies belong to.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::{Client, Membership};
use crate::timestamp::Timestamp;

/// In which words refusals are given. The dialect changes words, never a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The RFC's code and status, Medplum's phrase as `error_description`.
    #[default]
    Rfc,
    /// Medplum's exact status, code and body.
    Medplum,
}

impl Dialect {
    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Medplum => "medplum",
        }
    }

    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "rfc" => Some(Self::Rfc),
            "medplum" => Some(Self::Medplum),
            _ => None,
        }
    }
}

/// A project.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Id.
    pub id: Id<Project>,
    /// Name.
    pub name: String,
    /// In which words refusals are given.
    pub dialect: Dialect,
    /// Everything that needs no column.
    pub settings: ProjectSettings,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Settings of a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectSettings {
    /// A second presentation of a spent code ends the session it made. `None` follows the dialect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_on_replay: Option<bool>,
    /// `host:port` pairs that outside calls may reach though they are not public.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_outbound_hosts: Vec<String>,
    /// Calls of `/auth/preauthorize` one client may make in a minute; 0 is no limit. `None` is the default of 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preauthorize_per_minute: Option<u32>,
    /// Whom people call when a link does not work: stands on sheets and on the landing page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk_phone: Option<String>,
    /// Identity providers of e-mail domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domain_configurations: Vec<DomainConfiguration>,
    /// The window is locked to the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk_mode: Option<DeskMode>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// `DomainConfiguration`: people with an e-mail address in `domain` sign in at the identity provider of a client. Unlike
/// Medplum's, it belongs to a project, and names a client instead of holding a provider of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainConfiguration {
    /// The domain, in lower case; one project of the server has it.
    pub domain: String,
    /// The client whose provider it is, and that signs in when an app names none.
    pub client: Id<Client>,
    /// Where `returnTo` of a sign-in may lead, character for character.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_post_login_redirect_urls: Vec<String>,
}

/// A window that is locked to the desk: it searches people, issues, prints and takes back links, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeskMode {
    /// In whose name it acts.
    pub member: Id<Membership>,
    /// Seconds without a touch after which the screen is cleared.
    pub idle_seconds: u32,
}

impl Project {
    /// Whether a replayed code ends the session it made.
    pub fn revoke_on_replay(&self) -> bool {
        self.settings.revoke_on_replay.unwrap_or(self.dialect == Dialect::Medplum)
    }

    /// Calls of `/auth/preauthorize` one client may make in a minute.
    pub fn preauthorize_per_minute(&self) -> u32 {
        match self.settings.preauthorize_per_minute {
            None => 200,
            Some(0) => u32::MAX,
            Some(limit) => limit,
        }
    }
}
