//! What a command works with: the engine, the codes still in memory, and what runs it all.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::cx::{Cx, Origin, Topic};
use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::stop::{Fault, Outcome};
use anteroom_engine::store::Tx;
use anteroom_engine::timestamp::Timestamp;
use anteroom_magic_link::Redacted;
use anteroom_sample_provider::Provider;
use anteroom_sentence::{Sentence, sentence};
use tokio::sync::broadcast::error::RecvError;
use tokio::task::AbortHandle;
use tokio::time::{Duration, interval};

use crate::acting::{self, Acting};
use crate::changed::Subscription;
use crate::commands::Right;
use crate::commands::backups::{Order, Restored};
use crate::commands::home::EngineState;
use crate::commands::playground::{DeepLinkCheck, DeepLinkFinding};
use crate::error::{Code, CommandError};
use crate::playground::Playground;
use crate::shelf::Shelf;

/// The local CA's own certificate. It is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalCa {
    /// As PEM.
    pub pem: String,
    /// SHA-256 of it, as systems show it: `AB:CD:…`.
    pub fingerprint: String,
}

/// What the commands need from whatever runs them: the window, or the bridge.
pub trait Host: Send + Sync + 'static {
    /// The listener: where it answers, or why it does not; and the program's version.
    fn engine_state(&self) -> EngineState;
    /// Folder of the database and the keys.
    fn data_dir(&self) -> String;
    /// Where the master key is: `keychain`, `passphrase` or `file`.
    fn master_key(&self) -> &'static str;
    /// The local network, while it is served: its base URL, and until when in Unix seconds.
    fn lan(&self) -> Option<(String, i64)>;
    /// Serves the local network for so many seconds.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn start_lan(&self, seconds: u32) -> Pin<Box<dyn Future<Output = Result<(), Sentence>> + Send + '_>>;
    /// Serves it no longer.
    fn stop_lan(&self);
    /// The CA that vouches for the https addresses of this program, made when there is none.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    fn local_ca(&self) -> Pin<Box<dyn Future<Output = Result<LocalCa, Sentence>> + Send + '_>>;
    /// Writes a new file where the person finds it, readable by nobody else, and gives its path. `stem` and `extension`
    /// make its name; a number is added where that is taken.
    ///
    /// # Errors
    /// What the system says.
    fn save_file(&self, stem: &str, extension: &str, contents: &[u8]) -> io::Result<PathBuf>;
    /// The folder of the backups; it may be missing.
    fn backups(&self) -> PathBuf;
    /// The path of a new backup in [`Host::backups`], which is made if it is missing. `stem` makes its name; a number is
    /// added where that is taken.
    ///
    /// # Errors
    /// What the system says.
    fn new_backup(&self, stem: &str) -> io::Result<PathBuf>;
    /// Whether [`Host::restore`] puts a backup back.
    fn can_restore(&self) -> bool {
        false
    }
    /// Closes the engine, puts a backup in the place of its store, and opens it again.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn restore(
        &self,
        _order: Order,
    ) -> Pin<Box<dyn Future<Output = Result<Restored, Sentence>> + Send + '_>> {
        Box::pin(async {
            Err(sentence!(
                "This program cannot put a backup back while it runs: end it, and use anteroom-server restore."
            ))
        })
    }
    /// Opens an http address in the system's browser. `false` where there is none: then the screen shows the address.
    fn open_in_browser(&self, _address: &str) -> bool {
        false
    }
    /// Whether [`Host::open_in_browser`] opens one.
    fn can_open_browser(&self) -> bool {
        false
    }
    /// Whether `anteroom://` links reach this program.
    fn receives_deep_links(&self) -> bool {
        false
    }
    /// Examines one thing about `anteroom://` links.
    fn examine_deep_links(
        &self,
        _check: DeepLinkCheck,
    ) -> Pin<Box<dyn Future<Output = DeepLinkFinding> + Send + '_>> {
        Box::pin(async {
            DeepLinkFinding {
                ok: false,
                expected: "a window".to_owned(),
                found: "a program without one".to_owned(),
                can_mend: false,
            }
        })
    }
    /// Makes the desktop open `anteroom://` links with this program.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn mend_deep_links(&self) -> Pin<Box<dyn Future<Output = Result<(), Sentence>> + Send + '_>> {
        Box::pin(async { Err(sentence!("This program has no window that links could open.")) })
    }
}

/// The one way to run commands. Cloning is cheap.
#[derive(Clone)]
pub struct Admin(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    host: Arc<dyn Host>,
    shelf: Arc<Shelf>,
    playground: Playground,
    sample: tokio::sync::Mutex<Option<Arc<Provider>>>,
    backing_up: tokio::sync::Mutex<()>,
    tidying: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.tidying.abort();
    }
}

/// How often expired codes are wiped from memory.
const TIDY: Duration = Duration::from_secs(30);

impl Admin {
    /// Commands over `engine`. A task of the runtime wipes codes from memory when their links are redeemed, taken back
    /// or too old.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(engine: Arc<Engine>, host: Arc<dyn Host>) -> Self {
        let shelf = Arc::new(Shelf::default());
        let tidying = tokio::spawn(tidy(Arc::clone(&engine), Arc::clone(&shelf))).abort_handle();
        Self(Arc::new(Inner {
            engine,
            host,
            shelf,
            playground: Playground::default(),
            sample: tokio::sync::Mutex::default(),
            backing_up: tokio::sync::Mutex::default(),
            tidying,
        }))
    }

    /// Everything that changes from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription::new(self.0.engine.subscribe())
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.0.engine
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.0.host
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// The runs of the playground.
    pub(crate) fn playground(&self) -> &Playground {
        &self.0.playground
    }

    /// The program that runs the commands, to be kept by a task.
    pub(crate) fn host_handle(&self) -> Arc<dyn Host> {
        Arc::clone(&self.0.host)
    }

    /// The sample provider while it runs; it ends with the program.
    pub(crate) async fn sample(&self) -> tokio::sync::MutexGuard<'_, Option<Arc<Provider>>> {
        self.0.sample.lock().await
    }

    /// Held while a backup is made: one at a time.
    pub(crate) fn backing_up(&self) -> &tokio::sync::Mutex<()> {
        &self.0.backing_up
    }

    /// The project, and who acts in it.
    pub(crate) async fn acting(&self) -> Result<Acting, CommandError> {
        let acting = self.read(|tx, _| acting::find(tx)).await?;
        acting.ok_or_else(CommandError::setup_needed)
    }

    /// Whether whoever acts may run a command.
    ///
    /// # Errors
    /// `forbidden` in desk mode for everything but what the desk is for; and for that, too, when who works there no longer
    /// has the right. Who acts is known by membership, never by a name of a role.
    pub(crate) async fn permit(&self, name: &str, right: Right) -> Result<(), CommandError> {
        if right == Right::Anybody {
            return Ok(());
        }
        let locked = self.read(|tx, _| {
            let Some(acting) = acting::find(tx)?.filter(|acting| acting.desk) else { return Ok(None) };
            let member = acting.member.map(|id| tx.membership(id)).transpose()?.flatten();
            Ok(Some(member.is_some_and(|member| member.may_issue_links())))
        });
        let message = match (locked.await?, right) {
            (None, _) | (Some(true), Right::Desk) => return Ok(()),
            (Some(false), Right::Desk) => {
                sentence!("Whoever works at this desk no longer has the desk right.")
            }
            (Some(_), _) => sentence!("This window is locked to the desk, which may not run {name}.", name),
        };
        Err(CommandError::new(Code::Forbidden, None, message))
    }

    /// Saves a file for the person, off the runtime's threads.
    pub(crate) async fn save_file(
        &self,
        stem: &'static str,
        extension: &'static str,
        contents: Redacted<Vec<u8>>,
    ) -> Result<String, CommandError> {
        let host = Arc::clone(&self.0.host);
        let saved =
            tokio::task::spawn_blocking(move || host.save_file(stem, extension, contents.expose())).await;
        match saved {
            Ok(Ok(path)) => Ok(path.display().to_string()),
            Ok(Err(error)) => {
                let message = sentence!("The file could not be saved: {error}.", error = error.to_string());
                Err(CommandError::new(Code::Unavailable, None, message))
            }
            Err(_) => Err(Fault::Panicked.into()),
        }
    }

    /// Runs something slow (a long list, a hash, a picture) where it holds nobody up.
    pub(crate) async fn aside<T, F>(&self, work: F) -> Result<T, CommandError>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Engine>) -> Outcome<T> + Send + 'static,
    {
        let engine = Arc::clone(self.engine());
        match tokio::task::spawn_blocking(move || work(&engine)).await {
            Ok(outcome) => Ok(outcome?),
            Err(_) => Err(Fault::Panicked.into()),
        }
    }

    /// Reads a consistent snapshot.
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T, CommandError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Tx, Timestamp) -> Outcome<T> + Send + 'static,
    {
        self.aside(move |engine| engine.read(read)).await
    }

    /// Reads the project's rows.
    pub(crate) async fn read_project<T, F>(&self, read: F) -> Result<T, CommandError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Tx, Id<Project>, Timestamp) -> Outcome<T> + Send + 'static,
    {
        let project = self.acting().await?.project;
        self.read(move |tx, now| read(tx, project, now)).await
    }

    /// Changes something in one transaction, in the name of who acts.
    pub(crate) async fn change<T, F>(&self, change: F) -> Result<T, CommandError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>, &Engine, Acting) -> Outcome<T> + Send + 'static,
    {
        let acting = self.acting().await?;
        let engine = Arc::clone(self.engine());
        let change = move |cx: &mut Cx<'_>| {
            cx.about.project = Some(acting.project);
            cx.about.actor = acting.member;
            change(cx, &engine, acting)
        };
        Ok(self.engine().transact(self.origin(), change).await?)
    }

    /// The base of links that are handed out: the local network's while it is served, so that a phone can open them.
    pub(crate) fn link_base(&self) -> String {
        self.host().lan().map_or_else(|| self.engine().issuer().as_str().to_owned(), |(base, _)| base)
    }

    /// Commands come from the window: they have no address.
    pub(crate) fn origin(&self) -> Origin {
        Origin::inside(self.engine().issuer().clone())
    }
}

/// Wipes codes whose links can no longer be redeemed: at once when the engine says that a link changed, and regularly
/// because time alone ends them too.
async fn tidy(engine: Arc<Engine>, shelf: Arc<Shelf>) {
    let mut topics = engine.subscribe();
    let mut clock = interval(TIDY);
    loop {
        tokio::select! {
            topic = topics.recv() => match topic {
                Ok(Topic::MagicLinks(one)) => shelf.sweep(&engine, one),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => shelf.sweep(&engine, None),
                Err(RecvError::Closed) => return,
            },
            _ = clock.tick() => shelf.sweep(&engine, None),
        }
    }
}
