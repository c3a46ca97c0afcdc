//! Pre-authorized codes: one-time sign-ins handed to a person ([OpenID4VCI 1.0 §4.1.1]).

pub use anteroom_magic_link::sheet::Language;
use anteroom_oauth::secret::{Digest, PreAuthorizedCode as CodeKind, TypedCode};

use crate::id::Id;
use crate::model::{Client, Login, Membership, Project};
use crate::timestamp::Timestamp;

/// How a code reaches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandOver {
    /// Scanned at the desk.
    Waiting,
    /// Taken home on paper.
    TakeHome,
    /// Issued over HTTP.
    Api,
}

impl HandOver {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::TakeHome => "take_home",
            Self::Api => "api",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::TakeHome, Self::Api].into_iter().find(|way| way.as_str() == text)
    }
}

/// Whose phone a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phone {
    /// The person's own.
    Own,
    /// That of somebody who cares for the person: a parent, a child, a nurse.
    Carer,
}

impl Phone {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Carer => "carer",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Own, Self::Carer].into_iter().find(|phone| phone.as_str() == text)
    }
}

/// Why a code ended without being redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Taken back.
    Revoked,
    /// Too many wrong PINs.
    Locked,
    /// A newer code was issued in its place.
    Replaced,
}

impl Ending {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Locked => "locked",
            Self::Replaced => "replaced",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Revoked, Self::Locked, Self::Replaced].into_iter().find(|ending| ending.as_str() == text)
    }
}

/// State of a code at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeState {
    /// Issued.
    Waiting,
    /// Its page was opened.
    Opened,
    /// Redeemed.
    Redeemed,
    /// Too old.
    Expired,
    /// Taken back.
    Revoked,
    /// Too many wrong PINs.
    Locked,
    /// Replaced by a newer one.
    Replaced,
}

impl CodeState {
    /// The word the screens use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Opened => "opened",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Locked => "locked",
            Self::Replaced => "replaced",
        }
    }
}

/// A transaction code (PIN) as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredTxCode {
    /// HMAC-SHA-256 over the code's id and the PIN, keyed with a key that never leaves the sealed store: a PIN alone is
    /// too short to hash.
    pub mac: [u8; 32],
    /// Digits.
    pub length: u8,
}

/// Wrong PINs that lock a code.
pub const WRONG_TX_CODES: u32 = 5;

/// A pre-authorized code. Only digests of what opens it are kept. A hot row: its id is time-ordered.
#[derive(Debug, Clone, PartialEq)]
pub struct PreAuthorizedCode {
    /// Id.
    pub id: Id<PreAuthorizedCode>,
    /// Project.
    pub project: Id<Project>,
    /// The client that may redeem it.
    pub client: Id<Client>,
    /// Who will be signed in.
    pub membership: Id<Membership>,
    /// SHA-256 of the code.
    pub digest: Digest<CodeKind>,
    /// SHA-256 of the short code for typing.
    pub typed_digest: Option<Digest<TypedCode>>,
    /// PIN.
    pub tx_code: Option<StoredTxCode>,
    /// Scope of the tokens.
    pub scope: String,
    /// `nonce` of the id token.
    pub nonce: String,
    /// How it is handed over.
    pub hand_over: HandOver,
    /// The language of its page; `None` is whatever the browser asks for.
    pub language: Option<Language>,
    /// Whose phone it is for.
    pub phone: Phone,
    /// Who issued it: a member, person or client.
    pub issued_by: Id<Membership>,
    /// When.
    pub issued_at: Timestamp,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
    /// When its page was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it was redeemed.
    pub redeemed_at: Option<Timestamp>,
    /// The login it made.
    pub login: Option<Id<Login>>,
    /// Why it ended otherwise, and when.
    pub ended: Option<(Ending, Timestamp)>,
    /// Wrong PINs so far.
    pub wrong_tx_codes: u32,
    /// Refused presentations so far.
    pub refused: u32,
}

impl PreAuthorizedCode {
    /// State at `now`.
    pub fn state(&self, now: Timestamp) -> CodeState {
        if self.redeemed_at.is_some() {
            return CodeState::Redeemed;
        }
        match self.ended {
            Some((Ending::Revoked, _)) => CodeState::Revoked,
            Some((Ending::Locked, _)) => CodeState::Locked,
            Some((Ending::Replaced, _)) => CodeState::Replaced,
            None if now >= self.expires_at => CodeState::Expired,
            None if self.opened_at.is_some() => CodeState::Opened,
            None => CodeState::Waiting,
        }
    }
}
