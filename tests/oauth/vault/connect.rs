//! Connected accounts: the My Account API, and the browser's way through the provider.

use anteroom_engine::id::Id;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::membership::{ProfileRef, ProfileType};
use anteroom_engine::model::{Membership, Session};
use anteroom_oauth::secret::{Cookie, Secret};
use anteroom_testkit::builders::{ADA, PAT_MEMBERSHIP, PROJECT};
use anteroom_testkit::client::Reply;
use serde_json::{Value, json};

use super::world::{
    API, Browser, CALLBACK, CAPI, CONNECTION, ME, SPA, World, agree, below, id, location, query,
};
use crate::steps::{CHALLENGE, VERIFIER};

/// Status, the end of `type`, and the members that are wrong.
fn problem(reply: &Reply) -> (u16, String, Vec<String>) {
    assert_eq!(reply.header("content-type"), Some("application/json"), "{reply:?}");
    let body = reply.json();
    assert_eq!(body["status"], reply.status, "{body}");
    assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
    let kind = body["type"].as_str().expect("a type");
    let kind = kind.strip_prefix("https://auth0.com/api-errors/").expect("a type of Auth0's").to_owned();
    let errors = body["validation_errors"].as_array().cloned().unwrap_or_default();
    let field = |error: &Value| error["field"].as_str().unwrap_or_default().to_owned();
    (reply.status, kind, errors.iter().map(field).collect())
}

#[tokio::test]
pub(crate) async fn an_account_is_connected_listed_and_deleted() {
    let world = World::new().await;
    let begun = world.begin(json!({})).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let body = begun.json();
    assert_eq!(body["expires_in"], 300);
    assert_eq!(body["connect_uri"], format!("{}connected-accounts/connect", world.server.base()));
    assert!(begun.str("auth_session").len() <= 64);
    let mut browser = Browser::default();
    let opened = browser.ticket(&world, &begun).await;
    let there = location(&opened);
    for (name, wanted) in [
        ("response_type", "code"),
        ("client_id", "anteroom-at-acme"),
        ("scope", "openid profile offline_access"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", &format!("{}login/callback", world.server.base())),
    ] {
        assert_eq!(query(&there, name).as_deref(), Some(wanted), "{name}");
    }
    assert_ne!(query(&there, "code_challenge").as_deref(), Some(CHALLENGE), "the provider's own");
    assert!(query(&there, "nonce").is_some() && query(&there, "state").is_some());
    let back = agree(&world, &there).await;
    let at_client = location(&browser.open(&world, &below(&world, &back)).await);
    assert!(at_client.starts_with(&format!("{CALLBACK}?connect_code=")), "{at_client}");
    assert_eq!(query(&at_client, "state").as_deref(), Some("s=t/a?t&e"), "byte for byte");
    let code = query(&at_client, "connect_code").unwrap();
    assert!(code.len() <= 46);
    let completed = world.complete(&begun.str("auth_session"), &code, json!({})).await;
    assert_eq!(completed.status, 201, "{completed:?}");
    let account = completed.json();
    let cac = completed.str("id");
    assert!(cac.starts_with("cac_") && cac[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(account["connection"], CONNECTION);
    assert_eq!(account["access_type"], "offline");
    assert_eq!(account["scopes"], json!(["openid", "profile", "offline_access"]));
    assert!(account["created_at"].is_string());

    let token = world.me_token(ME).await;
    let list = world.server.get("/me/v1/connected-accounts/accounts").bearer(&token).send().await;
    assert_eq!(list.json(), json!({ "accounts": [account] }));
    let other = "/me/v1/connected-accounts/accounts?connection=another&take=50";
    assert_eq!(world.server.get(other).bearer(&token).send().await.json(), json!({ "accounts": [] }));
    let connections = world.server.get("/me/v1/connected-accounts/connections").bearer(&token).send().await;
    let wanted =
        json!({ "name": CONNECTION, "strategy": "oidc", "scopes": ["openid", "profile", "offline_access"] });
    assert_eq!(connections.json(), json!({ "connections": [wanted] }));

    let path = format!("/me/v1/connected-accounts/accounts/{cac}");
    let deleted = world.server.request("DELETE", &path).bearer(&token).send().await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0), "{deleted:?}");
    assert_eq!(world.accounts(), []);
    let again = world.server.request("DELETE", &path).bearer(&token).send().await;
    assert_eq!(problem(&again), (400, "A0E-400-0003".to_owned(), vec!["id".to_owned()]));
    assert!(world.provider.refresh_tokens().iter().all(|token| world.provider.refresh_token_is_alive(token)));
    let kinds: Vec<&str> = world.events().iter().map(|(kind, ..)| *kind).collect();
    assert!(kinds.contains(&"account_connected") && kinds.contains(&"account_disconnected"));
}

#[tokio::test]
pub(crate) async fn the_my_account_api_takes_a_persons_token_for_itself_with_the_scope() {
    let world = World::new().await;
    let get =
        async |token: &str| world.server.get("/me/v1/connected-accounts/accounts").bearer(token).send().await;
    let invalid = (401, "A0E-401-0003".to_owned(), vec![]);
    let none = world.server.get("/me/v1/connected-accounts/accounts").send().await;
    assert_eq!(problem(&none), invalid, "no token");
    assert!(none.header("www-authenticate").unwrap().starts_with("Bearer "));
    let audience = format!("{}me/", world.server.base());
    for claims in [
        json!({ "aud": API, "scope": ME }),
        json!({ "aud": audience.trim_end_matches('/'), "scope": ME }),
        json!({ "aud": audience, "scope": ME, "exp": world.server.now().seconds() }),
        json!({ "aud": audience, "scope": ME, "login_id": "00000000-0000-4000-8000-000000000000" }),
    ] {
        let token = world.token_saying(claims.clone()).await;
        assert_eq!(problem(&get(&token).await), invalid, "{claims}");
    }
    let create = world.me_token("create:me:connected_accounts").await;
    assert_eq!(problem(&get(&create).await).0, 403);
    assert_eq!(get(&world.me_token("read:me:connected_accounts").await).await.status, 200);
    let read = world.me_token("read:me:connected_accounts").await;
    let body = json!({ "connection": CONNECTION, "redirect_uri": CALLBACK });
    let connect =
        world.server.post("/me/v1/connected-accounts/connect").bearer(&read).json(&body).send().await;
    assert_eq!(problem(&connect).0, 403);
}

#[tokio::test]
pub(crate) async fn bodies_have_bounds_and_no_other_members() {
    let world = World::new().await;
    for (more, field) in [
        (json!({ "connection": null }), "connection"),
        (json!({ "connection": "" }), "connection"),
        (json!({ "connection": "x".repeat(129) }), "connection"),
        (json!({ "redirect_uri": null }), "redirect_uri"),
        (json!({ "redirect_uri": "no uri" }), "redirect_uri"),
        (json!({ "state": "" }), "state"),
        (json!({ "code_challenge": "short" }), "code_challenge"),
        (json!({ "code_challenge_method": "plain" }), "code_challenge_method"),
        (json!({ "code_challenge_method": null }), "code_challenge_method"),
        (json!({ "scopes": [] }), "scopes"),
        (json!({ "scopes": ["a", "a"] }), "scopes"),
        (json!({ "scopes": ["a", 1] }), "scopes"),
        (json!({ "authorization_params": "x" }), "authorization_params"),
        (json!({ "extra": 1 }), "extra"),
    ] {
        let reply = world.begin(more.clone()).await;
        let (status, _, fields) = problem(&reply);
        assert_eq!(status, 400, "{more}");
        assert!(fields.contains(&field.to_owned()), "{more}: {fields:?}");
    }
    let token = world.me_token(ME).await;
    let post = |path: &str| world.server.post(&format!("/me/v1/connected-accounts/{path}")).bearer(&token);
    assert_eq!(problem(&post("connect").header("Content-Type", "text/plain").body("{}").send().await).0, 415);
    let broken = post("connect").header("Content-Type", "application/json").body("{").send().await;
    assert_eq!(problem(&broken).0, 400);
    let empty = problem(&post("complete").json(&json!({})).send().await);
    assert_eq!(empty.2, ["auth_session", "connect_code", "redirect_uri"]);
}

#[tokio::test]
pub(crate) async fn a_connection_must_be_there_active_and_enabled_and_the_redirect_uri_registered() {
    let world = World::new().await;
    let of = |reply: Reply| {
        let (status, _, fields) = problem(&reply);
        (status, fields)
    };
    let connection = vec!["connection".to_owned()];
    assert_eq!(of(world.begin(json!({ "connection": "nobody" })).await), (400, connection.clone()));
    let elsewhere = json!({ "redirect_uri": "https://evil.example.org/callback" });
    assert_eq!(of(world.begin(elsewhere).await), (400, vec!["redirect_uri".to_owned()]));
    world.change_connection(|row| row.connected_accounts = false).await;
    assert_eq!(of(world.begin(json!({})).await), (400, connection.clone()));
    world.change_connection(|row| row.connected_accounts = true).await;
    world
        .server
        .change(|cx| {
            let row = cx.tx.connection_by_name(id(PROJECT), CONNECTION)?.expect("the connection");
            Ok(cx.tx.set_connection_client(row.id, id(SPA), false)?)
        })
        .await;
    assert_eq!(of(world.begin(json!({})).await), (403, connection));
}

#[tokio::test]
pub(crate) async fn a_ticket_opens_once_in_one_browser_within_five_minutes() {
    let world = World::new().await;
    let begun = world.begin(json!({})).await;
    let mut browser = Browser::default();
    let there = location(&browser.ticket(&world, &begun).await);
    assert_eq!(browser.ticket(&world, &begun).await.status, 400, "once");
    let back = below(&world, &agree(&world, &there).await);
    assert_eq!(Browser::default().open(&world, &back).await.status, 400, "in the browser that opened it");
    assert_eq!(browser.open(&world, &back).await.status, 303);
    assert_eq!(browser.open(&world, &back).await.status, 400, "the state counts once");
    let late = world.begin(json!({})).await;
    world.wait(300);
    assert_eq!(browser.ticket(&world, &late).await.status, 400, "too late");
    let unknown = browser.open(&world, "/connected-accounts/connect?ticket=nobody").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(browser.open(&world, "/login/callback?state=x&code=y").await.status, 400);
    assert_eq!(world.accounts(), [], "nothing of it was completed");
}

#[tokio::test]
pub(crate) async fn completing_takes_the_same_person_client_code_address_and_verifier_once() {
    let world = World::new().await;
    let begun = world.begin(json!({})).await;
    let at_client = Browser::default().walk(&world, &begun).await;
    let (session, code) = (begun.str("auth_session"), query(&at_client, "connect_code").unwrap());
    let of = |reply: &Reply| {
        let (status, _, fields) = problem(reply);
        (status, fields.join(" "))
    };
    for (more, field) in [
        (json!({ "auth_session": "nobody" }), "auth_session"),
        (json!({ "connect_code": "nobody" }), "connect_code"),
        (json!({ "redirect_uri": "http://127.0.0.1:8999/other" }), "redirect_uri"),
        (json!({ "code_verifier": "x".repeat(43) }), "code_verifier"),
        (json!({ "code_verifier": null }), "code_verifier"),
    ] {
        let reply = world.complete(&session, &code, more.clone()).await;
        assert_eq!(of(&reply), (400, field.to_owned()), "{more}");
    }
    let ada = ProfileRef { resource_type: ProfileType::Practitioner, id: id(ADA) };
    let ada = world.server.engine.read(|tx, _| Ok(tx.membership_by_profile(id(PROJECT), ada)?));
    let ada = ada.unwrap().expect("Ada").id;
    let claims = json!({ "aud": format!("{}me/", world.server.base()), "scope": ME });
    let body = json!({ "auth_session": session, "connect_code": code, "redirect_uri": CALLBACK,
                       "code_verifier": VERIFIER });
    for (who, client) in [(ada, SPA), (id(PAT_MEMBERSHIP), CAPI)] {
        let token = world.token_of(who, client, claims.clone()).await;
        let post = world.server.post("/me/v1/connected-accounts/complete");
        let reply = post.bearer(&token).json(&body).send().await;
        assert_eq!(of(&reply), (400, "auth_session".to_owned()), "another person, or another client");
    }
    assert_eq!(world.complete(&session, &code, json!({})).await.status, 201);
    assert_eq!(of(&world.complete(&session, &code, json!({})).await), (409, "auth_session".to_owned()));
    assert_eq!(world.accounts().len(), 1);
}

#[tokio::test]
pub(crate) async fn what_goes_wrong_at_the_provider_comes_back_to_the_client_by_name() {
    let world = World::new().await;
    let failed = async |error: &str, says: &str| {
        let begun = world.begin(json!({})).await;
        let back = Browser::default().walk(&world, &begun).await;
        assert_eq!(query(&back, "error").as_deref(), Some(error), "{back}");
        let description = query(&back, "error_description").unwrap();
        assert!(description.contains(says), "{description}");
        assert_eq!(query(&back, "state").as_deref(), Some("s=t/a?t&e"));
        assert_eq!(query(&back, "connect_code"), None);
        let (kind, _, event) = world.events().into_iter().next().unwrap();
        assert_eq!(kind, "account_connect_failed");
        assert_eq!(event["details"]["connection"], CONNECTION);
    };
    world.provider.turn(|knobs| knobs.deny = true);
    failed("access_denied", "access_denied").await;
    world.provider.turn(|knobs| {
        knobs.deny = false;
        knobs.claims = json!({ "iss": "https://elsewhere.example.org/" });
    });
    failed("server_error", "another iss").await;
    world.provider.turn(|knobs| knobs.claims = json!({ "nonce": "another" }));
    failed("server_error", "another nonce").await;
    world.provider.turn(|knobs| knobs.claims = json!({ "sub": null }));
    failed("server_error", "does not say who").await;
    world.provider.turn(|knobs| knobs.claims = json!({}));
    let good = world.provider.url("token");
    for (url, says) in [
        ("http://127.0.0.1:9/token".to_owned(), "could not be asked"),
        (world.provider.url("nowhere"), "status 404"),
        (world.provider.url("authorize"), "status 405"),
    ] {
        world
            .change_connection(move |row| {
                row.options.insert("token_endpoint".to_owned(), json!(url));
            })
            .await;
        failed("server_error", says).await;
    }
    world
        .change_connection(move |row| {
            row.options.insert("token_endpoint".to_owned(), json!(good));
        })
        .await;
    assert_eq!(world.connect().await.status, 201);
}

#[tokio::test]
pub(crate) async fn endpoints_come_from_the_discovery_document_where_the_connection_names_none() {
    let world = World::new().await;
    world
        .change_connection(|row| {
            for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"] {
                row.options.remove(name);
            }
        })
        .await;
    assert_eq!(world.connect().await.status, 201);
    assert_eq!(world.connect().await.status, 201);
    assert_eq!(world.provider.calls("discovery"), 1, "it is kept");
}

#[tokio::test]
pub(crate) async fn scopes_of_the_request_replace_the_connections() {
    let world = World::new().await;
    let begun = world
        .begin(json!({ "scopes": ["openid", "calendar"], "authorization_params": { "login_hint": "ext-1", "state": "x" } }))
        .await;
    let there = location(&Browser::default().ticket(&world, &begun).await);
    assert_eq!(query(&there, "scope").as_deref(), Some("openid calendar offline_access"));
    assert_eq!(query(&there, "login_hint").as_deref(), Some("ext-1"));
    assert_ne!(query(&there, "state").as_deref(), Some("x"), "reserved");
}

#[tokio::test]
pub(crate) async fn a_browser_at_which_another_person_is_signed_in_connects_nothing() {
    let world = World::new().await;
    let cookie = "s".repeat(43);
    let digest = Secret::<Cookie>::new(cookie.clone()).digest();
    world
        .server
        .change(move |cx| {
            let session = cx.random_id()?;
            cx.tx.insert_session(&Session {
                id: session,
                project: id(PROJECT),
                digest,
                user: id("05e00000-0000-4000-8000-0000000000ee"),
                membership: None::<Id<Membership>>,
                auth_method: AuthMethod::Password,
                auth_time: cx.now,
                expires_at: cx.now + 3_600,
                ended_at: None,
            })?;
            Ok(())
        })
        .await;
    let begun = world.begin(json!({})).await;
    let ticket = begun.json()["connect_params"]["ticket"].as_str().unwrap().to_owned();
    let target = format!("/connected-accounts/connect?ticket={ticket}");
    let reply = world.server.get(&target).header("Cookie", format!("anteroom-session={cookie}")).send().await;
    let back = location(&reply);
    assert!(back.starts_with(CALLBACK), "{back}");
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
pub(crate) async fn a_registered_page_may_call_the_api_and_no_other() {
    let world = World::new().await;
    world
        .change_client(SPA, |row| row.settings.allowed_origins = vec!["http://127.0.0.1:8999".to_owned()])
        .await;
    let preflight = async |origin: &str| {
        world
            .server
            .request("OPTIONS", "/me/v1/connected-accounts/connect")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,content-type,auth0-client")
            .send()
            .await
    };
    let allowed = preflight("http://127.0.0.1:8999").await;
    assert_eq!(allowed.header("access-control-allow-origin"), Some("http://127.0.0.1:8999"));
    let headers = allowed.header("access-control-allow-headers").unwrap();
    for name in ["authorization", "content-type", "auth0-client", "dpop"] {
        assert!(headers.split(", ").any(|own| own == name), "{name}: {headers}");
    }
    assert_eq!(preflight("https://evil.example.org").await.header("access-control-allow-origin"), None);
    let refused = world
        .server
        .post("/me/v1/connected-accounts/connect")
        .header("Origin", "http://127.0.0.1:8999")
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header("access-control-allow-origin"), Some("http://127.0.0.1:8999"), "refusals, too");
    assert!(refused.header("access-control-expose-headers").unwrap().contains("dpop-nonce"));
}
