//! Key sets that others publish [RFC7517 §5]: of clients that sign assertions, and of providers that sign userinfo answers.
//!
//! A set is read through the fetcher, before the transaction, and kept for ten minutes. A key that is not in a kept set
//! makes the set be read again, at most once a minute, so that a caller who invents names of keys asks the owner of the set
//! for nothing. A set that cannot be read is not tried again for ten seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anteroom_oauth::jose::{Jwk, VerifyingKey};
use serde_json::Value;

use crate::engine::Engine;
use crate::fetch::{Call, FetchError};
use crate::timestamp::Timestamp;

/// Seconds a set is used without being read again.
const KEPT: u32 = 600;
/// Seconds before a set is read again because a key is not in it.
const AGAIN: u32 = 60;
/// Seconds before a set that could not be read is tried again.
const FAILED: u32 = 10;
/// Sets kept at most.
const SETS: usize = 256;
/// Keys of one set that are looked at.
const KEYS: usize = 64;

/// The key sets that were read, by where they are and what their project may reach: what one project may not read, it does
/// not find read by another, nor does its failure stand in another's way.
#[derive(Default)]
pub(crate) struct KeySets(Mutex<HashMap<Source, Arc<Slot>>>);

/// One set; the lock is held while it is read, so that many who need it read it once.
type Slot = tokio::sync::Mutex<Option<Held>>;

struct Held {
    at: Timestamp,
    keys: Result<Vec<Named>, NoKey>,
}

#[derive(Clone)]
struct Named {
    kid: String,
    key: Arc<VerifyingKey>,
}

/// Where a set is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// Its URL.
    pub url: String,
    /// Hosts of the project that may be reached though they are not public.
    pub allowed_hosts: Vec<String>,
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The set cannot be read.
    #[error("the key set cannot be read: {0}")]
    Fetch(#[from] FetchError),
    /// Its address answers with something else than 200.
    #[error("the key set's address answers {0}")]
    Status(u16),
    /// What came is no key set.
    #[error("the answer is no key set")]
    Malformed,
    /// The set has no key with this name and algorithm.
    #[error("the key set has no key with this name for this algorithm")]
    Unknown,
    /// The token names no key, and several would do.
    #[error("the token names no key, and several keys of the set would do")]
    Ambiguous,
}

impl KeySets {
    fn slot(&self, source: &Source) -> Arc<Slot> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= SETS && !sets.contains_key(source) {
            sets.clear();
        }
        Arc::clone(sets.entry(source.clone()).or_default())
    }
}

/// The key that signs with `alg` under the name `kid`; without a name, the only one that signs with `alg`.
///
/// # Errors
/// See [`NoKey`].
pub async fn find(
    engine: &Engine,
    source: &Source,
    kid: Option<&str>,
    alg: &str,
) -> Result<Arc<VerifyingKey>, NoKey> {
    let slot = engine.key_sets().slot(source);
    let mut held = slot.lock().await;
    let now = engine.now();
    if let Some(held) = &*held {
        let found = held.keys.as_ref().map_err(|error| *error).and_then(|keys| pick(keys, kid, alg));
        let patience = match &found {
            Ok(_) => KEPT,
            Err(NoKey::Unknown | NoKey::Ambiguous) => AGAIN,
            Err(_) => FAILED,
        };
        if now < held.at + patience {
            return found;
        }
    }
    let keys = read(engine, source).await;
    let found = keys.as_ref().map_err(|error| *error).and_then(|keys| pick(keys, kid, alg));
    *held = Some(Held { at: now, keys });
    found
}

fn pick(keys: &[Named], kid: Option<&str>, alg: &str) -> Result<Arc<VerifyingKey>, NoKey> {
    let mut fitting = keys
        .iter()
        .filter(|named| named.key.alg().as_str() == alg)
        .filter(|named| kid.is_none_or(|kid| named.kid == kid));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(Arc::clone(&one.key)),
        (Some(_), Some(_)) => Err(NoKey::Ambiguous),
        (None, _) => Err(NoKey::Unknown),
    }
}

async fn read(engine: &Engine, source: &Source) -> Result<Vec<Named>, NoKey> {
    let answer = engine.fetch().fetch(Call::get(&source.url, &source.allowed_hosts)).await?;
    if answer.status != 200 {
        return Err(NoKey::Status(answer.status));
    }
    let set: Value = serde_json::from_slice(&answer.body).map_err(|_| NoKey::Malformed)?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or(NoKey::Malformed)?;
    // [RFC7517 §5] keys that are not understood are passed over
    let usable = keys.iter().take(KEYS).filter_map(|json| {
        let jwk = Jwk::from_json(json).ok()?;
        let key = VerifyingKey::from_jwk(&jwk).ok()?;
        Some(Named { kid: jwk.kid().to_owned(), key: Arc::new(key) })
    });
    Ok(usable.collect())
}
