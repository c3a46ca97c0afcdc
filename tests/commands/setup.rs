//! First start.

use anteroom_admin::error::Code;
use anteroom_engine::service::passwords;
use serde_json::json;

use crate::harness::{Desk, each, setup, text, with};

#[tokio::test]
async fn the_first_start_names_the_project_and_creates_its_admin() {
    let desk = Desk::unset();
    let done = desk.call("setup_complete", setup()).await;
    assert_eq!(done["project"]["name"], "Riverside Clinic");
    assert_eq!(done["project"]["dialect"], "rfc");

    let admin = desk.call("people_get", json!({ "membershipId": done["membershipId"] })).await;
    assert_eq!(admin["summary"]["name"], "Ada Byron");
    assert_eq!(admin["summary"]["resourceType"], "Practitioner");
    assert_eq!(admin["summary"]["admin"], true);
    assert_eq!(admin["summary"]["email"], "ada@example.org", "compared in small letters");

    let user = desk.engine.read(|tx, _| {
        let project = tx.list_projects()?[0].id;
        Ok(tx.user_by_email(project, "ada@example.org")?)
    });
    let password = user.unwrap().unwrap().password.unwrap();
    assert!(passwords::verify(&password, "correct horse").unwrap());
}

#[tokio::test]
async fn the_log_says_who_set_the_project_up() {
    let desk = Desk::new().await;
    let log = json!({ "kind": "", "refusedOnly": false, "about": "", "limit": 10 });
    let log = desk.call("activity_list", log).await;
    assert_eq!(each(&log["items"], "/kind"), ["member_created", "project_created"]);
    assert_eq!(each(&log["items"], "/actor"), ["Ada Byron", "Ada Byron"]);
}

#[tokio::test]
async fn a_second_first_start_is_refused_and_changes_nothing() {
    let desk = Desk::new().await;
    let again = with(setup(), json!({ "projectName": "Other", "email": "eve@example.org" }));
    desk.fails("setup_complete", again, Code::Conflict, None, "Riverside Clinic").await;
    let people = desk.call("people_list", json!({ "search": "", "offset": 0, "limit": 10 })).await;
    assert_eq!(people["total"], 1);
}

#[tokio::test]
async fn two_first_starts_at_once_make_one_project() {
    let desk = Desk::unset();
    let other = with(setup(), json!({ "projectName": "Other" }));
    let (one, two) = tokio::join!(
        anteroom_admin::dispatch(&desk.admin, "setup_complete", setup()),
        anteroom_admin::dispatch(&desk.admin, "setup_complete", other),
    );
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|won| **won).count(), 1);
    let projects = desk.engine.read(|tx, _| Ok(tx.list_projects()?.len()));
    assert_eq!(projects.unwrap(), 1);
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_is_made() {
    let desk = Desk::unset();
    for (changes, field, words) in [
        (json!({ "projectName": " " }), "projectName", "empty"),
        (json!({ "projectName": "x".repeat(101) }), "projectName", "101 characters"),
        (json!({ "given": "" }), "given", "empty"),
        (json!({ "family": "By\u{202e}ron" }), "family", "U+202E"),
        (json!({ "email": "" }), "email", "empty"),
        (json!({ "email": "ada" }), "email", "\"ada\""),
        (json!({ "password": "" }), "password", "empty"),
        (json!({ "password": "1234567" }), "password", "8 characters"),
        (json!({ "password": "x".repeat(257) }), "password", "256 bytes"),
    ] {
        desk.fails("setup_complete", with(setup(), changes), Code::Invalid, Some(field), words).await;
    }
    let home = desk.call("home_get", json!({})).await;
    assert!(home["project"].is_null(), "{home}");
    desk.call("setup_complete", setup()).await;
    assert_eq!(text(&desk.call("home_get", json!({})).await, "/project/name"), "Riverside Clinic");
}
