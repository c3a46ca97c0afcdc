//! `/clients`.

use serde_json::{Value, json};

use crate::harness::{API, DESK, Server, VAULT, segment};

const REFRESH: [(&str, u64); 3] =
    [("leeway", 0), ("token_lifetime", 31_557_600), ("idle_token_lifetime", 2_592_000)];

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_made_with_the_defaults_auth0_gives() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.api().await;
    let four = json!(["authorization_code", "implicit", "refresh_token", "client_credentials"]);
    let three = json!(["authorization_code", "implicit", "refresh_token"]);
    for (what, body, grants, conformant, secret) in [
        ("name only", json!({}), &four, false, true),
        ("spa", json!({ "app_type": "spa", "token_endpoint_auth_method": "none" }), &three, false, false),
        (
            "native",
            json!({ "app_type": "native", "token_endpoint_auth_method": "none" }),
            &three,
            false,
            false,
        ),
        ("machine", json!({ "app_type": "non_interactive" }), &four, false, true),
        ("web", json!({ "app_type": "regular_web" }), &four, false, true),
        (
            "api",
            json!({ "app_type": "resource_server", "resource_server_identifier": API }),
            &json!([]),
            true,
            true,
        ),
    ] {
        let mut body = body;
        body["name"] = json!(what);
        let made = admin.made("clients", body.clone()).await;
        assert_eq!(&made["grant_types"], grants, "{what}");
        assert_eq!(made["oidc_conformant"], conformant, "{what}");
        assert_eq!(made.get("client_secret").is_some(), secret, "{what}");
        for member in ["app_type", "token_endpoint_auth_method", "resource_server_identifier"] {
            assert_eq!(made.get(member), body.get(member), "{what}: {member}");
        }
        for (member, expected) in [
            ("is_first_party", true),
            ("sso_disabled", false),
            ("cross_origin_authentication", false),
            ("custom_login_page_on", true),
            ("is_token_endpoint_ip_header_trusted", false),
            ("global", false),
        ] {
            assert_eq!(made[member], expected, "{what}: {member}");
        }
        let refresh = &made["refresh_token"];
        assert_eq!(
            (&refresh["rotation_type"], &refresh["expiration_type"]),
            (&json!("non-rotating"), &json!("non-expiring"))
        );
        assert_eq!(
            (&refresh["infinite_token_lifetime"], &refresh["infinite_idle_token_lifetime"]),
            (&json!(true), &json!(true))
        );
        for (member, expected) in REFRESH {
            assert_eq!(refresh[member], expected, "{what}: {member}");
        }
        assert_eq!(made["jwt_configuration"]["lifetime_in_seconds"], 36_000, "{what}");
        let shown = admin.get(&format!("clients/{}", made["client_id"].as_str().unwrap())).await.json();
        let mut kept = made.clone();
        kept.as_object_mut().unwrap().remove("client_secret");
        assert_eq!(shown, kept, "{what}: everything but the secret comes back");
    }
}

/// A body, whether it is wrong in a change too, and what is said about it.
fn wrong_bodies() -> Vec<(Value, bool, &'static str)> {
    let urls: Vec<String> = (0..101).map(|number| format!("https://c.test/{number}")).collect();
    vec![
        (json!([]), true, "'Expected type object but found type array'."),
        (
            json!({ "name": "A", "colour": 1, "taste": 2 }),
            true,
            "'Additional properties not allowed: colour,taste'.",
        ),
        (json!({ "name": 1 }), true, "'Expected type string but found type integer' on property name"),
        (json!({ "name": "" }), true, "'String is too short (0 chars), minimum 1' on property name"),
        (json!({ "name": "a<b" }), true, "'String does not match pattern ^[^<>]+$: a<b' on property name"),
        (
            json!({ "name": "A", "app_type": "toaster" }),
            true,
            "'No enum match for: \"toaster\"' on property app_type",
        ),
        (json!({ "name": "A", "app_type": ["spa"] }), true, "found type array' on property app_type"),
        (
            json!({ "name": "A", "callbacks": "https://c.test" }),
            true,
            "found type string' on property callbacks",
        ),
        (
            json!({ "name": "A", "callbacks": urls }),
            true,
            "'Array is too long (101), maximum 100' on property callbacks",
        ),
        (
            json!({ "name": "A", "callbacks": ["https://c.test", "https://c.test"] }),
            true,
            "'Array items are not unique",
        ),
        (json!({ "name": "A", "callbacks": ["javascript:alert(1)"] }), true, "on property callbacks."),
        (json!({ "name": "A", "callbacks": ["https://c.test/#f"] }), true, "on property callbacks."),
        (
            json!({ "name": "A", "web_origins": ["https://c.test/path"] }),
            true,
            "on property allowed_origins.",
        ),
        (
            json!({ "name": "A", "is_first_party": "yes" }),
            true,
            "found type string' on property is_first_party",
        ),
        (json!({ "name": "A", "grant_types": [7] }), true, "found type integer' on property grant_types"),
        (
            json!({ "name": "A", "refresh_token": { "rotation_type": "rotating" } }),
            true,
            "missing field `expiration_type`' on property refresh_token",
        ),
        (
            json!({ "name": "A", "refresh_token": { "rotation_type": "rotating", "expiration_type": "expiring", "policies": [] } }),
            true,
            "on property refresh_token.",
        ),
        (
            json!({ "name": "A", "jwt_configuration": { "lifetime_in_seconds": 0 } }),
            true,
            "on property jwt_configuration.lifetime_in_seconds",
        ),
        (
            json!({ "name": "A", "jwt_configuration": { "colour": 1 } }),
            true,
            "'Additional properties not allowed: colour'",
        ),
        (json!({}), false, "'Missing required property: name'."),
        (
            json!({ "name": "A", "resource_server_identifier": API }),
            false,
            "on property resource_server_identifier.",
        ),
        (
            json!({ "name": "A", "app_type": "resource_server", "resource_server_identifier": "urn:nobody" }),
            false,
            "on property resource_server_identifier.",
        ),
        (
            json!({ "name": "A", "app_type": "spa", "resource_server_identifier": API }),
            false,
            "on property resource_server_identifier.",
        ),
        (json!({ "name": "A", "client_secret": "short" }), false, "on property client_secret"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_body_is_refused_in_auth0s_words() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let path = format!("clients/{}", spa["client_id"].as_str().unwrap());
    for (body, both, message) in wrong_bodies() {
        let mut replies = vec![admin.post("clients", body.clone()).await];
        if both {
            replies.push(admin.patch(&path, body.clone()).await);
        }
        for reply in replies {
            let (status, code, said) = reply.trouble();
            assert_eq!((status, code.as_str()), (400, "invalid_body"), "{body}: {reply:?}");
            assert!(
                said.starts_with("Payload validation error: ") && said.contains(message),
                "{body}: {said}"
            );
        }
    }
    for (body, message) in [
        (json!({}), "Too few properties defined (0), minimum 1"),
        (
            json!({ "resource_server_identifier": API }),
            "Additional properties not allowed: resource_server_identifier",
        ),
        (json!({ "client_id": "x" }), "Additional properties not allowed: client_id"),
        (json!({ "compact_id": false }), "Additional properties not allowed: compact_id"),
    ] {
        assert!(admin.patch(&path, body.clone()).await.trouble().2.contains(message), "{body}");
    }
    assert_eq!(admin.get(&path).await.json(), spa, "nothing of all that was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_promise_a_check_is_refused_unless_it_asks_for_nothing() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for (member, asks, nothing) in [
        ("require_pushed_authorization_requests", json!(true), json!(false)),
        ("require_proof_of_possession", json!(true), json!(false)),
        ("client_authentication_methods", json!({ "private_key_jwt": {} }), Value::Null),
        ("signed_request_object", json!({ "required": true }), Value::Null),
        ("token_exchange", json!({ "allow_any_profile_of_type": ["custom_authentication"] }), json!({})),
        ("jwt_configuration", json!({ "alg": "HS256" }), json!({ "alg": "RS256" })),
        ("jwt_configuration", json!({ "alg": "PS256" }), Value::Null),
    ] {
        let body = |value: &Value| json!({ "name": "A", member: value });
        let refused = admin.post("clients", body(&asks)).await.trouble();
        assert_eq!((refused.0, refused.1.as_str()), (400, "operation_not_supported"), "{member} {asks}");
        assert_eq!(admin.post("clients", body(&nothing)).await.status, 201, "{member} {nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_replaces_lists_and_whole_objects_and_nothing_else() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin
        .made("clients", json!({
            "name": "Web", "app_type": "regular_web", "callbacks": ["https://c.test/a", "https://c.test/b"],
            "allowed_origins": ["https://c.test"], "web_origins": ["https://w.test"],
            "client_metadata": { "team": "blue" }, "logo_uri": "https://c.test/logo.png",
        }))
        .await;
    let path = format!("clients/{}", made["client_id"].as_str().unwrap());
    for (body, member, expected) in [
        (json!({ "callbacks": ["https://c.test/c"] }), "callbacks", json!(["https://c.test/c"])),
        (json!({ "callbacks": [] }), "callbacks", json!([])),
        (
            json!({ "grant_types": ["refresh_token", "password", VAULT] }),
            "grant_types",
            json!(["refresh_token", "password", VAULT]),
        ),
        (json!({ "web_origins": [] }), "allowed_origins", json!(["https://c.test"])),
        (json!({ "client_metadata": { "side": "left" } }), "client_metadata", json!({ "side": "left" })),
        (json!({ "logo_uri": null }), "logo_uri", Value::Null),
        (json!({ "name": "Renamed" }), "name", json!("Renamed")),
        (json!({ "description": "What it is for" }), "description", json!("What it is for")),
        (json!({ "oidc_conformant": true }), "oidc_conformant", json!(true)),
        (json!({ "app_type": null }), "app_type", Value::Null),
    ] {
        let before = admin.get(&path).await.json();
        let reply = admin.patch(&path, body.clone()).await;
        assert_eq!(reply.status, 200, "{body}: {reply:?}");
        let after = reply.json();
        assert_eq!(after.get(member).unwrap_or(&Value::Null), &expected, "{body}");
        for (name, value) in before.as_object().unwrap() {
            if !body.as_object().unwrap().contains_key(name) {
                assert_eq!(after.get(name), Some(value), "{body} changed {name}");
            }
        }
        assert_eq!(admin.get(&path).await.json(), after, "{body}");
    }
    let refresh = json!({ "rotation_type": "rotating", "expiration_type": "expiring", "leeway": 3,
                          "token_lifetime": 1000, "idle_token_lifetime": 100, "infinite_token_lifetime": false,
                          "infinite_idle_token_lifetime": false,
                          "policies": [{ "audience": API, "scope": ["read:calendar"] }] });
    assert_eq!(
        admin.patch(&path, json!({ "refresh_token": refresh })).await.json()["refresh_token"],
        refresh
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_and_rotated_at_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin.made("clients", json!({ "name": "Machine", "app_type": "non_interactive" })).await;
    let id = made["client_id"].as_str().unwrap();
    admin
        .made(
            "client-grants",
            json!({ "client_id": id, "audience": server.url("api/v2/"), "scope": ["read:logs"] }),
        )
        .await;
    let works = async |secret: &str| {
        server
            .token(&json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret,
                            "audience": server.url("api/v2/") }))
            .await
            .status
    };
    let first = made["client_secret"].as_str().unwrap();
    assert_eq!(works(first).await, 200);
    let rotated = admin.post(&format!("clients/{id}/rotate-secret"), json!({})).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    assert_eq!((works(first).await, works(&rotated.str("client_secret")).await), (401, 200));
    let chosen =
        admin.patch(&format!("clients/{id}"), json!({ "client_secret": "chosen-by-the-admin" })).await;
    assert_eq!(chosen.status, 200);
    assert_eq!(works("chosen-by-the-admin").await, 200);
    for reply in [
        chosen,
        admin.get(&format!("clients/{id}")).await,
        admin.get("clients").await,
        admin.get("logs").await,
    ] {
        assert!(
            !reply.body.contains("chosen-by-the-admin") && !reply.body.contains(first),
            "no secret: {reply:?}"
        );
    }
    // From a client with a secret to one without, and back.
    let public = admin
        .patch(
            &format!("clients/{id}"),
            json!({ "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"] }),
        )
        .await;
    assert_eq!(public.status, 200, "{public:?}");
    assert_eq!(works("chosen-by-the-admin").await, 401);
    assert_eq!(admin.post(&format!("clients/{id}/rotate-secret"), json!({})).await.trouble().0, 400);
    let back =
        json!({ "token_endpoint_auth_method": "client_secret_post", "grant_types": ["client_credentials"] });
    assert_eq!(admin.patch(&format!("clients/{id}"), back).await.status, 200);
    assert_eq!(works("chosen-by-the-admin").await, 401, "the old secret does not come back");
    let again = admin.post(&format!("clients/{id}/rotate-secret"), json!({})).await.str("client_secret");
    assert_eq!(works(&again).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_client_is_404_and_deleting_it_is_204() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let path = format!("clients/{}", spa["client_id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, 204);
    for missing in [path.as_str(), "clients/nobody", "clients/00000000000000000000000000000000"] {
        let expected = (404, "inexistent_client".to_owned(), "The client does not exist".to_owned());
        assert_eq!(admin.get(missing).await.trouble(), expected, "{missing}");
        assert_eq!(admin.patch(missing, json!({ "name": "A" })).await.trouble(), expected, "{missing}");
        assert_eq!(admin.delete(missing).await.status, 204, "{missing}");
    }
    assert_eq!(admin.get(&format!("clients/{}", segment("%/?"))).await.trouble().0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_medplums_kind_is_the_same_row() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let before = admin.get(&format!("clients/{DESK}")).await.json();
    assert_eq!(before["client_id"], DESK, "its own form");
    assert_eq!(before["oidc_conformant"], true);
    assert!(!before["grant_types"].as_array().unwrap().contains(&json!(VAULT)), "never by silence");
    let body = json!({ "callbacks": ["https://desk.test/cb"] });
    assert_eq!(admin.patch(&format!("clients/{DESK}"), body).await.json()["client_id"], DESK);
    let medplum = server
        .send(server.request("POST", "oauth2/token").form(&[
            ("grant_type", "client_credentials"),
            ("client_id", DESK),
            ("client_secret", crate::harness::DESK_SECRET),
        ]))
        .await;
    assert_eq!(medplum.status, 200, "works as before: {medplum:?}");
    let token = medplum.str("access_token");
    let shown = server
        .send(server.request("GET", &format!("fhir/R4/ClientApplication/{DESK}")).bearer_auth(&token))
        .await;
    assert_eq!(shown.json()["redirectUris"], json!(["https://desk.test/cb"]), "{shown:?}");
}
