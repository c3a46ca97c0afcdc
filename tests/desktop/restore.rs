//! A backup that is put back in the window: the engine goes on over another store, in the same program.

use serde_json::{Value, json};

use crate::{
    harness::{Desktop, until},
    journey::set_up,
};

#[tokio::test]
async fn a_backup_is_put_back_while_the_window_stays_open() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    client(&desktop, "Kept").await;
    data_page(&desktop).await;
    desktop.press("Back up now").await;
    desktop.text("just now").await;
    let backup = first_file(&desktop).await;
    let issuer = desktop.call("home_get", json!({})).await["engine"]["baseUrl"].clone();
    client(&desktop, "Made later").await;

    desktop.press(&format!("Restore {backup}")).await;
    desktop.text("Everybody is signed out").await;
    desktop.picture("restore").await;
    desktop.press("Restore").await;
    desktop.text("Restored. Ended: 0 links, 0 sign-ins.").await;
    desktop.text("was replaced").await;
    desktop.picture("restored").await;
    assert_eq!(clients(&desktop).await, ["Kept"]);
    let home = desktop.call("home_get", json!({})).await;
    assert_eq!((&home["engine"]["running"], &home["engine"]["baseUrl"]), (&json!(true), &issuer));
    let answer = reqwest::get(format!("{}healthcheck", issuer.as_str().unwrap())).await.unwrap();
    assert_eq!(answer.status(), 200, "the engine answers where it did");

    // what changes afterwards reaches the window, and the way back is open
    client(&desktop, "After it").await;
    desktop.follow("Client applications").await;
    desktop.role("link", "After it").await;
    data_page(&desktop).await;
    let replaced = first_file(&desktop).await;
    assert!(replaced.ends_with("-replaced.db"), "{replaced}");
    desktop.press(&format!("Restore {replaced}")).await;
    desktop.press("Restore").await;
    until("the later client is there again", async || {
        (clients(&desktop).await == ["Kept", "Made later"]).then_some(())
    })
    .await;
    let kinds = desktop
        .call(
            "activity_list",
            json!({ "kind": "backup_restored", "refusedOnly": false, "about": "", "limit": 5 }),
        )
        .await;
    assert_eq!(kinds["items"][0]["actor"], "Ada Byron", "{kinds}");
}

#[tokio::test]
async fn what_cannot_be_put_back_leaves_the_engine_as_it_was() {
    let desktop = Desktop::open().await;
    set_up(&desktop).await;
    client(&desktop, "Kept").await;
    let folder = desktop.call("backups_create", json!({})).await["folder"].as_str().unwrap().to_owned();
    std::fs::write(format!("{folder}/broken.db"), b"not a database").unwrap();
    data_page(&desktop).await;
    desktop.press("Restore broken.db").await;
    desktop.press("Restore").await;
    desktop.text("The backup was not put back: ").await;
    assert_eq!(clients(&desktop).await, ["Kept"]);
    assert_eq!(desktop.call("home_get", json!({})).await["engine"]["running"], true);
}

async fn client(desktop: &Desktop, name: &str) {
    let request = json!({ "name": name, "clientType": "public", "redirectUris": [], "admin": false });
    desktop.call("clients_create", request).await;
}

async fn clients(desktop: &Desktop) -> Vec<Value> {
    let request = json!({ "search": "", "clientType": null, "status": null, "offset": 0, "limit": 10 });
    let listed = desktop.call("clients_list", request).await;
    listed["items"]
        .as_array()
        .expect("a list of clients")
        .iter()
        .map(|client| client["name"].clone())
        .collect()
}

async fn data_page(desktop: &Desktop) {
    desktop.script("location.hash = '#/settings/data'").await;
    desktop.role("button", "Back up now").await;
}

async fn first_file(desktop: &Desktop) -> String {
    let listed = desktop.call("backups_list", json!({})).await;
    listed["items"][0]["file"].as_str().expect("a backup").to_owned()
}
