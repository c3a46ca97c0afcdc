//! The engine behind the window. The window opens whether or not the engine does, and shows why when it does not.

use std::{
    net::SocketAddr,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
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
    problem::{self, Chain, HostError},
    restore, save,
};
use serde_json::Value;
use tauri::{AppHandle, Emitter, EventTarget, Manager, Runtime};
use tokio::{runtime::Handle, sync::watch, time::timeout};

use crate::{doctor, scheme, settings::Settings, window};

/// The event that tells the page what to refresh.
const CHANGED: &str = "changed";

/// How long the end of the program waits for an engine that is being opened.
const PATIENCE: Duration = Duration::from_secs(10);

/// The engine of this start: being opened, open, or the reason why not.
pub(crate) struct Engine {
    state: watch::Sender<State>,
    settings: Arc<Settings>,
    /// Where it listened first: a port that was picked stays the same when it is opened again.
    address: OnceLock<SocketAddr>,
    /// Whether somebody is opening it again; the old reason stands until that is known.
    retrying: AtomicBool,
}

#[derive(Clone)]
enum State {
    Opening,
    Open { admin: Admin, host: Arc<Host> },
    Stopped(Problem),
}

/// Why the engine is not open.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    /// For the person at the window.
    text: Sentence,
    /// What the program ends with, as `anteroom-server` would.
    exit_code: u8,
}

impl Engine {
    /// Begins to open the engine beside the window: a keychain may ask the person first, a migration may take a while.
    pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, settings: Settings) {
        app.manage(Self {
            state: watch::Sender::new(State::Opening),
            settings: Arc::new(settings),
            address: OnceLock::new(),
            retrying: AtomicBool::new(false),
        });
        let app = app.clone();
        tauri::async_runtime::spawn(async move { app.state::<Self>().try_open(&app).await });
    }

    /// Opens the engine and says what came of it.
    async fn try_open<R: Runtime>(&self, app: &AppHandle<R>) {
        let runtime = tauri::async_runtime::handle().inner().clone();
        let settings = Arc::clone(&self.settings);
        let listen = self.address.get().copied().unwrap_or(settings.listen);
        let beside = runtime.clone();
        let opening = tauri::async_runtime::spawn_blocking(move || {
            let (folder, options) = options(&settings, listen)?;
            Ok((folder, Arc::new(Host::open(options, beside)?)))
        });
        match outcome(opening.await) {
            Ok((folder, host)) => {
                let _ = self.address.set(host.address());
                let seat = Seat { host: Arc::clone(&host), folder, app: app.clone() };
                let admin = Admin::new(Arc::clone(host.engine()), Arc::new(seat));
                pass_changes_on(app, &admin, &runtime);
                self.state.send_replace(State::Open { admin, host });
            }
            Err(problem) => {
                let old = self.state.send_replace(State::Stopped(problem.clone()));
                // said once it is so: whoever ends the program at this line gets its exit code
                if !matches!(old, State::Stopped(old) if old == problem) {
                    tracing::error!(problem = %problem.text, "the engine could not be opened");
                }
            }
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
            Some(State::Stopped(problem)) => Err(CommandError::unavailable(problem.text)),
            Some(State::Opening) | None => {
                Err(CommandError::unavailable(sentence!("The program is ending.")))
            }
        }
    }

    /// Tries again what can succeed by itself: whoever held the store or a port may be gone by now. A keychain is not
    /// asked again without a new start.
    async fn mend<R: Runtime>(&self, app: &AppHandle<R>) {
        match self.opened().await {
            Some(State::Open { host, .. }) if matches!(host.listener_state(), ListenerState::Problem(_)) => {
                // if the port is still taken, the listener's state says so
                let _ = host.start_listener().await;
            }
            Some(State::Stopped(Problem { exit_code: problem::STORE | problem::ADDRESS_IN_USE, .. }))
                if !self.retrying.swap(true, Ordering::AcqRel) =>
            {
                self.try_open(app).await;
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
            tracing::error!(error = %Chain(&error), "the store could not be closed before a restore");
        }
        let settings = Arc::clone(&self.settings);
        let runtime = tauri::async_runtime::handle().inner().clone();
        let restoring = tauri::async_runtime::spawn_blocking(move || {
            let (folder, options) = options(&settings, host.address())?;
            restore::restore(&folder, &options.keys, &order.file, order.by, &runtime)
        });
        let restored = restoring.await;
        self.try_open(app).await;
        let why_not = |reason: Sentence| sentence!("The backup was not put back: {reason}.", reason = reason);
        let restored = restored
            .map_err(|error| why_not(Sentence::english(error.to_string())))?
            .map_err(|error| why_not(Sentence::from(&error)))?;
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
            State::Stopped(problem) => problem.exit_code,
            State::Opening | State::Open { .. } => 0,
        }
    }

    /// Finishes what is in flight and closes the store. One that is being opened is waited for, to be closed, too; but not
    /// for a person who does not answer the keychain.
    pub(crate) fn close(&self) {
        let closing = async {
            match timeout(PATIENCE, self.opened()).await {
                Ok(Some(State::Open { host, .. })) => host.close().await,
                _ => Ok(()),
            }
        };
        if let Err(error) = tauri::async_runtime::block_on(closing) {
            tracing::error!(error = %Chain(&error), "the store could not be closed");
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

/// What came of opening; a panic in it is a problem like any other, so that nobody waits for it.
fn outcome<T>(opening: tauri::Result<Result<T, HostError>>) -> Result<T, Problem> {
    match opening {
        Ok(opened) => opened.map_err(|error| Problem { text: explain(&error), exit_code: error.exit_code() }),
        Err(error) => {
            let text = sentence!(
                "Anteroom broke off while it opened its store ({reason}). Start it again.",
                reason = error.to_string()
            );
            Err(Problem { text, exit_code: problem::OTHER })
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_opening_is_a_problem_that_is_named() {
        let opening = tauri::async_runtime::spawn_blocking(|| -> Result<(), HostError> { panic!("broken") });
        let problem = outcome(tauri::async_runtime::block_on(opening)).unwrap_err();
        assert_eq!(problem.exit_code, problem::OTHER);
        assert!(problem.text.to_string().contains("Start it again."), "{}", problem.text);
    }

    #[test]
    fn a_problem_is_a_sentence_and_names_what_the_window_can_choose() {
        for (error, exit_code, text) in [
            (
                HostError::NoDataFolder,
                problem::WRONG_USAGE,
                "Start Anteroom with ANTEROOM_DATA_DIR set to one.",
            ),
            (HostError::Tls("no key".to_owned()), problem::KEYS, "TLS cannot be set up: no key."),
            (HostError::NoStore { file: "/a/b".into() }, problem::STORE, "there is no store at /a/b."),
        ] {
            let problem = outcome::<()>(Ok(Err(error))).unwrap_err();
            assert_eq!(problem.exit_code, exit_code);
            assert!(problem.text.to_string().ends_with(text), "{}", problem.text);
        }
    }
}
