//! `/auth/…`: rows of Medplum's own tests in the `medplum` dialect, and what is stricter here.
//!
//! # Rows that stand differently
//! | Row | Here | Why |
//! | --- | --- | --- |
//! | login: No membership | "Email or password is invalid" | an account that is not there looks like a wrong password |
//! | login: Success new project, newuser … | not built | accounts are made by an admin |
//! | changepassword: Breached password | not looked up | nothing leaves this machine |
//! | every row with the challenge `xyz` | 43 characters | RFC 7636 section 4.2 |

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::{Principal, ProfileRef};
use anteroom_engine::model::{Login, Membership, Profile};
use anteroom_testkit::Clinic;
use anteroom_testkit::builders::{
    ADA, LEGACY, OFF, OTHER_PROJECT, PAT, PAT_MEMBERSHIP, PAT_USER, PORTAL, PORTAL_ORIGIN, PORTAL_SECRET,
    PROJECT, ROBOT,
};
use anteroom_testkit::client::Reply;
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use crate::steps::{claims, userinfo_status};

pub(crate) const PASSWORD: &str = "correct horse battery";
const EMAIL: &str = "pat@example.org";
const NOBODY: &str = "c0ffee00-0000-4000-8000-999999999999";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A clinic in which Pat and Ada have passwords.
pub(crate) async fn server() -> TestServer {
    TestServer::over(clinic()).await
}

pub(crate) fn clinic() -> Clinic {
    Clinic::medplum()
        .with("/projects/0/members/0/password", json!(PASSWORD))
        .with("/projects/0/members/1/password", json!(PASSWORD))
}

/// The body with members replaced, added, or, with null, taken away.
fn but(body: Value, changes: Value) -> Value {
    let (Value::Object(mut body), Value::Object(changes)) = (body, changes) else { panic!("objects") };
    for (member, value) in changes {
        if value.is_null() {
            body.remove(&member);
        } else {
            body.insert(member, value);
        }
    }
    Value::Object(body)
}

pub(crate) async fn login(server: &TestServer, changes: Value) -> Reply {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "scope": "openid" });
    server.post("/auth/login").json(&but(body, changes)).send().await
}

/// The PKCE pair as the SDK sends it outside browsers.
pub(crate) fn plain() -> Value {
    json!({ "codeChallenge": VERIFIER, "codeChallengeMethod": "plain" })
}

/// Redeems a code as the SDK does: parameters without a value are sent empty.
pub(crate) async fn redeem(server: &TestServer, code: &str) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("code_verifier", VERIFIER),
    ];
    server.post("/oauth2/token").form(&fields).send().await
}

/// Signs Pat in: the login's id and the token answer.
pub(crate) async fn signed_in(server: &TestServer, changes: Value) -> (String, Reply) {
    let reply = login(server, but(plain(), changes)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let tokens = redeem(server, &reply.str("code")).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    (reply.str("login"), tokens)
}

pub(crate) async fn post(server: &TestServer, path: &str, token: Option<&str>, body: Value) -> Reply {
    let request = server.post(path).json(&body);
    token.into_iter().fold(request, anteroom_testkit::Request::bearer).send().await
}

pub(crate) async fn me(server: &TestServer, token: &str) -> Value {
    let reply = server.get("/auth/me").bearer(token).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// Status and text of an outcome.
pub(crate) fn said(reply: &Reply) -> (u16, String) {
    let (status, text, _) = reply.outcome();
    (status, text)
}

/// Gives Pat a second membership, as a practitioner.
async fn second_membership(server: &TestServer) -> String {
    const SECOND: &str = "3e300000-0000-4000-8000-00000000000b";
    server
        .change(|cx| {
            let first = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            let reference = ProfileRef::parse(&format!("Practitioner/{PAT}")).unwrap();
            let resource = json!({
                "resourceType": "Practitioner", "id": PAT, "name": [{ "text": "Dr Pat" }],
                "identifier": [{ "system": "https://example.org/staff", "value": "77" }],
            });
            cx.tx.insert_profile(&Profile {
                reference,
                project: first.project,
                resource: resource.as_object().unwrap().clone(),
                created_at: cx.now,
            })?;
            Ok(cx.tx.insert_membership(&Membership {
                id: Id::parse(SECOND).unwrap(),
                profile: reference,
                display: "Dr Pat".to_owned(),
                external_id: None,
                ..(*first).clone()
            })?)
        })
        .await;
    SECOND.to_owned()
}

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
    set_active(&server, false).await;
    let reply = login(&server, plain()).await;
    assert_eq!(said(&reply), (400, "User not found".into()), "Inactive membership");
}

async fn set_active(server: &TestServer, active: bool) {
    set_active_of(server, PAT_MEMBERSHIP, active).await;
}

async fn set_active_of(server: &TestServer, membership: &str, active: bool) {
    let id = Id::parse(membership).unwrap();
    server
        .change(move |cx| {
            let own = cx.tx.membership(id)?.expect("the membership");
            Ok(cx.tx.update_membership(&Membership { active, ..(*own).clone() })?)
        })
        .await;
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

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn profile_rows() {
    let server = server().await;
    let second = second_membership(&server).await;
    let ask = async |login: &str, profile: &str| {
        post(&server, "/auth/profile", None, json!({ "login": login, "profile": profile })).await
    };
    assert_eq!(said(&ask("", "x").await), (400, "Missing login".into()));
    assert_eq!(said(&ask("123", "").await), (400, "Missing profile".into()));
    assert_eq!(said(&ask(NOBODY, &second).await), (404, "Not found".into()), "Login not found");
    assert_eq!(said(&ask("123", &second).await), (404, "Not found".into()));

    let reply = login(&server, plain()).await;
    let body = reply.json();
    let memberships = body["memberships"].as_array().unwrap();
    assert_eq!((memberships.len(), body.get("code")), (2, None), "{body}");
    assert_eq!(
        memberships[1]["profile"],
        json!({ "reference": format!("Practitioner/{PAT}"), "display": "Dr Pat" })
    );
    assert_eq!(
        (memberships[1]["identifier"][0]["value"].as_str(), memberships[0].get("identifier")),
        (Some("77"), None),
        "Memberships with identifiers can be differentiated in the login response"
    );
    assert_eq!(memberships[0]["project"]["reference"], format!("Project/{PROJECT}"));
    let waiting = reply.str("login");
    assert_eq!(said(&ask(&waiting, NOBODY).await), (400, "Profile not found".into()), "Membership not found");
    let ada = adas_membership(&server).await;
    assert_eq!(
        said(&ask(&waiting, &ada).await),
        (400, "Invalid profile".into()),
        "Membership for different user"
    );
    let chosen = ask(&waiting, &second).await;
    assert_eq!(chosen.status, 200, "{}: {chosen:?}", "auth/profile: Success");
    assert_eq!(said(&ask(&waiting, &second).await), (400, "Login profile already set".into()));
    let tokens = redeem(&server, &chosen.str("code")).await;
    assert_eq!(tokens.json()["profile"]["reference"], format!("Practitioner/{PAT}"));
    assert_eq!(said(&ask(&waiting, &second).await), (400, "Login granted".into()));
    revoke(&server, &waiting).await;
    assert_eq!(said(&ask(&waiting, &second).await), (400, "Login revoked".into()));

    let other = login(&server, plain()).await.str("login");
    deactivate(&server, &second).await;
    let rest = server.get(&format!("/auth/login/{other}")).send().await;
    assert!(
        rest.json().get("code").is_some(),
        "{}: {rest:?}",
        "getMembershipsForLogin excludes inactive memberships"
    );
    activate(&server, &second).await;
    let only = login(&server, but(plain(), json!({ "resourceType": "Practitioner" }))).await;
    assert!(only.json().get("code").is_some(), "only one fits: {only:?}");
    let waiting = login(&server, plain()).await.str("login");
    set_active(&server, false).await;
    assert_eq!(said(&ask(&waiting, PAT_MEMBERSHIP).await), (400, "Profile not active".into()));
}

async fn deactivate(server: &TestServer, membership: &str) {
    set_active_of(server, membership, false).await;
}

async fn activate(server: &TestServer, membership: &str) {
    set_active_of(server, membership, true).await;
}

async fn adas_membership(server: &TestServer) -> String {
    let own = server
        .change(|cx| {
            let profile = ProfileRef::parse(&format!("Practitioner/{ADA}")).unwrap();
            Ok(cx.tx.membership_by_profile(Id::parse(PROJECT).unwrap(), profile)?.expect("Ada"))
        })
        .await;
    assert!(matches!(own.principal, Principal::User(_)));
    own.id.to_string()
}

async fn revoke(server: &TestServer, login: &str) {
    let id: Id<Login> = Id::parse(login).unwrap();
    assert!(server.change(move |cx| Ok(cx.tx.revoke_login(id, cx.now)?)).await);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn scope_rows() {
    let server = server().await;
    let ask = async |login: &str, scope: &str| {
        post(&server, "/auth/scope", None, json!({ "login": login, "scope": scope })).await
    };
    assert_eq!(said(&ask("", "openid profile").await), (400, "Missing login".into()));
    assert_eq!(said(&ask("123", "").await), (400, "Missing scope".into()));
    assert_eq!(said(&ask(NOBODY, "openid").await), (404, "Not found".into()), "Login not found");
    for (title, requested, chosen, fits) in [
        ("auth/scope: Success", "openid profile", "openid profile", true),
        ("less", "openid profile email", "openid", true),
        (
            "Invalid scope",
            "openid profile",
            "openid profile patient/Condition.rs?category=health-concern",
            false,
        ),
        (
            "Allow selection of restricted scopes",
            "openid profile patient/Condition.crs",
            "openid profile patient/Condition.read",
            true,
        ),
        (
            "Allow selection of more granular scope",
            "openid profile patient/Condition.rs",
            "openid profile patient/Condition.rs?category=health-concern",
            true,
        ),
        (
            "Disallow selection of conflicting granular scope",
            "openid profile patient/Condition.rs?encounter=Encounter/1",
            "openid profile patient/Condition.rs?category=health-concern",
            false,
        ),
        ("nothing is added", "openid", "openid offline_access", false),
        ("illegal characters", "openid", "open\\id", false),
    ] {
        let begun = login(&server, but(plain(), json!({ "scope": requested }))).await;
        let reply = ask(&begun.str("login"), chosen).await;
        if !fits {
            assert_eq!(said(&reply), (400, "Invalid scope".into()), "{title}");
            continue;
        }
        assert_eq!(reply.status, 200, "{title}: {reply:?}");
        let old = redeem(&server, &begun.str("code")).await;
        assert_eq!(old.status, 400, "{title}: the wider code has ended: {old:?}");
        let tokens = redeem(&server, &reply.str("code")).await;
        assert_eq!(tokens.str("scope"), chosen, "{title}");
    }
    let (granted, _) = signed_in(&server, json!({})).await;
    assert_eq!(said(&ask(&granted, "openid").await), (400, "Login granted".into()));
    revoke(&server, &granted).await;
    assert_eq!(said(&ask(&granted, "openid").await), (400, "Login revoked".into()));
    second_membership(&server).await;
    let waiting = login(&server, plain()).await.str("login");
    assert_eq!(
        said(&ask(&waiting, "openid").await),
        (400, "Login profile not set".into()),
        "Missing membership"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn status_rows() {
    let server = server().await;
    let ask = async |login: &str| server.get(&format!("/auth/login/{login}")).send().await;
    assert_eq!(ask("").await.status, 404, "Missing login parameter");
    assert_eq!(said(&ask("x").await), (400, "Login ID is required".into()), "Invalid login parameter");
    assert_eq!(said(&ask(NOBODY).await), (404, "Not found".into()), "Login not found");
    let begun = login(&server, plain()).await;
    let waiting = begun.str("login");
    let reply = ask(&waiting).await;
    assert_eq!((reply.status, reply.str("login")), (200, waiting.clone()), "auth/status: Success");
    assert_ne!(reply.str("code"), begun.str("code"));
    assert_eq!(redeem(&server, &begun.str("code")).await.status, 400, "one code at a time");
    assert_eq!(redeem(&server, &reply.str("code")).await.status, 200);
    assert_eq!(said(&ask(&waiting).await), (400, "Login already granted".into()), "auth/status: Granted");
    revoke(&server, &waiting).await;
    assert_eq!(said(&ask(&waiting).await), (400, "Login revoked".into()), "auth/status: Revoked");
    let old = login(&server, plain()).await.str("login");
    server.clock.advance(1_801);
    assert_eq!(said(&ask(&old).await), (400, "Login expired".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_18_a_login_of_the_hosted_pages_is_not_found_here() {
    let clinic = clinic().with("/projects/0/clients/3/redirectUris", json!(["https://legacy.test/cb"]));
    let server = TestServer::over(clinic).await;
    let query = format!(
        "/oauth2/authorize?response_type=code&client_id={LEGACY}&redirect_uri=https%3A%2F%2Flegacy.test%2Fcb&scope=openid\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    let began = server.get(&query).send().await;
    let page = began.header("location").unwrap();
    let id = page.rsplit('/').next().unwrap();
    assert_eq!(Id::<Login>::parse(id).map(|id| id.to_string()).as_deref(), Some(id), "{page}");
    assert_eq!(server.get(&format!("/auth/login/{id}")).send().await.status, 404);
    let reply = post(&server, "/auth/scope", None, json!({ "login": id, "scope": "openid" })).await;
    assert_eq!(reply.status, 404);
    let waiting = login(&server, plain()).await.str("login");
    let page = server.get(&format!("/oauth2/interaction/{waiting}")).send().await;
    assert_eq!(page.status, 403, "and a login of a program has no page");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn revoke_rows() {
    let server = server().await;
    let ask = async |token: Option<&str>, body: Value| post(&server, "/auth/revoke", token, body).await;
    assert_eq!(
        said(&ask(None, json!({ "loginId": NOBODY })).await),
        (401, "Unauthorized".into()),
        "auth/revoke: Unauthenticated"
    );
    let (own, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    let sessions = async || me(&server, &token).await["security"]["sessions"].as_array().unwrap().len();
    assert_eq!(sessions().await, 1);
    let other = login(&server, plain()).await;
    assert_eq!(sessions().await, 2, "a login whose code waits is a session, too");
    let reply = ask(Some(&token), json!({ "loginId": other.str("login") })).await;
    assert_eq!(said(&reply), (200, "All OK".into()), "Revoke session");
    assert_eq!(sessions().await, 1);
    assert_eq!(redeem(&server, &other.str("code")).await.status, 400, "its code has ended");
    assert_eq!(said(&ask(Some(&token), json!({})).await), (400, "Login ID is required.".into()));
    assert_eq!(said(&ask(Some(&token), json!({ "loginId": NOBODY })).await), (404, "Not found".into()));

    let (_, adas) = signed_in(&server, json!({ "email": "ada@example.org" })).await;
    let adas = adas.str("access_token");
    assert_eq!(
        said(&ask(Some(&adas), json!({ "loginId": own })).await),
        (404, "Not found".into()),
        "Different user"
    );
    let waiting = login(&server, plain()).await.str("login");
    assert_eq!(ask(Some(&adas), json!({ "loginId": waiting })).await.status, 404, "Different user");
    assert_eq!(userinfo_status(&server, &token).await, 200);
    assert_eq!(ask(Some(&token), json!({ "loginId": own })).await.status, 200);
    assert_eq!(userinfo_status(&server, &token).await, 401, "the own one ends, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn me_rows() {
    let clinic = clinic().with("/projects/0/members/1/accessPolicy", json!("Staff")).with(
        "/projects/0/accessPolicies",
        json!([
            { "name": "From outside", "ipAccessRule": [{ "value": "127.", "action": "block" }] },
            { "name": "Staff", "resource": [{ "resourceType": "Patient" }] },
        ]),
    );
    let server = TestServer::over(clinic).await;
    let nobody = server.get("/auth/me").send().await;
    assert_eq!(said(&nobody), (401, "Unauthorized".into()), "auth/me: Unauthenticated");
    assert!(nobody.header("www-authenticate").unwrap().starts_with("Bearer realm="));

    let (login, tokens) = signed_in(&server, json!({})).await;
    let pats = me(&server, &tokens.str("access_token")).await;
    assert_eq!(pats["user"], json!({ "resourceType": "User", "id": PAT_USER, "email": EMAIL }));
    assert_eq!(
        pats["project"],
        json!({ "resourceType": "Project", "id": PROJECT, "name": "Riverside Clinic" })
    );
    assert_eq!(pats["membership"]["id"], PAT_MEMBERSHIP);
    assert_eq!(pats["membership"].get("admin"), None);
    assert_eq!(
        (pats["profile"]["resourceType"].as_str(), pats["profile"]["id"].as_str()),
        (Some("Patient"), Some(PAT))
    );
    assert_eq!(pats["profile"]["birthDate"], "1980-12-31", "the whole resource");
    assert_eq!(pats["config"]["resourceType"], "UserConfiguration");
    assert_eq!(pats.get("accessPolicy"), None);
    assert_eq!(pats["security"]["mfaEnrolled"], false);
    let session = &pats["security"]["sessions"][0];
    assert_eq!(
        (session["id"].as_str(), session["authMethod"].as_str()),
        (Some(login.as_str()), Some("password"))
    );
    assert_eq!(session["remoteAddress"], "127.0.0.1");

    let (_, adas) = signed_in(&server, json!({ "email": "ada@example.org" })).await;
    let adas = me(&server, &adas.str("access_token")).await;
    assert_eq!(adas["membership"]["admin"], true);
    let based_on = &adas["accessPolicy"]["basedOn"];
    assert_eq!(based_on[0]["display"], "Staff", "auth/me: AccessPolicy.basedOn");
    assert_eq!(adas["accessPolicy"]["resource"], json!([{ "resourceType": "Patient" }]));

    let client = server.get("/auth/me").basic(PORTAL, PORTAL_SECRET).send().await;
    assert_eq!(client.status, 200, "Get me as ClientApplication");
    let body = client.json();
    assert_eq!(body["profile"]["resourceType"], "ClientApplication");
    assert_eq!(body.get("user"), None);
    assert_eq!(body.get("security"), None);
    assert!(!client.text().to_ascii_lowercase().contains("secret"), "{client:?}");

    let token = tokens.str("access_token");
    let memberships = async || me(&server, &token).await["security"]["memberships"].as_array().unwrap().len();
    assert_eq!(memberships().await, 1, "Get user memberships");
    let second = second_membership(&server).await;
    assert_eq!(memberships().await, 2);
    deactivate(&server, &second).await;
    assert_eq!(memberships().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn change_password_rows() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    let ask = async |token: Option<&str>, old: &str, new: &str| {
        let body = json!({ "oldPassword": old, "newPassword": new });
        post(&server, "/auth/changepassword", token, body).await
    };
    let new = "another password";
    assert_eq!(ask(None, PASSWORD, new).await.status, 401);
    let rows = [
        ("Missing old password", "", new, "Missing oldPassword"),
        ("Incorrect old password", "foobarbang", new, "Incorrect password"),
        ("too short", PASSWORD, "1234567", "Invalid password, must be at least 8 characters"),
    ];
    for (title, old, new, text) in rows {
        assert_eq!(said(&ask(Some(&token), old, new).await), (400, text.to_owned()), "{title}");
    }
    let long = "x".repeat(257);
    assert_eq!(ask(Some(&token), PASSWORD, &long).await.status, 400);
    let waiting = login(&server, plain()).await;
    assert_eq!(
        said(&ask(Some(&token), PASSWORD, new).await),
        (200, "All OK".into()),
        "auth/changepassword: Success"
    );
    assert_eq!(userinfo_status(&server, &token).await, 401, "every sign-in has ended");
    assert_eq!(redeem(&server, &waiting.str("code")).await.status, 400, "and every login that waited");
    assert_eq!(login(&server, plain()).await.status, 400);
    let (_, tokens) = signed_in(&server, json!({ "password": new })).await;

    server
        .change(|cx| {
            let user = cx.tx.user(Id::parse(PAT_USER).unwrap())?.expect("Pat");
            Ok(cx.tx.update_user(&anteroom_engine::model::User { password: None, ..user })?)
        })
        .await;
    let reply = ask(Some(&tokens.str("access_token")), "foobarbang", new).await;
    assert_eq!(said(&reply), (400, "Existing password not set".into()), "Old password not set");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_15_wrong_old_passwords_are_counted_with_the_sign_ins() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    for _ in 0..5 {
        let body = json!({ "oldPassword": "wrong-password", "newPassword": "another password" });
        assert_eq!(post(&server, "/auth/changepassword", Some(&token), body).await.status, 400);
        assert_eq!(login(&server, json!({ "password": "wrong-password" })).await.status, 400);
    }
    let body = json!({ "oldPassword": PASSWORD, "newPassword": "another password" });
    let reply = post(&server, "/auth/changepassword", Some(&token), body).await;
    assert_eq!(reply.status, 429, "{reply:?}");
    let reply = login(&server, plain()).await;
    assert_eq!(said(&reply), (429, "Too Many Requests".into()), "one counter for all ways in");
    assert!(reply.header("retry-after").is_some());
    server.clock.advance(301);
    assert_eq!(login(&server, plain()).await.status, 200, "never for good");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_email_parameter_empty_invalid() {
    let server = server().await;
    // Missing email parameter / Empty / Invalid
    for (title, body) in
        [("Missing", json!({})), ("Empty", json!({ "email": "" })), ("Invalid", json!({ "email": "x" }))]
    {
        let reply = post(&server, "/auth/method", None, body).await;
        assert_eq!(said(&reply), (400, "Valid email address is required".into()), "{title}");
    }
    let reply = post(&server, "/auth/method", None, json!({ "email": "pat@unknown.example" })).await;
    assert_eq!((reply.status, reply.json()), (200, json!({})), "unknown domain");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn client_info_rows() {
    let server = server().await;
    server
        .change(|cx| {
            let client = cx.tx.client(Id::parse(LEGACY).unwrap())?.expect("Legacy");
            let mut client = (*client).clone();
            let form =
                json!({ "welcomeString": "Welcome", "logo": { "url": "https://legacy.test/logo.png" } });
            client.settings.extra.insert("signInForm".into(), form);
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    let ask = async |client: &str| server.get(&format!("/auth/clientinfo/{client}")).send().await;
    let form = json!({ "welcomeString": "Welcome", "logo": { "url": "https://legacy.test/logo.png" } });
    assert_eq!(ask(LEGACY).await.json(), form, "Success with SignInForm");
    assert_eq!(ask(PORTAL).await.json(), json!({}));
    for client in ["INVALIDID", NOBODY, OFF] {
        assert_eq!(said(&ask(client).await), (404, "Not found".into()), "Invalid client");
    }
}
