//! Second factors.

use anteroom_engine::id::Id;
use anteroom_engine::model::{SecondFactor, User};
use anteroom_engine::seal::Sealed;
use anteroom_engine::store::{SecondFactors, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Row, params};

use crate::column;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "user, required, secret, enrolled_at, last_step"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<SecondFactor> {
    Ok(SecondFactor {
        user: column::id(row, 0)?,
        required: column::get(row, 1)?,
        secret: column::get::<Option<Vec<u8>>>(row, 2)?.map(Sealed),
        enrolled_at: column::optional_time(row, 3)?,
        last_step: column::get(row, 4)?,
    })
}

impl SecondFactors for SqliteTx<'_> {
    fn second_factor(&self, user: Id<User>) -> StoreResult<Option<SecondFactor>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM second_factor WHERE user = ?1"),
            params![user.as_bytes()],
            from_row,
        )
    }

    fn list_second_factors(&self) -> StoreResult<Vec<SecondFactor>> {
        self.many(concat!("SELECT ", columns!(), " FROM second_factor"), params![], from_row)
    }

    fn put_second_factor(&mut self, row: &SecondFactor) -> StoreResult<()> {
        self.run(
            concat!("INSERT OR REPLACE INTO second_factor (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5)"),
            params![
                row.user.as_bytes(),
                row.required,
                row.secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.enrolled_at.map(Timestamp::seconds),
                row.last_step,
            ],
        )
        .map(drop)
    }

    fn accept_time_step(&mut self, user: Id<User>, secret: &Sealed, step: i64) -> StoreResult<bool> {
        self.run_one(
            "UPDATE second_factor SET last_step = ?3 \
             WHERE user = ?1 AND secret = ?2 AND (last_step IS NULL OR last_step < ?3)",
            params![user.as_bytes(), secret.0, step],
        )
    }
}
