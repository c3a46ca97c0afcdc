//! The `error` values: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 8707 §2,
//! OpenID Connect Core §3.1.2.6, OAuth 2.0 Multiple Response Types §2.1.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $wire:literal,)*) => {
        /// An `error` value that a client's program may branch on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The value on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)*
                }
            }
        }
    };
}

// [RFC6749 §4.1.2.1] [RFC8707 §2] [OIDC-CORE §3.1.2.6] the values
error_codes! {
    /// `invalid_request`: a parameter is missing, malformed or sent twice. RFC 6749 §5.2.
    InvalidRequest = "invalid_request",
    /// `invalid_client`: the client is unknown or did not prove who it is. RFC 6749 §5.2.
    InvalidClient = "invalid_client",
    /// `invalid_grant`: the code or refresh token is wrong, expired, used, or someone else's. RFC 6749 §5.2.
    InvalidGrant = "invalid_grant",
    /// `unauthorized_client`: the client may not use this grant. RFC 6749 §5.2.
    UnauthorizedClient = "unauthorized_client",
    /// `unsupported_grant_type`: the server does not know this grant. RFC 6749 §5.2.
    UnsupportedGrantType = "unsupported_grant_type",
    /// `invalid_scope`: malformed, unknown, or more than was granted. RFC 6749 §5.2.
    InvalidScope = "invalid_scope",
    /// `invalid_target`: `resource` or `audience` is unknown or malformed. RFC 8707 §2.
    InvalidTarget = "invalid_target",
    /// `access_denied`: the person or the server said no. RFC 6749 §4.1.2.1.
    AccessDenied = "access_denied",
    /// `unsupported_response_type`: only `code` is answered. RFC 6749 §4.1.2.1.
    UnsupportedResponseType = "unsupported_response_type",
    /// `unsupported_response_mode`: the answer cannot be sent that way. OAuth 2.0 Multiple Response Types §2.1.
    UnsupportedResponseMode = "unsupported_response_mode",
    /// `unsupported_token_type`: this kind of token cannot be revoked here. RFC 7009 §2.2.1.
    UnsupportedTokenType = "unsupported_token_type",
    /// `server_error`: our fault. RFC 6749 §4.1.2.1.
    ServerError = "server_error",
    /// `temporarily_unavailable`: too busy now, try again. RFC 6749 §4.1.2.1.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// `invalid_token`: the bearer token is expired, revoked or malformed. RFC 6750 §3.1.
    InvalidToken = "invalid_token",
    /// `insufficient_scope`: the bearer token is good but not for this. RFC 6750 §3.1.
    InsufficientScope = "insufficient_scope",
    /// `login_required`: `prompt=none` and nobody is signed in. OpenID Connect Core §3.1.2.6.
    LoginRequired = "login_required",
    /// `consent_required`: `prompt=none` and consent is missing. OpenID Connect Core §3.1.2.6.
    ConsentRequired = "consent_required",
    /// `interaction_required`: `prompt=none` and a screen is needed. OpenID Connect Core §3.1.2.6.
    InteractionRequired = "interaction_required",
    /// `request_not_supported`: the `request` parameter. OpenID Connect Core §3.1.2.6.
    RequestNotSupported = "request_not_supported",
    /// `request_uri_not_supported`: the `request_uri` parameter. OpenID Connect Core §3.1.2.6.
    RequestUriNotSupported = "request_uri_not_supported",
    /// `registration_not_supported`: the `registration` parameter. OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported = "registration_not_supported",
    /// `user_not_found`: nobody has this subject, or no account this hint. Auth0 Token Vault.
    UserNotFound = "user_not_found",
    /// `federated_connection_refresh_token_not_found`: the person connected no account. Auth0 Token Vault.
    FederatedConnectionRefreshTokenNotFound = "federated_connection_refresh_token_not_found",
    /// `federated_connection_refresh_token_flow_failed`: the provider gave no new token. Auth0 Token Vault.
    FederatedConnectionRefreshTokenFlowFailed = "federated_connection_refresh_token_flow_failed",
}

impl ErrorCode {
    /// The HTTP status of an answer that carries this code and is not a redirect.
    pub const fn status(self) -> u16 {
        match self {
            // [RFC6749 §5.2] [RFC6750 §3.1] the caller did not prove who it is
            Self::InvalidClient | Self::InvalidToken => 401,
            // [RFC6750 §3.1]
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            // [RFC7009 §2.2.1] a client may assume the token still exists and try again
            Self::TemporarilyUnavailable => 503,
            // [RFC6749 §5.2] 400 unless specified otherwise
            _ => 400,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_5_2_status_is_400_unless_stated_otherwise() {
        for &code in ErrorCode::ALL {
            let expected = match code.as_str() {
                "invalid_client" | "invalid_token" => 401,
                "insufficient_scope" => 403,
                "server_error" => 500,
                "temporarily_unavailable" => 503,
                _ => 400,
            };
            assert_eq!(code.status(), expected, "{code}");
        }
    }

    #[test]
    fn rfc6750_3_1_status_of_bearer_errors() {
        assert_eq!(ErrorCode::InvalidRequest.status(), 400);
        assert_eq!(ErrorCode::InvalidToken.status(), 401);
        assert_eq!(ErrorCode::InsufficientScope.status(), 403);
    }

    #[test]
    fn rfc7009_2_2_1_busy_is_503() {
        assert_eq!(ErrorCode::TemporarilyUnavailable.status(), 503);
        assert_eq!(ErrorCode::UnsupportedTokenType.status(), 400);
        assert_eq!(ErrorCode::UnsupportedTokenType.as_str(), "unsupported_token_type");
    }

    #[test]
    fn oidc_core_3_1_2_6_rfc8707_2_values_of_the_relatives() {
        for (code, value) in [
            (ErrorCode::LoginRequired, "login_required"),
            (ErrorCode::ConsentRequired, "consent_required"),
            (ErrorCode::InteractionRequired, "interaction_required"),
            (ErrorCode::RequestNotSupported, "request_not_supported"),
            (ErrorCode::RequestUriNotSupported, "request_uri_not_supported"),
            (ErrorCode::RegistrationNotSupported, "registration_not_supported"),
            (ErrorCode::InvalidTarget, "invalid_target"),
        ] {
            assert_eq!(code.as_str(), value);
        }
    }

    #[test]
    fn rfc6749_4_1_2_1_values_of_the_authorization_endpoint() {
        for value in [
            "invalid_request",
            "unauthorized_client",
            "access_denied",
            "unsupported_response_type",
            "invalid_scope",
            "server_error",
            "temporarily_unavailable",
        ] {
            assert_eq!(ErrorCode::ALL.iter().filter(|code| code.as_str() == value).count(), 1, "{value}");
        }
    }

    #[test]
    fn rfc6749_a_7_codes_use_the_characters_of_the_grammar() {
        for code in ErrorCode::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{code}\""));
        }
    }
}
