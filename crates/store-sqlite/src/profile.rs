//! Profiles, with the columns that people lists show.

use anteroom_engine::model::Profile;
use anteroom_engine::model::membership::{ProfileRef, ProfileType};
use anteroom_engine::store::{Profiles, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, object_to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, resource_type, project, resource, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<Profile> {
    Ok(Profile {
        reference: ProfileRef {
            id: column::id(row, 0)?,
            resource_type: column::word(row, 1, ProfileType::parse)?,
        },
        project: column::id(row, 2)?,
        resource: column::json(row, 3)?,
        created_at: column::time(row, 4)?,
    })
}

impl Profiles for SqliteTx<'_> {
    fn profile(&self, reference: ProfileRef) -> StoreResult<Option<Profile>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM profile WHERE id = ?1 AND resource_type = ?2"),
            params![reference.id.as_bytes(), reference.resource_type.as_str()],
            from_row,
        )
    }

    fn insert_profile(&mut self, row: &Profile) -> StoreResult<()> {
        self.run(
            concat!(
                "INSERT INTO profile (",
                columns!(),
                ", birth_date, identifier) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ),
            params![
                row.reference.id.as_bytes(),
                row.reference.resource_type.as_str(),
                row.project.as_bytes(),
                object_to_json(&row.resource)?,
                row.created_at.seconds(),
                row.birth_date(),
                row.identifier(),
            ],
        )?;
        self.index_people_of_profile(row)
    }

    fn update_profile(&mut self, row: &Profile) -> StoreResult<()> {
        let rows = self.run(
            "UPDATE profile SET project = ?3, resource = ?4, created_at = ?5, birth_date = ?6, identifier = ?7 \
             WHERE id = ?1 AND resource_type = ?2",
            params![
                row.reference.id.as_bytes(),
                row.reference.resource_type.as_str(),
                row.project.as_bytes(),
                object_to_json(&row.resource)?,
                row.created_at.seconds(),
                row.birth_date(),
                row.identifier(),
            ],
        )?;
        updated(rows, "profile")?;
        self.index_people_of_profile(row)
    }
}
