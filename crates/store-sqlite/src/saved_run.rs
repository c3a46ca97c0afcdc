//! Runs of the playground that somebody kept.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Project, SavedRun};
use anteroom_engine::store::{SavedRuns, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, name, request, outcome, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<SavedRun> {
    Ok(SavedRun {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        name: column::get(row, 2)?,
        request: column::json(row, 3)?,
        outcome: column::json(row, 4)?,
        created_at: column::time(row, 5)?,
    })
}

impl SavedRuns for SqliteTx<'_> {
    fn saved_run(&self, id: Id<SavedRun>) -> StoreResult<Option<SavedRun>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM saved_run WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn list_saved_runs(&self, project: Id<Project>) -> StoreResult<Vec<SavedRun>> {
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM saved_run WHERE project = ?1 ORDER BY created_at DESC, rowid DESC"
            ),
            params![project.as_bytes()],
            from_row,
        )
    }

    fn insert_saved_run(&mut self, row: &SavedRun) -> StoreResult<()> {
        self.run(
            concat!("INSERT INTO saved_run (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                to_json(&row.request)?,
                to_json(&row.outcome)?,
                row.created_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn rename_saved_run(&mut self, id: Id<SavedRun>, name: &str) -> StoreResult<()> {
        let rows = self.run("UPDATE saved_run SET name = ?2 WHERE id = ?1", params![id.as_bytes(), name])?;
        updated(rows, "saved run")
    }

    fn delete_saved_run(&mut self, id: Id<SavedRun>) -> StoreResult<()> {
        self.run("DELETE FROM saved_run WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }
}
