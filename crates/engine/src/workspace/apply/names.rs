//! Clients by their names, as the file means them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anteroom_sentence::sentence;

use super::ApplyError;
use crate::cx::Cx;
use crate::id::Id;
use crate::model::{Client, Project};
use crate::store::{ClientFilter, Window};
use crate::workspace::Misfit;
use crate::workspace::file::WorkspaceClient;

/// The ids of clients by name, read once for each project: a look through all of them for every client of a large file
/// would keep the writer from everybody for minutes, a preview's included.
#[derive(Default)]
pub(super) struct ClientNames(HashMap<Id<Project>, HashMap<String, Vec<Id<Client>>>>);

impl ClientNames {
    /// The client that the file means, by its id or its name.
    pub(super) fn find(
        &mut self,
        cx: &Cx<'_>,
        project: Id<Project>,
        file: &WorkspaceClient,
        path: &str,
    ) -> Result<Option<Client>, ApplyError> {
        if let Some(id) = file.id {
            let client = cx.tx.client(id)?;
            if client.as_ref().is_some_and(|client| client.project != project) {
                return Err(Misfit::new(
                    format!("{path}.id"),
                    sentence!("belongs to a client of another project"),
                )
                .into());
            }
            return Ok(client.map(|client| (*client).clone()));
        }
        match self.of(cx, project)?.get(file.name.trim()).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([only]) => Ok(cx.tx.client(*only)?.map(|client| (*client).clone())),
            Some(_) => {
                Err(Misfit::new(path, sentence!("several clients have this name; give the id")).into())
            }
        }
    }

    fn of(
        &mut self,
        cx: &Cx<'_>,
        project: Id<Project>,
    ) -> Result<&mut HashMap<String, Vec<Id<Client>>>, ApplyError> {
        Ok(match self.0.entry(project) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => {
                let all = Window { offset: 0, limit: u32::MAX };
                let mut names: HashMap<String, Vec<Id<Client>>> = HashMap::new();
                for row in cx.tx.list_clients(project, &ClientFilter::default(), all)?.rows {
                    names.entry(row.client.name.clone()).or_default().push(row.client.id);
                }
                unread.insert(names)
            }
        })
    }

    /// Notes that a client has this name from now on, and `before` no longer.
    pub(super) fn note(&mut self, project: Id<Project>, id: Id<Client>, before: Option<&str>, name: &str) {
        // Names that were not read yet are read as they are then.
        let Some(names) = self.0.get_mut(&project).filter(|_| before != Some(name)) else { return };
        if let Some(others) = before.and_then(|before| names.get_mut(before)) {
            others.retain(|other| *other != id);
        }
        names.entry(name.to_owned()).or_default().push(id);
    }
}
