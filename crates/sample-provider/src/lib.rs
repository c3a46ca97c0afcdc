//! A small OpenID provider on this machine: the other side of the Token Vault, of sign-in through a provider and of token
//! exchange, for whoever has no provider at hand.
//!
//! It is a real provider in small: discovery, keys, dynamic client registration [RFC7591], an authorization endpoint with a
//! page that says what it is, a token endpoint with codes, PKCE and refresh tokens, userinfo and revocation. Nobody has an
//! account: whoever is asked types an e-mail address, and that is who they are. It listens on a loopback address only, keeps
//! everything in memory and forgets it with the program; every secret of it is new with each start.
//!
//! What it does wrong is a knob: for all ([`Knobs`]), or for one grant ([`Wrongs`]), so that one run of the playground
//! changes nothing for another. What it was asked is counted ([`Provider::calls`]).
//!
//! # Not supported
//! Implicit and hybrid responses, request objects, consent that is remembered, sessions, logout.

mod authorize;
mod clients;
mod endpoints;
mod knobs;
mod page;
mod register;
mod state;
mod token;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::clock::{Clock, SystemClock};
use anteroom_engine::endpoint::connected_accounts::browser::CALLBACK_PATH;
use anteroom_engine::entropy::EntropyFailed;
use anteroom_http::{BindError, Listener};
use anteroom_oauth::jose::{Alg, Jwk, KeyError, SigningKey, Typ};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub use clients::{Clients, Credentials, PUBLIC_CLIENT};
pub use knobs::{Knobs, Person, UserInfo, Wrongs};
use state::State;
pub use state::{Full, TokenRequest};

/// How a provider is opened.
pub struct Options {
    /// Where it listens; a loopback address. Port 0 picks a free one.
    pub address: SocketAddr,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// What it does.
    pub knobs: Knobs,
    /// Whom it believes.
    pub clients: Clients,
}

/// Where the sample provider of a program listens when nobody says otherwise: beside the engine.
pub const USUAL_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8_104));

impl Options {
    /// The sample provider of a program: in real time, with its page, for clients it knows. The engine's public client there
    /// ([`PUBLIC_CLIENT`]) comes back to the engine's connected accounts and nowhere else: whoever is asked may say to be
    /// anybody, so that nobody signs in through it.
    pub fn sample(address: SocketAddr, engine: &Engine) -> Self {
        Self {
            address,
            clock: Arc::new(SystemClock),
            knobs: Knobs { page: true, claims: json!({ "email_verified": false }), ..Knobs::default() },
            clients: Clients::Registered { redirect_uris: callbacks(engine) },
        }
    }
}

/// Where an engine has the browsers of its connected accounts come back, on each of its bases.
pub fn callbacks(engine: &Engine) -> Vec<String> {
    engine.issuers().iter().map(|issuer| issuer.endpoint(CALLBACK_PATH)).collect()
}

/// Why a provider does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its address can be reached from elsewhere. It believes whoever types an e-mail address.
    #[error("the sample provider listens on a loopback address only, and {0} is none")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// There are no keys.
    #[error("the sample provider has no signing key: {0}")]
    Key(#[from] KeyError),
    /// There is no chance.
    #[error(transparent)]
    Entropy(#[from] EntropyFailed),
}

/// A provider on a port of its own, until it is dropped.
pub struct Provider {
    address: SocketAddr,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Provider {
    /// Opens a provider; a task of the runtime serves it.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        if !options.address.ip().is_loopback() {
            return Err(OpenError::NotLoopback(options.address));
        }
        let listener = Listener::bind(options.address).await?;
        let address = listener.local_addr();
        let state = Arc::new(State::new(address, options)?);
        let routes = endpoints::routes(Arc::clone(&state));
        // It ends when the task is aborted.
        let serving = tokio::spawn(listener.serve_with(routes, std::future::pending()));
        Ok(Self { address, state, serving })
    }

    /// Opens the sample provider of a program at its usual address, or at a free port when that one is taken.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_usual(engine: &Engine) -> Result<Self, OpenError> {
        match Self::open(Options::sample(USUAL_ADDRESS, engine)).await {
            Err(OpenError::Bind(BindError::InUse { address })) => {
                Self::open(Options::sample((address.ip(), 0).into(), engine)).await
            }
            opened => opened,
        }
    }

    /// Whether it knows a client.
    pub fn knows(&self, client_id: &str) -> bool {
        self.state.registered(client_id).is_some()
    }

    /// `host:port`, for a project's list of allowed hosts.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its issuer, which is its base URL.
    pub fn issuer(&self) -> String {
        self.state.base.clone()
    }

    /// The URL of one of its endpoints.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.state.base)
    }

    /// Turns knobs.
    pub fn turn(&self, turn: impl FnOnce(&mut Knobs)) {
        turn(&mut self.state.knobs());
    }

    /// Registers a client that shows a secret, as a request to the registration endpoint would.
    ///
    /// # Errors
    /// [`Full`] when it knows as many clients as it can.
    pub fn register(&self, name: &str, redirect_uris: Vec<String>) -> Result<Credentials, Full> {
        self.state.register(name, redirect_uris)
    }

    /// An access token of somebody, as if they had signed in.
    pub fn access_token(&self, person: &Person) -> String {
        self.state.grant_access(person, Wrongs::default())
    }

    /// An access token that is a JWT and says this; signed with a key that the provider publishes.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn access_token_saying(&self, person: &Person, claims: &Value) -> Result<String, KeyError> {
        let token = self.state.key.sign_jws(Typ::AtJwt, claims)?;
        self.state.keep_access(token.clone(), person, Wrongs::default());
        Ok(token)
    }

    /// How often an endpoint was asked: `userinfo`, `token`, `authorize`, `jwks`, `client-jwks`, `discovery`, `revoke`,
    /// `register`.
    pub fn calls(&self, endpoint: &str) -> u32 {
        self.state.tokens().calls.get(endpoint).copied().unwrap_or(0)
    }

    /// The newest request to the token endpoint.
    pub fn last_token_request(&self) -> TokenRequest {
        self.state.tokens().last.clone()
    }

    /// Whether a refresh token that it gave out is still good.
    pub fn refresh_token_is_alive(&self, token: &str) -> bool {
        self.state.tokens().refresh.get(token).is_some_and(|granted| granted.alive)
    }

    /// All refresh tokens it gave out, in no order.
    pub fn refresh_tokens(&self) -> Vec<String> {
        self.state.tokens().refresh.keys().cloned().collect()
    }

    /// Publishes the keys of a client at `client-jwks.json`, so that a test needs one server for both.
    pub fn publish_client_keys(&self, keys: Vec<Jwk>) {
        self.state.tokens().client_keys = keys;
    }
}

fn new_key() -> Result<SigningKey, KeyError> {
    Ok(SigningKey::generate(Alg::ES256, "provider-key".to_owned())?.0)
}
