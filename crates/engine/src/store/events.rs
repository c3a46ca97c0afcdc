//! The event log.

use uuid::Uuid;

use super::StoreResult;
use crate::id::Id;
use crate::model::event::{EventKind, NewEvent};
use crate::model::{Client, Event, Project};
use crate::timestamp::Timestamp;

/// Which events a log shows.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only this kind.
    pub kind: Option<EventKind>,
    /// Only refusals.
    pub refused_only: bool,
    /// Only about this client, member or row.
    pub about: Option<Uuid>,
    /// Only about this client.
    pub client: Option<Id<Client>>,
    /// Only at this time or later.
    pub from: Option<Timestamp>,
    /// Only before this time.
    pub until: Option<Timestamp>,
    /// Only before this sequence number.
    pub before: Option<i64>,
}

/// An event with the names a log shows.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// The event.
    pub event: Event,
    /// Display name of the actor.
    pub actor: Option<String>,
    /// Display name of the subject.
    pub subject: Option<String>,
    /// Name of the client.
    pub client_name: Option<String>,
}

/// The event log.
pub trait Events {
    /// Appends an event, chained to the one before; its sequence number.
    fn append_event(&mut self, event: &NewEvent) -> StoreResult<i64>;
    /// Newest first: the project's, and those of no project (an unknown client knocked).
    fn list_events(
        &self,
        project: Id<Project>,
        filter: &EventFilter,
        limit: u32,
    ) -> StoreResult<Vec<EventRow>>;
    /// Whether the log says that this row of the project was deleted.
    fn was_deleted(&self, project: Id<Project>, row: Uuid) -> StoreResult<bool>;
    /// When tokens were last issued to a client.
    fn last_token_issued_at(&self, client: Id<Client>) -> StoreResult<Option<Timestamp>>;
    /// Time of the newest event: the clock's high-water mark.
    fn newest_event_time(&self) -> StoreResult<Option<Timestamp>>;
    /// Walks the chain: how many events, and the sequence number of the first that does not fit.
    fn verify_events(&self) -> StoreResult<(i64, Option<i64>)>;
}
