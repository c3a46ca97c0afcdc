//! EX: another issuer's access token for ours, against a provider that is a real server.

use std::sync::Arc;

use anteroom_engine::clock::ManualClock;
use anteroom_engine::id::Id;
use anteroom_engine::model::event::EventKind;
use anteroom_engine::model::{Client, Membership, Project};
use anteroom_engine::store::EventFilter;
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    DESK, DESK_SECRET, ELSEWHERE, FAR, FOREIGN, LEGACY, LEGACY_SECRET, OFF, OTHER_PROJECT, PAT,
    PAT_MEMBERSHIP, PAT_USER, PORTAL, PORTAL_SECRET, PROJECT, ROBOT, ROBOT_SECRET, SCOPED, SPA,
    STRANGER_MEMBERSHIP,
};
use anteroom_testkit::client::Reply;
use anteroom_testkit::provider::{Person, Provider, UserInfo};
use anteroom_testkit::server::{START, TestServer};
use serde_json::{Value, json};

use crate::steps::{claims, client_credentials, code, is, redeem, refused, userinfo_status};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const FAILED: &str = "Failed to verify code - check your identity provider configuration";

/// The places of the clients that have a provider here.
const LEGACY_AT: &str = "/projects/0/clients/3";
const SPA_AT: &str = "/projects/0/clients/2";
const PORTAL_AT: &str = "/projects/0/clients/1";
const ROBOT_AT: &str = "/projects/0/clients/6";
const SCOPED_AT: &str = "/projects/0/clients/9";

fn pat() -> Person {
    Person::new("idp-pat", "Pat@Example.org")
}

/// A provider, and a clinic whose clients use it: LEGACY and PORTAL by e-mail, the SPA by subject.
async fn world(change: impl FnOnce(Clinic, &Provider) -> Clinic) -> (Provider, TestServer) {
    let provider = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    let by_email = json!({ "userInfoUrl": provider.url("userinfo") });
    let by_subject = json!({ "userInfoUrl": provider.url("userinfo"), "useSubject": true });
    let clinic = Clinic::default()
        .with("/projects/0/allowedOutboundHosts", json!([provider.host()]))
        .with(&format!("{LEGACY_AT}/identityProvider"), by_email.clone())
        .with(&format!("{PORTAL_AT}/identityProvider"), by_email.clone())
        .with(&format!("{ROBOT_AT}/identityProvider"), by_email.clone())
        .with(&format!("{SCOPED_AT}/identityProvider"), by_email)
        .with(&format!("{SCOPED_AT}/clientType"), json!("medplum"))
        .with(&format!("{SPA_AT}/identityProvider"), by_subject)
        .with("/projects/0/members/0/externalId", json!("idp-pat"));
    let server = TestServer::over(change(clinic, &provider)).await;
    (provider, server)
}

async fn usual() -> (Provider, TestServer) {
    world(|clinic, _| clinic).await
}

/// The RFC's form; `more` replaces or adds.
async fn exchange(server: &TestServer, client: &str, token: &str, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", EXCHANGE),
        ("client_id", client),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    server.post("/oauth2/token").form(&fields).send().await
}

/// Medplum's form.
async fn auth_exchange(server: &TestServer, body: Value) -> Reply {
    server.post("/auth/exchange").json(&body).send().await
}

/// The newest refusal in the log: its name, and the checks that failed.
fn newest_refusal(server: &TestServer) -> (&'static str, Vec<String>) {
    let filter = EventFilter { kind: Some(EventKind::Refused), ..EventFilter::default() };
    let project: Id<Project> = Id::parse(PROJECT).unwrap();
    let rows = server.engine.read(|tx, _| Ok(tx.list_events(project, &filter, 1)?)).unwrap();
    let event = &rows.first().expect("a refusal was logged").event.event;
    let failed = event.body.trace.iter().filter(|check| !check.passed);
    (event.refusal.unwrap(), failed.map(|check| check.check.to_string()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_01_a_providers_token_becomes_ours() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let body = json!({ "projectId": PROJECT, "clientId": LEGACY, "externalAccessToken": token });
    for path in ["/auth/exchange", "/api/auth/exchange"] {
        let reply = server.post(path).json(&body).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let answer = reply.json();
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["profile"]["reference"], format!("Patient/{PAT}"));
        assert_eq!(answer["scope"], "openid offline_access");
        assert!(answer["refresh_token"].is_string() && answer.get("issued_token_type").is_none());
        let access = claims(&reply.str("access_token"));
        assert_eq!((access["sub"].as_str(), access["client_id"].as_str()), (Some(PAT_USER), Some(LEGACY)));
        assert_eq!(userinfo_status(&server, &reply.str("access_token")).await, 200);
    }
    assert_eq!(provider.calls("userinfo"), 2, "asked once for each");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_02_what_is_missing_is_named_and_nobody_is_asked() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let nobody = "c0ffee00-0000-4000-8000-999999999999";
    for (body, status, text, field) in [
        (json!({}), 400, "Missing externalAccessToken", Some("externalAccessToken")),
        (json!({ "clientId": LEGACY }), 400, "Missing externalAccessToken", Some("externalAccessToken")),
        (
            json!({ "clientId": LEGACY, "externalAccessToken": "" }),
            400,
            "Missing externalAccessToken",
            Some("externalAccessToken"),
        ),
        (
            json!({ "clientId": LEGACY, "externalAccessToken": 7 }),
            400,
            "Missing externalAccessToken",
            Some("externalAccessToken"),
        ),
        (json!({ "externalAccessToken": token }), 400, "Missing clientId", Some("clientId")),
        (json!({ "clientId": nobody, "externalAccessToken": token }), 404, "Not found", None),
        (json!({ "clientId": "x", "externalAccessToken": token }), 404, "Not found", None),
    ] {
        let reply = auth_exchange(&server, body.clone()).await;
        assert_eq!(reply.outcome(), (status, text.into(), field.map(str::to_owned)), "{body}");
    }
    let without = auth_exchange(&server, json!({ "clientId": FOREIGN, "externalAccessToken": token })).await;
    assert_eq!(without.refusal(), (400, "invalid_request".into(), "Missing client_secret".into()));
    for (fields, error) in [
        (vec![("client_id", "")], is(400, "invalid_request")),
        (vec![("subject_token", "")], is(400, "invalid_request")),
        (vec![("client_id", nobody)], is(401, "invalid_client")),
        (vec![("client_id", OFF)], is(401, "invalid_client")),
    ] {
        assert_eq!(refused(&exchange(&server, LEGACY, &token, &fields).await), error, "{fields:?}");
    }
    let keyless = exchange(&server, ELSEWHERE, &token, &[]).await;
    assert_eq!(keyless.refusal(), (400, "unauthorized_client".into(), "Invalid client".into()));
    assert_eq!(newest_refusal(&server), ("no_identity_provider", vec!["client.identity_provider".into()]));
    assert_eq!(provider.calls("userinfo"), 0);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_03_ex_21_only_access_tokens_of_nobody_else() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    for more in [
        ("subject_token_type", ""),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
        ("actor_token", "x"),
        ("actor_token_type", ACCESS_TOKEN),
    ] {
        assert_eq!(
            refused(&exchange(&server, LEGACY, &token, &[more]).await),
            is(400, "invalid_request"),
            "{more:?}"
        );
    }
    assert_eq!(provider.calls("userinfo"), 0);
    let asked = exchange(&server, LEGACY, &token, &[("requested_token_type", ACCESS_TOKEN)]).await;
    assert_eq!(asked.status, 200, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_04_the_rfcs_answer_names_its_type() {
    let (provider, server) = usual().await;
    let reply = exchange(&server, LEGACY, &provider.access_token(&pat()), &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.str("issued_token_type"), ACCESS_TOKEN);
    assert_eq!(reply.str("token_type"), "Bearer");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_05_ex_07_a_token_or_a_provider_that_is_no_good_is_one_answer() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let unknown = exchange(&server, LEGACY, "not-a-token-of-the-provider", &[]).await;
    assert_eq!(unknown.refusal(), (400, "invalid_request".into(), FAILED.into()));
    assert_eq!(newest_refusal(&server), ("provider_refuses", vec!["user_info.status".into()]));
    let inside = server.base();
    for behaviour in [
        UserInfo::Raw(403, "application/json", "{}".into()),
        UserInfo::Raw(404, "text/html", "<p>not here".into()),
        UserInfo::Raw(500, "text/plain", "x".into()),
        UserInfo::Raw(204, "application/json", String::new()),
        UserInfo::Redirect(format!("{inside}healthcheck")),
        UserInfo::Raw(200, "application/json", "{".into()),
        UserInfo::Raw(200, "application/json", "[]".into()),
        UserInfo::Raw(
            200,
            "application/json",
            format!("{{\"email\":{}1{}}}", "[".repeat(60), "]".repeat(60)),
        ),
        UserInfo::Raw(200, "application/json", format!("{{\"x\":\"{}\"}}", "x".repeat(70_000))),
    ] {
        provider.turn(|knobs| knobs.userinfo = behaviour.clone());
        let reply = exchange(&server, LEGACY, &token, &[]).await;
        assert_eq!(reply.refusal(), (400, "invalid_request".into(), FAILED.into()), "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_06_other_targets_are_refused() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    for name in ["audience", "resource"] {
        let other = exchange(&server, LEGACY, &token, &[(name, "https://api.example.org/")]).await;
        assert_eq!(refused(&other), is(400, "invalid_target"), "{name}");
        let own = exchange(&server, LEGACY, &token, &[(name, &server.base())]).await;
        assert_eq!(own.status, 200, "{name}: {own:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_08_a_provider_that_is_asked_too_often() {
    let (provider, server) = usual().await;
    provider.turn(|knobs| knobs.userinfo = UserInfo::Raw(429, "text/plain", "slow down".into()));
    let token = provider.access_token(&pat());
    let reply = exchange(&server, LEGACY, &token, &[]).await;
    assert_eq!(reply.refusal(), (429, "temporarily_unavailable".into(), "Too Many Requests".into()));
    let medplum = auth_exchange(&server, json!({ "clientId": LEGACY, "externalAccessToken": token })).await;
    assert_eq!(medplum.refusal(), (429, "invalid_request".into(), "Too Many Requests".into()));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_09_json_or_a_jwt_whose_signature_is_right() {
    let (provider, server) = world(|clinic, provider| {
        let signed = json!({
            "userInfoUrl": provider.url("userinfo"), "jwksUrl": provider.url("jwks.json"),
            "issuer": provider.issuer(), "clientId": "us",
        });
        clinic.with(&format!("{LEGACY_AT}/identityProvider"), signed)
    })
    .await;
    let token = provider.access_token(&pat());
    let ask = |client: &'static str| exchange(&server, client, &token, &[]);
    for (behaviour, text) in [
        (UserInfo::Raw(200, "text/html", "<p>".into()), "Failed to verify code - unsupported content type"),
        (
            UserInfo::Raw(200, "text/plain", "x".into()),
            "Failed to verify code - unsupported content type: text/plain",
        ),
        (UserInfo::Raw(200, "", "{}".into()), "Failed to verify code - unsupported content type"),
        (UserInfo::JwtOfOtherKey, FAILED),
        (UserInfo::Raw(200, "application/jwt", "x.y.z".into()), FAILED),
        (UserInfo::Raw(200, "application/jwt", r#"{"email":"pat@example.org"}"#.into()), FAILED),
    ] {
        provider.turn(|knobs| knobs.userinfo = behaviour.clone());
        assert_eq!(
            ask(LEGACY).await.refusal(),
            (400, "invalid_request".into(), text.into()),
            "{behaviour:?}"
        );
    }
    provider.turn(|knobs| knobs.userinfo = UserInfo::Jwt);
    let signed = ask(LEGACY).await;
    assert_eq!(signed.status, 200, "{signed:?}");
    for wrong in [
        json!({ "iss": "https://elsewhere.example.org/" }),
        json!({ "aud": "somebody else" }),
        json!({ "exp": START.seconds() - 3_600 }),
        json!({ "nbf": START.seconds() + 3_600 }),
    ] {
        provider.turn(|knobs| knobs.claims = wrong.clone());
        assert_eq!(ask(LEGACY).await.refusal().2, FAILED, "{wrong}");
        assert_eq!(newest_refusal(&server).0, "user_info_not_verifiable");
    }
    provider.turn(|knobs| knobs.claims = json!({}));
    let unverifiable = exchange(&server, PORTAL, &token, &[("client_secret", PORTAL_SECRET)]).await;
    assert_eq!(unverifiable.refusal().2, FAILED, "a provider whose keys nobody entered");
    assert_eq!(newest_refusal(&server).1, ["identity_provider.jwks_url"]);
    assert!(provider.calls("jwks") <= 2, "the key set is kept: {}", provider.calls("jwks"));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_10_a_claim_that_has_not_its_form() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let missing = (400, "invalid_request".to_owned(), "Missing email or externalId".to_owned());
    for claims in [
        json!({ "sub": null }),
        json!({ "sub": 7 }),
        json!({ "sub": "" }),
        json!({ "sub": "x".repeat(10_240) }),
        json!({ "sub": ["idp-pat"] }),
    ] {
        provider.turn(|knobs| knobs.claims = claims.clone());
        assert_eq!(exchange(&server, SPA, &token, &[]).await.refusal(), missing, "{claims}");
        let by_email = exchange(&server, LEGACY, &token, &[]).await;
        if claims["sub"].is_null() {
            assert_eq!(by_email.status, 200, "Medplum's own tests answer with an e-mail address alone");
        } else {
            assert_eq!(by_email.refusal(), missing, "{claims}");
        }
    }
    for claims in
        [json!({ "email": null }), json!({ "email": 7 }), json!({ "email": "" }), json!({ "email": "pat" })]
    {
        provider.turn(|knobs| knobs.claims = claims.clone());
        assert_eq!(exchange(&server, LEGACY, &token, &[]).await.refusal(), missing, "{claims}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_11_ex_12_an_address_that_nobody_verified() {
    let (provider, server) = world(|clinic, provider| {
        let strict = json!({ "userInfoUrl": provider.url("userinfo"), "requireVerifiedEmail": true });
        clinic.with(&format!("{SCOPED_AT}/identityProvider"), strict)
    })
    .await;
    let token = provider.access_token(&pat());
    for (verified, lenient, strict) in [
        (json!(true), 200, 200),
        (json!("true"), 200, 200),
        (json!(null), 200, 400),
        (json!(false), 400, 400),
        (json!("false"), 400, 400),
        (json!(0), 400, 400),
    ] {
        provider.turn(|knobs| knobs.claims = json!({ "email_verified": verified }));
        let found = [
            exchange(&server, LEGACY, &token, &[]).await.status,
            exchange(&server, SCOPED, &token, &[]).await.status,
        ];
        assert_eq!(found, [lenient, strict], "{verified}");
    }
    assert_eq!(
        newest_refusal(&server),
        ("provider_email_not_verified", vec!["user_info.email_verified".into()])
    );
    let by_subject = exchange(&server, SPA, &token, &[]).await;
    assert_eq!(by_subject.status, 200, "an address is not looked at where the subject decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_13_addresses_are_compared_in_ascii_lower_case_and_nothing_else() {
    let (provider, server) = usual().await;
    for (email, found) in [
        ("pat@example.org", true),
        ("PAT@EXAMPLE.ORG", true),
        ("pat@example.org.", false),
        ("pat+x@example.org", false),
        ("p\u{e4}t@example.org", false),
        ("pat@ex\u{ff41}mple.org", false),
        ("\u{212a}pat@example.org", false),
        (" pat@example.org", false),
        ("pat@example.org\u{200b}", false),
    ] {
        let token = provider.access_token(&Person::new("somebody", email));
        let reply = exchange(&server, LEGACY, &token, &[]).await;
        assert_eq!(reply.status == 200, found, "{email:?}: {reply:?}");
        if !found {
            assert_eq!(reply.refusal(), (400, "invalid_request".into(), "User not found".into()));
            assert_eq!(newest_refusal(&server), ("no_member_found", vec!["membership.exists".into()]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_14_a_subject_belongs_to_its_provider() {
    let second = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    let hosts = second.host();
    let (first, server) = world(|clinic, first| {
        let other = json!({ "userInfoUrl": second.url("userinfo"), "useSubject": true });
        clinic
            .with("/projects/0/allowedOutboundHosts", json!([first.host(), hosts]))
            .with(&format!("{LEGACY_AT}/identityProvider"), other)
            .with("/projects/0/members/0/externalId", json!(format!("{}|1", first.url("userinfo"))))
            .with("/projects/0/members/1/externalId", json!(format!("{}|1", second.url("userinfo"))))
            .with("/projects/0/members/3/externalId", json!("2"))
    })
    .await;
    let person = Person::new("1", "x@example.org");
    let profile =
        |reply: &Reply| reply.json()["profile"]["reference"].as_str().unwrap_or_default().to_owned();
    let pat = exchange(&server, SPA, &first.access_token(&person), &[]).await;
    let ada = exchange(&server, LEGACY, &second.access_token(&person), &[]).await;
    assert_eq!(profile(&pat), format!("Patient/{PAT}"));
    assert!(profile(&ada).starts_with("Practitioner/"), "{ada:?}");
    // A bare id could be either provider's: it is nobody's.
    let bare = exchange(&server, SPA, &first.access_token(&Person::new("2", "x@example.org")), &[]).await;
    assert_eq!(bare.refusal().2, "User not found");
    assert_eq!(
        newest_refusal(&server),
        ("external_id_of_no_provider", vec!["membership.external_id".into()])
    );
    // Nor can a provider name the external id of another's subject.
    let forged = Person::new(&format!("{}|1", first.url("userinfo")), "x@example.org");
    assert_eq!(
        exchange(&server, LEGACY, &second.access_token(&forged), &[]).await.refusal().2,
        "User not found"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_15_a_token_for_another_client_of_the_provider() {
    let (provider, server) = world(|clinic, provider| {
        let ours =
            json!({ "userInfoUrl": provider.url("userinfo"), "audience": "https://api.clinic.example" });
        clinic.with(&format!("{LEGACY_AT}/identityProvider"), ours)
    })
    .await;
    let opaque = exchange(&server, LEGACY, &provider.access_token(&pat()), &[]).await;
    assert_eq!(opaque.refusal(), (400, "invalid_request".into(), "Invalid subject_token".into()));
    for (claims, status) in [
        (json!({ "aud": "https://api.clinic.example" }), 200),
        (json!({ "aud": ["https://idp.example/userinfo", "https://api.clinic.example"] }), 200),
        (json!({ "aud": "x", "azp": "https://api.clinic.example" }), 200),
        (json!({ "aud": "https://api.clinic.example/" }), 400),
        (json!({ "aud": "https://other.example" }), 400),
        (json!({}), 400),
    ] {
        let token = provider.access_token_saying(&pat(), &claims);
        let reply = exchange(&server, LEGACY, &token, &[]).await;
        assert_eq!(reply.status, status, "{claims}: {reply:?}");
    }
    assert_eq!(newest_refusal(&server), ("subject_token_of_other_client", vec!["subject_token.aud".into()]));
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_16_ex_19_our_own_tokens_are_not_exchanged() {
    let (provider, server) = usual().await;
    let code = code(&server).await;
    let own = redeem(&server, PORTAL, &code, &[]).await;
    for member in ["access_token", "id_token"] {
        let reply = exchange(&server, LEGACY, &own.str(member), &[]).await;
        assert_eq!(
            reply.refusal(),
            (400, "invalid_request".into(), "Invalid subject_token".into()),
            "{member}"
        );
        assert_eq!(newest_refusal(&server), ("own_subject_token", vec!["subject_token.iss".into()]));
    }
    assert_eq!(provider.calls("userinfo"), 0, "nobody outside ever sees one");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_17_a_token_that_no_header_can_carry() {
    let (provider, server) = usual().await;
    let long = "x".repeat(20 * 1024);
    for token in ["a\r\nX-Evil: 1", "a b", "t\u{f6}ken", "a\tb", "\u{7f}", long.as_str()] {
        let reply = exchange(&server, LEGACY, token, &[]).await;
        assert_eq!(
            reply.refusal(),
            (400, "invalid_request".into(), "Invalid subject_token".into()),
            "{token:?}"
        );
    }
    let megabyte = json!({ "clientId": LEGACY, "externalAccessToken": "x".repeat(900 * 1024) });
    assert_eq!(auth_exchange(&server, megabyte).await.refusal().2, "Invalid subject_token");
    assert_eq!(provider.calls("userinfo"), 0);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_18_the_project_is_the_clients() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let body =
        |project: &str| json!({ "projectId": project, "clientId": LEGACY, "externalAccessToken": token });
    let other = auth_exchange(&server, body(OTHER_PROJECT)).await;
    assert_eq!(other.outcome(), (400, "Invalid project".into(), Some("projectId".into())));
    assert_eq!(auth_exchange(&server, body("")).await.status, 200, "an empty value is no value");
    for (membership, status) in [(PAT_MEMBERSHIP, 200), (STRANGER_MEMBERSHIP, 400), ("x", 400)] {
        let reply = exchange(&server, LEGACY, &token, &[("membership_id", membership)]).await;
        assert_eq!(reply.status, status, "{membership}: {reply:?}");
    }
    assert_eq!(newest_refusal(&server), ("membership_of_other_person", vec!["membership_id".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_20_no_more_scope_than_the_client_has() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let reply =
        exchange(&server, SCOPED, &token, &[("scope", "openid profile offline_access user/*.*")]).await;
    assert_eq!(reply.str("scope"), "openid profile");
    assert!(reply.json().get("refresh_token").is_none());
    let none = exchange(&server, SCOPED, &token, &[("scope", "user/*.*")]).await;
    assert_eq!(refused(&none), is(400, "invalid_scope"));
    let named = exchange(&server, LEGACY, &token, &[("scope", "openid email"), ("nonce", "n-1")]).await;
    assert_eq!(named.str("scope"), "openid email");
    assert_eq!(claims(&named.str("id_token"))["nonce"], "n-1");
    assert!(named.json().get("refresh_token").is_none(), "offline access was not asked for");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_22_bad_tokens_are_counted_and_the_provider_is_spared() {
    let (provider, server) = usual().await;
    let mut statuses = Vec::new();
    for number in 0..70 {
        statuses.push(exchange(&server, LEGACY, &format!("bad-{number}"), &[]).await.status);
    }
    assert_eq!(statuses[..60], [400; 60]);
    assert_eq!(statuses[60..], [429; 10]);
    assert_eq!(provider.calls("userinfo"), 60);
    let token = provider.access_token(&pat());
    let limited = exchange(&server, LEGACY, &token, &[]).await;
    assert_eq!((limited.status, limited.header("retry-after").is_some()), (429, true));
    assert_eq!(exchange(&server, SPA, &token, &[]).await.status, 200, "another client goes on");
    server.clock.advance(61);
    assert_eq!(exchange(&server, LEGACY, &token, &[]).await.status, 200, "after the window");
    for _ in 0..100 {
        assert_eq!(exchange(&server, LEGACY, &token, &[]).await.status, 200, "good ones are not counted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_authentication_is_checked_where_there_is_one() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let ask = async |client: &str, secret: &str| {
        exchange(&server, client, &token, &[("client_secret", secret)]).await
    };
    let found = [
        ask(LEGACY, LEGACY_SECRET).await.status,
        ask(LEGACY, "wrong").await.status,
        ask(PORTAL, PORTAL_SECRET).await.status,
        exchange(&server, PORTAL, &token, &[]).await.status,
        ask(ROBOT, ROBOT_SECRET).await.status,
    ];
    assert_eq!(found, [200, 401, 200, 401, 400], "sent is checked; confidential must; the grant list holds");
    let body = json!({ "clientId": PORTAL, "externalAccessToken": token });
    let request =
        |user: &str, secret: &str| server.post("/auth/exchange").basic(user, secret).json(&body).send();
    assert_eq!(request(PORTAL, PORTAL_SECRET).await.status, 200);
    assert_eq!(request(PORTAL, "wrong").await.status, 400);
    assert_eq!(request(DESK, DESK_SECRET).await.status, 400, "another client than the body's");
    assert_eq!(
        client_credentials(&server, PORTAL, PORTAL_SECRET).await.status,
        200,
        "none of it locks anybody out"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn people_who_may_not() {
    let (provider, server) = world(|clinic, _| {
        clinic
            .with("/projects/0/members/3/email", json!("far@example.org"))
            .with("/projects/0/members/2/email", json!("gone@example.org"))
    })
    .await;
    let ask = async |email: &str| {
        let token = provider.access_token(&Person::new("x", email));
        exchange(&server, LEGACY, &token, &[]).await.refusal()
    };
    assert_eq!(ask("gone@example.org").await, (400, "invalid_request".into(), "User not found".into()));
    assert_eq!(newest_refusal(&server), ("member_found_inactive", vec!["membership.active".into()]));
    assert_eq!(
        ask("far@example.org").await,
        (400, "invalid_request".into(), "IP address not allowed".into())
    );
    assert_eq!(newest_refusal(&server).0, "exchange_address_blocked");
    assert!(!FAR.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_while_the_provider_is_asked_is_off() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let client: Id<Client> = Id::parse(LEGACY).unwrap();
    let member: Id<Membership> = Id::parse(PAT_MEMBERSHIP).unwrap();
    server
        .change(move |cx| {
            let row = cx.tx.membership(member)?.expect("a member");
            cx.tx.update_membership(&Membership { active: false, ..(*row).clone() })?;
            Ok(cx.tx.client(client)?.is_some())
        })
        .await;
    assert_eq!(exchange(&server, LEGACY, &token, &[]).await.refusal().2, "User not found");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn an_outside_host_that_nobody_allowed_is_not_called() {
    let (provider, server) =
        world(|clinic, _| clinic.with("/projects/0/allowedOutboundHosts", json!([]))).await;
    let reply = exchange(&server, LEGACY, &provider.access_token(&pat()), &[]).await;
    assert_eq!(reply.refusal().2, FAILED);
    assert_eq!(newest_refusal(&server), ("provider_unreachable", vec!["user_info.reached".into()]));
    assert_eq!(provider.calls("userinfo"), 0);
}

/// A hundred calls hang at the provider; everything else goes on. No clock decides: all other requests are answered while
/// none of the hundred is.
#[tokio::test(flavor = "multi_thread")]
async fn f_13_while_a_hundred_calls_hang_the_others_are_answered() {
    let (provider, server) = usual().await;
    let server = Arc::new(server);
    let token = provider.access_token(&pat());
    provider.turn(|knobs| knobs.userinfo = UserInfo::Hang);
    let hanging: Vec<_> = (0..100)
        .map(|number| {
            let (server, token) = (Arc::clone(&server), token.clone());
            let client = if number % 2 == 0 { LEGACY } else { SPA };
            tokio::spawn(async move { exchange(&server, client, &token, &[]).await.status })
        })
        .collect();
    let begun = async {
        while provider.calls("userinfo") < 64 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(9), begun).await.expect("the calls hang");
    for _ in 0..50 {
        assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
        assert_eq!(server.get("/.well-known/jwks.json").send().await.status, 200);
        assert_eq!(server.get("/healthcheck").send().await.status, 200);
    }
    assert!(hanging.iter().all(|call| !call.is_finished()), "the hundred are still waiting");
    for call in hanging {
        assert_eq!(call.await.unwrap(), 400);
    }
}

/// Rows of Medplum's own tests, in its dialect.
#[tokio::test(flavor = "multi_thread")]
async fn medplum_rows_of_auth_exchange() {
    let (provider, server) = world(|clinic, _| clinic.with("/projects/0/dialect", json!("medplum"))).await;
    let token = provider.access_token(&pat());
    let stranger = provider.access_token(&Person::new("9", "nobody@example.org"));
    let field = |text: &str, field: &str| json!([400, text, field]);
    let invalid = |text: &str| json!([400, "invalid_request", text]);
    for (title, token, client, expected) in [
        (
            "auth/exchange: Missing externalAccessToken",
            "",
            LEGACY,
            field("Missing externalAccessToken", "externalAccessToken"),
        ),
        ("auth/exchange: Missing clientId", "xyz", "", field("Missing clientId", "clientId")),
        ("auth/exchange: Missing identity provider", "xyz", ELSEWHERE, invalid("Invalid client")),
        ("auth/exchange: Unknown user", &stranger, LEGACY, json!([400, "User not found", null])),
        ("auth/exchange: ClientApplication success", &token, LEGACY, json!(200)),
        ("auth/exchange: Missing projectId success", &token, LEGACY, json!(200)),
        ("auth/exchange: Subject auth success", &token, SPA, json!(200)),
    ] {
        let project = if title.contains("projectId") { "" } else { PROJECT };
        let body = json!({ "externalAccessToken": token, "clientId": client, "projectId": project });
        let reply = auth_exchange(&server, body).await;
        assert_eq!(said(&reply), expected, "{title}: {reply:?}");
    }
    provider.turn(|knobs| knobs.userinfo = UserInfo::Raw(200, "text/plain", "x".into()));
    let body = json!({ "externalAccessToken": token, "clientId": LEGACY });
    let reply = auth_exchange(&server, body).await;
    let unsupported = invalid("Failed to verify code - unsupported content type: text/plain");
    assert_eq!(said(&reply), unsupported, "auth/exchange: Invalid token request");
}

/// 200 with a token, or status and what an error says.
fn said(reply: &Reply) -> Value {
    let body = reply.json();
    if reply.status == 200 && body["access_token"].is_string() {
        return json!(200);
    }
    if body["resourceType"] == "OperationOutcome" {
        let (status, text, field) = reply.outcome();
        return json!([status, text, field]);
    }
    let (status, error, description) = reply.refusal();
    json!([status, error, description])
}

/// Title, token, what the provider answers, what differs in the form, and what is said.
type Row<'a> = (&'a str, &'a str, UserInfo, &'a [(&'a str, &'a str)], Value);

/// The same of the token endpoint.
#[tokio::test(flavor = "multi_thread")]
async fn medplum_rows_of_the_token_exchange() {
    let (provider, server) = world(|clinic, provider| {
        let signed = json!({ "userInfoUrl": provider.url("userinfo"), "jwksUrl": provider.url("jwks.json") });
        clinic
            .with("/projects/0/dialect", json!("medplum"))
            .with(&format!("{LEGACY_AT}/identityProvider"), signed)
    })
    .await;
    let token = provider.access_token(&pat());
    let stranger = provider.access_token(&Person::new("9", "nobody@example.org"));
    let invalid = |text: &str| json!([400, "invalid_request", text]);
    let plain = |status| UserInfo::Raw(status, "text/plain", "x".into());
    let saml = "urn:ietf:params:oauth:token-type:saml1";
    let unsupported = invalid("Failed to verify code - unsupported content type: text/plain");
    let throttled = json!([429, "invalid_request", "Too Many Requests"]);
    let rows: [Row<'_>; 11] = [
        ("Token exchange JSON success", &token, UserInfo::Json, &[], json!(200)),
        ("Token exchange JWT success", &token, UserInfo::Jwt, &[], json!(200)),
        ("Token exchange unsupported content type", &token, plain(200), &[], unsupported),
        ("oauth/token: Too many requests", &token, plain(429), &[], throttled),
        (
            "Token exchange missing client ID",
            &token,
            UserInfo::Json,
            &[("client_id", "")],
            invalid("Invalid client"),
        ),
        (
            "Token exchange missing client identity provider",
            &token,
            UserInfo::Json,
            &[("client_id", ELSEWHERE)],
            invalid("Invalid client"),
        ),
        (
            "Token exchange missing subject token",
            &token,
            UserInfo::Json,
            &[("subject_token", "")],
            invalid("Invalid subject_token"),
        ),
        (
            "Token exchange unknown subject token type",
            &token,
            UserInfo::Json,
            &[("subject_token_type", saml)],
            invalid("Invalid subject_token_type"),
        ),
        (
            "an unknown client",
            &token,
            UserInfo::Json,
            &[("client_id", "c0ffee00-0000-4000-8000-999999999999")],
            json!([404, "Not found", null]),
        ),
        ("an unknown person", &stranger, UserInfo::Json, &[], json!([400, "User not found", null])),
        (
            "a provider that hides behind a page",
            &token,
            UserInfo::Raw(500, "text/html", "x".into()),
            &[],
            invalid(FAILED),
        ),
    ];
    for (title, token, userinfo, more, expected) in rows {
        provider.turn(|knobs| knobs.userinfo = userinfo);
        let reply = exchange(&server, LEGACY, token, more).await;
        assert_eq!(said(&reply), expected, "{title}: {reply:?}");
    }
    provider.turn(|knobs| (knobs.userinfo, knobs.claims) = (UserInfo::Json, json!({ "email": null })));
    let missing = exchange(&server, LEGACY, &token, &[]).await;
    assert_eq!(said(&missing), json!([400, "Missing email or externalId", "externalId"]));
}
