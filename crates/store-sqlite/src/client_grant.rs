//! Client grants.

use anteroom_engine::id::Id;
use anteroom_engine::model::client_grant::{ApiRef, SubjectType};
use anteroom_engine::model::resource_server::SystemApi;
use anteroom_engine::model::{Client, ClientGrant, Project};
use anteroom_engine::store::{ClientGrantFilter, ClientGrants, StoreError, StoreResult};
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;

macro_rules! columns {
    () => {
        "id, project, client, resource_server, system_api, subject_type, scope, allow_all_scopes, rest, created_at"
    };
}

fn from_row(row: &Row<'_>) -> StoreResult<ClientGrant> {
    Ok(ClientGrant {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        client: column::id(row, 2)?,
        api: api(row)?,
        subject_type: column::word(row, 5, SubjectType::parse)?,
        scope: column::json(row, 6)?,
        allow_all_scopes: column::get(row, 7)?,
        rest: column::json(row, 8)?,
        created_at: column::time(row, 9)?,
    })
}

fn api(row: &Row<'_>) -> StoreResult<ApiRef> {
    match column::optional_id(row, 3)? {
        Some(id) => Ok(ApiRef::Own(id)),
        None => column::get::<Option<String>>(row, 4)?
            .as_deref()
            .and_then(SystemApi::parse)
            .map(ApiRef::System)
            .ok_or_else(|| StoreError::Damaged("a client grant for no API".to_owned())),
    }
}

/// The two columns of an API: bytes of one of the project's own, or the word of one that every project has.
fn halves(api: &ApiRef) -> (Option<&[u8; 16]>, Option<&'static str>) {
    match api {
        ApiRef::Own(id) => (Some(id.as_bytes()), None),
        ApiRef::System(api) => (None, Some(api.as_str())),
    }
}

impl ClientGrants for SqliteTx<'_> {
    fn client_grant(&self, id: Id<ClientGrant>) -> StoreResult<Option<ClientGrant>> {
        self.one(
            concat!("SELECT ", columns!(), " FROM client_grant WHERE id = ?1"),
            params![id.as_bytes()],
            from_row,
        )
    }

    fn client_grant_for(
        &self,
        client: Id<Client>,
        api: ApiRef,
        subject_type: SubjectType,
    ) -> StoreResult<Option<ClientGrant>> {
        match api {
            ApiRef::Own(id) => self.one(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM client_grant WHERE client = ?1 AND resource_server = ?2 AND subject_type = ?3"
                ),
                params![client.as_bytes(), id.as_bytes(), subject_type.as_str()],
                from_row,
            ),
            ApiRef::System(api) => self.one(
                concat!(
                    "SELECT ",
                    columns!(),
                    " FROM client_grant WHERE client = ?1 AND system_api = ?2 AND subject_type = ?3"
                ),
                params![client.as_bytes(), api.as_str(), subject_type.as_str()],
                from_row,
            ),
        }
    }

    fn list_client_grants(
        &self,
        project: Id<Project>,
        filter: &ClientGrantFilter,
    ) -> StoreResult<Vec<ClientGrant>> {
        let (own, system) = filter.api.as_ref().map_or((None, None), halves);
        self.many(
            concat!(
                "SELECT ",
                columns!(),
                " FROM client_grant WHERE project = ?1 AND (?2 IS NULL OR client = ?2) \
                 AND (?3 IS NULL OR resource_server = ?3) AND (?4 IS NULL OR system_api = ?4) \
                 AND (?5 IS NULL OR subject_type = ?5) ORDER BY created_at, rowid"
            ),
            params![
                project.as_bytes(),
                filter.client.as_ref().map(Id::as_bytes),
                own,
                system,
                filter.subject_type.map(SubjectType::as_str),
            ],
            from_row,
        )
    }

    fn insert_client_grant(&mut self, row: &ClientGrant) -> StoreResult<()> {
        let (own, system) = halves(&row.api);
        self.run(
            concat!(
                "INSERT INTO client_grant (",
                columns!(),
                ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.client.as_bytes(),
                own,
                system,
                row.subject_type.as_str(),
                to_json(&row.scope)?,
                row.allow_all_scopes,
                to_json(&row.rest)?,
                row.created_at.seconds(),
            ],
        )
        .map(drop)
    }

    fn update_client_grant(&mut self, row: &ClientGrant) -> StoreResult<()> {
        let (own, system) = halves(&row.api);
        let rows = self.run(
            "UPDATE client_grant SET project = ?2, client = ?3, resource_server = ?4, system_api = ?5, \
             subject_type = ?6, scope = ?7, allow_all_scopes = ?8, rest = ?9, created_at = ?10 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.client.as_bytes(),
                own,
                system,
                row.subject_type.as_str(),
                to_json(&row.scope)?,
                row.allow_all_scopes,
                to_json(&row.rest)?,
                row.created_at.seconds(),
            ],
        )?;
        updated(rows, "client grant")
    }

    fn delete_client_grant(&mut self, id: Id<ClientGrant>) -> StoreResult<()> {
        self.run("DELETE FROM client_grant WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }
}
