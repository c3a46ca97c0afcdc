//! The store: a writer, its queue and the readers.

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anteroom_engine::store::{Done, Job, Store, StoreError, StoreResult, Tx};
use rusqlite::Connection;

use crate::backup;
use crate::cache::ConfigCache;
use crate::migrations::{self, Migration};
use crate::open::{self, OpenError};
use crate::queue::{Queue, Work};
use crate::reader::{Pool, READ_ONLY, Readers};
use crate::tx::WriterNotes;
use crate::writer::{Counters, Writer};
use crate::{DataDirLock, Options, pragmas};

/// A database in a file, or in memory.
pub struct SqliteStore {
    queue: Arc<Queue>,
    readers: Readers,
    cache: Arc<ConfigCache>,
    counters: Arc<Counters>,
    writer: Mutex<Option<JoinHandle<()>>>,
    damaged: Arc<AtomicBool>,
    lock: Mutex<Option<DataDirLock>>,
}

/// What a store has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Jobs that ran.
    pub jobs: u64,
    /// Commits: each serves one or more jobs.
    pub commits: u64,
    /// Times the WAL was moved into the main file.
    pub checkpoints: u64,
}

impl SqliteStore {
    /// Opens the database file, or makes it and its folder. Locks the folder for as long as the store is open.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong; the file was not changed.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let (lock, path) = open::lock(path)?;
        Self::open_with(&path, options, migrations::ALL, lock)
    }

    /// Opens the file `name` in a folder that is locked already.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_locked(lock: DataDirLock, name: &str, options: Options) -> Result<Self, OpenError> {
        let path = lock.dir().join(name);
        Self::open_with(&path, options, migrations::ALL, lock)
    }

    fn open_with(
        path: &Path,
        options: Options,
        migrations: &[Migration],
        lock: DataDirLock,
    ) -> Result<Self, OpenError> {
        let mut connection = open::open(path, &options, migrations)?;
        let database = |source| OpenError::Database { path: path.to_owned(), source };
        let wal_pages = Arc::new(AtomicI32::new(0));
        let pages = Arc::clone(&wal_pages);
        connection
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count: i32| {
                pages.store(count, Ordering::Relaxed);
                Ok(())
            }))
            .map_err(database)?;
        let damaged = Arc::new(AtomicBool::new(false));
        if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > options.check_first) {
            check_beside(path, &damaged);
        }
        let connection = Arc::new(Mutex::new(connection));
        let readers = Readers::Pool(Pool::new(path.to_owned(), options));
        Ok(Self::start(connection, readers, wal_pages, &options, damaged, Some(lock)))
    }

    /// A database that is gone when the store is dropped.
    ///
    /// # Errors
    /// Only when there is no memory for it.
    pub fn in_memory() -> StoreResult<Self> {
        let options = Options::default();
        let database = |source| StoreError::Database(Box::new(source));
        let mut connection = Connection::open_in_memory().map_err(|error| database(Box::new(error)))?;
        pragmas::set_up_writer(&connection, &options).map_err(|error| database(Box::new(error)))?;
        migrations::apply(&mut connection, migrations::ALL, Path::new(":memory:"))
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        let connection = Arc::new(Mutex::new(connection));
        let readers = Readers::Shared { connection: Arc::clone(&connection), closed: AtomicBool::new(false) };
        Ok(Self::start(connection, readers, Arc::default(), &options, Arc::default(), None))
    }

    fn start(
        connection: Arc<Mutex<Connection>>,
        readers: Readers,
        wal_pages: Arc<AtomicI32>,
        options: &Options,
        damaged: Arc<AtomicBool>,
        lock: Option<DataDirLock>,
    ) -> Self {
        let queue = Arc::new(Queue::new(options.queue));
        let cache = Arc::new(ConfigCache::default());
        let counters = Arc::new(Counters::default());
        let writer = Writer {
            connection,
            queue: Arc::clone(&queue),
            cache: Arc::clone(&cache),
            counters: Arc::clone(&counters),
            wal_pages,
            notes: RefCell::new(WriterNotes::default()),
        };
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || writer.run());
        if thread.is_err() {
            queue.close();
        }
        Self {
            queue,
            readers,
            cache,
            counters,
            writer: Mutex::new(thread.ok()),
            damaged,
            lock: Mutex::new(lock),
        }
    }

    /// What the store has done so far.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            jobs: self.counters.jobs.load(Ordering::Relaxed),
            commits: self.counters.commits.load(Ordering::Relaxed),
            checkpoints: self.counters.checkpoints.load(Ordering::Relaxed),
        }
    }

    fn sound(&self) -> StoreResult<()> {
        if self.damaged.load(Ordering::Relaxed) {
            return Err(StoreError::Damaged(
                "the check of the file found damage; restore a backup".to_owned(),
            ));
        }
        Ok(())
    }
}

impl Store for SqliteStore {
    fn submit(&self, job: Job, done: Done) -> StoreResult<()> {
        self.sound()?;
        self.queue.push(Work { job, done })
    }

    fn read(&self, read: &mut dyn FnMut(&dyn Tx) -> StoreResult<()>) -> StoreResult<()> {
        self.sound()?;
        self.readers.read(&self.cache, read)
    }

    fn back_up(&self, to: &Path) -> StoreResult<()> {
        self.sound()?;
        backup::new(to)?;
        self.readers.back_up(to)
    }

    fn close(&self) -> StoreResult<()> {
        self.queue.close();
        self.readers.close();
        let thread = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A `done` that drops the last handle runs on the writer itself, which then ends on its own.
            if thread.thread().id() != std::thread::current().id() {
                thread.join().map_err(|_| StoreError::Closed)?;
            }
        }
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(())
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the store did not close");
        }
    }
}

/// Checks a large file on a thread of its own, which gives way to whoever is waiting for an answer. From the moment damage
/// is found, the store answers nothing more.
fn check_beside(path: &Path, damaged: &Arc<AtomicBool>) {
    let (path, damaged) = (path.to_owned(), Arc::clone(damaged));
    let check = move || {
        // on Linux each thread has a niceness of its own; without it the check only takes more of the machine
        #[cfg(target_os = "linux")]
        let _ = rustix::process::setpriority_process(None, 19);
        let checked = Connection::open_with_flags(&path, READ_ONLY)
            .map_err(|error| error.to_string())
            .and_then(|connection| open::check(&connection, "quick_check"));
        if let Err(detail) = checked {
            tracing::error!(file = %path.display(), detail, "the database is damaged");
            damaged.store(true, Ordering::Relaxed);
        }
    };
    if std::thread::Builder::new().name("store-check".to_owned()).spawn(check).is_err() {
        tracing::warn!("there was no thread to check the database with");
    }
}
