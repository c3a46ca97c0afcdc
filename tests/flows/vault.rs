//! The Token Vault as a flow, with the sample provider: the whole way, and each switch that breaks one condition of it.

use anteroom_flows::exchange::{Got, Lane, RunState, StepState};
use anteroom_flows::export::export;
use anteroom_flows::flow::Flow;
use anteroom_flows::run::{self, Via};
use anteroom_flows::switch::Switch;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::harness::{Ran, Vault, is_of_vault};
use crate::secrets::FORMATS;

/// The switches that are the vault's own.
fn switches() -> impl Iterator<Item = Switch> {
    Switch::ALL.iter().copied().filter(|switch| is_of_vault(*switch))
}

fn names(ran: &Ran) -> Vec<&str> {
    ran.view.steps.iter().map(|step| step.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_persons_token_to_the_providers_answer() {
    let vault = Vault::start().await;
    let ran = vault.server.run(vault.flow(json!({}), json!({}))).await;
    assert_eq!(ran.view.state, RunState::Done, "{:#?}", ran.view);
    assert_eq!(
        names(&ran),
        [
            "discovery",
            "authorization",
            "sign_in",
            "return",
            "token",
            "jwks",
            "id_token",
            "account_authorization",
            "account_sign_in",
            "account_return",
            "account_token",
            "connect",
            "connect_sign_in",
            "connect_return",
            "complete",
            "exchange",
            "provider",
        ]
    );
    assert_eq!(ran.step("provider").to, Lane::Provider);
    let checks = &ran.watched("exchange").checks;
    for condition in [
        "client.grant_types",
        "client.resource_server_identifier",
        "subject_token.aud",
        "subject_token.sub",
        "connection.exists",
        "connected_account.exists",
        "connected_account.refresh_token",
        "connection.enabled_clients",
    ] {
        let found = checks.iter().find(|check| check.check == condition);
        let found = found.unwrap_or_else(|| panic!("{condition} is not in {checks:#?}"));
        assert!(found.passed && found.expected.is_some() && found.found.is_some(), "{found:?}");
    }
    // what stands in for the browser says whose run it is: at the issuer, and nowhere else
    let number = ran.step("connect_sign_in").number;
    assert!(
        ran.seen.iter().any(|seen| seen.step == Some(number) && !seen.checks.is_empty()),
        "{:#?}",
        ran.seen
    );
    assert_eq!(vault.provider.calls("userinfo"), 1);
    let claims = ran.recorder.record().tokens.access_token.clone().expect("the API's token");
    let audience = anteroom_flows::inspect::claim(&claims, "aud").expect("an audience");
    assert!(audience.contains("https://my-api.example.com"), "the run's token is the API's: {audience}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_connected_is_used_again() {
    let vault = Vault::start().await;
    let first = vault.server.run(vault.flow(json!({}), json!({ "connect": false }))).await;
    assert_eq!(first.view.state, RunState::Refused);
    let failed = first.watched("exchange").checks.last().unwrap();
    assert_eq!((&*failed.check, failed.passed), ("connected_account.exists", false));
    vault.server.run(vault.flow(json!({}), json!({}))).await;
    let again = vault.server.run(vault.flow(json!({}), json!({ "connect": false }))).await;
    assert_eq!(again.view.state, RunState::Done, "{:#?}", again.view);
    assert!(!names(&again).contains(&"connect"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_switch_of_the_vault_yields_the_documented_answer_and_the_trace_names_the_condition() {
    assert_eq!(switches().count(), 21);
    for switch in switches() {
        // each finds what the one before left in the vault otherwise
        let vault = Vault::start().await;
        let row = switch.row();
        let ran = vault.server.run(vault.flow(json!({ "failures": [row.name] }), json!({}))).await;
        assert_eq!(ran.view.state, RunState::Refused, "{}: {:#?}", row.name, ran.view);
        let last = ran.view.steps.last().unwrap();
        assert_eq!(
            (last.name.as_str(), last.state),
            (row.step, StepState::Refused),
            "{}: {last:#?}",
            row.name
        );
        let by_client = last.checks.iter().find(|check| !check.passed).map(|check| check.check.as_str());
        let answer = by_client.or(last.error.as_deref());
        assert_eq!(answer, Some(row.answer), "{}: {last:#?}", row.name);
        let refused: Vec<_> = ran.seen.iter().filter_map(|seen| Some((seen.refusal?, seen))).collect();
        let Some((refusal, seen)) = refused.last() else {
            assert!(row.refusals.is_empty(), "{}: the engine refused nothing: {:#?}", row.name, ran.seen);
            continue;
        };
        assert!(row.refusals.contains(refusal), "{}: {refused:#?}", row.name);
        let failed = seen.checks.last().unwrap();
        assert!(
            !failed.passed && failed.expected.is_some() && failed.found.is_some(),
            "{}: {failed:#?}",
            row.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_does_wrong_in_one_run_is_no_other_runs() {
    let vault = Vault::start().await;
    let broken =
        vault.server.run(vault.flow(json!({ "failures": ["provider_refuses_refresh"] }), json!({}))).await;
    assert_eq!(broken.step("exchange").state, StepState::Refused);
    let whole = vault.server.run(vault.flow(json!({}), json!({}))).await;
    assert_eq!(whole.view.state, RunState::Done, "{:#?}", whole.view);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_it_is_shown_or_taken_along() {
    let vault = Vault::start().await;
    let flow = vault.flow(json!({}), json!({}));
    let ran = vault.server.run(flow.clone()).await;
    let mut secrets =
        vec!["example-only-custom-api-client-secret".to_owned(), "ada-example-password".to_owned()];
    let record = ran.recorder.record().clone();
    for step in &record.steps {
        let answer = step.answer.as_ref().and_then(Got::json).unwrap_or_default();
        for pointer in ["/access_token", "/auth_session", "/connect_params/ticket"] {
            secrets.extend(answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned));
        }
        let sent = step.request.as_ref().and_then(|sent| serde_json::from_slice::<Value>(&sent.body).ok());
        for name in ["connect_code", "code_verifier"] {
            secrets.extend(sent.as_ref().and_then(|sent| sent[name].as_str()).map(str::to_owned));
        }
    }
    assert!(secrets.len() >= 9, "{} secrets", secrets.len());
    let mut texts: Vec<String> =
        FORMATS.into_iter().map(|format| export(&ran.recorder, format, None)).collect();
    texts.push(serde_json::to_string(&ran.view).unwrap());
    let read: Flow = serde_json::from_value(flow).unwrap();
    texts.push(serde_json::to_string(&read.without_secrets()).unwrap());
    for text in texts {
        assert!(text.len() > 100, "{text}");
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "a secret of {} characters is in {text}", secret.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deep_link_cannot_bring_three_answers_back() {
    let vault = Vault::start().await;
    let flow: Flow = serde_json::from_value(vault.flow(json!({}), json!({}))).unwrap();
    let options = run::Options { via: Via::DeepLink(mpsc::channel(1).1), ..vault.server.options() };
    let ran = vault.server.run_with(flow, options).await;
    assert_eq!(ran.view.state, RunState::Failed);
    let trouble = ran.view.steps.last().unwrap().trouble.as_ref().unwrap();
    assert!(trouble.happened.contains("three times"), "{trouble:?}");
}
