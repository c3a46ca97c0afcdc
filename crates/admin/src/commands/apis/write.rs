//! Writing and deleting APIs, their clients and their grants.

use anteroom_engine::Engine;
use anteroom_engine::cx::Cx;
use anteroom_engine::model::client::auth0::{AppType, Auth0Application};
use anteroom_engine::model::client::{ClientSettings, ClientType};
use anteroom_engine::model::resource_server::{ApiScope, ResourceServerSettings, SubjectTypeAuthorization};
use anteroom_engine::model::{ClientGrant, ResourceServer};
use anteroom_engine::service::client_grants::{self, NewClientGrant};
use anteroom_engine::service::clients::{self, NewClient};
use anteroom_engine::service::resource_servers::{self as service, Api as AnyApi, NewResourceServer};
use anteroom_engine::stop::Outcome;
use anteroom_oauth::GrantType;
use serde_json::Map;

use super::read::{find, find_grant, find_own, version_of, view};
use super::{Api, DeletedApi, GrantRef, LinkClient, Ref, Save, SaveGrant, ScopeOfApi};
use crate::acting::Acting;
use crate::admin::Admin;
use crate::commands::clients as client_commands;
use crate::commands::clients::IssuedSecret;
use crate::error::CommandError;
use crate::text::filled;
use crate::version;

pub(crate) async fn save(admin: &Admin, request: Save) -> Result<Api, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let api = match &request.id {
                None => create(cx, engine, acting, &request)?,
                Some(id) => update(cx, engine, acting, id, &request)?,
            };
            view(cx.tx, acting.project, engine.issuer(), &AnyApi::Own(Box::new(api)))
        })
        .await
}

fn create(cx: &mut Cx<'_>, engine: &Engine, acting: Acting, request: &Save) -> Outcome<ResourceServer> {
    let new = NewResourceServer {
        id: None,
        project: acting.project,
        identifier: request.identifier.trim().to_owned(),
        name: filled(&request.name),
        scopes: request.scopes.iter().map(scope).collect(),
        settings: settings(ResourceServerSettings::default(), request),
        signing_secret: None,
    };
    service::create(cx, engine, new)
}

fn update(
    cx: &mut Cx<'_>,
    engine: &Engine,
    acting: Acting,
    id: &str,
    request: &Save,
) -> Outcome<ResourceServer> {
    let before = find_own(cx.tx, acting.project, id)?;
    let name = before.name.as_ref().unwrap_or(&before.identifier);
    version::check(request.version.as_deref(), &version_of(&before), name)?;
    let after = ResourceServer {
        name: filled(&request.name),
        scopes: request.scopes.iter().map(scope).collect(),
        settings: settings(before.settings.clone(), request),
        ..before.clone()
    };
    service::update(cx, engine, &before, after)?;
    find_own(cx.tx, acting.project, id)
}

fn scope(scope: &ScopeOfApi) -> ApiScope {
    ApiScope { value: scope.value.trim().to_owned(), description: filled(&scope.description) }
}

fn settings(before: ResourceServerSettings, request: &Save) -> ResourceServerSettings {
    ResourceServerSettings {
        token_lifetime: request.token_lifetime,
        // It may not be longer, and the screen has no field for it: this server has no such flows.
        token_lifetime_for_web: before.token_lifetime_for_web.min(request.token_lifetime),
        allow_offline_access: request.allow_offline_access,
        subject_type_authorization: SubjectTypeAuthorization {
            user: request.user_access.into(),
            client: request.client_access.into(),
        },
        ..before
    }
}

pub(crate) async fn delete(admin: &Admin, request: Ref) -> Result<DeletedApi, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let api = find_own(cx.tx, acting.project, &request.id)?;
            service::delete(cx, &api)?;
            Ok(DeletedApi { name: api.name.unwrap_or(api.identifier) })
        })
        .await
}

/// A Custom API Client, as Auth0's page on the exchange makes it: confidential, for this API, with no grant but the exchange.
pub(crate) async fn link_client(admin: &Admin, request: LinkClient) -> Result<IssuedSecret, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let api = find_own(cx.tx, acting.project, &request.id)?;
            let secret = clients::make_secret(cx)?;
            let plain = secret.expose().to_owned();
            let grant = GrantType::FederatedConnectionAccessToken;
            let auth0 = Auth0Application {
                app_type: Some(AppType::ResourceServer),
                oidc_conformant: true,
                resource_server_identifier: Some(api.identifier),
                written_grant_types: vec![grant.as_str().to_owned()],
                ..Auth0Application::default()
            };
            let new = NewClient {
                secret: Some(secret),
                settings: ClientSettings {
                    grant_types: Some(vec![grant]),
                    auth0: Some(Box::new(auth0)),
                    ..ClientSettings::default()
                },
                ..NewClient::named(acting.project, request.name.trim(), ClientType::Confidential)
            };
            let client = clients::create(cx, engine, new)?;
            let client = client_commands::view(cx.tx, &client, cx.now)?;
            Ok(IssuedSecret { client, secret: Some(plain) })
        })
        .await
}

/// Writes the one grant of a client for an API and a subject type: a new one, or what the one there allows.
pub(crate) async fn save_grant(admin: &Admin, request: SaveGrant) -> Result<Api, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let api = find(cx.tx, acting.project, &request.id)?;
            let client = client_commands::find(cx.tx, acting.project, &request.client_id)?;
            let subject_type = request.subject.into();
            let scope = if request.all_scopes { Vec::new() } else { request.scopes };
            if let Some(before) = cx.tx.client_grant_for(client.id, api.reference(), subject_type)? {
                let after = ClientGrant { scope, allow_all_scopes: request.all_scopes, ..before.clone() };
                client_grants::update(cx, &before, &after)?;
            } else {
                let new = NewClientGrant {
                    id: None,
                    client: &client,
                    api: &api,
                    subject_type,
                    scope,
                    allow_all_scopes: request.all_scopes,
                    rest: Map::new(),
                };
                client_grants::create(cx, new)?;
            }
            view(cx.tx, acting.project, engine.issuer(), &api)
        })
        .await
}

pub(crate) async fn revoke_grant(admin: &Admin, request: GrantRef) -> Result<Api, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let grant = find_grant(cx.tx, acting.project, &request.id)?;
            let api = service::of_reference(cx.tx, grant.api)?;
            client_grants::delete(cx, &grant)?;
            view(cx.tx, acting.project, engine.issuer(), &api)
        })
        .await
}
