//! The refresh grant by itself, and what follows a grant.

use anteroom_flows::exchange::RunState;
use serde_json::json;

use crate::harness::{Server, WEB, WEB_SECRET, code_flow};

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_of_elsewhere_is_presented() {
    let server = Server::start().await;
    let first = server.run(code_flow(json!({}))).await;
    let token = first.recorder.record().tokens.refresh_token.clone().expect("offline_access gives one");
    let ran = server
        .run(json!({
            "name": "refresh", "client": { "clientId": WEB, "clientSecret": WEB_SECRET },
            "grant": { "grantType": "refresh_token", "refreshToken": token.as_str() },
            "then": ["userinfo", "introspect", "logout"],
        }))
        .await;
    assert_eq!(ran.view.state, RunState::Done, "{:#?}", ran.view);
    let names: Vec<&str> = ran.view.steps.iter().map(|step| step.name.as_str()).collect();
    assert!(
        names.starts_with(&["discovery", "refresh"]) && names.ends_with(&["introspection", "logout"]),
        "{names:?}"
    );
    let shown = serde_json::to_string(&ran.view).unwrap();
    assert!(!shown.contains(token.as_str()), "the token is shown nowhere");
}
