//! The second factor: Medplum's rows, and what is stricter here. A code counts once, so the clock moves between two of them.

use anteroom_testkit::builders::{
    DESK, DESK_SECRET, FOREIGN, FOREIGN_SECRET, PAT_MEMBERSHIP, PORTAL, PORTAL_SECRET, PROJECT,
};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::auth::{PASSWORD, login, me, plain, post, redeem, server, signed_in};
use crate::steps::said;

/// What an authenticator app does with the address.
struct App(TOTP);

impl App {
    fn new(uri: &str) -> Self {
        let secret = uri.split_once("secret=").unwrap().1.split('&').next().unwrap();
        let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
        Self(TOTP::new(Algorithm::SHA1, 6, 1, 30, bytes, None, String::new()).unwrap())
    }

    fn code(&self, server: &TestServer) -> String {
        self.0.generate(u64::try_from(server.now().seconds()).unwrap())
    }

    /// The next code, after the time it takes.
    fn next(&self, server: &TestServer) -> String {
        server.clock.advance(30);
        self.code(server)
    }
}

async fn status(server: &TestServer, token: &str) -> Value {
    let reply = server.get("/auth/mfa/status").bearer(token).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

async fn enrolled(server: &TestServer) -> (App, String) {
    let (_, tokens) = signed_in(server, json!({})).await;
    let token = tokens.str("access_token");
    let app = App::new(status(server, &token).await["enrollUri"].as_str().unwrap());
    let reply = post(server, "/auth/mfa/enroll", Some(&token), json!({ "token": app.next(server) })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    (app, token)
}

async fn verify(server: &TestServer, login: &str, token: &str) -> anteroom_testkit::client::Reply {
    post(server, "/auth/mfa/verify", None, json!({ "login": login, "token": token })).await
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn enroll_end_to_end() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    let enroll =
        async |code: &str| post(&server, "/auth/mfa/enroll", Some(&token), json!({ "token": code })).await;
    assert_eq!(said(&enroll("123456").await), (400, "Secret not found".into()));
    let waiting = login(&server, plain()).await.str("login");
    assert_eq!(said(&verify(&server, &waiting, "123456").await), (400, "User not enrolled in MFA".into()));
    assert_eq!(server.get("/auth/mfa/status").send().await.status, 401);
    let shown = status(&server, &token).await;
    assert_eq!(shown["enrolled"], false);
    let uri = shown["enrollUri"].as_str().unwrap();
    assert!(
        uri.starts_with("otpauth://totp/Anteroom:Riverside%20Clinic%20-%20pat%40example.org?secret="),
        "{uri}"
    );
    assert!(shown["enrollQrCode"].as_str().unwrap().starts_with("data:image/png;base64,iVBOR"));
    assert_eq!(status(&server, &token).await["enrollUri"], *uri, "the same until it is used");
    let app = App::new(uri);
    assert_eq!(said(&enroll("1234567890").await), (400, "Invalid token".into()));
    assert_eq!(said(&enroll(&app.next(&server)).await), (200, "All OK".into()));
    assert_eq!(said(&enroll(&app.next(&server)).await), (400, "Already enrolled".into()));
    assert_eq!(status(&server, &token).await, json!({ "enrolled": true }), "the secret is shown no more");
    assert_eq!(me(&server, &token).await["security"]["mfaEnrolled"], true);

    let reply = login(&server, plain()).await;
    let waiting = reply.str("login");
    assert_eq!(reply.json(), json!({ "login": waiting, "mfaRequired": true }));
    assert_eq!(said(&verify(&server, &waiting, "").await), (400, "Missing token".into()));
    assert_eq!(said(&verify(&server, "", "123456").await), (400, "Missing login".into()));
    assert_eq!(said(&verify(&server, &waiting, "1234567890").await), (400, "Invalid MFA token".into()));
    let passed = verify(&server, &waiting, &app.next(&server)).await;
    assert_eq!(passed.status, 200, "{passed:?}");
    let again = verify(&server, &waiting, &app.next(&server)).await;
    assert_eq!(said(&again), (400, "Login already verified".into()), "verifyMfaToken login already verified");
    let tokens = redeem(&server, &passed.str("code")).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let late = verify(&server, &waiting, &app.next(&server)).await;
    assert_eq!(said(&late), (400, "Login granted".into()), "verifyMfaToken login granted");
    let reply = post(&server, "/auth/revoke", Some(&token), json!({ "loginId": waiting })).await;
    assert_eq!(reply.status, 200);
    let late = verify(&server, &waiting, &app.next(&server)).await;
    assert_eq!(said(&late), (400, "Login revoked".into()), "verifyMfaToken login revoked");
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn disable_end_to_end() {
    let server = server().await;
    let (_, tokens) = signed_in(&server, json!({})).await;
    let token = tokens.str("access_token");
    let disable = async |body: Value| post(&server, "/auth/mfa/disable", Some(&token), body).await;
    assert_eq!(said(&disable(json!({ "token": "123" })).await), (400, "Secret not found".into()));
    let uri = status(&server, &token).await["enrollUri"].as_str().unwrap().to_owned();
    let app = App::new(&uri);
    assert_eq!(said(&disable(json!({ "token": "123" })).await), (400, "User not enrolled in MFA".into()));
    let reply = post(&server, "/auth/mfa/enroll", Some(&token), json!({ "token": app.next(&server) })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(said(&disable(json!({})).await), (400, "Missing token".into()));
    assert_eq!(said(&disable(json!({ "token": "invalid" })).await), (400, "Invalid token".into()));
    assert_eq!(said(&disable(json!({ "token": app.next(&server) })).await), (200, "All OK".into()));
    let shown = status(&server, &token).await;
    assert_eq!(shown["enrolled"], false);
    assert_ne!(shown["enrollUri"], *uri, "a new secret");
    let reply = disable(json!({ "token": app.next(&server) })).await;
    assert_eq!(said(&reply), (400, "User not enrolled in MFA".into()));
    assert!(login(&server, plain()).await.json().get("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_round_the_second_factor_gives_a_code() {
    let server = server().await;
    let (app, _) = enrolled(&server).await;
    let waiting = login(&server, plain()).await.str("login");
    let required = json!({ "login": waiting, "mfaRequired": true });
    let scope = post(&server, "/auth/scope", None, json!({ "login": waiting, "scope": "openid" })).await;
    assert_eq!(scope.json(), required, "Does not leak auth code when MFA is enrolled but not verified");
    assert_eq!(server.get(&format!("/auth/login/{waiting}")).send().await.json(), required);
    let enroll =
        post(&server, "/auth/mfa/login-enroll", None, json!({ "login": waiting, "token": "123456" })).await;
    assert_eq!(said(&enroll), (400, "Already enrolled".into()));
    let code = app.next(&server);
    assert!(verify(&server, &waiting, &code).await.json().get("code").is_some());
    let scope = post(&server, "/auth/scope", None, json!({ "login": waiting, "scope": "openid" })).await;
    assert!(scope.json().get("code").is_some(), "Releases auth code once MFA is verified");
    let another = login(&server, plain()).await.str("login");
    let replay = verify(&server, &another, &code).await;
    assert_eq!(said(&replay), (400, "Invalid MFA token".into()), "a code counts once, for whatever login");
    let early = app.0.generate(u64::try_from(server.now().seconds()).unwrap() - 30);
    assert_eq!(
        said(&verify(&server, &another, &early).await).1,
        "Invalid MFA token",
        "nor one from before it"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn a_15_wrong_codes_are_counted_before_they_are_compared() {
    let server = server().await;
    let (app, token) = enrolled(&server).await;
    let waiting = login(&server, plain()).await.str("login");
    server.clock.advance(30);
    let tries: Vec<_> = (0..20).map(|number| (number, waiting.clone())).collect();
    let mut statuses = Vec::new();
    let server = std::sync::Arc::new(server);
    let mut running = tokio::task::JoinSet::new();
    for (number, waiting) in tries {
        let server = std::sync::Arc::clone(&server);
        running.spawn(async move { verify(&server, &waiting, &format!("wrong{number}")).await.status });
    }
    while let Some(status) = running.join_next().await {
        statuses.push(status.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [[400; 5].as_slice(), &[429; 15]].concat(), "five are compared");
    let right = app.next(&server);
    let reply = verify(&server, &waiting, &right).await;
    assert_eq!(said(&reply), (429, "Too Many Requests".into()));
    assert!(reply.header("retry-after").is_some());
    let body = json!({ "token": right });
    assert_eq!(
        post(&server, "/auth/mfa/disable", Some(&token), body).await.status,
        429,
        "one counter for all"
    );
    server.clock.advance(300);
    assert_eq!(verify(&server, &waiting, &app.next(&server)).await.status, 200, "never for good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_locks_nobody_out() {
    let server = server().await;
    let (app, _) = enrolled(&server).await;
    server.clock.advance(3_600);
    assert_eq!(login(&server, plain()).await.status, 200, "the engine has seen the later time");
    server.clock.advance(-3_600);
    let waiting = login(&server, plain()).await.str("login");
    let code = app.next(&server);
    assert_eq!(verify(&server, &waiting, &code).await.status, 200);
    assert_eq!(verify(&server, &waiting, &code).await.status, 400, "once, as ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_have_one_enrolls_while_signing_in() {
    let server = server().await;
    require(&server).await;
    let reply = login(&server, plain()).await;
    let body = reply.json();
    let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["login", "mfaEnrollRequired", "enrollUri", "enrollQrCode"]);
    let waiting = reply.str("login");
    let app = App::new(&reply.str("enrollUri"));
    let ask = async |token: &str| {
        post(&server, "/auth/mfa/login-enroll", None, json!({ "login": waiting, "token": token })).await
    };
    assert_eq!(said(&ask("").await), (400, "Missing token".into()));
    assert_eq!(said(&ask("000000").await), (400, "Invalid MFA token".into()));
    let passed = ask(&app.next(&server)).await;
    assert_eq!(passed.status, 200, "{passed:?}");
    assert_eq!(redeem(&server, &passed.str("code")).await.status, 200);
    assert!(login(&server, plain()).await.json().get("mfaRequired").is_some(), "from now on");
}

pub(crate) async fn require(server: &TestServer) {
    use anteroom_engine::id::Id;
    use anteroom_testkit::builders::{PAT_MEMBERSHIP, PAT_USER};
    server
        .change(|cx| {
            let pat = cx.tx.membership(Id::parse(PAT_MEMBERSHIP).unwrap())?.expect("Pat");
            anteroom_engine::service::second_factor::require(cx, &pat, Id::parse(PAT_USER).unwrap(), true)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_resets_the_second_factor_of_a_member() {
    let server = server().await;
    let (app, _) = enrolled(&server).await;
    let path = format!("/admin/projects/{PROJECT}/members/{PAT_MEMBERSHIP}/mfa/reset");
    let reset = async |client: &str, secret: &str| {
        server.post(&path).basic(client, secret).json(&json!({})).send().await
    };
    assert_eq!(reset(PORTAL, PORTAL_SECRET).await.status, 403, "Reset MFA - non-admin is rejected");
    let title = "Reset MFA - membership from different project is rejected";
    assert_eq!(reset(FOREIGN, FOREIGN_SECRET).await.status, 404, "{title}");
    assert_eq!(login(&server, plain()).await.json()["mfaRequired"], true);
    assert_eq!(said(&reset(DESK, DESK_SECRET).await), (200, "All OK".into()), "Reset MFA - success");
    assert!(login(&server, plain()).await.json().get("code").is_some());
    let again = reset(DESK, DESK_SECRET).await;
    assert_eq!(said(&again), (400, "User is not enrolled in MFA".into()), "Reset MFA - user not enrolled");
    let waiting = login(&server, plain()).await.str("login");
    assert_eq!(said(&verify(&server, &waiting, &app.next(&server)).await).0, 400, "the old secret is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn end_to_end_invite_and_require_mfa() {
    let server = server().await;
    let body = json!({ "resourceType": "Practitioner", "firstName": "Dan", "lastName": "Moss", "mfaRequired": true,
                       "email": "dan@example.com", "password": PASSWORD });
    let invited = server.post(&format!("/admin/projects/{PROJECT}/invite")).basic(DESK, DESK_SECRET);
    assert_eq!(invited.json(&body).send().await.status, 200);
    let enters = json!({ "email": "dan@example.com", "password": PASSWORD });
    let first = login(&server, enters.clone()).await;
    assert_eq!(first.json()["mfaEnrollRequired"], true, "{first:?}");
    assert!(first.json()["enrollQrCode"].is_string());
    let app = App::new(&first.str("enrollUri"));
    let enroll = json!({ "login": first.str("login"), "token": app.next(&server) });
    let done = post(&server, "/auth/mfa/login-enroll", None, enroll).await;
    assert!(done.json()["code"].is_string(), "{done:?}");
    let next = login(&server, enters).await;
    assert_eq!(next.json()["mfaRequired"], true);
    let passed = verify(&server, &next.str("login"), &app.next(&server)).await;
    assert!(passed.json()["code"].is_string(), "{passed:?}");
}
