//! `/connections`: external providers, and the clients that may use them. Our secret at a provider is written, never read.

use serde_json::{Map, Value, json};

use super::payload::{Field, Form, field, flag, list as texts, nullable, text};
use super::trouble::{Halt, Said, of_service, trouble};
use super::{Answer, Call, clients as named, page, payload};
use crate::cx::Cx;
use crate::id::Id;
use crate::model::{Client, Connection};
use crate::service::connections::{self as service, LONGEST_NAME, NewConnection};
use crate::stop::Stop;
use crate::store::Tx;

const CONFLICT: &str = "connection_conflict";
/// Most clients that one request names.
const MOST_CLIENTS: usize = 50;

/// Only when a connection is made.
const MADE: &[Field] = &[
    field("name", Form::Text(1, LONGEST_NAME), "The name of the connection"),
    field("strategy", Form::Text(1, 50), "The type of the connection"),
];

const FIELDS: &[Field] = &[
    nullable("display_name", Form::Text(0, LONGEST_NAME), "Connection name used in the sign-in page"),
    nullable("options", Form::Object, "The connection's options"),
    nullable("authentication", Form::Object, "Whether the connection is for signing in"),
    nullable("connected_accounts", Form::Object, "Whether the connection is for connected accounts"),
    nullable("enabled_clients", Form::Texts(MOST_CLIENTS, 64), "The clients that may use the connection"),
];

/// Members that are kept and do nothing here.
const KEPT: &[Field] = &[
    nullable("is_domain_connection", Form::Bool, "Domain-level connection"),
    nullable("show_as_button", Form::Bool, "Shown as a button"),
    nullable("realms", Form::Texts(100, 200), "Realms"),
    nullable("metadata", Form::Object, "Metadata"),
];

fn said(stop: Stop) -> Halt {
    of_service(stop, CONFLICT)
}

fn find(call: &Call<'_>, tx: &dyn Tx) -> Said<Connection> {
    let id = &call.request.id;
    if !id.starts_with(Connection::PREFIX) {
        return Err(payload::wrong_id(
            "String does not match pattern ^con_[a-z0-9]+$",
            "The id of the connection",
        ));
    }
    let found = match Id::parse_prefixed(Connection::PREFIX, id) {
        Some(id) => tx.connection(id)?.filter(|connection| connection.project == call.caller.project),
        None => None,
    };
    found.ok_or_else(|| trouble(404, "inexistent_connection", "The connection does not exist"))
}

fn show(call: &Call<'_>, tx: &dyn Tx, connection: &Connection) -> Said<Value> {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", connection.id.prefixed(Connection::PREFIX).into());
    put("name", connection.name.clone().into());
    put("strategy", connection.strategy.clone().into());
    put("is_domain_connection", false.into());
    put("show_as_button", false.into());
    put("realms", json!([connection.name]));
    put("authentication", json!({ "active": connection.authentication }));
    put("connected_accounts", json!({ "active": connection.connected_accounts }));
    if let Some(name) = &connection.display_name {
        put("display_name", name.clone().into());
    }
    if call.caller.has("read:connections_options") {
        put("options", connection.options.clone().into());
    }
    put("enabled_clients", json!(client_ids(tx, connection)?));
    for (name, value) in &connection.rest {
        put(name, value.clone());
    }
    Ok(shown.into())
}

fn client_ids(tx: &dyn Tx, connection: &Connection) -> Said<Vec<String>> {
    let mut ids = Vec::new();
    for id in tx.connection_clients(connection.id)? {
        ids.extend(tx.client(id)?.map(|client| client.client_id()));
    }
    Ok(ids)
}

/// `GET /connections`
pub(super) fn list(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:connections"])?;
    let query = &call.request.query;
    let strategies: Vec<&str> = query.get("strategy").into_iter().flat_map(|text| text.split(',')).collect();
    let mut rows = tx.list_connections(call.caller.project)?;
    rows.retain(|row| {
        (strategies.is_empty() || strategies.contains(&row.strategy.as_str()))
            && query.get("name").is_none_or(|name| row.name == name)
    });
    page::answer(query, "connections", &rows, page::MOST, |row| show(call, tx, row)).map(Answer::ok)
}

/// `GET /connections/{id}`
pub(super) fn get(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:connections"])?;
    let connection = find(call, tx)?;
    let chosen = page::Chosen::read(&call.request.query)?;
    Ok(Answer::ok(chosen.keep(show(call, tx, &connection)?)))
}

/// `{ "active": … }`
fn active(members: &Map<String, Value>, name: &'static str, otherwise: bool) -> Said<bool> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(otherwise),
        Some(purpose) => purpose.get("active").map_or(Ok(otherwise), |active| {
            active.as_bool().ok_or_else(|| {
                payload::wrong_at("Expected type boolean", &format!("{name}.active"), "Whether it is active")
            })
        }),
    }
}

fn rest(members: &Map<String, Value>, rest: &mut Map<String, Value>) {
    for field in KEPT {
        match members.get(field.name) {
            None => {}
            Some(Value::Null) => drop(rest.shift_remove(field.name)),
            Some(value) => drop(rest.insert(field.name.to_owned(), value.clone())),
        }
    }
}

fn options(members: &Map<String, Value>) -> Option<Map<String, Value>> {
    match members.get("options") {
        None => None,
        Some(Value::Object(options)) => Some(options.clone()),
        Some(_) => Some(Map::new()),
    }
}

/// `enabled_clients`: the whole list.
fn enabled_clients(
    call: &Call<'_>,
    cx: &mut Cx<'_>,
    members: &Map<String, Value>,
    connection: &Connection,
) -> Said<()> {
    let Some(given) = members.get("enabled_clients") else { return Ok(()) };
    let mut wanted = Vec::new();
    for client_id in texts(given) {
        wanted.push(named::find_named(call, cx.tx, &client_id)?.id);
    }
    let stored = cx.tx.connection_clients(connection.id)?;
    let gone = stored.into_iter().filter(|id| !wanted.contains(id)).map(|id| (id, false));
    let changes: Vec<(Id<Client>, bool)> = gone.chain(wanted.iter().map(|id| (*id, true))).collect();
    service::set_clients(cx, connection, &changes).map_err(said)?;
    Ok(())
}

/// `POST /connections`
pub(super) fn create(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["create:connections"])?;
    let members = payload::object(call.body()?, &[MADE, FIELDS, KEPT], &["name", "strategy"])?;
    let mut kept = Map::new();
    rest(members, &mut kept);
    let new = NewConnection {
        id: None,
        project: call.caller.project,
        name: text(members, "name").unwrap_or_default(),
        strategy: text(members, "strategy").unwrap_or_default(),
        display_name: text(members, "display_name"),
        options: options(members).unwrap_or_default(),
        authentication: active(members, "authentication", true)?,
        connected_accounts: active(members, "connected_accounts", false)?,
        rest: kept,
    };
    let connection = service::create(cx, call.engine, new).map_err(said)?;
    enabled_clients(call, cx, members, &connection)?;
    Ok(Answer::created(show(call, cx.tx, &connection)?))
}

/// `PATCH /connections/{id}`: `options` come whole.
pub(super) fn update(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["update:connections"])?;
    let before = find(call, cx.tx)?;
    let members = payload::object(call.body()?, &[FIELDS, KEPT], &[])?;
    if members.is_empty() {
        return Err(payload::wrong("Too few properties defined (0), minimum 1"));
    }
    let mut after = before.clone();
    if let Some(options) = options(members) {
        call.caller.needs(&["update:connections_options"])?;
        after.options = options;
    }
    if members.contains_key("display_name") {
        after.display_name = text(members, "display_name");
    }
    after.authentication = active(members, "authentication", before.authentication)?;
    after.connected_accounts = active(members, "connected_accounts", before.connected_accounts)?;
    rest(members, &mut after.rest);
    service::update(cx, call.engine, &before, after).map_err(said)?;
    enabled_clients(call, cx, members, &before)?;
    let after = find(call, cx.tx)?;
    Ok(Answer::ok(show(call, cx.tx, &after)?))
}

/// `DELETE /connections/{id}`: 202, as Auth0 answers.
pub(super) fn delete(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    call.caller.needs(&["delete:connections"])?;
    let connection = find(call, cx.tx)?;
    service::delete(cx, &connection).map_err(said)?;
    Ok(Answer { status: 202, body: Some(json!({ "deleted_at": cx.now.iso8601() })) })
}

/// `GET /connections/{id}/clients`
pub(super) fn clients(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    call.caller.needs(&["read:connections"])?;
    let connection = find(call, tx)?;
    let rows = client_ids(tx, &connection)?;
    let show = |id: &String| Ok(json!({ "client_id": id }));
    page::checkpointed(&call.request.query, "clients", &rows, show).map(Answer::ok)
}

/// `PATCH /connections/{id}/clients`
pub(super) fn set_clients(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    const ENTRY: &[Field] = &[
        field("client_id", Form::Text(1, 64), "The id of the client"),
        field("status", Form::Bool, "Whether the connection is enabled for the client"),
    ];
    call.caller.needs(&["update:connections"])?;
    let connection = find(call, cx.tx)?;
    let Some(entries) = call.body()?.as_array() else {
        return Err(payload::wrong("Expected type array"));
    };
    if entries.is_empty() || entries.len() > MOST_CLIENTS {
        return Err(payload::wrong(&format!(
            "Array has {} items, expected 1 to {MOST_CLIENTS}",
            entries.len()
        )));
    }
    let mut changes = Vec::with_capacity(entries.len());
    for entry in entries {
        let members = payload::object(entry, &[ENTRY], &["client_id", "status"])?;
        let client = named::find_named(call, cx.tx, &text(members, "client_id").unwrap_or_default())?;
        changes.push((client.id, flag(members, "status").unwrap_or(false)));
    }
    service::set_clients(cx, &connection, &changes).map_err(said)?;
    Ok(Answer::nothing())
}
