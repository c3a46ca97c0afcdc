//! What was done to a client, and taking one change of it back.

use anteroom_engine::model::event::EventKind;
use anteroom_engine::service::clients::undo as service;
use anteroom_engine::store::EventFilter;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Client;
use super::read::{find, view};
use crate::admin::Admin;
use crate::commands::activity::{Log, entry};
use crate::error::CommandError;
use crate::request;

/// The changes of a client, newest first: no sign-ins, no tokens.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct History {
    /// `client_id`.
    pub id: String,
    /// Only before this sequence number (the `next` of the slice before).
    #[ts(type = "number | null")]
    pub before: Option<i64>,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// Takes one change back. Members that were changed again since are a `conflict`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Undo {
    /// `client_id`.
    pub id: String,
    /// Sequence number of the change.
    #[ts(type = "number")]
    pub seq: i64,
}

/// Kinds of events that are a client's history.
const KINDS: [EventKind; 7] = [
    EventKind::ClientCreated,
    EventKind::ClientUpdated,
    EventKind::ClientSecretRotated,
    EventKind::ClientSecretRetired,
    EventKind::ClientDeleted,
    EventKind::ClientRestored,
    EventKind::MemberUpdated,
];

pub(crate) async fn history(admin: &Admin, request: History) -> Result<Log, CommandError> {
    let limit = request::limit(request.limit)?;
    admin
        .read_project(move |tx, project, _| {
            let client = find(tx, project, &request.id)?;
            let mut rows = Vec::new();
            for kind in KINDS {
                let filter = EventFilter {
                    kind: Some(kind),
                    client: Some(client.id),
                    before: request.before,
                    ..EventFilter::default()
                };
                rows.extend(tx.list_events(project, &filter, limit + 1)?);
            }
            rows.sort_by_key(|row| std::cmp::Reverse(row.event.seq));
            let more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let next = rows.last().filter(|_| more).map(|row| row.event.seq);
            Ok(Log { items: rows.into_iter().map(entry).collect(), next })
        })
        .await
}

pub(crate) async fn undo(admin: &Admin, request: Undo) -> Result<Client, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            service::undo(cx, &before, request.seq)?;
            let client = find(cx.tx, acting.project, &request.id)?;
            view(cx.tx, &client, cx.now)
        })
        .await
}
