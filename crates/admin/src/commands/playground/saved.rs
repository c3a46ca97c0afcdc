//! Runs that are kept: what was asked for and what came of it, in the store, without anything secret.
//!
//! A kept run changes nothing at the engine, so that keeping one is no event of the log.

use anteroom_engine::id::Id;
use anteroom_engine::model::SavedRun;
use anteroom_engine::stop::{Fault, Outcome, invalid};
use anteroom_engine::store::Tx;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{Ref, Run, RunShown, look};
use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// Kept runs of a project, at most.
const MOST: usize = 200;
/// Characters of a name, at most.
const LONGEST_NAME: usize = 80;

/// Keeps a run under a name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Save {
    /// The run.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Gives a kept run another name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rename {
    /// The kept run.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Asks for all kept runs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SavedList {}

/// All kept runs, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedRuns {
    /// The runs.
    pub items: Vec<SavedRow>,
}

/// A kept run, in a line.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `grant_type`.
    pub grant: String,
    /// `client_id`.
    pub client_id: String,
    /// Name of the client; the id when it is not one of this engine's.
    pub client_name: String,
    /// How it ended: `done`, `refused`, `failed`, `cancelled`.
    pub state: String,
    /// Unix seconds when it was kept.
    #[ts(type = "number")]
    pub saved_at: i64,
}

/// A kept run.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedShown {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What to ask for to run it again; what was secret is empty.
    pub request: Run,
    /// Whether something secret has to be given again.
    pub needs_secret: bool,
    /// What came of it.
    pub run: RunShown,
}

/// What stands in the store.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    request: Run,
    needs_secret: bool,
}

fn gone() -> CommandError {
    CommandError::new(Code::NotFound, Some("id"), sentence!("This run is no longer kept."))
}

fn checked(name: &str) -> Result<String, CommandError> {
    let name = name.trim();
    let invalid = |message| Err(CommandError::new(Code::Invalid, Some("name"), message));
    match name.chars().count() {
        0 => invalid(sentence!("Give the run a name.")),
        long if long > LONGEST_NAME => invalid(sentence!(
            "This name has {long} characters; {longest} fit.",
            long,
            longest = LONGEST_NAME
        )),
        _ => Ok(name.to_owned()),
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn row(tx: &dyn Tx, kept: &SavedRun) -> Outcome<SavedRow> {
    let client_id = text(&kept.outcome, "/clientId");
    let client = Id::parse(&client_id).map(|id| tx.client(id)).transpose()?.flatten();
    let own = client.filter(|client| client.project == kept.project);
    Ok(SavedRow {
        id: kept.id.to_string(),
        name: kept.name.clone(),
        grant: text(&kept.outcome, "/grant"),
        client_name: own.map_or_else(|| client_id.clone(), |client| client.name.clone()),
        client_id,
        state: text(&kept.outcome, "/client/state"),
        saved_at: kept.created_at.seconds(),
    })
}

pub(crate) async fn save(admin: &Admin, request: Save) -> Result<SavedRow, CommandError> {
    let name = checked(&request.name)?;
    let run = look::find(admin, &request.id)?;
    let unwritten = |_| CommandError::from(Fault::Inconsistent("a run that cannot be written as JSON"));
    let needs_secret = look::has_secrets(&run.flow);
    let kept = Kept { request: run.request.clone(), needs_secret };
    let asked = serde_json::to_value(kept).map_err(unwritten)?;
    let outcome = serde_json::to_value(look::shown(admin, &run).await?).map_err(unwritten)?;
    admin
        .change(move |cx, _, acting| {
            if cx.tx.list_saved_runs(acting.project)?.len() >= MOST {
                return invalid(
                    "name",
                    sentence!("{most} runs are kept already. Delete one first.", most = MOST),
                );
            }
            let kept = SavedRun {
                id: cx.random_id()?,
                project: acting.project,
                name,
                request: asked,
                outcome,
                created_at: cx.now,
            };
            cx.tx.insert_saved_run(&kept)?;
            row(&*cx.tx, &kept)
        })
        .await
}

pub(crate) async fn saved(admin: &Admin, _: SavedList) -> Result<SavedRuns, CommandError> {
    let items = admin.read_project(|tx, project, _| {
        tx.list_saved_runs(project)?.iter().map(|kept| row(tx, kept)).collect::<Outcome<Vec<_>>>()
    });
    Ok(SavedRuns { items: items.await? })
}

async fn find(admin: &Admin, id: &str) -> Result<SavedRun, CommandError> {
    let id = Id::parse(id).ok_or_else(gone)?;
    let found = admin
        .read_project(move |tx, project, _| Ok(tx.saved_run(id)?.filter(|kept| kept.project == project)));
    found.await?.ok_or_else(gone)
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, CommandError> {
    serde_json::from_value(value).map_err(|_| {
        let message = sentence!("This run was kept by another version, which wrote it in another form.");
        CommandError::new(Code::Conflict, Some("id"), message)
    })
}

pub(crate) async fn open_saved(admin: &Admin, request: Ref) -> Result<SavedShown, CommandError> {
    let kept = find(admin, &request.id).await?;
    let Kept { request, needs_secret } = read(kept.request)?;
    let run = read(kept.outcome)?;
    Ok(SavedShown { id: kept.id.to_string(), name: kept.name, request, needs_secret, run })
}

/// What came of a run, by the id of a run in memory or of a kept one.
pub(super) async fn outcome(admin: &Admin, id: &str) -> Result<RunShown, CommandError> {
    match admin.playground().get(id) {
        Some(run) => look::shown(admin, &run).await,
        None => read(find(admin, id).await?.outcome),
    }
}

pub(crate) async fn rename(admin: &Admin, request: Rename) -> Result<SavedRow, CommandError> {
    let name = checked(&request.name)?;
    let id = find(admin, &request.id).await?.id;
    let renamed = admin.change(move |cx, _, _| {
        cx.tx.rename_saved_run(id, &name)?;
        let kept = cx.tx.saved_run(id)?;
        kept.map(|kept| row(&*cx.tx, &kept)).transpose()
    });
    renamed.await?.ok_or_else(gone)
}

pub(crate) async fn delete(admin: &Admin, request: Ref) -> Result<SavedRuns, CommandError> {
    let id = find(admin, &request.id).await?.id;
    admin.change(move |cx, _, _| Ok(cx.tx.delete_saved_run(id)?)).await?;
    saved(admin, SavedList {}).await
}
