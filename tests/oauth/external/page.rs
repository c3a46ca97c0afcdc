//! The sign-in page that offers the provider.

use anteroom_testkit::builders::{LEGACY, PAT, SPA};
use anteroom_testkit::client::encode;
use anteroom_testkit::provider::{Knobs, Person};
use anteroom_testkit::server::TestServer;
use serde_json::json;

use super::{CALLBACK, Turn, at_provider, come_back, location, parameter, pat, state_of, usual};
use crate::steps::{CHALLENGE, FAILED, VERIFIER, said};

/// A browser on the sign-in page of a client: its cookie, the page, and where its link leads.
async fn sign_in_page(server: &TestServer, client: &str, more: &str) -> (String, String, String, String) {
    let query = format!(
        "/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={}&scope=openid&state=apps-state\
         &code_challenge={CHALLENGE}&code_challenge_method=S256{more}",
        encode(CALLBACK)
    );
    let reply = server.get(&query).send().await;
    let cookie = reply.header("set-cookie").expect("a cookie").split(';').next().unwrap().to_owned();
    let page = location(&reply).strip_prefix(&server.base()).unwrap().to_owned();
    let shown = server.get(&format!("/{page}")).header("Cookie", &cookie).send().await;
    let text = shown.text().to_owned();
    let link =
        text.split("<a class=\"button\" href=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap());
    let link = link.replace("&amp;", "&").replace("&#38;", "&");
    (cookie, page, text, link)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_offers_the_clients_provider() {
    let (provider, server) = usual().await;
    for client in [LEGACY, SPA] {
        let (cookie, page, text, link) = sign_in_page(&server, client, "&prompt=login&login_hint=pat").await;
        assert!(text.contains("Sign in at 127.0.0.1"), "{text}");
        assert_eq!(parameter(&link, "prompt").as_deref(), Some("login"), "asked for by the client");
        assert_eq!(parameter(&link, "login_hint").as_deref(), Some("pat"));
        assert_eq!(parameter(&link, "code_challenge_method").as_deref(), Some("S256"));
        let back = at_provider(&link).await;
        let other = come_back(&server, &back, None).await;
        assert_eq!(
            (other.status, other.header("content-type")),
            (403, Some("text/html; charset=utf-8")),
            "no cookie"
        );
        let reply = come_back(&server, &back, Some(&cookie)).await;
        assert_eq!(
            location(&reply),
            format!("{}{page}", server.base()),
            "the page asks whether the client may"
        );
        let session = reply.header("set-cookie").expect("a session").split(';').next().unwrap().to_owned();
        let again = come_back(&server, &back, Some(&cookie)).await;
        assert_eq!(again.status, 403, "somebody has signed in already");
        let cookies = format!("{cookie}; {session}");
        let asks = server.get(&format!("/{page}")).header("Cookie", &cookies).send().await;
        assert!(asks.text().contains("Pat Maria Doe") || asks.text().contains("Pat"), "{}", asks.text());
        let token =
            asks.text().split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let pressed = server
            .post(&format!("/{page}"))
            .header("Cookie", &cookies)
            .header("Origin", server.base().trim_end_matches('/'))
            .form(&[("form_token", token), ("press", "allow")])
            .send()
            .await;
        let to = location(&pressed);
        assert!(to.starts_with(&format!("{CALLBACK}?code=")), "{pressed:?}");
        assert_eq!(parameter(&to, "state").as_deref(), Some("apps-state"));
        let code = parameter(&to, "code").unwrap();
        let tokens = server
            .post("/oauth2/token")
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("client_id", client),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ])
            .send()
            .await;
        assert_eq!(tokens.json()["profile"]["reference"], format!("Patient/{PAT}"), "{tokens:?}");
    }
    let asked = provider.last_token_request();
    assert!(asked.form.contains("code_verifier="), "PKCE, whether the provider asks for it or not");
    let (_, _, text, link) = sign_in_page(&server, LEGACY, "").await;
    assert!(parameter(&link, "prompt").is_none() && !text.contains("javascript:"), "{link}");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn the_page_says_what_went_wrong_at_the_provider() {
    let (provider, server) = usual().await;
    let rows: [(&str, Turn, &str); 5] = [
        ("no", |knobs| knobs.deny = true, "refused or stopped"),
        ("nobody", |knobs| knobs.person = Person::new("x", "x@example.org"), "Nobody here has this account"),
        ("another nonce", |knobs| knobs.id_token_claims = json!({ "nonce": "planted" }), "did not work"),
        ("no nonce", |knobs| knobs.id_token_claims = json!({ "nonce": null }), "did not work"),
        (
            "blocked",
            |knobs| knobs.person = Person::new("idp-far", "far@example.org"),
            "Nobody here has this account",
        ),
    ];
    for (title, turn, text) in rows {
        provider.turn(|knobs| {
            *knobs = Knobs { person: pat(), ..Default::default() };
            turn(knobs);
        });
        let (cookie, _, _, link) = sign_in_page(&server, LEGACY, "").await;
        let back = at_provider(&link).await;
        let reply = come_back(&server, &back, Some(&cookie)).await;
        assert!(reply.status == 400 && reply.text().contains(text), "{title}: {}", reply.text());
        assert!(reply.text().contains("name=\"password\""), "{title}: the page goes on");
    }
    provider.turn(|knobs| *knobs = Knobs { person: pat(), ..Default::default() });
    let (cookie, _, _, link) = sign_in_page(&server, LEGACY, "").await;
    let (other, _, _, _) = sign_in_page(&server, LEGACY, "").await;
    let back = at_provider(&link).await;
    assert_eq!(come_back(&server, &back, Some(&other)).await.status, 403, "another browser's state");
    let state = parameter(&back, "state").unwrap();
    let forged = back.replace(&encode(&state), &encode(&format!("{}x", &state[..state.len() - 1])));
    assert_eq!(come_back(&server, &forged, Some(&cookie)).await.status, 403, "a state nobody made");
    assert_eq!(come_back(&server, &back, Some(&cookie)).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn sign_ins_that_fail_are_counted() {
    let (provider, server) = usual().await;
    let state = encode(&state_of(LEGACY).to_string());
    let ask = async || server.get(&format!("/auth/external?code=invented&state={state}")).send().await;
    for _ in 0..30 {
        assert_eq!(said(&ask().await), (400, FAILED.into()));
    }
    let refused = ask().await;
    assert_eq!(said(&refused), (429, "Too Many Requests".into()));
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    assert_eq!(provider.calls("token"), 30, "the provider is left alone");
    server.clock.advance(61);
    assert_eq!(ask().await.status, 400);
}
