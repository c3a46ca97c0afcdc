//! The Token Vault: everything that has to hold before a provider's token is given out, in one list.
//!
//! The exchange ([`crate::grant::federated_connection_access_token`]) walks the list and stops at the first condition that
//! does not hold; the ladder ([`ladder()`]) walks the same list to its end. Nothing about the exchange is decided anywhere
//! else, so that what the ladder shows is what the exchange does.

mod conditions;
mod ladder;
mod renewal;

use std::sync::Arc;

use anteroom_oauth::token_type;

pub use self::conditions::{Condition, Finding, Mend, OF_CLIENT, OF_EXCHANGE, Verdict, walk};
pub use self::ladder::{Asked, Ladder, Rung, ladder};
pub(crate) use self::renewal::Renewals;
pub use self::renewal::{Renewal, renew};
use crate::id::Id;
use crate::model::membership::Principal;
use crate::model::{Client, ConnectedAccount, Connection, Membership, Project, User};
use crate::store::{StoreResult, Tx};
use crate::timestamp::Timestamp;

/// What is shown for a provider's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    /// An access token of ours for the API that the client acts for.
    AccessToken,
    /// A refresh token of the client itself.
    RefreshToken,
}

impl SubjectKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AccessToken, Self::RefreshToken];

    /// `subject_token_type` [RFC8693 §3].
    pub const fn token_type(self) -> &'static str {
        match self {
            Self::AccessToken => token_type::ACCESS_TOKEN,
            Self::RefreshToken => token_type::REFRESH_TOKEN,
        }
    }
}

/// Through which client the person came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// This one: the subject token was made for it.
    Client(Id<Client>),
    /// Any that may: nobody has a token yet.
    Anybody,
}

/// Who a subject token is about.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub user: Id<User>,
    /// A membership that is active, if there is one.
    pub membership: Option<Arc<Membership>>,
}

/// What an exchange asks for, read from its tokens and parameters.
pub struct Asking<'a> {
    /// What is shown.
    pub kind: SubjectKind,
    /// Who asks.
    pub client: Arc<Client>,
    /// `aud` of the subject token.
    pub audience: Vec<String>,
    /// Through which client the person came.
    pub through: Through,
    /// The person, if the token names one.
    pub user: Option<Id<User>>,
    /// `connection`.
    pub connection: &'a str,
    /// `login_hint`.
    pub login_hint: Option<&'a str>,
}

/// Everything the conditions look at, from one moment.
pub struct Facts {
    /// When.
    pub now: Timestamp,
    /// What is shown.
    pub kind: SubjectKind,
    /// Who asks.
    pub client: Arc<Client>,
    /// `aud` of the subject token.
    pub audience: Vec<String>,
    /// Through which client the person came.
    pub through: Through,
    /// The person.
    pub person: Option<Person>,
    /// `connection`, as it was named.
    pub connection_name: String,
    /// The connection.
    pub connection: Option<Connection>,
    /// The clients it is enabled for.
    pub enabled_for: Vec<Id<Client>>,
    /// The person's accounts on it, most recently connected first.
    pub accounts: Vec<ConnectedAccount>,
    /// `login_hint`: the person's id at the provider.
    pub login_hint: Option<String>,
}

impl Facts {
    /// Looks everything up.
    pub fn gather(tx: &dyn Tx, now: Timestamp, asking: Asking<'_>) -> StoreResult<Self> {
        let project = asking.client.project;
        let person = match asking.user {
            Some(user) => person(tx, project, user)?,
            None => None,
        };
        let connection = tx.connection_by_name(project, asking.connection)?;
        let enabled_for = match &connection {
            Some(connection) => tx.connection_clients(connection.id)?,
            None => Vec::new(),
        };
        let accounts = match (&person, &connection) {
            (Some(person), Some(connection)) => {
                tx.list_connected_accounts(person.user, Some(connection.id))?
            }
            _ => Vec::new(),
        };
        Ok(Self {
            now,
            kind: asking.kind,
            client: asking.client,
            audience: asking.audience,
            through: asking.through,
            person,
            connection_name: asking.connection.to_owned(),
            connection,
            enabled_for,
            accounts,
            login_hint: asking.login_hint.map(str::to_owned),
        })
    }

    /// The account whose token is meant: the one the hint names, else the one connected last.
    pub fn account(&self) -> Option<&ConnectedAccount> {
        match &self.login_hint {
            Some(hint) => self.accounts.iter().find(|account| account.subject == *hint),
            None => self.accounts.first(),
        }
    }
}

/// The account and its active membership.
fn person(tx: &dyn Tx, project: Id<Project>, user: Id<User>) -> StoreResult<Option<Person>> {
    if tx.user(user)?.is_none_or(|row| row.project != project) {
        return Ok(None);
    }
    let memberships = tx.memberships_of_user(project, user)?;
    let membership = memberships.into_iter().find(|membership| membership.active);
    Ok(Some(Person { user, membership }))
}

/// The account behind a person's membership; none for a client's own.
pub fn user_of(membership: &Membership) -> Option<Id<User>> {
    match membership.principal {
        Principal::User(user) => Some(user),
        Principal::Client(_) => None,
    }
}
