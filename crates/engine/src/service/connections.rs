//! Connections: one validator for the Management API, commands and the workspace file.

use anteroom_sentence::sentence;
use serde_json::{Map, Value, json};

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::connected_account::ProviderRefusal;
use crate::model::event::{EventBody, EventKind};
use crate::model::{Client, Connection, Project};
use crate::seal::Sealed;
use crate::service::provider::secrets_go_to;
use crate::service::provider_secret;
use crate::stop::{Fault, Outcome, conflict, invalid};

/// The strategies there are presets or endpoints for; each is OAuth 2.0 or OpenID Connect below.
pub const STRATEGIES: [&str; 17] = [
    "oidc",
    "oauth2",
    "custom",
    "google-oauth2",
    "google-apps",
    "github",
    "windowslive",
    "waad",
    "okta",
    "slack",
    "sign-in-with-slack",
    "salesforce",
    "box",
    "dropbox",
    "bitbucket",
    "fitbit",
    "auth0",
];

/// Longest name.
pub const LONGEST_NAME: usize = 128;
/// Most bytes of all options together, as JSON.
pub const LONGEST_OPTIONS: usize = 65_536;
/// Longest secret at a provider.
const LONGEST_SECRET: usize = 8_192;
/// Most connections of a project.
pub const MOST_CONNECTIONS: usize = 1_000;

/// Options that are addresses of a provider.
const ADDRESSES: [&str; 9] = [
    "issuer",
    "discovery_url",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "authorizationURL",
    "tokenURL",
    "userinfoURL",
];

/// Everything a new connection is made of.
pub struct NewConnection {
    /// Id; made when absent.
    pub id: Option<Id<Connection>>,
    /// Project.
    pub project: Id<Project>,
    /// `name`.
    pub name: String,
    /// `strategy`.
    pub strategy: String,
    /// `display_name`.
    pub display_name: Option<String>,
    /// `options`; `client_secret` among them is taken out and sealed.
    pub options: Map<String, Value>,
    /// `authentication.active`.
    pub authentication: bool,
    /// `connected_accounts.active`.
    pub connected_accounts: bool,
    /// Members that are kept and do nothing here.
    pub rest: Map<String, Value>,
}

/// Whether a name has Auth0's form: letters and digits, hyphens between them.
pub fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let inner = !name.starts_with('-') && !name.ends_with('-');
    (1..=LONGEST_NAME).contains(&name.len()) && plain && inner
}

fn check(row: &Connection) -> Outcome<()> {
    if !is_name(&row.name) {
        return invalid(
            "name",
            sentence!(
                "{name:?} is no name of a connection: 1 to {longest} letters and digits, with hyphens between them.",
                name = row.name.chars().take(LONGEST_NAME).collect::<String>(),
                longest = LONGEST_NAME
            ),
        );
    }
    if !STRATEGIES.contains(&row.strategy.as_str()) {
        return invalid(
            "strategy",
            sentence!("The strategies are {strategies}.", strategies = STRATEGIES.join(", ")),
        );
    }
    if row.display_name.as_ref().is_some_and(|name| name.chars().count() > LONGEST_NAME) {
        return invalid(
            "display_name",
            sentence!("A display name has at most {longest} characters.", longest = LONGEST_NAME),
        );
    }
    let size = serde_json::to_string(&row.options).map_or(usize::MAX, |text| text.len());
    if size > LONGEST_OPTIONS {
        return invalid(
            "options",
            sentence!(
                "The options have {size} bytes; at most {longest} are allowed.",
                size,
                longest = LONGEST_OPTIONS
            ),
        );
    }
    for name in ADDRESSES {
        match row.options.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if is_address(text) => {}
            Some(_) => {
                return invalid(
                    "options",
                    sentence!("{name} is no http or https URL without credentials.", name),
                );
            }
        }
    }
    Ok(())
}

fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    })
}

pub(crate) fn place(id: Id<Connection>) -> String {
    format!("connection/{id}/client_secret")
}

/// Opens our secret at the provider.
pub fn open_client_secret(
    engine: &Engine,
    connection: &Connection,
) -> Outcome<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let opened = connection
        .client_secret
        .as_ref()
        .map(|sealed| engine.master_key().open(&place(connection.id), sealed));
    Ok(opened.transpose().map_err(Fault::from)?)
}

/// Takes `client_secret` out of options and seals it. Options that do not name it leave the `stored` one; `null` and an
/// empty text take it away.
fn take_secret(
    engine: &Engine,
    id: Id<Connection>,
    options: &mut Map<String, Value>,
    stored: Option<Sealed>,
) -> Outcome<Option<Sealed>> {
    match options.shift_remove("client_secret") {
        None => Ok(stored),
        Some(Value::Null) => Ok(None),
        Some(Value::String(secret)) if secret.is_empty() => Ok(None),
        Some(Value::String(secret)) if secret.len() <= LONGEST_SECRET => {
            let secret = zeroize::Zeroizing::new(secret);
            let sealed = engine.master_key().seal(engine.entropy(), &place(id), secret.as_bytes());
            Ok(Some(sealed.map_err(Fault::from)?))
        }
        Some(_) => invalid(
            "options",
            sentence!("client_secret must be a text of at most {longest} bytes.", longest = LONGEST_SECRET),
        ),
    }
}

/// What the log keeps of a connection: everything but its secret.
fn describe(connection: &Connection) -> Value {
    json!({
        "name": connection.name,
        "strategy": connection.strategy,
        "display_name": connection.display_name,
        "options": connection.options,
        "hasSecret": connection.client_secret.is_some(),
        "authentication": connection.authentication,
        "connected_accounts": connection.connected_accounts,
    })
}

/// Creates a connection. No client may use it yet.
///
/// # Refused
/// A name that is taken in the project; values that break a rule.
pub fn create(cx: &mut Cx<'_>, engine: &Engine, new: NewConnection) -> Outcome<Connection> {
    let id = match new.id {
        Some(id) => id,
        None => cx.random_id()?,
    };
    let mut options = new.options;
    let client_secret = take_secret(engine, id, &mut options, None)?;
    let row = Connection {
        id,
        project: new.project,
        name: new.name,
        strategy: new.strategy,
        display_name: new.display_name,
        options,
        client_secret,
        authentication: new.authentication,
        connected_accounts: new.connected_accounts,
        rest: new.rest,
        created_at: cx.now,
        updated_at: cx.now,
    };
    check(&row)?;
    if cx.tx.connection_by_name(row.project, &row.name)?.is_some() {
        return conflict(Some("name"), sentence!("A connection with the same name already exists"));
    }
    if cx.tx.connection(id)?.is_some() {
        return conflict(
            Some("id"),
            sentence!("A connection with the id {id} exists already.", id = id.to_string()),
        );
    }
    if cx.tx.list_connections(row.project)?.len() >= MOST_CONNECTIONS {
        return invalid(
            "name",
            sentence!("A project has at most {most} connections.", most = MOST_CONNECTIONS),
        );
    }
    cx.tx.insert_connection(&row)?;
    let after = Some(describe(&row));
    said(cx, &row, EventKind::ConnectionCreated, EventBody { after, ..EventBody::default() })?;
    Ok(row)
}

/// Whether what is kept for a connection's provider would go to another server.
pub(crate) fn moved(before: &Connection, after: &Connection) -> bool {
    let (before, after) = (secrets_go_to(before), secrets_go_to(after));
    provider_secret::leads_elsewhere(before.as_deref(), after.as_deref())
}

/// Replaces a connection; whether anything changed. Name and strategy stay. `client_secret` among the options is taken out
/// and sealed; when they do not name it, the one there stays, because no answer ever shows it. Accounts that people
/// connected have to be connected again when the token endpoint moves to another server: their tokens are not for it.
///
/// # Refused
/// A token endpoint on another server without a secret for it; values that break a rule.
pub fn update(cx: &mut Cx<'_>, engine: &Engine, before: &Connection, mut after: Connection) -> Outcome<bool> {
    after.name.clone_from(&before.name);
    after.strategy.clone_from(&before.strategy);
    let named = after.options.contains_key("client_secret");
    after.client_secret = take_secret(engine, after.id, &mut after.options, after.client_secret.take())?;
    check(&after)?;
    if *before == after {
        return Ok(false);
    }
    let moved = moved(before, &after);
    if moved && !named && after.client_secret.is_some() {
        return invalid("options", provider_secret::give_it_again());
    }
    after.updated_at = cx.now;
    cx.tx.update_connection(&after)?;
    if moved {
        leave_provider(cx, before)?;
    }
    let body =
        EventBody { before: Some(describe(before)), after: Some(describe(&after)), ..EventBody::default() };
    said(cx, &after, EventKind::ConnectionUpdated, body)?;
    Ok(true)
}

/// The tokens of a connection's accounts go nowhere from now on.
fn leave_provider(cx: &mut Cx<'_>, connection: &Connection) -> Outcome<()> {
    let refusal = ProviderRefusal { at: cx.now, reason: "provider_moved".to_owned() };
    for account in cx.tx.list_connected_accounts_of_project(connection.project)? {
        if account.connection == connection.id && account.refused.is_none() {
            cx.tx.refuse_connected_account(account.id, account.version, &refusal)?;
        }
    }
    cx.changed(Topic::People);
    Ok(())
}

/// Lets clients use a connection, or no longer; whether anything changed.
pub fn set_clients(
    cx: &mut Cx<'_>,
    connection: &Connection,
    clients: &[(Id<Client>, bool)],
) -> Outcome<bool> {
    let before = cx.tx.connection_clients(connection.id)?;
    for (client, enabled) in clients {
        cx.tx.set_connection_client(connection.id, *client, *enabled)?;
    }
    let after = cx.tx.connection_clients(connection.id)?;
    if before == after {
        return Ok(false);
    }
    let list = |ids: Vec<Id<Client>>| {
        Some(json!({ "enabledClients": ids.iter().map(Id::to_string).collect::<Vec<_>>() }))
    };
    let body = EventBody { before: list(before), after: list(after), ..EventBody::default() };
    said(cx, connection, EventKind::ConnectionUpdated, body)?;
    Ok(true)
}

/// Deletes a connection.
pub fn delete(cx: &mut Cx<'_>, connection: &Connection) -> Outcome<()> {
    let before = Some(describe(connection));
    said(cx, connection, EventKind::ConnectionDeleted, EventBody { before, ..EventBody::default() })?;
    Ok(cx.tx.delete_connection(connection.id)?)
}

fn said(cx: &mut Cx<'_>, connection: &Connection, kind: EventKind, body: EventBody) -> Outcome<()> {
    cx.about.project = Some(connection.project);
    cx.about.row = Some(connection.id.uuid());
    cx.event(kind, body)?;
    cx.changed(Topic::Apis);
    Ok(())
}
