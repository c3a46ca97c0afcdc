//! Families of refresh tokens.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Login, RefreshFamily};
use anteroom_engine::store::{RefreshFamilies, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::{Digest, RefreshToken};
use rusqlite::{Row, params};

use crate::column;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "login, client, session, locator, current, previous, rotated_at, graced, offline, created_at, expires_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<RefreshFamily> {
    Ok(RefreshFamily {
        login: column::id(row, 0)?,
        client: column::id(row, 1)?,
        session: column::optional_id(row, 2)?,
        locator: column::digest(row, 3)?,
        current: column::digest(row, 4)?,
        previous: column::optional_digest(row, 5)?,
        rotated_at: column::optional_time(row, 6)?,
        graced: column::get(row, 7)?,
        offline: column::get(row, 8)?,
        created_at: column::time(row, 9)?,
        expires_at: column::time(row, 10)?,
    })
}

impl RefreshFamilies for SqliteTx<'_> {
    fn refresh_family(&self, locator: &Digest<RefreshToken>) -> StoreResult<Option<RefreshFamily>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM refresh_family WHERE locator = ?1"),
            params![locator.as_bytes()],
            from_row,
        )
    }

    fn insert_refresh_family(&mut self, row: &RefreshFamily) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO refresh_family (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            ),
            params![
                row.login.as_bytes(),
                row.client.as_bytes(),
                row.session.as_ref().map(Id::as_bytes),
                row.locator.as_bytes(),
                row.current.as_bytes(),
                row.previous.as_ref().map(Digest::as_bytes),
                row.rotated_at.map(Timestamp::seconds),
                row.graced,
                row.offline,
                row.created_at.seconds(),
                row.expires_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn rotate_refresh_token(
        &mut self,
        login: Id<Login>,
        current: &Digest<RefreshToken>,
        new: &Digest<RefreshToken>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE refresh_family SET previous = current, current = ?3, rotated_at = ?4, graced = 0, expires_at = ?5 \
             WHERE login = ?1 AND current = ?2 AND expires_at > ?4",
            params![login.as_bytes(), current.as_bytes(), new.as_bytes(), now.seconds(), expires_at.seconds()],
        )
    }

    fn replace_refresh_token(
        &mut self,
        login: Id<Login>,
        previous: &Digest<RefreshToken>,
        new: &Digest<RefreshToken>,
        not_before: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE refresh_family SET current = ?3, graced = 1 \
             WHERE login = ?1 AND previous = ?2 AND graced = 0 AND rotated_at > ?4",
            params![login.as_bytes(), previous.as_bytes(), new.as_bytes(), not_before.seconds()],
        )
    }

    fn purge_refresh_families(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.purge("refresh_family", "expires_at", before, limit)
    }
}
