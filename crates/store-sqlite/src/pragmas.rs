//! How connections are set up.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Result};

use crate::Options;

/// Statements a connection remembers: more than there are in this crate.
const STATEMENTS: usize = 256;

/// Page cache of the writer and of each reader, in KiB.
const WRITER_CACHE_KIB: i64 = 8_192;
const READER_CACHE_KIB: i64 = 2_048;

/// The WAL is cut to this many bytes when it starts over after it grew.
const JOURNAL_SIZE_LIMIT: i64 = 16 * 1024 * 1024;

/// Every setting of the write connection.
///
/// - `journal_mode = WAL`: readers go on while the writer writes.
/// - `synchronous = FULL`: a commit is on disk before it returns. `NORMAL` could lose the last commits with the power,
///   and a spent code would be whole again.
/// - `foreign_keys`: a row cannot point to a project that is not there.
/// - `busy_timeout`: waits for another process (a backup tool) that holds the file, but not for ever.
/// - `secure_delete`: what is deleted is overwritten, not just forgotten.
/// - `trusted_schema = OFF`: a schema that somebody altered cannot call functions with side effects.
/// - `cell_size_check`: damage is found when a page is read, not when it has spread.
/// - `cache_spill = OFF`: nothing reaches the WAL before its commit.
/// - `ENABLE_QPSG`: a statement keeps its plan. Without it, each new value bound beside a partial index makes `SQLite` parse
///   and plan the statement again, and the remembered ones gain nothing.
/// - `wal_autocheckpoint = 0`: the writer moves the WAL into the main file when it has nothing else to do.
pub(crate) fn set_up_writer(connection: &Connection, options: &Options) -> Result<()> {
    set_up(connection, options, WRITER_CACHE_KIB)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_spill", false)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_SIZE_LIMIT)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

/// Every setting of a read connection; `query_only` on top of the read-only file handle.
pub(crate) fn set_up_reader(connection: &Connection, options: &Options) -> Result<()> {
    set_up(connection, options, READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)
}

fn set_up(connection: &Connection, options: &Options, cache_kib: i64) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(options.wait)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -cache_kib)
}
