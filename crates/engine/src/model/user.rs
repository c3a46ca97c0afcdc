//! `User`: a person's account.

use crate::id::Id;
use crate::model::Project;
use crate::timestamp::Timestamp;

/// An Argon2id hash of a password, in PHC form. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

/// A user.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Id; `sub` of the person's tokens.
    pub id: Id<User>,
    /// Project.
    pub project: Id<Project>,
    /// E-mail address in ASCII lower case; unique in the project.
    pub email: Option<String>,
    /// Whether somebody verified it.
    pub email_verified: bool,
    /// Password, if the person has one.
    pub password: Option<PasswordHash>,
    /// When it was made.
    pub created_at: Timestamp,
}
