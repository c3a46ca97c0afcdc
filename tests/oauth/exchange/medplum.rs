//! Rows of Medplum's own tests, in its dialect.

use anteroom_testkit::builders::{ELSEWHERE, LEGACY, PROJECT, SPA};
use anteroom_testkit::client::Reply;
use anteroom_testkit::provider::{Person, UserInfo};
use serde_json::{Value, json};

use super::{auth_exchange, exchange, pat, world};
use crate::steps::{FAILED, LEGACY_AT};

#[tokio::test(flavor = "multi_thread")]
async fn medplum_rows_of_auth_exchange() {
    let (provider, server) = world(|clinic, _| clinic.with("/projects/0/dialect", json!("medplum"))).await;
    let token = provider.access_token(&pat());
    let stranger = provider.access_token(&Person::new("9", "nobody@example.org"));
    let field = |text: &str, field: &str| json!([400, text, field]);
    let invalid = |text: &str| json!([400, "invalid_request", text]);
    for (title, token, client, expected) in [
        (
            "auth/exchange: Missing externalAccessToken",
            "",
            LEGACY,
            field("Missing externalAccessToken", "externalAccessToken"),
        ),
        ("auth/exchange: Missing clientId", "xyz", "", field("Missing clientId", "clientId")),
        ("auth/exchange: Missing identity provider", "xyz", ELSEWHERE, invalid("Invalid client")),
        ("auth/exchange: Unknown user", &stranger, LEGACY, json!([400, "User not found", null])),
        ("auth/exchange: ClientApplication success", &token, LEGACY, json!(200)),
        ("auth/exchange: Missing projectId success", &token, LEGACY, json!(200)),
        ("auth/exchange: Subject auth success", &token, SPA, json!(200)),
    ] {
        let project = if title.contains("projectId") { "" } else { PROJECT };
        let body = json!({ "externalAccessToken": token, "clientId": client, "projectId": project });
        let reply = auth_exchange(&server, body).await;
        assert_eq!(said(&reply), expected, "{title}: {reply:?}");
    }
    provider.turn(|knobs| knobs.userinfo = UserInfo::Raw(200, "text/plain", "x".into()));
    let body = json!({ "externalAccessToken": token, "clientId": LEGACY });
    let reply = auth_exchange(&server, body).await;
    let unsupported = invalid("Failed to verify code - unsupported content type: text/plain");
    assert_eq!(said(&reply), unsupported, "auth/exchange: Invalid token request");
}

/// 200 with a token, or status and what an error says.
fn said(reply: &Reply) -> Value {
    let body = reply.json();
    if reply.status == 200 && body["access_token"].is_string() {
        return json!(200);
    }
    if body["resourceType"] == "OperationOutcome" {
        let (status, text, field) = reply.outcome();
        return json!([status, text, field]);
    }
    let (status, error, description) = reply.refusal();
    json!([status, error, description])
}

/// Title, token, what the provider answers, what differs in the form, and what is said.
type Row<'a> = (&'a str, &'a str, UserInfo, &'a [(&'a str, &'a str)], Value);

#[tokio::test(flavor = "multi_thread")]
async fn medplum_rows_of_the_token_exchange() {
    let (provider, server) = world(|clinic, provider| {
        let signed = json!({ "userInfoUrl": provider.url("userinfo"), "jwksUrl": provider.url("jwks.json") });
        clinic
            .with("/projects/0/dialect", json!("medplum"))
            .with(&format!("{LEGACY_AT}/identityProvider"), signed)
    })
    .await;
    let token = provider.access_token(&pat());
    let stranger = provider.access_token(&Person::new("9", "nobody@example.org"));
    let invalid = |text: &str| json!([400, "invalid_request", text]);
    let plain = |status| UserInfo::Raw(status, "text/plain", "x".into());
    let saml = "urn:ietf:params:oauth:token-type:saml1";
    let unsupported = invalid("Failed to verify code - unsupported content type: text/plain");
    let throttled = json!([429, "invalid_request", "Too Many Requests"]);
    let rows: [Row<'_>; 11] = [
        ("Token exchange JSON success", &token, UserInfo::Json, &[], json!(200)),
        ("Token exchange JWT success", &token, UserInfo::Jwt, &[], json!(200)),
        ("Token exchange unsupported content type", &token, plain(200), &[], unsupported),
        ("oauth/token: Too many requests", &token, plain(429), &[], throttled),
        (
            "Token exchange missing client ID",
            &token,
            UserInfo::Json,
            &[("client_id", "")],
            invalid("Invalid client"),
        ),
        (
            "Token exchange missing client identity provider",
            &token,
            UserInfo::Json,
            &[("client_id", ELSEWHERE)],
            invalid("Invalid client"),
        ),
        (
            "Token exchange missing subject token",
            &token,
            UserInfo::Json,
            &[("subject_token", "")],
            invalid("Invalid subject_token"),
        ),
        (
            "Token exchange unknown subject token type",
            &token,
            UserInfo::Json,
            &[("subject_token_type", saml)],
            invalid("Invalid subject_token_type"),
        ),
        (
            "an unknown client",
            &token,
            UserInfo::Json,
            &[("client_id", "c0ffee00-0000-4000-8000-999999999999")],
            json!([404, "Not found", null]),
        ),
        ("an unknown person", &stranger, UserInfo::Json, &[], json!([400, "User not found", null])),
        (
            "a provider that hides behind a page",
            &token,
            UserInfo::Raw(500, "text/html", "x".into()),
            &[],
            invalid(FAILED),
        ),
    ];
    for (title, token, userinfo, more, expected) in rows {
        provider.turn(|knobs| knobs.userinfo = userinfo);
        let reply = exchange(&server, LEGACY, token, more).await;
        assert_eq!(said(&reply), expected, "{title}: {reply:?}");
    }
    provider.turn(|knobs| (knobs.userinfo, knobs.claims) = (UserInfo::Json, json!({ "email": null })));
    let missing = exchange(&server, LEGACY, &token, &[]).await;
    assert_eq!(said(&missing), json!([400, "Missing email or externalId", "externalId"]));
}
