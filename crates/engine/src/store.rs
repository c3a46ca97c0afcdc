//! The store contract.
//!
//! A [`Store`] runs closures over an open transaction ([`Tx`]). It does what it is told: no defaults, no "now", no id
//! generation, no policy. Everything arrives in the row. Looking something up gives `Option`: not finding it is a
//! case, not an error.
//!
//! An update of a row that is not there is an error; a delete of one is not.
//!
//! # Durability
//! [`Store::submit`] queues a closure. A store may run several closures in one database transaction (group commit); each
//! is atomic by itself, and `done` is called only after everything it wrote is on disk.
//!
//! # To add a row kind
//! A model in `model/`, a trait here, an implementation and a migration in each store, tests in [`contract`].

mod apis;
mod authorization;
mod backups;
mod codes;
mod connected_accounts;
pub mod contract;
mod events;
mod people;
mod smart_app_launches;

pub use apis::{ClientGrantFilter, ClientGrants, Connections, ResourceServers};
pub use authorization::{
    AuthorizationCodes, Consents, Interactions, RefreshFamilies, SecondFactors, Sessions,
};
pub use backups::{Backups, Ended};
pub use codes::{CodeFilter, CodeRow, PreAuthorizedCodes};
pub use connected_accounts::{ConnectSessions, ConnectedAccounts};
pub use events::{EventFilter, EventRow, Events};
pub use people::{
    Memberships, PeopleFilter, PersonRow, ProfileSearch, Profiles, UserSecurityRequests, Users,
};
pub use smart_app_launches::SmartAppLaunches;

use std::path::Path;
use std::sync::Arc;

use crate::id::Id;
use crate::model::attempt::Attempts;
use crate::model::client::SecretSlot;
use crate::model::{AccessPolicy, Client, Login, Membership, Project, SavedRun, StoredKey};
use crate::seal::Sealed;
use crate::timestamp::Timestamp;

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue is full; try again.
    #[error("the store's queue is full")]
    Busy,
    /// The store is closing.
    #[error("the store is closed")]
    Closed,
    /// A unique value exists already; names it.
    #[error("{0} exists already")]
    Exists(&'static str),
    /// The disk is full or the file cannot be written.
    #[error("the store cannot be written: {0}")]
    NotWritable(String),
    /// A stored value does not have its form.
    #[error("damaged row: {0}")]
    Damaged(String),
    /// Anything else the database says.
    #[error("database error")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Result of a store method.
pub type StoreResult<T> = Result<T, StoreError>;

/// What becomes of a closure's writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They stay.
    Commit,
    /// They never were.
    Rollback,
}

/// A closure for the writer.
pub type Job = Box<dyn FnOnce(&mut dyn Tx) -> Verdict + Send>;
/// Called once the closure's writes are on disk (or were rolled back, or could not be committed).
pub type Done = Box<dyn FnOnce(StoreResult<()>) + Send>;

/// A database.
pub trait Store: Send + Sync {
    /// Queues `job` for the writer. `Err(Busy)` at once when the queue is full; then neither closure is called.
    fn submit(&self, job: Job, done: Done) -> StoreResult<()>;

    /// Runs `read` on a consistent snapshot, beside the writer.
    fn read(&self, read: &mut dyn FnMut(&dyn Tx) -> StoreResult<()>) -> StoreResult<()>;

    /// Copies everything that is committed into a new file, which only its owner may read and which is whole once it has
    /// its name. Writes go on meanwhile. Blocks: never inside an async task.
    fn back_up(&self, to: &Path) -> StoreResult<()>;

    /// Writes everything to the main file and stops the writer. Later calls answer `Closed`.
    fn close(&self) -> StoreResult<()>;
}

/// Runs `write` on the writer and blocks until it is on disk: for start-up and tools, never inside an async task.
pub fn write<T: Send + 'static>(
    store: &dyn Store,
    write: impl FnOnce(&mut dyn Tx) -> StoreResult<T> + Send + 'static,
) -> StoreResult<T> {
    let (result, results) = std::sync::mpsc::sync_channel(1);
    let (done, dones) = std::sync::mpsc::sync_channel(1);
    let job = Box::new(move |tx: &mut dyn Tx| {
        let outcome = write(tx);
        let verdict = if outcome.is_ok() { Verdict::Commit } else { Verdict::Rollback };
        let _ = result.send(outcome);
        verdict
    });
    store.submit(job, Box::new(move |committed| drop(done.send(committed))))?;
    // A closure that never ran sent nothing; then `done` says why.
    let outcome = results.recv();
    dones.recv().map_err(|_| StoreError::Closed)??;
    outcome.map_err(|_| StoreError::Closed)?
}

/// One open transaction.
pub trait Tx:
    Projects
    + Clients
    + AccessPolicies
    + Users
    + Profiles
    + Memberships
    + Logins
    + PreAuthorizedCodes
    + AuthorizationCodes
    + Interactions
    + Sessions
    + RefreshFamilies
    + Consents
    + SecondFactors
    + UserSecurityRequests
    + ConnectedAccounts
    + ConnectSessions
    + SmartAppLaunches
    + SigningKeys
    + Settings
    + SavedRuns
    + Backups
    + AttemptCounters
    + ResourceServers
    + ClientGrants
    + Connections
    + Events
{
}

impl<T> Tx for T where
    T: Projects
        + Clients
        + AccessPolicies
        + Users
        + Profiles
        + Memberships
        + Logins
        + PreAuthorizedCodes
        + AuthorizationCodes
        + Interactions
        + Sessions
        + RefreshFamilies
        + Consents
        + SecondFactors
        + UserSecurityRequests
        + ConnectedAccounts
        + ConnectSessions
        + SmartAppLaunches
        + SigningKeys
        + Settings
        + SavedRuns
        + Backups
        + AttemptCounters
        + ResourceServers
        + ClientGrants
        + Connections
        + Events
{
}

/// A slice of a list.
#[derive(Debug, Clone)]
pub struct Slice<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many match in all.
    pub total: u32,
}

/// Which rows of a list.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// First row, from 0.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// Projects.
pub trait Projects {
    /// By id.
    fn project(&self, id: Id<Project>) -> StoreResult<Option<Arc<Project>>>;
    /// All, oldest first.
    fn list_projects(&self) -> StoreResult<Vec<Arc<Project>>>;
    /// Writes a new row.
    fn insert_project(&mut self, row: &Project) -> StoreResult<()>;
    /// Replaces a row.
    fn update_project(&mut self, row: &Project) -> StoreResult<()>;
}

/// Which clients a list shows.
#[derive(Debug, Clone, Default)]
pub struct ClientFilter {
    /// Part of the name, of the id or of a redirect URI, in any case.
    pub search: String,
    /// Wire value of the type.
    pub client_type: Option<&'static str>,
    /// Wire value of the status.
    pub status: Option<&'static str>,
}

/// A row of a client list, with its last use.
#[derive(Debug, Clone)]
pub struct ClientRow {
    /// The client.
    pub client: Arc<Client>,
    /// Last successful token request with any secret.
    pub last_used_at: Option<Timestamp>,
}

/// Client applications.
pub trait Clients {
    /// By `client_id`.
    fn client(&self, id: Id<Client>) -> StoreResult<Option<Arc<Client>>>;
    /// By name, ascending, in any case.
    fn list_clients(
        &self,
        project: Id<Project>,
        filter: &ClientFilter,
        window: Window,
    ) -> StoreResult<Slice<ClientRow>>;
    /// Writes a new row. `Exists("client id")` when the id is taken.
    fn insert_client(&mut self, row: &Client) -> StoreResult<()>;
    /// Replaces a row.
    fn update_client(&mut self, row: &Client) -> StoreResult<()>;
    /// Deletes a row, with its codes and its last uses. Its logins are revoked by the caller.
    fn delete_client(&mut self, id: Id<Client>) -> StoreResult<()>;
    /// When a secret was last used.
    fn secret_last_used(&self, id: Id<Client>, slot: SecretSlot) -> StoreResult<Option<Timestamp>>;
    /// Notes a use of a secret. A store may skip it when the last one noted is less than a minute older.
    fn touch_secret(&mut self, id: Id<Client>, slot: SecretSlot, at: Timestamp) -> StoreResult<()>;
    /// Whether clients of the project find people by subject at another provider than the one with this userinfo URL.
    fn other_subject_providers(&self, project: Id<Project>, user_info_url: &str) -> StoreResult<bool>;
    /// Whether any active client of any project allows calls from this origin.
    fn origin_allowed(&self, origin: &str) -> StoreResult<bool>;
}

/// Access policies.
pub trait AccessPolicies {
    /// By id.
    fn access_policy(&self, id: Id<AccessPolicy>) -> StoreResult<Option<Arc<AccessPolicy>>>;
    /// By name.
    fn access_policy_by_name(
        &self,
        project: Id<Project>,
        name: &str,
    ) -> StoreResult<Option<Arc<AccessPolicy>>>;
    /// All of a project, by name.
    fn list_access_policies(&self, project: Id<Project>) -> StoreResult<Vec<Arc<AccessPolicy>>>;
    /// Writes a new row.
    fn insert_access_policy(&mut self, row: &AccessPolicy) -> StoreResult<()>;
    /// Replaces a row.
    fn update_access_policy(&mut self, row: &AccessPolicy) -> StoreResult<()>;
    /// Deletes a row that no membership names.
    fn delete_access_policy(&mut self, id: Id<AccessPolicy>) -> StoreResult<()>;
}

/// What a token's login allows right now, from one look-up.
#[derive(Debug, Clone)]
pub struct LiveLogin {
    /// The login.
    pub login: Login,
    /// Its member.
    pub membership: Arc<Membership>,
    /// Its client; `None` when it was deleted.
    pub client: Option<Arc<Client>>,
}

/// Sign-ins.
pub trait Logins {
    /// By id, with member and client.
    fn live_login(&self, id: Id<Login>) -> StoreResult<Option<LiveLogin>>;
    /// Not revoked and not expired ones of a member, newest first.
    fn list_live_logins(
        &self,
        membership: Id<Membership>,
        now: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<LiveLogin>>;
    /// Writes a new row.
    fn insert_login(&mut self, row: &Login) -> StoreResult<()>;
    /// Revokes one that is live; whether it was.
    fn revoke_login(&mut self, id: Id<Login>, at: Timestamp) -> StoreResult<bool>;
    /// Lets one that is live end later.
    fn extend_login(&mut self, id: Id<Login>, expires_at: Timestamp) -> StoreResult<()>;
    /// Revokes all live ones of a member; how many.
    fn revoke_logins_of_member(&mut self, membership: Id<Membership>, at: Timestamp) -> StoreResult<u32>;
    /// Revokes all live ones of a client; how many.
    fn revoke_logins_of_client(&mut self, client: Id<Client>, at: Timestamp) -> StoreResult<u32>;
    /// How many live ones a client has.
    fn count_live_logins_of_client(&self, client: Id<Client>, now: Timestamp) -> StoreResult<u32>;
    /// Deletes up to `limit` that ended before `before`; how many.
    fn purge_logins(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}

/// Signing keys.
pub trait SigningKeys {
    /// All, newest first.
    fn list_signing_keys(&self) -> StoreResult<Vec<StoredKey>>;
    /// Writes a new row.
    fn insert_signing_key(&mut self, row: &StoredKey) -> StoreResult<()>;
    /// Lets a key sign that was only published so far; whether it was.
    fn activate_signing_key(&mut self, kid: &str, at: Timestamp) -> StoreResult<bool>;
    /// Stops a key from signing.
    fn retire_signing_key(
        &mut self,
        kid: &str,
        retired_at: Timestamp,
        leaves_at: Timestamp,
    ) -> StoreResult<()>;
    /// Replaces the sealed bytes of a key (the master key changed).
    fn reseal_signing_key(&mut self, kid: &str, pkcs8: &Sealed) -> StoreResult<()>;
    /// Deletes keys that left the JWKS before `now`; how many.
    fn purge_signing_keys(&mut self, now: Timestamp) -> StoreResult<u32>;
    /// A sealed value by name (the PIN key, the master key's check value).
    fn sealed_value(&self, name: &str) -> StoreResult<Option<Sealed>>;
    /// Writes a sealed value.
    fn put_sealed_value(&mut self, name: &str, sealed: &Sealed) -> StoreResult<()>;
}

/// Settings of the engine itself, as JSON texts.
pub trait Settings {
    /// By name.
    fn setting(&self, name: &str) -> StoreResult<Option<String>>;
    /// Writes a setting, in place of an earlier one.
    fn put_setting(&mut self, name: &str, value: &str) -> StoreResult<()>;
}

/// Runs of the playground that somebody kept.
pub trait SavedRuns {
    /// By id.
    fn saved_run(&self, id: Id<SavedRun>) -> StoreResult<Option<SavedRun>>;
    /// Those of a project, newest first.
    fn list_saved_runs(&self, project: Id<Project>) -> StoreResult<Vec<SavedRun>>;
    /// Writes a new row.
    fn insert_saved_run(&mut self, row: &SavedRun) -> StoreResult<()>;
    /// Gives it another name.
    fn rename_saved_run(&mut self, id: Id<SavedRun>, name: &str) -> StoreResult<()>;
    /// Deletes it.
    fn delete_saved_run(&mut self, id: Id<SavedRun>) -> StoreResult<()>;
}

/// Counted attempts.
pub trait AttemptCounters {
    /// The current window of `key`, if one was begun at or after `not_before`.
    fn attempts(&self, key: &str, not_before: Timestamp) -> StoreResult<Option<Attempts>>;
    /// Counts one attempt: continues the window that began at or after `not_before`, or begins one at `now`. A window that
    /// begins further ahead of `now` than `not_before` is behind it (the clock was set back) is not continued. The state
    /// after it.
    fn count_attempt(&mut self, key: &str, now: Timestamp, not_before: Timestamp) -> StoreResult<Attempts>;
    /// Takes one counted attempt back: it was right.
    fn forgive_attempt(&mut self, key: &str) -> StoreResult<()>;
    /// Forgets what was counted for `key`.
    fn forget_attempts(&mut self, key: &str) -> StoreResult<()>;
    /// Deletes windows that began before `before`; how many.
    fn purge_attempts(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;
}
