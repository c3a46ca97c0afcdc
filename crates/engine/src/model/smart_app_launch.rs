//! `SmartAppLaunch`: what was on the screen of an EHR when it launched an app (SMART App Launch 2.2, "Launch context").

use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::Project;
use crate::timestamp::Timestamp;

/// A launch: its id is the value of `launch`.
#[derive(Debug, Clone, PartialEq)]
pub struct SmartAppLaunch {
    /// Id.
    pub id: Id<SmartAppLaunch>,
    /// Project.
    pub project: Id<Project>,
    /// The whole resource but its type and its id: `patient`, `encounter`, `fhirContext`, and what nobody here knows.
    pub resource: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl SmartAppLaunch {
    /// What `patient` or `encounter` refers to, such as `Patient/<id>`.
    pub fn reference(&self, member: &str) -> Option<&str> {
        self.resource.get(member)?.get("reference")?.as_str()
    }

    /// The value of the identifier that stands in the reference.
    pub fn identifier(&self, member: &str) -> Option<&str> {
        self.resource.get(member)?.get("identifier")?.get("value")?.as_str()
    }

    /// The id of what is referred to.
    pub fn referenced_id(&self, member: &str) -> Option<&str> {
        self.reference(member)?.rsplit_once('/').map(|(_, id)| id)
    }
}
