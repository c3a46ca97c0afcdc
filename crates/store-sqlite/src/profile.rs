//! Profiles, with the columns that people lists show.

use std::fmt::Write as _;

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::{ProfileRef, ProfileType};
use anteroom_engine::model::{Profile, Project};
use anteroom_engine::store::{ProfileSearch, Profiles, StoreResult};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Row, params, params_from_iter};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

/// Words of a search that narrow it.
const MOST_WORDS: usize = 8;

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
                to_json(&row.resource)?,
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
                to_json(&row.resource)?,
                row.created_at.seconds(),
                row.birth_date(),
                row.identifier(),
            ],
        )?;
        updated(rows, "profile")?;
        self.index_people_of_profile(row)
    }

    fn delete_profile(&mut self, reference: ProfileRef) -> StoreResult<()> {
        self.run(
            "DELETE FROM profile WHERE id = ?1 AND resource_type = ?2",
            params![reference.id.as_bytes(), reference.resource_type.as_str()],
        )
        .map(drop)
    }

    fn visit_profiles(
        &self,
        project: Id<Project>,
        profile_type: ProfileType,
        search: &ProfileSearch,
        visit: &mut dyn FnMut(Profile) -> bool,
    ) -> StoreResult<()> {
        let mut sql = concat!(
            "SELECT ",
            columns!(),
            " FROM profile INDEXED BY profile_by_age WHERE project = ?1 AND resource_type = ?2"
        )
        .to_owned();
        let mut values: Vec<SqlValue> =
            vec![project.as_bytes().to_vec().into(), profile_type.as_str().to_owned().into()];
        // A profile without a member has no words here, and is looked at by the caller.
        for word in search.words.iter().take(MOST_WORDS) {
            values.push(format!(" {word}").into());
            let at = values.len();
            let _ = write!(
                sql,
                " AND NOT EXISTS (SELECT 1 FROM membership INDEXED BY membership_by_profile \
                 WHERE membership.profile = profile.id AND membership.profile_type = profile.resource_type \
                 AND instr(' ' || membership.words, ?{at}) = 0)"
            );
        }
        sql.push_str(" ORDER BY created_at, id");
        self.walk(&sql, params_from_iter(values), from_row, visit)
    }
}
