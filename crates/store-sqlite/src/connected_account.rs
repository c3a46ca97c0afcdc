//! Connected accounts.

use anteroom_engine::id::Id;
use anteroom_engine::model::connected_account::{ProviderRefusal, VaultTokens};
use anteroom_engine::model::{Client, ConnectedAccount, Connection, Project, User};
use anteroom_engine::seal::Sealed;
use anteroom_engine::store::{ConnectedAccounts, StoreError, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, user, connection, subject, client, access_token, refresh_token, scopes, obtained_at, expires_at, \
         created_at, used_at, refused_at, refusal, version"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<ConnectedAccount> {
    Ok(ConnectedAccount {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        user: column::id(row, 2)?,
        connection: column::id(row, 3)?,
        subject: column::get(row, 4)?,
        client: column::optional_id(row, 5)?,
        tokens: VaultTokens {
            access_token: Sealed(column::get(row, 6)?),
            refresh_token: column::optional_sealed(row, 7)?,
            scopes: column::json(row, 8)?,
            obtained_at: column::time(row, 9)?,
            expires_at: column::optional_time(row, 10)?,
        },
        created_at: column::time(row, 11)?,
        used_at: column::optional_time(row, 12)?,
        refused: match (column::optional_time(row, 13)?, column::get(row, 14)?) {
            (None, None) => None,
            (Some(at), Some(reason)) => Some(ProviderRefusal { at, reason }),
            _ => return Err(StoreError::Damaged("a refusal is stored by half".to_owned())),
        },
        version: column::get(row, 15)?,
    })
}

fn bytes(sealed: Option<&Sealed>) -> Option<&[u8]> {
    sealed.map(|sealed| sealed.0.as_slice())
}

impl ConnectedAccounts for SqliteTx<'_> {
    fn connected_account(&self, id: Id<ConnectedAccount>) -> StoreResult<Option<ConnectedAccount>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM connected_account WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn list_connected_accounts(
        &self,
        user: Id<User>,
        connection: Option<Id<Connection>>,
    ) -> StoreResult<Vec<ConnectedAccount>> {
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM connected_account WHERE user = ?1 AND (?2 IS NULL OR connection = ?2) \
                 ORDER BY connected_at DESC, id DESC"
            ),
            params![user.as_bytes(), connection.as_ref().map(Id::as_bytes)],
            from_row,
        )
    }

    fn list_connected_accounts_of_project(&self, project: Id<Project>) -> StoreResult<Vec<ConnectedAccount>> {
        self.many(
            concat!("SELECT ", columns!(), " FROM connected_account WHERE project = ?1"),
            params![project.as_bytes()],
            from_row,
        )
    }

    fn insert_connected_account(&mut self, row: &ConnectedAccount) -> StoreResult<()> {
        let tokens = &row.tokens;
        self.run(
            concat!(
                "INSERT INTO connected_account (",
                columns!(),
                ", connected_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?10)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.user.as_bytes(),
                row.connection.as_bytes(),
                row.subject,
                row.client.as_ref().map(Id::as_bytes),
                tokens.access_token.0,
                bytes(tokens.refresh_token.as_ref()),
                to_json(&tokens.scopes)?,
                tokens.obtained_at.seconds(),
                tokens.expires_at.map(Timestamp::seconds),
                row.created_at.seconds(),
                row.used_at.map(Timestamp::seconds),
                row.refused.as_ref().map(|refused| refused.at.seconds()),
                row.refused.as_ref().map(|refused| refused.reason.as_str()),
                row.version,
            ],
        )
        .map(drop)
    }

    fn reconnect_account(
        &mut self,
        id: Id<ConnectedAccount>,
        client: Option<Id<Client>>,
        tokens: &VaultTokens,
    ) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE connected_account SET client = ?2, access_token = ?3, refresh_token = ?4, scopes = ?5, obtained_at = ?6, \
             expires_at = ?7, connected_at = ?6, refused_at = NULL, refusal = NULL, version = version + 1 WHERE id = ?1",
            params![
                id.as_bytes(),
                client.as_ref().map(Id::as_bytes),
                tokens.access_token.0,
                bytes(tokens.refresh_token.as_ref()),
                to_json(&tokens.scopes)?,
                tokens.obtained_at.seconds(),
                tokens.expires_at.map(Timestamp::seconds),
            ],
        )?;
        updated(rows, "connected account")
    }

    fn renew_connected_account(
        &mut self,
        id: Id<ConnectedAccount>,
        version: u32,
        tokens: &VaultTokens,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE connected_account SET access_token = ?3, refresh_token = ?4, scopes = ?5, obtained_at = ?6, \
             expires_at = ?7, version = version + 1 WHERE id = ?1 AND version = ?2",
            params![
                id.as_bytes(),
                version,
                tokens.access_token.0,
                bytes(tokens.refresh_token.as_ref()),
                to_json(&tokens.scopes)?,
                tokens.obtained_at.seconds(),
                tokens.expires_at.map(Timestamp::seconds),
            ],
        )
    }

    fn refuse_connected_account(
        &mut self,
        id: Id<ConnectedAccount>,
        version: u32,
        refusal: &ProviderRefusal,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE connected_account SET refused_at = ?3, refusal = ?4, version = version + 1 \
             WHERE id = ?1 AND version = ?2",
            params![id.as_bytes(), version, refusal.at.seconds(), refusal.reason],
        )
    }

    fn reseal_connected_account(
        &mut self,
        id: Id<ConnectedAccount>,
        access_token: &Sealed,
        refresh_token: Option<&Sealed>,
    ) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE connected_account SET access_token = ?2, refresh_token = ?3 WHERE id = ?1",
            params![id.as_bytes(), access_token.0, bytes(refresh_token)],
        )?;
        updated(rows, "connected account")
    }

    fn touch_connected_account(&mut self, id: Id<ConnectedAccount>, at: Timestamp) -> StoreResult<()> {
        self.run(
            "UPDATE connected_account SET used_at = ?2 WHERE id = ?1",
            params![id.as_bytes(), at.seconds()],
        )
        .map(drop)
    }

    fn delete_connected_account(&mut self, id: Id<ConnectedAccount>) -> StoreResult<bool> {
        self.run_one("DELETE FROM connected_account WHERE id = ?1", params![id.as_bytes()])
    }

    fn purge_connected_accounts(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.run_counted(
            "DELETE FROM connected_account WHERE rowid IN (SELECT rowid FROM connected_account \
             WHERE obtained_at < ?1 AND coalesce(used_at, obtained_at) < ?1 LIMIT ?2)",
            params![before.seconds(), limit],
        )
    }
}
