//! Changing a client: every setting, versions, and rights of its own membership.

use anteroom_admin::error::Code;
use anteroom_engine::id::Id;
use anteroom_engine::service::clients::open_provider_secret;
use serde_json::{Value, json};

use crate::harness::{Desk, text, with};

async fn update(desk: &Desk, client: &Value, changes: Value) -> Value {
    let request = json!({ "id": client["id"], "version": client["version"], "changes": changes });
    desk.call("clients_update", request).await
}

async fn new_client(desk: &Desk, client_type: &str) -> Value {
    desk.client("Portal", client_type).await["client"].clone()
}

#[tokio::test]
async fn every_setting_is_kept_and_an_empty_text_clears_it() {
    let desk = Desk::new().await;
    desk.policy("Portal").await;
    let before = new_client(&desk, "confidential").await;
    let changes = json!({
        "name": "Patient portal", "description": "For patients.\nSecond line.", "clientType": "medplum",
        "postLogoutRedirectUris": ["https://portal.example.org/bye"],
        "allowedOrigins": ["https://portal.example.org"], "launchUri": "https://portal.example.org/launch",
        "grantTypes": ["client_credentials"], "pkceOptional": true, "defaultScope": ["openid", "profile"],
        "jwksUri": "https://portal.example.org/jwks.json", "accessTokenLifetime": "30m",
        "refreshTokenLifetime": "3d", "idTokenSignedResponseAlg": "RS256",
        "magicLinkTemplate": "https://portal.example.org/in/{code}", "accessPolicy": "Portal", "admin": true,
    });
    let after = update(&desk, &before, changes.clone()).await;
    let expected = with(before.clone(), with(changes, json!({ "version": 2, "advice": after["advice"] })));
    assert_eq!(after, expected);
    let read = desk.call("clients_get", json!({ "id": before["id"] })).await;
    assert_eq!(read, after, "what was answered is what is stored");

    let cleared = update(
        &desk,
        &after,
        json!({
            "description": "", "launchUri": "", "grantTypes": [], "jwksUri": "", "accessTokenLifetime": "",
            "refreshTokenLifetime": "", "magicLinkTemplate": "", "accessPolicy": "",
        }),
    )
    .await;
    for member in [
        "description",
        "launchUri",
        "jwksUri",
        "accessTokenLifetime",
        "refreshTokenLifetime",
        "magicLinkTemplate",
        "accessPolicy",
    ] {
        assert!(cleared[member].is_null(), "{member}: {}", cleared[member]);
    }
    assert_eq!(cleared["grantTypes"], json!([]));
    assert_eq!(cleared["pkceOptional"], true, "what is absent stays");
}

#[tokio::test]
async fn nothing_changed_is_no_new_version_and_no_event() {
    let desk = Desk::new().await;
    let before = new_client(&desk, "public").await;
    let after = update(&desk, &before, json!({ "name": "Portal", "admin": false })).await;
    assert_eq!(after, before);
    let about = json!({
        "kind": "", "refusedOnly": false, "about": before["id"], "limit": 10,
    });
    assert_eq!(desk.call("activity_list", about).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_saw_an_older_version_loses_nothing_of_the_newer() {
    let desk = Desk::new().await;
    let seen = new_client(&desk, "public").await;
    update(&desk, &seen, json!({ "name": "Second" })).await;
    let request = json!({ "id": seen["id"], "version": 1, "changes": { "name": "Third" } });
    let words = "you saw version 1, the newest is 2";
    desk.fails("clients_update", request, Code::Conflict, Some("version"), words).await;
    assert_eq!(desk.call("clients_get", json!({ "id": seen["id"] })).await["name"], "Second");
}

#[tokio::test]
async fn two_at_once_one_wins() {
    let desk = Desk::new().await;
    let seen = new_client(&desk, "public").await;
    let request = |name: &str| json!({ "id": seen["id"], "version": 1, "changes": { "name": name } });
    let (one, two) = tokio::join!(
        anteroom_admin::dispatch(&desk.admin, "clients_update", request("One")),
        anteroom_admin::dispatch(&desk.admin, "clients_update", request("Two")),
    );
    let lost = [&one, &two].into_iter().filter_map(|outcome| outcome.as_ref().err()).collect::<Vec<_>>();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].code, Code::Conflict);
}

#[tokio::test]
async fn a_value_that_breaks_a_rule_is_named_and_nothing_changes() {
    let desk = Desk::new().await;
    let public = new_client(&desk, "public").await;
    for (changes, field, words) in [
        (json!({ "name": "  " }), "name", "empty"),
        (json!({ "description": "x\u{7}" }), "description", "U+0007"),
        (json!({ "description": "x".repeat(2001) }), "description", "2001 characters"),
        (json!({ "clientType": "confidential" }), "clientType", "cannot become confidential"),
        (json!({ "postLogoutRedirectUris": ["http://a.example.org/"] }), "postLogoutRedirectUris", "https"),
        (json!({ "allowedOrigins": ["https://a.example.org/"] }), "allowedOrigins", "without a path"),
        (json!({ "launchUri": "ftp://a.example.org/" }), "launchUri", "http or https"),
        (json!({ "grantTypes": ["password"] }), "grantTypes", "\"password\""),
        (json!({ "grantTypes": ["client_credentials"] }), "grantTypes", "no secret"),
        (json!({ "defaultScope": ["a\"b"] }), "defaultScope", "character"),
        (json!({ "jwksUri": "x" }), "jwksUri", "\"x\""),
        (json!({ "accessTokenLifetime": "1 hour" }), "accessTokenLifetime", "2w, 1h"),
        (json!({ "refreshTokenLifetime": "2y" }), "refreshTokenLifetime", "at most a year"),
        (json!({ "idTokenSignedResponseAlg": "none" }), "idTokenSignedResponseAlg", "ES256 or RS256"),
        (json!({ "magicLinkTemplate": "https://a.example.org/" }), "magicLinkTemplate", "{code}"),
        (json!({ "magicLinkTemplate": "https://a.example.org/?c={code}" }), "magicLinkTemplate", "query"),
        (json!({ "accessPolicy": "None such" }), "accessPolicy", "None such"),
        (
            json!({ "identityProvider": { "userInfoUrl": "x", "useSubject": false, "requireVerifiedEmail": false } }),
            "identityProvider.userInfoUrl",
            "\"x\"",
        ),
    ] {
        let request =
            json!({ "id": public["id"], "version": 1, "changes": with(json!({ "name": "New" }), changes) });
        desk.fails("clients_update", request, Code::Invalid, Some(field), words).await;
    }
    assert_eq!(desk.call("clients_get", json!({ "id": public["id"] })).await, public);
}

#[tokio::test]
async fn the_providers_secret_is_written_and_never_read() {
    let desk = Desk::new().await;
    let client = new_client(&desk, "confidential").await;
    let provider = |changes: Value| {
        let base = json!({
            "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": null, "tokenUrl": "",
            "clientId": "ours", "useSubject": true, "requireVerifiedEmail": false,
        });
        json!({ "identityProvider": with(base, changes) })
    };
    let stored = |client: &Value| {
        let id = Id::parse(text(client, "/id")).unwrap();
        let row = desk.engine.read(|tx, _| Ok(tx.client(id)?.unwrap())).unwrap();
        open_provider_secret(&desk.engine, &row).unwrap().map(|secret| secret.to_vec())
    };

    let with_secret = update(&desk, &client, provider(json!({ "clientSecret": "hush-hush" }))).await;
    assert_eq!(
        with_secret["identityProvider"],
        json!({
            "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": null, "tokenUrl": null,
            "clientId": "ours", "clientSecret": null, "hasClientSecret": true, "useSubject": true,
            "requireVerifiedEmail": false,
        })
    );
    assert_eq!(stored(&with_secret).unwrap(), b"hush-hush");

    let kept = update(&desk, &with_secret, provider(json!({ "clientId": "theirs" }))).await;
    assert_eq!(stored(&kept).unwrap(), b"hush-hush", "an absent secret stays");
    let replaced = update(&desk, &kept, provider(json!({ "clientSecret": "another" }))).await;
    assert_eq!(replaced["version"], 4, "a new secret alone is a change");
    assert_eq!(stored(&replaced).unwrap(), b"another");
    let removed = update(&desk, &replaced, provider(json!({ "userInfoUrl": "" }))).await;
    assert!(removed["identityProvider"].is_null());
    assert!(stored(&removed).is_none(), "the secret goes with the provider");

    let log = json!({ "kind": "", "refusedOnly": false, "about": "", "limit": 100 });
    let log = desk.call("activity_list", log).await.to_string();
    assert!(!log.contains("hush-hush") && !log.contains("another"), "no secret in the log");
}

#[tokio::test]
async fn the_providers_secret_is_not_sent_to_another_server() {
    let desk = Desk::new().await;
    let client = new_client(&desk, "confidential").await;
    let provider = |token_url: &str, changes: Value| {
        let base = json!({
            "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": "https://idp.example.org/authorize",
            "tokenUrl": token_url, "clientId": "ours", "useSubject": true, "requireVerifiedEmail": false,
        });
        json!({ "identityProvider": with(base, changes) })
    };
    let idp = "https://idp.example.org/token";
    let kept = update(&desk, &client, provider(idp, json!({ "clientSecret": "hush-hush" }))).await;
    let kept = update(&desk, &kept, provider("https://idp.example.org/v2/token", json!({}))).await;
    let elsewhere = |client: &Value, changes: Value| {
        json!({ "id": client["id"], "version": client["version"],
                "changes": provider("https://idp.example.net/token", changes) })
    };
    let (field, words) = ("identityProvider.clientSecret", "Give the secret for this one");
    desk.fails("clients_update", elsewhere(&kept, json!({})), Code::Invalid, Some(field), words).await;
    // Nor by a way round: without a token endpoint it goes nowhere, and from there nowhere else.
    let nowhere = update(&desk, &kept, provider("", json!({}))).await;
    desk.fails("clients_update", elsewhere(&nowhere, json!({})), Code::Invalid, Some(field), words).await;
    let moved =
        desk.call("clients_update", elsewhere(&nowhere, json!({ "clientSecret": "for-the-new-one" }))).await;
    let log = desk.call("clients_history", json!({ "id": moved["id"], "limit": 1 })).await;
    let undo = json!({ "id": moved["id"], "seq": log["items"][0]["seq"] });
    assert!(desk.call("clients_undo", undo).await["identityProvider"]["tokenUrl"].is_null(), "{log}");
}
