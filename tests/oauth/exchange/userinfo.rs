//! What the provider answers about the token, and when it is not asked.

use std::sync::Arc;

use anteroom_testkit::builders::{LEGACY, PORTAL, PORTAL_SECRET, SPA};
use anteroom_testkit::provider::UserInfo;
use anteroom_testkit::server::START;
use serde_json::json;

use super::{auth_exchange, exchange, newest_refusal, pat, usual, world};
use crate::steps::{FAILED, LEGACY_AT, client_credentials};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_05_ex_07_a_token_or_a_provider_that_is_no_good_is_one_answer() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let unknown = exchange(&server, LEGACY, "not-a-token-of-the-provider", &[]).await;
    assert_eq!(unknown.refusal(), (400, "invalid_request".into(), FAILED.into()));
    assert_eq!(newest_refusal(&server), ("provider_refuses", vec!["user_info.status".into()]));
    let inside = server.base();
    for behaviour in [
        UserInfo::Raw(403, "application/json", "{}".into()),
        UserInfo::Raw(404, "text/html", "<p>not here".into()),
        UserInfo::Raw(500, "text/plain", "x".into()),
        UserInfo::Raw(204, "application/json", String::new()),
        UserInfo::Redirect(format!("{inside}healthcheck")),
        UserInfo::Raw(200, "application/json", "{".into()),
        UserInfo::Raw(200, "application/json", "[]".into()),
        UserInfo::Raw(
            200,
            "application/json",
            format!("{{\"email\":{}1{}}}", "[".repeat(60), "]".repeat(60)),
        ),
        UserInfo::Raw(200, "application/json", format!("{{\"x\":\"{}\"}}", "x".repeat(70_000))),
    ] {
        provider.turn(|knobs| knobs.userinfo = behaviour.clone());
        let reply = exchange(&server, LEGACY, &token, &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_request".into(), FAILED.into()), "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_08_a_provider_that_is_asked_too_often() {
    let (provider, server) = usual().await;
    provider.turn(|knobs| knobs.userinfo = UserInfo::Raw(429, "text/plain", "slow down".into()));
    let token = provider.access_token(&pat());
    let reply = exchange(&server, LEGACY, &token, &[]).await;
    assert_eq!(reply.refusal(), (429, "temporarily_unavailable".into(), "Too Many Requests".into()));
    let medplum = auth_exchange(&server, json!({ "clientId": LEGACY, "externalAccessToken": token })).await;
    assert_eq!(medplum.refusal(), (429, "invalid_request".into(), "Too Many Requests".into()));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_09_json_or_a_jwt_whose_signature_is_right() {
    let (provider, server) = world(|clinic, provider| {
        let signed = json!({
            "userInfoUrl": provider.url("userinfo"), "jwksUrl": provider.url("jwks.json"),
            "issuer": provider.issuer(), "clientId": "us",
        });
        clinic.with(&format!("{LEGACY_AT}/identityProvider"), signed)
    })
    .await;
    let token = provider.access_token(&pat());
    let ask = |client: &'static str| exchange(&server, client, &token, &[]);
    for (behaviour, text) in [
        (UserInfo::Raw(200, "text/html", "<p>".into()), "Failed to verify code - unsupported content type"),
        (
            UserInfo::Raw(200, "text/plain", "x".into()),
            "Failed to verify code - unsupported content type: text/plain",
        ),
        (UserInfo::Raw(200, "", "{}".into()), "Failed to verify code - unsupported content type"),
        (UserInfo::JwtOfOtherKey, FAILED),
        (UserInfo::Raw(200, "application/jwt", "x.y.z".into()), FAILED),
        (UserInfo::Raw(200, "application/jwt", r#"{"email":"pat@example.org"}"#.into()), FAILED),
    ] {
        provider.turn(|knobs| knobs.userinfo = behaviour.clone());
        assert_eq!(
            ask(LEGACY).await.refusal(),
            (400, "invalid_request".into(), text.into()),
            "{behaviour:?}"
        );
    }
    provider.turn(|knobs| knobs.userinfo = UserInfo::Jwt);
    let signed = ask(LEGACY).await;
    assert_eq!(signed.status, 200, "{signed:?}");
    for wrong in [
        json!({ "iss": "https://elsewhere.example.org/" }),
        json!({ "aud": "somebody else" }),
        json!({ "exp": START.seconds() - 3_600 }),
        json!({ "nbf": START.seconds() + 3_600 }),
    ] {
        provider.turn(|knobs| knobs.claims = wrong.clone());
        assert_eq!(ask(LEGACY).await.refusal().2, FAILED, "{wrong}");
        assert_eq!(newest_refusal(&server).0, "user_info_not_verifiable");
    }
    provider.turn(|knobs| knobs.claims = json!({}));
    let unverifiable = exchange(&server, PORTAL, &token, &[("client_secret", PORTAL_SECRET)]).await;
    assert_eq!(unverifiable.refusal().2, FAILED, "a provider whose keys nobody entered");
    assert_eq!(newest_refusal(&server).1, ["identity_provider.jwks_url"]);
    assert!(provider.calls("jwks") <= 2, "the key set is kept: {}", provider.calls("jwks"));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_22_bad_tokens_are_counted_and_the_provider_is_spared() {
    let (provider, server) = usual().await;
    let mut statuses = Vec::new();
    for number in 0..70 {
        statuses.push(exchange(&server, LEGACY, &format!("bad-{number}"), &[]).await.status);
    }
    assert_eq!(statuses[..60], [400; 60]);
    assert_eq!(statuses[60..], [429; 10]);
    assert_eq!(provider.calls("userinfo"), 60);
    let token = provider.access_token(&pat());
    let limited = exchange(&server, LEGACY, &token, &[]).await;
    assert_eq!((limited.status, limited.header("retry-after").is_some()), (429, true));
    assert_eq!(exchange(&server, SPA, &token, &[]).await.status, 200, "another client goes on");
    server.clock.advance(61);
    assert_eq!(exchange(&server, LEGACY, &token, &[]).await.status, 200, "after the window");
    for _ in 0..100 {
        assert_eq!(exchange(&server, LEGACY, &token, &[]).await.status, 200, "good ones are not counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn an_outside_host_that_nobody_allowed_is_not_called() {
    let (provider, server) =
        world(|clinic, _| clinic.with("/projects/0/allowedOutboundHosts", json!([]))).await;
    let reply = exchange(&server, LEGACY, &provider.access_token(&pat()), &[]).await;
    assert_eq!(reply.refusal().2, FAILED);
    assert_eq!(newest_refusal(&server), ("provider_unreachable", vec!["user_info.reached".into()]));
    assert_eq!(provider.calls("userinfo"), 0);
}

/// A hundred calls hang at the provider; everything else goes on. No clock decides: all other requests are answered while
/// none of the hundred is.
#[tokio::test(flavor = "multi_thread")]
async fn f_13_while_a_hundred_calls_hang_the_others_are_answered() {
    let (provider, server) = usual().await;
    let server = Arc::new(server);
    let token = provider.access_token(&pat());
    provider.turn(|knobs| knobs.userinfo = UserInfo::Hang);
    let hanging: Vec<_> = (0..100)
        .map(|number| {
            let (server, token) = (Arc::clone(&server), token.clone());
            let client = if number % 2 == 0 { LEGACY } else { SPA };
            tokio::spawn(async move { exchange(&server, client, &token, &[]).await.status })
        })
        .collect();
    let begun = async {
        while provider.calls("userinfo") < 64 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(9), begun).await.expect("the calls hang");
    for _ in 0..50 {
        assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
        assert_eq!(server.get("/.well-known/jwks.json").send().await.status, 200);
        assert_eq!(server.get("/healthcheck").send().await.status, 200);
    }
    assert!(hanging.iter().all(|call| !call.is_finished()), "the hundred are still waiting");
    for call in hanging {
        assert_eq!(call.await.unwrap(), 400);
    }
}
