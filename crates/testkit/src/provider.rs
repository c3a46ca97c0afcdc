//! A small OpenID provider: the other side of token exchange, of sign-in through a provider and of the Token Vault.
//!
//! It has discovery, keys, an authorization endpoint that agrees at once, a token endpoint with codes and refresh tokens,
//! userinfo and revocation. What it does wrong is a knob ([`Knobs`]); what it was asked is counted ([`Provider::calls`]).
//! It believes every client: its own strictness is nobody's test.

mod endpoints;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_engine::clock::{Clock, SystemClock};
use anteroom_oauth::jose::{Alg, Jwk, SigningKey, Typ};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the provider does, and what it does wrong.
#[expect(clippy::struct_excessive_bools, reason = "each is a knob of its own")]
#[derive(Debug, Clone)]
pub struct Knobs {
    /// `expires_in` of access tokens, and how long they are good; left out of answers when absent.
    pub access_token_lifetime: Option<u32>,
    /// Whether a refresh token goes along with `offline_access`.
    pub refresh_tokens: bool,
    /// Whether each use of a refresh token gives a new one and ends the old one.
    pub rotate: bool,
    /// Whether refresh tokens are refused with `invalid_grant`.
    pub refuse_refresh: bool,
    /// Whether the person says no at the authorization endpoint.
    pub deny: bool,
    /// What stands between scopes in answers.
    pub scope_separator: &'static str,
    /// What the userinfo endpoint answers.
    pub userinfo: UserInfo,
    /// Claims added to userinfo answers, in place of those of the same name; `null` takes one out.
    pub claims: Value,
    /// Claims added to ID tokens alone, in place of those of the same name; `null` takes one out.
    pub id_token_claims: Value,
    /// Who signs in at the authorization endpoint.
    pub person: Person,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            access_token_lifetime: Some(3_600),
            refresh_tokens: true,
            rotate: false,
            refuse_refresh: false,
            deny: false,
            scope_separator: " ",
            userinfo: UserInfo::Json,
            claims: json!({}),
            id_token_claims: json!({}),
            person: Person::new("ext-1", "pat@example.org"),
        }
    }
}

/// What the userinfo endpoint answers to a good token.
#[derive(Debug, Clone)]
pub enum UserInfo {
    /// `application/json`.
    Json,
    /// `application/jwt`, signed with the provider's key.
    Jwt,
    /// `application/jwt`, signed with a key that the provider does not publish.
    JwtOfOtherKey,
    /// Something else: status, content type, body.
    Raw(u16, &'static str, String),
    /// A redirect.
    Redirect(String),
    /// Nothing, ever.
    Hang,
}

/// Somebody at the provider.
#[derive(Debug, Clone)]
pub struct Person {
    /// `sub`.
    pub sub: String,
    /// `email`.
    pub email: String,
}

impl Person {
    /// Somebody with a verified e-mail address.
    pub fn new(sub: &str, email: &str) -> Self {
        Self { sub: sub.to_owned(), email: email.to_owned() }
    }
}

/// A token that was given out.
#[derive(Debug, Clone)]
struct Granted {
    person: Person,
    scope: String,
    /// Seconds since 1970; never when absent.
    expires_at: Option<i64>,
    alive: bool,
}

struct Code {
    person: Person,
    scope: String,
    redirect_uri: String,
    challenge: Option<String>,
    nonce: Option<String>,
}

/// A request to the token endpoint.
#[derive(Debug, Clone, Default)]
pub struct TokenRequest {
    /// `Authorization`.
    pub authorization: Option<String>,
    /// The form.
    pub form: String,
}

#[derive(Default)]
struct Tokens {
    access: HashMap<String, Granted>,
    refresh: HashMap<String, Granted>,
    codes: HashMap<String, Code>,
    made: u64,
    calls: BTreeMap<String, u32>,
    last: TokenRequest,
    client_keys: Vec<Jwk>,
}

struct State {
    base: String,
    clock: Arc<dyn Clock>,
    knobs: Mutex<Knobs>,
    tokens: Mutex<Tokens>,
    key: SigningKey,
    other_key: SigningKey,
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
    /// A provider that lives in real time.
    pub async fn start() -> Self {
        Self::with_clock(Arc::new(SystemClock)).await
    }

    /// A provider that lives in a test's time.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let key = |kid: &str| SigningKey::generate(Alg::ES256, kid.to_owned()).expect("a key").0;
        let state = Arc::new(State {
            base: format!("http://{address}/"),
            clock,
            knobs: Mutex::default(),
            tokens: Mutex::default(),
            key: key("provider-key"),
            other_key: key("provider-key"),
        });
        let routes = endpoints::routes(Arc::clone(&state));
        let serving = tokio::spawn(endpoints::serve(listener, routes));
        Self { address, state, serving }
    }

    /// `host:port`, for a project's list of allowed hosts.
    pub fn host(&self) -> String {
        self.address.to_string()
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

    /// An access token of somebody, as if they had signed in.
    pub fn access_token(&self, person: &Person) -> String {
        self.state.grant_access(person, "openid email")
    }

    /// An access token that is a JWT and says this; signed with a key that the provider publishes.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn access_token_saying(&self, person: &Person, claims: &Value) -> String {
        let token = self.state.key.sign_jws(Typ::AtJwt, claims).expect("claims are signed");
        let opaque = self.access_token(person);
        let mut tokens = self.state.tokens();
        let granted = tokens.access.get(&opaque).cloned().expect("a token that was just made");
        tokens.access.insert(token.clone(), granted);
        token
    }

    /// How often an endpoint was asked: `userinfo`, `token`, `authorize`, `jwks`, `client-jwks`, `discovery`, `revoke`.
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

impl State {
    fn knobs(&self) -> MutexGuard<'_, Knobs> {
        self.knobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, endpoint: &str) {
        *self.tokens().calls.entry(endpoint.to_owned()).or_default() += 1;
    }

    fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// A text that nothing else is. It need not be hard to guess: the provider lives as long as a test.
    fn fresh(&self, kind: &str) -> String {
        let mut tokens = self.tokens();
        tokens.made += 1;
        format!("{kind}-{:08}-of-the-sample-provider", tokens.made)
    }

    fn grant_access(&self, person: &Person, scope: &str) -> String {
        let token = self.fresh("access");
        let lifetime = self.knobs().access_token_lifetime;
        let expires_at = lifetime.map(|seconds| self.now() + i64::from(seconds));
        let granted = Granted { person: person.clone(), scope: scope.to_owned(), expires_at, alive: true };
        self.tokens().access.insert(token.clone(), granted);
        token
    }

    fn grant_refresh(&self, person: &Person, scope: &str) -> String {
        let token = self.fresh("refresh");
        let granted =
            Granted { person: person.clone(), scope: scope.to_owned(), expires_at: None, alive: true };
        self.tokens().refresh.insert(token.clone(), granted);
        token
    }

    /// Whose access token it is, while it is good.
    fn bearer(&self, token: &str) -> Option<Granted> {
        let now = self.now();
        let granted = self.tokens().access.get(token).cloned()?;
        (granted.alive && granted.expires_at.is_none_or(|end| now < end)).then_some(granted)
    }
}
