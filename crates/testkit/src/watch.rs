//! Watches what the test servers of this process refuse, and what the trace says of it.
//!
//! A test that calls [`begin`] sees every request that comes after it: [`Request`](crate::Request) marks them with
//! [`TRACEPARENT`], [`TestServer`](crate::TestServer) watches that run, and what was refused is kept when the server goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anteroom_engine::Engine;
use anteroom_engine::runs::RunId;
use anteroom_engine::trace::Check;

/// The mark of a request that is watched [W3C Trace Context §3.2].
pub const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000001-01";
const RUN: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

static WATCHING: AtomicBool = AtomicBool::new(false);
static REFUSALS: Mutex<Refusals> =
    Mutex::new(Refusals { explained: BTreeMap::new(), unexplained: BTreeSet::new() });

/// What was refused, by the refusal's name.
#[derive(Debug, Clone)]
pub struct Refusals {
    /// The check that failed, with both values.
    pub explained: BTreeMap<&'static str, Check>,
    /// Refused at least once without a failed check that has both values.
    pub unexplained: BTreeSet<&'static str>,
}

/// Watches from now on, in this process.
pub fn begin() {
    WATCHING.store(true, Ordering::Relaxed);
}

/// Whether somebody watches.
pub fn is_on() -> bool {
    WATCHING.load(Ordering::Relaxed)
}

/// What was refused so far.
pub fn refusals() -> Refusals {
    REFUSALS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Watches a server until it is dropped.
pub struct Watched(Arc<Engine>);

/// Watches an engine's server, if somebody watches.
///
/// # Panics
/// Never: the run has an id.
pub fn server(engine: &Arc<Engine>) -> Option<Watched> {
    is_on().then(|| {
        engine.runs().open(&run());
        Watched(Arc::clone(engine))
    })
}

fn run() -> RunId {
    RunId::parse(RUN).expect("32 hexadecimal digits")
}

impl Drop for Watched {
    fn drop(&mut self) {
        let run = run();
        let mut refusals = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
        for seen in self.0.runs().seen(&run) {
            let Some(name) = seen.refusal else { continue };
            match seen.checks.last() {
                Some(check) if !check.passed && check.expected.is_some() && check.found.is_some() => {
                    refusals.explained.insert(name, check.clone());
                }
                _ => {
                    refusals.unexplained.insert(name);
                }
            }
        }
        self.0.runs().close(&run);
    }
}
