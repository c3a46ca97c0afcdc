//! Taking back what was done to a client: one change of its log, or its deletion. Both read what the log kept, which
//! holds no secret; so a restored client gets a new one.

use anteroom_oauth::secret::{ClientSecret, Secret};
use anteroom_sentence::{Value as Slot, sentence};
use serde_json::{Map, Value};

use super::{NewClient, describe, update, write_new};
use crate::cx::Cx;
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client::{ClientSettings, ClientStatus, ClientType};
use crate::model::event::EventKind;
use crate::model::membership::MembershipAccess;
use crate::model::{Client, Event, Project};
use crate::stop::{Fault, Outcome, conflict, invalid, not_found};
use crate::store::{EventFilter, StoreResult, Tx};

/// Members of a description that are no settings.
const COLUMNS: [&str; 6] = ["name", "clientType", "status", "admin", "accessPolicy", "access"];

/// What a description says of a client.
pub struct Described {
    /// Name.
    pub name: String,
    /// Type.
    pub client_type: ClientType,
    /// Status.
    pub status: ClientStatus,
    /// Settings.
    pub settings: ClientSettings,
    /// Whether its own membership was a project admin; only said of a deleted client.
    pub admin: bool,
    /// The access policy of its own membership; only said of a deleted client.
    pub access_policy: Option<String>,
    /// Its further access policies.
    pub access: Vec<String>,
}

impl Described {
    /// Reads what [`describe`] wrote.
    ///
    /// # Errors
    /// A fault: the log holds only what this program wrote.
    pub fn read(mut members: Map<String, Value>) -> Outcome<Self> {
        const WRONG: Fault = Fault::Inconsistent("a client in the log that cannot be read");
        let [name, client_type, status, admin, access_policy, access] =
            COLUMNS.map(|column| members.remove(column));
        let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            name: text(name).ok_or(WRONG)?,
            client_type: text(client_type).as_deref().and_then(ClientType::parse).ok_or(WRONG)?,
            status: text(status).as_deref().and_then(ClientStatus::parse).ok_or(WRONG)?,
            settings: serde_json::from_value(Value::Object(members)).map_err(|_| WRONG)?,
            admin: admin.and_then(|admin| admin.as_bool()).unwrap_or(false),
            access_policy: text(access_policy),
            access: access.and_then(|access| serde_json::from_value(access).ok()).unwrap_or_default(),
        })
    }
}

fn members(state: Option<Value>) -> Map<String, Value> {
    match state {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The event of a client's log with this number.
fn event_of(tx: &dyn Tx, client: &Client, seq: i64) -> StoreResult<Option<Event>> {
    let filter = EventFilter {
        about: Some(client.id.uuid()),
        before: Some(seq.saturating_add(1)),
        ..EventFilter::default()
    };
    let newest = tx.list_events(client.project, &filter, 1)?.pop().map(|row| row.event);
    Ok(newest.filter(|event| event.seq == seq && event.event.client == Some(client.id)))
}

/// Takes the change with the number `seq` back, member by member; whether anything changed. Members that were changed
/// again since are a conflict: nothing is undone over a newer decision.
///
/// # Refused
/// An event that is no change of this client; a member that says something else than that change left.
pub fn undo(cx: &mut Cx<'_>, client: &Client, seq: i64) -> Outcome<bool> {
    let Some(event) = event_of(cx.tx, client, seq)? else {
        return not_found(sentence!("This client has no entry number {seq} in its log.", seq));
    };
    if event.event.kind != EventKind::ClientUpdated {
        return invalid("seq", sentence!("Only a change of the client's settings can be taken back here."));
    }
    let (before, after) = (members(event.event.body.before), members(event.event.body.after));
    let mut now = members(Some(describe(client)));
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names.filter(|name| before.get(*name) != after.get(*name)) {
        if now.get(name) == before.get(name) {
            continue;
        }
        if now.get(name) != after.get(name) {
            return conflict(
                Some("seq"),
                sentence!(
                    "{name} was changed again since: that change made it {then}, it is {now} now. Change it by hand.",
                    name,
                    then = shown(after.get(name)),
                    now = shown(now.get(name))
                ),
            );
        }
        match before.get(name) {
            Some(value) => now.insert(name.clone(), value.clone()),
            None => now.remove(name),
        };
    }
    let Described { name, client_type, status, settings, .. } = Described::read(now)?;
    let provider_secret =
        settings.identity_provider.is_some().then(|| client.provider_secret.clone()).flatten();
    update(cx, client, Client { name, client_type, status, settings, provider_secret, ..client.clone() })
}

fn shown(value: Option<&Value>) -> Slot {
    value.map_or_else(|| sentence!("absent").into(), |value| value.to_string().into())
}

/// A deleted client that can be restored.
pub struct Deleted {
    /// The event of its deletion.
    pub event: Event,
    /// Who deleted it.
    pub actor: Option<String>,
    /// Its id.
    pub id: Id<Client>,
    /// What it was.
    pub described: Described,
}

/// The newest deletions of clients that are still gone, newest first.
pub fn deleted(tx: &dyn Tx, project: Id<Project>, limit: u32) -> Outcome<Vec<Deleted>> {
    let filter = EventFilter { kind: Some(EventKind::ClientDeleted), ..EventFilter::default() };
    let mut gone: Vec<Deleted> = Vec::new();
    for row in tx.list_events(project, &filter, limit)? {
        let Some(id) = row.event.event.client else { continue };
        if gone.iter().any(|newer| newer.id == id) || tx.client(id)?.is_some() {
            continue;
        }
        let described = Described::read(members(row.event.event.body.before.clone()))?;
        gone.push(Deleted { event: row.event, actor: row.actor, id, described });
    }
    Ok(gone)
}

/// Deletions that are looked through for one client.
const DELETIONS: u32 = 10_000;

/// The deleted client with this id.
///
/// # Refused
/// A client that was never deleted, or exists again.
pub fn find_deleted(tx: &dyn Tx, project: Id<Project>, id: Id<Client>) -> Outcome<Deleted> {
    match deleted(tx, project, DELETIONS)?.into_iter().find(|gone| gone.id == id) {
        Some(gone) => Ok(gone),
        None => not_found(sentence!(
            "There is no deleted client application with the id {id:?}.",
            id = id.to_string()
        )),
    }
}

/// The further access policies that are still there. What their variables stood for is not in the log: they match nothing.
fn access(cx: &Cx<'_>, described: &[String]) -> Outcome<Vec<MembershipAccess>> {
    let mut access = Vec::new();
    for id in described.iter().filter_map(|id| Id::parse(id)) {
        let policy = cx.tx.access_policy(id)?;
        access.extend(policy.map(|policy| MembershipAccess { policy: policy.id, parameter: Vec::new() }));
    }
    Ok(access)
}

/// Restores a deleted client under its own id, with the settings it had. What was ended with it stays ended: sign-ins,
/// codes, its secrets and its secret at an identity provider; `secret` is its new one.
///
/// # Refused
/// A client one of whose access policies is gone: nothing comes back with more rights than it had.
pub fn restore(
    cx: &mut Cx<'_>,
    engine: &Engine,
    project: Id<Project>,
    gone: Deleted,
    secret: Option<Secret<ClientSecret>>,
) -> Outcome<Client> {
    let Deleted { id, described, .. } = gone;
    let access_policy = match described.access_policy.as_deref().and_then(Id::parse) {
        Some(policy) => cx.tx.access_policy(policy)?.map(|policy| policy.id),
        None => None,
    };
    let access = access(cx, &described.access)?;
    if described.access_policy.is_some() != access_policy.is_some() || access.len() != described.access.len()
    {
        return conflict(
            Some("accessPolicy"),
            sentence!(
                "An access policy of this client was deleted since, and without it the client could do more than before. \
             Create it anew, with a policy."
            ),
        );
    }
    let new = NewClient {
        id: Some(id),
        project,
        name: described.name,
        client_type: described.client_type,
        status: described.status,
        secret,
        retiring_secret: None,
        settings: described.settings,
        provider_secret: None,
        admin: described.admin,
        access_policy,
        access,
    };
    write_new(cx, engine, new, EventKind::ClientRestored)
}
