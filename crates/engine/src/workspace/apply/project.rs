//! A project of the file.

use super::{ApplyError, Effect, Item, Run, at};
use crate::cx::{About, Cx};
use crate::id::Id;
use crate::model::Project;
use crate::model::project::{Dialect, ProjectSettings};
use crate::service::projects;
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
                return Err(Misfit::new(path, format!("{host:?} is not written host:port")).into());
            }
        }
        let stored = match find(cx.tx, file)?.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => return Err(Misfit::new(path, "several projects have this name; give the id").into()),
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
        preauthorize_per_minute: file.preauthorize_per_minute.or_stored(stored.preauthorize_per_minute),
        // what the file cannot name stays
        ..stored.clone()
    }
}

/// `host:port` as it stands in a URL: no scheme, no path, no user name.
fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let port_fits = port.parse::<u16>().is_ok_and(|number| number != 0 && number.to_string() == port);
    let parsed = url::Url::parse(&format!("http://{host}/"));
    port_fits && parsed.is_ok_and(|url| url.host_str() == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outbound_hosts_are_a_host_and_a_port() {
        for (text, fits) in [
            ("127.0.0.1:9099", true),
            ("idp.example.org:443", true),
            ("[::1]:9099", true),
            ("idp.example.org", false),
            ("idp.example.org:0", false),
            ("idp.example.org:65536", false),
            ("idp.example.org:0443", false),
            ("http://idp.example.org:443", false),
            ("idp.example.org/x:443", false),
            ("user@idp.example.org:443", false),
            ("IDP.example.org:443", false),
            (":443", false),
            ("", false),
        ] {
            assert_eq!(is_host_and_port(text), fits, "{text:?}");
        }
    }
}
