//! Logs on standard error: JSON lines from a server, plain lines from the other commands.

use std::io::stderr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON object per line.
    Json,
    /// For people.
    Plain,
}

/// Begins to log. `filter` is `ANTEROOM_LOG`: a level, or directives such as `anteroom_http=debug`.
///
/// # Errors
/// When `filter` is neither.
pub(crate) fn start(form: Form, filter: Option<&str>) -> Result<(), String> {
    let lines = match form {
        Form::Json => fmt::layer().json().flatten_event(true).with_writer(stderr).boxed(),
        Form::Plain => fmt::layer().compact().without_time().with_target(false).with_writer(stderr).boxed(),
    };
    let lines = match filter {
        // The usual case goes without the parser of directives.
        None => lines.with_filter(LevelFilter::INFO).boxed(),
        Some(filter) => {
            let wrong = |error| format!("ANTEROOM_LOG is {filter:?}: {error}");
            lines.with_filter(EnvFilter::builder().parse(filter).map_err(wrong)?).boxed()
        }
    };
    tracing_subscriber::registry().with(lines).init();
    std::panic::set_hook(Box::new(|panic| {
        // The message may hold anything; the place is enough to find it.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    Ok(())
}
