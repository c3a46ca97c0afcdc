//! Pre-authorized codes.

use anteroom_oauth::secret::{Digest, PreAuthorizedCode as CodeKind, TypedCode};

use super::{Slice, StoreResult, Window};
use crate::id::Id;
use crate::model::pre_authorized_code::{CodeState, Ending};
use crate::model::{Client, Login, Membership, PreAuthorizedCode, Project};
use crate::timestamp::Timestamp;

/// Which codes a board shows.
#[derive(Debug, Clone, Default)]
pub struct CodeFilter {
    /// Beginnings of the person's names.
    pub search: String,
    /// Only this state.
    pub state: Option<CodeState>,
    /// Only of this member.
    pub membership: Option<Id<Membership>>,
}

/// A code with the names a board shows.
#[derive(Debug, Clone)]
pub struct CodeRow {
    /// The code.
    pub code: PreAuthorizedCode,
    /// Display name of the person.
    pub person: String,
    /// Name of the client.
    pub client_name: String,
    /// Display name of who issued it.
    pub issued_by: String,
}

/// Pre-authorized codes.
pub trait PreAuthorizedCodes {
    /// By id.
    fn pre_authorized_code(&self, id: Id<PreAuthorizedCode>) -> StoreResult<Option<PreAuthorizedCode>>;
    /// By the digest of the code.
    fn pre_authorized_code_by_digest(
        &self,
        digest: &Digest<CodeKind>,
    ) -> StoreResult<Option<PreAuthorizedCode>>;
    /// By the digest of the short code for typing.
    fn pre_authorized_code_by_typed(
        &self,
        digest: &Digest<TypedCode>,
    ) -> StoreResult<Option<PreAuthorizedCode>>;
    /// One code with its names.
    fn code_row(&self, id: Id<PreAuthorizedCode>) -> StoreResult<Option<CodeRow>>;
    /// Outstanding ones first, then newest first.
    fn list_pre_authorized_codes(
        &self,
        project: Id<Project>,
        filter: &CodeFilter,
        now: Timestamp,
        window: Window,
    ) -> StoreResult<Slice<CodeRow>>;
    /// How many can still be redeemed, and how many were issued since `since`.
    fn count_pre_authorized_codes(
        &self,
        project: Id<Project>,
        now: Timestamp,
        since: Timestamp,
    ) -> StoreResult<(u32, u32)>;
    /// Writes a new row.
    fn insert_pre_authorized_code(&mut self, row: &PreAuthorizedCode) -> StoreResult<()>;
    /// One conditional UPDATE: marks the code redeemed by `login` if it is unredeemed, not ended, not expired and for
    /// `client`. Whether it won; an earlier read decides nothing.
    fn redeem_pre_authorized_code(
        &mut self,
        id: Id<PreAuthorizedCode>,
        client: Id<Client>,
        login: Id<Login>,
        now: Timestamp,
    ) -> StoreResult<bool>;
    /// Notes the first opening of its page; whether this was the first.
    fn mark_opened(&mut self, id: Id<PreAuthorizedCode>, at: Timestamp) -> StoreResult<bool>;
    /// Ends a code that is neither redeemed nor ended nor expired; whether it did. One that expired can still be replaced:
    /// whoever holds it is told that a newer one was issued.
    fn end_pre_authorized_code(
        &mut self,
        id: Id<PreAuthorizedCode>,
        ending: Ending,
        at: Timestamp,
    ) -> StoreResult<bool>;
    /// Ends all codes of a client that could still be redeemed at `at`; how many.
    fn end_codes_of_client(&mut self, client: Id<Client>, ending: Ending, at: Timestamp) -> StoreResult<u32>;
    /// How many codes of a client could still be redeemed at `at`.
    fn count_codes_of_client(&self, client: Id<Client>, at: Timestamp) -> StoreResult<u32>;
    /// Counts one PIN try before it is compared; the number so far, this one included.
    fn count_tx_code_try(&mut self, id: Id<PreAuthorizedCode>) -> StoreResult<u32>;
    /// Takes one counted try back: it was right.
    fn forgive_tx_code_try(&mut self, id: Id<PreAuthorizedCode>) -> StoreResult<()>;
    /// Counts a refused presentation.
    fn count_refused(&mut self, id: Id<PreAuthorizedCode>) -> StoreResult<()>;
    /// Deletes up to `limit` that expired or ended before `before`; how many.
    fn purge_pre_authorized_codes(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
