//! `POST /auth/revoke`: ending a sign-in.

use serde_json::{Value, json};

use super::{NOBODY, login, me, plain, post, redeem, server, signed_in};
use crate::steps::{said, userinfo_status};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn revoke_rows() {
    let server = server().await;
    let ask = async |token: Option<&str>, body: Value| post(&server, "/auth/revoke", token, body).await;
    assert_eq!(
        said(&ask(None, json!({ "loginId": NOBODY })).await),
        (401, "Unauthorized".into()),
        "auth/revoke: Unauthenticated"
    );
    let (own, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    let sessions = async || me(&server, &token).await["security"]["sessions"].as_array().unwrap().len();
    assert_eq!(sessions().await, 1);
    let other = login(&server, plain()).await;
    assert_eq!(sessions().await, 2, "a login whose code waits is a session, too");
    let reply = ask(Some(&token), json!({ "loginId": other.str("login") })).await;
    assert_eq!(said(&reply), (200, "All OK".into()), "Revoke session");
    assert_eq!(sessions().await, 1);
    assert_eq!(redeem(&server, &other.str("code")).await.status, 400, "its code has ended");
    assert_eq!(said(&ask(Some(&token), json!({})).await), (400, "Login ID is required.".into()));
    assert_eq!(said(&ask(Some(&token), json!({ "loginId": NOBODY })).await), (404, "Not found".into()));

    let (_, adas) = signed_in(&server, json!({ "email": "ada@example.org" })).await;
    let adas = adas.str("access_token");
    assert_eq!(
        said(&ask(Some(&adas), json!({ "loginId": own })).await),
        (404, "Not found".into()),
        "Different user"
    );
    let waiting = login(&server, plain()).await.str("login");
    assert_eq!(ask(Some(&adas), json!({ "loginId": waiting })).await.status, 404, "Different user");
    assert_eq!(userinfo_status(&server, &token).await, 200);
    assert_eq!(ask(Some(&token), json!({ "loginId": own })).await.status, 200);
    assert_eq!(userinfo_status(&server, &token).await, 401, "the own one ends, too");
}
