//! The authorization code grant: AC, and the id token it gives: JT.

use anteroom_engine::id::Id;
use anteroom_engine::model::Membership;
use anteroom_engine::service::people;

use crate::harness::{
    ADA_MEMBERSHIP, Browser, CB, LEGACY, LEGACY_SECRET, LOOPBACK, OTHER, SEED, SPA, Server, VERIFIER, WEB,
    WEB_SECRET, but, claims, redeem, request,
};

const BAD_GRANT: (u16, &str) = (400, "invalid_grant");
const BAD_REQUEST: (u16, &str) = (400, "invalid_request");

fn is((status, error): (u16, &str)) -> (u16, String) {
    (status, error.to_owned())
}

/// A code of WEB, by a browser that has agreed before.
async fn code(server: &Server, browser: &mut Browser) -> String {
    browser.code(server, &request(WEB, CB)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_01_ar_11_jt_01_a_code_gives_tokens_of_the_person() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let with_nonce = but(request(WEB, CB), "nonce", Some("n-0S6_WzA2Mj é"));
    let code = browser.code(&server, &with_nonce).await;
    server.clock.advance(60);
    let tokens = redeem(&server, &code, &[]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(tokens.header("cache-control"), Some("no-store"), "HT-01");
    assert_eq!(tokens.str("token_type"), "Bearer");
    assert!(tokens.json().get("refresh_token").is_none(), "nobody asked for one");
    let id_token = claims(&tokens.str("id_token"));
    assert_eq!(id_token["iss"], server.base);
    assert_eq!(id_token["aud"], WEB);
    assert_eq!(id_token["nonce"], "n-0S6_WzA2Mj é");
    assert_eq!(id_token["auth_time"], 1_800_000_000, "when the person signed in");
    assert_eq!(id_token["iat"], 1_800_000_060);
    assert!(id_token.get("email").is_none(), "JT-04");
    let userinfo = server.send(server.get("oauth2/userinfo").bearer_auth(tokens.str("access_token"))).await;
    assert_eq!(userinfo.json()["sub"], id_token["sub"], "UI-01");

    let code = self::code(&server, &mut browser).await;
    let id_token = claims(&redeem(&server, &code, &[]).await.str("id_token"));
    assert!(id_token.get("nonce").is_none(), "AR-11");
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_02_ac_03_ac_15_what_is_no_code_is_refused() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    assert_eq!(redeem(&server, "", &[]).await.refusal(), is(BAD_REQUEST));
    assert_eq!(redeem(&server, "never-issued", &[]).await.refusal(), is(BAD_GRANT));
    let offline = but(request(WEB, CB), "scope", Some("openid offline_access"));
    let code = browser.code(&server, &offline).await;
    let refresh_token = redeem(&server, &code, &[]).await.str("refresh_token");
    assert_eq!(redeem(&server, &refresh_token, &[]).await.refusal(), is(BAD_GRANT));
    let code = self::code(&server, &mut browser).await;
    let pre_authorized = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:pre-authorized_code"),
        ("client_id", WEB),
        ("pre-authorized_code", &code),
    ];
    assert_eq!(server.token(&pre_authorized).await.refusal(), is(BAD_GRANT), "PA-19");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", WEB),
        ("client_secret", WEB_SECRET),
        ("refresh_token", &code),
    ];
    assert_eq!(server.token(&refresh).await.refusal(), is(BAD_GRANT));
    assert_eq!(redeem(&server, &code, &[]).await.status, 200, "nothing of this spent it");
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_04_a_code_lives_five_minutes() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    server.clock.advance(299);
    assert_eq!(redeem(&server, &code, &[]).await.status, 200);
    let code = self::code(&server, &mut browser).await;
    server.clock.advance(300);
    assert_eq!(redeem(&server, &code, &[]).await.refusal(), is(BAD_GRANT));
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_05_ac_06_a_second_use_is_refused_and_ends_what_the_first_gave() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = browser.code(&server, &but(request(WEB, CB), "scope", Some("openid offline_access"))).await;
    let tokens = redeem(&server, &code, &[]).await;
    assert_eq!(server.userinfo(&tokens.str("access_token")).await, 200);
    assert_eq!(redeem(&server, &code, &[]).await.refusal(), is(BAD_GRANT));
    assert_eq!(server.userinfo(&tokens.str("access_token")).await, 401);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", WEB),
        ("client_secret", WEB_SECRET),
        ("refresh_token", &tokens.str("refresh_token")),
    ];
    assert_eq!(server.token(&refresh).await.refusal(), is(BAD_GRANT));
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_08_another_client_neither_gets_nor_spends_it() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", OTHER),
        ("code", &code),
        ("redirect_uri", CB),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(server.token(&fields).await.refusal(), is(BAD_GRANT));
    assert_eq!(redeem(&server, &code, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_09_the_redirect_uri_is_compared_whenever_it_is_sent() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    let other = redeem(&server, &code, &[("redirect_uri", "https://c.test/q?x=1")]).await;
    assert_eq!(other.refusal(), is(BAD_GRANT));
    let absent = redeem(&server, &code, &[("redirect_uri", "")]).await;
    assert_eq!(absent.status, 200, "a verifier ties the code to the client: {absent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_11_the_seeds_own_call_works_for_the_client_that_is_marked_so() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let bare = [("response_type", "code"), ("client_id", SEED), ("redirect_uri", "https://seed.test/cb")];
    let code = browser.code(&server, &bare).await;
    let fields = [("grant_type", "authorization_code"), ("client_id", SEED), ("code", code.as_str())];
    assert_eq!(server.token(&fields).await.status, 200);
    // AC-11: a verifier where there was no challenge is a downgrade
    let code = browser.code(&server, &bare).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", SEED),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(server.token(&fields).await.refusal(), is(BAD_GRANT));
    // and where there was one, the verifier is checked, optional or not
    let code = browser.code(&server, &request(SEED, "https://seed.test/cb")).await;
    let without = [("grant_type", "authorization_code"), ("client_id", SEED), ("code", code.as_str())];
    assert_ne!(server.token(&without).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_10_ac_12_to_ac_14_verifiers() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    let missing = redeem(&server, &code, &[("code_verifier", "")]).await;
    assert_eq!(missing.refusal(), is(BAD_GRANT));
    for wrong in [VERIFIER.to_lowercase(), "a".repeat(42)] {
        let reply = redeem(&server, &code, &[("code_verifier", &wrong)]).await;
        assert_eq!(reply.refusal(), is(BAD_GRANT), "{wrong}");
    }
    assert_eq!(redeem(&server, &code, &[]).await.status, 200, "two wrong ones do not spend it");
    let code = self::code(&server, &mut browser).await;
    for wrong in ["b".repeat(129), "ü".repeat(43), "c".repeat(43)] {
        assert_eq!(redeem(&server, &code, &[("code_verifier", &wrong)]).await.refusal(), is(BAD_GRANT));
    }
    assert_eq!(redeem(&server, &code, &[]).await.refusal(), is(BAD_GRANT), "the third ends it");
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_16_more_scope_at_the_token_endpoint_gives_no_more() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    let tokens = redeem(&server, &code, &[("scope", "openid email offline_access")]).await;
    assert_eq!(tokens.str("scope"), "openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_17_a_member_who_was_switched_off_gets_nothing() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    switch(&server, false).await;
    assert_eq!(redeem(&server, &code, &[]).await.refusal(), is(BAD_GRANT));
    let page = browser.authorize(&server, &but(request(WEB, CB), "prompt", Some("none"))).await;
    assert_eq!(page.error(), "login_required", "and the session counts no more");
}

pub(crate) async fn switch(server: &Server, active: bool) {
    server
        .change(move |cx| {
            let before = cx.tx.membership(Id::parse(ADA_MEMBERSHIP).unwrap())?.unwrap();
            let after = Membership { active, ..(*before).clone() };
            people::update(cx, &before, &after)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ac_18_the_clients_new_settings_apply() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = self::code(&server, &mut browser).await;
    server
        .change(|cx| {
            let mut client = (*cx.tx.client(Id::parse(WEB).unwrap())?.unwrap()).clone();
            client.settings.redirect_uris.retain(|uri| uri != CB);
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    assert_eq!(redeem(&server, &code, &[]).await.refusal(), is(BAD_GRANT));
}

#[tokio::test(flavor = "multi_thread")]
async fn na_10_every_kind_of_client_proves_what_it_must() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let fields = |client, code, uri| {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", uri),
            ("code_verifier", VERIFIER),
        ]
    };
    let code = self::code(&server, &mut browser).await;
    assert_eq!(
        server.token(&fields(WEB, &code, CB)).await.refusal(),
        is((401, "invalid_client")),
        "no secret"
    );
    let wrong = but(fields(WEB, &code, CB), "client_secret", Some("wrong"));
    assert_eq!(server.token(&wrong).await.refusal(), is((401, "invalid_client")));

    let code = browser.code(&server, &request(SPA, LOOPBACK)).await;
    let secret = but(fields(SPA, &code, LOOPBACK), "client_secret", Some("anything"));
    assert_eq!(
        server.token(&secret).await.refusal(),
        is((401, "invalid_client")),
        "a public client has none"
    );
    assert_eq!(server.token(&fields(SPA, &code, LOOPBACK)).await.status, 200);

    let uri = "https://legacy.test/cb";
    let code = browser.code(&server, &request(LEGACY, uri)).await;
    let wrong = but(fields(LEGACY, &code, uri), "client_secret", Some("wrong"));
    assert_eq!(
        server.token(&wrong).await.refusal(),
        is((401, "invalid_client")),
        "checked whenever it is sent"
    );
    let nameless = but(fields(LEGACY, &code, uri), "client_id", None);
    assert_eq!(server.token(&nameless).await.status, 200, "Medplum's SDK may leave client_id out");
    let code = browser.code(&server, &request(LEGACY, uri)).await;
    let right = but(fields(LEGACY, &code, uri), "client_secret", Some(LEGACY_SECRET));
    assert_eq!(server.token(&right).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn medplums_dialect_has_medplums_words() {
    let server = Server::in_dialect("medplum").await;
    let mut browser = Browser::default();
    let said = |page: crate::harness::Page| {
        let body = page.json();
        (page.status, body["error"].clone(), body["error_description"].clone())
    };
    let words = |error: &str, text: &str| (400, serde_json::json!(error), serde_json::json!(text));
    assert_eq!(said(redeem(&server, "", &[]).await), words("invalid_request", "Missing code"));
    assert_eq!(said(redeem(&server, "x", &[]).await), words("invalid_request", "Invalid code"));
    let code = self::code(&server, &mut browser).await;
    let missing = redeem(&server, &code, &[("code_verifier", "")]).await;
    assert_eq!(said(missing), words("invalid_request", "Missing code verifier"));
    let wrong = redeem(&server, &code, &[("code_verifier", &"x".repeat(43))]).await;
    assert_eq!(said(wrong), words("invalid_request", "Invalid code verifier"));
    redeem(&server, &code, &[]).await;
    assert_eq!(said(redeem(&server, &code, &[]).await), words("invalid_grant", "Token already granted"));
}
