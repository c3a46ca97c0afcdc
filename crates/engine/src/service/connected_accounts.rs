//! Connected accounts: sealed into the vault, opened for an exchange, shown, deleted.

use anteroom_oauth::secret::{ProviderToken, Secret};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::connected_account::VaultTokens;
use crate::model::event::{EventBody, EventKind};
use crate::model::{ConnectSession, ConnectedAccount, Connection, User};
use crate::seal::{MasterKey, Sealed};
use crate::service::provider::{self, Granted};
use crate::stop::{Fault, Outcome};
use crate::store::StoreResult;
use crate::timestamp::Timestamp;

/// The place of an account's access token.
pub(crate) const ACCESS_TOKEN: &str = "access_token";
/// The place of an account's refresh token.
pub(crate) const REFRESH_TOKEN: &str = "refresh_token";

/// What the provider gave, sealed for the time until the client completes.
pub fn seal_granted(engine: &Engine, session: &ConnectSession, granted: &Granted) -> Outcome<Sealed> {
    let plain = serde_json::to_vec(granted).map(Zeroizing::new);
    let plain = plain.map_err(|_| Fault::Inconsistent("what a provider gave cannot be written"))?;
    Ok(engine.master_key().seal(engine.entropy(), &session.place(), &plain).map_err(Fault::from)?)
}

/// Opens what [`seal_granted`] sealed.
pub fn open_granted(engine: &Engine, session: &ConnectSession) -> Outcome<Granted> {
    const MISSING: Fault = Fault::Inconsistent("a connect session without what the provider gave");
    let sealed = session.granted.as_ref().ok_or(MISSING)?;
    let plain = engine.master_key().open(&session.place(), sealed).map_err(Fault::from)?;
    Ok(serde_json::from_slice(&plain).map_err(|_| MISSING)?)
}

/// Opens the access token of an account.
pub fn open_access_token(engine: &Engine, account: &ConnectedAccount) -> Outcome<Secret<ProviderToken>> {
    open(engine.master_key(), account, ACCESS_TOKEN, &account.tokens.access_token)
}

/// Opens the refresh token of an account that has one.
pub fn open_refresh_token(engine: &Engine, account: &ConnectedAccount) -> Outcome<Secret<ProviderToken>> {
    let sealed = account.tokens.refresh_token.as_ref();
    let sealed = sealed.ok_or(Fault::Inconsistent("a renewal without a refresh token"))?;
    open(engine.master_key(), account, REFRESH_TOKEN, sealed)
}

/// Seals a provider's token for its place in the account, [`ACCESS_TOKEN`] or [`REFRESH_TOKEN`].
pub(crate) fn seal(
    engine: &Engine,
    account: &ConnectedAccount,
    which: &str,
    token: &Secret<ProviderToken>,
) -> Outcome<Sealed> {
    let sealed = engine.master_key().seal(engine.entropy(), &account.place(which), token.expose().as_bytes());
    Ok(sealed.map_err(Fault::from)?)
}

fn open(
    key: &MasterKey,
    account: &ConnectedAccount,
    which: &str,
    sealed: &Sealed,
) -> Outcome<Secret<ProviderToken>> {
    let plain = key.open(&account.place(which), sealed).map_err(Fault::from)?;
    let text = String::from_utf8(plain.to_vec());
    Ok(Secret::new(text.map_err(|_| Fault::Inconsistent("a provider's token is no text"))?))
}

/// The sealed tokens of an account, sealed anew by `again`: access token and refresh token.
pub(crate) fn reseal(
    account: &ConnectedAccount,
    again: impl Fn(&str, &Sealed) -> StoreResult<Sealed>,
) -> StoreResult<(Sealed, Option<Sealed>)> {
    let access = again(&account.place(ACCESS_TOKEN), &account.tokens.access_token)?;
    let refresh = match &account.tokens.refresh_token {
        Some(sealed) => Some(again(&account.place(REFRESH_TOKEN), sealed)?),
        None => None,
    };
    Ok((access, refresh))
}

/// Writes what a session brought into the vault. An account of the same person at the same provider keeps its id.
pub fn keep(
    cx: &mut Cx<'_>,
    engine: &Engine,
    session: &ConnectSession,
    connection: &Connection,
    granted: &Granted,
) -> Outcome<ConnectedAccount> {
    let known = cx.tx.list_connected_accounts(session.user, Some(connection.id))?;
    let known = known.into_iter().find(|account| account.subject == granted.subject);
    let (id, created_at, version) = match &known {
        Some(known) => (known.id, known.created_at, known.version + 1),
        None => (cx.random_id()?, cx.now, 1),
    };
    let asked = || provider::scopes(connection, &session.request);
    let mut account = ConnectedAccount {
        id,
        project: session.project,
        user: session.user,
        connection: connection.id,
        subject: granted.subject.clone(),
        client: session.client,
        tokens: VaultTokens {
            access_token: Sealed(Vec::new()),
            refresh_token: None,
            // [RFC6749 §5.1] an answer without scope grants what was asked for
            scopes: granted.scopes.clone().unwrap_or_else(asked),
            obtained_at: cx.now,
            expires_at: provider::ends_at(cx.now, granted.expires_in),
        },
        created_at,
        used_at: None,
        refused: None,
        version,
    };
    let refresh_token = granted.refresh_token.as_ref();
    account.tokens.access_token = seal(engine, &account, ACCESS_TOKEN, &granted.access_token)?;
    account.tokens.refresh_token =
        refresh_token.map(|token| seal(engine, &account, REFRESH_TOKEN, token)).transpose()?;
    if known.is_some() {
        cx.tx.reconnect_account(id, account.client, &account.tokens)?;
    } else {
        cx.tx.insert_connected_account(&account)?;
    }
    cx.about.row = Some(id.uuid());
    let after = Some(describe(&account, connection));
    let details = Some(event_details(&account, connection));
    cx.event(EventKind::AccountConnected, EventBody { details, after, ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(account)
}

/// Deletes an account. The provider is not told: what it gave stays good there.
pub fn delete(cx: &mut Cx<'_>, account: &ConnectedAccount, connection: &Connection) -> Outcome<()> {
    cx.tx.delete_connected_account(account.id)?;
    cx.about.row = Some(account.id.uuid());
    let before = Some(describe(account, connection));
    let details = Some(event_details(account, connection));
    cx.event(EventKind::AccountDisconnected, EventBody { details, before, ..EventBody::default() })?;
    cx.changed(Topic::People);
    Ok(())
}

/// What the log's entry of this account says.
fn event_details(account: &ConnectedAccount, connection: &Connection) -> Value {
    let mut own = json!({ "id": account.wire_id() });
    // An id is kept; an address of a person is not.
    if !account.subject.contains('@') {
        own["idp_user_id"] = account.subject.clone().into();
    }
    let connection_id = connection.id.prefixed(Connection::PREFIX);
    json!({ "connected_account": own, "connection": connection.name, "connection_id": connection_id })
}

/// An account as the event log keeps it: without its tokens.
fn describe(account: &ConnectedAccount, connection: &Connection) -> Value {
    json!({
        "id": account.wire_id(),
        "connection": connection.name,
        "scopes": account.tokens.scopes,
        "expiresAt": account.tokens.expires_at.map(Timestamp::iso8601),
        "refreshToken": account.tokens.refresh_token.is_some(),
    })
}

/// An account as the My Account API shows it; `org_id` never, because there are no organizations here.
pub fn account_json(account: &ConnectedAccount, connection: &str) -> Value {
    let mut shown = json!({
        "id": account.wire_id(),
        "connection": connection,
        "access_type": "offline",
        "scopes": account.tokens.scopes,
        "created_at": account.created_at.iso8601(),
    });
    // With a refresh token the account does not end with its access token.
    if let (None, Some(ends)) = (&account.tokens.refresh_token, account.tokens.expires_at) {
        shown["expires_at"] = ends.iso8601().into();
    }
    shown
}

/// Deletes an account by its id on the wire, if it is this person's; whether there was one.
pub fn delete_of(cx: &mut Cx<'_>, user: Id<User>, id: Id<ConnectedAccount>) -> Outcome<bool> {
    let Some(account) = cx.tx.connected_account(id)?.filter(|account| account.user == user) else {
        return Ok(false);
    };
    let connection = cx.tx.connection(account.connection)?;
    let connection = connection.ok_or(Fault::Inconsistent("an account without connection"))?;
    delete(cx, &account, &connection)?;
    Ok(true)
}
