//! Token exchange: [RFC8693], and Medplum's `/auth/exchange`, which is the same with other words.
//!
//! An access token of a client's identity provider is exchanged for tokens of the member it belongs to. Who the person is
//! comes from the provider's userinfo endpoint alone ([`user_info`]). One transaction decides whether the provider is asked
//! at all, and counts the attempt; the call is made; a second transaction finds the member and issues.
//!
//! A confidential client must prove who it is, as at every grant; a secret that is sent is checked always.
//!
//! # Not supported
//! Other subject tokens than access tokens, `actor_token` (delegation), and targets other than this server.

use std::sync::Arc;

use anteroom_oauth::form::Form;
use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::secret::{Secret, SubjectToken};
use anteroom_oauth::token_response::TokenResponse;
use anteroom_oauth::token_type;

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::client::IdentityProvider;
use crate::model::login::AuthMethod;
use crate::model::{Client, Project};
use crate::refusal::Refusal;
use crate::runs::Ailment;
use crate::service::refresh_tokens;
use crate::service::tokens::{self, NewFamily, NewLogin, PreparedTokens};
use crate::service::user_info::{self, Fetched, Search, Seen};
use crate::stop::{Fault, Outcome, Refused, refuse};
use crate::trace::Trace;

/// The scope of an exchange that names none, as Medplum's.
const DEFAULT_SCOPE: &str = "openid offline_access";
/// Failed exchanges of one client from one address before 429.
pub const FAILED_EXCHANGES: u32 = 60;
/// Seconds they are counted for.
pub const FAILED_EXCHANGES_WINDOW: u32 = 60;

/// Which of the two doors a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `/oauth2/token`.
    Token,
    /// `/auth/exchange`.
    Exchange,
}

/// What a request says.
pub struct Request {
    /// Where it came in.
    pub door: Door,
    /// The client, and its secret if it sent one.
    pub presented: Presented,
    /// `subject_token`, or `externalAccessToken`.
    pub subject_token: Option<Secret<SubjectToken>>,
    /// `subject_token_type`.
    pub subject_token_type: Option<String>,
    /// `requested_token_type`.
    pub requested_token_type: Option<String>,
    /// Whether there is an `actor_token` or an `actor_token_type`.
    pub actor: bool,
    /// `audience` and `resource`.
    pub targets: Vec<String>,
    /// `membership_id`.
    pub membership_id: Option<String>,
    /// `projectId`.
    pub project_id: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
}

impl Request {
    /// Takes the parameters out of the form.
    pub fn read(presented: Presented, form: &mut Form) -> Self {
        let text = |name: &str| form.get(name).map(str::to_owned);
        Self {
            door: Door::Token,
            presented,
            subject_token_type: text("subject_token_type"),
            requested_token_type: text("requested_token_type"),
            actor: form.get("actor_token").is_some() || form.get("actor_token_type").is_some(),
            targets: ["audience", "resource"].into_iter().filter_map(text).collect(),
            membership_id: text("membership_id"),
            project_id: None,
            scope: text("scope"),
            nonce: text("nonce"),
            subject_token: form.take_secret("subject_token"),
        }
    }
}

/// What the first transaction found: whom to ask.
struct Plan {
    client: Id<Client>,
    project: Arc<Project>,
    provider: IdentityProvider,
    attempts: String,
    trace: Trace,
}

/// Exchanges the token.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; parameters that are missing or not supported; a client without an
/// identity provider; too many failed exchanges; everything [`user_info`] refuses; a blocked address; no scope left.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Request) -> Outcome<TokenResponse> {
    let request = Arc::new(request);
    let (inner, asked) = (Arc::clone(engine), Arc::clone(&request));
    let plan = engine.transact(origin.clone(), move |cx| begin(cx, &inner, &asked)).await?;
    let Some(token) = &request.subject_token else {
        return Err(Fault::Inconsistent("an exchange without a subject token was begun").into());
    };
    let hosts = &plan.project.settings.allowed_outbound_hosts;
    // in a test run the provider may ail
    let ailing = engine.runs().ailments(origin.run.as_ref()).into_iter().find_map(Ailment::answer);
    let fetched = match ailing {
        Some(answer) => user_info::complete(engine, &plan.provider, hosts, answer).await,
        None => user_info::fetch(engine, &plan.provider, hosts, token.expose()).await,
    };
    let asked = Arc::clone(&request);
    let door = request.door;
    engine
        .transact(origin, move |cx| issue(cx, plan, &asked, &fetched))
        .finish(|prepared| {
            let mut response = prepared.sign(engine)?;
            if door == Door::Token {
                // [RFC8693 §2.2.1]
                response.issued_token_type = Some(token_type::ACCESS_TOKEN);
            }
            Ok(response)
        })
        .await
}

/// Everything that can be said before the provider is asked.
fn begin(cx: &mut Cx<'_>, engine: &Engine, request: &Request) -> Outcome<Plan> {
    let (token, presented) = read(cx, request)?;
    let authenticated = client_auth::authenticate(cx, presented, Refusal::UnknownClientOfExchange)?;
    let client = authenticated.client;
    if let Some(named) = request.project_id.as_deref() {
        let own = client.project.to_string();
        if !cx.trace.check("projectId", named.eq_ignore_ascii_case(&own), own, || named.to_owned().into()) {
            return refuse(Refusal::ProjectsDiffer, "");
        }
    }
    check::grant_allowed(&mut cx.trace, &client, GrantType::TokenExchange)?;
    check::confidential_proved(&mut cx.trace, &client, authenticated.proved)?;
    let Some(provider) = client.settings.identity_provider.clone() else {
        cx.trace.check("client.identity_provider", false, "a provider", || "none".into());
        return refuse(Refusal::NoIdentityProvider, "");
    };
    user_info::check_url(&mut cx.trace, &provider)?;
    user_info::check_token(engine, &mut cx.trace, token.expose())?;
    let project = cx.tx.project(client.project)?.ok_or(Fault::Inconsistent("client without project"))?;
    let address = cx.origin.remote_address.as_deref().unwrap_or("local");
    let attempts = format!("exchange/{}/{address}", client.id);
    let counted = cx.tx.count_attempt(&attempts, cx.now, cx.now - FAILED_EXCHANGES_WINDOW)?;
    let few = counted.count <= FAILED_EXCHANGES;
    if !cx.trace.check("exchange.attempts", few, format!("at most {FAILED_EXCHANGES} a minute"), || {
        counted.count.to_string().into()
    }) {
        let (refusal, window) = (Refusal::TooManyExchanges, FAILED_EXCHANGES_WINDOW);
        return Err(Refused::too_many(refusal, counted, FAILED_EXCHANGES, cx.now, window).into());
    }
    Ok(Plan { client: client.id, project, provider, attempts, trace: cx.trace.clone() })
}

/// [RFC8693 §2.1] the parameters that must be there, in Medplum's order.
fn read<'a>(cx: &mut Cx<'_>, request: &'a Request) -> Outcome<(&'a Secret<SubjectToken>, &'a Presented)> {
    let missing = |cx: &mut Cx<'_>, check: &'static str, refusal: Refusal| {
        cx.trace.check(check, false, "present", || "absent".into());
        refuse(refusal, "")
    };
    let (no_token, no_client) = match request.door {
        Door::Token => (Refusal::MissingSubjectToken, Refusal::MissingClientIdOfExchange),
        Door::Exchange => (Refusal::MissingExternalAccessToken, Refusal::MissingExchangeClientId),
    };
    if request.presented.client_id.is_none()
        && (request.door == Door::Token || request.subject_token.is_some())
    {
        return missing(cx, "client_id", no_client);
    }
    let Some(token) = &request.subject_token else {
        return missing(cx, "subject_token", no_token);
    };
    if request.door == Door::Token {
        check_types(cx, request)?;
    }
    // [RFC8693 §2.2.2]
    let ours = cx.origin.issuer.as_str();
    let foreign =
        request.targets.iter().find(|target| target.trim_end_matches('/') != ours.trim_end_matches('/'));
    if !cx
        .trace
        .check("target", foreign.is_none(), ours.to_owned(), || foreign.cloned().unwrap_or_default().into())
    {
        return refuse(Refusal::UnknownTarget, "");
    }
    Ok((token, &request.presented))
}

fn check_types(cx: &mut Cx<'_>, request: &Request) -> Outcome<()> {
    let shown = |sent: Option<&str>| sent.unwrap_or("none").to_owned();
    let sent = request.subject_token_type.as_deref();
    if !cx.trace.check(
        "subject_token_type",
        sent == Some(token_type::ACCESS_TOKEN),
        token_type::ACCESS_TOKEN,
        || shown(sent).into(),
    ) {
        return refuse(Refusal::InvalidSubjectTokenType, "");
    }
    let sent = request.requested_token_type.as_deref();
    if !cx.trace.check(
        "requested_token_type",
        sent.is_none_or(|sent| sent == token_type::ACCESS_TOKEN),
        token_type::ACCESS_TOKEN,
        || shown(sent).into(),
    ) {
        return refuse(Refusal::InvalidRequestedTokenType, "");
    }
    if cx.trace.check("actor_token", !request.actor, "none", || "present".into()) {
        Ok(())
    } else {
        refuse(Refusal::UnsupportedActorToken, "")
    }
}

/// Finds the member the provider named, and issues.
fn issue(cx: &mut Cx<'_>, plan: Plan, request: &Request, fetched: &Fetched) -> Outcome<PreparedTokens> {
    cx.trace = plan.trace;
    cx.about.project = Some(plan.project.id);
    cx.about.client = Some(plan.client);
    // The client as it is now: what was switched off while the provider was asked is off.
    let Some(client) = cx.tx.client(plan.client)? else {
        cx.trace.check("client.exists", false, "a registered client_id", || "deleted meanwhile".into());
        return refuse(Refusal::UnknownClientOfExchange, "");
    };
    check::client_active(&mut cx.trace, &client)?;
    let same = client.settings.identity_provider.as_ref() == Some(&plan.provider);
    if !cx
        .trace
        .check("client.identity_provider", same, "the provider that was asked", || "changed meanwhile".into())
    {
        return refuse(Refusal::NoIdentityProvider, "changed meanwhile");
    }
    let search = Search {
        project: plan.project.id,
        provider: &plan.provider,
        membership_id: request.membership_id.as_deref(),
        token: request.subject_token.as_ref().map(Secret::expose),
        now: cx.now,
    };
    let member = user_info::find(&*cx.tx, &mut cx.trace, search, fetched, &mut Seen::default())?;
    cx.about.subject = Some(member.id);
    check::address_allowed(cx, &member, Refusal::ExchangeAddressBlocked)?;
    let default = client.settings.default_scope.is_empty().then_some(DEFAULT_SCOPE);
    let scope = tokens::granted_scope(cx, &client, request.scope.as_deref().or(default))?;
    cx.tx.forgive_attempt(&plan.attempts)?;
    cx.about.actor = Some(member.id);
    let refresh = refresh_tokens::wanted(&client, &scope, false, false)
        .then(|| NewFamily { session: None, offline: refresh_tokens::offline(&scope) });
    let (id, now) = (cx.time_ordered_id()?, cx.now);
    tokens::prepare(
        cx,
        NewLogin {
            id,
            project: &plan.project,
            client: &client,
            membership: &member,
            auth_method: AuthMethod::Exchange,
            auth_time: now,
            scope,
            nonce: request.nonce.clone(),
            pre_authorized_code: None,
            refresh,
            api: None,
            launch: None,
        },
    )
}
