//! Signing keys and other sealed values.

use anteroom_engine::model::StoredKey;
use anteroom_engine::seal::Sealed;
use anteroom_engine::store::{SigningKeys, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::jose::Alg;
use rusqlite::{Row, params};

use crate::column;
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "kid, alg, pkcs8, created_at, retired_at, leaves_at, activated_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<StoredKey> {
    Ok(StoredKey {
        kid: column::get(row, 0)?,
        alg: column::word(row, 1, |word| word.parse::<Alg>().ok())?,
        pkcs8: Sealed(column::get(row, 2)?),
        created_at: column::time(row, 3)?,
        retired_at: column::optional_time(row, 4)?,
        leaves_at: column::optional_time(row, 5)?,
        activated_at: column::optional_time(row, 6)?,
    })
}

impl SigningKeys for SqliteTx<'_> {
    fn list_signing_keys(&self) -> StoreResult<Vec<StoredKey>> {
        self.many(
            concat!("SELECT ", columns!(), " FROM signing_key ORDER BY created_at DESC, rowid DESC"),
            [],
            from_row,
        )
    }

    fn insert_signing_key(&mut self, row: &StoredKey) -> StoreResult<()> {
        self.run(
            concat!("INSERT INTO signing_key (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
            params![
                row.kid,
                row.alg.as_str(),
                row.pkcs8.0,
                row.created_at.seconds(),
                row.retired_at.map(Timestamp::seconds),
                row.leaves_at.map(Timestamp::seconds),
                row.activated_at.map(Timestamp::seconds),
            ],
        )
        .map(drop)
    }

    fn activate_signing_key(&mut self, kid: &str, at: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE signing_key SET activated_at = ?2 WHERE kid = ?1 AND activated_at IS NULL",
            params![kid, at.seconds()],
        )
    }

    fn retire_signing_key(
        &mut self,
        kid: &str,
        retired_at: Timestamp,
        leaves_at: Timestamp,
    ) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE signing_key SET retired_at = ?2, leaves_at = ?3 WHERE kid = ?1",
            params![kid, retired_at.seconds(), leaves_at.seconds()],
        )?;
        updated(rows, "signing key")
    }

    fn reseal_signing_key(&mut self, kid: &str, pkcs8: &Sealed) -> StoreResult<()> {
        let rows = self.run("UPDATE signing_key SET pkcs8 = ?2 WHERE kid = ?1", params![kid, pkcs8.0])?;
        updated(rows, "signing key")
    }

    fn purge_signing_keys(&mut self, now: Timestamp) -> StoreResult<u32> {
        self.run_counted("DELETE FROM signing_key WHERE leaves_at < ?1", params![now.seconds()])
    }

    fn sealed_value(&self, name: &str) -> StoreResult<Option<Sealed>> {
        self.one("SELECT sealed FROM sealed_value WHERE name = ?1", params![name], |row| {
            column::get(row, 0).map(Sealed)
        })
    }

    fn put_sealed_value(&mut self, name: &str, sealed: &Sealed) -> StoreResult<()> {
        self.run(
            "INSERT INTO sealed_value (name, sealed) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
            params![name, sealed.0],
        )
        .map(drop)
    }
}
