//! `anteroom-server backup` and `anteroom-server restore`.

use std::io::{Write as _, stdout};

use anteroom_engine::clock::{Clock as _, SystemClock};
use anteroom_engine::service::backups;
use anteroom_server::master_key::{Passphrase, Source};
use anteroom_server::place::{KeyOptions, STORE_FILE};
use anteroom_server::problem::HostError;
use anteroom_server::restore::{backups_of, new_backup, restore};
use anteroom_store_sqlite::back_up_file;
use tokio::runtime::Builder;

use crate::cli::{Backup, Restore};
use crate::folder_or_default;

pub(crate) fn back_up(arguments: &Backup) -> Result<(), HostError> {
    let folder = folder_or_default(arguments.data_dir.as_deref())?;
    let store = folder.join(STORE_FILE);
    if store.symlink_metadata().is_err() {
        return Err(HostError::NoStore { file: store });
    }
    let to = if let Some(file) = &arguments.file {
        file.clone()
    } else {
        let backups = backups_of(&folder);
        new_backup(&backups, &backups::stem(SystemClock.now()))
            .map_err(|source| HostError::Backups { folder: backups, source })?
    };
    back_up_file(&store, &to)?;
    // A closed pipe is the reader's choice.
    let _ = writeln!(stdout(), "{}", to.display());
    Ok(())
}

pub(crate) fn put_back(arguments: &Restore, passphrase: Option<Passphrase>) -> Result<(), HostError> {
    let folder = folder_or_default(arguments.data_dir.as_deref())?;
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(HostError::Runtime)?;
    let keys = KeyOptions { source: None, default: Source::File, passphrase };
    let restored = restore(&folder, &keys, &arguments.file, None, runtime.handle())?;
    let mut out = stdout().lock();
    let _ = writeln!(out, "ended {} links and {} sign-ins", restored.ended.codes, restored.ended.sign_ins);
    if let Some(kept) = restored.kept {
        let _ = writeln!(out, "kept {}", kept.display());
    }
    Ok(())
}
