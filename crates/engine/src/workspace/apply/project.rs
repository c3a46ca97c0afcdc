//! A project of the file.

use anteroom_sentence::sentence;

use super::{ApplyError, Effect, Item, Run, at};
use crate::cx::{About, Cx};
use crate::id::Id;
use crate::model::Project;
use crate::model::project::{Dialect, ProjectSettings};
use crate::service::projects::{self, is_host_and_port};
use crate::store::{StoreResult, Tx};
use crate::workspace::Misfit;
use crate::workspace::file::WorkspaceProject;

impl Run<'_> {
    pub(super) fn project(
        &mut self,
        cx: &mut Cx<'_>,
        file: &WorkspaceProject,
        path: &str,
    ) -> Result<Id<Project>, ApplyError> {
        cx.about = About::default();
        for (index, host) in file.allowed_outbound_hosts.value().into_iter().flatten().enumerate() {
            if !is_host_and_port(host) {
                let path = format!("{path}.allowedOutboundHosts[{index}]");
                return Err(Misfit::new(path, sentence!("{host:?} is not written host:port", host)).into());
            }
        }
        let stored = match find(cx.tx, file)?.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => {
                return Err(
                    Misfit::new(path, sentence!("several projects have this name; give the id")).into()
                );
            }
        };
        let (id, effect) = match stored {
            None => {
                let dialect = file.dialect.or_default(Dialect::default(), Dialect::default());
                let settings = settings(file, &ProjectSettings::default());
                let created = projects::create(cx, file.id, &file.name, dialect, settings);
                (at(path, created)?.id, Effect::Added)
            }
            Some(before) => {
                let after = Project {
                    name: file.name.trim().to_owned(),
                    dialect: file.dialect.or_default(before.dialect, Dialect::default()),
                    settings: settings(file, &before.settings),
                    ..before.clone()
                };
                let changed = at(path, projects::update(cx, &before, &after))?;
                (before.id, Effect::changed(changed))
            }
        };
        self.names(id.uuid(), path)?;
        let name = Some(file.name.trim().to_owned());
        self.note(effect, Item { kind: "project", path: path.to_owned(), id: id.uuid(), name });
        Ok(id)
    }
}

/// The projects that a project of the file may mean.
pub(super) fn find(tx: &dyn Tx, file: &WorkspaceProject) -> StoreResult<Vec<Project>> {
    if let Some(id) = file.id {
        return Ok(tx.project(id)?.iter().map(|project| (**project).clone()).collect());
    }
    let named = |project: &Project| project.name == file.name.trim();
    Ok(tx
        .list_projects()?
        .iter()
        .filter(|project| named(project))
        .map(|project| (**project).clone())
        .collect())
}

fn settings(file: &WorkspaceProject, stored: &ProjectSettings) -> ProjectSettings {
    ProjectSettings {
        revoke_on_replay: file.revoke_on_replay.or_stored(stored.revoke_on_replay),
        allowed_outbound_hosts: file
            .allowed_outbound_hosts
            .or_default(stored.allowed_outbound_hosts.clone(), Vec::new()),
        domain_configurations: file
            .domain_configurations
            .or_default(stored.domain_configurations.clone(), Vec::new()),
        preauthorize_per_minute: file.preauthorize_per_minute.or_stored(stored.preauthorize_per_minute),
        // what the file cannot name stays
        ..stored.clone()
    }
}
