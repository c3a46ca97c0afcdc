//! `Patient`, `Practitioner` and `RelatedPerson`: kept whole.

use crate::cx::Cx;
use crate::fhir::{Resource, ResourceType, form};
use crate::id::Id;
use crate::model::membership::ProfileRef;
use crate::model::{Profile, Project};
use crate::service::people;
use crate::stop::Outcome;

pub(super) fn create(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    resource_type: ResourceType,
    reference: ProfileRef,
    body: Resource,
) -> Outcome<Profile> {
    form::check_person(resource_type, &body)?;
    people::create_profile(cx, project, reference, body)
}

pub(super) fn update(
    cx: &mut Cx<'_>,
    resource_type: ResourceType,
    before: &Profile,
    body: Resource,
) -> Outcome<()> {
    form::check_person(resource_type, &body)?;
    people::update_profile(cx, before, body).map(drop)
}
