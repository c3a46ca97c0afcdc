//! Token Vault: exchanging a token for a provider's.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// The client's list of grants does not name the Token Vault exchange.
            VaultGrantNotAllowed = "vault_grant_not_allowed" {
                rfc: unpublished::GRANT,
                medplum: unpublished::GRANT,
                section: "Auth0: update grant types",
                advice: "Add the Token Vault grant to the client's grant types; it is never allowed by silence.",
            }
            /// A third-party client at the Token Vault.
            VaultClientThirdParty = "vault_client_third_party" {
                rfc: unpublished::THIRD_PARTY,
                medplum: unpublished::THIRD_PARTY,
                section: "Auth0: configure Token Vault",
                advice: "Use one of the project's own clients: is_first_party must be true.",
            }
            /// A public client at the Token Vault.
            VaultClientPublic = "vault_client_public" {
                rfc: unpublished::PUBLIC,
                medplum: unpublished::PUBLIC,
                section: "Auth0: configure Token Vault",
                advice: "Let the API's own client exchange: it keeps a secret. A browser cannot.",
            }
            /// A client without OIDC conformance at the Token Vault.
            VaultClientNotConformant = "vault_client_not_conformant" {
                rfc: unpublished::NOT_CONFORMANT,
                medplum: unpublished::NOT_CONFORMANT,
                section: "Auth0: configure Token Vault",
                advice: "Switch oidc_conformant on; a client made with a name alone is created without it.",
            }
            /// An exchange without `subject_token`.
            VaultMissingSubjectToken = "vault_missing_subject_token" {
                rfc: unpublished::NO_SUBJECT_TOKEN,
                medplum: unpublished::NO_SUBJECT_TOKEN,
                section: "RFC 8693 section 2.1",
                advice: "Send the person's access token, or the client's refresh token, as subject_token.",
            }
            /// An exchange without `subject_token_type`.
            VaultMissingSubjectTokenType = "vault_missing_subject_token_type" {
                rfc: unpublished::NO_SUBJECT_TOKEN_TYPE,
                medplum: unpublished::NO_SUBJECT_TOKEN_TYPE,
                section: "RFC 8693 section 2.1",
                advice: "Say what subject_token is: urn:ietf:params:oauth:token-type:access_token or the same ending in refresh_token.",
            }
            /// An exchange without `requested_token_type`.
            VaultMissingRequestedTokenType = "vault_missing_requested_token_type" {
                rfc: unpublished::NO_REQUESTED_TOKEN_TYPE,
                medplum: unpublished::NO_REQUESTED_TOKEN_TYPE,
                section: "Auth0: Token Vault, get token",
                advice: "Send requested_token_type=http://auth0.com/oauth/token-type/federated-connection-access-token.",
            }
            /// An exchange without `connection`.
            VaultMissingConnection = "vault_missing_connection" {
                rfc: unpublished::NO_CONNECTION,
                medplum: unpublished::NO_CONNECTION,
                section: "Auth0: Token Vault, get token",
                advice: "Send the name of the connection whose provider's token is wanted.",
            }
            /// A `subject_token_type` the Token Vault does not exchange.
            VaultSubjectTokenType = "vault_subject_token_type" {
                rfc: unpublished::SUBJECT_TOKEN_TYPE,
                medplum: unpublished::SUBJECT_TOKEN_TYPE,
                section: "RFC 8693 section 3",
                advice: "Exchange an access token or a refresh token; the privileged worker's JWT is not supported.",
            }
            /// Another `requested_token_type` than the Token Vault's.
            VaultRequestedTokenType = "vault_requested_token_type" {
                rfc: unpublished::REQUESTED_TOKEN_TYPE,
                medplum: unpublished::REQUESTED_TOKEN_TYPE,
                section: "Auth0: Token Vault, get token",
                advice: "Ask for http://auth0.com/oauth/token-type/federated-connection-access-token.",
            }
            /// The refresh token to exchange is not good.
            VaultRefreshToken = "vault_refresh_token" {
                rfc: unpublished::REFRESH_TOKEN,
                medplum: unpublished::REFRESH_TOKEN,
                section: "Auth0: refresh token exchange",
                advice: "Send the client's own newest refresh token: this one is unknown, expired, revoked or another client's.",
            }
            /// The client's refresh tokens rotate.
            VaultRefreshTokenRotates = "vault_refresh_token_rotates" {
                rfc: unpublished::ROTATING,
                medplum: unpublished::ROTATING,
                section: "Auth0: refresh token exchange",
                advice: "Set the client's refresh token rotation to non-rotating, and have the person sign in again.",
            }
            /// A client that exchanges refresh tokens without the grants that give it one.
            VaultRefreshGrantNotAllowed = "vault_refresh_grant_not_allowed" {
                rfc: unpublished::REFRESH_GRANT,
                medplum: unpublished::REFRESH_GRANT,
                section: "Auth0: refresh token exchange",
                advice: "Add authorization_code and refresh_token to the client's grant types.",
            }
            /// The access token to exchange is not good.
            VaultAccessToken = "vault_access_token" {
                rfc: unpublished::ACCESS_TOKEN,
                medplum: unpublished::ACCESS_TOKEN,
                section: "Auth0: Token Vault, get token",
                advice: "Send a live access token of this server; the log says what is wrong with this one.",
            }
            /// The access token is for another API than the client's.
            VaultAudience = "vault_audience" {
                rfc: unpublished::AUDIENCE,
                medplum: unpublished::AUDIENCE,
                section: "Auth0: access token exchange",
                advice: "Ask for the token with the API's identifier as audience, and exchange it as the client linked to that API.",
            }
            /// The client acts for no API.
            VaultClientWithoutApi = "vault_client_without_api" {
                rfc: unpublished::WITHOUT_API,
                medplum: unpublished::WITHOUT_API,
                section: "Auth0: access token exchange",
                advice: "Exchange access tokens as the client that was created with the API's resource_server_identifier.",
            }
            /// The subject token names nobody, or somebody inactive.
            VaultUserNotFound = "vault_user_not_found" {
                rfc: unpublished::USER,
                medplum: unpublished::USER,
                section: "Auth0: Token Vault, get token",
                advice: "Exchange a token of an active person of the project; a client's own token names nobody.",
            }
            /// The vault holds nothing for this person and connection.
            VaultAccountNotFound = "vault_account_not_found" {
                rfc: unpublished::ACCOUNT,
                medplum: unpublished::ACCOUNT,
                section: "Auth0: connected accounts",
                advice: "Have the person connect an account: signing in through the connection does not fill the vault. Check the connection's name.",
            }
            /// `login_hint` is none of the person's accounts.
            VaultLoginHint = "vault_login_hint" {
                rfc: unpublished::LOGIN_HINT,
                medplum: unpublished::LOGIN_HINT,
                section: "Auth0: Token Vault, get token",
                advice: "Send the person's user id at the provider, not an e-mail address, or leave login_hint out.",
            }
            /// The connection's connected accounts are switched off.
            VaultConnectionInactive = "vault_connection_inactive" {
                rfc: unpublished::CONNECTION_INACTIVE,
                medplum: unpublished::CONNECTION_INACTIVE,
                section: "Auth0: connected accounts",
                advice: "Set connected_accounts.active of the connection.",
            }
            /// The connection is not enabled for the client.
            VaultConnectionNotEnabled = "vault_connection_not_enabled" {
                rfc: unpublished::CONNECTION_NOT_ENABLED,
                medplum: unpublished::CONNECTION_NOT_ENABLED,
                section: "Auth0: enable connections",
                advice: "Enable the connection for the client that exchanges, or for the one the person uses.",
            }
            /// The provider gave no new access token.
            VaultRefreshRefused = "vault_refresh_refused" {
                rfc: unpublished::REFRESH_REFUSED,
                medplum: unpublished::REFRESH_REFUSED,
                section: "Auth0: Token Vault, get token",
                advice: "The log says what the provider answered. If it refused the refresh token, the person has to connect the account again.",
            }
        }
    };
}

pub(super) use rows;
