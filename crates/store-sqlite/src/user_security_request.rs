//! Links with which people choose a password.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Membership, User, UserSecurityRequest};
use anteroom_engine::store::{StoreResult, UserSecurityRequests};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Row, params};

use crate::column;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, user, membership, secret, issued_at, expires_at, used_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<UserSecurityRequest> {
    Ok(UserSecurityRequest {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        user: column::id(row, 2)?,
        membership: column::id(row, 3)?,
        secret: column::digest(row, 4)?,
        issued_at: column::time(row, 5)?,
        expires_at: column::time(row, 6)?,
        used_at: column::optional_time(row, 7)?,
    })
}

impl UserSecurityRequests for SqliteTx<'_> {
    fn user_security_request(&self, id: Id<UserSecurityRequest>) -> StoreResult<Option<UserSecurityRequest>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM user_security_request WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn newest_security_request(
        &self,
        membership: Id<Membership>,
    ) -> StoreResult<Option<UserSecurityRequest>> {
        self.one(
            concat!(
                "SELECT ",
                columns!(),
                " FROM user_security_request WHERE membership = ?1 ORDER BY issued_at DESC, rowid DESC LIMIT 1"
            ),
            params![membership.as_bytes()],
            from_row,
        )
    }

    fn insert_user_security_request(&mut self, row: &UserSecurityRequest) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO user_security_request (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.user.as_bytes(),
                row.membership.as_bytes(),
                row.secret.as_bytes(),
                row.issued_at.seconds(),
                row.expires_at.seconds(),
                row.used_at.map(Timestamp::seconds),
            ],
        )
        .map(drop)
    }

    fn use_security_request(&mut self, id: Id<UserSecurityRequest>, now: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE user_security_request SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL AND expires_at > ?2",
            params![id.as_bytes(), now.seconds()],
        )
    }

    fn delete_waiting_security_requests(&mut self, user: Id<User>) -> StoreResult<u32> {
        self.run_counted(
            "DELETE FROM user_security_request WHERE user = ?1 AND used_at IS NULL",
            params![user.as_bytes()],
        )
    }

    fn purge_security_requests(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.purge("user_security_request", "expires_at", before, limit)
    }
}
