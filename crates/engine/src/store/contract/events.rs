//! The event log.

use std::borrow::Cow;

use serde_json::json;
use uuid::Uuid;

use crate::model::event::{EventBody, EventKind, NewEvent, chain_hash};
use crate::refusal::Refusal;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, id, write_project};
use crate::store::{EventFilter, Store, StoreError, StoreResult, write};
use crate::trace::Check;

fn event(kind: EventKind) -> NewEvent {
    NewEvent {
        at: NOW,
        project: Some(id(1)),
        kind,
        actor: None,
        subject: None,
        client: None,
        about: None,
        refusal: None,
        body: EventBody::default(),
    }
}

fn full() -> NewEvent {
    let check = |passed, found: Option<&'static str>| Check {
        check: Cow::Borrowed("client.status"),
        expected: found.map(|_| Cow::Borrowed("active")),
        found: found.map(Cow::Borrowed),
        passed,
    };
    NewEvent {
        at: NOW + 9,
        project: Some(id(1)),
        kind: EventKind::Refused,
        actor: Some(id(11)),
        subject: Some(id(20)),
        client: Some(id(10)),
        about: Some(Uuid::from_u128(50)),
        refusal: Some(Refusal::ALL[0].name()),
        body: EventBody {
            details: Some(json!({ "connection": "acme-idp" })),
            remote_address: Some("127.0.0.1".to_owned()),
            trace: vec![check(true, None), check(false, Some("off"))],
            detail: Some("\"quoted\" ünïcode".to_owned()),
            on_behalf_of: Some(id(7)),
            before: Some(json!({"z": 1, "a": [1.5, null]})),
            after: Some(json!(null)),
        },
    }
}

fn append(store: &dyn Store, events: Vec<NewEvent>) -> StoreResult<Vec<i64>> {
    write(store, move |tx| events.iter().map(|event| tx.append_event(event)).collect())
}

fn listed(store: &dyn Store, filter: &EventFilter, limit: u32) -> StoreResult<Vec<i64>> {
    let rows = read(store, |tx| tx.list_events(id(1), filter, limit))?;
    Ok(rows.iter().map(|row| row.event.seq).collect())
}

/// Every column; the hash is the one the model computes.
pub fn events_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    assert_eq!(read(store, |tx| tx.newest_event_time())?, None);
    assert_eq!(append(store, vec![full()])?, [1]);
    let rows = read(store, |tx| tx.list_events(id(1), &EventFilter::default(), 10))?;
    let mut expected = full();
    // JSON knows one null: what is null is absent.
    expected.body.after = None;
    assert_eq!(format!("{:?}", rows[0].event.event), format!("{expected:?}"));
    let body = serde_json::to_string(&full().body).map_err(|error| StoreError::Database(Box::new(error)))?;
    assert_eq!(rows[0].event.hash, chain_hash(&[0; 32], 1, &full(), &body));
    assert_eq!(read(store, |tx| tx.newest_event_time())?, Some(NOW + 9));
    assert_eq!(read(store, |tx| tx.verify_events())?, (1, None));
    Ok(())
}

/// Also when a job between them is rolled back.
pub fn events_are_numbered_without_gaps_and_chained(store: &dyn Store) -> StoreResult<()> {
    assert_eq!(read(store, |tx| tx.verify_events())?, (0, None));
    assert_eq!(append(store, vec![event(EventKind::ProjectCreated), full()])?, [1, 2]);
    let failed: StoreResult<()> = write(store, |tx| {
        assert_eq!(tx.append_event(&full())?, 3);
        Err(StoreError::Busy)
    });
    assert!(failed.is_err());
    for expected in 3..30 {
        assert_eq!(append(store, vec![event(EventKind::TokenIssued)])?, [expected]);
    }
    assert_eq!(read(store, |tx| tx.verify_events())?, (29, None));
    assert_eq!(write(store, |tx| tx.verify_events())?, (29, None));
    Ok(())
}

/// Newest first, by kind, refusals, what they are about, and before a number.
pub fn events_are_filtered(store: &dyn Store) -> StoreResult<()> {
    let with = |change: fn(&mut NewEvent)| {
        let mut row = event(EventKind::TokenIssued);
        change(&mut row);
        row
    };
    append(
        store,
        vec![
            event(EventKind::ClientCreated),
            with(|row| row.client = Some(id(10))),
            with(|row| row.subject = Some(id(20))),
            full(),
            with(|row| row.about = Some(Uuid::from_u128(50))),
            event(EventKind::ClientUpdated),
            with(|row| row.project = Some(id(2))),
            with(|row| row.project = None),
        ],
    )?;
    let all = EventFilter::default();
    assert_eq!(
        listed(store, &all, 100)?,
        [8, 6, 5, 4, 3, 2, 1],
        "and what belongs to no project, but no other's"
    );
    assert_eq!(listed(store, &all, 2)?, [8, 6]);
    let before = |seq| EventFilter { before: Some(seq), ..EventFilter::default() };
    assert_eq!(listed(store, &before(6), 2)?, [5, 4]);
    assert_eq!(listed(store, &before(1), 2)?, Vec::<i64>::new());
    let kind = |kind| EventFilter { kind: Some(kind), ..EventFilter::default() };
    assert_eq!(listed(store, &kind(EventKind::ClientCreated), 9)?, [1]);
    assert_eq!(listed(store, &kind(EventKind::TokenIssued), 9)?, [8, 5, 3, 2]);
    assert_eq!(listed(store, &kind(EventKind::LinkLocked), 9)?, Vec::<i64>::new());
    let refused = EventFilter { refused_only: true, ..EventFilter::default() };
    assert_eq!(listed(store, &refused, 9)?, [4]);
    assert_eq!(listed(store, &kind(EventKind::Refused), 9)?, [4]);
    let last_token = |client| read(store, |tx| tx.last_token_issued_at(id(client)));
    assert_eq!(last_token(10)?, Some(event(EventKind::TokenIssued).at), "not the refusal after it");
    assert_eq!(last_token(11)?, None);
    let about = |number| EventFilter { about: Some(Uuid::from_u128(number)), ..EventFilter::default() };
    assert_eq!(listed(store, &about(10), 9)?, [4, 2], "a client");
    assert_eq!(listed(store, &about(20), 9)?, [4, 3], "a member");
    assert_eq!(listed(store, &about(50), 9)?, [5, 4], "another row");
    assert_eq!(listed(store, &about(50), 1)?, [5]);
    let narrow = EventFilter { refused_only: true, before: Some(5), ..about(50) };
    assert_eq!(listed(store, &narrow, 9)?, [4]);
    let rare = |number| EventFilter { kind: Some(EventKind::ClientCreated), ..about(number) };
    assert_eq!(listed(store, &rare(10), 9)?, Vec::<i64>::new(), "another client's");
    let client = EventFilter { client: Some(id(10)), ..EventFilter::default() };
    assert_eq!(listed(store, &client, 9)?, [4, 2]);
    assert_eq!(listed(store, &EventFilter { client: Some(id(10)), ..about(20) }, 9)?, [4], "both");
    assert_eq!(listed(store, &EventFilter { client: Some(id(10)), ..refused.clone() }, 9)?, [4]);
    for kind in EventKind::ALL {
        listed(store, &EventFilter { kind: Some(*kind), ..refused.clone() }, 9)?;
        listed(store, &EventFilter { kind: Some(*kind), ..narrow.clone() }, 9)?;
    }
    Ok(())
}

/// From a time on, until before another; several at one time stay together.
pub fn events_are_filtered_by_time(store: &dyn Store) -> StoreResult<()> {
    let at = |seconds| NewEvent { at: NOW + seconds, ..event(EventKind::TokenIssued) };
    let between = |from: Option<u32>, until: Option<u32>| EventFilter {
        from: from.map(|seconds| NOW + seconds),
        until: until.map(|seconds| NOW + seconds),
        ..EventFilter::default()
    };
    assert_eq!(listed(store, &between(Some(0), Some(9)), 9)?, Vec::<i64>::new(), "an empty log");
    append(store, [0, 10, 10, 10, 20, 30, 30].map(at).to_vec())?;
    for (from, until, expected) in [
        (None, None, vec![7, 6, 5, 4, 3, 2, 1]),
        (Some(10), None, vec![7, 6, 5, 4, 3, 2]),
        (Some(11), None, vec![7, 6, 5]),
        (Some(31), None, vec![]),
        (None, Some(10), vec![1]),
        (None, Some(0), vec![]),
        (None, Some(99), vec![7, 6, 5, 4, 3, 2, 1]),
        (Some(10), Some(30), vec![5, 4, 3, 2]),
        (Some(30), Some(10), vec![]),
    ] {
        assert_eq!(listed(store, &between(from, until), 9)?, expected, "{from:?} to {until:?}");
    }
    let next = EventFilter { before: Some(4), ..between(Some(10), Some(30)) };
    assert_eq!(listed(store, &next, 9)?, [3, 2], "and before a number");
    Ok(())
}

/// As they are called now; who is gone has no name.
pub fn events_name_people_and_clients(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    append(store, vec![full()])?;
    let names = || {
        let mut rows = read(store, |tx| tx.list_events(id(1), &EventFilter::default(), 1))?;
        let row = rows.remove(0);
        StoreResult::Ok((row.actor, row.subject, row.client_name))
    };
    let text = |name: &str| Some(name.to_owned());
    assert_eq!(names()?, (text("Portal"), text("Pat Doe"), text("Portal")));
    write(store, |tx| {
        tx.delete_membership(id(20))?;
        tx.delete_client(id(10))
    })?;
    assert_eq!(names()?, (text("Portal"), None, None));
    Ok(())
}
