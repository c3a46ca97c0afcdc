//! Where chance comes from.

use std::sync::atomic::{AtomicU64, Ordering};

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
///
/// `sequence` orders the ids of one instant, too: without it the rows of a busy second would lie scattered over all pages
/// that second filled.
pub fn time_ordered_id<K>(
    entropy: &dyn Entropy,
    sequence: &IdSequence,
    now: Timestamp,
) -> Result<Id<K>, EntropyFailed> {
    let (millis, counter) = sequence.next(now);
    let mut rest = [0; 10];
    let (head, tail) = rest.split_at_mut(2);
    head.copy_from_slice(&counter.to_be_bytes());
    entropy.fill(tail)?;
    Ok(Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()))
}

/// Orders time-ordered ids: a counter of 12 bits below the millisecond, which carries into it when it is full
/// [RFC9562 §6.2 method 1]. 62 bits of each id stay random.
#[derive(Debug, Default)]
pub struct IdSequence(AtomicU64);

impl IdSequence {
    /// Bits of the counter.
    const COUNTER: u32 = 12;

    /// Millisecond and counter of the next id: never the same twice, never behind the one before.
    fn next(&self, now: Timestamp) -> (u64, u16) {
        let first = (u64::try_from(now.seconds()).unwrap_or(0).saturating_mul(1000)) << Self::COUNTER;
        let step = |last: u64| Some(first.max(last.saturating_add(1)));
        let last = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or(first);
        let next = first.max(last.saturating_add(1));
        let counter = u16::try_from(next & ((1 << Self::COUNTER) - 1)).unwrap_or(0);
        (next >> Self::COUNTER, counter)
    }
}

/// The plain form of a UUID made from `bytes`.
pub fn uuid_from(bytes: [u8; 16]) -> Uuid {
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_instant_are_in_the_order_they_were_made() {
        let sequence = IdSequence::default();
        let now = Timestamp::from_seconds(1_778_962_500);
        let ids: Vec<Id<()>> =
            (0..10_000).map(|_| time_ordered_id(&OsEntropy, &sequence, now).unwrap()).collect();
        assert!(
            ids.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()),
            "each is behind the one before"
        );
        // more than fit into one millisecond: the counter carries, the version stays
        assert!(ids.iter().all(|id| id.uuid().get_version_num() == 7));
    }

    #[test]
    fn a_clock_set_back_does_not_put_ids_back() {
        let sequence = IdSequence::default();
        let now = Timestamp::from_seconds(1_778_962_500);
        let id = |now| time_ordered_id::<()>(&OsEntropy, &sequence, now).unwrap();
        let (before, back, later) = (id(now), id(now - 60), id(now + 1));
        assert!(before.as_bytes() < back.as_bytes() && back.as_bytes() < later.as_bytes());
    }
}
