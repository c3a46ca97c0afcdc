//! Printing: previews and files of links that the app holds the codes of.

use std::fs;

use anteroom_admin::error::Code;
use anteroom_engine::endpoint::landing;
use serde_json::{Value, json};

use crate::harness::{Desk, MINUTE, NOBODY, text, with};
use crate::magic_links::{Ready, id};

fn request(ids: &[&Value]) -> Value {
    json!({
        "ids": ids, "paper": "a4", "language": "en", "secondLanguage": "es", "utcOffsetMinutes": 120, "withName": true,
    })
}

#[tokio::test]
async fn a_preview_shows_the_page_and_how_fine_the_qr_code_is() {
    let ready = Ready::new().await;
    let card = ready.issue("take_home", true).await;
    let preview = ready.desk.call("magic_links_print", request(&[&card["link"]["id"]])).await;
    assert_eq!((&preview["pages"], &preview["missing"]), (&json!(1), &json!(0)));
    let (size, smallest) =
        (preview["moduleMm"].as_f64().unwrap(), preview["smallestModuleMm"].as_f64().unwrap());
    assert!((size - 62.0 / 41.0).abs() < 1e-9 && smallest < size, "{size} {smallest}");
    let svg = text(&preview, "/svg");
    assert!(svg.starts_with("<svg ") && svg.contains("viewBox=\"0 0 595.276 841.89\""), "{}", &svg[..200]);
    assert!(!svg.contains(text(&card, "/typedCode")) && !svg.contains("Pat D."), "letters are outlines");
    let letter = with(request(&[&card["link"]["id"]]), json!({ "paper": "letter", "secondLanguage": null }));
    let preview = ready.desk.call("magic_links_print", letter).await;
    assert!(text(&preview, "/svg").contains("viewBox=\"0 0 612 792\""));
}

#[tokio::test]
async fn a_file_holds_a_page_for_each_link_that_still_works() {
    let ready = Ready::new().await;
    let desk = &ready.desk;
    let cards = [ready.issue("take_home", true).await, ready.issue("waiting", false).await];
    let ids = [&cards[0]["link"]["id"], &cards[1]["link"]["id"]];
    let saved = desk.call("magic_links_save_sheets", request(&ids)).await;
    assert_eq!((&saved["pages"], &saved["missing"]), (&json!(2), &json!(0)));
    let pdf = fs::read(text(&saved, "/path")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    desk.call("magic_links_revoke", id(&cards[0])).await;
    let saved = desk.call("magic_links_save_sheets", request(&ids)).await;
    assert_eq!((&saved["pages"], &saved["missing"]), (&json!(1), &json!(1)), "a dead link is not printed");
    desk.pass(15 * MINUTE);
    desk.fails("magic_links_print", request(&ids), Code::NotHeld, None, "Issue them again").await;
}

#[tokio::test]
async fn another_program_holds_no_codes_to_print() {
    let ready = Ready::new().await;
    let card = ready.issue("take_home", false).await;
    let other = ready.desk.another_program();
    let print = request(&[&card["link"]["id"]]);
    other.fails("magic_links_print", print.clone(), Code::NotHeld, None, "no longer in memory").await;
    other.fails("magic_links_save_sheets", print, Code::NotHeld, None, "no longer in memory").await;
}

#[tokio::test]
async fn what_cannot_be_printed_is_refused_with_its_field() {
    let ready = Ready::new().await;
    let card = ready.issue("take_home", true).await;
    let good = request(&[&card["link"]["id"]]);
    for (change, field, words) in [
        (json!({ "ids": [] }), "ids", "1 to 500"),
        (json!({ "language": "fr" }), "language", "en, de and es"),
        (json!({ "secondLanguage": "xx" }), "secondLanguage", "en, de and es"),
        (json!({ "secondLanguage": "en" }), "secondLanguage", "the first one again"),
        (json!({ "utcOffsetMinutes": 900 }), "utcOffsetMinutes", "No clock on earth"),
    ] {
        let request = with(good.clone(), change);
        ready.desk.fails("magic_links_print", request, Code::Invalid, Some(field), words).await;
    }
    let unknown = with(good, json!({ "ids": [NOBODY] }));
    ready.desk.fails("magic_links_print", unknown, Code::NotFound, None, NOBODY).await;
}

/// The desk phone is a setting; it stands on sheets (see the sheets' own tests) and on the landing page.
#[tokio::test]
async fn a_desk_phone_is_checked_and_kept() {
    let desk = Desk::new().await;
    let set = desk.call("settings_update", json!({ "deskPhone": " +49 30 555-0100 (ext. 4) " })).await;
    assert_eq!(set["deskPhone"], "+49 30 555-0100 (ext. 4)");
    let of_unknown_codes = landing::desk_phone(&desk.engine);
    assert_eq!(of_unknown_codes.as_deref(), Some("+49 30 555-0100 (ext. 4)"), "the one clinic there is");
    for (phone, words) in [("12", "three digits"), ("call <b>", "'<'"), (&"1".repeat(41), "41 characters")] {
        let request = json!({ "deskPhone": phone });
        desk.fails("settings_update", request, Code::Invalid, Some("deskPhone"), words).await;
    }
    assert_eq!(desk.call("settings_update", json!({ "deskPhone": "" })).await["deskPhone"], Value::Null);
}
