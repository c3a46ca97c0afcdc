//! The browser's part: from the client to the provider, and back.
//!
//! The first browser that opens a ticket has the session: its cookie is the key from which `nonce` and `code_verifier` for
//! the provider are made, so that nobody else can go on with what the provider sends back. Outside calls are made between
//! transactions.

use std::sync::Arc;

use anteroom_oauth::secret::{ConnectCode, ConnectTicket, Cookie, ProviderState, Secret};
use serde_json::json;

use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::model::event::{EventBody, EventKind};
use crate::model::{ConnectSession, Connection, Project};
use crate::refusal::Refusal;
use crate::service::connected_accounts;
use crate::service::connections;
use crate::service::interactions::{Browser, address, keyed};
use crate::service::provider::{self, Binding, Granted, Provider, ProviderError};
use crate::stop::{Fault, Outcome, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;
use crate::trace::Trace;

/// Where the provider sends the browser, after the issuer.
pub const CALLBACK_PATH: &str = "login/callback";

/// Where the browser goes next.
#[derive(Debug)]
pub enum Next {
    /// There.
    Leave(String),
    /// Nowhere: an admin began it in the window, and the account is connected.
    Connected,
    /// Nowhere: an admin began it in the window, and this went wrong.
    Failed(String),
}

/// Where the browser goes next, and the cookie it gets.
#[derive(Debug)]
pub struct Answer {
    /// Where.
    pub next: Next,
    /// A browser cookie.
    pub new_browser: Option<Secret<Cookie>>,
}

impl Answer {
    const fn new(next: Next) -> Self {
        Self { next, new_browser: None }
    }
}

/// Everything a leg needs of the store.
struct Known {
    session: ConnectSession,
    connection: Connection,
    project: Arc<Project>,
}

fn known(tx: &dyn Tx, session: ConnectSession) -> Outcome<Known> {
    let connection = tx.connection(session.connection)?;
    let project = tx.project(session.project)?.ok_or(Fault::Inconsistent("session without project"))?;
    match connection {
        Some(connection) => Ok(Known { session, connection, project }),
        None => refuse(Refusal::ConnectTicket, "the connection was deleted"),
    }
}

/// The session of a ticket that nobody opened, while it waits.
fn unopened(
    tx: &dyn Tx,
    trace: &mut Trace,
    now: Timestamp,
    ticket: Option<&Secret<ConnectTicket>>,
) -> Outcome<ConnectSession> {
    let session = ticket.map(|ticket| tx.connect_session_by_ticket(&ticket.digest())).transpose()?.flatten();
    let good = session.filter(|session| session.is_waiting(now) && session.opened_at.is_none());
    trace.check("ticket", good.is_some(), "a ticket nobody opened, at most five minutes old", || {
        "another one".into()
    });
    good.map_or_else(|| refuse(Refusal::ConnectTicket, ""), Ok)
}

/// Opens a ticket: the browser goes to the provider.
///
/// # Refusals
/// A ticket that is unknown, was opened before or is too old. Everything else that goes wrong goes back to the client.
pub async fn open(
    engine: &Arc<Engine>,
    origin: Origin,
    ticket: Option<Secret<ConnectTicket>>,
    browser: Browser,
) -> Outcome<Answer> {
    let found = engine.read_for(&origin, |tx, now, trace| {
        let session = unopened(tx, trace, now, ticket.as_ref())?;
        Ok(Box::new((known(tx, session)?, browser.live_session(tx, now)?)))
    })?;
    let (known, signed_in) = *found;
    let hosts = known.project.settings.allowed_outbound_hosts.clone();
    // Somebody else sits at this browser: the account would be connected to the wrong person.
    let stranger = signed_in.is_some_and(|session| {
        session.project == known.session.project && session.user != known.session.user
    });
    let endpoints = provider::endpoints(engine, &known.connection, &hosts).await;
    engine
        .transact(origin, move |cx| {
            about(cx, &known.session);
            if !cx.trace.check("browser.session", !stranger, "nobody else", || "another person".into()) {
                let failure = Failure::new("access_denied", "Another person is signed in at this browser");
                return fail(cx, &known, &failure);
            }
            let new_browser = browser.cookie.is_none().then(|| cx.secret::<Cookie>()).transpose()?;
            let Some(cookie) = new_browser.as_ref().or(browser.cookie.as_ref()) else {
                return Err(Fault::Inconsistent("a browser without a cookie").into());
            };
            let state = cx.secret::<ProviderState>()?;
            let binding = binding(cookie, &known.session);
            let callback = cx.origin.issuer.endpoint(CALLBACK_PATH);
            let to = endpoints.and_then(|endpoints| {
                let (connection, request) = (&known.connection, &known.session.request);
                provider::authorization_url(
                    connection,
                    &endpoints,
                    request,
                    &callback,
                    state.expose(),
                    &binding,
                )
            });
            let to = match to {
                Ok(to) => to,
                Err(error) => return fail(cx, &known, &Failure::of(&error)),
            };
            let opened =
                cx.tx.open_connect_session(known.session.id, &cookie.digest(), &state.digest(), cx.now)?;
            if !cx.trace.check("ticket.opened_at", opened, "not opened", || "opened meanwhile".into()) {
                return refuse(Refusal::ConnectTicket, "");
            }
            Ok(Answer { next: Next::Leave(to), new_browser })
        })
        .await
}

/// `nonce` and `code_verifier`, made from the browser's cookie.
fn binding(cookie: &Secret<Cookie>, session: &ConnectSession) -> Binding {
    let session = session.id.as_bytes();
    Binding {
        verifier: keyed(cookie, b"connect verifier", session).into(),
        nonce: keyed(cookie, b"connect nonce", session),
    }
}

fn about(cx: &mut Cx<'_>, session: &ConnectSession) {
    cx.about.project = Some(session.project);
    cx.about.client = session.client;
    cx.about.row = Some(session.id.uuid());
    let memberships = cx.tx.memberships_of_user(session.project, session.user);
    cx.about.subject = memberships.ok().and_then(|all| all.first().map(|membership| membership.id));
    cx.about.actor = cx.about.subject;
}

/// What the provider sent the browser back with.
pub struct Callback {
    /// `state`.
    pub state: Option<Secret<ProviderState>>,
    /// `code`.
    pub code: Option<zeroize::Zeroizing<String>>,
    /// `error`.
    pub error: Option<String>,
}

/// The browser is back from the provider: it goes on to the client.
///
/// # Refusals
/// A `state` that is unknown, of another browser, came before or is too old. Everything else goes back to the client.
pub async fn callback(
    engine: &Arc<Engine>,
    origin: Origin,
    callback: Callback,
    browser: Browser,
) -> Outcome<Answer> {
    let Callback { state, code, error } = callback;
    let cookie = browser.cookie;
    let digest = cookie.as_ref().map(Secret::digest);
    let answered = engine.transact(origin.clone(), move |cx| {
        let session = match &state {
            Some(state) => cx.tx.connect_session_by_state(&state.digest())?,
            None => None,
        };
        cx.trace
            .check("state", session.is_some(), "a state that went out from here", || "another one".into());
        let Some(session) = session else { return refuse(Refusal::ConnectTicket, "") };
        about(cx, &session);
        let same = session.browser.is_some() && session.browser == digest;
        if !cx.trace.check("connect_session.browser", same, "the browser that opened it", || "another".into())
        {
            return refuse(Refusal::ConnectTicket, "");
        }
        let first = cx.tx.answer_connect_session(session.id, cx.now)?;
        if !cx
            .trace
            .check("connect_session.answered_at", first, "for the first time, in time", || "no".into())
        {
            return refuse(Refusal::ConnectTicket, "");
        }
        known(&*cx.tx, session)
    });
    let known = answered.await?;
    let (Some(cookie), Some(code), None) = (&cookie, &code, &error) else {
        let failure = Failure::of_provider(error.as_deref());
        return engine
            .transact(origin, move |cx| {
                about(cx, &known.session);
                fail(cx, &known, &failure)
            })
            .await;
    };
    let callback = origin.issuer.endpoint(CALLBACK_PATH);
    let binding = binding(cookie, &known.session);
    let granted = redeem(engine, &known, code, &callback, &binding).await?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            about(cx, &known.session);
            match granted {
                Ok(granted) => hand_over(cx, &inner, &known, &granted),
                Err(error) => fail(cx, &known, &Failure::of(&error)),
            }
        })
        .await
}

async fn redeem(
    engine: &Engine,
    known: &Known,
    code: &str,
    callback: &str,
    binding: &Binding,
) -> Outcome<Result<Granted, ProviderError>> {
    let hosts = &known.project.settings.allowed_outbound_hosts;
    let endpoints = match provider::endpoints(engine, &known.connection, hosts).await {
        Ok(endpoints) => endpoints,
        Err(error) => return Ok(Err(error)),
    };
    let client_secret = connections::open_client_secret(engine, &known.connection)?;
    let provider = Provider { engine, connection: &known.connection, client_secret, allowed_hosts: hosts };
    Ok(provider.redeem(&endpoints, code, callback, binding).await)
}

/// Keeps what the provider gave: for the client, or, when an admin began it, in the vault at once.
fn hand_over(cx: &mut Cx<'_>, engine: &Engine, known: &Known, granted: &Granted) -> Outcome<Answer> {
    let Known { session, connection, .. } = known;
    let Some(redirect_uri) = session.request.redirect_uri.as_deref() else {
        if !cx.tx.finish_connect_session(session.id, cx.now)? {
            return refuse(Refusal::ConnectTicket, "ended meanwhile");
        }
        connected_accounts::keep(cx, engine, session, connection, granted)?;
        return Ok(Answer::new(Next::Connected));
    };
    let code = cx.secret::<ConnectCode>()?;
    let sealed = connected_accounts::seal_granted(engine, session, granted)?;
    if !cx.tx.grant_connect_session(session.id, &code.digest(), &sealed, cx.now)? {
        return refuse(Refusal::ConnectTicket, "ended meanwhile");
    }
    let mut parameters = vec![("connect_code", code.expose())];
    parameters.extend(session.request.state.as_deref().map(|state| ("state", state)));
    Ok(Answer::new(Next::Leave(address(redirect_uri, &parameters))))
}

/// What went wrong, for the client and for the log.
struct Failure {
    error: String,
    description: String,
}

/// Errors of [RFC6749 §4.1.2.1] that a provider may send and a client should see as they are.
const PASSED_ON: [&str; 8] = [
    "access_denied",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_scope",
    "login_required",
    "temporarily_unavailable",
    "unauthorized_client",
];

impl Failure {
    fn new(error: &str, description: &str) -> Self {
        Self { error: error.to_owned(), description: description.to_owned() }
    }

    fn of(error: &ProviderError) -> Self {
        Self { error: "server_error".to_owned(), description: error.to_string() }
    }

    fn of_provider(error: Option<&str>) -> Self {
        let Some(error) = error else {
            return Self::new("server_error", "the provider sent the browser back without a code");
        };
        let passed_on = PASSED_ON.into_iter().find(|known| *known == error);
        Self {
            error: passed_on.unwrap_or("server_error").to_owned(),
            description: format!(
                "the provider's authorization endpoint answered {}",
                provider::error_code(error)
            ),
        }
    }
}

/// Ends the session, writes why, and sends the browser back to the client.
fn fail(cx: &mut Cx<'_>, known: &Known, failure: &Failure) -> Outcome<Answer> {
    let Known { session, connection, .. } = known;
    cx.tx.finish_connect_session(session.id, cx.now)?;
    cx.trace.check("provider.answer", false, "tokens for the person", || failure.description.clone().into());
    let details = json!({
        "error": { "title": failure.error, "detail": failure.description },
        "connection": connection.name,
        "connection_id": connection.id.prefixed(Connection::PREFIX),
    });
    let body = EventBody {
        details: Some(details),
        detail: Some(failure.description.clone()),
        trace: cx.trace.take(),
        ..EventBody::default()
    };
    cx.event(EventKind::AccountConnectFailed, body)?;
    let Some(redirect_uri) = session.request.redirect_uri.as_deref() else {
        return Ok(Answer::new(Next::Failed(failure.description.clone())));
    };
    let mut parameters =
        vec![("error", failure.error.as_str()), ("error_description", failure.description.as_str())];
    parameters.extend(session.request.state.as_deref().map(|state| ("state", state)));
    Ok(Answer::new(Next::Leave(address(redirect_uri, &parameters))))
}
