//! Why the engine does not start, and the exit code for it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use anteroom_engine::stop::Fault;
use anteroom_engine::store::StoreError;
use anteroom_engine::workspace::{ApplyError, Misfit};
use anteroom_http::BindError;
use anteroom_sample_provider::OpenError as SampleError;
use anteroom_sentence::{Sentence, sentence};
use anteroom_store_sqlite::OpenError;

use crate::local_ca::CaError;
use crate::master_key::KeyError;

/// Something else.
pub const OTHER: u8 = 1;
/// Wrong usage, or a workspace file that does not fit.
pub const WRONG_USAGE: u8 = 2;
/// The address is in use.
pub const ADDRESS_IN_USE: u8 = 3;
/// The store cannot be opened.
pub const STORE: u8 = 4;
/// The keys cannot be opened.
pub const KEYS: u8 = 5;

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A workspace file cannot be read.
    #[error("{}: {source}", file.display())]
    WorkspaceFile {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A workspace file does not fit; nothing of it was applied.
    #[error("{}: {misfit}", file.display())]
    Workspace {
        /// The file.
        file: PathBuf,
        /// The place in it, and the rule.
        misfit: Misfit,
    },
    /// The platform has no data folder.
    #[error("this system names no data folder; choose one with --data-dir")]
    NoDataFolder,
    /// There is no store where one was expected.
    #[error("there is no store at {}", file.display())]
    NoStore {
        /// The database file.
        file: PathBuf,
    },
    /// The folder of the backups cannot be used.
    #[error("the folder {} cannot be used: {source}", folder.display())]
    Backups {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A backup did not take the place of the store, which is as it was.
    #[error("{} could not be put in place, and nothing was changed: {why}", file.display())]
    Restore {
        /// The backup.
        file: PathBuf,
        /// Why.
        why: Sentence,
    },
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The store cannot be opened; its file is untouched.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The store was opened and failed.
    #[error("the store failed: {}", Chain(.0))]
    StoreFailed(#[source] StoreError),
    /// The keys cannot be opened; nothing was changed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The local CA cannot be read, made or used.
    #[error(transparent)]
    LocalCa(#[from] CaError),
    /// The TLS library refuses the certificate.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The system gave no threads, no signals, or no timers.
    #[error("the system gives no threads or signals: {0}")]
    Runtime(#[source] io::Error),
    /// The sample provider does not open.
    #[error("{}", Chain(.0))]
    SampleProvider(#[source] SampleError),
    /// The engine failed while it was opened.
    #[error("{}", Chain(.0))]
    Fault(#[from] Fault),
}

impl HostError {
    /// The exit code of a program that ends with this error.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::WorkspaceFile { .. } | Self::Workspace { .. } | Self::NoDataFolder => WRONG_USAGE,
            Self::Listen(_) => ADDRESS_IN_USE,
            Self::Keys(KeyError::Store(_))
            | Self::Store(_)
            | Self::StoreFailed(_)
            | Self::NoStore { .. }
            | Self::Backups { .. }
            | Self::Restore { .. } => STORE,
            Self::Keys(_) | Self::LocalCa(_) | Self::Tls(_) => KEYS,
            Self::Runtime(_) | Self::SampleProvider(_) => OTHER,
            Self::Fault(fault) => match fault {
                Fault::Sealed(_) | Fault::Signing(_) | Fault::Entropy(_) => KEYS,
                _ => STORE,
            },
        }
    }

    /// Why the sample provider does not open; an address in use is what it is for every listener.
    pub fn sample_provider(error: SampleError) -> Self {
        match error {
            SampleError::Bind(BindError::InUse { address }) => Self::Listen(ListenError::InUse(address)),
            error => Self::SampleProvider(error),
        }
    }

    /// An error of applying `file`.
    pub(crate) fn applying(file: PathBuf, error: ApplyError) -> Self {
        match error {
            ApplyError::Misfit(misfit) => Self::Workspace { file, misfit },
            ApplyError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<&HostError> for Sentence {
    fn from(error: &HostError) -> Self {
        match error {
            HostError::Listen(error) => error.into(),
            HostError::Store(error) => error.into(),
            HostError::Keys(error) => error.into(),
            HostError::LocalCa(error) => error.into(),
            HostError::StoreFailed(error) => {
                sentence!("the store failed: {reason}", reason = Chain(error).to_string())
            }
            HostError::Restore { file, why } => sentence!(
                "{file} could not be put in place, and nothing was changed: {why}",
                file = file.display().to_string(),
                why = why.clone()
            ),
            HostError::Backups { folder, source } => sentence!(
                "the folder {folder} cannot be used: {reason}",
                folder = folder.display().to_string(),
                reason = source.to_string()
            ),
            HostError::Tls(reason) => sentence!("TLS cannot be set up: {reason}", reason),
            HostError::Runtime(error) => {
                sentence!("the system gives no threads or signals: {reason}", reason = error.to_string())
            }
            // the command line alone names files and starts the sample provider
            HostError::WorkspaceFile { .. }
            | HostError::Workspace { .. }
            | HostError::NoDataFolder
            | HostError::NoStore { .. }
            | HostError::SampleProvider(_)
            | HostError::Fault(_) => Self::english(error.to_string()),
        }
    }
}

/// Why an address cannot be listened on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// Somebody else listens there.
    InUse(SocketAddr),
    /// Anything else the system says.
    Other(Sentence),
}

impl From<&ListenError> for Sentence {
    fn from(error: &ListenError) -> Self {
        match error {
            ListenError::InUse(address) => sentence!(
                "{address} is in use: another program listens on this port; end it, or choose another port",
                address = address.to_string()
            ),
            ListenError::Other(reason) => reason.clone(),
        }
    }
}

anteroom_sentence::displayed!(ListenError);

impl ListenError {
    pub(crate) fn new(address: SocketAddr, error: &BindError) -> Self {
        match error {
            BindError::InUse { .. } => Self::InUse(address),
            BindError::Other { source, .. } => Self::Other(sentence!(
                "{problem}: {reason}",
                problem = Sentence::from(error),
                reason = source.to_string()
            )),
            other => Self::Other(other.into()),
        }
    }
}

/// An error with its sources, on one line.
pub struct Chain<'a>(pub &'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_fails_says_why_down_to_the_database() {
        let full = || StoreError::Database(Box::new(io::Error::other("no space left")));
        for (error, text) in [
            (HostError::StoreFailed(full()), "the store failed: database error: no space left"),
            (
                HostError::Keys(full().into()),
                "the sealed keys cannot be read or written: database error: no space left",
            ),
        ] {
            assert_eq!(error.exit_code(), STORE);
            assert_eq!(error.to_string(), text);
        }
    }
}
