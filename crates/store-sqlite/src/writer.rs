//! The writer: one thread that owns the write connection.
//!
//! It takes all jobs that wait, runs each under its own savepoint inside one transaction, commits once, and only then
//! calls their `done`. One write to the disk serves many requests; nothing is acknowledged before it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anteroom_engine::store::{Done, Job, StoreError, StoreResult, Verdict};
use rusqlite::Connection;

use crate::cache::ConfigCache;
use crate::error::{JobPanicked, fault};
use crate::queue::{Queue, Taken, Work};
use crate::tx::{SqliteTx, WriterNotes};

/// Jobs in one transaction at most, so that the first does not wait long for the last.
const MOST_JOBS: usize = 256;
/// A pause this long is used to move the WAL into the main file.
const IDLE: Duration = Duration::from_millis(50);
/// A WAL of this many pages (48 MiB) is moved without waiting for a pause; when a reader is in the way, again after so many
/// more.
const MOST_WAL_PAGES: i32 = 12_000;
const MORE_WAL_PAGES: i32 = 1_000;

/// What the writer has done so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) jobs: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) checkpoints: AtomicU64,
}

/// The writer.
pub(crate) struct Writer {
    pub(crate) connection: Arc<Mutex<Connection>>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) cache: Arc<ConfigCache>,
    pub(crate) counters: Arc<Counters>,
    /// Pages in the WAL that may not be in the main file yet.
    pub(crate) wal_pages: Arc<AtomicI32>,
    pub(crate) notes: RefCell<WriterNotes>,
}

/// What became of one job inside an open transaction.
type Outcome = (StoreResult<()>, Done);

impl Writer {
    /// Works until the queue is closed and empty, then moves everything into the main file.
    pub(crate) fn run(self) {
        let mut limit = MOST_WAL_PAGES;
        loop {
            let pages = self.wal_pages.load(Ordering::Relaxed);
            match self.queue.take(MOST_JOBS, (pages > 0).then_some(IDLE)) {
                Taken::Jobs(mut batch) => {
                    while !batch.is_empty() {
                        let (outcomes, committed) = self.run_batch(&mut batch);
                        answer(outcomes, &committed);
                    }
                    let pages = self.wal_pages.load(Ordering::Relaxed);
                    if pages > limit {
                        self.checkpoint("PASSIVE");
                        limit = pages.saturating_add(MORE_WAL_PAGES);
                    } else if pages < MOST_WAL_PAGES {
                        limit = MOST_WAL_PAGES;
                    }
                }
                Taken::Idle => self.checkpoint("PASSIVE"),
                Taken::Closed => break,
            }
        }
        self.checkpoint("TRUNCATE");
    }

    /// Runs one transaction over the batch, or over its beginning when the database gives the transaction up half-way.
    fn run_batch(&self, batch: &mut Vec<Work>) -> (Vec<Outcome>, StoreResult<()>) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut outcomes = Vec::with_capacity(batch.len());
        if let Err(error) = execute(&connection, "BEGIN IMMEDIATE") {
            outcomes.extend(batch.drain(..).map(|work| (Ok(()), work.done)));
            return (outcomes, Err(error));
        }
        let mut tx = SqliteTx::new(&connection, &self.notes, &self.cache, self.cache.generation());
        let mut sound = Ok(());
        let mut jobs = std::mem::take(batch).into_iter();
        for work in jobs.by_ref() {
            let result = self.run_job(&mut tx, work.job);
            if connection.is_autocommit() {
                sound = Err(StoreError::NotWritable("the database gave the transaction up".to_owned()));
            }
            match result {
                Ok(result) => outcomes.push((result, work.done)),
                Err(error) => {
                    outcomes.push((Ok(()), work.done));
                    sound = Err(error);
                }
            }
            if sound.is_err() {
                break;
            }
        }
        batch.extend(jobs);
        self.counters.jobs.fetch_add(outcomes.len() as u64, Ordering::Relaxed);
        let committed = match sound {
            Ok(()) => self.commit(&connection, tx.changed_config()),
            Err(error) => {
                roll_back(&connection);
                Err(error)
            }
        };
        if committed.is_err() {
            self.notes.borrow_mut().forget();
        }
        (outcomes, committed)
    }

    /// Runs one job under its savepoint; what its `done` is told. `Err` when the savepoint itself failed: then nothing of
    /// the transaction may stay.
    fn run_job(&self, tx: &mut SqliteTx<'_>, job: Job) -> StoreResult<StoreResult<()>> {
        execute(tx.connection, "SAVEPOINT job")?;
        let verdict = catch_unwind(AssertUnwindSafe(|| job(tx)));
        if tx.connection.is_autocommit() {
            return Ok(Ok(()));
        }
        if let Ok(Verdict::Commit) = verdict {
            return execute(tx.connection, "RELEASE job").map(Ok);
        }
        self.notes.borrow_mut().forget();
        execute(tx.connection, "ROLLBACK TO job")?;
        execute(tx.connection, "RELEASE job")?;
        Ok(verdict.map(drop).map_err(|_| StoreError::Database(Box::new(JobPanicked))))
    }

    fn commit(&self, connection: &Connection, changed_config: bool) -> StoreResult<()> {
        if changed_config {
            self.cache.begin_change();
        }
        let committed = execute(connection, "COMMIT");
        if committed.is_err() {
            roll_back(connection);
        }
        if changed_config {
            self.cache.end_change();
        }
        match committed {
            Ok(()) => {
                self.counters.commits.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(StoreError::NotWritable(text)) => Err(StoreError::NotWritable(text)),
            Err(other) => Err(StoreError::NotWritable(describe(&other))),
        }
    }

    /// Moves the WAL into the main file as far as no reader needs it.
    fn checkpoint(&self, mode: &str) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        self.wal_pages.store(0, Ordering::Relaxed);
        let pragma = format!("PRAGMA wal_checkpoint({mode})");
        match connection.query_row(&pragma, [], |row| row.get::<_, i64>(0)) {
            Ok(_) => drop(self.counters.checkpoints.fetch_add(1, Ordering::Relaxed)),
            // Nothing is lost: the WAL stays and is tried again after the next commit.
            Err(error) => tracing::warn!(%error, "the WAL could not be moved into the main file"),
        }
    }
}

/// Ends a transaction that cannot be committed, if the database has not done so itself.
fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = execute(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a transaction that could not be committed could not be rolled back");
    }
}

/// Tells everybody. When the commit failed, all that happened in the transaction never was.
fn answer(outcomes: Vec<Outcome>, committed: &StoreResult<()>) {
    for (result, done) in outcomes {
        let result = match committed {
            Ok(()) => result,
            Err(error) => Err(same(error)),
        };
        if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
            tracing::error!("a `done` of the store panicked");
        }
    }
}

/// The same error for each of several.
fn same(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::Closed => StoreError::Closed,
        StoreError::Exists(value) => StoreError::Exists(value),
        StoreError::Damaged(text) => StoreError::Damaged(text.clone()),
        StoreError::NotWritable(text) => StoreError::NotWritable(text.clone()),
        StoreError::Database(_) => StoreError::NotWritable(describe(error)),
    }
}

/// An error with its source.
fn describe(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn execute(connection: &Connection, sql: &str) -> StoreResult<()> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(drop).map_err(fault)
}
