//! Projects.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::model::project::Dialect;
use anteroom_engine::store::{Projects, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, name, dialect, settings, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<Project> {
    Ok(Project {
        id: column::id(row, 0)?,
        name: column::get(row, 1)?,
        dialect: column::word(row, 2, Dialect::parse)?,
        settings: column::json(row, 3)?,
        created_at: column::time(row, 4)?,
    })
}

impl Projects for SqliteTx<'_> {
    fn project(&self, id: Id<Project>) -> StoreResult<Option<Arc<Project>>> {
        self.cached(id, || {
            self.one(
                concat!("SELECT ", columns!(), " FROM project WHERE id = ?1"),
                params![id.as_bytes()],
                from_row,
            )
        })
    }

    fn list_projects(&self) -> StoreResult<Vec<Arc<Project>>> {
        self.many(concat!("SELECT ", columns!(), " FROM project ORDER BY created_at, id"), [], |row| {
            from_row(row).map(Arc::new)
        })
    }

    fn insert_project(&mut self, row: &Project) -> StoreResult<()> {
        self.config_changes();
        self.run(
            concat!("INSERT INTO project (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5)"),
            params![
                row.id.as_bytes(),
                row.name,
                row.dialect.as_str(),
                to_json(&row.settings)?,
                row.created_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn update_project(&mut self, row: &Project) -> StoreResult<()> {
        self.config_changes();
        let rows = self.run(
            "UPDATE project SET name = ?2, dialect = ?3, settings = ?4, created_at = ?5 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.name,
                row.dialect.as_str(),
                to_json(&row.settings)?,
                row.created_at.seconds(),
            ],
        )?;
        updated(rows, "project")
    }
}
