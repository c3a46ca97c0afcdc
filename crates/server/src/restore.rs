//! Putting a backup in the place of the store.
//!
//! The backup is copied into a folder of its own, checked there in full, brought to this program's schema, and everything
//! in it that works once is ended ([`backups`]). Only then does it take the place of the store, by one rename; the store
//! that was there is kept among the backups. A process that is killed anywhere leaves the one or the other.
//!
//! # Not supported
//! A master key that was changed after the backup was made: the key is not in the backup, and the old one is not kept.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::id::Id;
use anteroom_engine::model::Membership;
use anteroom_engine::service::backups;
use anteroom_engine::stop::{Fault, Stop};
use anteroom_engine::store::Ended;
use anteroom_engine::timestamp::Timestamp;
use anteroom_sentence::{Sentence, sentence};
use anteroom_store_sqlite::{DataDirLock, Options, SqliteStore, fold_journal};
use tokio::runtime::Handle;

use crate::place::{KeyOptions, STORE_FILE, engine_over, offline};
use crate::problem::HostError;
use crate::save::free_name;

/// Where a backup is made ready, in the data folder.
const STAGING: &str = "restoring";

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the store is kept that was there before, if there was one.
    pub kept: Option<PathBuf>,
    /// What was ended.
    pub ended: Ended,
}

/// Puts the backup `file` in the place of the store in `folder`, which nobody may be using. `by` is who asked, as the
/// backup knows them. Blocks: never call it inside an async task.
///
/// # Errors
/// When the folder is in use, when the file is no backup or a damaged one, when its keys are sealed with another master key
/// than the folder's, or when something cannot be written. The store is as it was then.
pub fn restore(
    folder: &Path,
    keys: &KeyOptions,
    file: &Path,
    by: Option<Id<Membership>>,
    runtime: &Handle,
) -> Result<Restored, HostError> {
    let refused = |why| HostError::Restore { file: file.to_owned(), why };
    let failed = |error: io::Error| refused(Sentence::english(error.to_string()));
    if !file.symlink_metadata().map_err(failed)?.is_file() {
        return Err(refused(sentence!("it is not a regular file")));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_used(&beside(file, "-wal")) {
        return Err(refused(sentence!("it has a journal, so it is a store in use, and no backup")));
    }
    let lock = DataDirLock::acquire(folder)?;
    let staging = lock.dir().join(STAGING);
    let restored = copy(file, &staging).map_err(failed).and_then(|staged| {
        let (ended, at) = make_ready(&staged, lock.dir(), keys, name, by, runtime)?;
        Ok(Restored { kept: put_in_place(&staged, lock.dir(), at).map_err(failed)?, ended })
    });
    if let Err(error) = clear(&staging) {
        tracing::warn!(%error, folder = %staging.display(), "what a restore leaves behind could not be removed");
    }
    restored
}

/// The path of a new backup in the folder `backups`, which is made if it is missing.
///
/// # Errors
/// What the system says.
pub fn new_backup(backups: &Path, stem: &str) -> io::Result<PathBuf> {
    private_dir(backups)?;
    free_name(backups, stem, backups::EXTENSION)
}

/// The folder of the backups of the store in `folder`; it may be missing.
pub fn backups_of(folder: &Path) -> PathBuf {
    folder.join(backups::FOLDER)
}

/// Copies the backup to where it is made ready.
fn copy(file: &Path, staging: &Path) -> io::Result<PathBuf> {
    clear(staging)?;
    private_dir(staging)?;
    let staged = staging.join(STORE_FILE);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::copy(&mut File::open(file)?, &mut options.open(&staged)?)?;
    Ok(staged)
}

/// Opens the copy with every check there is, and ends in it what works once.
fn make_ready(
    staged: &Path,
    folder: &Path,
    keys: &KeyOptions,
    name: String,
    by: Option<Id<Membership>>,
    runtime: &Handle,
) -> Result<(Ended, Timestamp), HostError> {
    let checked = Options { check_first: u64::MAX, ..Options::default() };
    let store = SqliteStore::open(staged, checked)?;
    // with the key it is sealed with: to seal it anew would take the old key from the store that is still in place
    let keys = KeyOptions { source: None, ..keys.clone() };
    let engine: Arc<Engine> = engine_over(store, folder, &keys, vec![offline()])?;
    let ended = runtime.block_on(backups::prepare(&engine, name, by)).map_err(|stop| match stop {
        Stop::Fault(fault) => fault,
        Stop::Refused(_) | Stop::Unfit(_) => Fault::Inconsistent("a restore was refused"),
    })?;
    let at = engine.now();
    engine.close().map_err(HostError::StoreFailed)?;
    File::open(staged).and_then(|file| file.sync_all()).map_err(|error| HostError::Restore {
        file: staged.to_owned(),
        why: Sentence::english(error.to_string()),
    })?;
    Ok((ended, at))
}

/// Lets the copy take the place of the store, which is kept.
fn put_in_place(staged: &Path, folder: &Path, at: Timestamp) -> io::Result<Option<PathBuf>> {
    let current = folder.join(STORE_FILE);
    let kept = if current.symlink_metadata().is_ok() { Some(keep(&current, folder, at)?) } else { None };
    // first, because SQLite plays a journal into whatever file stands beside it; the store needs its own no longer
    for ending in ["-wal", "-shm"] {
        match fs::remove_file(beside(&current, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync_dir(folder)?;
    fs::rename(staged, &current)?;
    sync_dir(folder)?;
    Ok(kept)
}

/// Gives the store a second name among the backups, so that it has one at every moment.
fn keep(current: &Path, folder: &Path, at: Timestamp) -> io::Result<PathBuf> {
    let backups = backups_of(folder);
    let kept = new_backup(&backups, &format!("{}-replaced", backups::stem(at)))?;
    let journal = beside(current, "-wal");
    if is_used(&journal) {
        match fold_journal(current) {
            Ok(true) => {}
            Ok(false) => return Err(io::Error::other("another program reads the store; try again")),
            Err(error) => {
                // a store that is too damaged to be opened is kept as it is, for whoever can read it
                tracing::warn!(%error, "the store that is replaced is damaged; it is kept with its journal");
                fs::rename(&journal, beside(&kept, "-wal"))?;
            }
        }
    }
    if fs::hard_link(current, &kept).is_err() {
        fs::copy(current, &kept)?;
        File::open(&kept)?.sync_all()?;
    }
    sync_dir(&backups)?;
    Ok(kept)
}

/// Whether a journal holds something.
fn is_used(journal: &Path) -> bool {
    journal.metadata().is_ok_and(|journal| journal.len() > 0)
}

fn clear(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        cleared => cleared,
    }
}

/// Makes a folder for its owner only, if it is missing.
pub(crate) fn private_dir(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn sync_dir(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
