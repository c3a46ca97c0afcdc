//! Links with which people choose a password themselves: Medplum's `UserSecurityRequest` of type `reset`.

use anteroom_oauth::secret::{Digest, UserSecurityRequest as RequestKind};

use crate::id::Id;
use crate::model::{Membership, Project, User};
use crate::timestamp::Timestamp;

/// A link with which its holder gives an account a password, once. Only a digest of its secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSecurityRequest {
    /// Id.
    pub id: Id<UserSecurityRequest>,
    /// Project.
    pub project: Id<Project>,
    /// Whose password it sets.
    pub user: Id<User>,
    /// The membership it was made for.
    pub membership: Id<Membership>,
    /// Digest of `secret`.
    pub secret: Digest<RequestKind>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}
