//! Backups of the whole store: made while everything goes on, kept in a folder, put back.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anteroom_engine::id::Id;
use anteroom_engine::model::Membership;
use anteroom_engine::service::backups as service;
use anteroom_engine::stop::{Fault, Outcome, conflict, invalid, not_found};
use anteroom_engine::store::StoreError;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Backups that are kept at most; the next one needs one of them deleted.
const MOST: usize = 100;

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct List {}

/// One backup.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// Name of its file in the folder of the backups.
    pub file: String,
}

/// A backup.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Name of its file.
    pub file: String,
    /// Unix seconds.
    #[ts(type = "number")]
    pub made_at: i64,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Whether it is a store that another backup took the place of.
    pub replaced: bool,
}

/// The backups, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Backups {
    /// Their folder.
    pub folder: String,
    /// Whether this program can put one back while it runs; otherwise `anteroom-server restore` does.
    pub can_restore: bool,
    /// The backups.
    pub items: Vec<Backup>,
}

/// A backup to put back.
#[derive(Debug)]
pub struct Order {
    /// Its file.
    pub file: PathBuf,
    /// Who asked.
    pub by: Option<Id<Membership>>,
}

/// A backup took the place of the store.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// Where the store is kept that was there before.
    pub kept: Option<String>,
    /// Links that could still be redeemed, and were ended.
    pub links: u32,
    /// Sign-ins that still ran, and were ended.
    pub sign_ins: u32,
}

pub(crate) async fn list(admin: &Admin, _: List) -> Result<Backups, CommandError> {
    let (folder, can_restore) = (admin.host().backups(), admin.host().can_restore());
    admin
        .aside(move |_| {
            let items = read(&folder)?;
            Ok(Backups { folder: folder.display().to_string(), can_restore, items })
        })
        .await
}

pub(crate) async fn create(admin: &Admin, _: List) -> Result<Backups, CommandError> {
    let Ok(_one) = admin.backing_up().try_lock() else {
        return Err(CommandError::new(Code::Conflict, None, sentence!("A backup is being made already.")));
    };
    let host = admin.host_handle();
    let name = admin
        .aside(move |engine| {
            if read(&host.backups())?.len() >= MOST {
                return conflict(
                    None,
                    sentence!("There are {most} backups already. Delete one first.", most = MOST),
                );
            }
            let to = host.new_backup(&service::stem(engine.now())).map_err(|error| not_writable(&error))?;
            engine.back_up(&to)?;
            Ok(name_of(&to))
        })
        .await?;
    admin.change(move |cx, _, _| service::made(cx, &name)).await?;
    list(admin, List {}).await
}

pub(crate) async fn delete(admin: &Admin, request: Ref) -> Result<Backups, CommandError> {
    let folder = admin.host().backups();
    let file = request.file.clone();
    admin
        .aside(move |_| Ok(fs::remove_file(find(&folder, &file)?).map_err(|error| not_writable(&error))?))
        .await?;
    admin.change(move |cx, _, _| service::deleted(cx, &request.file)).await?;
    list(admin, List {}).await
}

pub(crate) async fn restore(admin: &Admin, request: Ref) -> Result<Restored, CommandError> {
    let folder = admin.host().backups();
    let file = admin.aside(move |_| find(&folder, &request.file)).await?;
    let by = admin.acting().await?.member;
    let host = admin.host_handle();
    // goes on when nobody waits any longer: it must not end half way
    let restored = tokio::spawn(async move { host.restore(Order { file, by }).await }).await;
    match restored {
        Ok(Ok(restored)) => Ok(restored),
        Ok(Err(message)) => Err(CommandError::new(Code::Conflict, None, message)),
        Err(_) => Err(Fault::Panicked.into()),
    }
}

/// The backups in a folder, newest first. Other files are left out, and so is a folder that is not there yet.
fn read(folder: &Path) -> Outcome<Vec<Backup>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| not_writable(&error))?,
    };
    let mut found: Vec<Backup> = entries.filter_map(|entry| backup(&entry.ok()?)).collect();
    found.sort_by(|one, other| (other.made_at, &other.file).cmp(&(one.made_at, &one.file)));
    Ok(found)
}

fn backup(entry: &DirEntry) -> Option<Backup> {
    let path = entry.path();
    let metadata = path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
    let stem = path.file_stem()?.to_str()?;
    if path.extension()?.to_str()? != service::EXTENSION {
        return None;
    }
    let made_at = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(Backup {
        file: entry.file_name().into_string().ok()?,
        made_at: made_at.try_into().ok()?,
        size: metadata.len(),
        replaced: stem.contains("-replaced"),
    })
}

/// The path of the backup with this name: never one outside the folder.
fn find(folder: &Path, file: &str) -> Outcome<PathBuf> {
    if Path::new(file).file_name().is_none_or(|name| name != file) {
        return invalid("file", sentence!("{file:?} is not the name of a backup.", file));
    }
    if read(folder)?.iter().any(|backup| backup.file == file) {
        Ok(folder.join(file))
    } else {
        not_found(sentence!("There is no backup {file:?}.", file))
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn not_writable(error: &io::Error) -> Fault {
    Fault::Store(StoreError::NotWritable(error.to_string()))
}
