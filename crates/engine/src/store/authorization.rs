//! What the authorization code flow keeps: interactions, sessions, codes, refresh tokens, consents.

use anteroom_oauth::secret::{AuthorizationCode, Cookie, Digest, RefreshToken};

use super::StoreResult;
use crate::id::Id;
use crate::model::{
    Client, Consent, Interaction, IssuedCode, Login, Membership, Project, RefreshFamily, SecondFactor,
    Session, User,
};
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// Authorization codes.
pub trait AuthorizationCodes {
    /// By the digest of the code.
    fn issued_code(&self, digest: &Digest<AuthorizationCode>) -> StoreResult<Option<IssuedCode>>;
    /// Writes a new row.
    fn insert_issued_code(&mut self, row: &IssuedCode) -> StoreResult<()>;
    /// One conditional UPDATE: marks the code redeemed if it is unredeemed, not expired, for `client`, and had fewer than
    /// `wrong_verifiers` wrong verifiers. Whether it won; an earlier read decides nothing.
    fn redeem_issued_code(
        &mut self,
        id: Id<IssuedCode>,
        client: Id<Client>,
        wrong_verifiers: u32,
        now: Timestamp,
    ) -> StoreResult<bool>;
    /// Counts a wrong verifier; the number so far, this one included.
    fn count_wrong_verifier(&mut self, id: Id<IssuedCode>) -> StoreResult<u32>;
    /// Ends the codes of a browser session that nobody redeemed; how many.
    fn end_codes_of_session(&mut self, session: Id<Session>, at: Timestamp) -> StoreResult<u32>;
    /// Ends the codes of a login that nobody redeemed: a newer one takes their place. How many.
    fn end_codes_of_login(&mut self, login: Id<Login>, at: Timestamp) -> StoreResult<u32>;
    /// Ends the codes of a member that nobody redeemed; how many.
    fn end_codes_of_member(&mut self, membership: Id<Membership>, at: Timestamp) -> StoreResult<u32>;
    /// Deletes up to `limit` that expired before `before`; how many.
    fn purge_issued_codes(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Authorization requests that wait for a person.
pub trait Interactions {
    /// By id.
    fn interaction(&self, id: Id<Interaction>) -> StoreResult<Option<Interaction>>;
    /// Writes a new row.
    fn insert_interaction(&mut self, row: &Interaction) -> StoreResult<()>;
    /// Those that a program began (`browser` is none), for an account in a project, with a membership, that wait; newest
    /// first.
    fn list_waiting_interactions(
        &self,
        project: Id<Project>,
        user: Id<User>,
        now: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Interaction>>;
    /// Replaces the request, who is there, the membership and whether anything was typed, if it still waits; whether it
    /// did.
    fn update_interaction(&mut self, row: &Interaction, now: Timestamp) -> StoreResult<bool>;
    /// Ends all of an account that wait; which.
    fn end_interactions_of_user(
        &mut self,
        user: Id<User>,
        now: Timestamp,
    ) -> StoreResult<Vec<Id<Interaction>>>;
    /// One conditional UPDATE: ends an interaction that waits; whether it did.
    fn finish_interaction(&mut self, id: Id<Interaction>, now: Timestamp) -> StoreResult<bool>;
    /// Deletes up to `limit` that expired before `before`; how many.
    fn purge_interactions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Browser sessions.
pub trait Sessions {
    /// By the digest of the cookie, live or not.
    fn session(&self, digest: &Digest<Cookie>) -> StoreResult<Option<Session>>;
    /// The one a login came from, live or not.
    fn session_of_login(&self, login: Id<Login>) -> StoreResult<Option<Session>>;
    /// Writes a new row.
    fn insert_session(&mut self, row: &Session) -> StoreResult<()>;
    /// Notes as whom the person goes on.
    fn choose_membership(&mut self, id: Id<Session>, membership: Id<Membership>) -> StoreResult<()>;
    /// Ends one that is live; whether it was.
    fn end_session(&mut self, id: Id<Session>, at: Timestamp) -> StoreResult<bool>;
    /// Ends all live ones of an account; how many.
    fn end_sessions_of_user(&mut self, user: Id<User>, at: Timestamp) -> StoreResult<u32>;
    /// The logins that came from a session and do not outlive it.
    fn logins_of_session(&self, id: Id<Session>) -> StoreResult<Vec<Id<Login>>>;
    /// Deletes up to `limit` that expired before `before`; how many.
    fn purge_sessions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Families of refresh tokens.
pub trait RefreshFamilies {
    /// By the digest of the locator.
    fn refresh_family(&self, locator: &Digest<RefreshToken>) -> StoreResult<Option<RefreshFamily>>;
    /// Writes a new row.
    fn insert_refresh_family(&mut self, row: &RefreshFamily) -> StoreResult<()>;
    /// One conditional UPDATE: `new` becomes the newest if `current` still is and has not expired. Whether it won.
    fn rotate_refresh_token(
        &mut self,
        login: Id<Login>,
        current: &Digest<RefreshToken>,
        new: &Digest<RefreshToken>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> StoreResult<bool>;
    /// One conditional UPDATE: `new` takes the place of the newest, which was never used, if `previous` is still the one
    /// before, was replaced after `not_before`, and has not come again yet. Whether it won.
    fn replace_refresh_token(
        &mut self,
        login: Id<Login>,
        previous: &Digest<RefreshToken>,
        new: &Digest<RefreshToken>,
        not_before: Timestamp,
    ) -> StoreResult<bool>;
    /// Deletes up to `limit` that expired before `before`; how many.
    fn purge_refresh_families(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Remembered consents.
pub trait Consents {
    /// Of a member to a client.
    fn consent(&self, membership: Id<Membership>, client: Id<Client>) -> StoreResult<Option<Consent>>;
    /// Writes a row, in place of an earlier one.
    fn put_consent(&mut self, row: &Consent) -> StoreResult<()>;
}

/// Second factors of accounts.
pub trait SecondFactors {
    /// Of an account.
    fn second_factor(&self, user: Id<User>) -> StoreResult<Option<SecondFactor>>;
    /// All, in any order: to seal them anew.
    fn list_second_factors(&self) -> StoreResult<Vec<SecondFactor>>;
    /// Writes a row, in place of an earlier one.
    fn put_second_factor(&mut self, row: &SecondFactor) -> StoreResult<()>;
    /// One conditional UPDATE: `step` becomes the newest accepted time step if it is newer than the one before and the
    /// secret is still `secret`. Whether it won.
    fn accept_time_step(&mut self, user: Id<User>, secret: &Sealed, step: i64) -> StoreResult<bool>;
}
