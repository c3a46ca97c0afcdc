//! The host: store, keys, engine, and a listener that can be stopped and started while the engine goes on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anteroom_engine::Engine;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::service::purge;
use anteroom_engine::store::StoreResult;
use anteroom_http::Listener;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::place::{KeyOptions, Place, open_engine};
use crate::problem::{HostError, ListenError};
use crate::workspace_file::WorkspaceFile;

/// How a host is opened.
#[derive(Debug)]
pub struct HostOptions {
    /// Where the store is.
    pub place: Place,
    /// Where the master key comes from.
    pub keys: KeyOptions,
    /// The address; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Public bases, the default one first; none means `http://<listen>/`.
    pub base_urls: Vec<Issuer>,
    /// Applied before anything is served.
    pub workspaces: Vec<WorkspaceFile>,
    /// Whether an address that cannot be listened on is an error, before anything is opened or made. Otherwise the engine
    /// opens all the same, and [`Host::listener_state`] says what is wrong.
    pub needs_listener: bool,
}

/// Whether the engine can be reached over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenerState {
    /// At this address.
    Listening(SocketAddr),
    /// It was stopped.
    Stopped,
    /// It could not be started.
    Problem(ListenError),
}

/// An open engine, and its listener.
pub struct Host {
    engine: Arc<Engine>,
    runtime: Handle,
    /// The address with the port that was picked, so that the base stays true when the listener is started again.
    address: SocketAddr,
    serving: Mutex<Serving>,
    purge: JoinHandle<()>,
}

enum Serving {
    Running { address: SocketAddr, stop: watch::Sender<bool>, task: JoinHandle<()> },
    Stopped,
    Problem(ListenError),
}

/// The listener gives requests in flight 5 s; after this it is cut off.
const DRAIN: Duration = Duration::from_millis(5_500);
/// Between two looks for what can be deleted.
const PURGE_EVERY: Duration = Duration::from_mins(1);

impl Host {
    /// Listens, opens the store, the keys and the engine, applies the workspace files and begins to serve. Blocks while it
    /// does: never call it inside an async task. `runtime` runs what goes on afterwards.
    ///
    /// # Errors
    /// See [`HostError`]. What was opened is closed again.
    pub fn open(options: HostOptions, runtime: Handle) -> Result<Self, HostError> {
        let HostOptions { place, keys, listen, base_urls, workspaces, needs_listener } = options;
        let bound = runtime.block_on(bind(listen));
        let bound = if needs_listener { Ok(bound?) } else { bound };
        let address = bound.as_ref().map_or(listen, Listener::local_addr);
        let issuers = if base_urls.is_empty() { vec![default_base(address)] } else { base_urls };
        warm_up();
        let engine = open_engine(&place, &keys, issuers)?;
        for file in workspaces {
            let report = file.apply(&engine, false)?;
            let (added, changed, left) = (report.added.len(), report.changed.len(), report.left.len());
            tracing::info!(added, changed, left, "applied a workspace file");
        }
        let serving = match bound {
            Ok(listener) => serve(&engine, &runtime, listener),
            Err(problem) => Serving::Problem(problem),
        };
        let purge = runtime.spawn(purge_now_and_then(Arc::clone(&engine)));
        Ok(Self { engine, runtime, address, serving: Mutex::new(serving), purge })
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Whether the engine can be reached, and where.
    pub fn listener_state(&self) -> ListenerState {
        match &*self.serving() {
            // A task that ended by itself no longer answers.
            Serving::Running { task, .. } if task.is_finished() => ListenerState::Stopped,
            Serving::Running { address, .. } => ListenerState::Listening(*address),
            Serving::Stopped => ListenerState::Stopped,
            Serving::Problem(problem) => ListenerState::Problem(problem.clone()),
        }
    }

    /// Begins to listen again; does nothing while it listens.
    ///
    /// # Errors
    /// When the address cannot be listened on; [`Host::listener_state`] says so, too.
    pub async fn start_listener(&self) -> Result<(), ListenError> {
        if matches!(self.listener_state(), ListenerState::Listening(_)) {
            return Ok(());
        }
        let bound = bind(self.address).await;
        let mut serving = self.serving();
        match bound {
            Ok(listener) => {
                *serving = serve(&self.engine, &self.runtime, listener);
                Ok(())
            }
            Err(problem) => {
                *serving = Serving::Problem(problem.clone());
                Err(problem)
            }
        }
    }

    /// Stops listening and finishes what is in flight, within 5 s. The engine goes on.
    pub async fn stop_listener(&self) {
        let serving = std::mem::replace(&mut *self.serving(), Serving::Stopped);
        if let Serving::Running { stop, mut task, .. } = serving {
            // Fails only when the task has ended by itself.
            let _ = stop.send(true);
            if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
                tracing::warn!("the listener did not end in time; it was cut off");
                task.abort();
            }
        }
    }

    /// Stops listening, finishes what is in flight, and closes the store: everything is in its main file then.
    ///
    /// # Errors
    /// When the store could not be written.
    pub async fn close(&self) -> StoreResult<()> {
        self.stop_listener().await;
        self.purge.abort();
        let engine = Arc::clone(&self.engine);
        match self.runtime.spawn_blocking(move || engine.close()).await {
            Ok(closed) => closed,
            Err(_) => Err(anteroom_engine::store::StoreError::Closed),
        }
    }

    fn serving(&self) -> MutexGuard<'_, Serving> {
        self.serving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn bind(address: SocketAddr) -> Result<Listener, ListenError> {
    Listener::bind(address).await.map_err(|error| ListenError::new(address, &error))
}

fn serve(engine: &Arc<Engine>, runtime: &Handle, listener: Listener) -> Serving {
    let address = listener.local_addr();
    let (stop, mut stopped) = watch::channel(false);
    let engine = Arc::clone(engine);
    let task = runtime.spawn(async move {
        // A host that is gone stops its listener, too.
        let shutdown = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
        listener.serve(engine, shutdown).await;
    });
    Serving::Running { address, stop, task }
}

/// The base of an address that somebody listens on.
fn default_base(address: SocketAddr) -> Issuer {
    let mut base = format!("http://{address}/");
    // The default port is never written.
    if address.port() == 80 {
        base = base.replace(":80/", "/");
    }
    Issuer::parse(&base).expect("an address makes a base URL in normal form")
}

async fn purge_now_and_then(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(PURGE_EVERY).await;
        loop {
            match purge::step(&engine).await {
                Ok(deleted) if purge::more(deleted) => {}
                Ok(_) => break,
                Err(stop) => {
                    tracing::warn!(?stop, "the purge failed; it is tried again");
                    break;
                }
            }
        }
    }
}

/// The first random number of the signing library takes some 40 ms of a processor. It is drawn beside the start, not in it.
fn warm_up() {
    let draw = || {
        let _ = aws_lc_rs::rand::fill(&mut [0; 1]);
    };
    if std::thread::Builder::new().name("warm-up".to_owned()).spawn(draw).is_err() {
        tracing::debug!("no thread to warm up on: the first signature pays");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_base_is_the_address_in_normal_form() {
        for (address, base) in [
            ("127.0.0.1:8103", "http://127.0.0.1:8103/"),
            ("127.0.0.1:80", "http://127.0.0.1/"),
            ("[::1]:8103", "http://[::1]:8103/"),
            ("[::1]:80", "http://[::1]/"),
        ] {
            assert_eq!(default_base(address.parse().unwrap()).as_str(), base, "{address}");
        }
    }
}
