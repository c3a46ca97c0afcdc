//! The log.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, NOW, each, text, with};
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

#[tokio::test]
async fn the_log_is_filtered_by_client_and_time() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    let portal = card["link"]["clientId"].clone();
    ready.desk.pass(3_600);
    ready.desk.client("Other", "public").await;
    ready.issue("waiting", false).await;
    let of_client = ready.desk.call("activity_list", log(json!({ "client": portal }))).await;
    assert_eq!(each(&of_client["items"], "/kind"), ["link_issued", "link_issued", "client_created"]);
    let both = log(json!({ "client": portal, "about": ready.person, "from": NOW + 3_600 }));
    let both = ready.desk.call("activity_list", both).await;
    assert_eq!(each(&both["items"], "/kind"), ["link_issued"]);
    let early = log(json!({ "until": NOW + 3_600, "kind": "link_issued" }));
    assert_eq!(ready.desk.call("activity_list", early).await["items"].as_array().unwrap().len(), 1);
    let none = log(json!({ "from": NOW + 7_200 }));
    assert_eq!(ready.desk.call("activity_list", none).await["items"], json!([]));
    let wrong = log(json!({ "client": "portal" }));
    ready.desk.fails("activity_list", wrong, Code::Invalid, Some("client"), "portal").await;
}

fn export(format: &str, selection: &Value, before: &Value) -> Value {
    json!({ "selection": selection, "format": format, "before": before })
}

#[tokio::test]
async fn the_log_goes_out_as_json_lines_and_as_csv() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    ready.desk.redeem(&card, None).await.unwrap();
    ready.desk.redeem(&card, None).await.unwrap_err();
    let all = ready.desk.call("activity_list", log(json!({}))).await;
    let count = all["items"].as_array().unwrap().len();

    let lines = ready.desk.call("activity_export", export("jsonl", &json!({}), &Value::Null)).await;
    assert!(lines["next"].is_null());
    assert_eq!(lines["events"], count);
    let events: Vec<Value> =
        text(&lines, "/text").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.iter().map(|event| &event["seq"]).collect::<Vec<_>>(), each(&all["items"], "/seq"));
    let refused = events.iter().find(|event| event["kind"] == "refused").unwrap();
    assert_eq!(refused["refusal"], "code_spent");
    assert_eq!(text(refused, "/hash").len(), 64);
    assert!(refused["body"]["trace"].as_array().is_some_and(|trace| !trace.is_empty()));
    assert!(!text(&lines, "/text").contains("Pat Doe"), "a file travels: it names nobody");

    let sheet = ready
        .desk
        .call("activity_export", export("csv", &json!({ "refusedOnly": true }), &Value::Null))
        .await;
    let rows: Vec<&str> = text(&sheet, "/text").split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 2, "a line of headers and one refusal: {rows:?}");
    assert!(rows[0].starts_with("seq,at,kind,") && rows[1].contains(",refused,"), "{rows:?}");
    let next = json!(events[1]["seq"].as_i64().unwrap());
    let rest = ready.desk.call("activity_export", export("csv", &json!({}), &next)).await;
    assert!(!text(&rest, "/text").contains("seq,at"), "headers come once");
    assert_eq!(rest["events"], count - 2);
    let wrong = export("csv", &json!({ "kind": "client_stolen" }), &Value::Null);
    ready.desk.fails("activity_export", wrong, Code::Invalid, Some("kind"), "client_stolen").await;
}
