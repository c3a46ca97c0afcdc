//! The contract of the engine, on a file and in memory.

use std::path::Path;

use anteroom_engine::store::{Done, Job, Store, StoreResult, Tx};
use anteroom_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

/// A store whose folder goes with it.
struct FileStore {
    store: SqliteStore,
    _dir: TempDir,
}

impl Store for FileStore {
    fn submit(&self, job: Job, done: Done) -> StoreResult<()> {
        self.store.submit(job, done)
    }

    fn read(&self, read: &mut dyn FnMut(&dyn Tx) -> StoreResult<()>) -> StoreResult<()> {
        self.store.read(read)
    }

    fn back_up(&self, to: &Path) -> StoreResult<()> {
        self.store.back_up(to)
    }

    fn close(&self) -> StoreResult<()> {
        self.store.close()
    }
}

fn on_a_file() -> FileStore {
    let dir = TempDir::new().unwrap();
    let store = SqliteStore::open(&dir.path().join("anteroom.db"), Options::default()).unwrap();
    FileStore { store, _dir: dir }
}

fn in_memory() -> SqliteStore {
    SqliteStore::in_memory().unwrap()
}

mod file {
    use super::on_a_file;
    anteroom_engine::contract_tests!(on_a_file());
}

mod memory {
    use super::in_memory;
    anteroom_engine::contract_tests!(in_memory());
}
