//! Access tokens for an API: what they say, and verifying those that come back.

use anteroom_oauth::claims::{Aud, Audience};
use anteroom_oauth::jose::hs256::SharedSecret;
use anteroom_oauth::jose::{self, Typ, Verified};
use anteroom_oauth::secret::{AccessToken, Secret};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::engine::Engine;
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::resource_server::SystemApi;
use crate::model::{Login, ResourceServer, User};
use crate::refusal::Refusal;
use crate::service::resource_servers;
use crate::stop::{Outcome, Stop, refuse};
use crate::timestamp::Timestamp;

/// What follows the issuer in the audience of its userinfo endpoint.
pub const USERINFO: &str = "userinfo";

/// What a token has to be, in the trace.
pub(crate) const LIVE: &str = "a live access token of this server";

/// The claims of an access token for an API, in Auth0's profile and in that of [RFC9068 §2.2].
#[derive(Debug, Serialize)]
pub struct ApiTokenClaims<'a> {
    /// `iss`.
    pub iss: &'a str,
    /// `sub`: `user_id`, or `<client_id>@clients`.
    pub sub: &'a str,
    /// `aud`.
    pub aud: Aud<'a>,
    /// `iat`.
    pub iat: i64,
    /// `exp`.
    pub exp: i64,
    /// `azp`: the client, in Auth0's profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azp: Option<&'a str>,
    /// `client_id`: the client, in the profile of RFC 9068.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
    /// `jti`, in the profile of RFC 9068.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<&'a str>,
    /// `gty`, in Auth0's profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gty: Option<&'a str>,
    /// `scope`.
    pub scope: &'a str,
    /// The login the token came from.
    pub login_id: &'a str,
}

/// What a verified access token for an API says. Whether the login behind it is alive is another question
/// ([`check::login_alive`](crate::check::login_alive)).
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// `iss`.
    pub iss: String,
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
    /// `iat`.
    pub iat: Timestamp,
    /// `exp`.
    pub exp: Timestamp,
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
        self.aud.iter().any(|audience| resource_servers::find_system(engine, audience) == Some(api))
    }

    /// Whether it may be used at the userinfo endpoint, on any base of this server.
    pub fn is_for_userinfo(&self, engine: &Engine) -> bool {
        self.aud
            .iter()
            .any(|audience| audience.strip_suffix(USERINFO).is_some_and(|base| engine.is_issuer(base)))
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    iat: i64,
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

fn read(engine: &Engine, verified: &Verified, now: Timestamp) -> Outcome<ApiToken> {
    // [RFC9068 §4] and Auth0's own profile, which is typed as every other token is
    if !verified.has_typ(Typ::Jwt) && !verified.has_typ(Typ::AtJwt) {
        return refuse(Refusal::InvalidToken, "typ is neither JWT nor at+jwt");
    }
    let Ok(claims) = serde_json::from_slice::<Claims>(&verified.payload) else {
        return refuse(Refusal::InvalidToken, "the claims are not those of an access token for an API");
    };
    if claims.auth_time.is_some() {
        return refuse(Refusal::InvalidToken, "an id token");
    }
    let Some(client_id) = claims.azp.or(claims.client_id) else {
        return refuse(Refusal::InvalidToken, "no client");
    };
    if !engine.is_issuer(&claims.iss) {
        return refuse(Refusal::InvalidToken, "iss is not this server");
    }
    if Timestamp::from_seconds(claims.exp) <= now {
        return refuse(Refusal::InvalidToken, "exp has passed");
    }
    Ok(ApiToken {
        iss: claims.iss,
        sub: claims.sub,
        aud: claims.aud,
        client_id,
        scope: claims.scope,
        login: claims.login_id,
        iat: Timestamp::from_seconds(claims.iat),
        exp: Timestamp::from_seconds(claims.exp),
    })
}

impl Engine {
    /// Verifies an access token for an API that this server signed with a key of its own: signature, one of our issuers as
    /// `iss`, the claims of such a token, not ended. For whom it is (`aud`) and whether the login behind it is alive are
    /// the caller's questions.
    ///
    /// # Refusals
    /// [`Refusal::InvalidToken`], whatever is wrong; the detail goes to the log.
    pub fn verify_api_token(&self, token: &Secret<AccessToken>) -> Outcome<ApiToken> {
        let Ok(verified) = jose::verify_jws(token.expose(), |kid| self.key_ring().verifying(kid)) else {
            return refuse(Refusal::InvalidToken, "the signature does not verify");
        };
        read(self, &verified, self.now())
    }
}

/// As [`Engine::verify_api_token`]; `check` is what the trace calls the token.
///
/// # Refusals
/// `refusal`, with the reason.
pub(crate) fn verify(
    cx: &mut Cx<'_>,
    engine: &Engine,
    token: &Secret<AccessToken>,
    check: &'static str,
    refusal: Refusal,
) -> Outcome<ApiToken> {
    match engine.verify_api_token(token) {
        Err(Stop::Refused(refused)) => {
            cx.trace.check(check, false, LIVE, || refused.detail.clone());
            refuse(refusal, refused.detail)
        }
        verified => verified,
    }
}

/// As [`Engine::verify_api_token`], for an API that shares a secret with this server.
pub fn verify_shared(
    engine: &Engine,
    api: &ResourceServer,
    token: &Secret<AccessToken>,
    now: Timestamp,
) -> Outcome<ApiToken> {
    let Some(secret) = resource_servers::open_signing_secret(engine, api)? else {
        return refuse(Refusal::InvalidToken, "the API shares no secret");
    };
    let Ok(verified) = SharedSecret::new(&secret).verify_jws(token.expose()) else {
        return refuse(Refusal::InvalidToken, "the signature does not verify");
    };
    read(engine, &verified, now)
}

/// The audience of the userinfo endpoint on a base.
pub fn userinfo_audience(issuer: &Issuer) -> String {
    issuer.endpoint(USERINFO)
}
