//! TK-20 to TK-24: a client proves who it is with a JWT that it signs; its keys are at a real server.

use std::sync::{Arc, LazyLock};

use anteroom_engine::clock::ManualClock;
use anteroom_oauth::jose::{Alg, SigningKey, Typ};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{DESK, FOREIGN, KEYLESS, PORTAL, PORTAL_SECRET, SPA};
use anteroom_testkit::client::Reply;
use anteroom_testkit::provider::Provider;
use anteroom_testkit::server::{START, TestServer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::steps::{code, is, redeem, refused};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Place of KEYLESS: confidential, without any secret.
const KEYLESS_AT: &str = "/projects/0/clients/5";

static KEYS: LazyLock<[SigningKey; 3]> = LazyLock::new(|| {
    let key = |alg, kid: &str| SigningKey::generate(alg, kid.to_owned()).expect("a key").0;
    [key(Alg::ES256, "es"), key(Alg::RS256, "rs"), key(Alg::ES256, "unpublished")]
});

/// A server that publishes the client's keys, and a clinic whose client KEYLESS has them.
async fn world(dialect: &str) -> (Provider, TestServer) {
    let provider = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    provider.publish_client_keys(KEYS[..2].iter().map(SigningKey::public_jwk).collect());
    let clinic = Clinic::default()
        .with("/projects/0/dialect", json!(dialect))
        .with("/projects/0/allowedOutboundHosts", json!([provider.host()]))
        .with(&format!("{KEYLESS_AT}/jwksUri"), json!(provider.url("client-jwks.json")));
    let server = TestServer::over(clinic).await;
    (provider, server)
}

/// The claims of a good assertion, with changes; `null` takes one out.
fn claims(server: &TestServer, changes: Value) -> Value {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let jti = format!("jti-{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let now = server.now().seconds();
    let mut claims = json!({ "iss": KEYLESS, "sub": KEYLESS, "aud": server.base(), "exp": now + 60, "iat": now, "jti": jti });
    let Value::Object(changes) = changes else { panic!("an object") };
    for (name, value) in changes {
        claims[name] = value;
    }
    claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    claims
}

fn signed(server: &TestServer, key: &SigningKey, changes: Value) -> String {
    key.sign_jws(Typ::Jwt, &claims(server, changes)).expect("claims are signed")
}

async fn ask(server: &TestServer, assertion: &str, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    server.post("/oauth2/token").form(&fields).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_2_2_a_good_assertion_is_a_proof_at_every_endpoint() {
    let (provider, server) = world("rfc").await;
    for key in &KEYS[..2] {
        let reply = ask(&server, &signed(&server, key, json!({})), &[]).await;
        assert_eq!(reply.status, 200, "{}: {reply:?}", key.kid());
        let named = ask(&server, &signed(&server, key, json!({})), &[("client_id", KEYLESS)]).await;
        assert_eq!(named.status, 200, "{named:?}");
    }
    assert_eq!(provider.calls("client-jwks"), 1, "the key set is read once");
    let token = ask(&server, &signed(&server, &KEYS[0], json!({})), &[]).await.str("access_token");
    let assertion = signed(&server, &KEYS[0], json!({}));
    let fields =
        [("token", token.as_str()), ("client_assertion_type", JWT_BEARER), ("client_assertion", &assertion)];
    let seen = server.post("/oauth2/introspect").form(&fields).send().await;
    assert_eq!(seen.json()["active"], true, "{seen:?}");
    let assertion = signed(&server, &KEYS[0], json!({}));
    let fields =
        [("token", token.as_str()), ("client_assertion_type", JWT_BEARER), ("client_assertion", &assertion)];
    assert_eq!(server.post("/oauth2/revoke").form(&fields).send().await.status, 200);
}

/// Two projects name the same key set, and one of them may not reach it: neither lives on what the other was told.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_set_is_read_for_each_project_by_its_own_leave() {
    let provider = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    provider.publish_client_keys(KEYS[..2].iter().map(SigningKey::public_jwk).collect());
    let url = json!(provider.url("client-jwks.json"));
    let clinic = Clinic::default()
        .with("/projects/0/allowedOutboundHosts", json!([provider.host()]))
        .with(&format!("{KEYLESS_AT}/jwksUri"), url.clone())
        .with("/projects/1/clients/0/jwksUri", url);
    let server = TestServer::over(clinic).await;
    let foreign = json!({ "iss": FOREIGN, "sub": FOREIGN });
    for _ in 0..2 {
        let outside = ask(&server, &signed(&server, &KEYS[0], foreign.clone()), &[]).await;
        assert_eq!(refused(&outside), is(401, "invalid_client"), "it may not reach the host");
        let inside = ask(&server, &signed(&server, &KEYS[0], json!({})), &[]).await;
        assert_eq!(inside.status, 200, "{inside:?}");
    }
    assert_eq!(provider.calls("client-jwks"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sm_08_backend_services_sign_with_sha_384() {
    let (provider, server) = world("rfc").await;
    for alg in [Alg::ES384, Alg::RS384] {
        let (key, _) = SigningKey::generate(alg, alg.as_str().to_owned()).expect("a key");
        provider.publish_client_keys(vec![key.public_jwk()]);
        server.clock.advance(601);
        let assertion = signed(&server, &key, json!({}));
        let reply = ask(&server, &assertion, &[("scope", "system/*.rs")]).await;
        assert_eq!(reply.status, 200, "{alg}: {reply:?}");
        assert_eq!(refused(&ask(&server, &assertion, &[]).await), is(401, "invalid_client"), "{alg}: once");
        let late = signed(&server, &key, json!({ "exp": server.now().seconds() + 3_600 }));
        assert_eq!(refused(&ask(&server, &late, &[]).await), is(401, "invalid_client"), "{alg}: a long life");
        let (other, _) = SigningKey::generate(alg, alg.as_str().to_owned()).expect("a key");
        let forged = signed(&server, &other, json!({}));
        assert_eq!(
            refused(&ask(&server, &forged, &[]).await),
            is(401, "invalid_client"),
            "{alg}: another key"
        );
    }
    let smart = server.get("/.well-known/smart-configuration").send().await.json();
    let offered = smart["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap().clone();
    assert!(offered.contains(&json!("ES384")) && offered.contains(&json!("RS384")), "{offered:?}");
    assert!(smart["capabilities"].as_array().unwrap().contains(&json!("client-confidential-asymmetric")));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn tk_20_an_assertion_says_who_for_whom_and_until_when() {
    let (_provider, server) = world("rfc").await;
    let now = server.now().seconds();
    for changes in [
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "jti": "x".repeat(300) }),
        json!({ "exp": null }),
        json!({ "exp": now - 60 }),
        json!({ "exp": now + 3_600 }),
        json!({ "exp": "soon" }),
        json!({ "aud": null }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "iss": PORTAL }),
        json!({ "iss": PORTAL, "sub": PORTAL }),
        json!({ "iss": "x", "sub": "x" }),
        json!({ "nbf": now + 600 }),
        json!({ "iat": now + 600 }),
    ] {
        let reply = ask(&server, &signed(&server, &KEYS[0], changes.clone()), &[]).await;
        let expected = (401, "invalid_client".into(), "Invalid client assertion".into());
        assert_eq!(reply.refusal(), expected, "{changes}");
    }
    let other = ask(&server, &signed(&server, &KEYS[0], json!({})), &[("client_id", PORTAL)]).await;
    assert_eq!(refused(&other), is(400, "invalid_request"), "client_id is another");
    for kind in ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"] {
        let reply =
            ask(&server, &signed(&server, &KEYS[0], json!({})), &[("client_assertion_type", kind)]).await;
        assert_eq!(refused(&reply), is(400, "invalid_request"), "{kind:?}");
    }
    assert_eq!(ask(&server, "", &[]).await.refusal().1, "invalid_client", "a type without an assertion");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn tk_21_an_assertion_works_once() {
    let (_provider, server) = world("rfc").await;
    let assertion = signed(&server, &KEYS[0], json!({}));
    let server = Arc::new(server);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (server, assertion) = (Arc::clone(&server), assertion.clone());
            tokio::spawn(async move { ask(&server, &assertion, &[]).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(
        (statuses[0], statuses.iter().filter(|status| **status == 200).count()),
        (200, 1),
        "{statuses:?}"
    );
    server.clock.advance(50);
    assert_eq!(ask(&server, &assertion, &[]).await.status, 401, "nor later");
    // Another assertion under the same name is the same name.
    let again = json!({ "jti": "once" });
    assert_eq!(ask(&server, &signed(&server, &KEYS[0], again.clone()), &[]).await.status, 200);
    assert_eq!(ask(&server, &signed(&server, &KEYS[1], again), &[]).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn tk_22_the_audience_is_the_issuer_or_the_token_endpoint_as_one_text() {
    let (_provider, server) = world("rfc").await;
    let base = server.base();
    for (aud, status) in [
        (json!(base), 200),
        (json!(format!("{base}oauth2/token")), 200),
        (json!(format!("{base}api/oauth2/token")), 200),
        (json!([base]), 401),
        (json!([base, "https://elsewhere.example.org/"]), 401),
        (json!(base.trim_end_matches('/')), 401),
        (json!(format!("{base}oauth2/introspect")), 401),
        (json!(format!("{base}oauth2/par")), 401),
        (json!("https://elsewhere.example.org/"), 401),
        (json!({}), 401),
    ] {
        let reply = ask(&server, &signed(&server, &KEYS[0], json!({ "aud": aud })), &[]).await;
        assert_eq!(reply.status, status, "{aud}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn tk_23_the_header_chooses_nothing() {
    let (provider, server) = world("rfc").await;
    assert_eq!(ask(&server, &signed(&server, &KEYS[0], json!({})), &[]).await.status, 200);
    let before = provider.calls("client-jwks");
    let unsigned = |header: Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(&header), part(&claims(&server, json!({}))), URL_SAFE_NO_PAD.encode([7; 64]))
    };
    for header in [
        json!({ "alg": "none", "kid": "es" }),
        json!({ "alg": "HS256", "kid": "rs" }),
        json!({ "alg": "ES256", "kid": "../../etc/passwd" }),
        json!({ "alg": "ES256", "kid": "es' OR 1=1 --" }),
        json!({ "alg": "ES256", "kid": "es", "jku": provider.url("client-jwks.json") }),
        json!({ "alg": "ES256", "kid": "es", "jwk": {} }),
        json!({ "alg": "ES256", "kid": "es", "x5u": provider.url("client-jwks.json") }),
        json!({ "alg": "ES256", "kid": "es", "crit": ["b64"], "b64": false }),
        json!({ "alg": "RS256", "kid": "es" }),
        json!({ "alg": "PS256", "kid": "rs" }),
        json!({ "alg": "ES256", "kid": "es" }),
        json!({ "alg": "ES256" }),
    ] {
        let reply = ask(&server, &unsigned(header.clone()), &[]).await;
        assert_eq!(refused(&reply), is(401, "invalid_client"), "{header}");
    }
    let stolen = signed(&server, &KEYS[2], json!({}));
    assert_eq!(refused(&ask(&server, &stolen, &[]).await), is(401, "invalid_client"), "an unpublished key");
    for text in ["x", "a.b", "a.b.c.d.e", "..", "\u{1}"] {
        assert_eq!(refused(&ask(&server, text, &[]).await), is(401, "invalid_client"), "{text:?}");
    }
    assert_eq!(provider.calls("client-jwks"), before, "nobody outside was asked");
    // A new key is found once the set may be read again.
    provider.publish_client_keys(KEYS.iter().map(SigningKey::public_jwk).collect());
    server.clock.advance(61);
    assert_eq!(ask(&server, &signed(&server, &KEYS[2], json!({})), &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_24_one_way_of_authentication_in_a_request() {
    let (_provider, server) = world("rfc").await;
    let assertion = signed(&server, &KEYS[0], json!({}));
    let both = ask(&server, &assertion, &[("client_id", KEYLESS), ("client_secret", "x")]).await;
    assert_eq!(refused(&both), is(400, "invalid_request"));
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &assertion),
    ];
    let header = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).form(&fields).send().await;
    assert_eq!(refused(&header), is(400, "invalid_request"));
    assert_eq!(ask(&server, &assertion, &[]).await.status, 200, "and nothing was spent");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_key_set_that_cannot_be_read_lets_nobody_in() {
    let provider = Provider::start().await;
    let clinic =
        Clinic::default().with(&format!("{KEYLESS_AT}/jwksUri"), json!(provider.url("client-jwks.json")));
    let server = TestServer::over(clinic).await;
    provider.publish_client_keys(vec![KEYS[0].public_jwk()]);
    let reply = ask(&server, &signed(&server, &KEYS[0], json!({})), &[]).await;
    assert_eq!(refused(&reply), is(401, "invalid_client"), "the host is not public and nobody allowed it");
    assert_eq!(provider.calls("client-jwks"), 0);
    let without = json!({ "iss": DESK, "sub": DESK });
    assert_eq!(
        refused(&ask(&server, &signed(&server, &KEYS[0], without), &[]).await),
        is(401, "invalid_client")
    );
    let public = json!({ "iss": SPA, "sub": SPA });
    assert_eq!(
        refused(&ask(&server, &signed(&server, &KEYS[0], public), &[]).await),
        is(401, "invalid_client")
    );
    let code = code(&server).await;
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200, "everything else goes on");
}

/// Section 6.2 of the contract, in Medplum's dialect.
#[tokio::test(flavor = "multi_thread")]
async fn medplum_client_assertion_rows() {
    let (_provider, server) = world("medplum").await;
    let good = signed(&server, &KEYS[0], json!({}));
    let bad = |changes: Value| signed(&server, &KEYS[0], changes);
    let none: &[(&str, &str)] = &[];
    let other: &[(&str, &str)] = &[("client_assertion_type", "x")];
    for (title, assertion, more, text) in [
        ("Client assertion invalid assertion type", good.clone(), other, "Unsupported client assertion type"),
        ("Client assertion missing JWT", String::new(), none, "Invalid client assertion"),
        ("Client assertion invalid JWT", "foo".into(), none, "Invalid client assertion"),
        (
            "Client assertion invalid audience",
            bad(json!({ "aud": "x" })),
            none,
            "Invalid client assertion audience",
        ),
        (
            "Client assertion invalid issuer",
            bad(json!({ "iss": "x" })),
            none,
            "Invalid client assertion issuer",
        ),
        (
            "Client assertion client not found",
            bad(json!({ "iss": "x", "sub": "x" })),
            none,
            "Client not found",
        ),
        (
            "Client assertion missing jwks URL",
            bad(json!({ "iss": DESK, "sub": DESK })),
            none,
            "Client must have a JWK Set URL",
        ),
        (
            "Client assertion invalid signature",
            signed(&server, &KEYS[2], json!({})),
            none,
            "Invalid client assertion signature",
        ),
        ("one that has ended", bad(json!({ "exp": 1 })), none, "Invalid client assertion signature"),
    ] {
        let reply = ask(&server, &assertion, more).await;
        assert_eq!(reply.refusal(), (400, "invalid_request".into(), text.into()), "{title}");
    }
    assert_eq!(ask(&server, &good, &[]).await.status, 200, "Client assertion success");
}
