//! The flows in `examples/` hold against the sample clinic.

use std::fs;
use std::path::{Path, PathBuf};

use anteroom_flows::flow::Flow;
use anteroom_flows::report;

use crate::harness::{Server, Vault};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// Runs an example, and holds its expectations against what came of it.
async fn holds(server: &Server, flow: &Flow, file: &Path) {
    let ran = server.run_with(flow.clone(), server.options()).await;
    let assertions = report::assertions(flow, &ran.recorder);
    for assertion in &assertions {
        assert_eq!(assertion.failure, None, "{}: {}\n{:#?}", file.display(), assertion.name, ran.view);
    }
    let junit = report::junit(flow, &assertions).unwrap();
    assert!(junit.contains("failures=\"0\"") && junit.contains("<testcase"), "{junit}");
}

/// What the examples of the Token Vault are for: a workspace of their own, and the sample provider beside the server.
#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_the_token_vault_holds_beside_the_sample_provider() {
    let vault = Vault::start().await;
    let file = examples().join("token-vault.flow.json");
    let text = vault.at_this_provider(&fs::read_to_string(&file).unwrap());
    let flow = Flow::read(&text).unwrap_or_else(|misfit| panic!("{misfit}"));
    holds(&vault.server, &flow, &file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_holds() {
    let server = Server::over(&examples().join("clinic.json")).await;
    let mut files: Vec<PathBuf> = fs::read_dir(examples())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".flow.json"))
        // above
        .filter(|path| !path.ends_with("token-vault.flow.json"))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let flow =
            Flow::read(&fs::read_to_string(&file).unwrap()).unwrap_or_else(|misfit| panic!("{misfit}"));
        holds(&server, &flow, &file).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expectation_that_does_not_hold_is_a_failure_with_what_was_found() {
    let server = Server::over(&examples().join("clinic.json")).await;
    let text = fs::read_to_string(examples().join("client-credentials.flow.json")).unwrap();
    let mut flow = Flow::read(&text).unwrap();
    flow.expect[0].status = Some(201);
    let ran = server.run_with(flow.clone(), server.options()).await;
    let assertions = report::assertions(&flow, &ran.recorder);
    assert_eq!(assertions[0].failure.as_deref(), Some("200"));
    let junit = report::junit(&flow, &assertions).unwrap();
    assert!(junit.contains("failures=\"1\"") && junit.contains("found 200"), "{junit}");
}
