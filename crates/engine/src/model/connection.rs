//! Connections: external providers whose tokens the vault keeps for people.

use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::Project;
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// A connection. Which clients may use it stands beside it
/// ([`Connections::connection_clients`](crate::store::Connections::connection_clients)).
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Id; `con_…` on the wire.
    pub id: Id<Connection>,
    /// Project.
    pub project: Id<Project>,
    /// `name`; unique in the project, never changes.
    pub name: String,
    /// `strategy`: `oidc`, `oauth2`, `google-oauth2` …
    pub strategy: String,
    /// `display_name`.
    pub display_name: Option<String>,
    /// `options`, without `client_secret`.
    pub options: Map<String, Value>,
    /// `options.client_secret`: our secret at the provider, sealed.
    pub client_secret: Option<Sealed>,
    /// `authentication.active`.
    pub authentication: bool,
    /// `connected_accounts.active`: whether people may fill the vault through it.
    pub connected_accounts: bool,
    /// Members that are kept and do nothing here (`metadata`, `realms` …).
    pub rest: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Connection {
    /// What its id begins with on the wire.
    pub const PREFIX: &str = "con_";

    /// A text among the options.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).and_then(Value::as_str)
    }

    /// `options.scope` as words: one text with spaces (`oidc`) or a list (`oauth2` and the others).
    pub fn scopes(&self) -> Vec<&str> {
        match self.options.get("scope") {
            Some(Value::String(text)) => text.split([' ', ',']).filter(|word| !word.is_empty()).collect(),
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}
