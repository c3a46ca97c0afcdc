//! `/logs`: the event log of the project, in Auth0's codes.

use serde_json::{Map, Value, json};

use super::trouble::{Said, trouble};
use super::{Answer, Call, page};
use crate::model::User;
use crate::model::event::{Event, EventKind};
use crate::model::membership::Principal;
use crate::refusal::Refusal;
use crate::store::{EventFilter, EventRow, Tx};

/// Rows that are looked through at most.
const MOST_ROWS: u32 = 10_000;

/// Auth0's `type` of an event. What has no code of its own is an operation of the API, done (`sapi`) or refused (`f`).
fn code(event: &Event) -> &'static str {
    let refresh = event.event.body.detail.as_deref() == Some("refresh_token");
    match event.event.kind {
        EventKind::TokenIssued if refresh => "sertft",
        EventKind::TokenIssued if event.event.subject.is_none() => "seccft",
        EventKind::TokenIssued => "seacft",
        EventKind::SessionRevoked => "slo",
        EventKind::AccountConnected => "connected_accounts_connection_succeeded",
        EventKind::AccountConnectFailed => "connected_accounts_connection_failed",
        EventKind::AccountDisconnected => "connected_accounts_delete_succeeded",
        EventKind::VaultExchanged => "seta",
        // Every exchange that failed says why, whoever refused it.
        EventKind::Refused if member(event, "failure_reason").is_some() => "feta",
        EventKind::Refused => match event.event.refusal.and_then(Refusal::parse) {
            Some(refusal) => refused(refusal),
            None => "f",
        },
        _ => "sapi",
    }
}

/// What the event says in the names of Auth0's log.
fn member<'a>(event: &'a Event, name: &str) -> Option<&'a Value> {
    event.event.body.details.as_ref()?.get(name)
}

fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::RefreshTokenReused => "ferrt",
        Refusal::UnknownRefreshToken
        | Refusal::RefreshTokenExpired
        | Refusal::RefreshTokenRevoked
        | Refusal::RefreshTokenReplaced
        | Refusal::RefreshTokenOfOtherClient => "fertft",
        Refusal::UnknownAuthorizationCode
        | Refusal::AuthorizationCodeSpent
        | Refusal::AuthorizationCodeExpired
        | Refusal::AuthorizationCodeEnded
        | Refusal::AuthorizationCodeOfOtherClient
        | Refusal::WrongCodeVerifier => "feacft",
        Refusal::ServiceNotEnabled | Refusal::ClientGrantMissing | Refusal::MissingAudience => "feccft",
        Refusal::MeUnknownAccount => "connected_accounts_delete_failed",
        Refusal::ManagementTokenRefused | Refusal::ManagementScopeMissing => "fapi",
        _ => "f",
    }
}

/// `log_id`: numbers grow with time.
fn log_id(seq: i64) -> String {
    format!("{seq:020}")
}

fn parse_log_id(text: &str) -> Option<i64> {
    (text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn show(tx: &dyn Tx, row: &EventRow) -> Said<Value> {
    let event = &row.event.event;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    let id = log_id(row.event.seq);
    put("_id", id.clone().into());
    put("log_id", id.into());
    put("date", event.at.iso8601().into());
    put("type", code(&row.event).into());
    let said = event.refusal.unwrap_or_else(|| event.kind.as_str());
    put("description", said.into());
    if let Some(client) = event.client {
        let client = tx.client(client)?;
        let client_id =
            client.map_or_else(|| event.client.map(|id| id.to_string()), |own| Some(own.client_id()));
        put("client_id", json!(client_id));
        put("client_name", json!(row.client_name));
    }
    if let Some(subject) = event.subject
        && let Some(member) = tx.membership(subject)?
        && let Principal::User(user) = member.principal
    {
        put("user_id", User::user_id(user).into());
    }
    if let Some(address) = &event.body.remote_address {
        put("ip", address.clone().into());
    }
    let mut details = event.body.details.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    for name in ["connection", "connection_id"] {
        if let Some(value) = details.shift_remove(name) {
            put(name, value);
        }
    }
    if !event.body.trace.is_empty() {
        details.insert("trace".to_owned(), json!(event.body.trace));
    }
    if !details.is_empty() {
        put("details", details.into());
    }
    Ok(shown.into())
}

/// The rows of the project, newest first. Events of no project (an unknown client knocked) are nobody's business here.
fn rows(call: &Call<'_>, tx: &dyn Tx, before: Option<i64>) -> Said<Vec<EventRow>> {
    let filter = EventFilter { before, ..EventFilter::default() };
    let mut rows = tx.list_events(call.caller.project, &filter, MOST_ROWS)?;
    rows.retain(|row| row.event.event.project == Some(call.caller.project));
    Ok(rows)
}

/// `GET /logs`: by page, or `take` rows older than the one named by `from`.
pub(super) fn list(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:logs", "read:logs_users"])?;
    let query = &call.request.query;
    let wanted = match query.get("q") {
        None => None,
        Some(text) => match text.strip_prefix("type:") {
            Some(kind) => Some(kind.trim_matches('"').to_owned()),
            None => return Err(page::wrong("q", "Only type:<code> is understood")),
        },
    };
    let oldest_first = match query.get("sort") {
        None | Some("date:-1") => false,
        Some("date:1") => true,
        Some(_) => return Err(page::wrong("sort", "Expected date:1 or date:-1")),
    };
    let from = match query.get("from") {
        None => None,
        Some(text) => {
            Some(parse_log_id(text).ok_or_else(|| page::wrong("from", "Not the id of a log event"))?)
        }
    };
    let mut rows = rows(call, tx, from)?;
    if let Some(wanted) = wanted {
        rows.retain(|row| code(&row.event) == wanted);
    }
    let take = page::whole(query, "take", 1, page::MOST)?;
    if from.is_some() || take.is_some() {
        rows.truncate(take.unwrap_or(page::USUAL));
        let shown: Said<Vec<Value>> = rows.iter().map(|row| show(tx, row)).collect();
        return Ok(Answer::ok(shown?.into()));
    }
    if oldest_first {
        rows.reverse();
    }
    page::answer(query, "logs", &rows, page::USUAL, |row| show(tx, row)).map(Answer::ok)
}

/// `GET /logs/{id}`
pub(super) fn get(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:logs", "read:logs_users"])?;
    let found = match parse_log_id(&call.request.id) {
        Some(seq) => {
            rows(call, tx, seq.checked_add(1))?.into_iter().next().filter(|row| row.event.seq == seq)
        }
        None => None,
    };
    match found {
        Some(row) => Ok(Answer::ok(show(tx, &row)?)),
        None => Err(trouble(404, "inexistent_log", "The log event does not exist")),
    }
}
