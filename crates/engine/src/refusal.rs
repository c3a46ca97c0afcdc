//! The one table of refusals.
//!
//! A refusal is the caller's mistake. Each has a name, the RFC's answer, Medplum's answer, the section it comes from and a
//! sentence that tells a person what to do. The wire, the trace and the Activity screen all read this table, so that a
//! dialect changes words and never a check.

mod auth0;
mod unmet;

use anteroom_oauth::error_code::ErrorCode;

/// The answer of an OAuth endpoint: `{"error", "error_description"}` [RFC6749 §5.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OAuthAnswer {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub code: ErrorCode,
    /// `error_description`: fixed text, nothing from the request or the store.
    pub description: &'static str,
}

/// The answer of a Medplum endpoint: a FHIR `OperationOutcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeAnswer {
    /// HTTP status.
    pub status: u16,
    /// `id`; absent for plain 400s.
    pub id: Option<&'static str>,
    /// `issue[0].code`.
    pub code: &'static str,
    /// `issue[0].details.text`.
    pub text: &'static str,
    /// `issue[0].expression[0]`.
    pub expression: Option<&'static str>,
    /// `issue[0].diagnostics`.
    pub diagnostics: Option<&'static str>,
}

/// An answer in one of the two shapes, or plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The shape of the OAuth endpoints.
    OAuth(OAuthAnswer),
    /// The shape of Medplum's other endpoints.
    Outcome(OutcomeAnswer),
    /// Plain text, as Medplum answers a wrong content type.
    Text(u16, &'static str),
}

impl Answer {
    /// HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::OAuth(answer) => answer.status,
            Self::Outcome(answer) => answer.status,
            Self::Text(status, _) => *status,
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Name, as stored in the log and used by the screens' catalogue.
    pub name: &'static str,
    /// The RFC's answer.
    pub rfc: Answer,
    /// Medplum's answer.
    pub medplum: Answer,
    /// Where the rule comes from.
    pub section: &'static str,
    /// What to do, for a person.
    pub advice: &'static str,
}

impl Row {
    /// The RFC's words, whatever the shape.
    pub const fn rfc_description(&self) -> &'static str {
        match self.rfc {
            Answer::OAuth(answer) => answer.description,
            Answer::Outcome(answer) => answer.text,
            Answer::Text(_, text) => text,
        }
    }
}

const fn oauth(status: u16, code: ErrorCode, description: &'static str) -> Answer {
    Answer::OAuth(OAuthAnswer { status, code, description })
}

const fn outcome(status: u16, id: Option<&'static str>, code: &'static str, text: &'static str) -> Answer {
    Answer::Outcome(OutcomeAnswer { status, id, code, text, expression: None, diagnostics: None })
}

const fn field(text: &'static str, expression: &'static str) -> Answer {
    Answer::Outcome(OutcomeAnswer {
        status: 400,
        id: None,
        code: "invalid",
        text,
        expression: Some(expression),
        diagnostics: None,
    })
}

const fn authentication_error(diagnostics: &'static str) -> Answer {
    Answer::Outcome(OutcomeAnswer {
        status: 400,
        id: None,
        code: "invalid",
        text: "Authentication error",
        expression: None,
        diagnostics: Some(diagnostics),
    })
}

const UNAUTHORIZED: Answer = outcome(401, Some("unauthorized"), "login", "Unauthorized");
const FORBIDDEN: Answer = outcome(403, Some("forbidden"), "forbidden", "Forbidden");
const NOT_FOUND: Answer = outcome(404, Some("not-found"), "not-found", "Not found");
const GONE: Answer = outcome(410, Some("gone"), "deleted", "Gone");
const PRECONDITION_FAILED: Answer =
    outcome(412, Some("precondition-failed"), "processing", "Precondition Failed");
const AUTH_SLICE: Answer = outcome(
    404,
    Some("not-found"),
    "not-found",
    "This server holds the auth slice of FHIR only: ClientApplication, ProjectMembership, AccessPolicy, Patient, \
     Practitioner, RelatedPerson and Project",
);
const THROTTLED: Answer = outcome(429, Some("too-many-requests"), "throttled", "Too Many Requests");

macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal {
        rfc: $rfc:expr, medplum: $medplum:expr, section: $section:literal, advice: $advice:literal $(,)?
    })+) => {
        /// Why a request is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Refusal { $($(#[doc = $doc])+ $variant,)+ }

        impl Refusal {
            /// All refusals, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The row of this refusal.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => const {
                        &Row { name: $name, rfc: $rfc, medplum: $medplum, section: $section, advice: $advice }
                    },)+
                }
            }
        }
    };
}

impl Refusal {
    /// Name, as stored.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// From the stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|refusal| refusal.name() == name)
    }
}

use ErrorCode as E;

refusals! {
    /// `audience` names no API, in a request for a person's token.
    ServiceNotFound = "service_not_found" {
        rfc: oauth(403, E::AccessDenied, "Service not found"),
        medplum: oauth(403, E::AccessDenied, "Service not found"),
        section: "Auth0 authorize, audience",
        advice: "Create the API, or send its identifier byte by byte: scheme, slashes and spaces count.",
    }
    /// `audience` names no API, in a request of a client for itself.
    ServiceNotEnabled = "service_not_enabled" {
        rfc: oauth(400, E::InvalidTarget, "Service not enabled within domain"),
        medplum: oauth(400, E::InvalidTarget, "Service not enabled within domain"),
        section: "RFC 8707 section 2; Auth0 client credentials, audience",
        advice: "Create the API, or send its identifier byte by byte: scheme, slashes and spaces count.",
    }
    /// The client may not ask for people's tokens for this API.
    ClientNotAuthorized = "client_not_authorized" {
        rfc: oauth(403, E::InvalidRequest, "Client is not authorized to access resource server"),
        medplum: oauth(403, E::InvalidRequest, "Client is not authorized to access resource server"),
        section: "Auth0 client grants",
        advice: "Give the client a client grant of subject type user for the API.",
    }
    /// The client may not ask for a token of its own for this API.
    ClientGrantMissing = "client_grant_missing" {
        rfc: oauth(403, E::AccessDenied, "Client is not authorized to access resource server"),
        medplum: oauth(403, E::AccessDenied, "Client is not authorized to access resource server"),
        section: "Auth0 client grants",
        advice: "Give the client a client grant of subject type client for the API.",
    }
    /// A client that was made through the Management API asks for a token of its own, for no API.
    MissingAudience = "missing_audience" {
        rfc: oauth(403, E::AccessDenied, "No audience parameter was provided, and no default audience has been configured"),
        medplum: oauth(403, E::AccessDenied, "No audience parameter was provided, and no default audience has been configured"),
        section: "Auth0 client credentials, audience",
        advice: "Send audience with the identifier of an API.",
    }
    /// The Management API does not take the token.
    ManagementTokenRefused = "management_token_refused" {
        rfc: oauth(401, E::InvalidToken, "Invalid token"),
        medplum: oauth(401, E::InvalidToken, "Invalid token"),
        section: "Auth0 Management API",
        advice: "Get a token with client credentials and the audience <issuer>api/v2/, and send it as Bearer.",
    }
    /// The Management API's token has none of the scopes that are needed.
    ManagementScopeMissing = "management_scope_missing" {
        rfc: oauth(403, E::InsufficientScope, "Insufficient scope"),
        medplum: oauth(403, E::InsufficientScope, "Insufficient scope"),
        section: "Auth0 Management API",
        advice: "Add the scope to the client's grant for the Management API, and get a new token.",
    }
    /// The body is not `application/x-www-form-urlencoded`.
    UnsupportedContentType = "unsupported_content_type" {
        rfc: oauth(400, E::InvalidRequest, "Unsupported content type"),
        medplum: Answer::Text(400, "Unsupported content type"),
        section: "RFC 6749 appendix B",
        advice: "Send Content-Type: application/x-www-form-urlencoded.",
    }
    /// The form cannot be decoded.
    MalformedForm = "malformed_form" {
        rfc: oauth(400, E::InvalidRequest, "Malformed form body"),
        medplum: oauth(400, E::InvalidRequest, "Malformed form body"),
        section: "RFC 6749 appendix B",
        advice: "Percent-encode every value as UTF-8.",
    }
    /// A parameter is there twice.
    DuplicateParameter = "duplicate_parameter" {
        rfc: oauth(400, E::InvalidRequest, "Duplicate parameter"),
        medplum: oauth(400, E::InvalidRequest, "Duplicate parameter"),
        section: "RFC 6749 section 3.2",
        advice: "Send each parameter once.",
    }
    /// No `grant_type`.
    MissingGrantType = "missing_grant_type" {
        rfc: oauth(400, E::InvalidRequest, "Missing grant_type"),
        medplum: oauth(400, E::InvalidRequest, "Missing grant_type"),
        section: "RFC 6749 section 5.2",
        advice: "Name the grant in the form body; the query is not read.",
    }
    /// A `grant_type` the engine does not know.
    UnsupportedGrantType = "unsupported_grant_type" {
        rfc: oauth(400, E::UnsupportedGrantType, "Unsupported grant_type"),
        medplum: oauth(400, E::InvalidRequest, "Unsupported grant_type"),
        section: "RFC 6749 section 5.2",
        advice: "Use one of grant_types_supported in the discovery document.",
    }
    /// The client may not use this grant, by its list or its type.
    GrantNotAllowed = "grant_not_allowed" {
        rfc: oauth(400, E::UnauthorizedClient, "Grant type not allowed for this client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 5.2",
        advice: "Allow the grant on the client's Grant types tab; a public client can never use client credentials.",
    }
    /// The `Authorization` header cannot be read, or is not Basic.
    InvalidAuthorizationHeader = "invalid_authorization_header" {
        rfc: oauth(400, E::InvalidRequest, "Invalid authorization header"),
        medplum: oauth(400, E::InvalidRequest, "Invalid authorization header"),
        section: "RFC 6749 section 2.3.1",
        advice: "Send Basic with base64 of the form-encoded client id, a colon and the form-encoded secret.",
    }
    /// Credentials in the header and in the body.
    TwoClientAuthentications = "two_client_authentications" {
        rfc: oauth(400, E::InvalidRequest, "More than one client authentication"),
        medplum: oauth(400, E::InvalidRequest, "More than one client authentication"),
        section: "RFC 6749 section 2.3",
        advice: "Send the secret in the header or in the body, not both.",
    }
    /// The header names one client and the body another.
    ClientIdsDiffer = "client_ids_differ" {
        rfc: oauth(400, E::InvalidRequest, "client_id differs from the authorization header"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 2.3",
        advice: "Send the same client id in both places, or only in the header.",
    }
    /// No client id anywhere.
    MissingClientId = "missing_client_id" {
        rfc: oauth(400, E::InvalidRequest, "Missing client_id"),
        medplum: oauth(400, E::InvalidRequest, "Missing client_id"),
        section: "RFC 6749 section 2.3.1",
        advice: "Send client_id, or HTTP Basic.",
    }
    /// A client that must prove who it is did not.
    MissingClientSecret = "missing_client_secret" {
        rfc: oauth(401, E::InvalidClient, "Missing client_secret"),
        medplum: oauth(400, E::InvalidRequest, "Missing client_secret"),
        section: "RFC 6749 section 3.2.1",
        advice: "Send the client secret.",
    }
    /// No client has this id.
    UnknownClient = "unknown_client" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 5.2",
        advice: "Check the client id: it is on the client's page.",
    }
    /// No client has the id sent with a pre-authorized code.
    UnknownClientOfCode = "unknown_client_of_code" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidClient, "Invalid client"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "Check the client id: it is on the client's page.",
    }
    /// The client is switched off.
    ClientOff = "client_off" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 5.2",
        advice: "Switch the client on again on its page.",
    }
    /// A secret was sent, and the client has none.
    ClientWithoutSecret = "client_without_secret" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 2.3.1",
        advice: "Leave the secret out, or make one on the Credentials tab.",
    }
    /// The secret is neither of the two live ones.
    WrongSecret = "wrong_secret" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid secret"),
        section: "RFC 6749 section 5.2",
        advice: "The secret may have been rotated: make a new one on the Credentials tab.",
    }
    /// The secret was right, and its time is over.
    SecretExpired = "secret_expired" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid secret"),
        section: "RFC 6749 section 5.2",
        advice: "The secret has ended: make a new one on the Credentials tab and give it to the client.",
    }
    /// Too many wrong secrets in a minute.
    TooManyWrongSecrets = "too_many_wrong_secrets" {
        rfc: oauth(429, E::InvalidClient, "Too Many Requests"),
        medplum: THROTTLED,
        section: "RFC 6749 section 2.3.1",
        advice: "Something keeps sending a wrong secret for this client; wait a minute, then send the right one.",
    }
    /// The client has no membership in the project.
    ClientWithoutMembership = "client_without_membership" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "Medplum: client credentials",
        advice: "Create the client through Anteroom or the admin endpoint, which also makes its membership.",
    }
    /// The client's membership is inactive.
    ClientMembershipInactive = "client_membership_inactive" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 5.2",
        advice: "Activate the client's membership.",
    }
    /// An IP rule keeps the client out.
    ClientAddressBlocked = "client_address_blocked" {
        rfc: oauth(400, E::UnauthorizedClient, "IP address not allowed"),
        medplum: oauth(400, E::InvalidRequest, "IP address not allowed"),
        section: "Medplum: IP access rules",
        advice: "The access policy of this client has an IP rule that blocks the caller's address.",
    }
    /// No scope is left, or it has illegal characters.
    InvalidScope = "invalid_scope" {
        rfc: oauth(400, E::InvalidScope, "Invalid scope"),
        medplum: oauth(400, E::InvalidScope, "Invalid scope"),
        section: "RFC 6749 section 3.3",
        advice: "Ask for scopes this client may have; its default scope is on the Tokens tab.",
    }
    /// No `pre-authorized_code`.
    MissingPreAuthorizedCode = "missing_pre_authorized_code" {
        rfc: oauth(400, E::InvalidRequest, "Missing pre-authorized_code"),
        medplum: oauth(400, E::InvalidRequest, "Missing pre-authorized_code"),
        section: "OpenID4VCI 1.0 section 6.1",
        advice: "Send the code in the parameter pre-authorized_code, with a hyphen.",
    }
    /// No such code.
    UnknownCode = "unknown_code" {
        rfc: oauth(400, E::InvalidGrant, "Invalid pre-authorized_code"),
        medplum: oauth(400, E::InvalidRequest, "Invalid pre-authorized_code"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "The code was never issued here, or was cleaned up long ago: issue a new one.",
    }
    /// The code was issued for another client; it stays usable for that one.
    CodeOfOtherClient = "code_of_other_client" {
        rfc: oauth(400, E::InvalidGrant, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "Redeem the code as the client it was issued for.",
    }
    /// Too old.
    CodeExpired = "code_expired" {
        rfc: oauth(400, E::InvalidGrant, "Pre-authorized code expired"),
        medplum: oauth(400, E::InvalidGrant, "Pre-authorized code expired"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "Issue a new link; choose a longer hand-over if it is taken home.",
    }
    /// Redeemed before.
    CodeSpent = "code_spent" {
        rfc: oauth(400, E::InvalidGrant, "Token already granted"),
        medplum: oauth(400, E::InvalidGrant, "Token already granted"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "A code works once. If the person is not signed in, issue a new link.",
    }
    /// Taken back at the desk.
    CodeRevoked = "code_revoked" {
        rfc: oauth(400, E::InvalidGrant, "Token revoked"),
        medplum: oauth(400, E::InvalidGrant, "Token revoked"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "The link was taken back at the desk: issue a new one.",
    }
    /// A newer code was issued in its place.
    CodeReplaced = "code_replaced" {
        rfc: oauth(400, E::InvalidGrant, "Pre-authorized code replaced"),
        medplum: oauth(400, E::InvalidGrant, "Token revoked"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "A newer link was issued in its place: use that one.",
    }
    /// Five wrong PINs.
    CodeLocked = "code_locked" {
        rfc: oauth(400, E::InvalidGrant, "Too many wrong transaction codes"),
        medplum: oauth(400, E::InvalidGrant, "Token revoked"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "The PIN was wrong five times: issue a new link.",
    }
    /// The code needs a PIN and none was sent; nothing is spent.
    MissingTxCode = "missing_tx_code" {
        rfc: oauth(400, E::InvalidRequest, "Missing tx_code"),
        medplum: oauth(400, E::InvalidRequest, "Missing tx_code"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "Ask the person for the PIN and send it as tx_code.",
    }
    /// A PIN was sent and the code has none; nothing is spent.
    UnexpectedTxCode = "unexpected_tx_code" {
        rfc: oauth(400, E::InvalidRequest, "Unexpected tx_code"),
        medplum: oauth(400, E::InvalidRequest, "Unexpected tx_code"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "Leave tx_code out: this link needs no PIN.",
    }
    /// The PIN is wrong; nothing is spent.
    WrongTxCode = "wrong_tx_code" {
        rfc: oauth(400, E::InvalidGrant, "Invalid tx_code"),
        medplum: oauth(400, E::InvalidGrant, "Invalid tx_code"),
        section: "OpenID4VCI 1.0 section 6.3",
        advice: "Type the PIN again; five wrong tries lock the link.",
    }
    /// The member the code is for is inactive.
    MemberInactive = "member_inactive" {
        rfc: oauth(400, E::InvalidGrant, "Profile not active"),
        medplum: oauth(400, E::InvalidRequest, "Profile not active"),
        section: "RFC 6749 section 5.2",
        advice: "Activate the person's membership under People, then issue a new link.",
    }
    /// An IP rule keeps the member out; the code stays usable.
    MemberAddressBlocked = "member_address_blocked" {
        rfc: oauth(400, E::InvalidGrant, "IP address not allowed"),
        medplum: oauth(400, E::InvalidRequest, "IP address not allowed"),
        section: "Medplum: IP access rules",
        advice: "The person's access policy has an IP rule that blocks the address the code was redeemed from.",
    }
    /// No credentials at all.
    Unauthenticated = "unauthenticated" {
        rfc: UNAUTHORIZED,
        medplum: UNAUTHORIZED,
        section: "RFC 6750 section 3.1",
        advice: "Send Authorization: Bearer with an access token.",
    }
    /// The access token is expired, revoked, altered, of another kind or of another issuer.
    InvalidToken = "invalid_token" {
        rfc: oauth(401, E::InvalidToken, "The access token is invalid or has ended"),
        medplum: UNAUTHORIZED,
        section: "RFC 6750 section 3.1",
        advice: "Get a new access token; id tokens and refresh tokens are not accepted here.",
    }
    /// The access token has no `openid`, or belongs to no person.
    InsufficientScope = "insufficient_scope" {
        rfc: oauth(403, E::InsufficientScope, "The access token lacks the scope openid of a person"),
        medplum: FORBIDDEN,
        section: "OpenID Connect Core 1.0 section 5.3",
        advice: "Ask for the scope openid, in a flow that signs a person in.",
    }
    /// An access token in the query string.
    TokenInQuery = "token_in_query" {
        rfc: oauth(400, E::InvalidRequest, "Access tokens are not accepted in the query"),
        medplum: outcome(400, None, "invalid", "Access tokens are not accepted in the query"),
        section: "RFC 9700 section 4.3.2",
        advice: "Send the token in the Authorization header.",
    }
    /// An access token in the header and in the body.
    TwoTokens = "two_tokens" {
        rfc: oauth(400, E::InvalidRequest, "More than one access token"),
        medplum: outcome(400, None, "invalid", "More than one access token"),
        section: "RFC 6750 section 2",
        advice: "Send the token once, in the Authorization header.",
    }
    /// The caller may not act on behalf of others.
    OnBehalfOfForbidden = "on_behalf_of_forbidden" {
        rfc: authentication_error("OperationOutcomeError: Forbidden"),
        medplum: authentication_error("OperationOutcomeError: Forbidden"),
        section: "Medplum: on-behalf-of",
        advice: "The caller must be a project admin, and the header must name one member or profile of its project.",
    }
    /// The named membership is not in the caller's project.
    OnBehalfOfNotFound = "on_behalf_of_not_found" {
        rfc: authentication_error("OperationOutcomeError: Not found"),
        medplum: authentication_error("OperationOutcomeError: Not found"),
        section: "Medplum: on-behalf-of",
        advice: "The header names a membership that does not exist in the caller's project.",
    }
    /// No `X-Medplum-On-Behalf-Of`.
    OnBehalfOfMissing = "on_behalf_of_missing" {
        rfc: outcome(400, None, "invalid", "Pre-authorization requires onBehalfOfMembership"),
        medplum: outcome(400, None, "invalid", "Pre-authorization requires onBehalfOfMembership"),
        section: "Medplum: pre-authorized code",
        advice: "Send X-Medplum-On-Behalf-Of with the person the code is for, such as Patient/<id>.",
    }
    /// The caller's membership is not a project admin's.
    NotAdmin = "not_admin" {
        rfc: FORBIDDEN,
        medplum: FORBIDDEN,
        section: "Medplum: pre-authorized code",
        advice: "Give the calling client or person the project admin right.",
    }
    /// No `clientId`, or not a UUID.
    ClientIdRequired = "client_id_required" {
        rfc: field("Client ID is required", "clientId"),
        medplum: field("Client ID is required", "clientId"),
        section: "Medplum: pre-authorized code",
        advice: "Name the client application that will redeem the code.",
    }
    /// `scope` is not text.
    ScopeNotString = "scope_not_string" {
        rfc: field("Scope must be a string", "scope"),
        medplum: field("Scope must be a string", "scope"),
        section: "Medplum: pre-authorized code",
        advice: "Send scope as one string of words.",
    }
    /// `nonce` is not text.
    NonceNotString = "nonce_not_string" {
        rfc: field("Nonce must be a string", "nonce"),
        medplum: field("Nonce must be a string", "nonce"),
        section: "Medplum: pre-authorized code",
        advice: "Send nonce as a string.",
    }
    /// `expiresIn` is not a whole number of seconds from 1 to 86400.
    ExpiresInInvalid = "expires_in_invalid" {
        rfc: field("expiresIn must be a positive integer not exceeding 86400 seconds", "expiresIn"),
        medplum: field("expiresIn must be a positive integer not exceeding 86400 seconds", "expiresIn"),
        section: "Medplum: pre-authorized code",
        advice: "Choose between one second and a day.",
    }
    /// `txCode` is neither a boolean nor `{\"length\": 4…8}`; or `magicLink` is not a boolean.
    LinkOptionInvalid = "link_option_invalid" {
        rfc: field("magicLink must be true or false, txCode true, false or an object with length 4 to 8", "txCode"),
        medplum: field("magicLink must be true or false, txCode true, false or an object with length 4 to 8", "txCode"),
        section: "Anteroom: /auth/preauthorize",
        advice: "Send \"txCode\": true, or {\"length\": 6}.",
    }
    /// No such client in the caller's project.
    ClientNotFound = "client_not_found" {
        rfc: NOT_FOUND,
        medplum: NOT_FOUND,
        section: "Medplum: pre-authorized code",
        advice: "Name a client application of the caller's own project.",
    }
    /// The member the code would be for is inactive.
    MemberInactiveAtIssue = "member_inactive_at_issue" {
        rfc: outcome(400, None, "invalid", "Profile not active"),
        medplum: outcome(400, None, "invalid", "Profile not active"),
        section: "RFC 6749 section 5.2",
        advice: "Activate the person's membership under People first.",
    }
    /// Too many codes in a minute.
    TooManyCodes = "too_many_codes" {
        rfc: THROTTLED,
        medplum: THROTTLED,
        section: "Anteroom: /auth/preauthorize",
        advice: "One client may issue 200 codes a minute; the limit is a setting of the project.",
    }
    /// Too many typed codes from one address.
    TooManyTypedCodes = "too_many_typed_codes" {
        rfc: THROTTLED,
        medplum: THROTTLED,
        section: "Anteroom: typed codes",
        advice: "Wait a minute before typing another code.",
    }
    /// No `code`.
    MissingCode = "missing_code" {
        rfc: oauth(400, E::InvalidRequest, "Missing code"),
        medplum: oauth(400, E::InvalidRequest, "Missing code"),
        section: "RFC 6749 section 4.1.3",
        advice: "Send the code that came to the redirect URI.",
    }
    /// No such authorization code.
    UnknownAuthorizationCode = "unknown_authorization_code" {
        rfc: oauth(400, E::InvalidGrant, "Invalid code"),
        medplum: oauth(400, E::InvalidRequest, "Invalid code"),
        section: "RFC 6749 section 5.2",
        advice: "The code was never issued here, or long ago: start again at the authorization endpoint.",
    }
    /// The authorization code was issued for another client; it stays usable for that one.
    AuthorizationCodeOfOtherClient = "authorization_code_of_other_client" {
        rfc: oauth(400, E::InvalidGrant, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 6749 section 5.2",
        advice: "Redeem the code as the client that asked for it.",
    }
    /// The authorization code is older than five minutes.
    AuthorizationCodeExpired = "authorization_code_expired" {
        rfc: oauth(400, E::InvalidGrant, "Code expired"),
        medplum: oauth(400, E::InvalidGrant, "Code expired"),
        section: "RFC 6749 section 4.1.2",
        advice: "Redeem the code at once; start again at the authorization endpoint.",
    }
    /// The authorization code was redeemed before; what came from it has ended.
    AuthorizationCodeSpent = "authorization_code_spent" {
        rfc: oauth(400, E::InvalidGrant, "Token already granted"),
        medplum: oauth(400, E::InvalidGrant, "Token already granted"),
        section: "RFC 6749 section 4.1.2",
        advice: "A code works once. The client sends it twice, or somebody copied it: sign in again.",
    }
    /// Three wrong verifiers ended the authorization code.
    AuthorizationCodeEnded = "authorization_code_ended" {
        rfc: oauth(400, E::InvalidGrant, "Too many wrong code verifiers"),
        medplum: oauth(400, E::InvalidGrant, "Token revoked"),
        section: "RFC 7636 section 4.6",
        advice: "The verifier was wrong three times: start again at the authorization endpoint.",
    }
    /// No `redirect_uri`, and nothing else ties the code to the client.
    MissingRedirectUriAtToken = "missing_redirect_uri_at_token" {
        rfc: oauth(400, E::InvalidRequest, "Missing redirect_uri"),
        medplum: oauth(400, E::InvalidRequest, "Missing redirect_uri"),
        section: "RFC 6749 section 4.1.3",
        advice: "Send the redirect URI of the authorization request again, or use PKCE.",
    }
    /// Another `redirect_uri` than in the authorization request, or one that is registered no more.
    RedirectUriDiffers = "redirect_uri_differs" {
        rfc: oauth(400, E::InvalidGrant, "Invalid redirect_uri"),
        medplum: oauth(400, E::InvalidRequest, "Invalid redirect_uri"),
        section: "RFC 6749 section 4.1.3",
        advice: "Send exactly the redirect URI of the authorization request; the trace shows both.",
    }
    /// A challenge was stored and no verifier came.
    MissingCodeVerifier = "missing_code_verifier" {
        rfc: oauth(400, E::InvalidGrant, "Missing code verifier"),
        medplum: oauth(400, E::InvalidRequest, "Missing code verifier"),
        section: "RFC 7636 section 4.6",
        advice: "Send the code_verifier that the challenge was made from.",
    }
    /// The verifier is not the one behind the challenge.
    WrongCodeVerifier = "wrong_code_verifier" {
        rfc: oauth(400, E::InvalidGrant, "Invalid code verifier"),
        medplum: oauth(400, E::InvalidRequest, "Invalid code verifier"),
        section: "RFC 7636 section 4.6",
        advice: "Send the verifier of this very sign-in: 43 to 128 letters, digits and -._~.",
    }
    /// A verifier came and no challenge was stored.
    UnexpectedCodeVerifier = "unexpected_code_verifier" {
        rfc: oauth(400, E::InvalidGrant, "Unexpected code verifier"),
        medplum: oauth(400, E::InvalidRequest, "Missing verification context"),
        section: "RFC 9700 section 2.1.1",
        advice: "Send the code_challenge with the authorization request too; somebody may have taken it out.",
    }
    /// Neither challenge nor verifier, for a client that needs them.
    MissingVerificationContext = "missing_verification_context" {
        rfc: oauth(400, E::InvalidGrant, "Missing verification context"),
        medplum: oauth(400, E::InvalidRequest, "Missing verification context"),
        section: "RFC 9700 section 2.1.1",
        advice: "Use PKCE: send code_challenge with the authorization request.",
    }
    /// No `refresh_token`.
    MissingRefreshToken = "missing_refresh_token" {
        rfc: oauth(400, E::InvalidRequest, "Invalid refresh token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid refresh token"),
        section: "RFC 6749 section 6",
        advice: "Send the refresh token in the form body.",
    }
    /// No such refresh token.
    UnknownRefreshToken = "unknown_refresh_token" {
        rfc: oauth(400, E::InvalidGrant, "Invalid refresh token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid refresh token"),
        section: "RFC 6749 section 5.2",
        advice: "The token was never issued here, or its sign-in is gone: sign in again.",
    }
    /// Another client's refresh token.
    RefreshTokenOfOtherClient = "refresh_token_of_other_client" {
        rfc: oauth(400, E::InvalidGrant, "Incorrect client"),
        medplum: oauth(400, E::InvalidGrant, "Incorrect client"),
        section: "RFC 6749 section 5.2",
        advice: "Use the refresh token as the client it was issued to.",
    }
    /// The sign-in of the refresh token was ended.
    RefreshTokenRevoked = "refresh_token_revoked" {
        rfc: oauth(400, E::InvalidGrant, "Token revoked"),
        medplum: oauth(400, E::InvalidGrant, "Token revoked"),
        section: "RFC 6749 section 5.2",
        advice: "The sign-in was ended, by hand or because a token was copied: sign in again.",
    }
    /// The refresh token is too old.
    RefreshTokenExpired = "refresh_token_expired" {
        rfc: oauth(400, E::InvalidGrant, "Refresh token expired"),
        medplum: oauth(400, E::InvalidRequest, "Invalid refresh token"),
        section: "RFC 6749 section 5.2",
        advice: "Sign in again; the life of refresh tokens is on the client's Tokens tab.",
    }
    /// The refresh token was replaced a moment ago and was answered twice already.
    RefreshTokenReplaced = "refresh_token_replaced" {
        rfc: oauth(400, E::InvalidGrant, "Invalid token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid token"),
        section: "RFC 9700 section 4.14.2",
        advice: "Two parts of the app renew at once: use the newest refresh token.",
    }
    /// A refresh token that was replaced before came again; its family has ended.
    RefreshTokenReused = "refresh_token_reused" {
        rfc: oauth(400, E::InvalidGrant, "Invalid token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid token"),
        section: "RFC 9700 section 4.14.2",
        advice: "The token is in two hands, so the sign-in was ended. Keep only the newest refresh token and sign in again.",
    }
    /// More scope than was granted.
    ScopeWidened = "scope_widened" {
        rfc: oauth(400, E::InvalidScope, "Invalid scope"),
        medplum: oauth(400, E::InvalidScope, "Invalid scope"),
        section: "RFC 6749 section 6",
        advice: "Ask for the granted scope or less; for more, sign in again.",
    }
    /// No client has the `client_id` of the authorization request, or it is switched off.
    AuthorizeUnknownClient = "authorize_unknown_client" {
        rfc: oauth(400, E::InvalidRequest, "Client not found"),
        medplum: Answer::Text(400, "Client not found"),
        section: "RFC 6749 section 4.1.2.1",
        advice: "Check the client_id: it is on the client's page, where the client can also be switched on.",
    }
    /// `client_id` or `redirect_uri` came twice, or the query cannot be read.
    AuthorizeMalformed = "authorize_malformed" {
        rfc: oauth(400, E::InvalidRequest, "Malformed authorization request"),
        medplum: Answer::Text(400, "Invalid redirect URI"),
        section: "RFC 6749 section 3.1",
        advice: "Send each parameter once, percent-encoded as UTF-8.",
    }
    /// No `redirect_uri` in the authorization request.
    MissingRedirectUri = "missing_redirect_uri" {
        rfc: oauth(400, E::InvalidRequest, "Missing redirect URI"),
        medplum: Answer::Text(400, "Missing redirect URI"),
        section: "OpenID Connect Core 1.0 section 3.1.2.1",
        advice: "Send the redirect_uri, exactly as it is registered.",
    }
    /// The `redirect_uri` is not registered.
    UnregisteredRedirectUri = "unregistered_redirect_uri" {
        rfc: oauth(400, E::InvalidRequest, "Invalid redirect URI"),
        medplum: Answer::Text(400, "Invalid redirect URI"),
        section: "RFC 9700 section 2.1",
        advice: "Register the redirect URI on the client's Settings tab, or send one that is registered, character by character.",
    }
    /// A parameter came twice.
    AuthorizeDuplicate = "authorize_duplicate" {
        rfc: oauth(400, E::InvalidRequest, "Duplicate parameter"),
        medplum: oauth(400, E::InvalidRequest, "Duplicate parameter"),
        section: "RFC 6749 section 3.1",
        advice: "Send each parameter once.",
    }
    /// `state`, `nonce` or another parameter is too long.
    ParameterTooLong = "parameter_too_long" {
        rfc: oauth(400, E::InvalidRequest, "Parameter too long"),
        medplum: oauth(400, E::InvalidRequest, "Parameter too long"),
        section: "RFC 6749 section 3.1",
        advice: "State and nonce have at most 4096 bytes.",
    }
    /// No `response_type`.
    MissingResponseType = "missing_response_type" {
        rfc: oauth(400, E::InvalidRequest, "Missing response type"),
        medplum: oauth(400, E::UnsupportedResponseType, "Invalid response type"),
        section: "RFC 6749 section 4.1.1",
        advice: "Send response_type=code.",
    }
    /// Another `response_type` than `code`.
    UnsupportedResponseType = "unsupported_response_type" {
        rfc: oauth(400, E::UnsupportedResponseType, "Invalid response type"),
        medplum: oauth(400, E::UnsupportedResponseType, "Invalid response type"),
        section: "RFC 9700 section 2.1.2",
        advice: "Send response_type=code: tokens never travel in addresses.",
    }
    /// Another `response_mode` than `query`.
    UnsupportedResponseMode = "unsupported_response_mode" {
        rfc: oauth(400, E::UnsupportedResponseMode, "Unsupported response mode"),
        medplum: oauth(400, E::UnsupportedResponseMode, "Unsupported response mode"),
        section: "OAuth 2.0 Multiple Response Types section 2.1",
        advice: "Leave response_mode out.",
    }
    /// A `request` object.
    RequestNotSupported = "request_not_supported" {
        rfc: oauth(400, E::RequestNotSupported, "Unsupported request parameter"),
        medplum: oauth(400, E::RequestNotSupported, "Unsupported request parameter"),
        section: "OpenID Connect Core 1.0 section 6.1",
        advice: "Send the parameters themselves.",
    }
    /// A `request_uri`.
    RequestUriNotSupported = "request_uri_not_supported" {
        rfc: oauth(400, E::RequestUriNotSupported, "Unsupported request_uri parameter"),
        medplum: oauth(400, E::RequestUriNotSupported, "Unsupported request_uri parameter"),
        section: "OpenID Connect Core 1.0 section 6.2",
        advice: "Send the parameters themselves.",
    }
    /// A `registration`.
    RegistrationNotSupported = "registration_not_supported" {
        rfc: oauth(400, E::RegistrationNotSupported, "Unsupported registration parameter"),
        medplum: oauth(400, E::RegistrationNotSupported, "Unsupported registration parameter"),
        section: "OpenID Connect Core 1.0 section 7.2.1",
        advice: "Create the client in Anteroom first.",
    }
    /// No `scope`, and the client has no default scope.
    MissingScope = "missing_scope" {
        rfc: oauth(400, E::InvalidRequest, "Missing scope"),
        medplum: oauth(400, E::InvalidRequest, "Missing scope"),
        section: "RFC 6749 section 3.3",
        advice: "Send scope=openid, or give the client a default scope.",
    }
    /// A SMART `aud` of another server.
    InvalidAudience = "invalid_audience" {
        rfc: oauth(400, E::InvalidRequest, "Invalid audience"),
        medplum: oauth(400, E::InvalidRequest, "Invalid audience"),
        section: "SMART App Launch 2.2 section 2.0.11",
        advice: "Send the base URL of this server as aud.",
    }
    /// A `resource` that is not this server.
    UnknownResource = "unknown_resource" {
        rfc: oauth(400, E::InvalidTarget, "Invalid resource"),
        medplum: oauth(400, E::InvalidTarget, "Invalid resource"),
        section: "RFC 8707 section 2",
        advice: "Send the base URL of this server as resource, or leave it out.",
    }
    /// A SMART `launch` nobody knows.
    UnknownLaunch = "unknown_launch" {
        rfc: oauth(400, E::InvalidRequest, "Invalid launch"),
        medplum: oauth(400, E::InvalidRequest, "Invalid launch"),
        section: "SMART App Launch 2.2 section 2.0.10",
        advice: "Start the launch at this server, or leave launch out.",
    }
    /// No `code_challenge` from a client that needs one.
    MissingCodeChallenge = "missing_code_challenge" {
        rfc: oauth(400, E::InvalidRequest, "Missing code challenge"),
        medplum: oauth(400, E::InvalidRequest, "Missing code challenge"),
        section: "RFC 9700 section 2.1.1",
        advice: "Use PKCE: send code_challenge with code_challenge_method=S256.",
    }
    /// A `code_challenge` without a method.
    MissingCodeChallengeMethod = "missing_code_challenge_method" {
        rfc: oauth(400, E::InvalidRequest, "Missing code challenge method"),
        medplum: oauth(400, E::InvalidRequest, "Missing code challenge method"),
        section: "RFC 7636 section 4.3",
        advice: "Send code_challenge_method=S256.",
    }
    /// A method without a `code_challenge`.
    MethodWithoutChallenge = "method_without_challenge" {
        rfc: oauth(400, E::InvalidRequest, "Invalid code challenge"),
        medplum: oauth(400, E::InvalidRequest, "Invalid code challenge"),
        section: "RFC 7636 section 4.3",
        advice: "Send the code_challenge with its method, or neither.",
    }
    /// A `code_challenge_method` that is unknown, or `plain` from a client that may not use it.
    InvalidCodeChallengeMethod = "invalid_code_challenge_method" {
        rfc: oauth(400, E::InvalidRequest, "Invalid code challenge method"),
        medplum: oauth(400, E::InvalidRequest, "Invalid code challenge method"),
        section: "RFC 9700 section 2.1.1",
        advice: "Send code_challenge_method=S256.",
    }
    /// A `code_challenge` of another length or with other characters.
    InvalidCodeChallenge = "invalid_code_challenge" {
        rfc: oauth(400, E::InvalidRequest, "Invalid code challenge"),
        medplum: oauth(400, E::InvalidRequest, "Invalid code challenge"),
        section: "RFC 7636 section 4.2",
        advice: "The S256 challenge has 43 base64url characters, without padding.",
    }
    /// A `prompt` that is unknown, or `none` beside another.
    InvalidPrompt = "invalid_prompt" {
        rfc: oauth(400, E::InvalidRequest, "Invalid prompt"),
        medplum: oauth(400, E::InvalidRequest, "Invalid prompt"),
        section: "OpenID Connect Core 1.0 section 3.1.2.1",
        advice: "Send none alone, or any of login, consent and select_account.",
    }
    /// A `max_age` that is no number of seconds.
    InvalidMaxAge = "invalid_max_age" {
        rfc: oauth(400, E::InvalidRequest, "Invalid max_age"),
        medplum: oauth(400, E::InvalidRequest, "Invalid max_age"),
        section: "OpenID Connect Core 1.0 section 3.1.2.1",
        advice: "Send max_age as whole seconds.",
    }
    /// An `id_token_hint` that is not ours, or another client's.
    InvalidIdTokenHint = "invalid_id_token_hint" {
        rfc: oauth(400, E::InvalidRequest, "Invalid id_token_hint"),
        medplum: oauth(400, E::InvalidRequest, "Invalid id_token_hint"),
        section: "OpenID Connect Core 1.0 section 3.1.2.1",
        advice: "Send an id token that this server issued to this client.",
    }
    /// `prompt=none`, and nobody is signed in in this browser.
    LoginRequired = "login_required" {
        rfc: oauth(400, E::LoginRequired, "Login required"),
        medplum: oauth(400, E::LoginRequired, "Login required"),
        section: "OpenID Connect Core 1.0 section 3.1.2.6",
        advice: "Ask again without prompt=none, so that the person can sign in.",
    }
    /// `prompt=none`, and the person has to agree first.
    ConsentRequired = "consent_required" {
        rfc: oauth(400, E::ConsentRequired, "Consent required"),
        medplum: oauth(400, E::ConsentRequired, "Consent required"),
        section: "OpenID Connect Core 1.0 section 3.1.2.6",
        advice: "Ask again without prompt=none, so that the person can agree.",
    }
    /// `prompt=none`, and a page has to be shown.
    InteractionRequired = "interaction_required" {
        rfc: oauth(400, E::InteractionRequired, "Interaction required"),
        medplum: oauth(400, E::InteractionRequired, "Interaction required"),
        section: "RFC 8252 section 8.6",
        advice: "Ask again without prompt=none: before a code goes to an app, a page is shown.",
    }
    /// The person pressed Cancel.
    AccessDenied = "access_denied" {
        rfc: oauth(400, E::AccessDenied, "The person did not agree"),
        medplum: oauth(400, E::AccessDenied, "The person did not agree"),
        section: "RFC 6749 section 4.1.2.1",
        advice: "The person pressed Cancel; ask again when they want to sign in.",
    }
    /// No account, no password, or another password.
    WrongPassword = "wrong_password" {
        rfc: oauth(400, E::AccessDenied, "Email or password is invalid"),
        medplum: outcome(400, None, "invalid", "Email or password is invalid"),
        section: "Anteroom: sign-in",
        advice: "Check the e-mail address and the password; an admin can set a new password under People.",
    }
    /// Too many sign-ins of one account from one address.
    TooManySignIns = "too_many_sign_ins" {
        rfc: THROTTLED,
        medplum: THROTTLED,
        section: "Anteroom: sign-in",
        advice: "Wait a few minutes before typing another password.",
    }
    /// The account has no active membership.
    NoActiveMembership = "no_active_membership" {
        rfc: oauth(400, E::AccessDenied, "User not found"),
        medplum: outcome(400, None, "invalid", "User not found"),
        section: "Anteroom: sign-in",
        advice: "Activate the person's membership under People.",
    }
    /// The page belongs to another browser, is too old, or its form was not made here.
    InteractionNotYours = "interaction_not_yours" {
        rfc: oauth(403, E::AccessDenied, "This page has ended"),
        medplum: outcome(403, Some("forbidden"), "forbidden", "Forbidden"),
        section: "Anteroom: sign-in",
        advice: "Go back to the app and start again, in one browser, with cookies switched on.",
    }
    /// An IP rule keeps the browser out.
    SignInAddressBlocked = "sign_in_address_blocked" {
        rfc: oauth(400, E::AccessDenied, "IP address not allowed"),
        medplum: outcome(400, None, "invalid", "IP address not allowed"),
        section: "Medplum: IP access rules",
        advice: "The person's access policy has an IP rule that blocks the address of the browser.",
    }
    /// The membership is not one of the person's own.
    InvalidProfile = "invalid_profile" {
        rfc: oauth(400, E::AccessDenied, "Invalid profile"),
        medplum: outcome(400, None, "invalid", "Invalid profile"),
        section: "Anteroom: sign-in",
        advice: "Choose one of the profiles on the page.",
    }
    /// No `token` at the introspection endpoint.
    MissingToken = "missing_token" {
        rfc: oauth(400, E::InvalidRequest, "Missing token"),
        medplum: Answer::Text(400, "Token to introspect must be provided"),
        section: "RFC 7662 section 2.1",
        advice: "Send the token in the form body.",
    }
    /// No `token` at the revocation endpoint.
    MissingTokenToRevoke = "missing_token_to_revoke" {
        rfc: oauth(400, E::InvalidRequest, "Missing token"),
        medplum: oauth(400, E::InvalidRequest, "Missing token"),
        section: "RFC 7009 section 2.1",
        advice: "Send the access token or the refresh token in the form body.",
    }
    /// `client_id` is not the client of the `id_token_hint`.
    LogoutClientsDiffer = "logout_clients_differ" {
        rfc: oauth(400, E::InvalidRequest, "client_id differs from the id_token_hint"),
        medplum: outcome(400, None, "invalid", "client_id differs from the id_token_hint"),
        section: "OpenID Connect RP-Initiated Logout 1.0 section 2",
        advice: "Send an id token of the client that is named, or leave client_id out.",
    }
    /// `email` of a sign-in is no e-mail address.
    InvalidEmail = "invalid_email" {
        rfc: field("Valid email address is required", "email"),
        medplum: field("Valid email address is required", "email"),
        section: "Medplum: sign-in",
        advice: "Send an e-mail address as email.",
    }
    /// `password` of a sign-in is too short to be one.
    PasswordTooShort = "password_too_short" {
        rfc: field("Invalid password, must be at least 8 characters", "password"),
        medplum: field("Invalid password, must be at least 8 characters", "password"),
        section: "Medplum: sign-in",
        advice: "Send the password; every password has at least eight characters.",
    }
    /// `projectId` is not the client's project.
    InvalidProjectId = "invalid_project_id" {
        rfc: outcome(400, None, "invalid", "Invalid projectId"),
        medplum: outcome(400, None, "invalid", "Invalid projectId"),
        section: "Medplum: sign-in",
        advice: "Send the id of the client's project, or leave projectId out.",
    }
    /// A page of an origin that the client does not list.
    LoginOriginNotAllowed = "login_origin_not_allowed" {
        rfc: outcome(400, None, "invalid", "Invalid origin"),
        medplum: outcome(400, None, "invalid", "Invalid origin"),
        section: "Medplum: sign-in",
        advice: "Add the page's origin to the client's allowed origins.",
    }
    /// A PKCE method without a challenge, or a challenge that is none.
    LoginChallengeMissing = "login_challenge_missing" {
        rfc: field("Invalid code challenge", "code_challenge"),
        medplum: field("Invalid code challenge", "code_challenge"),
        section: "RFC 7636 section 4.3",
        advice: "Send codeChallenge with codeChallengeMethod, or neither.",
    }
    /// A PKCE challenge without a method, or with another than the client may use.
    LoginChallengeMethodInvalid = "login_challenge_method_invalid" {
        rfc: field("Invalid code challenge method", "code_challenge_method"),
        medplum: field("Invalid code challenge method", "code_challenge_method"),
        section: "RFC 7636 section 4.3",
        advice: "Send codeChallengeMethod S256; clients of type medplum may send plain.",
    }
    /// A SMART `launch` nobody knows.
    LoginLaunchUnknown = "login_launch_unknown" {
        rfc: NOT_FOUND,
        medplum: NOT_FOUND,
        section: "Medplum: sign-in",
        advice: "Start the launch at this server, or leave launch out.",
    }
    /// No `login`.
    MissingLogin = "missing_login" {
        rfc: field("Missing login", "login"),
        medplum: field("Missing login", "login"),
        section: "Medplum: sign-in",
        advice: "Send the login id that /auth/login answered with.",
    }
    /// No `profile`.
    MissingProfile = "missing_profile" {
        rfc: field("Missing profile", "profile"),
        medplum: field("Missing profile", "profile"),
        section: "Medplum: sign-in",
        advice: "Send the id of one of the memberships that the login answered with.",
    }
    /// No `scope` to narrow to.
    MissingLoginScope = "missing_login_scope" {
        rfc: field("Missing scope", "scope"),
        medplum: field("Missing scope", "scope"),
        section: "Medplum: sign-in",
        advice: "Send the scope words the person agreed to.",
    }
    /// No login has this id, or it is not the caller's.
    LoginNotFound = "login_not_found" {
        rfc: NOT_FOUND,
        medplum: NOT_FOUND,
        section: "Medplum: sign-in",
        advice: "Begin again with /auth/login.",
    }
    /// What is sent as a login id is none.
    LoginIdRequired = "login_id_required" {
        rfc: field("Login ID is required", "login"),
        medplum: field("Login ID is required", "login"),
        section: "Medplum: sign-in",
        advice: "Put the login id that /auth/login answered with into the path.",
    }
    /// The login was ended.
    LoginRevoked = "login_revoked" {
        rfc: outcome(400, None, "invalid", "Login revoked"),
        medplum: outcome(400, None, "invalid", "Login revoked"),
        section: "Medplum: sign-in",
        advice: "Begin again with /auth/login.",
    }
    /// Tokens were made from the login.
    LoginGranted = "login_granted" {
        rfc: outcome(400, None, "invalid", "Login granted"),
        medplum: outcome(400, None, "invalid", "Login granted"),
        section: "Medplum: sign-in",
        advice: "Begin again with /auth/login.",
    }
    /// Tokens were made from the login whose state is asked for.
    LoginAlreadyGranted = "login_already_granted" {
        rfc: outcome(400, None, "invalid", "Login already granted"),
        medplum: outcome(400, None, "invalid", "Login already granted"),
        section: "Medplum: sign-in",
        advice: "Begin again with /auth/login.",
    }
    /// The login waited too long.
    LoginExpired = "login_expired" {
        rfc: outcome(400, None, "invalid", "Login expired"),
        medplum: outcome(400, None, "invalid", "Login expired"),
        section: "Medplum: sign-in",
        advice: "Begin again with /auth/login; a login waits for thirty minutes.",
    }
    /// No membership has this id.
    ProfileNotFound = "profile_not_found" {
        rfc: outcome(400, None, "invalid", "Profile not found"),
        medplum: outcome(400, None, "invalid", "Profile not found"),
        section: "Medplum: sign-in",
        advice: "Send the id of one of the memberships that the login answered with.",
    }
    /// The login has a membership already.
    ProfileAlreadySet = "profile_already_set" {
        rfc: outcome(400, None, "invalid", "Login profile already set"),
        medplum: outcome(400, None, "invalid", "Login profile already set"),
        section: "Medplum: sign-in",
        advice: "Begin again with /auth/login to go on as somebody else.",
    }
    /// The login has no membership yet.
    ProfileNotSet = "profile_not_set" {
        rfc: outcome(400, None, "invalid", "Login profile not set"),
        medplum: outcome(400, None, "invalid", "Login profile not set"),
        section: "Medplum: sign-in",
        advice: "Choose a membership with /auth/profile first.",
    }
    /// The chosen membership is inactive.
    ProfileNotActive = "profile_not_active" {
        rfc: outcome(400, None, "invalid", "Profile not active"),
        medplum: outcome(400, None, "invalid", "Profile not active"),
        section: "Medplum: sign-in",
        advice: "Activate the membership under People, or choose another.",
    }
    /// A scope word that the login did not ask for.
    ScopeNotRequested = "scope_not_requested" {
        rfc: outcome(400, None, "invalid", "Invalid scope"),
        medplum: outcome(400, None, "invalid", "Invalid scope"),
        section: "SMART App Launch 2.2 section 3.0.2",
        advice: "Send words of the requested scope, or SMART scopes that one of them covers.",
    }
    /// No code of the second factor.
    MissingSecondFactorCode = "missing_second_factor_code" {
        rfc: field("Missing token", "token"),
        medplum: field("Missing token", "token"),
        section: "Medplum: second factor",
        advice: "Send the six digits of the authenticator app as token.",
    }
    /// The account has no second factor.
    SecondFactorNotEnrolled = "second_factor_not_enrolled" {
        rfc: outcome(400, None, "invalid", "User not enrolled in MFA"),
        medplum: outcome(400, None, "invalid", "User not enrolled in MFA"),
        section: "Medplum: second factor",
        advice: "Enroll with /auth/mfa/enroll first.",
    }
    /// The account has a second factor already.
    SecondFactorEnrolled = "second_factor_enrolled" {
        rfc: outcome(400, None, "invalid", "Already enrolled"),
        medplum: outcome(400, None, "invalid", "Already enrolled"),
        section: "Medplum: second factor",
        advice: "Disable the second factor first, or have an admin reset it.",
    }
    /// No secret was made for the account.
    SecondFactorSecretMissing = "second_factor_secret_missing" {
        rfc: outcome(400, None, "invalid", "Secret not found"),
        medplum: outcome(400, None, "invalid", "Secret not found"),
        section: "Medplum: second factor",
        advice: "Ask /auth/mfa/status first: it makes the secret.",
    }
    /// The login's second factor was given already.
    SecondFactorVerified = "second_factor_verified" {
        rfc: outcome(400, None, "invalid", "Login already verified"),
        medplum: outcome(400, None, "invalid", "Login already verified"),
        section: "Medplum: second factor",
        advice: "Go on with the login.",
    }
    /// A wrong code of the second factor, or one that was used before, while signing in.
    WrongSecondFactorCode = "wrong_second_factor_code" {
        rfc: oauth(400, E::AccessDenied, "Invalid MFA token"),
        medplum: outcome(400, None, "invalid", "Invalid MFA token"),
        section: "RFC 6238 section 5.2",
        advice: "Wait for the next code of the authenticator app; each code counts once. Check the clock of the phone.",
    }
    /// A wrong code of the second factor, or one that was used before, while changing it.
    WrongEnrollCode = "wrong_enroll_code" {
        rfc: outcome(400, None, "invalid", "Invalid token"),
        medplum: outcome(400, None, "invalid", "Invalid token"),
        section: "RFC 6238 section 5.2",
        advice: "Wait for the next code of the authenticator app; each code counts once. Check the clock of the phone.",
    }
    /// Too many wrong codes of the second factor of one account.
    TooManySecondFactorCodes = "too_many_second_factor_codes" {
        rfc: THROTTLED,
        medplum: THROTTLED,
        section: "RFC 4226 section 7.3",
        advice: "Wait a few minutes before typing another code; an admin can reset the second factor.",
    }
    /// A client's own token where only a person's will do.
    NotAPerson = "not_a_person" {
        rfc: FORBIDDEN,
        medplum: FORBIDDEN,
        section: "Medplum: second factor",
        advice: "Use the access token of a person who signed in.",
    }
    /// No `loginId` to revoke.
    LoginIdRequiredToRevoke = "login_id_required_to_revoke" {
        rfc: field("Login ID is required.", "loginId"),
        medplum: field("Login ID is required.", "loginId"),
        section: "Medplum: sessions",
        advice: "Send the id of one of the sessions that /auth/me lists.",
    }
    /// No `oldPassword`.
    MissingOldPassword = "missing_old_password" {
        rfc: field("Missing oldPassword", "oldPassword"),
        medplum: field("Missing oldPassword", "oldPassword"),
        section: "Medplum: passwords",
        advice: "Send the password the account has now.",
    }
    /// `newPassword` is too short or too long.
    NewPasswordInvalid = "new_password_invalid" {
        rfc: field("Invalid password, must be at least 8 characters", "newPassword"),
        medplum: field("Invalid password, must be at least 8 characters", "newPassword"),
        section: "Medplum: passwords",
        advice: "Choose a password of eight characters or more, and at most 256 bytes.",
    }
    /// The account has no password.
    NoPassword = "no_password" {
        rfc: outcome(400, None, "invalid", "Existing password not set"),
        medplum: outcome(400, None, "invalid", "Existing password not set"),
        section: "Medplum: passwords",
        advice: "An admin can set a first password under People.",
    }
    /// The old password is another one.
    IncorrectPassword = "incorrect_password" {
        rfc: outcome(400, None, "invalid", "Incorrect password"),
        medplum: outcome(400, None, "invalid", "Incorrect password"),
        section: "Medplum: passwords",
        advice: "Type the password the account has now.",
    }
    /// Too many requests from one address.
    TooManyRequests = "too_many_requests" {
        rfc: THROTTLED,
        medplum: THROTTLED,
        section: "RFC 6585 section 4",
        advice: "Wait until the minute is over, or raise the limits under Settings.",
    }

    /// A token exchange without `client_id` in the body.
    MissingClientIdOfExchange = "missing_client_id_of_exchange" {
        rfc: oauth(400, E::InvalidRequest, "Missing client_id"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "RFC 8693 section 2.1",
        advice: "Send the id of the client application that has the identity provider.",
    }
    /// `/auth/exchange` without `clientId`.
    MissingExchangeClientId = "missing_exchange_client_id" {
        rfc: field("Missing clientId", "clientId"),
        medplum: field("Missing clientId", "clientId"),
        section: "Medplum: token exchange",
        advice: "Send clientId, the id of the client application that has the identity provider.",
    }
    /// `/auth/exchange` without `externalAccessToken`.
    MissingExternalAccessToken = "missing_external_access_token" {
        rfc: field("Missing externalAccessToken", "externalAccessToken"),
        medplum: field("Missing externalAccessToken", "externalAccessToken"),
        section: "Medplum: token exchange",
        advice: "Send externalAccessToken, the access token that the identity provider issued.",
    }
    /// No `subject_token`.
    MissingSubjectToken = "missing_subject_token" {
        rfc: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        section: "RFC 8693 section 2.1",
        advice: "Send the provider's access token as subject_token.",
    }
    /// No `subject_token_type`, or another than `urn:ietf:params:oauth:token-type:access_token`.
    InvalidSubjectTokenType = "invalid_subject_token_type" {
        rfc: oauth(400, E::InvalidRequest, "Invalid subject_token_type"),
        medplum: oauth(400, E::InvalidRequest, "Invalid subject_token_type"),
        section: "RFC 8693 section 2.1",
        advice: "Send subject_token_type=urn:ietf:params:oauth:token-type:access_token.",
    }
    /// Another `requested_token_type` than an access token.
    InvalidRequestedTokenType = "invalid_requested_token_type" {
        rfc: oauth(400, E::InvalidRequest, "Invalid requested_token_type"),
        medplum: oauth(400, E::InvalidRequest, "Invalid requested_token_type"),
        section: "RFC 8693 section 2.1",
        advice: "Leave requested_token_type out, or ask for urn:ietf:params:oauth:token-type:access_token.",
    }
    /// An `actor_token`: delegation is not built.
    UnsupportedActorToken = "unsupported_actor_token" {
        rfc: oauth(400, E::InvalidRequest, "Unsupported actor_token"),
        medplum: oauth(400, E::InvalidRequest, "Unsupported actor_token"),
        section: "RFC 8693 section 4.1",
        advice: "Leave actor_token out: the new token is the person's own.",
    }
    /// An `audience` or `resource` that is not this server.
    UnknownTarget = "unknown_target" {
        rfc: oauth(400, E::InvalidTarget, "Invalid target"),
        medplum: oauth(400, E::InvalidTarget, "Invalid target"),
        section: "RFC 8693 section 2.2.2",
        advice: "Send the base URL of this server as audience or resource, or leave both out.",
    }
    /// The token to exchange has characters a header cannot carry, or is far too long.
    MalformedSubjectToken = "malformed_subject_token" {
        rfc: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        section: "RFC 6750 section 2.1",
        advice: "Send the access token exactly as the provider issued it, without line breaks.",
    }
    /// The token to exchange is one of our own.
    OwnSubjectToken = "own_subject_token" {
        rfc: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        section: "RFC 8693 section 2.1",
        advice: "Send the token of the other provider; a token of this server needs no exchange.",
    }
    /// The token to exchange was made for another client of the provider.
    SubjectTokenOfOtherClient = "subject_token_of_other_client" {
        rfc: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        medplum: oauth(400, E::InvalidRequest, "Invalid subject_token"),
        section: "RFC 8693 section 2.1",
        advice: "Ask the provider for a token with the audience that stands in the client's Identity provider settings.",
    }
    /// No client has the id of the exchange.
    UnknownClientOfExchange = "unknown_client_of_exchange" {
        rfc: oauth(401, E::InvalidClient, "Invalid client"),
        medplum: NOT_FOUND,
        section: "RFC 6749 section 5.2",
        advice: "Check the client id: it is on the client's page.",
    }
    /// The client belongs to another project than the one that was named.
    ProjectsDiffer = "projects_differ" {
        rfc: field("Invalid project", "projectId"),
        medplum: field("Invalid project", "projectId"),
        section: "Medplum: token exchange",
        advice: "Send the id of the client's own project, or leave projectId out.",
    }
    /// The client has no identity provider.
    NoIdentityProvider = "no_identity_provider" {
        rfc: oauth(400, E::UnauthorizedClient, "Invalid client"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client"),
        section: "Medplum: token exchange",
        advice: "Enter the provider's userinfo URL on the client's Identity provider tab.",
    }
    /// The userinfo URL is neither http nor https.
    InvalidUserInfoUrl = "invalid_user_info_url" {
        rfc: oauth(400, E::InvalidRequest, "Invalid user info URL - check your identity provider configuration"),
        medplum: oauth(400, E::InvalidRequest, "Invalid user info URL - check your identity provider configuration"),
        section: "Medplum: token exchange",
        advice: "Enter an https URL as the provider's userinfo URL.",
    }
    /// Too many exchanges of one client that failed.
    TooManyExchanges = "too_many_exchanges" {
        rfc: oauth(429, E::InvalidRequest, "Too Many Requests"),
        medplum: oauth(429, E::InvalidRequest, "Too Many Requests"),
        section: "RFC 8693 section 5",
        advice: "Something keeps sending tokens that the provider refuses; wait a minute, then send a good one.",
    }
    /// The provider could not be reached, or gave no complete answer.
    ProviderUnreachable = "provider_unreachable" {
        rfc: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        medplum: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        section: "RFC 8693 section 2.2.2",
        advice: "Press Test on the client's Identity provider tab: it says how far the call comes.",
    }
    /// The provider answers with another status than 200.
    ProviderRefuses = "provider_refuses" {
        rfc: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        medplum: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        section: "RFC 8693 section 2.2.2",
        advice: "The provider does not accept the token: it may have ended, or be for something else than userinfo.",
    }
    /// The provider answers 429.
    ProviderThrottles = "provider_throttles" {
        rfc: oauth(429, E::TemporarilyUnavailable, "Too Many Requests"),
        medplum: oauth(429, E::InvalidRequest, "Too Many Requests"),
        section: "RFC 6585 section 4",
        advice: "The provider says that it is asked too often; wait before the next exchange.",
    }
    /// The provider answers in plain text.
    UserInfoPlainText = "user_info_plain_text" {
        rfc: oauth(400, E::InvalidRequest, "Failed to verify code - unsupported content type: text/plain"),
        medplum: oauth(400, E::InvalidRequest, "Failed to verify code - unsupported content type: text/plain"),
        section: "OpenID Connect Core 1.0 section 5.3.2",
        advice: "The userinfo URL answers with text: it may be another page of the provider than its userinfo endpoint.",
    }
    /// The provider answers with neither JSON nor a JWT.
    UserInfoContentType = "user_info_content_type" {
        rfc: oauth(400, E::InvalidRequest, "Failed to verify code - unsupported content type"),
        medplum: oauth(400, E::InvalidRequest, "Failed to verify code - unsupported content type"),
        section: "OpenID Connect Core 1.0 section 5.3.2",
        advice: "The userinfo URL answers with a page: it may be another address than the provider's userinfo endpoint.",
    }
    /// The provider's answer cannot be read.
    UserInfoMalformed = "user_info_malformed" {
        rfc: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        medplum: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        section: "OpenID Connect Core 1.0 section 5.3.2",
        advice: "The userinfo endpoint must answer with one JSON object.",
    }
    /// The provider's answer is signed, and the signature cannot be checked or is not for us.
    UserInfoNotVerifiable = "user_info_not_verifiable" {
        rfc: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        medplum: oauth(400, E::InvalidRequest, "Failed to verify code - check your identity provider configuration"),
        section: "OpenID Connect Core 1.0 section 5.3.2",
        advice: "The provider signs its answers: enter its key set as jwksUrl on the Identity provider tab.",
    }
    /// The provider names no e-mail address, or no subject where people are found by it.
    MissingSubjectClaim = "missing_subject_claim" {
        rfc: oauth(400, E::InvalidRequest, "Missing email or externalId"),
        medplum: field("Missing email or externalId", "externalId"),
        section: "OpenID Connect Core 1.0 section 5.3.2",
        advice: "Ask the provider for the scope email, or match people by subject on the Identity provider tab.",
    }
    /// The provider says that nobody verified the e-mail address.
    ProviderEmailNotVerified = "provider_email_not_verified" {
        rfc: oauth(400, E::InvalidRequest, "User not found"),
        medplum: outcome(400, None, "invalid", "User not found"),
        section: "OpenID Connect Core 1.0 section 5.1",
        advice: "The person must verify the e-mail address at the provider first; an unverified one could be anybody's.",
    }
    /// Nobody in the project is the person the provider names.
    NoMemberFound = "no_member_found" {
        rfc: oauth(400, E::InvalidRequest, "User not found"),
        medplum: outcome(400, None, "invalid", "User not found"),
        section: "Medplum: token exchange",
        advice: "Add the person under People with the same e-mail address or external id.",
    }
    /// The external id does not say of which provider it is, and there are several.
    ExternalIdOfNoProvider = "external_id_of_no_provider" {
        rfc: oauth(400, E::InvalidRequest, "User not found"),
        medplum: outcome(400, None, "invalid", "User not found"),
        section: "OpenID Connect Core 1.0 section 5.7",
        advice: "Write the person's external id as the provider's userinfo URL, a bar, and the subject.",
    }
    /// `membership_id` is not one of the person's memberships.
    MembershipOfOtherPerson = "membership_of_other_person" {
        rfc: oauth(400, E::InvalidRequest, "User not found"),
        medplum: outcome(400, None, "invalid", "User not found"),
        section: "Medplum: token exchange",
        advice: "Send the id of one of the person's own memberships, or leave membership_id out.",
    }
    /// The person's membership is inactive.
    MemberFoundInactive = "member_found_inactive" {
        rfc: oauth(400, E::InvalidRequest, "User not found"),
        medplum: outcome(400, None, "invalid", "User not found"),
        section: "Medplum: token exchange",
        advice: "Activate the person's membership under People.",
    }
    /// An IP rule keeps the person out.
    ExchangeAddressBlocked = "exchange_address_blocked" {
        rfc: oauth(400, E::InvalidRequest, "IP address not allowed"),
        medplum: outcome(400, None, "invalid", "IP address not allowed"),
        section: "Medplum: IP access rules",
        advice: "The person's access policy has an IP rule that blocks the caller's address.",
    }

    /// Another `client_assertion_type` than a JWT.
    UnsupportedAssertionType = "unsupported_assertion_type" {
        rfc: oauth(400, E::InvalidRequest, "Unsupported client assertion type"),
        medplum: oauth(400, E::InvalidRequest, "Unsupported client assertion type"),
        section: "RFC 7523 section 2.2",
        advice: "Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
    }
    /// The assertion is no signed JWT, or brings its own key.
    MalformedAssertion = "malformed_assertion" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
        section: "RFC 7523 section 3",
        advice: "Send a compact JWT whose header has alg and kid, and no jku, jwk or x5u.",
    }
    /// The assertion is for another server.
    AssertionAudience = "assertion_audience" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion audience"),
        section: "RFC 7523 section 3",
        advice: "Set aud to the issuer, or to the URL of the token endpoint, as one text and not as a list.",
    }
    /// `iss` and `sub` of the assertion differ.
    AssertionIssuer = "assertion_issuer" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion issuer"),
        section: "RFC 7523 section 3",
        advice: "Set both iss and sub to the client id.",
    }
    /// No client has the id in the assertion.
    UnknownClientOfAssertion = "unknown_client_of_assertion" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Client not found"),
        section: "RFC 7523 section 3",
        advice: "Check iss and sub of the assertion: the client id is on the client's page.",
    }
    /// The client has no `jwksUri`.
    ClientWithoutKeySet = "client_without_key_set" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Client must have a JWK Set URL"),
        section: "RFC 7523 section 3",
        advice: "Enter the address of the client's key set as its jwksUri.",
    }
    /// The client's key set cannot be read, or does not have the key.
    AssertionKey = "assertion_key" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion signature"),
        section: "RFC 7523 section 3",
        advice: "Publish the key under the kid of the assertion at the client's jwksUri, and allow that host if it is not public.",
    }
    /// The signature or the algorithm is wrong.
    AssertionSignature = "assertion_signature" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion signature"),
        section: "RFC 7523 section 3",
        advice: "Sign the assertion with ES256 or RS256 and the private key of the published one.",
    }
    /// The assertion has ended, or has not begun.
    AssertionExpired = "assertion_expired" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion signature"),
        section: "RFC 7523 section 3",
        advice: "Make a new assertion for each request, and check the clock of the client.",
    }
    /// The assertion has no `exp`, or one too far ahead.
    AssertionLifetime = "assertion_lifetime" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
        section: "RFC 7523 section 3",
        advice: "Set exp to a time at most ten minutes ahead.",
    }
    /// The assertion has no `jti`.
    AssertionWithoutId = "assertion_without_id" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
        section: "RFC 7523 section 3",
        advice: "Set jti to a new random text in each assertion.",
    }
    /// The assertion was used before.
    AssertionReplayed = "assertion_replayed" {
        rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
        medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
        section: "RFC 7523 section 3",
        advice: "An assertion works once: make a new one, with a new jti, for each request.",
    }
    /// A resource type or an operation that is not here.
    NotInAuthSlice = "not_in_auth_slice" {
        rfc: AUTH_SLICE,
        medplum: AUTH_SLICE,
        section: "Anteroom: FHIR",
        advice: "Ask a FHIR server for other resources; this one keeps what signing in needs.",
    }
    /// No such resource in the caller's project, or none that the caller may see.
    ResourceNotFound = "resource_not_found" {
        rfc: NOT_FOUND,
        medplum: NOT_FOUND,
        section: "FHIR R4 section 3.1.0.1",
        advice: "Check the id; the access policy of the caller may hide the resource.",
    }
    /// The resource was deleted.
    ResourceGone = "resource_gone" {
        rfc: GONE,
        medplum: GONE,
        section: "FHIR R4 section 3.1.0.1",
        advice: "The resource was deleted; the Activity screen says when and by whom.",
    }
    /// The access policy does not allow it.
    PolicyForbids = "policy_forbids" {
        rfc: FORBIDDEN,
        medplum: FORBIDDEN,
        section: "Medplum: access policies",
        advice: "Look under Access policies which entry would allow it; clients and policies are written by project admins only.",
    }
    /// The scope of the token does not allow it.
    ScopeForbids = "scope_forbids" {
        rfc: FORBIDDEN,
        medplum: FORBIDDEN,
        section: "SMART App Launch 2.2: scopes for requesting FHIR resources",
        advice: "The access policy would allow it; ask for a scope that names the resource type and the permission.",
    }
    /// `If-Match` names another version.
    VersionsDiffer = "versions_differ" {
        rfc: PRECONDITION_FAILED,
        medplum: PRECONDITION_FAILED,
        section: "FHIR R4 section 3.1.0.5",
        advice: "Somebody changed the resource meanwhile; read it again and repeat the change.",
    }
    /// The body is of another type than the path.
    IncorrectResourceType = "incorrect_resource_type" {
        rfc: outcome(400, None, "invalid", "Incorrect resource type"),
        medplum: outcome(400, None, "invalid", "Incorrect resource type"),
        section: "FHIR R4 section 3.1.0.8",
        advice: "Send the resource to the path of its resourceType.",
    }
    /// The id in the body is another one than in the path.
    IncorrectResourceId = "incorrect_resource_id" {
        rfc: outcome(400, None, "invalid", "Incorrect resource ID"),
        medplum: outcome(400, None, "invalid", "Incorrect resource ID"),
        section: "FHIR R4 section 3.1.0.4",
        advice: "Send the same id in the body and in the path.",
    }
    /// The JSON Patch cannot be applied, or one of its tests failed.
    PatchNotApplied = "patch_not_applied" {
        rfc: outcome(400, None, "invalid", "The JSON Patch could not be applied"),
        medplum: outcome(400, None, "invalid", "The JSON Patch could not be applied"),
        section: "RFC 6902 section 5",
        advice: "Check the paths and the tests of the patch against the resource as it is now.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_refusal_has_a_name_of_its_own_and_says_what_to_do() {
        let mut names = HashSet::new();
        for refusal in Refusal::ALL {
            let row = refusal.row();
            assert!(names.insert(row.name), "{} twice", row.name);
            assert!(row.advice.ends_with('.') && row.advice.len() > 20, "{}: {}", row.name, row.advice);
            assert!(!row.section.is_empty());
            assert_eq!(Refusal::parse(row.name), Some(*refusal));
        }
    }

    #[test]
    fn rfc6749_5_2_descriptions_are_printable_ascii_without_quotes_and_backslashes() {
        for refusal in Refusal::ALL {
            for answer in [refusal.row().rfc, refusal.row().medplum] {
                if let Answer::OAuth(answer) = answer {
                    assert!(
                        answer
                            .description
                            .bytes()
                            .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'),
                        "{}",
                        answer.description
                    );
                }
            }
        }
    }

    #[test]
    fn an_unknown_client_and_a_wrong_secret_look_alike_in_the_rfc_dialect() {
        assert_eq!(Refusal::UnknownClient.row().rfc, Refusal::WrongSecret.row().rfc);
    }
}
