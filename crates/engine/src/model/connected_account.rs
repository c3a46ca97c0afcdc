//! Connected accounts: what the Token Vault holds. One row for each account of a person at a connection's provider.
//!
//! The provider's tokens are sealed, bound to person, connection and row, so that rows cannot be swapped.

use crate::id::Id;
use crate::model::{Client, Connection, Project, User};
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// Seconds an access token without an end is believed to be good, as Auth0 does.
pub const LIFETIME_WITHOUT_END: u32 = 600;
/// Seconds before its end at which an access token is renewed, at most; never more than a tenth of its life.
pub const RENEWED_BEFORE: u32 = 60;
/// Seconds without an exchange after which an account leaves the vault: a year, as Auth0 does.
pub const UNUSED_FOR: u32 = 365 * 86_400;
/// What stands before the id on the wire.
const PREFIX: &str = "cac_";

/// An account of a person at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedAccount {
    /// Id; [`ConnectedAccount::wire_id`] on the wire.
    pub id: Id<ConnectedAccount>,
    /// Project.
    pub project: Id<Project>,
    /// Whose.
    pub user: Id<User>,
    /// The connection whose provider gave the tokens.
    pub connection: Id<Connection>,
    /// Who the person is there: `sub`, or what the provider calls it. `login_hint` names it.
    pub subject: String,
    /// The client that asked; none when an admin began it in the window.
    pub client: Option<Id<Client>>,
    /// The tokens.
    pub tokens: VaultTokens,
    /// When it was connected first.
    pub created_at: Timestamp,
    /// When its token was last given out.
    pub used_at: Option<Timestamp>,
    /// When the provider refused to renew it, and what it said. Then nobody asks it again.
    pub refused: Option<ProviderRefusal>,
    /// Grows whenever the tokens change: whoever renews wins only over the version it read.
    pub version: u32,
}

/// What a provider gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultTokens {
    /// The access token, sealed.
    pub access_token: Sealed,
    /// The refresh token, sealed.
    pub refresh_token: Option<Sealed>,
    /// Granted scopes, in the provider's order.
    pub scopes: Vec<String>,
    /// When the access token came.
    pub obtained_at: Timestamp,
    /// When it ends; none when the provider does not say.
    pub expires_at: Option<Timestamp>,
}

/// The provider said no to a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefusal {
    /// When.
    pub at: Timestamp,
    /// Its `error`, or its status.
    pub reason: String,
}

/// What can be done with an account now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Its access token is good.
    Active,
    /// Its access token is good for a few more minutes.
    Expiring,
    /// Its access token has ended, or nearly; the next exchange renews it.
    Refreshable,
    /// The provider refused to renew it, or gave no refresh token: it has to be connected again.
    Refused,
}

impl AccountState {
    /// The word screens know.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Refreshable => "refreshable",
            Self::Refused => "refused",
        }
    }
}

/// Seconds before the end at which a screen says that a token is about to end.
const EXPIRING: u32 = 300;

impl VaultTokens {
    /// When the access token is taken to end.
    pub fn ends_at(&self) -> Timestamp {
        self.expires_at.unwrap_or(self.obtained_at + LIFETIME_WITHOUT_END)
    }

    /// Whether the access token is given out as it is: it has not ended and is not about to.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let life = self.obtained_at.until(self.ends_at());
        now + (life / 10).min(RENEWED_BEFORE) < self.ends_at()
    }
}

impl ConnectedAccount {
    /// `cac_` and 32 hexadecimal digits.
    pub fn wire_id(&self) -> String {
        format!("{PREFIX}{}", self.id.uuid().simple())
    }

    /// From the id on the wire.
    pub fn parse_id(text: &str) -> Option<Id<Self>> {
        let digits = text.strip_prefix(PREFIX)?;
        if digits.len() != 32 || !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        uuid::Uuid::try_parse(digits).ok().map(Id::from_uuid)
    }

    /// Where its tokens are sealed: `which` is `access_token` or `refresh_token`.
    pub fn place(&self, which: &str) -> String {
        format!("connected_account/{}/{}/{}/{which}", self.user, self.connection, self.id)
    }

    /// What can be done with it now.
    pub fn state(&self, now: Timestamp) -> AccountState {
        if self.refused.is_some() || self.tokens.refresh_token.is_none() {
            AccountState::Refused
        } else if !self.tokens.is_fresh(now) {
            AccountState::Refreshable
        } else if now + EXPIRING >= self.tokens.ends_at() {
            AccountState::Expiring
        } else {
            AccountState::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(obtained_at: i64, expires_at: Option<i64>) -> ConnectedAccount {
        let at = Timestamp::from_seconds;
        let id = |number| uuid::Uuid::from_u128(number);
        ConnectedAccount {
            id: Id::from_uuid(id(1)),
            project: Id::from_uuid(id(2)),
            user: Id::from_uuid(id(3)),
            connection: Id::from_uuid(id(4)),
            subject: "ext-1".to_owned(),
            client: None,
            tokens: VaultTokens {
                access_token: Sealed(vec![1]),
                refresh_token: Some(Sealed(vec![2])),
                scopes: Vec::new(),
                obtained_at: at(obtained_at),
                expires_at: expires_at.map(at),
            },
            created_at: at(obtained_at),
            used_at: None,
            refused: None,
            version: 1,
        }
    }

    #[test]
    fn tv_11_a_token_is_given_out_while_it_has_life_left() {
        let now = Timestamp::from_seconds;
        let hour = account(0, Some(3_600));
        for (at, state) in [
            (0, AccountState::Active),
            (3_299, AccountState::Active),
            (3_300, AccountState::Expiring),
            (3_539, AccountState::Expiring),
            (3_540, AccountState::Refreshable),
            (9_999, AccountState::Refreshable),
        ] {
            assert_eq!(hour.state(now(at)), state, "{at}");
        }
        assert!(account(0, Some(30)).tokens.is_fresh(now(26)), "a short life is not all margin");
        assert!(!account(0, Some(30)).tokens.is_fresh(now(27)));
        assert!(account(0, None).tokens.is_fresh(now(539)), "ten minutes when the provider does not say");
        assert!(!account(0, None).tokens.is_fresh(now(540)));
    }

    #[test]
    fn without_a_refresh_token_or_after_a_refusal_it_must_be_connected_again() {
        let now = Timestamp::from_seconds(1);
        let mut one = account(0, Some(3_600));
        one.tokens.refresh_token = None;
        assert_eq!(one.state(now), AccountState::Refused);
        let reason = "invalid_grant".to_owned();
        let other =
            ConnectedAccount { refused: Some(ProviderRefusal { at: now, reason }), ..account(0, None) };
        assert_eq!(other.state(now), AccountState::Refused);
    }

    #[test]
    fn the_id_on_the_wire_has_one_spelling() {
        let one = account(0, None);
        assert_eq!(one.wire_id(), "cac_00000000000000000000000000000001");
        assert_eq!(ConnectedAccount::parse_id(&one.wire_id()), Some(one.id));
        for text in
            ["00000000000000000000000000000001", "cac_1", "cac_0000000000000000000000000000000A", "cac_"]
        {
            assert_eq!(ConnectedAccount::parse_id(text), None, "{text}");
        }
    }
}
