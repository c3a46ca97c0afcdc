//! Every switch of the switchboard yields the answer its row names, and the engine's trace names the check that failed.

use anteroom_flows::exchange::{RunState, StepState};
use anteroom_flows::switch::Switch;
use anteroom_oauth::GrantType;
use serde_json::json;

use crate::harness::{Server, code_flow, is_of_vault, machine_flow};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_switch_everything_is_done() {
    let server = Server::start().await;
    for flow in [
        code_flow(json!({ "then": ["userinfo", "introspect", "refresh", "revoke"] })),
        machine_flow(json!({})),
    ] {
        let ran = server.run(flow).await;
        assert_eq!(ran.view.state, RunState::Done, "{:#?}", ran.view);
        assert!(ran.view.steps.iter().all(|step| step.state == StepState::Done), "{:#?}", ran.view);
        assert!(ran.watched("token").checks.iter().all(|check| check.passed));
        let whole =
            ran.watched("token").checks.iter().all(|check| check.expected.is_some() && check.found.is_some());
        assert!(whole, "a watched request keeps both values of every check: {:#?}", ran.watched("token"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_switch_yields_the_documented_answer() {
    let server = Server::start().await;
    for switch in Switch::ALL {
        let row = switch.row();
        // shown by the commands' tests, where the engine is at hand; and beside the vault, where a provider is
        if switch.needs_issuer() || is_of_vault(*switch) {
            continue;
        }
        let failures = json!({ "failures": [row.name] });
        let code = switch.fits(GrantType::AuthorizationCode, true);
        let ran = server.run(if code { code_flow(failures) } else { machine_flow(failures) }).await;
        assert_eq!(ran.view.state, RunState::Refused, "{}: {:#?}", row.name, ran.view);
        let last = ran.view.steps.last().unwrap();
        assert_eq!(
            (last.name.as_str(), last.state),
            (row.step, StepState::Refused),
            "{}: {last:#?}",
            row.name
        );
        if row.refusals.is_empty() {
            let failed = last.checks.iter().find(|check| !check.passed).map(|check| check.check.as_str());
            assert_eq!(failed, Some(row.answer), "{}: {last:#?}", row.name);
            continue;
        }
        // a redirect URI that is not registered is answered with a page
        if row.step != "sign_in" {
            assert_eq!(last.error.as_deref(), Some(row.answer), "{}: {last:#?}", row.name);
        }
        let seen = ran.seen.iter().rfind(|seen| seen.refusal.is_some());
        let seen =
            seen.unwrap_or_else(|| panic!("{}: the engine refused nothing: {:#?}", row.name, ran.seen));
        assert!(row.refusals.contains(&seen.refusal.unwrap()), "{}: {seen:#?}", row.name);
        let failed = seen.checks.last().unwrap();
        assert!(
            !failed.passed && failed.expected.is_some() && failed.found.is_some(),
            "{}: {failed:#?}",
            row.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_issuer_has_to_do_cannot_be_asked_of_another_program() {
    let server = Server::start().await;
    for switch in Switch::ALL.iter().filter(|switch| switch.needs_issuer()) {
        let ran = server.run(code_flow(json!({ "failures": [switch.row().name] }))).await;
        assert_eq!(ran.view.state, RunState::Failed, "{switch:?}");
        assert!(ran.seen.is_empty(), "{switch:?}: nothing was sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_of_one_run_changes_no_other_run() {
    let server = Server::start().await;
    let (broken, whole) = tokio::join!(
        server.run(code_flow(json!({ "failures": ["replay_code"] }))),
        server.run(code_flow(json!({}))),
    );
    assert_eq!(broken.view.state, RunState::Refused);
    assert_eq!(whole.view.state, RunState::Done, "{:#?}", whole.view);
    assert!(whole.seen.iter().all(|seen| seen.refusal.is_none()), "{:#?}", whole.seen);
}
