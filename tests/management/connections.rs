//! `/connections`.

use serde_json::{Value, json};

use crate::harness::{ADMIN, Server};

const MISSING: &str = "con_00000000000000000000000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_made_changed_and_deleted() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let options = json!({ "issuer": "https://idp.example.org", "token_endpoint": "https://idp.example.org/token",
                          "client_id": "us", "client_secret": "provider-secret-1", "scope": "openid" });
    let made = admin
        .made("connections", json!({ "name": "acme-idp", "strategy": "oidc", "options": options }))
        .await;
    let path = format!("connections/{}", made["id"].as_str().unwrap());
    assert_eq!(
        (&made["authentication"], &made["connected_accounts"]),
        (&json!({ "active": true }), &json!({ "active": false }))
    );
    assert_eq!(made["options"].get("client_secret"), None, "written, never read");
    assert_eq!(made["options"]["client_id"], "us");
    let again = admin.post("connections", json!({ "name": "acme-idp", "strategy": "oidc" })).await.trouble();
    assert_eq!((again.0, again.1.as_str()), (409, "connection_conflict"));

    let shorter = json!({ "options": { "client_id": "other" }, "connected_accounts": { "active": true } });
    let patched = admin.patch(&path, shorter).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(patched.json()["options"], json!({ "client_id": "other" }), "options come whole");
    assert_eq!(patched.json()["connected_accounts"], json!({ "active": true }));
    for listed in
        [admin.get(&path).await, admin.get("connections").await, admin.get("logs?per_page=100").await]
    {
        assert!(!listed.body.contains("provider-secret-1"), "{listed:?}");
    }
    let deleted = admin.delete(&path).await;
    assert_eq!(deleted.status, 202);
    assert!(deleted.str("deleted_at").ends_with('Z'));
    assert_eq!(admin.get(&path).await.trouble().1, "inexistent_connection");
    assert_eq!(admin.delete(&path).await.trouble().1, "inexistent_connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_named_stays() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin
        .made(
            "connections",
            json!({ "name": "a", "strategy": "oauth2", "options": { "client_secret": "first-secret" } }),
        )
        .await;
    let path = format!("connections/{}", made["id"].as_str().unwrap());
    let stored = || {
        let found = server.engine.read(|tx, _| {
            let project = tx.list_projects()?.remove(0).id;
            Ok(tx.connection_by_name(project, "a")?.expect("the connection"))
        });
        let found = found.unwrap();
        anteroom_engine::service::connections::open_client_secret(&server.engine, &found)
            .unwrap()
            .map(|secret| String::from_utf8(secret.to_vec()).unwrap())
    };
    for (options, expected) in [
        (json!({ "client_id": "us" }), Some("first-secret")),
        (json!({ "client_id": "us", "client_secret": "second-secret" }), Some("second-secret")),
        (json!({ "client_id": "us", "client_secret": null }), None),
    ] {
        assert_eq!(admin.patch(&path, json!({ "options": options })).await.status, 200);
        assert_eq!(stored().as_deref(), expected, "{options}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_not_sent_to_another_server_than_it_was_given_for() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let options = |more: Value| {
        let mut options = json!({ "client_id": "us", "scope": "openid" });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "options": options })
    };
    let at = |host: &str| format!("https://{host}/token");
    let named =
        options(json!({ "client_secret": "provider-secret-1", "token_endpoint": at("idp.example.org") }));
    let made = json!({ "name": "a", "strategy": "oidc", "options": named["options"] });
    let made = admin.made("connections", made).await;
    let path = format!("connections/{}", made["id"].as_str().unwrap());
    let secret = json!("provider-secret-2");
    for (what, more, status) in [
        ("the same server", json!({ "token_endpoint": "https://idp.example.org/v2/token" }), 200),
        ("another one", json!({ "token_endpoint": at("idp.example.net") }), 400),
        ("found by its issuer", json!({ "issuer": "https://idp.example.net" }), 400),
        ("none", json!({}), 200),
        ("another one after none", json!({ "tokenURL": at("idp.example.net") }), 400),
        ("with a secret", json!({ "tokenURL": at("idp.example.net"), "client_secret": secret }), 200),
        ("without any", json!({ "tokenURL": at("idp.example.com"), "client_secret": null }), 200),
        ("nothing to send", json!({ "tokenURL": at("idp.example.org") }), 200),
    ] {
        let reply = admin.patch(&path, options(more)).await;
        assert_eq!(reply.status, status, "{what}: {reply:?}");
        assert!(status == 200 || reply.body.contains("Give the secret"), "{what}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_body_is_refused() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin.made("connections", json!({ "name": "a", "strategy": "oidc" })).await;
    let id = made["id"].as_str().unwrap();
    for (body, message) in [
        (json!({ "name": "b" }), "Missing required property: strategy"),
        (json!({ "name": "b", "strategy": "smoke-signals" }), "on property strategy"),
        (json!({ "name": "-b", "strategy": "oidc" }), "on property name"),
        (json!({ "name": "b_c", "strategy": "oidc" }), "on property name"),
        (
            json!({ "name": "x".repeat(129), "strategy": "oidc" }),
            "String is too long (129 chars), maximum 128",
        ),
        (json!({ "name": "b", "strategy": "oidc", "options": [] }), "found type array' on property options"),
        (
            json!({ "name": "b", "strategy": "oidc", "options": { "token_endpoint": "file:///etc/passwd" } }),
            "token_endpoint is no",
        ),
        (
            json!({ "name": "b", "strategy": "oidc", "options": { "issuer": "https://u:p@idp.test" } }),
            "issuer is no",
        ),
        (json!({ "name": "b", "strategy": "oidc", "options": { "tokenURL": 7 } }), "tokenURL is no"),
        (
            json!({ "name": "b", "strategy": "oidc", "options": { "client_secret": 7 } }),
            "client_secret must be",
        ),
        (json!({ "name": "b", "strategy": "oidc", "options": { "x": "y".repeat(70_000) } }), "at most 65536"),
        (
            json!({ "name": "b", "strategy": "oidc", "connected_accounts": { "active": "yes" } }),
            "connected_accounts.active",
        ),
        (
            json!({ "name": "b", "strategy": "oidc", "validation": {} }),
            "Additional properties not allowed: validation",
        ),
    ] {
        let (status, code, said) = admin.post("connections", body.clone()).await.trouble();
        assert_eq!((status, code.as_str()), (400, "invalid_body"), "{body}: {said}");
        assert!(said.contains(message), "{body}: {said}");
    }
    for member in ["name", "strategy"] {
        let refused = admin.patch(&format!("connections/{id}"), json!({ member: "oidc" })).await.trouble();
        assert!(refused.2.contains("Additional properties not allowed"), "{member} never changes");
    }
    let path = format!("connections/{id}/clients");
    let many: Vec<Value> = (0..51).map(|_| json!({ "client_id": ADMIN, "status": true })).collect();
    for (body, status) in [
        (json!([]), 400),
        (json!({}), 400),
        (json!(many), 400),
        (json!([{ "client_id": ADMIN }]), 400),
        (json!([{ "client_id": ADMIN, "status": true, "x": 1 }]), 400),
        (json!([{ "client_id": ADMIN, "status": true }, { "client_id": "nobody", "status": true }]), 404),
    ] {
        assert_eq!(admin.patch(&path, body.clone()).await.trouble().0, status, "{body}");
    }
    assert_eq!(admin.get(&path).await.json(), json!({ "clients": [] }), "all or nothing");
    assert_eq!(admin.get(&format!("connections/{MISSING}")).await.trouble().1, "inexistent_connection");
    let (status, code, said) = admin.get("connections/acme-idp").await.trouble();
    assert_eq!((status, code.as_str()), (400, "invalid_uri"));
    assert!(said.starts_with("Path validation error: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_enabled_one_by_one_or_as_a_list() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (spa, web) = (admin.spa().await, admin.made("clients", json!({ "name": "Web" })).await);
    let id = |client: &Value| client["client_id"].as_str().unwrap().to_owned();
    let made = admin
        .made("connections", json!({ "name": "a", "strategy": "oidc", "enabled_clients": [id(&spa)] }))
        .await;
    assert_eq!(made["enabled_clients"], json!([id(&spa)]));
    let path = format!("connections/{}", made["id"].as_str().unwrap());
    let list = format!("{path}/clients");
    let swap = json!([{ "client_id": id(&spa), "status": false }, { "client_id": id(&web), "status": true }]);
    assert_eq!(admin.patch(&list, swap).await.status, 204);
    assert_eq!(admin.get(&list).await.json(), json!({ "clients": [{ "client_id": id(&web) }] }));
    assert_eq!(
        admin.patch(&path, json!({ "enabled_clients": [] })).await.json()["enabled_clients"],
        json!([])
    );
    admin.patch(&list, json!([{ "client_id": id(&spa), "status": true }])).await;
    assert_eq!(admin.delete(&format!("clients/{}", id(&spa))).await.status, 204);
    assert_eq!(
        admin.get(&list).await.json(),
        json!({ "clients": [] }),
        "a deleted client is no longer there"
    );
}
