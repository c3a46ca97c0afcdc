//! The bridge: the built screens in a browser, on the real engine.
//!
//! One port serves the engine as the desktop does, another the screens with `POST /__call/{name}` in place of the
//! window's IPC and `GET /__events` in place of its events. Both are on this machine only, and the second answers nobody
//! but its own page: a page of another origin cannot send the JSON it takes, and no other `Host` is served.
//!
//! # Not supported
//! Deep links, and everything else that belongs to the window.

mod events;
pub mod log;
pub mod people;
mod screens;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use anteroom_admin::commands::home::EngineState;
use anteroom_admin::{Admin, LocalCa, dispatch};
use anteroom_http::Listener;
use anteroom_sentence::Sentence;
use anteroom_server::host::{Host, HostOptions, ListenerState};
use anteroom_server::master_key::Source;
use anteroom_server::place::{KeyOptions, Place};
use anteroom_server::restore::{backups_of, new_backup};
use anteroom_server::save;
use anteroom_server::workspace_file::WorkspaceFile;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

/// How a bridge is opened.
#[derive(Debug, Default)]
pub struct Options {
    /// The folder of the built screens.
    pub screens: PathBuf,
    /// Where the store is; in memory if nothing is said.
    pub data_dir: Option<PathBuf>,
    /// Applied before anything is served.
    pub workspaces: Vec<WorkspaceFile>,
    /// Port of the engine; 0 picks a free one.
    pub engine_port: u16,
    /// Port of the screens; 0 picks a free one.
    pub port: u16,
}

/// An engine, and its screens.
pub struct Bridge {
    /// The commands.
    pub admin: Admin,
    /// The engine with its listener.
    pub host: Arc<Host>,
    listener: Listener,
    screens: PathBuf,
}

/// Why a bridge does not open.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// The engine does not.
    #[error(transparent)]
    Host(#[from] anteroom_server::problem::HostError),
    /// There is no folder for backups.
    #[error("there is no folder for backups: {0}")]
    Backups(#[source] std::io::Error),
    /// The port of the screens cannot be listened on.
    #[error(transparent)]
    Listen(#[from] anteroom_http::BindError),
    /// Opening the engine panicked; the panic itself is on standard error.
    #[error("opening the engine panicked")]
    Panicked,
    /// The screens are not built.
    #[error("there are no screens at {}: build them with `npm --prefix ui run build`", .0.display())]
    NoScreens(PathBuf),
}

impl Bridge {
    /// Opens an engine over a store, and the port of the screens.
    ///
    /// # Errors
    /// See [`BridgeError`].
    pub async fn open(options: Options) -> Result<Self, BridgeError> {
        let Options { screens, data_dir, workspaces, engine_port, port } = options;
        if !screens.join("index.html").is_file() {
            return Err(BridgeError::NoScreens(screens));
        }
        let listener = Listener::bind(loopback(port)).await?;
        let backups = match &data_dir {
            Some(folder) => Backups::Folder(backups_of(folder)),
            None => Backups::Temporary(tempfile::tempdir().map_err(BridgeError::Backups)?),
        };
        let options = HostOptions {
            place: data_dir.map_or(Place::Ephemeral, Place::Folder),
            keys: KeyOptions { source: None, default: Source::File, passphrase: None },
            listen: loopback(engine_port),
            tls_listen: None,
            base_urls: Vec::new(),
            workspaces,
            needs_listener: true,
        };
        let runtime = tokio::runtime::Handle::current();
        let opened = tokio::task::spawn_blocking(move || Host::open(options, runtime)).await;
        let host = Arc::new(opened.map_err(|_| BridgeError::Panicked)??);
        let admin =
            Admin::new(Arc::clone(host.engine()), Arc::new(Seat { host: Arc::clone(&host), backups }));
        Ok(Self { admin, host, listener, screens })
    }

    /// Where the screens are.
    pub fn url(&self) -> String {
        format!("http://{}/", self.listener.local_addr())
    }

    /// Where the engine answers.
    pub fn engine_base_url(&self) -> String {
        self.host.engine().issuer().as_str().to_owned()
    }

    /// Serves until `shutdown` is done.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let at = Arc::new(self.listener.local_addr().to_string());
        let shared = Shared { admin: self.admin, screens: self.screens.into() };
        let routes = Router::new()
            .route("/__call/{name}", post(call))
            .route("/__events", get(events::stream))
            .fallback(get(screens::file))
            .with_state(shared)
            .layer(middleware::from_fn_with_state(at, own_page_only));
        self.listener.serve_with(routes, shutdown).await;
        self.host.stop_listener().await;
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

#[derive(Clone)]
struct Shared {
    admin: Admin,
    screens: Arc<std::path::Path>,
}

/// What the commands ask of a bridge.
struct Seat {
    host: Arc<Host>,
    backups: Backups,
}

/// Where backups go: beside the store, or where they are gone with the bridge.
enum Backups {
    Folder(PathBuf),
    Temporary(tempfile::TempDir),
}

impl anteroom_admin::Host for Seat {
    fn engine_state(&self) -> EngineState {
        let problem = match self.host.listener_state() {
            ListenerState::Listening(_) => None,
            ListenerState::Stopped => Some("The listener was stopped.".to_owned()),
            ListenerState::Problem(problem) => Some(format!("The engine cannot be reached: {problem}.")),
        };
        EngineState {
            running: problem.is_none(),
            base_url: self.host.engine().issuer().as_str().to_owned(),
            tls_base_url: self.host.tls_base().map(|base| base.as_str().to_owned()),
            problem,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn data_dir(&self) -> String {
        "in memory".to_owned()
    }

    fn master_key(&self) -> &'static str {
        "file"
    }

    fn lan(&self) -> Option<(String, i64)> {
        self.host.lan().map(|lan| (lan.base.as_str().to_owned(), lan.until.seconds()))
    }

    fn start_lan(&self, seconds: u32) -> Pin<Box<dyn Future<Output = Result<(), Sentence>> + Send + '_>> {
        Box::pin(async move {
            // Tests stay on this machine.
            let address = Ipv4Addr::LOCALHOST.into();
            self.host.start_lan(address, seconds).await.map(|_| ())
        })
    }

    fn local_ca(&self) -> Pin<Box<dyn Future<Output = Result<LocalCa, Sentence>> + Send + '_>> {
        Box::pin(async move {
            let ca = self.host.local_ca().await.map_err(|error| Sentence::from(&error))?;
            Ok(LocalCa { pem: ca.pem().to_owned(), fingerprint: ca.fingerprint() })
        })
    }

    fn stop_lan(&self) {
        self.host.stop_lan();
    }

    fn backups(&self) -> PathBuf {
        match &self.backups {
            Backups::Folder(folder) => folder.clone(),
            Backups::Temporary(folder) => folder.path().to_owned(),
        }
    }

    fn new_backup(&self, stem: &str) -> std::io::Result<PathBuf> {
        new_backup(&self.backups(), stem)
    }

    fn save_file(&self, stem: &str, extension: &str, contents: &[u8]) -> std::io::Result<PathBuf> {
        save::new_private_file(&std::env::temp_dir(), stem, extension, contents)
    }
}

async fn own_page_only(State(at): State<Arc<String>>, request: Request, next: Next) -> Response {
    if is_of_own_page(&at, &request) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this address is for the screens of the bridge only\n").into_response()
    }
}

/// Whether a request is the bridge's own page's, as browsers mark them. A name that leads here by trickery has another
/// `Host`; a page from elsewhere has another `Origin`, and cannot send JSON without asking first.
fn is_of_own_page(at: &str, request: &Request) -> bool {
    let sent = |name| request.headers().get(name).map(HeaderValue::as_bytes);
    let origin = format!("http://{at}");
    sent(header::HOST) == Some(at.as_bytes())
        && sent(header::ORIGIN).is_none_or(|sent| sent == origin.as_bytes())
        && (request.method() != Method::POST || sent(header::CONTENT_TYPE) == Some(b"application/json"))
}

/// Runs a command. Its failure is 422 with the failure as JSON, so that the page can tell it from a broken bridge.
async fn call(State(shared): State<Shared>, Path(name): Path<String>, body: Bytes) -> Response {
    let request = match serde_json::from_slice::<Value>(&body) {
        Ok(request) => request,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match dispatch(&shared.admin, &name, request).await {
        Ok(answer) => (no_store, Json(answer)).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, no_store, Json(error)).into_response(),
    }
}
