//! The values of `grant_type`: RFC 6749 §4 and §6, RFC 8693 §2.1, OID4VCI 1.0 §6.1, Auth0 Token Vault.
//!
//! # Not supported
//! `password` and the implicit grant: RFC 9700 §2.1.2 and §2.4 forbid them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A grant that the token endpoint knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GrantType {
    /// `authorization_code`: a code from the authorization endpoint. RFC 6749 §4.1.3.
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// `refresh_token`: new tokens for an old approval. RFC 6749 §6.
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// `client_credentials`: the client acts for itself. RFC 6749 §4.4.2.
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// `urn:ietf:params:oauth:grant-type:pre-authorized_code`: a code handed over outside. OID4VCI 1.0 §6.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:pre-authorized_code")]
    PreAuthorizedCode,
    /// `urn:ietf:params:oauth:grant-type:token-exchange`: another issuer's token. RFC 8693 §2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// `urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token`: an external provider's token
    /// for one of ours. Auth0 Token Vault. A client has it only when its list names it.
    #[serde(rename = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token")]
    FederatedConnectionAccessToken,
}

impl GrantType {
    /// Every grant, in the order screens show them.
    pub const ALL: [Self; 6] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::PreAuthorizedCode,
        Self::TokenExchange,
        Self::FederatedConnectionAccessToken,
    ];

    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            // [OID4VCI §6.1]
            Self::PreAuthorizedCode => "urn:ietf:params:oauth:grant-type:pre-authorized_code",
            // [RFC8693 §2.1]
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::FederatedConnectionAccessToken => {
                "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token"
            }
        }
    }
}

impl fmt::Display for GrantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no `grant_type` of ours: `unsupported_grant_type` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this grant type is not supported")]
pub struct UnknownGrantType;

impl FromStr for GrantType {
    type Err = UnknownGrantType;

    /// [RFC6749 §4.5] The comparison is exact: grant types are case-sensitive names or absolute URIs.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text).ok_or(UnknownGrantType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_4_5_wire_values_are_compared_exactly() {
        for grant in GrantType::ALL {
            assert_eq!(grant.as_str().parse(), Ok(grant));
            assert_eq!(serde_json::to_value(grant).unwrap(), grant.as_str(), "serde says the same as as_str");
            assert_eq!(grant.as_str().to_uppercase().parse::<GrantType>(), Err(UnknownGrantType));
        }
    }

    #[test]
    fn oid4vci_6_1_rfc8693_2_1_extension_grants_are_uris() {
        assert_eq!(
            GrantType::PreAuthorizedCode.as_str(),
            "urn:ietf:params:oauth:grant-type:pre-authorized_code"
        );
        assert_eq!(GrantType::TokenExchange.as_str(), "urn:ietf:params:oauth:grant-type:token-exchange");
    }

    #[test]
    fn tk_02_password_and_junk_are_unknown() {
        for text in
            ["password", "implicit", "", " authorization_code", "pre-authorized_code", "token-exchange"]
        {
            assert_eq!(text.parse::<GrantType>(), Err(UnknownGrantType), "{text:?}");
        }
    }
}
