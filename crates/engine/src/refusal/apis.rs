//! What tokens for APIs are refused for: Auth0's `audience`, client grants, and the Management API.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
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
        }
    };
}

pub(super) use rows;
