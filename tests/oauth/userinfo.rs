//! Userinfo: claims about the person a token acts for.

use anteroom_engine::id::Id;
use anteroom_testkit::builders::{DESK, DESK_SECRET, PAT, PAT_MEMBERSHIP, PAT_USER, PORTAL, PORTAL_ORIGIN};
use anteroom_testkit::client::{FORM, encode};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use crate::snapshot::redacted;
use crate::steps::{claims, client_credentials, code_with, is, redeem, refused, userinfo_status};

async fn token(server: &TestServer, scope: &str) -> (String, String) {
    let (code, _) = code_with(server, json!({ "scope": scope })).await;
    let reply = redeem(server, PORTAL, &code, &[]).await;
    let id_token = reply.json()["id_token"].as_str().unwrap_or_default().to_owned();
    (reply.str("access_token"), id_token)
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_01_ui_07_ui_10_claims_follow_the_scope() {
    let server = TestServer::start().await;
    let (all, id_token) = token(&server, "openid profile email phone address").await;
    let reply = server.get("/oauth2/userinfo").bearer(&all).send().await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    insta::assert_json_snapshot!("userinfo", redacted(&server, &reply.json(), &[]));
    // [OpenID Connect Core §5.3.2] the sub of the id token
    assert_eq!(reply.str("sub"), claims(&id_token)["sub"].as_str().unwrap());
    assert_eq!(reply.str("sub"), PAT_USER);

    let (openid, _) = token(&server, "openid").await;
    assert_eq!(
        server.get("/oauth2/userinfo").bearer(&openid).send().await.json(),
        json!({ "sub": PAT_USER })
    );
    let (other, _) = token(&server, "profile").await;
    let reply = server.get("/oauth2/userinfo").bearer(&other).send().await;
    assert_eq!(refused(&reply), is(403, "insufficient_scope"));
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"insufficient_scope\"") && challenge.contains("scope=\"openid\""),
        "{challenge}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_02_to_ui_04_ui_12_the_token_comes_in_the_header_or_the_form() {
    let server = TestServer::start().await;
    let (token, _) = token(&server, "openid").await;
    let body = format!("access_token={}", encode(&token));
    let post = || server.post("/oauth2/userinfo").header("Content-Type", FORM).body(&body);
    assert_eq!(post().send().await.status, 200);
    assert_eq!(server.post("/oauth2/userinfo").bearer(&token).send().await.status, 200);
    for scheme in ["bearer", "BEARER"] {
        let request = server.get("/oauth2/userinfo").header("Authorization", format!("{scheme} {token}"));
        assert_eq!(request.send().await.status, 200, "{scheme}");
    }
    for (request, description) in [
        (post().bearer(&token), "More than one access token"),
        (server.get("/oauth2/userinfo").bearer(&token).bearer(&token), "More than one access token"),
        (server.get(&format!("/oauth2/userinfo?{body}")), "Access tokens are not accepted in the query"),
        (
            server.get(&format!("/oauth2/userinfo?{body}")).bearer(&token),
            "Access tokens are not accepted in the query",
        ),
        (server.get("/oauth2/userinfo?%61ccess_token=x"), "Access tokens are not accepted in the query"),
        (
            server.post("/oauth2/userinfo").form(&[("access_token", "a"), ("access_token", "b")]),
            "Duplicate parameter",
        ),
    ] {
        assert_eq!(request.send().await.refusal(), (400, "invalid_request".into(), description.into()));
    }
    let get = server.get("/oauth2/userinfo").header("Content-Type", FORM).body(&body);
    let get = get.header("Content-Length", body.len().to_string()).without_length();
    assert_eq!(get.send().await.status, 401, "the body of a GET is not read");
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_05_ui_06_what_is_no_token_is_challenged() {
    let server = TestServer::start().await;
    let (token, id_token) = token(&server, "openid").await;
    let altered = format!("{}A{}", &token[..token.len() - 10], &token[token.len() - 9..]);
    for bad in ["x", "a.b.c", &id_token, &altered, "\u{e9}", "a b"] {
        let reply = server.get("/oauth2/userinfo").bearer(bad).send().await;
        assert_eq!(refused(&reply), is(401, "invalid_token"), "{bad}");
        let expected = format!("Bearer realm=\"{}\", error=\"invalid_token\"", server.base());
        assert_eq!(reply.header("www-authenticate"), Some(expected.as_str()));
    }
    for request in [server.get("/oauth2/userinfo"), server.get("/oauth2/userinfo").basic(PORTAL, "x")] {
        assert_eq!(request.send().await.outcome().0, 401);
    }
    server.clock.advance(3_600);
    assert_eq!(crate::steps::userinfo_status(&server, &token).await, 401, "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_medplums_dialect_the_subject_is_the_profile() {
    let server = TestServer::over(anteroom_testkit::Clinic::medplum()).await;
    let (token, _) = token(&server, "openid").await;
    assert_eq!(server.get("/oauth2/userinfo").bearer(&token).send().await.str("sub"), PAT);
    let reply = server.get("/oauth2/userinfo").bearer("x").send().await;
    assert_eq!(reply.outcome(), (401, "Unauthorized".into(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_08_only_a_persons_access_token_will_do() {
    let server = TestServer::start().await;
    let (_, id_token) = token(&server, "openid").await;
    let own = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    for (kind, token, status) in [("an id token", &id_token, 401), ("a client's own token", &own, 403)] {
        assert_eq!(userinfo_status(&server, token).await, status, "{kind}");
    }
    assert_eq!(userinfo_status(&server, &"A".repeat(67)).await, 401, "the form of a refresh token");
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_09_a_token_of_another_server_is_refused_though_its_signature_is_right() {
    // Servers of one test have the same keys.
    let (here, there) = (TestServer::start().await, TestServer::start().await);
    let (token, _) = token(&there, "openid").await;
    assert_eq!(userinfo_status(&there, &token).await, 200);
    let reply = here.get("/oauth2/userinfo").bearer(&token).send().await;
    assert_eq!(refused(&reply), is(401, "invalid_token"));
    let fields = [("token", token.as_str())];
    let asked = here.post("/oauth2/introspect").basic(DESK, DESK_SECRET).form(&fields).send().await;
    assert_eq!(asked.text(), r#"{"active":false}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_11_a_person_who_was_deleted_has_no_claims() {
    let server = TestServer::start().await;
    let (token, _) = token(&server, "openid").await;
    assert_eq!(userinfo_status(&server, &token).await, 200);
    server
        .change(|cx| {
            let pat = Id::parse(PAT_MEMBERSHIP).unwrap();
            cx.tx.revoke_logins_of_member(pat, cx.now)?;
            Ok(cx.tx.delete_membership(pat)?)
        })
        .await;
    let reply = server.get("/oauth2/userinfo").bearer(&token).send().await;
    assert_eq!(refused(&reply), is(401, "invalid_token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_13_claims_are_read_by_registered_origins_only() {
    let server = TestServer::start().await;
    let (token, _) = token(&server, "openid").await;
    for (origin, allowed) in [(PORTAL_ORIGIN, Some(PORTAL_ORIGIN)), ("https://evil.example", None)] {
        let reply = server.get("/oauth2/userinfo").bearer(&token).header("Origin", origin).send().await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, allowed), "{origin}");
        assert!(reply.header("access-control-allow-credentials").is_none(), "{origin}");
    }
}
