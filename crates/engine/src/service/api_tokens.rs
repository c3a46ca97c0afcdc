//! Access tokens for an API that come back to this server: as subject tokens of an exchange, and at the My Account API.

use anteroom_oauth::claims::Audience;
use anteroom_oauth::jose;
use anteroom_oauth::secret::{AccessToken, Secret};
use serde::Deserialize;

use crate::engine::Engine;
use crate::id::Id;
use crate::model::resource_server::SystemApi;
use crate::model::{Login, User};
use crate::refusal::Refusal;
use crate::stop::{Outcome, refuse};
use crate::timestamp::Timestamp;

/// What a verified access token for an API says. Whether the login behind it is alive is another question.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// `sub`.
    pub sub: String,
    /// `aud`.
    pub aud: Audience,
    /// `azp` or `client_id`.
    pub client_id: String,
    /// `scope`.
    pub scope: String,
    /// `login_id`.
    pub login: Id<Login>,
}

impl ApiToken {
    /// The person it acts for; none for a client's own.
    pub fn user(&self) -> Option<Id<User>> {
        User::parse_user_id(&self.sub)
    }

    /// Whether `scope` holds the word.
    pub fn has_scope(&self, word: &str) -> bool {
        self.scope.split(' ').any(|own| own == word)
    }

    /// Whether it is for an API that every project has, on any base of this server.
    pub fn is_for(&self, engine: &Engine, api: SystemApi) -> bool {
        self.aud.iter().any(|aud| aud.strip_suffix(api.path()).is_some_and(|issuer| engine.is_issuer(issuer)))
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: i64,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    scope: String,
    login_id: Id<Login>,
    /// Only id tokens have it.
    #[serde(default)]
    auth_time: Option<i64>,
}

impl Engine {
    /// Verifies an access token for an API: our signature, one of our issuers, not ended. Says nothing about the login
    /// behind it, nor about whom it is for.
    ///
    /// # Refusals
    /// [`Refusal::InvalidToken`], whatever is wrong; the detail goes to the log.
    pub fn verify_api_token(&self, token: &Secret<AccessToken>) -> Outcome<ApiToken> {
        let Ok(verified) = jose::verify_jws(token.expose(), |kid| self.key_ring().verifying(kid)) else {
            return refuse(Refusal::InvalidToken, "the signature does not verify");
        };
        let Ok(claims) = serde_json::from_slice::<Claims>(&verified.payload) else {
            return refuse(Refusal::InvalidToken, "the claims are not those of an access token for an API");
        };
        if claims.auth_time.is_some() {
            return refuse(Refusal::InvalidToken, "an id token");
        }
        let Some(client_id) = claims.azp.or(claims.client_id) else {
            return refuse(Refusal::InvalidToken, "no client");
        };
        if !self.is_issuer(&claims.iss) {
            return refuse(Refusal::InvalidToken, "iss is not this server");
        }
        if Timestamp::from_seconds(claims.exp) <= self.now() {
            return refuse(Refusal::InvalidToken, "exp has passed");
        }
        let (sub, aud, scope, login) = (claims.sub, claims.aud, claims.scope, claims.login_id);
        Ok(ApiToken { sub, aud, client_id, scope, login })
    }
}
