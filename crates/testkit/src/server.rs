//! The real server in this process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anteroom_engine::Engine;
use anteroom_engine::clock::{Clock, ManualClock};
use anteroom_engine::cx::{Cx, Origin};
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::stop::Outcome;
use anteroom_engine::timestamp::Timestamp;
use anteroom_fetch::Fetcher;
use anteroom_http::Listener;
use anteroom_http::listener::Limits;
use anteroom_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::builders::Clinic;
use crate::chance::SeededEntropy;
use crate::client::Request;
use crate::watch::{self, Watched};

/// When test servers begin: 2026-05-16T20:15:00Z.
pub const START: Timestamp = Timestamp::from_seconds(1_778_962_500);

const MASTER_KEY: [u8; 32] = [7; 32];
const DATABASE: &str = "anteroom.sqlite";

/// How a test server is made.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What is in the store.
    pub clinic: Clinic,
    /// How patient the listener is.
    pub limits: Limits,
    /// More base URLs, after the server's own; `{port}` is filled in.
    pub issuers: Vec<String>,
    /// Limits of the store.
    pub store: Options,
}

/// A server on a port of its own, over a store of its own, with a clock that moves when told.
pub struct TestServer {
    /// The engine.
    pub engine: Arc<Engine>,
    /// Its store.
    pub store: Arc<SqliteStore>,
    /// Its time.
    pub clock: Arc<ManualClock>,
    /// Its chance.
    pub entropy: Arc<SeededEntropy>,
    address: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    folder: TempDir,
    /// What it refuses is seen by whoever watches, until it goes.
    _watched: Option<Watched>,
}

/// A store with signing keys in it, made once in a process: an RSA key takes its time.
fn database_with_keys() -> &'static Path {
    static FOLDER: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join(DATABASE);
        let store = Arc::new(SqliteStore::open(&path, Options::default()).expect("a new store opens"));
        let engine = Engine::open(Parts {
            store,
            master_key: MasterKey::from_bytes(MASTER_KEY),
            clock: Arc::new(ManualClock::new(START)),
            entropy: Arc::new(OsEntropy),
            issuers: vec![Issuer::parse("http://127.0.0.1:1/").expect("a base URL")],
        });
        engine.expect("a new engine opens").close().expect("the store closes");
        (folder, path)
    });
    path
}

impl TestServer {
    /// A server over the default clinic.
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// A server over a clinic.
    pub async fn over(clinic: Clinic) -> Self {
        Self::with(Settings { clinic, ..Settings::default() }).await
    }

    /// A server.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn with(settings: Settings) -> Self {
        let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let address = listener.local_addr();
        let mut issuers = vec![format!("http://{address}/")];
        issuers.extend(
            settings.issuers.iter().map(|issuer| issuer.replace("{port}", &address.port().to_string())),
        );
        let clock = Arc::new(ManualClock::new(START));
        let entropy = Arc::new(SeededEntropy::new(1));
        let parts = (Arc::clone(&clock), Arc::clone(&entropy));
        let (clinic, options) = (settings.clinic, settings.store);
        let opened = tokio::task::spawn_blocking(move || open(&issuers, parts, &clinic, options));
        let (folder, store, engine) = opened.await.expect("the engine opens");
        let (shutdown, told) = oneshot::channel();
        let serving = tokio::spawn(listener.with_limits(settings.limits).serve(Arc::clone(&engine), async {
            let _ = told.await;
        }));
        let watched = watch::server(&engine);
        Self {
            engine,
            store,
            clock,
            entropy,
            address,
            shutdown: Some(shutdown),
            serving: Some(serving),
            folder,
            _watched: watched,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    pub fn base(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The folder of its store.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A request to it.
    pub fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address, method, target)
    }

    /// A GET request.
    pub fn get(&self, target: &str) -> Request {
        self.request("GET", target)
    }

    /// A POST request.
    pub fn post(&self, target: &str) -> Request {
        self.request("POST", target)
    }

    /// Changes the store, as a command from the window would.
    ///
    /// # Panics
    /// When the change is refused or fails.
    pub async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Cx<'_>) -> Outcome<T> + Send + 'static,
    ) -> T {
        let origin = Origin::inside(self.engine.issuer().clone());
        match self.engine.transact(origin, change).await {
            Ok(value) => value,
            Err(stop) => panic!("{stop:?}"),
        }
    }

    /// What the server's clock says.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Shuts the server down and waits until it has.
    ///
    /// # Panics
    /// When the accept loop panicked.
    pub async fn stop(&mut self) {
        drop(self.shutdown.take());
        if let Some(serving) = self.serving.take() {
            serving.await.expect("the accept loop ends");
        }
    }
}

/// The real fetcher, made once in a process: it reads the certificates of the machine.
fn fetcher() -> Arc<Fetcher> {
    static FETCHER: OnceLock<Arc<Fetcher>> = OnceLock::new();
    Arc::clone(FETCHER.get_or_init(|| Arc::new(Fetcher::new().expect("the machine's certificates are read"))))
}

fn open(
    issuers: &[String],
    (clock, entropy): (Arc<ManualClock>, Arc<SeededEntropy>),
    clinic: &Clinic,
    options: Options,
) -> (TempDir, Arc<SqliteStore>, Arc<Engine>) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join(DATABASE);
    std::fs::copy(database_with_keys(), &path).expect("the prepared store is copied");
    let store = Arc::new(SqliteStore::open(&path, options).expect("the copied store opens"));
    let engine = Arc::new(
        Engine::open(Parts {
            store: Arc::clone(&store) as _,
            master_key: MasterKey::from_bytes(MASTER_KEY),
            clock,
            entropy,
            issuers: issuers.iter().map(|issuer| Issuer::parse(issuer).expect("a base URL")).collect(),
        })
        .expect("the engine opens")
        .with_fetch(fetcher()),
    );
    clinic.apply(&engine);
    (folder, store, engine)
}
