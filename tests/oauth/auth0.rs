//! What is refused at Auth0's addresses: an audience in five ways, and a token of the Management API in two.

use anteroom_testkit::builders::{PORTAL, PORTAL_SECRET};
use anteroom_testkit::{Clinic, TestServer};
use serde_json::{Value, json};

use crate::steps::{is, refused};

const MANAGER: &str = "c0ffee00-0000-4000-8000-0000000000a0";
const MANAGER_SECRET: &str = "manager-secret-manager";
const API: &str = "https://my-api.example.com";

async fn server() -> TestServer {
    let clinic = Clinic::default()
        .with("/projects/0/clients/1/redirectUris", json!(["https://c.test/cb"]))
        .with("/projects/0/apis", json!([{ "identifier": API }]))
        .with(
            "/projects/0/managementClients",
            json!([{ "id": MANAGER, "secret": MANAGER_SECRET, "scope": ["create:clients"] }]),
        );
    TestServer::over(clinic).await
}

async fn machine(
    server: &TestServer,
    path: &str,
    client: (&str, &str),
    audience: Option<&str>,
) -> anteroom_testkit::Reply {
    let mut fields =
        vec![("grant_type", "client_credentials"), ("client_id", client.0), ("client_secret", client.1)];
    fields.extend(audience.map(|audience| ("audience", audience)));
    server.post(path).form(&fields).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn cc_07_an_unknown_or_forbidden_audience_is_named() {
    let server = server().await;
    let portal = (PORTAL, PORTAL_SECRET);
    for (path, audience, expected) in [
        ("/oauth2/token", "urn:nobody", is(400, "invalid_target")),
        ("/oauth/token", "urn:nobody", is(403, "access_denied")),
        ("/oauth/token", API, is(403, "access_denied")),
    ] {
        assert_eq!(
            refused(&machine(&server, path, portal, Some(audience)).await),
            expected,
            "{path} {audience}"
        );
    }
    let me = format!("{}me/", server.base()).replace(':', "%3A").replace('/', "%2F");
    for (audience, error) in [("urn%3Anobody", "error=access_denied"), (me.as_str(), "error=invalid_request")]
    {
        let target = format!(
            "/authorize?response_type=code&client_id={PORTAL}&redirect_uri=https%3A%2F%2Fc.test%2Fcb&scope=openid\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&audience={audience}"
        );
        let reply = server.get(&target).send().await;
        assert_eq!(reply.status, 303, "{reply:?}");
        assert!(reply.header("location").is_some_and(|to| to.contains(error)), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_api_wants_a_token_for_it_and_a_scope() {
    let server = server().await;
    let audience = format!("{}api/v2/", server.base());
    let manager = (MANAGER, MANAGER_SECRET);
    let token = machine(&server, "/oauth/token", manager, Some(&audience)).await.str("access_token");
    let body = json!({ "name": "Machine" });
    assert_eq!(server.post("/api/v2/clients").json(&body).send().await.status, 401);
    let scopeless = server.post("/api/v2/resource-servers").bearer(&token).json(&body).send().await;
    assert_eq!(scopeless.status, 403, "{scopeless:?}");
    let made: Value = server.post("/api/v2/clients").bearer(&token).json(&body).send().await.json();
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let nowhere = machine(&server, "/oauth/token", (&id, &secret), None).await;
    assert_eq!(refused(&nowhere), is(403, "access_denied"), "a token of its own is for an API");
}
