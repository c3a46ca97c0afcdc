//! Authorization requests that wait for a person.

use anteroom_engine::id::Id;
use anteroom_engine::model::interaction::Who;
use anteroom_engine::model::login::AuthMethod;
use anteroom_engine::model::{Interaction, Project, User};
use anteroom_engine::store::{Interactions, StoreError, StoreResult};
use anteroom_engine::timestamp::Timestamp;
use anteroom_oauth::secret::Digest;
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, client, browser, request, user, session, auth_method, auth_time, membership, seen, created_at, \
         expires_at, finished_at, second_factor"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<Interaction> {
    Ok(Interaction {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        client: column::id(row, 2)?,
        browser: column::optional_digest(row, 3)?,
        request: column::json(row, 4)?,
        who: who(row)?,
        membership: column::optional_id(row, 9)?,
        seen: column::get(row, 10)?,
        created_at: column::time(row, 11)?,
        expires_at: column::time(row, 12)?,
        finished_at: column::optional_time(row, 13)?,
    })
}

fn who(row: &Row<'_>) -> StoreResult<Option<Who>> {
    match (column::optional_id(row, 5)?, column::optional_time(row, 8)?) {
        (None, None) => Ok(None),
        (Some(user), Some(auth_time)) => Ok(Some(Who {
            user,
            session: column::optional_id(row, 6)?,
            auth_method: column::word(row, 7, AuthMethod::parse)?,
            auth_time,
            second_factor: column::get(row, 14)?,
        })),
        _ => Err(StoreError::Damaged("who is there is stored by half".to_owned())),
    }
}

impl Interactions for SqliteTx<'_> {
    fn interaction(&self, id: Id<Interaction>) -> StoreResult<Option<Interaction>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM interaction WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn list_waiting_interactions(
        &self,
        project: Id<Project>,
        user: Id<User>,
        now: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Interaction>> {
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM interaction INDEXED BY interaction_by_user \
                 WHERE user = ?1 AND browser IS NULL AND project = ?2 AND membership IS NOT NULL \
                 AND finished_at IS NULL AND expires_at > ?3 ORDER BY created_at DESC, id DESC LIMIT ?4"
            ),
            params![user.as_bytes(), project.as_bytes(), now.seconds(), limit],
            from_row,
        )
    }

    fn insert_interaction(&mut self, row: &Interaction) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO interaction (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.client.as_bytes(),
                row.browser.as_ref().map(Digest::as_bytes),
                to_json(&row.request)?,
                row.who.as_ref().map(|who| who.user.as_bytes().as_slice()),
                row.who.as_ref().and_then(|who| who.session.as_ref()).map(Id::as_bytes),
                row.who.map(|who| who.auth_method.as_str()),
                row.who.map(|who| who.auth_time.seconds()),
                row.membership.as_ref().map(Id::as_bytes),
                row.seen,
                row.created_at.seconds(),
                row.expires_at.seconds(),
                row.finished_at.map(Timestamp::seconds),
                row.who.is_some_and(|who| who.second_factor),
            ],
        )
        .map(drop)
    }

    fn update_interaction(&mut self, row: &Interaction, now: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE interaction SET user = ?2, session = ?3, auth_method = ?4, auth_time = ?5, membership = ?6, seen = ?7, \
             second_factor = ?9, request = ?10 WHERE id = ?1 AND finished_at IS NULL AND expires_at > ?8",
            params![
                row.id.as_bytes(),
                row.who.as_ref().map(|who| who.user.as_bytes().as_slice()),
                row.who.as_ref().and_then(|who| who.session.as_ref()).map(Id::as_bytes),
                row.who.map(|who| who.auth_method.as_str()),
                row.who.map(|who| who.auth_time.seconds()),
                row.membership.as_ref().map(Id::as_bytes),
                row.seen,
                now.seconds(),
                row.who.is_some_and(|who| who.second_factor),
                to_json(&row.request)?,
            ],
        )
    }

    fn end_interactions_of_user(
        &mut self,
        user: Id<User>,
        now: Timestamp,
    ) -> StoreResult<Vec<Id<Interaction>>> {
        self.many(
            "UPDATE interaction INDEXED BY interaction_by_user SET finished_at = ?2 \
             WHERE user = ?1 AND finished_at IS NULL AND expires_at > ?2 RETURNING id",
            params![user.as_bytes(), now.seconds()],
            |row| column::id(row, 0),
        )
    }

    fn finish_interaction(&mut self, id: Id<Interaction>, now: Timestamp) -> StoreResult<bool> {
        self.run_one(
            "UPDATE interaction SET finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL AND expires_at > ?2",
            params![id.as_bytes(), now.seconds()],
        )
    }

    fn purge_interactions(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        self.purge("interaction", "expires_at", before, limit)
    }
}
