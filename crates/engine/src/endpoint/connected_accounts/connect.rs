//! `POST …/connect`: begins to connect an account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anteroom_oauth::redirect_uri;
use anteroom_oauth::secret::{AccessToken, AuthSession, ConnectTicket, Secret};
use serde_json::Value;

use super::fields::{Fields, Invalid};
use super::{CREATE, Caller};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::connect_session::{CONNECT_LIFETIME, ConnectRequest};
use crate::model::{Client, ConnectSession, Connection, Project, User};
use crate::refusal::Refusal;
use crate::stop::{Outcome, refuse};

/// Where the browser takes the ticket, after the issuer.
pub const CONNECT_PATH: &str = "connected-accounts/connect";
/// Scopes of a request at most.
const MOST_SCOPES: usize = 100;
/// Longest scope.
const LONGEST_SCOPE: usize = 255;
/// Members of `authorization_params` at most, and the longest value.
const MOST_PARAMS: (usize, usize) = (32, 1_024);
const MEMBERS: [&str; 7] = [
    "connection",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
    "scopes",
    "authorization_params",
];

/// The body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    connection: String,
    request: ConnectRequest,
}

impl Body {
    /// Reads the JSON body.
    ///
    /// # Errors
    /// Every member that is wrong.
    pub fn read(body: &Value) -> Result<Self, Vec<Invalid>> {
        let mut fields = Fields::new(body, &MEMBERS)?;
        let connection = fields.required("connection", 1, 128);
        let redirect_uri = fields.required("redirect_uri", 1, 2_048);
        if !redirect_uri.is_empty() && redirect_uri::check(&redirect_uri).is_err() {
            fields.refuse("redirect_uri", "must be a URI");
        }
        let state = fields.text("state", 1, 4_096);
        let code_challenge = fields.text("code_challenge", 43, 128);
        let method = fields.text("code_challenge_method", 1, 16);
        match (&code_challenge, method.as_deref()) {
            (Some(_), Some("S256")) | (None, None) => {}
            (None, Some(_)) => fields.refuse("code_challenge", "is required with code_challenge_method"),
            (Some(_), None) => fields.refuse("code_challenge_method", "is required with code_challenge"),
            (Some(_), Some(_)) => fields.refuse("code_challenge_method", "must be S256"),
        }
        let scopes = scopes(&mut fields);
        let authorization_params = authorization_params(&mut fields);
        let redirect_uri = Some(redirect_uri);
        let request = ConnectRequest { redirect_uri, state, code_challenge, scopes, authorization_params };
        fields.finish(Self { connection, request })
    }
}

fn scopes(fields: &mut Fields<'_>) -> Vec<String> {
    let Some(value) = fields.get("scopes") else { return Vec::new() };
    let fits = |text: &&str| {
        (1..=LONGEST_SCOPE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let words: Vec<&str> =
        value.as_array().into_iter().flatten().filter_map(Value::as_str).filter(fits).collect();
    let unique: BTreeSet<&&str> = words.iter().collect();
    let whole = value.as_array().is_some_and(|all| all.len() == words.len());
    if !whole || unique.len() != words.len() || !(1..=MOST_SCOPES).contains(&words.len()) {
        fields.refuse("scopes", "must be 1 to 100 different scopes of 1 to 255 characters");
        return Vec::new();
    }
    words.into_iter().map(str::to_owned).collect()
}

/// Texts, numbers and truths are passed on as texts.
fn authorization_params(fields: &mut Fields<'_>) -> BTreeMap<String, String> {
    let Some(value) = fields.get("authorization_params") else { return BTreeMap::new() };
    let (most, longest) = MOST_PARAMS;
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let read: Option<BTreeMap<String, String>> = value.as_object().and_then(|members| {
        let pairs = members.iter().map(|(name, value)| Some((name.clone(), text(value)?)));
        pairs.collect()
    });
    match read {
        Some(read) if read.len() <= most && read.values().all(|value| value.len() <= longest) => read,
        _ => {
            fields.refuse("authorization_params", "must be an object of short texts");
            BTreeMap::new()
        }
    }
}

/// The answer.
pub struct Begun {
    /// `auth_session`.
    pub auth_session: Secret<AuthSession>,
    /// `connect_uri`.
    pub connect_uri: String,
    /// `connect_params.ticket`.
    pub ticket: Secret<ConnectTicket>,
    /// `expires_in`.
    pub expires_in: u32,
}

/// Begins to connect an account of the caller.
///
/// # Refusals
/// As [`super::authenticate`]; a body that is wrong; a connection that is not there or has connected accounts switched
/// off; one that the client may not use; a redirect URI that is not registered.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    token: Option<Secret<AccessToken>>,
    body: Option<Body>,
) -> Outcome<Begun> {
    let inner = Arc::clone(engine);
    let begun = engine.transact(origin, move |cx| {
        let caller = super::authenticate(cx, &inner, token.as_ref(), CREATE)?;
        let Some(Body { connection, request }) = body else {
            return refuse(Refusal::MeInvalidBody, "");
        };
        let connection = check_connection(cx, &caller, &connection)?;
        check_redirect_uri(cx, &caller.client, request.redirect_uri.as_deref().unwrap_or_default())?;
        let (project, client) = (caller.client.project, Some(caller.client.id));
        begin(cx, New { project, user: caller.user, client, connection: connection.id, request })
    });
    begun.await
}

fn check_connection(cx: &mut Cx<'_>, caller: &Caller, name: &str) -> Outcome<Connection> {
    let connection = cx.tx.connection_by_name(caller.client.project, name)?;
    let there = connection.is_some();
    cx.trace.check("connection.exists", there, "a connection of the project", || "no such name".into());
    let Some(connection) = connection else { return refuse(Refusal::MeUnknownConnection, "") };
    let active = connection.connected_accounts;
    if !cx.trace.check("connection.connected_accounts.active", active, "true", || "false".into()) {
        return refuse(Refusal::MeUnknownConnection, "connected accounts are switched off");
    }
    let enabled = cx.tx.connection_enabled(connection.id, caller.client.id)?;
    let client = caller.client.client_id();
    if cx.trace.check("connection.enabled_clients", enabled, client, || "not this client".into()) {
        Ok(connection)
    } else {
        refuse(Refusal::MeConnectionNotEnabled, "")
    }
}

fn check_redirect_uri(cx: &mut Cx<'_>, client: &Client, sent: &str) -> Outcome<()> {
    let registered = client.settings.redirect_uris.iter().any(|own| redirect_uri::matches(own, sent));
    let expected = client.settings.redirect_uris.join(" ");
    if cx
        .trace
        .check("redirect_uri", registered, expected, || sent.chars().take(200).collect::<String>().into())
    {
        Ok(())
    } else {
        refuse(Refusal::MeRedirectUri, "")
    }
}

/// What a session is made from.
pub struct New {
    /// Project.
    pub project: Id<Project>,
    /// For whom.
    pub user: Id<User>,
    /// Asked by; none for an admin in the window.
    pub client: Option<Id<Client>>,
    /// On which connection.
    pub connection: Id<Connection>,
    /// What for.
    pub request: ConnectRequest,
}

/// Makes and stores a session.
pub fn begin(cx: &mut Cx<'_>, new: New) -> Outcome<Begun> {
    let (auth_session, ticket) = (cx.secret::<AuthSession>()?, cx.secret::<ConnectTicket>()?);
    let session = ConnectSession {
        id: cx.time_ordered_id()?,
        project: new.project,
        user: new.user,
        connection: new.connection,
        client: new.client,
        auth_session: auth_session.digest(),
        ticket: ticket.digest(),
        request: new.request,
        browser: None,
        provider_state: None,
        connect_code: None,
        granted: None,
        created_at: cx.now,
        expires_at: cx.now + CONNECT_LIFETIME,
        opened_at: None,
        answered_at: None,
        finished_at: None,
    };
    cx.tx.insert_connect_session(&session)?;
    let connect_uri = cx.origin.issuer.endpoint(CONNECT_PATH);
    Ok(Begun { auth_session, connect_uri, ticket, expires_in: CONNECT_LIFETIME })
}
