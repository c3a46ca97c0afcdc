//! `anteroom-server flow run`: a saved flow against an issuer, for continuous integration.

use std::io::{Write as _, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use anteroom_engine::clock::{Clock as _, SystemClock};
use anteroom_flows::exchange::Recorder;
use anteroom_flows::flow;
use anteroom_flows::report;
use anteroom_flows::run::{self, Options};
use anteroom_server::problem::{OTHER, WRONG_USAGE};

use crate::cli::{Flow, FlowCommand, FlowRun};

/// Longest file that is read.
const LONGEST: u64 = 1024 * 1024;

/// Runs a flow, prints JUnit.
pub(crate) fn run(arguments: &Flow, variable: impl Fn(&str) -> Option<String>) -> ExitCode {
    let FlowCommand::Run(arguments) = &arguments.command;
    match prepare(arguments, variable) {
        Err(message) => {
            tracing::error!(exit_code = WRONG_USAGE, "{message}");
            WRONG_USAGE.into()
        }
        Ok((flow, options)) => match finish(&flow, options) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => OTHER.into(),
            Err(message) => {
                tracing::error!(exit_code = OTHER, "{message}");
                OTHER.into()
            }
        },
    }
}

/// Reads the file and finds the issuer.
fn prepare(
    arguments: &FlowRun,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(flow::Flow, Options), String> {
    let file = arguments.file.display();
    let length = std::fs::metadata(&arguments.file).map_err(|error| format!("{file}: {error}"))?.len();
    if length > LONGEST {
        return Err(format!("{file}: {length} bytes are more than {LONGEST}"));
    }
    let text = std::fs::read_to_string(&arguments.file).map_err(|error| format!("{file}: {error}"))?;
    let mut flow = flow::Flow::read(&text).map_err(|misfit| format!("{file}: {misfit}"))?;
    flow.resolve(variable).map_err(|misfit| format!("{file}: {misfit}"))?;
    let base_url = arguments.base_url.as_ref().or(flow.issuer.as_ref());
    let base_url = base_url.ok_or_else(|| format!("{file}: names no issuer; give one with --base-url"))?;
    let now = Arc::new(|| SystemClock.now().seconds());
    let options = Options::headless(base_url, now).map_err(|trouble| trouble.to_string())?;
    Ok((flow, options))
}

fn finish(flow: &flow::Flow, options: Options) -> Result<bool, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let recorder = Recorder::default();
    runtime.block_on(run::run(flow.clone(), options, recorder.clone()));
    let assertions = report::assertions(flow, &recorder);
    let text = report::junit(flow, &assertions)?;
    writeln!(stdout().lock(), "{text}").map_err(|error| error.to_string())?;
    Ok(!assertions.is_empty() && assertions.iter().all(|assertion| assertion.failure.is_none()))
}
