//! Migrations: numbered files, each applied together with its number in one transaction.
//!
//! # To add one
//! A file `migrations/V<n>__<what>.sql`, a line in [`ALL`], and the new `migrations/schema.sql` that the test prints.
//! An applied file is never edited.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::backup;
use crate::open::OpenError;

/// A step from one schema to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// The schema's number after it: `user_version`.
    pub(crate) version: u32,
    /// Its statements.
    pub(crate) sql: &'static str,
}

/// All migrations, in order.
pub(crate) const ALL: &[Migration] = &[
    Migration { version: 1, sql: include_str!("../migrations/V1__first.sql") },
    Migration { version: 2, sql: include_str!("../migrations/V2__authorization_code.sql") },
    Migration { version: 3, sql: include_str!("../migrations/V3__second_factor.sql") },
    Migration { version: 4, sql: include_str!("../migrations/V4__setting.sql") },
    Migration { version: 5, sql: include_str!("../migrations/V5__ends_and_beginnings.sql") },
    Migration { version: 6, sql: include_str!("../migrations/V6__access.sql") },
    Migration { version: 7, sql: include_str!("../migrations/V7__apis.sql") },
    Migration { version: 8, sql: include_str!("../migrations/V8__saved_run.sql") },
    Migration { version: 9, sql: include_str!("../migrations/V9__hand_over_words.sql") },
    Migration { version: 10, sql: include_str!("../migrations/V10__connected_accounts.sql") },
    Migration { version: 11, sql: include_str!("../migrations/V11__smart_app_launch.sql") },
    Migration { version: 12, sql: include_str!("../migrations/V12__membership_access.sql") },
    Migration { version: 13, sql: include_str!("../migrations/V13__event_by_kind.sql") },
    Migration { version: 14, sql: include_str!("../migrations/V14__user_security_request.sql") },
    Migration { version: 15, sql: include_str!("../migrations/V15__event_of_client.sql") },
];

/// Marks a file as ours: `Ante`.
pub(crate) const APPLICATION_ID: i32 = 0x416e_7465;

/// The newest schema of a list.
pub(crate) fn newest(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// Applies what is missing. The number of a file's schema moves with its statements, so a file is of the old version or of
/// the new one, never between.
pub(crate) fn apply(
    connection: &mut Connection,
    migrations: &[Migration],
    path: &Path,
) -> Result<(), OpenError> {
    for migration in migrations {
        let failed =
            |source| OpenError::Migration { path: path.to_owned(), version: migration.version, source };
        let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(failed)?;
        let version: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
        if version >= migration.version {
            continue;
        }
        tx.execute_batch(migration.sql).map_err(failed)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        tx.pragma_update(None, "user_version", migration.version).map_err(failed)?;
        tx.commit().map_err(failed)?;
    }
    Ok(())
}

/// Copies the database beside itself before a migration touches it: `<file>.v<n>.backup`.
pub(crate) fn back_up(connection: &Connection, path: &Path, version: u32) -> Result<PathBuf, OpenError> {
    let backup = beside(path, &format!(".v{version}.backup"));
    backup::write(connection, &backup)
        .map_err(|error| OpenError::Backup { path: backup.clone(), source: error.into() })?;
    Ok(backup)
}

/// A file name with an ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
