//! The bounded queue in front of the writer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anteroom_engine::store::{Done, Job, StoreError, StoreResult};

/// A closure and who waits for it.
pub(crate) struct Work {
    pub(crate) job: Job,
    pub(crate) done: Done,
}

/// What the writer finds.
pub(crate) enum Taken {
    /// Everything that was waiting, up to the size of a batch.
    Jobs(Vec<Work>),
    /// Nothing came for the time it was ready to wait.
    Idle,
    /// Nothing is left and nothing will come.
    Closed,
}

/// The queue.
pub(crate) struct Queue {
    most: usize,
    state: Mutex<State>,
    ready: Condvar,
}

struct State {
    waiting: VecDeque<Work>,
    closed: bool,
    /// Whether the writer sleeps, so that only the first job of a batch wakes it.
    asleep: bool,
}

impl Queue {
    /// An empty queue for at most `most` jobs.
    pub(crate) fn new(most: usize) -> Self {
        let state = State { waiting: VecDeque::with_capacity(most), closed: false, asleep: false };
        Self { most, state: Mutex::new(state), ready: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code of ours panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job, or refuses it at once.
    pub(crate) fn push(&self, work: Work) -> StoreResult<()> {
        let mut state = self.state();
        if state.closed {
            return Err(StoreError::Closed);
        }
        if state.waiting.len() >= self.most {
            return Err(StoreError::Busy);
        }
        state.waiting.push_back(work);
        if std::mem::take(&mut state.asleep) {
            drop(state);
            self.ready.notify_one();
        }
        Ok(())
    }

    /// Takes what is waiting, at most `most`; sleeps while there is nothing, at most `patience`.
    pub(crate) fn take(&self, most: usize, patience: Option<Duration>) -> Taken {
        let mut state = self.state();
        loop {
            if !state.waiting.is_empty() {
                let count = state.waiting.len().min(most);
                return Taken::Jobs(state.waiting.drain(..count).collect());
            }
            if state.closed {
                return Taken::Closed;
            }
            state.asleep = true;
            let Some(patience) = patience else {
                state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (woken, timeout) =
                self.ready.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() && state.waiting.is_empty() && !state.closed {
                state.asleep = false;
                return Taken::Idle;
            }
        }
    }

    /// Refuses new jobs; those that wait are still done.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.ready.notify_all();
    }
}
