//! Rows of Medplum's own tests that need no server of their own, or several parts of one.

use anteroom_oauth::smart_scope::{self, Context, Permission};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{DESK, DESK_SECRET, LEGACY, PORTAL};
use anteroom_testkit::provider::{Person, Provider};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use crate::auth::{server, signed_in};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

#[test]
fn rows_of_smart_scopes() {
    use Permission::{Create, Delete, Read, Search, Update};
    for scope in
        ["", "openid", "x/y.z", "patient/Observation.chum", "patient/Observation.sdurc", "user/Patient.c*"]
    {
        let words = smart_scope::parse(scope).unwrap_or_default();
        assert!(words.is_empty(), "Parse empty: {scope}: nothing is allowed by it");
    }
    assert!(
        smart_scope::parse("openid profile").is_none(),
        "Do not change access policy: it says nothing about FHIR"
    );
    for (scope, context, name, allowed) in [
        ("patient/Observation.rs", Context::Patient, "Observation", vec![Read, Search]),
        ("user/Patient.read", Context::User, "Patient", vec![Read, Search]),
        ("user/Patient.write", Context::User, "Patient", vec![Create, Update, Delete]),
        ("system/Patient.*", Context::System, "Patient", vec![Create, Read, Update, Delete, Search]),
        ("system/*.cruds", Context::System, "Anything", vec![Create, Read, Update, Delete, Search]),
    ] {
        let words = smart_scope::parse(scope).expect("Parse scopes");
        assert_eq!(words[0].context, context, "{scope}");
        for permission in [Create, Read, Update, Delete, Search] {
            assert_eq!(
                words[0].allows(name, permission),
                allowed.contains(&permission),
                "{scope} {permission:?}"
            );
        }
    }
    let with_criteria = smart_scope::parse("user/Patient.rs?gender=male").unwrap();
    assert_eq!(with_criteria[0].criteria.as_deref(), Some("gender=male"), "Parse scopes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_opens_nothing_over_fhir() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({ "scope": "openid offline_access" })).await;
    let ask = async |token: &str| server.get("/fhir/R4/Patient").bearer(token).send().await.status;
    assert_eq!(ask(&tokens.str("access_token")).await, 200);
    assert_eq!(
        ask(&tokens.str("refresh_token")).await,
        401,
        "Rejects a refresh token presented as a bearer access token"
    );
    assert_eq!(ask(&tokens.str("id_token")).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_lifetimes() {
    let server = TestServer::start().await;
    for (title, member) in [
        ("accessTokenLifetime -- Invalid duration", "accessTokenLifetime"),
        ("refreshTokenLifetime -- Invalid duration", "refreshTokenLifetime"),
    ] {
        for value in ["medium", "1 h", "-1h", ""] {
            let body = json!({ "resourceType": "ClientApplication", "name": "Wrong", member: value });
            let reply =
                server.post("/fhir/R4/ClientApplication").basic(DESK, DESK_SECRET).json(&body).send().await;
            assert_eq!(reply.status, 400, "{title}: {value:?}: {reply:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_people_from_elsewhere() {
    let provider = Provider::start().await;
    let place = "/projects/0/clients/3/identityProvider";
    let by_subject = json!({ "userInfoUrl": provider.url("userinfo"), "useSubject": true });
    let clinic = Clinic::medplum()
        .with("/projects/0/allowedOutboundHosts", json!([provider.host()]))
        .with(place, by_subject);
    let server = TestServer::over(clinic).await;
    let exchange = async |person: &Person| {
        let token = provider.access_token(person);
        let fields = [
            ("grant_type", EXCHANGE),
            ("client_id", LEGACY),
            ("subject_token", token.as_str()),
            ("subject_token_type", ACCESS_TOKEN),
        ];
        server.post("/oauth2/token").form(&fields).send().await
    };
    let unknown = exchange(&Person::new("nobody", "pat@example.org")).await;
    assert_eq!(unknown.outcome().1, "User not found", "Login with externalId not found");
    provider.turn(|knobs| knobs.claims = json!({ "sub": null, "email": null }));
    let nothing = exchange(&Person::new("nobody", "")).await;
    assert_eq!(
        nothing.outcome().1,
        "Missing email or externalId",
        "External auth without email or externalId"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_urls_are_http_or_https() {
    let server = TestServer::start().await;
    let put = async |url: &str| {
        let path = format!("/fhir/R4/ClientApplication/{PORTAL}");
        let change = json!([{ "op": "add", "path": "/identityProvider", "value": { "userInfoUrl": url } }]);
        server.request("PATCH", &path).basic(DESK, DESK_SECRET).json(&change).send().await.status
    };
    let title = "oauth/utils: normalizeUserInfoUrl";
    for (url, status) in [
        ("https://idp.example.org/userinfo", 200),
        ("http://idp.example.org/userinfo", 200),
        ("file:///etc/passwd", 400),
        ("ftp://idp.example.org/", 400),
        ("userinfo", 400),
    ] {
        assert_eq!(put(url).await, status, "{title}: {url}");
    }
}
