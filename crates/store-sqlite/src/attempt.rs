//! Counted attempts.

use anteroom_engine::model::attempt::Attempts;
use anteroom_engine::store::{AttemptCounters, StoreError, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Row, params};

use crate::column;
use crate::tx::SqliteTx;

fn from_row(row: &Row<'_>) -> StoreResult<Attempts> {
    Ok(Attempts { since: column::time(row, 0)?, count: column::get(row, 1)? })
}

impl AttemptCounters for SqliteTx<'_> {
    fn attempts(&self, key: &str, not_before: Timestamp) -> StoreResult<Option<Attempts>> {
        self.one(
            "SELECT since, count FROM attempt WHERE key = ?1 AND since >= ?2",
            params![key, not_before.seconds()],
            from_row,
        )
    }

    fn count_attempt(&mut self, key: &str, now: Timestamp, not_before: Timestamp) -> StoreResult<Attempts> {
        // A clock that was set back leaves a window that begins later than it is; it counts for as long as one of the past.
        let not_after = now + not_before.until(now);
        let counted = self.one(
            "INSERT INTO attempt (key, since, count) VALUES (?1, ?2, 1) ON CONFLICT (key) DO UPDATE SET \
             count = CASE WHEN since BETWEEN ?3 AND ?4 THEN count + 1 ELSE 1 END, \
             since = CASE WHEN since BETWEEN ?3 AND ?4 THEN since ELSE excluded.since END \
             RETURNING since, count",
            params![key, now.seconds(), not_before.seconds(), not_after.seconds()],
            from_row,
        )?;
        counted.ok_or_else(|| StoreError::Damaged("a counted attempt gave no row".to_owned()))
    }

    fn forgive_attempt(&mut self, key: &str) -> StoreResult<()> {
        self.run("UPDATE attempt SET count = max(count - 1, 0) WHERE key = ?1", params![key]).map(drop)
    }

    fn forget_attempts(&mut self, key: &str) -> StoreResult<()> {
        self.run("DELETE FROM attempt WHERE key = ?1", params![key]).map(drop)
    }

    fn purge_attempts(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.run_counted(
            "DELETE FROM attempt WHERE key IN (SELECT key FROM attempt WHERE since < ?1 LIMIT ?2)",
            params![before.seconds(), limit],
        )
    }
}
