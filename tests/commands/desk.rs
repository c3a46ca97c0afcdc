//! Desk mode: which commands the desk may run, in whose name, and the way out.

use anteroom_admin::commands::{NAMES, RIGHTS, Right};
use anteroom_admin::error::Code;
use anteroom_engine::id::Id;
use anteroom_engine::model::Membership;
use serde_json::{Value, json};

use crate::harness::{Desk, each, person, text, with};
use crate::magic_links::{Ready, id};

/// What the desk may run. A command that is not here is refused; adding one is a decision.
const DESK: [&str; 13] = [
    "people_list",
    "people_get",
    "magic_links_options",
    "magic_links_issue",
    "magic_links_show",
    "magic_links_get",
    "magic_links_list",
    "magic_links_revoke",
    "magic_links_reissue",
    "magic_links_print",
    "magic_links_save_sheets",
    "magic_links_check_batch",
    "magic_links_issue_batch",
];
/// What everybody may run: what the window needs to show anything, and the way out.
const ANYBODY: [&str; 2] = ["home_get", "desk_leave"];

/// A practitioner with the desk right.
async fn jon(desk: &Desk) -> String {
    let jon = with(
        person("Practitioner", "Jon", "Vale"),
        json!({ "email": "jon@example.org", "password": "front desk", "desk": true }),
    );
    text(&desk.call("people_create", jon).await, "/summary/membershipId").to_owned()
}

async fn enter(desk: &Desk, member: &str) -> Value {
    desk.call("desk_enter", json!({ "membershipId": member, "idleSeconds": 120 })).await
}

fn leave(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

#[tokio::test]
async fn every_command_but_the_desk_s_own_is_refused_in_desk_mode() {
    let ready = Ready::new().await;
    let jon = jon(&ready.desk).await;
    enter(&ready.desk, &jon).await;
    for name in NAMES {
        let right = RIGHTS.iter().find(|(known, _)| known == name).map(|(_, right)| *right);
        if DESK.contains(name) {
            assert_eq!(right, Some(Right::Desk), "{name}");
        } else if ANYBODY.contains(name) {
            assert_eq!(right, Some(Right::Anybody), "{name}");
        } else {
            assert_eq!(right, Some(Right::Admin), "{name}");
            // No request at all: the right is checked before anything is read.
            ready.desk.fails(name, json!(null), Code::Forbidden, None, "locked to the desk").await;
        }
    }
    assert!(DESK.iter().chain(&ANYBODY).all(|name| NAMES.contains(name)));
}

#[tokio::test]
async fn the_desk_searches_issues_prints_and_takes_back_in_its_own_name() {
    let ready = Ready::new().await;
    let desk = &ready.desk;
    let jon = jon(desk).await;
    assert_eq!(enter(desk, &jon).await, json!({ "person": "Jon Vale", "idleSeconds": 120 }));
    let home = desk.call("home_get", json!({})).await;
    assert_eq!(home["desk"], json!({ "person": "Jon Vale", "idleSeconds": 120 }));
    assert_eq!(home["recent"], json!([]), "the log is not the desk's");
    let found = desk.call("people_list", json!({ "search": "pat", "offset": 0, "limit": 8 })).await;
    assert_eq!(each(&found["items"], "/name"), ["Pat Doe"]);
    let card = ready.issue("waiting", false).await;
    assert_eq!(card["link"]["issuedBy"], "Jon Vale");
    desk.redeem(&card, None).await.unwrap();
    let pat = desk.call("people_get", json!({ "membershipId": ready.person })).await;
    assert_eq!(
        (&pat["sessions"], &pat["accessPolicy"]),
        (&json!([]), &Value::Null),
        "no sessions, no policy"
    );
    let card = ready.issue("take_home", true).await;
    let print = json!({
        "ids": [card["link"]["id"]], "paper": "a4", "language": "en", "secondLanguage": null,
        "utcOffsetMinutes": 0, "withName": true,
    });
    assert_eq!(desk.call("magic_links_print", print).await["pages"], 1);
    assert_eq!(desk.call("magic_links_revoke", id(&card)).await["state"], "revoked");
}

/// A link is a sign-in: whoever works at the locked window does not sign in as an admin with it, and unlock it.
#[tokio::test]
async fn the_desk_hands_out_no_link_for_somebody_with_more_rights() {
    let ready = Ready::new().await;
    let desk = &ready.desk;
    let jon = jon(desk).await;
    let ann = text(&desk.person("Practitioner", "Ann", "Lee").await, "/summary/membershipId").to_owned();
    let max = with(person("Patient", "Max", "Power"), json!({ "admin": true }));
    let max = text(&desk.call("people_create", max).await, "/summary/membershipId").to_owned();
    let wanted = |member: &str, more: Value| {
        let whole = json!({ "clientId": ready.client, "handOver": "take_home", "pin": false });
        with(with(whole, json!({ "membershipId": member })), more)
    };
    let by_admin = desk.call("magic_links_issue", wanted(&max, json!({}))).await;
    enter(desk, &jon).await;
    let words = "ask an admin";
    for other in [&ann, &max] {
        let one = wanted(other, json!({}));
        desk.fails("magic_links_issue", one, Code::Invalid, Some("membershipId"), words).await;
        let mut many = wanted("", json!({ "membershipIds": [ready.person, other] }));
        many.as_object_mut().unwrap().remove("membershipId");
        desk.fails("magic_links_issue_batch", many, Code::Invalid, Some("membershipIds"), words).await;
    }
    for name in ["magic_links_show", "magic_links_reissue"] {
        let field = Some(if name == "magic_links_show" { "id" } else { "membershipId" });
        desk.fails(name, id(&by_admin), Code::Invalid, field, words).await;
    }
    let print = json!({
        "ids": [by_admin["link"]["id"]], "paper": "a4", "language": "en", "secondLanguage": null,
        "utcOffsetMinutes": 0, "withName": true,
    });
    for name in ["magic_links_print", "magic_links_save_sheets"] {
        desk.fails(name, print.clone(), Code::Invalid, Some("id"), words).await;
    }
    let list = json!({ "text": "Pat Doe\nAnn Lee\nMax Power\nJon Vale", "clientId": ready.client });
    let checked = desk.call("magic_links_check_batch", list).await;
    assert_eq!(each(&checked["lines"], "/outcome"), ["ready", "beyond_desk", "beyond_desk", "ready"]);
    ready.issue("waiting", false).await;
    desk.call("magic_links_revoke", id(&by_admin)).await;
}

/// A new start of the program finds the window locked still: the setting is the project's.
#[tokio::test]
async fn a_new_start_does_not_unlock_and_only_an_admin_s_password_does() {
    let ready = Ready::new().await;
    let jon = jon(&ready.desk).await;
    enter(&ready.desk, &jon).await;
    let again = ready.desk.another_program();
    again.fails("settings_get", json!({}), Code::Forbidden, None, "settings_get").await;
    for (email, password) in [("ada@example.org", "wrong horse"), ("nobody@example.org", "correct horse")] {
        let error = again.fail("desk_leave", leave(email, password)).await;
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("password")));
        assert_eq!((error.refusal.as_deref(), error.sentence.is_none()), (Some("wrong_password"), true));
    }
    let not_admin = leave("jon@example.org", "front desk");
    again.fails("desk_leave", not_admin, Code::Invalid, Some("email"), "Only a project admin").await;
    again.fails("clients_list", json!({}), Code::Forbidden, None, "clients_list").await;
    again.call("desk_leave", leave("Ada@example.org", "correct horse")).await;
    again.call("settings_get", json!({})).await;
    assert_eq!(again.call("home_get", json!({})).await["desk"], Value::Null);
    again.call("desk_leave", leave("", "")).await;
}

#[tokio::test]
async fn guessing_the_way_out_is_throttled() {
    let ready = Ready::new().await;
    let jon = jon(&ready.desk).await;
    enter(&ready.desk, &jon).await;
    for _ in 0..10 {
        ready.desk.fail("desk_leave", leave("ada@example.org", "a guess it is")).await;
    }
    let right = leave("ada@example.org", "correct horse");
    ready.desk.fail("desk_leave", right.clone()).await;
    ready.desk.pass(301);
    ready.desk.call("desk_leave", right).await;
}

/// The right is the member's, looked up at every command: taken away, the desk stands still.
#[tokio::test]
async fn who_loses_the_right_can_do_nothing_more() {
    let ready = Ready::new().await;
    let desk = &ready.desk;
    let jon = jon(desk).await;
    enter(desk, &jon).await;
    ready.issue("waiting", false).await;
    let id = Id::<Membership>::parse(&jon).unwrap();
    let taken = desk.engine.transact(desk.origin("10.0.0.1"), move |cx| {
        let jon = cx.tx.membership(id)?.expect("Jon is there");
        Ok(cx.tx.update_membership(&Membership { desk: false, ..(*jon).clone() })?)
    });
    taken.await.unwrap();
    let words = "no longer has the desk right";
    desk.fails("magic_links_issue", ready.request("waiting", false), Code::Forbidden, None, words).await;
    let search = json!({ "search": "pat", "offset": 0, "limit": 8 });
    desk.fails("people_list", search, Code::Forbidden, None, words).await;
    desk.call("desk_leave", leave("ada@example.org", "correct horse")).await;
    let enter_again = json!({ "membershipId": jon, "idleSeconds": 120 });
    desk.fails("desk_enter", enter_again, Code::Invalid, Some("membershipId"), "no desk right").await;
}

#[tokio::test]
async fn a_desk_that_makes_no_sense_is_refused() {
    let ready = Ready::new().await;
    let jon = jon(&ready.desk).await;
    for (member, idle, field, words) in [
        (jon.as_str(), 14, "idleSeconds", "15 to 3600"),
        (jon.as_str(), 3_601, "idleSeconds", "15 to 3600"),
        (ready.person.as_str(), 60, "membershipId", "Pat Doe has no desk right"),
        ("x", 60, "membershipId", "no person"),
    ] {
        let request = json!({ "membershipId": member, "idleSeconds": idle });
        ready.desk.fails("desk_enter", request, Code::Invalid, Some(field), words).await;
    }
}
