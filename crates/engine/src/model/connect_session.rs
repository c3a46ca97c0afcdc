//! Connect sessions: connected-accounts requests on their way, from `connect` to `complete`.
//!
//! A session belongs to one person, one client and, once its ticket was opened, one browser. Each of its values is kept as
//! a digest and works once.

use std::collections::BTreeMap;

use anteroom_oauth::secret::{AuthSession, ConnectCode, ConnectTicket, Cookie, Digest, ProviderState};
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::model::{Client, Connection, Project, User};
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// Seconds a session lives, from `connect` to `complete`.
pub const CONNECT_LIFETIME: u32 = 300;

/// A connected-accounts request on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectSession {
    /// Id.
    pub id: Id<ConnectSession>,
    /// Project.
    pub project: Id<Project>,
    /// For whom.
    pub user: Id<User>,
    /// The connection.
    pub connection: Id<Connection>,
    /// The client that asked; none when an admin began it in the window. Then the browser's part completes it.
    pub client: Option<Id<Client>>,
    /// Digest of `auth_session`.
    pub auth_session: Digest<AuthSession>,
    /// Digest of `ticket`.
    pub ticket: Digest<ConnectTicket>,
    /// What was asked for.
    pub request: ConnectRequest,
    /// Digest of the cookie of the browser that opened the ticket.
    pub browser: Option<Digest<Cookie>>,
    /// Digest of the `state` that went to the provider.
    pub provider_state: Option<Digest<ProviderState>>,
    /// Digest of the code the browser took back to the client.
    pub connect_code: Option<Digest<ConnectCode>>,
    /// What the provider gave, sealed, until the client completes: [`ConnectSession::place`].
    pub granted: Option<Sealed>,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when it can be completed.
    pub expires_at: Timestamp,
    /// When the ticket was opened.
    pub opened_at: Option<Timestamp>,
    /// When the browser came back from the provider.
    pub answered_at: Option<Timestamp>,
    /// When it ended: completed, or failed.
    pub finished_at: Option<Timestamp>,
}

/// What a client asked for, after every check of `connect`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectRequest {
    /// Where the browser goes in the end; none when an admin began it in the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// `state`, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `code_challenge`, S256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// `scopes`: in place of the connection's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// `authorization_params`: passed on to the provider.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub authorization_params: BTreeMap<String, String>,
}

impl ConnectSession {
    /// Whether it can still go on.
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.finished_at.is_none() && now < self.expires_at
    }

    /// Where what the provider gave is sealed.
    pub fn place(&self) -> String {
        format!("connect_session/{}/{}/{}", self.user, self.connection, self.id)
    }
}
