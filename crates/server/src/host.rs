//! The host: store, keys, engine, and a listener that can be stopped and started while the engine goes on.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anteroom_engine::Engine;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::service::purge;
use anteroom_engine::store::StoreResult;
use anteroom_http::{Edge, Listener};
use anteroom_sentence::Sentence;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::lan::{self, Lan};
use crate::local_ca::{CaError, LocalCa, Renewal};
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
    /// The address of the TLS listener, which shows a certificate of the local CA; port 0 picks a free one.
    pub tls_listen: Option<SocketAddr>,
    /// Public bases, the default one first; none means `http://<listen>/`.
    pub base_urls: Vec<Issuer>,
    /// Applied before anything is served.
    pub workspaces: Vec<WorkspaceFile>,
    /// Whether a `listen` that cannot be listened on is an error, before anything is opened or made. Otherwise the engine
    /// opens all the same, and [`Host::listener_state`] says what is wrong. For `tls_listen` it is an error always.
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
    /// Held while somebody starts the listener.
    starting: tokio::sync::Mutex<()>,
    tls: Option<Tls>,
    lan: Mutex<Option<lan::Serving>>,
    purge: JoinHandle<()>,
}

/// The TLS listener.
struct Tls {
    base: Issuer,
    serving: Mutex<Serving>,
    renewing: JoinHandle<()>,
}

enum Serving {
    Running { address: SocketAddr, stop: watch::Sender<bool>, task: JoinHandle<()> },
    Stopped,
    Problem(ListenError),
}

impl Serving {
    /// Whether it answers: a task that ended by itself no longer does.
    fn answers(&self) -> bool {
        matches!(self, Self::Running { task, .. } if !task.is_finished())
    }
}

/// The listener gives requests in flight 5 s; after this it is cut off.
const DRAIN: Duration = Duration::from_millis(5_500);
/// Between two looks at how long the certificate still lives.
const RENEW_EVERY: Duration = Duration::from_mins(10);
/// Between two looks for what can be deleted.
const PURGE_EVERY: Duration = Duration::from_mins(1);

impl Host {
    /// Listens, opens the store, the keys and the engine, applies the workspace files and begins to serve. Blocks while it
    /// does: never call it inside an async task. `runtime` runs what goes on afterwards.
    ///
    /// # Errors
    /// See [`HostError`]. What was opened is closed again.
    pub fn open(options: HostOptions, runtime: Handle) -> Result<Self, HostError> {
        let HostOptions { place, keys, listen, tls_listen, base_urls, workspaces, needs_listener } = options;
        let bound = runtime.block_on(bind(listen));
        let bound = if needs_listener { Ok(bound?) } else { bound };
        let tls_bound = tls_listen.map(|listen| runtime.block_on(bind(listen))).transpose()?;
        let address = bound.as_ref().map_or(listen, Listener::local_addr);
        let mut issuers = if base_urls.is_empty() { vec![default_base(address)] } else { base_urls };
        let tls_base = tls_bound.as_ref().map(|bound| tls_base(bound.local_addr()));
        issuers.extend(tls_base.iter().filter(|base| !issuers.contains(base)).cloned().collect::<Vec<_>>());
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
        let tls = match tls_bound.zip(tls_base) {
            Some((bound, base)) => Some(serve_tls(&engine, &runtime, bound, base)?),
            None => None,
        };
        let purge = runtime.spawn(purge_now_and_then(Arc::clone(&engine)));
        Ok(Self {
            engine,
            runtime,
            address,
            serving: Mutex::new(serving),
            starting: tokio::sync::Mutex::default(),
            tls,
            lan: Mutex::new(None),
            purge,
        })
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The address it listens on, or would; with the port that was picked.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the engine can be reached, and where.
    pub fn listener_state(&self) -> ListenerState {
        match &*self.serving() {
            serving @ Serving::Running { address, .. } if serving.answers() => {
                ListenerState::Listening(*address)
            }
            Serving::Running { .. } | Serving::Stopped => ListenerState::Stopped,
            Serving::Problem(problem) => ListenerState::Problem(problem.clone()),
        }
    }

    /// The base of the TLS listener while it serves.
    pub fn tls_base(&self) -> Option<&Issuer> {
        let tls = self.tls.as_ref()?;
        lock(&tls.serving).answers().then_some(&tls.base)
    }

    /// The local network, while it is served.
    pub fn lan(&self) -> Option<Lan> {
        let now = self.engine.now();
        let lan = self.lan.lock().unwrap_or_else(PoisonError::into_inner);
        lan.as_ref().filter(|serving| serving.is_on(now)).map(|serving| serving.lan.clone())
    }

    /// Serves the pages of magic links and the OAuth endpoints to the local network on `address`, for `seconds`. A network
    /// that is served already is served anew.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub async fn start_lan(&self, address: IpAddr, seconds: u32) -> Result<Lan, Sentence> {
        self.stop_lan();
        let serving = lan::serve(&self.engine, &self.runtime, address, seconds).await?;
        let lan = serving.lan.clone();
        *self.lan.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
        Ok(lan)
    }

    /// The local CA, made when there is none.
    ///
    /// # Errors
    /// See [`CaError`].
    pub async fn local_ca(&self) -> Result<LocalCa, CaError> {
        LocalCa::open_or_create(&self.engine).await
    }

    /// Serves the local network no longer.
    pub fn stop_lan(&self) {
        self.lan.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Begins to listen again; does nothing while it listens.
    ///
    /// # Errors
    /// When the address cannot be listened on; [`Host::listener_state`] says so, too.
    pub async fn start_listener(&self) -> Result<(), ListenError> {
        // Of two who ask at once, the second would find the port taken by the first.
        let _starting = self.starting.lock().await;
        if self.serving().answers() {
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
        let tls = self.tls.as_ref().map(|tls| std::mem::replace(&mut *lock(&tls.serving), Serving::Stopped));
        tokio::join!(finish(serving), finish(tls.unwrap_or(Serving::Stopped)));
    }

    /// Stops listening, finishes what is in flight, and closes the store: everything is in its main file then.
    ///
    /// # Errors
    /// When the store could not be written.
    pub async fn close(&self) -> StoreResult<()> {
        self.stop_listener().await;
        self.stop_lan();
        self.purge.abort();
        if let Some(tls) = &self.tls {
            tls.renewing.abort();
        }
        let engine = Arc::clone(&self.engine);
        match self.runtime.spawn_blocking(move || engine.close()).await {
            Ok(closed) => closed,
            Err(_) => Err(anteroom_engine::store::StoreError::Closed),
        }
    }

    fn serving(&self) -> MutexGuard<'_, Serving> {
        lock(&self.serving)
    }
}

fn lock(serving: &Mutex<Serving>) -> MutexGuard<'_, Serving> {
    serving.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells a listener to finish, and waits until it has.
async fn finish(serving: Serving) {
    if let Serving::Running { stop, mut task, .. } = serving {
        // Fails only when the task has ended by itself.
        let _ = stop.send(true);
        if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
            tracing::warn!("the listener did not end in time; it was cut off");
            task.abort();
        }
    }
}

async fn bind(address: SocketAddr) -> Result<Listener, ListenError> {
    Listener::bind(address).await.map_err(|error| ListenError::new(address, &error))
}

fn serve(engine: &Arc<Engine>, runtime: &Handle, listener: Listener) -> Serving {
    serve_routes(anteroom_http::router(Arc::clone(engine)), runtime, listener)
}

fn serve_routes(routes: Edge, runtime: &Handle, listener: Listener) -> Serving {
    let address = listener.local_addr();
    let (stop, mut stopped) = watch::channel(false);
    let task = runtime.spawn(async move {
        // A host that is gone stops its listener, too.
        let shutdown = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
        listener.serve_with(routes, shutdown).await;
    });
    Serving::Running { address, stop, task }
}

/// Serves https with a certificate of the local CA, which is made on the first start, and renews it.
fn serve_tls(
    engine: &Arc<Engine>,
    runtime: &Handle,
    listener: Listener,
    base: Issuer,
) -> Result<Tls, HostError> {
    let ca = runtime.block_on(LocalCa::open_or_create(engine))?;
    let names = names_of(listener.local_addr().ip());
    let mut renewal = Renewal::begin(engine, ca, names)?;
    let listener =
        listener.with_tls(renewal.certificate()).map_err(|error| HostError::Tls(error.to_string()))?;
    let serving = serve(engine, runtime, listener);
    let engine = Arc::clone(engine);
    let renewing = runtime.spawn(async move {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            renewal.renew_if_due(&engine);
        }
    });
    Ok(Tls { base, serving: Mutex::new(serving), renewing })
}

/// The names a certificate for this address vouches for.
pub(crate) fn names_of(address: IpAddr) -> Vec<String> {
    if address.is_loopback() || address.is_unspecified() {
        ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec()
    } else {
        vec![address.to_string()]
    }
}

/// The base of the TLS listener: `https://localhost:<port>/` on this machine, else its address.
pub(crate) fn tls_base(address: SocketAddr) -> Issuer {
    let host = match address.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let port = if address.port() == 443 { String::new() } else { format!(":{}", address.port()) };
    Issuer::parse(&format!("https://{host}{port}/")).expect("an address makes a base URL in normal form")
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

    #[test]
    fn the_tls_base_is_localhost_or_the_address() {
        for (address, base) in [
            ("127.0.0.1:8443", "https://localhost:8443/"),
            ("[::1]:8443", "https://localhost:8443/"),
            ("0.0.0.0:443", "https://localhost/"),
            ("192.168.1.7:8443", "https://192.168.1.7:8443/"),
            ("[fd00::7]:443", "https://[fd00::7]/"),
        ] {
            assert_eq!(tls_base(address.parse().unwrap()).as_str(), base, "{address}");
        }
    }
}
