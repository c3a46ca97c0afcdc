//! Access policies.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::{AccessPolicy, Project};
use anteroom_engine::store::{AccessPolicies, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, name, ip_access_rule, rest, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<AccessPolicy> {
    Ok(AccessPolicy {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        name: column::get(row, 2)?,
        ip_access_rule: column::json(row, 3)?,
        rest: column::json(row, 4)?,
        created_at: column::time(row, 5)?,
    })
}

impl AccessPolicies for SqliteTx<'_> {
    fn access_policy(&self, id: Id<AccessPolicy>) -> StoreResult<Option<Arc<AccessPolicy>>> {
        self.cached(id, || {
            self.one(
                concat!("SELECT ", columns!(), " FROM access_policy WHERE id = ?1"),
                params![id.as_bytes()],
                from_row,
            )
        })
    }

    fn access_policy_by_name(
        &self,
        project: Id<Project>,
        name: &str,
    ) -> StoreResult<Option<Arc<AccessPolicy>>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM access_policy WHERE project = ?1 AND name = ?2"),
            params![project.as_bytes(), name],
            |row| from_row(row).map(Arc::new),
        )
    }

    fn list_access_policies(&self, project: Id<Project>) -> StoreResult<Vec<Arc<AccessPolicy>>> {
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM access_policy WHERE project = ?1 ORDER BY lower(name), name"
            ),
            params![project.as_bytes()],
            |row| from_row(row).map(Arc::new),
        )
    }

    fn insert_access_policy(&mut self, row: &AccessPolicy) -> StoreResult<()> {
        self.config_changes();
        self.run(
            concat!("INSERT INTO access_policy (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                to_json(&row.ip_access_rule)?,
                to_json(&row.rest)?,
                row.created_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn update_access_policy(&mut self, row: &AccessPolicy) -> StoreResult<()> {
        self.config_changes();
        let rows = self.run(
            "UPDATE access_policy SET project = ?2, name = ?3, ip_access_rule = ?4, rest = ?5, created_at = ?6 \
             WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                to_json(&row.ip_access_rule)?,
                to_json(&row.rest)?,
                row.created_at.seconds(),
            ],
        )?;
        updated(rows, "access policy")
    }

    fn delete_access_policy(&mut self, id: Id<AccessPolicy>) -> StoreResult<()> {
        self.config_changes();
        self.run("DELETE FROM access_policy WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }
}
