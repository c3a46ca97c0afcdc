//! Every route, asked by a stranger.

use std::collections::BTreeSet;

use anteroom_http::ROUTES;
use anteroom_testkit::builders::PORTAL_ORIGIN;
use anteroom_testkit::server::TestServer;

use crate::snapshot::{Form, redacted};

/// What a caller without credentials gets: path as routed, path as asked, method, status, beginning of the content type.
const WITHOUT_CREDENTIALS: &[(&str, &str, &str, u16, &str)] = &[
    ("/oauth2/authorize", "/oauth2/authorize", "GET", 400, "text/html"),
    ("/api/oauth2/authorize", "/api/oauth2/authorize", "GET", 400, "text/html"),
    ("/oauth2/interaction/{id}", "/oauth2/interaction/AAAA", "GET", 403, "text/html"),
    ("/oauth2/introspect", "/oauth2/introspect", "POST", 400, "application/json"),
    ("/api/oauth2/introspect", "/api/oauth2/introspect", "POST", 400, "application/json"),
    ("/oauth2/revoke", "/oauth2/revoke", "POST", 400, "application/json"),
    ("/api/oauth2/revoke", "/api/oauth2/revoke", "POST", 400, "application/json"),
    ("/oauth2/logout", "/oauth2/logout", "GET", 200, "text/html"),
    ("/api/oauth2/logout", "/api/oauth2/logout", "POST", 401, "application/fhir+json"),
    ("/oauth2/token", "/oauth2/token", "POST", 400, "application/json"),
    ("/oauth2/token", "/oauth2/token", "GET", 405, "application/json"),
    ("/api/oauth2/token", "/api/oauth2/token", "POST", 400, "application/json"),
    ("/authorize", "/authorize", "GET", 400, "text/html"),
    ("/oauth/token", "/oauth/token", "POST", 400, "application/json"),
    ("/oauth/token", "/oauth/token", "GET", 405, "application/json"),
    ("/oauth/revoke", "/oauth/revoke", "POST", 400, "application/json"),
    ("/userinfo", "/userinfo", "GET", 401, "application/fhir+json"),
    ("/v2/logout", "/v2/logout", "GET", 200, "text/html"),
    ("/api/v2/clients", "/api/v2/clients", "GET", 401, "application/json"),
    ("/api/v2/clients", "/api/v2/clients", "POST", 401, "application/json"),
    ("/api/v2/clients/{id}", "/api/v2/clients/x", "GET", 401, "application/json"),
    (
        "/api/v2/clients/{id}/rotate-secret",
        "/api/v2/clients/x/rotate-secret",
        "POST",
        401,
        "application/json",
    ),
    ("/api/v2/resource-servers", "/api/v2/resource-servers", "GET", 401, "application/json"),
    ("/api/v2/resource-servers/{id}", "/api/v2/resource-servers/x", "GET", 401, "application/json"),
    ("/api/v2/client-grants", "/api/v2/client-grants", "GET", 401, "application/json"),
    ("/api/v2/client-grants/{id}", "/api/v2/client-grants/x", "GET", 401, "application/json"),
    ("/api/v2/connections", "/api/v2/connections", "GET", 401, "application/json"),
    ("/api/v2/connections/{id}", "/api/v2/connections/x", "GET", 401, "application/json"),
    ("/api/v2/connections/{id}/clients", "/api/v2/connections/x/clients", "GET", 401, "application/json"),
    (
        "/api/v2/users/{id}/connected-accounts",
        "/api/v2/users/x/connected-accounts",
        "GET",
        401,
        "application/json",
    ),
    ("/api/v2/logs", "/api/v2/logs", "GET", 401, "application/json"),
    ("/api/v2/logs/{id}", "/api/v2/logs/x", "GET", 401, "application/json"),
    ("/oauth2/userinfo", "/oauth2/userinfo", "GET", 401, "application/fhir+json"),
    ("/oauth2/userinfo", "/oauth2/userinfo", "POST", 401, "application/fhir+json"),
    ("/api/oauth2/userinfo", "/api/oauth2/userinfo", "GET", 401, "application/fhir+json"),
    ("/auth/exchange", "/auth/exchange", "POST", 400, "application/fhir+json"),
    ("/auth/exchange", "/auth/exchange", "GET", 405, "application/fhir+json"),
    ("/api/auth/exchange", "/api/auth/exchange", "POST", 400, "application/fhir+json"),
    ("/auth/external", "/auth/external", "GET", 400, "application/fhir+json"),
    ("/auth/external", "/auth/external", "POST", 405, "application/fhir+json"),
    ("/api/auth/external", "/api/auth/external", "GET", 400, "application/fhir+json"),
    ("/auth/preauthorize", "/auth/preauthorize", "POST", 401, "application/fhir+json"),
    ("/auth/preauthorize", "/auth/preauthorize", "GET", 405, "application/fhir+json"),
    ("/api/auth/preauthorize", "/api/auth/preauthorize", "POST", 401, "application/fhir+json"),
    ("/auth/login", "/auth/login", "POST", 400, "application/fhir+json"),
    ("/api/auth/login", "/api/auth/login", "POST", 400, "application/fhir+json"),
    ("/auth/login/{id}", "/auth/login/x", "GET", 400, "application/fhir+json"),
    ("/api/auth/login/{id}", "/api/auth/login/x", "GET", 400, "application/fhir+json"),
    ("/auth/profile", "/auth/profile", "POST", 400, "application/fhir+json"),
    ("/api/auth/profile", "/api/auth/profile", "POST", 400, "application/fhir+json"),
    ("/auth/scope", "/auth/scope", "POST", 400, "application/fhir+json"),
    ("/api/auth/scope", "/api/auth/scope", "POST", 400, "application/fhir+json"),
    ("/auth/method", "/auth/method", "POST", 400, "application/fhir+json"),
    ("/api/auth/method", "/api/auth/method", "POST", 400, "application/fhir+json"),
    ("/auth/clientinfo/{id}", "/auth/clientinfo/x", "GET", 404, "application/fhir+json"),
    ("/api/auth/clientinfo/{id}", "/api/auth/clientinfo/x", "GET", 404, "application/fhir+json"),
    ("/auth/me", "/auth/me", "GET", 401, "application/fhir+json"),
    ("/api/auth/me", "/api/auth/me", "GET", 401, "application/fhir+json"),
    ("/auth/revoke", "/auth/revoke", "POST", 401, "application/fhir+json"),
    ("/api/auth/revoke", "/api/auth/revoke", "POST", 401, "application/fhir+json"),
    ("/auth/setpassword", "/auth/setpassword", "POST", 400, "application/fhir+json"),
    ("/api/auth/setpassword", "/api/auth/setpassword", "POST", 400, "application/fhir+json"),
    ("/setpassword/{id}/{secret}", "/setpassword/AAAA/BBBB", "GET", 404, "text/html"),
    ("/auth/changepassword", "/auth/changepassword", "POST", 401, "application/fhir+json"),
    ("/api/auth/changepassword", "/api/auth/changepassword", "POST", 401, "application/fhir+json"),
    ("/auth/mfa/status", "/auth/mfa/status", "GET", 401, "application/fhir+json"),
    ("/api/auth/mfa/status", "/api/auth/mfa/status", "GET", 401, "application/fhir+json"),
    ("/auth/mfa/enroll", "/auth/mfa/enroll", "POST", 401, "application/fhir+json"),
    ("/api/auth/mfa/enroll", "/api/auth/mfa/enroll", "POST", 401, "application/fhir+json"),
    ("/auth/mfa/disable", "/auth/mfa/disable", "POST", 401, "application/fhir+json"),
    ("/api/auth/mfa/disable", "/api/auth/mfa/disable", "POST", 401, "application/fhir+json"),
    ("/auth/mfa/verify", "/auth/mfa/verify", "POST", 400, "application/fhir+json"),
    ("/api/auth/mfa/verify", "/api/auth/mfa/verify", "POST", 400, "application/fhir+json"),
    ("/auth/mfa/login-enroll", "/auth/mfa/login-enroll", "POST", 400, "application/fhir+json"),
    ("/api/auth/mfa/login-enroll", "/api/auth/mfa/login-enroll", "POST", 400, "application/fhir+json"),
    ("/auth/login", "/auth/login", "GET", 405, "application/fhir+json"),
    (
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        "GET",
        200,
        "application/json",
    ),
    (
        "/api/.well-known/openid-configuration",
        "/api/.well-known/openid-configuration",
        "GET",
        200,
        "application/json",
    ),
    (
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server",
        "GET",
        200,
        "application/json",
    ),
    (
        "/api/.well-known/oauth-authorization-server",
        "/api/.well-known/oauth-authorization-server",
        "GET",
        200,
        "application/json",
    ),
    (
        "/.well-known/oauth-authorization-server/{*base}",
        "/.well-known/oauth-authorization-server/nobody",
        "GET",
        404,
        "application/json",
    ),
    (
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource",
        "GET",
        200,
        "application/json",
    ),
    (
        "/api/.well-known/oauth-protected-resource",
        "/api/.well-known/oauth-protected-resource",
        "GET",
        200,
        "application/json",
    ),
    ("/.well-known/jwks.json", "/.well-known/jwks.json", "GET", 200, "application/json"),
    ("/api/.well-known/jwks.json", "/api/.well-known/jwks.json", "GET", 200, "application/json"),
    ("/.well-known/smart-configuration", "/.well-known/smart-configuration", "GET", 200, "application/json"),
    (
        "/fhir/R4/.well-known/smart-configuration",
        "/fhir/R4/.well-known/smart-configuration",
        "GET",
        200,
        "application/json",
    ),
    ("/fhir/R4/{resource_type}", "/fhir/R4/Patient", "GET", 401, "application/fhir+json"),
    (
        "/fhir/R4/{resource_type}/{id}",
        "/fhir/R4/Patient/0a000000-0000-4000-8000-000000000001",
        "DELETE",
        401,
        "application/fhir+json",
    ),
    (
        "/fhir/R4/{resource_type}/{id}/{*deeper}",
        "/fhir/R4/Patient/1/_history",
        "GET",
        404,
        "application/fhir+json",
    ),
    ("/admin/projects/setpassword", "/admin/projects/setpassword", "POST", 401, "application/fhir+json"),
    (
        "/admin/projects/{id}",
        "/admin/projects/0a000000-0000-4000-8000-000000000001",
        "GET",
        401,
        "application/fhir+json",
    ),
    (
        "/admin/projects/{id}/client",
        "/admin/projects/0a000000-0000-4000-8000-000000000001/client",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/admin/projects/{id}/invite",
        "/admin/projects/0a000000-0000-4000-8000-000000000001/invite",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/admin/projects/{id}/members/{member}",
        "/admin/projects/0a000000-0000-4000-8000-000000000001/members/1",
        "GET",
        401,
        "application/fhir+json",
    ),
    (
        "/admin/projects/{id}/members/{member}/mfa/reset",
        "/admin/projects/0a000000-0000-4000-8000-000000000001/members/1/mfa/reset",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/api/admin/projects/{id}/members/{member}/mfa/reset",
        "/api/admin/projects/0a000000-0000-4000-8000-000000000001/members/1/mfa/reset",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/api/.well-known/smart-configuration",
        "/api/.well-known/smart-configuration",
        "GET",
        200,
        "application/json",
    ),
    (
        "/api/fhir/R4/.well-known/smart-configuration",
        "/api/fhir/R4/.well-known/smart-configuration",
        "GET",
        200,
        "application/json",
    ),
    ("/api/fhir/R4/{resource_type}", "/api/fhir/R4/Patient", "GET", 401, "application/fhir+json"),
    (
        "/api/fhir/R4/{resource_type}/{id}",
        "/api/fhir/R4/Patient/0a000000-0000-4000-8000-000000000001",
        "DELETE",
        401,
        "application/fhir+json",
    ),
    (
        "/api/fhir/R4/{resource_type}/{id}/{*deeper}",
        "/api/fhir/R4/Patient/1/_history",
        "GET",
        404,
        "application/fhir+json",
    ),
    (
        "/api/admin/projects/setpassword",
        "/api/admin/projects/setpassword",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/api/admin/projects/{id}",
        "/api/admin/projects/0a000000-0000-4000-8000-000000000001",
        "GET",
        401,
        "application/fhir+json",
    ),
    (
        "/api/admin/projects/{id}/client",
        "/api/admin/projects/0a000000-0000-4000-8000-000000000001/client",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/api/admin/projects/{id}/invite",
        "/api/admin/projects/0a000000-0000-4000-8000-000000000001/invite",
        "POST",
        401,
        "application/fhir+json",
    ),
    (
        "/api/admin/projects/{id}/members/{member}",
        "/api/admin/projects/0a000000-0000-4000-8000-000000000001/members/1",
        "GET",
        401,
        "application/fhir+json",
    ),
    (
        "/me/v1/connected-accounts/connect",
        "/me/v1/connected-accounts/connect",
        "POST",
        415,
        "application/json",
    ),
    (
        "/me/v1/connected-accounts/complete",
        "/me/v1/connected-accounts/complete",
        "POST",
        415,
        "application/json",
    ),
    (
        "/me/v1/connected-accounts/accounts",
        "/me/v1/connected-accounts/accounts",
        "GET",
        401,
        "application/json",
    ),
    (
        "/me/v1/connected-accounts/accounts/{id}",
        "/me/v1/connected-accounts/accounts/cac_x",
        "DELETE",
        401,
        "application/json",
    ),
    (
        "/me/v1/connected-accounts/connections",
        "/me/v1/connected-accounts/connections",
        "GET",
        401,
        "application/json",
    ),
    ("/connected-accounts/connect", "/connected-accounts/connect", "GET", 400, "text/html"),
    ("/login/callback", "/login/callback", "GET", 400, "text/html"),
    ("/healthcheck", "/healthcheck", "GET", 200, "application/json"),
    ("/api/healthcheck", "/api/healthcheck", "GET", 200, "application/json"),
    ("/in", "/in", "GET", 200, "text/html"),
    ("/IN", "/IN", "GET", 200, "text/html"),
    ("/in/{code}", "/in/AAAA", "GET", 404, "text/html"),
    ("/in/trust", "/in/trust", "GET", 404, "text/html"),
    ("/in/trust/anteroom-ca.crt", "/in/trust/anteroom-ca.crt", "GET", 404, "text/html"),
    ("/in/trust/anteroom-ca.mobileconfig", "/in/trust/anteroom-ca.mobileconfig", "GET", 404, "text/html"),
    ("/in/offers/{id}", "/in/offers/AAAA", "GET", 404, "application/json"),
    ("/IN/{code}", "/IN/AAAA", "POST", 404, "text/html"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_34_every_route_is_known_and_gives_a_stranger_nothing() {
    let routed: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
    let listed: BTreeSet<&str> = WITHOUT_CREDENTIALS.iter().map(|row| row.0).collect();
    assert_eq!(routed, listed, "every route has a row above, and every row a route");

    let server = TestServer::start().await;
    for (_, target, method, status, content_type) in WITHOUT_CREDENTIALS {
        let request = server.request(method, target);
        let request = if target.contains("token") && *method == "POST" {
            request.form(&[("grant_type", "client_credentials")])
        } else {
            request
        };
        let reply = request.send().await;
        assert_eq!(reply.status, *status, "{method} {target}: {reply:?}");
        let found = reply.header("content-type").unwrap_or_default();
        assert!(found.starts_with(content_type), "{method} {target}: {found}");
        for name in ["x-content-type-options", "referrer-policy", "cache-control"] {
            assert!(reply.header(name).is_some(), "{method} {target} has no {name}");
        }
        assert!(reply.header("server").is_none(), "{method} {target} names its program");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_route_is_a_page_for_people_and_json_for_programs() {
    let server = TestServer::start().await;
    for target in [
        "/nothing",
        "/oauth2/nothing",
        "/auth/nothing",
        "/admin/nothing",
        "/fhir/R5/Patient",
        "/in/a/b",
        "//",
    ] {
        let reply = server.get(target).send().await;
        assert_eq!(reply.outcome(), (404, "Not found".into(), None), "{target}");
    }
    let page =
        server.get("/nothing").header("Accept", "text/html,*/*").header("Accept-Language", "es").send().await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("Esta página no existe"), "{page:?}");
    let program = server.get("/oauth2/nothing").header("Accept", "text/html").send().await;
    assert_eq!(program.outcome().0, 404, "below /oauth2/ there are programs only");
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_15_pages_have_no_cors_headers() {
    let server = TestServer::start().await;
    for target in ["/in", "/IN", "/in/AAAA", "/healthcheck", "/nothing"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let request = server.request(method, target).header("Origin", PORTAL_ORIGIN);
            let reply = request.header("Access-Control-Request-Method", "POST").send().await;
            let cors: Vec<&str> =
                reply.header_names().filter(|name| name.starts_with("access-control-")).collect();
            assert!(cors.is_empty(), "{method} {target}: {cors:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn healthcheck_says_that_the_store_answers() {
    let server = TestServer::start().await;
    let reply = server.get("/healthcheck").send().await;
    assert_eq!(
        reply.json(),
        serde_json::json!({ "ok": true, "version": env!("CARGO_PKG_VERSION"), "store": true })
    );
    server.engine.close().expect("the store closes");
    let reply = server.get("/healthcheck").send().await;
    assert_eq!((reply.status, reply.json()["ok"].as_bool()), (503, Some(false)), "{reply:?}");
    // Writes say so too, and that one may come again.
    let reply = crate::steps::client_credentials(&server, anteroom_testkit::builders::PORTAL, "x").await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{reply:?}");
    assert_eq!(reply.refusal().1, "temporarily_unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_has_medplums_form_and_takes_over_the_trace_id() {
    let server = TestServer::start().await;
    let trace = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
    let reply = server.post("/auth/preauthorize").header("x-trace-id", trace).send().await;
    assert_eq!(reply.header("content-type"), Some("application/fhir+json; charset=utf-8"));
    assert_eq!(
        reply.header("www-authenticate"),
        Some(format!("Bearer realm=\"{}\"", server.base()).as_str())
    );
    let forms = [("/extension/0/extension/0/valueId", Form::Uuid)];
    insta::assert_json_snapshot!("unauthenticated", redacted(&server, &reply.json(), &forms));
}
