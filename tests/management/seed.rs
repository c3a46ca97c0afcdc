//! The seed's three steps, and the first half of the golden path.

use serde_json::json;

use crate::harness::{API, Browser, CALLBACK, Server, VAULT, claims, segment};

#[tokio::test(flavor = "multi_thread")]
async fn g01_to_g05_the_three_configuration_steps_of_the_seed() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let id = spa["client_id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    assert_eq!(spa["grant_types"], json!(["authorization_code", "implicit", "refresh_token"]));
    assert_eq!(spa.get("client_secret"), None, "a public client has none");

    let patched =
        admin.patch(&format!("clients/{id}"), json!({ "grant_types": ["authorization_code"] })).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(patched.json()["grant_types"], json!(["authorization_code"]), "PATCH replaces the list");
    assert_eq!(patched.json()["callbacks"], json!([CALLBACK]), "the full client");

    let api = admin.api().await;
    let api_id = api["id"].as_str().unwrap();
    assert!(api_id.len() == 24 && api_id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{api_id}");
    for (member, expected) in [
        ("name", json!("My API Resource Server")),
        ("identifier", json!(API)),
        ("is_system", json!(false)),
        ("signing_alg", json!("RS256")),
        ("token_lifetime", json!(86_400)),
        ("token_lifetime_for_web", json!(7_200)),
        ("allow_offline_access", json!(false)),
        ("skip_consent_for_verifiable_first_party_clients", json!(false)),
        (
            "subject_type_authorization",
            json!({ "user": { "policy": "allow_all" }, "client": { "policy": "require_client_grant" } }),
        ),
        (
            "scopes",
            json!([
                { "value": "read:calendar", "description": "Read calendar events" },
                { "value": "write:calendar", "description": "Write calendar events" },
            ]),
        ),
    ] {
        assert_eq!(api[member], expected, "{member}");
    }
    assert_eq!(api.get("client_id"), None, "nobody acts for it yet");

    let capi = admin
        .made(
            "clients",
            json!({
                "name": "Custom API Client", "app_type": "resource_server", "resource_server_identifier": API,
                "grant_types": [VAULT],
            }),
        )
        .await;
    assert!(capi["client_secret"].as_str().is_some_and(|secret| secret.len() >= 43));
    for (member, expected) in [
        ("app_type", json!("resource_server")),
        ("resource_server_identifier", json!(API)),
        ("grant_types", json!([VAULT])),
        ("oidc_conformant", json!(true)),
        ("is_first_party", json!(true)),
    ] {
        assert_eq!(capi[member], expected, "{member}");
    }
    assert_eq!(capi["jwt_configuration"]["alg"], "RS256");

    for path in [segment(API), api_id.to_owned()] {
        let found = admin.get(&format!("resource-servers/{path}")).await;
        assert_eq!(found.status, 200, "{found:?}");
        assert_eq!(found.json()["client_id"], capi["client_id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g06_to_g08_and_g12_connection_grant_and_tokens_by_audience() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let spa_id = spa["client_id"].as_str().unwrap().to_owned();
    admin.patch(&format!("clients/{spa_id}"), json!({ "grant_types": ["authorization_code"] })).await;
    admin.api().await;
    let connection = admin
        .made("connections", json!({
            "name": "acme-idp", "strategy": "oidc", "connected_accounts": { "active": true },
            "options": { "token_endpoint": "http://127.0.0.1:9/token", "client_id": "us", "client_secret": "ours" },
        }))
        .await;
    let clients = format!("connections/{}/clients", connection["id"].as_str().unwrap());
    let enabled = admin.patch(&clients, json!([{ "client_id": spa_id, "status": true }])).await;
    assert_eq!((enabled.status, enabled.body.as_str()), (204, ""));
    assert_eq!(admin.get(&clients).await.json(), json!({ "clients": [{ "client_id": spa_id }] }));

    let me = server.url("me/");
    let scopes =
        ["create:me:connected_accounts", "read:me:connected_accounts", "delete:me:connected_accounts"];
    let grant = admin
        .made(
            "client-grants",
            json!({
                "client_id": spa_id, "audience": me, "subject_type": "user", "scope": scopes,
            }),
        )
        .await;
    assert!(grant["id"].as_str().unwrap().starts_with("cgr_"), "{grant}");
    assert_eq!((&grant["subject_type"], &grant["audience"]), (&json!("user"), &json!(me)));

    let mut browser = Browser::default();
    let scope = scopes.join(" ");
    let tokens = browser.sign_in(&server, &spa, &[("audience", &me), ("scope", &scope)]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let said = claims(&tokens.str("access_token"));
    assert_eq!((&said["aud"], &said["scope"]), (&json!(me), &json!(scope)));

    let tokens =
        browser.sign_in(&server, &spa, &[("audience", API), ("scope", "openid read:calendar")]).await;
    let said = claims(&tokens.str("access_token"));
    assert_eq!(said["aud"], json!([API, server.url("userinfo")]));
    assert_eq!(said["scope"], "openid read:calendar");
    assert_eq!(said["azp"], json!(spa_id));
    assert_eq!(said["sub"], json!(format!("auth0|{}", crate::harness::ADA_USER)));
}
