//! Connected Accounts (Auth0's My Account API): a person connects an account at a connection's provider, sees what is
//! connected, and takes it away.
//!
//! Connecting has three legs. [`connect`] is asked by the client with the person's access token for `<issuer>me/` and gives
//! a ticket; [`browser`] takes the person's browser to the provider and back to the client with a `connect_code`;
//! [`complete`] is asked by the client again and writes the account. A session belongs to one person, one client and one
//! browser, lives for five minutes, and each of its values works once.
//!
//! # Not supported
//! `DPoP`; organizations.

pub mod browser;
pub mod complete;
pub mod connect;
pub mod fields;

use std::sync::Arc;

use anteroom_oauth::secret::{AccessToken, Secret};
use serde_json::{Value, json};

use crate::check;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::resource_server::SystemApi;
use crate::model::{Client, ConnectedAccount, Connection, Membership, User};
use crate::refusal::Refusal;
use crate::service::{api_tokens, connected_accounts, vault};
use crate::stop::{Fault, Outcome, Refused, Stop, refuse};
use crate::store::Tx;

/// Scope to connect.
pub const CREATE: &str = "create:me:connected_accounts";
/// Scope to look.
pub const READ: &str = "read:me:connected_accounts";
/// Scope to delete.
pub const DELETE: &str = "delete:me:connected_accounts";
/// Items of a page unless `take` says otherwise.
const PAGE: usize = 10;
/// Items of a page at most, whatever `take` says.
const LONGEST_PAGE: usize = 20;

/// Who calls: a person, through a client.
pub struct Caller {
    /// The account.
    pub user: Id<User>,
    /// The membership the person signed in as.
    pub membership: Arc<Membership>,
    /// The client the token was made for.
    pub client: Arc<Client>,
}

/// The person behind an access token for `<issuer>me/` with a scope.
///
/// # Refusals
/// No token; one that is not ours, has ended, or is for another API; a client's own; one without the scope.
pub fn authenticate(
    cx: &mut Cx<'_>,
    engine: &Engine,
    token: Option<&Secret<AccessToken>>,
    scope: &'static str,
) -> Outcome<Caller> {
    let Some(token) = token else {
        cx.trace.check("access_token", false, "present", || "absent".into());
        return refuse(Refusal::MeInvalidToken, "no access token");
    };
    let verified = api_tokens::verify(cx, engine, token, "access_token", Refusal::MeInvalidToken)?;
    let named = verified.is_for(engine, SystemApi::MyAccount);
    let found = || verified.aud.iter().collect::<Vec<_>>().join(" ").into();
    if !cx.trace.check("access_token.aud", named, my_account(cx.origin), found) {
        return refuse(Refusal::MeInvalidToken, "the token is for another API");
    }
    let login = cx.tx.live_login(verified.login)?;
    let alive = check::login_alive(cx.tx, &mut cx.trace, login, cx.now).map_err(|stop| match stop {
        Stop::Refused(refused) => {
            Stop::Refused(Refused { detail: refused.detail, ..Refused::new(Refusal::MeInvalidToken) })
        }
        other => other,
    })?;
    cx.about.project = Some(alive.login.project);
    cx.about.client = Some(alive.client.id);
    cx.about.actor = Some(alive.membership.id);
    cx.about.subject = Some(alive.membership.id);
    let user = vault::user_of(&alive.membership);
    cx.trace.check("access_token.sub", user.is_some(), "a person", || "a client".into());
    let Some(user) = user else {
        return refuse(Refusal::MeInvalidToken, "the token is a client's own");
    };
    let granted = verified.has_scope(scope);
    if !cx.trace.check("access_token.scope", granted, scope, || verified.scope.clone().into()) {
        return refuse(Refusal::MeInsufficientScope, scope);
    }
    Ok(Caller { user, membership: alive.membership, client: alive.client })
}

fn my_account(origin: &Origin) -> String {
    origin.issuer.endpoint(SystemApi::MyAccount.path())
}

/// Which page of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// `from`: what `next` said.
    pub from: Option<String>,
    /// `take`.
    pub take: Option<usize>,
}

impl Page {
    /// The rows of the page, and where the next one begins.
    fn cut<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        if let Some(from) = &self.from {
            let at = rows.iter().position(|row| id(row) == *from);
            rows.drain(..at.unwrap_or(rows.len()));
        }
        let take = self.take.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
        let next = rows.get(take).map(&id);
        rows.truncate(take);
        (rows, next)
    }
}

fn listed(name: &'static str, rows: impl Iterator<Item = Value>, next: Option<String>) -> Value {
    let mut answer = json!({ name: rows.collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["next"] = next.into();
    }
    answer
}

/// `GET …/accounts`: what the person connected, most recently connected first; only on `connections`, if some are named.
///
/// # Refusals
/// As [`authenticate`].
pub async fn accounts(
    engine: &Arc<Engine>,
    origin: Origin,
    token: Option<Secret<AccessToken>>,
    connections: Vec<String>,
    page: Page,
) -> Outcome<Value> {
    let inner = Arc::clone(engine);
    let read = engine.transact(origin, move |cx| {
        let caller = authenticate(cx, &inner, token.as_ref(), READ)?;
        let mut rows = accounts_of(cx.tx, caller.user)?;
        if !connections.is_empty() {
            rows.retain(|(_, connection)| connections.contains(&connection.name));
        }
        let (rows, next) = page.cut(rows, |(account, _)| account.wire_id());
        let shown = |(account, connection): &(ConnectedAccount, Connection)| {
            connected_accounts::account_json(account, &connection.name)
        };
        Ok(listed("accounts", rows.iter().map(shown), next))
    });
    read.await
}

/// A person's accounts with their connections, most recently connected first.
pub fn accounts_of(tx: &dyn Tx, user: Id<User>) -> Outcome<Vec<(ConnectedAccount, Connection)>> {
    let mut rows = Vec::new();
    for account in tx.list_connected_accounts(user, None)? {
        let connection = tx.connection(account.connection)?;
        rows.push((account, connection.ok_or(Fault::Inconsistent("an account without connection"))?));
    }
    Ok(rows)
}

/// `GET …/connections`: what the client may connect the person to.
///
/// # Refusals
/// As [`authenticate`].
pub async fn connections(
    engine: &Arc<Engine>,
    origin: Origin,
    token: Option<Secret<AccessToken>>,
    page: Page,
) -> Outcome<Value> {
    let inner = Arc::clone(engine);
    let read = engine.transact(origin, move |cx| {
        let caller = authenticate(cx, &inner, token.as_ref(), READ)?;
        let mut rows = Vec::new();
        for connection in cx.tx.list_connections(caller.client.project)? {
            if connection.connected_accounts && cx.tx.connection_enabled(connection.id, caller.client.id)? {
                rows.push(connection);
            }
        }
        let (rows, next) = page.cut(rows, |connection| connection.id.prefixed(Connection::PREFIX));
        let shown = |connection: &Connection| {
            json!({ "name": connection.name, "strategy": connection.strategy, "scopes": connection.scopes() })
        };
        Ok(listed("connections", rows.iter().map(shown), next))
    });
    read.await
}

/// `DELETE …/accounts/{id}`. The provider is not told.
///
/// # Refusals
/// As [`authenticate`]; an account that is not there or another person's.
pub async fn delete(
    engine: &Arc<Engine>,
    origin: Origin,
    token: Option<Secret<AccessToken>>,
    id: String,
) -> Outcome<()> {
    let inner = Arc::clone(engine);
    let deleted = engine.transact(origin, move |cx| {
        let caller = authenticate(cx, &inner, token.as_ref(), DELETE)?;
        let id = ConnectedAccount::parse_id(&id);
        let deleted = match id {
            Some(id) => connected_accounts::delete_of(cx, caller.user, id)?,
            None => false,
        };
        if cx.trace.check("connected_account.exists", deleted, "an account of the person", || "none".into()) {
            Ok(())
        } else {
            refuse(Refusal::MeUnknownAccount, "")
        }
    });
    deleted.await
}
