//! `/resource-servers`.

use serde_json::{Value, json};

use crate::harness::{API, Server, segment};

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_is_taken_once_and_some_are_reserved() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.api().await;
    let again = admin.post("resource-servers", json!({ "identifier": API })).await.trouble();
    let message = "A resource server with the same identifier already exists.";
    assert_eq!(again, (409, "resource_server_conflict".to_owned(), message.to_owned()));
    admin.made("resource-servers", json!({ "identifier": format!("{API}/") })).await;
    for reserved in [
        server.base.clone(),
        server.url("me/"),
        server.url("api/v2/"),
        server.url("userinfo"),
        server.url("anything"),
        "https://localhost:8443/me/".to_owned(),
        "me/".to_owned(),
        "api/v2/".to_owned(),
        crate::harness::DESK.to_owned(),
        "c0ffee000000400080000000000000a2".to_owned(),
    ] {
        let refused = admin.post("resource-servers", json!({ "identifier": reserved })).await.trouble();
        assert_eq!((refused.0, refused.1.as_str()), (400, "invalid_body"), "{reserved}");
        assert!(refused.2.contains("reserved"), "{reserved}: {}", refused.2);
    }
    for odd in ["not a url at all", "urn:x", "https://ä.example/ü?x=1#y", "a%2Fb", "a/b?c"] {
        let made = admin.made("resource-servers", json!({ "identifier": odd })).await;
        let found = admin.get(&format!("resource-servers/{}", segment(odd).replace('+', "%20"))).await;
        assert_eq!(found.json()["id"], made["id"], "{odd}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_body_is_refused_in_auth0s_words() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let api = admin.api().await;
    let path = format!("resource-servers/{}", api["id"].as_str().unwrap());
    let many: Vec<Value> = (0..101).map(|number| json!({ "value": format!("s{number}") })).collect();
    let other = "https://other.example.com";
    for (body, code, message) in [
        (json!({ "colour": 1 }), "invalid_body", "Additional properties not allowed: colour"),
        (json!({ "name": "a>b" }), "invalid_body", "on property name"),
        (json!({ "name": "x".repeat(201) }), "invalid_body", "String is too long (201 chars), maximum 200"),
        (json!({ "scopes": ["read"] }), "invalid_body", "Expected type object but found type string"),
        (json!({ "scopes": [{ "description": "x" }] }), "invalid_body", "missing field `value`"),
        (json!({ "scopes": [{ "value": "a", "colour": 1 }] }), "invalid_body", "unknown field `colour`"),
        (json!({ "scopes": [{ "value": "a b" }] }), "invalid_body", "is no scope"),
        (json!({ "scopes": [{ "value": "" }] }), "invalid_body", "is no scope"),
        (json!({ "scopes": [{ "value": "x".repeat(281) }] }), "invalid_body", "is no scope"),
        (json!({ "scopes": [{ "value": "a" }, { "value": "a" }] }), "invalid_body", "is there twice"),
        (json!({ "scopes": many }), "invalid_body", "Array is too long (101), maximum 100"),
        (json!({ "token_lifetime": 2_592_001 }), "invalid_body", "outside of 0 to 2592000"),
        (json!({ "token_lifetime": "1" }), "invalid_body", "found type string"),
        (json!({ "token_lifetime": -1 }), "invalid_body", "outside of 0 to 2592000"),
        (json!({ "signing_alg": "none" }), "invalid_body", "No enum match for: \"none\""),
        (json!({ "signing_alg": "RS512" }), "operation_not_supported", "signing_alg RS512"),
        (json!({ "token_dialect": "access_token_authz" }), "operation_not_supported", "token_dialect"),
        (json!({ "enforce_policies": true }), "operation_not_supported", "enforce_policies"),
        (
            json!({ "proof_of_possession": { "mechanism": "dpop" } }),
            "operation_not_supported",
            "proof_of_possession",
        ),
        (
            json!({ "subject_type_authorization": { "user": { "policy": "anybody" } } }),
            "invalid_body",
            "subject_type_authorization.user.policy",
        ),
        (json!({ "signing_alg": "HS256", "signing_secret": "short" }), "invalid_body", "signing_secret"),
    ] {
        let mut create = body.clone();
        create["identifier"] = json!(other);
        for reply in [admin.post("resource-servers", create).await, admin.patch(&path, body.clone()).await] {
            let (status, found, said) = reply.trouble();
            assert_eq!((status, found.as_str()), (400, code), "{body}: {said}");
            assert!(said.contains(message), "{body}: {said}");
        }
    }
    let missing = admin.post("resource-servers", json!({ "name": "A" })).await.trouble().2;
    assert!(missing.contains("Missing required property: identifier"), "{missing}");
    assert!(admin.patch(&path, json!({ "identifier": other })).await.trouble().2.contains("identifier"));
    assert!(admin.patch(&path, json!({})).await.trouble().2.contains("Too few properties"));
    assert_eq!(admin.get(&path).await.json(), api, "nothing of all that was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_is_200_and_replaces_scopes() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.api().await;
    let path = format!("resource-servers/{}", segment(API));
    for (body, member, expected) in [
        (json!({ "scopes": [{ "value": "read:mail" }] }), "scopes", json!([{ "value": "read:mail" }])),
        (json!({ "token_lifetime": 600 }), "token_lifetime_for_web", json!(600)),
        (json!({ "allow_offline_access": true }), "allow_offline_access", json!(true)),
        (json!({ "token_dialect": "rfc9068_profile" }), "token_dialect", json!("rfc9068_profile")),
        (json!({ "token_dialect": null }), "token_dialect", Value::Null),
        (
            json!({ "subject_type_authorization": { "user": { "policy": "deny_all" } } }),
            "subject_type_authorization",
            json!({ "user": { "policy": "deny_all" }, "client": { "policy": "require_client_grant" } }),
        ),
    ] {
        let reply = admin.patch(&path, body.clone()).await;
        assert_eq!(reply.status, 200, "{body}: {reply:?}");
        assert_eq!(reply.json().get(member).unwrap_or(&Value::Null), &expected, "{body}");
        assert_eq!(admin.get(&path).await.json().get(member).unwrap_or(&Value::Null), &expected, "{body}");
    }
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.trouble().1, "inexistent_resource_server");
    assert_eq!(admin.delete(&path).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_of_the_system_are_shown_and_never_changed() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let listed = admin.get("resource-servers").await.json();
    for (at, identifier) in [server.url("api/v2/"), server.url("me/")].iter().enumerate() {
        assert_eq!((&listed[at]["identifier"], &listed[at]["is_system"]), (&json!(identifier), &json!(true)));
        let id = listed[at]["id"].as_str().unwrap();
        for path in [format!("resource-servers/{id}"), format!("resource-servers/{}", segment(identifier))] {
            assert_eq!(admin.get(&path).await.json(), listed[at]);
            for reply in [admin.patch(&path, json!({ "name": "Mine" })).await, admin.delete(&path).await] {
                assert_eq!((reply.trouble().0, reply.trouble().1.as_str()), (400, "operation_not_supported"));
            }
        }
    }
    let long = "x".repeat(601);
    assert_eq!(admin.get(&format!("resource-servers/{long}")).await.trouble().1, "invalid_uri");
    assert_eq!(admin.get("resource-servers/%zz").await.trouble().1, "invalid_uri");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_secret_is_not_in_lists() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin.made("resource-servers", json!({ "identifier": API, "signing_alg": "HS256" })).await;
    let secret = made["signing_secret"].as_str().unwrap();
    assert!(secret.len() >= 43, "{secret}");
    assert!(!admin.get("resource-servers").await.body.contains(secret));
    assert!(!admin.get("logs").await.body.contains(secret));
    assert_eq!(
        admin.get(&format!("resource-servers/{}", segment(API))).await.json()["signing_secret"],
        secret
    );
    let given = admin
        .patch(&format!("resource-servers/{}", segment(API)), json!({ "signing_secret": "0123456789abcdef" }))
        .await;
    assert_eq!(given.json()["signing_secret"], "0123456789abcdef");
    let rs256 = admin
        .patch(&format!("resource-servers/{}", segment(API)), json!({ "signing_alg": "RS256" }))
        .await
        .json();
    assert_eq!(rs256.get("signing_secret"), None);
}
