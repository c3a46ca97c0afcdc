//! How a request is read: hosts, types, sizes, methods, parameters, framing.

use anteroom_testkit::builders::{DESK, DESK_SECRET, PAT, PORTAL, PORTAL_SECRET};
use anteroom_testkit::client::{FORM, exchange, read_to_close};
use anteroom_testkit::server::{Settings, TestServer};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::steps::{PRE_AUTHORIZED, code, code_with, is, preauthorize, redeem, refused};

#[tokio::test(flavor = "multi_thread")]
async fn ht_03_a_parameter_that_comes_twice_is_refused_and_consumes_nothing() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let fields = [
        ("grant_type", PRE_AUTHORIZED),
        ("client_id", PORTAL),
        ("pre-authorized_code", &code),
        ("client_secret", PORTAL_SECRET),
        ("scope", "openid"),
        ("tx_code", "1234"),
        ("extra", "x"),
    ];
    for (name, value) in fields {
        let base = &fields[..4];
        let mut doubled = base.to_vec();
        doubled.push((name, value));
        if !base.iter().any(|(own, _)| *own == name) {
            doubled.push((name, value));
        }
        let reply = server.post("/oauth2/token").form(&doubled).send().await;
        assert_eq!(refused(&reply), is(400, "invalid_request"), "{name}");
    }
    let twice = format!(r#"{{"clientId":"{PORTAL}","clientId":"{PORTAL}"}}"#);
    let request = server.post("/auth/preauthorize").basic(DESK, DESK_SECRET);
    let request = request.header("X-Medplum-On-Behalf-Of", format!("Patient/{PAT}"));
    let reply = request.header("Content-Type", "application/json").body(twice).send().await;
    assert_eq!(reply.outcome(), (400, "Content could not be parsed".into(), None));
    let two_headers = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).basic(PORTAL, PORTAL_SECRET);
    let reply = two_headers.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!(refused(&reply), is(400, "invalid_request"), "two Authorization headers");
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200, "the code was not consumed");
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_04_an_empty_value_counts_as_absent() {
    let server = TestServer::start().await;
    let form = |fields: &[(&str, &str)]| server.post("/oauth2/token").form(fields).send();
    for (fields, description) in [
        (&[("grant_type", "")][..], "Missing grant_type"),
        (
            &[("grant_type", PRE_AUTHORIZED), ("client_id", ""), ("pre-authorized_code", "x")],
            "Missing client_id",
        ),
        (
            &[("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", "")],
            "Missing pre-authorized_code",
        ),
        (
            &[("grant_type", "client_credentials"), ("client_id", PORTAL), ("client_secret", "")],
            "Missing client_secret",
        ),
    ] {
        assert_eq!(form(fields).await.refusal().2, description, "{fields:?}");
    }
    let code = code(&server).await;
    assert_eq!(redeem(&server, PORTAL, &code, &[("tx_code", ""), ("client_secret", "")]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_05_unknown_parameters_are_ignored() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    assert_eq!(
        redeem(&server, PORTAL, &code, &[("extra", "foobar"), ("redirect_uri", "x")]).await.status,
        200
    );
    assert_eq!(preauthorize(&server, PORTAL, PAT, json!({ "extra": { "foo": ["bar"] } })).await.status, 200);
    assert_eq!(server.get("/.well-known/openid-configuration?extra=foobar").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_06_a_request_for_another_host_reaches_no_handler() {
    let server = TestServer::start().await;
    let port = server.address().port();
    for target in ["/.well-known/openid-configuration", "/oauth2/token", "/in", "/nothing", "/healthcheck"] {
        for host in [
            "evil.test".to_owned(),
            format!("127.0.0.1.evil.test:{port}"),
            format!("localhost:{port}"),
            format!("0.0.0.0:{port}"),
            "127.0.0.1".to_owned(),
            format!("127.0.0.1:{}", port ^ 1),
            String::new(),
        ] {
            let reply = server.get(target).without("Host").header("Host", &host).send().await;
            assert_eq!(reply.status, 421, "{host:?} {target}");
            assert!(
                !reply.text().contains("127.0.0.1") && !reply.text().contains(&port.to_string()),
                "{reply:?}"
            );
        }
        assert_eq!(server.get(target).without("Host").send().await.status, 421, "no Host: {target}");
        let twice = server.get(target).header("Host", server.address().to_string());
        assert_eq!(twice.send().await.status, 421, "two Hosts: {target}");
        let absolute = server.get(&format!("http://evil.test{target}"));
        assert_eq!(absolute.send().await.status, 421, "another host in the request line: {target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_07_a_form_endpoint_takes_forms_only() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let form = format!("grant_type={PRE_AUTHORIZED}&client_id={PORTAL}&pre-authorized_code={code}");
    let object =
        json!({ "grant_type": PRE_AUTHORIZED, "client_id": PORTAL, "pre-authorized_code": code }).to_string();
    for (content_type, body) in [
        (Some("application/json"), &object),
        (Some("text/plain"), &form),
        (Some("multipart/form-data; boundary=x"), &form),
        (Some("application/octet-stream"), &form),
        (None, &form),
    ] {
        let request = server.post("/oauth2/token").body(body);
        let request =
            content_type.into_iter().fold(request, |request, kind| request.header("Content-Type", kind));
        assert_eq!(refused(&request.send().await), is(400, "invalid_request"), "{content_type:?}");
    }
    let reply =
        server.post("/oauth2/token").header("Content-Type", format!("{FORM}; charset=UTF-8")).body(&form);
    assert_eq!(reply.send().await.status, 200, "nothing was consumed, and a charset does no harm");
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_08_a_json_endpoint_takes_json_only() {
    let server = TestServer::start().await;
    let ask = |content_type: &str, body: &str| {
        let request = server.post("/auth/preauthorize").basic(DESK, DESK_SECRET);
        let request = request.header("X-Medplum-On-Behalf-Of", format!("Patient/{PAT}"));
        request.header("Content-Type", content_type).body(body).send()
    };
    let object = json!({ "clientId": PORTAL }).to_string();
    let form = format!("clientId={PORTAL}");
    for (content_type, body) in [
        ("text/plain", &object),
        (FORM, &form),
        (FORM, &object),
        ("multipart/form-data; boundary=x", &form),
        ("text/json", &object),
    ] {
        let reply = ask(content_type, body).await;
        assert_eq!(reply.outcome(), (415, "Unsupported media type".into(), None), "{content_type}");
    }
    let request = server.post("/auth/preauthorize").basic(DESK, DESK_SECRET).body(&object);
    assert_eq!(request.send().await.status, 400, "a body without a type");
    for content_type in ["application/json", "application/fhir+json; charset=utf-8", "APPLICATION/JSON"] {
        assert_eq!(ask(content_type, &object).await.status, 200, "{content_type}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_09_what_is_too_large_is_refused_before_it_is_read() {
    let server = TestServer::start().await;
    let body = |length: usize| format!("grant_type=client_credentials&x={}", "a".repeat(length - 32));
    let form = |body: String| server.post("/oauth2/token").header("Content-Type", FORM).body(body);
    assert_eq!(form(body(64 * 1024)).send().await.refusal().2, "Missing client_id", "64 KiB are read");
    assert_eq!(form(body(64 * 1024 + 1)).send().await.status, 413);
    // Announced and never sent: refused at once.
    let announced =
        server.post("/oauth2/token").header("Content-Type", FORM).header("Content-Length", "10000000000");
    assert_eq!(announced.without_length().send().await.status, 413);
    // Not announced.
    let mut chunked = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        server.address()
    );
    for _ in 0..17 {
        chunked.push_str("1000\r\n");
        chunked.push_str(&"a".repeat(4096));
        chunked.push_str("\r\n");
    }
    let reply = exchange(server.address(), chunked.as_bytes()).await;
    assert!(reply.starts_with(b"HTTP/1.1 413"), "{:?}", reply.escape_ascii().to_string());
    let json = format!("{{\"clientId\":\"{}\"}}", "a".repeat(1024 * 1024));
    let reply =
        server.post("/auth/preauthorize").header("Content-Type", "application/json").body(json).send().await;
    assert_eq!(reply.outcome(), (413, "Request body too large".into(), None));
    assert_eq!(reply.json()["id"], "content-too-large");

    let target = |length: usize| format!("/healthcheck?{}", "a".repeat(length - 13));
    assert_eq!(server.get(&target(8 * 1024)).send().await.status, 200);
    assert_eq!(server.get(&target(8 * 1024 + 1)).send().await.status, 414);
    let headers = |length: usize| server.get("/healthcheck").header("X-Long", "a".repeat(length));
    assert_eq!(headers(31 * 1024).send().await.status, 200);
    assert_eq!(headers(32 * 1024).send().await.status, 431);
    assert_eq!(headers(100 * 1024).send().await.status, 431);
    let many = (0..150).fold(server.get("/healthcheck"), |request, n| request.header(&format!("X-{n}"), "a"));
    assert_eq!(many.send().await.status, 431);
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_10_other_methods_are_refused_with_those_that_would_do() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let query =
        format!("/oauth2/token?grant_type={PRE_AUTHORIZED}&client_id={PORTAL}&pre-authorized_code={code}");
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let reply = server.request(method, &query).send().await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST, OPTIONS")), "{method}");
    }
    assert_eq!(server.request("DELETE", "/in").send().await.header("allow"), Some("GET, HEAD, POST"));
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200, "nothing was consumed");
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_11_query_parameters_are_never_read() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let query =
        format!("/oauth2/token?grant_type={PRE_AUTHORIZED}&client_id={PORTAL}&pre-authorized_code={code}");
    let reply = server.post(&query).form(&[]).send().await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Missing grant_type".into()));
    let wrong = format!("/oauth2/token?grant_type=xyz&pre-authorized_code={code}x");
    let fields =
        [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
    assert_eq!(server.post(&wrong).form(&fields).send().await.status, 200, "only the body counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_18_what_cannot_be_decoded_is_400() {
    let server = TestServer::start().await;
    for body in [
        &b"grant_type=%zz"[..],
        b"grant_type=%",
        b"grant_type=%ff",
        b"grant_type=\xff",
        b"grant_type=a%00b",
        b"a\0=b",
        b"%=1",
    ] {
        let reply = server.post("/oauth2/token").header("Content-Type", FORM).body(body).send().await;
        assert_eq!(
            reply.refusal(),
            (400, "invalid_request".into(), "Malformed form body".into()),
            "{}",
            body.escape_ascii()
        );
    }
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for body in [
        &br#"{"clientId":"\ud800"}"#[..],
        b"{\"clientId\":\"\xff\"}",
        br#"{"nonce":"a\u0000b"}"#,
        b"{\"a\0\":1}",
        b"{",
        b"[",
        b"nonsense",
        br#"{"clientId":1}}"#,
        deep.as_bytes(),
    ] {
        let request = server.post("/auth/preauthorize").basic(DESK, DESK_SECRET);
        let reply = request.header("Content-Type", "application/json").body(body).send().await;
        let shown = body.escape_ascii().to_string().chars().take(40).collect::<String>();
        assert_eq!(reply.outcome(), (400, "Content could not be parsed".into(), None), "{shown}");
    }
    let reply = server.get("/in/%ff%00%zz").send().await;
    assert_eq!(reply.status, 404);
    for header in [&b"Patient/\xff"[..], b"\xe2\x80\xae"] {
        let request =
            server.post("/auth/preauthorize").basic(DESK, DESK_SECRET).json(&json!({ "clientId": PORTAL }));
        let reply = request.header("X-Medplum-On-Behalf-Of", header).send().await;
        assert_eq!(reply.outcome().0, 400, "{}", header.escape_ascii());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_20_headers_of_proxies_have_no_effect() {
    let server = TestServer::start().await;
    let forged = |request: anteroom_testkit::Request| {
        request
            .header("X-Forwarded-Host", "evil.test")
            .header("X-Forwarded-Proto", "https")
            .header("X-Forwarded-For", "10.1.2.3")
            .header("Forwarded", "for=10.1.2.3;host=evil.test;proto=https")
            .header("X-Original-URI", "/healthcheck")
            .header("X-Real-IP", "10.1.2.3")
    };
    let document = forged(server.get("/.well-known/openid-configuration")).send().await;
    assert_eq!(document.str("issuer"), server.base());
    let request = forged(server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET));
    let token = request.form(&[("grant_type", "client_credentials")]).send().await;
    assert_eq!(crate::steps::claims(&token.str("access_token"))["iss"], server.base());
    // The counter of wrong secrets goes by the real address.
    for attempt in 0..31 {
        let request = forged(server.post("/oauth2/token").basic(PORTAL, "wrong"));
        let request = request.header("X-Forwarded-For", format!("10.0.0.{attempt}"));
        let reply = request.form(&[("grant_type", "client_credentials")]).send().await;
        assert_eq!(reply.status, if attempt < 30 { 401 } else { 429 }, "{attempt}");
    }
    // So does an IP rule: FAR's keeps out 127., where this test comes from.
    let issued = preauthorize(&server, PORTAL, anteroom_testkit::builders::FAR, json!({})).await;
    let code = issued.str("preAuthorizedCode");
    let fields =
        [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
    let reply = forged(server.post("/oauth2/token")).form(&fields).send().await;
    assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "IP address not allowed".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn ht_21_a_request_with_two_lengths_cannot_smuggle_another() {
    let server = TestServer::start().await;
    let inner = format!("GET /healthcheck HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
    for lengths in
        ["Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4"]
    {
        let request = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Type: {FORM}\r\n{lengths}\r\n\r\n0\r\n\r\n{inner}",
            server.address()
        );
        let reply = exchange(server.address(), request.as_bytes()).await;
        let reply = String::from_utf8(reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
        assert_eq!(
            reply.matches("HTTP/1.1").count(),
            1,
            "one answer, then the connection is closed: {reply}"
        );
    }
    for broken in [
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: -1",
        "Content-Length: 4x",
        "Transfer-Encoding: gzip, identity",
        "Transfer-Encoding : chunked",
        "Bad Name: x",
        "X: a\r\n folded",
    ] {
        let request =
            format!("POST /oauth2/token HTTP/1.1\r\nHost: {}\r\n{broken}\r\n\r\n{inner}", server.address());
        let reply = exchange(server.address(), request.as_bytes()).await;
        assert!(reply.starts_with(b"HTTP/1.1 400"), "{broken}: {:?}", reply.escape_ascii().to_string());
        assert_eq!(reply.windows(8).filter(|window| window == b"HTTP/1.1").count(), 1, "{broken}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_base_a_request_comes_in_on_is_its_issuer() {
    let issuers = vec!["http://localhost:{port}/".into(), "http://127.0.0.1:{port}/clinic/".into()];
    let server = TestServer::with(Settings { issuers, ..Settings::default() }).await;
    let port = server.address().port();
    let localhost = |request: anteroom_testkit::Request| {
        request.without("Host").header("Host", format!("LocalHost:{port}"))
    };
    for (request, issuer) in [
        (server.get("/.well-known/openid-configuration"), server.base()),
        (localhost(server.get("/.well-known/openid-configuration")), format!("http://localhost:{port}/")),
        (server.get("/clinic/.well-known/openid-configuration"), format!("{}clinic/", server.base())),
        (server.get("/clinic/api/.well-known/openid-configuration"), format!("{}clinic/", server.base())),
        (server.get("/.well-known/oauth-authorization-server/clinic"), format!("{}clinic/", server.base())),
    ] {
        assert_eq!(request.send().await.str("issuer"), issuer);
    }
    let request = localhost(server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET));
    let token = request.form(&[("grant_type", "client_credentials")]).send().await.str("access_token");
    let claims = crate::steps::claims(&token);
    let expected = format!("http://localhost:{port}/");
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(&*expected), Some(&*expected)));
    let (_, issued) = code_with(&server, json!({ "magicLink": true })).await;
    assert!(issued["magicLink"].as_str().unwrap().starts_with(&server.base()));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_on_one_connection_are_answered_one_after_another() {
    let server = TestServer::start().await;
    let request = format!("GET /healthcheck HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
    let last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(format!("{request}{request}{last}").as_bytes()).await.unwrap();
    let replies = String::from_utf8(read_to_close(&mut stream).await).unwrap();
    assert_eq!(replies.matches("HTTP/1.1 200 OK").count(), 3, "{replies}");
}
