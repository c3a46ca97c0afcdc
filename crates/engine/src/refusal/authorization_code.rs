//! Redeeming an authorization code [RFC6749 §4.1.3], with PKCE [RFC7636 §4.6].

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
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
        }
    };
}

pub(super) use rows;
