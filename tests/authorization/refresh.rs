//! The refresh token grant: RT.

use anteroom_engine::id::Id;
use anteroom_engine::model::client::ClientStatus;
use anteroom_engine::service::logout;

use crate::code::switch;
use crate::harness::{
    ADA_MEMBERSHIP, Browser, CB, LOOPBACK, OTHER, Page, SPA, Server, WEB, WEB_SECRET, but, claims, redeem,
    request,
};

async fn tokens(server: &Server, browser: &mut Browser, scope: &str) -> Page {
    let code = browser.code(server, &but(request(WEB, CB), "scope", Some(scope))).await;
    redeem(server, &code, &[]).await
}

async fn refresh(server: &Server, token: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("client_id", WEB),
        ("client_secret", WEB_SECRET),
        ("refresh_token", token),
    ];
    fields.extend_from_slice(more);
    server.token(&fields).await
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_01_rt_10_rt_15_every_use_gives_a_new_one() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let first = tokens(&server, &mut browser, "openid offline_access").await;
    let before = claims(&first.str("id_token"));
    server.clock.advance(100);
    let second = refresh(&server, &first.str("refresh_token"), &[]).await;
    assert_eq!(second.status, 200, "{second:?}");
    assert_ne!(second.str("refresh_token"), first.str("refresh_token"));
    assert_eq!(second.str("refresh_token").len(), 67, "24 shared and 43 own characters");
    assert_eq!(second.str("scope"), "openid offline_access");
    let after = claims(&second.str("id_token"));
    for claim in ["sub", "iss", "aud", "auth_time", "login_id"] {
        assert_eq!(after[claim], before[claim], "{claim}");
    }
    assert_eq!(after["iat"].as_i64().unwrap() - before["iat"].as_i64().unwrap(), 100);
    assert_eq!(server.userinfo(&second.str("access_token")).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_02_what_is_no_refresh_token_is_refused() {
    let server = Server::start().await;
    assert_eq!(refresh(&server, "", &[]).await.refusal(), (400, "invalid_request".into()));
    for garbage in ["x", "é", &"A".repeat(67), "..", &"B".repeat(24)] {
        assert_eq!(refresh(&server, garbage, &[]).await.refusal(), invalid_grant(), "{garbage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_03_a_replaced_token_ends_the_family() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let first = tokens(&server, &mut browser, "openid offline_access").await;
    let second = refresh(&server, &first.str("refresh_token"), &[]).await;
    server.clock.advance(11);
    assert_eq!(refresh(&server, &first.str("refresh_token"), &[]).await.refusal(), invalid_grant());
    assert_eq!(refresh(&server, &second.str("refresh_token"), &[]).await.refusal(), invalid_grant());
    assert_eq!(server.userinfo(&second.str("access_token")).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_05_an_answer_that_was_lost_is_given_once_more() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let first = tokens(&server, &mut browser, "openid offline_access").await;
    let lost = refresh(&server, &first.str("refresh_token"), &[]).await;
    server.clock.advance(9);
    let again = refresh(&server, &first.str("refresh_token"), &[]).await;
    assert_eq!(again.status, 200, "{again:?}");
    let third = refresh(&server, &first.str("refresh_token"), &[]).await;
    assert_eq!(third.refusal(), invalid_grant(), "only once");
    let next = refresh(&server, &again.str("refresh_token"), &[]).await;
    assert_eq!(next.status, 200, "the family lives");
    assert_eq!(refresh(&server, &lost.str("refresh_token"), &[]).await.refusal(), invalid_grant());
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_06_rt_07_strangers_and_clients_without_proof() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let token = tokens(&server, &mut browser, "openid offline_access").await.str("refresh_token");
    let stranger = [("grant_type", "refresh_token"), ("client_id", OTHER), ("refresh_token", token.as_str())];
    assert_eq!(server.token(&stranger).await.refusal(), invalid_grant());
    let unproven = [("grant_type", "refresh_token"), ("client_id", WEB), ("refresh_token", token.as_str())];
    assert_eq!(server.token(&unproven).await.refusal(), (401, "invalid_client".into()));
    let wrong = [unproven[0], unproven[1], unproven[2], ("client_secret", "wrong")];
    assert_eq!(server.token(&wrong).await.refusal(), (401, "invalid_client".into()));
    assert_eq!(refresh(&server, &token, &[]).await.status, 200, "its owner is not harmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_08_rt_09_scope_narrows_for_one_use_and_never_widens() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let mut token = tokens(&server, &mut browser, "openid profile offline_access").await.str("refresh_token");
    let wider = refresh(&server, &token, &[("scope", "openid email")]).await;
    assert_eq!(wider.refusal(), (400, "invalid_scope".into()));
    let narrow = refresh(&server, &token, &[("scope", "openid")]).await;
    assert_eq!(narrow.str("scope"), "openid", "{narrow:?}");
    token = narrow.str("refresh_token");
    assert_eq!(refresh(&server, &token, &[]).await.str("scope"), "openid profile offline_access");
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_11_rt_12_what_was_taken_away_is_asked_again() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let token = tokens(&server, &mut browser, "openid profile offline_access").await.str("refresh_token");
    switch(&server, false).await;
    assert_eq!(refresh(&server, &token, &[]).await.refusal(), invalid_grant(), "member switched off");
    switch(&server, true).await;
    change_client(&server, |client| client.status = ClientStatus::Off).await;
    assert_eq!(refresh(&server, &token, &[]).await.refusal(), (401, "invalid_client".into()));
    change_client(&server, |client| {
        client.status = ClientStatus::Active;
        client.settings.grant_types = Some(vec![anteroom_oauth::grant_type::GrantType::AuthorizationCode]);
    })
    .await;
    assert_eq!(refresh(&server, &token, &[]).await.refusal(), (400, "unauthorized_client".into()));
    change_client(&server, |client| {
        client.settings.grant_types = None;
        client.settings.default_scope = vec!["openid".into(), "offline_access".into()];
    })
    .await;
    let narrowed = refresh(&server, &token, &[]).await;
    assert_eq!(narrowed.str("scope"), "openid offline_access", "the client may not have profile any more");
    let token = narrowed.str("refresh_token");
    server
        .change(|cx| {
            let member = cx.tx.membership(Id::parse(ADA_MEMBERSHIP).unwrap())?.unwrap();
            logout::end_everything(cx, &member)
        })
        .await;
    assert_eq!(refresh(&server, &token, &[]).await.refusal(), invalid_grant(), "password changed");
}

async fn change_client(
    server: &Server,
    change: impl FnOnce(&mut anteroom_engine::model::Client) + Send + 'static,
) {
    server
        .change(|cx| {
            let mut client = (*cx.tx.client(Id::parse(WEB).unwrap())?.unwrap()).clone();
            change(&mut client);
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_gets_one_when_it_asks_for_offline_access() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let offline = but(request(SPA, LOOPBACK), "scope", Some("openid offline_access"));
    let code = browser.code(&server, &offline).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", SPA),
        ("code", code.as_str()),
        ("redirect_uri", LOOPBACK),
        ("code_verifier", crate::harness::VERIFIER),
    ];
    let token = server.token(&fields).await.str("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", token.as_str())];
    assert_eq!(server.token(&fields).await.status, 200);
}
