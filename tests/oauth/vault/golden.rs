//! The golden path: the seed's three configuration steps, an account that is connected, its token for the person's, and the
//! end of it. What stands behind a G and a number is that row of the path.
//!
//! On a server as people start it, over plain http and again over TLS, where only the local CA vouches for it: issuer and
//! audiences follow the base that is used.

mod tenant;

use anteroom_oauth::jose::{Jwk, VerifyingKey, peek_jws, verify_jws_with_key};
use anteroom_testkit::client::encode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use self::tenant::{ADMIN, Browser, FOREIGN, Page, SMALL, Tenant, U1, on_a_server, send};
use super::world::{ACCESS_TOKEN, API, CALLBACK, CONNECTION, ME, REQUESTED, VAULT, hex, query};
use crate::steps::{CHALLENGE, VERIFIER};

/// Where the browser app is.
const ORIGIN: &str = "http://127.0.0.1:8999";
/// Connected accounts in the My Account API.
const ACCOUNTS: &str = "me/v1/connected-accounts";

/// What the seed's steps leave behind.
struct Configured {
    admin: String,
    spa: String,
    capi: Value,
    connection_id: String,
}

/// Configure your SPA; create the backend API; create its Custom API Client.
async fn seed(tenant: &Tenant) -> (String, String, Value) {
    let admin = tenant.management(ADMIN).await;
    // G01
    let spa = json!({
        "name": "SPA", "app_type": "spa", "token_endpoint_auth_method": "none", "callbacks": [CALLBACK],
        "allowed_origins": [ORIGIN], "web_origins": [ORIGIN], "oidc_conformant": true,
        "jwt_configuration": { "alg": "RS256" },
    });
    let made = tenant.made(&admin, "clients", spa).await;
    let spa = made["client_id"].as_str().unwrap().to_owned();
    assert!(spa.len() == 32 && spa.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{spa}");
    assert_eq!(made["grant_types"], json!(["authorization_code", "implicit", "refresh_token"]));
    // G02
    let step_1 = json!({ "grant_types": ["authorization_code"] });
    let patched = tenant.call(&admin, "PATCH", &format!("api/v2/clients/{spa}"), step_1).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(patched.json()["grant_types"], json!(["authorization_code"]));
    assert_eq!(patched.json()["callbacks"], json!([CALLBACK]), "the full client");
    // G03
    let scopes = json!([
        { "value": "read:calendar", "description": "Read calendar events" },
        { "value": "write:calendar", "description": "Write calendar events" },
    ]);
    let step_2 = json!({ "name": "My API Resource Server", "identifier": API, "scopes": scopes });
    let api = tenant.made(&admin, "resource-servers", step_2).await;
    let api_id = api["id"].as_str().unwrap();
    assert!(api_id.len() == 24 && api_id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{api_id}");
    for (member, expected) in [
        ("scopes", scopes),
        ("signing_alg", json!("RS256")),
        ("token_lifetime", json!(86_400)),
        ("token_lifetime_for_web", json!(7_200)),
        ("allow_offline_access", json!(false)),
        ("skip_consent_for_verifiable_first_party_clients", json!(false)),
        (
            "subject_type_authorization",
            json!({ "user": { "policy": "allow_all" }, "client": { "policy": "require_client_grant" } }),
        ),
        ("client_id", Value::Null),
    ] {
        assert_eq!(api[member], expected, "{member}");
    }
    // G04
    let step_3 = json!({ "name": "Custom API Client", "app_type": "resource_server",
                         "resource_server_identifier": API, "grant_types": [VAULT] });
    let capi = tenant.made(&admin, "clients", step_3).await;
    assert!(capi["client_secret"].is_string(), "{capi}");
    assert_eq!(capi["app_type"], "resource_server");
    assert_eq!(capi["resource_server_identifier"], API);
    assert_eq!(capi["grant_types"], json!([VAULT]));
    assert_eq!((&capi["oidc_conformant"], &capi["is_first_party"]), (&json!(true), &json!(true)));
    assert_eq!(capi["jwt_configuration"]["alg"], "RS256");
    (admin, spa, capi)
}

/// The seed, and what Token Vault wants besides: a connection for connected accounts, and a grant for the My Account API.
async fn configured(tenant: &Tenant) -> Configured {
    let (admin, spa, capi) = seed(tenant).await;
    // G05
    let api = tenant.get(&admin, &format!("api/v2/resource-servers/{}", encode(API))).await;
    assert_eq!((api.status, &api.json()["client_id"]), (200, &capi["client_id"]));
    // G06
    let provider = &tenant.provider;
    let options = json!({
        "issuer": provider.issuer(), "authorization_endpoint": provider.url("authorize"),
        "token_endpoint": provider.url("token"), "userinfo_endpoint": provider.url("userinfo"),
        "client_id": "anteroom-at-acme", "client_secret": "provider-secret-marker",
        "scope": "openid profile offline_access",
    });
    let connection = json!({ "name": CONNECTION, "strategy": "oidc", "options": options,
                             "connected_accounts": { "active": true } });
    let connection = tenant.made(&admin, "connections", connection).await;
    let connection_id = connection["id"].as_str().unwrap().to_owned();
    let clients = format!("api/v2/connections/{connection_id}/clients");
    let enable = json!([{ "client_id": spa, "status": true }]);
    let enabled = tenant.call(&admin, "PATCH", &clients, enable).await;
    assert_eq!((enabled.status, enabled.body.as_str()), (204, ""));
    assert_eq!(tenant.get(&admin, &clients).await.json(), json!({ "clients": [{ "client_id": spa }] }));
    // G07
    let scope: Vec<&str> = ME.split(' ').collect();
    let grant = json!({ "client_id": spa, "audience": format!("{}me/", tenant.base), "scope": scope,
                        "subject_type": "user" });
    let grant = tenant.made(&admin, "client-grants", grant).await;
    assert!(grant["id"].as_str().unwrap().starts_with("cgr_"), "{grant}");
    assert_eq!(grant["subject_type"], "user");
    Configured { admin, spa, capi, connection_id }
}

/// The payload of a token whose signature is right with the key that the server publishes under its `kid`.
async fn verified(tenant: &Tenant, token: &str) -> Value {
    let jwks = send(tenant.request("GET", ".well-known/jwks.json")).await.json();
    let kid = peek_jws(token).unwrap().kid.expect("a kid");
    let key =
        jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).expect("the kid is found");
    let key = VerifyingKey::from_jwk(&Jwk::from_json(key).unwrap()).unwrap();
    serde_json::from_slice(&verify_jws_with_key(token, &key).unwrap().payload).unwrap()
}

/// Asks for a ticket, as the app.
async fn begin(tenant: &Tenant, me: &str) -> Page {
    let body = json!({ "connection": CONNECTION, "redirect_uri": CALLBACK, "state": "s2",
                       "code_challenge": CHALLENGE, "code_challenge_method": "S256" });
    let begun = tenant.call(me, "POST", &format!("{ACCOUNTS}/connect"), body).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    begun
}

/// The app connects the person's account: the token for `<issuer>me/`, and the account's id.
async fn connected(tenant: &Tenant, browser: &mut Browser, set: &Configured) -> (String, String) {
    // G08
    let audience = format!("{}me/", tenant.base);
    let tokens = browser.sign_in(tenant, &set.spa, &audience, ME).await;
    let me = tokens.text("access_token");
    let claims = verified(tenant, &me).await;
    assert_eq!((&claims["aud"], &claims["scope"]), (&json!(audience), &json!(ME)));
    // G09
    let begun = begin(tenant, &me).await;
    assert_eq!(begun.json()["expires_in"], 300);
    assert_eq!(begun.text("connect_uri"), format!("{}connected-accounts/connect", tenant.base));
    // G10
    let back = browser.connect(tenant, &begun).await;
    assert!(back.starts_with(&format!("{CALLBACK}?")), "{back}");
    assert_eq!(query(&back, "state").as_deref(), Some("s2"));
    let code = query(&back, "connect_code").unwrap_or_else(|| panic!("no connect_code: {back}"));
    // G11
    let body = json!({ "auth_session": begun.text("auth_session"), "connect_code": code,
                       "redirect_uri": CALLBACK, "code_verifier": VERIFIER });
    let account = tenant.call(&me, "POST", &format!("{ACCOUNTS}/complete"), body).await;
    assert_eq!(account.status, 201, "{account:?}");
    assert!(account.text("id").starts_with("cac_"));
    assert_eq!(account.json()["access_type"], "offline");
    assert_eq!(account.json()["scopes"], json!(["openid", "profile", "offline_access"]));
    assert!(account.json()["created_at"].is_string());
    (me, account.text("id"))
}

/// The access token exchange, as its page shows it.
async fn exchange(tenant: &Tenant, set: &Configured, subject_token: &str) -> Page {
    let body = json!({
        "client_id": set.capi["client_id"],
        "client_secret": set.capi["client_secret"],
        "subject_token": subject_token,
        "grant_type": VAULT,
        "subject_token_type": ACCESS_TOKEN,
        "requested_token_type": REQUESTED,
        "connection": CONNECTION,
    });
    tenant.token(&body).await
}

/// The seed, from the person's token to the provider's.
async fn exchanged(tenant: &Tenant, browser: &mut Browser, set: &Configured) -> (String, String) {
    // G12
    let scope = "openid read:calendar";
    let subject_token = browser.sign_in(tenant, &set.spa, API, scope).await.text("access_token");
    // G13
    let claims = verified(tenant, &subject_token).await;
    assert_eq!(claims["iss"], tenant.base);
    assert_eq!(claims["aud"], json!([API, format!("{}userinfo", tenant.base)]));
    assert_eq!(claims["sub"], format!("auth0|{U1}"));
    assert_eq!((&claims["azp"], &claims["scope"]), (&json!(set.spa), &json!(scope)));
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
    // G14
    let given = exchange(tenant, set, &subject_token).await;
    assert_eq!(given.status, 200, "{given:?}");
    let body = given.json();
    assert_eq!((&body["issued_token_type"], &body["token_type"]), (&json!(REQUESTED), &json!("Bearer")));
    assert_eq!(body["scope"], "openid profile offline_access");
    let left = body["expires_in"].as_i64().unwrap();
    assert!((1..=3_600).contains(&left), "what is left of an hour: {left}");
    // G15
    let token = given.text("access_token");
    let used = send(tenant.http.get(tenant.provider.url("userinfo")).bearer_auth(&token)).await;
    assert_eq!((used.status, used.text("sub")), (200, "ext-1".to_owned()));
    (subject_token, token)
}

/// What an admin sees of it.
async fn seen(tenant: &Tenant, set: &Configured, cac: &str, provider_token: &str) {
    // G16
    let path = format!("api/v2/users/{}/connected-accounts", encode(&format!("auth0|{U1}")));
    let list = tenant.get(&set.admin, &path).await;
    assert_eq!(list.status, 200, "{list:?}");
    let mut item = list.json()["connected_accounts"][0].clone();
    assert!(item.as_object_mut().unwrap().remove("created_at").is_some_and(|at| at.is_string()));
    let wanted = json!({ "id": cac, "connection": CONNECTION, "connection_id": set.connection_id,
                         "strategy": "oidc", "access_type": "offline",
                         "scopes": ["openid", "profile", "offline_access"] });
    assert_eq!(item, wanted);
    assert_eq!(list.json()["connected_accounts"].as_array().unwrap().len(), 1);
    assert_eq!(list.json().get("next"), None);
    // G17
    let log = tenant.log(&set.admin, "connected_accounts_connection_succeeded").await;
    assert_eq!(log.len(), 1, "{log:?}");
    let (connection, connection_id) = (json!(CONNECTION), json!(set.connection_id));
    assert_eq!((&log[0]["connection"], &log[0]["connection_id"]), (&connection, &connection_id));
    assert_eq!(log[0]["details"]["connected_account"], json!({ "id": cac, "idp_user_id": "ext-1" }));
    assert_eq!((&log[0]["client_id"], &log[0]["user_id"]), (&json!(set.spa), &json!(format!("auth0|{U1}"))));
    let log = tenant.log(&set.admin, "seta").await;
    assert_eq!(log.len(), 1, "{log:?}");
    let details = &log[0]["details"];
    let digest = Sha256::digest(provider_token.as_bytes());
    let thumbprint = hex(&digest);
    assert_eq!(details["token_thumbprint"], thumbprint);
    assert_eq!(details["subject_token_type"], ACCESS_TOKEN);
    assert_eq!(details["issued_token_type"], REQUESTED);
    assert_eq!(details["scope"], "openid profile offline_access");
    assert!(
        details["expires_at"].is_string() && details["is_privileged_worker"] == json!(false),
        "{details}"
    );
    assert_eq!((&log[0]["connection"], &log[0]["connection_id"]), (&connection, &connection_id));
    assert_eq!(log[0]["client_id"], set.capi["client_id"]);
    assert_eq!(log[0]["user_id"], format!("auth0|{U1}"));
}

async fn golden_path(tenant: &Tenant) {
    let set = configured(tenant).await;
    let mut browser = Browser::default();
    let (me, cac) = connected(tenant, &mut browser, &set).await;
    let (subject_token, provider_token) = exchanged(tenant, &mut browser, &set).await;
    seen(tenant, &set, &cac, &provider_token).await;
    // G18
    let path = format!("{ACCOUNTS}/accounts/{cac}");
    let deleted = tenant.call(&me, "DELETE", &path, Value::Null).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    assert_eq!(tenant.log(&set.admin, "connected_accounts_delete_succeeded").await.len(), 1);
    // G19
    let refused = exchange(tenant, &set, &subject_token).await;
    assert_eq!(refused.status, 401, "{refused:?}");
    assert_eq!(refused.text("error"), "federated_connection_refresh_token_not_found");
    assert_eq!(refused.text("error_description"), "Federated connection Refresh Token not found.");
    assert_eq!(refused.headers["content-type"], "application/json");
    let log = tenant.log(&set.admin, "feta").await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["details"]["failure_reason"], "tokenset_not_found");
    assert_eq!(log[0]["details"]["subject_token_type"], ACCESS_TOKEN);
    assert_eq!((&log[0]["connection"], &log[0]["client_id"]), (&json!(CONNECTION), &set.capi["client_id"]));
    let checks = log[0]["details"]["trace"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["check"] == "connected_account.exists"), "{checks:?}");
    // G20
    let old = tenant.provider.refresh_tokens();
    assert_eq!(old.len(), 1);
    let form = [("grant_type", "refresh_token"), ("refresh_token", old[0].as_str())];
    let alive = send(tenant.http.post(tenant.provider.url("token")).form(&form)).await;
    assert_eq!(alive.status, 200, "the provider was not told: {alive:?}");
    // No token of the provider, and no secret, is in any entry of the log.
    let all = tenant.get(&set.admin, "api/v2/logs?per_page=100").await.body;
    for secret in [&provider_token, &old[0], &set.capi["client_secret"].as_str().unwrap().to_owned()] {
        assert!(!all.contains(secret.as_str()), "a secret is in the log");
    }
}

#[test]
pub(crate) fn the_golden_path_over_plain_http() {
    on_a_server(false, golden_path);
}

#[test]
pub(crate) fn the_golden_path_over_tls() {
    on_a_server(true, golden_path);
}

/// Beside the path: who may list a person's accounts, and what the log calls what failed.
#[test]
pub(crate) fn what_fails_beside_the_golden_path() {
    on_a_server(false, async |tenant| {
        let set = configured(tenant).await;
        let path = |user: &str| format!("api/v2/users/{}/connected-accounts", encode(user));
        let u1 = format!("auth0|{U1}");
        let list = tenant.get(&set.admin, &path(&u1)).await;
        assert_eq!((list.status, list.json()), (200, json!({ "connected_accounts": [] })));
        let small = tenant.management(SMALL).await;
        let foreign = tenant.management(FOREIGN).await;
        let nobody = "auth0|05e00000-0000-4000-8000-0000000000b2";
        for (token, user, status, code) in [
            (&small, u1.as_str(), 403, "insufficient_scope"),
            (&foreign, &u1, 404, "inexistent_user"),
            (&set.admin, nobody, 404, "inexistent_user"),
            (&set.admin, "google-oauth2|1", 404, "inexistent_user"),
            (&set.admin, U1, 400, "invalid_uri"),
        ] {
            let reply = tenant.get(token, &path(user)).await;
            assert_eq!((reply.status, reply.text("errorCode").as_str()), (status, code), "{user}: {reply:?}");
        }
        let wrong = tenant.get(&set.admin, &format!("{}?take=0", path(&u1))).await;
        assert_eq!((wrong.status, wrong.text("errorCode").as_str()), (400, "invalid_query_string"));

        let mut browser = Browser::default();
        let audience = format!("{}me/", tenant.base);
        let me = browser.sign_in(tenant, &set.spa, &audience, ME).await.text("access_token");
        tenant.provider.turn(|knobs| knobs.deny = true);
        let begun = begin(tenant, &me).await;
        let back = browser.connect(tenant, &begun).await;
        assert_eq!(query(&back, "error").as_deref(), Some("access_denied"), "{back}");
        let log = tenant.log(&set.admin, "connected_accounts_connection_failed").await;
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!(log[0]["details"]["error"]["title"], "access_denied");
        assert_eq!(log[0]["connection"], CONNECTION);
        let unknown = format!("{ACCOUNTS}/accounts/cac_00000000000000000000000000000001");
        assert_eq!(tenant.call(&me, "DELETE", &unknown, Value::Null).await.status, 400);
        assert_eq!(tenant.log(&set.admin, "connected_accounts_delete_failed").await.len(), 1);

        let wrong = json!({ "grant_type": VAULT, "client_id": set.capi["client_id"], "client_secret": "wrong",
                            "subject_token": me, "subject_token_type": ACCESS_TOKEN,
                            "requested_token_type": REQUESTED, "connection": CONNECTION });
        assert_eq!(tenant.token(&wrong).await.status, 401);
        let log = tenant.log(&set.admin, "feta").await;
        assert_eq!(log.len(), 1, "an exchange by a client that cannot prove itself failed, too: {log:?}");
        assert_eq!(log[0]["details"]["failure_reason"], "unknown");
    });
}
