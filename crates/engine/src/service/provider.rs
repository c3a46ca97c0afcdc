//! A connection's provider: where its endpoints are, what is asked of it, and what its answers mean.
//!
//! Everything goes through the fetcher, between transactions. What a provider gives is kept in types that cannot be printed;
//! what it refuses is named ([`ProviderError`]) and never quoted beyond its `error` code.
//!
//! # Not supported
//! Scripts (`options.scripts`): who the person is comes from the id token or the userinfo endpoint. Token answers that are
//! no JSON.

mod answer;
mod endpoints;

use std::fmt;

use anteroom_oauth::jose;
use anteroom_oauth::secret::{ProviderToken, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub(crate) use self::answer::code as error_code;
pub(crate) use self::endpoints::{Documents, secrets_go_to};
pub use self::endpoints::{Endpoints, endpoints};
use crate::engine::Engine;
use crate::fetch::{Answer, Call, FetchError, Method};
use crate::model::Connection;
use crate::model::connect_session::ConnectRequest;
use crate::timestamp::Timestamp;

/// Longest `sub` that is kept.
const LONGEST_SUBJECT: usize = 255;
/// Longest token that is kept.
const LONGEST_TOKEN: usize = 16 * 1024;
/// Seconds the times of an id token may be off.
const LEEWAY: i64 = 60;
/// Strategies whose provider gives a refresh token only when asked in its own words, with those words.
const OFFLINE_WORDS: &[(&str, &[(&str, &str)])] =
    &[("google-oauth2", &[("access_type", "offline"), ("prompt", "consent")])];
/// What a client may not choose: these belong to the protocol.
const RESERVED: [&str; 9] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "response_mode",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// Why a provider gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The connection does not say where an endpoint is.
    #[error("the connection names no {0}")]
    NotConfigured(&'static str),
    /// No answer came.
    #[error("the provider's {endpoint} could not be asked: {error}")]
    Fetch {
        /// Which endpoint.
        endpoint: &'static str,
        /// Why.
        error: FetchError,
    },
    /// It said no [RFC6749 §5.2].
    #[error("the provider's {endpoint} answered {error}")]
    Refused {
        /// Which endpoint.
        endpoint: &'static str,
        /// Its `error`.
        error: String,
    },
    /// It answers with a status that says nothing else.
    #[error("the provider's {endpoint} answered with status {status}")]
    Status {
        /// Which endpoint.
        endpoint: &'static str,
        /// The status.
        status: u16,
    },
    /// The answer cannot be read.
    #[error("the answer of the provider's {0} cannot be read")]
    Malformed(&'static str),
    /// There is no access token in the answer.
    #[error("the provider gave no access token")]
    NoAccessToken,
    /// The provider does not say who the person is.
    #[error("the provider does not say who the person is: neither the id token nor userinfo has a subject")]
    NoSubject,
    /// The id token was made for something else.
    #[error("the id token has another {claim} than it had to")]
    IdToken {
        /// Which claim.
        claim: &'static str,
    },
}

impl ProviderError {
    /// A word for the log and for screens.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotConfigured(_) => "not_configured",
            Self::Fetch { error, .. } => error.as_str(),
            Self::Refused { .. } => "refused",
            Self::Status { .. } => "status",
            Self::Malformed(_) => "malformed",
            Self::NoAccessToken => "no_access_token",
            Self::NoSubject => "no_subject",
            Self::IdToken { .. } => "id_token",
        }
    }

    /// Whether asking again would bring the same: the provider said no to what it was shown.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error == "invalid_grant")
    }
}

/// What a provider gave for a person.
#[derive(Serialize, Deserialize)]
pub struct Granted {
    /// The access token.
    #[serde(with = "answer::token")]
    pub access_token: Secret<ProviderToken>,
    /// The refresh token.
    #[serde(with = "answer::optional_token")]
    pub refresh_token: Option<Secret<ProviderToken>>,
    /// Seconds the access token lives.
    pub expires_in: Option<u32>,
    /// Granted scopes; none when the provider does not say.
    pub scopes: Option<Vec<String>>,
    /// Who the person is there. Empty in the answer to a refresh.
    pub subject: String,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Granted(redacted)")
    }
}

/// A provider that can be asked: a connection, opened.
pub struct Provider<'a> {
    /// The engine whose fetcher asks.
    pub engine: &'a Engine,
    /// The connection.
    pub connection: &'a Connection,
    /// Our secret there.
    pub client_secret: Option<Zeroizing<Vec<u8>>>,
    /// Hosts of the project that may be reached though they are not public.
    pub allowed_hosts: &'a [String],
}

/// What binds a browser's way through the provider: known to that browser alone.
pub struct Binding {
    /// `code_verifier` [RFC7636 §4.1].
    pub verifier: Zeroizing<String>,
    /// `nonce` [OIDC-CORE §3.1.2.1].
    pub nonce: String,
}

impl Binding {
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

/// The scopes a request asks for: its own in place of the connection's; `offline_access` stays if the connection has it.
pub fn scopes(connection: &Connection, request: &ConnectRequest) -> Vec<String> {
    let own: Vec<String> = connection.scopes().into_iter().map(str::to_owned).collect();
    if request.scopes.is_empty() {
        return own;
    }
    let mut scopes = request.scopes.clone();
    for kept in own.iter().filter(|scope| *scope == "offline_access") {
        if !scopes.contains(kept) {
            scopes.push(kept.clone());
        }
    }
    scopes
}

/// The address at which the person agrees.
pub fn authorization_url(
    connection: &Connection,
    endpoints: &Endpoints,
    request: &ConnectRequest,
    callback: &str,
    state: &str,
    binding: &Binding,
) -> Result<String, ProviderError> {
    const MISSING: ProviderError = ProviderError::NotConfigured("authorization_endpoint");
    let base = endpoints.authorization.as_deref().ok_or(MISSING)?;
    let mut url = url::Url::parse(base).map_err(|_| MISSING)?;
    let client_id =
        connection.option("client_id").ok_or(ProviderError::NotConfigured("client_id"))?.to_owned();
    let scopes = scopes(connection, request).join(" ");
    let challenge = binding.challenge();
    let mut own: Vec<(&str, &str)> = vec![
        ("response_type", "code"),
        ("client_id", &client_id),
        ("redirect_uri", callback),
        ("scope", &scopes),
        // [RFC6749 §4.1.1] [RFC6749 §4.1.3] the answer is tied to this request, and the address is sent again with the code
        ("state", state),
    ];
    if asks_for_id_token(&scopes) {
        own.push(("nonce", &binding.nonce));
    }
    if endpoints.pkce {
        // [RFC7636 §4.2] [RFC7636 §7.2] as a client always S256
        own.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
    }
    let words = OFFLINE_WORDS.iter().find(|(strategy, _)| *strategy == connection.strategy);
    own.extend(words.into_iter().flat_map(|(_, words)| words.iter().copied()));
    own.retain(|(name, value)| *name != "scope" || !value.is_empty());
    // What the connection and the request add may replace nothing but such words.
    let upstream = upstream(connection);
    let added: Vec<(&str, &str)> = upstream
        .iter()
        .map(|(name, value)| (name, value))
        .chain(&request.authorization_params)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !RESERVED.contains(name))
        .collect();
    own.retain(|(name, _)| RESERVED.contains(name) || !added.iter().any(|(own, _)| own == name));
    url.query_pairs_mut().extend_pairs(own).extend_pairs(added);
    Ok(url.into())
}

/// [OIDC-CORE §3.1.2.1] a request with the scope `openid` is one for an id token, and has a nonce.
fn asks_for_id_token(scopes: &str) -> bool {
    scopes.split(' ').any(|scope| scope == "openid")
}

/// `options.upstream_params`: `{"name": {"value": "…"}}`. Aliases are not supported.
fn upstream(connection: &Connection) -> Vec<(String, String)> {
    let params = connection.options.get("upstream_params").and_then(Value::as_object);
    let value = |value: &Value| value.get("value").and_then(Value::as_str).map(str::to_owned);
    params.into_iter().flatten().filter_map(|(name, own)| Some((name.clone(), value(own)?))).collect()
}

impl Provider<'_> {
    /// Redeems the code the person came back with, and finds out who they are there.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn redeem(
        &self,
        endpoints: &Endpoints,
        code: &str,
        callback: &str,
        binding: &Binding,
    ) -> Result<Granted, ProviderError> {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback)];
        if endpoints.pkce {
            form.push(("code_verifier", &binding.verifier));
        }
        let answer = self.ask(endpoints, &form).await?;
        let mut granted = answer::granted(&answer)?;
        granted.subject = self.subject(endpoints, &answer, &granted, &binding.nonce).await?;
        Ok(granted)
    }

    /// Asks for a new access token [RFC6749 §6].
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn refresh(
        &self,
        endpoints: &Endpoints,
        refresh_token: &str,
    ) -> Result<Granted, ProviderError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let answer = self.ask(endpoints, &form).await?;
        answer::granted(&answer)
    }

    async fn ask(
        &self,
        endpoints: &Endpoints,
        form: &[(&str, &str)],
    ) -> Result<Map<String, Value>, ProviderError> {
        const ENDPOINT: &str = "token endpoint";
        let url = endpoints.token.as_deref().ok_or(ProviderError::NotConfigured("token_endpoint"))?;
        let client_id =
            self.connection.option("client_id").ok_or(ProviderError::NotConfigured("client_id"))?;
        let secret = self.client_secret.as_deref().map(|secret| std::str::from_utf8(secret));
        let secret = secret.transpose().map_err(|_| ProviderError::NotConfigured("client_secret"))?;
        let mut form = form.to_vec();
        let authorization = match secret {
            Some(secret) if endpoints.basic => Some(basic(client_id, secret)),
            Some(secret) => {
                form.extend([("client_id", client_id), ("client_secret", secret)]);
                None
            }
            None => {
                form.push(("client_id", client_id));
                None
            }
        };
        let call = Call {
            method: Method::PostForm(encoded(&form)),
            authorization,
            ..Call::get(url, self.allowed_hosts)
        };
        let fetched = self.engine.fetch().fetch(call).await;
        let answer = fetched.map_err(|error| ProviderError::Fetch { endpoint: ENDPOINT, error })?;
        answer::object(&answer, ENDPOINT)
    }

    /// Who the person is: `sub` of the id token, or of userinfo.
    async fn subject(
        &self,
        endpoints: &Endpoints,
        answer: &Map<String, Value>,
        granted: &Granted,
        nonce: &str,
    ) -> Result<String, ProviderError> {
        const ENDPOINT: &str = "userinfo endpoint";
        if let Some(id_token) = answer.get("id_token").and_then(Value::as_str) {
            return self.subject_of_id_token(endpoints, id_token, nonce);
        }
        let Some(url) = endpoints.userinfo.as_deref() else { return Err(ProviderError::NoSubject) };
        let call = Call::get(url, self.allowed_hosts).bearer(granted.access_token.expose());
        let fetched = self.engine.fetch().fetch(call).await;
        let answer = fetched.map_err(|error| ProviderError::Fetch { endpoint: ENDPOINT, error })?;
        subject_of(&answer::object(&answer, ENDPOINT)?)
    }

    /// [OIDC-CORE §3.1.3.7] The token came straight from the token endpoint, so that its signature may be left alone; what
    /// it says may not.
    fn subject_of_id_token(
        &self,
        endpoints: &Endpoints,
        id_token: &str,
        nonce: &str,
    ) -> Result<String, ProviderError> {
        const ID_TOKEN: ProviderError = ProviderError::Malformed("id token");
        let unverified = jose::peek_jws(id_token).map_err(|_| ID_TOKEN)?;
        let claims: Map<String, Value> = serde_json::from_slice(&unverified.payload).map_err(|_| ID_TOKEN)?;
        let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
        let wrong = |claim| Err(ProviderError::IdToken { claim });
        if endpoints.issuer.as_deref().is_some_and(|issuer| text("iss") != Some(issuer)) {
            return wrong("iss");
        }
        let client_id = self.connection.option("client_id");
        let named = match claims.get("aud") {
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == client_id),
            one => one.and_then(Value::as_str) == client_id,
        };
        if !named {
            return wrong("aud");
        }
        if text("nonce") != Some(nonce) {
            return wrong("nonce");
        }
        let now = self.engine.now().seconds();
        if claims.get("exp").and_then(Value::as_i64).is_none_or(|exp| exp + LEEWAY <= now) {
            return wrong("exp");
        }
        subject_of(&claims)
    }
}

/// `sub`, or what providers before OpenID Connect call it: a text or a number.
fn subject_of(claims: &Map<String, Value>) -> Result<String, ProviderError> {
    let found = ["sub", "id", "user_id"].iter().find_map(|name| match claims.get(*name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    });
    found
        .filter(|subject| subject.len() <= LONGEST_SUBJECT && !subject.chars().any(char::is_control))
        .ok_or(ProviderError::NoSubject)
}

/// A form as it is sent.
fn encoded(form: &[(&str, &str)]) -> Zeroizing<String> {
    Zeroizing::new(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish())
}

/// [RFC6749 §2.3.1] each half form-encoded.
fn basic(client_id: &str, secret: &str) -> Zeroizing<String> {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encode(client_id), encode(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

/// When an access token that came `now` ends.
pub fn ends_at(now: Timestamp, expires_in: Option<u32>) -> Option<Timestamp> {
    expires_in.map(|seconds| now + seconds)
}

#[cfg(test)]
mod tests;
