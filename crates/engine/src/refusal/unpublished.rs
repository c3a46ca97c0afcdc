//! What Auth0 answers and does not publish, in one table: the Token Vault exchange and the My Account API.
//!
//! Auth0 publishes the statuses of the exchange (401 for a bad subject token, bad credentials and a person without an
//! identity on the connection; 403 for a client that may not) and a few codes. The words here are ours, or were seen in
//! answers of the real service. A later finding changes one line.

use super::{Answer, ErrorCode as E, ProblemAnswer, oauth};

/// What problem types of the My Account API begin with.
pub const PROBLEM_TYPE: &str = "https://auth0.com/api-errors/";

const fn problem(
    status: u16,
    kind: &'static str,
    title: &'static str,
    detail: &'static str,
    field: Option<&'static str>,
) -> Answer {
    Answer::Problem(ProblemAnswer { status, kind, title, detail, field })
}

const fn invalid(detail: &'static str, field: &'static str) -> Answer {
    problem(400, "A0E-400-0003", "Invalid Request", detail, Some(field))
}

// The exchange. Text and status seen in answers: grant, refresh token, not found, hint, refused.
pub(super) const GRANT: Answer = oauth(
    403,
    E::UnauthorizedClient,
    "Grant type 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token' not allowed for the \
     client.",
);
pub(super) const THIRD_PARTY: Answer =
    oauth(403, E::UnauthorizedClient, "Token Vault is available to first-party clients only.");
pub(super) const PUBLIC: Answer = oauth(
    403,
    E::UnauthorizedClient,
    "Token Vault is not available to clients with token_endpoint_auth_method none.",
);
pub(super) const NOT_CONFORMANT: Answer =
    oauth(403, E::UnauthorizedClient, "Token Vault is available to OIDC conformant clients only.");
pub(super) const NO_SUBJECT_TOKEN: Answer =
    oauth(400, E::InvalidRequest, "Missing required parameter: subject_token");
pub(super) const NO_SUBJECT_TOKEN_TYPE: Answer =
    oauth(400, E::InvalidRequest, "Missing required parameter: subject_token_type");
pub(super) const NO_REQUESTED_TOKEN_TYPE: Answer =
    oauth(400, E::InvalidRequest, "Missing required parameter: requested_token_type");
pub(super) const NO_CONNECTION: Answer =
    oauth(400, E::InvalidRequest, "Missing required parameter: connection");
pub(super) const SUBJECT_TOKEN_TYPE: Answer = oauth(400, E::InvalidRequest, "Unsupported subject_token_type");
pub(super) const REQUESTED_TOKEN_TYPE: Answer =
    oauth(400, E::InvalidRequest, "Unsupported requested_token_type");
pub(super) const REFRESH_TOKEN: Answer = oauth(401, E::InvalidGrant, "Unknown or invalid refresh token.");
pub(super) const ROTATING: Answer =
    oauth(400, E::InvalidRequest, "Refresh token rotation is not supported for this grant.");
pub(super) const REFRESH_GRANT: Answer = oauth(
    403,
    E::UnauthorizedClient,
    "The grants authorization_code and refresh_token are required to exchange a refresh token.",
);
pub(super) const ACCESS_TOKEN: Answer = oauth(401, E::InvalidGrant, "Invalid subject token.");
pub(super) const AUDIENCE: Answer = oauth(
    403,
    E::UnauthorizedClient,
    "The audience of the subject token is not the resource server of the client.",
);
pub(super) const WITHOUT_API: Answer =
    oauth(403, E::UnauthorizedClient, "The client is not linked to a resource server.");
pub(super) const USER: Answer = oauth(401, E::UserNotFound, "User not found.");
pub(super) const ACCOUNT: Answer =
    oauth(401, E::FederatedConnectionRefreshTokenNotFound, "Federated connection Refresh Token not found.");
pub(super) const LOGIN_HINT: Answer = oauth(401, E::UserNotFound, "Identity User not found.");
pub(super) const REFRESH_REFUSED: Answer = oauth(
    401,
    E::FederatedConnectionRefreshTokenFlowFailed,
    "Refresh Token flow for the Federated Connection failed",
);
pub(super) const CONNECTION_INACTIVE: Answer =
    oauth(403, E::UnauthorizedClient, "Connected accounts are not active for the connection.");
pub(super) const CONNECTION_NOT_ENABLED: Answer =
    oauth(403, E::UnauthorizedClient, "The connection is not enabled for the client.");

// The My Account API. Only the first was seen.
pub(super) const ME_TOKEN: Answer = problem(401, "A0E-401-0003", "Invalid Token", "Invalid Token", None);
pub(super) const ME_SCOPE: Answer = problem(
    403,
    "A0E-403-0002",
    "Insufficient Scope",
    "The access token does not have the scope of this operation",
    None,
);
pub(super) const ME_BODY: Answer =
    problem(400, "A0E-400-0003", "Invalid Request", "The request does not have its form", None);
pub(super) const ME_MEDIA_TYPE: Answer =
    problem(415, "A0E-415-0001", "Unsupported Media Type", "The body must be application/json", None);
pub(super) const ME_CONNECTION: Answer =
    invalid("The connection does not exist, or its connected accounts are not active", "connection");
pub(super) const ME_CONNECTION_NOT_ENABLED: Answer = problem(
    403,
    "A0E-403-0003",
    "Forbidden",
    "The connection is not enabled for the client",
    Some("connection"),
);
pub(super) const ME_REDIRECT_URI: Answer = invalid(
    "The redirect URI is not an allowed callback URL of the client, or differs from the first one",
    "redirect_uri",
);
pub(super) const ME_SESSION: Answer =
    invalid("The session does not exist, has expired or belongs to somebody else", "auth_session");
pub(super) const ME_COMPLETED: Answer =
    problem(409, "A0E-409-0001", "Conflict", "The session was completed before", Some("auth_session"));
pub(super) const ME_CONNECT_CODE: Answer = invalid("The connect code is not the session's", "connect_code");
pub(super) const ME_VERIFIER: Answer =
    invalid("The code verifier does not belong to the code challenge", "code_verifier");
pub(super) const ME_ACCOUNT: Answer = invalid("The connected account does not exist", "id");
