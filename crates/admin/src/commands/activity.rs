//! Activity: every change and every token event.

mod export;

use anteroom_engine::id::Id;
use anteroom_engine::model::event::EventKind;
use anteroom_engine::model::{Event, Project};
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_engine::store::{EventFilter, EventRow, Tx};
use anteroom_engine::timestamp::Timestamp;
use anteroom_engine::trace::Check;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use self::export::export;
pub use self::export::{Chunk, Export, Format};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::request;

/// Which events: all that fit every part.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Selection {
    /// Only events of this kind, such as `token_issued`; empty for all.
    pub kind: String,
    /// Only refusals.
    pub refused_only: bool,
    /// Only events about this client, membership, or link id; empty for all.
    pub about: String,
    /// Only events about this client; empty for all.
    pub client: String,
    /// Only events at or after these Unix seconds.
    #[ts(type = "number | null")]
    pub from: Option<i64>,
    /// Only events before these Unix seconds.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
}

/// Lists events, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only events of this kind, such as `token_issued`; empty for all.
    pub kind: String,
    /// Only refusals.
    pub refused_only: bool,
    /// Only events about this client, membership, or link id; empty for all.
    pub about: String,
    /// Only events about this client; absent for all.
    #[serde(default)]
    pub client: Option<String>,
    /// Only events at or after these Unix seconds.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub from: Option<i64>,
    /// Only events before these Unix seconds.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// Only events before this sequence number (the `next` of the page before).
    #[ts(type = "number | null")]
    pub before: Option<i64>,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// A slice of the log.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The entries.
    pub items: Vec<ActivityEntry>,
    /// Give as `before` for the next slice; absent at the end.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
}

/// One event.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEntry {
    /// Sequence number.
    #[ts(type = "number")]
    pub seq: i64,
    /// Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Kind, such as `client_created`; key of its sentence in the catalogue.
    pub kind: String,
    /// Display name of who did it.
    pub actor: Option<String>,
    /// Display name of whom it concerns.
    pub subject: Option<String>,
    /// Name of the client application.
    pub client: Option<String>,
    /// `client_id`.
    pub client_id: Option<String>,
    /// Name of the refusal, if it was one.
    pub refusal: Option<String>,
    /// What the engine checked, in order (refusals only).
    pub trace: Vec<TraceCheck>,
    /// State before a change.
    #[ts(type = "unknown")]
    pub before: Option<serde_json::Value>,
    /// State after a change.
    #[ts(type = "unknown")]
    pub after: Option<serde_json::Value>,
}

/// One check of the engine.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TraceCheck {
    /// Name of the check.
    pub check: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// Whether it held.
    pub passed: bool,
}

/// Walks the whole chain.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Verify {}

/// Whether the log is as it was written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Events checked.
    #[ts(type = "number")]
    pub checked: i64,
    /// Sequence number of the first event that does not fit, if any.
    #[ts(type = "number | null")]
    pub first_bad: Option<i64>,
}

pub(crate) async fn list(admin: &Admin, request: List) -> Result<Log, CommandError> {
    let limit = request::limit(request.limit)?;
    let List { kind, refused_only, about, client, from, until, before, .. } = request;
    let selection = Selection { kind, refused_only, about, client: client.unwrap_or_default(), from, until };
    let filter = filter(&selection, before)?;
    admin
        .read_project(move |tx, project, _| {
            // One more than asked for tells whether there are more.
            let mut rows = tx.list_events(project, &filter, limit + 1)?;
            let more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let next = rows.last().filter(|_| more).map(|row| row.event.seq);
            Ok(Log { items: rows.into_iter().map(entry).collect(), next })
        })
        .await
}

fn filter(selection: &Selection, before: Option<i64>) -> Outcome<EventFilter> {
    let kind = match selection.kind.as_str() {
        "" => None,
        word => match EventKind::parse(word) {
            Some(kind) => Some(kind),
            None => return invalid("kind", sentence!("There are no events of the kind {word:?}.", word)),
        },
    };
    let about = match selection.about.trim() {
        "" => None,
        id => match uuid::Uuid::try_parse(id) {
            Ok(id) => Some(id),
            Err(_) => {
                return invalid("about", sentence!("{id:?} is no id of a client, a person or a link.", id));
            }
        },
    };
    let client = match selection.client.trim() {
        "" => None,
        id => match Id::parse(id) {
            Some(id) => Some(id),
            None => return invalid("client", sentence!("{id:?} is no id of a client.", id)),
        },
    };
    Ok(EventFilter {
        kind,
        refused_only: selection.refused_only,
        about,
        client,
        from: selection.from.map(Timestamp::from_seconds),
        until: selection.until.map(Timestamp::from_seconds),
        before,
    })
}

/// The newest entries of the log.
pub(crate) fn newest(tx: &dyn Tx, project: Id<Project>, limit: u32) -> Outcome<Vec<ActivityEntry>> {
    let rows = tx.list_events(project, &EventFilter::default(), limit)?;
    Ok(rows.into_iter().map(entry).collect())
}

/// An event as the screens show it.
pub(crate) fn entry(row: EventRow) -> ActivityEntry {
    let EventRow { event, actor, subject, client_name } = row;
    let Event { seq, event, .. } = event;
    ActivityEntry {
        seq,
        at: event.at.seconds(),
        kind: event.kind.as_str().to_owned(),
        actor,
        subject,
        client: client_name,
        client_id: event.client.map(|id| id.to_string()),
        refusal: event.refusal.map(str::to_owned),
        trace: event.body.trace.into_iter().map(TraceCheck::from).collect(),
        before: event.body.before,
        after: event.body.after,
    }
}

impl From<Check> for TraceCheck {
    fn from(check: Check) -> Self {
        Self {
            check: check.check.into_owned(),
            expected: check.expected.map(std::borrow::Cow::into_owned),
            found: check.found.map(std::borrow::Cow::into_owned),
            passed: check.passed,
        }
    }
}

pub(crate) async fn verify(admin: &Admin, _: Verify) -> Result<Verified, CommandError> {
    admin
        .read(|tx, _| {
            let (checked, first_bad) = tx.verify_events()?;
            Ok(Verified { checked, first_bad })
        })
        .await
}
