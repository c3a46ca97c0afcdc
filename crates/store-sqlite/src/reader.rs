//! The readers: a few read-only connections, beside the writer.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anteroom_engine::store::{StoreError, StoreResult, Tx};
use rusqlite::{Connection, OpenFlags};

use crate::Options;
use crate::backup;
use crate::cache::ConfigCache;
use crate::error::fault;
use crate::pragmas;
use crate::tx::{SqliteTx, WriterNotes};

/// Where reads go.
pub(crate) enum Readers {
    /// Connections of their own, on a file.
    Pool(Pool),
    /// The write connection, between its transactions: a database in memory has no second one.
    Shared {
        /// The write connection.
        connection: Arc<Mutex<Connection>>,
        /// Whether the store is closed.
        closed: AtomicBool,
    },
}

/// Read connections, opened when first needed.
pub(crate) struct Pool {
    path: PathBuf,
    options: Options,
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    idle: Vec<Connection>,
    open: usize,
    closed: bool,
}

impl Readers {
    /// Runs `read` on a snapshot.
    pub(crate) fn read(
        &self,
        cache: &ConfigCache,
        read: &mut dyn FnMut(&dyn Tx) -> StoreResult<()>,
    ) -> StoreResult<()> {
        match self {
            Self::Pool(pool) => {
                let lent = pool.borrow()?;
                on_snapshot(lent.connection()?, cache, read)
            }
            Self::Shared { closed, .. } if closed.load(Ordering::SeqCst) => Err(StoreError::Closed),
            Self::Shared { connection, .. } => {
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                on_snapshot(&connection, cache, read)
            }
        }
    }

    /// Copies what is committed to the file `to`. On a file it takes a connection of its own, so that nobody waits for it.
    pub(crate) fn back_up(&self, to: &Path) -> StoreResult<()> {
        match self {
            Self::Pool(pool) if pool.state().closed => Err(StoreError::Closed),
            Self::Pool(pool) => {
                let connection = Connection::open_with_flags(&pool.path, READ_ONLY).map_err(fault)?;
                connection.busy_timeout(pool.options.wait).map_err(fault)?;
                Ok(backup::write(&connection, to)?)
            }
            Self::Shared { closed, .. } if closed.load(Ordering::SeqCst) => Err(StoreError::Closed),
            Self::Shared { connection, .. } => {
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(backup::write(&connection, to)?)
            }
        }
    }

    /// Closes idle connections and lends no more.
    pub(crate) fn close(&self) {
        match self {
            Self::Pool(pool) => {
                let mut state = pool.state();
                state.closed = true;
                state.idle.clear();
                pool.returned.notify_all();
            }
            Self::Shared { closed, .. } => closed.store(true, Ordering::SeqCst),
        }
    }
}

/// The snapshot is taken by the first statement, not by `BEGIN`. The cache may be used when its generation was the same
/// on both sides of it.
fn on_snapshot(
    connection: &Connection,
    cache: &ConfigCache,
    read: &mut dyn FnMut(&dyn Tx) -> StoreResult<()>,
) -> StoreResult<()> {
    let before = cache.generation();
    let open = Open::begin(connection)?;
    let generation = cache.generation().filter(|after| Some(*after) == before);
    let notes = RefCell::new(WriterNotes::default());
    let outcome = read(&SqliteTx::new(connection, &notes, cache, generation));
    drop(open);
    outcome
}

/// An open read transaction; ends when dropped, so also when the closure panics.
struct Open<'a>(&'a Connection);

impl<'a> Open<'a> {
    fn begin(connection: &'a Connection) -> StoreResult<Self> {
        run(connection, "BEGIN").map_err(fault)?;
        let open = Self(connection);
        let mut first = connection.prepare_cached("SELECT 1 FROM project LIMIT 1").map_err(fault)?;
        first.exists([]).map_err(fault)?;
        Ok(open)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Err(error) = run(self.0, "ROLLBACK") {
            tracing::error!(%error, "a read transaction could not be ended");
        }
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// A connection on loan; goes back when dropped.
struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&self) -> StoreResult<&Connection> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        match self.connection.take() {
            Some(connection) if !state.closed && connection.is_autocommit() => state.idle.push(connection),
            _ => state.open -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

impl Pool {
    /// A pool without a connection yet.
    pub(crate) fn new(path: PathBuf, options: Options) -> Self {
        let state = State { idle: Vec::new(), open: 0, closed: false };
        Self { path, options, state: Mutex::new(state), returned: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection, a new one while there are few, or the next that comes back; `Busy` when none does in time.
    fn borrow(&self) -> StoreResult<Lent<'_>> {
        let begin = Instant::now();
        let mut state = self.state();
        loop {
            if state.closed {
                return Err(StoreError::Closed);
            }
            if let Some(connection) = state.idle.pop() {
                return Ok(Lent { pool: self, connection: Some(connection) });
            }
            if state.open < self.options.readers {
                state.open += 1;
                drop(state);
                // Counts from here on, whether opening works or not.
                let mut lent = Lent { pool: self, connection: None };
                lent.connection = Some(self.open().map_err(fault)?);
                return Ok(lent);
            }
            let Some(left) = self.options.wait.checked_sub(begin.elapsed()) else {
                return Err(StoreError::Busy);
            };
            (state, _) = self.returned.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&self.path, READ_ONLY)?;
        pragmas::set_up_reader(&connection, &self.options)?;
        Ok(connection)
    }
}

/// How a read connection opens the file: no writes, no new file, no link.
pub(crate) const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_NOFOLLOW);
