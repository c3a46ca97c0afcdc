//! Calls with a token or as Basic client: the caller, on-behalf-of, who may administer.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
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
        }
    };
}

pub(super) use rows;
