//! Backups: made, listed, deleted; put back by the program that can.

use anteroom_admin::error::Code;
use anteroom_store_sqlite::{Options, SqliteStore};
use serde_json::json;

use crate::harness::{Desk, each, text};

#[tokio::test]
async fn a_backup_is_made_listed_and_deleted() {
    let desk = Desk::new().await;
    let none = desk.call("backups_list", json!({})).await;
    assert_eq!((&none["items"], &none["canRestore"]), (&json!([]), &json!(false)));
    let one = desk.call("backups_create", json!({})).await;
    assert_eq!(each(&one["items"], "/file"), ["anteroom-20260516T201500Z.db"]);
    assert_eq!(one["items"][0]["replaced"], false);
    let folder = std::path::PathBuf::from(text(&one, "/folder"));
    let copied = folder.parent().unwrap().join("copy.db");
    std::fs::copy(folder.join("anteroom-20260516T201500Z.db"), &copied).unwrap();
    SqliteStore::open(&copied, Options::default()).expect("it opens");
    // what is no backup is not listed, and not deleted
    std::fs::write(folder.join("notes.txt"), "").unwrap();
    std::fs::create_dir(folder.join("folder.db")).unwrap();
    desk.pass(1);
    let two = desk.call("backups_create", json!({})).await;
    assert_eq!(two["items"].as_array().unwrap().len(), 2);
    for (file, code) in [
        ("notes.txt", Code::NotFound),
        ("folder.db", Code::NotFound),
        ("anteroom-20260516T201500Z", Code::NotFound),
        ("../copy.db", Code::Invalid),
        ("/etc/passwd", Code::Invalid),
        ("..", Code::Invalid),
        ("", Code::Invalid),
    ] {
        for command in ["backups_delete", "backups_restore"] {
            let error = desk.fail(command, json!({ "file": file })).await;
            assert_eq!(error.code, code, "{command} {file:?}: {error}");
        }
    }
    let left = desk.call("backups_delete", json!({ "file": "anteroom-20260516T201500Z.db" })).await;
    assert_eq!(each(&left["items"], "/file"), ["anteroom-20260516T201501Z.db"]);
    let log = desk
        .call("activity_list", json!({ "kind": "", "refusedOnly": false, "about": "", "limit": 3 }))
        .await;
    assert_eq!(each(&log["items"], "/kind"), ["backup_deleted", "backup_made", "backup_made"]);
    assert_eq!(text(&log["items"][0], "/actor"), "Ada Byron");
}

#[tokio::test]
async fn who_cannot_put_one_back_says_what_can() {
    let desk = Desk::new().await;
    let made = desk.call("backups_create", json!({})).await;
    let error = desk.fail("backups_restore", json!({ "file": text(&made, "/items/0/file") })).await;
    assert_eq!(error.code, Code::Conflict);
    assert!(error.message.contains("anteroom-server restore"), "{error}");
}

#[tokio::test]
async fn there_are_at_most_a_hundred() {
    let desk = Desk::new().await;
    let made = desk.call("backups_create", json!({})).await;
    let folder = std::path::PathBuf::from(text(&made, "/folder"));
    for number in 1..100 {
        std::fs::write(folder.join(format!("{number}.db")), "").unwrap();
    }
    desk.pass(1);
    let error = desk.fail("backups_create", json!({})).await;
    assert!(error.code == Code::Conflict && error.message.contains("100 backups"), "{error}");
}
