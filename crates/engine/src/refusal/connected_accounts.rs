//! The My Account API and connecting accounts.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// The My Account API was called without a good access token.
            MeInvalidToken = "me_invalid_token" {
                rfc: unpublished::ME_TOKEN,
                medplum: unpublished::ME_TOKEN,
                section: "Auth0: My Account API",
                advice: "Send an access token of a person with the audience <issuer>me/, slash included.",
            }
            /// The access token lacks the scope of the operation.
            MeInsufficientScope = "me_insufficient_scope" {
                rfc: unpublished::ME_SCOPE,
                medplum: unpublished::ME_SCOPE,
                section: "Auth0: My Account API",
                advice: "Give the client a client grant of subject type user with the scope, and ask for it at the authorization endpoint.",
            }
            /// A body of the My Account API does not have its form.
            MeInvalidBody = "me_invalid_body" {
                rfc: unpublished::ME_BODY,
                medplum: unpublished::ME_BODY,
                section: "Auth0: My Account API",
                advice: "The answer's validation_errors name each member that is wrong.",
            }
            /// A body of the My Account API is no JSON.
            MeMediaType = "me_media_type" {
                rfc: unpublished::ME_MEDIA_TYPE,
                medplum: unpublished::ME_MEDIA_TYPE,
                section: "Auth0: My Account API",
                advice: "Send the body as application/json.",
            }
            /// The connection to connect is not there, or switched off.
            MeUnknownConnection = "me_unknown_connection" {
                rfc: unpublished::ME_CONNECTION,
                medplum: unpublished::ME_CONNECTION,
                section: "Auth0: connected accounts",
                advice: "Check the connection's name, and set its connected_accounts.active.",
            }
            /// The client may not use the connection.
            MeConnectionNotEnabled = "me_connection_not_enabled" {
                rfc: unpublished::ME_CONNECTION_NOT_ENABLED,
                medplum: unpublished::ME_CONNECTION_NOT_ENABLED,
                section: "Auth0: enable connections",
                advice: "Enable the connection for the client.",
            }
            /// The redirect URI is not registered, or not the first one.
            MeRedirectUri = "me_redirect_uri" {
                rfc: unpublished::ME_REDIRECT_URI,
                medplum: unpublished::ME_REDIRECT_URI,
                section: "Auth0: connected accounts",
                advice: "Register the redirect URI on the client, and send the same one to connect and complete.",
            }
            /// The session is not there, not the caller's, or too old.
            MeSession = "me_session" {
                rfc: unpublished::ME_SESSION,
                medplum: unpublished::ME_SESSION,
                section: "Auth0: connected accounts",
                advice: "Complete within five minutes, with the access token of the same person and client.",
            }
            /// The session was completed or ended before.
            MeSessionCompleted = "me_session_completed" {
                rfc: unpublished::ME_COMPLETED,
                medplum: unpublished::ME_COMPLETED,
                section: "Auth0: connected accounts",
                advice: "Begin again with connect: a session completes once.",
            }
            /// The connect code is not the session's.
            MeConnectCode = "me_connect_code" {
                rfc: unpublished::ME_CONNECT_CODE,
                medplum: unpublished::ME_CONNECT_CODE,
                section: "Auth0: connected accounts",
                advice: "Send the connect_code from the address the browser came back to.",
            }
            /// The code verifier is missing or does not fit.
            MeVerifier = "me_verifier" {
                rfc: unpublished::ME_VERIFIER,
                medplum: unpublished::ME_VERIFIER,
                section: "RFC 7636 section 4.6",
                advice: "Send the code_verifier whose S256 challenge went to connect.",
            }
            /// No such account of this person.
            MeUnknownAccount = "me_unknown_account" {
                rfc: unpublished::ME_ACCOUNT,
                medplum: unpublished::ME_ACCOUNT,
                section: "Auth0: connected accounts",
                advice: "List the accounts: this id is none of them.",
            }
            /// A ticket or a provider's answer that belongs to no connect session of this browser.
            ConnectTicket = "connect_ticket" {
                rfc: oauth(400, E::InvalidRequest, "Unknown, used or expired ticket"),
                medplum: oauth(400, E::InvalidRequest, "Unknown, used or expired ticket"),
                section: "Auth0: connected accounts",
                advice: "Begin again with connect, and open the address once, within five minutes, in one browser.",
            }
        }
    };
}

pub(super) use rows;
