//! Remembered consents.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Consent, Membership};
use anteroom_engine::store::{Consents, StoreResult};
use rusqlite::params;

use crate::column;
use crate::tx::SqliteTx;

impl Consents for SqliteTx<'_> {
    fn consent(&self, membership: Id<Membership>, client: Id<Client>) -> StoreResult<Option<Consent>> {
        self.one(
            "SELECT membership, client, scope, given_at FROM consent WHERE membership = ?1 AND client = ?2",
            params![membership.as_bytes(), client.as_bytes()],
            |row| {
                Ok(Consent {
                    membership: column::id(row, 0)?,
                    client: column::id(row, 1)?,
                    scope: column::get(row, 2)?,
                    given_at: column::time(row, 3)?,
                })
            },
        )
    }

    fn put_consent(&mut self, row: &Consent) -> StoreResult<()> {
        self.run(
            "INSERT INTO consent (membership, client, scope, given_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (membership, client) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at",
            params![row.membership.as_bytes(), row.client.as_bytes(), row.scope, row.given_at.seconds()],
        )
        .map(drop)
    }
}
