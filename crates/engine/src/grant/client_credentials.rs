//! Client credentials grant: [RFC6749 §4.4].
//!
//! A confidential client gets tokens for itself. Refuses a public client, a client without membership, and a caller whose
//! address the client's access policy blocks. Never issues a refresh token [RFC6749 §4.4.3].

use anteroom_oauth::form::Form;
use anteroom_oauth::grant_type::GrantType;

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::Cx;
use crate::engine::Engine;
use crate::model::client_grant::SubjectType;
use crate::model::login::AuthMethod;
use crate::refusal::Refusal;
use crate::service::api_access;
use crate::service::tokens::{self, NewLogin, PreparedTokens};
use crate::stop::{Fault, Outcome, refuse};

/// What the form says.
pub struct Request {
    pub(crate) presented: Presented,
    scope: Option<String>,
    audience: Option<String>,
}

impl Request {
    /// Takes the parameters out of the form.
    pub fn read(presented: Presented, form: &Form) -> Self {
        let get = |name| form.get(name).map(str::to_owned);
        Self { presented, scope: get("scope"), audience: get("audience") }
    }
}

/// Issues tokens to the client for itself.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; no secret; the grant is not allowed; no membership or an inactive
/// one; blocked address; no scope left; everything [`api_access::ask`] refuses; no `audience` from a client that was made
/// through the Management API.
pub fn redeem(cx: &mut Cx<'_>, engine: &Engine, request: &Request) -> Outcome<PreparedTokens> {
    if request.presented.client_id.is_none() {
        return refuse(Refusal::MissingClientId, "");
    }
    let authenticated = client_auth::authenticate(cx, &request.presented, Refusal::UnknownClient)?;
    let client = authenticated.client;
    check::grant_allowed(&mut cx.trace, &client, GrantType::ClientCredentials)?;
    // [RFC6749 §4.4] only by confidential clients: the client must have proven who it is
    if !cx.trace.check("client.authenticated", authenticated.proved, "a secret", || "none sent".into()) {
        return refuse(Refusal::MissingClientSecret, "");
    }
    let Some(membership) = cx.tx.membership_of_client(client.id)? else {
        cx.trace.check("membership.exists", false, "the client's own membership", || "none".into());
        return refuse(Refusal::ClientWithoutMembership, "");
    };
    cx.about.actor = Some(membership.id);
    check::member_active(&mut cx.trace, &membership, Refusal::ClientMembershipInactive)?;
    check::address_allowed(cx, &membership, Refusal::ClientAddressBlocked)?;
    let (scope, api) = match &request.audience {
        Some(audience) => {
            let asked = api_access::ask(cx, engine, &client, audience, SubjectType::Client)?;
            let scope = asked.scope(cx, request.scope.as_deref())?;
            (scope, Some(asked.token(engine, Some("client-credentials"))?))
        }
        // What was made through the Management API reaches no records of ours by itself.
        None if client.is_auth0s() => {
            cx.trace.check("audience", false, "the identifier of an API", || "none sent".into());
            return refuse(Refusal::MissingAudience, "");
        }
        None => (tokens::granted_scope(cx, &client, request.scope.as_deref())?, None),
    };
    let project = cx.tx.project(client.project)?.ok_or(Fault::Inconsistent("client without project"))?;
    let id = cx.time_ordered_id()?;
    let now = cx.now;
    tokens::prepare(
        cx,
        NewLogin {
            id,
            project: &project,
            client: &client,
            membership: &membership,
            auth_method: AuthMethod::Client,
            auth_time: now,
            scope,
            nonce: None,
            pre_authorized_code: None,
            refresh: None,
            api,
            launch: None,
        },
    )
}
