//! Client applications, their last uses and their origins.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::client::{ClientStatus, ClientType, SecretSlot, StoredSecret};
use anteroom_engine::model::{Client, Project};
use anteroom_engine::store::{ClientFilter, ClientRow, Clients, Slice, StoreError, StoreResult, Window};
use anteroom_engine::timestamp::Timestamp;
use rusqlite::{Row, params};

use crate::column::{self, to_json};
use crate::error::updated;
use crate::tx::SqliteTx;
use anteroom_engine::fold::fold;

/// A use of a secret is written again when the one written is this many seconds older.
const TOUCH_SECONDS: i64 = 60;
/// Uses the writer remembers; then it starts over.
const MOST_USES: usize = 10_000;

macro_rules! columns {
    () => {
        "id, project, name, client_type, status, secret_digest, secret_created_at, retiring_secret_digest, \
         retiring_secret_created_at, settings, provider_secret, created_at, updated_at, version, secret_expires_at, \
         retiring_secret_expires_at"
    };
}

/// How many columns that are.
const WIDTH: usize = 16;

fn from_row(row: &Row<'_>) -> StoreResult<Client> {
    Ok(Client {
        id: column::id(row, 0)?,
        project: column::id(row, 1)?,
        name: column::get(row, 2)?,
        client_type: column::word(row, 3, ClientType::parse)?,
        status: column::word(row, 4, ClientStatus::parse)?,
        secret: secret(row, 5, 14)?,
        retiring_secret: secret(row, 7, 15)?,
        settings: column::json(row, 9)?,
        provider_secret: column::optional_sealed(row, 10)?,
        created_at: column::time(row, 11)?,
        updated_at: column::time(row, 12)?,
        version: column::get(row, 13)?,
    })
}

fn secret(row: &Row<'_>, at: usize, ends_at: usize) -> StoreResult<Option<StoredSecret>> {
    match (column::optional_digest(row, at)?, column::optional_time(row, at + 1)?) {
        (Some(digest), Some(created_at)) => {
            let expires_at = column::optional_time(row, ends_at)?;
            Ok(Some(StoredSecret { digest, created_at, expires_at }))
        }
        (None, None) => Ok(None),
        _ => Err(StoreError::Damaged("a client secret is stored by half".to_owned())),
    }
}

/// What a search looks in: name, id and redirect URIs, folded, one a line.
fn searched(client: &Client) -> String {
    let mut text = format!("{}\n{}", client.name, client.id);
    for uri in &client.settings.redirect_uris {
        text.push('\n');
        text.push_str(uri);
    }
    fold(&text)
}

const fn slot_name(slot: SecretSlot) -> &'static str {
    match slot {
        SecretSlot::Current => "current",
        SecretSlot::Retiring => "retiring",
    }
}

const FILTER: &str = "project = ?1 AND (?2 = '' OR instr(search, ?2) > 0) AND (?3 IS NULL OR client_type = ?3) \
                      AND (?4 IS NULL OR status = ?4)";

impl Clients for SqliteTx<'_> {
    fn client(&self, id: Id<Client>) -> StoreResult<Option<Arc<Client>>> {
        self.cached(id, || {
            self.one(
                concat!("SELECT ", columns!(), " FROM client WHERE id = ?1"),
                params![id.as_bytes()],
                from_row,
            )
        })
    }

    fn list_clients(
        &self,
        project: Id<Project>,
        filter: &ClientFilter,
        window: Window,
    ) -> StoreResult<Slice<ClientRow>> {
        let search = fold(filter.search.trim());
        let project = project.as_bytes();
        let total = if search.is_empty() && filter.client_type.is_none() && filter.status.is_none() {
            self.count("SELECT count(*) FROM client WHERE project = ?1", params![project])?
        } else {
            self.count(
                &format!("SELECT count(*) FROM client WHERE {FILTER}"),
                params![project, search, filter.client_type, filter.status],
            )?
        };
        let rows = self.many(
            &format!(
                "SELECT {}, (SELECT max(last_used_at) FROM client_secret_use WHERE client = client.id) FROM client \
                 WHERE {FILTER} ORDER BY sort_name, rowid LIMIT ?5 OFFSET ?6",
                columns!()
            ),
            params![project, search, filter.client_type, filter.status, window.limit, window.offset],
            |row| {
                Ok(ClientRow {
                    client: Arc::new(from_row(row)?),
                    last_used_at: column::optional_time(row, WIDTH)?,
                })
            },
        )?;
        Ok(Slice { rows, total })
    }

    fn insert_client(&mut self, row: &Client) -> StoreResult<()> {
        self.config_changes();
        self.run(
            concat!(
                "INSERT INTO client (",
                columns!(),
                ", sort_name, search) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
                 ?18)"
            ),
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                row.client_type.as_str(),
                row.status.as_str(),
                row.secret.as_ref().map(|secret| secret.digest.as_bytes()),
                row.secret.map(|secret| secret.created_at.seconds()),
                row.retiring_secret.as_ref().map(|secret| secret.digest.as_bytes()),
                row.retiring_secret.map(|secret| secret.created_at.seconds()),
                to_json(&row.settings)?,
                row.provider_secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.created_at.seconds(),
                row.updated_at.seconds(),
                row.version,
                row.secret.and_then(|secret| secret.expires_at).map(Timestamp::seconds),
                row.retiring_secret.and_then(|secret| secret.expires_at).map(Timestamp::seconds),
                fold(&row.name),
                searched(row),
            ],
        )?;
        self.write_origins(row)
    }

    fn update_client(&mut self, row: &Client) -> StoreResult<()> {
        self.config_changes();
        self.move_secret_uses(row)?;
        let rows = self.run(
            "UPDATE client SET project = ?2, name = ?3, client_type = ?4, status = ?5, secret_digest = ?6, \
             secret_created_at = ?7, retiring_secret_digest = ?8, retiring_secret_created_at = ?9, settings = ?10, \
             provider_secret = ?11, created_at = ?12, updated_at = ?13, version = ?14, secret_expires_at = ?15, \
             retiring_secret_expires_at = ?16, sort_name = ?17, search = ?18 WHERE id = ?1",
            params![
                row.id.as_bytes(),
                row.project.as_bytes(),
                row.name,
                row.client_type.as_str(),
                row.status.as_str(),
                row.secret.as_ref().map(|secret| secret.digest.as_bytes()),
                row.secret.map(|secret| secret.created_at.seconds()),
                row.retiring_secret.as_ref().map(|secret| secret.digest.as_bytes()),
                row.retiring_secret.map(|secret| secret.created_at.seconds()),
                to_json(&row.settings)?,
                row.provider_secret.as_ref().map(|sealed| sealed.0.as_slice()),
                row.created_at.seconds(),
                row.updated_at.seconds(),
                row.version,
                row.secret.and_then(|secret| secret.expires_at).map(Timestamp::seconds),
                row.retiring_secret.and_then(|secret| secret.expires_at).map(Timestamp::seconds),
                fold(&row.name),
                searched(row),
            ],
        )?;
        updated(rows, "client")?;
        self.run("DELETE FROM client_origin WHERE client = ?1", params![row.id.as_bytes()])?;
        self.write_origins(row)
    }

    fn delete_client(&mut self, id: Id<Client>) -> StoreResult<()> {
        self.config_changes();
        self.forget_uses(id);
        self.run("DELETE FROM pre_authorized_code WHERE client = ?1", params![id.as_bytes()])?;
        self.run("DELETE FROM authorization_code WHERE client = ?1", params![id.as_bytes()])?;
        self.run("DELETE FROM interaction WHERE client = ?1", params![id.as_bytes()])?;
        self.run("DELETE FROM refresh_family WHERE client = ?1", params![id.as_bytes()])?;
        self.run("DELETE FROM consent WHERE client = ?1", params![id.as_bytes()])?;
        // Last uses and origins go with the row: ON DELETE CASCADE.
        self.run("DELETE FROM client WHERE id = ?1", params![id.as_bytes()]).map(drop)
    }

    fn secret_last_used(&self, id: Id<Client>, slot: SecretSlot) -> StoreResult<Option<Timestamp>> {
        self.one(
            "SELECT last_used_at FROM client_secret_use WHERE client = ?1 AND slot = ?2",
            params![id.as_bytes(), slot_name(slot)],
            |row| column::time(row, 0),
        )
    }

    fn touch_secret(&mut self, id: Id<Client>, slot: SecretSlot, at: Timestamp) -> StoreResult<()> {
        {
            let mut notes = self.notes.borrow_mut();
            if notes
                .secret_uses
                .get(&(id, slot))
                .is_some_and(|noted| at.seconds() - noted.seconds() < TOUCH_SECONDS)
            {
                return Ok(());
            }
            if notes.secret_uses.len() >= MOST_USES {
                notes.secret_uses.clear();
            }
            notes.secret_uses.insert((id, slot), at);
        }
        self.run(
            "INSERT INTO client_secret_use (client, slot, last_used_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (client, slot) DO UPDATE SET last_used_at = max(last_used_at, excluded.last_used_at)",
            params![id.as_bytes(), slot_name(slot), at.seconds()],
        )
        .map(drop)
    }

    fn other_subject_providers(&self, project: Id<Project>, user_info_url: &str) -> StoreResult<bool> {
        let found = self.one(
            "SELECT 1 FROM client WHERE project = ?1 AND settings ->> '$.identityProvider.useSubject' = 1 \
             AND settings ->> '$.identityProvider.userInfoUrl' <> ?2 LIMIT 1",
            params![project.as_bytes(), user_info_url],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    fn origin_allowed(&self, origin: &str) -> StoreResult<bool> {
        let found = self.one(
            "SELECT 1 FROM client_origin JOIN client ON client.id = client_origin.client \
             WHERE client_origin.origin = ?1 AND client.status = 'active' LIMIT 1",
            params![origin],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

impl SqliteTx<'_> {
    fn write_origins(&self, row: &Client) -> StoreResult<()> {
        for origin in &row.settings.allowed_origins {
            self.run(
                "INSERT OR IGNORE INTO client_origin (origin, client) VALUES (?1, ?2)",
                params![origin, row.id.as_bytes()],
            )?;
        }
        Ok(())
    }

    /// A last use belongs to a secret, not to a slot: when the current secret starts to retire, its last use goes with
    /// it, and a new secret was never used. Uses of secrets that are gone stay for the client's own last use.
    fn move_secret_uses(&self, row: &Client) -> StoreResult<()> {
        let Some(before) = self.client(row.id)? else { return Ok(()) };
        let same = |a: &Option<StoredSecret>, b: &Option<StoredSecret>| match (a, b) {
            (Some(a), Some(b)) => a.digest == b.digest,
            (None, None) => true,
            _ => false,
        };
        if same(&before.secret, &row.secret) && same(&before.retiring_secret, &row.retiring_secret) {
            return Ok(());
        }
        self.forget_uses(row.id);
        if !same(&before.retiring_secret, &row.retiring_secret) {
            self.move_use(row.id, "retiring", "gone")?;
        }
        if !same(&before.secret, &row.secret) {
            let retires = row.retiring_secret.is_some() && same(&before.secret, &row.retiring_secret);
            self.move_use(row.id, "current", if retires { "retiring" } else { "gone" })?;
        }
        Ok(())
    }

    fn move_use(&self, id: Id<Client>, from: &str, to: &str) -> StoreResult<()> {
        self.run(
            "INSERT INTO client_secret_use (client, slot, last_used_at) \
             SELECT client, ?3, last_used_at FROM client_secret_use WHERE client = ?1 AND slot = ?2 \
             ON CONFLICT (client, slot) DO UPDATE SET last_used_at = max(last_used_at, excluded.last_used_at)",
            params![id.as_bytes(), from, to],
        )?;
        self.run(
            "DELETE FROM client_secret_use WHERE client = ?1 AND slot = ?2",
            params![id.as_bytes(), from],
        )
        .map(drop)
    }

    fn forget_uses(&self, id: Id<Client>) {
        self.notes.borrow_mut().secret_uses.retain(|(client, _), _| *client != id);
    }
}
