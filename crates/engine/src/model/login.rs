//! `Login`: one sign-in. Every token names its login, and dies with it.

use crate::id::Id;
use crate::model::{Client, Membership, PreAuthorizedCode, Project, SmartAppLaunch};
use crate::timestamp::Timestamp;

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// Client credentials.
    Client,
    /// A pre-authorized code.
    PreAuthorized,
    /// A password on the sign-in page, or through `/auth/login`.
    Password,
    /// Another issuer's token.
    Exchange,
    /// Nothing: a run of the playground signed in as this person.
    Persona,
    /// An identity provider, through `/auth/external`.
    External,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Client, Self::PreAuthorized, Self::Password, Self::Exchange, Self::Persona, Self::External];

    /// Medplum's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::PreAuthorized => "pre-authorized",
            Self::Password => "password",
            Self::Exchange => "exchange",
            Self::Persona => "persona",
            Self::External => "external",
        }
    }

    /// From Medplum's word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// A sign-in. A hot row: narrow, its id is time-ordered.
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    /// `login_id`.
    pub id: Id<Login>,
    /// Project.
    pub project: Id<Project>,
    /// The client the tokens are for.
    pub client: Id<Client>,
    /// Who signed in.
    pub membership: Id<Membership>,
    /// How.
    pub auth_method: AuthMethod,
    /// When.
    pub auth_time: Timestamp,
    /// Granted scope.
    pub scope: String,
    /// From which address.
    pub remote_address: Option<String>,
    /// When its last token ends; then the row may go.
    pub expires_at: Timestamp,
    /// When it was ended early.
    pub revoked_at: Option<Timestamp>,
    /// The code it came from.
    pub pre_authorized_code: Option<Id<PreAuthorizedCode>>,
    /// The API its tokens are for, as it was named; `None` for this server's own endpoints.
    pub audience: Option<String>,
    /// The launch of an EHR it came from.
    pub launch: Option<Id<SmartAppLaunch>>,
}

impl Login {
    /// Whether tokens of this login are still good.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
