//! The data folder, and the store in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::SystemClock;
use anteroom_engine::engine::Parts;
use anteroom_engine::entropy::{self, OsEntropy};
use anteroom_engine::fetch::{Fetch, Offline};
use anteroom_engine::issuer::Issuer;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::store::Store;
use anteroom_fetch::Fetcher;
use anteroom_store_sqlite::{Options, SqliteStore};

use crate::master_key::{Passphrase, Search, Source};
use crate::problem::HostError;

/// Name of the database in the data folder.
pub const STORE_FILE: &str = "anteroom.db";

/// Where the database and the keys live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a folder; made when it is missing.
    Folder(PathBuf),
    /// In memory: gone when the process ends, however it ends.
    Ephemeral,
}

impl Place {
    /// `anteroom` in the platform's data folder.
    pub fn of_platform() -> Option<PathBuf> {
        dirs::data_dir().map(|folder| folder.join("anteroom"))
    }

    /// The database file, if there is one.
    pub fn store_file(&self) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(STORE_FILE)),
            Self::Ephemeral => None,
        }
    }
}

/// Where the master key comes from.
#[derive(Debug, Clone)]
pub struct KeyOptions {
    /// The source that was asked for; without one, the one the store is sealed with.
    pub source: Option<Source>,
    /// The source of a new store when none was asked for.
    pub default: Source,
    /// The passphrase, if there is one.
    pub passphrase: Option<Passphrase>,
}

/// Opens the store in `folder`, making both when they are missing.
///
/// # Errors
/// When it is locked, newer than this program, not ours, or damaged. Its file is untouched then.
pub fn open_store(folder: &Path) -> Result<SqliteStore, HostError> {
    let store = SqliteStore::open(&folder.join(STORE_FILE), Options::default())?;
    warn_if_open(folder);
    Ok(store)
}

/// Opens the engine over the store in `place`, with its keys.
///
/// # Errors
/// As [`open_store`] and [`Search::open`].
pub fn open_engine(place: &Place, keys: &KeyOptions, issuers: Vec<Issuer>) -> Result<Arc<Engine>, HostError> {
    let (store, master_key): (Arc<dyn Store>, _) = match place {
        Place::Ephemeral => {
            let store = SqliteStore::in_memory().map_err(HostError::StoreFailed)?;
            let key = entropy::bytes(&OsEntropy).map_err(|error| HostError::Fault(error.into()))?;
            (Arc::new(store), MasterKey::from_bytes(key))
        }
        Place::Folder(folder) => return engine_over(open_store(folder)?, folder, keys, issuers),
    };
    engine(store, master_key, issuers)
}

/// Opens the engine over a store whose master key leaves its trace in `folder`.
pub(crate) fn engine_over(
    store: SqliteStore,
    folder: &Path,
    keys: &KeyOptions,
    issuers: Vec<Issuer>,
) -> Result<Arc<Engine>, HostError> {
    let KeyOptions { source, default, passphrase } = keys;
    let search = Search { dir: folder, wanted: *source, default: *default, passphrase: passphrase.as_ref() };
    let opened = search.open(&store)?;
    let file = opened.source.trace(folder);
    if let Some(was) = opened.was {
        tracing::warn!(master_key = %opened.source, %was, "sealed the store anew with another master key");
    }
    tracing::info!(master_key = %opened.source, file = %file.display(), "opened the master key");
    engine(Arc::new(store), opened.key, issuers)
}

fn engine(
    store: Arc<dyn Store>,
    master_key: MasterKey,
    issuers: Vec<Issuer>,
) -> Result<Arc<Engine>, HostError> {
    let clock = Arc::new(SystemClock);
    let parts = Parts { store, master_key, clock, entropy: Arc::new(OsEntropy), issuers };
    Ok(Arc::new(Engine::open(parts)?.with_fetch(fetcher())))
}

/// The base of an engine that nobody can reach.
///
/// # Panics
/// Never: the address is in normal form.
pub fn offline() -> Issuer {
    Issuer::parse("http://127.0.0.1:8103/").expect("the default base is in order")
}

/// What makes outside calls. Without it the engine answers everything that needs none.
fn fetcher() -> Arc<dyn Fetch> {
    match Fetcher::new() {
        Ok(fetcher) => Arc::new(fetcher),
        Err(error) => {
            tracing::error!(%error, "no outside calls can be made: identity providers will not be reached");
            Arc::new(Offline)
        }
    }
}

/// The files in the folder are their owner's alone; that others can see their names is worth a word.
fn warn_if_open(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o077 != 0 {
            let mode = format!("{:03o}", mode & 0o777);
            tracing::warn!(folder = %folder.display(), mode, "others can enter the data folder; run chmod 700 on it");
        }
    }
}
