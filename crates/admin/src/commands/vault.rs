//! The Token Vault: what people connected, and the ladder that says why an exchange would fail.

use std::sync::Arc;

use anteroom_engine::endpoint::connected_accounts as endpoint;
use anteroom_engine::endpoint::connected_accounts::connect;
use anteroom_engine::id::Id;
use anteroom_engine::model::connect_session::ConnectRequest;
use anteroom_engine::model::connected_account::{AccountState as State, ConnectedAccount as StoredAccount};
use anteroom_engine::model::membership::Principal;
use anteroom_engine::model::{self, Membership, Project, User};
use anteroom_engine::service::connected_accounts;
use anteroom_engine::service::vault::{self, SubjectKind, Through, Verdict};
use anteroom_engine::stop::{Outcome, conflict, invalid, not_found};
use anteroom_engine::store::{ClientFilter, Tx, Window};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::grant_type::GrantType;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::admin::Admin;
use crate::error::CommandError;

/// Names one person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfPerson {
    /// Membership id.
    pub membership_id: String,
}

/// What a person connected, most recently connected first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectedAccounts {
    /// The accounts.
    pub items: Vec<ConnectedAccount>,
}

/// What can be done with an account now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Its access token is good.
    Active,
    /// Its access token ends within minutes.
    Expiring,
    /// Its access token has ended; the next exchange renews it.
    Refreshable,
    /// The provider refused, or gave no refresh token: it has to be connected again.
    Refused,
}

/// A connected account, without its tokens.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectedAccount {
    /// `cac_…`.
    pub id: String,
    /// Name of the connection.
    pub connection: String,
    /// Its strategy.
    pub strategy: String,
    /// The person's id at the provider: what `login_hint` names.
    pub subject: String,
    /// What can be done with it.
    pub state: AccountState,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// Whether the provider gave a refresh token.
    pub has_refresh_token: bool,
    /// What the provider said when it refused.
    pub refusal: Option<String>,
    /// Name of the client it was connected through.
    pub client_name: Option<String>,
    /// Unix seconds.
    #[ts(type = "number")]
    pub connected_at: i64,
    /// Unix seconds when the access token ends.
    #[ts(type = "number")]
    pub expires_at: i64,
    /// Unix seconds of the last exchange.
    #[ts(type = "number | null")]
    pub used_at: Option<i64>,
}

/// Names one account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountRef {
    /// `cac_…`.
    pub id: String,
}

/// What deleting an account stops.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountDeletion {
    /// Display name of the person.
    pub person: String,
    /// Name of the connection.
    pub connection: String,
    /// The clients that have the grant, whose exchanges for this person and connection will fail: the first names.
    pub clients: Vec<String>,
    /// How many have it.
    pub client_count: u32,
    /// How many other accounts the person has on the connection.
    pub other_accounts: u32,
}

/// Begins to connect an account as a person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connect {
    /// Membership id.
    pub membership_id: String,
    /// Name of the connection.
    pub connection: String,
    /// Scopes to ask for in place of the connection's; empty for those.
    pub scopes: Vec<String>,
}

/// The address to open in a browser, once.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectBegun {
    /// The address.
    pub address: String,
    /// Seconds it can be used.
    pub expires_in: u32,
    /// Whether the system's browser was opened with it.
    pub opened: bool,
}

/// Asks for the ladder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LadderRequest {
    /// Membership id of the person.
    pub membership_id: String,
    /// Identifier of the API: the audience of the person's access token.
    pub api: String,
    /// Id of the client that would exchange.
    pub client_id: String,
    /// Name of the connection.
    pub connection: String,
    /// Id of the client the person uses; absent for any.
    #[serde(default)]
    pub application_id: Option<String>,
    /// `login_hint`; absent for none.
    #[serde(default)]
    pub login_hint: Option<String>,
    /// Whether a refresh token of the client would be shown instead of an access token.
    #[serde(default)]
    pub refresh_token: bool,
}

/// The ladder: every condition of the exchange, in order.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ladder {
    /// Whether every condition holds.
    pub holds: bool,
    /// The conditions.
    pub rungs: Vec<Rung>,
}

/// A condition of the exchange.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rung {
    /// Name, as in the trace of an exchange.
    pub id: String,
    /// Whether it holds; null when that cannot be said because what it is about is not there.
    pub ok: Option<bool>,
    /// What is.
    pub found: String,
    /// What has to be.
    pub wanted: String,
    /// What makes it hold: `allow_grant`, `connect_account` …
    pub mend: String,
    /// Name of the refusal it gives.
    pub refusal: String,
}

/// A person of the project, with the account behind the membership.
fn person(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<(Arc<Membership>, Id<User>)> {
    let found = match Id::parse(id) {
        Some(id) => tx.membership(id)?,
        None => None,
    };
    match found.filter(|membership| membership.project == project) {
        Some(membership) => match membership.principal {
            Principal::User(user) => Ok((membership, user)),
            Principal::Client(_) => not_found(sentence!("A client application connects no accounts.")),
        },
        None => not_found(sentence!("There is no person with the membership {id:?}.", id)),
    }
}

/// An account of the project, with its connection.
fn account(tx: &dyn Tx, project: Id<Project>, id: &str) -> Outcome<(StoredAccount, model::Connection)> {
    let found = match StoredAccount::parse_id(id) {
        Some(id) => tx.connected_account(id)?,
        None => None,
    };
    let Some(account) = found.filter(|account| account.project == project) else {
        return not_found(sentence!(
            "There is no connected account {id:?}; it may have been deleted meanwhile.",
            id
        ));
    };
    match tx.connection(account.connection)? {
        Some(connection) => Ok((account, connection)),
        None => not_found(sentence!("The connection of this account is gone.")),
    }
}

fn shown(
    tx: &dyn Tx,
    now: Timestamp,
    account: &StoredAccount,
    connection: &model::Connection,
) -> Outcome<ConnectedAccount> {
    let client = account.client.map(|id| tx.client(id)).transpose()?.flatten();
    Ok(ConnectedAccount {
        id: account.wire_id(),
        connection: connection.name.clone(),
        strategy: connection.strategy.clone(),
        subject: account.subject.clone(),
        state: match account.state(now) {
            State::Active => AccountState::Active,
            State::Expiring => AccountState::Expiring,
            State::Refreshable => AccountState::Refreshable,
            State::Refused => AccountState::Refused,
        },
        scopes: account.tokens.scopes.clone(),
        has_refresh_token: account.tokens.refresh_token.is_some(),
        refusal: account.refused.as_ref().map(|refused| refused.reason.clone()),
        client_name: client.map(|client| client.name.clone()),
        connected_at: account.created_at.seconds(),
        expires_at: account.tokens.ends_at().seconds(),
        used_at: account.used_at.map(Timestamp::seconds),
    })
}

pub(crate) async fn accounts(admin: &Admin, request: OfPerson) -> Result<ConnectedAccounts, CommandError> {
    admin
        .read_project(move |tx, project, now| {
            let (_, user) = person(tx, project, &request.membership_id)?;
            let rows = endpoint::accounts_of(tx, user)?;
            let items = rows.iter().map(|(account, connection)| shown(tx, now, account, connection));
            Ok(ConnectedAccounts { items: items.collect::<Outcome<_>>()? })
        })
        .await
}

/// Clients that are named at most.
const NAMED: usize = 10;

/// What a deletion means: every client with the grant may be one whose exchanges stop, whatever else it lacks for them.
fn deletion(
    tx: &dyn Tx,
    account: &StoredAccount,
    connection: &model::Connection,
) -> Outcome<AccountDeletion> {
    let all = Window { offset: 0, limit: u32::MAX };
    let mut clients = tx.list_clients(account.project, &ClientFilter::default(), all)?.rows;
    clients.retain(|row| row.client.allows(GrantType::FederatedConnectionAccessToken));
    let others = tx.list_connected_accounts(account.user, Some(connection.id))?.len().saturating_sub(1);
    let memberships = tx.memberships_of_user(account.project, account.user)?;
    Ok(AccountDeletion {
        person: memberships.first().map_or_else(String::new, |membership| membership.display.clone()),
        connection: connection.name.clone(),
        client_count: u32::try_from(clients.len()).unwrap_or(u32::MAX),
        clients: clients.iter().take(NAMED).map(|row| row.client.name.clone()).collect(),
        other_accounts: u32::try_from(others).unwrap_or(u32::MAX),
    })
}

pub(crate) async fn delete_preview(
    admin: &Admin,
    request: AccountRef,
) -> Result<AccountDeletion, CommandError> {
    admin
        .read_project(move |tx, project, _| {
            let (account, connection) = account(tx, project, &request.id)?;
            deletion(tx, &account, &connection)
        })
        .await
}

/// What it stops is read before, beside the writer: all clients are looked at for it.
pub(crate) async fn delete(admin: &Admin, request: AccountRef) -> Result<AccountDeletion, CommandError> {
    let deletion = delete_preview(admin, request.clone()).await?;
    admin
        .change(move |cx, _, acting| {
            let (account, connection) = account(cx.tx, acting.project, &request.id)?;
            let memberships = cx.tx.memberships_of_user(account.project, account.user)?;
            cx.about.subject = memberships.first().map(|membership| membership.id);
            connected_accounts::delete(cx, &account, &connection)
        })
        .await?;
    Ok(deletion)
}

pub(crate) async fn connect(admin: &Admin, request: Connect) -> Result<ConnectBegun, CommandError> {
    let begun = admin
        .change(move |cx, _, acting| {
            let (membership, user) = person(cx.tx, acting.project, &request.membership_id)?;
            if !membership.active {
                return conflict(
                    Some("membershipId"),
                    sentence!("{membership} is not active.", membership = &membership.display),
                );
            }
            let name = &request.connection;
            let Some(connection) = cx.tx.connection_by_name(acting.project, name)? else {
                return invalid("connection", sentence!("There is no connection {name:?}.", name));
            };
            if !connection.connected_accounts {
                return conflict(
                    Some("connection"),
                    sentence!("Connected accounts are not active on {name}. Activate them first.", name),
                );
            }
            let request = ConnectRequest { scopes: request.scopes, ..ConnectRequest::default() };
            let (project, connection) = (acting.project, connection.id);
            connect::begin(cx, connect::New { project, user, client: None, connection, request })
        })
        .await?;
    let address = format!("{}?ticket={}", begun.connect_uri, begun.ticket.expose());
    let opened = admin.host().can_open_browser() && admin.host().open_in_browser(&address);
    Ok(ConnectBegun { address, expires_in: begun.expires_in, opened })
}

/// A client of the project.
fn client(tx: &dyn Tx, project: Id<Project>, field: &'static str, id: &str) -> Outcome<Arc<model::Client>> {
    let found = match model::Client::parse_client_id(id) {
        Some(id) => tx.client(id)?,
        None => None,
    };
    match found.filter(|client| client.project == project) {
        Some(client) => Ok(client),
        None => invalid(field, sentence!("There is no client application {id:?}.", id)),
    }
}

pub(crate) async fn ladder(admin: &Admin, request: LadderRequest) -> Result<Ladder, CommandError> {
    admin
        .read_project(move |tx, project, now| {
            let (membership, _) = person(tx, project, &request.membership_id)?;
            let own = client(tx, project, "clientId", &request.client_id)?;
            let through = match request.application_id.as_deref() {
                Some(id) => Through::Client(client(tx, project, "applicationId", id)?.id),
                None => Through::Anybody,
            };
            let kind =
                if request.refresh_token { SubjectKind::RefreshToken } else { SubjectKind::AccessToken };
            let asked = vault::Asked {
                kind,
                person: &membership,
                audience: &request.api,
                client: own,
                connection: &request.connection,
                login_hint: request.login_hint.as_deref(),
                through,
            };
            let ladder = vault::ladder(tx, now, asked)?;
            Ok(Ladder { holds: ladder.holds(), rungs: ladder.rungs.into_iter().map(rung).collect() })
        })
        .await
}

fn rung(rung: vault::Rung) -> Rung {
    Rung {
        id: rung.id.to_owned(),
        ok: match rung.finding.verdict {
            Verdict::Met => Some(true),
            Verdict::Unmet => Some(false),
            Verdict::Unknown => None,
        },
        found: rung.finding.found.into_owned(),
        wanted: rung.finding.wanted.into_owned(),
        mend: rung.mend.as_str().to_owned(),
        refusal: rung.refusal.to_owned(),
    }
}
