//! `audience`: which API a token is for, what it says, and what is refused.

use anteroom_oauth::jose::hs256::SharedSecret;
use serde_json::{Value, json};

use crate::harness::{
    ADA_USER, ADMIN, ADMIN_SECRET, API, Browser, CALLBACK, CHALLENGE, DESK, DESK_SECRET, Server, claims,
    parts, segment,
};

/// The address a browser is sent to for an authorization request of the SPA, without a person.
async fn error_of(server: &Server, client: &Value, audience: &str) -> (String, String) {
    let id = client["client_id"].as_str().unwrap();
    let page = Browser::default()
        .authorize(server, &[("client_id", id), ("scope", "openid"), ("audience", audience)])
        .await;
    assert_eq!(page.status, 303, "{page:?}");
    let said = page.parameters();
    assert!(page.location().starts_with(CALLBACK), "{page:?}");
    let text = |name: &str| said.get(name).cloned().unwrap_or_default();
    (text("error"), text("error_description"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_audience_is_repeated_byte_by_byte() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    admin.api().await;
    for wrong in [
        format!("{API}/"),
        format!("{API}\n"),
        format!(" {API}"),
        API.replace("https", "http"),
        API.to_uppercase(),
        "urn:nobody".to_owned(),
        server.base.clone(),
        "http://127.0.0.1:1/me/".to_owned(),
    ] {
        let expected = ("access_denied".to_owned(), format!("Service not found: {wrong}"));
        assert_eq!(error_of(&server, &spa, &wrong).await, expected, "{wrong:?}");
    }
    let machine = server
        .token(
            &json!({ "grant_type": "client_credentials", "client_id": ADMIN, "client_secret": ADMIN_SECRET,
                        "audience": "urn:nobody" }),
        )
        .await;
    let expected =
        (403, "access_denied".to_owned(), "Service not enabled within domain: urn:nobody".to_owned());
    assert_eq!(machine.refusal(), expected);
    // [RFC6749 §5.2] what JSON may not say there is a question mark
    let hostile = "x\"\\\r\n\u{e9}\u{202e}<b>";
    let hostile = json!({ "grant_type": "client_credentials", "client_id": ADMIN, "client_secret": ADMIN_SECRET,
                          "audience": hostile });
    let (_, _, words) = server.token(&hostile).await.refusal();
    assert_eq!(words, "Service not enabled within domain: x??????<b>");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_our_own_address_an_unknown_audience_is_an_invalid_target() {
    let server = Server::start().await;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", DESK),
        ("client_secret", DESK_SECRET),
        ("audience", "urn:nobody"),
    ];
    let refused = server.send(server.request("POST", "oauth2/token").form(&fields)).await.refusal();
    assert_eq!((refused.0, refused.1.as_str()), (400, "invalid_target"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_ask_is_decided_by_policy_and_client_grant() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let id = spa["client_id"].as_str().unwrap().to_owned();
    admin.api().await;
    let api = format!("resource-servers/{}", segment(API));
    let refused = (
        "invalid_request".to_owned(),
        format!("Client \"{id}\" is not authorized to access resource server \"{API}\"."),
    );
    let policy = |user: &str| json!({ "subject_type_authorization": { "user": { "policy": user } } });
    let scope_of = async |scope: &str| {
        let tokens = Browser::default().sign_in(&server, &spa, &[("audience", API), ("scope", scope)]).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        claims(&tokens.str("access_token"))["scope"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        scope_of("openid read:calendar nonsense delete:all").await,
        "openid read:calendar",
        "allow_all"
    );
    admin.patch(&api, policy("deny_all")).await;
    assert_eq!(error_of(&server, &spa, API).await, refused, "deny_all");
    admin.patch(&api, policy("require_client_grant")).await;
    assert_eq!(error_of(&server, &spa, API).await, refused, "no grant");
    let mut grant = json!({ "client_id": id, "audience": API, "scope": ["read:calendar", "write:calendar"] });
    admin.made("client-grants", grant.clone()).await;
    assert_eq!(error_of(&server, &spa, API).await, refused, "a grant of another type");
    grant["subject_type"] = json!("user");
    grant["scope"] = json!(["write:calendar"]);
    admin.made("client-grants", grant).await;
    assert_eq!(scope_of("read:calendar write:calendar").await, "write:calendar", "capped at the grant");
    // A third-party client needs a grant even where all are allowed.
    admin.patch(&api, policy("allow_all")).await;
    assert_eq!(scope_of("read:calendar").await, "read:calendar");
    admin.patch(&format!("clients/{id}"), json!({ "is_first_party": false })).await;
    assert_eq!(scope_of("read:calendar write:calendar").await, "write:calendar");
    // The two of the system.
    let me = server.url("me/");
    let words = format!("Client \"{id}\" is not authorized to access resource server \"{me}\".");
    assert_eq!(error_of(&server, &spa, &me).await, ("invalid_request".to_owned(), words));
    let management = error_of(&server, &spa, &server.url("api/v2/")).await;
    assert_eq!(management.0, "invalid_request", "never for a person");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_away_between_the_pages_and_the_token_is_not_given() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let id = spa["client_id"].as_str().unwrap();
    admin.api().await;
    let api = format!("resource-servers/{}", segment(API));
    let code = async || {
        let mut browser = Browser::default();
        let asked = [("client_id", id), ("audience", API), ("scope", "read:calendar write:calendar")];
        let began = browser.authorize(&server, &asked).await;
        let (page, _) = browser.through(&server, began).await;
        page.parameters()["code"].clone()
    };
    let redeem = async |code: String| {
        server
            .token(&json!({ "grant_type": "authorization_code", "client_id": id, "code": code,
                            "redirect_uri": CALLBACK, "code_verifier": crate::harness::VERIFIER }))
            .await
    };
    let waiting = code().await;
    admin.patch(&api, json!({ "scopes": [{ "value": "read:calendar" }] })).await;
    assert_eq!(redeem(waiting).await.str("scope"), "read:calendar");
    let waiting = code().await;
    admin.delete(&api).await;
    let refused = redeem(waiting).await.refusal();
    assert_eq!(refused, (403, "access_denied".to_owned(), format!("Service not found: {API}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_what_auth0s_profiles_say() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let id = spa["client_id"].as_str().unwrap();
    admin.api().await;
    let api = format!("resource-servers/{}", segment(API));
    let both = json!([API, server.url("userinfo")]);
    for (change, scope, typ, aud, lifetime) in [
        (json!({ "name": "A" }), "openid read:calendar", "JWT", both.clone(), 86_400),
        (json!({ "name": "A" }), "read:calendar", "JWT", json!(API), 86_400),
        (json!({ "token_lifetime": 600 }), "openid", "JWT", both.clone(), 600),
        (json!({ "token_dialect": "rfc9068_profile" }), "openid", "at+jwt", both.clone(), 600),
    ] {
        admin.patch(&api, change.clone()).await;
        let tokens = Browser::default().sign_in(&server, &spa, &[("audience", API), ("scope", scope)]).await;
        assert_eq!(tokens.json()["expires_in"], lifetime, "{change}");
        let mut members: Vec<String> = tokens.json().as_object().unwrap().keys().cloned().collect();
        members.sort_unstable();
        let mut expected = vec!["access_token", "expires_in", "id_token", "scope", "token_type"];
        expected.retain(|member| *member != "id_token" || scope.contains("openid"));
        assert_eq!(members, expected, "nothing of Medplum's");
        let (header, said) = parts(&tokens.str("access_token"));
        assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!(typ)));
        assert!(header["kid"].is_string());
        assert_eq!((&said["iss"], &said["aud"]), (&json!(server.base), &aud));
        assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), lifetime);
        assert_eq!(
            (said["sub"].as_str(), said["scope"].as_str()),
            (Some(&*format!("auth0|{ADA_USER}")), Some(scope))
        );
        let auth0s = typ == "JWT";
        assert_eq!(said.get("azp"), Some(&json!(id)).filter(|_| auth0s), "{said}");
        assert_eq!(said.get("client_id"), Some(&json!(id)).filter(|_| !auth0s), "{said}");
        assert_eq!(said.get("gty"), None, "{said}");
        assert_eq!(said.get("jti").is_some(), typ != "JWT");
        if scope.contains("openid") {
            let (header, id_token) = parts(&tokens.str("id_token"));
            assert_eq!(
                (&header["alg"], &id_token["aud"], &id_token["sub"]),
                (&json!("RS256"), &json!(id), &said["sub"])
            );
            let userinfo =
                server.send(server.request("GET", "userinfo").bearer_auth(tokens.str("access_token"))).await;
            assert_eq!((userinfo.status, userinfo.str("sub")), (200, format!("auth0|{ADA_USER}")));
        }
    }
    // Without openid the token is for the API alone.
    let tokens =
        Browser::default().sign_in(&server, &spa, &[("audience", API), ("scope", "read:calendar")]).await;
    let refused =
        server.send(server.request("GET", "userinfo").bearer_auth(tokens.str("access_token"))).await;
    assert_eq!(refused.status, 401, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_with_a_shared_secret_gets_tokens_signed_with_it() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let api = admin
        .made(
            "resource-servers",
            json!({ "identifier": API, "signing_alg": "HS256", "scopes": [{ "value": "a" }] }),
        )
        .await;
    let tokens = Browser::default().sign_in(&server, &spa, &[("audience", API), ("scope", "openid a")]).await;
    let token = tokens.str("access_token");
    let (header, said) = parts(&token);
    assert_eq!((&header["alg"], &said["aud"]), (&json!("HS256"), &json!(API)), "never for userinfo too");
    let secret = SharedSecret::new(api["signing_secret"].as_str().unwrap().as_bytes());
    assert!(secret.verify_jws(&token).is_ok());
    assert!(SharedSecret::new(b"another secret!!").verify_jws(&token).is_err());
    assert_eq!(server.send(server.request("GET", "userinfo").bearer_auth(&token)).await.status, 401);
    assert_eq!(server.send(server.request("GET", "api/v2/clients").bearer_auth(&token)).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_a_token_of_its_own_by_client_grant_only() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let machine = admin.made("clients", json!({ "name": "Machine", "app_type": "non_interactive" })).await;
    let (id, secret) = (machine["client_id"].as_str().unwrap(), machine["client_secret"].as_str().unwrap());
    admin.api().await;
    let ask = async |more: Value| {
        let mut body =
            json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.token(&body).await
    };
    let (status, error, words) = ask(json!({ "audience": API })).await.refusal();
    assert_eq!((status, error.as_str()), (403, "access_denied"));
    assert!(
        words.starts_with(&format!("Client \"{id}\" is not authorized to access resource server \"{API}\".")),
        "{words}"
    );
    assert!(words.contains("client-grant"), "{words}");
    let (status, error, _) = ask(json!({})).await.refusal();
    assert_eq!(
        (status, error.as_str()),
        (403, "access_denied"),
        "no audience, no token: it reaches no records of ours"
    );
    let basic = server.send(server.request("GET", "fhir/R4/Patient").basic_auth(id, Some(secret))).await;
    assert_eq!(basic.status, 401, "{basic:?}");
    admin
        .made("client-grants", json!({ "client_id": id, "audience": API, "scope": ["read:calendar"] }))
        .await;
    // `null` is as good as absent.
    let token = ask(json!({ "audience": API, "organization": null })).await;
    assert_eq!(token.status, 200, "{token:?}");
    let said = claims(&token.str("access_token"));
    assert_eq!(said["sub"], json!(format!("{id}@clients")));
    assert_eq!(
        (&said["aud"], &said["gty"], &said["azp"]),
        (&json!(API), &json!("client-credentials"), &json!(id))
    );
    assert_eq!((said["scope"].as_str(), token.json().get("refresh_token")), (Some("read:calendar"), None));
    let less = ask(json!({ "audience": API, "scope": "read:calendar write:calendar" })).await;
    assert_eq!(less.str("scope"), "read:calendar");
    let me = ask(json!({ "audience": server.url("me/") })).await.refusal();
    assert_eq!((me.0, me.1.as_str()), (403, "access_denied"), "never with client credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_auth0_has_answer_in_its_words() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.api().await;
    let capi = admin
        .made(
            "clients",
            json!({ "name": "C", "app_type": "resource_server", "resource_server_identifier": API }),
        )
        .await;
    let (id, secret) = (capi["client_id"].as_str().unwrap(), capi["client_secret"].as_str().unwrap());
    let unauthorized = (401, "access_denied".to_owned(), "Unauthorized".to_owned());
    for (body, expected) in [
        (
            json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": "wrong" }),
            unauthorized.clone(),
        ),
        (
            json!({ "grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x" }),
            unauthorized,
        ),
        (
            json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret }),
            (
                403,
                "unauthorized_client".to_owned(),
                "Grant type 'client_credentials' not allowed for the client.".to_owned(),
            ),
        ),
        (
            json!({ "grant_type": "smoke" }),
            (400, "unsupported_grant_type".to_owned(), "Unsupported grant_type".to_owned()),
        ),
        (json!({}), (400, "invalid_request".to_owned(), "Missing grant_type".to_owned())),
        (
            json!({ "grant_type": "refresh_token", "client_id": DESK, "client_secret": DESK_SECRET, "refresh_token": "x" }),
            (403, "invalid_grant".to_owned(), "Unknown or invalid refresh token.".to_owned()),
        ),
        (
            json!({ "grant_type": ["a"] }),
            (400, "invalid_request".to_owned(), "Malformed form body".to_owned()),
        ),
    ] {
        assert_eq!(server.token(&body).await.refusal(), expected, "{body}");
        let Some(fields) = body.as_object().filter(|members| members.values().all(Value::is_string)) else {
            continue;
        };
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let form = server.send(server.request("POST", "oauth/token").form(&fields)).await;
        assert_eq!(form.refusal(), expected, "{body} as a form");
    }
    // Our own address keeps our words, and takes forms only.
    let fields = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "wrong")];
    let own = server.send(server.request("POST", "oauth2/token").form(&fields)).await;
    assert_eq!((own.status, own.str("error")), (401, "invalid_client".to_owned()));
    let own = server.send(server.request("POST", "oauth2/token").json(&json!({ "grant_type": "x" }))).await;
    assert_eq!(own.status, 400);
    // Basic and a repeated client_id, as one SDK does.
    let both = server
        .send(server.request("POST", "oauth/token").basic_auth(id, Some(secret)).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("audience", API),
        ]))
        .await;
    assert_eq!(both.refusal().1, "unauthorized_client", "the secret was right");
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_asked_for_each_api_and_skipped_where_both_say_so() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let id = spa["client_id"].as_str().unwrap();
    admin.api().await;
    let other = json!({ "identifier": "urn:other", "scopes": [{ "value": "read:calendar" }] });
    admin.made("resource-servers", other).await;
    let mut browser = Browser::default();
    let pages = async |browser: &mut Browser, audience: &str, callback: &str| {
        let asked = [("client_id", id), ("audience", audience), ("scope", "read:calendar")];
        let began = if callback == CALLBACK {
            browser.authorize(&server, &asked).await
        } else {
            let mut all = vec![
                ("response_type", "code"),
                ("redirect_uri", callback),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ];
            all.extend_from_slice(&asked);
            browser.ask(&server, &all).await
        };
        browser.through(&server, began).await.1
    };
    assert_eq!(pages(&mut browser, API, CALLBACK).await, 2, "sign in, agree");
    assert_eq!(pages(&mut browser, API, CALLBACK).await, 0, "remembered");
    assert_eq!(
        pages(&mut browser, "urn:other", CALLBACK).await,
        1,
        "the same word of another API is another"
    );
    assert_eq!(pages(&mut browser, API, CALLBACK).await, 0, "and the first is not forgotten");
    let skipping = json!({ "identifier": "urn:skip", "skip_consent_for_verifiable_first_party_clients": true,
                           "scopes": [{ "value": "read:calendar" }] });
    admin.made("resource-servers", skipping).await;
    assert_eq!(
        pages(&mut browser, "urn:skip", CALLBACK).await,
        1,
        "an address on this machine is nobody's own"
    );
    let away = "https://spa.example.org/callback";
    admin.patch(&format!("clients/{id}"), json!({ "callbacks": [CALLBACK, away] })).await;
    let fresh = json!({ "identifier": "urn:skip-2", "skip_consent_for_verifiable_first_party_clients": true,
                        "scopes": [{ "value": "read:calendar" }] });
    admin.made("resource-servers", fresh).await;
    assert_eq!(pages(&mut browser, "urn:skip-2", away).await, 0, "skipped");
    admin.patch(&format!("clients/{id}"), json!({ "is_first_party": false })).await;
    admin.made("client-grants", json!({ "client_id": id, "audience": "urn:skip-2", "subject_type": "user", "scope": ["read:calendar"] })).await;
    assert_eq!(pages(&mut browser, "urn:skip-2", away).await, 1, "not for a third party");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_an_api_is_revoked_and_looked_at() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let spa = admin.spa().await;
    let id = spa["client_id"].as_str().unwrap();
    admin.api().await;
    let tokens = Browser::default()
        .sign_in(&server, &spa, &[("audience", API), ("scope", "openid read:calendar")])
        .await;
    let token = tokens.str("access_token");
    let userinfo = async || server.send(server.request("GET", "userinfo").bearer_auth(&token)).await.status;
    let desk = [("token", token.as_str()), ("client_id", DESK), ("client_secret", DESK_SECRET)];
    let looked = server.send(server.request("POST", "oauth2/introspect").form(&desk)).await.json();
    assert_eq!((&looked["active"], &looked["aud"]), (&json!(true), &json!([API, server.url("userinfo")])));
    let machine = admin.made("clients", json!({ "name": "Stranger" })).await;
    let strangers = json!({ "client_id": machine["client_id"], "client_secret": machine["client_secret"], "token": token });
    assert_eq!(server.send(server.request("POST", "oauth/revoke").json(&strangers)).await.status, 200);
    assert_eq!(userinfo().await, 200, "another client's revocation changes nothing");
    let own = json!({ "client_id": id, "token": token });
    assert_eq!(server.send(server.request("POST", "oauth/revoke").json(&own)).await.status, 200);
    assert_eq!(userinfo().await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn auth0s_logout_goes_back_to_a_registered_address() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin
        .made("clients", json!({ "name": "W", "token_endpoint_auth_method": "none", "callbacks": [CALLBACK],
                                 "grant_types": ["authorization_code"], "allowed_logout_urls": ["https://c.test/bye"] }))
        .await;
    admin.api().await;
    let mut browser = Browser::default();
    let tokens = browser.sign_in(&server, &made, &[("audience", API), ("scope", "openid")]).await;
    let id = made["client_id"].as_str().unwrap();
    for (to, expected) in [("https://evil.test", None), ("https://c.test/bye", Some("https://c.test/bye"))] {
        let mut own = browser.clone();
        let hint = tokens.str("id_token");
        let page =
            own.logout(&server, &[("client_id", id), ("returnTo", to), ("id_token_hint", &hint)]).await;
        assert_eq!(page.header("location"), expected, "{to}: {page:?}");
        assert!([200, 303].contains(&page.status), "{page:?}");
    }
}
