//! What every answer carries: caching, errors, redirects, CORS, the policy of pages, and faults.

use std::time::Duration;

use anteroom_testkit::builders::{DESK, DESK_SECRET, PAT, PORTAL, PORTAL_ORIGIN, PORTAL_SECRET};
use anteroom_testkit::chance::Mood;
use anteroom_testkit::client::FORM;
use anteroom_testkit::server::TestServer;
use serde_json::json;

use super::link_code;
use crate::steps::{client_credentials, is, preauthorize, redeem, refused};

#[tokio::test(flavor = "multi_thread")]
async fn ht_01_what_holds_a_secret_is_not_stored() {
    let server = TestServer::start().await;
    let token = client_credentials(&server, PORTAL, PORTAL_SECRET).await;
    let refusal = client_credentials(&server, PORTAL, "wrong").await;
    let issued = preauthorize(&server, PORTAL, PAT, json!({ "magicLink": true })).await;
    let landing = server.get(&format!("/in/{}", link_code(&issued.json()))).send().await;
    for reply in [token, refusal, issued, landing] {
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
        assert_eq!(reply.header("pragma"), Some("no-cache"), "{reply:?}");
        assert!(reply.header("etag").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_02_json_errors_are_plain_and_say_nothing_of_the_inside() {
    let server = TestServer::start().await;
    let replies = [
        server.post("/oauth2/token").form(&[]).send().await,
        server.post("/oauth2/token").form(&[("grant_type", "\"\\\r\n<script>'; DROP TABLE")]).send().await,
        client_credentials(&server, PORTAL, "wrong").await,
        client_credentials(&server, "'; DROP TABLE client; --", "x").await,
        redeem(&server, PORTAL, "unknown", &[]).await,
        server.get("/oauth2/token").send().await,
    ];
    for reply in replies {
        assert_eq!(reply.header("content-type"), Some("application/json"), "{reply:?}");
        let body = reply.json();
        let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["error", "error_description"], "{reply:?}");
        let description = body["error_description"].as_str().unwrap();
        assert!(
            description.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"\"\\".contains(&byte)),
            "{description:?}"
        );
        for inside in ["sqlite", "SQL", "/", "panicked", "src", "DROP", "script"] {
            assert!(!description.contains(inside), "{description}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_12_a_redirect_after_a_post_is_303() {
    let server = TestServer::start().await;
    let issued =
        preauthorize(&server, anteroom_testkit::builders::ELSEWHERE, PAT, json!({ "magicLink": true })).await;
    let reply = server.post(&format!("/in/{}", link_code(&issued.json()))).form(&[]).send().await;
    assert_eq!(reply.status, 303, "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_13_discovery_and_keys_may_be_read_from_anywhere() {
    let server = TestServer::start().await;
    for path in
        ["openid-configuration", "oauth-authorization-server", "oauth-protected-resource", "jwks.json"]
    {
        let target = format!("/.well-known/{path}");
        for origin in ["https://anybody.example", "null", PORTAL_ORIGIN] {
            let reply = server.get(&target).header("Origin", origin).send().await;
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{target}");
            assert!(reply.header("access-control-allow-credentials").is_none());
            let preflight = server.request("OPTIONS", &target).header("Origin", origin);
            let reply = preflight.header("Access-Control-Request-Method", "GET").send().await;
            assert_eq!(
                (reply.status, reply.header("access-control-allow-origin")),
                (204, Some("*")),
                "{target}"
            );
            assert!(reply.header("access-control-allow-credentials").is_none());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_14_programs_endpoints_may_be_read_from_registered_origins() {
    let server = TestServer::start().await;
    for target in ["/oauth2/token", "/oauth2/userinfo", "/auth/preauthorize", "/api/oauth2/token"] {
        for (origin, allowed) in [
            (PORTAL_ORIGIN, Some(PORTAL_ORIGIN)),
            ("https://evil.example", None),
            ("https://portal.example.org.evil.example", None),
            ("https://portal.example.org:8443", None),
            ("http://portal.example.org", None),
            ("https://off.example.org", None),
            ("null", None),
            ("*", None),
            ("", None),
        ] {
            let real = server.post(target).header("Origin", origin).form(&[]).send().await;
            let preflight = server.request("OPTIONS", target).header("Origin", origin);
            let preflight = preflight.header("Access-Control-Request-Method", "POST").send().await;
            for reply in [real, preflight] {
                assert_eq!(reply.header("access-control-allow-origin"), allowed, "{target} {origin}");
                assert!(reply.header("access-control-allow-credentials").is_none(), "{target} {origin}");
                assert_eq!(reply.header("vary"), Some("origin"), "{target} {origin}");
            }
        }
        let twice =
            server.post(target).header("Origin", PORTAL_ORIGIN).header("Origin", "https://evil.example");
        assert_eq!(twice.form(&[]).send().await.header("access-control-allow-origin"), None);
        let preflight = server.request("OPTIONS", target).header("Origin", PORTAL_ORIGIN);
        let reply = preflight.header("Access-Control-Request-Method", "POST").send().await;
        assert_eq!(reply.status, 204);
        let headers = reply.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("authorization") && headers.contains("x-medplum-on-behalf-of"), "{headers}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_16_every_page_is_locked_down() {
    let server = TestServer::start().await;
    let issued = preauthorize(&server, PORTAL, PAT, json!({ "magicLink": true })).await;
    let link = format!("/in/{}", link_code(&issued.json()));
    let pages = [
        server.get("/in").send().await,
        server.get("/in/AAAA").send().await,
        server.get(&link).send().await,
        server.post(&link).form(&[]).send().await,
        server.post("/in").form(&[("code", "nonsense")]).send().await,
        server.get("/nothing").header("Accept", "text/html").send().await,
        server.post(&link).header("Sec-Fetch-Site", "cross-site").form(&[]).send().await,
    ];
    for page in pages {
        let policy = page.header("content-security-policy").unwrap_or_default();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'sha256-"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert!(!page.text().contains("<script") && !page.text().contains(" style="), "{page:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_17_forms_lead_to_this_server_and_the_clients_page_only() {
    let server = TestServer::start().await;
    for (client, expected) in [
        (PORTAL, "form-action 'self';"),
        (anteroom_testkit::builders::ELSEWHERE, "form-action 'self' https://elsewhere.example.org;"),
    ] {
        let issued = preauthorize(&server, client, PAT, json!({ "magicLink": true })).await;
        let page = server.get(&format!("/in/{}", link_code(&issued.json()))).send().await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains(expected), "{policy}");
    }
    let page = server.get("/in/AAAA").send().await;
    assert!(page.header("content-security-policy").unwrap().contains("form-action 'none';"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_19_a_panic_answers_500_and_takes_nothing_with_it() {
    let server = TestServer::start().await;
    let token = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    let ask = || {
        let request = server.post("/auth/preauthorize").bearer(&token);
        let request = request.header("X-Medplum-On-Behalf-Of", format!("Patient/{PAT}"));
        request.json(&json!({ "clientId": PORTAL, "magicLink": true })).send()
    };
    // The first chance is taken in the handler, the next one on the writer.
    server.entropy.set(Mood::Panics);
    let in_handler = ask().await;
    let on_writer = client_credentials(&server, PORTAL, PORTAL_SECRET).await;
    for reply in [in_handler, on_writer] {
        assert_eq!(reply.status, 500, "{reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let (_, error, description) = reply.refusal();
        assert_eq!(error, "server_error");
        assert!(!description.contains("a test asked"), "the cause stays inside: {description}");
    }
    server.entropy.set(Mood::Works);
    assert_eq!(ask().await.status, 200, "the same process goes on");
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_chance_nothing_is_issued() {
    let server = TestServer::start().await;
    server.entropy.set(Mood::Fails);
    let token = client_credentials(&server, PORTAL, PORTAL_SECRET).await;
    assert_eq!(refused(&token), is(500, "server_error"));
    let code = preauthorize(&server, PORTAL, PAT, json!({})).await;
    assert_eq!((code.status, code.json()["issue"][0]["code"].as_str()), (500, Some("exception")), "{code:?}");
    server.entropy.set(Mood::Works);
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_22_no_method_on_no_route_answers_5xx() {
    let server = TestServer::start().await;
    for route in anteroom_http::ROUTES {
        let target = route.path.replace("{code}", "x").replace("{*base}", "x");
        for method in
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"]
        {
            for body in ["", "x", "{}", "a=b&a=b", "\0\0"] {
                let request = server.request(method, &target).body(body);
                let kind = if body == "{}" { "application/json" } else { FORM };
                let reply = tokio::time::timeout(
                    Duration::from_secs(10),
                    request.header("Content-Type", kind).send(),
                );
                let reply = reply.await.expect("an answer within ten seconds");
                assert!(reply.status < 500, "{method} {target} {body:?}: {reply:?}");
            }
        }
    }
}
