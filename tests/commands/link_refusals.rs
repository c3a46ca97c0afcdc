//! What a desk cannot do, and what a refused try leaves behind: nothing.

use anteroom_admin::error::Code;
use serde_json::json;

use crate::harness::{NOBODY, text, with};
use crate::magic_links::{Ready, id};

#[tokio::test]
async fn a_link_needs_a_client_and_a_person_that_work() {
    let ready = Ready::new().await;
    let desk = &ready.desk;
    let off = desk.client("Off", "public").await;
    desk.call("clients_set_status", json!({ "id": off["client"]["id"], "status": "off" })).await;
    let narrow = desk.client("Narrow", "confidential").await;
    let grants = json!({ "id": narrow["client"]["id"], "version": 1, "changes": { "grantTypes": ["client_credentials"] } });
    desk.call("clients_update", grants).await;
    let gone = desk.person("Patient", "Gone", "Away").await;
    let gone = text(&gone, "/summary/membershipId");
    desk.call("people_update", json!({ "membershipId": gone, "active": false })).await;

    for (changes, field, words) in [
        (json!({ "clientId": NOBODY }), "clientId", NOBODY),
        (json!({ "clientId": "x'; --" }), "clientId", "x'; --"),
        (json!({ "clientId": off["client"]["id"] }), "clientId", "Off is switched off"),
        (json!({ "clientId": narrow["client"]["id"] }), "clientId", "does not allow"),
        (json!({ "membershipId": NOBODY }), "membershipId", NOBODY),
        (json!({ "membershipId": "" }), "membershipId", "\"\""),
        (json!({ "membershipId": gone }), "membershipId", "Gone Away is not active"),
        (json!({ "handOver": "api" }), "handOver", "over HTTP"),
    ] {
        let request = with(ready.request("waiting", false), changes);
        desk.fails("magic_links_issue", request, Code::Invalid, Some(field), words).await;
    }
    let board = json!({ "search": "", "offset": 0, "limit": 10 });
    assert_eq!(desk.call("magic_links_list", board).await["total"], 0);
}

#[tokio::test]
async fn an_unknown_link_is_not_found() {
    let ready = Ready::new().await;
    for link in [NOBODY, "", "K7MX-4QRT-9W2D"] {
        for name in ["magic_links_get", "magic_links_show", "magic_links_revoke", "magic_links_reissue"] {
            ready.desk.fails(name, json!({ "id": link }), Code::NotFound, None, link).await;
        }
    }
}

#[tokio::test]
async fn a_refused_replacement_leaves_the_old_link_alive() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    let active = |active: bool| json!({ "membershipId": ready.person, "active": active });
    ready.desk.call("people_update", active(false)).await;
    ready
        .desk
        .fails("magic_links_reissue", id(&card), Code::Invalid, Some("membershipId"), "not active")
        .await;
    ready.desk.call("people_update", active(true)).await;
    assert_eq!(ready.get(&card).await["state"], "waiting");

    // a default scope of words the engine does not know leaves nothing to grant
    let scope = json!({ "id": ready.client, "version": 1, "changes": { "defaultScope": ["unknown-word"] } });
    ready.desk.call("clients_update", scope).await;
    ready.desk.fails("magic_links_reissue", id(&card), Code::Invalid, None, "default scope").await;
    assert_eq!(ready.get(&card).await["state"], "waiting");
    ready.desk.redeem(&card, None).await.unwrap();
}
