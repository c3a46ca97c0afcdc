//! Discovery: [RFC8414], [OIDC-DISCOVERY §4], [RFC9728] and SMART App Launch 2.x. The documents of authorization
//! servers are written once, when the server starts.
//!
//! # Not supported
//! Asking staff which patient is meant: `capabilities` names no `context-standalone-patient`.

use anteroom_engine::endpoint::authorization_server_metadata;
use anteroom_engine::issuer::Issuer;
use anteroom_oauth::form::Form;
use anteroom_oauth::grant_type::GrantType;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::body::Bytes;
use serde::Serialize;

use crate::call::Call;
use crate::headers::{JSON, TEXT};
use crate::respond::response;

/// How long a copy may be used: short, because a tester moves the server about.
pub(crate) const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The documents of every base URL.
pub(crate) struct Documents(Vec<Document>);

struct Document {
    issuer: Issuer,
    metadata: Bytes,
    scopes_supported: Vec<String>,
}

impl Documents {
    pub(crate) fn new(issuers: &[Issuer]) -> Self {
        let document = |issuer: &Issuer| {
            let metadata = authorization_server_metadata::document(issuer);
            let json = serde_json::to_vec(&metadata).expect("strings under fixed names always serialize");
            Document {
                issuer: issuer.clone(),
                metadata: json.into(),
                scopes_supported: metadata.scopes_supported,
            }
        };
        Self(issuers.iter().map(document).collect())
    }

    fn of(&self, issuer: &Issuer) -> Option<&Document> {
        self.0.iter().find(|document| document.issuer == *issuer)
    }
}

/// `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server` [RFC8414 §3]: 200 and JSON [RFC8414 §3.2].
pub(crate) fn authorization_server(call: &Call) -> Response {
    let issuer = match inserted_base(call) {
        None => Some(call.issuer()),
        Some(path) => call.shared.engine.issuers().iter().find(|issuer| {
            // [RFC8414 §3.1] the well-known part stands between the host and the path of the issuer
            let same_host = host(issuer.as_str()) == host(call.issuer().as_str());
            same_host
                && issuer
                    .as_str()
                    .trim_end_matches('/')
                    .ends_with(&format!("/{}", path.trim_end_matches('/')))
        }),
    };
    match issuer.and_then(|issuer| call.shared.documents.of(issuer)) {
        Some(document) => kept(document.metadata.clone()),
        None => response(StatusCode::NOT_FOUND, JSON, r#"{"error":"not_found"}"#),
    }
}

fn inserted_base(call: &Call) -> Option<&str> {
    call.parts.uri.path().split_once("/.well-known/oauth-authorization-server/").map(|(_, path)| path)
}

fn host(issuer: &str) -> Option<&str> {
    issuer.split('/').nth(2)
}

/// A document that may be kept.
pub(crate) fn kept(body: Bytes) -> Response {
    let mut response = response(StatusCode::OK, JSON, body);
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    response
}

/// SMART App Launch 2.x, "Well-Known Uniform Resource Identifiers" [SMART §8.1]: S256, and never `plain`.
#[derive(Serialize)]
struct SmartConfiguration {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: String,
    token_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    grant_types_supported: Vec<GrantType>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    scopes_supported: Vec<String>,
    response_types_supported: [&'static str; 1],
    code_challenge_methods_supported: [&'static str; 1],
    capabilities: [&'static str; 15],
}

/// What there is a flow for, and nothing else.
const CAPABILITIES: [&str; 15] = [
    "launch-ehr",
    "launch-standalone",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-banner",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "permission-offline",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
];

/// `/.well-known/smart-configuration`, also below `/fhir/R4/`.
pub(crate) fn smart_configuration(call: &Call) -> Response {
    let metadata = authorization_server_metadata::document(call.issuer());
    let smart =
        ["launch", "launch/patient", "patient/*.cruds", "user/*.cruds", "system/*.cruds"].map(str::to_owned);
    let document = SmartConfiguration {
        issuer: metadata.issuer,
        jwks_uri: metadata.jwks_uri.unwrap_or_default(),
        authorization_endpoint: metadata.authorization_endpoint.unwrap_or_default(),
        token_endpoint: metadata.token_endpoint.unwrap_or_default(),
        introspection_endpoint: metadata.introspection_endpoint.unwrap_or_default(),
        revocation_endpoint: metadata.revocation_endpoint.unwrap_or_default(),
        grant_types_supported: metadata.grant_types_supported,
        token_endpoint_auth_methods_supported: metadata.token_endpoint_auth_methods_supported,
        token_endpoint_auth_signing_alg_values_supported: metadata
            .token_endpoint_auth_signing_alg_values_supported,
        scopes_supported: metadata.scopes_supported.into_iter().chain(smart).collect(),
        response_types_supported: ["code"],
        code_challenge_methods_supported: ["S256"],
        capabilities: CAPABILITIES,
    };
    let body = serde_json::to_vec(&document).expect("strings under fixed names always serialize");
    kept(body.into())
}

/// [RFC9728 §2], what is there of it, and two members that Medplum adds.
#[derive(Serialize)]
struct ProtectedResource<'a> {
    resource: &'a str,
    issuer: &'a str,
    authorization_servers: [&'a str; 1],
    introspection_endpoint: String,
    jwks_uri: String,
    scopes_supported: &'a [String],
    bearer_methods_supported: [&'static str; 2],
}

/// `/.well-known/oauth-protected-resource`: this server as the one that accepts the tokens it issues. `resource` may name
/// an address below the base.
pub(crate) fn protected_resource(call: &Call) -> Response {
    let base = call.issuer().as_str();
    let query = call.parts.uri.query().unwrap_or_default();
    let form = Form::decode(query.as_bytes());
    let resource = form.as_ref().map(|form| form.get("resource").unwrap_or(base));
    let Some(resource) = resource.ok().filter(|resource| resource.starts_with(base)) else {
        return response(StatusCode::BAD_REQUEST, TEXT, "Invalid resource URL");
    };
    let Some(document) = call.shared.documents.of(call.issuer()) else {
        return response(StatusCode::NOT_FOUND, JSON, r#"{"error":"not_found"}"#);
    };
    let body = serde_json::to_vec(&ProtectedResource {
        resource,
        issuer: base,
        authorization_servers: [base],
        introspection_endpoint: call.issuer().endpoint("oauth2/introspect"),
        jwks_uri: call.issuer().endpoint(".well-known/jwks.json"),
        scopes_supported: &document.scopes_supported,
        // [RFC6750 §2.1] [RFC6750 §2.2]; never the query
        bearer_methods_supported: ["header", "body"],
    });
    kept(body.expect("strings under fixed names always serialize").into())
}
