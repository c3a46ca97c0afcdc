//! Refresh tokens: [RFC6749 §6], rotated at every use [RFC9700 §4.14.2], also for public clients [RFC9700 §2.2.2].
//!
//! All refresh tokens of one login are a family, and one row. A token begins with the family's locator, which only its
//! holders know, so that a token of the family that is no longer the newest is recognized however old it is, without a row
//! for each. A family lives and dies with its login.

use anteroom_oauth::secret::{Digest, RefreshToken, Secret};

use crate::id::Id;
use crate::model::{Client, Login, Session};
use crate::timestamp::Timestamp;

/// Life of a refresh token unless the client says otherwise: two weeks.
pub const REFRESH_TOKEN_LIFETIME: u32 = 14 * 86_400;
/// Seconds after which a family ends however often it is used: a year.
pub const FAMILY_LIFETIME: u32 = 365 * 86_400;
/// Seconds in which the token before the newest may come once more: its answer was lost on the way.
pub const GRACE: u32 = 10;
/// Characters of the locator: 18 random bytes in base64url.
pub const LOCATOR: usize = 24;

/// All refresh tokens of one login.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshFamily {
    /// The login; it has one family at most.
    pub login: Id<Login>,
    /// The client they are for.
    pub client: Id<Client>,
    /// The browser session the login came from.
    pub session: Option<Id<Session>>,
    /// Digest of the part all tokens of the family share.
    pub locator: Digest<RefreshToken>,
    /// Digest of the newest token.
    pub current: Digest<RefreshToken>,
    /// Digest of the one before.
    pub previous: Option<Digest<RefreshToken>>,
    /// When the newest replaced the one before.
    pub rotated_at: Option<Timestamp>,
    /// Whether the one before has come again and was answered.
    pub graced: bool,
    /// Whether it outlives the browser session: the person agreed to `offline_access`.
    pub offline: bool,
    /// When the family began.
    pub created_at: Timestamp,
    /// When the newest token ends.
    pub expires_at: Timestamp,
}

/// What a presented token is in its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The newest.
    Newest,
    /// The one before, a short time after it was replaced, for the first time.
    JustReplaced,
    /// The one before, a short time after it was replaced, once too often.
    JustReplacedAgain,
    /// Replaced long ago: it is in two hands.
    Old,
}

impl RefreshFamily {
    /// Where the presented token stands at `now`.
    pub fn place(&self, presented: &Digest<RefreshToken>, now: Timestamp) -> Place {
        if self.current == *presented {
            return Place::Newest;
        }
        let just = self.previous.as_ref() == Some(presented)
            && self.rotated_at.is_some_and(|rotated_at| now < rotated_at + GRACE);
        match (just, self.graced) {
            (true, false) => Place::JustReplaced,
            (true, true) => Place::JustReplacedAgain,
            (false, _) => Place::Old,
        }
    }
}

/// Digest of the family's part of a token; `None` when the text is no token of ours.
pub fn locator(token: &Secret<RefreshToken>) -> Option<Digest<RefreshToken>> {
    let text = token.expose();
    if text.len() <= LOCATOR
        || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    {
        return None;
    }
    Some(Secret::<RefreshToken>::new(text[..LOCATOR].to_owned()).digest())
}
