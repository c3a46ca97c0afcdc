//! Token Vault: one of our tokens is exchanged for the token of an external provider
//! (`urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token`).
//!
//! The subject token is an access token for the API that the client acts for, or a refresh token of the client itself.
//! What has to hold stands in [`vault`], in order. A provider's token that is still good is given as it is; one that has
//! ended is renewed once, however many ask ([`vault::renew`]).
//!
//! Every refusal is an event with the condition that failed and both values.
//!
//! # Not supported
//! The privileged worker form (a JWT of the client as subject token).

use std::collections::BTreeMap;
use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::secret::{AccessToken, RefreshToken, Secret, SubjectToken};
use anteroom_oauth::token_response::TokenResponse;
use anteroom_oauth::token_type;
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::{About, Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client::ClientType;
use crate::model::event::{EventBody, EventKind};
use crate::model::refresh_token;
use crate::model::{Client, ConnectedAccount, Connection, User};
use crate::refusal::Refusal;
use crate::service::vault::{self, Asking, Facts, Renewal, SubjectKind, Through};
use crate::service::{api_tokens, connected_accounts};
use crate::stop::{Fault, Outcome, refuse};
use crate::trace::Trace;

/// The type that is asked for, and issued.
const ISSUED: &str = token_type::FEDERATED_CONNECTION_ACCESS_TOKEN;
/// `failure_reason` in the log: the provider did not renew.
const REFRESH_FAILED: &str = "refresh_token_flow_failed";

/// What the body says.
pub struct Request {
    pub(crate) presented: Presented,
    subject_token: Option<Secret<SubjectToken>>,
    parameters: BTreeMap<&'static str, String>,
}

/// The parameters that must be there, in the order in which they are missed.
const REQUIRED: [(&str, Refusal); 3] = [
    ("subject_token_type", Refusal::VaultMissingSubjectTokenType),
    ("requested_token_type", Refusal::VaultMissingRequestedTokenType),
    ("connection", Refusal::VaultMissingConnection),
];

impl Request {
    /// Takes the parameters out of the form. `scope` is read by nobody: the token has the scopes it was connected with.
    pub fn read(presented: Presented, form: &mut Form) -> Self {
        let names = ["subject_token_type", "requested_token_type", "connection", "login_hint"];
        let parameters =
            names.into_iter().filter_map(|name| Some((name, form.get(name)?.to_owned()))).collect();
        Self { presented, parameters, subject_token: form.take_secret("subject_token") }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// An exchange whose subject token was read.
#[derive(Clone)]
struct Exchange {
    client: Id<Client>,
    kind: SubjectKind,
    audience: Vec<String>,
    through: Through,
    user: Option<Id<User>>,
    connection: String,
    login_hint: Option<String>,
    trace: Trace,
    about: About,
}

/// What a transaction comes to.
enum Step {
    Given(Box<TokenResponse>),
    Renew(Box<Renewing>),
}

/// A token that has to be renewed first.
struct Renewing {
    exchange: Exchange,
    account: Id<ConnectedAccount>,
    connection: Connection,
    allowed_hosts: Vec<String>,
}

/// Exchanges the token.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; parameters that are missing or not supported; a subject token that is
/// not good; every condition of [`vault`]; a provider that does not renew its token.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Request) -> Outcome<TokenResponse> {
    let inner = Arc::clone(engine);
    let step = engine.transact(origin.clone(), move |cx| begin(cx, &inner, &request)).await?;
    let renewing = match step {
        Step::Given(response) => return Ok(*response),
        Step::Renew(renewing) => *renewing,
    };
    let Renewing { exchange, account, connection, allowed_hosts } = renewing;
    let renewal = vault::renew(engine, &connection, &allowed_hosts, account).await?;
    let inner = Arc::clone(engine);
    let step = engine.transact(origin, move |cx| {
        cx.trace = exchange.trace.clone();
        cx.about = exchange.about;
        cx.details = Some(failure(exchange.kind, REFRESH_FAILED));
        let Some(client) = cx.tx.client(exchange.client)? else {
            cx.trace.check("client.exists", false, "a registered client_id", || "deleted meanwhile".into());
            return refuse(Refusal::UnknownClient, "");
        };
        check::client_active(&mut cx.trace, &client)?;
        vault::walk(&mut cx.trace, vault::OF_CLIENT, &client)?;
        give(cx, &inner, client, exchange, Some(renewal))
    });
    match step.await? {
        Step::Given(response) => Ok(*response),
        Step::Renew(_) => Err(Fault::Inconsistent("a token was renewed and is still old").into()),
    }
}

/// What the log's entry says besides, should the exchange fail for this reason.
fn failure(kind: SubjectKind, reason: &'static str) -> serde_json::Value {
    json!({ "subject_token_type": kind.token_type(), "failure_reason": reason, "is_privileged_worker": false })
}

/// Who asks, and with what: everything up to the conditions between the two.
fn begin(cx: &mut Cx<'_>, engine: &Engine, request: &Request) -> Outcome<Step> {
    let sent = request.get("subject_token_type");
    cx.details = Some(json!({
        "subject_token_type": sent.map(shortened),
        "failure_reason": "unknown",
        "is_privileged_worker": false,
    }));
    let authenticated = client_auth::authenticate(cx, &request.presented, Refusal::UnknownClient)?;
    let client = authenticated.client;
    // A public client has nothing to prove itself with: the conditions below say so.
    let proved = authenticated.proved || client.client_type == ClientType::Public;
    if !cx.trace.check("client.authenticated", proved, "a secret", || "none sent".into()) {
        return refuse(Refusal::MissingClientSecret, "");
    }
    vault::walk(&mut cx.trace, vault::OF_CLIENT, &client)?;
    let exchange = read_subject(cx, engine, &client, request)?;
    give(cx, engine, client, exchange, None)
}

/// The parameters, and what the subject token says.
fn read_subject(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Arc<Client>,
    request: &Request,
) -> Outcome<Exchange> {
    let Some(subject_token) = &request.subject_token else {
        cx.trace.check("subject_token", false, "present", || "absent".into());
        return refuse(Refusal::VaultMissingSubjectToken, "");
    };
    for (name, refusal) in REQUIRED {
        if !cx.trace.check(name, request.get(name).is_some(), "present", || "absent".into()) {
            return refuse(refusal, "");
        }
    }
    let sent = request.get("subject_token_type").unwrap_or_default();
    let kind = SubjectKind::ALL.into_iter().find(|kind| kind.token_type() == sent);
    let wanted = SubjectKind::ALL.map(SubjectKind::token_type).join(" or ");
    cx.trace.check("subject_token_type", kind.is_some(), wanted, || shortened(sent).into());
    let Some(kind) = kind else { return refuse(Refusal::VaultSubjectTokenType, "") };
    let asked = request.get("requested_token_type").unwrap_or_default();
    if !cx.trace.check("requested_token_type", asked == ISSUED, ISSUED, || shortened(asked).into()) {
        return refuse(Refusal::VaultRequestedTokenType, "");
    }
    let mut exchange = Exchange {
        client: client.id,
        kind,
        audience: Vec::new(),
        through: Through::Client(client.id),
        user: None,
        connection: request.get("connection").unwrap_or_default().to_owned(),
        login_hint: request.get("login_hint").map(str::to_owned),
        trace: Trace::default(),
        about: About::default(),
    };
    match kind {
        SubjectKind::AccessToken => read_access_token(cx, engine, subject_token, &mut exchange)?,
        SubjectKind::RefreshToken => read_refresh_token(cx, client, subject_token, &mut exchange)?,
    }
    Ok(exchange)
}

fn shortened(text: &str) -> String {
    text.chars().take(128).collect()
}

/// An access token of ours, for any API: signature, issuer, times, and the login behind it.
fn read_access_token(
    cx: &mut Cx<'_>,
    engine: &Engine,
    token: &Secret<SubjectToken>,
    exchange: &mut Exchange,
) -> Outcome<()> {
    let token = Secret::<AccessToken>::new(token.expose().to_owned());
    let verified = api_tokens::verify(cx, engine, &token, "subject_token", Refusal::VaultAccessToken)?;
    cx.trace.check("subject_token", true, api_tokens::LIVE, || "one".into());
    let live = cx.tx.live_login(verified.login)?.map(|live| live.login);
    cx.about.subject = live.as_ref().map(|login| login.membership);
    let alive = live.is_some_and(|login| login.is_live(cx.now));
    // The logins of somebody who was deleted are gone; that nobody is there any more is said below.
    let deleted = match verified.user() {
        Some(user) => cx.tx.user(user)?.is_none(),
        None => false,
    };
    if !deleted && !cx.trace.check("subject_token.login", alive, "live", || "ended".into()) {
        return refuse(Refusal::VaultAccessToken, "the login behind the token has ended");
    }
    exchange.user = verified.user();
    exchange.audience = verified.aud.iter().map(str::to_owned).collect();
    if let Some(client) = Client::parse_client_id(&verified.client_id) {
        exchange.through = Through::Client(client);
    }
    Ok(())
}

/// A refresh token of this client: the newest of its family, of a login that lives. It is not spent.
fn read_refresh_token(
    cx: &mut Cx<'_>,
    client: &Client,
    token: &Secret<SubjectToken>,
    exchange: &mut Exchange,
) -> Outcome<()> {
    let token = Secret::<RefreshToken>::new(token.expose().to_owned());
    let family = match refresh_token::locator(&token) {
        Some(locator) => cx.tx.refresh_family(&locator)?,
        None => None,
    };
    let found =
        |cx: &mut Cx<'_>, check: &'static str, met: bool, wanted: &'static str, found: &'static str| {
            if cx.trace.check(check, met, wanted, || found.into()) {
                Ok(())
            } else {
                refuse(Refusal::VaultRefreshToken, found)
            }
        };
    found(cx, "subject_token.exists", family.is_some(), "a refresh token of this server", "no such token")?;
    let Some(family) = family else { return refuse(Refusal::VaultRefreshToken, "") };
    found(cx, "subject_token.client", family.client == client.id, "this client's", "another client's")?;
    let live = cx.tx.live_login(family.login)?;
    if let Some(live) = &live {
        cx.about.subject = Some(live.membership.id);
        exchange.user = vault::user_of(&live.membership);
    }
    let alive = live.is_some_and(|live| live.login.revoked_at.is_none());
    found(cx, "subject_token.login", alive, "live", "revoked")?;
    found(cx, "subject_token.expires_at", cx.now < family.expires_at, "in the future", "expired")?;
    found(cx, "subject_token.newest", family.current == token.digest(), "the newest", "replaced before")
}

/// The conditions, and the token; or that it has to be renewed first.
fn give(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: Arc<Client>,
    mut exchange: Exchange,
    renewal: Option<Renewal>,
) -> Outcome<Step> {
    let asking = Asking {
        kind: exchange.kind,
        client,
        audience: exchange.audience.clone(),
        through: exchange.through,
        user: exchange.user,
        connection: &exchange.connection,
        login_hint: exchange.login_hint.as_deref(),
    };
    let facts = Facts::gather(&*cx.tx, cx.now, asking)?;
    let membership = facts.person.as_ref().and_then(|person| person.membership.as_ref());
    cx.about.subject = cx.about.subject.or(membership.map(|membership| membership.id));
    cx.details = Some(failure_with(exchange.kind, &facts));
    if let (Some(refused @ Renewal::Refused(_)), Some(account)) = (&renewal, facts.account()) {
        // It is stored by now; the condition would say that it was refused before.
        check_renewal(cx, account, refused)?;
    }
    vault::walk(&mut cx.trace, vault::OF_EXCHANGE, &facts)?;
    let (Some(account), Some(connection)) = (facts.account(), &facts.connection) else {
        return Err(Fault::Inconsistent("an exchange without account").into());
    };
    let fresh = account.tokens.is_fresh(cx.now);
    match renewal {
        None if fresh => {}
        None => {
            let project = cx.tx.project(facts.client.project)?;
            let project = project.ok_or(Fault::Inconsistent("client without project"))?;
            exchange.trace = cx.trace.clone();
            exchange.about = cx.about;
            return Ok(Step::Renew(Box::new(Renewing {
                exchange,
                account: account.id,
                connection: connection.clone(),
                allowed_hosts: project.settings.allowed_outbound_hosts.clone(),
            })));
        }
        Some(renewal) => check_renewal(cx, account, &renewal)?,
    }
    let response = given(cx, engine, exchange.kind, account, connection)?;
    Ok(Step::Given(Box::new(response)))
}

/// The same once person, connection and accounts were looked up.
fn failure_with(kind: SubjectKind, facts: &Facts) -> serde_json::Value {
    let mut details = failure(kind, reason(facts));
    if let Some(connection) = &facts.connection {
        details["connection"] = connection.name.clone().into();
        details["connection_id"] = connection.id.prefixed(Connection::PREFIX).into();
    }
    details
}

/// A short word for the log when the exchange fails here.
fn reason(facts: &Facts) -> &'static str {
    if facts.person.is_none() {
        "user_not_found"
    } else if facts.accounts.is_empty() {
        "tokenset_not_found"
    } else {
        "unknown"
    }
}

/// The provider renewed the token, or it is good for another moment.
fn check_renewal(cx: &mut Cx<'_>, account: &ConnectedAccount, renewal: &Renewal) -> Outcome<()> {
    let good = cx.now < account.tokens.ends_at();
    let (met, found) = match renewal {
        Renewal::Renewed => (true, "renewed".to_owned()),
        Renewal::Gone => (good, "connected anew meanwhile".to_owned()),
        Renewal::Refused(reason) => (false, format!("the provider refused with {reason}")),
        Renewal::Failed(error) => (good, error.to_string()),
    };
    if cx.trace.check("connected_account.refresh", met, "a new access token of the provider", || found.into())
    {
        return Ok(());
    }
    let reason = match renewal {
        Renewal::Failed(error) => Some(error.name()),
        Renewal::Refused(_) => Some(REFRESH_FAILED),
        Renewal::Renewed | Renewal::Gone => None,
    };
    if let (Some(details), Some(reason)) = (&mut cx.details, reason) {
        details["failure_reason"] = reason.into();
    }
    refuse(Refusal::VaultRefreshRefused, "")
}

/// The answer, and the event of it: the token itself is nowhere, only its thumbprint.
fn given(
    cx: &mut Cx<'_>,
    engine: &Engine,
    kind: SubjectKind,
    account: &ConnectedAccount,
    connection: &Connection,
) -> Outcome<TokenResponse> {
    let token = connected_accounts::open_access_token(engine, account)?;
    cx.tx.touch_connected_account(account.id, cx.now)?;
    let scope = account.tokens.scopes.join(" ");
    let ends_at = account.tokens.ends_at();
    cx.about.row = Some(account.id.uuid());
    let details = json!({
        "subject_token_type": kind.token_type(),
        "issued_token_type": ISSUED,
        "scope": scope,
        "expires_at": ends_at.iso8601(),
        "is_privileged_worker": false,
        "token_thumbprint": HEXLOWER.encode(&Sha256::digest(token.expose().as_bytes())),
        "connection": connection.name,
        "connection_id": connection.id.prefixed(Connection::PREFIX),
    });
    cx.details = None;
    cx.event(EventKind::VaultExchanged, EventBody { details: Some(details), ..EventBody::default() })?;
    let token = Secret::<AccessToken>::new(token.expose().to_owned());
    let mut response = TokenResponse::bearer(token, cx.now.until(ends_at), scope);
    response.issued_token_type = Some(ISSUED);
    Ok(response)
}
