//! What can be run, and beginning it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use anteroom_engine::Engine;
use anteroom_engine::grant::pre_authorized_code;
use anteroom_engine::id::Id;
use anteroom_engine::model;
use anteroom_engine::runs::{Persona, RunId};
use anteroom_engine::store::{ClientFilter, Window};
use anteroom_flows::exchange::Recorder;
use anteroom_flows::flow::{self, AuthMethod, Flow, Grant, Secret, Then};
use anteroom_flows::returning::Returned;
use anteroom_flows::run::{self as flows, Told, Via, Waiting};
use anteroom_flows::switch::Switch;
use anteroom_flows::trouble::Trouble;
use anteroom_oauth::redirect_uri::is_loopback;
use anteroom_oauth::{GrantType, token_type};
use anteroom_sentence::{Sentence, sentence};
use tokio::sync::{mpsc, watch};

use super::{
    Options, PlaygroundChoices, PlaygroundClient, Ref, ReturnBy, Run, RunShown, SwitchRow, cold, hand, look,
    vault,
};
use crate::admin::Admin;
use crate::commands::magic_links::{self, HandOver};
use crate::error::{Code, CommandError};
use crate::playground;

/// The deep link that answers come back by.
const DEEP_LINK: &str = "anteroom://oauth/callback";
/// Medplum's own exchange, which is no grant of the token endpoint.
const AUTH_EXCHANGE: &str = "auth_exchange";
/// Client applications to choose from, at most.
const MOST_CLIENTS: u32 = 500;
/// Answers of one browser that wait to be read.
const RETURNS: usize = 4;

pub(crate) async fn options(admin: &Admin, _: Options) -> Result<PlaygroundChoices, CommandError> {
    let sample = admin.sample().await.as_ref().map(|provider| provider.issuer());
    let (clients, (apis, connections)) = admin
        .read_project(move |tx, project, _| {
            let filter = ClientFilter { status: Some("active"), ..ClientFilter::default() };
            let window = Window { offset: 0, limit: MOST_CLIENTS };
            let clients = tx.list_clients(project, &filter, window)?.rows;
            Ok((clients, vault::choices(tx, project, sample.as_deref())?))
        })
        .await?;
    Ok(PlaygroundChoices {
        issuer: admin.engine().issuer().as_str().to_owned(),
        clients: clients.iter().map(|row| client(&row.client)).collect(),
        apis,
        connections,
        switches: Switch::ALL.iter().map(|switch| switch_row(*switch)).collect(),
        can_open_browser: admin.host().can_open_browser(),
        receives_deep_links: admin.host().receives_deep_links(),
    })
}

fn client(client: &model::Client) -> PlaygroundClient {
    let returns = |uri: &&String| uri.as_str() == DEEP_LINK || is_loopback(uri);
    PlaygroundClient {
        id: client.id.to_string(),
        name: client.name.clone(),
        client_type: client.client_type.into(),
        has_secret: client.secret.is_some(),
        grants: GrantType::ALL
            .into_iter()
            .filter(|grant| client.allows(begins_with(*grant)))
            .map(|grant| grant.as_str().to_owned())
            .collect(),
        redirect_uris: client.settings.redirect_uris.iter().filter(returns).cloned().collect(),
        default_scope: client.settings.default_scope.clone(),
    }
}

/// The grant that a client needs for a run of another: the Token Vault begins with a sign-in.
fn begins_with(grant: GrantType) -> GrantType {
    match grant {
        GrantType::FederatedConnectionAccessToken => GrantType::AuthorizationCode,
        grant => grant,
    }
}

fn switch_row(switch: Switch) -> SwitchRow {
    let row = switch.row();
    let fitting = |secret| {
        let grants = GrantType::ALL.into_iter().filter(move |grant| switch.fits(*grant, secret));
        grants.map(|grant| grant.as_str().to_owned()).collect::<Vec<_>>()
    };
    let needs_secret = fitting(false) != fitting(true);
    let mut grants = fitting(true);
    grants.extend(switch.fits_auth_exchange().then(|| AUTH_EXCHANGE.to_owned()));
    SwitchRow {
        name: switch,
        step: row.step.to_owned(),
        answer: row.answer.to_owned(),
        by_client: row.refusals.is_empty(),
        grants,
        needs_secret,
        needs_issuer: switch.needs_issuer(),
        needs_sample_provider: switch.needs_sample_provider(),
    }
}

pub(crate) async fn run(admin: &Admin, request: Run) -> Result<RunShown, CommandError> {
    let issuer = admin.engine().issuer().as_str().to_owned();
    let own = request.issuer.trim().is_empty() || request.issuer.trim() == issuer;
    let base = if own { issuer } else { request.issuer.trim().to_owned() };
    let (return_by, redirect_uri) = way_back(admin, &request, own).await?;
    let persona = match return_by {
        ReturnBy::Persona if !own => {
            let message = sentence!("Only this engine can sign somebody in without a page.");
            return Err(CommandError::new(Code::Invalid, Some("returnBy"), message));
        }
        ReturnBy::Persona => Some(hand::persona(admin, &request.client_id, &request.membership_id).await?),
        _ => None,
    };
    let grant = grant(admin, &request, own, redirect_uri).await?;
    let secret = (!request.client_secret.is_empty()).then(|| Secret::Text(request.client_secret.clone()));
    let flow = Flow {
        schema: None,
        name: request.grant.clone(),
        issuer: Some(base.clone()),
        client: flow::Client {
            client_id: request.client_id.clone(),
            token_endpoint_auth_method: if secret.is_some() {
                AuthMethod::ClientSecretBasic
            } else {
                AuthMethod::None
            },
            client_secret: secret,
        },
        grant,
        scope: request.scope.clone(),
        then: then(&request.afterwards)?,
        failures: request.failures.clone(),
        expect: Vec::new(),
    };
    let request = request.without_secrets();
    let prepared = Prepared { flow, request, own, base, return_by, persona, resume: None };
    let run = begin(admin, prepared)?;
    look::shown(admin, &run).await
}

fn then(words: &[String]) -> Result<Vec<Then>, CommandError> {
    let read = |word: &String| serde_json::from_value(serde_json::Value::String(word.clone()));
    words.iter().map(read).collect::<Result<_, _>>().map_err(|error| {
        CommandError::new(
            Code::Invalid,
            Some("afterwards"),
            sentence!("This cannot be done with tokens: {error}.", error = error.to_string()),
        )
    })
}

/// How the answer comes back, and where: what was chosen, or what the client registered.
async fn way_back(admin: &Admin, request: &Run, own: bool) -> Result<(ReturnBy, String), CommandError> {
    let vault = request.grant == GrantType::FederatedConnectionAccessToken.as_str();
    if request.grant != GrantType::AuthorizationCode.as_str() && !vault {
        return Ok((ReturnBy::Pages, String::new()));
    }
    if vault && request.return_by == ReturnBy::DeepLink {
        let message = sentence!(
            "The browser comes back three times, which a deep link cannot: choose a free port of this machine."
        );
        return Err(CommandError::new(Code::Invalid, Some("returnBy"), message));
    }
    let mut registered = Vec::new();
    if own {
        let id = request.client_id.clone();
        let found = admin.read_project(move |tx, project, _| {
            let found = Id::parse(&id).map(|id| tx.client(id)).transpose()?.flatten();
            Ok(found.filter(|client| client.project == project))
        });
        let found = found.await?.ok_or_else(|| {
            CommandError::new(
                Code::Invalid,
                Some("clientId"),
                sentence!("There is no client application with this id."),
            )
        })?;
        registered = client(&found).redirect_uris;
    }
    let deep_link =
        registered.iter().any(|uri| uri == DEEP_LINK) || (!own && request.redirect_uri == DEEP_LINK);
    let loopback = registered.iter().find(|uri| is_loopback(uri)).cloned();
    let chosen = match request.return_by {
        ReturnBy::Auto if deep_link && !vault && admin.host().receives_deep_links() => ReturnBy::DeepLink,
        ReturnBy::Auto => ReturnBy::Loopback,
        other => other,
    };
    let mut uri = request.redirect_uri.trim().to_owned();
    if uri.is_empty() {
        uri = match (chosen, loopback) {
            (ReturnBy::DeepLink, _) => DEEP_LINK.to_owned(),
            (ReturnBy::Pages | ReturnBy::Persona, loopback) => {
                loopback.or_else(|| registered.first().cloned()).unwrap_or_default()
            }
            (_, Some(loopback)) => loopback,
            _ => String::new(),
        };
    }
    let usable =
        !own || registered.contains(&uri) || request.failures.contains(&Switch::UnregisteredRedirectUri);
    if uri.is_empty() && !own {
        uri.push_str("http://127.0.0.1/callback");
    }
    if uri.is_empty() || !usable {
        let wanted = if chosen == ReturnBy::DeepLink { DEEP_LINK } else { "http://127.0.0.1/callback" };
        let message =
            sentence!("This client has not registered {wanted}, so the answer could not come back.", wanted);
        return Err(CommandError::new(Code::Conflict, Some("redirectUri"), message));
    }
    Ok((chosen, uri))
}

async fn grant(admin: &Admin, request: &Run, own: bool, redirect_uri: String) -> Result<Grant, CommandError> {
    let token = Secret::Text(request.token.clone());
    if request.grant == AUTH_EXCHANGE {
        return Ok(Grant::AuthExchange { external_access_token: token, membership_id: None });
    }
    let unknown = || {
        CommandError::new(
            Code::Invalid,
            Some("grant"),
            sentence!("There is no run of {grant:?}.", grant = &request.grant),
        )
    };
    let grant_type: GrantType = request.grant.parse().map_err(|_| unknown())?;
    Ok(match grant_type {
        GrantType::AuthorizationCode => {
            let person = (request.return_by == ReturnBy::Pages).then(|| flow::Person {
                email: request.email.clone(),
                password: Secret::Text(request.password.clone()),
            });
            Grant::AuthorizationCode(flow::AuthorizationCode {
                redirect_uri: Some(redirect_uri),
                person,
                parameters: BTreeMap::new(),
            })
        }
        GrantType::ClientCredentials => Grant::ClientCredentials {},
        GrantType::RefreshToken => Grant::RefreshToken { refresh_token: token },
        GrantType::TokenExchange => Grant::TokenExchange(flow::TokenExchange {
            subject_token: token,
            subject_token_type: token_type::ACCESS_TOKEN.to_owned(),
            parameters: BTreeMap::new(),
        }),
        GrantType::PreAuthorizedCode => {
            let code = if own && request.token.is_empty() { issue(admin, request).await? } else { token };
            Grant::PreAuthorizedCode(flow::PreAuthorizedCode { code: Some(code), ..Default::default() })
        }
        GrantType::FederatedConnectionAccessToken => vault::grant(admin, request, own, redirect_uri).await?,
    })
}

/// The desk issues a code for the person, by the command that the Magic links screen uses.
async fn issue(admin: &Admin, request: &Run) -> Result<Secret, CommandError> {
    let wanted = magic_links::Issue {
        client_id: request.client_id.clone(),
        membership_id: request.membership_id.clone(),
        hand_over: HandOver::Waiting,
        pin: false,
        language: None,
        phone: magic_links::Phone::default(),
    };
    let card = magic_links::issue(admin, wanted).await?;
    let held = Id::parse(&card.link.id).and_then(|id| admin.shelf().get(id));
    let held = held.ok_or_else(|| {
        CommandError::new(
            Code::NotHeld,
            None,
            sentence!("The code that was issued is no longer in memory; run again."),
        )
    })?;
    Ok(Secret::Text(pre_authorized_code::encode(&held.plain.code).expose().to_owned()))
}

/// A run that can begin, or go on.
pub(super) struct Prepared {
    pub(super) flow: Flow,
    pub(super) request: Run,
    pub(super) own: bool,
    pub(super) base: String,
    pub(super) return_by: ReturnBy,
    pub(super) persona: Option<Persona>,
    /// What another start of the program began, and the answer it waited for.
    pub(super) resume: Option<(Waiting, Returned)>,
}

/// Opens the system's browser for a run.
fn opens_browser(admin: &Admin) -> Told {
    let host = admin.host_handle();
    Arc::new(move |address| {
        if !host.open_in_browser(address) {
            tracing::info!("no browser was opened: the screen shows the address");
        }
    })
}

/// Tells the engine the `state` of the run's authorization request, and keeps it in `slot`.
fn joins(engine: &Arc<Engine>, id: &RunId, persona: Option<Persona>, slot: &Arc<OnceLock<String>>) -> Told {
    let (engine, id, slot) = (Arc::clone(engine), id.clone(), Arc::clone(slot));
    Arc::new(move |state| {
        // a second one is the Token Vault's, which waits for no deep link
        let _ = slot.set(state.to_owned());
        if let Some(persona) = persona {
            // for this authorization request, and no other
            engine.runs().lend(&id, persona);
        }
        engine.runs().join(&id, state);
    })
}

/// Opens the run for the engine and starts it.
///
/// # Errors
/// Unfit, naming `issuer`, when its address is none.
pub(super) fn begin(admin: &Admin, prepared: Prepared) -> Result<Arc<playground::Run>, CommandError> {
    let Prepared { flow, request, own, base, return_by, persona, resume } = prepared;
    let unusable = |message| CommandError::new(Code::Invalid, Some("issuer"), message);
    let engine = Arc::clone(admin.engine());
    let clock = Arc::clone(&engine);
    let now = Arc::new(move || clock.now().seconds());
    let began = now();
    flows::base(&base).map_err(|_| unusable(sentence!("{base} is no base URL.", base = &base)))?;
    let said = |trouble: Trouble| unusable(Sentence::english(trouble.explained().happened));
    let mut options = flows::Options::headless(&base, now).map_err(said)?;
    let id = RunId::parse(&options.run_id).ok_or_else(|| unusable(sentence!("A run has no id.")))?;
    let mut returns = None;
    options.via = match return_by {
        ReturnBy::Pages | ReturnBy::Persona => Via::Person,
        ReturnBy::Loopback | ReturnBy::Auto => Via::Loopback,
        ReturnBy::DeepLink => {
            let (sender, receiver) = mpsc::channel(RETURNS);
            returns = Some(sender);
            let (flow, request) = (flow.clone(), request.clone());
            let cold = cold::Cold { admin: admin.clone(), flow, request, own, base };
            options.keeper = Some(Arc::new(cold));
            Via::DeepLink(receiver)
        }
    };
    options.open = opens_browser(admin);
    let (cancel, cancelled) = watch::channel(false);
    options.cancelled = cancelled;
    let state: Arc<OnceLock<String>> = Arc::default();
    if let Some((waiting, _)) = &resume {
        // its answer is here already
        let _ = state.set(waiting.state.clone());
        returns = None;
    }
    options.resume = resume;
    if own {
        engine.runs().open(&id);
        hand::prepare(&engine, &id, &flow.failures);
        options.issuer = Some(Arc::new(hand::Hand(admin.clone())));
    }
    options.joined = joins(&engine, &id, persona, &state);
    let recorder = Recorder::default();
    let run = playground::Run {
        id,
        flow: flow.clone(),
        request,
        recorder: recorder.clone(),
        own,
        began,
        state,
        returns,
        cancel,
    };
    let run = Arc::new(run);
    admin.playground().put(&engine, Arc::clone(&run));
    let (state, admin) = (Arc::clone(&run.state), admin.clone());
    let waits = run.returns.is_some();
    tokio::spawn(async move {
        flows::run(flow, options, recorder).await;
        if let (true, Some(state)) = (waits, state.get()) {
            cold::forget(&admin, state.clone()).await;
        }
    });
    Ok(run)
}

pub(crate) async fn cancel(admin: &Admin, request: Ref) -> Result<RunShown, CommandError> {
    let run = look::find(admin, &request.id)?;
    // a run that has ended takes no notice
    let _ = run.cancel.send(true);
    look::shown(admin, &run).await
}
