//! Client applications over time: what was done to them, taking it back, copies, deletion and restoring.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, each, text};

fn history(id: &Value) -> Value {
    json!({ "id": id, "before": null, "limit": 50 })
}

/// Changes the client and gives it back.
async fn change(desk: &Desk, client: &Value, changes: Value) -> Value {
    let update = json!({ "id": client["id"], "version": client["version"], "changes": changes });
    desk.call("clients_update", update).await
}

#[tokio::test]
async fn the_history_holds_changes_and_no_tokens() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, secret) = (&made["client"]["id"], text(&made, "/secret"));
    let other = desk.client("Other", "public").await;
    change(&desk, &other["client"], json!({ "name": "Another" })).await;
    let renamed = change(&desk, &made["client"], json!({ "name": "Reports" })).await;
    let parameters = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str().unwrap()),
        ("client_secret", secret),
    ];
    desk.token(&parameters).await.unwrap();
    desk.call("clients_rotate_secret", json!({ "id": id, "overlap": true })).await;
    desk.call("clients_retire_secret", json!({ "id": id })).await;
    let current = desk.call("clients_get", json!({ "id": id })).await;
    change(&desk, &current, json!({ "admin": true })).await;
    let all = desk.call("clients_history", history(id)).await;
    assert_eq!(
        each(&all["items"], "/kind"),
        [
            "member_updated",
            "client_secret_retired",
            "client_secret_rotated",
            "client_updated",
            "client_created"
        ]
    );
    assert_eq!(all["items"][3]["before"]["name"], "Reporting");
    assert_eq!(all["items"][3]["after"]["name"], renamed["name"]);

    let first = desk.call("clients_history", json!({ "id": id, "before": null, "limit": 2 })).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = json!({ "id": id, "before": first["next"], "limit": 50 });
    let rest = desk.call("clients_history", next).await;
    assert_eq!(
        each(&rest["items"], "/kind"),
        ["client_secret_rotated", "client_updated", "client_created"],
        "slices follow each other"
    );
    assert!(rest["next"].is_null());
}

#[tokio::test]
async fn a_change_is_taken_back_member_by_member() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "public").await;
    let id = made["client"]["id"].clone();
    let first = change(
        &desk,
        &made["client"],
        json!({ "name": "Patient portal", "accessTokenLifetime": "2h", "defaultScope": ["openid"] }),
    )
    .await;
    let second = change(&desk, &first, json!({ "refreshTokenLifetime": "4w" })).await;
    let log = desk.call("clients_history", history(&id)).await;
    let seq = log["items"][1]["seq"].clone();

    let undone = desk.call("clients_undo", json!({ "id": id, "seq": seq })).await;
    assert_eq!((&undone["name"], &undone["accessTokenLifetime"]), (&json!("Portal"), &Value::Null));
    assert_eq!(undone["defaultScope"], json!([]));
    assert_eq!(undone["refreshTokenLifetime"], second["refreshTokenLifetime"], "what came later stays");
    assert_eq!(undone["version"], 4);

    // a second time there is nothing left to take back
    let again = desk.call("clients_undo", json!({ "id": id, "seq": seq })).await;
    assert_eq!(again["version"], 4);

    // and the undo is a change, which can be taken back too
    let log = desk.call("clients_history", history(&id)).await;
    let redo = json!({ "id": id, "seq": log["items"][0]["seq"] });
    assert_eq!(desk.call("clients_undo", redo).await["name"], "Patient portal");
}

#[tokio::test]
async fn a_newer_decision_is_not_undone_over() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "public").await;
    let id = made["client"]["id"].clone();
    let first = change(&desk, &made["client"], json!({ "name": "Second" })).await;
    change(&desk, &first, json!({ "name": "Third" })).await;
    let log = desk.call("clients_history", history(&id)).await;
    let seq = log["items"][1]["seq"].clone();
    let undo = json!({ "id": id, "seq": seq });
    desk.fails("clients_undo", undo, Code::Conflict, Some("seq"), "made it \"Second\", it is \"Third\" now")
        .await;
    assert_eq!(desk.call("clients_get", json!({ "id": id })).await["name"], "Third");
}

#[tokio::test]
async fn what_is_no_change_of_this_client_is_not_undone() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "public").await;
    let id = made["client"]["id"].clone();
    let other = desk.client("Other", "public").await;
    change(&desk, &other["client"], json!({ "name": "Another" })).await;
    let others = desk.call("clients_history", history(&other["client"]["id"])).await;
    let created = desk.call("clients_history", history(&id)).await["items"][0]["seq"].clone();
    let undo = |seq: &Value| json!({ "id": id, "seq": seq });
    desk.fails("clients_undo", undo(&created), Code::Invalid, Some("seq"), "settings").await;
    for seq in [others["items"][0]["seq"].clone(), json!(0), json!(-5), json!(i64::MAX)] {
        desk.fails("clients_undo", undo(&seq), Code::NotFound, None, "no entry").await;
    }
    let nobody = json!({ "id": NOBODY, "seq": 1 });
    desk.fails("clients_undo", nobody, Code::NotFound, None, NOBODY).await;
    desk.fails("clients_history", history(&json!(NOBODY)), Code::NotFound, None, NOBODY).await;
}

#[tokio::test]
async fn an_undo_never_brings_a_provider_secret_back() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "medplum").await;
    let provider = json!({
        "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": null, "tokenUrl": null, "clientId": "ours",
        "clientSecret": "hunter2", "useSubject": false, "requireVerifiedEmail": true,
    });
    let with_provider = change(&desk, &made["client"], json!({ "identityProvider": provider })).await;
    assert_eq!(with_provider["identityProvider"]["hasClientSecret"], true);
    let mut none = provider;
    none["userInfoUrl"] = json!("");
    change(&desk, &with_provider, json!({ "identityProvider": none })).await;
    let log = desk.call("clients_history", history(&made["client"]["id"])).await;
    assert!(!log.to_string().contains("hunter2"));
    let undo = json!({ "id": made["client"]["id"], "seq": log["items"][0]["seq"] });
    let back = desk.call("clients_undo", undo).await;
    assert_eq!(back["identityProvider"]["userInfoUrl"], "https://idp.example.org/userinfo");
    assert_eq!(back["identityProvider"]["hasClientSecret"], false, "it was not kept");
}

#[tokio::test]
async fn a_copy_has_the_settings_and_credentials_of_its_own() {
    let desk = Desk::new().await;
    desk.policy("Staff").await;
    let made = desk
        .call(
            "clients_create",
            json!({
                "name": "Portal", "clientType": "confidential", "admin": true,
                "redirectUris": ["https://portal.example.org/callback"],
            }),
        )
        .await;
    let provider = json!({
        "userInfoUrl": "https://idp.example.org/userinfo", "authorizeUrl": null, "tokenUrl": null, "clientId": "ours",
        "clientSecret": "hunter2", "useSubject": true, "requireVerifiedEmail": false,
    });
    let original = change(
        &desk,
        &made["client"],
        json!({ "accessTokenLifetime": "2h", "accessPolicy": "Staff", "identityProvider": provider }),
    )
    .await;
    let copy = desk.call("clients_duplicate", json!({ "id": original["id"], "name": "Portal 2" })).await;
    assert_ne!(copy["client"]["id"], original["id"]);
    for member in [
        "clientType",
        "redirectUris",
        "accessTokenLifetime",
        "identityProvider",
        "accessPolicy",
        "admin",
        "grantTypes",
    ] {
        assert_eq!(copy["client"][member], original[member], "{member}");
    }
    assert_eq!(copy["client"]["name"], "Portal 2");
    let get = |id: &str, secret: &str| {
        let parameters = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]
            .map(|(name, value)| (name, value.to_owned()));
        let desk = &desk;
        async move {
            let borrowed: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            desk.token(&borrowed).await
        }
    };
    let (id, secret) = (text(&copy, "/client/id"), text(&copy, "/secret"));
    get(id, secret).await.unwrap();
    assert_eq!(get(id, text(&made, "/secret")).await.unwrap_err(), "wrong_secret");
    let unnamed = json!({ "id": original["id"], "name": " " });
    desk.fails("clients_duplicate", unnamed, Code::Invalid, Some("name"), "empty").await;
    let nobody = json!({ "id": NOBODY, "name": "A" });
    desk.fails("clients_duplicate", nobody, Code::NotFound, None, NOBODY).await;
}

#[tokio::test]
async fn a_deleted_client_comes_back_with_its_id_and_a_new_secret() {
    let desk = Desk::new().await;
    desk.policy("Staff").await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    let before = change(
        &desk,
        &made["client"],
        json!({ "accessTokenLifetime": "2h", "admin": true, "accessPolicy": "Staff" }),
    )
    .await;
    assert_eq!(desk.call("clients_list_deleted", json!({})).await["items"], json!([]));
    desk.call("clients_delete", json!({ "id": id, "name": "Reporting" })).await;
    let deleted = desk.call("clients_list_deleted", json!({})).await;
    let gone = &deleted["items"][0];
    assert_eq!(
        (&gone["id"], &gone["name"], &gone["deletedBy"]),
        (&json!(id), &json!("Reporting"), &json!("Ada Byron"))
    );

    let back = desk.call("clients_restore", json!({ "id": id })).await;
    for member in ["id", "name", "clientType", "accessTokenLifetime", "admin", "accessPolicy", "status"] {
        assert_eq!(back["client"][member], before[member], "{member}");
    }
    let token = |secret: &str| {
        let secret = secret.to_owned();
        let desk = &desk;
        async move {
            let parameters =
                [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret.as_str())];
            desk.token(&parameters).await
        }
    };
    token(text(&back, "/secret")).await.unwrap();
    assert_eq!(token(text(&made, "/secret")).await.unwrap_err(), "wrong_secret");
    assert_eq!(desk.call("clients_list_deleted", json!({})).await["items"], json!([]));
    for again in [id, NOBODY, "not an id"] {
        let request = json!({ "id": again });
        desk.fails("clients_restore", request, Code::NotFound, None, "no deleted client").await;
    }
    let log = desk.call("clients_history", history(&json!(id))).await;
    assert_eq!(each(&log["items"], "/kind")[..2], ["client_restored", "client_deleted"]);
}

#[tokio::test]
async fn a_deleted_client_does_not_come_back_without_the_policy_it_had() {
    let desk = Desk::new().await;
    desk.policy("Staff").await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    change(&desk, &made["client"], json!({ "accessPolicy": "Staff" })).await;
    desk.call("clients_delete", json!({ "id": id, "name": "Reporting" })).await;
    let policies = desk.call("access_policies_list", json!({})).await;
    let staff = text(&policies, "/items/0/id");
    desk.call("access_policies_delete", json!({ "id": staff })).await;
    let request = json!({ "id": id });
    desk.fails("clients_restore", request, Code::Conflict, Some("accessPolicy"), "was deleted since").await;
    assert_eq!(desk.call("clients_list_deleted", json!({})).await["items"][0]["id"], id, "it is still there");
}

#[tokio::test]
async fn what_a_deletion_takes_along_is_said_before() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "public").await;
    let id = text(&made, "/client/id");
    let person = desk.person("Patient", "Pat", "Doe").await;
    let issue = json!({
        "membershipId": text(&person, "/summary/membershipId"), "clientId": id, "handOver": "waiting", "pin": false,
    });
    let used = desk.call("magic_links_issue", issue.clone()).await;
    desk.redeem(&used, None).await.unwrap();
    desk.call("magic_links_issue", issue).await;
    let preview = desk.call("clients_delete_preview", json!({ "id": id })).await;
    assert_eq!(preview, json!({ "sessions": 1, "magicLinks": 1 }));
    let deleted = desk.call("clients_delete", json!({ "id": id, "name": "Portal" })).await;
    assert_eq!(deleted, preview, "as it was said");
    desk.fails("clients_delete_preview", json!({ "id": id }), Code::NotFound, None, id).await;
}
