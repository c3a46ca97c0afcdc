//! Token type identifiers: the values of `subject_token_type`, `requested_token_type` and `issued_token_type`.
//! RFC 8693 §3, Auth0 Token Vault.

// [RFC8693 §3]
/// `urn:ietf:params:oauth:token-type:access_token`: an access token. RFC 8693 §3.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// `urn:ietf:params:oauth:token-type:refresh_token`: a refresh token. RFC 8693 §3.
pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
/// `urn:ietf:params:oauth:token-type:id_token`: an ID token. RFC 8693 §3.
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// `http://auth0.com/oauth/token-type/federated-connection-access-token`: an external provider's access token. Auth0 Token
/// Vault.
pub const FEDERATED_CONNECTION_ACCESS_TOKEN: &str =
    "http://auth0.com/oauth/token-type/federated-connection-access-token";
