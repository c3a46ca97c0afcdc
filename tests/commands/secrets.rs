//! Secrets and signing keys that end, and that begin.

use anteroom_admin::error::Code;
use anteroom_oauth::secret::Secret;
use serde_json::{Value, json};

use crate::harness::{DAY, Desk, MINUTE, NOW, text};

const HOUR: i64 = 60 * MINUTE;

async fn token(desk: &Desk, id: &str, secret: &str) -> Result<Value, &'static str> {
    desk.token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]).await
}

#[tokio::test]
async fn an_overlap_with_an_end_needs_nobody_to_end_it() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, first) = (text(&made, "/client/id"), text(&made, "/secret"));
    let rotate = json!({ "id": id, "overlap": true, "overlapHours": 2 });
    let rotated = desk.call("clients_rotate_secret", rotate).await;
    let second = text(&rotated, "/secret");
    assert_eq!(rotated["client"]["secrets"][1]["expiresAt"], NOW + 2 * HOUR);
    assert!(rotated["client"]["secrets"][0]["expiresAt"].is_null());
    desk.pass(2 * HOUR - 1);
    token(&desk, id, first).await.unwrap();
    desk.pass(1);
    assert_eq!(token(&desk, id, first).await.unwrap_err(), "secret_expired");
    token(&desk, id, second).await.unwrap();
    let refused = json!({ "kind": "", "refusedOnly": true, "about": id, "limit": 5 });
    let refused = desk.call("activity_list", refused).await;
    let check = refused["items"][0]["trace"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(check["check"], "client.secret.expires_at");
    assert!(text(&check, "/expected").starts_with("used before 2026-"), "{check}");
    assert!(text(&check, "/found").starts_with("2026-"), "{check}");
}

#[tokio::test]
async fn a_secret_ends_on_its_day() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    let rotate = json!({ "id": id, "overlap": false, "expiresInDays": 30 });
    let rotated = desk.call("clients_rotate_secret", rotate).await;
    let secret = text(&rotated, "/secret");
    assert_eq!(rotated["client"]["secrets"][0]["expiresAt"], NOW + 30 * DAY);
    desk.pass(30 * DAY - 1);
    token(&desk, id, secret).await.unwrap();
    desk.pass(1);
    assert_eq!(token(&desk, id, secret).await.unwrap_err(), "secret_expired");
    assert_eq!(
        token(&desk, id, "ant_cs_wrong").await.unwrap_err(),
        "wrong_secret",
        "a wrong one is still wrong"
    );
}

#[tokio::test]
async fn an_overlap_lets_no_secret_live_longer_than_it_would() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    let rotate = |request: Value| desk.call("clients_rotate_secret", request);
    rotate(json!({ "id": id, "overlap": false, "expiresInDays": 1 })).await;
    let later = rotate(json!({ "id": id, "overlap": true, "overlapHours": 48 })).await;
    assert_eq!(later["client"]["secrets"][1]["expiresAt"], NOW + DAY);
    let open = rotate(json!({ "id": id, "overlap": true })).await;
    assert!(open["client"]["secrets"][1]["expiresAt"].is_null());
}

#[tokio::test]
async fn spans_have_bounds() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let id = text(&made, "/client/id");
    for (member, values) in [("overlapHours", [0, 745]), ("expiresInDays", [0, 732])] {
        for value in values {
            let request = json!({ "id": id, "overlap": true, member: value });
            desk.fails("clients_rotate_secret", request, Code::Invalid, Some(member), &value.to_string())
                .await;
        }
    }
    assert_eq!(desk.call("clients_get", json!({ "id": id })).await["version"], 1);
}

fn states(settings: &Value) -> Vec<String> {
    let keys = settings["signingKeys"].as_array().expect("a list of keys").iter();
    keys.filter(|key| key["alg"] == "ES256").map(|key| text(key, "/state").to_owned()).collect()
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs() {
    let desk = Desk::new().await;
    let made = desk.client("Reporting", "confidential").await;
    let (id, secret) = (text(&made, "/client/id"), text(&made, "/secret"));
    let kid = |token: &Value| text(token, "/access_token").split('.').next().unwrap().to_owned();
    let before = token(&desk, id, secret).await.unwrap();
    desk.pass(MINUTE);
    let published = desk.call("settings_publish_key", json!({ "alg": "ES256" })).await;
    assert_eq!(states(&published), ["next", "current"]);
    let next = text(&published, "/signingKeys/0/kid").to_owned();
    assert!(desk.engine.key_ring().verifying(&next).is_some(), "clients can fetch it");
    assert_eq!(kid(&token(&desk, id, secret).await.unwrap()), kid(&before), "it does not sign yet");
    let again = json!({ "alg": "ES256" });
    desk.fails("settings_publish_key", again, Code::Conflict, Some("alg"), "already").await;

    desk.pass(DAY);
    let rotated = desk.call("settings_rotate_key", json!({ "alg": "ES256" })).await;
    assert_eq!(states(&rotated), ["current", "previous"]);
    assert_eq!(text(&rotated, "/signingKeys/0/kid"), next, "the one that was published");
    let after = token(&desk, id, secret).await.unwrap();
    assert_ne!(kid(&after), kid(&before));
    let old = text(&rotated, "/signingKeys/1/kid");
    assert!(desk.engine.key_ring().verifying(old).is_some(), "what it signed still verifies");
    let held = Secret::new(text(&after, "/access_token").to_owned());
    assert!(desk.engine.verify_access_token(&held).is_ok());
    let wrong = json!({ "alg": "HS256" });
    desk.fails("settings_publish_key", wrong, Code::Invalid, Some("alg"), "HS256").await;
}
