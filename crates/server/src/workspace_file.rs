//! Reading and applying workspace files.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::workspace::{self, Report, Workspace};
use zeroize::Zeroizing;

use crate::problem::HostError;

/// A workspace file that was read. Its form is in order; whether it fits the store is seen when it is applied.
#[derive(Debug, Clone)]
pub struct WorkspaceFile {
    path: PathBuf,
    workspace: Workspace,
}

impl WorkspaceFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no workspace file.
    pub fn read(path: &Path) -> Result<Self, HostError> {
        let text = read(path).map_err(|source| HostError::WorkspaceFile { file: path.to_owned(), source })?;
        let workspace = Workspace::read(&text)
            .map_err(|misfit| HostError::Workspace { file: path.to_owned(), misfit })?;
        Ok(Self { path: path.to_owned(), workspace })
    }

    /// Applies it, or with `dry_run` only says what that would do. Blocks.
    ///
    /// # Errors
    /// When it does not fit; nothing was changed then.
    pub fn apply(self, engine: &Arc<Engine>, dry_run: bool) -> Result<Report, HostError> {
        workspace::apply(engine, self.workspace, dry_run)
            .map_err(|error| HostError::applying(self.path, error))
    }
}

/// At most one byte more than is accepted: enough to say that it is too much. Room is made beforehand, so that no copy of
/// the secrets in it is left behind.
fn read(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let limit = workspace::read::MAX_BYTES + 1;
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(limit).min(limit);
    let mut text = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut text)?;
    Ok(text)
}
