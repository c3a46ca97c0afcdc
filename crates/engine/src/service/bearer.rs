//! Access tokens presented to our own endpoints.
//!
//! The signature of a token is verified once and remembered by digest, in a bounded table; that the login behind it is
//! alive is asked of the store on every use ([`check::login_alive`](crate::check::login_alive)).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anteroom_oauth::jose;
use anteroom_oauth::secret::{AccessToken, Digest, Secret};
use serde::Deserialize;

use crate::engine::Engine;
use crate::id::Id;
use crate::model::Login;
use crate::refusal::Refusal;
use crate::stop::{Outcome, refuse};
use crate::timestamp::Timestamp;

/// What a verified access token says.
#[derive(Debug, Clone)]
pub struct VerifiedToken {
    /// `login_id`.
    pub login: Id<Login>,
    /// `sub`.
    pub sub: String,
    /// `scope`.
    pub scope: String,
    /// `iss`, which is also `aud`.
    pub iss: String,
    /// `iat`.
    pub iat: Timestamp,
    /// `exp`.
    pub exp: Timestamp,
}

/// Tokens remembered at most; about 2 MiB.
const REMEMBERED: usize = 8_192;

/// Verified tokens by digest: two generations, so that the oldest half is forgotten when the newer one is full.
pub(crate) struct VerifiedTokens(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<[u8; 32], Arc<VerifiedToken>>,
    old: HashMap<[u8; 32], Arc<VerifiedToken>>,
}

impl VerifiedTokens {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    fn get(&self, digest: &Digest<AccessToken>) -> Option<Arc<VerifiedToken>> {
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.get(digest.as_bytes()).or_else(|| generations.old.get(digest.as_bytes())).cloned()
    }

    fn put(&self, digest: &Digest<AccessToken>, token: Arc<VerifiedToken>) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= REMEMBERED / 2 {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(*digest.as_bytes(), token);
    }

    /// Forgets all: after a key was withdrawn.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Generations::default();
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    login_id: Id<Login>,
    #[serde(default)]
    scope: String,
}

/// Seconds `nbf` may be ahead of us.
const LEEWAY: u32 = 30;

impl Engine {
    /// Verifies an access token: our signature, `typ` `at+jwt` [RFC9068 §4], one of our issuers as `iss` and `aud`, not
    /// ended. Says nothing about the login behind it.
    ///
    /// # Refusals
    /// [`Refusal::InvalidToken`], whatever is wrong; the detail goes to the log.
    pub fn verify_access_token(&self, token: &Secret<AccessToken>) -> Outcome<Arc<VerifiedToken>> {
        let now = self.now();
        let digest = token.digest();
        if let Some(known) = self.verified().get(&digest) {
            return if now < known.exp { Ok(known) } else { refuse(Refusal::InvalidToken, "exp has passed") };
        }
        let Ok(verified) = jose::verify_jws(token.expose(), |kid| self.key_ring().verifying(kid)) else {
            return refuse(Refusal::InvalidToken, "the signature does not verify");
        };
        // [RFC9068 §4] id tokens and refresh tokens are no access tokens
        if !verified.typ.eq_ignore_ascii_case("at+jwt") {
            return refuse(Refusal::InvalidToken, "typ is not at+jwt");
        }
        let Ok(claims) = serde_json::from_slice::<Claims>(&verified.payload) else {
            return refuse(Refusal::InvalidToken, "the claims do not have their form");
        };
        // [RFC8725 §3.9] [RFC8725 §3.12] for us alone, and no id token
        if claims.iss != claims.aud || !self.is_issuer(&claims.iss) {
            return refuse(Refusal::InvalidToken, "iss or aud is not this server");
        }
        if Timestamp::from_seconds(claims.exp) <= now {
            return refuse(Refusal::InvalidToken, "exp has passed");
        }
        if Timestamp::from_seconds(claims.nbf) > now + LEEWAY {
            return refuse(Refusal::InvalidToken, "nbf is ahead");
        }
        let token = Arc::new(VerifiedToken {
            login: claims.login_id,
            sub: claims.sub,
            scope: claims.scope,
            iss: claims.iss,
            iat: Timestamp::from_seconds(claims.iat),
            exp: Timestamp::from_seconds(claims.exp),
        });
        self.verified().put(&digest, Arc::clone(&token));
        Ok(token)
    }
}
