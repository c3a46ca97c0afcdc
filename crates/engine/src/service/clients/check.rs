//! What a client's values must be.

use anteroom_magic_link::template::Destination;
use anteroom_oauth::{GrantType, Scope, lifetime, redirect_uri};
use anteroom_sentence::{Sentence, sentence};

use crate::id::Id;
use crate::model::Project;
use crate::model::client::auth0::{AppType, Auth0Application, LONGEST_REFRESH};
use crate::model::client::{ClientSettings, ClientType, IdentityProvider, TokenAuthMethod};
use crate::service::projects::check_name;
use crate::stop::{Outcome, invalid};
use crate::store::Tx;

/// Most entries of `refresh_token.policies`.
const MOST_POLICIES: usize = 100;

/// Checks a client's values: the same rules for creating, changing and importing.
pub fn check(name: &str, client_type: ClientType, settings: &ClientSettings) -> Outcome<()> {
    check_name("name", name)?;
    for uri in &settings.redirect_uris {
        check_redirect_uri(uri)?;
    }
    for uri in &settings.post_logout_redirect_uris {
        check_uri("postLogoutRedirectUris", uri)?;
    }
    for origin in &settings.allowed_origins {
        check_origin(origin)?;
    }
    check_lifetime("accessTokenLifetime", settings.access_token_lifetime.as_deref())?;
    check_lifetime("refreshTokenLifetime", settings.refresh_token_lifetime.as_deref())?;
    if let Some(alg) = settings.id_token_signed_response_alg.as_deref()
        && !matches!(alg, "ES256" | "RS256")
    {
        return invalid(
            "idTokenSignedResponseAlg",
            sentence!("{alg:?} is not supported; use ES256 or RS256.", alg),
        );
    }
    if !settings.default_scope.is_empty() {
        let joined = settings.default_scope.join(" ");
        if Scope::parse(&joined).is_err() {
            return invalid(
                "defaultScope",
                sentence!("{joined:?} has a character that a scope cannot hold.", joined),
            );
        }
    }
    for (field, url) in [("jwksUri", &settings.jwks_uri), ("launchUri", &settings.launch_uri)] {
        if let Some(url) = url {
            check_url(field, url)?;
        }
    }
    if let Some(template) = &settings.magic_link_template
        && let Err(problem) = Destination::parse(template)
    {
        return invalid(
            "magicLinkTemplate",
            sentence!("{template}: {problem}.", template, problem = Sentence::from(&problem)),
        );
    }
    let grants = settings.grant_types.as_deref().unwrap_or_default();
    if client_type == ClientType::Public && grants.contains(&GrantType::ClientCredentials) {
        return invalid(
            "grantTypes",
            sentence!(
                "A public client cannot use client_credentials: it has no secret to prove itself with."
            ),
        );
    }
    if let Some(auth0) = &settings.auth0 {
        check_auth0(auth0)?;
    }
    settings.identity_provider.as_ref().map_or(Ok(()), check_identity_provider)
}

/// A duration in Medplum's form, if there is one.
fn check_lifetime(field: &'static str, lifetime: Option<&str>) -> Outcome<()> {
    match lifetime {
        Some(text) if lifetime::parse(text).is_none() => invalid(
            field,
            sentence!(
                "{text:?} is no duration: write a number and one of s, m, h, d, w, y (2w, 1h), at most a year.",
                text
            ),
        ),
        _ => Ok(()),
    }
}

/// The addresses of an identity provider, and how we prove there who we are.
fn check_identity_provider(provider: &IdentityProvider) -> Outcome<()> {
    check_url("identityProvider.userInfoUrl", &provider.user_info_url)?;
    for (field, url) in [
        ("identityProvider.authorizeUrl", &provider.authorize_url),
        ("identityProvider.tokenUrl", &provider.token_url),
        ("identityProvider.jwksUrl", &provider.jwks_url),
    ] {
        if let Some(url) = url {
            check_url(field, url)?;
        }
    }
    if let Some(method) = provider.extra.get("tokenAuthMethod")
        && method.as_str().and_then(TokenAuthMethod::parse).is_none()
    {
        return invalid(
            "identityProvider.tokenAuthMethod",
            sentence!(
                "{method} is not supported; use client_secret_basic or client_secret_post.",
                method = method.to_string()
            ),
        );
    }
    Ok(())
}

/// A Custom API Client acts for an API that is there. That it was there when the client was made is enough: the API may be
/// deleted before it.
pub(super) fn check_link(tx: &dyn Tx, project: Id<Project>, settings: &ClientSettings) -> Outcome<()> {
    let auth0 = settings.auth0.as_ref();
    let Some(identifier) = auth0.and_then(|auth0| auth0.resource_server_identifier.as_deref()) else {
        return Ok(());
    };
    if tx.resource_server_by_identifier(project, identifier)?.is_some() {
        return Ok(());
    }
    invalid(
        "resource_server_identifier",
        sentence!("There is no API with the identifier {identifier:?}; create it first.", identifier),
    )
}

/// What Auth0 keeps of an application.
fn check_auth0(auth0: &Auth0Application) -> Outcome<()> {
    if auth0.resource_server_identifier.is_some() && auth0.app_type != Some(AppType::ResourceServer) {
        return invalid(
            "resource_server_identifier",
            sentence!("Only a client of app_type resource_server acts for an API."),
        );
    }
    for origin in auth0.web_origins.iter().chain(&auth0.allowed_origins) {
        check_origin(origin)?;
    }
    let Some(refresh) = &auth0.refresh_token else { return Ok(()) };
    for lifetime in [refresh.token_lifetime, refresh.idle_token_lifetime] {
        if !(1..=LONGEST_REFRESH).contains(&lifetime) {
            return invalid(
                "refresh_token",
                sentence!(
                    "{lifetime} is no lifetime of a refresh token: 1 to {longest} seconds.",
                    lifetime,
                    longest = LONGEST_REFRESH
                ),
            );
        }
    }
    match &refresh.policies {
        Some(policies) if policies.is_empty() || policies.len() > MOST_POLICIES => invalid(
            "refresh_token",
            sentence!("policies holds 1 to {most} entries, or is left out.", most = MOST_POLICIES),
        ),
        _ => Ok(()),
    }
}

/// A redirect URI as it will be compared.
pub fn check_redirect_uri(uri: &str) -> Outcome<()> {
    check_uri("redirectUris", uri)
}

fn check_uri(field: &'static str, uri: &str) -> Outcome<()> {
    match redirect_uri::check(uri) {
        Ok(()) => Ok(()),
        Err(problem) => {
            invalid(field, sentence!("{uri}: {problem}", uri, problem = Sentence::from(&problem)))
        }
    }
}

fn check_url(field: &'static str, text: &str) -> Outcome<()> {
    match url::Url::parse(text) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none() =>
        {
            Ok(())
        }
        _ => invalid(field, sentence!("{text:?} is no http or https URL without credentials.", text)),
    }
}

/// An origin as browsers send it: scheme, host, port unless it is the default, nothing behind.
fn check_origin(text: &str) -> Outcome<()> {
    let written = url::Url::parse(text).map(|url| url.origin().ascii_serialization());
    if written.is_ok_and(|origin| origin == text && text.starts_with("http")) {
        Ok(())
    } else {
        invalid(
            "allowedOrigins",
            sentence!(
                "{text:?} is no origin; write it as https://app.example.org, without a path or a final slash.",
                text
            ),
        )
    }
}
