//! An app that began by itself: `/auth/external` without a login.

use anteroom_oauth::authorization::{self, Authorization};
use anteroom_testkit::builders::{ELSEWHERE, FOREIGN, LEGACY, OFF, PAT, PORTAL, PROJECT, ROBOT, SPA};
use anteroom_testkit::client::encode;
use anteroom_testkit::provider::{Knobs, Person, UserInfo};
use serde_json::json;

use super::{CALLBACK, Turn, from_app, location, parameter, pat, state_of, usual, with, world};
use crate::steps::{CHALLENGE, FAILED, LEGACY_AT, VERIFIER, claims, said};

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
