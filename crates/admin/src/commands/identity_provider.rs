//! Identity providers of clients: would it work, and for whom?
//!
//! All four commands only look. The dry run asks the engine's own code, so that what it says is what an exchange would do.

mod health;

use std::sync::Arc;
use std::time::Instant;

use anteroom_engine::Engine;
use anteroom_engine::fetch::{Answer, BODY_LIMIT, Call, FetchError, host_and_port};
use anteroom_engine::id::Id;
use anteroom_engine::model;
use anteroom_engine::model::client::IdentityProvider as Stored;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::service::user_info::{self, Fetched, Search, Seen};
use anteroom_engine::stop::{Outcome, Stop, invalid};
use anteroom_engine::store::Tx;
use anteroom_engine::timestamp::Timestamp;
use anteroom_engine::trace::Trace;
use anteroom_sentence::{Sentence, sentence};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use zeroize::Zeroizing;

pub(crate) use self::health::health;
pub use self::health::{Health, ProviderHealth};
use super::activity::TraceCheck;
use super::clients::{self, IdentityProvider};
use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Asks who an answer of the provider would sign in. Takes either an access token of the provider, and calls its userinfo
/// endpoint, or an answer that was pasted.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DryRun {
    /// `client_id`.
    pub client_id: String,
    /// Settings that are not saved yet; absent for the client's own.
    #[serde(default)]
    pub provider: Option<IdentityProvider>,
    /// An access token of the provider, for a live answer. Not kept and not logged.
    #[serde(default)]
    pub access_token: Option<String>,
    /// An answer to look at instead of calling.
    #[serde(default)]
    pub answer: Option<Pasted>,
}

/// An answer that was pasted.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pasted {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// Who it is, or why it is nobody.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The claim that finds somebody: `email` or `sub`; absent when the answer did not get that far.
    pub claim: Option<String>,
    /// What it says.
    pub value: Option<String>,
    /// The names of all claims in the answer.
    pub claims: Vec<String>,
    /// Who would be signed in.
    pub matched: Option<Matched>,
    /// Why nobody would be.
    pub refusal: Option<Refused>,
    /// Everything that was checked, in order.
    pub checks: Vec<TraceCheck>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// `Content-Type` of the answer.
    pub content_type: Option<String>,
    /// How long the call took, where one was made.
    pub elapsed_ms: Option<u32>,
}

/// A member.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Matched {
    /// Membership id.
    pub membership_id: String,
    /// Profile reference.
    pub profile: String,
    /// Display name.
    pub name: String,
}

/// A row of the table of refusals.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// What the caller would read.
    pub description: String,
    /// What to do.
    pub advice: String,
}

/// Calls the provider's userinfo endpoint.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Test {
    /// `client_id`.
    pub client_id: String,
    /// Settings that are not saved yet; absent for the client's own.
    #[serde(default)]
    pub provider: Option<IdentityProvider>,
}

/// How far the call came.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tested {
    /// Whether a server answered.
    pub reached: bool,
    /// Whether the answer is what a userinfo endpoint says to somebody without a token: 401.
    pub healthy: bool,
    /// HTTP status.
    pub status: Option<u16>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// Why nobody answered: `not_public`, `plain_http`, `unresolved`, `unreachable`, `certificate`, `timed_out`, `broken_off`,
    /// `too_large`, `busy`, `url` or `offline`.
    pub problem: Option<String>,
    /// The same in a sentence, or what the answer means.
    pub message: String,
    /// `host:port` to put on the list of allowed hosts, where that would help.
    pub allow_host: Option<String>,
    /// How long it took.
    pub elapsed_ms: u32,
}

/// Reads a discovery document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Discover {
    /// The provider's issuer, or the address of its discovery document.
    pub url: String,
}

/// What the document says.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Discovered {
    /// `issuer`.
    pub issuer: String,
    /// `userinfo_endpoint`.
    pub user_info_url: Option<String>,
    /// `authorization_endpoint`.
    pub authorize_url: Option<String>,
    /// `token_endpoint`.
    pub token_url: Option<String>,
    /// `jwks_uri`.
    pub jwks_url: Option<String>,
}

/// The provider to look at, and what its project allows.
struct Place {
    project: Id<model::Project>,
    provider: Stored,
    hosts: Vec<String>,
}

async fn place(
    admin: &Admin,
    client: String,
    wanted: Option<IdentityProvider>,
) -> Result<Place, CommandError> {
    admin
        .read_project(move |tx, project, _| {
            let client = clients::find(tx, project, &client)?;
            let stored = client.settings.identity_provider.clone();
            let provider = match &wanted {
                None => stored,
                Some(wanted) => clients::merge_provider(stored, wanted),
            };
            let Some(provider) = provider else {
                return invalid("provider", sentence!("There is no userinfo URL; enter the provider's."));
            };
            let row = tx.project(project)?;
            let hosts = row.map(|project| project.settings.allowed_outbound_hosts.clone());
            Ok(Place { project, provider, hosts: hosts.unwrap_or_default() })
        })
        .await
}

fn milliseconds(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}

/// Runs the engine's own checks over an answer.
pub(crate) async fn dry_run(admin: &Admin, request: DryRun) -> Result<Verdict, CommandError> {
    let place = place(admin, request.client_id, request.provider).await?;
    let token = request.access_token.filter(|token| !token.is_empty()).map(Zeroizing::new);
    let mut trace = Trace::default();
    let engine = Arc::clone(admin.engine());
    if let Err(stop) = before(&engine, &mut trace, &place.provider, token.as_deref().map(String::as_str)) {
        return verdict(Seen::default(), &trace, Err(stop));
    }
    let (fetched, elapsed_ms) = match (&token, request.answer) {
        (_, Some(pasted)) => {
            if pasted.body.len() > BODY_LIMIT {
                let message = sentence!(
                    "The answer has more than {most} bytes; the engine reads no more.",
                    most = BODY_LIMIT
                );
                return Err(CommandError::new(Code::Invalid, Some("answer"), message));
            }
            let answer = Answer {
                status: pasted.status,
                content_type: Some(pasted.content_type).filter(|text| !text.is_empty()),
                body: Zeroizing::new(pasted.body.into_bytes()),
            };
            (user_info::complete(&engine, &place.provider, &place.hosts, Ok(answer)).await, None)
        }
        (Some(token), None) => {
            let begun = Instant::now();
            let fetched = user_info::fetch(&engine, &place.provider, &place.hosts, token).await;
            (fetched, Some(milliseconds(begun)))
        }
        (None, None) => {
            let message =
                sentence!("Paste an answer of the userinfo endpoint, or an access token to ask it with.");
            return Err(CommandError::new(Code::Invalid, Some("answer"), message));
        }
    };
    let (status, content_type) = match &fetched.answer {
        Ok(answer) => (Some(answer.status), answer.content_type.clone()),
        Err(_) => (None, None),
    };
    let found =
        admin.read(move |tx, now| Ok(find(tx, trace, &place, &fetched, token.as_deref(), now))).await?;
    let (seen, trace, outcome) = found;
    Ok(Verdict { status, content_type, elapsed_ms, ..verdict(seen, &trace, outcome)? })
}

/// What an exchange checks before it calls.
fn before(engine: &Engine, trace: &mut Trace, provider: &Stored, token: Option<&str>) -> Outcome<()> {
    user_info::check_url(trace, provider)?;
    match token {
        Some(token) => user_info::check_token(engine, trace, token),
        None => Ok(()),
    }
}

type Found = (Seen, Trace, Outcome<Arc<model::Membership>>);

fn find(
    tx: &dyn Tx,
    mut trace: Trace,
    place: &Place,
    fetched: &Fetched,
    token: Option<&String>,
    now: Timestamp,
) -> Found {
    let search = Search {
        project: place.project,
        provider: &place.provider,
        membership_id: None,
        token: token.map(String::as_str),
        now,
    };
    let mut seen = Seen::default();
    let outcome = user_info::find(tx, &mut trace, search, fetched, &mut seen);
    (seen, trace, outcome)
}

fn verdict(
    seen: Seen,
    trace: &Trace,
    outcome: Outcome<Arc<model::Membership>>,
) -> Result<Verdict, CommandError> {
    let (matched, refusal) = match outcome {
        Ok(member) => (
            Some(Matched {
                membership_id: member.id.to_string(),
                profile: member.profile.to_string(),
                name: member.display.clone(),
            }),
            None,
        ),
        Err(Stop::Refused(refused)) => (None, Some(refused.refusal.into())),
        Err(other) => return Err(other.into()),
    };
    let (claim, value) = match seen.subject {
        Some(subject) => (Some(subject.claim().to_owned()), Some(subject.value().to_owned())),
        None => (None, None),
    };
    Ok(Verdict {
        claim,
        value,
        claims: seen.claims,
        matched,
        refusal,
        checks: trace.checks().iter().cloned().map(TraceCheck::from).collect(),
        status: None,
        content_type: None,
        elapsed_ms: None,
    })
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let row = refusal.row();
        Self {
            name: row.name.to_owned(),
            description: row.rfc_description().to_owned(),
            advice: row.advice.to_owned(),
        }
    }
}

/// Calls the userinfo endpoint without a token: a healthy one says 401.
pub(crate) async fn test(admin: &Admin, request: Test) -> Result<Tested, CommandError> {
    let place = place(admin, request.client_id, request.provider).await?;
    let begun = Instant::now();
    let url = &place.provider.user_info_url;
    let answer = admin.engine().fetch().fetch(Call::get(url, &place.hosts)).await;
    let elapsed_ms = milliseconds(begun);
    Ok(match answer {
        Err(error) => {
            let blocked = matches!(error, FetchError::NotPublic | FetchError::PlainHttp);
            Tested {
                reached: false,
                healthy: false,
                status: None,
                content_type: None,
                problem: Some(error.as_str().to_owned()),
                message: error.to_string(),
                allow_host: if blocked { host_and_port(url) } else { None },
                elapsed_ms,
            }
        }
        Ok(answer) => Tested {
            reached: true,
            healthy: answer.status == 401,
            status: Some(answer.status),
            content_type: answer.content_type.clone(),
            problem: None,
            message: meaning(answer.status).to_owned(),
            allow_host: None,
            elapsed_ms,
        },
    })
}

/// What an answer to a call without a token means.
const fn meaning(status: u16) -> &'static str {
    match status {
        401 => "the endpoint asks for a token, as it should",
        400 | 403 => "the endpoint refuses a call without a token; try it with one",
        200..=299 => "the endpoint answers without a token: this is hardly a userinfo endpoint",
        300..=399 => "the address leads elsewhere; redirects are not followed, so enter the final address",
        404 | 410 => "there is nothing at this address; check the path",
        429 => "the provider is asked too often at the moment",
        500..=599 => "the provider has a problem of its own",
        _ => "the endpoint answers something unexpected",
    }
}

/// Where every OpenID provider has its discovery document [OpenID Connect Discovery §4].
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// Reads a discovery document.
pub(crate) async fn discover(admin: &Admin, request: Discover) -> Result<Discovered, CommandError> {
    let failed = |message: Sentence| CommandError::new(Code::Invalid, Some("url"), message);
    let hosts = admin
        .read_project(|tx, project, _| {
            let project = tx.project(project)?;
            Ok(project.map(|project| project.settings.allowed_outbound_hosts.clone()).unwrap_or_default())
        })
        .await?;
    let given = request.url.trim();
    let url = if given.ends_with(WELL_KNOWN) {
        given.to_owned()
    } else {
        format!("{}{WELL_KNOWN}", given.trim_end_matches('/'))
    };
    let answer = admin.engine().fetch().fetch(Call::get(&url, &hosts)).await;
    let answer = answer.map_err(|error| {
        failed(sentence!("{url} could not be read: {error}.", url = &url, error = Sentence::from(&error)))
    })?;
    if answer.status != 200 {
        return Err(failed(sentence!(
            "{url} answers {status}; a discovery document comes with 200.",
            url,
            status = answer.status
        )));
    }
    let document: Value = serde_json::from_slice(&answer.body).map_err(|_| {
        failed(sentence!("What {url} answers is no JSON, so it is no discovery document.", url = &url))
    })?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(issuer) = text("issuer") else {
        return Err(failed(sentence!("The document at {url} names no issuer.", url)));
    };
    // [OIDC-DISCOVERY §4.3] the issuer is the one that was asked for
    let asked = url.trim_end_matches(WELL_KNOWN);
    if issuer.trim_end_matches('/') != asked.trim_end_matches('/') {
        return Err(failed(sentence!(
            "The document at {url} is of the issuer {issuer}; it must be of {asked}.",
            url = &url,
            issuer,
            asked
        )));
    }
    Ok(Discovered {
        issuer,
        user_info_url: text("userinfo_endpoint"),
        authorize_url: text("authorization_endpoint"),
        token_url: text("token_endpoint"),
        jwks_url: text("jwks_uri"),
    })
}
