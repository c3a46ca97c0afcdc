//! APIs, connections, client grants and clients of the Management API in the workspace file.

use std::sync::Arc;

use anteroom_engine::workspace::{Workspace, apply, export};
use serde_json::{Value, json};

use crate::harness::{API, DESK, Server, VAULT, workspace};

fn file() -> Value {
    let mut file = workspace();
    let project = &mut file["projects"][0];
    let clients = project["clients"].as_array_mut().unwrap();
    clients.push(json!({ "id": "c0ffee00-0000-4000-8000-0000000000c0", "name": "Custom API Client",
                         "clientType": "confidential", "secret": "capi-secret", "app_type": "resource_server",
                         "resource_server_identifier": API, "grantTypes": [VAULT] }));
    project["apis"] = json!([{ "identifier": API, "name": "My API", "scopes": [{ "value": "read:calendar" }],
                               "allowOfflineAccess": true, "tokenLifetime": 600 }]);
    project["connections"] = json!([{ "name": "acme-idp", "strategy": "oidc", "connectedAccounts": true,
                                      "options": { "client_id": "us", "client_secret": "provider-secret-9" },
                                      "enabledClients": [DESK] }]);
    project["clientGrants"] = json!([
        { "client": DESK, "audience": API, "scope": ["read:calendar"], "subjectType": "user" },
        { "client": DESK, "audience": "me/", "scope": ["read:me:connected_accounts"], "subjectType": "user" },
    ]);
    file
}

async fn applied(server: &Server, file: &Value) -> Result<(usize, usize), String> {
    let engine = Arc::clone(&server.engine);
    let file = Workspace::read(file.to_string().as_bytes()).map_err(|misfit| misfit.to_string())?;
    let report = tokio::task::spawn_blocking(move || apply(&engine, file, false)).await.unwrap();
    report.map(|report| (report.added.len(), report.changed.len())).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_them_and_twice_changes_nothing() {
    let server = Server::start().await;
    assert_eq!(applied(&server, &file()).await, Ok((5, 0)));
    assert_eq!(applied(&server, &file()).await, Ok((0, 0)), "twice changes nothing");
    let admin = server.admin().await;
    let api = admin.get(&format!("resource-servers/{}", crate::harness::segment(API))).await.json();
    assert_eq!((&api["token_lifetime"], &api["allow_offline_access"]), (&json!(600), &json!(true)));
    assert_eq!(api["client_id"], "c0ffee00-0000-4000-8000-0000000000c0");
    let connections = admin.get("connections").await;
    assert_eq!(connections.json()[0]["enabled_clients"], json!([DESK]));
    assert!(!connections.body.contains("provider-secret-9"));
    let grants = admin.get(&format!("client-grants?client_id={DESK}")).await.json();
    assert_eq!(grants[1]["audience"], json!(server.url("me/")));

    let mut changed = file();
    changed["projects"][0]["apis"][0]["scopes"] = json!([]);
    changed["projects"][0]["connections"][0]["enabledClients"] = json!([]);
    changed["projects"][0]["connections"][0]["options"]["client_secret"] = json!("provider-secret-10");
    changed["projects"][0]["clientGrants"] = json!([]);
    assert_eq!(applied(&server, &changed).await, Ok((0, 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_named_by_its_path() {
    let server = Server::start().await;
    for (pointer, value, path) in [
        ("/projects/0/apis/0/identifier", json!("me/"), "projects[0].apis[0].identifier"),
        ("/projects/0/apis/0/tokenLifetime", json!(9_999_999), "projects[0].apis[0].token_lifetime"),
        ("/projects/0/connections/0/name", json!("a b"), "projects[0].connections[0].name"),
        ("/projects/0/connections/0/strategy", json!("smoke"), "projects[0].connections[0].strategy"),
        (
            "/projects/0/connections/0/enabledClients",
            json!(["x"]),
            "projects[0].connections[0].enabledClients[0]",
        ),
        ("/projects/0/clientGrants/0/client", json!("x"), "projects[0].clientGrants[0].client"),
        ("/projects/0/clientGrants/0/audience", json!("x"), "projects[0].clientGrants[0].audience"),
        ("/projects/0/clientGrants/0/scope", json!(["x"]), "projects[0].clientGrants[0].scope"),
        (
            "/projects/0/clients/1/resource_server_identifier",
            json!("urn:x"),
            "projects[0].clients[1].resource_server_identifier",
        ),
        ("/projects/0/clients/1/app_type", json!("spa"), "projects[0].clients[1].resource_server_identifier"),
    ] {
        let mut file = file();
        *file.pointer_mut(pointer).unwrap() = value.clone();
        let said = applied(&server, &file).await.unwrap_err();
        assert!(said.starts_with(path), "{pointer} {value}: {said}");
        assert!(!said.contains("provider-secret-9"), "{said}");
    }
    let mut file = file();
    file["projects"][0]["managementClients"] = json!([{ "name": "Fresh" }]);
    assert!(
        applied(&server, &file).await.unwrap_err().starts_with("projects[0].managementClients[0].secret")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_makes_the_same_again() {
    let server = Server::start().await;
    applied(&server, &file()).await.unwrap();
    let exported = |with_secrets| {
        let export = export(&server.engine, with_secrets).unwrap();
        (serde_json::to_value(&export.workspace).unwrap(), export.left_out)
    };
    let (without, left_out) = exported(false);
    assert!(!without.to_string().contains("provider-secret-9"));
    assert!(left_out.iter().any(|line| line.contains("1 secrets of connections")), "{left_out:?}");
    let (with, _) = exported(true);
    assert!(with.to_string().contains("provider-secret-9"));
    assert_eq!(applied(&server, &with).await, Ok((0, 0)), "{with}");
}
