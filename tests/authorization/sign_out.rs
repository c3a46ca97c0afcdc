//! Revocation, introspection and logout: RV, LO.

use crate::harness::{
    Browser, CB, NAVIGATION, OTHER, Page, SPA, Server, WEB, WEB_SECRET, but, encode, redeem, request,
};

async fn tokens(server: &Server, browser: &mut Browser, scope: &str) -> Page {
    let code = browser.code(server, &but(request(WEB, CB), "scope", Some(scope))).await;
    redeem(server, &code, &[]).await
}

async fn ask(server: &Server, path: &str, fields: &[(&str, &str)]) -> Page {
    let mut all = vec![("client_id", WEB), ("client_secret", WEB_SECRET)];
    all.extend_from_slice(fields);
    server.send(server.post(path, &all)).await
}

async fn refresh(server: &Server, token: &str) -> u16 {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    ask(server, "oauth2/token", &fields).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn rv_01_rv_02_rv_03_a_revoked_token_takes_its_login_along() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    for (kind, hint) in [("access_token", "refresh_token"), ("refresh_token", "junk")] {
        let tokens = tokens(&server, &mut browser, "openid offline_access").await;
        let fields =
            [("token", &*tokens.str(kind)), ("token_type_hint", hint)].map(|(a, b)| (a, b.to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for _ in 0..2 {
            let reply = ask(&server, "oauth2/revoke", &fields).await;
            assert_eq!((reply.status, reply.body.as_str()), (200, ""), "{kind}");
        }
        assert_eq!(server.userinfo(&tokens.str("access_token")).await, 401, "{kind}");
        assert_eq!(refresh(&server, &tokens.str("refresh_token")).await, 400, "{kind}");
    }
    assert_eq!(ask(&server, "oauth2/revoke", &[("token", "unknown")]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rv_04_rv_05_rv_06_revocation_is_for_the_owner() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let tokens = tokens(&server, &mut browser, "openid offline_access").await;
    let token = tokens.str("refresh_token");
    assert_eq!(ask(&server, "oauth2/revoke", &[]).await.refusal(), (400, "invalid_request".into()));
    let unproven = server.post("oauth2/revoke", &[("client_id", WEB), ("token", &token)]);
    assert_eq!(server.send(unproven).await.refusal(), (401, "invalid_client".into()));
    let stranger = server.post("oauth2/revoke", &[("client_id", OTHER), ("token", &token)]);
    assert_eq!(server.send(stranger).await.status, 200);
    assert_eq!(refresh(&server, &token).await, 200, "a stranger revokes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn rv_08_rv_09_rv_12_introspection_tells_the_state_of_this_moment() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let tokens = tokens(&server, &mut browser, "openid offline_access").await;
    let access_token = tokens.str("access_token");
    let live = ask(&server, "oauth2/introspect", &[("token", &access_token)]).await.json();
    assert_eq!(live["active"], true);
    assert_eq!((&live["client_id"], &live["iss"]), (&WEB.into(), &server.base.clone().into()));
    for member in ["scope", "sub", "aud", "exp", "iat", "token_type"] {
        assert!(live.get(member).is_some(), "{member}: {live}");
    }
    let refresh_token = tokens.str("refresh_token");
    assert_eq!(ask(&server, "oauth2/introspect", &[("token", &refresh_token)]).await.json()["active"], true);
    for dead in ["garbage", "a.b.c", &tokens.str("id_token")] {
        let body = ask(&server, "oauth2/introspect", &[("token", dead)]).await.body;
        assert_eq!(body, r#"{"active":false}"#, "{dead}");
    }
    ask(&server, "oauth2/revoke", &[("token", &refresh_token)]).await;
    for token in [&access_token, &refresh_token] {
        assert_eq!(ask(&server, "oauth2/introspect", &[("token", token)]).await.body, r#"{"active":false}"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rv_10_rv_11_introspection_needs_proof_and_tells_nothing_about_others() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let token = tokens(&server, &mut browser, "openid").await.str("access_token");
    let unproven = server.post("oauth2/introspect", &[("client_id", WEB), ("token", &token)]);
    assert_eq!(server.send(unproven).await.refusal(), (401, "invalid_client".into()));
    let public = server.post("oauth2/introspect", &[("client_id", SPA), ("token", &token)]);
    assert_eq!(server.send(public).await.refusal(), (401, "invalid_client".into()));
    let robot =
        [("client_id", crate::harness::ROBOT), ("client_secret", "robot-secret"), ("token", token.as_str())];
    let other = server.send(server.post("oauth2/introspect", &robot)).await;
    assert_eq!(other.body, r#"{"active":false}"#, "another client's, and no admin");
}

#[tokio::test(flavor = "multi_thread")]
async fn medplums_logout_ends_the_login_and_the_browser_session() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let token = tokens(&server, &mut browser, "openid").await.str("access_token");
    let logout = || server.send(server.post("oauth2/logout", &[]).bearer_auth(&token));
    let first = logout().await;
    assert_eq!((first.status, first.json()["id"].as_str()), (200, Some("ok")), "{first:?}");
    assert_eq!(logout().await.status, 401);
    assert_eq!(server.userinfo(&token).await, 401);
    let silent = browser.authorize(&server, &but(request(WEB, CB), "prompt", Some("none"))).await;
    assert_eq!(silent.error(), "login_required", "the next person is not signed in as this one");
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_01_lo_08_lo_10_rt_13_a_client_signs_its_person_out() {
    let server = Server::start().await;
    for (post, state) in [(false, Some("s&t")), (true, None)] {
        let mut browser = Browser::default();
        let online = tokens(&server, &mut browser, "openid").await;
        let offline = tokens(&server, &mut browser, "openid offline_access").await;
        let hint = online.str("id_token");
        let mut fields =
            vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://c.test/bye")];
        fields.extend(state.map(|state| ("state", state)));
        let left = if post {
            browser.post(&server, "oauth2/logout", &fields).await
        } else {
            browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&fields))).await
        };
        assert_eq!(left.status, 303, "{left:?}");
        let expected = state.map_or("https://c.test/bye".to_owned(), |state| {
            format!("https://c.test/bye?state={}", encode(state))
        });
        assert_eq!(left.location(), Some(expected.as_str()));
        assert!(!browser.cookies.contains_key("anteroom-session"));
        let silent = browser.authorize(&server, &but(request(WEB, CB), "prompt", Some("none"))).await;
        assert_eq!(silent.error(), "login_required");
        assert_eq!(server.userinfo(&online.str("access_token")).await, 401);
        assert_eq!(refresh(&server, &offline.str("refresh_token")).await, 200, "offline_access outlives it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_02_lo_03_lo_06_lo_07_nobody_is_sent_where_nobody_registered() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let hint = tokens(&server, &mut browser, "openid").await.str("id_token");
    for uri in ["https://evil.test/", "https://c.test/bye?x", "https://c.test/BYE", "https://c.test/bye/"] {
        let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", uri)];
        let reply = browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&fields))).await;
        assert_eq!((reply.status, reply.location()), (200, None), "{uri}");
        browser.code(&server, &request(WEB, CB)).await;
    }
    let forged =
        [("id_token_hint", "eyJhbGciOiJub25lIn0.e30."), ("post_logout_redirect_uri", "https://c.test/bye")];
    let reply = browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&forged))).await;
    assert_eq!((reply.status, reply.location()), (200, None));
    assert!(browser.cookies.contains_key("anteroom-session"), "a forged hint asks, and ends nothing");
    let differ = [("id_token_hint", hint.as_str()), ("client_id", SPA)];
    let reply = browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&differ))).await;
    assert_eq!((reply.status, reply.location()), (400, None));
    let nobody = Browser::default().get(&server, "oauth2/logout?state=x").await;
    assert_eq!((nobody.status, nobody.location()), (200, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_05_lo_09_without_a_hint_the_person_is_asked() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    browser.code(&server, &request(WEB, CB)).await;
    let asked = browser.get(&server, "oauth2/logout").await;
    assert_eq!(asked.status, 200);
    let token = asked.field("form_token");
    let forged = browser.post(&server, "oauth2/logout", &[("form_token", "x")]).await;
    assert_eq!(forged.status, 403);
    let silent = but(request(WEB, CB), "prompt", Some("none"));
    assert!(browser.authorize(&server, &silent).await.parameters().contains_key("code"), "still signed in");
    let pressed = browser.post(&server, "oauth2/logout", &[("form_token", &token)]).await;
    assert_eq!(pressed.status, 200);
    assert_eq!(browser.authorize(&server, &silent).await.error(), "login_required");
}

/// The form leads to this server and to an address that the client registered; what was sent otherwise stands nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn the_form_that_signs_out_leads_where_the_client_registered_only() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    browser.code(&server, &request(WEB, CB)).await;
    for (uri, client, action) in [
        ("https://evil.test/*", Some(WEB), "form-action 'self';"),
        ("javascript:alert(1)", Some(WEB), "form-action 'self';"),
        ("https://c.test/bye", None, "form-action 'self';"),
        ("https://c.test/bye", Some(SPA), "form-action 'self';"),
        ("https://c.test/bye", Some(WEB), "form-action 'self' https://c.test;"),
    ] {
        let mut fields = vec![("post_logout_redirect_uri", uri)];
        fields.extend(client.map(|client| ("client_id", client)));
        let asked = browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&fields))).await;
        assert_eq!(asked.status, 200, "{uri}");
        let policy = asked.header("content-security-policy").unwrap();
        assert!(policy.contains(action), "{uri} of {client:?}: {policy}");
    }
    let fields = [("post_logout_redirect_uri", "https://c.test/bye"), ("client_id", WEB), ("state", "s")];
    let asked = browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&fields))).await;
    let token = asked.field("form_token");
    let press = [fields.as_slice(), &[("form_token", token.as_str())]].concat();
    browser.headers = NAVIGATION;
    let left = browser.post(&server, "oauth2/logout", &press).await;
    assert_eq!((left.status, left.header("refresh")), (200, Some("0; url=https://c.test/bye?state=s")));
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_04_an_id_token_that_has_ended_is_still_a_hint() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let hint = tokens(&server, &mut browser, "openid").await.str("id_token");
    server.clock.advance(2 * 3_600);
    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://c.test/bye")];
    let left = browser.get(&server, &format!("oauth2/logout?{}", crate::harness::query(&fields))).await;
    assert_eq!((left.status, left.location()), (303, Some("https://c.test/bye")), "{left:?}");
    let silent = browser.authorize(&server, &but(request(WEB, CB), "prompt", Some("none"))).await;
    assert_eq!(silent.error(), "login_required");
}
