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

impl Attempts {
    /// Whether the window still counts. After the clock was set back it may begin later than `now`: then it counts for no
    /// longer than one of the past, so that nobody is kept out until the clock is there again.
    pub fn is_of(&self, now: Timestamp, seconds: u32) -> bool {
        self.since + seconds > now && self.since <= now + seconds
    }
}
