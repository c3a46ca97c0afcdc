//! Where the master key comes from: the system's keychain, a passphrase, or a file beside the store.
//!
//! Each source leaves a small file in the data folder: the key itself, the salt of a passphrase, or the name of the entry
//! in the keychain. So a store says by itself how it is sealed, and no source is ever taken in place of another in silence.
//! When another source is asked for, everything is sealed anew in one transaction, and only then the old source is removed.
//!
//! # Not supported
//! Changing a passphrase in one step: change to `file` and back.

mod file;
mod keychain;
mod passphrase;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use anteroom_engine::entropy::OsEntropy;
use anteroom_engine::seal::MasterKey;
use anteroom_engine::service::master_key as sealed;
use anteroom_engine::store::{Store, StoreError};
use anteroom_sentence::{Sentence, sentence};
use zeroize::Zeroizing;

use crate::problem::Chain;

/// A source of the master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `keychain`: the operating system's.
    Keychain,
    /// `passphrase`: derived from `ANTEROOM_PASSPHRASE`.
    Passphrase,
    /// `file`: a file beside the store that only its owner may read.
    File,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Keychain, Self::Passphrase, Self::File];

    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::Passphrase => "passphrase",
            Self::File => "file",
        }
    }

    /// From the word of the command line.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }

    /// The file that this source leaves in the data folder.
    pub fn trace(self, dir: &Path) -> PathBuf {
        dir.join(match self {
            Self::Keychain => "master.keychain",
            Self::Passphrase => "master.salt",
            Self::File => "master.key",
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A passphrase: wiped after use, never printed.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the passphrase over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(redacted)")
    }
}

/// Why there is no master key. The store was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The trace of a source cannot be read or made.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others may read the key.
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold what it should.
    Form {
        /// The file.
        path: PathBuf,
    },
    /// No passphrase was given.
    NoPassphrase,
    /// The passphrase is too short to seal a new store with.
    ShortPassphrase,
    /// The system has no keychain, or it does not answer.
    Keychain(String),
    /// The keychain has no such entry.
    NotInKeychain,
    /// The store is sealed, and nothing in the folder says with what.
    Missing {
        /// The data folder.
        dir: PathBuf,
    },
    /// The key does not open the store.
    Wrong(Source),
    /// No random numbers, or no memory for the passphrase.
    Make(String),
    /// The store could not be read, or sealed anew.
    Store(#[from] StoreError),
}

impl From<&KeyError> for Sentence {
    fn from(error: &KeyError) -> Self {
        match error {
            KeyError::File { path, source } => sentence!(
                "the key file {path} cannot be used: {source}",
                path = path.display().to_string(),
                source = source.to_string()
            ),
            KeyError::Open { path } => sentence!(
                "others than its owner may read the key file {path}: it is refused; run chmod 600 on it",
                path = path.display().to_string()
            ),
            KeyError::Form { path } => sentence!(
                "the key file {path} does not hold what it should; restore it from a backup",
                path = path.display().to_string()
            ),
            KeyError::NoPassphrase => {
                sentence!("the master key comes from a passphrase, but ANTEROOM_PASSPHRASE is not set")
            }
            KeyError::ShortPassphrase => sentence!(
                "ANTEROOM_PASSPHRASE must have at least {shortest} characters",
                shortest = passphrase::SHORTEST
            ),
            KeyError::Keychain(reason) => sentence!(
                "the system's keychain cannot be used ({reason}); choose --master-key passphrase or file instead",
                reason
            ),
            KeyError::NotInKeychain => {
                sentence!("the system's keychain no longer holds the key of this store")
            }
            KeyError::Missing { dir } => sentence!(
                "the keys in the store are sealed, but {dir} holds no trace of the master key",
                dir = dir.display().to_string()
            ),
            KeyError::Wrong(reason) => sentence!(
                "the keys in the store were sealed with another master key than the one from the {reason}",
                reason = reason.to_string()
            ),
            KeyError::Make(reason) => {
                sentence!("the master key cannot be made: {reason}", reason)
            }
            KeyError::Store(error) => sentence!(
                "the sealed keys cannot be read or written: {reason}",
                reason = Chain(error).to_string()
            ),
        }
    }
}

anteroom_sentence::displayed!(KeyError);

/// A master key that opens the store.
#[derive(Debug)]
pub struct Opened {
    /// The key.
    pub key: MasterKey,
    /// Where it came from.
    pub source: Source,
    /// The source the store was sealed with before, if that was another.
    pub was: Option<Source>,
}

/// What is known when a key is looked for.
pub struct Search<'a> {
    /// The data folder.
    pub dir: &'a Path,
    /// The source that was asked for. Without one it is the one the store is sealed with, or `default` for a new store.
    pub wanted: Option<Source>,
    /// The source of a new store.
    pub default: Source,
    /// The passphrase, if there is one.
    pub passphrase: Option<&'a Passphrase>,
}

impl Search<'_> {
    /// Gets the master key of `store`: makes one for a new store, and seals a store anew that another source was asked for.
    ///
    /// # Errors
    /// When the source cannot be used, or its key is another than the store's. Nothing was changed then.
    pub fn open(&self, store: &dyn Store) -> Result<Opened, KeyError> {
        // Nothing opens with this key; it only tells whether there is anything to open.
        let is_new = sealed::opens(store, &MasterKey::from_bytes([0; 32]))?.is_none();
        if is_new {
            let source = self.wanted.unwrap_or(self.default);
            let key = self.existing(source)?.map_or_else(|| self.make(source), Ok)?;
            return Ok(Opened { key, source, was: None });
        }
        let Some(wanted) = self.wanted else {
            let (key, source) = self.opening(store)?;
            return Ok(Opened { key, source, was: None });
        };
        if let Some(key) = self.existing(wanted)?
            && sealed::opens(store, &key)? == Some(true)
        {
            // Left behind when the last change of the source was interrupted after the store was sealed anew.
            for stale in self.traces().filter(|source| *source != wanted) {
                self.remove(stale)?;
            }
            return Ok(Opened { key, source: wanted, was: None });
        }
        self.change(store, wanted)
    }

    /// Checks the key of a store without making or changing anything; `None` for a store with nothing sealed.
    ///
    /// # Errors
    /// As [`Search::open`].
    pub fn check(&self, store: &dyn Store) -> Result<Option<Source>, KeyError> {
        if sealed::opens(store, &MasterKey::from_bytes([0; 32]))?.is_none() {
            return Ok(None);
        }
        let Some(source) = self.wanted else { return Ok(Some(self.opening(store)?.1)) };
        match self.existing(source)? {
            Some(key) if sealed::opens(store, &key)? == Some(true) => Ok(Some(source)),
            Some(_) => Err(KeyError::Wrong(source)),
            None => Err(KeyError::Missing { dir: self.dir.to_owned() }),
        }
    }

    /// The key that opens the store, from whichever source left it.
    fn opening(&self, store: &dyn Store) -> Result<(MasterKey, Source), KeyError> {
        let mut refused = KeyError::Missing { dir: self.dir.to_owned() };
        for source in self.traces() {
            match self.existing(source) {
                Ok(Some(key)) if sealed::opens(store, &key)? == Some(true) => return Ok((key, source)),
                Ok(Some(_)) => refused = KeyError::Wrong(source),
                Ok(None) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Seals the store with a key from `wanted`, after finding the one it is sealed with.
    fn change(&self, store: &dyn Store, wanted: Source) -> Result<Opened, KeyError> {
        let mut refused = None;
        for was in self.traces().filter(|source| *source != wanted) {
            let old = match self.existing(was) {
                Ok(Some(old)) if sealed::opens(store, &old)? == Some(true) => old,
                Ok(_) => continue,
                Err(error) => {
                    refused = Some(error);
                    continue;
                }
            };
            let key = self.existing(wanted)?.map_or_else(|| self.make(wanted), Ok)?;
            sealed::reseal(store, &OsEntropy, &old, &key)?;
            self.remove(was)?;
            return Ok(Opened { key, source: wanted, was: Some(was) });
        }
        if wanted.trace(self.dir).exists() {
            return Err(KeyError::Wrong(wanted));
        }
        Err(refused.unwrap_or(KeyError::Missing { dir: self.dir.to_owned() }))
    }

    /// The sources that left a trace in the folder.
    fn traces(&self) -> impl Iterator<Item = Source> {
        Source::ALL.into_iter().filter(|source| source.trace(self.dir).symlink_metadata().is_ok())
    }

    /// The key of a source that left a trace.
    fn existing(&self, source: Source) -> Result<Option<MasterKey>, KeyError> {
        let Some(text) = file::read(&source.trace(self.dir))? else { return Ok(None) };
        match source {
            Source::File => file::decode(&text).map(MasterKey::from_bytes),
            Source::Passphrase => {
                let passphrase = self.passphrase.ok_or(KeyError::NoPassphrase)?;
                passphrase::derive(&text, &passphrase.0)?
            }
            Source::Keychain => Some(keychain::read(text.trim())?),
        }
        .map(Some)
        .ok_or(KeyError::Form { path: source.trace(self.dir) })
    }

    /// Makes a key, and its trace.
    fn make(&self, source: Source) -> Result<MasterKey, KeyError> {
        let trace = source.trace(self.dir);
        match source {
            Source::File => {
                let bytes = random()?;
                file::write(&trace, &file::encode(&bytes))?;
                Ok(MasterKey::from_bytes(*bytes))
            }
            Source::Passphrase => {
                let passphrase = self.passphrase.ok_or(KeyError::NoPassphrase)?;
                if passphrase.0.chars().count() < passphrase::SHORTEST {
                    return Err(KeyError::ShortPassphrase);
                }
                let random = random()?;
                let salt = passphrase::new_salt(&random);
                let key = passphrase::derive(&salt, &passphrase.0)?;
                file::write(&trace, &salt)?;
                key.ok_or(KeyError::Form { path: trace })
            }
            Source::Keychain => {
                let (bytes, random) = (random()?, random()?);
                let entry = file::encode(&random)[..32].to_owned();
                keychain::write(&entry, &bytes)?;
                file::write(&trace, &format!("{entry}\n"))?;
                Ok(MasterKey::from_bytes(*bytes))
            }
        }
    }

    /// Removes a source that the store is no longer sealed with.
    fn remove(&self, source: Source) -> Result<(), KeyError> {
        let trace = source.trace(self.dir);
        if source == Source::Keychain
            && let Some(entry) = file::read(&trace)?
            && let Err(error) = keychain::delete(entry.trim())
        {
            tracing::warn!(%error, "the old master key stays in the keychain");
        }
        file::remove(&trace)
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let bytes =
        anteroom_engine::entropy::bytes(&OsEntropy).map_err(|error| KeyError::Make(error.to_string()))?;
    Ok(Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests;
