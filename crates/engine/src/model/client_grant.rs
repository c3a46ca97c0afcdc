//! Client grants: what a client may ask of an API, for people or for itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::resource_server::SystemApi;
use crate::model::{Client, Project, ResourceServer};
use crate::timestamp::Timestamp;

/// Which API: one of the project's own, or one that every project has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiRef {
    /// One of the project's own.
    Own(Id<ResourceServer>),
    /// One that every project has.
    System(SystemApi),
}

/// `subject_type`: in whose name tokens are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// The client's own: client credentials.
    #[default]
    Client,
    /// A person's.
    User,
}

impl SubjectType {
    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::User => "user",
        }
    }

    /// From the wire value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Client, Self::User].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A client grant. A client has one at most for an API and a subject type.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientGrant {
    /// Id; `cgr_…` on the wire.
    pub id: Id<ClientGrant>,
    /// Project.
    pub project: Id<Project>,
    /// The client that may ask.
    pub client: Id<Client>,
    /// The API.
    pub api: ApiRef,
    /// In whose name.
    pub subject_type: SubjectType,
    /// `scope`: the words it may ask for.
    pub scope: Vec<String>,
    /// `allow_all_scopes`: every scope the API has, those it gets later too.
    pub allow_all_scopes: bool,
    /// Members that are kept and do nothing here (`organization_usage` …).
    pub rest: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ClientGrant {
    /// What its id begins with on the wire.
    pub const PREFIX: &str = "cgr_";

    /// Whether it covers a scope.
    pub fn covers(&self, scope: &str) -> bool {
        self.allow_all_scopes || self.scope.iter().any(|own| own == scope)
    }
}
