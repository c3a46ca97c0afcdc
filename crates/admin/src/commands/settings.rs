//! Settings: project, signing keys.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::home::{EngineState, ProjectSummary};

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Get {}

/// What can be set.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The project.
    pub project: ProjectSummary,
    /// A second presentation of a spent code ends the session it made (Medplum's behaviour).
    pub revoke_on_replay: bool,
    /// The listener.
    pub engine: EngineState,
    /// Folder of the database and the keys.
    pub data_dir: String,
    /// Where the master key is: `keychain`, `passphrase` or `file`.
    pub master_key: String,
    /// Signing keys, newest first.
    pub signing_keys: Vec<SigningKeySummary>,
}

/// A signing key, public half.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SigningKeySummary {
    /// `kid`.
    pub kid: String,
    /// `ES256` or `RS256`.
    pub alg: String,
    /// `current` signs; `previous` only verifies.
    pub state: String,
    /// Unix seconds.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Unix seconds after which it leaves the JWKS (previous keys only).
    #[ts(type = "number | null")]
    pub leaves_at: Option<i64>,
}

/// Changes settings; an absent member stays.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Update {
    /// Project name.
    #[serde(default)]
    pub project_name: Option<String>,
    /// `rfc` or `medplum`.
    #[serde(default)]
    pub dialect: Option<String>,
    /// See [`Settings::revoke_on_replay`].
    #[serde(default)]
    pub revoke_on_replay: Option<bool>,
}

/// Makes a new signing key; the old one stays in the JWKS until every token it signed has ended.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateKey {
    /// `ES256` or `RS256`.
    pub alg: String,
}
