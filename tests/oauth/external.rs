//! Sign-in through an identity provider: `/auth/external`, `/auth/method`, and the hosted page that offers the provider,
//! against a provider that is a real server.

pub(crate) mod app;
mod method;
pub(crate) mod page;

use std::sync::Arc;

use anteroom_engine::clock::ManualClock;
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::LEGACY;
use anteroom_testkit::client::{Reply, encode};
use anteroom_testkit::provider::{Knobs, Person, Provider};
use anteroom_testkit::server::{START, TestServer};
use serde_json::{Value, json};

use crate::steps::{CHALLENGE, LEGACY_AT, PORTAL_AT, SPA_AT};

const CALLBACK: &str = "https://app.example.org/callback";

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
