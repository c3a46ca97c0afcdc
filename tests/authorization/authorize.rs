//! The authorization endpoint: AZ, AR, NA.

use crate::harness::{
    APP, Browser, CB, CHALLENGE, LEGACY, LOOPBACK, OFF, OTHER, ROBOT, SEED, SPA, Server, VERIFIER, WEB, but,
    encode, query, redeem, request,
};

/// 400 page without `Location`.
async fn is_page(server: &Server, raw_query: &str) -> String {
    let page = Browser::default().get(server, &format!("oauth2/authorize?{raw_query}")).await;
    assert_eq!(page.status, 400, "{raw_query}: {page:?}");
    assert_eq!(page.location(), None, "{raw_query}");
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{raw_query}");
    assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    page.body
}

#[tokio::test(flavor = "multi_thread")]
async fn az_01_ar_36_a_valid_request_goes_to_the_sign_in_page_by_get_and_by_post() {
    let server = Server::start().await;
    let parameters = request(WEB, CB);
    let page = Browser::default().authorize(&server, &parameters).await;
    assert_eq!(page.status, 303);
    assert!(page.location().unwrap().starts_with(&server.url("oauth2/interaction/")), "{page:?}");
    let posted = Browser::default().post(&server, "oauth2/authorize", &parameters).await;
    assert_eq!(posted.status, 303);
    assert!(posted.location().unwrap().starts_with(&server.url("oauth2/interaction/")), "{posted:?}");
    assert_eq!(posted.header("access-control-allow-origin"), None, "HT-15");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_02_unknown_and_disabled_clients_look_the_same() {
    let server = Server::start().await;
    let body = |client: Option<&'static str>| {
        let server = &server;
        async move { is_page(server, &query(&but(request(WEB, CB), "client_id", client))).await }
    };
    let unknown = body(Some("c0ffee00-0000-4000-8000-0000000000ee")).await;
    assert_eq!(body(Some(OFF)).await, unknown);
    assert_eq!(body(Some("not-a-uuid")).await, unknown);
    assert_eq!(body(None).await, unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn az_03_to_az_16_only_a_registered_redirect_uri_is_ever_redirected_to() {
    let server = Server::start().await;
    is_page(&server, &query(&but(request(WEB, CB), "redirect_uri", None))).await;
    for uri in [
        // AZ-04, AZ-05
        "https://evil.test/cb",
        "https://c.test/cb/x",
        "https://c.test/cb/",
        "https://c.test/c",
        // AZ-06
        "https://c.test/x/../cb",
        "https://c.test/cb/%2e%2e/cb",
        "https://c.test/cb/..;/x",
        "https://c.test/cb//",
        "https://c.test/%63b",
        // AZ-07, AZ-08
        "https://c.test/CB",
        "https://C.TEST/cb",
        "HTTPS://c.test/cb",
        // AZ-09
        "https://c.test/cb?y=1",
        "https://c.test/q?x=1&y=2",
        "https://c.test/q?x=2",
        "https://c.test/q",
        // AZ-10, AZ-11
        "https://c.test/cb#f",
        "https://c.test/cb#",
        "https://c.test:443/cb",
        "https://c.test:8443/cb",
        "https://c.test:0/cb",
        "https://c.test:65536/cb",
        // AZ-12
        "https://u@c.test/cb",
        "https://c.test@evil.test/cb",
        "https://a@b@c.test/cb",
        "https://c.test%2f@evil.test/cb",
        // AZ-13
        "https://c.test.evil.test/cb",
        "https://evilc.test/cb",
        "https://c.test./cb",
        "https://c。test/cb",
        "https://с.test/cb",
        // AZ-14
        "https:\\\\c.test\\cb",
        "https:c.test/cb",
        " https://c.test/cb",
        "https://c.test/cb ",
        "https://c.test/cb\n",
        "https://c.test/\tcb",
        "https://c.test/cb\r\n",
        // AZ-15, AZ-16
        "http://c.test/cb",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:https://c.test/x",
        "vbscript:x",
        "about:blank",
        "view-source:https://c.test/cb",
    ] {
        let body = is_page(&server, &query(&but(request(WEB, CB), "redirect_uri", Some(uri)))).await;
        assert!(!body.contains("<script"), "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_page_marks_the_characters_that_differ() {
    let server = Server::start().await;
    let body =
        is_page(&server, &query(&but(request(WEB, CB), "redirect_uri", Some("https://c.test/CB")))).await;
    assert!(body.contains("https://c.test/<mark>CB</mark>"), "{body}");
    assert!(body.contains("https://c.test/<mark>cb</mark>"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_medplums_dialect_the_answer_is_its_one_line() {
    let server = Server::in_dialect("medplum").await;
    for (parameters, text) in [
        (but(request(WEB, CB), "client_id", Some("x")), "Client not found"),
        (but(request(WEB, CB), "redirect_uri", None), "Missing redirect URI"),
        (but(request(WEB, CB), "redirect_uri", Some("https://c.test/x")), "Invalid redirect URI"),
    ] {
        let page = Browser::default().authorize(&server, &parameters).await;
        assert_eq!((page.status, page.body.as_str()), (400, text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn az_17_a_registered_query_stays() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let began = browser.authorize(&server, &request(WEB, "https://c.test/q?x=1")).await;
    let left = browser.finish(&server, began).await;
    assert!(left.location().unwrap().starts_with("https://c.test/q?x=1&code="), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_19_a_client_without_redirect_uris_learns_none() {
    let server = Server::start().await;
    server
        .change(|cx| {
            let id = anteroom_engine::id::Id::parse(OTHER).unwrap();
            let mut client = (*cx.tx.client(id)?.unwrap()).clone();
            client.settings.redirect_uris.clear();
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    for _ in 0..2 {
        is_page(&server, &query(&request(OTHER, "https://other.test/cb"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_01_to_ar_03_ar_05_ar_10_ar_13_to_ar_15_ar_17_ar_19_ar_23_ar_28_to_ar_30_ar_32_ar_33_refusals() {
    let server = Server::start().await;
    let long = "x".repeat(4_097);
    let rows: &[(&str, Option<&str>, &str)] = &[
        ("response_type", None, "invalid_request"), // AR-01
        ("response_type", Some("token"), "unsupported_response_type"), // AR-02
        ("response_type", Some("id_token"), "unsupported_response_type"),
        ("response_type", Some("code token"), "unsupported_response_type"),
        ("response_type", Some("junk"), "unsupported_response_type"),
        ("response_mode", Some("junk"), "unsupported_response_mode"), // AR-03
        ("response_mode", Some("fragment"), "unsupported_response_mode"),
        ("scope", None, "invalid_request"),             // AR-05
        ("scope", Some("openid \"x"), "invalid_scope"), // AR-06
        ("scope", Some("openid \\"), "invalid_scope"),
        ("scope", Some("nothing-known"), "invalid_scope"),
        ("nonce", Some(&long), "invalid_request"), // AR-10
        ("code_challenge_method", Some("plain"), "invalid_request"), // AR-13
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some("S512"), "invalid_request"),
        ("code_challenge", Some(&CHALLENGE[..42]), "invalid_request"), // AR-14
        ("code_challenge", Some(&long[..129]), "invalid_request"),
        ("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), "invalid_request"),
        ("code_challenge", None, "invalid_request"),       // AR-15
        ("prompt", Some("none"), "login_required"),        // AR-17
        ("prompt", Some("none login"), "invalid_request"), // AR-19
        ("prompt", Some("junk"), "invalid_request"),
        ("max_age", Some("-1"), "invalid_request"), // AR-23
        ("max_age", Some("abc"), "invalid_request"),
        ("max_age", Some("99999999999999999999"), "invalid_request"),
        ("id_token_hint", Some("garbage"), "invalid_request"), // AR-24
        ("id_token_hint", Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."), "invalid_request"),
        ("request", Some("a.b.c"), "request_not_supported"), // AR-28
        ("request_uri", Some("http://127.0.0.1:9/"), "request_uri_not_supported"), // AR-29
        ("registration", Some("{}"), "registration_not_supported"), // AR-30
        ("resource", Some("https://elsewhere.test/"), "invalid_target"), // AR-32
        ("resource", Some("relative"), "invalid_target"),
        ("aud", Some("https://elsewhere.test/fhir"), "invalid_request"), // AR-33
        ("launch", Some("xyz"), "invalid_request"),
    ];
    for (name, value, error) in rows {
        let page = Browser::default().authorize(&server, &but(request(WEB, CB), name, *value)).await;
        assert_eq!(page.status, 303, "{name}={value:?}: {page:?}");
        assert!(
            page.location().unwrap().starts_with("https://c.test/cb?error="),
            "{name}={value:?}: {page:?}"
        );
        let parameters = page.parameters();
        assert_eq!(parameters["error"], *error, "{name}={value:?}");
        assert_eq!(parameters["state"], "st", "{name}={value:?}");
        assert_eq!(parameters["iss"], server.base, "{name}={value:?}");
        assert!(!parameters.contains_key("code"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_12_ar_16_na_11_pkce_is_for_everybody() {
    let server = Server::start().await;
    let without =
        |client, uri| but(but(request(client, uri), "code_challenge", None), "code_challenge_method", None);
    for (client, uri) in
        [(SPA, LOOPBACK), (WEB, CB), (APP, "com.example.app:/cb"), (LEGACY, "https://legacy.test/cb")]
    {
        let page = Browser::default().authorize(&server, &without(client, uri)).await;
        assert_eq!(page.error(), "invalid_request", "{client}");
    }
    let seed = Browser::default().authorize(&server, &without(SEED, "https://seed.test/cb")).await;
    assert!(seed.location().unwrap().starts_with(&server.base), "pkceOptional: {seed:?}");
    let plain = but(request(LEGACY, "https://legacy.test/cb"), "code_challenge_method", Some("plain"));
    let plain = Browser::default().authorize(&server, &plain).await;
    assert!(plain.location().unwrap().starts_with(&server.base), "plain from Medplum's SDK: {plain:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_the_grant_is_told_so() {
    let server = Server::start().await;
    let page = Browser::default().authorize(&server, &request(ROBOT, "https://robot.test/cb")).await;
    assert_eq!(page.error(), "unauthorized_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn authorize_refuses_parameters_that_come_twice() {
    let server = Server::start().await;
    let whole = query(&request(WEB, CB));
    is_page(&server, &format!("{whole}&client_id={WEB}")).await;
    is_page(&server, &format!("{whole}&redirect_uri={}", encode(CB))).await;
    is_page(&server, &format!("{whole}&x=%zz")).await;
    let state = Browser::default().get(&server, &format!("oauth2/authorize?{whole}&state=other")).await;
    assert_eq!(state.error(), "invalid_request");
    assert!(!state.parameters().contains_key("state"), "no state is certain");
    let scope = Browser::default().get(&server, &format!("oauth2/authorize?{whole}&scope=openid")).await;
    assert_eq!((scope.error().as_str(), scope.parameters()["state"].as_str()), ("invalid_request", "st"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_06_ar_07_ar_27_ar_31_unknown_words_and_parameters_do_no_harm() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let mut parameters = but(request(WEB, CB), "scope", Some("no-such-word profile openid"));
    parameters.extend([
        ("display", "page"),
        ("ui_locales", "se"),
        ("claims_locales", "se"),
        ("acr_values", "1 2"),
    ]);
    parameters.extend([("extra", "foobar"), ("claims", "{not json")]);
    let code = browser.code(&server, &parameters).await;
    let tokens = redeem(&server, &code, &[]).await;
    assert_eq!(tokens.str("scope"), "profile openid", "what was granted is named: {tokens:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_08_ar_09_ar_35_state_comes_back_byte_for_byte_and_nothing_else() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let state = "&=#+%20é\"<>".repeat(160);
    let began = browser.authorize(&server, &but(request(WEB, CB), "state", Some(&state))).await;
    let left = browser.finish(&server, began).await;
    let parameters = left.parameters();
    assert_eq!(parameters["state"], state);
    let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "iss", "state"]);
    assert_eq!(parameters["iss"], server.base);
    let began = browser.authorize(&server, &but(request(WEB, CB), "state", None)).await;
    let names: Vec<String> = began.parameters().into_keys().collect();
    assert_eq!(names, ["code", "iss"], "signed in, agreed: no page, and no state");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_18_ar_20_ar_21_ar_22_prompt_and_max_age() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = browser.code(&server, &request(WEB, CB)).await;
    let first = crate::harness::claims(&redeem(&server, &code, &[]).await.str("id_token"));
    server.clock.advance(2);
    // AR-18: the session is there, the scope is new
    let wider = but(but(request(WEB, CB), "scope", Some("openid email")), "prompt", Some("none"));
    assert_eq!(browser.authorize(&server, &wider).await.error(), "consent_required");
    // the same scope again: silently
    let silent = browser.authorize(&server, &but(request(WEB, CB), "prompt", Some("none"))).await;
    let code = silent.parameters()["code"].clone();
    let tokens = redeem(&server, &code, &[]).await;
    assert_eq!(crate::harness::claims(&tokens.str("id_token"))["auth_time"], first["auth_time"]);
    // AR-22
    let young = browser.authorize(&server, &but(request(WEB, CB), "max_age", Some("10000"))).await;
    assert!(young.parameters().contains_key("code"), "{young:?}");
    // AR-21
    let old = browser.authorize(&server, &but(request(WEB, CB), "max_age", Some("1"))).await;
    assert!(old.location().unwrap().starts_with(&server.base), "{old:?}");
    // [OIDC-CORE §3.1.2.1] nobody is that young, not even who signed in this very second
    let code = browser.code(&server, &but(request(WEB, CB), "prompt", Some("login"))).await;
    redeem(&server, &code, &[]).await;
    let now = browser.authorize(&server, &but(request(WEB, CB), "max_age", Some("0"))).await;
    assert!(now.location().unwrap().starts_with(&server.base), "{now:?}");
    server.clock.advance(1);
    // AR-20
    let code = browser.code(&server, &but(request(WEB, CB), "prompt", Some("login"))).await;
    let again = crate::harness::claims(&redeem(&server, &code, &[]).await.str("id_token"));
    assert!(again["auth_time"].as_i64() > first["auth_time"].as_i64(), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_24_ar_25_a_hint_never_signs_anybody_in() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let code = browser.code(&server, &request(WEB, CB)).await;
    let tokens = redeem(&server, &code, &[]).await;
    let (id_token, access_token) = (tokens.str("id_token"), tokens.str("access_token"));
    let with = |hint| but(but(request(WEB, CB), "prompt", Some("none")), "id_token_hint", Some(hint));
    let leaked = Browser::default().authorize(&server, &with(&id_token)).await;
    assert_eq!(leaked.error(), "login_required");
    assert!(browser.authorize(&server, &with(&id_token)).await.parameters().contains_key("code"));
    assert_eq!(browser.authorize(&server, &with(&access_token)).await.error(), "invalid_request");
    let other = but(request(OTHER, "https://other.test/cb"), "id_token_hint", Some(&id_token));
    assert_eq!(browser.authorize(&server, &other).await.error(), "invalid_request", "another client's token");
    // Somebody else's: the session is not the one that is expected.
    let mut bob = Browser::default();
    let began = bob.authorize(&server, &request(WEB, CB)).await;
    bob.finish_as(&server, began, crate::harness::BOB).await;
    assert_eq!(bob.authorize(&server, &with(&id_token)).await.error(), "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_37_codes_are_43_random_characters() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    let first = browser.code(&server, &request(WEB, CB)).await;
    let second = browser.authorize(&server, &request(WEB, CB)).await.parameters()["code"].clone();
    assert_eq!((first.len(), second.len()), (43, 43));
    assert_ne!(first, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn ar_42_ar_43_a_page_is_shown_before_a_code_goes_to_an_app() {
    let server = Server::start().await;
    let mut browser = Browser::default();
    for uri in ["com.example.app:/cb", "com.example.app://cb"] {
        let began = browser.authorize(&server, &request(APP, uri)).await;
        assert!(
            began.location().unwrap().starts_with(&server.base),
            "even when everything is agreed: {began:?}"
        );
        let left = browser.finish(&server, began).await;
        let location = left.location().unwrap();
        assert_eq!(location.split_once('?').unwrap().0, uri, "{location}");
    }
    let silent =
        browser.authorize(&server, &but(request(APP, "com.example.app:/cb"), "prompt", Some("none"))).await;
    assert_eq!(silent.error(), "interaction_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn na_01_to_na_08_loopback_addresses_have_a_free_port_and_nothing_else() {
    let server = Server::start().await;
    for uri in [
        "http://127.0.0.1:1024/cb",
        "http://127.0.0.1:65535/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:49152/cb",
    ] {
        let page = Browser::default().authorize(&server, &request(SPA, uri)).await;
        assert_eq!(page.status, 303, "{uri}: {page:?}");
    }
    for uri in [
        "http://127.0.0.1:5000/other",
        "http://127.0.0.1:5000/cb?x",
        "http://127.0.0.1:5000/CB",
        "http://127.0.0.2:5000/cb",
        "http://127.1:5000/cb",
        "http://0x7f.1:5000/cb",
        "http://2130706433:5000/cb",
        "http://[::ffff:127.0.0.1]:5000/cb",
        "http://0.0.0.0:5000/cb",
        "https://127.0.0.1:5/cb",
        "http://u@127.0.0.1:5/cb",
        "http://127.0.0.1:5/cb#f",
        "http://localhost:5000/cb",
        "http://localhost.evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
    ] {
        is_page(&server, &query(&request(SPA, uri))).await;
    }
    // The very port goes through to the token endpoint.
    let mut browser = Browser::default();
    let code = browser.code(&server, &request(SPA, "http://127.0.0.1:5000/cb")).await;
    let fields = |uri| {
        [
            ("grant_type", "authorization_code"),
            ("client_id", SPA),
            ("code", code.as_str()),
            ("redirect_uri", uri),
            ("code_verifier", VERIFIER),
        ]
    };
    assert_eq!(
        server.token(&fields("http://127.0.0.1:5001/cb")).await.refusal(),
        (400, "invalid_grant".into())
    );
    assert_eq!(server.token(&fields("http://127.0.0.1:5000/cb")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_names_what_is_there() {
    let server = Server::start().await;
    let document = server.send(server.get(".well-known/openid-configuration")).await.json();
    for (member, path) in [
        ("authorization_endpoint", "oauth2/authorize"),
        ("introspection_endpoint", "oauth2/introspect"),
        ("revocation_endpoint", "oauth2/revoke"),
        ("end_session_endpoint", "oauth2/logout"),
    ] {
        assert_eq!(document[member], server.url(path));
        assert_ne!(server.send(server.get(path)).await.status, 404, "{path}");
    }
    assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["request_uri_parameter_supported"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_3_3_a_request_without_scope_gets_the_default_one() {
    const SEED_CB: &str = "https://seed.test/cb";
    let server = Server::start().await;
    let code = Browser::default().code(&server, &but(request(SEED, SEED_CB), "scope", None)).await;
    let fields = [("grant_type", "authorization_code"), ("client_id", SEED), ("code", code.as_str())];
    let mut fields = fields.to_vec();
    fields.extend([("redirect_uri", SEED_CB), ("code_verifier", VERIFIER)]);
    let tokens = server.token(&fields).await;
    assert_eq!((tokens.status, tokens.str("scope").as_str()), (200, "openid"), "{tokens:?}");
}
