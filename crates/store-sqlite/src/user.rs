//! User accounts.

use anteroom_engine::id::Id;
use anteroom_engine::model::user::PasswordHash;
use anteroom_engine::model::{Project, User};
use anteroom_engine::store::{StoreResult, Users};
use rusqlite::{Row, params};

use crate::column;
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, email, email_verified, password, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<User> {
    Ok(User {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        email: column::get(row, 2)?,
        email_verified: column::get(row, 3)?,
        password: column::get::<Option<String>>(row, 4)?.map(PasswordHash),
        created_at: column::time(row, 5)?,
    })
}

impl Users for SqliteTx<'_> {
    fn user(&self, id: Id<User>) -> StoreResult<Option<User>> {
        self.one(concat!("SELECT ", columns!(), " FROM user WHERE id = ?1"), params![id.as_bytes()], from_row)
    }

    fn user_by_email(&self, project: Id<Project>, email: &str) -> StoreResult<Option<User>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM user WHERE project = ?1 AND email = ?2"),
            params![project.as_bytes(), email],
            from_row,
        )
    }

    fn insert_user(&mut self, row: &User) -> StoreResult<()> {
        self.run(
            concat!("INSERT INTO user (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.email,
                row.email_verified,
                row.password.as_ref().map(|hash| hash.0.as_str()),
                row.created_at.seconds(),
            ],
        )?;
        self.index_people_of_user(row)
    }

    fn update_user(&mut self, row: &User) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE user SET project = ?2, email = ?3, email_verified = ?4, password = ?5, created_at = ?6 \
             WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.email,
                row.email_verified,
                row.password.as_ref().map(|hash| hash.0.as_str()),
                row.created_at.seconds(),
            ],
        )?;
        updated(rows, "user")?;
        self.index_people_of_user(row)
    }

    fn delete_user(&mut self, id: Id<User>) -> StoreResult<()> {
        self.run("DELETE FROM user WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }
}
