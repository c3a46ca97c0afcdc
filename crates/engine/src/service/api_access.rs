//! Access to an API: which one an `audience` names, what a client may ask of it, and what the access token looks like.
//!
//! One gate for the authorization endpoint, client credentials, the code and the refresh token: each asks again, so that
//! what was taken from an API, a client or a client grant since is not given any more.

use anteroom_oauth::scope::Scope;
use zeroize::Zeroizing;

use crate::cx::Cx;
use crate::engine::Engine;
use crate::model::Client;
use crate::model::client_grant::SubjectType;
use crate::model::resource_server::{AccessPolicyType, SigningAlg, SystemApi, TOKEN_LIFETIME, TokenDialect};
use crate::refusal::Refusal;
use crate::service::client_grants;
use crate::service::resource_servers::{self, Api};
use crate::stop::{Fault, Outcome, Refused, refuse};

/// Scopes of OpenID Connect, which every person's token may have beside those of an API.
pub const OIDC_SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// Longest audience that is repeated to who sent it.
const LONGEST_SHOWN: usize = 600;

/// What a client asks, and may ask.
pub struct Asked {
    /// The API.
    pub api: Api,
    /// `audience`, as it was named.
    pub audience: String,
    /// In whose name.
    pub subject_type: SubjectType,
    /// Scopes of the API the client may have.
    allowed: Vec<String>,
    /// Whether a request that names no scope gets them all.
    all_unless_named: bool,
    /// Whether `offline_access` may be among the scopes.
    offline_access: bool,
}

fn shown(audience: &str) -> String {
    audience.chars().take(LONGEST_SHOWN).collect()
}

/// The same for Auth0's words, which put it between quotes.
fn quoted(audience: &str) -> String {
    shown(audience).replace(['"', '\\'], "?")
}

/// Finds the API that `audience` names and what the client may have from it.
///
/// # Refusals
/// [`Refusal::ServiceNotFound`] and [`Refusal::ServiceNotEnabled`] when no API is named so;
/// [`Refusal::ClientNotAuthorized`] and [`Refusal::ClientGrantMissing`] when the client may not ask it. The first of each
/// pair is for people, the second for clients that act for themselves.
pub fn ask(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    audience: &str,
    subject_type: SubjectType,
) -> Outcome<Asked> {
    let api = resource_servers::find(cx.tx, engine, client.project, audience)?;
    let found = || shown(audience).into();
    let Some(api) = api else {
        cx.trace.check("audience", false, "the identifier of an API", found);
        let (refusal, words) = match subject_type {
            SubjectType::User => (Refusal::ServiceNotFound, "Service not found"),
            SubjectType::Client => (Refusal::ServiceNotEnabled, "Service not enabled within domain"),
        };
        let words = Some(format!("{words}: {}", quoted(audience)));
        return Err(Refused { words, ..Refused::new(refusal) }.into());
    };
    cx.trace.check("audience", true, "the identifier of an API", found);
    let allowed = client_grants::allowed(cx.tx, client, &api, subject_type)?;
    let expected = format!("a client grant of subject type {}", subject_type.as_str());
    let granted = allowed.is_some();
    if !cx.trace.check("client_grant", granted, expected, || if granted { "there" } else { "none" }.into()) {
        let id = client.client_id();
        let (refusal, words) = match subject_type {
            SubjectType::User => (
                Refusal::ClientNotAuthorized,
                format!(
                    "Client \"{id}\" is not authorized to access resource server \"{}\".",
                    quoted(audience)
                ),
            ),
            SubjectType::Client => (
                Refusal::ClientGrantMissing,
                format!(
                    "Client \"{id}\" is not authorized to access resource server \"{}\". You need to create a \
                     \"client-grant\" associated to this API.",
                    quoted(audience)
                ),
            ),
        };
        return Err(Refused { words: Some(words), ..Refused::new(refusal) }.into());
    }
    let policy = api.subject_type_authorization();
    let all_unless_named = match subject_type {
        SubjectType::User => policy.user == AccessPolicyType::AllowAll,
        SubjectType::Client => true,
    };
    let offline_access = matches!(&api, Api::Own(api) if api.settings.allow_offline_access);
    Ok(Asked {
        api,
        audience: audience.to_owned(),
        subject_type,
        allowed: allowed.unwrap_or_default(),
        all_unless_named,
        offline_access,
    })
}

impl Asked {
    /// The scope a request gets: what it names, without what the client may not have; nothing is said about the rest.
    /// A person's token may have the scopes of OpenID Connect too, `offline_access` only from an API that allows it.
    ///
    /// # Refusals
    /// [`Refusal::InvalidScope`] for illegal characters.
    pub fn scope(&self, cx: &mut Cx<'_>, requested: Option<&str>) -> Outcome<Scope> {
        let all;
        let requested = match requested {
            Some(requested) => requested,
            None if self.all_unless_named => {
                all = self.allowed.join(" ");
                &all
            }
            None => "",
        };
        let Ok(requested) = Scope::parse(requested) else {
            cx.trace.check("scope.characters", false, "RFC 6749 section 3.3", || "illegal characters".into());
            return refuse(Refusal::InvalidScope, "illegal characters");
        };
        let kept: Vec<&str> = requested.iter().filter(|word| self.covers(word)).collect();
        match Scope::parse(&kept.join(" ")) {
            Ok(scope) => Ok(scope),
            Err(_) => Err(Fault::Inconsistent("a part of a scope is no scope").into()),
        }
    }

    /// Whether the client may have this word.
    pub fn covers(&self, word: &str) -> bool {
        if self.allowed.iter().any(|own| own == word) {
            return true;
        }
        self.subject_type == SubjectType::User
            && OIDC_SCOPES.contains(&word)
            && (word != "offline_access" || self.offline_access)
    }

    /// The same for a refresh token that another API allowed: the word that asked for it goes along, and no new refresh
    /// token comes of it.
    #[must_use]
    pub fn with_offline_access(self) -> Self {
        Self { offline_access: true, ..self }
    }

    /// Whether a first-party client with a verifiable address needs no consent of the person.
    pub fn skips_consent(&self) -> bool {
        match &self.api {
            Api::Own(api) => api.settings.skip_consent_for_verifiable_first_party_clients,
            Api::System(_) => false,
        }
    }

    /// Whether a refresh token that was issued for another API may be used for this one: never for the Management API, and
    /// only where no consent is needed.
    pub fn allows_multi_resource(&self) -> bool {
        match &self.api {
            Api::Own(api) => api.settings.skip_consent_for_verifiable_first_party_clients,
            Api::System(api) => *api == SystemApi::MyAccount,
        }
    }

    /// What the access token looks like.
    ///
    /// # Errors
    /// A fault when the secret of the API cannot be opened.
    pub fn token(self, engine: &Engine, gty: Option<&'static str>) -> Outcome<ApiAccess> {
        let (lifetime, dialect, shared_secret) = match &self.api {
            Api::System(_) => (TOKEN_LIFETIME, TokenDialect::AccessToken, None),
            Api::Own(api) => {
                let secret = match api.settings.signing_alg {
                    SigningAlg::RS256 => None,
                    SigningAlg::HS256 => resource_servers::open_signing_secret(engine, api)?,
                };
                (api.settings.token_lifetime, api.settings.token_dialect.unwrap_or_default(), secret)
            }
        };
        Ok(ApiAccess { audience: self.audience, lifetime, dialect, shared_secret, gty })
    }
}

/// What an access token for an API looks like.
pub struct ApiAccess {
    /// `aud`, as the request named the API.
    pub audience: String,
    /// Seconds from issue to end.
    pub lifetime: u32,
    /// Which claims it has.
    pub dialect: TokenDialect,
    /// What it is signed with, if not with the engine's key.
    pub shared_secret: Option<Zeroizing<Vec<u8>>>,
    /// `gty`: how it was got, where Auth0 says so.
    pub gty: Option<&'static str>,
}
