//! Refresh tokens for APIs: the one that was signed in for, and those the client's policies name
//! (`refresh_token.policies`, Auth0's multi-resource refresh tokens).

use anteroom_oauth::scope::Scope;

use crate::cx::Cx;
use crate::engine::Engine;
use crate::model::client::auth0::RefreshTokenPolicy;
use crate::model::client_grant::SubjectType;
use crate::model::{Client, Login};
use crate::service::api_access::{self, ApiAccess, Asked, OIDC_SCOPES};
use crate::service::{client_grants, resource_servers};
use crate::stop::{Fault, Outcome};

/// What the request names.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    /// `audience`
    pub(super) audience: Option<&'a str>,
    /// `scope`
    pub(super) scope: Option<&'a str>,
}

/// The API the new access token is for, with its scope; `None` when it is for this server's own endpoints.
///
/// An `audience` that no policy names, or that names nothing, changes nothing: the token is for the API that was signed in
/// for. A `scope` keeps what is allowed of it; nothing is said about the rest.
///
/// # Refusals
/// As [`api_access::ask`], for the API that was signed in for: it may be gone, or taken from the client since.
pub(super) fn choose(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    login: &Login,
    named: Named<'_>,
) -> Outcome<Option<(Scope, ApiAccess)>> {
    let other = named.audience.filter(|audience| login.audience.as_deref() != Some(*audience));
    if let Some(audience) = other
        && let Some(asked) = by_policy(cx, engine, client, audience)?
    {
        let policy = policy(client, audience).map(|policy| policy.scope.as_slice()).unwrap_or_default();
        // What belongs to the sign-in and not to an API goes along.
        let oidc = login.scope.split(' ').filter(|word| OIDC_SCOPES.contains(word)).map(str::to_owned);
        let may: Vec<String> = policy.iter().cloned().chain(oidc).collect();
        return of(cx, engine, asked.with_offline_access(), &may, named.scope).map(Some);
    }
    let Some(audience) = login.audience.as_deref() else { return Ok(None) };
    let asked = api_access::ask(cx, engine, client, audience, SubjectType::User)?;
    let mut may: Vec<String> = login.scope.split(' ').map(str::to_owned).collect();
    may.extend(policy(client, audience).into_iter().flat_map(|policy| policy.scope.iter().cloned()));
    of(cx, engine, asked, &may, named.scope).map(Some)
}

fn policy<'a>(client: &'a Client, audience: &str) -> Option<&'a RefreshTokenPolicy> {
    let policies = client.settings.auth0.as_ref()?.refresh_token.as_ref()?.policies.as_ref()?;
    policies.iter().find(|policy| policy.audience == audience)
}

/// The API of a policy: of a first-party client, for an API that needs no consent of its own.
fn by_policy(cx: &mut Cx<'_>, engine: &Engine, client: &Client, audience: &str) -> Outcome<Option<Asked>> {
    let first_party = client.settings.auth0.as_ref().is_some_and(|auth0| auth0.is_first_party);
    if !first_party || policy(client, audience).is_none() {
        return Ok(None);
    }
    let Some(api) = resource_servers::find(cx.tx, engine, client.project, audience)? else { return Ok(None) };
    if client_grants::allowed(cx.tx, client, &api, SubjectType::User)?.is_none() {
        return Ok(None);
    }
    let asked = api_access::ask(cx, engine, client, audience, SubjectType::User)?;
    Ok(Some(asked).filter(Asked::allows_multi_resource))
}

fn of(
    cx: &mut Cx<'_>,
    engine: &Engine,
    asked: Asked,
    may: &[String],
    named: Option<&str>,
) -> Outcome<(Scope, ApiAccess)> {
    let all = asked.scope(cx, Some(&may.join(" ")))?;
    let scope = match named {
        None => all,
        Some(named) => {
            let named = asked.scope(cx, Some(named))?;
            let kept = named.intersect(&all);
            Scope::parse(kept.as_str()).map_err(|_| Fault::Inconsistent("a part of a scope is no scope"))?
        }
    };
    Ok((scope, asked.token(engine, Some("refresh_token"))?))
}
