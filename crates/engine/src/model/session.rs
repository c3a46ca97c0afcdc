//! Browser sessions: somebody signed in on the hosted pages. What a session gives is asked of the member every time.

use anteroom_oauth::secret::{Cookie, Digest};

use crate::id::Id;
use crate::model::login::AuthMethod;
use crate::model::{Membership, Project, User};
use crate::timestamp::Timestamp;

/// Seconds a browser stays signed in.
pub const SESSION_LIFETIME: u32 = 12 * 3_600;

/// A browser session. Its cookie is made anew at every sign-in; only the digest is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Id.
    pub id: Id<Session>,
    /// Project.
    pub project: Id<Project>,
    /// SHA-256 of the cookie.
    pub digest: Digest<Cookie>,
    /// Who signed in.
    pub user: Id<User>,
    /// As whom, once that is chosen.
    pub membership: Option<Id<Membership>>,
    /// How.
    pub auth_method: AuthMethod,
    /// When.
    pub auth_time: Timestamp,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// When it was ended early.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// Whether it counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}
