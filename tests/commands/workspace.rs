//! Files in and out: the workspace file, and Medplum's `ClientApplication` resources.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, each, text};

async fn import(desk: &Desk, file: &Value, dry_run: bool) -> Value {
    desk.call("workspace_import", json!({ "text": file.to_string(), "dryRun": dry_run })).await
}

fn portal() -> Value {
    json!({
        "resourceType": "ClientApplication", "id": "c0ffee00-0000-4000-8000-000000000001", "name": "Portal",
        "meta": { "versionId": "1" }, "secret": "a secret of Medplum", "redirectUri": "https://portal.example.org/cb",
        "redirectUris": ["https://portal.example.org/other"], "allowedOrigin": ["https://portal.example.org"],
        "pkceOptional": true, "accessTokenLifetime": "2h", "signInForm": { "welcomeString": "Hello" },
        "identityProvider": {
            "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": "https://idp.example.org/authorize",
            "tokenUrl": "https://idp.example.org/token", "clientId": "ours", "clientSecret": "theirs",
            "useSubject": true, "usePkce": true,
        },
    })
}

async fn list(desk: &Desk) -> Value {
    desk.call("clients_list", json!({ "search": "", "offset": 0, "limit": 50 })).await
}

#[tokio::test]
async fn a_preview_says_what_would_happen_and_does_nothing() {
    let desk = Desk::new().await;
    let preview = import(&desk, &portal(), true).await;
    assert_eq!(preview["format"], "medplum");
    assert_eq!(each(&preview["added"], "/name"), ["Portal"]);
    assert_eq!((&preview["changed"], each(&preview["left"], "/kind")), (&json!([]), vec![&json!("project")]));
    assert_eq!(preview["notTaken"], json!(["identityProvider.usePkce", "signInForm"]));
    assert_eq!(list(&desk).await["total"], 0);
}

#[tokio::test]
async fn a_resource_of_medplum_becomes_a_client_that_works() {
    let desk = Desk::new().await;
    import(&desk, &portal(), false).await;
    let id = "c0ffee00-0000-4000-8000-000000000001";
    let client = desk.call("clients_get", json!({ "id": id })).await;
    assert_eq!(client["clientType"], "medplum");
    assert_eq!(
        client["redirectUris"],
        json!(["https://portal.example.org/cb", "https://portal.example.org/other"])
    );
    assert_eq!(client["allowedOrigins"], json!(["https://portal.example.org"]));
    assert_eq!((&client["pkceOptional"], &client["accessTokenLifetime"]), (&json!(true), &json!("2h")));
    assert_eq!(client["identityProvider"]["useSubject"], true);
    assert_eq!(client["identityProvider"]["hasClientSecret"], true);
    let parameters =
        [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "a secret of Medplum")];
    desk.token(&parameters).await.unwrap();
    let again = import(&desk, &portal(), true).await;
    assert_eq!(
        (&again["added"], &again["changed"]),
        (&json!([]), &json!([])),
        "a second time nothing differs"
    );
}

#[tokio::test]
async fn lists_and_bundles_are_read_and_what_differs_is_named() {
    let desk = Desk::new().await;
    let client = |name: &str, uri: &str| json!({ "resourceType": "ClientApplication", "name": name, "redirectUris": [uri] });
    let (one, other) =
        (client("One", "https://one.example.org/"), client("Other", "https://other.example.org/"));
    let added = import(&desk, &json!([one, other]), false).await;
    assert_eq!(each(&added["added"], "/name"), ["One", "Other"]);
    let changed = client("Other", "https://elsewhere.example.org/");
    let bundle = json!({
        "resourceType": "Bundle", "type": "collection",
        "entry": [{ "resource": one }, { "resource": changed }, { "resource": client("New", "https://new.example.org/") }],
    });
    let preview = import(&desk, &bundle, true).await;
    assert_eq!(each(&preview["added"], "/name"), ["New"]);
    assert_eq!(each(&preview["changed"], "/name"), ["Other"]);
    assert!(each(&preview["left"], "/name").contains(&&json!("One")));
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_is_imported() {
    let desk = Desk::new().await;
    let good = json!({ "resourceType": "ClientApplication", "name": "Good" });
    for (file, words) in [
        (json!("text"), "must be a ClientApplication"),
        (json!([]), "no ClientApplication"),
        (json!({ "resourceType": "Patient" }), "\"Patient\""),
        (json!({ "resourceType": "Bundle", "entry": {} }), "entry: must be a list"),
        (json!({ "resourceType": "Bundle", "entry": [{ "resource": good }, {}] }), "entry[1].resource"),
        (
            json!([good, { "resourceType": "ClientApplication", "name": "Bad", "redirectUris": ["http://far.example.org/"] }]),
            "ClientApplication[1].redirectUris",
        ),
        (
            json!({ "resourceType": "ClientApplication", "name": "Bad", "identityProvider": "x" }),
            "identityProvider",
        ),
        (json!({ "projects": [{ "name": "Riverside Clinic", "shoes": 1 }] }), "shoes"),
        (json!({}), ""),
    ] {
        let request = json!({ "text": file.to_string(), "dryRun": false });
        if words.is_empty() {
            assert_eq!(
                desk.call("workspace_import", request).await["added"],
                json!([]),
                "an empty file is in order"
            );
        } else {
            desk.fails("workspace_import", request, Code::Invalid, Some("text"), words).await;
        }
    }
    for broken in ["", "{", "[{\"resourceType\":"] {
        let request = json!({ "text": broken, "dryRun": true });
        assert_eq!(desk.fail("workspace_import", request).await.code, Code::Invalid);
    }
    assert_eq!(list(&desk).await["total"], 0, "all or nothing");
}

/// For every type: what is exported and imported again is what was there.
#[tokio::test]
async fn export_then_import_changes_nothing() {
    let desk = Desk::new().await;
    import(&desk, &portal(), false).await;
    for client_type in ["public", "confidential"] {
        let made = desk.client(client_type, client_type).await;
        let changes = json!({ "grantTypes": ["authorization_code"], "magicLinkTemplate": "https://a.example.org/{code}" });
        let update = json!({ "id": made["client"]["id"], "version": 1, "changes": changes });
        desk.call("clients_update", update).await;
    }
    let before = list(&desk).await;
    let exported = desk.call("workspace_export_clients", json!({ "ids": [] })).await;
    assert!(exported["leftOut"][0].as_str().unwrap().contains("client secrets"));
    let bundle: Value = serde_json::from_str(text(&exported, "/text")).unwrap();
    assert_eq!((&bundle["resourceType"], bundle["entry"].as_array().unwrap().len()), (&json!("Bundle"), 3));
    assert!(!bundle.to_string().contains("a secret of Medplum") && !bundle.to_string().contains("theirs"));
    let again = import(&desk, &bundle, false).await;
    assert_eq!((&again["added"], &again["changed"]), (&json!([]), &json!([])), "{again}");
    assert_eq!(list(&desk).await, before);

    let one = json!({ "ids": [before["items"][0]["id"]] });
    let one = desk.call("workspace_export_clients", one).await;
    let resource: Value = serde_json::from_str(text(&one, "/text")).unwrap();
    assert_eq!(resource["resourceType"], "ClientApplication");
}

#[tokio::test]
async fn the_workspace_file_goes_out_and_in() {
    let desk = Desk::new().await;
    import(&desk, &portal(), false).await;
    desk.person("Patient", "Pat", "Doe").await;
    let plain = desk.call("workspace_export", json!({ "withSecrets": false })).await;
    assert!(!text(&plain, "/text").contains("theirs"), "no secret unless asked for");
    assert!(plain["leftOut"].to_string().contains("secrets of identity providers"));
    let whole = desk.call("workspace_export", json!({ "withSecrets": true })).await;
    assert!(text(&whole, "/text").contains("theirs"));
    let again = desk.call("workspace_import", json!({ "text": plain["text"], "dryRun": false })).await;
    assert_eq!(again["format"], "workspace");
    assert_eq!((&again["added"], &again["changed"]), (&json!([]), &json!([])), "{again}");
    let fresh = Desk::unset();
    fresh
        .fails(
            "workspace_import",
            json!({ "text": "{}", "dryRun": true }),
            Code::SetupNeeded,
            None,
            "no project",
        )
        .await;
}
