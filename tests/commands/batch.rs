//! Many links at once: the check, the batch, and that a rerun issues nothing twice.

use std::collections::HashSet;

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{DAY, NOBODY, each, person, text, with};
use crate::magic_links::Ready;

/// A clinic with Pat Doe, two people called Ann Lee, and Max Power who has an address and a number.
struct Clinic {
    ready: Ready,
    max: String,
    anns: [String; 2],
}

impl Clinic {
    async fn new() -> Self {
        let ready = Ready::new().await;
        let max = with(
            person("Patient", "Max", "Power"),
            json!({ "email": "max@example.org", "identifier": "MRN-77" }),
        );
        let max = ready.desk.call("people_create", max).await;
        let anns = [
            ready.desk.person("Patient", "Ann", "Lee").await,
            ready.desk.person("Patient", "Ann", "Lee").await,
        ];
        let id = |person: &Value| text(person, "/summary/membershipId").to_owned();
        Self { max: id(&max), anns: [id(&anns[0]), id(&anns[1])], ready }
    }

    async fn check(&self, list: &str) -> Value {
        let request = json!({ "text": list, "clientId": self.ready.client });
        self.ready.desk.call("magic_links_check_batch", request).await["lines"].take()
    }

    fn request(&self, members: &[&String]) -> Value {
        json!({ "membershipIds": members, "clientId": self.ready.client, "handOver": "take_home", "pin": true })
    }

    async fn issue(&self, members: &[&String]) -> Value {
        self.ready.desk.call("magic_links_issue_batch", self.request(members)).await["rows"].take()
    }

    async fn issued(&self) -> u64 {
        let board = json!({ "search": "", "state": null, "offset": 0, "limit": 500 });
        self.ready.desk.call("magic_links_list", board).await["total"].as_u64().expect("a number")
    }
}

#[tokio::test]
async fn each_line_is_checked_and_nothing_is_issued() {
    let clinic = Clinic::new().await;
    let list = format!(
        "Name;E-Mail\nPat Doe\nDoe, Pat\nPower, Max;1985-03-12;max@example.org\nMRN-77\n\nAnn Lee\n{}\nNobody Atall\n",
        clinic.anns[1]
    );
    let lines = clinic.check(&list).await;
    assert_eq!(
        each(&lines, "/outcome"),
        ["ready", "repeated", "ready", "repeated", "ambiguous", "ready", "unknown"]
    );
    assert_eq!(each(&lines, "/number"), [2, 3, 4, 5, 7, 8, 9]);
    assert_eq!(lines[0]["membershipId"], clinic.ready.person);
    assert_eq!((&lines[2]["membershipId"], &lines[2]["person"]), (&json!(clinic.max), &json!("Max Power")));
    assert_eq!(lines[5]["membershipId"], clinic.anns[1]);
    assert_eq!(lines[6]["membershipId"], Value::Null);
    assert_eq!(clinic.issued().await, 0);
}

#[tokio::test]
async fn a_rerun_issues_nothing_twice() {
    let clinic = Clinic::new().await;
    let desk = &clinic.ready.desk;
    let all = [&clinic.ready.person, &clinic.max, &clinic.anns[0]];
    let first = clinic.issue(&all).await;
    assert_eq!(each(&first, "/outcome"), ["issued", "issued", "issued"]);
    assert_eq!(clinic.issued().await, 3);
    // Pat signs in, the link of Ann is taken back.
    let card = desk.call("magic_links_show", json!({ "id": first[0]["linkId"] })).await;
    assert_eq!(text(&card, "/pin").len(), 6);
    desk.redeem(&card, Some(text(&card, "/pin"))).await.unwrap();
    desk.call("magic_links_revoke", json!({ "id": first[2]["linkId"] })).await;
    let lines = clinic.check("Pat Doe\nmax@example.org").await;
    assert_eq!(each(&lines, "/outcome"), ["signed_in", "live"]);
    let again = clinic.issue(&all).await;
    assert_eq!(each(&again, "/outcome"), ["signed_in", "live", "issued"], "only what was taken back");
    assert_eq!(again[1]["linkId"], first[1]["linkId"], "the link that works can be printed again");
    assert_eq!(clinic.issued().await, 4);
    let (one, other) = tokio::join!(clinic.issue(&all), clinic.issue(&all));
    assert!(
        each(&one, "/outcome").iter().chain(&each(&other, "/outcome")).all(|outcome| **outcome != "issued")
    );
    assert_eq!(clinic.issued().await, 4);
    desk.pass(DAY);
    assert_eq!(each(&clinic.issue(&all).await, "/outcome"), ["issued", "issued", "issued"], "a day later");
}

#[tokio::test]
async fn two_batches_at_once_issue_each_link_once() {
    let clinic = Clinic::new().await;
    let all = [&clinic.ready.person, &clinic.max, &clinic.anns[0], &clinic.anns[1]];
    let (one, other) = tokio::join!(clinic.issue(&all), clinic.issue(&all));
    for (one, other) in each(&one, "/outcome").into_iter().zip(each(&other, "/outcome")) {
        assert_eq!(
            HashSet::from([one.as_str(), other.as_str()]),
            HashSet::from([Some("issued"), Some("live")])
        );
    }
    assert_eq!(clinic.issued().await, 4);
}

#[tokio::test]
async fn a_batch_is_printed_as_one_file() {
    let clinic = Clinic::new().await;
    let rows = clinic.issue(&[&clinic.ready.person, &clinic.max]).await;
    let print = json!({
        "ids": each(&rows, "/linkId"), "paper": "letter", "language": "de", "secondLanguage": null,
        "utcOffsetMinutes": 0, "withName": false,
    });
    let saved = clinic.ready.desk.call("magic_links_save_sheets", print).await;
    assert_eq!((&saved["pages"], &saved["missing"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn who_is_switched_off_gets_nothing_and_holds_nobody_up() {
    let clinic = Clinic::new().await;
    let off = json!({ "membershipId": clinic.max, "active": false });
    clinic.ready.desk.call("people_update", off).await;
    assert_eq!(each(&clinic.check("MRN-77").await, "/outcome"), ["inactive"]);
    let rows = clinic.issue(&[&clinic.max, &clinic.ready.person]).await;
    assert_eq!(each(&rows, "/outcome"), ["inactive", "issued"]);
    assert_eq!(rows[0]["linkId"], Value::Null);
}

#[tokio::test]
async fn a_batch_that_does_not_fit_issues_nothing() {
    let clinic = Clinic::new().await;
    let good = clinic.request(&[&clinic.ready.person]);
    let desk = &clinic.ready.desk;
    for (change, field, words) in [
        (json!({ "membershipIds": [] }), "membershipIds", "1 to 500"),
        (json!({ "membershipIds": [clinic.max, clinic.max] }), "membershipIds", "twice"),
        (json!({ "membershipIds": [clinic.max, NOBODY] }), "membershipIds", "no person"),
        (json!({ "clientId": NOBODY }), "clientId", "no client application"),
        (json!({ "handOver": "api" }), "handOver", "over HTTP"),
    ] {
        desk.fails("magic_links_issue_batch", with(good.clone(), change), Code::Invalid, Some(field), words)
            .await;
    }
    let long = json!({ "text": "x\n".repeat(501), "clientId": clinic.ready.client });
    desk.fails("magic_links_check_batch", long, Code::Invalid, Some("text"), "501 lines").await;
    assert_eq!(clinic.issued().await, 0);
}
