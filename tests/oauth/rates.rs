//! Rates: Medplum's table of limits, by address and minute, and the settings that change it.

use anteroom_engine::service::rates::{self, RateLimits};
use anteroom_testkit::Clinic;
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

fn limits(login: u32, auth: u32, other: u32) -> Clinic {
    crate::auth::clinic().with("/rateLimits", json!({ "login": login, "auth": auth, "other": other }))
}

async fn login(server: &TestServer) -> anteroom_testkit::client::Reply {
    server.post("/auth/login").json(&json!({ "email": "x", "password": "x" })).send().await
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn sign_ins_are_five_a_minute_and_say_how_many_are_left() {
    let server = TestServer::over(limits(5, 160, 60_000)).await;
    for left in (0..5).rev() {
        let reply = login(&server).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.header("ratelimit"), Some(format!("\"requests\";r={left};t=60").as_str()));
    }
    server.clock.advance(20);
    let reply = login(&server).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("40")));
    assert_eq!(reply.header("ratelimit"), Some("\"requests\";r=0;t=40"));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let body = reply.json();
    assert_eq!(
        (body["id"].as_str(), body["issue"][0]["code"].as_str()),
        (Some("too-many-requests"), Some("throttled"))
    );
    assert_eq!(body["issue"][0]["details"]["text"], "Too Many Requests");
    let said: Value = serde_json::from_str(body["issue"][0]["diagnostics"].as_str().unwrap()).unwrap();
    let expected = json!({
        "_remainingPoints": 0, "_msBeforeNext": 40_000, "_consumedPoints": 6, "_isFirstInDuration": false, "limit": 5,
    });
    assert_eq!(said, expected);
    // Neither a query nor a prefix is a way round.
    for target in ["/auth/login?x=1", "/api/auth/login"] {
        assert_eq!(server.post(target).json(&json!({})).send().await.status, 429, "{target}");
    }
    assert_eq!(server.get("/auth/me").send().await.status, 401, "another counter");
    server.clock.advance(40);
    assert_eq!(login(&server).await.status, 400, "the minute is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_counters_are_apart() {
    let server = TestServer::over(limits(0, 3, 2)).await;
    for _ in 0..10 {
        let reply = login(&server).await;
        assert_eq!((reply.status, reply.header("ratelimit")), (400, None), "0 is no limit");
    }
    for (path, expected) in
        [("/auth/method", 400), ("/oauth2/token", 400), ("/auth/profile", 400), ("/oauth2/token", 429)]
    {
        let reply = server.post(path).send().await;
        assert_eq!(reply.status, expected, "{path}");
    }
    for (path, expected) in [("/healthcheck", 200), ("/auth/me", 401), ("/.well-known/jwks.json", 429)] {
        assert_eq!(server.get(path).send().await.status, expected, "{path}");
    }
    let page = server.get("/oauth2/authorize").header("Accept", "text/html").send().await;
    assert_eq!(page.status, 429);
    assert!(page.text().contains("<h1>"), "a page for people: {page:?}");
    server.clock.advance(60);
    assert_eq!(server.post("/oauth2/token").send().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_medplums_until_they_are_changed_and_then_at_once() {
    let server = TestServer::over(limits(5, 160, 60_000)).await;
    let left = async |path: &str| {
        let reply = server.post(path).send().await;
        reply.header("ratelimit").map(|text| text.split(';').nth(1).unwrap().to_owned())
    };
    assert_eq!(RateLimits::default(), RateLimits { login: 5, auth: 160, other: 60_000 });
    assert_eq!(left("/oauth2/token").await.as_deref(), Some("r=159"));
    assert!(server.change(|cx| rates::set(cx, RateLimits { auth: 10, ..RateLimits::default() })).await);
    rates::adopt(&server.engine).unwrap();
    assert_eq!(left("/oauth2/token").await.as_deref(), Some("r=8"), "what was counted stays");
    server.change(|cx| rates::set(cx, RateLimits::NONE)).await;
    rates::adopt(&server.engine).unwrap();
    assert_eq!(left("/oauth2/token").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_does_not_forget_sign_ins() {
    let server = TestServer::over(limits(2, 0, 0)).await;
    for expected in [400, 400, 429] {
        assert_eq!(login(&server).await.status, expected);
    }
    let counted = server
        .change(|cx| {
            Ok(cx.tx.attempts("rate/login/127.0.0.1", cx.now - rates::WINDOW)?.expect("counted in the store"))
        })
        .await;
    assert_eq!(counted.count, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_keeps_nobody_out() {
    let server = TestServer::over(limits(2, 2, 0)).await;
    let token = async || server.post("/oauth2/token").send().await.status;
    for expected in [400, 400, 429] {
        assert_eq!((login(&server).await.status, token().await), (expected, expected));
    }
    server.clock.advance(-10);
    assert_eq!((login(&server).await.status, token().await), (429, 429), "the same minute, give or take one");
    server.clock.advance(-3_600);
    for expected in [400, 400, 429] {
        let reply = login(&server).await;
        assert_eq!((reply.status, token().await), (expected, expected), "an hour earlier: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_anybody_can_have_written_to_the_log_is_asked_with_a_limit() {
    let server = TestServer::over(limits(0, 3, 0)).await;
    for (path, expected) in [
        ("/connected-accounts/connect?ticket=nobodys", 400),
        ("/login/callback?state=nobodys&code=x", 400),
        ("/v2/logout", 200),
        ("/connected-accounts/connect?ticket=nobodys", 429),
        ("/login/callback?state=nobodys&code=x", 429),
        ("/v2/logout", 429),
    ] {
        assert_eq!(server.get(path).send().await.status, expected, "{path}");
    }
}
