//! APIs, their Custom API Clients and client grants; connections.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, each, text, with};

const CALENDAR: &str = "https://my-api.example.com";
const VAULT: &str = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";

fn api(identifier: &str, changes: Value) -> Value {
    let base = json!({ "id": null, "version": null, "name": "Calendar", "identifier": identifier,
        "scopes": [{ "value": "read:calendar", "description": "Read" }, { "value": "write:calendar", "description": "" }],
        "tokenLifetime": 86_400, "allowOfflineAccess": false, "userAccess": "allow_all",
        "clientAccess": "require_client_grant" });
    with(base, changes)
}

#[tokio::test]
async fn an_api_is_written_read_listed_changed_and_deleted() {
    let desk = Desk::new().await;
    let made = desk.call("apis_save", api(CALENDAR, json!({}))).await;
    assert_eq!((text(&made, "/identifier"), made["system"].as_bool()), (CALENDAR, Some(false)));
    assert_eq!(made["scopes"][1], json!({ "value": "write:calendar", "description": "" }));
    let id = text(&made, "/id");
    assert_eq!(desk.call("apis_get", json!({ "id": id })).await, made);
    let list = desk.call("apis_list", json!({})).await;
    assert_eq!(each(&list["items"], "/id"), [&json!(id), &json!("management"), &json!("my_account")]);
    assert_eq!(list["items"][0]["scopeCount"], 2);
    let change = api(
        "https://ignored.example.com",
        json!({ "id": id, "version": made["version"], "name": "Renamed", "tokenLifetime": 600 }),
    );
    let changed = desk.call("apis_save", change.clone()).await;
    assert_eq!(
        (text(&changed, "/name"), text(&changed, "/identifier"), &changed["tokenLifetime"]),
        ("Renamed", CALENDAR, &json!(600))
    );
    desk.fails("apis_save", change, Code::Conflict, None, "meanwhile").await;
    let gone = desk.call("apis_delete", json!({ "id": id })).await;
    assert_eq!(gone, json!({ "name": "Renamed" }));
    desk.fails("apis_get", json!({ "id": id }), Code::NotFound, None, "no API").await;
}

#[tokio::test]
async fn an_api_that_breaks_a_rule_is_not_written() {
    let desk = Desk::new().await;
    desk.call("apis_save", api(CALENDAR, json!({}))).await;
    let twice = json!([{ "value": "a", "description": "" }, { "value": "a", "description": "" }]);
    for (request, code, field) in [
        (api(CALENDAR, json!({})), Code::Conflict, "identifier"),
        (api("", json!({})), Code::Invalid, "identifier"),
        (api("http://127.0.0.1:8103/api/v2/", json!({})), Code::Invalid, "identifier"),
        (api("b", json!({ "scopes": twice })), Code::Invalid, "scopes"),
        (api("b", json!({ "scopes": [{ "value": "a b", "description": "" }] })), Code::Invalid, "scopes"),
    ] {
        desk.fails("apis_save", request, code, Some(field), "").await;
    }
    for system in ["management", "my_account"] {
        let request = api(CALENDAR, json!({ "id": system, "version": "" }));
        desk.fails("apis_save", request, Code::NotFound, None, system).await;
        desk.fails("apis_delete", json!({ "id": system }), Code::NotFound, None, system).await;
    }
    let list = desk.call("apis_list", json!({})).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn the_client_that_exchanges_is_made_in_one_step() {
    let desk = Desk::new().await;
    let made = desk.call("apis_save", api(CALENDAR, json!({}))).await;
    let id = text(&made, "/id");
    let issued = desk.call("apis_link_client", json!({ "id": id, "name": "Calendar backend" })).await;
    assert!(text(&issued, "/secret").len() > 32);
    assert_eq!(issued["client"]["grantTypes"], json!([VAULT]));
    let linked = desk.call("apis_get", json!({ "id": id })).await;
    assert_eq!(
        linked["clients"],
        json!([{ "id": issued["client"]["id"], "name": "Calendar backend", "exchanges": true }])
    );
    desk.fails("apis_link_client", json!({ "id": NOBODY, "name": "x" }), Code::NotFound, None, NOBODY).await;
    desk.fails("apis_link_client", json!({ "id": id, "name": "" }), Code::Invalid, Some("name"), "").await;
}

#[tokio::test]
async fn a_client_has_one_grant_for_an_api_and_a_subject_type() {
    let desk = Desk::new().await;
    let client = desk.client("SPA", "public").await;
    let grant = |scopes: Value, all: bool| {
        json!({ "id": "my_account", "clientId": client["client"]["id"], "subject": "user",
                                                   "scopes": scopes, "allScopes": all })
    };
    let shown = desk.call("apis_save_grant", grant(json!(["read:me:connected_accounts"]), false)).await;
    assert_eq!(text(&shown, "/identifier"), "http://127.0.0.1:8103/me/");
    let first = text(&shown, "/grants/0/id");
    assert!(first.starts_with("cgr_"), "{first}");
    let shown = desk.call("apis_save_grant", grant(json!([]), true)).await;
    assert_eq!((text(&shown, "/grants/0/id"), &shown["grants"][0]["allScopes"]), (first, &json!(true)));
    assert_eq!(shown["grants"].as_array().map(Vec::len), Some(1));
    desk.fails("apis_save_grant", grant(json!(["nothing"]), false), Code::Invalid, Some("scope"), "subset")
        .await;
    let own = with(grant(json!([]), true), json!({ "subject": "client" }));
    desk.fails("apis_save_grant", own, Code::Invalid, Some("subject_type"), "no tokens").await;
    let shown = desk.call("apis_revoke_grant", json!({ "id": first })).await;
    assert_eq!(shown["grants"], json!([]));
    desk.fails("apis_revoke_grant", json!({ "id": first }), Code::NotFound, None, first).await;
}

fn connection(name: &str, changes: Value) -> Value {
    let settings = json!({ "displayName": "", "connectedAccounts": true, "issuer": "https://idp.example.org",
        "authorizationEndpoint": "", "tokenEndpoint": "", "userinfoEndpoint": "", "clientId": "anteroom",
        "scopes": ["openid", "calendar"] });
    let base = json!({ "id": null, "version": null, "name": name, "strategy": "oidc", "settings": settings,
                       "clientSecret": "a-secret-at-the-provider" });
    with(base, changes)
}

#[tokio::test]
async fn a_connection_is_written_enabled_and_deleted_and_never_shows_its_secret() {
    let desk = Desk::new().await;
    let made = desk.call("connections_save", connection("acme-idp", json!({}))).await;
    assert!(!made.to_string().contains("a-secret-at-the-provider"));
    assert_eq!(
        (made["hasSecret"].as_bool(), text(&made, "/callback")),
        (Some(true), "http://127.0.0.1:8103/login/callback")
    );
    let id = text(&made, "/id");
    let client = desk.client("SPA", "public").await;
    let enabled = |enabled: bool| json!({ "id": id, "clientId": client["client"]["id"], "enabled": enabled });
    let shown = desk.call("connections_set_client", enabled(true)).await;
    assert_eq!(shown["clients"], json!([{ "id": client["client"]["id"], "name": "SPA" }]));
    let list = desk.call("connections_list", json!({})).await;
    assert_eq!(list["items"][0]["clientCount"], 1);
    // An unnamed secret stays; an empty one goes.
    let settings =
        with(shown["settings"].clone(), json!({ "scopes": ["openid"], "connectedAccounts": false }));
    let change = |version: &Value, secret: Value| {
        json!({ "id": id, "version": version, "name": "x", "strategy": "oauth2", "settings": settings,
                "clientSecret": secret })
    };
    let changed = desk.call("connections_save", change(&shown["version"], Value::Null)).await;
    assert_eq!(
        (text(&changed, "/name"), text(&changed, "/strategy"), changed["hasSecret"].as_bool()),
        ("acme-idp", "oidc", Some(true))
    );
    assert_eq!(changed["settings"], settings);
    let request = change(&shown["version"], Value::Null);
    desk.fails("connections_save", request, Code::Conflict, None, "meanwhile").await;
    let changed = desk.call("connections_save", change(&changed["version"], json!(""))).await;
    assert_eq!(changed["hasSecret"], json!(false));
    let shown = desk.call("connections_set_client", enabled(false)).await;
    assert_eq!(shown["clients"], json!([]));
    desk.call("connections_delete", json!({ "id": id })).await;
    desk.fails("connections_get", json!({ "id": id }), Code::NotFound, None, id).await;
    let log = json!({ "kind": "", "refusedOnly": false, "about": "", "before": null, "limit": 50 });
    let log = desk.call("activity_list", log).await;
    assert!(!log.to_string().contains("a-secret-at-the-provider"));
}

#[tokio::test]
async fn a_connection_that_breaks_a_rule_is_not_written() {
    let desk = Desk::new().await;
    desk.call("connections_save", connection("taken", json!({}))).await;
    let issuer = |issuer: &str| {
        let settings = with(connection("x", json!({}))["settings"].clone(), json!({ "issuer": issuer }));
        connection("x", json!({ "settings": settings }))
    };
    for (request, code, field) in [
        (connection("taken", json!({})), Code::Conflict, "name"),
        (connection("-x-", json!({})), Code::Invalid, "name"),
        (connection("x", json!({ "strategy": "nothing" })), Code::Invalid, "strategy"),
        (issuer("ftp://idp.example.org"), Code::Invalid, "options"),
        (issuer("https://user:secret@idp.example.org"), Code::Invalid, "options"),
    ] {
        desk.fails("connections_save", request, code, Some(field), "").await;
    }
}
