//! The log.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, each, text, with};
use crate::magic_links::Ready;

fn log(changes: Value) -> Value {
    with(json!({ "kind": "", "refusedOnly": false, "about": "", "limit": 50 }), changes)
}

#[tokio::test]
async fn every_change_is_there_with_names_before_and_after() {
    let desk = Desk::new().await;
    let made = desk.client("Portal", "public").await;
    let rename = json!({ "id": made["client"]["id"], "version": 1, "changes": { "name": "Patient portal" } });
    desk.call("clients_update", rename).await;
    let all = desk.call("activity_list", log(json!({}))).await;
    assert_eq!(
        each(&all["items"], "/kind"),
        ["client_updated", "client_created", "member_created", "project_created"]
    );
    let newest = &all["items"][0];
    assert_eq!((&newest["actor"], &newest["client"]), (&json!("Ada Byron"), &json!("Patient portal")));
    assert_eq!(newest["clientId"], made["client"]["id"]);
    assert_eq!(
        (&newest["before"]["name"], &newest["after"]["name"]),
        (&json!("Portal"), &json!("Patient portal"))
    );
    assert_eq!(newest["trace"], json!([]));
}

#[tokio::test]
async fn a_refusal_shows_what_was_checked() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    ready.desk.redeem(&card, None).await.unwrap();
    ready.desk.redeem(&card, None).await.unwrap_err();
    let refused = ready.desk.call("activity_list", log(json!({ "refusedOnly": true }))).await;
    assert_eq!(each(&refused["items"], "/refusal"), ["code_spent"]);
    let entry = &refused["items"][0];
    assert_eq!((&entry["subject"], &entry["client"]), (&json!("Pat Doe"), &json!("Patient portal")));
    let last = entry["trace"].as_array().and_then(|trace| trace.last()).unwrap();
    assert_eq!((&last["check"], &last["passed"]), (&json!("code.state"), &json!(false)));
    assert!(text(last, "/found").starts_with("redeemed at"), "{last}");
}

#[tokio::test]
async fn the_log_is_filtered_and_read_in_slices() {
    let ready = Ready::new().await;
    for _ in 0..3 {
        ready.issue("waiting", false).await;
    }
    let issued = ready.desk.call("activity_list", log(json!({ "kind": "link_issued" }))).await;
    assert_eq!(each(&issued["items"], "/kind"), ["link_issued"; 3]);
    let about = ready.desk.call("activity_list", log(json!({ "about": ready.person }))).await;
    assert_eq!(
        each(&about["items"], "/kind"),
        ["link_issued", "link_issued", "link_issued", "member_created"]
    );

    let mut seen = Vec::new();
    let mut before = Value::Null;
    loop {
        let slice = ready.desk.call("activity_list", log(json!({ "limit": 2, "before": before }))).await;
        seen.extend(each(&slice["items"], "/seq").into_iter().cloned());
        before = slice["next"].clone();
        if before.is_null() {
            break;
        }
    }
    let all = ready.desk.call("activity_list", log(json!({}))).await;
    assert_eq!(seen.iter().collect::<Vec<_>>(), each(&all["items"], "/seq"));
    assert!(all["next"].is_null());

    let wrong = log(json!({ "kind": "client_stolen" }));
    ready.desk.fails("activity_list", wrong, Code::Invalid, Some("kind"), "client_stolen").await;
    ready
        .desk
        .fails("activity_list", log(json!({ "about": "Pat" })), Code::Invalid, Some("about"), "Pat")
        .await;
    assert_eq!(ready.desk.call("activity_list", log(json!({ "about": NOBODY }))).await["items"], json!([]));
}

#[tokio::test]
async fn the_chain_is_walked() {
    let desk = Desk::new().await;
    desk.client("Portal", "public").await;
    let verified = desk.call("activity_verify", json!({})).await;
    assert_eq!(verified, json!({ "checked": 3, "firstBad": null }));
}
