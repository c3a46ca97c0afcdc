//! Authorization server metadata: [RFC8414 §2], [OpenID Connect Discovery §3]. Only what is there is listed.

use anteroom_oauth::metadata::ServerMetadata;

use crate::endpoint::token::GRANT_TYPES_SUPPORTED;
use crate::issuer::Issuer;

/// What an id token or the userinfo endpoint can say.
const CLAIMS_SUPPORTED: &[&str] = &[
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "name",
    "given_name",
    "family_name",
    "birthdate",
    "gender",
    "profile",
    "locale",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
    "fhirUser",
];

/// The discovery document of an issuer.
pub fn document(issuer: &Issuer) -> ServerMetadata {
    ServerMetadata {
        issuer: issuer.as_str().to_owned(),
        authorization_endpoint: Some(issuer.endpoint("oauth2/authorize")),
        token_endpoint: Some(issuer.endpoint("oauth2/token")),
        introspection_endpoint: Some(issuer.endpoint("oauth2/introspect")),
        revocation_endpoint: Some(issuer.endpoint("oauth2/revoke")),
        // [RP-Initiated Logout §2.1] named here
        end_session_endpoint: Some(issuer.endpoint("oauth2/logout")),
        userinfo_endpoint: Some(issuer.endpoint("oauth2/userinfo")),
        jwks_uri: Some(issuer.endpoint(".well-known/jwks.json")),
        scopes_supported: ["openid", "profile", "email", "phone", "address", "fhirUser", "offline_access"]
            .map(str::to_owned)
            .to_vec(),
        // [RFC9700 §2.1.2] codes only, in the query only
        response_types_supported: vec!["code"],
        response_modes_supported: vec!["query"],
        code_challenge_methods_supported: vec!["S256"],
        // [RFC9207 §3] said here
        authorization_response_iss_parameter_supported: Some(true),
        request_parameter_supported: Some(false),
        request_uri_parameter_supported: Some(false),
        claims_parameter_supported: Some(false),
        ui_locales_supported: vec!["en", "de", "es"],
        grant_types_supported: GRANT_TYPES_SUPPORTED.to_vec(),
        token_endpoint_auth_methods_supported: vec![
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        token_endpoint_auth_signing_alg_values_supported: vec!["ES256", "RS256", "ES384", "RS384"],
        subject_types_supported: vec!["public"],
        // [OIDC-DISCOVERY §3] RS256 is among them
        id_token_signing_alg_values_supported: vec!["ES256", "RS256"],
        claims_supported: CLAIMS_SUPPORTED.to_vec(),
        // [OpenID4VCI 1.0 §12.3] a code is redeemed by the client it was issued for, never anonymously
        pre_authorized_grant_anonymous_access_supported: Some(false),
        ..ServerMetadata::default()
    }
}
