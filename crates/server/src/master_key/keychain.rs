//! The operating system's keychain: Keychain Services, the Credential Manager, or the Secret Service.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anteroom_engine::seal::MasterKey;
use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::KeyError;

const SERVICE: &str = "dev.anteroom";

/// How long a keychain may take: a person may have to unlock it.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn read(entry: &str) -> Result<MasterKey, KeyError> {
    let secret = ask(entry, |entry| entry.get_secret().map(Zeroizing::new))?;
    secret.as_slice().try_into().map(MasterKey::from_bytes).map_err(|_| KeyError::NotInKeychain)
}

pub(super) fn write(entry: &str, key: &[u8; 32]) -> Result<(), KeyError> {
    let key = Zeroizing::new(*key);
    ask(entry, move |entry| entry.set_secret(key.as_slice()))
}

pub(super) fn delete(entry: &str) -> Result<(), KeyError> {
    ask(entry, Entry::delete_credential)
}

/// Asks on a thread of its own, because a keychain may not answer, and must not be asked inside an async task.
fn ask<T: Send + 'static>(
    entry: &str,
    question: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, KeyError> {
    let (answers, answer) = mpsc::sync_channel(1);
    let entry = entry.to_owned();
    let asked = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
        let result = match Entry::store_status() {
            Err(error) => Err(KeyError::Keychain(error.to_string())),
            Ok(()) => Entry::new(SERVICE, &entry).and_then(|entry| question(&entry)).map_err(problem),
        };
        // Nobody waits any more: the answer came too late.
        let _ = answers.send(result);
    });
    asked.map_err(|error| KeyError::Keychain(error.to_string()))?;
    match answer.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => {
            Err(KeyError::Keychain(format!("it did not answer within {} s", PATIENCE.as_secs())))
        }
        Err(RecvTimeoutError::Disconnected) => Err(KeyError::Keychain("it failed".to_owned())),
    }
}

/// Only what carries no secret: some errors hold the bytes that were read.
fn problem(error: Error) -> KeyError {
    match error {
        Error::NoEntry => KeyError::NotInKeychain,
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyError::Keychain("its entry is damaged".to_owned())
        }
        other => KeyError::Keychain(other.to_string()),
    }
}
