//! Refresh token grant: [RFC6749 §6], with rotation [RFC9700 §4.14.2].
//!
//! Every use gives a new refresh token. One that was replaced before ends its whole family, except within a few seconds,
//! in which the answer may have been lost: then it is answered once more and the token that was lost is worth nothing.
//! Everything that could have been taken from client or member since is asked again. A client whose tokens do not rotate
//! (Auth0's `rotation_type`) keeps the one it has.

mod multi_resource;

use anteroom_oauth::form::Form;
use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{RefreshToken, Secret};

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::model::client::ClientType;
use crate::model::event::{EventBody, EventKind};
use crate::model::refresh_token::{self, GRACE, Place};
use crate::model::{Client, Login, Membership, RefreshFamily};
use crate::refusal::Refusal;
use crate::service::refresh_tokens;
use crate::service::tokens::{self, Extras, PreparedTokens};
use crate::stop::{Fault, Outcome, refuse};

/// What the form says.
pub struct Request {
    pub(crate) presented: Presented,
    refresh_token: Option<Secret<RefreshToken>>,
    scope: Option<String>,
    audience: Option<String>,
}

impl Request {
    /// Takes the parameters out of the form.
    pub fn read(presented: Presented, form: &mut Form) -> Self {
        Self {
            presented,
            refresh_token: form.take_secret("refresh_token"),
            scope: form.get("scope").map(str::to_owned),
            audience: form.get("audience").map(str::to_owned),
        }
    }
}

/// Redeems the refresh token for new tokens.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; a confidential client without its secret; a token that is unknown,
/// another client's, expired, revoked or replaced before; a member that is inactive or whose address is blocked; a scope
/// beyond the granted one.
pub fn redeem(cx: &mut Cx<'_>, engine: &Engine, request: Request) -> Outcome<PreparedTokens> {
    let Some(token) = request.refresh_token else {
        return refuse(Refusal::MissingRefreshToken, "");
    };
    let family = match refresh_token::locator(&token) {
        Some(locator) => cx.tx.refresh_family(&locator)?,
        None => None,
    };
    let presented = named_by_family(cx, request.presented, family.as_ref())?;
    let authenticated = client_auth::authenticate(cx, &presented, Refusal::UnknownClient)?;
    let client = authenticated.client;
    check::grant_allowed(&mut cx.trace, &client, GrantType::RefreshToken)?;
    check::confidential_proved(&mut cx.trace, &client, authenticated.proved)?;
    let Some(family) = family else {
        cx.trace
            .check("refresh_token.exists", false, "an issued token", || token.digest().fingerprint().into());
        return refuse(Refusal::UnknownRefreshToken, "");
    };
    cx.about.row = Some(family.login.uuid());
    // A stranger's attempt changes nothing for the owner.
    let own = family.client == client.id;
    if !cx
        .trace
        .check("refresh_token.client", own, family.client.to_string(), || client.id.to_string().into())
    {
        return refuse(Refusal::RefreshTokenOfOtherClient, "");
    }
    let (login, membership) = check_login(cx, &family)?;
    let place = check_place(cx, &family, &token)?;
    check::member_active(&mut cx.trace, &membership, Refusal::MemberInactive)?;
    check::address_allowed(cx, &membership, Refusal::MemberAddressBlocked)?;
    let named =
        multi_resource::Named { audience: request.audience.as_deref(), scope: request.scope.as_deref() };
    let (scope, api) = match multi_resource::choose(cx, engine, &client, &login, named)? {
        Some((scope, api)) => (scope, Some(api)),
        None => (check_scope(cx, &client, &login, request.scope.as_deref())?, None),
    };
    let fresh = rotate(cx, &client, &family, token, place)?;
    let project = cx.tx.project(login.project)?.ok_or(Fault::Inconsistent("login without project"))?;
    cx.about.actor = Some(membership.id);
    let detail = Some("refresh_token".to_owned());
    cx.event(EventKind::TokenIssued, EventBody { detail, ..EventBody::default() })?;
    cx.changed(Topic::People);
    // [OpenID Connect Core §12.2] the same auth_time; no nonce
    let extras = Extras { scope, nonce: None, refresh_token: fresh, api };
    tokens::of_login(cx, &login, &project, &client, &membership, extras)
}

/// Medplum's clients may leave `client_id` out: then the token names the client.
fn named_by_family(cx: &Cx<'_>, presented: Presented, family: Option<&RefreshFamily>) -> Outcome<Presented> {
    if presented.client_id.is_some() {
        return Ok(presented);
    }
    let Some(family) = family else { return Ok(presented) };
    let medplum =
        cx.tx.client(family.client)?.is_some_and(|client| client.client_type == ClientType::Medplum);
    let client_id = medplum.then(|| family.client.to_string());
    Ok(Presented { client_id, ..presented })
}

/// The login lives; so does the family.
fn check_login(cx: &mut Cx<'_>, family: &RefreshFamily) -> Outcome<(Login, std::sync::Arc<Membership>)> {
    let Some(live) = cx.tx.live_login(family.login)? else {
        cx.trace.check("login.exists", false, "the login of the token", || "gone".into());
        return refuse(Refusal::UnknownRefreshToken, "its login or member is gone");
    };
    cx.about.subject = Some(live.login.membership);
    let revoked = live.login.revoked_at;
    let found = || revoked.map_or_else(String::new, |at| format!("revoked at {at}")).into();
    if !cx.trace.check("login.revoked_at", revoked.is_none(), "live", found) {
        return refuse(Refusal::RefreshTokenRevoked, "");
    }
    Ok((live.login, live.membership))
}

/// The token is the newest, or was until a moment ago.
fn check_place(cx: &mut Cx<'_>, family: &RefreshFamily, token: &Secret<RefreshToken>) -> Outcome<Place> {
    let place = family.place(&token.digest(), cx.now);
    match place {
        Place::Newest | Place::JustReplaced => {
            cx.trace.check("refresh_token.newest", true, "the newest", || "the newest".into());
        }
        Place::JustReplacedAgain => {
            cx.trace.check("refresh_token.newest", false, "the newest", || "replaced a moment ago".into());
            return refuse(Refusal::RefreshTokenReplaced, "");
        }
        Place::Old => {
            // [RFC9700 §4.14.2] somebody has a copy: nobody can tell who, so the whole family ends
            cx.trace.check("refresh_token.newest", false, "the newest", || "replaced before".into());
            if cx.tx.revoke_login(family.login, cx.now)? {
                let detail = Some("a replaced refresh token was presented again".to_owned());
                cx.event(EventKind::SessionRevoked, EventBody { detail, ..EventBody::default() })?;
                cx.changed(Topic::People);
            }
            return refuse(Refusal::RefreshTokenReused, "");
        }
    }
    let fresh = cx.now < family.expires_at;
    if cx
        .trace
        .check("refresh_token.expires_at", fresh, "in the future", || family.expires_at.to_string().into())
    {
        Ok(place)
    } else {
        refuse(Refusal::RefreshTokenExpired, "")
    }
}

/// [RFC6749 §6] no more than was granted; and no more than the client may have by now.
fn check_scope(cx: &mut Cx<'_>, client: &Client, login: &Login, requested: Option<&str>) -> Outcome<Scope> {
    let granted = tokens::granted_scope(cx, client, Some(&login.scope))?;
    let Some(requested) = requested else { return Ok(granted) };
    let Ok(requested) = Scope::parse(requested) else {
        cx.trace.check("scope.characters", false, "RFC 6749 section 3.3", || "illegal characters".into());
        return refuse(Refusal::InvalidScope, "illegal characters");
    };
    let narrower = !requested.is_empty() && requested.is_subset_of(&granted);
    if cx.trace.check("scope.granted", narrower, granted.as_str().to_owned(), || {
        requested.as_str().to_owned().into()
    }) {
        Ok(requested)
    } else {
        refuse(Refusal::ScopeWidened, "")
    }
}

/// The one statement that decides; a token that was replaced since it was read loses here.
fn rotate(
    cx: &mut Cx<'_>,
    client: &Client,
    family: &RefreshFamily,
    token: Secret<RefreshToken>,
    place: Place,
) -> Outcome<Option<Secret<RefreshToken>>> {
    // [RFC6749 §6] the server may issue a new refresh token; where it does not, the old one stays good
    let rotates = client.rotates_refresh_tokens();
    let presented = token.digest();
    let fresh = if rotates { refresh_tokens::next(cx, &token)? } else { token };
    let won = if place == Place::JustReplaced {
        cx.tx.replace_refresh_token(family.login, &presented, &fresh.digest(), cx.now - GRACE)?
    } else {
        let expires_at = refresh_tokens::ends(cx, client, family.created_at);
        let won =
            cx.tx.rotate_refresh_token(family.login, &presented, &fresh.digest(), cx.now, expires_at)?;
        if won {
            cx.tx.extend_login(family.login, expires_at)?;
        }
        won
    };
    if cx.trace.check("refresh_token.current", won, "the newest", || "replaced meanwhile".into()) {
        Ok(rotates.then_some(fresh))
    } else {
        refuse(Refusal::RefreshTokenReplaced, "")
    }
}
