//! TK: the token endpoint, whatever the grant.

use anteroom_engine::id::Id;
use anteroom_engine::model::Client;
use anteroom_engine::model::client::{ClientStatus, SecretSlot};
use anteroom_testkit::builders::{
    DESK, DESK_SECRET, KEYLESS, KIOSK, KIOSK_SECRET, LEGACY, LEGACY_SECRET, OFF, OFF_SECRET, PAT, PORTAL,
    PORTAL_RETIRING, PORTAL_SECRET, ROBOT, SPA,
};
use anteroom_testkit::server::TestServer;
use base64::Engine as _;
use serde_json::json;

use crate::snapshot::{Form, redacted};
use crate::steps::{
    PRE_AUTHORIZED, claims, client_credentials, code, is, preauthorize, redeem, refused, userinfo_status,
};

const CC: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test(flavor = "multi_thread")]
async fn tk_01_no_grant_type() {
    let server = TestServer::start().await;
    for fields in [&[][..], &[("client_id", PORTAL)], &[("grant_type", "")]] {
        let reply = server.post("/oauth2/token").form(fields).send().await;
        assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Missing grant_type".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_02_unknown_grant_types() {
    let server = TestServer::start().await;
    for grant in ["password", "xyz", "CLIENT_CREDENTIALS", "client_credentials ", "pre-authorized_code"] {
        let request = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET);
        let reply = request.form(&[("grant_type", grant), ("username", "a"), ("password", "b")]).send().await;
        assert_eq!(refused(&reply), is(400, "unsupported_grant_type"), "{grant}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_03_a_grant_the_client_may_not_use() {
    let server = TestServer::start().await;
    assert_eq!(
        refused(&client_credentials(&server, KIOSK, KIOSK_SECRET).await),
        is(400, "unauthorized_client")
    );
    let code = preauthorize(&server, ROBOT, PAT, json!({})).await.str("preAuthorizedCode");
    assert_eq!(refused(&redeem(&server, ROBOT, &code, &[]).await), is(400, "unauthorized_client"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_04_a_wrong_secret_in_basic_is_challenged() {
    let server = TestServer::start().await;
    let reply = client_credentials(&server, PORTAL, "wrong").await;
    assert_eq!(refused(&reply), is(401, "invalid_client"));
    assert_eq!(reply.header("www-authenticate"), Some(format!("Basic realm=\"{}\"", server.base()).as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_05_a_wrong_secret_in_the_form() {
    let server = TestServer::start().await;
    let fields = [CC, ("client_id", PORTAL), ("client_secret", "wrong")];
    let reply = server.post("/oauth2/token").form(&fields).send().await;
    assert_eq!(refused(&reply), is(401, "invalid_client"));
    assert!(reply.header("www-authenticate").is_none(), "no header was sent, none is asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_06_an_unknown_client_and_a_wrong_secret_answer_alike() {
    let server = TestServer::start().await;
    let wrong = client_credentials(&server, PORTAL, "wrong").await;
    for client in ["c0ffee00-0000-4000-8000-999999999999", "no uuid", "' OR 1=1 --"] {
        let unknown = client_credentials(&server, client, "wrong").await;
        assert_eq!((unknown.status, &unknown.body), (wrong.status, &wrong.body), "{client}");
        assert_eq!(unknown.header("www-authenticate"), wrong.header("www-authenticate"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_07_no_client_at_all() {
    let server = TestServer::start().await;
    let reply = server.post("/oauth2/token").form(&[CC]).send().await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Missing client_id".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_08_credentials_in_both_places() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    for secret in [PORTAL_SECRET, "wrong"] {
        let request = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET);
        let reply = request.form(&[CC, ("client_secret", secret)]).send().await;
        assert_eq!(refused(&reply), is(400, "invalid_request"), "{secret}");
        let fields = [
            ("grant_type", PRE_AUTHORIZED),
            ("client_id", PORTAL),
            ("client_secret", secret),
            ("pre-authorized_code", &code),
        ];
        let reply = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET).form(&fields).send().await;
        assert_eq!(refused(&reply), is(400, "invalid_request"), "{secret}");
    }
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_09_the_client_id_beside_basic_must_be_the_same() {
    let server = TestServer::start().await;
    for (client, status) in [(PORTAL, 200), (SPA, 400)] {
        let request = server.post("/oauth2/token").basic(PORTAL, PORTAL_SECRET);
        assert_eq!(request.form(&[CC, ("client_id", client)]).send().await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_10_basic_credentials_are_form_decoded() {
    let server = TestServer::start().await;
    assert_eq!(client_credentials(&server, DESK, DESK_SECRET).await.status, 200, "{DESK_SECRET}");
    let plus = "s%3Ac%25r+e%2Bt%2F%C3%BC%3D%26";
    let request = server.post("/oauth2/token").basic_bytes(format!("{DESK}:{plus}").as_bytes());
    assert_eq!(request.form(&[CC]).send().await.status, 200, "a space may be a plus");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_11_malformed_basic_credentials() {
    let server = TestServer::start().await;
    let no_colon = format!("{PORTAL}{PORTAL_SECRET}");
    let with_nul = format!("{PORTAL}:{PORTAL_SECRET}\0");
    for pair in [no_colon.as_bytes(), with_nul.as_bytes(), b"\xff:\xff", b"%zz:x", b""] {
        let reply = server.post("/oauth2/token").basic_bytes(pair).form(&[CC]).send().await;
        assert_eq!(refused(&reply), is(400, "invalid_request"), "{}", pair.escape_ascii());
    }
    for header in ["Basic", "Basic ", "Basic !!!!", "Basic YTpi=", "", "Digest x", "Basic YTpi, Basic YTpi"] {
        let request = server.post("/oauth2/token").header("Authorization", header);
        assert_eq!(refused(&request.form(&[CC]).send().await), is(400, "invalid_request"), "{header:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_12_a_secret_may_hold_colons() {
    let server = TestServer::start().await;
    assert!(DESK_SECRET.contains(':'));
    let request = server.post("/oauth2/token").basic_bytes(format!("{DESK}:s:c%25r e%2Bt/ü=%26").as_bytes());
    assert_eq!(request.form(&[CC]).send().await.status, 200, "cut at the first colon only");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_13_a_bearer_token_is_no_client_authentication() {
    let server = TestServer::start().await;
    let token = client_credentials(&server, PORTAL, PORTAL_SECRET).await.str("access_token");
    let code = code(&server).await;
    for token in [token.as_str(), "x"] {
        let fields =
            [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
        for fields in [&[CC][..], &fields] {
            let reply = server.post("/oauth2/token").bearer(token).form(fields).send().await;
            assert_eq!(
                reply.refusal(),
                (400, "invalid_request".into(), "Invalid authorization header".into())
            );
        }
    }
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200, "nothing was consumed");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_14_the_scheme_may_be_written_in_any_case() {
    let server = TestServer::start().await;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{PORTAL}:{PORTAL_SECRET}"));
    for scheme in ["basic", "BASIC", "bAsIc"] {
        let request = server.post("/oauth2/token").header("Authorization", format!("{scheme} {pair}"));
        assert_eq!(request.form(&[CC]).send().await.status, 200, "{scheme}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_15_a_confidential_client_must_show_its_secret() {
    let server = TestServer::start().await;
    for client in [PORTAL, KEYLESS, LEGACY] {
        let reply = server.post("/oauth2/token").form(&[CC, ("client_id", client)]).send().await;
        assert_eq!(refused(&reply), is(401, "invalid_client"), "{client}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_16_a_secret_that_is_sent_is_checked() {
    let server = TestServer::start().await;
    for client in [SPA, KEYLESS, LEGACY] {
        let code = preauthorize(&server, client, PAT, json!({})).await.str("preAuthorizedCode");
        let reply = redeem(&server, client, &code, &[("client_secret", "wrong")]).await;
        assert_eq!(refused(&reply), is(401, "invalid_client"), "{client}");
        assert_eq!(redeem(&server, client, &code, &[]).await.status, 200, "{client}: nothing was consumed");
    }
    let code = preauthorize(&server, LEGACY, PAT, json!({})).await.str("preAuthorizedCode");
    assert_eq!(redeem(&server, LEGACY, &code, &[("client_secret", LEGACY_SECRET)]).await.status, 200);
}

fn id(client: &str) -> Id<Client> {
    Id::parse(client).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn tk_17_a_client_that_is_off_gets_nothing_and_its_tokens_end() {
    let server = TestServer::start().await;
    assert_eq!(refused(&client_credentials(&server, OFF, OFF_SECRET).await), is(401, "invalid_client"));
    let off = preauthorize(&server, OFF, PAT, json!({})).await.str("preAuthorizedCode");
    assert_eq!(refused(&redeem(&server, OFF, &off, &[]).await), is(401, "invalid_client"));

    let code = code(&server).await;
    let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    assert_eq!(userinfo_status(&server, &token).await, 200);
    let switch = |status: ClientStatus| {
        server.change(move |cx| {
            let client = cx.tx.client(id(PORTAL))?.expect("the portal");
            Ok(cx.tx.update_client(&Client { status, ..(*client).clone() })?)
        })
    };
    switch(ClientStatus::Off).await;
    assert_eq!(userinfo_status(&server, &token).await, 401, "at once");
    assert_eq!(refused(&client_credentials(&server, PORTAL, PORTAL_SECRET).await), is(401, "invalid_client"));
    switch(ClientStatus::Active).await;
    assert_eq!(userinfo_status(&server, &token).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_18_two_secrets_live_side_by_side_until_one_is_dropped() {
    let server = TestServer::start().await;
    for secret in [PORTAL_SECRET, PORTAL_RETIRING] {
        assert_eq!(client_credentials(&server, PORTAL, secret).await.status, 200, "{secret}");
    }
    let used =
        server.engine.read(|tx, _| Ok(tx.secret_last_used(id(PORTAL), SecretSlot::Retiring)?)).unwrap();
    assert_eq!(used, Some(server.now()), "the desk sees that the old one is still used");
    server
        .change(|cx| {
            let client = cx.tx.client(id(PORTAL))?.expect("the portal");
            Ok(cx.tx.update_client(&Client { retiring_secret: None, ..(*client).clone() })?)
        })
        .await;
    assert_eq!(
        refused(&client_credentials(&server, PORTAL, PORTAL_RETIRING).await),
        is(401, "invalid_client")
    );
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_19_thirty_wrong_secrets_in_a_minute_are_enough() {
    let server = TestServer::start().await;
    for attempt in 1..=30 {
        assert_eq!(client_credentials(&server, PORTAL, "wrong").await.status, 401, "{attempt}");
    }
    let reply = client_credentials(&server, PORTAL, "wrong").await;
    assert_eq!(refused(&reply), is(429, "invalid_client"));
    let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Another client is not held back, and neither is the right secret.
    assert_eq!(client_credentials(&server, LEGACY, "wrong").await.status, 401);
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200);
    server.clock.advance(wait + 1);
    assert_eq!(client_credentials(&server, PORTAL, "wrong").await.status, 401, "a new minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_26_what_a_success_holds() {
    let server = TestServer::start().await;
    let code = code(&server).await;
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let body = reply.json();
    assert_eq!(body["token_type"], "Bearer");
    assert!(body["expires_in"].is_u64());
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        body["expires_in"].as_i64().unwrap()
    );
    let forms = [("/access_token", Form::Jws), ("/id_token", Form::Jws)];
    insta::assert_json_snapshot!("token_response", redacted(&server, &body, &forms));
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_27_no_secret_is_stored_in_clear() {
    let server = TestServer::start().await;
    client_credentials(&server, DESK, DESK_SECRET).await;
    client_credentials(&server, PORTAL, "presented-but-wrong").await;
    server.engine.close().expect("the store closes");
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            stored.extend(std::fs::read(path).unwrap());
        }
    }
    assert!(stored.len() > 4096, "the store was read");
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Front desk"), "names are stored in clear: the search works");
    for secret in [DESK_SECRET, PORTAL_SECRET, PORTAL_RETIRING, LEGACY_SECRET, "presented-but-wrong"] {
        assert!(!holds(secret), "{secret}");
    }
}
