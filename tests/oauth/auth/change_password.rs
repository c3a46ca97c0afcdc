//! `POST /auth/changepassword`.

use anteroom_engine::id::Id;
use anteroom_testkit::builders::PAT_USER;
use serde_json::json;

use super::{PASSWORD, login, plain, post, redeem, server, signed_in};
use crate::steps::{said, userinfo_status};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn change_password_rows() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    let ask = async |token: Option<&str>, old: &str, new: &str| {
        let body = json!({ "oldPassword": old, "newPassword": new });
        post(&server, "/auth/changepassword", token, body).await
    };
    let new = "another password";
    assert_eq!(ask(None, PASSWORD, new).await.status, 401);
    let rows = [
        ("Missing old password", "", new, "Missing oldPassword"),
        ("Incorrect old password", "foobarbang", new, "Incorrect password"),
        ("too short", PASSWORD, "1234567", "Invalid password, must be at least 8 characters"),
    ];
    for (title, old, new, text) in rows {
        assert_eq!(said(&ask(Some(&token), old, new).await), (400, text.to_owned()), "{title}");
    }
    let long = "x".repeat(257);
    assert_eq!(ask(Some(&token), PASSWORD, &long).await.status, 400);
    let waiting = login(&server, plain()).await;
    assert_eq!(
        said(&ask(Some(&token), PASSWORD, new).await),
        (200, "All OK".into()),
        "auth/changepassword: Success"
    );
    assert_eq!(userinfo_status(&server, &token).await, 401, "every sign-in has ended");
    assert_eq!(redeem(&server, &waiting.str("code")).await.status, 400, "and every login that waited");
    assert_eq!(login(&server, plain()).await.status, 400);
    let (_, tokens) = signed_in(&server, json!({ "password": new })).await;

    server
        .change(|cx| {
            let user = cx.tx.user(Id::parse(PAT_USER).unwrap())?.expect("Pat");
            Ok(cx.tx.update_user(&anteroom_engine::model::User { password: None, ..user })?)
        })
        .await;
    let reply = ask(Some(&tokens.str("access_token")), "foobarbang", new).await;
    assert_eq!(said(&reply), (400, "Existing password not set".into()), "Old password not set");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_15_wrong_old_passwords_are_counted_with_the_sign_ins() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    for _ in 0..5 {
        let body = json!({ "oldPassword": "wrong-password", "newPassword": "another password" });
        assert_eq!(post(&server, "/auth/changepassword", Some(&token), body).await.status, 400);
        assert_eq!(login(&server, json!({ "password": "wrong-password" })).await.status, 400);
    }
    let body = json!({ "oldPassword": PASSWORD, "newPassword": "another password" });
    let reply = post(&server, "/auth/changepassword", Some(&token), body).await;
    assert_eq!(reply.status, 429, "{reply:?}");
    let reply = login(&server, plain()).await;
    assert_eq!(said(&reply), (429, "Too Many Requests".into()), "one counter for all ways in");
    assert!(reply.header("retry-after").is_some());
    server.clock.advance(301);
    assert_eq!(login(&server, plain()).await.status, 200, "never for good");
}
