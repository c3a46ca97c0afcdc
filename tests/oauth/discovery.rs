//! DS: discovery and keys.

use std::collections::HashSet;

use anteroom_engine::service::keys;
use anteroom_oauth::jose::Alg;
use anteroom_testkit::builders::{ELSEWHERE, PAT, PORTAL, PORTAL_SECRET, SPA};
use anteroom_testkit::client::{FORM, Reply};
use anteroom_testkit::server::TestServer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::snapshot::{Form, redacted};
use crate::steps::{
    claims, client_credentials, code, header, is, preauthorize, redeem, refused, userinfo_status,
};

async fn document(server: &TestServer) -> Value {
    server.get("/.well-known/openid-configuration").send().await.json()
}

async fn kids(server: &TestServer) -> HashSet<String> {
    let keys = server.get("/.well-known/jwks.json").send().await.json();
    let keys = keys["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_01_the_issuer_is_the_base_to_the_byte() {
    let server = TestServer::start().await;
    let reply = server.get("/.well-known/openid-configuration").send().await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert_eq!(reply.str("issuer"), server.base());
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    insta::assert_json_snapshot!("openid_configuration", redacted(&server, &reply.json(), &[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_02_both_documents_are_the_same() {
    let server = TestServer::start().await;
    let openid = document(&server).await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/api/.well-known/oauth-authorization-server",
        "/api/.well-known/openid-configuration",
    ] {
        assert_eq!(server.get(path).send().await.json(), openid, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_04_every_address_answers_and_what_is_not_listed_is_refused() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let mut addresses = 0;
    for (member, value) in document.as_object().unwrap() {
        if member.ends_with("_endpoint") || member == "jwks_uri" {
            let target = value.as_str().unwrap().strip_prefix(&server.base()).expect("below the issuer");
            assert_ne!(server.get(&format!("/{target}")).send().await.status, 404, "{member}");
            addresses += 1;
        }
    }
    assert_eq!(addresses, 7, "authorize, token, userinfo, introspect, revoke, logout, keys");
    let listed: HashSet<&str> = document["grant_types_supported"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| grant.as_str().unwrap())
        .collect();
    for grant in [
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let request = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET);
        let reply = request.form(&[("grant_type", grant)]).send().await;
        let unsupported = refused(&reply) == is(400, "unsupported_grant_type");
        assert_eq!(unsupported, !listed.contains(grant), "{grant}: {reply:?}");
    }
    let path = "/oauth2/register";
    assert_eq!(server.get(path).send().await.status, 404, "{path} is not listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_03_ds_05_ds_06_what_must_be_said_is_said() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    for member in [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(document.get(member).is_some(), "{member} is required");
    }
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_07_the_listed_client_authentications_are_those_that_work() {
    let server = TestServer::start().await;
    let listed = document(&server).await["token_endpoint_auth_methods_supported"].clone();
    assert_eq!(listed, json!(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]));
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200, "client_secret_basic");
    let fields =
        [("grant_type", "client_credentials"), ("client_id", PORTAL), ("client_secret", PORTAL_SECRET)];
    assert_eq!(server.post("/oauth2/token").form(&fields).send().await.status, 200, "client_secret_post");
    let issued = preauthorize(&server, SPA, PAT, json!({})).await.str("preAuthorizedCode");
    assert_eq!(redeem(&server, SPA, &issued, &[]).await.status, 200, "none");
    // private_key_jwt: private_key_jwt.rs
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_08_no_algorithm_is_none_or_symmetric() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let mut lists = 0;
    for (member, value) in document.as_object().unwrap() {
        if member.ends_with("_alg_values_supported") {
            lists += 1;
            for alg in value.as_array().unwrap() {
                let alg = alg.as_str().unwrap();
                assert!(alg != "none" && !alg.starts_with("HS"), "{member}: {alg}");
            }
        }
    }
    assert_eq!(lists, 2);
    assert_eq!(
        document["token_endpoint_auth_signing_alg_values_supported"],
        json!(["ES256", "RS256", "ES384", "RS384"])
    );
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["ES256", "RS256"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_09_codes_are_not_redeemed_anonymously() {
    let server = TestServer::start().await;
    assert_eq!(document(&server).await["pre-authorized_grant_anonymous_access_supported"], json!(false));
    let code = code(&server).await;
    let fields = [("grant_type", crate::steps::PRE_AUTHORIZED), ("pre-authorized_code", code.as_str())];
    assert_eq!(refused(&server.post("/oauth2/token").form(&fields).send().await), is(400, "invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_10_a_forged_host_gets_no_metadata() {
    let server = TestServer::start().await;
    for path in
        ["openid-configuration", "oauth-authorization-server", "oauth-protected-resource", "jwks.json"]
    {
        let request = server.get(&format!("/.well-known/{path}")).without("Host").header("Host", "evil.test");
        let reply = request.send().await;
        assert_eq!(reply.status, 421, "{path}");
        assert!(!reply.text().contains("evil") && !reply.text().contains("issuer"), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_11_keys_are_public_named_and_large_enough() {
    let server = TestServer::start().await;
    let reply = server.get("/.well-known/jwks.json").send().await;
    let body = reply.json();
    let keys = body["keys"].as_array().unwrap();
    let mut names = HashSet::new();
    for key in keys {
        assert!(names.insert(key["kid"].as_str().unwrap()), "a kid of its own");
        assert_eq!(key["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
        match key["alg"].as_str().unwrap() {
            "ES256" => assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256"))),
            "RS256" => {
                assert_eq!(key["kty"], "RSA");
                let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
                assert!(modulus.len() >= 256 && modulus[0] >= 0x80, "2048 bits at least");
            }
            other => panic!("{other}"),
        }
    }
    let forms = [
        ("/keys/0/kid", Form::Uuid),
        ("/keys/0/x", Form::Base64Url),
        ("/keys/0/y", Form::Base64Url),
        ("/keys/1/kid", Form::Uuid),
        ("/keys/1/n", Form::Base64Url),
    ];
    let mut sorted = body.clone();
    sorted["keys"].as_array_mut().unwrap().sort_by_key(|key| key["alg"].to_string());
    insta::assert_json_snapshot!("jwks", redacted(&server, &sorted, &forms));
}

async fn tokens(server: &TestServer, client: &str) -> Reply {
    let code = preauthorize(server, client, PAT, json!({})).await.str("preAuthorizedCode");
    let reply = redeem(server, client, &code, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_12_every_token_names_a_published_key() {
    let server = TestServer::start().await;
    for (client, alg) in [(PORTAL, "ES256"), (ELSEWHERE, "RS256")] {
        let reply = tokens(&server, client).await;
        for (member, typ) in [("access_token", "at+jwt"), ("id_token", "JWT")] {
            let header = header(&reply.str(member));
            assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some(alg), Some(typ)));
            assert!(kids(&server).await.contains(header["kid"].as_str().unwrap()));
        }
        assert_eq!(userinfo_status(&server, &reply.str("access_token")).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_13_a_rotated_key_stays_until_its_tokens_have_ended() {
    let server = TestServer::start().await;
    let before = tokens(&server, PORTAL).await.str("access_token");
    let old = header(&before)["kid"].as_str().unwrap().to_owned();
    let prepared = keys::prepare(&server.engine, Alg::ES256).unwrap();
    server.change(move |cx| keys::rotate(cx, &prepared)).await;
    keys::adopt(&server.engine).unwrap();

    let after = tokens(&server, PORTAL).await.str("access_token");
    let new = header(&after)["kid"].as_str().unwrap().to_owned();
    assert_ne!(old, new);
    let published = kids(&server).await;
    assert!(published.contains(&old) && published.contains(&new), "both: {published:?}");
    assert_eq!(userinfo_status(&server, &before).await, 200, "the old token still verifies");
    assert_eq!(userinfo_status(&server, &after).await, 200);

    let ends = claims(&before)["exp"].as_i64().unwrap() - server.now().seconds();
    server.clock.advance(ends);
    keys::adopt(&server.engine).unwrap();
    assert!(kids(&server).await.contains(&old), "a day at least");
    server.clock.advance(86_400);
    keys::adopt(&server.engine).unwrap();
    assert!(!kids(&server).await.contains(&old), "then it leaves");
    assert!(kids(&server).await.contains(&new));
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_14_copies_of_the_keys_are_short_lived() {
    let server = TestServer::start().await;
    let reply = server.get("/.well-known/jwks.json").send().await;
    let age: u32 = reply.header("cache-control").unwrap().rsplit('=').next().unwrap().parse().unwrap();
    assert!(age <= 86_400 / 2, "half of the shortest overlap");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9728_3_the_protected_resource_describes_itself() {
    let server = TestServer::start().await;
    let ask = |query: String| server.get(&format!("/.well-known/oauth-protected-resource{query}")).send();
    let body = ask(String::new()).await.json();
    insta::assert_json_snapshot!("oauth_protected_resource", redacted(&server, &body, &[]));
    for member in
        ["resource", "issuer", "authorization_servers", "scopes_supported", "bearer_methods_supported"]
    {
        assert!(!body[member].is_null(), "Get /.well-known/oauth-protected-resource: {member}");
    }
    let below = format!("{}oauth2/userinfo", server.base());
    assert_eq!(ask(format!("?resource={below}")).await.str("resource"), below);
    for query in
        ["?resource=https://example.com/invalid", "?resource=a&resource=b&resource=c", "?resource=%zz"]
    {
        let reply = ask(query.into()).await;
        assert_eq!((reply.status, reply.text()), (400, "Invalid resource URL"), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_like_get_without_a_body() {
    let server = TestServer::start().await;
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/healthcheck"] {
        let get = server.get(path).send().await;
        let head = server.request("HEAD", path).send().await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), get.header("content-length"), "{path}");
    }
    let post = server.post("/.well-known/jwks.json").header("Content-Type", FORM).send().await;
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
}

#[tokio::test(flavor = "multi_thread")]
async fn sm_01_to_sm_04_the_smart_configuration_promises_what_there_is() {
    let server = TestServer::start().await;
    let fhir = server
        .get("/fhir/R4/.well-known/smart-configuration")
        .header("Origin", "https://x.example")
        .send()
        .await;
    assert_eq!((fhir.status, fhir.header("content-type")), (200, Some("application/json")));
    assert_eq!(fhir.header("access-control-allow-origin"), Some("*"));
    let smart = fhir.json();
    for path in ["/.well-known/smart-configuration", "/api/fhir/R4/.well-known/smart-configuration"] {
        assert_eq!(server.get(path).send().await.json(), smart, "{path}");
    }
    let openid = document(&server).await;
    for member in ["issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "grant_types_supported"]
    {
        assert_eq!(smart[member], openid[member], "{member}");
    }
    assert_eq!(smart["code_challenge_methods_supported"], json!(["S256"]));
    let capabilities: Vec<&str> =
        smart["capabilities"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(capabilities.contains(&"sso-openid-connect") && capabilities.contains(&"permission-v2"));
    for capability in ["launch-ehr", "launch-standalone", "context-ehr-patient", "context-ehr-encounter"] {
        assert!(capabilities.contains(&capability), "{capability}");
    }
    assert!(!capabilities.contains(&"context-standalone-patient"), "nobody is asked which patient is meant");
}

#[tokio::test(flavor = "multi_thread")]
async fn ot_09_what_is_not_built_is_not_announced_and_cleanly_refused() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    for member in [
        "registration_endpoint",
        "pushed_authorization_request_endpoint",
        "require_pushed_authorization_requests",
        "device_authorization_endpoint",
        "backchannel_authentication_endpoint",
        "dpop_signing_alg_values_supported",
        "mtls_endpoint_aliases",
        "tls_client_certificate_bound_access_tokens",
        "signed_metadata",
        "credential_endpoint",
        "nonce_endpoint",
    ] {
        assert!(document.get(member).is_none(), "{member} is announced");
    }
    for target in [
        "/oauth2/register",
        "/oauth2/par",
        "/oauth2/device_authorization",
        "/oauth2/credential",
        "/credential",
        "/.well-known/openid-credential-issuer",
    ] {
        for request in [server.get(target), server.post(target).json(&json!({ "redirect_uris": null }))] {
            assert_eq!(request.send().await.status, 404, "{target}");
        }
    }
    // A proof that nobody asked for changes nothing, and the token is no proof-bound one.
    let request = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).header("DPoP", "a.b.c");
    let reply = request.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!((reply.status, reply.str("token_type")), (200, "Bearer".into()));
    let bound = server.get("/oauth2/userinfo").header("Authorization", "DPoP a.b.c").send().await;
    assert_eq!(bound.status, 401);
}
