//! Rows of Medplum's own tests for the routes this server has, in the `medplum` dialect: exact status, code and words.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Membership};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    ADA, BLOCKED, BLOCKED_SECRET, DESK, DESK_SECRET, FAR, KEYLESS, OFF, OFF_SECRET, PAT, PORTAL,
    PORTAL_RETIRING, PORTAL_SECRET,
};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use serde_json::json;

use crate::steps::{
    PRE_AUTHORIZED, claims, client_credentials, code, code_with, preauthorize, redeem, userinfo_status,
};

const NOBODY: &str = "c0ffee00-0000-4000-8000-999999999999";

async fn medplum() -> TestServer {
    TestServer::over(Clinic::medplum()).await
}

async fn token(server: &TestServer, fields: &[(&str, &str)]) -> Reply {
    server.post("/oauth2/token").form(fields).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn token_with_wrong_content_type() {
    let server = medplum().await;
    let reply = server.post("/oauth2/token").json(&json!({ "foo": "bar" })).send().await;
    assert_eq!((reply.status, reply.text()), (400, "Unsupported content type"));
    assert!(reply.header("content-type").unwrap().starts_with("text/plain"));
}

/// A title, what is sent, and what comes back.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], (&'a str, &'a str));

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_token_endpoint() {
    let server = medplum().await;
    let cc = ("grant_type", "client_credentials");
    let pre = ("grant_type", PRE_AUTHORIZED);
    let rows: &[Row<'_>] = &[
        (
            "missing grant type",
            &[("grant_type", ""), ("code", "fake-code")],
            ("invalid_request", "Missing grant_type"),
        ),
        (
            "unsupported grant type",
            &[("grant_type", "xyz"), ("code", "x")],
            ("invalid_request", "Unsupported grant_type"),
        ),
        (
            "missing client_id",
            &[cc, ("client_id", ""), ("client_secret", "x")],
            ("invalid_request", "Missing client_id"),
        ),
        ("missing client_secret", &[cc, ("client_id", PORTAL)], ("invalid_request", "Missing client_secret")),
        (
            "wrong client_id",
            &[cc, ("client_id", NOBODY), ("client_secret", "x")],
            ("invalid_request", "Invalid client"),
        ),
        (
            "client_id is no uuid",
            &[cc, ("client_id", "x"), ("client_secret", "x")],
            ("invalid_request", "Invalid client"),
        ),
        (
            "wrong client_secret",
            &[cc, ("client_id", PORTAL), ("client_secret", "x")],
            ("invalid_request", "Invalid secret"),
        ),
        (
            "empty secret",
            &[cc, ("client_id", KEYLESS), ("client_secret", "x")],
            ("invalid_request", "Invalid client"),
        ),
        (
            "off",
            &[cc, ("client_id", OFF), ("client_secret", OFF_SECRET)],
            ("invalid_request", "Invalid client"),
        ),
        (
            "IP",
            &[cc, ("client_id", BLOCKED), ("client_secret", BLOCKED_SECRET)],
            ("invalid_request", "IP address not allowed"),
        ),
        (
            "code: missing client_id",
            &[pre, ("pre-authorized_code", "x")],
            ("invalid_request", "Missing client_id"),
        ),
        (
            "code: missing code",
            &[pre, ("client_id", PORTAL)],
            ("invalid_request", "Missing pre-authorized_code"),
        ),
        (
            "code: invalid client_id",
            &[pre, ("client_id", "x"), ("pre-authorized_code", "x")],
            ("invalid_client", "Invalid client"),
        ),
        (
            "code: invalid code",
            &[pre, ("client_id", PORTAL), ("pre-authorized_code", "x")],
            ("invalid_request", "Invalid pre-authorized_code"),
        ),
        (
            "code: off",
            &[pre, ("client_id", OFF), ("pre-authorized_code", "x")],
            ("invalid_request", "Invalid client"),
        ),
    ];
    for (title, fields, (error, description)) in rows {
        let reply = token(&server, fields).await;
        assert_eq!(reply.refusal(), (400, (*error).into(), (*description).into()), "{title}");
        assert!(reply.header("www-authenticate").is_none(), "{title}");
    }
    let bearer = server.post("/oauth2/token").bearer("xyz").form(&[cc]).send().await;
    assert_eq!(bearer.refusal(), (400, "invalid_request".into(), "Invalid authorization header".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_that_work() {
    let server = medplum().await;
    let cc = ("grant_type", "client_credentials");
    for secret in [PORTAL_SECRET, PORTAL_RETIRING] {
        let reply = token(&server, &[cc, ("client_id", PORTAL), ("client_secret", secret)]).await;
        assert_eq!(reply.status, 200);
        assert!(reply.json()["access_token"].is_string());
    }
    assert_eq!(client_credentials(&server, PORTAL, PORTAL_SECRET).await.status, 200, "authentication header");
    let fields = [cc, ("client_id", PORTAL), ("client_secret", PORTAL_SECRET)];
    assert_eq!(server.post("/api/oauth2/token").form(&fields).send().await.status, 200, "below /api");
}

#[tokio::test(flavor = "multi_thread")]
async fn token_for_client_without_project_membership() {
    let server = medplum().await;
    let client: Id<Client> = Id::parse(PORTAL).unwrap();
    server
        .change(move |cx| {
            let own = cx.tx.membership_of_client(client)?.expect("a membership");
            Ok(cx.tx.delete_membership(own.id)?)
        })
        .await;
    let reply = client_credentials(&server, PORTAL, PORTAL_SECRET).await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Invalid client".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pre_authorized_code_expired() {
    let server = medplum().await;
    let code = code_with(&server, json!({ "expiresIn": 1 })).await.0;
    server.clock.advance(2);
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_grant".into(), "Pre-authorized code expired".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pre_authorized_code_ip_address_restriction() {
    let server = medplum().await;
    let code = preauthorize(&server, PORTAL, FAR, json!({})).await.str("preAuthorizedCode");
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "IP address not allowed".into()));
    // The rule is lifted: the code is still good.
    server
        .change(|cx| {
            let far = cx.tx.membership_by_profile(
                Id::parse(anteroom_testkit::builders::PROJECT).unwrap(),
                anteroom_engine::model::membership::ProfileRef::parse(&format!("Patient/{FAR}")).unwrap(),
            )?;
            let far = far.expect("Fay");
            Ok(cx.tx.update_membership(&Membership { access_policy: None, ..(*far).clone() })?)
        })
        .await;
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pre_authorized_code_success() {
    let server = medplum().await;
    let (code, issued) = code_with(&server, json!({})).await;
    assert!(issued.get("code").is_none());
    let reply = redeem(&server, PORTAL, &code, &[]).await;
    let body = reply.json();
    assert_eq!((body["scope"].as_str(), body["expires_in"].as_u64()), (Some("openid"), Some(3_600)));
    assert!(
        body["id_token"].is_string()
            && body["access_token"].is_string()
            && body.get("refresh_token").is_none()
    );
    let again = redeem(&server, PORTAL, &code, &[]).await;
    assert_eq!(again.refusal(), (400, "invalid_grant".into(), "Token already granted".into()));
    assert_eq!(
        userinfo_status(&server, &reply.str("access_token")).await,
        401,
        "Medplum revokes the first session"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_client_of_a_code() {
    let server = medplum().await;
    let code = code(&server).await;
    let reply = redeem(&server, KEYLESS, &code, &[]).await;
    assert_eq!(reply.refusal(), (400, "invalid_request".into(), "Invalid client".into()));
    assert_eq!(redeem(&server, PORTAL, &code, &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn preauthorize_rows() {
    let server = medplum().await;
    let admin = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    let (code, _) = code_with(&server, json!({})).await;
    let member = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    let ask = |token: Option<&str>, on_behalf_of: bool, body: serde_json::Value| {
        let request = server.post("/auth/preauthorize").json(&body);
        let request = token.into_iter().fold(request, anteroom_testkit::Request::bearer);
        let request = if on_behalf_of {
            request.header("X-Medplum-On-Behalf-Of", format!("Practitioner/{ADA}"))
        } else {
            request
        };
        request.send()
    };
    let expires = "expiresIn must be a positive integer not exceeding 86400 seconds";
    for (title, token, on_behalf_of, body, status, text) in [
        ("Requires auth", None, false, json!({ "clientId": PORTAL }), 401, "Unauthorized"),
        ("Requires project admin", Some(&member), false, json!({ "clientId": PORTAL }), 403, "Forbidden"),
        ("Requires clientId", Some(&admin), false, json!({}), 400, "Client ID is required"),
        (
            "Requires onBehalfOfMembership",
            Some(&admin),
            false,
            json!({ "clientId": PORTAL }),
            400,
            "Pre-authorization requires onBehalfOfMembership",
        ),
        ("Client not found", Some(&admin), true, json!({ "clientId": NOBODY }), 404, "Not found"),
        (
            "Expire time too short",
            Some(&admin),
            false,
            json!({ "clientId": PORTAL, "expiresIn": 0 }),
            400,
            expires,
        ),
        (
            "Expire time too long",
            Some(&admin),
            false,
            json!({ "clientId": PORTAL, "expiresIn": 86_401 }),
            400,
            expires,
        ),
    ] {
        let reply = ask(token.map(String::as_str), on_behalf_of, body).await;
        let (found, said, _) = reply.outcome();
        assert_eq!((found, said.as_str()), (status, text), "{title}");
        assert_eq!(reply.json()["resourceType"], "OperationOutcome", "{title}");
    }
    let reply = ask(Some(&admin), true, json!({ "clientId": PORTAL })).await;
    assert_eq!(reply.status, 200, "Success");
    let body = reply.json();
    let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["preAuthorizedCode", "expiresAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn userinfo_rows() {
    let server = medplum().await;
    let (code, _) = code_with(&server, json!({ "scope": "openid profile email phone address" })).await;
    let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    let info = server.get("/oauth2/userinfo").bearer(&token).send().await.json();
    for (member, value) in [
        ("sub", PAT),
        ("given_name", "Pat"),
        ("family_name", "Doe"),
        ("email", "pat@example.org"),
        ("phone_number", "+49 30 1234"),
    ] {
        assert_eq!(info[member], value, "{member}");
    }
    assert_eq!(info["profile"], format!("Patient/{PAT}"));
    assert!(info["address"]["formatted"].as_str().unwrap().contains("Riverside"));

    let (code, _) = code_with(&server, json!({ "scope": "openid" })).await;
    let token = redeem(&server, PORTAL, &code, &[]).await.str("access_token");
    let info = server.get("/oauth2/userinfo").bearer(&token).send().await.json();
    assert_eq!(info, json!({ "sub": PAT }), "Get userinfo with only openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dialect_changes_words_and_no_check() {
    let medplum = medplum().await;
    let rfc = TestServer::start().await;
    for server in [&medplum, &rfc] {
        let code = code(server).await;
        assert_ne!(redeem(server, PORTAL, &code, &[("client_secret", "wrong")]).await.status, 200);
        assert_ne!(redeem(server, KEYLESS, &code, &[]).await.status, 200);
        let reply = redeem(server, PORTAL, &code, &[]).await;
        assert_eq!(reply.status, 200);
        let claims = claims(&reply.str("access_token"));
        assert_eq!((claims["scope"].as_str(), claims["client_id"].as_str()), (Some("openid"), Some(PORTAL)));
        assert_ne!(client_credentials(server, OFF, OFF_SECRET).await.status, 200);
    }
}
