//! Token exchange [RFC8693 §2.2.2], and what the provider's userinfo endpoint said.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
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
                advice: "Press Test the address on the client's Identity provider tab: it says how far the call comes.",
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
        }
    };
}

pub(super) use rows;
