//! Browser sessions.

use anteroom_engine::id::Id;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::{Login, Membership, Session, User};
use anteroom_engine::store::{Sessions, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::{Cookie, Digest};
use rusqlite::{Row, params};

use crate::column;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, digest, user, membership, auth_method, auth_time, expires_at, ended_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<Session> {
    Ok(Session {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        digest: column::digest(row, 2)?,
        user: column::id(row, 3)?,
        membership: column::optional_id(row, 4)?,
        auth_method: column::word(row, 5, AuthMethod::parse)?,
        auth_time: column::time(row, 6)?,
        expires_at: column::time(row, 7)?,
        ended_at: column::optional_time(row, 8)?,
    })
}

impl Sessions for SqliteTx<'_> {
    fn session(&self, digest: &Digest<Cookie>) -> StoreResult<Option<Session>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM session WHERE digest = ?1"),
            params![digest.as_bytes()],
            from_row,
        )
    }

    fn session_of_login(&self, login: Id<Login>) -> StoreResult<Option<Session>> {
        self.one(
            concat!(
                "SELECT ",
                columns!(),
                " FROM session WHERE id = (SELECT session FROM authorization_code WHERE login = ?1)"
            ),
            params![login.as_bytes()],
            from_row,
        )
    }

    fn insert_session(&mut self, row: &Session) -> StoreResult<()> {
        self.run(
            concat!("INSERT INTO session (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.digest.as_bytes(),
                row.user.as_bytes(),
                row.membership.as_ref().map(Id::as_bytes),
                row.auth_method.as_str(),
                row.auth_time.seconds(),
                row.expires_at.seconds(),
                row.ended_at.map(Timestamp::seconds),
            ],
        )
        .map(drop)
    }

    fn choose_membership(&mut self, id: Id<Session>, membership: Id<Membership>) -> StoreResult<()> {
        self.run(
            "UPDATE session SET membership = ?2 WHERE id = ?1",
            params![id.as_bytes(), membership.as_bytes()],
        )
        .map(drop)
    }

    fn end_session(&mut self, id: Id<Session>, at: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE session SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL AND expires_at > ?2",
            params![id.as_bytes(), at.seconds()],
        )
    }

    fn end_sessions_of_user(&mut self, user: Id<User>, at: Timestamp) -> StoreResult<u32> {
        self.run_counted(
            "UPDATE session SET ended_at = ?2 WHERE user = ?1 AND ended_at IS NULL AND expires_at > ?2",
            params![user.as_bytes(), at.seconds()],
        )
    }

    fn logins_of_session(&self, id: Id<Session>) -> StoreResult<Vec<Id<Login>>> {
        self.many(
            "SELECT login FROM authorization_code code WHERE session = ?1 AND redeemed_at IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM refresh_family WHERE refresh_family.login = code.login AND offline = 1)",
            params![id.as_bytes()],
            |row| column::id(row, 0),
        )
    }

    fn purge_sessions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.purge("session", "expires_at", before, limit)
    }
}
