//! The provider's side of a sign-in: where the browser is sent, and the calls that are made when it comes back.

use std::sync::Arc;

use anteroom_oauth::jose;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::state;
use crate::engine::Engine;
use crate::fetch::{Answer, Call, FetchError, Method};
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::Interaction;
use crate::model::client::{IdentityProvider, TokenAuthMethod};
use crate::service::interactions::{self, Browser};
use crate::service::jwks::{self, NoKey, Source};
use crate::service::user_info;

/// What is asked of a provider: a subject, and the claims that find somebody by e-mail.
const SCOPE: &str = "openid profile email";

/// A provider on the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its host, to show.
    pub host: String,
    /// Where the browser goes.
    pub address: String,
}

/// What the sign-in page of an interaction offers; nothing when the client's provider serves the exchange of tokens alone.
pub fn offer(
    provider: &IdentityProvider,
    issuer: &Issuer,
    browser: &Browser,
    interaction: &Interaction,
) -> Option<Offer> {
    let url = authorize_url(provider, issuer)?;
    let host = url::Url::parse(&url).ok()?.host_str()?.to_owned();
    let id: Id<Interaction> = interaction.id;
    let state = state::of_page(id, &browser.provider_state(id)?);
    let nonce = browser.provider_nonce(id)?;
    // [RFC7636 §4.2] whether the provider asks for it or not.
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(browser.provider_verifier(id)?.as_bytes()));
    let mut parameters = vec![
        ("state", state.as_str()),
        ("nonce", nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    parameters.extend(interaction.request.login_hint.as_deref().map(|hint| ("login_hint", hint)));
    // [OIDC-CORE §3.1.2.1]
    parameters.extend(interaction.request.ask_login.then_some(("prompt", "login")));
    Some(Offer { host, address: interactions::address(&url, &parameters) })
}

/// The provider's authorization endpoint with what is the same for everybody; `None` when people cannot sign in there.
pub(super) fn authorize_url(provider: &IdentityProvider, issuer: &Issuer) -> Option<String> {
    let (url, client_id) = (provider.authorize_url.as_deref()?, provider.client_id.as_deref()?);
    let parsed = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    if parsed.fragment().is_some() || !provider.signs_people_in() {
        return None;
    }
    let redirect_uri = issuer.endpoint("auth/external");
    let parameters = [
        ("client_id", client_id),
        ("redirect_uri", redirect_uri.as_str()),
        ("response_type", "code"),
        ("scope", SCOPE),
    ];
    Some(interactions::address(parsed.as_str(), &parameters))
}

/// What is asked of the token endpoint.
pub(super) struct Asked<'a> {
    pub(super) provider: &'a IdentityProvider,
    pub(super) allowed_hosts: &'a [String],
    pub(super) secret: Option<&'a [u8]>,
    pub(super) redirect_uri: &'a str,
    pub(super) code: &'a str,
    pub(super) verifier: Option<&'a str>,
}

/// What the provider said.
pub(super) struct Fetched {
    /// The token endpoint's answer, or why there is none.
    pub(super) answer: Result<Answer, FetchError>,
    /// What is in it, when it is one.
    pub(super) tokens: Option<Tokens>,
    /// The key of the ID token, where the provider's settings say where the keys are.
    pub(super) key: Option<Result<Arc<jose::VerifyingKey>, NoKey>>,
    /// The userinfo endpoint's answer; it is asked only with an access token.
    pub(super) user_info: Option<user_info::Fetched>,
}

/// [OIDC-CORE §3.1.3.3] both must be there.
pub(super) struct Tokens {
    pub(super) id_token: Zeroizing<String>,
    access_token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct TokenResponse {
    id_token: String,
    access_token: String,
}

/// Redeems the code, and asks who the person is. Never inside a transaction.
pub(super) async fn fetch(engine: &Engine, asked: &Asked<'_>) -> Fetched {
    let answer = engine.fetch().fetch(token_call(asked)).await;
    let tokens = answer.as_ref().ok().and_then(tokens_in);
    let Some(held) = &tokens else { return Fetched { answer, tokens, key: None, user_info: None } };
    let hosts = asked.allowed_hosts;
    let key = match (&asked.provider.jwks_url, jose::peek_jws(&held.id_token)) {
        (Some(url), Ok(unverified)) => {
            let source = Source { url: url.clone(), allowed_hosts: hosts.to_vec() };
            Some(jwks::find(engine, &source, unverified.kid.as_deref(), &unverified.alg).await)
        }
        _ => None,
    };
    let user_info = user_info::fetch(engine, asked.provider, hosts, &held.access_token).await;
    Fetched { answer, tokens, key, user_info: Some(user_info) }
}

/// [RFC6749 §4.1.3], with our credentials at the provider [RFC6749 §2.3.1].
fn token_call(asked: &Asked<'_>) -> Call {
    let client_id = asked.provider.client_id.as_deref().unwrap_or_default();
    let secret = asked.secret.map(String::from_utf8_lossy);
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code");
    form.append_pair("code", asked.code);
    form.append_pair("redirect_uri", asked.redirect_uri);
    if let Some(verifier) = asked.verifier {
        form.append_pair("code_verifier", verifier);
    }
    let authorization = match (&secret, asked.provider.token_auth_method()) {
        (Some(secret), TokenAuthMethod::ClientSecretBasic) => {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(secret)));
            Some(Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes()))))
        }
        (Some(secret), TokenAuthMethod::ClientSecretPost) => {
            form.append_pair("client_id", client_id).append_pair("client_secret", secret);
            None
        }
        (None, _) => {
            form.append_pair("client_id", client_id);
            None
        }
    };
    Call {
        url: asked.provider.token_url.clone().unwrap_or_default(),
        method: Method::PostForm(Zeroizing::new(form.finish())),
        accept: "application/json",
        authorization,
        allowed_hosts: asked.allowed_hosts.to_vec(),
    }
}

fn tokens_in(answer: &Answer) -> Option<Tokens> {
    if answer.status != 200 {
        return None;
    }
    let TokenResponse { id_token, access_token } = serde_json::from_slice(&answer.body).ok()?;
    let (id_token, access_token) = (Zeroizing::new(id_token), Zeroizing::new(access_token));
    // It goes into a header.
    let fits = access_token.len() <= user_info::LONGEST_TOKEN
        && !access_token.is_empty()
        && access_token.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(Tokens { id_token, access_token })
}
