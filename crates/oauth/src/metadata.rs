//! The discovery document: RFC 8414 §2, OpenID Connect Discovery 1.0 §3, RFC 9207 §3, OID4VCI 1.0 §12.3.
//!
//! A member without a value is left out. What the engine does not do is not named here either: whoever adds a
//! feature adds its member.

use serde::Serialize;

use crate::grant_type::GrantType;

/// What the server says about itself, at `/.well-known/oauth-authorization-server` and
/// `/.well-known/openid-configuration`.
// [RFC8414 §2] [OIDC-DISCOVERY §3] the names of the members
// [RFC8414 §3.2] members with zero elements are left out
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServerMetadata {
    /// `issuer`: exactly the text that stands in `iss`.
    pub issuer: String,
    /// `authorization_endpoint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// `token_endpoint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// `userinfo_endpoint`: OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// `jwks_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// `registration_endpoint`: RFC 7591.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// `introspection_endpoint`: RFC 7662.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// `revocation_endpoint`: RFC 7009.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// `end_session_endpoint`: OpenID Connect RP-Initiated Logout §2.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// `scopes_supported`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// `response_types_supported`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_types_supported: Vec<&'static str>,
    /// `response_modes_supported`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<&'static str>,
    /// `grant_types_supported`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types_supported: Vec<GrantType>,
    /// `token_endpoint_auth_methods_supported`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// `token_endpoint_auth_signing_alg_values_supported`: only beside `private_key_jwt`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// `subject_types_supported`: OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_types_supported: Vec<&'static str>,
    /// `id_token_signing_alg_values_supported`: OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    /// `claims_supported`: OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims_supported: Vec<&'static str>,
    /// `code_challenge_methods_supported`: RFC 8414 §2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<&'static str>,
    /// `ui_locales_supported`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ui_locales_supported: Vec<&'static str>,
    /// `authorization_response_iss_parameter_supported`: RFC 9207 §3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_response_iss_parameter_supported: Option<bool>,
    /// `request_parameter_supported`: OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_parameter_supported: Option<bool>,
    /// `request_uri_parameter_supported`: OpenID Connect Discovery §3. Its default is `true`, so `false` must be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_uri_parameter_supported: Option<bool>,
    /// `claims_parameter_supported`: OpenID Connect Discovery §3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims_parameter_supported: Option<bool>,
    /// [OID4VCI §12.3] `pre-authorized_grant_anonymous_access_supported`.
    #[serde(
        rename = "pre-authorized_grant_anonymous_access_supported",
        skip_serializing_if = "Option::is_none"
    )]
    pub pre_authorized_grant_anonymous_access_supported: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8414_3_2_members_without_a_value_are_left_out() {
        let metadata =
            ServerMetadata { issuer: "http://127.0.0.1:8103/".into(), ..ServerMetadata::default() };
        assert_eq!(serde_json::to_string(&metadata).unwrap(), r#"{"issuer":"http://127.0.0.1:8103/"}"#);
    }

    #[test]
    fn rfc8414_2_oid4vci_12_3_members_have_the_names_of_the_registry() {
        let metadata = ServerMetadata {
            issuer: "https://i/".into(),
            token_endpoint: Some("https://i/oauth2/token".into()),
            grant_types_supported: vec![GrantType::PreAuthorizedCode],
            code_challenge_methods_supported: vec!["S256"],
            request_uri_parameter_supported: Some(false),
            pre_authorized_grant_anonymous_access_supported: Some(false),
            ..ServerMetadata::default()
        };
        assert_eq!(
            serde_json::to_value(&metadata).unwrap(),
            serde_json::json!({
                "issuer": "https://i/",
                "token_endpoint": "https://i/oauth2/token",
                "grant_types_supported": ["urn:ietf:params:oauth:grant-type:pre-authorized_code"],
                "code_challenge_methods_supported": ["S256"],
                "request_uri_parameter_supported": false,
                "pre-authorized_grant_anonymous_access_supported": false,
            })
        );
    }
}
