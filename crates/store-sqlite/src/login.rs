//! Sign-ins.

use anteroom_engine::id::Id;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::{Client, Login, Membership};
use anteroom_engine::store::{Clients, LiveLogin, Logins, Memberships, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Row, params};

use crate::column;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, client, membership, auth_method, auth_time, scope, remote_address, expires_at, revoked_at, \
         pre_authorized_code, audience, launch"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<Login> {
    Ok(Login {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        client: column::id(row, 2)?,
        membership: column::id(row, 3)?,
        auth_method: column::word(row, 4, AuthMethod::parse)?,
        auth_time: column::time(row, 5)?,
        scope: column::get(row, 6)?,
        remote_address: column::get(row, 7)?,
        expires_at: column::time(row, 8)?,
        revoked_at: column::optional_time(row, 9)?,
        pre_authorized_code: column::optional_id(row, 10)?,
        audience: column::get(row, 11)?,
        launch: column::optional_id(row, 12)?,
    })
}

impl Logins for SqliteTx<'_> {
    fn live_login(&self, id: Id<Login>) -> StoreResult<Option<LiveLogin>> {
        let login = self.one(
            concat!("SELECT ", columns!(), " FROM login WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )?;
        match login {
            Some(login) => self.with_member_and_client(login),
            None => Ok(None),
        }
    }

    fn list_live_logins(
        &self,
        membership: Id<Membership>,
        now: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<LiveLogin>> {
        let logins = self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM login INDEXED BY login_by_membership \
                 WHERE membership = ?1 AND revoked_at IS NULL AND expires_at > ?2 \
                 ORDER BY auth_time DESC, id DESC LIMIT ?3"
            ),
            params![membership.as_bytes(), now.seconds(), limit],
            from_row,
        )?;
        let mut live = Vec::with_capacity(logins.len());
        for login in logins {
            live.extend(self.with_member_and_client(login)?);
        }
        Ok(live)
    }

    fn insert_login(&mut self, row: &Login) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO login (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.client.as_bytes(),
                row.membership.as_bytes(),
                row.auth_method.as_str(),
                row.auth_time.seconds(),
                row.scope,
                row.remote_address,
                row.expires_at.seconds(),
                row.revoked_at.map(Timestamp::seconds),
                row.pre_authorized_code.as_ref().map(Id::as_bytes),
                row.audience,
                row.launch.as_ref().map(Id::as_bytes),
            ],
        )
        .map(drop)
    }

    fn revoke_login(&mut self, id: Id<Login>, at: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE login SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL AND expires_at > ?2",
            params![id.as_bytes(), at.seconds()],
        )
    }

    fn extend_login(&mut self, id: Id<Login>, expires_at: Timestamp) -> StoreResult<()> {
        self.run(
            "UPDATE login SET expires_at = max(expires_at, ?2) WHERE id = ?1 AND revoked_at IS NULL",
            params![id.as_bytes(), expires_at.seconds()],
        )
        .map(drop)
    }

    fn revoke_logins_of_member(&mut self, membership: Id<Membership>, at: Timestamp) -> StoreResult<u32> {
        self.run_counted(
            "UPDATE login INDEXED BY login_by_membership SET revoked_at = ?2 \
             WHERE membership = ?1 AND expires_at > ?2 AND revoked_at IS NULL",
            params![membership.as_bytes(), at.seconds()],
        )
    }

    fn revoke_logins_of_client(&mut self, client: Id<Client>, at: Timestamp) -> StoreResult<u32> {
        // Rare, so it has no index of its own: it walks the logins that have not expired.
        self.run_counted(
            "UPDATE login INDEXED BY login_by_expiry SET revoked_at = ?2 \
             WHERE expires_at > ?2 AND client = ?1 AND revoked_at IS NULL",
            params![client.as_bytes(), at.seconds()],
        )
    }

    fn count_live_logins_of_client(&self, client: Id<Client>, now: Timestamp) -> StoreResult<u32> {
        // As rare as ending them all, so it walks the same way.
        self.count(
            "SELECT count(*) FROM login INDEXED BY login_by_expiry \
             WHERE expires_at > ?2 AND client = ?1 AND revoked_at IS NULL",
            params![client.as_bytes(), now.seconds()],
        )
    }

    fn purge_logins(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        let expired = self.run_counted(
            "DELETE FROM login WHERE id IN (SELECT id FROM login WHERE expires_at < ?1 LIMIT ?2)",
            params![before.seconds(), limit],
        )?;
        let revoked = self.run_counted(
            "DELETE FROM login WHERE id IN (SELECT id FROM login WHERE revoked_at < ?1 LIMIT ?2)",
            params![before.seconds(), limit - expired.min(limit)],
        )?;
        Ok(expired + revoked)
    }
}

impl SqliteTx<'_> {
    /// `None` when the member is gone: then nothing is live.
    fn with_member_and_client(&self, login: Login) -> StoreResult<Option<LiveLogin>> {
        let Some(membership) = self.membership(login.membership)? else { return Ok(None) };
        let client = self.client(login.client)?;
        Ok(Some(LiveLogin { login, membership, client }))
    }
}
