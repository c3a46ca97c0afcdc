//! The sample provider as a program runs it: for clients it knows, with its page, on this machine.

use std::sync::Arc;

use anteroom_engine::clock::{Clock, ManualClock, SystemClock};
use anteroom_engine::timestamp::Timestamp;
use anteroom_sample_provider::{Clients, Knobs, OpenError, Options, PUBLIC_CLIENT, Person, Provider};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

const CALLBACK: &str = "http://127.0.0.1:8103/login/callback";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its S256 challenge.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn open() -> Provider {
    open_at(Arc::new(SystemClock)).await
}

async fn open_at(clock: Arc<dyn Clock>) -> Provider {
    let options = Options {
        address: ([127, 0, 0, 1], 0).into(),
        clock,
        knobs: Knobs { page: true, claims: json!({ "email_verified": false }), ..Knobs::default() },
        clients: Clients::Registered { redirect_uris: vec![CALLBACK.to_owned()] },
    };
    Provider::open(options).await.unwrap()
}

fn http() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    location: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn text(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    /// A parameter of the address the browser is sent to.
    fn back(&self, name: &str) -> Option<String> {
        let url = reqwest::Url::parse(&self.location).ok()?;
        url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }
}

async fn send(request: RequestBuilder) -> Answer {
    let reply = request.send().await.unwrap();
    let location = reply.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
    Answer { status: reply.status().as_u16(), location, body: reply.text().await.unwrap() }
}

/// The parameters of a good authorization request; `more` replaces or adds, and an empty value takes out.
fn asking<'a>(client: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email offline_access"),
        ("state", "s t"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    all.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    all.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    all
}

/// Presses a button on the page.
async fn press(provider: &Provider, query: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
    send(http().post(provider.url("authorize")).query(query).form(form)).await
}

async fn redeem(provider: &Provider, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    form.extend(more);
    send(http().post(provider.url("token")).form(&form)).await
}

/// Registers a client as whoever is on this machine can.
async fn registered(provider: &Provider) -> (String, String) {
    let metadata = json!({ "client_name": "Mine", "redirect_uris": [CALLBACK] });
    let made = send(http().post(provider.url("register")).json(&metadata)).await;
    assert_eq!(made.status, 201, "{made:?}");
    (made.text("client_id"), made.text("client_secret"))
}

#[tokio::test]
async fn it_listens_on_this_machine_only_and_for_its_own_name_only() {
    let options = Options {
        address: ([0, 0, 0, 0], 0).into(),
        clock: Arc::new(SystemClock),
        knobs: Knobs::default(),
        clients: Clients::Everybody,
    };
    assert!(matches!(Provider::open(options).await, Err(OpenError::NotLoopback(_))));
    let provider = open().await;
    for (host, status) in [
        (provider.host(), 200),
        (format!("localhost:{}", provider.address().port()), 200),
        ("rebound.example".to_owned(), 421),
        (format!("rebound.example:{}", provider.address().port()), 421),
    ] {
        let reply = send(http().get(provider.url("jwks.json")).header("host", &host)).await;
        assert_eq!(reply.status, status, "{host}");
    }
}

#[tokio::test]
async fn the_page_says_what_it_is_in_three_languages_and_escapes_what_comes_from_elsewhere() {
    let provider = open().await;
    let client = provider.register("<b>Evil & Sons</b>", vec![CALLBACK.to_owned()]).unwrap();
    let query = asking(&client.client_id, &[("scope", "openid <script>alert(1)</script>")]);
    for (language, words) in [
        ("en", "This is not a real provider"),
        ("de-AT,de;q=0.9", "Dies ist kein echter Anbieter"),
        ("es", "Esto no es un proveedor real"),
        ("fr", "This is not a real provider"),
    ] {
        let request = http().get(provider.url("authorize")).query(&query).header("accept-language", language);
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 200);
        let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        // a browser sends `Origin: null` with a form of a page without referrer, which is refused
        assert_eq!(reply.headers()["referrer-policy"], "same-origin");
        let page = reply.text().await.unwrap();
        assert!(page.contains(words), "{page}");
        assert!(!page.contains("<script") && !page.contains("<b>Evil"), "{page}");
        assert!(page.contains("127.0.0.1:8103"), "where it goes: {page}");
    }
}

#[tokio::test]
async fn a_client_that_registered_gets_the_tokens_of_whoever_is_typed() {
    let provider = open().await;
    let (id, secret) = registered(&provider).await;
    let form = [("press", "allow"), ("email", "sam@sample.example")];
    let back = press(&provider, &asking(&id, &[]), &form).await;
    assert_eq!((back.status, back.back("state").as_deref()), (302, Some("s t")), "{back:?}");
    let code = back.back("code").unwrap();
    let proof = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
    let tokens = redeem(&provider, &code, &proof).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(redeem(&provider, &code, &proof).await.text("error"), "invalid_grant", "a code works once");
    let me = send(http().get(provider.url("userinfo")).bearer_auth(tokens.text("access_token"))).await;
    assert_eq!(me.json()["email"], "sam@sample.example");
    assert_eq!(me.json()["email_verified"], false, "it vouches for nobody");
    let renew = [("grant_type", "refresh_token"), ("refresh_token", &tokens.text("refresh_token"))];
    let as_client = |id: &str, secret: &str| {
        let request = http().post(provider.url("token")).form(&renew);
        send(request.basic_auth(id, Some(secret)))
    };
    assert_eq!(as_client(&id, &secret).await.status, 200, "with the header, too");
    let (other, other_secret) = registered(&provider).await;
    assert_eq!(as_client(&other, &other_secret).await.text("error"), "invalid_grant", "another client's");
    assert_eq!(as_client(&id, &other_secret).await.status, 401);
}

#[tokio::test]
async fn whoever_is_not_known_gets_nothing_and_the_browser_is_sent_nowhere_else() {
    let provider = open().await;
    let (id, secret) = registered(&provider).await;
    for (client, more) in [
        ("nobody", &[][..]),
        (id.as_str(), &[("redirect_uri", "https://elsewhere.example/")]),
        (id.as_str(), &[("redirect_uri", "")]),
        (PUBLIC_CLIENT, &[("redirect_uri", "http://127.0.0.1:8103/auth/external")]),
    ] {
        let query = asking(client, more);
        let asked = send(http().get(provider.url("authorize")).query(&query)).await;
        assert_eq!((asked.status, asked.location.as_str()), (400, ""), "{client} {more:?}");
        let pressed = press(&provider, &query, &[("press", "allow"), ("email", "a@b.example")]).await;
        assert_eq!((pressed.status, pressed.location.as_str()), (400, ""), "{client} {more:?}");
    }
    for (client, more, error) in [
        (id.as_str(), ("response_type", "token"), "unsupported_response_type"),
        (id.as_str(), ("code_challenge_method", "plain"), "invalid_request"),
        (PUBLIC_CLIENT, ("code_challenge", ""), "invalid_request"),
    ] {
        let asked = send(http().get(provider.url("authorize")).query(&asking(client, &[more]))).await;
        assert_eq!(asked.back("error").as_deref(), Some(error), "{client} {more:?}");
    }
    let cancelled = press(&provider, &asking(&id, &[]), &[("press", "cancel")]).await;
    assert_eq!(cancelled.back("error").as_deref(), Some("access_denied"));
    let foreign = http().post(provider.url("authorize")).query(&asking(&id, &[]));
    let foreign = foreign.header("origin", "https://elsewhere.example").form(&[("press", "allow")]);
    assert_eq!(send(foreign).await.status, 400, "a form of another page");
    let allow = [("press", "allow"), ("email", "a@b.example")];
    for (proof, status) in [
        (vec![("client_id", id.as_str()), ("client_secret", "guessed")], 401),
        (vec![("client_id", id.as_str())], 401),
        (vec![("client_id", PUBLIC_CLIENT), ("client_secret", secret.as_str())], 401),
        (vec![("client_id", PUBLIC_CLIENT)], 400),
        (
            vec![("client_id", id.as_str()), ("client_secret", secret.as_str()), ("code_verifier", "wrong")],
            400,
        ),
    ] {
        let code = press(&provider, &asking(&id, &[]), &allow).await.back("code").unwrap();
        assert_eq!(redeem(&provider, &code, &proof).await.status, status, "{proof:?}");
    }
    let code = press(&provider, &asking(PUBLIC_CLIENT, &[]), &allow).await.back("code").unwrap();
    assert_eq!(redeem(&provider, &code, &[("client_id", PUBLIC_CLIENT)]).await.status, 200);
}

#[tokio::test]
async fn what_goes_wrong_with_one_grant_goes_wrong_with_no_other() {
    let provider = open().await;
    let allow = [("press", "allow"), ("email", "a@b.example")];
    let public = [("client_id", PUBLIC_CLIENT)];
    let grant = async |wrong: &[(&str, &str)]| {
        let page = send(http().get(provider.url("authorize")).query(&asking(PUBLIC_CLIENT, wrong))).await;
        for (name, value) in wrong {
            let field = format!("name=\"{name}\" value=\"{value}\"");
            assert!(page.body.contains(&field), "{field}: {page:?}");
        }
        let form = [&allow[..], wrong].concat();
        let back = press(&provider, &asking(PUBLIC_CLIENT, &[]), &form).await;
        redeem(&provider, &back.back("code").unwrap(), &public).await
    };
    let renew = async |tokens: &Answer| {
        let form =
            [("grant_type", "refresh_token"), ("refresh_token", &tokens.text("refresh_token")), public[0]];
        send(http().post(provider.url("token")).form(&form)).await
    };
    let me = async |tokens: &Answer| {
        send(http().get(provider.url("userinfo")).bearer_auth(tokens.text("access_token"))).await.status
    };
    let plain = grant(&[]).await;
    let refused = grant(&[("sample_refuse_refresh", "true"), ("sample_expires_in", "7")]).await;
    let without = grant(&[("sample_no_refresh_token", "true")]).await;
    let ended = grant(&[("sample_ended_tokens", "true")]).await;
    assert_eq!(refused.json()["expires_in"], 7);
    assert_eq!(renew(&refused).await.text("error"), "invalid_grant");
    assert!(without.json().get("refresh_token").is_none(), "{without:?}");
    assert_eq!((ended.json()["expires_in"].as_u64(), me(&ended).await), (Some(3_600), 401));
    assert_eq!((me(&plain).await, renew(&plain).await.status), (200, 200), "the others are as they were");
}

#[tokio::test]
async fn what_nobody_may_register_is_refused_and_a_page_of_elsewhere_cannot_register() {
    let provider = open().await;
    for (metadata, error) in [
        (json!({ "redirect_uris": [] }), "invalid_client_metadata"),
        (json!({}), "invalid_client_metadata"),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" }),
            "invalid_client_metadata",
        ),
        (json!({ "redirect_uris": [CALLBACK], "client_name": "x".repeat(101) }), "invalid_client_metadata"),
    ] {
        let made = send(http().post(provider.url("register")).json(&metadata)).await;
        assert_eq!((made.status, made.text("error").as_str()), (400, error), "{metadata}");
    }
    let simple = http().post(provider.url("register")).header("content-type", "text/plain");
    let made = send(simple.body(json!({ "redirect_uris": [CALLBACK] }).to_string())).await;
    assert_eq!(made.status, 400, "what a page of elsewhere can send");
}

#[tokio::test]
async fn two_starts_share_no_secret() {
    let (one, other) = (open().await, open().await);
    let [first, second] =
        [&one, &other].map(|provider| provider.register("Mine", vec![CALLBACK.to_owned()]).unwrap());
    assert_ne!(first.client_id, second.client_id);
    assert_ne!(*first.client_secret, *second.client_secret);
    assert!(first.client_secret.len() > 43, "256 bits");
    assert!(one.knows(&first.client_id) && !other.knows(&first.client_id));
}

/// A provider whose time stands still until it is moved.
async fn in_still_time() -> (Provider, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_700_000_000)));
    (open_at(Arc::clone(&clock) as Arc<dyn Clock>).await, clock)
}

/// A code of the public client.
async fn code(provider: &Provider) -> Answer {
    let form = [("press", "allow"), ("email", "a@b.example")];
    press(provider, &asking(PUBLIC_CLIENT, &[]), &form).await
}

#[tokio::test]
async fn rfc6749_4_1_2_a_code_is_good_for_ten_minutes() {
    let (provider, clock) = in_still_time().await;
    let public = [("client_id", PUBLIC_CLIENT)];
    for (seconds, status) in [(599, 200), (600, 400)] {
        let code = code(&provider).await.back("code").unwrap();
        clock.advance(seconds);
        let reply = redeem(&provider, &code, &public).await;
        assert_eq!(reply.status, status, "after {seconds} s: {reply:?}");
        if status == 400 {
            assert_eq!(reply.text("error"), "invalid_grant");
        }
    }
}

#[tokio::test]
async fn a_full_table_of_clients_refuses_the_next_and_keeps_the_others() {
    let provider = open().await;
    let (first, secret) = registered(&provider).await;
    // with the public client that is there from the start
    for _ in 2..1_000 {
        provider.register("More", vec![CALLBACK.to_owned()]).unwrap();
    }
    let metadata = json!({ "redirect_uris": [CALLBACK] });
    let refused = send(http().post(provider.url("register")).json(&metadata)).await;
    assert_eq!((refused.status, refused.text("error").as_str()), (503, "temporarily_unavailable"));
    assert!(refused.text("error_description").contains("as much as it can"), "{refused:?}");
    let form = [("press", "allow"), ("email", "a@b.example")];
    let code = press(&provider, &asking(&first, &[]), &form).await.back("code").unwrap();
    let proof = [("client_id", first.as_str()), ("client_secret", secret.as_str())];
    assert_eq!(redeem(&provider, &code, &proof).await.status, 200, "it is still known");
}

#[tokio::test]
async fn a_full_table_of_codes_refuses_the_next_until_some_have_ended() {
    let (provider, clock) = in_still_time().await;
    provider.turn(|knobs| knobs.page = false);
    let client = http();
    let ask = async || {
        let query = asking(PUBLIC_CLIENT, &[]);
        send(client.get(provider.url("authorize")).query(&query)).await
    };
    let first = ask().await.back("code").unwrap();
    for _ in 1..1_000 {
        assert!(ask().await.back("code").is_some());
    }
    let refused = ask().await;
    assert_eq!(refused.back("error").as_deref(), Some("temporarily_unavailable"), "{refused:?}");
    assert!(refused.back("error_description").unwrap().contains("as much as it can"), "{refused:?}");
    let public = [("client_id", PUBLIC_CLIENT)];
    assert_eq!(redeem(&provider, &first, &public).await.status, 200, "none was pushed out");
    clock.advance(600);
    assert!(ask().await.back("code").is_some(), "those that ended made room");
}

#[tokio::test]
async fn a_full_table_of_tokens_refuses_before_the_code_is_used_up() {
    let (provider, clock) = in_still_time().await;
    let sam = Person::new("sam", "sam@sample.example");
    let first = provider.access_token(&sam);
    for _ in 1..20_000 {
        provider.access_token(&sam);
    }
    clock.advance(3_300);
    let code = code(&provider).await.back("code").unwrap();
    let public = [("client_id", PUBLIC_CLIENT)];
    let refused = redeem(&provider, &code, &public).await;
    assert_eq!((refused.status, refused.text("error").as_str()), (503, "temporarily_unavailable"));
    let me = send(http().get(provider.url("userinfo")).bearer_auth(&first)).await;
    assert_eq!(me.json()["sub"], "sam", "none was pushed out");
    clock.advance(300);
    let redeemed = redeem(&provider, &code, &public).await;
    assert_eq!(redeemed.status, 200, "those that ended made room: {redeemed:?}");
}
