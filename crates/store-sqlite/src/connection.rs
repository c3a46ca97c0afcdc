//! Connections, and the clients that may use them.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Connection, Project};
use anteroom_engine::store::{Connections, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, name, strategy, display_name, options, client_secret, authentication, connected_accounts, rest, \
         created_at, updated_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<Connection> {
    Ok(Connection {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        name: column::get(row, 2)?,
        strategy: column::get(row, 3)?,
        display_name: column::get(row, 4)?,
        options: column::json(row, 5)?,
        client_secret: column::optional_sealed(row, 6)?,
        authentication: column::get(row, 7)?,
        connected_accounts: column::get(row, 8)?,
        rest: column::json(row, 9)?,
        created_at: column::time(row, 10)?,
        updated_at: column::time(row, 11)?,
    })
}

impl Connections for SqliteTx<'_> {
    fn connection(&self, id: Id<Connection>) -> StoreResult<Option<Connection>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM connection WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn connection_by_name(&self, project: Id<Project>, name: &str) -> StoreResult<Option<Connection>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM connection WHERE project = ?1 AND name = ?2"),
            params![project.as_bytes(), name],
            from_row,
        )
    }

    fn list_connections(&self, project: Id<Project>) -> StoreResult<Vec<Connection>> {
        self.many(
            concat!("SELECT ", columns!(), " FROM connection WHERE project = ?1 ORDER BY created_at, rowid"),
            params![project.as_bytes()],
            from_row,
        )
    }

    fn insert_connection(&mut self, row: &Connection) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO connection (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                row.strategy,
                row.display_name,
                to_json(&row.options)?,
                row.client_secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.authentication,
                row.connected_accounts,
                to_json(&row.rest)?,
                row.created_at.seconds(),
                row.updated_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn update_connection(&mut self, row: &Connection) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE connection SET project = ?2, name = ?3, strategy = ?4, display_name = ?5, options = ?6, \
             client_secret = ?7, authentication = ?8, connected_accounts = ?9, rest = ?10, created_at = ?11, \
             updated_at = ?12 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                row.strategy,
                row.display_name,
                to_json(&row.options)?,
                row.client_secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.authentication,
                row.connected_accounts,
                to_json(&row.rest)?,
                row.created_at.seconds(),
                row.updated_at.seconds(),
            ],
        )?;
        updated(rows, "connection")
    }

    fn delete_connection(&mut self, id: Id<Connection>) -> StoreResult<()> {
        // The list of clients goes with the row: ON DELETE CASCADE.
        self.run("DELETE FROM connection WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }

    fn connection_clients(&self, id: Id<Connection>) -> StoreResult<Vec<Id<Client>>> {
        self.many(
            "SELECT client FROM connection_client WHERE connection = ?1 ORDER BY client",
            params![id.as_bytes()],
            |row| column::id(row, 0),
        )
    }

    fn connection_enabled(&self, id: Id<Connection>, client: Id<Client>) -> StoreResult<bool> {
        let found = self.one(
            "SELECT 1 FROM connection_client WHERE connection = ?1 AND client = ?2",
            params![id.as_bytes(), client.as_bytes()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    fn set_connection_client(
        &mut self,
        id: Id<Connection>,
        client: Id<Client>,
        enabled: bool,
    ) -> StoreResult<()> {
        let sql = if enabled {
            "INSERT OR IGNORE INTO connection_client (connection, client) VALUES (?1, ?2)"
        } else {
            "DELETE FROM connection_client WHERE connection = ?1 AND client = ?2"
        };
        self.run(sql, params![id.as_bytes(), client.as_bytes()]).map(drop)
    }
}
