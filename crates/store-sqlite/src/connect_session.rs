//! Connected-accounts requests on their way.

use anteroom_engine::id::Id;
use anteroom_engine::model::ConnectSession;
use anteroom_engine::seal::Sealed;
use anteroom_engine::store::{ConnectSessions, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::{AuthSession, ConnectCode, ConnectTicket, Cookie, Digest, ProviderState};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, user, connection, client, auth_session, ticket, request, browser, provider_state, connect_code, \
         granted, created_at, expires_at, opened_at, answered_at, finished_at"
    };
}

macro_rules! select {
    ($condition:literal) => {
        concat!("SELECT ", columns!(), " FROM connect_session WHERE ", $condition)
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<ConnectSession> {
    Ok(ConnectSession {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        user: column::id(row, 2)?,
        connection: column::id(row, 3)?,
        client: column::optional_id(row, 4)?,
        auth_session: column::digest(row, 5)?,
        ticket: column::digest(row, 6)?,
        request: column::json(row, 7)?,
        browser: column::optional_digest(row, 8)?,
        provider_state: column::optional_digest(row, 9)?,
        connect_code: column::optional_digest(row, 10)?,
        granted: column::optional_sealed(row, 11)?,
        created_at: column::time(row, 12)?,
        expires_at: column::time(row, 13)?,
        opened_at: column::optional_time(row, 14)?,
        answered_at: column::optional_time(row, 15)?,
        finished_at: column::optional_time(row, 16)?,
    })
}

impl ConnectSessions for SqliteTx<'_> {
    fn connect_session(&self, digest: &Digest<AuthSession>) -> StoreResult<Option<ConnectSession>> {
        self.one(select!("auth_session = ?1"), params![digest.as_bytes()], from_row)
    }

    fn connect_session_by_ticket(
        &self,
        digest: &Digest<ConnectTicket>,
    ) -> StoreResult<Option<ConnectSession>> {
        self.one(select!("ticket = ?1"), params![digest.as_bytes()], from_row)
    }

    fn connect_session_by_state(
        &self,
        digest: &Digest<ProviderState>,
    ) -> StoreResult<Option<ConnectSession>> {
        self.one(select!("provider_state = ?1"), params![digest.as_bytes()], from_row)
    }

    fn insert_connect_session(&mut self, row: &ConnectSession) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO connect_session (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.user.as_bytes(),
                row.connection.as_bytes(),
                row.client.as_ref().map(Id::as_bytes),
                row.auth_session.as_bytes(),
                row.ticket.as_bytes(),
                to_json(&row.request)?,
                row.browser.as_ref().map(Digest::as_bytes),
                row.provider_state.as_ref().map(Digest::as_bytes),
                row.connect_code.as_ref().map(Digest::as_bytes),
                row.granted.as_ref().map(|sealed| sealed.0.as_slice()),
                row.created_at.seconds(),
                row.expires_at.seconds(),
                row.opened_at.map(Timestamp::seconds),
                row.answered_at.map(Timestamp::seconds),
                row.finished_at.map(Timestamp::seconds),
            ],
        )
        .map(drop)
    }

    fn open_connect_session(
        &mut self,
        id: Id<ConnectSession>,
        browser: &Digest<Cookie>,
        state: &Digest<ProviderState>,
        now: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE connect_session SET browser = ?2, provider_state = ?3, opened_at = ?4 \
             WHERE id = ?1 AND opened_at IS NULL AND finished_at IS NULL AND expires_at > ?4",
            params![id.as_bytes(), browser.as_bytes(), state.as_bytes(), now.seconds()],
        )
    }

    fn answer_connect_session(&mut self, id: Id<ConnectSession>, now: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE connect_session SET answered_at = ?2 WHERE id = ?1 AND opened_at IS NOT NULL AND answered_at IS NULL \
             AND finished_at IS NULL AND expires_at > ?2",
            params![id.as_bytes(), now.seconds()],
        )
    }

    fn grant_connect_session(
        &mut self,
        id: Id<ConnectSession>,
        code: &Digest<ConnectCode>,
        granted: &Sealed,
        now: Timestamp,
    ) -> StoreResult<bool> {
        self.run_one(
            "UPDATE connect_session SET connect_code = ?2, granted = ?3 WHERE id = ?1 AND answered_at IS NOT NULL \
             AND connect_code IS NULL AND finished_at IS NULL AND expires_at > ?4",
            params![id.as_bytes(), code.as_bytes(), granted.0, now.seconds()],
        )
    }

    fn finish_connect_session(&mut self, id: Id<ConnectSession>, now: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE connect_session SET finished_at = ?2, granted = NULL \
             WHERE id = ?1 AND finished_at IS NULL AND expires_at > ?2",
            params![id.as_bytes(), now.seconds()],
        )
    }

    fn purge_connect_sessions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.purge("connect_session", "expires_at", before, limit)
    }
}
