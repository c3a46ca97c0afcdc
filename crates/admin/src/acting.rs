//! In whose name the window acts: the project's first admin; in desk mode, whoever works at the desk.

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::ProfileType;
use anteroom_engine::model::{Membership, Project};
use anteroom_engine::stop::Outcome;
use anteroom_engine::store::{PeopleFilter, Tx, Window};

/// The project, and who acts in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acting {
    pub(crate) project: Id<Project>,
    /// `None` when the project has no admin who is a person.
    pub(crate) member: Option<Id<Membership>>,
    /// Whether the window is locked to the desk.
    pub(crate) desk: bool,
}

/// Members read at a time.
const SLICE: u32 = 500;

/// The oldest project and its oldest active admin among the practitioners; nothing before the first start is done.
/// `known` is who it was last time: still good, it saves the search.
pub(crate) fn find(tx: &dyn Tx, known: Option<Id<Membership>>) -> Outcome<Option<Acting>> {
    let Some(project) = tx.list_projects()?.into_iter().next() else { return Ok(None) };
    if let Some(desk) = project.settings.desk_mode {
        return Ok(Some(Acting { project: project.id, member: Some(desk.member), desk: true }));
    }
    if let Some(known) = known {
        let still = tx.membership(known)?;
        if still.is_some_and(|member| member.project == project.id && member.admin && member.active) {
            return Ok(Some(Acting { project: project.id, member: Some(known), desk: false }));
        }
    }
    Ok(Some(Acting { project: project.id, member: first_admin(tx, project.id, None)?, desk: false }))
}

/// The oldest active admin among the practitioners, `except` aside.
pub(crate) fn first_admin(
    tx: &dyn Tx,
    project: Id<Project>,
    except: Option<Id<Membership>>,
) -> Outcome<Option<Id<Membership>>> {
    let filter = PeopleFilter { profile_type: Some(ProfileType::Practitioner), ..PeopleFilter::default() };
    let mut oldest: Option<Membership> = None;
    for offset in (0..).step_by(SLICE as usize) {
        let slice = tx.list_people(project, &filter, Window { offset, limit: SLICE })?;
        let last = slice.rows.len() < SLICE as usize;
        let admins = slice
            .rows
            .into_iter()
            .map(|row| row.membership)
            .filter(|member| member.admin && member.active && Some(member.id) != except);
        oldest = oldest.into_iter().chain(admins).min_by_key(|member| (member.created_at, member.id));
        if last {
            break;
        }
    }
    Ok(oldest.map(|member| member.id))
}
