//! Home: is the engine up, what is still to do, what happened last.

use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::model::event::EventKind;
use anteroom_engine::model::membership::ProfileType;
use anteroom_engine::stop::Outcome;
use anteroom_engine::store::{ClientFilter, EventFilter, Tx, Window};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::activity::{self, ActivityEntry};
use super::desk::{self, DeskState};
use crate::admin::Admin;
use crate::error::CommandError;

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Get {}

/// What the shell and the Home screen show.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Home {
    /// The engine's listener.
    pub engine: EngineState,
    /// The project, or nothing before the first start is done.
    pub project: Option<ProjectSummary>,
    /// What a new project still needs, in order; ticks itself.
    pub checklist: Vec<ChecklistItem>,
    /// Magic links that can still be redeemed.
    pub outstanding_links: u32,
    /// The newest entries of the activity log; none in desk mode.
    pub recent: Vec<ActivityEntry>,
    /// The window is locked to the desk.
    pub desk: Option<DeskState>,
}

/// The listener: where it answers, or why it does not.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EngineState {
    /// Whether the engine answers over HTTP.
    pub running: bool,
    /// The base URL with its trailing slash.
    pub base_url: String,
    /// The https base URL, when the TLS listener is on.
    pub tls_base_url: Option<String>,
    /// Why the engine does not answer, in a sentence.
    pub problem: Option<String>,
    /// This program's version.
    pub version: String,
}

/// The project.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummary {
    /// Project id.
    pub id: String,
    /// Project name.
    pub name: String,
    /// `rfc` or `medplum`: which words refusals use.
    pub dialect: String,
}

/// One thing a new project needs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistItem {
    /// `client`, `person`, `link`, `redeemed`.
    pub step: String,
    /// Whether it has been done.
    pub done: bool,
}

/// Entries of the log on the Home screen.
const RECENT: u32 = 8;

impl From<&Project> for ProjectSummary {
    fn from(project: &Project) -> Self {
        Self {
            id: project.id.to_string(),
            name: project.name.clone(),
            dialect: project.dialect.as_str().to_owned(),
        }
    }
}

pub(crate) async fn get(admin: &Admin, _: Get) -> Result<Home, CommandError> {
    let engine = admin.host().engine_state();
    admin
        .read(move |tx, now| {
            let Some(project) = tx.list_projects()?.into_iter().next() else {
                let checklist = checklist([false; 4]);
                let (project, recent) = (None, Vec::new());
                return Ok(Home { engine, project, checklist, outstanding_links: 0, recent, desk: None });
            };
            let desk = desk::state(tx, &project)?;
            let (outstanding_links, _) = tx.count_pre_authorized_codes(project.id, now, now)?;
            let [client, person] = client_and_person(tx, project.id)?;
            let issued = happened(tx, project.id, EventKind::LinkIssued)?;
            let redeemed = happened(tx, project.id, EventKind::LinkRedeemed)?;
            Ok(Home {
                engine,
                checklist: checklist([client, person, issued, redeemed]),
                outstanding_links,
                recent: if desk.is_some() { Vec::new() } else { activity::newest(tx, project.id, RECENT)? },
                desk,
                project: Some((&*project).into()),
            })
        })
        .await
}

fn checklist(done: [bool; 4]) -> Vec<ChecklistItem> {
    ["client", "person", "link", "redeemed"]
        .into_iter()
        .zip(done)
        .map(|(step, done)| ChecklistItem { step: step.to_owned(), done })
        .collect()
}

const ONE: Window = Window { offset: 0, limit: 1 };

fn client_and_person(tx: &dyn Tx, project: Id<Project>) -> Outcome<[bool; 2]> {
    let client = tx.list_clients(project, &ClientFilter::default(), ONE)?.total > 0;
    let mut person = false;
    tx.visit_memberships(project, None, &mut |membership| {
        person = membership.profile.resource_type == ProfileType::Patient;
        !person
    })?;
    Ok([client, person])
}

/// Whether this ever happened. Links are cleaned up after a while, their events stay: what was done once stays done.
fn happened(tx: &dyn Tx, project: Id<Project>, kind: EventKind) -> Outcome<bool> {
    let filter = EventFilter { kind: Some(kind), ..EventFilter::default() };
    Ok(!tx.list_events(project, &filter, 1)?.is_empty())
}
