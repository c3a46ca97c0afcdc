//! What an exchange has to say, and what it may ask for.

use anteroom_testkit::builders::{ELSEWHERE, FOREIGN, LEGACY, OFF};
use serde_json::json;

use super::{ACCESS_TOKEN, auth_exchange, exchange, newest_refusal, pat, usual};
use crate::steps::{is, refused};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_02_what_is_missing_is_named_and_nobody_is_asked() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let nobody = "c0ffee00-0000-4000-8000-999999999999";
    for (body, status, text, field) in [
        (json!({}), 400, "Missing externalAccessToken", Some("externalAccessToken")),
        (json!({ "clientId": LEGACY }), 400, "Missing externalAccessToken", Some("externalAccessToken")),
        (
            json!({ "clientId": LEGACY, "externalAccessToken": "" }),
            400,
            "Missing externalAccessToken",
            Some("externalAccessToken"),
        ),
        (
            json!({ "clientId": LEGACY, "externalAccessToken": 7 }),
            400,
            "Missing externalAccessToken",
            Some("externalAccessToken"),
        ),
        (json!({ "externalAccessToken": token }), 400, "Missing clientId", Some("clientId")),
        (json!({ "clientId": nobody, "externalAccessToken": token }), 404, "Not found", None),
        (json!({ "clientId": "x", "externalAccessToken": token }), 404, "Not found", None),
    ] {
        let reply = auth_exchange(&server, body.clone()).await;
        assert_eq!(reply.outcome(), (status, text.into(), field.map(str::to_owned)), "{body}");
    }
    let without = auth_exchange(&server, json!({ "clientId": FOREIGN, "externalAccessToken": token })).await;
    assert_eq!(without.refusal(), (400, "invalid_request".into(), "Missing client_secret".into()));
    for (fields, error) in [
        (vec![("client_id", "")], is(400, "invalid_request")),
        (vec![("subject_token", "")], is(400, "invalid_request")),
        (vec![("client_id", nobody)], is(401, "invalid_client")),
        (vec![("client_id", OFF)], is(401, "invalid_client")),
    ] {
        assert_eq!(refused(&exchange(&server, LEGACY, &token, &fields).await), error, "{fields:?}");
    }
    let keyless = exchange(&server, ELSEWHERE, &token, &[]).await;
    assert_eq!(keyless.refusal(), (400, "unauthorized_client".into(), "Invalid client".into()));
    assert_eq!(newest_refusal(&server), ("no_identity_provider", vec!["client.identity_provider".into()]));
    assert_eq!(provider.calls("userinfo"), 0);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_03_ex_21_only_access_tokens_of_nobody_else() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    for more in [
        ("subject_token_type", ""),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
        ("actor_token", "x"),
        ("actor_token_type", ACCESS_TOKEN),
    ] {
        assert_eq!(
            refused(&exchange(&server, LEGACY, &token, &[more]).await),
            is(400, "invalid_request"),
            "{more:?}"
        );
    }
    assert_eq!(provider.calls("userinfo"), 0);
    let asked = exchange(&server, LEGACY, &token, &[("requested_token_type", ACCESS_TOKEN)]).await;
    assert_eq!(asked.status, 200, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_06_other_targets_are_refused() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    for name in ["audience", "resource"] {
        let other = exchange(&server, LEGACY, &token, &[(name, "https://api.example.org/")]).await;
        assert_eq!(refused(&other), is(400, "invalid_target"), "{name}");
        let own = exchange(&server, LEGACY, &token, &[(name, &server.base())]).await;
        assert_eq!(own.status, 200, "{name}: {own:?}");
    }
}
