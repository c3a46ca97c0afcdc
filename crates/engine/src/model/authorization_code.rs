//! Authorization codes: [RFC6749 §4.1.2]. What a browser carries from the sign-in pages to the client.

use anteroom_oauth::pkce::CodeChallenge;
use anteroom_oauth::secret::{AuthorizationCode, Digest};

use crate::id::Id;
use crate::model::login::AuthMethod;
use crate::model::{Client, Login, Membership, Project, Session, SmartAppLaunch};
use crate::timestamp::Timestamp;

/// Seconds a code can be redeemed.
pub const CODE_LIFETIME: u32 = 300;
/// Wrong verifiers that end a code.
pub const WRONG_VERIFIERS: u32 = 3;

/// A code as it was issued. Only its digest is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct IssuedCode {
    /// Id.
    pub id: Id<IssuedCode>,
    /// SHA-256 of the code.
    pub digest: Digest<AuthorizationCode>,
    /// Project.
    pub project: Id<Project>,
    /// The client that may redeem it.
    pub client: Id<Client>,
    /// Who signed in.
    pub membership: Id<Membership>,
    /// The browser session it came from; none when no browser was involved.
    pub session: Option<Id<Session>>,
    /// The login it will make.
    pub login: Id<Login>,
    /// Where it was sent; none when it was handed out by `/auth/login`.
    pub redirect_uri: Option<String>,
    /// Granted scope.
    pub scope: String,
    /// `nonce` of the id token.
    pub nonce: Option<String>,
    /// A refresh token is wanted whatever the scope says.
    pub remember: bool,
    /// What the verifier must answer.
    pub challenge: Option<CodeChallenge>,
    /// How the person signed in.
    pub auth_method: AuthMethod,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// When the code was issued.
    pub issued_at: Timestamp,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
    /// When it was redeemed.
    pub redeemed_at: Option<Timestamp>,
    /// Wrong verifiers so far.
    pub wrong_verifiers: u32,
    /// The API the tokens are for, as the request named it.
    pub audience: Option<String>,
    /// The launch of an EHR it came from.
    pub launch: Option<Id<SmartAppLaunch>>,
}
