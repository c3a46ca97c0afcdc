//! Home.

use serde_json::{Value, json};

use crate::harness::{Desk, each, text};

async fn done(desk: &Desk) -> Vec<bool> {
    let home = desk.call("home_get", json!({})).await;
    assert_eq!(each(&home["checklist"], "/step"), ["client", "person", "link", "redeemed"]);
    each(&home["checklist"], "/done").into_iter().filter_map(Value::as_bool).collect()
}

#[tokio::test]
async fn home_answers_before_the_first_start() {
    let desk = Desk::unset();
    let home = desk.call("home_get", json!({})).await;
    assert_eq!(
        home,
        json!({
            "engine": {
                "running": true, "baseUrl": "http://127.0.0.1:8103/", "tlsBaseUrl": null, "problem": null,
                "version": "1.2.3",
            },
            "project": null,
            "checklist": [
                { "step": "client", "done": false }, { "step": "person", "done": false },
                { "step": "link", "done": false }, { "step": "redeemed", "done": false },
            ],
            "outstandingLinks": 0,
            "recent": [],
            "desk": null,
        })
    );
}

#[tokio::test]
async fn the_checklist_ticks_itself() {
    let desk = Desk::new().await;
    assert_eq!(done(&desk).await, [false, false, false, false], "the first admin is no patient");
    let client = desk.client("Portal", "public").await;
    assert_eq!(done(&desk).await, [true, false, false, false]);
    let person = desk.person("Patient", "Pat", "Doe").await;
    assert_eq!(done(&desk).await, [true, true, false, false]);
    let issue = json!({
        "membershipId": text(&person, "/summary/membershipId"), "clientId": text(&client, "/client/id"),
        "handOver": "waiting", "pin": false,
    });
    let card = desk.call("magic_links_issue", issue).await;
    assert_eq!(done(&desk).await, [true, true, true, false]);
    assert_eq!(desk.call("home_get", json!({})).await["outstandingLinks"], 1);
    desk.redeem(&card, None).await.unwrap();
    assert_eq!(done(&desk).await, [true, true, true, true]);

    let home = desk.call("home_get", json!({})).await;
    assert_eq!(home["outstandingLinks"], 0);
    assert_eq!(
        each(&home["recent"], "/kind"),
        [
            "token_issued",
            "link_redeemed",
            "link_issued",
            "member_created",
            "client_created",
            "member_created",
            "project_created"
        ]
    );
}
