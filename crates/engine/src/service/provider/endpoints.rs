//! Where a provider's endpoints are: what the connection says, what its strategy knows, what its discovery document says.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::ProviderError;
use super::answer;
use crate::engine::Engine;
use crate::fetch::Call;
use crate::model::Connection;
use crate::timestamp::Timestamp;

/// Seconds a discovery document is used without being read again.
const KEPT: u32 = 600;
/// Documents kept at most.
const DOCUMENTS: usize = 256;

/// Where to ask what, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// `issuer`.
    pub issuer: Option<String>,
    /// `authorization_endpoint`.
    pub authorization: Option<String>,
    /// `token_endpoint`.
    pub token: Option<String>,
    /// `userinfo_endpoint`.
    pub userinfo: Option<String>,
    /// Whether PKCE goes along; always, unless the connection says that it must not.
    pub pkce: bool,
    /// Whether our secret goes in the header instead of the body.
    pub basic: bool,
}

/// A strategy whose provider is known: issuer, authorization, token and userinfo endpoint.
struct Known {
    strategy: &'static str,
    issuer: Option<&'static str>,
    authorization: &'static str,
    token: &'static str,
    userinfo: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        strategy: "google-oauth2",
        issuer: Some("https://accounts.google.com"),
        authorization: "https://accounts.google.com/o/oauth2/v2/auth",
        token: "https://oauth2.googleapis.com/token",
        userinfo: "https://openidconnect.googleapis.com/v1/userinfo",
    },
    Known {
        strategy: "github",
        issuer: None,
        authorization: "https://github.com/login/oauth/authorize",
        token: "https://github.com/login/oauth/access_token",
        userinfo: "https://api.github.com/user",
    },
    // The issuer names the tenant of the person, which nobody knows before.
    Known {
        strategy: "windowslive",
        issuer: None,
        authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        userinfo: "https://graph.microsoft.com/oidc/userinfo",
    },
    Known {
        strategy: "waad",
        issuer: None,
        authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        userinfo: "https://graph.microsoft.com/oidc/userinfo",
    },
];

/// Discovery documents that were read.
#[derive(Default)]
pub(crate) struct Documents(Mutex<HashMap<String, (Timestamp, Endpoints)>>);

impl Documents {
    fn get(&self, url: &str, now: Timestamp) -> Option<Endpoints> {
        let documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        documents.get(url).filter(|(at, _)| now < *at + KEPT).map(|(_, endpoints)| endpoints.clone())
    }

    fn put(&self, url: &str, now: Timestamp, endpoints: &Endpoints) {
        let mut documents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if documents.len() >= DOCUMENTS {
            documents.clear();
        }
        documents.insert(url.to_owned(), (now, endpoints.clone()));
    }
}

/// The endpoints of a connection; reads its discovery document where one is named and something is missing.
///
/// # Errors
/// When the document cannot be read.
pub async fn endpoints(
    engine: &Engine,
    connection: &Connection,
    allowed_hosts: &[String],
) -> Result<Endpoints, ProviderError> {
    let mut own = stated(connection);
    if own.authorization.is_some() && own.token.is_some() {
        return Ok(own);
    }
    if let Some(url) = discovery_url(connection) {
        let found = discover(engine, &url, allowed_hosts).await?;
        own.issuer = own.issuer.or(found.issuer);
        own.authorization = own.authorization.or(found.authorization);
        own.token = own.token.or(found.token);
        own.userinfo = own.userinfo.or(found.userinfo);
    }
    Ok(own)
}

/// Where our secret and people's refresh tokens go: to the token endpoint that is stated, or to what the discovery document
/// at this address names.
pub(crate) fn secrets_go_to(connection: &Connection) -> Option<String> {
    stated(connection).token.or_else(|| discovery_url(connection))
}

/// What the connection itself and its strategy say.
fn stated(connection: &Connection) -> Endpoints {
    let known = KNOWN.iter().find(|known| known.strategy == connection.strategy);
    let first = |names: &[&str], known: Option<&'static str>| {
        let own = names.iter().find_map(|name| connection.option(name).filter(|text| !text.is_empty()));
        own.or(known).map(str::to_owned)
    };
    Endpoints {
        issuer: first(&["issuer"], known.and_then(|known| known.issuer)),
        authorization: first(
            &["authorization_endpoint", "authorizationURL"],
            known.map(|known| known.authorization),
        ),
        token: first(&["token_endpoint", "tokenURL"], known.map(|known| known.token)),
        userinfo: first(
            &["userinfo_endpoint", "userinfoURL", "userInfoURL"],
            known.map(|known| known.userinfo),
        ),
        pkce: pkce(connection),
        basic: connection.option("token_endpoint_auth_method") == Some("client_secret_basic"),
    }
}

/// [RFC7636 §5] a provider that does not know PKCE ignores it; off only where the connection says so.
fn pkce(connection: &Connection) -> bool {
    let settings = connection.options.get("connection_settings");
    let off = settings.and_then(|settings| settings.get("pkce")).and_then(Value::as_str) == Some("disabled");
    !off && connection.options.get("pkce_enabled") != Some(&Value::Bool(false))
}

fn discovery_url(connection: &Connection) -> Option<String> {
    if let Some(url) = connection.option("discovery_url").filter(|url| !url.is_empty()) {
        return Some(url.to_owned());
    }
    let issuer = connection.option("issuer").filter(|issuer| !issuer.is_empty())?;
    // [OIDC-DISCOVERY §4.1]
    Some(format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))
}

async fn discover(engine: &Engine, url: &str, allowed_hosts: &[String]) -> Result<Endpoints, ProviderError> {
    const ENDPOINT: &str = "discovery document";
    let now = engine.now();
    if let Some(known) = engine.discovery_documents().get(url, now) {
        return Ok(known);
    }
    let fetched = engine.fetch().fetch(Call::get(url, allowed_hosts)).await;
    let answer = fetched.map_err(|error| ProviderError::Fetch { endpoint: ENDPOINT, error })?;
    let document: Map<String, Value> = answer::object(&answer, ENDPOINT)?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let found = Endpoints {
        issuer: text("issuer"),
        authorization: text("authorization_endpoint"),
        token: text("token_endpoint"),
        userinfo: text("userinfo_endpoint"),
        ..Endpoints::default()
    };
    engine.discovery_documents().put(url, now, &found);
    Ok(found)
}
