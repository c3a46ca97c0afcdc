//! JT: what id tokens and access tokens hold, and when they stop being worth anything. RT-15's strength of opaque values.

use std::collections::HashSet;

use anteroom_engine::id::Id;
use anteroom_engine::service::clients;
use anteroom_testkit::builders::{DESK, DESK_SECRET, ELSEWHERE, PAT, PAT_USER, PORTAL};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::{claims, code, code_with, header, preauthorize, redeem, userinfo_status};

/// Access token and id token of Pat, at a client.
async fn tokens(server: &TestServer, client: &str, scope: &str) -> (String, String) {
    let issued = preauthorize(server, client, PAT, json!({ "scope": scope })).await;
    let reply = redeem(server, client, &issued.str("preAuthorizedCode"), &[]).await;
    (reply.str("access_token"), reply.str("id_token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn jt_02_jt_06_tokens_name_their_algorithm_their_key_and_their_kind() {
    let server = TestServer::start().await;
    for (client, alg) in [(PORTAL, "ES256"), (ELSEWHERE, "RS256")] {
        let (access, id) = tokens(&server, client, "openid").await;
        let (access, id) = (header(&access), header(&id));
        assert_eq!((&access["typ"], &access["alg"]), (&json!("at+jwt"), &json!(alg)), "{client}");
        assert_eq!((&id["typ"], &id["alg"]), (&json!("JWT"), &json!(alg)), "{client}");
        for header in [&access, &id] {
            assert!(header["kid"].is_string(), "{client}: {header}");
            let members: HashSet<&str> = header.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, HashSet::from(["alg", "kid", "typ"]), "{client}: nothing that brings a key");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jt_03_jt_04_an_id_token_holds_no_more_than_was_asked_for() {
    let server = TestServer::start().await;
    let (_, id_token) = tokens(&server, PORTAL, "openid profile").await;
    let claims = claims(&id_token);
    assert!(claims.get("azp").is_none_or(|azp| azp == PORTAL), "{claims}");
    for absent in ["email", "name", "given_name", "family_name", "birthdate", "address", "phone_number"] {
        assert!(claims.get(absent).is_none(), "{absent}: {claims}");
    }
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(PORTAL), &json!(PAT_USER)));
}

#[tokio::test(flavor = "multi_thread")]
async fn jt_05_an_id_token_has_no_at_hash() {
    let server = TestServer::start().await;
    // [OpenID Connect Core §3.1.3.6] optional in the code flow: what is not there cannot be wrong.
    for client in [PORTAL, ELSEWHERE] {
        let (_, id_token) = tokens(&server, client, "openid").await;
        assert!(claims(&id_token).get("at_hash").is_none(), "{client}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jt_07_an_access_token_says_for_whom_by_whom_and_until_when() {
    let server = TestServer::start().await;
    let (access, _) = tokens(&server, PORTAL, "openid").await;
    let claims = claims(&access);
    let now = server.now().seconds();
    for (claim, value) in [
        ("iss", json!(server.base())),
        ("aud", json!(server.base())),
        ("sub", json!(PAT_USER)),
        ("client_id", json!(PORTAL)),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now + 3_600)),
        ("scope", json!("openid")),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    let (again, _) = tokens(&server, PORTAL, "openid").await;
    let other = crate::steps::claims(&again);
    assert!(claims["jti"].is_string() && claims["jti"] != other["jti"], "each token has an id of its own");
    assert_ne!(claims["login_id"], other["login_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jt_13_tokens_end_with_what_they_came_from() {
    let server = TestServer::start().await;
    let introspect = async |token: &str| {
        let request = server.post("/oauth2/introspect").basic(DESK, DESK_SECRET);
        request.form(&[("token", token)]).send().await.json()["active"] == Value::Bool(true)
    };
    let (access, _) = tokens(&server, PORTAL, "openid").await;
    assert!(introspect(&access).await);
    assert_eq!(userinfo_status(&server, &access).await, 200);
    server
        .change(|cx| {
            let portal = cx.tx.client(Id::parse(PORTAL).unwrap())?.expect("the portal");
            clients::delete(cx, &portal)
        })
        .await;
    assert!(!introspect(&access).await, "its client is gone");
    assert_eq!(userinfo_status(&server, &access).await, 401, "at once, not only at exp");
}

#[tokio::test(flavor = "multi_thread")]
async fn jt_14_opaque_values_are_long_random_and_never_alike() {
    let server = TestServer::start().await;
    let mut seen = HashSet::new();
    for _ in 0..20 {
        let value = code(&server).await;
        assert_eq!(value.len(), 43, "256 bits in base64url");
        // Shannon's measure over the letters of one value, as the conformance suite counts.
        let letters = value.chars().collect::<Vec<_>>();
        let length = f64::from(u32::try_from(letters.len()).unwrap());
        let bits: f64 = letters
            .iter()
            .collect::<HashSet<_>>()
            .into_iter()
            .map(|letter| {
                let share =
                    f64::from(u32::try_from(letters.iter().filter(|own| *own == letter).count()).unwrap())
                        / length;
                -share * share.log2() * length
            })
            .sum();
        assert!(bits > 96.0, "{bits} bits");
        assert!(seen.insert(value), "twice");
    }
    let (pin, _) = code_with(&server, json!({ "txCode": true })).await;
    assert!(seen.insert(pin));
}

#[tokio::test(flavor = "multi_thread")]
async fn sm_06_the_patient_stands_beside_the_token() {
    let server = TestServer::start().await;
    let issued = preauthorize(&server, PORTAL, PAT, json!({ "scope": "openid launch/patient" })).await;
    let reply = redeem(&server, PORTAL, &issued.str("preAuthorizedCode"), &[]).await;
    assert_eq!(reply.str("patient"), PAT, "on whose behalf the code was issued");
    assert_eq!(reply.json()["need_patient_banner"], true);
    let fields = [("grant_type", "client_credentials")];
    let own = server.post("/oauth2/token").basic(DESK, DESK_SECRET).form(&fields).send().await;
    assert!(own.json().get("patient").is_none(), "a client is no patient");
}
