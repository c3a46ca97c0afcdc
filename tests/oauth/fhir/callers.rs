//! Who may ask, and for what types.

use anteroom_testkit::builders::{
    BLOCKED, BLOCKED_SECRET, DESK, DESK_SECRET, PAT, PAT_MEMBERSHIP, PORTAL, PROJECT,
};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use super::{admin, ids, pats_token};
use crate::steps::{code_with, redeem};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn nobody_gets_in_with_anything_but_good_credentials() {
    let server = TestServer::start().await;
    let live = pats_token(&server, "openid").await;
    let id_token = {
        let (code, _) = code_with(&server, json!({})).await;
        redeem(&server, PORTAL, &code, &[]).await.str("id_token")
    };
    let ask = || server.get("/fhir/R4/Patient");
    for (title, request, scheme) in [
        ("No auth header", ask(), "Bearer"),
        ("with magic param", server.get("/fhir/R4/Patient?_medplum-prompt-basic-auth=1"), "Basic"),
        ("Unrecognized auth header", ask().header("Authorization", "foo"), "Bearer"),
        ("Unrecognized auth token type", ask().header("Authorization", "foo foo"), "Bearer"),
        ("Invalid bearer token", ask().bearer("foo"), "Bearer"),
        ("id token", ask().bearer(&id_token), "Bearer"),
        ("two headers", ask().bearer(&live).bearer(&live), "Bearer"),
        ("Basic auth empty string", ask().header("Authorization", "Basic"), "Basic"),
        ("Basic auth malformed string", ask().header("Authorization", "Basic foo"), "Basic"),
        ("Basic auth empty username", ask().basic("", DESK_SECRET), "Basic"),
        ("Basic auth empty password", ask().basic(DESK, ""), "Basic"),
        ("Basic auth client not found", ask().basic("c0ffee00-0000-4000-8000-999999999999", "x"), "Basic"),
        ("Basic auth wrong password", ask().basic(DESK, "wrong"), "Basic"),
        ("an address that is kept out", ask().basic(BLOCKED, BLOCKED_SECRET), "Basic"),
    ] {
        let reply = request.send().await;
        assert_eq!(reply.outcome(), (401, "Unauthorized".into(), None), "{title}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with(&format!("{scheme} realm=\"{}\"", server.base())),
            "{title}: {challenge}"
        );
    }
    assert_eq!(ask().bearer(&live).send().await.status, 200);
    assert_eq!(ask().basic(DESK, DESK_SECRET).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_basic_auth_and_of_tokens() {
    let server = TestServer::start().await;
    let basic = || server.get("/fhir/R4/Patient").basic(DESK, DESK_SECRET);
    assert_eq!(basic().send().await.status, 200, "Basic auth success");
    let magic = server.get("/fhir/R4/Patient?_medplum-prompt-basic-auth=1").send().await;
    let challenge = magic.header("www-authenticate").unwrap_or_default().to_owned();
    assert!(
        magic.status == 401 && challenge.starts_with("Basic "),
        "No auth header with magic param: {challenge}"
    );
    let patient = json!({ "resourceType": "Patient", "name": [{ "family": "New" }] });
    let post = |extended: bool| {
        let request = server.post("/fhir/R4/Patient").basic(DESK, DESK_SECRET).json(&patient);
        if extended { request.header("X-Medplum", "extended") } else { request }
    };
    let short = post(false).send().await;
    assert_eq!((short.status, &short.json()["meta"]["project"]), (201, &Value::Null), "Basic auth project");
    let extended = post(true).send().await;
    let title = "Basic auth project with extended mode";
    assert_eq!((extended.status, &extended.json()["meta"]["project"]), (201, &json!(PROJECT)), "{title}");

    let bare = json!({ "resourceType": "ClientApplication", "name": "Bare", "clientType": "medplum",
                       "secret": "a-secret-of-its-own" });
    let bare = admin(&server, "POST", "ClientApplication").json(&bare).send().await.str("id");
    let ask = || server.get("/fhir/R4/Patient").basic(&bare, "a-secret-of-its-own");
    assert_eq!(ask().send().await.status, 401, "Basic auth without project membership");
    let body = json!({ "name": "Soon gone", "secret": "another-secret" });
    let path = format!("/admin/projects/{PROJECT}/client");
    let made = server.post(&path).basic(DESK, DESK_SECRET).json(&body).send().await.str("id");
    let ask = || server.get("/fhir/R4/Patient").basic(&made, "another-secret");
    assert_eq!(ask().send().await.status, 200);
    let found =
        admin(&server, "GET", &format!("ProjectMembership?profile=ClientApplication/{made}")).send().await;
    let mut memberships = ids(&found);
    if memberships.is_empty() {
        let all = admin(&server, "GET", "ProjectMembership?_count=100").send().await.json();
        let own = all["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["resource"])
            .find(|resource| resource["profile"]["reference"] == format!("ClientApplication/{made}"));
        memberships = vec![own.expect("its membership")["id"].as_str().unwrap().to_owned()];
    }
    let inactive = json!([{ "op": "add", "path": "/active", "value": false }]);
    let path = format!("ProjectMembership/{}", memberships[0]);
    let patched = admin(&server, "PATCH", &path).json(&inactive).send().await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(ask().send().await.status, 401, "Basic auth with inactive project membership");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_ended_and_a_member_who_left_get_nothing() {
    let server = TestServer::start().await;
    let token = pats_token(&server, "openid").await;
    let ask = || server.get("/fhir/R4/Patient").bearer(&token);
    assert_eq!(ask().send().await.status, 200);
    let inactive = json!([{ "op": "replace", "path": "/active", "value": false }]);
    let patched =
        admin(&server, "PATCH", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).json(&inactive).send().await;
    assert_eq!((patched.status, patched.json()["active"].as_bool()), (200, Some(false)), "{patched:?}");
    assert_eq!(ask().send().await.status, 401, "inactive");
    let back = json!([{ "op": "replace", "path": "/active", "value": true }]);
    admin(&server, "PATCH", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).json(&back).send().await;
    assert_eq!(ask().send().await.status, 200);
    let gone = admin(&server, "DELETE", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).send().await;
    assert_eq!(gone.outcome().1, "All OK");
    assert_eq!(ask().send().await.status, 401, "deleted");
    let read = admin(&server, "GET", &format!("ProjectMembership/{PAT_MEMBERSHIP}")).send().await;
    assert_eq!((read.status, read.json()["id"].as_str()), (410, Some("gone")));
    assert_eq!(
        admin(&server, "GET", &format!("Patient/{PAT}")).send().await.status,
        200,
        "the profile stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn other_types_and_operations_say_that_this_is_the_auth_slice() {
    let server = TestServer::start().await;
    for (method, path) in [
        ("GET", "Observation"),
        ("GET", "Observation/1"),
        ("GET", "patient"),
        ("GET", "metadata"),
        ("GET", "User"),
        ("DELETE", "Observation/1"),
        ("GET", "Patient/0a000000-0000-4000-8000-000000000001/_history"),
        ("GET", "Patient/0a000000-0000-4000-8000-000000000001/$everything"),
        ("POST", "Patient/x"),
    ] {
        let reply = admin(&server, method, path).send().await;
        assert_eq!(reply.status, 404, "{method} {path}: {reply:?}");
        assert!(reply.outcome().1.contains("auth slice"), "{method} {path}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/fhir+json; charset=utf-8"));
    }
    let stranger = server.get("/fhir/R4/Observation").send().await;
    assert_eq!(stranger.status, 401, "a stranger does not even learn that");
}
