//! Refresh tokens for APIs, and policies for several.

use serde_json::{Value, json};

use crate::harness::{API, Browser, CALLBACK, Server, claims, segment};

const OTHER: &str = "https://other-api.example.com";

async fn web(server: &Server, refresh: &Value) -> Value {
    let admin = server.admin().await;
    admin.api().await;
    admin.patch(&format!("resource-servers/{}", segment(API)), json!({ "allow_offline_access": true })).await;
    admin
        .made(
            "clients",
            json!({
                "name": "Web", "app_type": "regular_web", "callbacks": [CALLBACK], "oidc_conformant": true,
                "grant_types": ["authorization_code", "refresh_token"], "refresh_token": refresh,
            }),
        )
        .await
}

fn settings(rotation: &str, more: &Value) -> Value {
    let mut settings = json!({ "rotation_type": rotation, "expiration_type": "expiring", "token_lifetime": 100_000,
                               "idle_token_lifetime": 1_000, "infinite_token_lifetime": false,
                               "infinite_idle_token_lifetime": false });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

async fn refresh(server: &Server, client: &Value, token: &str, more: &Value) -> crate::harness::Page {
    let mut body =
        json!({ "grant_type": "refresh_token", "client_id": client["client_id"], "refresh_token": token });
    if let Some(secret) = client.get("client_secret") {
        body["client_secret"] = secret.clone();
    }
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.token(&body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_needs_the_word_the_api_and_for_public_clients_rotation() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let web = web(&server, &settings("non-rotating", &json!({}))).await;
    let has = async |client: &Value, scope: &str| {
        let tokens =
            Browser::default().sign_in(&server, client, &[("audience", API), ("scope", scope)]).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens.json().get("refresh_token").is_some()
    };
    assert!(has(&web, "openid offline_access").await);
    assert!(!has(&web, "openid").await, "nobody asked");
    let spa = admin.spa().await;
    assert!(!has(&spa, "openid offline_access").await, "public, without rotation");
    let path = format!("clients/{}", spa["client_id"].as_str().unwrap());
    admin.patch(&path, json!({ "refresh_token": settings("rotating", &json!({})) })).await;
    assert!(has(&spa, "openid offline_access").await, "public, with rotation");
    admin
        .patch(&format!("resource-servers/{}", segment(API)), json!({ "allow_offline_access": false }))
        .await;
    let tokens = Browser::default()
        .sign_in(&server, &web, &[("audience", API), ("scope", "openid offline_access")])
        .await;
    assert_eq!((tokens.json().get("refresh_token"), tokens.str("scope")), (None, "openid".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_rotate_stays_until_it_is_idle_for_too_long() {
    let server = Server::start().await;
    let web = web(&server, &settings("non-rotating", &json!({}))).await;
    let asked = [("audience", API), ("scope", "openid offline_access read:calendar")];
    let tokens = Browser::default().sign_in(&server, &web, &asked).await;
    let token = tokens.str("refresh_token");
    for _ in 0..3 {
        server.clock.advance(900);
        let again = refresh(&server, &web, &token, &json!({})).await;
        assert_eq!(again.status, 200, "{again:?}");
        assert_eq!(again.json().get("refresh_token"), None, "the same one stays good");
        let said = claims(&again.str("access_token"));
        assert_eq!(said["aud"], json!([API, server.url("userinfo")]));
        assert_eq!(
            (said["scope"].as_str(), said["gty"].as_str()),
            (Some("openid offline_access read:calendar"), Some("refresh_token"))
        );
    }
    server.clock.advance(1_001);
    let ended = refresh(&server, &web, &token, &json!({})).await.refusal();
    assert_eq!(ended, (403, "invalid_grant".to_owned(), "Unknown or invalid refresh token.".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_rotates_is_good_once() {
    let server = Server::start().await;
    let web = web(&server, &settings("rotating", &json!({}))).await;
    let asked = [("audience", API), ("scope", "openid offline_access")];
    let first = Browser::default().sign_in(&server, &web, &asked).await.str("refresh_token");
    let second = refresh(&server, &web, &first, &json!({})).await.str("refresh_token");
    assert_ne!(first, second);
    server.clock.advance(60);
    assert_eq!(refresh(&server, &web, &first, &json!({})).await.status, 403, "reused");
    assert_eq!(refresh(&server, &web, &second, &json!({})).await.status, 403, "the whole family ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refresh_token_for_several_apis() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let me = server.url("me/");
    let policies = json!({ "policies": [
        { "audience": API, "scope": ["write:calendar"] },
        { "audience": me, "scope": ["create:me:connected_accounts", "read:me:connected_accounts"] },
        { "audience": OTHER, "scope": ["a", "never"] },
        { "audience": "urn:gone", "scope": ["a"] },
        { "audience": server.url("api/v2/"), "scope": ["read:clients"] },
    ] });
    let web = web(&server, &settings("non-rotating", &policies)).await;
    let id = web["client_id"].as_str().unwrap();
    admin
        .made("client-grants", json!({ "client_id": id, "audience": me, "subject_type": "user",
                                       "scope": ["create:me:connected_accounts", "read:me:connected_accounts"] }))
        .await;
    let other = json!({ "identifier": OTHER, "scopes": [{ "value": "a" }, { "value": "b" }],
                        "skip_consent_for_verifiable_first_party_clients": true });
    admin.made("resource-servers", other).await;
    let asked = [("audience", API), ("scope", "openid offline_access read:calendar")];
    let token = Browser::default().sign_in(&server, &web, &asked).await.str("refresh_token");
    let origin = json!([API, server.url("userinfo")]);
    for (more, aud, scope) in [
        (json!({}), origin.clone(), "openid offline_access read:calendar write:calendar"),
        (json!({ "audience": API }), origin.clone(), "openid offline_access read:calendar write:calendar"),
        (json!({ "scope": "write:calendar nonsense" }), json!(API), "write:calendar"),
        (
            json!({ "audience": me, "scope": "create:me:connected_accounts" }),
            json!(me),
            "create:me:connected_accounts",
        ),
        (
            json!({ "audience": me, "scope": "openid offline_access read:me:connected_accounts" }),
            json!([me, server.url("userinfo")]),
            "openid offline_access read:me:connected_accounts",
        ),
        (json!({ "audience": OTHER }), json!([OTHER, server.url("userinfo")]), "a openid offline_access"),
        (json!({ "audience": OTHER, "scope": "a b" }), json!(OTHER), "a"),
        (
            json!({ "audience": "urn:nobody" }),
            origin.clone(),
            "openid offline_access read:calendar write:calendar",
        ),
        (
            json!({ "audience": "urn:gone" }),
            origin.clone(),
            "openid offline_access read:calendar write:calendar",
        ),
    ] {
        let reply = refresh(&server, &web, &token, &more).await;
        assert_eq!(reply.status, 200, "{more}: {reply:?}");
        let said = claims(&reply.str("access_token"));
        assert_eq!((&said["aud"], said["scope"].as_str()), (&aud, Some(scope)), "{more}");
    }
    let management = refresh(&server, &web, &token, &json!({ "audience": server.url("api/v2/") })).await;
    assert_ne!(
        claims(&management.str("access_token"))["aud"],
        json!(server.url("api/v2/")),
        "never this one"
    );
    // An API that needs consent of its own is not reached this way.
    let path = format!("resource-servers/{}", segment(OTHER));
    admin.patch(&path, json!({ "skip_consent_for_verifiable_first_party_clients": false })).await;
    let reply = refresh(&server, &web, &token, &json!({ "audience": OTHER })).await;
    assert_eq!(claims(&reply.str("access_token"))["aud"], origin);
    admin.patch(&format!("clients/{id}"), json!({ "is_first_party": false })).await;
    let third = refresh(&server, &web, &token, &json!({ "audience": me })).await;
    assert_eq!(
        third.status, 403,
        "first-party clients only; a third party needs a grant even for the first API"
    );
}
