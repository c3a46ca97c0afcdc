//! Creating, changing and deleting clients.

use std::collections::HashSet;

use anteroom_engine::Engine;
use anteroom_engine::cx::{Cx, Topic};
use anteroom_engine::model;
use anteroom_engine::model::client::{self as stored, ClientSettings};
use anteroom_engine::service::clients as service;
use anteroom_engine::service::{access_policies, people};
use anteroom_engine::stop::{Outcome, Stop, Unfit, UnfitKind, conflict, invalid};
use anteroom_oauth::GrantType;
use anteroom_oauth::redirect_uri;
use anteroom_sentence::{Sentence, sentence};

use super::read::{find, view};
use super::{
    Client, ClientChanges, ClientType, Create, Delete, Deleted, IdentityProvider, IssuedSecret, RedirectUri,
    SetStatus, Update,
};
use crate::admin::Admin;
use crate::error::CommandError;
use crate::text::{check_lines, filled};

pub(crate) async fn create(admin: &Admin, request: Create) -> Result<IssuedSecret, CommandError> {
    let mut seen = HashSet::new();
    if let Some(twice) = request.redirect_uris.iter().find(|uri| !seen.insert(uri.as_str())) {
        return Err(twice_registered("redirectUris", twice).into());
    }
    admin
        .change(move |cx, engine, acting| {
            let secret = match request.client_type {
                ClientType::Public => None,
                ClientType::Confidential | ClientType::Medplum => Some(service::make_secret(cx)?),
            };
            let plain = secret.as_ref().map(|secret| secret.expose().to_owned());
            let new = service::NewClient {
                secret,
                settings: ClientSettings {
                    redirect_uris: request.redirect_uris,
                    ..ClientSettings::default()
                },
                admin: request.admin,
                ..service::NewClient::named(acting.project, request.name, request.client_type.into())
            };
            let client = service::create(cx, engine, new)?;
            Ok(IssuedSecret { client: view(cx.tx, &client, cx.now)?, secret: plain })
        })
        .await
}

fn twice_registered(field: &'static str, uri: &str) -> Stop {
    let message = sentence!("{uri} is registered for this client already.", uri);
    Stop::Unfit(Unfit { kind: UnfitKind::Conflict, field: Some(field), message })
}

pub(crate) async fn update(admin: &Admin, request: Update) -> Result<Client, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            if before.version != request.version {
                return conflict(
                    Some("version"),
                    sentence!("This client was changed meanwhile: you saw version {seen}, the newest is {newest}. Look at it again, then repeat your change.", seen = request.version, newest = before.version),
                );
            }
            let mut after = (*before).clone();
            apply(engine, &mut after, &request.changes)?;
            service::update(cx, &before, after)?;
            update_membership(cx, &before, &request.changes)?;
            let client = find(cx.tx, acting.project, &request.id)?;
            view(cx.tx, &client, cx.now)
        })
        .await
}

/// The client with its changes. The engine checks the result.
pub(super) fn apply(engine: &Engine, client: &mut model::Client, changes: &ClientChanges) -> Outcome<()> {
    if let Some(name) = &changes.name {
        name.trim().clone_into(&mut client.name);
    }
    if let Some(client_type) = changes.client_type {
        client.client_type = client_type.into();
    }
    if let Some(description) = &changes.description {
        const LONGEST: usize = 2_000;
        check_lines("description", description, LONGEST)?;
    }
    if let Some(grants) = &changes.grant_types {
        client.settings.grant_types = grant_types(grants)?;
    }
    let settings = &mut client.settings;
    let texts = [
        (&mut settings.description, &changes.description),
        (&mut settings.launch_uri, &changes.launch_uri),
        (&mut settings.jwks_uri, &changes.jwks_uri),
        (&mut settings.access_token_lifetime, &changes.access_token_lifetime),
        (&mut settings.refresh_token_lifetime, &changes.refresh_token_lifetime),
        (&mut settings.id_token_signed_response_alg, &changes.id_token_signed_response_alg),
        (&mut settings.magic_link_template, &changes.magic_link_template),
    ];
    for (setting, change) in texts {
        if let Some(text) = change {
            *setting = filled(text);
        }
    }
    let lists = [
        (&mut settings.post_logout_redirect_uris, &changes.post_logout_redirect_uris),
        (&mut settings.allowed_origins, &changes.allowed_origins),
        (&mut settings.default_scope, &changes.default_scope),
    ];
    for (setting, change) in lists {
        if let Some(list) = change {
            setting.clone_from(list);
        }
    }
    if let Some(optional) = changes.pkce_optional {
        settings.pkce_optional = optional;
    }
    match &changes.identity_provider {
        Some(provider) => apply_provider(engine, client, provider),
        None => Ok(()),
    }
}

/// No grants named: all that fit the type.
fn grant_types(names: &[String]) -> Outcome<Option<Vec<GrantType>>> {
    let mut grants = Vec::new();
    for name in names {
        let Ok(grant) = name.parse() else {
            let all = GrantType::ALL.map(GrantType::as_str).join(", ");
            return invalid(
                "grantTypes",
                sentence!("{name:?} is no grant this engine knows; it knows {all}.", name, all),
            );
        };
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    Ok((!grants.is_empty()).then_some(grants))
}

/// The provider; an empty userinfo endpoint removes it with its secret. An absent secret stays, an empty one goes.
fn apply_provider(engine: &Engine, client: &mut model::Client, wanted: &IdentityProvider) -> Outcome<()> {
    client.settings.identity_provider = merge_provider(client.settings.identity_provider.take(), wanted);
    if client.settings.identity_provider.is_none() {
        client.provider_secret = None;
        return Ok(());
    }
    match wanted.client_secret.as_deref() {
        None => {}
        Some("") => client.provider_secret = None,
        Some(secret) => {
            client.provider_secret = Some(service::seal_provider_secret(engine, client.id, secret)?);
        }
    }
    Ok(())
}

/// The provider's settings with the changes of a screen, without the secret; nothing when the userinfo endpoint is empty.
pub(crate) fn merge_provider(
    before: Option<stored::IdentityProvider>,
    wanted: &IdentityProvider,
) -> Option<stored::IdentityProvider> {
    let optional = |text: &Option<String>| text.as_deref().and_then(filled);
    let kept = |text: &Option<String>, before: Option<String>| match text {
        None => before,
        Some(text) => filled(text),
    };
    let user_info_url = filled(&wanted.user_info_url)?;
    let before = before.unwrap_or_default();
    Some(stored::IdentityProvider {
        user_info_url,
        authorize_url: optional(&wanted.authorize_url),
        token_url: optional(&wanted.token_url),
        client_id: optional(&wanted.client_id),
        use_subject: wanted.use_subject,
        require_verified_email: wanted.require_verified_email,
        issuer: kept(&wanted.issuer, before.issuer),
        audience: kept(&wanted.audience, before.audience),
        jwks_url: kept(&wanted.jwks_url, before.jwks_url),
        extra: before.extra,
    })
}

/// Rights of the client's own membership.
fn update_membership(cx: &mut Cx<'_>, client: &model::Client, changes: &ClientChanges) -> Outcome<()> {
    if changes.admin.is_none() && changes.access_policy.is_none() {
        return Ok(());
    }
    let Some(before) = cx.tx.membership_of_client(client.id)? else {
        return invalid(
            "admin",
            sentence!("This client has no membership of its own, so it cannot be given rights."),
        );
    };
    let mut after = (*before).clone();
    after.admin = changes.admin.unwrap_or(before.admin);
    if let Some(name) = &changes.access_policy {
        after.access_policy = access_policies::by_name(cx, client.project, name.trim())?;
    }
    cx.about.client = Some(client.id);
    if people::update(cx, &before, &after)? {
        cx.changed(Topic::Clients);
    }
    Ok(())
}

pub(crate) async fn add_redirect_uri(admin: &Admin, request: RedirectUri) -> Result<Client, CommandError> {
    change_redirect_uris(admin, request, |uris, uri| {
        if let Err(problem) = redirect_uri::check(uri) {
            let said = Sentence::from(&problem);
            let said = match problem.suggestion() {
                Some(meant) => sentence!("{said} You may have meant {meant}", said, meant),
                None => said,
            };
            return invalid("uri", said);
        }
        if uris.iter().any(|registered| registered == uri) {
            return Err(twice_registered("uri", uri));
        }
        uris.push(uri.to_owned());
        Ok(())
    })
    .await
}

pub(crate) async fn remove_redirect_uri(admin: &Admin, request: RedirectUri) -> Result<Client, CommandError> {
    change_redirect_uris(admin, request, |uris, uri| {
        let registered = uris.len();
        uris.retain(|registered| registered != uri);
        if uris.len() == registered {
            return invalid("uri", sentence!("{uri:?} is not registered for this client.", uri));
        }
        Ok(())
    })
    .await
}

async fn change_redirect_uris(
    admin: &Admin,
    request: RedirectUri,
    change: impl FnOnce(&mut Vec<String>, &str) -> Outcome<()> + Send + 'static,
) -> Result<Client, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            let mut after = (*before).clone();
            change(&mut after.settings.redirect_uris, &request.uri)?;
            service::update(cx, &before, after)?;
            let client = find(cx.tx, acting.project, &request.id)?;
            view(cx.tx, &client, cx.now)
        })
        .await
}

pub(crate) async fn set_status(admin: &Admin, request: SetStatus) -> Result<Client, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let before = find(cx.tx, acting.project, &request.id)?;
            let after = model::Client { status: request.status.into(), ..(*before).clone() };
            service::update(cx, &before, after)?;
            let client = find(cx.tx, acting.project, &request.id)?;
            view(cx.tx, &client, cx.now)
        })
        .await
}

pub(crate) async fn delete(admin: &Admin, request: Delete) -> Result<Deleted, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let client = find(cx.tx, acting.project, &request.id)?;
            if client.name != request.name.trim() {
                return invalid(
                    "name",
                    sentence!(
                        "The client is named {client:?}; you typed {typed:?}.",
                        client = &client.name,
                        typed = &request.name
                    ),
                );
            }
            let (sessions, magic_links) = service::delete(cx, &client)?;
            Ok(Deleted { sessions, magic_links })
        })
        .await
}
