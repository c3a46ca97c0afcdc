//! Applying a workspace file: every row it names is compared with what is stored, and written when it differs.
//!
//! All in one transaction. The first value that does not fit rolls everything back and is named by its path in the file.
//! Passwords are hashed before, because hashing is too slow for the writer.

mod apis;
mod client;
mod member;
mod names;
mod passwords;
mod policy;
mod project;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, mpsc};

use anteroom_sentence::{Sentence, sentence};
use serde_json::json;
use uuid::Uuid;

use super::{Misfit, Workspace};
use crate::cx::{About, Cx, Origin};
use crate::engine::Engine;
use crate::model::event::{EventBody, EventKind};
use crate::service::rates;
use crate::stop::{Fault, Outcome, Stop, invalid};
use crate::store::StoreError;
use names::ClientNames;
use passwords::Passwords;

/// What applying a file did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that did not exist.
    pub added: Vec<Item>,
    /// Rows that had other values.
    pub changed: Vec<Item>,
    /// Rows that said the same already.
    pub left: Vec<Item>,
}

/// One row that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is, for people: `project`, `client`.
    pub kind: &'static str,
    /// Where it stands in the file.
    pub path: String,
    /// Its id.
    pub id: Uuid,
    /// Its name; `None` for people, whose names belong in no log.
    pub name: Option<String>,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        write!(f, " ({})", self.path)
    }
}

/// Why a file was not applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The file does not fit what is stored, or breaks a rule.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// Our own failure.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for ApplyError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes the store say what `workspace` says; with `dry_run`, only reports what would happen. Blocks until it is on disk:
/// never call it inside an async task.
///
/// # Errors
/// [`ApplyError::Misfit`] with the path of the first value that does not fit.
pub fn apply(engine: &Arc<Engine>, workspace: Workspace, dry_run: bool) -> Result<Report, ApplyError> {
    let passwords = passwords::prepare(engine, &workspace)?;
    let origin = Origin::inside(engine.issuer().clone());
    let (results, result) = mpsc::sync_channel(1);
    let inner = Arc::clone(engine);
    let outcome = engine.transact(origin, move |cx| {
        let mut run = Run {
            engine: &inner,
            passwords: &passwords,
            report: Report::default(),
            seen: HashMap::new(),
            names: ClientNames::default(),
        };
        let applied = run.workspace(cx, &workspace).map(|()| run.report);
        let keep = applied.is_ok() && !dry_run;
        // A result is only lost if nobody waits for it.
        let _ = results.send(applied);
        // A value that does not fit is what rolls a request back without being a fault.
        if keep { Ok(()) } else { invalid("workspace", Sentence::english("not applied")) }
    });
    match outcome.wait() {
        Ok(()) | Err(Stop::Unfit(_)) => {
            rates::adopt(engine).map_err(fault)?;
            result.recv().map_err(|_| Fault::Panicked)?
        }
        Err(stop) => Err(fault(stop).into()),
    }
}

/// One run over a file.
struct Run<'a> {
    engine: &'a Engine,
    passwords: &'a Passwords,
    report: Report,
    /// Rows named so far, with their place.
    seen: HashMap<Uuid, String>,
    /// The names of clients.
    names: ClientNames,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Added,
    Changed,
    Left,
}

impl Effect {
    const fn changed(changed: bool) -> Self {
        if changed { Self::Changed } else { Self::Left }
    }

    fn or_changed(self, changed: bool) -> Self {
        if self == Self::Left { Self::changed(changed) } else { self }
    }
}

impl Run<'_> {
    fn workspace(&mut self, cx: &mut Cx<'_>, workspace: &Workspace) -> Result<(), ApplyError> {
        if let Some(limits) = workspace.rate_limits {
            at("rateLimits", rates::set(cx, limits))?;
        }
        for (at, project) in workspace.projects.iter().enumerate() {
            let path = format!("projects[{at}]");
            let before = (self.report.added.len(), self.report.changed.len());
            let id = self.project(cx, project, &path)?;
            for (at, policy) in project.access_policies.iter().enumerate() {
                self.policy(cx, id, policy, &format!("{path}.accessPolicies[{at}]"))?;
            }
            // A Custom API Client is linked to an API that is there.
            for (at, api) in project.apis.iter().enumerate() {
                self.api(cx, id, api, &format!("{path}.apis[{at}]"))?;
            }
            for (at, client) in project.clients.iter().enumerate() {
                self.client(cx, id, client, &format!("{path}.clients[{at}]"))?;
            }
            for (at, member) in project.members.iter().enumerate() {
                self.member(cx, id, member, &format!("{path}.members[{at}]"))?;
            }
            for (at, client) in project.management_clients.iter().enumerate() {
                self.management_client(cx, id, client, &format!("{path}.managementClients[{at}]"))?;
            }
            for (at, connection) in project.connections.iter().enumerate() {
                self.connection(cx, id, connection, &format!("{path}.connections[{at}]"))?;
            }
            for (at, grant) in project.client_grants.iter().enumerate() {
                self.client_grant(cx, id, grant, &format!("{path}.clientGrants[{at}]"))?;
            }
            let (added, changed) = (self.report.added.len() - before.0, self.report.changed.len() - before.1);
            if added + changed > 0 {
                cx.about = About { project: Some(id), ..About::default() };
                let after = Some(json!({ "added": added, "changed": changed }));
                cx.event(EventKind::WorkspaceApplied, EventBody { after, ..EventBody::default() })?;
            }
        }
        Ok(())
    }

    /// Notes that the value at `path` names the row `id`, which nothing before may have named.
    fn names(&mut self, id: Uuid, path: &str) -> Result<(), Misfit> {
        match self.seen.insert(id, path.to_owned()) {
            None => Ok(()),
            Some(earlier) => Err(Misfit::new(path, sentence!("names the same row as {earlier}", earlier))),
        }
    }

    fn note(&mut self, effect: Effect, item: Item) {
        match effect {
            Effect::Added => self.report.added.push(item),
            Effect::Changed => self.report.changed.push(item),
            Effect::Left => self.report.left.push(item),
        }
    }
}

/// Gives an admin's mistake its place in the file; anything else is a fault.
fn at<T>(path: &str, outcome: Outcome<T>) -> Result<T, ApplyError> {
    outcome.map_err(|stop| match stop {
        Stop::Unfit(unfit) => {
            // The services name a project's and a client's name differently; in the file it is one member.
            let path = match unfit.field {
                None => path.to_owned(),
                Some("projectName") => format!("{path}.name"),
                Some(field) => format!("{path}.{field}"),
            };
            Misfit::new(path, unfit.message).into()
        }
        other => fault(other).into(),
    })
}

fn fault(stop: Stop) -> Fault {
    match stop {
        Stop::Fault(fault) => fault,
        Stop::Refused(_) => Fault::Inconsistent("a workspace file was refused like a request"),
        Stop::Unfit(_) => Fault::Inconsistent("a workspace file that does not fit was not said to"),
    }
}
