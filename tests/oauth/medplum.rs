//! Rows of Medplum's own tests for the routes this server has, in the `medplum` dialect: exact status, code and words.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Membership};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    ADA, BLOCKED, BLOCKED_SECRET, DESK, DESK_SECRET, FAR, GONE, KEYLESS, OFF, OFF_SECRET, PAT, PORTAL,
    PORTAL_RETIRING, PORTAL_SECRET,
};
use anteroom_testkit::client::{Reply, encode};
use anteroom_testkit::server::TestServer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
            "Token with missing grant type",
            &[("grant_type", ""), ("code", "fake-code")],
            ("invalid_request", "Missing grant_type"),
        ),
        (
            "Token with unsupported grant type",
            &[("grant_type", "xyz"), ("code", "x")],
            ("invalid_request", "Unsupported grant_type"),
        ),
        (
            "Token for client credentials with missing client_id",
            &[cc, ("client_id", ""), ("client_secret", "x")],
            ("invalid_request", "Missing client_id"),
        ),
        (
            "Token for client credentials with missing client_secret",
            &[cc, ("client_id", PORTAL)],
            ("invalid_request", "Missing client_secret"),
        ),
        (
            "Token for client credentials with wrong client_id",
            &[cc, ("client_id", NOBODY), ("client_secret", "x")],
            ("invalid_request", "Invalid client"),
        ),
        (
            "client_id is no uuid",
            &[cc, ("client_id", "x"), ("client_secret", "x")],
            ("invalid_request", "Invalid client"),
        ),
        (
            "Token for client credentials with wrong client_secret",
            &[cc, ("client_id", PORTAL), ("client_secret", "x")],
            ("invalid_request", "Invalid secret"),
        ),
        (
            "Token for client empty secret",
            &[cc, ("client_id", KEYLESS), ("client_secret", "x")],
            ("invalid_request", "Invalid client"),
        ),
        (
            "Token for client in \"off\" status",
            &[cc, ("client_id", OFF), ("client_secret", OFF_SECRET)],
            ("invalid_request", "Invalid client"),
        ),
        (
            "Client credentials IP address restriction",
            &[cc, ("client_id", BLOCKED), ("client_secret", BLOCKED_SECRET)],
            ("invalid_request", "IP address not allowed"),
        ),
        (
            "Pre-authorized code with missing client_id",
            &[pre, ("pre-authorized_code", "x")],
            ("invalid_request", "Missing client_id"),
        ),
        (
            "Pre-authorized code with missing code",
            &[pre, ("client_id", PORTAL)],
            ("invalid_request", "Missing pre-authorized_code"),
        ),
        (
            "Pre-authorized code with invalid client_id",
            &[pre, ("client_id", "x"), ("pre-authorized_code", "x")],
            ("invalid_client", "Invalid client"),
        ),
        (
            "Pre-authorized code with invalid code",
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
    assert_eq!(
        bearer.refusal(),
        (400, "invalid_request".into(), "Invalid authorization header".into()),
        "Token for client credentials wrong authentication header"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_that_work() {
    let server = medplum().await;
    let cc = ("grant_type", "client_credentials");
    for (title, secret) in [
        ("Token for client credentials success", PORTAL_SECRET),
        ("Token for client in \"active\" status", PORTAL_SECRET),
        ("Token for client credentials with secondary client_secret", PORTAL_RETIRING),
    ] {
        let reply = token(&server, &[cc, ("client_id", PORTAL), ("client_secret", secret)]).await;
        assert_eq!(reply.status, 200, "{title}");
        assert!(reply.json()["access_token"].is_string(), "{title}");
    }
    assert_eq!(
        client_credentials(&server, PORTAL, PORTAL_SECRET).await.status,
        200,
        "Token for client credentials authentication header success"
    );
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
    let keyless = server.post("/auth/preauthorize").basic(KEYLESS, "").json(&json!({ "clientId": PORTAL }));
    assert_eq!(keyless.send().await.status, 401, "Client credentials auth header empty secret");
    let reply = ask(Some(&admin), true, json!({ "clientId": PORTAL })).await;
    assert_eq!(reply.status, 200, "auth/preauthorize: Success");
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
    for (title, member, value) in [
        ("Get userinfo with user email", "email", "pat@example.org"),
        ("Get userinfo with user email", "given_name", "Pat"),
        ("Get userinfo with user email", "family_name", "Doe"),
        ("Get userinfo with profile email", "sub", PAT),
        ("Get userinfo with phone", "phone_number", "+49 30 1234"),
    ] {
        assert_eq!(info[member], value, "{title}: {member}");
    }
    assert_eq!(info["profile"], format!("Patient/{PAT}"));
    let address = info["address"]["formatted"].as_str().unwrap();
    assert!(address.contains("Riverside"), "Get userinfo with address");

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

#[tokio::test(flavor = "multi_thread")]
async fn what_tokens_hold() {
    // Gil has no e-mail address.
    let server = TestServer::over(Clinic::medplum().with("/projects/0/members/2/active", json!(true))).await;
    let issue = async |scope: &str| {
        let (code, _) = code_with(&server, json!({ "scope": scope })).await;
        let reply = redeem(&server, PORTAL, &code, &[]).await;
        (claims(&reply.str("access_token")), claims(&reply.str("id_token")))
    };
    let (access, id) = issue("openid profile email").await;
    for (title, token) in [("Generate access token", &access), ("Generate ID token", &id)] {
        assert!(token["jti"].is_string() && token["login_id"].is_string(), "{title}: {token}");
        assert_eq!(token["nbf"], token["iat"], "Tokens include NotBefore claim");
    }
    let (without, id_without) = issue("openid profile").await;
    for (title, with, without) in [
        ("Generate access token with email / without email", &access, &without),
        ("Generate ID token with email / without email", &id, &id_without),
        ("Access token includes email when email scope is requested for User", &access, &without),
        ("Access token does not include email when email scope is not requested", &access, &without),
    ] {
        assert_eq!(with["email"], "pat@example.org", "{title}");
        assert!(without.get("email").is_none(), "{title}");
    }
    let fields = [("grant_type", "client_credentials"), ("scope", "openid email")];
    let client = server.post("/oauth2/token").basic(DESK, DESK_SECRET).form(&fields).send().await;
    let client = claims(&client.str("access_token"));
    assert!(
        client.get("email").is_none(),
        "Access token does not include email for ClientApplication even with email scope"
    );
    let gil = preauthorize(&server, PORTAL, GONE, json!({ "scope": "openid email" })).await;
    let nobody = redeem(&server, PORTAL, &gil.str("preAuthorizedCode"), &[]).await;
    assert!(
        claims(&nobody.str("access_token")).get("email").is_none(),
        "Access token does not include email when user has no email address"
    );
    assert_eq!(nobody.json()["patient"], GONE, "Patient in token response");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_the_well_known_folder() {
    let server = medplum().await;
    for (title, members) in [
        ("Get /.well-known/jwks.json", &["keys"][..]),
        (
            "Get /.well-known/openid-configuration",
            &[
                "issuer",
                "authorization_endpoint",
                "token_endpoint",
                "userinfo_endpoint",
                "jwks_uri",
                "id_token_signing_alg_values_supported",
                "response_types_supported",
                "subject_types_supported",
            ],
        ),
        ("Get /.well-known/oauth-authorization-server", &["issuer", "token_endpoint", "jwks_uri"]),
    ] {
        let reply = server.get(title.strip_prefix("Get ").unwrap()).send().await;
        assert_eq!(reply.status, 200, "{title}");
        for member in members {
            assert!(reply.json().get(member).is_some(), "{title}: {member}");
        }
    }
    let base = server.base();
    let resource =
        |query: String| server.get(&format!("/.well-known/oauth-protected-resource?{query}")).send();
    let own = format!("{base}fhir/R4");
    let reply = resource(format!("resource={}", encode(&own))).await;
    assert_eq!(reply.str("resource"), own, "Protected resource with custom request");
    for (title, query) in [
        ("Protected resource with invalid resource", "resource=https://example.com/invalid"),
        ("Protected resource with resource array", "resource=a&resource=b&resource=c"),
    ] {
        let reply = resource(query.to_owned()).await;
        assert_eq!((reply.status, reply.text()), (400, "Invalid resource URL"), "{title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_name_no_key_of_ours() {
    let server = medplum().await;
    let token = client_credentials(&server, DESK, DESK_SECRET).await.str("access_token");
    let rest = token.split_once('.').unwrap().1;
    for (title, header) in [
        ("Missing kid", json!({ "alg": "ES256", "typ": "at+jwt" })),
        ("Key not found", json!({ "alg": "ES256", "typ": "at+jwt", "kid": NOBODY })),
    ] {
        let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert_eq!(userinfo_status(&server, &forged).await, 401, "{title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ip_rules_at_the_sign_in() {
    for (title, action, status) in [("IP address allow", "allow", 200), ("IP address block", "block", 400)] {
        let clinic = Clinic::medplum()
            .with("/projects/0/accessPolicies/0/ipAccessRule/0/action", json!(action))
            .with("/projects/0/members/3/email", json!("fay@example.org"))
            .with("/projects/0/members/3/password", json!("correct horse battery"));
        let server = TestServer::over(clinic).await;
        let body = json!({
            "clientId": PORTAL, "email": "fay@example.org", "password": "correct horse battery",
            "codeChallenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "codeChallengeMethod": "S256",
        });
        let reply = server.post("/auth/login").json(&body).send().await;
        assert_eq!(reply.status, status, "{title}: {reply:?}");
        if status == 400 {
            assert_eq!(reply.outcome().1, "IP address not allowed", "{title}");
        }
    }
}
