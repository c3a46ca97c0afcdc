//! The engine behind the window. The window opens whether or not the engine does, and shows why when it does not.

use std::{
    net::SocketAddr,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use anteroom_admin::{
    Admin, CommandError, LocalCa,
    commands::{
        backups::{Order, Restored},
        home::EngineState,
        playground::{DeepLinkCheck, DeepLinkFinding},
    },
};
use anteroom_sentence::{Sentence, sentence};
use anteroom_server::{
    host::{Host, HostOptions, ListenerState},
    lan,
    master_key::{KeyError, Source},
    place::{KeyOptions, Place},
    problem::{self, HostError},
    restore, save,
};
use serde_json::Value;
use tauri::{AppHandle, Emitter, EventTarget, Manager, Runtime};
use tokio::{runtime::Handle, sync::watch};

use crate::{doctor, scheme, settings::Settings, window};

/// The event that tells the page what to refresh.
const CHANGED: &str = "changed";

/// The engine of this start: being opened, open, or the reason why not.
pub(crate) struct Engine {
    state: watch::Sender<State>,
    settings: Settings,
    /// Where it listened first: a port that was picked stays the same when it is opened again.
    address: OnceLock<SocketAddr>,
    /// Whether somebody is opening it again; the old reason stands until that is known.
    retrying: AtomicBool,
}

#[derive(Clone)]
enum State {
    Opening,
    Open { admin: Admin, host: Arc<Host> },
    Stopped { problem: Sentence, exit_code: u8 },
}

impl Engine {
    /// Begins to open the engine beside the window: a keychain may ask the person first, a migration may take a while.
    pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, settings: Settings) {
        let engine = Self {
            state: watch::Sender::new(State::Opening),
            settings,
            address: OnceLock::new(),
            retrying: AtomicBool::new(false),
        };
        app.manage(engine);
        let app = app.clone();
        tauri::async_runtime::spawn_blocking(move || app.state::<Self>().try_open(&app));
    }

    /// Opens the engine and says what came of it. Blocks.
    fn try_open<R: Runtime>(&self, app: &AppHandle<R>) {
        let runtime = tauri::async_runtime::handle().inner().clone();
        let listen = self.address.get().copied().unwrap_or(self.settings.listen);
        let opened = options(&self.settings, listen)
            .and_then(|(folder, options)| Ok((folder, Arc::new(Host::open(options, runtime.clone())?))));
        let (state, news) = match opened {
            Ok((folder, host)) => {
                let _ = self.address.set(host.address());
                let _inside = runtime.enter();
                let seat = Seat { host: Arc::clone(&host), folder, app: app.clone() };
                let admin = Admin::new(Arc::clone(host.engine()), Arc::new(seat));
                pass_changes_on(app, &admin, &runtime);
                (State::Open { admin, host }, None)
            }
            Err(error) => {
                let problem = explain(&error);
                let known = matches!(&*self.state.borrow(), State::Stopped { problem: known, .. } if *known == problem);
                let news = (!known).then(|| problem.clone());
                (State::Stopped { problem, exit_code: error.exit_code() }, news)
            }
        };
        self.state.send_replace(state);
        // said once it is so: whoever ends the program at this line gets its exit code
        if let Some(problem) = news {
            tracing::error!(%problem, "the engine could not be opened");
        }
        self.retrying.store(false, Ordering::Release);
    }

    /// Answers a command of the screens, once the engine is open.
    ///
    /// # Errors
    /// The command's own; `unavailable` with the reason when the engine could not be opened.
    pub(crate) async fn call<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        name: &str,
        request: Value,
    ) -> Result<Value, CommandError> {
        if name == "home_get" {
            self.mend(app).await;
        }
        match self.opened().await {
            Some(State::Open { admin, .. }) => anteroom_admin::dispatch(&admin, name, request).await,
            Some(State::Stopped { problem, .. }) => Err(CommandError::unavailable(problem)),
            Some(State::Opening) | None => {
                Err(CommandError::unavailable(sentence!("The program is ending.")))
            }
        }
    }

    /// Tries again what can succeed by itself: whoever held the store or the port may be gone by now. A keychain is not
    /// asked again without a new start.
    async fn mend<R: Runtime>(&self, app: &AppHandle<R>) {
        match self.opened().await {
            Some(State::Open { host, .. }) if matches!(host.listener_state(), ListenerState::Problem(_)) => {
                // if the port is still taken, the listener's state says so
                let _ = host.start_listener().await;
            }
            Some(State::Stopped { exit_code: problem::STORE, .. })
                if !self.retrying.swap(true, Ordering::AcqRel) =>
            {
                let app = app.clone();
                let retry = tauri::async_runtime::spawn_blocking(move || app.state::<Self>().try_open(&app));
                if let Err(error) = retry.await {
                    tracing::error!(%error, "the engine could not be opened again");
                }
            }
            _ => {}
        }
    }

    /// Closes the engine, puts a backup in the place of its store, and opens it again. Commands wait meanwhile. When the
    /// backup does not fit, the store is opened again as it was.
    async fn restore<R: Runtime>(&self, app: &AppHandle<R>, order: Order) -> Result<Restored, Sentence> {
        let mut open = None;
        let began = self.state.send_if_modified(|state| {
            let was_open = matches!(state, State::Open { .. });
            if was_open {
                open = Some(std::mem::replace(state, State::Opening));
            }
            was_open
        });
        let Some(State::Open { host, .. }) = open.filter(|_| began) else {
            return Err(sentence!("The engine is not open."));
        };
        if let Err(error) = host.close().await {
            tracing::error!(%error, "the store could not be closed before a restore");
        }
        let app = app.clone();
        let restoring = tauri::async_runtime::spawn_blocking(move || {
            let engine = app.state::<Self>();
            let runtime = tauri::async_runtime::handle().inner().clone();
            let restored = options(&engine.settings, host.address()).and_then(|(folder, options)| {
                restore::restore(&folder, &options.keys, &order.file, order.by, &runtime)
            });
            engine.try_open(&app);
            restored.map_err(|error| {
                sentence!("The backup was not put back: {reason}.", reason = Sentence::from(&error))
            })
        });
        let restored = restoring.await.map_err(|error| Sentence::english(error.to_string()))??;
        Ok(Restored {
            kept: restored.kept.map(|path| path.display().to_string()),
            links: restored.ended.codes,
            sign_ins: restored.ended.sign_ins,
        })
    }

    /// The state once the engine is open, or is known not to open.
    async fn opened(&self) -> Option<State> {
        let mut state = self.state.subscribe();
        let state = state.wait_for(|state| !matches!(state, State::Opening)).await.ok()?;
        Some(state.clone())
    }

    /// What the program exits with when its window closes, as `anteroom-server` would.
    pub(crate) fn exit_code(&self) -> u8 {
        match &*self.state.borrow() {
            State::Stopped { exit_code, .. } => *exit_code,
            State::Opening | State::Open { .. } => 0,
        }
    }

    /// Finishes what is in flight and closes the store.
    pub(crate) fn close(&self) {
        let host = match &*self.state.borrow() {
            State::Open { host, .. } => Arc::clone(host),
            State::Opening | State::Stopped { .. } => return,
        };
        tauri::async_runtime::block_on(host.stop_listener());
        if let Err(error) = host.engine().close() {
            tracing::error!(%error, "the store could not be closed");
        }
    }
}

/// What the commands ask of the program they run in.
struct Seat<R: Runtime> {
    host: Arc<Host>,
    folder: PathBuf,
    app: AppHandle<R>,
}

impl<R: Runtime> anteroom_admin::Host for Seat<R> {
    fn engine_state(&self) -> EngineState {
        let (running, problem) = match self.host.listener_state() {
            ListenerState::Listening(_) => (true, None),
            ListenerState::Stopped => (false, Some("The listener has stopped.".to_owned())),
            ListenerState::Problem(problem) => (false, Some(problem.to_string())),
        };
        EngineState {
            running,
            base_url: self.host.engine().issuer().as_str().to_owned(),
            tls_base_url: self.host.tls_base().map(|base| base.as_str().to_owned()),
            problem,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn open_in_browser(&self, address: &str) -> bool {
        // never a file or a program: whatever the system opens for those would run
        let page = address.starts_with("http://") || address.starts_with("https://");
        page && open::that_detached(address).is_ok()
    }

    fn can_open_browser(&self) -> bool {
        true
    }

    fn receives_deep_links(&self) -> bool {
        true
    }

    fn examine_deep_links(
        &self,
        check: DeepLinkCheck,
    ) -> Pin<Box<dyn Future<Output = DeepLinkFinding> + Send + '_>> {
        Box::pin(doctor::examine(self.app.clone(), check))
    }

    fn mend_deep_links(&self) -> Pin<Box<dyn Future<Output = Result<(), Sentence>> + Send + '_>> {
        let app = self.app.clone();
        Box::pin(async move {
            let registering = tauri::async_runtime::spawn_blocking(move || {
                scheme::try_register(&app).map_err(|error| Sentence::english(error.to_string()))
            });
            registering.await.map_err(|error| Sentence::english(error.to_string()))?
        })
    }

    fn data_dir(&self) -> String {
        self.folder.display().to_string()
    }

    fn lan(&self) -> Option<(String, i64)> {
        self.host.lan().map(|lan| (lan.base.as_str().to_owned(), lan.until.seconds()))
    }

    fn start_lan(&self, seconds: u32) -> Pin<Box<dyn Future<Output = Result<(), Sentence>> + Send + '_>> {
        Box::pin(async move {
            let address = lan::private_address()?;
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
        restore::backups_of(&self.folder)
    }

    fn new_backup(&self, stem: &str) -> std::io::Result<PathBuf> {
        restore::new_backup(&self.backups(), stem)
    }

    fn can_restore(&self) -> bool {
        true
    }

    fn restore(&self, order: Order) -> Pin<Box<dyn Future<Output = Result<Restored, Sentence>> + Send + '_>> {
        let app = self.app.clone();
        Box::pin(async move { app.state::<Engine>().restore(&app, order).await })
    }

    fn save_file(&self, stem: &str, extension: &str, contents: &[u8]) -> std::io::Result<PathBuf> {
        let folder = save::downloads().unwrap_or_else(|| self.folder.clone());
        save::new_private_file(&folder, stem, extension, contents)
    }

    fn master_key(&self) -> &'static str {
        let used = Source::ALL.into_iter().find(|source| source.trace(&self.folder).exists());
        used.map_or("", Source::as_str)
    }
}

fn options(settings: &Settings, listen: SocketAddr) -> Result<(PathBuf, HostOptions), HostError> {
    let folder = settings.data_dir.clone().or_else(Place::of_platform).ok_or(HostError::NoDataFolder)?;
    let keys = KeyOptions {
        source: settings.master_key,
        default: Source::Keychain,
        passphrase: settings.passphrase.clone(),
    };
    let options = HostOptions {
        place: Place::Folder(folder.clone()),
        keys,
        listen,
        tls_listen: settings.tls_listen,
        base_urls: Vec::new(),
        workspaces: Vec::new(),
        needs_listener: false,
    };
    Ok((folder, options))
}

/// The error for people at the window, where there are no flags to choose with.
fn explain(error: &HostError) -> Sentence {
    match error {
        HostError::Keys(KeyError::Keychain(detail)) => sentence!(
            "The system's keychain cannot be used ({detail}). To keep the master key elsewhere, start Anteroom with \
             ANTEROOM_MASTER_KEY=file, or with ANTEROOM_MASTER_KEY=passphrase and ANTEROOM_PASSPHRASE.",
            detail
        ),
        HostError::NoDataFolder => {
            sentence!("This system names no data folder. Start Anteroom with ANTEROOM_DATA_DIR set to one.")
        }
        other => sentence!("The engine cannot be opened: {reason}.", reason = Sentence::from(other)),
    }
}

/// Tells the main window of every change that is committed.
fn pass_changes_on<R: Runtime>(app: &AppHandle<R>, admin: &Admin, runtime: &Handle) {
    let mut changes = admin.subscribe();
    let app = app.clone();
    runtime.spawn(async move {
        while let Some(change) = changes.next().await {
            if let Err(error) = app.emit_to(EventTarget::webview_window(window::LABEL), CHANGED, change) {
                tracing::error!(%error, "a change could not be passed to the window");
            }
        }
    });
}
