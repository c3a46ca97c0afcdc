//! Rows of Medplum's own tests that need a browser, in the `medplum` dialect, under their titles. Where Medplum answers 302
//! this server answers 303 (HT-12).

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, SmartAppLaunch};
use anteroom_engine::service::logout;
use anteroom_oauth::grant_type::GrantType;

use crate::harness::{
    ADA_MEMBERSHIP, Browser, CB, CHALLENGE, LEGACY, LEGACY_SECRET, OTHER, Page, SEED, Server, VERIFIER, WEB,
    WEB_SECRET, but, claims, redeem, request,
};

const LEGACY_CB: &str = "https://legacy.test/cb";

async fn medplum() -> Server {
    Server::in_dialect("medplum").await
}

/// Status, `error` and `error_description`.
fn said(page: &Page) -> (u16, String, String) {
    let body = page.json();
    let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
    (page.status, text("error"), text("error_description"))
}

fn words(error: &str, description: &str) -> (u16, String, String) {
    (400, error.to_owned(), description.to_owned())
}

/// Tokens of a code that LEGACY redeems with its verifier.
async fn sign_in(server: &Server, browser: &mut Browser, scope: &str) -> Page {
    let code = browser.code(server, &but(request(LEGACY, LEGACY_CB), "scope", Some(scope))).await;
    redeem_as_legacy(server, &code, &[]).await
}

async fn redeem_as_legacy(server: &Server, code: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", LEGACY_CB)];
    if !more.iter().any(|(name, _)| *name == "code_verifier") {
        fields.push(("code_verifier", VERIFIER));
    }
    fields.extend_from_slice(more);
    if !more.iter().any(|(name, _)| *name == "client_id") {
        fields.push(("client_id", LEGACY));
    }
    server.token(&fields).await
}

async fn refresh(server: &Server, token: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    fields.extend_from_slice(more);
    if !more.iter().any(|(name, _)| *name == "client_id") {
        fields.push(("client_id", LEGACY));
    }
    server.token(&fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn authorize_rows_that_redirect_nowhere() {
    let server = medplum().await;
    for (title, parameters, text) in [
        (
            "oauth/authorize: Client not found",
            but(request(WEB, CB), "client_id", Some(VERIFIER)),
            "Client not found",
        ),
        ("Missing redirect", but(request(WEB, CB), "redirect_uri", None), "Missing redirect URI"),
        (
            "Cannot parse redirect",
            but(request(WEB, CB), "redirect_uri", Some("https://")),
            "Invalid redirect URI",
        ),
        (
            "Wrong redirect",
            but(request(WEB, CB), "redirect_uri", Some("https://two.test/cb")),
            "Invalid redirect URI",
        ),
    ] {
        let page = Browser::default().authorize(&server, &parameters).await;
        assert_eq!((page.status, page.body.as_str()), (400, text), "{title}");
    }
    let unknown = but(request(WEB, CB), "client_id", Some(VERIFIER));
    let page = Browser::default().post(&server, "oauth2/authorize", &unknown).await;
    assert_eq!((page.status, page.body.as_str()), (400, "Client not found"), "Post client not found");
    server
        .change(|cx| {
            let id: Id<Client> = Id::parse(OTHER).unwrap();
            let mut client = (*cx.tx.client(id)?.unwrap()).clone();
            client.settings.redirect_uris.clear();
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    let page = Browser::default().authorize(&server, &request(OTHER, "https://other.test/cb")).await;
    assert_eq!(
        (page.status, page.body.as_str()),
        (400, "Invalid redirect URI"),
        "Missing ClientApplication.redirectUri"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn authorize_rows_that_go_back_with_an_error() {
    let server = medplum().await;
    for (title, name, value, error) in [
        ("Invalid response_type", "response_type", Some("token"), "unsupported_response_type"),
        ("Unsupported request", "request", Some("a.b.c"), "request_not_supported"),
        ("Missing scope", "scope", Some(""), "invalid_request"),
        ("Missing code_challenge_method", "code_challenge_method", None, "invalid_request"),
        ("Invalid audience", "aud", Some("https://elsewhere.test/fhir/R4"), "invalid_request"),
        ("Malformed audience", "aud", Some("no url"), "invalid_request"),
        ("Invalid launch", "launch", Some("unknown"), "invalid_request"),
        ("prompt=none and no existing login", "prompt", Some("none"), "login_required"),
    ] {
        let left = Browser::default().authorize(&server, &but(request(WEB, CB), name, value)).await;
        assert_eq!((left.status, left.error()), (303, error.to_owned()), "{title}");
        assert!(left.location().unwrap().starts_with(CB), "{title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sm_05_the_smart_audience_is_this_server() {
    let server = medplum().await;
    for (title, aud) in [
        ("Server URL audience", server.base.clone()),
        ("FHIR URL audience", format!("{}fhir/R4", server.base)),
    ] {
        let began = Browser::default().authorize(&server, &but(request(WEB, CB), "aud", Some(&aud))).await;
        let page = began.location().unwrap().starts_with(&server.url("oauth2/interaction/"));
        assert!(began.status == 303 && page, "{title}: {began:?}");
    }
    let other = but(request(WEB, CB), "aud", Some("https://elsewhere.test/fhir/R4"));
    assert_eq!(Browser::default().authorize(&server, &other).await.error(), "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn authorize_rows_of_a_browser_that_was_here_before() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let began = browser.post(&server, "oauth2/authorize", &request(LEGACY, LEGACY_CB)).await;
    assert!(began.status == 303 && !began.location().unwrap().contains("error="), "Post success: {began:?}");
    let tokens = sign_in(&server, &mut browser, "openid").await;
    let silent = but(request(LEGACY, LEGACY_CB), "prompt", Some("none"));
    let left = browser.authorize(&server, &silent).await;
    assert!(left.parameters().contains_key("code"), "prompt=none success: {left:?}");
    let logout = server.post("oauth2/logout", &[]).bearer_auth(tokens.str("access_token"));
    assert_eq!(server.send(logout).await.status, 200);
    assert_eq!(browser.authorize(&server, &silent).await.error(), "login_required", "Revoked cookie");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_rows_of_the_token_endpoint() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let code = async |browser: &mut Browser| browser.code(&server, &request(LEGACY, LEGACY_CB)).await;

    for (title, fields, description) in [
        (
            "Token for authorization_code with missing code",
            [("code", ""), ("code_verifier", VERIFIER)],
            "Missing code",
        ),
        (
            "Token for authorization_code with bad code",
            [("code", "xyzxyz"), ("code_verifier", VERIFIER)],
            "Invalid code",
        ),
    ] {
        let mut all = vec![("grant_type", "authorization_code"), ("client_id", LEGACY)];
        all.extend(fields);
        assert_eq!(said(&server.token(&all).await), words("invalid_request", description), "{title}");
    }
    let bearer =
        server.post("oauth2/token", &[("grant_type", "authorization_code"), ("code", "")]).bearer_auth("xyz");
    assert_eq!(
        said(&server.send(bearer).await),
        words("invalid_request", "Invalid authorization header"),
        "Token for authorization_code with invalid authorization header"
    );

    let value = code(&mut browser).await;
    let missing = redeem_as_legacy(&server, &value, &[("code_verifier", "")]).await;
    assert_eq!(
        said(&missing),
        words("invalid_request", "Missing code verifier"),
        "Authorization code missing code_verifier"
    );
    let with_secret = [
        ("code_verifier", "incorrect-incorrect-incorrect-incorrect-incor"),
        ("client_secret", LEGACY_SECRET),
    ];
    let wrong = redeem_as_legacy(&server, &value, &with_secret).await;
    assert!(
        wrong.status == 400 && wrong.json().get("access_token").is_none(),
        "Authorization code token with incorrect code verifier and client secret"
    );
    let other = redeem_as_legacy(&server, &value, &[("client_id", OTHER)]).await;
    assert_eq!(
        said(&other),
        words("invalid_request", "Invalid client"),
        "Authorization code token failure with client ID"
    );

    let value = code(&mut browser).await;
    let tokens = redeem_as_legacy(&server, &value, &[]).await;
    assert_eq!(tokens.status, 200, "Authorization code token success with client ID");
    assert_eq!((tokens.str("scope"), tokens.json()["expires_in"].as_u64()), ("openid".into(), Some(3_600)));
    assert!(tokens.json().get("refresh_token").is_none());
    let again = redeem_as_legacy(&server, &value, &[]).await;
    assert_eq!(
        said(&again),
        words("invalid_grant", "Token already granted"),
        "Authorization code token failure already granted"
    );
    let tokens = sign_in(&server, &mut browser, "openid profile email").await;
    assert_eq!(
        tokens.str("scope"),
        "openid profile email",
        "Authorization code token with code verifier success"
    );
    assert_eq!(claims(&tokens.str("id_token"))["email"], "ada@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_rows_of_a_client_that_may_omit_pkce() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let bare = [
        ("response_type", "code"),
        ("client_id", SEED),
        ("redirect_uri", "https://seed.test/cb"),
        ("scope", "openid"),
    ];
    let redeem = async |code: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("grant_type", "authorization_code"), ("client_id", SEED), ("code", code)];
        fields.extend_from_slice(more);
        server.token(&fields).await
    };
    server
        .change(|cx| {
            let id: Id<Client> = Id::parse(SEED).unwrap();
            let client = cx.tx.client(id)?.unwrap();
            let legacy = cx.tx.client(Id::parse(LEGACY).unwrap())?.unwrap();
            let mut client = (*client).clone();
            client.secret = legacy.secret;
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    let code = browser.code(&server, &bare).await;
    let wrong = redeem(&code, &[("client_secret", "wrong")]).await;
    assert_eq!(
        said(&wrong),
        words("invalid_request", "Invalid secret"),
        "Authorization code token with wrong client secret"
    );
    let tokens = redeem(&code, &[("client_secret", LEGACY_SECRET)]).await;
    assert_eq!(tokens.status, 200, "Authorization code token with client secret success");
    assert_eq!((tokens.str("scope"), tokens.json()["expires_in"].as_u64()), ("openid".into(), Some(3_600)));
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_rows_of_the_token_endpoint() {
    let server = medplum().await;
    let mut browser = Browser::default();
    for (title, token) in [("Refresh token without token", ""), ("Refresh token with malformed token", "xyz")]
    {
        assert_eq!(
            said(&refresh(&server, token, &[]).await),
            words("invalid_request", "Invalid refresh token"),
            "{title}"
        );
    }
    for (title, scope) in [
        ("Authorization code token success with refresh using scope=offline", "openid offline"),
        ("Authorization code token success with refresh using scope=offline_access", "openid offline_access"),
    ] {
        let tokens = sign_in(&server, &mut browser, scope).await;
        assert_eq!(tokens.str("scope"), scope, "{title}");
        assert!(tokens.json()["refresh_token"].is_string(), "{title}");
    }
    let tokens = sign_in(&server, &mut browser, "openid").await;
    let none = refresh(&server, &tokens.str("access_token"), &[]).await;
    assert_eq!(
        said(&none),
        words("invalid_request", "Invalid refresh token"),
        "Refresh token failed for no refresh secret"
    );
    for (title, kind) in [
        ("Rejects an access token presented as a refresh token", "access_token"),
        ("Rejects an ID token presented as a refresh token", "id_token"),
    ] {
        let reply = refresh(&server, &tokens.str(kind), &[]).await;
        assert_eq!(said(&reply), words("invalid_request", "Invalid refresh token"), "{title}");
    }

    let first = sign_in(&server, &mut browser, "openid offline_access").await;
    let second = refresh(&server, &first.str("refresh_token"), &[]).await;
    assert_eq!(second.status, 200, "Refresh token success");
    assert_eq!(second.str("scope"), "openid offline_access");
    let repeated = refresh(&server, &first.str("refresh_token"), &[]).await;
    assert_eq!(
        repeated.status, 200,
        "Retry with the previous token within the grace period succeeds without rotating again"
    );
    let third = refresh(&server, &repeated.str("refresh_token"), &[]).await;
    assert_eq!(third.status, 200, "Refresh token rotation");
    server.clock.advance(60);
    assert_eq!(
        refresh(&server, &first.str("refresh_token"), &[]).await.status,
        400,
        "Refresh token rotation"
    );
    assert_eq!(
        refresh(&server, &third.str("refresh_token"), &[]).await.status,
        400,
        "Replaying a rotated refresh token revokes the login and its access tokens"
    );
    assert_eq!(server.userinfo(&third.str("access_token")).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_rows_of_clients_that_show_a_secret() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let token = sign_in(&server, &mut browser, "openid offline_access").await.str("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let basic = |id: &str, secret: &str| server.post("oauth2/token", &fields).basic_auth(id, Some(secret));
    for (title, request, description) in [
        (
            "Refresh token Basic auth failure wrong auth type",
            server.post("oauth2/token", &fields).bearer_auth("x"),
            "Invalid authorization header",
        ),
        (
            "Refresh token Basic auth failure wrong client ID",
            basic("wrong-id", LEGACY_SECRET),
            "Invalid client",
        ),
        ("Refresh token Basic auth failure wrong secret", basic(LEGACY, "wrong"), "Invalid secret"),
    ] {
        let reply = server.send(request).await;
        assert_eq!(said(&reply), words("invalid_request", description), "{title}");
    }
    assert_eq!(
        server.send(basic(LEGACY, LEGACY_SECRET)).await.status,
        200,
        "Refresh token Basic auth success"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_rows_with_s256() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let parameters = but(request(LEGACY, LEGACY_CB), "scope", Some("openid offline_access"));
    let code = browser.code(&server, &parameters).await;
    let wrong = redeem_as_legacy(&server, &code, &[("code_verifier", CHALLENGE)]).await;
    assert_eq!(wrong.status, 400, "Refresh token failure with S256 code");
    let right = redeem_as_legacy(&server, &code, &[]).await;
    assert_eq!(right.status, 200, "Refresh token success with S256 code");
    assert_eq!(refresh(&server, &right.str("refresh_token"), &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn lifetimes_of_the_client() {
    let server = medplum().await;
    let mut browser = Browser::default();
    server
        .change(|cx| {
            let mut client = (*cx.tx.client(Id::parse(LEGACY).unwrap())?.unwrap()).clone();
            client.settings.access_token_lifetime = Some("1m".into());
            client.settings.refresh_token_lifetime = Some("1m".into());
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    let tokens = sign_in(&server, &mut browser, "openid offline_access").await;
    let access = claims(&tokens.str("access_token"));
    assert_eq!(tokens.json()["expires_in"], 60, "accessTokenLifetime -- Valid duration");
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 60);
    server.clock.advance(61);
    let late = refresh(&server, &tokens.str("refresh_token"), &[]).await;
    assert_eq!(late.status, 400, "refreshTokenLifetime -- Valid duration");
}

#[tokio::test(flavor = "multi_thread")]
async fn introspection_and_logout_rows() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let code = browser.code(&server, &request(WEB, CB)).await;
    let access_token = redeem(&server, &code, &[]).await.str("access_token");
    let ask = async |more: &[(&str, &str)]| {
        let mut fields = vec![("client_id", WEB), ("client_secret", WEB_SECRET)];
        fields.extend_from_slice(more);
        server.send(server.post("oauth2/introspect", &fields)).await
    };
    let required = ask(&[]).await;
    assert_eq!(
        (required.status, required.body.as_str()),
        (400, "Token to introspect must be provided"),
        "Token parameter required"
    );
    let live = ask(&[("token", &access_token)]).await.json();
    assert!(live["active"] == true && live["iss"].is_string() && live["sub"].is_string(), "{live}");

    let logout = |token: &str| server.post("oauth2/logout", &[]).bearer_auth(token);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let stranger = server.send(http.post(server.url("oauth2/logout"))).await;
    assert_eq!(stranger.status, 401, "oauth/logout: Unauthenticated");
    assert_eq!(server.userinfo(&access_token).await, 200);
    assert_eq!(server.send(logout(&access_token)).await.status, 200, "oauth/logout: Success");
    assert_eq!(server.userinfo(&access_token).await, 401);
    assert_eq!(server.send(logout(&access_token)).await.status, 401);
    let dead = ask(&[("token", &access_token)]).await;
    assert_eq!(dead.body, r#"{"active":false}"#, "Token introspection on revoked token");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_sign_ins_that_were_ended() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let code = browser.code(&server, &request(LEGACY, LEGACY_CB)).await;
    let tokens = sign_in(&server, &mut browser, "openid offline_access").await;
    server
        .change(|cx| {
            let ada = cx.tx.membership(Id::parse(ADA_MEMBERSHIP).unwrap())?.expect("Ada");
            logout::end_everything(cx, &ada)
        })
        .await;
    let late = redeem_as_legacy(&server, &code, &[]).await;
    assert_eq!(said(&late), words("invalid_grant", "Code expired"), "as one that is too old");
    let late = refresh(&server, &tokens.str("refresh_token"), &[]).await;
    assert_eq!(said(&late), words("invalid_grant", "Token revoked"), "Refresh token revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_what_a_client_is_set_to() {
    let server = medplum().await;
    let mut browser = Browser::default();
    server
        .change(|cx| {
            let mut client = (*cx.tx.client(Id::parse(LEGACY).unwrap())?.unwrap()).clone();
            client.retiring_secret = client.secret.take();
            client.settings.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]);
            Ok(cx.tx.update_client(&client)?)
        })
        .await;
    let code = browser.code(&server, &request(LEGACY, LEGACY_CB)).await;
    let tokens = redeem_as_legacy(&server, &code, &[("client_secret", LEGACY_SECRET)]).await;
    assert_eq!(tokens.status, 200, "Authorization code token with secondary client secret");
    assert_eq!(tokens.str("scope"), "openid");
    assert!(
        tokens.json()["refresh_token"].is_string(),
        "Grant types refresh_token should include refresh token"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ehr_launch_comes_back_with_the_tokens() {
    let server = medplum().await;
    let mut browser = Browser::default();
    let [first, second] = ["p-1", "p-2"].map(|patient| {
        let resource = serde_json::json!({ "patient": { "reference": format!("Patient/{patient}") } });
        resource.as_object().unwrap().clone()
    });
    let (first, second) = (launch(&server, first).await, launch(&server, second).await);
    let context = async |code: &str| {
        let fields = [("grant_type", "authorization_code"), ("client_id", LEGACY), ("code", code)];
        let mut fields = fields.to_vec();
        fields.extend([("redirect_uri", LEGACY_CB), ("code_verifier", VERIFIER)]);
        server.token(&fields).await.json()["patient"].clone()
    };
    let asked = but(request(LEGACY, LEGACY_CB), "launch", Some(&first));
    let code = browser.code(&server, &asked).await;
    assert_eq!(context(&code).await, "p-1");
    // The browser is known by now: another launch is another patient.
    let silent = but(but(request(LEGACY, LEGACY_CB), "launch", Some(&second)), "prompt", Some("none"));
    let left = browser.authorize(&server, &silent).await;
    assert_eq!(context(&left.parameters()["code"]).await, "p-2");
    let plain = but(request(LEGACY, LEGACY_CB), "prompt", Some("none"));
    let left = browser.authorize(&server, &plain).await;
    assert_eq!(context(&left.parameters()["code"]).await, serde_json::Value::Null);
}

/// A launch of the project; its id.
async fn launch(server: &Server, resource: serde_json::Map<String, serde_json::Value>) -> String {
    server
        .change(move |cx| {
            let project = cx.tx.list_projects()?[0].id;
            let launch = SmartAppLaunch { id: cx.random_id()?, project, resource, created_at: cx.now };
            cx.tx.insert_smart_app_launch(&launch)?;
            Ok(launch.id.to_string())
        })
        .await
}
