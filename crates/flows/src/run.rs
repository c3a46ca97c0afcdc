//! Running a flow: its steps, one after the other, until one is refused.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use url::Url;
use zeroize::Zeroizing;

use crate::discovery::Metadata;
use crate::exchange::{Check, Lane, Recorder, RunState, StepState};
use crate::flow::{Flow, Grant, Secret, Then};
use crate::returning::Returned;
use crate::switch::Switch;
use crate::trouble::Trouble;
use crate::wire::Wire;

/// How long a browser may take to come back.
pub const PATIENCE: Duration = Duration::from_mins(10);

/// How the answer of an authorization request comes back.
pub enum Via {
    /// No browser: the pages' forms are filled in with the flow's person.
    Person,
    /// A loopback listener, on a free port unless the redirect URI names one.
    Loopback,
    /// The scheme of an app: whoever owns it hands the answers in.
    DeepLink(mpsc::Receiver<Returned>),
}

/// Something that is told an address or a text.
pub type Told = Arc<dyn Fn(&str) + Send + Sync>;

/// What ends before its time: a value that the issuer gave this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early<'a> {
    /// An authorization code.
    AuthorizationCode(&'a str),
    /// A pre-authorized code.
    PreAuthorizedCode(&'a str),
    /// A refresh token.
    RefreshToken(&'a str),
}

/// What a run needs to finish when its answer comes back to another start of the program. It holds a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// `state` of the authorization request.
    pub state: String,
    /// `nonce` of the authorization request.
    pub nonce: Option<String>,
    /// `code_verifier`.
    pub verifier: Option<Secret>,
    /// `redirect_uri`.
    pub redirect_uri: String,
}

/// Keeps what a run needs to finish in another start of the program.
pub trait Keeper: Send + Sync {
    /// Keeps it before the browser opens.
    fn keep<'a>(&'a self, waiting: &'a Waiting) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

/// The issuer's own hand in a run, where it is in this program.
pub trait IssuerHand: Send + Sync {
    /// Makes something end now.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn end_early<'a>(
        &'a self,
        what: Early<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;
}

/// What a run needs beside its flow.
pub struct Options {
    /// The issuer.
    pub base_url: Url,
    /// The trace id of the run: 32 hexadecimal digits.
    pub run_id: String,
    /// How the answer comes back.
    pub via: Via,
    /// Opens the system browser.
    pub open: Told,
    /// Is told the `state` of the authorization request before anybody sees it.
    pub joined: Told,
    /// Seconds since 1970.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// How long the browser may take.
    pub patience: Duration,
    /// Ends the run when it turns true.
    pub cancelled: watch::Receiver<bool>,
    /// The issuer's hand; none when it is another program.
    pub issuer: Option<Arc<dyn IssuerHand>>,
    /// Keeps what a run needs to finish in another start of the program.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// What another start of the program began, and the answer it waited for.
    pub resume: Option<(Waiting, Returned)>,
}

impl Options {
    /// A run without a browser, at the time of `now`.
    ///
    /// # Errors
    /// When the system has no random numbers, or `base_url` is no address.
    pub fn headless(base_url: &str, now: Arc<dyn Fn() -> i64 + Send + Sync>) -> Result<Self, Trouble> {
        Ok(Self {
            base_url: base(base_url)?,
            run_id: new_run_id()?,
            via: Via::Person,
            open: Arc::new(|_| {}),
            joined: Arc::new(|_| {}),
            now,
            patience: PATIENCE,
            cancelled: watch::channel(false).1,
            issuer: None,
            keeper: None,
            resume: None,
        })
    }
}

/// A base URL; a slash is added at its end when there is none.
///
/// # Errors
/// When it is no http or https address.
pub fn base(text: &str) -> Result<Url, Trouble> {
    let with_slash = if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
    let url = Url::parse(&with_slash).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| Trouble::Other(format!("{text} is no base URL")))
}

/// A new trace id [W3C Trace Context §3.2.2.3].
///
/// # Errors
/// When the system has no random numbers.
pub fn new_run_id() -> Result<String, Trouble> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Trouble::Other(error.to_string()))?;
    Ok(HEXLOWER.encode(&bytes))
}

/// Why a run ends before its last step.
pub(crate) enum Ended {
    /// The issuer or the client refused.
    Refused,
    /// Something between them.
    Failed(Trouble),
    /// A person ended it.
    Cancelled,
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

/// A run on its way.
pub(crate) struct Runner {
    pub(crate) flow: Flow,
    pub(crate) options: Options,
    pub(crate) wire: Arc<Wire>,
    pub(crate) metadata: Metadata,
    /// `nonce` of the authorization request.
    pub(crate) nonce: Option<String>,
}

/// Runs a flow. Everything that comes of it stands in `recorder`, while it runs and afterwards.
pub async fn run(flow: Flow, options: Options, recorder: Recorder) {
    for secret in known_secrets(&flow) {
        recorder.secrets().add(&secret);
    }
    let mut cancelled = options.cancelled.clone();
    let ended = match Wire::new(&options.base_url, &options.run_id, recorder.clone()) {
        Err(trouble) => Err(Ended::Failed(trouble)),
        Ok(wire) => {
            let wire = Arc::new(wire);
            let mut runner = Runner { flow, options, wire, metadata: Metadata::default(), nonce: None };
            tokio::select! {
                ended = runner.all() => ended,
                () = told(&mut cancelled) => Err(Ended::Cancelled),
            }
        }
    };
    let mut record = recorder.record();
    record.open = None;
    record.state = match &ended {
        Ok(()) => RunState::Done,
        Err(Ended::Refused) => RunState::Refused,
        Err(Ended::Failed(_)) => RunState::Failed,
        Err(Ended::Cancelled) => RunState::Cancelled,
    };
    if let (Some(step), Err(ended)) = (record.steps.last_mut(), ended) {
        if let Ended::Failed(trouble) = ended {
            step.trouble.get_or_insert(trouble);
        }
        if matches!(step.state, StepState::Running | StepState::Waiting) {
            step.state = StepState::Failed;
        }
    }
}

async fn told(cancelled: &mut watch::Receiver<bool>) {
    if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
        // nobody can end it any more
        std::future::pending::<()>().await;
    }
}

fn known_secrets(flow: &Flow) -> Vec<Zeroizing<String>> {
    let mut flow = flow.clone();
    let own = |secret: &Secret| Zeroizing::new(secret.expose().to_owned());
    flow.secrets_mut().into_iter().map(|secret| own(secret)).collect()
}

impl Runner {
    pub(crate) fn recorder(&self) -> &Recorder {
        &self.wire.recorder
    }

    pub(crate) fn fails(&self, switch: Switch) -> bool {
        self.flow.failures.contains(&switch)
    }

    pub(crate) fn begin(&self, name: &'static str, from: Lane, to: Lane) -> u64 {
        self.recorder().begin(name, from, to)
    }

    /// Notes a check of the client; a failed one ends the run.
    pub(crate) fn check(&self, step: u64, check: Check) -> Result<(), Ended> {
        if self.recorder().check(step, check) { Ok(()) } else { Err(Ended::Refused) }
    }

    /// An address below the base.
    pub(crate) fn below_base(&self, path: &str) -> Result<Url, Trouble> {
        self.options.base_url.join(path).map_err(|error| Trouble::Other(error.to_string()))
    }

    /// The issuer ends something before its time, if the switch is on.
    pub(crate) async fn end_early(&self, switch: Switch, what: Early<'_>) -> Result<(), Trouble> {
        match &self.options.issuer {
            Some(issuer) if self.fails(switch) => issuer.end_early(what).await.map_err(Trouble::Other),
            _ => Ok(()),
        }
    }

    async fn all(&mut self) -> Result<(), Ended> {
        if self.options.issuer.is_none() && self.flow.failures.iter().any(|switch| switch.needs_issuer()) {
            let text = "The issuer has to do this, and it is not in this program: use Anteroom's playground";
            return Err(Trouble::Other(text.to_owned()).into());
        }
        self.discover().await?;
        match self.flow.grant.clone() {
            Grant::AuthorizationCode(grant) => self.authorization_code(&grant).await?,
            Grant::ClientCredentials {} => self.client_credentials().await?,
            Grant::RefreshToken { refresh_token } => {
                let token = Zeroizing::new(refresh_token.expose().to_owned());
                self.recorder().record().tokens.refresh_token = Some(token);
                self.refresh("refresh").await?;
            }
            Grant::PreAuthorizedCode(grant) => self.pre_authorized_code(&grant).await?,
            Grant::TokenExchange(grant) => self.token_exchange(&grant).await?,
            Grant::FederatedConnectionAccessToken(grant) => {
                self.federated_connection_access_token(&grant).await?;
            }
            Grant::AuthExchange { external_access_token, membership_id } => {
                self.auth_exchange(external_access_token.expose(), membership_id.as_deref()).await?;
            }
        }
        // the Token Vault's was checked before anything was done with its tokens
        let vault = matches!(self.flow.grant, Grant::FederatedConnectionAccessToken(_));
        if !vault && self.recorder().record().tokens.id_token.is_some() {
            self.check_id_token().await?;
        }
        for then in self.plan() {
            match then {
                Then::Userinfo => self.userinfo().await?,
                Then::Introspect => self.introspect().await?,
                Then::Refresh => self.refresh("refresh").await?,
                Then::Revoke => self.revoke().await?,
                Then::Logout => self.logout().await?,
            }
        }
        if self.fails(Switch::ReplayRefreshToken) {
            self.replay_refresh_token().await?;
        }
        Ok(())
    }

    /// What is done with the tokens, with what the switches need besides.
    fn plan(&self) -> Vec<Then> {
        let mut plan = self.flow.then.clone();
        if self.fails(Switch::RevokedToken) {
            plan.insert(0, Then::Revoke);
        }
        if self.fails(Switch::ExpiredRefreshToken) && !plan.contains(&Then::Refresh) {
            plan.insert(0, Then::Refresh);
        }
        let needs_userinfo =
            [Switch::TamperedToken, Switch::TokenInQuery, Switch::RevokedToken, Switch::ExpiredAccessToken];
        if needs_userinfo.iter().any(|switch| self.fails(*switch)) && !plan.contains(&Then::Userinfo) {
            plan.push(Then::Userinfo);
        }
        plan
    }
}
