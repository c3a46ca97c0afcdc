//! The answer of the browser comes back: by loopback on a free port, or handed in as a deep link.

use std::sync::{Arc, Mutex};

use anteroom_flows::exchange::{Recorder, RunState};
use anteroom_flows::flow::Flow;
use anteroom_flows::returning::Returned;
use anteroom_flows::run::{self, Via};
use anteroom_flows::view::view;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::harness::{SPA, Server, code_flow};

/// What the browser is told to open.
fn opened() -> (run::Told, oneshot::Receiver<String>) {
    let (sender, receiver) = oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let told = Arc::new(move |address: &str| {
        if let Some(sender) = sender.lock().unwrap().take() {
            let _ = sender.send(address.to_owned());
        }
    });
    (told, receiver)
}

fn spa(redirect_uri: Option<&str>) -> Flow {
    let mut flow = code_flow(json!({ "client": { "clientId": SPA, "tokenEndpointAuthMethod": "none" } }));
    flow["grant"] = json!({ "grantType": "authorization_code", "redirectUri": redirect_uri });
    serde_json::from_value(flow).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8252_7_3_the_answer_comes_back_to_a_free_port_of_this_machine() {
    let server = Server::start().await;
    let (open, address) = opened();
    let options = run::Options { via: Via::Loopback, open, ..server.options() };
    let browser = tokio::spawn(async move {
        let address = reqwest::Url::parse(&address.await.unwrap()).unwrap();
        let get = |name: &str| {
            address.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned()).unwrap()
        };
        let (back, state) = (get("redirect_uri"), get("state"));
        assert!(reqwest::Url::parse(&back).unwrap().port().is_some_and(|port| port != 0), "{back}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let stray = http.get(format!("{back}x?code=1")).send().await.unwrap();
        assert_eq!(stray.status(), 404, "another path is not the answer");
        let page = http.get(format!("{back}?error=access_denied&state={state}")).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("close this window"));
    });
    let ran = server.run_with(spa(None), options).await;
    browser.await.unwrap();
    let back = ran.step("return");
    assert_eq!(back.error.as_deref(), Some("access_denied"), "{back:#?}");
    assert!(back.checks.iter().any(|check| check.check == "state" && check.passed), "{back:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deep_link_with_another_state_is_not_believed() {
    let server = Server::start().await;
    let (open, address) = opened();
    let (returns, via) = mpsc::channel(4);
    let options = run::Options { via: Via::DeepLink(via), open, ..server.options() };
    let browser = tokio::spawn(async move {
        let address = address.await.unwrap();
        assert!(address.contains("redirect_uri=anteroom%3A%2F%2Foauth%2Fcallback"), "{address}");
        returns.send(Returned::from_query("code=forged-forged-forged&state=forged")).await.unwrap();
    });
    let ran = server.run_with(spa(Some("anteroom://oauth/callback")), options).await;
    browser.await.unwrap();
    assert_eq!(ran.view.state, RunState::Refused);
    let failed = ran.step("return").checks.iter().find(|check| !check.passed).unwrap();
    assert_eq!((failed.check.as_str(), failed.found.as_str()), ("state", "forged"));
    assert!(ran.view.steps.iter().all(|step| step.name != "token"), "no code of a stranger is redeemed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_can_be_ended() {
    let server = Server::start().await;
    let (open, address) = opened();
    let (cancel, cancelled) = tokio::sync::watch::channel(false);
    let options = run::Options { via: Via::Loopback, open, cancelled, ..server.options() };
    let recorder = Recorder::default();
    let running = tokio::spawn(run::run(spa(None), options, recorder.clone()));
    address.await.unwrap();
    assert_eq!(view(&recorder).state, RunState::Waiting);
    cancel.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(view(&recorder).state, RunState::Cancelled);
}
