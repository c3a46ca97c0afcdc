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

impl User {
    /// What the `user_id` of a person of this server begins with.
    pub const USER_ID_PREFIX: &str = "auth0|";

    /// `user_id`: provider and id, as Auth0 writes them; `sub` of the tokens for an API.
    pub fn user_id(id: Id<Self>) -> String {
        format!("{}{id}", Self::USER_ID_PREFIX)
    }

    /// Reads `sub` of a person's token, in either form: `user_id`, or the id alone.
    pub fn parse_subject(text: &str) -> Option<Id<Self>> {
        Self::parse_user_id(text).or_else(|| Id::parse(text))
    }

    /// Reads what [`User::user_id`] wrote.
    pub fn parse_user_id(text: &str) -> Option<Id<Self>> {
        Id::parse(text.strip_prefix(Self::USER_ID_PREFIX)?)
    }
}
