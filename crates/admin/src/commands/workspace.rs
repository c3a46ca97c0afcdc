//! The workspace file and Medplum's `ClientApplication` resources: out, and in with a preview.

mod medplum;

use std::collections::HashSet;
use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::service::clients as service;
use anteroom_engine::stop::{Fault, Outcome, Stop};
use anteroom_engine::store::{ClientFilter, Tx, Window};
use anteroom_engine::workspace::apply::Item;
use anteroom_engine::workspace::{self, ApplyError, Misfit, Report, Workspace};
use anteroom_sentence::Sentence;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use super::clients::find;
use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Writes the workspace file of everything that is stored.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// With our secrets at identity providers, in clear.
    pub with_secrets: bool,
}

/// Writes client applications as Medplum's resources.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportClients {
    /// `client_id`s; empty for all. One gives a resource, several give a Bundle.
    pub ids: Vec<String>,
}

/// A file.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// JSON.
    pub text: String,
    /// What is stored and not in the file, in words.
    pub left_out: Vec<String>,
}

/// Reads a workspace file, or one `ClientApplication`, several, or a Bundle of them.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Import {
    /// The file.
    pub text: String,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// `workspace`, or `medplum` for `ClientApplication` resources.
    pub format: String,
    /// Rows that did not exist.
    pub added: Vec<ImportedRow>,
    /// Rows that had other values.
    pub changed: Vec<ImportedRow>,
    /// Rows that said the same already.
    pub left: Vec<ImportedRow>,
    /// Members of the file that are not taken over, by their path.
    pub not_taken: Vec<String>,
}

/// One row that a file names.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportedRow {
    /// `project`, `client`, `member`, `access policy`.
    pub kind: String,
    /// Where it stands in the file.
    pub path: String,
    /// Its id.
    pub id: String,
    /// Its name; absent for people.
    pub name: Option<String>,
}

impl From<Item> for ImportedRow {
    fn from(item: Item) -> Self {
        Self { kind: item.kind.to_owned(), path: item.path, id: item.id.to_string(), name: item.name }
    }
}

fn pretty(value: &impl Serialize) -> Result<String, Stop> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => Ok(format!("{text}\n")),
        Err(_) => Err(Fault::Inconsistent("an export that cannot be written").into()),
    }
}

pub(crate) async fn export(admin: &Admin, request: Export) -> Result<Exported, CommandError> {
    admin
        .aside(move |engine| {
            let export = workspace::export(engine, request.with_secrets)?;
            Ok(Exported { text: pretty(&export.workspace)?, left_out: export.left_out })
        })
        .await
}

pub(crate) async fn export_clients(admin: &Admin, request: ExportClients) -> Result<Exported, CommandError> {
    admin
        .read_project(move |tx, project, _| {
            let clients = if request.ids.is_empty() {
                let all = Window { offset: 0, limit: u32::MAX };
                let rows = tx.list_clients(project, &ClientFilter::default(), all)?.rows;
                rows.into_iter().map(|row| row.client).collect()
            } else {
                let found = request.ids.iter().map(|id| find(tx, project, id));
                found.collect::<Result<Vec<_>, _>>()?
            };
            let secrets = clients.iter().filter(|client| client.secret.is_some()).count();
            let mut left_out = Vec::new();
            if secrets > 0 {
                left_out.push(format!("{secrets} client secrets: kept as digests, which cannot be read"));
            }
            let mut resources: Vec<Value> =
                clients.iter().map(|client| medplum::resource(client, &service::describe(client))).collect();
            let text = match resources.len() {
                1 => pretty(&resources.swap_remove(0))?,
                _ => pretty(&medplum::bundle(resources))?,
            };
            Ok(Exported { text, left_out })
        })
        .await
}

/// A file that does not fit, named by its path.
fn misfit(misfit: &Misfit) -> CommandError {
    CommandError::new(Code::Invalid, Some("text"), Sentence::from(misfit))
}

pub(crate) async fn import(admin: &Admin, request: Import) -> Result<Imported, CommandError> {
    let acting = admin.acting().await?;
    let stored = admin.read(move |tx, _| Stored::read(tx, acting.project)).await?;
    let (format, workspace, not_taken) = read(&request.text, &stored).map_err(|error| misfit(&error))?;
    let dry_run = request.dry_run;
    let applied = admin.aside(move |engine| Ok(workspace::apply(engine, workspace, dry_run))).await?;
    let Report { added, changed, left } = match applied {
        Ok(report) => report,
        Err(ApplyError::Misfit(error)) => return Err(misfit(&in_the_file(format, error))),
        Err(ApplyError::Fault(fault)) => return Err(fault.into()),
    };
    let rows = |items: Vec<Item>| items.into_iter().map(ImportedRow::from).collect();
    Ok(Imported {
        format: format.to_owned(),
        added: rows(added),
        changed: rows(changed),
        left: rows(left),
        not_taken,
    })
}

/// What an import of resources must know of the project.
struct Stored {
    project: Arc<Project>,
    /// Ids and names of its clients.
    clients: HashSet<String>,
}

impl Stored {
    fn read(tx: &dyn Tx, project: Id<Project>) -> Outcome<Self> {
        let all = Window { offset: 0, limit: u32::MAX };
        let rows = tx.list_clients(project, &ClientFilter::default(), all)?.rows;
        let clients =
            rows.iter().flat_map(|row| [row.client.id.to_string(), row.client.name.clone()]).collect();
        let project = tx.project(project)?.ok_or(Fault::Inconsistent("the project is gone"))?;
        Ok(Self { project, clients })
    }
}

/// The workspace that a file comes to, and the members it does not take over.
fn read(text: &str, stored: &Stored) -> Result<(&'static str, Workspace, Vec<String>), Misfit> {
    // The reader's own limits come first: it looks at size and depth before it reads.
    let is_workspace = serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
        || text.trim_start().starts_with('{') && !medplum::is_resource(text);
    if is_workspace {
        return Ok(("workspace", Workspace::read(text.as_bytes())?, Vec::new()));
    }
    let (clients, not_taken) = medplum::clients(text, &stored.clients)?;
    let project =
        json!({ "id": stored.project.id.to_string(), "name": stored.project.name, "clients": clients });
    let file = json!({ "projects": [project] });
    let workspace =
        Workspace::read(file.to_string().as_bytes()).map_err(|error| in_the_file(MEDPLUM, error))?;
    Ok((MEDPLUM, workspace, not_taken))
}

/// The name of the second format.
const MEDPLUM: &str = "medplum";

/// A complaint about a workspace that was made of resources names them, not what nobody wrote.
fn in_the_file(format: &str, error: Misfit) -> Misfit {
    if format == MEDPLUM {
        Misfit::new(error.path.replace("projects[0].clients", "ClientApplication"), error.rule)
    } else {
        error
    }
}
