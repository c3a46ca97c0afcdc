//! Consents: which scope a person lets a client have without asking again.

use crate::id::Id;
use crate::model::{Client, Membership};
use crate::timestamp::Timestamp;

/// A remembered consent. One for each member and client.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    /// Who agreed.
    pub membership: Id<Membership>,
    /// To which client.
    pub client: Id<Client>,
    /// To which scope.
    pub scope: String,
    /// When.
    pub given_at: Timestamp,
}
