//! Sign-in through an identity provider: `GET /auth/external`, where a provider sends the browser back to, and
//! `POST /auth/method`, which says at which provider an e-mail address signs in.
//!
//! Two ways lead here, and `state` says which. The hosted sign-in page offers the provider of its client: then `state`,
//! `nonce` and the PKCE verifier come from the cookie of the browser and the interaction, so that nobody else can make or
//! use them. Or an app began by itself, as Medplum's does, with a JSON object as `state`: then the code that it gets is tied
//! to the challenge in there.
//!
//! Either way the code is redeemed at the provider's token endpoint, the ID token is checked [OIDC-CORE §3.1.3.7], and who
//! the person is comes from the userinfo endpoint ([`user_info`]), whose `sub` must be the ID token's. One transaction
//! decides whether the provider is asked at all, and counts the attempt; the calls are made; a second one signs in.
//!
//! # Differs from Medplum
//! `returnTo` is compared whole, not by its beginning. Where it may not go and there is no `redirectUri`, the request is
//! refused: there is no sign-in app to go to. A provider of an e-mail domain signs in people of its own project only.
//! `iss`, `aud`, `exp` and, with the provider's `jwksUrl`, the signature of the ID token are checked.

mod id_token;
mod provider;
mod state;

use std::sync::Arc;

use zeroize::Zeroizing;

use self::id_token::Expected;
pub use self::provider::{Offer, offer};
use self::state::{AppState, Came};
use crate::check;
use crate::cx::{Cx, Origin};
use crate::endpoint::{interaction, login};
use crate::engine::Engine;
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::client::IdentityProvider;
use crate::model::interaction::{AuthorizationRequest, INTERACTION_LIFETIME, Who};
use crate::model::login::AuthMethod;
use crate::model::membership::Principal;
use crate::model::{Client, Interaction, Membership, Project};
use crate::refusal::Refusal;
use crate::service::interactions::{self, Answer, Browser};
use crate::service::user_info::{self, Subject};
use crate::service::{clients, projects};
use crate::stop::{Fault, Outcome, Refused, Stop, refuse};
use crate::store::Tx;
use crate::trace::Trace;

/// Failed sign-ins through the provider of one client from one address before 429.
pub const FAILED_SIGN_INS: u32 = 30;
/// Seconds they are counted for.
pub const FAILED_SIGN_INS_WINDOW: u32 = 60;

/// What came back with the browser.
pub struct Request {
    /// `code`.
    pub code: Option<Zeroizing<String>>,
    /// `state`.
    pub state: Option<String>,
    /// Whether there is an `error`.
    pub error: bool,
}

impl Request {
    /// The interaction of a hosted page, where `state` names one.
    pub fn interaction(&self) -> Option<Id<Interaction>> {
        match state::read(self.state.as_deref()?)? {
            Came::Page { interaction, .. } => Some(interaction),
            Came::App(_) => None,
        }
    }
}

/// What the first transaction found: whom to ask, and where it leads.
struct Plan {
    way: Way,
    client: Id<Client>,
    /// The client that the provider belongs to.
    provider_of: Id<Client>,
    provider: IdentityProvider,
    project: Arc<Project>,
    secret: Option<Zeroizing<Vec<u8>>>,
    attempts: String,
    trace: Trace,
}

/// Where a sign-in goes on.
enum Way {
    /// On the hosted page of this interaction.
    Page(Id<Interaction>),
    /// At the app.
    App(Box<App>),
}

/// What an app asked for, checked.
struct App {
    request: AuthorizationRequest,
    domain: Option<String>,
    to: To,
}

/// Where the browser goes.
enum To {
    /// To a registered redirect URI, with a code.
    RedirectUri(String),
    /// To an address that the e-mail domain allows, with the id of the login.
    ReturnTo(String),
}

/// Signs in whom the provider names.
///
/// # Refusals
/// A code or a state that is missing, or a state that nobody here made; another browser's interaction; a provider that said
/// no; no provider; too many failed sign-ins; a code that the provider refuses; an ID token that does not hold; everything
/// [`user_info`] refuses; another e-mail domain; another project; a redirect URI that is not registered; a blocked address.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Request,
    browser: Arc<Browser>,
) -> Outcome<Answer> {
    let redirect_uri = origin.issuer.endpoint("auth/external");
    let code = request.code.clone();
    let (inner, same) = (Arc::clone(engine), Arc::clone(&browser));
    let plan = engine.transact(origin.clone(), move |cx| begin(cx, &inner, &request, &same)).await?;
    let code = code.ok_or(Fault::Inconsistent("a sign-in without a code was begun"))?;
    let verifier = match &plan.way {
        Way::Page(id) => browser.provider_verifier(*id),
        Way::App(app) if plan.provider.use_pkce() => app.request.code_challenge.clone(),
        Way::App(_) => None,
    };
    let asked = provider::Asked {
        provider: &plan.provider,
        allowed_hosts: &plan.project.settings.allowed_outbound_hosts,
        secret: plan.secret.as_deref().map(Vec::as_slice),
        redirect_uri: &redirect_uri,
        code: &code,
        verifier: verifier.as_deref(),
    };
    let fetched = provider::fetch(engine, &asked).await;
    let inner = Arc::clone(engine);
    engine.transact(origin, move |cx| sign_in(cx, &inner, plan, &browser, &fetched)).await
}

/// Everything that can be said before the provider is asked.
fn begin(cx: &mut Cx<'_>, engine: &Engine, request: &Request, browser: &Browser) -> Outcome<Plan> {
    let came = read(cx, request)?;
    let (way, client, provider_of) = match came {
        Came::Page { interaction, proof } => page(cx, browser, interaction, &proof)?,
        Came::App(state) => app(cx, &state)?,
    };
    let provider = provider_of.settings.identity_provider.clone();
    let provider = provider.ok_or(Fault::Inconsistent("a provider went away"))?;
    user_info::check_url(&mut cx.trace, &provider)?;
    let project = cx.tx.project(client.project)?.ok_or(Fault::Inconsistent("client without project"))?;
    let address = cx.origin.remote_address.as_deref().unwrap_or("local");
    let attempts = format!("external/{}/{address}", client.id);
    let counted = cx.tx.count_attempt(&attempts, cx.now, cx.now - FAILED_SIGN_INS_WINDOW)?;
    let few = counted.count <= FAILED_SIGN_INS;
    if !cx.trace.check("external.attempts", few, format!("at most {FAILED_SIGN_INS} a minute"), || {
        counted.count.to_string().into()
    }) {
        let (refusal, window) = (Refusal::TooManyExternalSignIns, FAILED_SIGN_INS_WINDOW);
        return Err(Refused::too_many(refusal, counted, FAILED_SIGN_INS, cx.now, window).into());
    }
    Ok(Plan {
        way,
        client: client.id,
        provider_of: provider_of.id,
        provider,
        project,
        secret: clients::open_provider_secret(engine, &provider_of)?,
        attempts,
        trace: cx.trace.clone(),
    })
}

/// The client has a provider at which people can sign in.
fn usable(cx: &mut Cx<'_>, client: &Client) -> Outcome<()> {
    let provider = client.settings.identity_provider.as_ref();
    let usable = provider.is_some_and(IdentityProvider::signs_people_in);
    if cx.trace.check("client.identity_provider", usable, "a provider with a token URL", || {
        "none, or one for the exchange of tokens alone".into()
    }) {
        Ok(())
    } else {
        refuse(Refusal::ExternalProviderMissing, "")
    }
}

/// The parameters, in Medplum's order.
fn read(cx: &mut Cx<'_>, request: &Request) -> Outcome<Came> {
    let came = request.state.as_deref().map(state::read);
    // [RFC6749 §4.1.2.1] a page of ours knows what to say about it.
    if let (true, Some(Some(Came::Page { .. }))) = (request.error, &came) {
        cx.trace.check("error", false, "none", || "the provider refused, or the person did".into());
        return refuse(Refusal::ExternalDenied, "");
    }
    if !cx.trace.check("code", request.code.is_some(), "present", || "absent".into()) {
        return refuse(Refusal::ExternalCodeMissing, "");
    }
    if !cx.trace.check("state", came.is_some(), "present", || "absent".into()) {
        return refuse(Refusal::ExternalStateMissing, "");
    }
    if let Some(came) = came.flatten() {
        return Ok(came);
    }
    cx.trace.check("state", false, "of a page of ours, or a JSON object", || "neither".into());
    refuse(Refusal::ExternalStateInvalid, "")
}

/// A sign-in that the hosted page began.
fn page(
    cx: &mut Cx<'_>,
    browser: &Browser,
    id: Id<Interaction>,
    proof: &str,
) -> Outcome<(Way, Arc<Client>, Arc<Client>)> {
    let interaction = waiting(cx, browser, id)?;
    if !browser.made_provider_state(id, proof) {
        return refuse(Refusal::InteractionNotYours, "the state was not made here");
    }
    let client = interaction::client_of(cx.tx, &interaction)?;
    interaction::about(cx, &client, &interaction);
    usable(cx, &client)?;
    Ok((Way::Page(id), Arc::clone(&client), client))
}

/// The interaction, while nobody has signed in to it.
fn waiting(cx: &Cx<'_>, browser: &Browser, id: Id<Interaction>) -> Outcome<Interaction> {
    let interaction = interactions::waiting(cx.tx, id, browser, cx.now)?;
    if interaction.who.is_some() {
        return refuse(Refusal::InteractionNotYours, "somebody has signed in already");
    }
    Ok(interaction)
}

/// A sign-in that an app began by itself.
fn app(cx: &mut Cx<'_>, state: &AppState) -> Outcome<(Way, Arc<Client>, Arc<Client>)> {
    let named = match state.client_id.as_deref() {
        Some(id) => Some(known_client(cx, id)?),
        None => None,
    };
    let of_domain = match state.domain.as_deref() {
        Some(domain) => projects::domain_configuration(cx.tx, domain)?,
        None => None,
    };
    // A domain that is named must be one of somebody's.
    if !cx.trace.check("domain", state.domain.is_none() || of_domain.is_some(), "a known domain", || {
        "an unknown one".into()
    }) {
        return refuse(Refusal::ExternalProviderMissing, "");
    }
    let of_provider = match &of_domain {
        Some((project, domain)) => cx.tx.client(domain.client)?.filter(|own| own.project == project.id),
        None => None,
    };
    let Some(client) = named.clone().or_else(|| of_provider.clone()) else {
        cx.trace.check("client", false, "a client, or a domain with one", || "neither".into());
        return refuse(Refusal::ExternalProviderMissing, "");
    };
    cx.about.project = Some(client.project);
    cx.about.client = Some(client.id);
    check::client_active(&mut cx.trace, &client)?;
    let provider_of = of_provider.unwrap_or_else(|| Arc::clone(&client));
    usable(cx, &provider_of)?;
    // What another project's provider says about a person counts in that project only.
    let same = provider_of.project == client.project
        && state.project_id.as_deref().is_none_or(|id| id.eq_ignore_ascii_case(&client.project.to_string()));
    if !cx.trace.check("projectId", same, client.project.to_string(), || "another".into()) {
        return refuse(Refusal::ProjectsDiffer, "");
    }
    let allowed = of_domain.map(|(_, domain)| domain.allowed_post_login_redirect_urls).unwrap_or_default();
    let to = state.destination(cx, &client, &allowed)?;
    let request = state.request(cx, &client)?;
    let way = Way::App(Box::new(App { request, domain: state.domain.clone(), to }));
    Ok((way, client, provider_of))
}

fn known_client(cx: &mut Cx<'_>, id: &str) -> Outcome<Arc<Client>> {
    let found = match Client::parse_client_id(id) {
        Some(id) => cx.tx.client(id)?,
        None => None,
    };
    cx.trace.check("client.exists", found.is_some(), "a registered client", || "no such client".into());
    match found {
        Some(client) => Ok(client),
        None => refuse(Refusal::ClientNotFound, ""),
    }
}

/// Finds the member the provider named, and signs in.
fn sign_in(
    cx: &mut Cx<'_>,
    engine: &Engine,
    plan: Plan,
    browser: &Browser,
    fetched: &provider::Fetched,
) -> Outcome<Answer> {
    cx.trace = plan.trace.clone();
    cx.about.project = Some(plan.project.id);
    cx.about.client = Some(plan.client);
    let Some(client) = cx.tx.client(plan.client)? else {
        return refuse(Refusal::ClientNotFound, "deleted meanwhile");
    };
    check::client_active(&mut cx.trace, &client)?;
    let provider_of = cx.tx.client(plan.provider_of)?;
    let now = provider_of.as_ref().and_then(|own| own.settings.identity_provider.as_ref());
    let same = now == Some(&plan.provider);
    if !cx
        .trace
        .check("client.identity_provider", same, "the provider that was asked", || "changed meanwhile".into())
    {
        return refuse(Refusal::ExternalProviderMissing, "changed meanwhile");
    }
    let (member, subject) = member(cx, &plan, browser, fetched)?;
    let Principal::User(user) = member.principal else {
        return refuse(Refusal::NoMemberFound, "the external id of a client");
    };
    cx.about.subject = Some(member.id);
    check::address_allowed(cx, &member, Refusal::SignInAddressBlocked)?;
    cx.tx.forgive_attempt(&plan.attempts)?;
    let who = Who {
        user,
        session: None,
        auth_method: AuthMethod::External,
        auth_time: cx.now,
        second_factor: false,
    };
    match plan.way {
        Way::Page(id) => {
            let mut interaction = waiting(cx, browser, id)?;
            interaction::about(cx, &client, &interaction);
            interaction.who = Some(who);
            // A subject is one membership; an e-mail address is an account, whose owner may choose.
            interaction.membership = matches!(subject, Subject::Sub(_)).then_some(member.id);
            interaction.seen = true;
            interaction::in_session(cx, &client, browser, &mut interaction)
        }
        Way::App(app) => hand_over(cx, engine, &client, *app, who, &member),
    }
}

/// Who the person is: the ID token holds, and the userinfo endpoint speaks about the same one.
fn member(
    cx: &mut Cx<'_>,
    plan: &Plan,
    browser: &Browser,
    fetched: &provider::Fetched,
) -> Outcome<(Arc<Membership>, Subject)> {
    let expected = Expected {
        provider: &plan.provider,
        nonce: match &plan.way {
            Way::Page(id) => browser.provider_nonce(*id),
            Way::App(_) => None,
        },
    };
    let sub = id_token::check(&mut cx.trace, &expected, fetched, cx.now)?;
    let user_info = fetched.user_info.as_ref().ok_or(Fault::Inconsistent("userinfo was not asked"))?;
    let claims = user_info::read(&mut cx.trace, &plan.provider, user_info, cx.now)?;
    // [OIDC-CORE §5.3.2]
    let same = claims.text("sub").is_some_and(|own| own == sub);
    if !cx.trace.check("user_info.sub", same, "the sub of the ID token", || "another one, or none".into()) {
        return refuse(Refusal::ExternalSubjectDiffers, "");
    }
    let subject = match user_info::subject(&mut cx.trace, &plan.provider, &claims) {
        Err(Stop::Refused(refused)) if refused.refusal == Refusal::MissingSubjectClaim => {
            let by_sub = plan.provider.use_subject;
            return refuse(
                if by_sub { Refusal::ExternalSubjectMissing } else { Refusal::ExternalEmailMissing },
                "",
            );
        }
        other => other?,
    };
    if let (Way::App(app), Subject::Email(email)) = (&plan.way, &subject)
        && let Some(domain) = &app.domain
    {
        let fits = email.rsplit_once('@').is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain));
        if !cx.trace.check("user_info.email", fits, format!("an address at {domain}"), || "elsewhere".into())
        {
            return refuse(Refusal::ExternalDomainDiffers, "");
        }
    }
    let member = user_info::member(cx.tx, &mut cx.trace, plan.project.id, &plan.provider, &subject, None)?;
    Ok((member, subject))
}

/// A login for the app, as `/auth/login` makes one.
fn hand_over(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    app: App,
    who: Who,
    member: &Membership,
) -> Outcome<Answer> {
    let mut interaction = Interaction {
        id: cx.time_ordered_id()?,
        project: client.project,
        client: client.id,
        browser: None,
        request: app.request,
        who: Some(who),
        membership: Some(member.id),
        seen: true,
        created_at: cx.now,
        expires_at: cx.now + INTERACTION_LIFETIME,
        finished_at: None,
    };
    cx.about.row = Some(interaction.id.uuid());
    cx.tx.insert_interaction(&interaction)?;
    let id = interaction.id.to_string();
    match app.to {
        To::RedirectUri(uri) => {
            let login::Next::Code(code) = login::answer(cx, engine, client, &mut interaction)?.next else {
                return Err(Fault::Inconsistent("a login with a member has no code").into());
            };
            Ok(Answer::leave(interactions::address(&uri, &[("login", &id), ("code", code.expose())])))
        }
        To::ReturnTo(uri) => {
            let request = &interaction.request;
            let mut parameters = vec![("login", id.as_str()), ("scope", request.scope.as_str())];
            parameters.extend(request.nonce.as_deref().map(|nonce| ("nonce", nonce)));
            parameters.extend(request.code_challenge.as_deref().map(|own| ("codeChallenge", own)));
            Ok(Answer::leave(interactions::address(&uri, &parameters)))
        }
    }
}

/// At which provider an e-mail address signs in.
#[derive(Debug, PartialEq, Eq)]
pub struct Method {
    /// The domain of the address.
    pub domain: String,
    /// Where to send the browser, without `state`.
    pub authorize_url: String,
}

/// `POST /auth/method`: the provider of the address's domain, if a project has one for it.
pub fn method(engine: &Engine, issuer: &Issuer, email: &str) -> Outcome<Option<Method>> {
    let Some((_, domain)) = email.rsplit_once('@') else { return Ok(None) };
    let domain = domain.to_ascii_lowercase();
    engine.read(|tx, _| {
        let provider = provider_of_domain(tx, &domain)?;
        let authorize_url = provider.as_ref().and_then(|provider| provider::authorize_url(provider, issuer));
        Ok(authorize_url.map(|authorize_url| Method { domain: domain.clone(), authorize_url }))
    })
}

fn provider_of_domain(tx: &dyn Tx, domain: &str) -> Outcome<Option<IdentityProvider>> {
    let Some((project, domain)) = projects::domain_configuration(tx, domain)? else { return Ok(None) };
    let client = tx.client(domain.client)?.filter(|own| own.project == project.id && check::is_active(own));
    let provider = client.and_then(|own| own.settings.identity_provider.clone());
    Ok(provider.filter(IdentityProvider::signs_people_in))
}
