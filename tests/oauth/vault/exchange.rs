//! The exchange: order of checks, answers, renewal.

use std::collections::BTreeSet;

use anteroom_engine::model::client::ClientType;
use anteroom_engine::model::client::auth0::RefreshTokenSettings;
use anteroom_oauth::grant_type::GrantType;
use anteroom_testkit::builders::{
    PAT_MEMBERSHIP, PAT_USER, PORTAL, PORTAL_SECRET, PROJECT, ROBOT, ROBOT_SECRET,
};
use anteroom_testkit::client::Request;
use anteroom_testkit::provider::Person;
use serde_json::json;

use super::world::{ACCESS_TOKEN, API, CAPI, CONNECTION, REFRESH_TOKEN, REQUESTED, SPA, World, id};

const NOT_FOUND: (u16, &str, &str) =
    (401, "federated_connection_refresh_token_not_found", "Federated connection Refresh Token not found.");

async fn refused(world: &World, subject: &str, more: &[(&str, &str)]) -> (u16, String, String) {
    world.exchange(subject, more).await.refusal()
}

fn is((status, error, description): (u16, &str, &str)) -> (u16, String, String) {
    (status, error.to_owned(), description.to_owned())
}

#[tokio::test]
pub(crate) async fn tv_10_tv_12_the_answer_is_the_providers_token_and_nothing_that_renews_it() {
    let world = World::connected().await;
    let token = world.token(API, "openid read:calendar").await;
    world.wait(600);
    let reply = world.exchange(&token, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    let members: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = ["access_token", "expires_in", "issued_token_type", "scope", "token_type"];
    assert_eq!(members, BTreeSet::from(wanted));
    assert_eq!(body["issued_token_type"], REQUESTED);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "openid profile offline_access");
    assert_eq!(body["expires_in"], 3_000, "what is left of the provider's token");
    assert_eq!(world.provider.calls("token"), 1, "the token is still good: nobody asks the provider");
    let provider = world.provider.host().parse().unwrap();
    let used = Request::new(provider, "GET", "/userinfo").bearer(&reply.str("access_token")).send().await;
    assert_eq!((used.status, used.str("sub")), (200, "ext-1".to_owned()));
    let (kind, _, event) = world.events().into_iter().next().unwrap();
    assert_eq!(kind, "vault_exchanged");
    assert_eq!(event["details"]["subject_token_type"], ACCESS_TOKEN);
    assert_eq!(event["details"]["token_thumbprint"].as_str().unwrap().len(), 64);
    assert!(!event.to_string().contains(&reply.str("access_token")));
}

#[tokio::test]
pub(crate) async fn tv_05_what_is_missing_or_not_supported_is_named() {
    let world = World::connected().await;
    let token = world.token(API, "read:calendar").await;
    for (parameter, description) in [
        ("subject_token", "Missing required parameter: subject_token"),
        ("subject_token_type", "Missing required parameter: subject_token_type"),
        ("requested_token_type", "Missing required parameter: requested_token_type"),
        ("connection", "Missing required parameter: connection"),
    ] {
        let found = refused(&world, &token, &[(parameter, "")]).await;
        assert_eq!(found, is((400, "invalid_request", description)));
        assert_eq!(world.newest_refusal().1, parameter);
    }
    for (parameter, value, description) in [
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token", "Unsupported subject_token_type"),
        ("requested_token_type", ACCESS_TOKEN, "Unsupported requested_token_type"),
    ] {
        let found = refused(&world, &token, &[(parameter, value)]).await;
        assert_eq!(found, is((400, "invalid_request", description)));
    }
}

#[tokio::test]
pub(crate) async fn tv_03_tv_04_a_subject_token_that_is_not_good_is_refused() {
    let world = World::connected().await;
    let invalid = is((401, "invalid_grant", "Invalid subject token."));
    let now = world.server.now().seconds();
    let audience = |more: serde_json::Value| {
        let mut claims = json!({ "aud": API, "scope": "read:calendar" });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    for claims in [
        audience(json!({ "exp": now })),
        audience(json!({ "iss": "https://elsewhere.example.org/" })),
        audience(json!({ "azp": null })),
        audience(json!({ "auth_time": now })),
        audience(json!({ "login_id": "00000000-0000-4000-8000-000000000000" })),
    ] {
        let token = world.token_saying(claims.clone()).await;
        assert_eq!(refused(&world, &token, &[]).await, invalid, "{claims}");
        assert_eq!(world.newest_refusal().0, "vault_access_token");
    }
    let good = world.token(API, "read:calendar").await;
    let (head, _) = good.rsplit_once('.').unwrap();
    assert_eq!(refused(&world, &format!("{head}.AAAA"), &[]).await, invalid, "another signature");
    assert_eq!(refused(&world, "no-token", &[]).await, invalid);
    world.server.change(|cx| Ok(cx.tx.revoke_logins_of_member(id(PAT_MEMBERSHIP), cx.now)?)).await;
    assert_eq!(refused(&world, &good, &[]).await, invalid, "its login was ended");
    assert_eq!(world.provider.calls("token"), 1, "no refusal asked the provider");
}

#[tokio::test]
pub(crate) async fn tv_02_a_token_for_another_api_is_refused_and_a_machine_is_nobody() {
    let world = World::connected().await;
    let other = world.token("https://other-api.example.com", "x").await;
    let (status, error, _) = refused(&world, &other, &[]).await;
    assert_eq!((status, error.as_str()), (403, "unauthorized_client"));
    let (name, check, expected, found) = world.newest_refusal();
    assert_eq!((name, check.as_str()), ("vault_audience", "subject_token.aud"));
    assert_eq!(expected, API, "both values are in the log");
    assert!(found.starts_with("https://other-api.example.com"), "{found}");
    let slash = world.token(&format!("{API}/"), "x").await;
    assert_eq!(refused(&world, &slash, &[]).await.0, 403, "byte by byte");
    let machine =
        world.token_saying(json!({ "aud": API, "scope": "", "sub": format!("{CAPI}@clients") })).await;
    let nobody = is((401, "user_not_found", "User not found."));
    assert_eq!(refused(&world, &machine, &[]).await, nobody);
    let own = world.token(API, "read:calendar").await;
    world
        .server
        .change(|cx| {
            cx.tx.delete_membership(id(PAT_MEMBERSHIP))?;
            Ok(cx.tx.delete_user(id(PAT_USER))?)
        })
        .await;
    assert_eq!(refused(&world, &own, &[]).await, nobody, "deleted");
    assert_eq!(world.accounts(), [], "and with the person the vault");
}

#[tokio::test]
pub(crate) async fn tv_01_only_the_clients_that_may() {
    let world = World::connected().await;
    let token = world.token(API, "read:calendar").await;
    let by = |client: &'static str, secret: &'static str| [("client_id", client), ("client_secret", secret)];
    let (status, error, _) = refused(&world, &token, &by(CAPI, "wrong")).await;
    assert_eq!((status, error.as_str()), (401, "invalid_client"));
    let (status, error, _) = refused(&world, &token, &by(CAPI, "")).await;
    assert_eq!((status, error.as_str()), (401, "invalid_client"), "without its secret");
    for (client, secret) in [(SPA, ""), (PORTAL, PORTAL_SECRET), (ROBOT, ROBOT_SECRET)] {
        let (status, error, _) = refused(&world, &token, &by(client, secret)).await;
        assert_eq!((status, error.as_str()), (403, "unauthorized_client"), "{client}");
        assert_eq!(world.newest_refusal().0, "vault_grant_not_allowed", "never by silence");
    }
}

#[tokio::test]
pub(crate) async fn tv_06_nothing_in_the_vault_is_said_in_auth0s_words() {
    let world = World::new().await;
    let token = world.token(API, "read:calendar").await;
    assert_eq!(refused(&world, &token, &[]).await, is(NOT_FOUND));
    assert_eq!(world.newest_refusal().1, "connected_account.exists");
    assert_eq!(refused(&world, &token, &[("connection", "nobody")]).await, is(NOT_FOUND));
    assert_eq!(world.newest_refusal().1, "connection.exists", "the log tells the two apart");
    let (_, _, event) = world.events().into_iter().next().unwrap();
    assert_eq!(event["details"]["failure_reason"], "tokenset_not_found");
    assert_eq!(event["details"]["subject_token_type"], ACCESS_TOKEN);
}

#[tokio::test]
pub(crate) async fn several_accounts_are_told_apart_by_the_providers_user_id() {
    let world = World::connected().await;
    world.wait(1);
    world.provider.turn(|knobs| knobs.person = Person::new("ext-2", "pat.two@example.org"));
    assert_eq!(world.connect().await.status, 201);
    let token = world.token(API, "read:calendar").await;
    let subject_of = async |more: &[(&str, &str)]| {
        let reply = world.exchange(&token, more).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let provider = world.provider.host().parse().unwrap();
        Request::new(provider, "GET", "/userinfo").bearer(&reply.str("access_token")).send().await.str("sub")
    };
    assert_eq!(subject_of(&[]).await, "ext-2", "the one connected last");
    assert_eq!(subject_of(&[("login_hint", "ext-1")]).await, "ext-1");
    let hint = [("login_hint", "pat@example.org")];
    assert_eq!(
        refused(&world, &token, &hint).await,
        is((401, "user_not_found", "Identity User not found.")),
        "an e-mail address is no user id"
    );
}

#[tokio::test]
pub(crate) async fn tv_08_a_hundred_exchanges_of_an_ended_token_ask_the_provider_once() {
    for rotate in [false, true] {
        let world = World::connected().await;
        world.provider.turn(|knobs| knobs.rotate = rotate);
        let token = world.token(API, "read:calendar").await;
        let before = world.exchange(&token, &[]).await.str("access_token");
        world.wait(4_000);
        let exchanges = (0..100).map(|_| world.exchange(&token, &[]));
        let replies = futures(exchanges).await;
        let given: BTreeSet<String> = replies
            .iter()
            .map(|reply| {
                assert_eq!(reply.status, 200, "{reply:?}");
                reply.str("access_token")
            })
            .collect();
        assert_eq!(given.len(), 1, "all got the one new token");
        assert!(!given.contains(&before), "the ended one went to nobody");
        assert_eq!(world.provider.calls("token"), 2, "one code, one refresh; rotation {rotate}");
        world.wait(4_000);
        assert_eq!(world.exchange(&token, &[]).await.status, 200, "the newest refresh token was kept");
    }
}

/// Runs them all at once, in order of their answers.
async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in waiting.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
pub(crate) async fn tv_09_a_refusal_of_the_provider_is_remembered() {
    let world = World::connected().await;
    let token = world.token(API, "read:calendar").await;
    world.provider.turn(|knobs| knobs.refuse_refresh = true);
    world.wait(4_000);
    let failed = is((
        401,
        "federated_connection_refresh_token_flow_failed",
        "Refresh Token flow for the Federated Connection failed",
    ));
    assert_eq!(refused(&world, &token, &[]).await, failed);
    let (name, check, _, found) = world.newest_refusal();
    assert_eq!((name, check.as_str()), ("vault_refresh_refused", "connected_account.refresh"));
    assert!(found.contains("invalid_grant"), "{found}");
    let asked = world.provider.calls("token");
    for _ in 0..3 {
        assert_eq!(refused(&world, &token, &[]).await, failed);
    }
    assert_eq!(world.provider.calls("token"), asked, "nobody asks again");
    world.provider.turn(|knobs| knobs.refuse_refresh = false);
    assert_eq!(world.connect().await.status, 201, "connecting again mends it");
    assert_eq!(world.exchange(&token, &[]).await.status, 200);
    assert_eq!(world.accounts().len(), 1, "it is the same account");
}

#[tokio::test]
pub(crate) async fn a_provider_that_cannot_be_reached_is_left_alone_for_a_moment_and_asked_again() {
    let world = World::connected().await;
    let token = world.token(API, "read:calendar").await;
    let good = world.provider.url("token");
    world
        .change_connection(|row| {
            row.options.insert("token_endpoint".to_owned(), json!("http://127.0.0.1:9/token"));
        })
        .await;
    world.wait(4_000);
    let (status, error, _) = refused(&world, &token, &[]).await;
    assert_eq!((status, error.as_str()), (401, "federated_connection_refresh_token_flow_failed"));
    assert!(world.accounts()[0].refused.is_none(), "it may pass");
    world
        .change_connection(move |row| {
            row.options.insert("token_endpoint".to_owned(), json!(good));
        })
        .await;
    assert_eq!(refused(&world, &token, &[]).await.0, 401, "not asked again at once");
    world.wait(11);
    assert_eq!(world.exchange(&token, &[]).await.status, 200);
}

#[tokio::test]
pub(crate) async fn tokens_without_an_end_are_believed_for_ten_minutes_and_scopes_stand_between_spaces() {
    let world = World::new().await;
    world.provider.turn(|knobs| {
        knobs.access_token_lifetime = None;
        knobs.scope_separator = ",";
    });
    assert_eq!(world.connect().await.status, 201);
    let token = world.token(API, "read:calendar").await;
    let reply = world.exchange(&token, &[]).await.json();
    assert_eq!(reply["expires_in"], 600);
    assert_eq!(reply["scope"], "openid profile offline_access");
    world.wait(601);
    assert_eq!(world.exchange(&token, &[]).await.status, 200);
    assert_eq!(world.provider.calls("token"), 2, "renewed");
}

#[tokio::test]
pub(crate) async fn a_refresh_token_of_the_client_is_exchanged_only_when_it_does_not_rotate() {
    let world = World::connected().await;
    let rotates = world.exchange("x", &[("subject_token_type", REFRESH_TOKEN)]).await.refusal();
    assert_eq!(rotates, is((401, "invalid_grant", "Unknown or invalid refresh token.")));
    let token = world.refresh_token(CAPI).await;
    let shown = [("subject_token_type", REFRESH_TOKEN)];
    let (status, error, _) = refused(&world, &token, &shown).await;
    assert_eq!((status, error.as_str()), (403, "unauthorized_client"), "it has no grant that gives it one");
    world
        .change_client(CAPI, |row| {
            let both = [GrantType::AuthorizationCode, GrantType::RefreshToken];
            row.settings.grant_types.as_mut().expect("a list").extend(both);
        })
        .await;
    let (status, error, _) = refused(&world, &token, &shown).await;
    assert_eq!((status, error.as_str()), (400, "invalid_request"), "rotation is on");
    world.change_auth0(CAPI, |auth0| auth0.refresh_token = Some(RefreshTokenSettings::default())).await;
    world
        .server
        .change(|cx| {
            let row = cx.tx.connection_by_name(id(PROJECT), CONNECTION)?.expect("the connection");
            Ok(cx.tx.set_connection_client(row.id, id(CAPI), true)?)
        })
        .await;
    assert_eq!(world.exchange(&token, &shown).await.status, 200);
    assert_eq!(world.exchange(&token, &shown).await.status, 200, "it is not spent");
    world.change_client(CAPI, |row| row.client_type = ClientType::Public).await;
    let public = refused(&world, "x", &[("client_secret", "")]).await;
    assert_eq!((public.0, public.1.as_str()), (403, "unauthorized_client"), "whatever it shows");
}
