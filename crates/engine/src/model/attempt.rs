//! Counted attempts: what must not be guessed is counted in the store, before it is compared.

use crate::timestamp::Timestamp;

/// Attempts in the current window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// When the window began.
    pub since: Timestamp,
    /// How many so far.
    pub count: u32,
}
