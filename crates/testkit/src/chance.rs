//! Chance that a test can repeat, and take away.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use anteroom_engine::entropy::{Entropy, EntropyFailed};

/// What a source of chance does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    /// Gives numbers.
    Works = 0,
    /// Says that it has none.
    Fails = 1,
    /// Panics, as code with a mistake would.
    Panics = 2,
}

/// Numbers from a seed: the same in every run.
#[derive(Debug)]
pub struct SeededEntropy {
    state: AtomicU64,
    mood: AtomicU8,
}

impl SeededEntropy {
    /// Begins at `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed), mood: AtomicU8::new(Mood::Works as u8) }
    }

    /// Changes what it does from now on.
    pub fn set(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        /// The odd constant of the SplitMix64 generator.
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mood = self.mood.load(Ordering::SeqCst);
        assert_ne!(mood, Mood::Panics as u8, "a test asked for this panic");
        if mood == Mood::Fails as u8 {
            return Err(EntropyFailed);
        }
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.state.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
