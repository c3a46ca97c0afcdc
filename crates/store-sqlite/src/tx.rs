//! One open transaction, and how statements run in it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::Client;
use anteroom_engine::model::client::SecretSlot;
use anteroom_engine::store::StoreResult;
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Connection, Params, Row, params};

use crate::cache::{ConfigCache, Key};
use crate::error::fault;

/// One open transaction on a connection. The traits of the contract are implemented for it, one file each.
pub(crate) struct SqliteTx<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) notes: &'a RefCell<WriterNotes>,
    cache: &'a ConfigCache,
    /// Generation whose cached rows this transaction may use.
    generation: Option<u64>,
    /// Whether it wrote configuration rows.
    changed_config: bool,
}

/// What the writer remembers between transactions. A reader has an empty one.
#[derive(Default)]
pub(crate) struct WriterNotes {
    /// Number and hash of the newest event.
    pub(crate) last_event: Option<(i64, [u8; 32])>,
    /// Last uses of secrets that were written a short time ago.
    pub(crate) secret_uses: HashMap<(Id<Client>, SecretSlot), Timestamp>,
}

impl WriterNotes {
    /// Forgets everything: what was noted may not have stayed.
    pub(crate) fn forget(&mut self) {
        self.last_event = None;
        self.secret_uses.clear();
    }
}

impl<'a> SqliteTx<'a> {
    /// Around a transaction that is open. `generation` is `None` when the cache must not be used.
    pub(crate) fn new(
        connection: &'a Connection,
        notes: &'a RefCell<WriterNotes>,
        cache: &'a ConfigCache,
        generation: Option<u64>,
    ) -> Self {
        Self { connection, notes, cache, generation, changed_config: false }
    }

    /// Whether it wrote configuration rows.
    pub(crate) fn changed_config(&self) -> bool {
        self.changed_config
    }

    /// Call in every method that writes a configuration row: from here on this transaction asks the database.
    pub(crate) fn config_changes(&mut self) {
        self.changed_config = true;
        self.generation = None;
    }

    /// A row from the cache, or from `load`.
    pub(crate) fn cached<K: Key>(
        &self,
        key: K,
        load: impl FnOnce() -> StoreResult<Option<K::Row>>,
    ) -> StoreResult<Option<Arc<K::Row>>> {
        let Some(generation) = self.generation else { return Ok(load()?.map(Arc::new)) };
        if let Some(row) = self.cache.get(generation, key) {
            return Ok(Some(row));
        }
        let row = load()?.map(Arc::new);
        if let Some(row) = &row {
            self.cache.put(generation, key, row);
        }
        Ok(row)
    }

    /// The first row of an answer.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        from_row: impl FnOnce(&Row<'_>) -> StoreResult<T>,
    ) -> StoreResult<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params).map_err(fault)?;
        rows.next().map_err(fault)?.map(from_row).transpose()
    }

    /// All rows of an answer.
    pub(crate) fn many<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut from_row: impl FnMut(&Row<'_>) -> StoreResult<T>,
    ) -> StoreResult<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params).map_err(fault)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            all.push(from_row(row)?);
        }
        Ok(all)
    }

    /// Shows the rows of an answer to `visit`, one by one, until it says `false`.
    pub(crate) fn walk<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut from_row: impl FnMut(&Row<'_>) -> StoreResult<T>,
        visit: &mut dyn FnMut(T) -> bool,
    ) -> StoreResult<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if !visit(from_row(row)?) {
                break;
            }
        }
        Ok(())
    }

    /// The number in the first column of a query that always answers.
    pub(crate) fn count(&self, sql: &str, params: impl Params) -> StoreResult<u32> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let count: i64 = statement.query_row(params, |row| row.get(0)).map_err(fault)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) fn run(&self, sql: &str, params: impl Params) -> StoreResult<usize> {
        self.connection.prepare_cached(sql).map_err(fault)?.execute(params).map_err(fault)
    }

    /// Runs a statement; how many rows it changed, as the contract counts.
    pub(crate) fn run_counted(&self, sql: &str, params: impl Params) -> StoreResult<u32> {
        Ok(u32::try_from(self.run(sql, params)?).unwrap_or(u32::MAX))
    }

    /// Runs a statement that changes one row at most; whether it did.
    pub(crate) fn run_one(&self, sql: &str, params: impl Params) -> StoreResult<bool> {
        Ok(self.run(sql, params)? == 1)
    }

    /// Deletes at most `limit` rows of a table whose `column` is earlier than `before`; how many.
    pub(crate) fn purge(
        &self,
        table: &'static str,
        column: &'static str,
        before: Timestamp,
        limit: u32,
    ) -> StoreResult<u32> {
        self.run_counted(
            &format!(
                "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {column} < ?1 LIMIT ?2)"
            ),
            params![before.seconds(), limit],
        )
    }
}
