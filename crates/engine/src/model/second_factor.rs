//! The second factor of an account: a time-based one-time password [RFC6238].

use crate::id::Id;
use crate::model::User;
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// Seconds of a time step [RFC6238 §4].
pub const STEP: u32 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;

/// The second factor of an account. The account has it once `enrolled_at` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The account.
    pub user: Id<User>,
    /// Whether the account must have one: without it, signing in begins with enrolling.
    pub required: bool,
    /// The shared secret, sealed; none before somebody asked for it.
    pub secret: Option<Sealed>,
    /// When the person proved to have the secret.
    pub enrolled_at: Option<Timestamp>,
    /// The time step of the newest code that was accepted: no code counts twice [RFC6238 §5.2].
    pub last_step: Option<i64>,
}

impl SecondFactor {
    /// An account that has none yet.
    pub const fn none(user: Id<User>) -> Self {
        Self { user, required: false, secret: None, enrolled_at: None, last_step: None }
    }

    /// Whether the person has proved to have the secret.
    pub const fn is_enrolled(&self) -> bool {
        self.secret.is_some() && self.enrolled_at.is_some()
    }
}
