//! What a provider remembers, in memory.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anteroom_engine::clock::Clock;
use anteroom_engine::entropy::{self, OsEntropy};
use anteroom_oauth::jose::{Jwk, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::clients::{self, Clients, Credentials, PUBLIC_CLIENT, Registered};
use crate::knobs::{Knobs, Person, Wrongs};
use crate::{OpenError, Options, new_key};

/// Codes and tokens of one kind at most. A sample forgets rather than grows.
const MOST: usize = 20_000;

/// A token that was given out.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) person: Person,
    pub(crate) scope: String,
    /// Who may renew with it; whoever it is for an access token.
    pub(crate) client: String,
    pub(crate) wrongs: Wrongs,
    /// Seconds since 1970; never when absent.
    pub(crate) expires_at: Option<i64>,
    pub(crate) alive: bool,
}

/// A code on its way.
pub(crate) struct Code {
    pub(crate) person: Person,
    pub(crate) client: Option<String>,
    pub(crate) scope: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) wrongs: Wrongs,
}

/// A request to the token endpoint.
#[derive(Clone, Default)]
pub struct TokenRequest {
    /// `Authorization`.
    pub authorization: Option<String>,
    /// The form.
    pub form: String,
}

#[derive(Default)]
pub(crate) struct Tokens {
    pub(crate) access: HashMap<String, Granted>,
    pub(crate) refresh: HashMap<String, Granted>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) calls: BTreeMap<String, u32>,
    pub(crate) last: TokenRequest,
    pub(crate) client_keys: Vec<Jwk>,
    clients: HashMap<String, Registered>,
    made: u64,
}

pub(crate) struct State {
    pub(crate) base: String,
    /// The values of `Host` it answers for: a name that was made to lead here is none of them.
    pub(crate) hosts: [String; 2],
    pub(crate) key: SigningKey,
    pub(crate) other_key: SigningKey,
    clock: Arc<dyn Clock>,
    knobs: Mutex<Knobs>,
    tokens: Mutex<Tokens>,
    everybody: bool,
    /// What makes its secrets hard to guess; new with each start.
    seed: Zeroizing<[u8; 32]>,
}

impl State {
    pub(crate) fn new(address: SocketAddr, options: Options) -> Result<Self, OpenError> {
        let mut tokens = Tokens::default();
        let everybody = match options.clients {
            Clients::Everybody => true,
            Clients::Registered { redirect_uris } => {
                let name = "Anteroom".to_owned();
                let client = Registered { name, redirect_uris, secret: None };
                tokens.clients.insert(PUBLIC_CLIENT.to_owned(), client);
                false
            }
        };
        Ok(Self {
            base: format!("http://{address}/"),
            hosts: [address.to_string(), format!("localhost:{}", address.port())],
            key: new_key()?,
            other_key: new_key()?,
            clock: options.clock,
            knobs: Mutex::new(options.knobs),
            tokens: Mutex::new(tokens),
            everybody,
            seed: Zeroizing::new(entropy::bytes(&OsEntropy)?),
        })
    }

    pub(crate) fn knobs(&self) -> MutexGuard<'_, Knobs> {
        self.knobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn believes_everybody(&self) -> bool {
        self.everybody
    }

    pub(crate) fn count(&self, endpoint: &str) {
        *self.tokens().calls.entry(endpoint.to_owned()).or_default() += 1;
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// A text that nothing else is, and nobody can guess: 256 bits of this start's seed and a number.
    pub(crate) fn fresh(&self, kind: &str) -> String {
        let mut tokens = self.tokens();
        tokens.made += 1;
        let mut digest = Sha256::new_with_prefix(b"anteroom sample provider\0");
        digest.update(*self.seed);
        digest.update(tokens.made.to_be_bytes());
        format!("{kind}-{}-of-the-sample-provider", URL_SAFE_NO_PAD.encode(digest.finalize()))
    }

    /// Registers a client. A table that is full is emptied before, but for [`PUBLIC_CLIENT`].
    pub(crate) fn register(&self, name: &str, redirect_uris: Vec<String>, secret: bool) -> Credentials {
        let client_id = self.fresh("client");
        let client_secret = Zeroizing::new(if secret { self.fresh("secret") } else { String::new() });
        let digest = secret.then(|| Sha256::digest(client_secret.as_bytes()).into());
        let client = Registered { name: name.to_owned(), redirect_uris, secret: digest };
        let mut tokens = self.tokens();
        if tokens.clients.len() >= clients::MOST {
            tokens.clients.retain(|id, _| id == PUBLIC_CLIENT);
        }
        tokens.clients.insert(client_id.clone(), client);
        Credentials { client_id, client_secret }
    }

    pub(crate) fn registered(&self, id: &str) -> Option<Registered> {
        self.tokens().clients.get(id).cloned()
    }

    pub(crate) fn keep_code(&self, code: Code) -> String {
        let text = self.fresh("code");
        room(&mut self.tokens().codes).insert(text.clone(), code);
        text
    }

    /// Keeps an access token under a text.
    pub(crate) fn grant(&self, token: String, person: &Person, scope: &str, wrongs: Wrongs) {
        let lifetime = if wrongs.ended_tokens { Some(0) } else { self.lifetime(wrongs) };
        let granted = Granted {
            person: person.clone(),
            scope: scope.to_owned(),
            client: String::new(),
            wrongs,
            expires_at: lifetime.map(|seconds| self.now() + i64::from(seconds)),
            alive: true,
        };
        room(&mut self.tokens().access).insert(token, granted);
    }

    pub(crate) fn grant_access(&self, person: &Person, scope: &str, wrongs: Wrongs) -> String {
        let token = self.fresh("access");
        self.grant(token.clone(), person, scope, wrongs);
        token
    }

    pub(crate) fn grant_refresh(&self, person: &Person, scope: &str, client: &str, wrongs: Wrongs) -> String {
        let token = self.fresh("refresh");
        let granted = Granted {
            person: person.clone(),
            scope: scope.to_owned(),
            client: client.to_owned(),
            wrongs,
            expires_at: None,
            alive: true,
        };
        room(&mut self.tokens().refresh).insert(token.clone(), granted);
        token
    }

    /// `expires_in` of a grant's access tokens.
    pub(crate) fn lifetime(&self, wrongs: Wrongs) -> Option<u32> {
        wrongs.expires_in.or(self.knobs().access_token_lifetime)
    }

    /// Whose access token it is, while it is good.
    pub(crate) fn bearer(&self, token: &str) -> Option<Granted> {
        let now = self.now();
        let granted = self.tokens().access.get(token).cloned()?;
        (granted.alive && granted.expires_at.is_none_or(|end| now < end)).then_some(granted)
    }
}

fn room<V>(all: &mut HashMap<String, V>) -> &mut HashMap<String, V> {
    if all.len() >= MOST {
        all.clear();
    }
    all
}
