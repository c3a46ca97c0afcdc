//! Settings of the engine itself.

use anteroom_engine::store::{Settings, StoreResult};
use rusqlite::params;

use crate::column;
use crate::tx::SqliteTx;

impl Settings for SqliteTx<'_> {
    fn setting(&self, name: &str) -> StoreResult<Option<String>> {
        self.one("SELECT value FROM setting WHERE name = ?1", params![name], |row| column::get(row, 0))
    }

    fn put_setting(&mut self, name: &str, value: &str) -> StoreResult<()> {
        self.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", params![name, value])
            .map(drop)
    }
}
