//! Sign-in through an identity provider: `/auth/external`, `/auth/method`, and the hosted page that offers the provider,
//! against a provider that is a real server.

use std::sync::Arc;

use anteroom_engine::clock::ManualClock;
use anteroom_oauth::authorization::{self, Authorization};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{ELSEWHERE, FOREIGN, LEGACY, OFF, PAT, PORTAL, PROJECT, ROBOT, SPA};
use anteroom_testkit::client::{Reply, encode};
use anteroom_testkit::provider::{Knobs, Person, Provider, UserInfo};
use anteroom_testkit::server::{START, TestServer};
use serde_json::{Value, json};

use crate::steps::claims;

const LEGACY_AT: &str = "/projects/0/clients/3";
const SPA_AT: &str = "/projects/0/clients/2";
const PORTAL_AT: &str = "/projects/0/clients/1";
const CALLBACK: &str = "https://app.example.org/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const FAILED: &str = "Failed to verify code - check your identity provider configuration";

/// Turns knobs of the provider.
type Turn = fn(&mut Knobs);

fn pat() -> Person {
    Person::new("idp-pat", "Pat@Example.org")
}

/// A provider, and a clinic whose clients use it: LEGACY by e-mail and for the domain example.org, the SPA by subject,
/// PORTAL for the exchange of tokens alone.
async fn world(change: impl FnOnce(Clinic, &Provider) -> Clinic) -> (Provider, TestServer) {
    let provider = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    provider.turn(|knobs| knobs.person = pat());
    let by_email = json!({ "userInfoUrl": provider.url("userinfo"), "authorizeUrl": provider.url("authorize?x=1"),
        "tokenUrl": provider.url("token"), "clientId": "us & them", "clientSecret": "s:c%r e+t",
        "issuer": provider.issuer(), "jwksUrl": provider.url("jwks.json") });
    let by_subject = json!({ "userInfoUrl": provider.url("userinfo"), "authorizeUrl": provider.url("authorize"),
        "tokenUrl": provider.url("token"), "clientId": "us", "useSubject": true });
    let clinic = Clinic::default()
        .with("/projects/0/allowedOutboundHosts", json!([provider.host()]))
        .with(
            "/projects/0/domainConfigurations",
            json!([{ "domain": "example.org", "client": LEGACY,
                     "allowedPostLoginRedirectUrls": ["https://app.example.org/welcome"] }]),
        )
        .with(&format!("{LEGACY_AT}/identityProvider"), by_email)
        .with(&format!("{LEGACY_AT}/redirectUris"), json!([CALLBACK]))
        .with(&format!("{SPA_AT}/identityProvider"), by_subject)
        .with(&format!("{SPA_AT}/redirectUris"), json!([CALLBACK]))
        .with(&format!("{PORTAL_AT}/identityProvider"), json!({ "userInfoUrl": provider.url("userinfo") }))
        .with("/projects/0/members/0/externalId", json!("idp-pat"));
    let server = TestServer::over(change(clinic, &provider)).await;
    (provider, server)
}

async fn usual() -> (Provider, TestServer) {
    world(|clinic, _| clinic).await
}

/// One parameter of an address.
fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let form = anteroom_oauth::form::Form::decode(query.as_bytes()).ok()?;
    form.get(name).map(str::to_owned)
}

fn location(reply: &Reply) -> String {
    reply.header("location").unwrap_or_else(|| panic!("no Location: {reply:?}")).to_owned()
}

/// Signs in at the provider by following an address to it; the address it sends the browser back to.
async fn at_provider(address: &str) -> String {
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let reply = http.get(address).send().await.unwrap();
    assert_eq!(reply.status(), 302, "{address}");
    reply.headers()["location"].to_str().unwrap().to_owned()
}

/// What an app that began by itself gets back from the provider.
async fn from_app(server: &TestServer, provider: &Provider, state: &Value) -> Reply {
    let back = format!("{}auth/external", server.base());
    let address = provider.url(&format!(
        "authorize?response_type=code&client_id=us&scope=openid&redirect_uri={}&state={}",
        encode(&back),
        encode(&state.to_string())
    ));
    come_back(server, &at_provider(&address).await, None).await
}

/// The browser comes back to us.
async fn come_back(server: &TestServer, address: &str, cookie: Option<&str>) -> Reply {
    let path = address.strip_prefix(&server.base()).unwrap_or_else(|| panic!("not to us: {address}"));
    let mut request = server.get(&format!("/{path}"));
    if let Some(cookie) = cookie {
        request = request.header("Cookie", cookie);
    }
    request.send().await
}

fn state_of(client: &str) -> Value {
    json!({ "clientId": client, "redirectUri": CALLBACK, "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256",
            "scope": "openid", "nonce": "the apps nonce" })
}

fn with(mut state: Value, member: &str, value: impl Into<Value>) -> Value {
    state[member] = value.into();
    state
}

fn said(reply: &Reply) -> (u16, String) {
    let (status, text, _) = reply.outcome();
    (status, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_began_by_itself_gets_a_code() {
    let (provider, server) = usual().await;
    for (title, state) in [
        ("ClientApplication success", state_of(LEGACY)),
        (
            "ClientApplication with DomainConfiguration success",
            with(state_of(LEGACY), "domain", "Example.org"),
        ),
        ("a domain alone", with(with(state_of(LEGACY), "domain", "example.org"), "clientId", "")),
        ("its own project", with(state_of(LEGACY), "projectId", PROJECT)),
        ("Subject auth success", state_of(SPA)),
    ] {
        let reply = from_app(&server, &provider, &state).await;
        let to = location(&reply);
        assert!(reply.status == 303 && to.starts_with(&format!("{CALLBACK}?login=")), "{title}: {reply:?}");
        assert!(parameter(&to, "state").is_none(), "as Medplum: no state");
        let code = parameter(&to, "code").unwrap();
        let client = if title.starts_with("Subject") { SPA } else { LEGACY };
        let more = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("client_id", client),
            ("code_verifier", VERIFIER),
        ];
        let tokens = server.post("/oauth2/token").form(&more).send().await;
        assert_eq!(tokens.status, 200, "{title}: {tokens:?}");
        assert_eq!(tokens.json()["profile"]["reference"], format!("Patient/{PAT}"));
        assert_eq!(claims(&tokens.str("id_token"))["nonce"], "the apps nonce");
        let me = server.get("/auth/me").bearer(&tokens.str("access_token")).send().await.json();
        let methods = me["security"]["sessions"].as_array().unwrap();
        assert!(methods.iter().any(|session| session["authMethod"] == "external"), "{methods:?}");
    }
    assert_eq!((provider.calls("token"), provider.calls("userinfo")), (5, 5));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn what_comes_back_without_code_or_state_asks_nobody() {
    let (provider, server) = usual().await;
    let page = "/auth/external";
    let state = encode(&state_of(LEGACY).to_string());
    for (title, query, text) in [
        ("Missing code", format!("?code=&state={state}"), "Missing code"),
        ("nothing", String::new(), "Missing code"),
        ("an error of the provider", format!("?error=access_denied&state={state}"), "Missing code"),
        ("Missing state", "?code=x&state=".into(), "Missing state"),
        ("Invalid JSON state", "?code=x&state=xyz".into(), "Invalid state"),
        ("a list", "?code=x&state=%5B1%5D".into(), "Invalid state"),
        ("twice", format!("?code=x&code=y&state={state}"), "Missing code"),
        ("no UTF-8", "?code=x&state=%FF".into(), "Missing code"),
    ] {
        let reply = server.get(&format!("{page}{query}")).send().await;
        assert_eq!(said(&reply), (400, text.into()), "{title}");
    }
    for (title, state, text) in [
        ("Unknown domain", with(state_of(""), "domain", "unknown.example"), "Identity provider not found"),
        (
            "a client and an unknown domain",
            with(state_of(LEGACY), "domain", "unknown.example"),
            "Identity provider not found",
        ),
        ("Missing identity provider", state_of(""), "Identity provider not found"),
        ("for the exchange alone", state_of(PORTAL), "Identity provider not found"),
        ("Invalid client", state_of(ELSEWHERE), "Identity provider not found"),
        (
            "Invalid project",
            with(state_of(LEGACY), "projectId", "8a5c1f8e-0000-4000-8000-000000000002"),
            "Invalid project",
        ),
        (
            "another project's client and our domain",
            with(state_of(FOREIGN), "domain", "example.org"),
            "Invalid project",
        ),
        (
            "Invalid redirect URI",
            with(state_of(LEGACY), "redirectUri", "https://evil.test/"),
            "Invalid redirect URI",
        ),
        (
            "Block partial redirect URI match",
            with(state_of(LEGACY), "redirectUri", format!("{CALLBACK}/more")),
            "Invalid redirect URI",
        ),
        (
            "Block redirect URI with different host",
            with(state_of(LEGACY), "redirectUri", "https://app.example.org.evil.test/callback"),
            "Invalid redirect URI",
        ),
        ("no address at all", with(state_of(LEGACY), "redirectUri", ""), "Invalid redirect URI"),
        (
            "returnTo of a client without a domain",
            with(with(state_of(LEGACY), "redirectUri", ""), "returnTo", "https://app.example.org/welcome"),
            "Invalid redirect URI",
        ),
        (
            "half a challenge",
            with(state_of(LEGACY), "codeChallengeMethod", "S1"),
            "Invalid code challenge method",
        ),
        ("a launch", with(state_of(LEGACY), "launch", "x"), "Not found"),
        ("an unknown client", state_of("c0ffee00-0000-4000-8000-999999999999"), "Not found"),
        ("no id", state_of("x"), "Not found"),
    ] {
        let reply = server.get(&format!("{page}?code=x&state={}", encode(&state.to_string()))).send().await;
        let status = if text == "Not found" { 404 } else { 400 };
        assert_eq!(said(&reply), (status, text.into()), "{title}");
    }
    for client in [OFF, ROBOT] {
        let reply = server
            .get(&format!("{page}?code=x&state={}", encode(&state_of(client).to_string())))
            .send()
            .await;
        assert!((400..500).contains(&reply.status), "{reply:?}");
    }
    assert_eq!((provider.calls("token"), provider.calls("userinfo")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn what_the_provider_says_wrong_signs_nobody_in() {
    let (provider, server) = usual().await;
    let rows: [(&str, &str, Turn, &str); 16] = [
        ("Unknown user", LEGACY, |knobs| knobs.person = Person::new("x", "x@example.org"), "User not found"),
        (
            "Unknown subject",
            SPA,
            |knobs| knobs.person = Person::new("x", "pat@example.org"),
            "User not found",
        ),
        (
            "Missing email",
            LEGACY,
            |knobs| knobs.claims = json!({ "email": null }),
            "External token does not contain email address",
        ),
        (
            "Missing subject",
            SPA,
            |knobs| knobs.claims = json!({ "sub": null }),
            "External token does not contain subject",
        ),
        (
            "an address nobody verified",
            LEGACY,
            |knobs| knobs.claims = json!({ "email_verified": false }),
            "User not found",
        ),
        (
            "another issuer",
            LEGACY,
            |knobs| knobs.id_token_claims = json!({ "iss": "https://other.test/" }),
            FAILED,
        ),
        ("another client", LEGACY, |knobs| knobs.id_token_claims = json!({ "aud": "them" }), FAILED),
        (
            "several without azp",
            LEGACY,
            |knobs| knobs.id_token_claims = json!({ "aud": ["us & them", "them"] }),
            FAILED,
        ),
        (
            "several and another azp",
            LEGACY,
            |knobs| knobs.id_token_claims = json!({ "aud": ["us & them", "them"], "azp": "them" }),
            FAILED,
        ),
        ("too old", LEGACY, |knobs| knobs.id_token_claims = json!({ "exp": 1 }), FAILED),
        ("no end", LEGACY, |knobs| knobs.id_token_claims = json!({ "exp": null }), FAILED),
        ("ahead", LEGACY, |knobs| knobs.id_token_claims = json!({ "nbf": 4_000_000_000_i64 }), FAILED),
        (
            "somebody else's userinfo",
            LEGACY,
            |knobs| knobs.id_token_claims = json!({ "sub": "idp-ada" }),
            FAILED,
        ),
        (
            "userinfo of another kind",
            LEGACY,
            |knobs| knobs.userinfo = UserInfo::Raw(200, "text/html", "<p>".into()),
            "Failed to verify code - unsupported content type",
        ),
        (
            "userinfo that fails",
            LEGACY,
            |knobs| knobs.userinfo = UserInfo::Raw(500, "text/plain", "x".into()),
            FAILED,
        ),
        (
            "userinfo that leads elsewhere",
            LEGACY,
            |knobs| knobs.userinfo = UserInfo::Redirect("http://169.254.169.254/".into()),
            FAILED,
        ),
    ];
    for (title, client, turn, text) in rows {
        provider.turn(|knobs| {
            *knobs = Knobs { person: pat(), ..Default::default() };
            turn(knobs);
        });
        let reply = from_app(&server, &provider, &state_of(client)).await;
        let (status, found) = said(&reply);
        assert_eq!(status, 400, "{title}: {reply:?}");
        assert_eq!(found, text, "{title}");
    }
    provider.turn(|knobs| *knobs = Knobs { person: pat(), ..Default::default() });
    let reply = from_app(&server, &provider, &with(state_of(LEGACY), "domain", "example.org")).await;
    assert_eq!(reply.status, 303);
    provider.turn(|knobs| knobs.person = Person::new("idp-pat", "pat@elsewhere.example"));
    let reply = from_app(&server, &provider, &with(state_of(LEGACY), "domain", "example.org")).await;
    assert_eq!(
        said(&reply),
        (400, "Email address does not match domain".into()),
        "Email does not match domain"
    );
    let invented = server
        .get(&format!("/auth/external?code=invented&state={}", encode(&state_of(LEGACY).to_string())))
        .send()
        .await;
    assert_eq!(said(&invented), (400, FAILED.into()), "Invalid token request");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_credentials_go_where_the_provider_wants_them() {
    let (provider, server) = usual().await;
    assert_eq!(from_app(&server, &provider, &state_of(LEGACY)).await.status, 303);
    let asked = provider.last_token_request();
    let sent = authorization::parse(asked.authorization.unwrap().as_bytes());
    let Ok(Authorization::Basic { user, password }) = sent else { panic!("no Basic header") };
    assert_eq!((user.as_str(), password.expose()), ("us & them", "s:c%r e+t"));
    assert!(!asked.form.contains("client_secret"), "{}", asked.form);
    assert!(!asked.form.contains("code_verifier"), "{}", asked.form);

    let (provider, server) = world(|clinic, _| {
        clinic
            .with(&format!("{LEGACY_AT}/identityProvider/tokenAuthMethod"), json!("client_secret_post"))
            .with(&format!("{LEGACY_AT}/identityProvider/usePkce"), json!(true))
    })
    .await;
    let reply = from_app(&server, &provider, &state_of(LEGACY)).await;
    assert_eq!(reply.status, 303, "Client secret post");
    let asked = provider.last_token_request();
    assert_eq!(asked.authorization, None);
    assert!(asked.form.contains("client_id=us+%26+them&client_secret=s%3Ac%25r+e%2Bt"), "{}", asked.form);
    assert!(asked.form.contains(&format!("code_verifier={CHALLENGE}")), "the value in the state, as Medplum");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_may_say_where_a_login_goes_on() {
    let (provider, server) = usual().await;
    let state = with(with(state_of(LEGACY), "redirectUri", ""), "domain", "example.org");
    let allowed = with(state.clone(), "returnTo", "https://app.example.org/welcome");
    let reply = from_app(&server, &provider, &allowed).await;
    let to = location(&reply);
    let title = "returnTo URL is followed when explicitly allowed by DomainConfiguration";
    assert!(to.starts_with("https://app.example.org/welcome?login="), "{title}: {to}");
    assert!(parameter(&to, "code").is_none() && parameter(&to, "scope").is_some());
    let login = parameter(&to, "login").unwrap();
    let status = server.get(&format!("/auth/login/{login}")).send().await;
    assert!(status.status == 200 && status.json()["code"].is_string(), "{status:?}");
    for other in [
        "https://app.example.org/welcome/more",
        "https://app.example.org.evil.test/welcome",
        "https://app.example.org/",
        "",
    ] {
        let reply = from_app(&server, &provider, &with(state.clone(), "returnTo", other)).await;
        assert_eq!(said(&reply), (400, "Invalid redirect URI".into()), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_method_of_an_address_is_its_domains_provider() {
    let (provider, server) = usual().await;
    let ask = async |email: &str| server.post("/auth/method").json(&json!({ "email": email })).send().await;
    for (title, email) in
        [("Domain config", "anybody@example.org"), ("Domain config case sensitivity", "Anybody@EXAMPLE.org")]
    {
        let reply = ask(email).await.json();
        assert_eq!(reply["domain"], "example.org", "{title}");
        let address = reply["authorizeUrl"].as_str().unwrap();
        assert!(address.starts_with(&provider.url("authorize?x=1&client_id=us%20%26%20them&")), "{address}");
        let back = format!("{}auth/external", server.base());
        assert_eq!(parameter(address, "redirect_uri").as_deref(), Some(back.as_str()));
        assert_eq!(parameter(address, "response_type").as_deref(), Some("code"));
        assert_eq!(parameter(address, "scope").as_deref(), Some("openid profile email"));
    }
    assert_eq!(ask("anybody@sub.example.org").await.json(), json!({}), "another domain");
}

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
