//! `GET /auth/login/{id}`: a login that waits.

use anteroom_engine::id::Id;
use anteroom_engine::model::Login;
use anteroom_testkit::builders::LEGACY;
use anteroom_testkit::server::TestServer;
use serde_json::json;

use super::{NOBODY, clinic, login, plain, post, redeem, revoke, server};
use crate::steps::{CHALLENGE, said};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn status_rows() {
    let server = server().await;
    let ask = async |login: &str| server.get(&format!("/auth/login/{login}")).send().await;
    assert_eq!(ask("").await.status, 404, "Missing login parameter");
    assert_eq!(said(&ask("x").await), (400, "Login ID is required".into()), "Invalid login parameter");
    assert_eq!(said(&ask(NOBODY).await), (404, "Not found".into()), "Login not found");
    let begun = login(&server, plain()).await;
    let waiting = begun.str("login");
    let reply = ask(&waiting).await;
    assert_eq!((reply.status, reply.str("login")), (200, waiting.clone()), "auth/status: Success");
    assert_ne!(reply.str("code"), begun.str("code"));
    assert_eq!(redeem(&server, &begun.str("code")).await.status, 400, "one code at a time");
    assert_eq!(redeem(&server, &reply.str("code")).await.status, 200);
    assert_eq!(said(&ask(&waiting).await), (400, "Login already granted".into()), "auth/status: Granted");
    revoke(&server, &waiting).await;
    assert_eq!(said(&ask(&waiting).await), (400, "Login revoked".into()), "auth/status: Revoked");
    let old = login(&server, plain()).await.str("login");
    server.clock.advance(1_801);
    assert_eq!(said(&ask(&old).await), (400, "Login expired".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_18_a_login_of_the_hosted_pages_is_not_found_here() {
    let clinic = clinic().with("/projects/0/clients/3/redirectUris", json!(["https://legacy.test/cb"]));
    let server = TestServer::over(clinic).await;
    let query = format!(
        "/oauth2/authorize?response_type=code&client_id={LEGACY}&redirect_uri=https%3A%2F%2Flegacy.test%2Fcb&scope=openid\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    let began = server.get(&query).send().await;
    let page = began.header("location").unwrap();
    let id = page.rsplit('/').next().unwrap();
    assert_eq!(Id::<Login>::parse(id).map(|id| id.to_string()).as_deref(), Some(id), "{page}");
    assert_eq!(server.get(&format!("/auth/login/{id}")).send().await.status, 404);
    let reply = post(&server, "/auth/scope", None, json!({ "login": id, "scope": "openid" })).await;
    assert_eq!(reply.status, 404);
    let waiting = login(&server, plain()).await.str("login");
    let page = server.get(&format!("/oauth2/interaction/{waiting}")).send().await;
    assert_eq!(page.status, 403, "and a login of a program has no page");
}
