//! `POST /auth/login`: who gets in, what a login becomes, and the client of a login without one.

use anteroom_engine::id::Id;
use anteroom_testkit::builders::{
    LEGACY, OFF, OTHER_PROJECT, PAT, PAT_MEMBERSHIP, PAT_USER, PORTAL, PORTAL_ORIGIN, PORTAL_SECRET, PROJECT,
    ROBOT,
};
use serde_json::json;

use super::{EMAIL, NOBODY, PASSWORD, login, plain, redeem, server, set_active, signed_in};
use crate::steps::{CHALLENGE, VERIFIER, claims, said, userinfo_status};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn login_refusals() {
    let server = server().await;
    let rows = [
        ("Invalid client UUID", json!({ "clientId": "123" }), 404, "Not found"),
        ("Invalid client ID", json!({ "clientId": NOBODY }), 404, "Not found"),
        ("Login with invalid client ID", json!({ "clientId": "1" }), 404, "Not found"),
        ("Login with missing email", json!({ "email": null }), 400, "Valid email address is required"),
        (
            "Login with missing password",
            json!({ "password": null }),
            400,
            "Invalid password, must be at least 8 characters",
        ),
        ("Missing email", json!({ "email": "" }), 400, "Valid email address is required"),
        ("Invalid email", json!({ "email": "xyz" }), 400, "Valid email address is required"),
        (
            "Missing password",
            json!({ "password": "" }),
            400,
            "Invalid password, must be at least 8 characters",
        ),
        ("Wrong password", json!({ "password": "wrong-password" }), 400, "Email or password is invalid"),
        (
            "Wrong projectId",
            json!({ "clientId": LEGACY, "projectId": OTHER_PROJECT }),
            400,
            "Invalid projectId",
        ),
        ("projectId new", json!({ "projectId": "new" }), 400, "Invalid projectId"),
        ("No membership", json!({ "projectId": OTHER_PROJECT }), 400, "Email or password is invalid"),
        ("User not found", json!({ "email": "nobody@example.org" }), 400, "Email or password is invalid"),
        ("Invalid scope", json!({ "scope": "a\\b" }), 400, "Invalid scope"),
        ("Missing codeChallenge", json!({ "codeChallengeMethod": "S256" }), 400, "Invalid code challenge"),
        (
            "Missing codeChallengeMethod",
            json!({ "codeChallenge": CHALLENGE }),
            400,
            "Invalid code challenge method",
        ),
        (
            "Invalid codeChallengeMethod",
            json!({ "codeChallenge": CHALLENGE, "codeChallengeMethod": "x" }),
            400,
            "Invalid code challenge method",
        ),
        (
            "a challenge that is none",
            json!({ "codeChallenge": "xyz", "codeChallengeMethod": "plain" }),
            400,
            "Invalid code challenge",
        ),
        (
            "plain from a client of another type",
            json!({ "clientId": PORTAL, "codeChallenge": VERIFIER, "codeChallengeMethod": "plain" }),
            400,
            "Invalid code challenge method",
        ),
        ("unknown launch", json!({ "launch": NOBODY }), 404, "Not found"),
        ("a client that is off", json!({ "clientId": OFF }), 400, "Invalid client"),
        ("a client without the grant", json!({ "clientId": ROBOT }), 400, "Invalid client"),
        ("no fitting profile", json!({ "resourceType": "Practitioner" }), 400, "User not found"),
        ("no such profile", json!({ "resourceType": "Device" }), 400, "User not found"),
    ];
    for (title, changes, status, text) in rows {
        let reply = login(&server, changes).await;
        assert_eq!(said(&reply), (status, text.to_owned()), "{title}");
        assert_eq!(reply.json()["resourceType"], "OperationOutcome", "{title}");
        assert!(!reply.text().contains("code\":\"ey") && reply.json().get("login").is_none(), "{title}");
    }
    let (_, _, expression) = login(&server, json!({ "codeChallenge": CHALLENGE })).await.outcome();
    assert_eq!(expression.as_deref(), Some("code_challenge_method"));
    let form = server.post("/auth/login").form(&[("email", EMAIL), ("password", PASSWORD)]).send().await;
    assert_eq!(form.status, 415, "a page of another site can send forms without asking");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn login_inactive_membership() {
    let server = server().await;
    set_active(&server, PAT_MEMBERSHIP, false).await;
    let reply = login(&server, plain()).await;
    assert_eq!(said(&reply), (400, "User not found".into()), "Inactive membership");
}

#[tokio::test(flavor = "multi_thread")]
async fn login_that_works() {
    let server = server().await;
    for (title, changes) in [
        ("Success default client", json!({})),
        ("Login successfully", json!({ "scope": "" })),
        ("Success with custom client", json!({ "clientId": LEGACY })),
        ("Case insensitive email", json!({ "email": "PAT@Example.ORG" })),
        ("own project", json!({ "projectId": PROJECT })),
        ("S256 code challenge method", json!({ "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256" })),
        ("Plain text code challenge method", plain()),
        ("the profile that is asked for", json!({ "resourceType": "Patient" })),
    ] {
        let reply = login(&server, changes).await;
        assert_eq!(reply.status, 200, "{title}: {reply:?}");
        let body = reply.json();
        let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["login", "code"], "{title}");
        assert_eq!(reply.header("set-cookie"), None, "{title}: sessions begin on the hosted pages");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{title}");
    }
    assert_eq!(
        server
            .post("/api/auth/login")
            .json(&json!({ "email": EMAIL, "password": PASSWORD }))
            .send()
            .await
            .status,
        200
    );
    let fhir_json = server
        .post("/auth/login")
        .header("Content-Type", "application/fhir+json")
        .body(json!({ "email": EMAIL, "password": PASSWORD }).to_string());
    assert_eq!(fhir_json.send().await.status, 200, "as the SDK sends it");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn login_origins() {
    let server = server().await;
    for (title, origin, status) in [
        ("Success with no origin", None, 200),
        ("Success with matching origin", Some(PORTAL_ORIGIN), 200),
        ("Failure with unknown origin", Some("https://evil.test"), 400),
        ("a null origin", Some("null"), 400),
    ] {
        let body = json!({ "email": EMAIL, "password": PASSWORD, "clientId": PORTAL });
        let request = server.post("/auth/login").json(&body);
        let request = origin.into_iter().fold(request, |request, origin| request.header("Origin", origin));
        let reply = request.send().await;
        assert_eq!(reply.status, status, "{title}: {reply:?}");
        if status == 400 {
            assert_eq!(said(&reply).1, "Invalid origin", "{title}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_becomes_tokens() {
    let server = server().await;
    let (login, tokens) =
        signed_in(&server, json!({ "scope": "openid profile email", "nonce": "n-1" })).await;
    let body = tokens.json();
    assert_eq!(
        (body["scope"].as_str(), body["expires_in"].as_u64()),
        (Some("openid profile email"), Some(3_600))
    );
    assert!(body.get("refresh_token").is_none());
    assert_eq!(body["profile"]["reference"], format!("Patient/{PAT}"));
    let access = claims(&tokens.str("access_token"));
    assert_eq!((access["login_id"].as_str(), access["sub"].as_str()), (Some(login.as_str()), Some(PAT_USER)));
    assert_eq!(access["email"], EMAIL);
    assert_eq!(claims(&tokens.str("id_token"))["nonce"], "n-1");
    for (title, changes, refresh) in [
        (
            "Authorization code token success with refresh using legacy remember flag",
            json!({ "remember": true }),
            true,
        ),
        ("offline", json!({ "scope": "openid offline" }), true),
        ("offline_access", json!({ "scope": "openid offline_access" }), true),
        ("remember that is no truth", json!({ "remember": "true" }), false),
    ] {
        let (_, tokens) = signed_in(&server, changes).await;
        assert_eq!(tokens.json().get("refresh_token").is_some(), refresh, "{title}");
        if refresh {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", ""),
                ("refresh_token", &tokens.str("refresh_token")),
            ];
            assert_eq!(server.post("/oauth2/token").form(&fields).send().await.status, 200, "{title}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn codes_of_a_login_at_the_token_endpoint() {
    let server = server().await;
    let ask = async |code: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("grant_type", "authorization_code"), ("code", code)];
        fields.extend_from_slice(more);
        server.post("/oauth2/token").form(&fields).send().await.refusal()
    };
    let is = |error: &str, text: &str| (400, error.to_owned(), text.to_owned());
    let code = login(&server, json!({})).await.str("code");
    let missing = is("invalid_request", "Missing verification context");
    assert_eq!(ask(&code, &[]).await, missing, "Authorization code missing verification");
    let code = login(&server, plain()).await.str("code");
    assert_eq!(ask(&code, &[]).await, is("invalid_request", "Missing code verifier"));
    let wrong = ("code_verifier", CHALLENGE);
    assert_eq!(ask(&code, &[wrong]).await, is("invalid_request", "Invalid code verifier"));
    let other = ("client_id", PORTAL);
    assert_ne!(
        ask(&code, &[other, ("client_secret", PORTAL_SECRET), ("code_verifier", VERIFIER)]).await.0,
        200
    );
    assert_eq!(redeem(&server, &code).await.status, 200);
    let again = redeem(&server, &code).await.refusal();
    assert_eq!(again, is("invalid_grant", "Token already granted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_without_a_client_has_one_that_can_be_switched_off() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let client = claims(&tokens.str("access_token"))["client_id"].as_str().unwrap().to_owned();
    let (_, again) = signed_in(&server, json!({})).await;
    assert_eq!(claims(&again.str("access_token"))["client_id"], client, "always the same");
    server
        .change(move |cx| {
            let client = cx.tx.client(Id::parse(&client).unwrap())?.expect("it was made");
            assert_eq!(client.name, "Sign-in without a client");
            let status = anteroom_engine::model::client::ClientStatus::Off;
            Ok(cx.tx.update_client(&anteroom_engine::model::Client { status, ..(*client).clone() })?)
        })
        .await;
    assert_eq!(said(&login(&server, plain()).await), (400, "Invalid client".into()));
    assert_eq!(userinfo_status(&server, &tokens.str("access_token")).await, 401, "off means off");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_leaves_a_trace_by_a_wrong_password() {
    let server = server().await;
    login(&server, json!({ "password": "wrong-password" })).await;
    let made = server
        .change(|cx| {
            let project = Id::parse(PROJECT).unwrap();
            Ok(cx.tx.client(anteroom_engine::service::default_client::id(project))?.is_some())
        })
        .await;
    assert!(!made, "the default client is made for who has proved something");
}
