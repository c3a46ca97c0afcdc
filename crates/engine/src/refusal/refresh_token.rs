//! Refreshing [RFC6749 §6].

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
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
        }
    };
}

pub(super) use rows;
