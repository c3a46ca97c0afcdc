//! Launches of an EHR.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Project, SmartAppLaunch};
use anteroom_engine::store::{SmartAppLaunches, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, resource, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<SmartAppLaunch> {
    Ok(SmartAppLaunch {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        resource: column::json(row, 2)?,
        created_at: column::time(row, 3)?,
    })
}

impl SmartAppLaunches for SqliteTx<'_> {
    fn smart_app_launch(&self, id: Id<SmartAppLaunch>) -> StoreResult<Option<SmartAppLaunch>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM smart_app_launch WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn insert_smart_app_launch(&mut self, row: &SmartAppLaunch) -> StoreResult<()> {
        self.run(
            concat!("INSERT INTO smart_app_launch (", columns!(), ") VALUES (?1, ?2, ?3, ?4)"),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                to_json(&row.resource)?,
                row.created_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn update_smart_app_launch(&mut self, row: &SmartAppLaunch) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE smart_app_launch SET project = ?2, resource = ?3, created_at = ?4 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                to_json(&row.resource)?,
                row.created_at.seconds(),
            ],
        )?;
        updated(rows, "launch")
    }

    fn delete_smart_app_launch(&mut self, id: Id<SmartAppLaunch>) -> StoreResult<()> {
        self.run("DELETE FROM smart_app_launch WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }

    fn visit_smart_app_launches(
        &self,
        project: Id<Project>,
        visit: &mut dyn FnMut(SmartAppLaunch) -> bool,
    ) -> StoreResult<()> {
        self.walk(
            concat!(
                "SELECT ",
                columns!(),
                " FROM smart_app_launch WHERE project = ?1 ORDER BY created_at, id"
            ),
            params![project.as_bytes()],
            from_row,
            visit,
        )
    }
}
