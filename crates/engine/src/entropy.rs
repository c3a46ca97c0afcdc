//! Where chance comes from.

use uuid::Uuid;

use crate::id::Id;
use crate::timestamp::Timestamp;

/// A source of random bytes fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`, or says that the source failed; then nothing may be issued.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed>;
}

/// The random source failed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub struct EntropyFailed;

/// The operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        getrandom::fill(bytes).map_err(|_| EntropyFailed)
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], EntropyFailed> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}

/// A random UUID (version 4).
pub fn random_id<K>(entropy: &dyn Entropy) -> Result<Id<K>, EntropyFailed> {
    Ok(Id::from_uuid(uuid::Builder::from_random_bytes(bytes(entropy)?).into_uuid()))
}

/// A time-ordered UUID (version 7): new rows go to the end of the index, which keeps commits small.
pub fn time_ordered_id<K>(entropy: &dyn Entropy, now: Timestamp) -> Result<Id<K>, EntropyFailed> {
    let millis = u64::try_from(now.seconds()).unwrap_or(0).saturating_mul(1000);
    Ok(Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &bytes(entropy)?).into_uuid()))
}

/// The plain form of a UUID made from `bytes`.
pub fn uuid_from(bytes: [u8; 16]) -> Uuid {
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
