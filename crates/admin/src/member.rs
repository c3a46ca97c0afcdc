//! The person that a request names by membership.

use std::sync::Arc;

use anteroom_engine::id::Id;
use anteroom_engine::model::membership::Principal;
use anteroom_engine::model::{Membership, Project};
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_engine::store::Tx;
use anteroom_sentence::sentence;

/// The person of the project with this membership; a client's membership is none.
///
/// # Errors
/// Unfit, naming `field` of the request.
pub(crate) fn person(
    tx: &dyn Tx,
    project: Id<Project>,
    id: &str,
    field: &'static str,
) -> Outcome<Arc<Membership>> {
    let found = match Id::parse(id) {
        Some(id) => tx.membership(id)?,
        None => None,
    };
    let is_person = |member: &Membership| matches!(member.principal, Principal::User(_));
    match found.filter(|member| member.project == project && is_person(member)) {
        Some(member) => Ok(member),
        None => invalid(field, sentence!("There is no person with the membership {id:?}.", id)),
    }
}
