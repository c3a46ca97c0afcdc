//! What the Token Vault keeps: connected accounts, and the requests that fill it.

use anteroom_oauth::secret::{AuthSession, ConnectCode, ConnectTicket, Cookie, Digest, ProviderState};

use super::StoreResult;
use crate::id::Id;
use crate::model::connected_account::{ProviderRefusal, VaultTokens};
use crate::model::{Client, ConnectSession, ConnectedAccount, Connection, Project, User};
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// Connected accounts.
pub trait ConnectedAccounts {
    /// By id.
    fn connected_account(&self, id: Id<ConnectedAccount>) -> StoreResult<Option<ConnectedAccount>>;
    /// Of a person, most recently connected first; only on one connection, if one is named.
    fn list_connected_accounts(
        &self,
        user: Id<User>,
        connection: Option<Id<Connection>>,
    ) -> StoreResult<Vec<ConnectedAccount>>;
    /// Of a project, in any order: to seal them anew.
    fn list_connected_accounts_of_project(&self, project: Id<Project>) -> StoreResult<Vec<ConnectedAccount>>;
    /// Writes a new row.
    fn insert_connected_account(&mut self, row: &ConnectedAccount) -> StoreResult<()>;
    /// Connected again: new tokens and scopes, asked for by this client; the refusal is forgotten and the row is the newest.
    fn reconnect_account(
        &mut self,
        id: Id<ConnectedAccount>,
        client: Option<Id<Client>>,
        tokens: &VaultTokens,
    ) -> StoreResult<()>;
    /// One conditional UPDATE: new tokens in place of those of `version`. Whether it won.
    fn renew_connected_account(
        &mut self,
        id: Id<ConnectedAccount>,
        version: u32,
        tokens: &VaultTokens,
    ) -> StoreResult<bool>;
    /// One conditional UPDATE: notes that the provider refused the refresh token of `version`. Whether it won.
    fn refuse_connected_account(
        &mut self,
        id: Id<ConnectedAccount>,
        version: u32,
        refusal: &ProviderRefusal,
    ) -> StoreResult<bool>;
    /// Replaces the sealed tokens (the master key changed).
    fn reseal_connected_account(
        &mut self,
        id: Id<ConnectedAccount>,
        access_token: &Sealed,
        refresh_token: Option<&Sealed>,
    ) -> StoreResult<()>;
    /// Notes that its token was given out.
    fn touch_connected_account(&mut self, id: Id<ConnectedAccount>, at: Timestamp) -> StoreResult<()>;
    /// Deletes a row; whether it was there.
    fn delete_connected_account(&mut self, id: Id<ConnectedAccount>) -> StoreResult<bool>;
    /// Deletes up to `limit` that were neither used nor renewed since `before`; how many.
    fn purge_connected_accounts(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Connected-accounts requests on their way. Each step is one conditional UPDATE; an earlier read decides nothing.
pub trait ConnectSessions {
    /// By `auth_session`.
    fn connect_session(&self, digest: &Digest<AuthSession>) -> StoreResult<Option<ConnectSession>>;
    /// By `ticket`.
    fn connect_session_by_ticket(
        &self,
        digest: &Digest<ConnectTicket>,
    ) -> StoreResult<Option<ConnectSession>>;
    /// By the `state` that went to the provider.
    fn connect_session_by_state(&self, digest: &Digest<ProviderState>)
    -> StoreResult<Option<ConnectSession>>;
    /// Writes a new row.
    fn insert_connect_session(&mut self, row: &ConnectSession) -> StoreResult<()>;
    /// Opens a ticket that nobody opened, in a browser. Whether it won.
    fn open_connect_session(
        &mut self,
        id: Id<ConnectSession>,
        browser: &Digest<Cookie>,
        state: &Digest<ProviderState>,
        now: Timestamp,
    ) -> StoreResult<bool>;
    /// The browser came back, for the first time. Whether it won.
    fn answer_connect_session(&mut self, id: Id<ConnectSession>, now: Timestamp) -> StoreResult<bool>;
    /// Keeps what the provider gave, for who holds the code. Whether the session still waited for it.
    fn grant_connect_session(
        &mut self,
        id: Id<ConnectSession>,
        code: &Digest<ConnectCode>,
        granted: &Sealed,
        now: Timestamp,
    ) -> StoreResult<bool>;
    /// Ends a session that waits, and forgets what the provider gave. Whether it won.
    fn finish_connect_session(&mut self, id: Id<ConnectSession>, now: Timestamp) -> StoreResult<bool>;
    /// Deletes up to `limit` that expired before `before`; how many.
    fn purge_connect_sessions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
