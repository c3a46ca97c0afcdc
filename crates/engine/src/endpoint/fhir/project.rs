//! `Project`: its name and what nobody here knows. Settings that decide something are changed in the window only.

use anteroom_sentence::Sentence;
use serde::Deserialize as _;
use serde_json::Value;

use super::row::{head, without_head};
use crate::cx::Cx;
use crate::fhir::{Resource, ResourceType, form};
use crate::model::Project;
use crate::model::project::ProjectSettings;
use crate::service::projects;
use crate::stop::{Outcome, invalid};

pub(super) fn resource(project: &Project) -> Resource {
    let mut resource = head(ResourceType::Project, project.id.uuid());
    resource.insert("name".into(), project.name.clone().into());
    resource.extend(project.settings.extra.clone());
    resource
}

pub(super) fn update(cx: &mut Cx<'_>, before: &Project, body: Resource) -> Outcome<()> {
    form::check_depth(&body)?;
    let mut extra = without_head(body);
    let name = match extra.shift_remove("name") {
        Some(Value::String(name)) => name.trim().to_owned(),
        _ => return invalid("name", Sentence::english("Missing required property")),
    };
    // A member with the name of a setting would become that setting when the row is read again.
    let absorbed = match ProjectSettings::deserialize(Value::Object(extra.clone())) {
        Ok(settings) => settings.extra != extra,
        Err(_) => true,
    };
    if absorbed || extra.contains_key("dialect") {
        return invalid("settings", Sentence::english("Settings of the project are not changed over FHIR."));
    }
    let settings = ProjectSettings { extra, ..before.settings.clone() };
    projects::update(cx, before, &Project { name, settings, ..before.clone() }).map(drop)
}
