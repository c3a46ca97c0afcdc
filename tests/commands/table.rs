//! The table itself: names, requests that do not fit, and that every command is tested.

use std::fs;
use std::path::Path;

use anteroom_admin::commands::NAMES;
use anteroom_admin::error::Code;
use serde_json::json;

use crate::harness::Desk;
use crate::magic_links::Ready;

#[test]
fn every_command_is_called_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/commands");
    let tests: String = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let untested: Vec<_> = NAMES.iter().filter(|name| !tests.contains(&format!("\"{name}\""))).collect();
    assert!(untested.is_empty(), "no test calls {untested:?}");
}

#[tokio::test]
async fn a_name_that_is_not_in_the_table_is_unsupported() {
    let desk = Desk::new().await;
    for name in ["", "clients", "clients_list ", "CLIENTS_LIST", "clients_steal"] {
        desk.fails(name, json!({}), Code::Unsupported, None, "no command").await;
    }
}

#[tokio::test]
async fn a_request_that_does_not_fit_is_invalid_and_says_where() {
    let desk = Desk::new().await;
    let list = json!({ "search": "", "clientType": null, "status": null, "offset": 0, "limit": 10 });
    for (name, request, field, words) in [
        ("clients_list", json!({}), None, "missing field `search`"),
        ("clients_list", json!([]), None, "clients_list"),
        ("clients_list", json!("x"), None, "clients_list"),
        ("home_get", json!({ "more": 1 }), Some("more"), "unknown field"),
        (
            "clients_list",
            crate::harness::with(list.clone(), json!({ "clientType": "secret" })),
            Some("clientType"),
            "unknown variant `secret`",
        ),
        ("clients_list", crate::harness::with(list.clone(), json!({ "limit": -1 })), Some("limit"), "u32"),
        (
            "clients_update",
            json!({ "id": "x", "version": 1, "changes": { "pkceOptional": "yes" } }),
            Some("changes.pkceOptional"),
            "boolean",
        ),
    ] {
        desk.fails(name, request, Code::Invalid, field, words).await;
    }
}

#[tokio::test]
async fn a_list_gives_one_to_500_rows() {
    let desk = Desk::new().await;
    for limit in [0, 501, u32::MAX] {
        for (name, request) in [
            ("clients_list", json!({ "search": "", "offset": 0, "limit": limit })),
            ("people_list", json!({ "search": "", "offset": 0, "limit": limit })),
            ("magic_links_list", json!({ "search": "", "offset": 0, "limit": limit })),
            ("activity_list", json!({ "kind": "", "refusedOnly": false, "about": "", "limit": limit })),
        ] {
            desk.fails(name, request, Code::Invalid, Some("limit"), "1 to 500").await;
        }
    }
}

#[tokio::test]
async fn before_the_first_start_everything_asks_for_it() {
    let desk = Desk::unset();
    let any = crate::harness::NOBODY;
    for (name, request) in [
        ("clients_list", json!({ "search": "", "offset": 0, "limit": 1 })),
        (
            "clients_create",
            json!({ "name": "A", "clientType": "public", "redirectUris": [], "admin": false }),
        ),
        ("people_get", json!({ "membershipId": any })),
        (
            "magic_links_issue",
            json!({ "membershipId": any, "clientId": any, "handOver": "waiting", "pin": false }),
        ),
        ("magic_links_options", json!({})),
        ("activity_list", json!({ "kind": "", "refusedOnly": false, "about": "", "limit": 1 })),
        ("settings_get", json!({})),
        ("settings_rotate_key", json!({ "alg": "ES256" })),
        ("policies_list", json!({})),
    ] {
        desk.fails(name, request, Code::SetupNeeded, None, "no project").await;
    }
}

/// The screens say a sentence in their language: what it is made of travels beside the English text.
#[tokio::test]
async fn a_sentence_comes_with_its_template_its_values_and_its_reasons() {
    let ready = Ready::new().await;
    let request = json!({ "id": ready.client, "uri": "https://portal.example.org/%63b" });
    let error = ready.desk.fail("clients_add_redirect_uri", request).await;
    let reason = "The path cannot contain \"%63\": write the character itself, or leave it out.";
    let meant = "https://portal.example.org/cb";
    assert_eq!(error.message, format!("{reason} You may have meant {meant}"));
    let sentence = json!({
        "template": "{said} You may have meant {meant}",
        "values": {
            "said": { "template": reason.replace("%63", "{part}"), "values": { "part": "%63" } },
            "meant": meant,
        },
    });
    assert_eq!(serde_json::to_value(&error).unwrap()["sentence"], sentence);
    let error = ready.desk.fail("clients_get", json!({ "id": "a\"b" })).await;
    assert_eq!(error.message, r#"There is no client application with the id "a\"b"."#);
    let sentence = json!({
        "template": "There is no client application with the id {id:?}.",
        "values": { "id": "a\"b" },
    });
    assert_eq!(serde_json::to_value(&error).unwrap()["sentence"], sentence);
}
