//! The `subject_token`: whose it is, for whom it was made, and what no header can carry.

use anteroom_testkit::builders::{LEGACY, PORTAL};
use serde_json::json;

use super::{auth_exchange, exchange, newest_refusal, pat, usual, world};
use crate::steps::{LEGACY_AT, code, redeem};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_15_a_token_for_another_client_of_the_provider() {
    let (provider, server) = world(|clinic, provider| {
        let ours =
            json!({ "userInfoUrl": provider.url("userinfo"), "audience": "https://api.clinic.example" });
        clinic.with(&format!("{LEGACY_AT}/identityProvider"), ours)
    })
    .await;
    let opaque = exchange(&server, LEGACY, &provider.access_token(&pat()), &[]).await;
    assert_eq!(opaque.refusal(), (400, "invalid_request".into(), "Invalid subject_token".into()));
    for (claims, status) in [
        (json!({ "aud": "https://api.clinic.example" }), 200),
        (json!({ "aud": ["https://idp.example/userinfo", "https://api.clinic.example"] }), 200),
        (json!({ "aud": "x", "azp": "https://api.clinic.example" }), 200),
        (json!({ "aud": "https://api.clinic.example/" }), 400),
        (json!({ "aud": "https://other.example" }), 400),
        (json!({}), 400),
    ] {
        let token = provider.access_token_saying(&pat(), &claims);
        let reply = exchange(&server, LEGACY, &token, &[]).await;
        assert_eq!(reply.status, status, "{claims}: {reply:?}");
    }
    assert_eq!(newest_refusal(&server), ("subject_token_of_other_client", vec!["subject_token.aud".into()]));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_16_ex_19_our_own_tokens_are_not_exchanged() {
    let (provider, server) = usual().await;
    let code = code(&server).await;
    let own = redeem(&server, PORTAL, &code, &[]).await;
    for member in ["access_token", "id_token"] {
        let reply = exchange(&server, LEGACY, &own.str(member), &[]).await;
        assert_eq!(
            reply.refusal(),
            (400, "invalid_request".into(), "Invalid subject_token".into()),
            "{member}"
        );
        assert_eq!(newest_refusal(&server), ("own_subject_token", vec!["subject_token.iss".into()]));
    }
    assert_eq!(provider.calls("userinfo"), 0, "nobody outside ever sees one");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_17_a_token_that_no_header_can_carry() {
    let (provider, server) = usual().await;
    let long = "x".repeat(20 * 1024);
    for token in ["a\r\nX-Evil: 1", "a b", "t\u{f6}ken", "a\tb", "\u{7f}", long.as_str()] {
        let reply = exchange(&server, LEGACY, token, &[]).await;
        assert_eq!(
            reply.refusal(),
            (400, "invalid_request".into(), "Invalid subject_token".into()),
            "{token:?}"
        );
    }
    let megabyte = json!({ "clientId": LEGACY, "externalAccessToken": "x".repeat(900 * 1024) });
    assert_eq!(auth_exchange(&server, megabyte).await.refusal().2, "Invalid subject_token");
    assert_eq!(provider.calls("userinfo"), 0);
}
