//! What Auth0 answers, at the addresses Auth0 has.
//!
//! Auth0 publishes few of these. What it does not publish stands here as it was seen live, and is the one place to correct.

use anteroom_oauth::error_code::ErrorCode;

use super::{Answer, Refusal, oauth};

const UNAUTHORIZED: Answer = oauth(401, ErrorCode::AccessDenied, "Unauthorized");
const INVALID_CODE: Answer = oauth(403, ErrorCode::InvalidGrant, "Invalid authorization code");
const INVALID_REFRESH_TOKEN: Answer =
    oauth(403, ErrorCode::InvalidGrant, "Unknown or invalid refresh token.");

impl Refusal {
    /// Whether only Auth0 has this refusal, so that its words are Auth0's everywhere.
    pub const fn is_auth0s(self) -> bool {
        matches!(
            self,
            Self::ServiceNotFound
                | Self::ServiceNotEnabled
                | Self::ClientNotAuthorized
                | Self::ClientGrantMissing
        )
    }

    /// The answer in Auth0's words; the RFC's where Auth0's are not known.
    pub const fn auth0(self) -> Answer {
        match self {
            Self::UnknownClient
            | Self::WrongSecret
            | Self::MissingClientSecret
            | Self::ClientWithoutSecret
            | Self::SecretExpired
            | Self::ClientOff => UNAUTHORIZED,
            Self::UnknownAuthorizationCode
            | Self::AuthorizationCodeSpent
            | Self::AuthorizationCodeExpired
            | Self::AuthorizationCodeEnded
            | Self::AuthorizationCodeOfOtherClient => INVALID_CODE,
            Self::WrongCodeVerifier => oauth(403, ErrorCode::InvalidGrant, "Failed to verify code verifier"),
            Self::UnknownRefreshToken
            | Self::RefreshTokenExpired
            | Self::RefreshTokenRevoked
            | Self::RefreshTokenReplaced
            | Self::RefreshTokenReused
            | Self::RefreshTokenOfOtherClient => INVALID_REFRESH_TOKEN,
            Self::GrantNotAllowed => {
                oauth(403, ErrorCode::UnauthorizedClient, "Grant type not allowed for the client.")
            }
            Self::ServiceNotEnabled => {
                oauth(403, ErrorCode::AccessDenied, "Service not enabled within domain")
            }
            other => other.row().rfc,
        }
    }
}
