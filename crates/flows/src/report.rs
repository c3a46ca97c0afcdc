//! What a flow expects, held against what came of it, and the `JUnit` report of it.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::Value;

use crate::exchange::{Recorder, StepState};
use crate::flow::{Expectation, Flow};
use crate::inspect;
use crate::view::{RunView, StepView, view};

/// One assertion, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// What was expected, such as `token: status 200`.
    pub name: String,
    /// What was found instead; `None` when it held.
    pub failure: Option<String>,
}

/// Holds the expectations of a flow against a run that has ended.
pub fn assertions(flow: &Flow, recorder: &Recorder) -> Vec<Assertion> {
    let run = view(recorder);
    if flow.expect.is_empty() {
        return run.steps.iter().map(every_step).collect();
    }
    flow.expect.iter().flat_map(|expected| of_step(expected, &run, recorder)).collect()
}

fn every_step(step: &StepView) -> Assertion {
    let trouble = step.trouble.as_ref().map(|trouble| format!("{} {}", trouble.happened, trouble.advice));
    let unmet = step.checks.iter().find(|check| !check.passed);
    let unmet =
        unmet.map(|check| format!("{}: expected {}, found {}", check.check, check.expected, check.found));
    let failure = (step.state != StepState::Done).then(|| {
        let answer = step.answer.as_ref().map(|answer| format!("{}\n{}", answer.start, answer.body));
        trouble.or(unmet).or(answer).unwrap_or_else(|| format!("it ended {:?}", step.state))
    });
    Assertion { name: format!("{}: is done", step.name), failure }
}

fn assert(name: String, expected: &str, found: Option<String>) -> Assertion {
    let failure = (found.as_deref() != Some(expected)).then(|| found.unwrap_or_else(|| "nothing".to_owned()));
    Assertion { name, failure }
}

fn of_step(expected: &Expectation, run: &RunView, recorder: &Recorder) -> Vec<Assertion> {
    let name = &expected.step;
    let Some(step) = run.steps.iter().rfind(|step| step.name == *name) else {
        let steps: Vec<&str> = run.steps.iter().map(|step| step.name.as_str()).collect();
        return vec![Assertion {
            name: format!("{name}: is reached"),
            failure: Some(format!("the steps were {}", steps.join(", "))),
        }];
    };
    let answer = recorder
        .record()
        .steps
        .iter()
        .find(|own| own.number == step.number)
        .and_then(|own| own.answer.clone());
    let mut all = Vec::new();
    if let Some(status) = expected.status {
        let found = step.status.map(|status| status.to_string());
        all.push(assert(format!("{name}: status {status}"), &status.to_string(), found));
    }
    if let Some(error) = &expected.error {
        all.push(assert(format!("{name}: error {error}"), error, step.error.clone()));
    }
    let json = answer.and_then(|answer| answer.json()).unwrap_or(Value::Null);
    for (pointer, value) in &expected.json {
        let found = json.pointer(pointer).filter(|found| !found.is_null());
        all.push(member(format!("{name}: {pointer} is {value}"), value, found, recorder));
    }
    let id_token = recorder.record().tokens.id_token.clone();
    for (claim, value) in &expected.id_token {
        let found = id_token.as_deref().and_then(|token| inspect::claim(token, claim)).map(Value::String);
        let wanted = if value.is_null() { Value::Null } else { Value::String(plain(value)) };
        all.push(member(format!("{name}: claim {claim} is {value}"), &wanted, found.as_ref(), recorder));
    }
    for (check, holds) in &expected.checks {
        let found = step.checks.iter().find(|own| own.check == *check).map(|own| own.passed.to_string());
        all.push(assert(format!("{name}: check {check} is {holds}"), &holds.to_string(), found));
    }
    if all.is_empty() {
        all.push(every_step(step));
    }
    all
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn member(name: String, expected: &Value, found: Option<&Value>, recorder: &Recorder) -> Assertion {
    let holds = match found {
        None => expected.is_null(),
        Some(found) => found == expected,
    };
    let found =
        found.map_or_else(|| "nothing".to_owned(), |found| recorder.secrets().scrub(&found.to_string()));
    Assertion { name, failure: (!holds).then_some(found) }
}

/// The `JUnit` report of a run.
///
/// # Errors
/// When the report cannot be written as XML.
pub fn junit(flow: &Flow, assertions: &[Assertion]) -> Result<String, String> {
    let mut suite = TestSuite::new(flow.name.as_str());
    for assertion in assertions {
        let status = match &assertion.failure {
            None => TestCaseStatus::success(),
            Some(found) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(format!("found {found}"));
                status
            }
        };
        suite.add_test_case(TestCase::new(assertion.name.as_str(), status));
    }
    let mut report = Report::new("anteroom-server flow run");
    report.add_test_suite(suite);
    report.to_string().map_err(|error| error.to_string())
}
