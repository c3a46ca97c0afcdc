//! Interactions: authorization requests that wait for a person. Each belongs to the browser that began it.

use anteroom_oauth::pkce::{CodeChallenge, CodeChallengeMethod};
use anteroom_oauth::secret::{Cookie, Digest};
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::model::login::AuthMethod;
use crate::model::{Client, Membership, Project, Session, SmartAppLaunch, User};
use crate::timestamp::Timestamp;

/// Seconds a person may take.
pub const INTERACTION_LIFETIME: u32 = 1_800;

/// An authorization request that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Interaction {
    /// Id: part of the page's address.
    pub id: Id<Interaction>,
    /// Project.
    pub project: Id<Project>,
    /// The client that asked.
    pub client: Id<Client>,
    /// Digest of the cookie of the browser that began it; none when a program asked (`/auth/login`).
    pub browser: Option<Digest<Cookie>>,
    /// What the client asked for, checked.
    pub request: AuthorizationRequest,
    /// Who is there.
    pub who: Option<Who>,
    /// As whom, once that is known.
    pub membership: Option<Id<Membership>>,
    /// Whether the person has typed or pressed something in this interaction.
    pub seen: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// When it ended: with a code, or with a refusal.
    pub finished_at: Option<Timestamp>,
}

/// Who signed in, when and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub user: Id<User>,
    /// The browser session; none when no browser was involved.
    pub session: Option<Id<Session>>,
    /// How.
    pub auth_method: AuthMethod,
    /// When.
    pub auth_time: Timestamp,
    /// Whether the second factor was given, or none was needed when the browser session began.
    pub second_factor: bool,
}

/// What a client asked for, after every check of the authorization endpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "independent parameters of one request")]
pub struct AuthorizationRequest {
    /// Where the answer goes, as it was sent; it matches a registered one. None for `/auth/login`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Granted scope, without what the client may not have.
    pub scope: String,
    /// `state`, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `nonce`, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// `code_challenge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// Whether the challenge is the verifier itself (`plain`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub plain_challenge: bool,
    /// An identity provider must make the person sign in anew (`prompt=login`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ask_login: bool,
    /// Ask for consent even when it is remembered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ask_consent: bool,
    /// Let the person choose a profile even when the session has one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ask_profile: bool,
    /// `login_hint`: shown in the form, never believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// `ui_locales`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// Only profiles of this FHIR type (`resourceType` of `/auth/login`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_type: Option<String>,
    /// A refresh token is wanted whatever the scope says (`remember` of `/auth/login`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub remember: bool,
    /// The API needs no consent for this client and this address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub consent_skipped: bool,
    /// `audience`: the API the tokens are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// `launch`: the launch of an EHR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<Id<SmartAppLaunch>>,
}

impl AuthorizationRequest {
    /// The challenge of the request.
    pub fn challenge(&self) -> Option<CodeChallenge> {
        let method =
            if self.plain_challenge { CodeChallengeMethod::Plain } else { CodeChallengeMethod::S256 };
        CodeChallenge::new(method, self.code_challenge.as_deref()?).ok()
    }
}

impl Interaction {
    /// Whether it still waits.
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.finished_at.is_none() && now < self.expires_at
    }
}
