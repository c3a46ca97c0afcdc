//! The data folder and its lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::open::OpenError;

/// Name of the file that is locked while a process uses the folder.
const LOCK: &str = "lock";

/// The right to use a data folder, held by one process at a time. The system takes it back when the process ends, however
/// it ends.
#[derive(Debug)]
pub struct DataDirLock {
    dir: PathBuf,
    // Holds the lock until it is closed.
    _file: File,
}

impl DataDirLock {
    /// Makes the folder if it is missing, for its owner only, and locks it.
    ///
    /// # Errors
    /// [`OpenError::Locked`] when another process has it; [`OpenError::Folder`] when it cannot be made or written.
    pub fn acquire(dir: &Path) -> Result<Self, OpenError> {
        let folder = |source| OpenError::Folder { path: dir.to_owned(), source };
        create_private_dir(dir).map_err(folder)?;
        let dir = dir.canonicalize().map_err(folder)?;
        let file = private_file(OpenOptions::new().read(true).write(true).create(true), &dir.join(LOCK))
            .map_err(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { dir, _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: dir }),
            Err(TryLockError::Error(source)) => Err(folder(source)),
        }
    }

    /// The folder, without links in its path.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Opens a file that, if it is made, only its owner may read, whatever the process's umask says.
pub(crate) fn private_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Takes an existing file from everybody but its owner.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Writes a folder's entries to the disk, so that a new name survives a power cut.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
