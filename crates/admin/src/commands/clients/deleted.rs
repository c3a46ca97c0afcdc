//! Deleted clients, and what deleting one would take along.

use anteroom_engine::id::Id;
use anteroom_engine::model::client as stored;
use anteroom_engine::service::clients as service;
use anteroom_engine::service::clients::undo;
use anteroom_engine::stop::not_found;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::read::{find, view};
use super::{ClientType, Deleted, IssuedSecret, Ref};
use crate::admin::Admin;
use crate::error::CommandError;

/// Lists deleted client applications that can be restored.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListDeleted {}

/// Deleted client applications.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletedClients {
    /// Newest deletion first, at most 200.
    pub items: Vec<DeletedClient>,
}

/// A deleted client application.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletedClient {
    /// `client_id`, which it gets back.
    pub id: String,
    /// Name.
    pub name: String,
    /// Type.
    pub client_type: ClientType,
    /// First redirect URI, if any.
    pub redirect_uri: Option<String>,
    /// Unix seconds of the deletion.
    #[ts(type = "number")]
    pub deleted_at: i64,
    /// Display name of who deleted it.
    pub deleted_by: Option<String>,
}

/// Deletions that are listed.
const MOST: u32 = 200;

pub(crate) async fn list_deleted(admin: &Admin, _: ListDeleted) -> Result<DeletedClients, CommandError> {
    admin
        .read_project(|tx, project, _| {
            let items = undo::deleted(tx, project, MOST)?.into_iter().map(|gone| DeletedClient {
                id: gone.id.to_string(),
                name: gone.described.name,
                client_type: gone.described.client_type.into(),
                redirect_uri: gone.described.settings.redirect_uris.first().cloned(),
                deleted_at: gone.event.event.at.seconds(),
                deleted_by: gone.actor,
            });
            Ok(DeletedClients { items: items.collect() })
        })
        .await
}

/// A restored client has its id and its settings, and a new secret: the old ones were not kept.
pub(crate) async fn restore(admin: &Admin, request: Ref) -> Result<IssuedSecret, CommandError> {
    admin
        .change(move |cx, engine, acting| {
            let Some(id) = Id::parse(&request.id) else {
                return not_found(sentence!(
                    "There is no deleted client application with the id {id:?}.",
                    id = &request.id
                ));
            };
            let gone = undo::find_deleted(cx.tx, acting.project, id)?;
            let secret = match gone.described.client_type {
                stored::ClientType::Public => None,
                stored::ClientType::Confidential | stored::ClientType::Medplum => {
                    Some(service::make_secret(cx)?)
                }
            };
            let plain = secret.as_ref().map(|secret| secret.expose().to_owned());
            let client = undo::restore(cx, engine, acting.project, gone, secret)?;
            Ok(IssuedSecret { client: view(cx.tx, &client, cx.now)?, secret: plain })
        })
        .await
}

/// What would end if the client were deleted now.
pub(crate) async fn delete_preview(admin: &Admin, request: Ref) -> Result<Deleted, CommandError> {
    admin
        .read_project(move |tx, project, now| {
            let client = find(tx, project, &request.id)?;
            let (sessions, magic_links) = service::attached(tx, client.id, now)?;
            Ok(Deleted { sessions, magic_links })
        })
        .await
}
