//! The runs of the playground, in memory: the newest ones, each with its record and the way to end it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anteroom_engine::Engine;
use anteroom_engine::runs::RunId;
use anteroom_flows::exchange::Recorder;
use anteroom_flows::flow::Flow;
use anteroom_flows::returning::Returned;
use tokio::sync::{mpsc, watch};

use crate::commands;

/// Runs kept at most.
const MOST: usize = 32;

/// One run.
pub(crate) struct Run {
    /// Its trace id, by which the engine knows it.
    pub(crate) id: RunId,
    /// What was run; its secrets are in memory only.
    pub(crate) flow: Flow,
    /// What was asked for, without anything secret.
    pub(crate) request: commands::playground::Run,
    /// What came of it.
    pub(crate) recorder: Recorder,
    /// Whether this engine is the issuer.
    pub(crate) own: bool,
    /// When it began, in seconds since 1970.
    pub(crate) began: i64,
    /// `state` of its authorization request.
    pub(crate) state: Arc<OnceLock<String>>,
    /// Takes what a deep link brought back.
    pub(crate) returns: Option<mpsc::Sender<Returned>>,
    /// Ends it.
    pub(crate) cancel: watch::Sender<bool>,
}

/// The newest runs.
#[derive(Default)]
pub(crate) struct Playground(Mutex<VecDeque<Arc<Run>>>);

impl Playground {
    fn runs(&self) -> MutexGuard<'_, VecDeque<Arc<Run>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a run; the oldest is ended and forgotten when there are too many.
    pub(crate) fn put(&self, engine: &Engine, run: Arc<Run>) {
        let mut runs = self.runs();
        if runs.len() == MOST
            && let Some(oldest) = runs.pop_front()
        {
            // a run that has ended takes no notice
            let _ = oldest.cancel.send(true);
            engine.runs().close(&oldest.id);
        }
        runs.push_back(run);
    }

    /// The run of an id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Run>> {
        self.runs().iter().find(|run| run.id.as_str() == id).cloned()
    }

    /// The run that waits for a `state`.
    pub(crate) fn waiting(&self, state: &str) -> Option<Arc<Run>> {
        let runs = self.runs();
        let waits =
            |run: &&Arc<Run>| run.returns.is_some() && run.state.get().is_some_and(|own| own == state);
        runs.iter().find(waits).cloned()
    }
}
