//! `SmartAppLaunch`: kept whole. Its id is the `launch` of an authorization request.

use super::row::{head, without_head};
use crate::cx::Cx;
use crate::fhir::{Resource, ResourceType};
use crate::id::Id;
use crate::model::{Project, SmartAppLaunch};
use crate::service::smart_app_launches;
use crate::stop::Outcome;

pub(super) fn resource(launch: &SmartAppLaunch) -> Resource {
    let mut resource = head(ResourceType::SmartAppLaunch, launch.id.uuid());
    resource.extend(launch.resource.clone());
    resource
}

pub(super) fn create(
    cx: &mut Cx<'_>,
    project: Id<Project>,
    id: Id<SmartAppLaunch>,
    body: Resource,
) -> Outcome<SmartAppLaunch> {
    let launch = SmartAppLaunch { id, project, resource: without_head(body), created_at: cx.now };
    smart_app_launches::create(cx, &launch)?;
    Ok(launch)
}

pub(super) fn update(cx: &mut Cx<'_>, before: &SmartAppLaunch, body: Resource) -> Outcome<()> {
    smart_app_launches::update(cx, before, without_head(body))
}
