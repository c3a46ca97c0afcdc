//! Checks that more than one way in must pass. One gate for all: a check stands here once, states itself in the trace and
//! names its refusal.

use std::borrow::Cow;
use std::sync::Arc;

use anteroom_oauth::grant_type::GrantType;

use crate::cx::{Cx, Origin};
use crate::model::access_policy::IpAction;
use crate::model::client::{ClientStatus, ClientType};
use crate::model::{Client, Login, Membership};
use crate::refusal::Refusal;
use crate::stop::{Outcome, Refused, refuse};
use crate::store::{LiveLogin, Tx};
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// Whether the client is switched on.
pub fn is_active(client: &Client) -> bool {
    client.status == ClientStatus::Active
}

/// The client is switched on.
pub fn client_active(trace: &mut Trace, client: &Client) -> Outcome<()> {
    let active = client.status == ClientStatus::Active;
    if trace.check("client.status", active, "active", || client.status.as_str().into()) {
        Ok(())
    } else {
        refuse(Refusal::ClientOff, "")
    }
}

/// The client may use the grant.
pub fn grant_allowed(trace: &mut Trace, client: &Client, grant: GrantType) -> Outcome<()> {
    let allowed = client.allows(grant);
    let found = || {
        client.settings.grant_types.as_ref().map_or_else(
            || Cow::Owned(format!("clientType {}", client.client_type.as_str())),
            |grants| grants.iter().map(|grant| grant.as_str()).collect::<Vec<_>>().join(" ").into(),
        )
    };
    if trace.check("client.grant_types", allowed, grant.as_str(), found) {
        Ok(())
    } else {
        let words = Some(format!("Grant type '{grant}' not allowed for the client."));
        Err(Refused { words, ..Refused::new(Refusal::GrantNotAllowed) }.into())
    }
}

/// [RFC6749 §3.2.1] a confidential client has proven who it is.
pub fn confidential_proved(trace: &mut Trace, client: &Client, proved: bool) -> Outcome<()> {
    let enough = proved || client.client_type != ClientType::Confidential;
    if trace.check("client.authenticated", enough, "a secret", || "none sent".into()) {
        Ok(())
    } else {
        refuse(Refusal::MissingClientSecret, "")
    }
}

/// The member is active.
pub fn member_active(trace: &mut Trace, member: &Membership, refusal: Refusal) -> Outcome<()> {
    if trace.check("membership.active", member.active, "true", || "false".into()) {
        Ok(())
    } else {
        refuse(refusal, "")
    }
}

/// The member's access policies let the caller's address in: the first rule that matches decides. Requests from the window
/// have no address and pass.
pub fn address_allowed(cx: &mut Cx<'_>, member: &Membership, refusal: Refusal) -> Outcome<()> {
    address_may_use(cx.tx, &mut cx.trace, cx.origin, member, refusal)
}

/// As [`address_allowed`], for a request that only reads.
pub fn address_may_use(
    tx: &dyn Tx,
    trace: &mut Trace,
    origin: &Origin,
    member: &Membership,
    refusal: Refusal,
) -> Outcome<()> {
    let Some(address) = origin.remote_address.as_deref() else { return Ok(()) };
    let mut asked = None;
    let mut said = None;
    for (policy, _) in member.policies() {
        let Some(policy) = tx.access_policy(policy)? else { continue };
        said = policy.says_of_address(address);
        if said.is_some() || asked.is_none() {
            asked = Some(policy);
        }
        if said.is_some() {
            break;
        }
    }
    let Some(policy) = asked else { return Ok(()) };
    let allowed = said != Some(IpAction::Block);
    let expected = format!("allowed by access policy {}", policy.name);
    if trace.check("access_policy.ip_access_rule", allowed, expected, || address.to_owned().into()) {
        Ok(())
    } else {
        refuse(refusal, "")
    }
}

/// A login's tokens are good at this instant: not revoked, not ended, member active, client there and switched on. The
/// one place that decides it: userinfo, bearer use and introspection ask here.
pub fn login_alive(
    tx: &dyn Tx,
    trace: &mut Trace,
    login: Option<LiveLogin>,
    now: Timestamp,
) -> Outcome<Alive> {
    let ended = |trace: &mut Trace, check, found: &'static str| {
        trace.check(check, false, "live", || found.into());
        refuse(Refusal::InvalidToken, found)
    };
    let Some(LiveLogin { login, membership, client }) = login else {
        return ended(trace, "login.exists", "no such login");
    };
    if login.revoked_at.is_some() {
        return ended(trace, "login.revoked", "revoked");
    }
    if !login.is_live(now) {
        return ended(trace, "login.expires_at", "ended");
    }
    if !membership.active {
        return ended(trace, "membership.active", "inactive");
    }
    let Some(client) = client else {
        return ended(trace, "client.exists", "deleted");
    };
    if client.status != ClientStatus::Active {
        return ended(trace, "client.status", "switched off");
    }
    if tx.project(login.project)?.is_none() {
        return ended(trace, "project.exists", "deleted");
    }
    trace.check("login.alive", true, "live", || "live".into());
    Ok(Alive { login, membership, client })
}

/// A login that [`login_alive`] let pass.
#[derive(Debug, Clone)]
pub struct Alive {
    /// The login.
    pub login: Login,
    /// Its member.
    pub membership: Arc<Membership>,
    /// Its client.
    pub client: Arc<Client>,
}
