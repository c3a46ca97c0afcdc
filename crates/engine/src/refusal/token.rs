//! The token endpoint whatever the grant: the form, the grant, client authentication, scope.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
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
        }
    };
}

pub(super) use rows;
