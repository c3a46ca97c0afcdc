//! What becomes of a store that is put back.

use super::StoreResult;
use crate::timestamp::Timestamp;

/// What was ended, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    /// Pre-authorized codes that could still be redeemed.
    pub codes: u32,
    /// Sign-ins, of programs and of browsers, that still ran.
    pub sign_ins: u32,
}

/// A store that is put back.
pub trait Backups {
    /// Ends everything that could still be used once: pre-authorized codes are revoked, sign-ins and sessions end, and what
    /// was begun (authorization codes, interactions, connect sessions, links to choose a password) is gone.
    fn end_everything(&mut self, at: Timestamp) -> StoreResult<Ended>;
}
