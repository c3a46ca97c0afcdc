//! Writing and deleting connections.

use anteroom_engine::Engine;
use anteroom_engine::cx::Cx;
use anteroom_engine::model;
use anteroom_engine::service::connections::{self as service, NewConnection};
use anteroom_engine::stop::Outcome;
use serde_json::{Map, Value};

use super::read::{AUTHORIZATION, TOKEN, USERINFO, find, settings, version_of, view};
use super::{Connection, ConnectionSettings, DeletedConnection, Ref, Save, SetClient};
use crate::acting::Acting;
use crate::admin::Admin;
use crate::commands::clients;
use crate::error::CommandError;
use crate::text::filled;
use crate::version;

pub(crate) async fn save(admin: &Admin, request: Save) -> Result<Connection, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let connection = match &request.id {
                None => create(cx, engine, acting, &request)?,
                Some(id) => update(cx, engine, acting, id, &request)?,
            };
            view(cx.tx, engine.issuer(), &connection)
        })
        .await
}

fn create(cx: &mut Cx<'_>, engine: &Engine, acting: Acting, request: &Save) -> Outcome<model::Connection> {
    let strategy = request.strategy.trim().to_owned();
    let options = options(Map::new(), &strategy, &ConnectionSettings::default(), request);
    let new = NewConnection {
        id: None,
        project: acting.project,
        name: request.name.trim().to_owned(),
        strategy,
        display_name: filled(&request.settings.display_name),
        options,
        authentication: false,
        connected_accounts: request.settings.connected_accounts,
        rest: Map::new(),
    };
    service::create(cx, engine, new)
}

fn update(
    cx: &mut Cx<'_>,
    engine: &Engine,
    acting: Acting,
    id: &str,
    request: &Save,
) -> Outcome<model::Connection> {
    let before = find(cx.tx, acting.project, id)?;
    version::check(request.version.as_deref(), &version_of(&before), &before.name)?;
    let options = options(before.options.clone(), &before.strategy, &settings(&before), request);
    let after = model::Connection {
        display_name: filled(&request.settings.display_name),
        connected_accounts: request.settings.connected_accounts,
        options,
        ..before.clone()
    };
    service::update(cx, engine, &before, after)?;
    find(cx.tx, acting.project, id)
}

/// The options with what changed; everything else in them stays as it was written.
fn options(
    mut options: Map<String, Value>,
    strategy: &str,
    before: &ConnectionSettings,
    request: &Save,
) -> Map<String, Value> {
    let wanted = &request.settings;
    let texts: [(&[&str], &String, &String); 5] = [
        (&["issuer"], &before.issuer, &wanted.issuer),
        (&AUTHORIZATION, &before.authorization_endpoint, &wanted.authorization_endpoint),
        (&TOKEN, &before.token_endpoint, &wanted.token_endpoint),
        (&USERINFO, &before.userinfo_endpoint, &wanted.userinfo_endpoint),
        (&["client_id"], &before.client_id, &wanted.client_id),
    ];
    for (names, before, wanted) in texts {
        if before != wanted {
            for name in names {
                options.remove(*name);
            }
            if let (Some(text), Some(name)) = (filled(wanted), names.first()) {
                options.insert((*name).to_owned(), text.into());
            }
        }
    }
    if before.scopes != wanted.scopes {
        // [AUTH0 connections] one text for `oidc`, a list for the others.
        let scopes = match strategy {
            "oidc" => Value::from(wanted.scopes.join(" ")),
            _ => Value::from(wanted.scopes.clone()),
        };
        options.insert("scope".to_owned(), scopes);
    }
    if let Some(secret) = &request.client_secret {
        options.insert("client_secret".to_owned(), secret.clone().into());
    }
    options
}

pub(crate) async fn set_client(admin: &Admin, request: SetClient) -> Result<Connection, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let connection = find(cx.tx, acting.project, &request.id)?;
            let client = clients::find(cx.tx, acting.project, &request.client_id)?;
            service::set_clients(cx, &connection, &[(client.id, request.enabled)])?;
            view(cx.tx, engine.issuer(), &connection)
        })
        .await
}

pub(crate) async fn delete(admin: &Admin, request: Ref) -> Result<DeletedConnection, CommandError> {
    admin
        .change(move |cx, _, acting| {
            let connection = find(cx.tx, acting.project, &request.id)?;
            service::delete(cx, &connection)?;
            Ok(DeletedConnection { name: connection.name })
        })
        .await
}
