//! The hosted pages: who may use them, what they show, what they refuse.

use std::sync::Arc;

use crate::harness::{ADA, APP, Browser, CB, NAVIGATION, PASSWORD, Server, WEB, but, request};

async fn page(server: &Server, browser: &mut Browser) -> String {
    let began = browser.authorize(server, &request(WEB, CB)).await;
    began.location().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_41_the_page_is_plain_and_goes_where_it_says() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let target = page(&server, &mut browser).await;
    let shown = browser.get(&server, &target).await;
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("form-action 'self' https://c.test;"), "{policy}");
    assert_eq!(shown.header("x-frame-options"), Some("DENY"));
    assert_eq!(shown.header("access-control-allow-origin"), None);
    assert!(!shown.body.contains("<script"), "no script");
    assert!(shown.body.contains("Patient &#60;portal&#62;") || shown.body.contains("Patient &lt;portal&gt;"));
    assert!(shown.body.contains("c.test"), "the name stands beside the host it leads to");
    assert!(shown.body.contains("<label for=\"email\">") && shown.body.contains("<label for=\"password\">"));
}

/// Chromium holds redirects after a form against `form-action`: a browser gets a page in between, on which no code stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_leaves_a_form_by_a_page_that_leads_on() {
    let server = Server::start().await;
    let mut browser = Browser::sending(NAVIGATION);
    let target = page(&server, &mut browser).await;
    let signed_in = [("press", "sign_in"), ("email", ADA), ("password", PASSWORD)];
    let next = browser.press(&server, &target, &signed_in).await;
    assert_eq!((next.status, next.location()), (303, Some(target.as_str())), "to a page of ours");
    let left = browser.press(&server, &target, &[("press", "allow")]).await;
    assert_eq!((left.status, left.location()), (200, None), "{left:?}");
    let to = left.header("refresh").unwrap().strip_prefix("0; url=").unwrap().to_owned();
    let code = to.strip_prefix("https://c.test/cb?code=").unwrap().split('&').next().unwrap();
    assert!(code.len() == 43 && !left.body.contains(code) && left.body.contains("c.test"), "{}", left.body);
    assert_eq!(left.header("cache-control"), Some("no-store"));
    assert_eq!(left.header("referrer-policy"), Some("no-referrer"));
    let policy = left.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!left.body.contains("<form") && !left.body.contains("<script") && !left.body.contains("href="));
    // Cancelled, on the way to an app, and for whoever is no browser.
    for (parameters, headers, status) in [
        (request(WEB, CB), NAVIGATION, 200),
        (request(APP, "com.example.app:/cb"), NAVIGATION, 303),
        (request(WEB, CB), &[("sec-fetch-dest", "iframe")], 303),
        (request(WEB, CB), &[], 303),
    ] {
        let mut browser = Browser::sending(headers);
        let began = browser.authorize(&server, &parameters).await;
        let left = browser.press(&server, began.location().unwrap(), &[("press", "cancel")]).await;
        assert_eq!(left.status, status, "{headers:?}: {left:?}");
        assert_eq!(left.header("refresh").is_some(), status == 200, "{headers:?}");
        assert_eq!(left.location().is_some(), status == 303, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_german_and_spanish() {
    let server = Server::start().await;
    for (locales, word) in [("de-CH en", "Anmelden"), ("es", "Iniciar sesión"), ("se", "Sign in")] {
        let mut browser = Browser::default();
        let began = browser.authorize(&server, &but(request(WEB, CB), "ui_locales", Some(locales))).await;
        let shown = browser.get(&server, began.location().unwrap()).await;
        assert!(shown.body.contains(&format!(">{word}</button>")), "{locales}: {}", shown.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_26_a_login_hint_is_shown_escaped() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let hint = but(request(WEB, CB), "login_hint", Some("\"><script>alert(1)</script>"));
    let began = browser.authorize(&server, &hint).await;
    let shown = browser.get(&server, began.location().unwrap()).await;
    assert!(!shown.body.contains("<script>"), "{}", shown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_34_cancel_gives_access_denied_and_ends_the_page() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let target = page(&server, &mut browser).await;
    let left = browser.press(&server, &target, &[("press", "cancel")]).await;
    let parameters = left.parameters();
    assert_eq!(parameters["error"], "access_denied");
    assert_eq!((parameters["state"].as_str(), parameters["iss"].as_str()), ("st", server.base.as_str()));
    assert!(!parameters.contains_key("code"));
    assert_eq!(browser.get(&server, &target).await.status, 403, "it has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_38_only_the_browser_that_began_can_finish_and_only_with_our_form() {
    let server = Server::start().await;
    let mut victim = Browser::default();
    let target = page(&server, &mut victim).await;
    let mut attacker = Browser::default();
    let own = page(&server, &mut attacker).await;
    let token = attacker.get(&server, &own).await.field("form_token");
    let sign_in =
        |token| [("press", "sign_in"), ("email", ADA), ("password", PASSWORD), ("form_token", token)];
    assert_eq!(attacker.get(&server, &target).await.status, 403, "another browser's page");
    assert_eq!(attacker.post(&server, &target, &sign_in(&token)).await.status, 403);
    assert_eq!(Browser::default().post(&server, &target, &sign_in(&token)).await.status, 403, "no cookie");
    for wrong in [token.as_str(), "", "x"] {
        let reply = victim.post(&server, &target, &sign_in(wrong)).await;
        assert_eq!((reply.status, reply.location()), (403, None), "a form that was not made for this page");
    }
    let token = victim.get(&server, &target).await.field("form_token");
    let cross = server
        .post(target.strip_prefix(&server.base).unwrap(), &sign_in(&token))
        .header("cookie", format!("anteroom-browser={}", victim.cookies["anteroom-browser"]))
        .header("origin", "https://evil.test");
    assert_eq!(server.send(cross).await.status, 403, "another site's form");
    let went_on = victim.post(&server, &target, &sign_in(&token)).await;
    assert_eq!(went_on.status, 303, "the victim's flow is unaffected: {went_on:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_39_the_session_is_new_after_every_sign_in() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    browser.cookies.insert("anteroom-session".into(), "A".repeat(43));
    browser.code(&server, &request(WEB, CB)).await;
    let first = browser.cookies["anteroom-session"].clone();
    assert_ne!(first, "A".repeat(43));
    browser.code(&server, &but(request(WEB, CB), "prompt", Some("login"))).await;
    let second = browser.cookies["anteroom-session"].clone();
    assert_ne!(first, second);
    let mut stolen = browser.clone();
    stolen.cookies.insert("anteroom-session".into(), first);
    let page = stolen.authorize(&server, &but(request(WEB, CB), "prompt", Some("none"))).await;
    assert_eq!(page.error(), "login_required", "the old one is worth nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let began = browser.authorize(&server, &request(WEB, CB)).await;
    let line = began.header("set-cookie").unwrap();
    assert!(
        line.contains("; HttpOnly") && line.contains("; SameSite=Lax") && line.contains("; Path=/"),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_40_two_tabs_each_get_their_own_answer() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let first = browser.authorize(&server, &but(request(WEB, CB), "state", Some("one"))).await;
    let second = browser.authorize(&server, &but(request(WEB, CB), "state", Some("two"))).await;
    assert_ne!(first.location(), second.location());
    let second = browser.finish(&server, second).await;
    let first = browser.finish(&server, first).await;
    assert_eq!((first.parameters()["state"].as_str(), second.parameters()["state"].as_str()), ("one", "two"));
    assert_ne!(first.parameters()["code"], second.parameters()["code"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_give_one_code() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let target = page(&server, &mut browser).await;
    let fields = [("press", "sign_in"), ("email", ADA), ("password", PASSWORD)];
    assert_eq!(browser.press(&server, &target, &fields).await.status, 303);
    let token = browser.get(&server, &target).await.field("form_token");
    let allow = [("press", "allow"), ("form_token", token.as_str())];
    let first = browser.post(&server, &target, &allow).await;
    assert!(first.parameters().contains_key("code"));
    assert_eq!(browser.post(&server, &target, &allow).await.status, 403);
    let again = browser.authorize(&server, &request(WEB, CB)).await;
    assert!(again.location().unwrap().starts_with(&server.base), "not remembered, so asked again: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_cannot_be_given_before_signing_in() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let target = page(&server, &mut browser).await;
    let early = browser.press(&server, &target, &[("press", "allow")]).await;
    assert_eq!(early.location(), Some(target.as_str()), "back to the form: {early:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_14_every_wrong_sign_in_looks_the_same() {
    let server = Server::start().await;
    let mut bodies = Vec::new();
    for (email, password) in
        [("nobody@example.org", PASSWORD), (ADA, "wrong password"), ("gone@example.org", "wrong password")]
    {
        let mut browser = Browser::default();
        let target = page(&server, &mut browser).await;
        let fields = [("press", "sign_in"), ("email", email), ("password", password)];
        let reply = browser.press(&server, &target, &fields).await;
        assert_eq!(reply.status, 400, "{email}");
        assert!(!browser.cookies.contains_key("anteroom-session"));
        let token = reply.field("form_token");
        bodies.push(reply.body.replace(&token, "").replace(email, ""));
    }
    assert!(bodies[0].contains("E-mail address or password is not right."));
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0], bodies[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_switched_off_cannot_sign_in() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let target = page(&server, &mut browser).await;
    let fields = [("press", "sign_in"), ("email", "gone@example.org"), ("password", PASSWORD)];
    let reply = browser.press(&server, &target, &fields).await;
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("switched off"), "{}", reply.body);
    assert!(!browser.cookies.contains_key("anteroom-session"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_15_a_16_guesses_are_counted_before_they_are_compared_and_waiting_helps() {
    let server = Arc::new(Server::start().await);
    let mut browser = Browser::default();
    let target = page(&server, &mut browser).await;
    let token = browser.get(&server, &target).await.field("form_token");
    let mut guesses = tokio::task::JoinSet::new();
    for guess in 0..30 {
        let (server, mut browser, target, token) =
            (Arc::clone(&server), browser.clone(), target.clone(), token.clone());
        guesses.spawn(async move {
            let guess = format!("guess number {guess}");
            let fields = [("press", "sign_in"), ("email", ADA), ("password", &guess), ("form_token", &token)];
            browser.post(&server, &target, &fields).await.status
        });
    }
    let statuses = guesses.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 20, "{statuses:?}");
    let right =
        [("press", "sign_in"), ("email", ADA), ("password", PASSWORD), ("form_token", token.as_str())];
    let throttled = browser.post(&server, &target, &right).await;
    assert_eq!(throttled.status, 429);
    assert!(throttled.header("retry-after").is_some());
    server.clock.advance(301);
    assert_eq!(browser.post(&server, &target, &right).await.status, 303, "never for good");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_often_and_rightly_is_no_guessing() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    for _ in 0..12 {
        browser.code(&server, &but(request(WEB, CB), "prompt", Some("login"))).await;
    }
}
