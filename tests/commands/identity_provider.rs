//! Would a client's identity provider work, and for whom? Against a provider that is a real server.

use std::net::SocketAddr;

use anteroom_admin::error::Code;
use anteroom_testkit::client::Request;
use anteroom_testkit::provider::{Person, Provider, UserInfo};
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, each, person, text, with};

const PATIENT: &str = "Patient";

/// A desk with a client whose provider is `provider`, and Pat, who is known there.
async fn world() -> (Provider, Desk, String) {
    let provider = Provider::start().await;
    let desk = Desk::new().await;
    let allowed = json!({ "allowedOutboundHosts": [format!(" {} ", provider.host()), ""] });
    let settings = desk.call("settings_update", allowed).await;
    assert_eq!(settings["allowedOutboundHosts"], json!([provider.host()]));
    let created = desk.client("Portal", "medplum").await;
    let id = text(&created, "/client/id").to_owned();
    let changes = json!({ "identityProvider": settings_of(&provider) });
    let update = json!({ "id": id, "version": created["client"]["version"], "changes": changes });
    desk.call("clients_update", update).await;
    let pat =
        with(person(PATIENT, "Pat", "Doe"), json!({ "email": "pat@example.org", "externalId": "idp-pat" }));
    desk.call("people_create", pat).await;
    (provider, desk, id)
}

fn settings_of(provider: &Provider) -> Value {
    json!({ "userInfoUrl": provider.url("userinfo"), "useSubject": false, "requireVerifiedEmail": false,
            "authorizeUrl": null, "tokenUrl": null, "clientId": null, "clientSecret": null })
}

async fn pasted(desk: &Desk, client: &str, body: &str) -> Value {
    let answer = json!({ "status": 200, "contentType": "application/json", "body": body });
    desk.call("identity_provider_dry_run", json!({ "clientId": client, "answer": answer })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_dry_run_says_who_it_is_and_writes_nothing() {
    let (provider, desk, client) = world().await;
    let log = desk
        .call(
            "activity_list",
            json!({ "kind": "", "refusedOnly": false, "about": "", "before": null, "limit": 1 }),
        )
        .await;
    let token = provider.access_token(&Person::new("idp-pat", "Pat@Example.org"));
    let request = json!({ "clientId": client, "accessToken": token });
    let verdict = desk.call("identity_provider_dry_run", request.clone()).await;
    assert_eq!((text(&verdict, "/claim"), text(&verdict, "/value")), ("email", "pat@example.org"));
    assert_eq!(text(&verdict, "/matched/name"), "Pat Doe");
    assert_eq!((&verdict["refusal"], verdict["status"].as_u64()), (&Value::Null, Some(200)));
    assert!(verdict["elapsedMs"].is_u64());
    assert!(each(&verdict["checks"], "/passed").iter().all(|passed| **passed == json!(true)));
    let unsaved = with(settings_of(&provider), json!({ "useSubject": true }));
    let by_subject = with(request, json!({ "provider": unsaved }));
    let verdict = desk.call("identity_provider_dry_run", by_subject).await;
    assert_eq!((text(&verdict, "/claim"), text(&verdict, "/matched/name")), ("sub", "Pat Doe"));
    let after = desk
        .call(
            "activity_list",
            json!({ "kind": "", "refusedOnly": false, "about": "", "before": null, "limit": 1 }),
        )
        .await;
    assert_eq!(log, after, "nothing was written, not even a refusal");
    assert!(!verdict.to_string().contains(&token), "the token is not shown again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_exactly_why_it_is_nobody() {
    let (provider, desk, client) = world().await;
    for (body, refusal, check) in [
        (r#"{"sub":"1","email":"nobody@example.org"}"#, "no_member_found", "membership.exists"),
        (r#"{"sub":"1"}"#, "missing_subject_claim", "user_info.email"),
        (r#"{"sub":1,"email":"pat@example.org"}"#, "missing_subject_claim", "user_info.sub"),
        (
            r#"{"email":"pat@example.org","email_verified":false}"#,
            "provider_email_not_verified",
            "user_info.email_verified",
        ),
        ("<html>", "user_info_malformed", "user_info.body"),
    ] {
        let verdict = pasted(&desk, &client, body).await;
        assert_eq!(text(&verdict, "/refusal/name"), refusal, "{body}");
        assert!(text(&verdict, "/refusal/advice").ends_with('.') && verdict["matched"].is_null());
        let checks = verdict["checks"].as_array().unwrap();
        let failed: Vec<&Value> = checks.iter().filter(|check| check["passed"] == json!(false)).collect();
        assert_eq!((failed.len(), failed[0]["check"].as_str()), (1, Some(check)), "{body}");
        assert!(failed[0]["expected"].is_string() && failed[0]["found"].is_string(), "{body}: both values");
    }
    let verdict = pasted(&desk, &client, r#"{"sub":"1","email":"PAT@example.org"}"#).await;
    assert_eq!((text(&verdict, "/matched/name"), &verdict["claims"]), ("Pat Doe", &json!(["sub", "email"])));
    provider.turn(|knobs| knobs.userinfo = UserInfo::Raw(200, "text/html", "<p>".into()));
    let token = provider.access_token(&Person::new("1", "pat@example.org"));
    let live =
        desk.call("identity_provider_dry_run", json!({ "clientId": client, "accessToken": token })).await;
    assert_eq!(
        (text(&live, "/refusal/name"), text(&live, "/contentType")),
        ("user_info_content_type", "text/html")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dry_run_does_not_take() {
    let (_provider, desk, client) = world().await;
    let run = "identity_provider_dry_run";
    desk.fails(run, json!({ "clientId": client }), Code::Invalid, Some("answer"), "Paste an answer").await;
    desk.fails(run, json!({ "clientId": NOBODY, "accessToken": "x" }), Code::NotFound, None, "no client")
        .await;
    let plain = desk.client("Without provider", "public").await;
    let request = json!({ "clientId": plain["client"]["id"], "accessToken": "x" });
    desk.fails(run, request, Code::Invalid, Some("provider"), "userinfo URL").await;
    let large = json!({ "status": 200, "contentType": "application/json", "body": "x".repeat(70_000) });
    desk.fails(run, json!({ "clientId": client, "answer": large }), Code::Invalid, Some("answer"), "65536")
        .await;
    let file = json!({ "userInfoUrl": "file:///etc/passwd", "useSubject": false, "requireVerifiedEmail": false,
        "authorizeUrl": null, "tokenUrl": null, "clientId": null, "clientSecret": null });
    let elsewhere = desk.call(run, json!({ "clientId": client, "accessToken": "x", "provider": file })).await;
    assert_eq!(text(&elsewhere, "/refusal/name"), "invalid_user_info_url");
    let odd = desk.call(run, json!({ "clientId": client, "accessToken": "a b" })).await;
    assert_eq!(text(&odd, "/refusal/name"), "malformed_subject_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_how_far_it_came() {
    let (provider, desk, client) = world().await;
    let test = async |changes: Value| {
        let wanted = with(settings_of(&provider), changes);
        desk.call("identity_provider_test", json!({ "clientId": client, "provider": wanted })).await
    };
    let stored = desk.call("identity_provider_test", json!({ "clientId": client })).await;
    assert_eq!(
        (&stored["reached"], &stored["healthy"], stored["status"].as_u64()),
        (&json!(true), &json!(true), Some(401))
    );
    assert!(stored["elapsedMs"].is_u64() && stored["problem"].is_null());
    let inside = test(json!({ "userInfoUrl": "https://10.0.0.1/userinfo" })).await;
    assert_eq!((text(&inside, "/problem"), text(&inside, "/allowHost")), ("not_public", "10.0.0.1:443"));
    let plain = test(json!({ "userInfoUrl": "http://idp.example.org/userinfo" })).await;
    assert_eq!((text(&plain, "/problem"), text(&plain, "/allowHost")), ("plain_http", "idp.example.org:80"));
    let nowhere = test(json!({ "userInfoUrl": "https://no-such-host.invalid/userinfo" })).await;
    assert_eq!((text(&nowhere, "/problem"), &nowhere["reached"]), ("unresolved", &json!(false)));
    let missing = test(json!({ "userInfoUrl": provider.url("elsewhere") })).await;
    assert_eq!((missing["status"].as_u64(), &missing["healthy"]), (Some(404), &json!(false)));
    assert!(text(&missing, "/message").contains("nothing at this address"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discovery_document_fills_the_fields() {
    let (provider, desk, _) = world().await;
    let expected = json!({
        "issuer": provider.issuer(), "userInfoUrl": provider.url("userinfo"), "authorizeUrl": provider.url("authorize"),
        "tokenUrl": provider.url("token"), "jwksUrl": provider.url("jwks.json"),
    });
    for url in [
        provider.issuer(),
        provider.issuer().trim_end_matches('/').to_owned(),
        provider.url(".well-known/openid-configuration"),
    ] {
        assert_eq!(desk.call("identity_provider_discover", json!({ "url": url })).await, expected, "{url}");
    }
    let discover = "identity_provider_discover";
    let field = Some("url");
    desk.fails(discover, json!({ "url": provider.url("elsewhere") }), Code::Invalid, field, "answers 404")
        .await;
    desk.fails(
        discover,
        json!({ "url": "https://10.0.0.1/" }),
        Code::Invalid,
        field,
        "not on the public internet",
    )
    .await;
    let localhost = provider.issuer().replace("127.0.0.1", "localhost");
    let hosts = json!({ "allowedOutboundHosts": [provider.host(), provider.host().replace("127.0.0.1", "localhost")] });
    desk.call("settings_update", hosts).await;
    desk.fails(discover, json!({ "url": localhost }), Code::Invalid, field, "it must be of").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_written_with_their_port() {
    let desk = Desk::new().await;
    for host in ["idp.example.org", "https://idp.example.org:443", "idp.example.org:0"] {
        let request = json!({ "allowedOutboundHosts": [host] });
        desk.fails("settings_update", request, Code::Invalid, Some("allowedOutboundHosts"), "host:port")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_what_happened_since_the_last_sign_in() {
    let provider = Provider::start().await;
    let desk = Desk::served().await;
    desk.call("settings_update", json!({ "allowedOutboundHosts": [provider.host()] })).await;
    let created = desk.client("Portal", "public").await;
    let client = text(&created, "/client/id").to_owned();
    let changes = json!({ "identityProvider": settings_of(&provider),
        "grantTypes": ["urn:ietf:params:oauth:grant-type:token-exchange"] });
    let update = json!({ "id": client, "version": created["client"]["version"], "changes": changes });
    desk.call("clients_update", update).await;
    desk.call("people_create", with(person(PATIENT, "Pat", "Doe"), json!({ "email": "pat@example.org" })))
        .await;
    let health = async || desk.call("identity_provider_health", json!({ "clientId": client })).await;
    let never = health().await;
    assert_eq!((&never["lastSuccessAt"], &never["refusedSince"]), (&Value::Null, &json!(0)));

    let base = desk.engine.issuer().as_str().to_owned();
    let address: SocketAddr = base.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let exchange = async |email: &str| {
        let token = provider.access_token(&Person::new("1", email));
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("client_id", client.as_str()),
            ("subject_token", token.as_str()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ];
        Request::new(address, "POST", "/oauth2/token").form(&form).send().await.status
    };
    assert_eq!(exchange("nobody@example.org").await, 400);
    let failing = health().await;
    assert_eq!(
        (&failing["refusedSince"], text(&failing, "/lastRefusal/refusal")),
        (&json!(1), "no_member_found")
    );
    assert_eq!(exchange("pat@example.org").await, 200);
    let well = health().await;
    assert_eq!((&well["refusedSince"], &well["lastRefusal"]), (&json!(0), &Value::Null));
    assert!(well["lastSuccessAt"].is_i64());
    provider.turn(|knobs| knobs.userinfo = UserInfo::Raw(503, "text/html", "<p>".into()));
    exchange("pat@example.org").await;
    let again = health().await;
    assert_eq!(
        (&again["refusedSince"], text(&again, "/lastRefusal/refusal")),
        (&json!(1), "provider_refuses")
    );
    assert_eq!(again["lastSuccessAt"], well["lastSuccessAt"]);
    desk.fails("identity_provider_health", json!({ "clientId": NOBODY }), Code::NotFound, None, "no client")
        .await;
}
