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

/// Codes on their way at most.
const MOST_CODES: usize = 1_000;
/// Tokens of one kind at most.
const MOST_TOKENS: usize = 20_000;
/// Seconds a code is good: the ten minutes that [RFC6749 §4.1.2] recommends at most, for who stops between two steps.
pub(crate) const CODE_LIFETIME: i64 = 600;

/// There is no room for another client, code or token. Nothing that is still good is pushed out for it.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the sample provider holds as much as it can; what ends makes room, and so does a restart")]
pub struct Full;

/// What somebody agreed to.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) person: Person,
    pub(crate) scope: String,
    pub(crate) wrongs: Wrongs,
}

/// A code on its way.
pub(crate) struct Code {
    pub(crate) grant: Grant,
    /// None where everybody is believed.
    pub(crate) client: Option<String>,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
}

/// An access token that was given out.
pub(crate) struct AccessToken {
    person: Person,
    /// Seconds since 1970; never when absent.
    expires_at: Option<i64>,
}

/// A refresh token that was given out.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) grant: Grant,
    /// Who may renew with it.
    pub(crate) client: String,
    pub(crate) alive: bool,
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
    pub(crate) access: HashMap<String, AccessToken>,
    pub(crate) refresh: HashMap<String, RefreshToken>,
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

    /// Registers a client that shows a secret.
    pub(crate) fn register(&self, name: &str, redirect_uris: Vec<String>) -> Result<Credentials, Full> {
        let client_id = self.fresh("client");
        let client_secret = Zeroizing::new(self.fresh("secret"));
        let secret = Some(Sha256::digest(client_secret.as_bytes()).into());
        let mut tokens = self.tokens();
        if tokens.clients.len() >= clients::MOST {
            return Err(Full);
        }
        let client = Registered { name: name.to_owned(), redirect_uris, secret };
        tokens.clients.insert(client_id.clone(), client);
        Ok(Credentials { client_id, client_secret })
    }

    pub(crate) fn registered(&self, id: &str) -> Option<Registered> {
        self.tokens().clients.get(id).cloned()
    }

    /// Keeps a code. Those that ended make room.
    pub(crate) fn keep_code(&self, code: Code) -> Result<String, Full> {
        let text = self.fresh("code");
        let now = self.now();
        let codes = &mut self.tokens().codes;
        if codes.len() >= MOST_CODES {
            codes.retain(|_, code| now < code.expires_at);
        }
        if codes.len() >= MOST_CODES {
            return Err(Full);
        }
        codes.insert(text.clone(), code);
        Ok(text)
    }

    /// Takes a code: whatever becomes of it, it was used [RFC6749 §4.1.2]. None when it is unknown or has ended.
    pub(crate) fn take_code(&self, code: &str) -> Option<Code> {
        let now = self.now();
        self.tokens().codes.remove(code).filter(|code| now < code.expires_at)
    }

    /// Whether tokens can be given out, once those that ended have made room. To be asked before a code is used up or a
    /// refresh token ended.
    pub(crate) fn room_for_tokens(&self) -> Result<(), Full> {
        let now = self.now();
        let mut tokens = self.tokens();
        if tokens.access.len() >= MOST_TOKENS {
            tokens.access.retain(|_, token| token.is_good(now));
        }
        if tokens.refresh.len() >= MOST_TOKENS {
            tokens.refresh.retain(|_, token| token.alive);
        }
        let full = tokens.access.len() >= MOST_TOKENS || tokens.refresh.len() >= MOST_TOKENS;
        if full { Err(Full) } else { Ok(()) }
    }

    /// Keeps an access token under a text.
    pub(crate) fn keep_access(&self, token: String, person: &Person, wrongs: Wrongs) {
        let lifetime = if wrongs.ended_tokens { Some(0) } else { self.lifetime(wrongs) };
        let expires_at = lifetime.map(|seconds| self.now() + i64::from(seconds));
        self.tokens().access.insert(token, AccessToken { person: person.clone(), expires_at });
    }

    pub(crate) fn grant_access(&self, person: &Person, wrongs: Wrongs) -> String {
        let token = self.fresh("access");
        self.keep_access(token.clone(), person, wrongs);
        token
    }

    pub(crate) fn grant_refresh(&self, grant: &Grant, client: &str) -> String {
        let token = self.fresh("refresh");
        let granted = RefreshToken { grant: grant.clone(), client: client.to_owned(), alive: true };
        self.tokens().refresh.insert(token.clone(), granted);
        token
    }

    /// `expires_in` of a grant's access tokens.
    pub(crate) fn lifetime(&self, wrongs: Wrongs) -> Option<u32> {
        wrongs.expires_in.or(self.knobs().access_token_lifetime)
    }

    /// Whose access token it is, while it is good.
    pub(crate) fn bearer(&self, token: &str) -> Option<Person> {
        let now = self.now();
        let tokens = self.tokens();
        tokens.access.get(token).filter(|token| token.is_good(now)).map(|token| token.person.clone())
    }
}

impl AccessToken {
    fn is_good(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}
