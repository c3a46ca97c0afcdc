//! In whose name the window acts: the project's first admin; in desk mode, whoever works at the desk.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Membership, Project};
use anteroom_engine::stop::Outcome;
use anteroom_engine::store::Tx;

/// The project, and who acts in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acting {
    pub(crate) project: Id<Project>,
    /// `None` when the project has no admin who is a person.
    pub(crate) member: Option<Id<Membership>>,
    /// Whether the window is locked to the desk.
    pub(crate) desk: bool,
}

/// The oldest project and its oldest admin; nothing before the first start is done.
pub(crate) fn find(tx: &dyn Tx) -> Outcome<Option<Acting>> {
    let Some(project) = tx.list_projects()?.into_iter().next() else { return Ok(None) };
    let (member, desk) = match &project.settings.desk_mode {
        Some(desk) => (Some(desk.member), true),
        None => (tx.oldest_admin(project.id, None)?.map(|admin| admin.id), false),
    };
    Ok(Some(Acting { project: project.id, member, desk }))
}
