//! Who calls an API endpoint, and on whose behalf. One gate for all of them: a bearer token [RFC6750 §2.1] or client
//! credentials in HTTP Basic, the login alive, the membership active, the client switched on, the IP rules of the caller's
//! access policy, and `X-Medplum-On-Behalf-Of`.
//!
//! The signature of a token is verified before the transaction ([`verify`]); everything that can change is asked of the
//! store inside it ([`authenticate`], or [`authenticate_token`] for a request that only reads).

use std::sync::Arc;

use anteroom_oauth::secret::{AccessToken, Secret};
use anteroom_oauth::smart_scope;

use crate::check::{self, Alive};
use crate::client_auth::{self, Presented};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::membership::ProfileRef;
use crate::model::{Login, Membership, Project, SmartAppLaunch};
use crate::refusal::Refusal;
use crate::service::bearer::VerifiedToken;
use crate::stop::{Outcome, Refused, Stop, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// What a request shows of its caller, as the edge read it.
pub enum Credentials {
    /// An access token.
    Bearer(Secret<AccessToken>),
    /// Client credentials in HTTP Basic.
    Basic(Presented),
}

/// Credentials, verified as far as that goes without the store.
#[derive(Clone)]
pub enum Proof {
    /// An access token of ours that has not ended.
    Token(Arc<VerifiedToken>),
    /// Client credentials, still to be looked up.
    Basic(Presented),
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The caller's own membership, active.
    pub membership: Arc<Membership>,
    /// The member it acts for: that one's rights count instead of its own.
    pub on_behalf_of: Option<Arc<Membership>>,
    /// Scope of the access token; `None` for client credentials, which carry none.
    pub scope: Option<String>,
    /// The login of the access token.
    pub login: Option<Id<Login>>,
    /// The launch of an EHR that the access token came of.
    pub launch: Option<Id<SmartAppLaunch>>,
}

impl Caller {
    fn with_token(alive: Alive, token: &VerifiedToken) -> Self {
        Self {
            membership: alive.membership,
            on_behalf_of: None,
            scope: Some(token.scope.clone()),
            login: Some(alive.login.id),
            launch: alive.login.launch,
        }
    }

    /// Whether the access token leaves nothing out. One that was narrowed to some FHIR resources [SMART §2.1] is for these:
    /// with it nobody administers a project or issues links, which would give more than the person agreed to.
    pub fn has_whole_scope(&self, trace: &mut Trace) -> bool {
        let scope = self.scope.as_deref().unwrap_or_default();
        let whole = smart_scope::is_whole(scope);
        trace.check("token.scope", whole, "not narrowed to some FHIR resources", || {
            scope.chars().take(200).collect::<String>().into()
        })
    }

    /// The member whose rights count.
    pub fn effective(&self) -> &Arc<Membership> {
        self.on_behalf_of.as_ref().unwrap_or(&self.membership)
    }

    /// Acting for the member the header names, if it names one.
    ///
    /// # Refusals
    /// As [`on_behalf_of`]; and a member who is not active.
    pub fn acting_for(mut self, tx: &dyn Tx, trace: &mut Trace, header: &[String]) -> Outcome<Self> {
        self.on_behalf_of = on_behalf_of(tx, trace, &self.membership, header)?;
        if let Some(member) = &self.on_behalf_of {
            check::member_active(trace, member, Refusal::OnBehalfOfForbidden)?;
        }
        Ok(self)
    }
}

/// Verifies what needs no store.
///
/// # Refusals
/// No credentials; a token that is not ours or has ended.
pub fn verify(engine: &Engine, credentials: Option<Credentials>) -> Outcome<Proof> {
    // A refusal gets its words from the store, so it is made inside a read.
    match credentials {
        None => engine.read(|_, _| refuse(Refusal::Unauthenticated, "")),
        Some(Credentials::Basic(presented)) => Ok(Proof::Basic(presented)),
        Some(Credentials::Bearer(token)) => match engine.verify_access_token(&token) {
            Ok(verified) => Ok(Proof::Token(verified)),
            Err(stop) => engine.read(|_, _| Err(stop)),
        },
    }
}

/// The caller, alive at this instant.
///
/// # Refusals
/// [`Refusal::Unauthenticated`] or [`Refusal::InvalidToken`], whatever is wrong; the detail goes to the log. Too many wrong
/// secrets stay 429.
pub fn authenticate(cx: &mut Cx<'_>, proof: &Proof) -> Outcome<Caller> {
    let caller = match proof {
        Proof::Token(token) => {
            let login = cx.tx.live_login(token.login)?;
            let alive = check::login_alive(cx.tx, &mut cx.trace, login, cx.now)?;
            cx.about.project = Some(alive.login.project);
            cx.about.actor = Some(alive.membership.id);
            check::address_allowed(cx, &alive.membership, Refusal::Unauthenticated)?;
            Caller::with_token(alive, token)
        }
        Proof::Basic(presented) => basic(cx, presented).map_err(|stop| match stop {
            // Medplum's API answers every wrong Basic with 401; too many stay 429.
            Stop::Refused(refused) if refused.retry_after.is_none() => Stop::Refused(Refused {
                detail: refused.refusal.name().into(),
                ..Refused::new(Refusal::Unauthenticated)
            }),
            other => other,
        })?,
    };
    cx.about.project = Some(caller.membership.project);
    cx.about.actor = Some(caller.membership.id);
    Ok(caller)
}

/// The caller behind an access token, for a request that only reads.
///
/// # Refusals
/// As [`authenticate`].
pub fn authenticate_token(
    tx: &dyn Tx,
    trace: &mut Trace,
    origin: &Origin,
    token: &VerifiedToken,
    now: Timestamp,
) -> Outcome<Caller> {
    let login = tx.live_login(token.login)?;
    let alive = check::login_alive(tx, trace, login, now)?;
    check::address_may_use(tx, trace, origin, &alive.membership, Refusal::Unauthenticated)?;
    Ok(Caller::with_token(alive, token))
}

fn basic(cx: &mut Cx<'_>, presented: &Presented) -> Outcome<Caller> {
    let authenticated = client_auth::authenticate(cx, presented, Refusal::UnknownClient)?;
    if authenticated.secret.is_none() {
        return refuse(Refusal::MissingClientSecret, "");
    }
    // What was made through the Management API reaches no records of ours by itself.
    let own =
        cx.tx.membership_of_client(authenticated.client.id)?.filter(|_| !authenticated.client.is_auth0s());
    let Some(membership) = own else {
        return refuse(Refusal::ClientWithoutMembership, "");
    };
    cx.about.actor = Some(membership.id);
    check::member_active(&mut cx.trace, &membership, Refusal::ClientMembershipInactive)?;
    check::address_allowed(cx, &membership, Refusal::ClientAddressBlocked)?;
    Ok(Caller { membership, on_behalf_of: None, scope: None, login: None, launch: None })
}

/// The member that `X-Medplum-On-Behalf-Of` names: `ProjectMembership/<id>`, or the reference of a profile.
///
/// # Refusals
/// Every way to get it wrong is [`Refusal::OnBehalfOfForbidden`] or [`Refusal::OnBehalfOfNotFound`], 400 both: a caller
/// who is no project admin, two headers, a member of another project, a reference that names nobody.
pub fn on_behalf_of(
    tx: &dyn Tx,
    trace: &mut Trace,
    caller: &Membership,
    header: &[String],
) -> Outcome<Option<Arc<Membership>>> {
    let Some(value) = one_value(header)? else { return Ok(None) };
    if !trace.check("caller.admin", caller.admin, "true", || "false".into()) {
        return refuse(Refusal::OnBehalfOfForbidden, "the caller is no project admin");
    }
    named_member(tx, caller.project, value).map(Some)
}

/// What `X-Medplum-On-Behalf-Of` says, if it was sent.
///
/// # Refusals
/// [`Refusal::OnBehalfOfForbidden`] for two headers.
pub(crate) fn one_value(header: &[String]) -> Outcome<Option<&str>> {
    match header {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => refuse(Refusal::OnBehalfOfForbidden, "two headers"),
    }
}

/// The member of the project that `ProjectMembership/<id>` or the reference of a profile names.
///
/// # Refusals
/// [`Refusal::OnBehalfOfNotFound`] for another project's member and for an id that names nobody;
/// [`Refusal::OnBehalfOfForbidden`] for a profile that nobody here has.
pub(crate) fn named_member(tx: &dyn Tx, project: Id<Project>, value: &str) -> Outcome<Arc<Membership>> {
    if let Some(id) = value.strip_prefix("ProjectMembership/") {
        let found = Id::parse(id).map(|id| tx.membership(id)).transpose()?.flatten();
        return match found.filter(|member| member.project == project) {
            Some(member) => Ok(member),
            None => refuse(Refusal::OnBehalfOfNotFound, "no such membership in the project"),
        };
    }
    let profile = ProfileRef::parse(value);
    let found = profile.map(|profile| tx.membership_by_profile(project, profile)).transpose()?.flatten();
    match found {
        Some(member) => Ok(member),
        None => refuse(Refusal::OnBehalfOfForbidden, "no member has this profile"),
    }
}
