//! What comes of an exchange: the tokens, and their scope.

use anteroom_testkit::builders::{LEGACY, PAT, PAT_USER, PROJECT, SCOPED};
use serde_json::json;

use super::{ACCESS_TOKEN, exchange, pat, usual};
use crate::steps::{claims, is, refused, userinfo_status};

#[tokio::test(flavor = "multi_thread")]
async fn ex_01_a_providers_token_becomes_ours() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let body = json!({ "projectId": PROJECT, "clientId": LEGACY, "externalAccessToken": token });
    for path in ["/auth/exchange", "/api/auth/exchange"] {
        let reply = server.post(path).json(&body).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let answer = reply.json();
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["profile"]["reference"], format!("Patient/{PAT}"));
        assert_eq!(answer["scope"], "openid offline_access");
        assert!(answer["refresh_token"].is_string() && answer.get("issued_token_type").is_none());
        let access = claims(&reply.str("access_token"));
        assert_eq!((access["sub"].as_str(), access["client_id"].as_str()), (Some(PAT_USER), Some(LEGACY)));
        assert_eq!(userinfo_status(&server, &reply.str("access_token")).await, 200);
    }
    assert_eq!(provider.calls("userinfo"), 2, "asked once for each");
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_04_the_rfcs_answer_names_its_type() {
    let (provider, server) = usual().await;
    let reply = exchange(&server, LEGACY, &provider.access_token(&pat()), &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.str("issued_token_type"), ACCESS_TOKEN);
    assert_eq!(reply.str("token_type"), "Bearer");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_20_no_more_scope_than_the_client_has() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let reply =
        exchange(&server, SCOPED, &token, &[("scope", "openid profile offline_access user/*.*")]).await;
    assert_eq!(reply.str("scope"), "openid profile");
    assert!(reply.json().get("refresh_token").is_none());
    let none = exchange(&server, SCOPED, &token, &[("scope", "user/*.*")]).await;
    assert_eq!(refused(&none), is(400, "invalid_scope"));
    let named = exchange(&server, LEGACY, &token, &[("scope", "openid email"), ("nonce", "n-1")]).await;
    assert_eq!(named.str("scope"), "openid email");
    assert_eq!(claims(&named.str("id_token"))["nonce"], "n-1");
    assert!(named.json().get("refresh_token").is_none(), "offline access was not asked for");
}
