//! Who calls the Management API, and what they may do.

use std::sync::Arc;

use anteroom_oauth::secret::{AccessToken, Secret};

use super::trouble::{Halt, Said, beyond_own_rights, insufficient_scope, unauthorized};
use crate::check;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client_grant::SubjectType;
use crate::model::login::AuthMethod;
use crate::model::resource_server::SystemApi;
use crate::model::{Client, Membership, Project};
use crate::refusal::Refusal;
use crate::service::client_grants;
use crate::service::resource_servers::Api;
use crate::stop::Stop;
use crate::store::Tx;
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// A client that may use the Management API.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its project, and so the project everything is about.
    pub project: Id<Project>,
    /// The client.
    pub client: Arc<Client>,
    /// Its own membership.
    pub membership: Arc<Membership>,
    /// What it may do: the token's scopes that its client grant still covers.
    scopes: Vec<String>,
}

impl Caller {
    /// Whether it has a scope.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// It has one of these scopes.
    pub(super) fn needs(&self, scopes: &[&str]) -> Said<()> {
        if scopes.iter().any(|scope| self.has(scope)) { Ok(()) } else { Err(insufficient_scope(scopes)) }
    }

    /// It may give away these rights over this API: it has them itself.
    pub(super) fn may_give(&self, scopes: &[String], all: bool) -> Said<()> {
        let named = scopes.iter().map(String::as_str);
        let every = SystemApi::Management.scopes().iter().copied().filter(|_| all);
        match named.chain(every).find(|scope| !self.has(scope)) {
            None => Ok(()),
            Some(scope) => Err(beyond_own_rights(scope)),
        }
    }

    /// It may set the secret of `client`: that gives it no right it does not have.
    pub(super) fn may_take_over(&self, tx: &dyn Tx, client: &Client) -> Said<()> {
        if client.id == self.client.id {
            return Ok(());
        }
        let admin = tx.membership_of_client(client.id)?.is_some_and(|own| own.admin);
        if admin && !self.membership.admin {
            return Err(beyond_own_rights("the rights of a project admin"));
        }
        let management = Api::System(SystemApi::Management);
        let theirs = client_grants::allowed(tx, client, &management, SubjectType::Client)?;
        self.may_give(&theirs.unwrap_or_default(), false)
    }
}

/// A refusal of a check, in Auth0's words.
fn said(stop: Stop) -> Halt {
    match stop {
        Stop::Refused(_) => unauthorized("Invalid token"),
        other => Halt::Stop(other),
    }
}

/// The caller behind a token, alive at this instant.
///
/// # Refusals
/// 401: no token; one that is not ours, has ended, is for another API, or acts for a person; a client that was switched off; a
/// blocked address.
pub(super) fn caller(
    tx: &dyn Tx,
    trace: &mut Trace,
    engine: &Engine,
    origin: &Origin,
    token: Option<&Secret<AccessToken>>,
    now: Timestamp,
) -> Said<Caller> {
    let Some(token) = token else {
        return Err(unauthorized("Missing authentication"));
    };
    let token = engine.verify_api_token(token).map_err(said)?;
    let ours = token.is_for(engine, SystemApi::Management);
    let audiences = || token.aud.iter().collect::<Vec<_>>().join(" ").into();
    if !trace.check("access_token.aud", ours, "<issuer>api/v2/", audiences) {
        return Err(unauthorized("Bad audience"));
    }
    let alive = check::login_alive(tx, trace, tx.live_login(token.login)?, now).map_err(said)?;
    let own = alive.login.auth_method == AuthMethod::Client;
    if !trace.check("access_token.principal", own, "a client", || "a person".into()) {
        return Err(unauthorized("Invalid token"));
    }
    let refusal = Refusal::ManagementTokenRefused;
    check::address_may_use(tx, trace, origin, &alive.membership, refusal).map_err(said)?;
    let management = Api::System(SystemApi::Management);
    let allowed =
        client_grants::allowed(tx, &alive.client, &management, SubjectType::Client)?.unwrap_or_default();
    let scopes = allowed.into_iter().filter(|scope| token.has_scope(scope)).collect();
    Ok(Caller { project: alive.login.project, client: alive.client, membership: alive.membership, scopes })
}

/// The same for a request that writes: the events it makes say who made them.
pub(super) fn caller_of_write(
    cx: &mut Cx<'_>,
    engine: &Engine,
    token: Option<&Secret<AccessToken>>,
) -> Said<Caller> {
    let caller = caller(cx.tx, &mut cx.trace, engine, cx.origin, token, cx.now)?;
    cx.about.project = Some(caller.project);
    cx.about.actor = Some(caller.membership.id);
    cx.about.client = Some(caller.client.id);
    Ok(caller)
}
