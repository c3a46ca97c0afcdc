//! The signing keys in memory: which signs, which still verify.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use anteroom_oauth::jose::{Alg, Jwk, SigningKey, VerifyingKey};

use crate::timestamp::Timestamp;

/// A key with its times.
pub struct RingKey {
    /// The key.
    pub key: Arc<SigningKey>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began to sign; `None` for the next key, which is only published.
    pub activated_at: Option<Timestamp>,
    /// When it stopped signing.
    pub retired_at: Option<Timestamp>,
    /// When it leaves the JWKS.
    pub leaves_at: Option<Timestamp>,
}

impl RingKey {
    /// Whether it signs: it has begun to, and has not stopped.
    pub const fn signs(&self) -> bool {
        self.activated_at.is_some() && self.retired_at.is_none()
    }
}

struct Keys {
    es256: Arc<SigningKey>,
    rs256: Arc<SigningKey>,
    verifying: HashMap<String, Arc<VerifyingKey>>,
    jwks: Vec<Jwk>,
}

/// All keys that sign or verify now. Replaced as a whole when one is rotated.
pub struct KeyRing {
    keys: RwLock<Arc<Keys>>,
    generation: AtomicU64,
}

/// There is no key of this algorithm that signs.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no signing key for {0:?}")]
pub struct NoKey(pub Alg);

fn build(ring: &[RingKey], now: Timestamp) -> Result<Keys, NoKey> {
    let published = || ring.iter().filter(|key| key.leaves_at.is_none_or(|leaves| now < leaves));
    let current = |alg: Alg| {
        published()
            .find(|key| key.key.alg() == alg && key.signs())
            .map(|key| Arc::clone(&key.key))
            .ok_or(NoKey(alg))
    };
    Ok(Keys {
        es256: current(Alg::ES256)?,
        rs256: current(Alg::RS256)?,
        verifying: published()
            .map(|key| (key.key.kid().to_owned(), Arc::new(key.key.verifying_key())))
            .collect(),
        jwks: published().map(|key| key.key.public_jwk()).collect(),
    })
}

// [OIDC-CORE §10.1.1] a new key is published before it signs, an old one stays until its tokens have ended
impl KeyRing {
    /// Builds the ring; newest keys first. There must be one key of each algorithm that signs.
    pub fn new(ring: &[RingKey], now: Timestamp) -> Result<Self, NoKey> {
        Ok(Self { keys: RwLock::new(Arc::new(build(ring, now)?)), generation: AtomicU64::new(0) })
    }

    /// Replaces all keys.
    pub fn replace(&self, ring: &[RingKey], now: Timestamp) -> Result<(), NoKey> {
        let keys = Arc::new(build(ring, now)?);
        *self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner) = keys;
        self.generation.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// How often the keys were replaced: who keeps a copy of [`KeyRing::jwks`] compares it.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// The key that signs with `alg`.
    pub fn signing(&self, alg: Alg) -> Arc<SigningKey> {
        let keys = self.keys();
        match alg {
            Alg::RS256 => Arc::clone(&keys.rs256),
            // Nothing of ours is signed with the algorithms of clients' keys.
            Alg::ES256 | Alg::ES384 | Alg::RS384 => Arc::clone(&keys.es256),
        }
    }

    /// The key with this `kid`, if it is published.
    pub fn verifying(&self, kid: &str) -> Option<Arc<VerifyingKey>> {
        self.keys().verifying.get(kid).cloned()
    }

    /// The published public keys [RFC7517 §5].
    pub fn jwks(&self) -> Vec<Jwk> {
        self.keys().jwks.clone()
    }
}
