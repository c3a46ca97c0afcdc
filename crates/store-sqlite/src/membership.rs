//! Memberships. What lists and searches of people need is in [`crate::person`].

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::{Principal, ProfileRef, ProfileType};
use anteroom_engine::model::{AccessPolicy, Client, Membership, Profile, Project, User};
use anteroom_engine::store::{Memberships, PeopleFilter, PersonRow, Slice, StoreError, StoreResult, Window};
use rusqlite::{Row, params};
use serde_json::{Map, Value};

use crate::cache::OfClient;
use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "membership.id, membership.project, membership.user, membership.client, membership.profile_type, \
         membership.profile, membership.display, membership.admin, membership.desk, membership.active, \
         membership.external_id, membership.access_policy, membership.created_at, membership.access"
    };
}
pub(crate) use columns;

/// Those that have policy `?1`, as the first or as a further one.
macro_rules! with_policy {
    () => {
        " FROM membership WHERE (access_policy = ?1 \
         OR id IN (SELECT membership FROM membership_access WHERE access_policy = ?1))"
    };
}

/// How many columns that are.
pub(crate) const WIDTH: usize = 14;

pub(crate) fn from_row(row: &Row<'_>) -> StoreResult<Membership> {
    Ok(Membership {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        principal: principal(row)?,
        profile: ProfileRef {
            resource_type: column::word(row, 4, ProfileType::parse)?,
            id: column::id(row, 5)?,
        },
        display: column::get(row, 6)?,
        admin: column::get(row, 7)?,
        desk: column::get(row, 8)?,
        active: column::get(row, 9)?,
        external_id: column::get(row, 10)?,
        access_policy: column::optional_id(row, 11)?,
        created_at: column::time(row, 12)?,
        access: column::json(row, 13)?,
    })
}

fn principal(row: &Row<'_>) -> StoreResult<Principal> {
    let user: Option<Id<User>> = column::optional_id(row, 2)?;
    let client: Option<Id<Client>> = column::optional_id(row, 3)?;
    match (user, client) {
        (Some(user), None) => Ok(Principal::User(user)),
        (None, Some(client)) => Ok(Principal::Client(client)),
        _ => Err(StoreError::Damaged("a membership is of a user or of a client".to_owned())),
    }
}

fn user_and_client(principal: &Principal) -> (Option<&[u8; 16]>, Option<&[u8; 16]>) {
    match principal {
        Principal::User(user) => (Some(user.as_bytes()), None),
        Principal::Client(client) => (None, Some(client.as_bytes())),
    }
}

impl Memberships for SqliteTx<'_> {
    fn membership(&self, id: Id<Membership>) -> StoreResult<Option<Arc<Membership>>> {
        self.cached(id, || {
            self.one(
                concat!("SELECT ", columns!(), " FROM membership WHERE id = ?1"),
                params![id.as_bytes()],
                from_row,
            )
        })
    }

    fn membership_by_profile(
        &self,
        project: Id<Project>,
        profile: ProfileRef,
    ) -> StoreResult<Option<Arc<Membership>>> {
        self.one(
            concat!(
                "SELECT ",
                columns!(),
                " FROM membership WHERE profile = ?1 AND profile_type = ?2 AND project = ?3 ORDER BY row LIMIT 1"
            ),
            params![profile.id.as_bytes(), profile.resource_type.as_str(), project.as_bytes()],
            |row| from_row(row).map(Arc::new),
        )
    }

    fn membership_by_external_id(
        &self,
        project: Id<Project>,
        external_id: &str,
    ) -> StoreResult<Option<Arc<Membership>>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM membership WHERE project = ?1 AND external_id = ?2"),
            params![project.as_bytes(), external_id],
            |row| from_row(row).map(Arc::new),
        )
    }

    fn memberships_of_user(&self, project: Id<Project>, user: Id<User>) -> StoreResult<Vec<Arc<Membership>>> {
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM membership INDEXED BY membership_by_user WHERE user = ?1 AND project = ?2 ORDER BY row"
            ),
            params![user.as_bytes(), project.as_bytes()],
            |row| from_row(row).map(Arc::new),
        )
    }

    fn oldest_admin(
        &self,
        project: Id<Project>,
        except: Option<Id<Membership>>,
    ) -> StoreResult<Option<Membership>> {
        self.one(
            concat!(
                "SELECT ",
                columns!(),
                " FROM membership INDEXED BY membership_admin WHERE project = ?1 AND admin AND active \
                 AND user IS NOT NULL AND profile_type = 'Practitioner' AND id IS NOT ?2 \
                 ORDER BY created_at, row LIMIT 1"
            ),
            params![project.as_bytes(), except.as_ref().map(Id::as_bytes)],
            from_row,
        )
    }

    fn membership_of_client(&self, client: Id<Client>) -> StoreResult<Option<Arc<Membership>>> {
        self.cached(OfClient(client), || {
            self.one(
                concat!("SELECT ", columns!(), " FROM membership WHERE client = ?1"),
                params![client.as_bytes()],
                from_row,
            )
        })
    }

    fn list_people(
        &self,
        project: Id<Project>,
        filter: &PeopleFilter,
        window: Window,
    ) -> StoreResult<Slice<PersonRow>> {
        self.search_people(project, filter, window)
    }

    fn person(&self, id: Id<Membership>) -> StoreResult<Option<PersonRow>> {
        self.person_row(id)
    }

    fn insert_membership(&mut self, row: &Membership) -> StoreResult<()> {
        self.config_changes();
        let (user, client) = user_and_client(&row.principal);
        self.run(
            "INSERT INTO membership (id, project, user, client, profile_type, profile, display, admin, desk, active, \
             external_id, access_policy, created_at, access) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                user,
                client,
                row.profile.resource_type.as_str(),
                row.profile.id.as_bytes(),
                row.display,
                row.admin,
                row.desk,
                row.active,
                row.external_id,
                row.access_policy.as_ref().map(Id::as_bytes),
                row.created_at.seconds(),
                to_json(&row.access)?,
            ],
        )?;
        self.name_policies(row)?;
        self.index_person(row)
    }

    fn update_membership(&mut self, row: &Membership) -> StoreResult<()> {
        self.config_changes();
        let (user, client) = user_and_client(&row.principal);
        let rows = self.run(
            "UPDATE membership SET project = ?2, user = ?3, client = ?4, profile_type = ?5, profile = ?6, \
             display = ?7, admin = ?8, desk = ?9, active = ?10, external_id = ?11, access_policy = ?12, \
             created_at = ?13, access = ?14 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                user,
                client,
                row.profile.resource_type.as_str(),
                row.profile.id.as_bytes(),
                row.display,
                row.admin,
                row.desk,
                row.active,
                row.external_id,
                row.access_policy.as_ref().map(Id::as_bytes),
                row.created_at.seconds(),
                to_json(&row.access)?,
            ],
        )?;
        updated(rows, "membership")?;
        self.run("DELETE FROM membership_access WHERE membership = ?1", params![row.id.as_bytes()])?;
        self.name_policies(row)?;
        self.index_person(row)
    }

    fn delete_membership(&mut self, id: Id<Membership>) -> StoreResult<()> {
        self.config_changes();
        self.run(
            "DELETE FROM person_search WHERE rowid = (SELECT row FROM membership WHERE id = ?1)",
            params![id.as_bytes()],
        )?;
        self.run("DELETE FROM membership WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }

    fn membership_rest(&self, id: Id<Membership>) -> StoreResult<Map<String, Value>> {
        let rest = self.one(
            "SELECT rest FROM membership_rest WHERE membership = ?1",
            params![id.as_bytes()],
            |row| column::json(row, 0),
        )?;
        Ok(rest.unwrap_or_default())
    }

    fn put_membership_rest(&mut self, id: Id<Membership>, rest: &Map<String, Value>) -> StoreResult<()> {
        if rest.is_empty() {
            let sql = "DELETE FROM membership_rest WHERE membership = ?1";
            return self.run(sql, params![id.as_bytes()]).map(drop);
        }
        self.run(
            "INSERT INTO membership_rest (membership, rest) VALUES (?1, ?2) \
             ON CONFLICT (membership) DO UPDATE SET rest = excluded.rest",
            params![id.as_bytes(), column::to_json(rest)?],
        )
        .map(drop)
    }

    fn visit_memberships(
        &self,
        project: Id<Project>,
        profile: Option<Id<Profile>>,
        visit: &mut dyn FnMut(Membership) -> bool,
    ) -> StoreResult<()> {
        let sql = if profile.is_some() {
            concat!(
                "SELECT ",
                columns!(),
                " FROM membership WHERE project = ?1 AND profile = ?2 ORDER BY row"
            )
        } else {
            concat!(
                "SELECT ",
                columns!(),
                " FROM membership NOT INDEXED WHERE project = ?1 AND ?2 IS NULL ORDER BY row"
            )
        };
        self.walk(sql, params![project.as_bytes(), profile.as_ref().map(Id::as_bytes)], from_row, visit)
    }

    fn memberships_with_policy(
        &self,
        policy: Id<AccessPolicy>,
        limit: u32,
    ) -> StoreResult<Slice<Membership>> {
        let policy = policy.as_bytes();
        let total = self.count(concat!("SELECT count(*)", with_policy!()), params![policy])?;
        let rows = self.many(
            concat!("SELECT ", columns!(), with_policy!(), " ORDER BY row LIMIT ?2"),
            params![policy, limit],
            from_row,
        )?;
        Ok(Slice { rows, total })
    }
}

impl SqliteTx<'_> {
    /// Notes which further policies a membership has.
    fn name_policies(&self, row: &Membership) -> StoreResult<()> {
        for own in &row.access {
            self.run(
                "INSERT OR IGNORE INTO membership_access (membership, access_policy) VALUES (?1, ?2)",
                params![row.id.as_bytes(), own.policy.as_bytes()],
            )?;
        }
        Ok(())
    }
}
