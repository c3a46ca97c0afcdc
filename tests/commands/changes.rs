//! What the window hears when something changed.

use anteroom_admin::Changed;
use serde_json::json;

use crate::harness::text;
use crate::magic_links::Ready;

fn changed(topic: &str, id: Option<&str>) -> Changed {
    Changed { topic: topic.to_owned(), id: id.map(str::to_owned) }
}

#[tokio::test]
async fn a_redemption_at_the_token_endpoint_reaches_the_window() {
    let ready = Ready::new().await;
    let card = ready.issue("waiting", false).await;
    let mut changes = ready.desk.admin.subscribe();
    ready.desk.redeem(&card, None).await.unwrap();
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(changes.next().await.unwrap());
    }
    let link = text(&card, "/link/id");
    for expected in [changed("magic_links", Some(link)), changed("people", None), changed("activity", None)] {
        assert!(heard.contains(&expected), "{expected:?} in {heard:?}");
    }
}

#[tokio::test]
async fn what_was_refused_or_rolled_back_changes_nothing_else() {
    let ready = Ready::new().await;
    let mut changes = ready.desk.admin.subscribe();
    let wrong = json!({ "projectName": "" });
    ready.desk.fail("settings_update", wrong).await;
    ready.desk.call("settings_update", json!({ "projectName": "Lakeside" })).await;
    assert_eq!(changes.next().await.unwrap(), changed("activity", None));
    assert_eq!(changes.next().await.unwrap(), changed("settings", None));
}

#[tokio::test]
async fn who_is_too_slow_refreshes_everything() {
    let ready = Ready::new().await;
    let mut changes = ready.desk.admin.subscribe();
    for turn in 0..600 {
        let name = format!("Clinic {turn}");
        ready.desk.call("settings_update", json!({ "projectName": name })).await;
    }
    let mut heard = Vec::new();
    for _ in 0..8 {
        heard.push(changes.next().await.unwrap());
    }
    let all = ["home", "clients", "people", "magic_links", "access_policies", "apis", "activity", "settings"];
    for topic in all {
        assert!(heard.contains(&changed(topic, None)), "{topic} in {heard:?}");
    }
}
