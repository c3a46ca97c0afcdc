//! The event log: append-only, chained by hash.

use anteroom_engine::id::Id;
use anteroom_engine::model::event::{EventKind, NewEvent, chain_hash};
use anteroom_engine::model::{Client, Event, Project};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::store::{EventFilter, EventRow, Events, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, params, params_from_iter};

use crate::column::{self, to_json};
use crate::error::fault;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "event.seq, event.at, event.project, event.kind, event.actor, event.subject, event.client, event.about, \
         event.refusal, event.body, event.hash"
    };
}

/// How many columns that are.
const WIDTH: usize = 11;

/// Kinds that the index on kinds leaves out. Tokens are most of a log: the newest are near its end. Refusals have an index
/// of their own.
const NOT_BY_KIND: &str = "('token_issued', 'refused')";

/// The indexes on clients, each with its condition. An event stands in one of them: whoever asks for a client's tokens does
/// not walk its refusals, and the other way round.
const TOKENS_OF_CLIENT: (&str, &str) = ("INDEXED BY event_token_by_client", " AND kind = 'token_issued'");
const OTHERS_OF_CLIENT: (&str, &str) = ("INDEXED BY event_other_by_client", " AND kind <> 'token_issued'");

const LAST_TOKEN_ISSUED_AT: &str = "SELECT at FROM event INDEXED BY event_token_by_client \
     WHERE client = ?1 AND kind = 'token_issued' ORDER BY seq DESC LIMIT 1";

fn from_row(row: &Row<'_>) -> StoreResult<Event> {
    Ok(Event {
        seq: column::get(row, 0)?,
        event: NewEvent {
            at: column::time(row, 1)?,
            project: column::optional_id(row, 2)?,
            kind: column::word(row, 3, EventKind::parse)?,
            actor: column::optional_id(row, 4)?,
            subject: column::optional_id(row, 5)?,
            client: column::optional_id(row, 6)?,
            about: column::get::<Option<[u8; 16]>>(row, 7)?.map(uuid::Uuid::from_bytes),
            refusal: match column::get::<Option<String>>(row, 8)? {
                Some(_) => Some(column::word(row, 8, Refusal::parse)?.name()),
                None => None,
            },
            body: column::json(row, 9)?,
        },
        hash: column::get(row, 10)?,
    })
}

fn named_from_row(row: &Row<'_>) -> StoreResult<EventRow> {
    Ok(EventRow {
        event: from_row(row)?,
        actor: column::get(row, WIDTH)?,
        subject: column::get(row, WIDTH + 1)?,
        client_name: column::get(row, WIDTH + 2)?,
    })
}

/// Numbers of events between which a log is looked through: `after` and `before` are outside.
#[derive(Debug, Clone, Copy)]
struct Span {
    after: Option<i64>,
    before: Option<i64>,
}

/// Conditions that the index of a question does not answer.
fn conditions(filter: &EventFilter, span: Span) -> String {
    let mut sql = String::new();
    if span.before.is_some() {
        sql.push_str(" AND seq < ?2");
    }
    if span.after.is_some() {
        sql.push_str(" AND seq > ?5");
    }
    if filter.client.is_some() {
        sql.push_str(" AND client = ?6");
    }
    if filter.refused_only {
        sql.push_str(" AND refusal IS NOT NULL");
    }
    if let Some(kind) = filter.kind {
        // A word of our own list, so it can stand in the statement.
        sql.push_str(" AND kind = '");
        sql.push_str(kind.as_str());
        sql.push('\'');
    }
    sql
}

/// The statement that finds the numbers of the newest events for a filter. `?1` project, `?2` before, `?3` limit,
/// `?4` about, `?5` after, `?6` client.
fn numbers(filter: &EventFilter, span: Span) -> String {
    let conditions = conditions(filter, span);
    let newest = |index: &str, more: &str| {
        format!(
            "SELECT * FROM (SELECT seq FROM event {index} WHERE (project = ?1 OR project IS NULL){more}{conditions} \
             ORDER BY seq DESC LIMIT ?3)"
        )
    };
    if filter.kind.is_some_and(|kind| !matches!(kind, EventKind::TokenIssued | EventKind::Refused)) {
        let about =
            if filter.about.is_some() { " AND (client = ?4 OR subject = ?4 OR about = ?4)" } else { "" };
        return newest("INDEXED BY event_by_kind", &format!(" AND kind NOT IN {NOT_BY_KIND}{about}"));
    }
    let refused = filter.refused_only || filter.kind == Some(EventKind::Refused);
    let of_client: &[_] = match filter.kind {
        _ if refused => &[OTHERS_OF_CLIENT],
        Some(_) => &[TOKENS_OF_CLIENT],
        None => &[TOKENS_OF_CLIENT, OTHERS_OF_CLIENT],
    };
    let newest_of_client = |client: &str| {
        of_client.iter().map(|(index, own)| newest(index, &format!("{own}{client}"))).collect::<Vec<_>>()
    };
    if filter.about.is_some() {
        let mut all = newest_of_client(" AND client = ?4");
        all.push(newest("INDEXED BY event_by_subject", " AND subject = ?4"));
        all.push(newest("INDEXED BY event_by_about", " AND about = ?4"));
        return all.join(" UNION ");
    }
    if filter.client.is_some() {
        return newest_of_client("").join(" UNION ");
    }
    if refused {
        return newest("INDEXED BY event_refused", " AND refusal IS NOT NULL");
    }
    newest("NOT INDEXED", "")
}

impl Events for SqliteTx<'_> {
    fn append_event(&mut self, event: &NewEvent) -> StoreResult<i64> {
        let (last, before) = self.last_event()?;
        let seq = last + 1;
        let body = to_json(&event.body)?;
        let hash = chain_hash(&before, seq, event, &body);
        self.run(
            "INSERT INTO event (seq, at, project, kind, actor, subject, client, about, refusal, body, hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                seq,
                event.at.seconds(),
                event.project.as_ref().map(Id::as_bytes),
                event.kind.as_str(),
                event.actor.as_ref().map(Id::as_bytes),
                event.subject.as_ref().map(Id::as_bytes),
                event.client.as_ref().map(Id::as_bytes),
                event.about.as_ref().map(uuid::Uuid::as_bytes),
                event.refusal,
                body,
                hash,
            ],
        )?;
        self.notes.borrow_mut().last_event = Some((seq, hash));
        Ok(seq)
    }

    fn list_events(
        &self,
        project: Id<Project>,
        filter: &EventFilter,
        limit: u32,
    ) -> StoreResult<Vec<EventRow>> {
        let span = self.span(filter)?;
        let sql = format!(
            "SELECT {}, actor.display, subject.display, client.name FROM ({}) found JOIN event ON event.seq = found.seq \
             LEFT JOIN membership actor ON actor.id = event.actor \
             LEFT JOIN membership subject ON subject.id = event.subject \
             LEFT JOIN client ON client.id = event.client \
             WHERE ?2 IS NULL OR ?4 IS NULL OR ?5 IS NULL OR ?6 IS NULL OR 1 ORDER BY event.seq DESC LIMIT ?3",
            columns!(),
            numbers(filter, span)
        );
        let params: [SqlValue; 6] = [
            project.as_bytes().to_vec().into(),
            span.before.into(),
            i64::from(limit).into(),
            filter.about.map(|about| about.as_bytes().to_vec()).into(),
            span.after.into(),
            filter.client.map(|client| client.as_bytes().to_vec()).into(),
        ];
        self.many(&sql, params_from_iter(params), named_from_row)
    }

    fn was_deleted(&self, project: Id<Project>, row: uuid::Uuid) -> StoreResult<bool> {
        let found = self.one(
            "SELECT 1 FROM event INDEXED BY event_by_about WHERE about = ?1 AND project = ?2 AND kind IN \
             ('client_deleted', 'member_deleted', 'profile_deleted', 'access_policy_deleted', \
             'smart_app_launch_deleted') LIMIT 1",
            params![row.as_bytes(), project.as_bytes()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    fn last_token_issued_at(&self, client: Id<Client>) -> StoreResult<Option<Timestamp>> {
        self.one(LAST_TOKEN_ISSUED_AT, params![client.as_bytes()], |row| column::time(row, 0))
    }

    fn newest_event_time(&self) -> StoreResult<Option<Timestamp>> {
        self.one("SELECT at FROM event ORDER BY seq DESC LIMIT 1", [], |row| column::time(row, 0))
    }

    fn verify_events(&self) -> StoreResult<(i64, Option<i64>)> {
        let sql = concat!("SELECT ", columns!(), " FROM event ORDER BY event.seq");
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query([]).map_err(fault)?;
        let (mut count, mut hash, mut broken) = (0_i64, [0_u8; 32], None);
        while let Some(row) = rows.next().map_err(fault)? {
            count += 1;
            if broken.is_some() {
                continue;
            }
            match fitting_hash(row, count, &hash) {
                Some(next) => hash = next,
                None => broken = Some(column::get(row, 0).unwrap_or(count)),
            }
        }
        Ok((count, broken))
    }
}

/// The hash of a stored event, if its number follows and its columns give it. What cannot be read does not fit.
fn fitting_hash(row: &Row<'_>, expected: i64, before: &[u8; 32]) -> Option<[u8; 32]> {
    let event = from_row(row).ok()?;
    let body: String = column::get(row, 9).ok()?;
    let hash = chain_hash(before, event.seq, &event.event, &body);
    (event.seq == expected && event.hash == hash).then_some(hash)
}

impl SqliteTx<'_> {
    /// The numbers that the times of a filter come to. Time never goes back in the log, so the border of a time is found
    /// by halving, without an index on times.
    fn span(&self, filter: &EventFilter) -> StoreResult<Span> {
        let after = filter.from.map(|from| self.first_at(from).map(|first| first - 1)).transpose()?;
        let until = filter.until.map(|until| self.first_at(until)).transpose()?;
        let before = match (filter.before, until) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Ok(Span { after, before })
    }

    /// The number of the first event at or after a time; the next free number if there is none.
    fn first_at(&self, time: Timestamp) -> StoreResult<i64> {
        let (mut low, mut high) = (1, self.last_event()?.0 + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let at =
                self.one("SELECT at FROM event WHERE seq = ?1", params![middle], |row| column::time(row, 0))?;
            // Numbers have no gaps; one that is missing was taken out by force, and counts as early.
            if at.is_some_and(|at| at >= time) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// Number and hash of the newest event; the chain begins with zeros.
    fn last_event(&self) -> StoreResult<(i64, [u8; 32])> {
        if let Some(last) = self.notes.borrow().last_event {
            return Ok(last);
        }
        let stored = self.one("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((column::get(row, 0)?, column::get(row, 1)?))
        })?;
        Ok(stored.unwrap_or((0, [0; 32])))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;

    use super::*;
    use crate::migrations;

    /// What SQLite does for a statement, one line for each step.
    fn plan(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get("detail").unwrap());
        }
        steps
    }

    #[test]
    fn no_question_about_a_row_or_a_kind_walks_the_log() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::apply(&mut connection, migrations::ALL, Path::new("memory")).unwrap();
        let of = |kind: Option<EventKind>, refused_only: bool| EventFilter {
            kind,
            refused_only,
            ..EventFilter::default()
        };
        let about = |filter: EventFilter| EventFilter { about: Some(uuid::Uuid::nil()), ..filter };
        let client =
            |filter: EventFilter| EventFilter { client: Some(Id::from_uuid(uuid::Uuid::nil())), ..filter };
        let (tokens, others) = ("event_token_by_client", "event_other_by_client");
        let (subject, row) = ("event_by_subject", "event_by_about");
        for (filter, expected) in [
            (of(None, true), vec!["event_refused"]),
            (of(Some(EventKind::Refused), false), vec!["event_refused"]),
            (of(Some(EventKind::LinkLocked), false), vec!["event_by_kind"]),
            (client(of(None, false)), vec![tokens, others]),
            (client(of(None, true)), vec![others]),
            (client(of(Some(EventKind::Refused), false)), vec![others]),
            (client(of(Some(EventKind::TokenIssued), false)), vec![tokens]),
            (client(of(Some(EventKind::LinkLocked), false)), vec!["event_by_kind"]),
            (about(of(None, false)), vec![tokens, others, subject, row]),
            (about(of(None, true)), vec![others, subject, row]),
            (about(of(Some(EventKind::TokenIssued), false)), vec![tokens, subject, row]),
            (about(of(Some(EventKind::LinkLocked), false)), vec!["event_by_kind"]),
        ] {
            let sql = numbers(&filter, Span { after: None, before: None });
            let steps = plan(&connection, &sql);
            let used = |name: &&str| steps.iter().any(|step| step.contains(&format!("USING INDEX {name}")));
            let events = steps.iter().filter(|step| step.contains("USING") && step.contains(" event "));
            assert_eq!(events.count(), expected.len(), "{filter:?}: {steps:#?}");
            assert!(expected.iter().all(used), "{filter:?}: {steps:#?}");
        }
        let steps = plan(&connection, LAST_TOKEN_ISSUED_AT);
        assert_eq!(steps, ["SEARCH event USING INDEX event_token_by_client (client=?)"]);
    }
}
