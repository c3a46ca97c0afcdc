//! Copies of the whole database, and what becomes of one that is put back.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use anteroom_engine::store::{Backups, Ended, StoreError, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Connection, params};

use crate::data_dir::{private_file, sync_dir};
use crate::error::fault;
use crate::migrations::beside;
use crate::open::OpenError;
use crate::reader::READ_ONLY;
use crate::tx::SqliteTx;

/// Why a copy could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

impl From<CopyError> for StoreError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::File(error) => Self::NotWritable(error.to_string()),
            CopyError::Database(error) => fault(error),
        }
    }
}

/// Copies what `connection` sees to the file `to`. It is written under another name first, so that a file with its final
/// name is always whole.
pub(crate) fn write(connection: &Connection, to: &Path) -> Result<(), CopyError> {
    let unfinished = beside(to, ".unfinished");
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let name = unfinished.to_str().ok_or_else(|| io::Error::other("the path is not Unicode"))?;
    // SQLite would make it readable for everybody; it accepts an empty file that is there.
    private_file(OpenOptions::new().write(true).create_new(true), &unfinished)?;
    let written = connection
        .execute("VACUUM INTO ?1", [name])
        .map_err(CopyError::from)
        .and_then(|_| Ok(File::open(&unfinished)?.sync_all()?))
        .and_then(|()| Ok(std::fs::rename(&unfinished, to)?))
        .and_then(|()| Ok(to.parent().map_or(Ok(()), sync_dir)?));
    if written.is_err() {
        // Half a copy helps nobody; that it could not be written is the news.
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

/// Copies what is committed in the database file `from` to the new file `to`, also while another process uses it.
///
/// # Errors
/// When `from` is not an Anteroom database, when `to` is there already, or when it cannot be written.
pub fn back_up_file(from: &Path, to: &Path) -> Result<(), OpenError> {
    crate::open::check_kind(from)?;
    let failed = |source: CopyError| OpenError::Backup { path: to.to_owned(), source: source.into() };
    let connection = Connection::open_with_flags(from, READ_ONLY).map_err(|error| failed(error.into()))?;
    new(to).and_then(|()| write(&connection, to)).map_err(failed)
}

/// Refuses a file that is there already.
pub(crate) fn new(to: &Path) -> Result<(), CopyError> {
    match to.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "the file is there already").into()),
    }
}

impl Backups for SqliteTx<'_> {
    fn end_everything(&mut self, at: Timestamp) -> StoreResult<Ended> {
        let at = at.seconds();
        let codes = self.run_counted(
            "UPDATE pre_authorized_code SET ending = 'revoked', ended_at = ?1 \
             WHERE expires_at > ?1 AND redeemed_at IS NULL AND ended_at IS NULL",
            params![at],
        )?;
        let logins = self.run_counted(
            "UPDATE login SET revoked_at = ?1 WHERE expires_at > ?1 AND revoked_at IS NULL",
            params![at],
        )?;
        let sessions = self.run_counted(
            "UPDATE session SET ended_at = ?1 WHERE expires_at > ?1 AND ended_at IS NULL",
            params![at],
        )?;
        self.run("DELETE FROM authorization_code WHERE redeemed_at IS NULL", params![])?;
        self.run("DELETE FROM interaction WHERE finished_at IS NULL", params![])?;
        self.run("DELETE FROM connect_session WHERE finished_at IS NULL", params![])?;
        self.run("DELETE FROM user_security_request WHERE used_at IS NULL", params![])?;
        Ok(Ended { codes, sign_ins: logins + sessions })
    }
}
