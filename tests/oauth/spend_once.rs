//! One-time means once, also when a thousand ask at once.

use std::sync::Arc;

use anteroom_testkit::builders::{PAT, PORTAL};
use anteroom_testkit::server::TestServer;
use serde_json::json;
use tokio::sync::Barrier;

use crate::steps::{PRE_AUTHORIZED, code, is, preauthorize, refused, userinfo_status};

const PARALLEL: usize = 1_000;

/// How many rounds: one, or as many as `ANTEROOM_ROUNDS` says (the long run takes 20).
#[expect(clippy::disallowed_methods, reason = "the only setting of the long run")]
fn rounds() -> usize {
    std::env::var("ANTEROOM_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn pa_04_f_02_a_thousand_redemptions_at_once_and_one_success() {
    let server = TestServer::start().await;
    for round in 0..rounds() {
        let code = code(&server).await;
        let fields =
            [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
        let start = Arc::new(Barrier::new(PARALLEL));
        let tasks: Vec<_> = (0..PARALLEL)
            .map(|_| {
                let (start, request) = (Arc::clone(&start), server.post("/oauth2/token").form(&fields));
                tokio::spawn(async move {
                    start.wait().await;
                    request.send().await
                })
            })
            .collect();
        let mut tokens = Vec::new();
        for task in tasks {
            let reply = task.await.unwrap();
            if reply.status == 200 {
                tokens.push(reply.str("access_token"));
            } else {
                assert_eq!(refused(&reply), is(400, "invalid_grant"), "{reply:?}");
            }
        }
        assert_eq!(tokens.len(), 1, "round {round}");
        assert_eq!(userinfo_status(&server, &tokens[0]).await, 200, "the one token works");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn page_and_token_endpoint_race_for_one_code() {
    let server = TestServer::start().await;
    for _ in 0..10 {
        let issued = preauthorize(&server, PORTAL, PAT, json!({ "magicLink": true })).await;
        let (code, link) = (issued.str("preAuthorizedCode"), issued.str("magicLink"));
        let page = format!("/in/{}", link.rsplit('/').next().unwrap());
        let fields =
            [("grant_type", PRE_AUTHORIZED), ("client_id", PORTAL), ("pre-authorized_code", code.as_str())];
        let typed = [("code", issued.str("typedCode")), ("press", "1".to_owned())];
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let requests = [
            server.post("/oauth2/token").form(&fields),
            server.post(&page).form(&[]),
            server.post("/oauth2/token").form(&fields),
            server.post(&page.to_uppercase()).form(&[]),
            server.post("/in").form(&typed),
        ];
        let tasks: Vec<_> = requests.into_iter().map(|request| tokio::spawn(request.send())).collect();
        let mut successes = 0;
        for task in tasks {
            let reply = task.await.unwrap();
            assert!(matches!(reply.status, 200 | 400 | 410), "{reply:?}");
            successes += usize::from(reply.status == 200);
        }
        assert_eq!(successes, 1);
        server.clock.advance(60);
    }
}
