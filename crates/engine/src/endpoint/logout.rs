//! Logout: Medplum's, with a bearer token, and RP-initiated [OpenID Connect RP-Initiated Logout 1.0].
//!
//! A browser is signed out at once when the client shows an id token of the very person; else the person is asked. It is
//! sent on only to an address that the client registered for that.

use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::jose;
use anteroom_oauth::secret::{AccessToken, Secret};
use serde::Deserialize;

use crate::check;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::model::{Client, User};
use crate::refusal::Refusal;
use crate::service::interactions::{Browser, address};
use crate::service::{logout, people};
use crate::stop::{Outcome, refuse};

/// Ends the login behind an access token, and the browser session it came from.
///
/// # Refusals
/// [`Refusal::InvalidToken`], also the second time.
pub async fn with_token(engine: &Arc<Engine>, origin: Origin, token: Secret<AccessToken>) -> Outcome<()> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let verified = inner.verify_access_token(&token)?;
            let live = cx.tx.live_login(verified.login)?;
            let alive = check::login_alive(cx.tx, &mut cx.trace, live, cx.now)?;
            people::revoke_session(cx, &alive.login)?;
            // The next person at this browser must not be signed in as this one; other apps keep their logins.
            if let Some(session) = cx.tx.session_of_login(alive.login.id)? {
                cx.tx.end_session(session.id, cx.now)?;
                cx.tx.end_codes_of_session(session.id, cx.now)?;
            }
            Ok(())
        })
        .await
}

/// What the browser brought.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `id_token_hint`
    pub id_token_hint: Option<String>,
    /// `client_id`
    pub client_id: Option<String>,
    /// `post_logout_redirect_uri`
    pub post_logout_redirect_uri: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// Of our own page, when the person pressed its button.
    pub form_token: Option<String>,
}

impl Request {
    /// Takes the parameters out of a query or a form.
    pub fn read(form: &Form) -> Self {
        let get = |name| form.get(name).map(str::to_owned);
        Self {
            id_token_hint: get("id_token_hint"),
            client_id: get("client_id"),
            // Auth0 calls it otherwise.
            post_logout_redirect_uri: get("post_logout_redirect_uri").or_else(|| get("returnTo")),
            state: get("state"),
            form_token: get("form_token"),
        }
    }
}

/// What happens in the browser.
#[derive(Debug)]
pub enum Answer {
    /// The person is asked.
    Ask {
        /// What the form carries.
        form_token: String,
        /// Where the press leads: an address that the client registered.
        to: Option<String>,
    },
    /// Signed out: on to the client, or a page.
    SignedOut(Option<String>),
}

#[derive(Deserialize)]
struct HintClaims {
    iss: String,
    aud: String,
    sub: String,
}

/// Signs the browser out, or asks.
///
/// # Refusals
/// [`Refusal::LogoutClientsDiffer`]; [`Refusal::InteractionNotYours`] for a form that was not made here.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Request,
    browser: Browser,
) -> Outcome<Answer> {
    let hint = request.id_token_hint.as_deref().and_then(|token| read_hint(engine, token));
    engine.transact(origin, move |cx| sign_out(cx, &request, hint.as_ref(), &browser)).await
}

/// [RP-Initiated Logout §2] an id token of ours, expired or not.
fn read_hint(engine: &Engine, token: &str) -> Option<HintClaims> {
    let verified = jose::verify_jws(token, |kid| engine.key_ring().verifying(kid)).ok()?;
    if verified.typ.eq_ignore_ascii_case("at+jwt") {
        return None;
    }
    let claims: HintClaims = serde_json::from_slice(&verified.payload).ok()?;
    engine.is_issuer(&claims.iss).then_some(claims)
}

fn sign_out(
    cx: &mut Cx<'_>,
    request: &Request,
    hint: Option<&HintClaims>,
    browser: &Browser,
) -> Outcome<Answer> {
    if let (Some(hint), Some(client_id)) = (hint, &request.client_id)
        && !cx.trace.check(
            "client_id",
            Client::parse_client_id(&hint.aud) == Client::parse_client_id(client_id),
            hint.aud.clone(),
            || client_id.clone().into(),
        )
    {
        return refuse(Refusal::LogoutClientsDiffer, "");
    }
    let named = hint.map(|hint| hint.aud.as_str()).or(request.client_id.as_deref());
    let to = target(cx, request, named)?;
    let Some(session) = browser.live_session(cx.tx, cx.now)? else {
        return Ok(Answer::SignedOut(to.filter(|_| hint.is_some())));
    };
    let expected = browser.logout_token().unwrap_or_default();
    let pressed = match &request.form_token {
        Some(form_token) if constant_time_eq(form_token, &expected) => true,
        Some(_) => return refuse(Refusal::InteractionNotYours, "the form was not made here"),
        None => false,
    };
    let own = hint.is_some_and(|hint| User::parse_subject(&hint.sub) == Some(session.user));
    // [RP-Initiated Logout §6] without a hint of this very person, the person is asked
    if !pressed && !own {
        return Ok(Answer::Ask { form_token: expected, to });
    }
    logout::end_session(cx, &session)?;
    Ok(Answer::SignedOut(to))
}

fn constant_time_eq(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The address to go to, if the client registered it for that: byte for byte; with `state` [RP-Initiated Logout §3], and
/// nowhere else [RP-Initiated Logout §4].
fn target(cx: &Cx<'_>, request: &Request, client_id: Option<&str>) -> Outcome<Option<String>> {
    let (Some(uri), Some(id)) =
        (&request.post_logout_redirect_uri, client_id.and_then(Client::parse_client_id))
    else {
        return Ok(None);
    };
    let client = cx.tx.client(id)?.filter(|client| check::is_active(client));
    let registered =
        client.is_some_and(|client| client.settings.post_logout_redirect_uris.iter().any(|own| own == uri));
    let state: Vec<(&str, &str)> =
        request.state.as_deref().map(|state| ("state", state)).into_iter().collect();
    Ok(registered.then(|| if state.is_empty() { uri.clone() } else { address(uri, &state) }))
}
