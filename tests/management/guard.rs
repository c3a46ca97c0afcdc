//! Who may call the Management API.

use serde_json::json;

use crate::harness::{
    ADMIN, ADMIN_SECRET, API, Browser, DESK, DESK_SECRET, FOREIGN, FOREIGN_SECRET, SMALL, SMALL_SECRET,
    Server,
};

/// Every collection, and a scope its list needs.
const COLLECTIONS: [(&str, &str); 5] = [
    ("clients", "read:clients,read:client_keys,read:client_credentials,read:client_summary"),
    ("resource-servers", "read:resource_servers"),
    ("client-grants", "read:client_grants"),
    ("connections", "read:connections"),
    ("logs", "read:logs,read:logs_users"),
];

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_for_it_nobody_gets_in() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.api().await;
    let spa = admin.spa().await;
    admin
        .made("client-grants", json!({ "client_id": ADMIN, "audience": API, "scope": ["read:calendar"] }))
        .await;
    let for_api = server
        .token(
            &json!({ "grant_type": "client_credentials", "client_id": ADMIN, "client_secret": ADMIN_SECRET,
                        "audience": API }),
        )
        .await
        .str("access_token");
    let person = Browser::default()
        .sign_in(&server, &spa, &[("audience", API), ("scope", "openid read:calendar")])
        .await;
    let medplum = server
        .send(server.request("POST", "oauth2/token").form(&[
            ("grant_type", "client_credentials"),
            ("client_id", DESK),
            ("client_secret", DESK_SECRET),
        ]))
        .await
        .str("access_token");
    let (of_person, id_token, altered) =
        (person.str("access_token"), person.str("id_token"), format!("{}A", admin.token));
    for (path, _) in COLLECTIONS {
        for (what, token, message) in [
            ("none", None, "Missing authentication"),
            ("junk", Some("junk"), "Invalid token"),
            ("another API's", Some(for_api.as_str()), "Bad audience"),
            ("a person's", Some(of_person.as_str()), "Bad audience"),
            ("an id token", Some(id_token.as_str()), "Invalid token"),
            ("our own endpoints'", Some(medplum.as_str()), "Bad audience"),
            ("altered", Some(altered.as_str()), "Invalid token"),
        ] {
            let request = server.request("GET", &format!("api/v2/{path}"));
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let reply = server.send(request).await;
            assert_eq!(reply.trouble(), (401, String::new(), message.to_owned()), "{path} with {what}");
            assert_eq!(reply.json().get("errorCode"), None, "{path} with {what}");
        }
    }
    let basic =
        server.send(server.request("GET", "api/v2/clients").basic_auth(DESK, Some(DESK_SECRET))).await;
    assert_eq!(basic.status, 401, "{basic:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_named_and_one_that_was_taken_away_is_missing() {
    let server = Server::start().await;
    let (admin, small) = (server.admin().await, server.management(SMALL, SMALL_SECRET).await);
    for (path, scopes) in COLLECTIONS.into_iter().filter(|(path, _)| !path.contains("client")) {
        let (status, code, message) = small.get(path).await.trouble();
        assert_eq!((status, code.as_str()), (403, "insufficient_scope"), "{path}");
        assert_eq!(message, format!("Insufficient scope, expected any of: {scopes}"));
    }
    for (path, scope) in [
        ("clients", "create:clients"),
        ("resource-servers", "create:resource_servers"),
        ("connections", "create:connections"),
    ] {
        let (status, _, message) = small.post(path, json!({})).await.trouble();
        assert_eq!((status, message), (403, format!("Insufficient scope, expected any of: {scope}")));
    }
    assert_eq!(small.get("client-grants").await.status, 200);
    // A token keeps its scopes; the grant decides.
    let grants = admin.get(&format!("client-grants?client_id={SMALL}")).await.json();
    let grant = grants[0]["id"].as_str().unwrap();
    admin.patch(&format!("client-grants/{grant}"), json!({ "scope": ["read:client_summary"] })).await;
    assert_eq!(small.get("client-grants").await.trouble().0, 403);
    assert_eq!(admin.delete(&format!("client-grants/{grant}")).await.status, 204);
    assert_eq!(small.get("clients").await.trouble().0, 403, "without any grant nothing is left");
    let log = admin.get("logs?q=type:fapi&include_totals=true").await.json();
    assert!(log["total"].as_u64().unwrap() >= 3, "refused writes are in the log: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_away_rights_they_do_not_have() {
    let server = Server::start().await;
    let (admin, small) = (server.admin().await, server.management(SMALL, SMALL_SECRET).await);
    let audience = server.url("api/v2/");
    let grants = small.get(&format!("client-grants?client_id={SMALL}")).await.json();
    let own = format!("client-grants/{}", grants[0]["id"].as_str().unwrap());
    let mut scope = grants[0]["scope"].as_array().unwrap().clone();
    scope.push(json!("delete:clients"));
    let raised = small.patch(&own, json!({ "scope": scope })).await;
    assert_eq!(raised.trouble().1, "insufficient_scope", "{raised:?}");
    assert_eq!(small.patch(&own, json!({ "allow_all_scopes": true })).await.trouble().0, 403);
    let machine = admin.made("clients", json!({ "name": "Machine", "app_type": "non_interactive" })).await;
    for given in [json!({ "scope": ["delete:clients"] }), json!({ "scope": [], "allow_all_scopes": true })] {
        let mut body = json!({ "client_id": machine["client_id"], "audience": audience });
        body.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        assert_eq!(small.post("client-grants", body).await.trouble().0, 403, "{given}");
    }
    // The base written otherwise is the same API.
    let tls = json!({ "client_id": machine["client_id"], "audience": "https://localhost:8443/api/v2/",
                      "scope": ["delete:clients"] });
    assert_eq!(small.post("client-grants", tls).await.trouble().0, 403);
    let less =
        json!({ "client_id": machine["client_id"], "audience": audience, "scope": ["read:client_grants"] });
    assert_eq!(small.post("client-grants", less).await.status, 201, "what it has it may give");
    // Nor does anybody take over a client that has more.
    for (who, status) in [(ADMIN, 403), (DESK, 403), (machine["client_id"].as_str().unwrap(), 200)] {
        let rotated = small.post(&format!("clients/{who}/rotate-secret"), json!({})).await;
        assert_eq!(rotated.status, status, "{who}: {rotated:?}");
        let set =
            small.patch(&format!("clients/{who}"), json!({ "client_secret": "sixteen-characters" })).await;
        assert_eq!(set.status, status, "{who}: {set:?}");
    }
    assert_eq!(
        admin.post(&format!("clients/{DESK}/rotate-secret"), json!({})).await.trouble().0,
        403,
        "every scope is less than a project admin"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_projects_rows_are_not_there() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let api = admin.api().await;
    let connection = admin.made("connections", json!({ "name": "acme-idp", "strategy": "oidc" })).await;
    let grant = admin
        .made(
            "client-grants",
            json!({ "client_id": spa["client_id"], "audience": API, "subject_type": "user" }),
        )
        .await;
    let foreign = server.management(FOREIGN, FOREIGN_SECRET).await;
    let of = |row: &serde_json::Value, id: &str| row[id].as_str().unwrap().to_owned();
    let (spa_id, con_id) = (of(&spa, "client_id"), of(&connection, "id"));
    for (path, code) in [
        (format!("clients/{spa_id}"), "inexistent_client"),
        (format!("resource-servers/{}", of(&api, "id")), "inexistent_resource_server"),
        (format!("resource-servers/{}", crate::harness::segment(API)), "inexistent_resource_server"),
        (format!("client-grants/{}", of(&grant, "id")), "inexistent_client_grant"),
        (format!("connections/{con_id}"), "inexistent_connection"),
        (format!("connections/{con_id}/clients"), "inexistent_connection"),
    ] {
        assert_eq!(foreign.get(&path).await.trouble().1, code, "GET {path}");
        let body = if path.ends_with("clients") {
            json!([{ "client_id": FOREIGN, "status": true }])
        } else {
            json!({ "name": "Mine" })
        };
        let patched = foreign.patch(&path, body).await;
        assert_eq!(patched.trouble().0, 404, "PATCH {path}: {patched:?}");
        if !path.ends_with("clients") {
            let deleted = foreign.delete(&path).await.status;
            assert!([204, 404].contains(&deleted), "DELETE {path}: {deleted}");
            assert_eq!(admin.get(&path).await.status, 200, "{path} is still there");
        }
    }
    for body in [
        json!({ "client_id": spa_id, "audience": server.url("api/v2/"), "scope": [] }),
        json!({ "client_id": FOREIGN, "audience": API, "scope": [] }),
    ] {
        assert_eq!(foreign.post("client-grants", body.clone()).await.trouble().0, 404, "{body}");
    }
    let theirs = foreign.made("connections", json!({ "name": "acme-idp", "strategy": "oidc" })).await;
    let path = format!("connections/{}/clients", of(&theirs, "id"));
    let enabled = foreign.patch(&path, json!([{ "client_id": spa_id, "status": true }])).await;
    assert_eq!(enabled.trouble().1, "inexistent_client");
    foreign.made("resource-servers", json!({ "identifier": API })).await;
    let logs = foreign.get("logs?per_page=100").await.body;
    assert!(!logs.contains(&spa_id), "another project's events");
}
