//! Resource servers: the APIs that tokens are for.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Project, ResourceServer};
use anteroom_engine::store::{Clients, ResourceServers, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, identifier, name, scopes, settings, signing_secret, created_at, updated_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<ResourceServer> {
    Ok(ResourceServer {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        identifier: column::get(row, 2)?,
        name: column::get(row, 3)?,
        scopes: column::json(row, 4)?,
        settings: column::json(row, 5)?,
        signing_secret: column::optional_sealed(row, 6)?,
        created_at: column::time(row, 7)?,
        updated_at: column::time(row, 8)?,
    })
}

impl ResourceServers for SqliteTx<'_> {
    fn resource_server(&self, id: Id<ResourceServer>) -> StoreResult<Option<ResourceServer>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM resource_server WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn resource_server_by_short_id(
        &self,
        project: Id<Project>,
        short_id: &[u8; 12],
    ) -> StoreResult<Option<ResourceServer>> {
        self.one(
            concat!(
                "SELECT ",
                columns!(),
                " FROM resource_server WHERE substr(id, 1, 12) = ?2 AND project = ?1"
            ),
            params![project.as_bytes(), short_id],
            from_row,
        )
    }

    fn resource_server_by_identifier(
        &self,
        project: Id<Project>,
        identifier: &str,
    ) -> StoreResult<Option<ResourceServer>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM resource_server WHERE project = ?1 AND identifier = ?2"),
            params![project.as_bytes(), identifier],
            from_row,
        )
    }

    fn list_resource_servers(&self, project: Id<Project>) -> StoreResult<Vec<ResourceServer>> {
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM resource_server WHERE project = ?1 ORDER BY created_at, rowid"
            ),
            params![project.as_bytes()],
            from_row,
        )
    }

    fn clients_of_resource_server(
        &self,
        project: Id<Project>,
        identifier: &str,
    ) -> StoreResult<Vec<Arc<Client>>> {
        let ids = self.many(
            "SELECT id FROM client WHERE project = ?1 AND settings ->> '$.auth0.resource_server_identifier' = ?2 \
             ORDER BY created_at DESC, rowid DESC",
            params![project.as_bytes(), identifier],
            |row| column::id::<Client>(row, 0),
        )?;
        let mut clients = Vec::with_capacity(ids.len());
        for id in ids {
            clients.extend(self.client(id)?);
        }
        Ok(clients)
    }

    fn insert_resource_server(&mut self, row: &ResourceServer) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO resource_server (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.identifier,
                row.name,
                to_json(&row.scopes)?,
                to_json(&row.settings)?,
                row.signing_secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.created_at.seconds(),
                row.updated_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn update_resource_server(&mut self, row: &ResourceServer) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE resource_server SET project = ?2, identifier = ?3, name = ?4, scopes = ?5, settings = ?6, \
             signing_secret = ?7, created_at = ?8, updated_at = ?9 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.identifier,
                row.name,
                to_json(&row.scopes)?,
                to_json(&row.settings)?,
                row.signing_secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.created_at.seconds(),
                row.updated_at.seconds(),
            ],
        )?;
        updated(rows, "API")
    }

    fn delete_resource_server(&mut self, id: Id<ResourceServer>) -> StoreResult<()> {
        // Client grants go with the row: ON DELETE CASCADE.
        self.run("DELETE FROM resource_server WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }
}
