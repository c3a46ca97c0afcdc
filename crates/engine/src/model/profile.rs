//! Profiles: `Patient`, `Practitioner`, `RelatedPerson`.

use serde_json::{Map, Value};

use crate::id::Id;
use crate::model::Project;
use crate::model::membership::ProfileRef;
use crate::timestamp::Timestamp;

/// A profile with its whole resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Type and id.
    pub reference: ProfileRef,
    /// Project.
    pub project: Id<Project>,
    /// The FHIR resource, whole, so that unknown members survive.
    pub resource: Map<String, Value>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Profile {
    /// Display name from the first `name`: its `text`, or given names and family name.
    pub fn display(&self) -> String {
        let Some(name) = self.resource.get("name").and_then(|names| names.get(0)) else {
            return self.reference.to_string();
        };
        if let Some(text) = name.get("text").and_then(Value::as_str) {
            return text.to_owned();
        }
        let mut words: Vec<&str> = Vec::new();
        if let Some(given) = name.get("given").and_then(Value::as_array) {
            words.extend(given.iter().filter_map(Value::as_str));
        }
        words.extend(name.get("family").and_then(Value::as_str));
        if words.is_empty() { self.reference.to_string() } else { words.join(" ") }
    }

    /// `birthDate`.
    pub fn birth_date(&self) -> Option<&str> {
        self.resource.get("birthDate").and_then(Value::as_str)
    }

    /// Value of the first `identifier`.
    pub fn identifier(&self) -> Option<&str> {
        self.resource.get("identifier")?.get(0)?.get("value")?.as_str()
    }
}

/// First name and initial, for screens that others can see: `Pat D.`
pub fn short_name(display: &str) -> String {
    let mut words = display.split_whitespace();
    let Some(first) = words.next() else { return String::new() };
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_show_one_initial() {
        for (display, short) in
            [("Pat Doe", "Pat D."), ("Ana Maria Cruz", "Ana C."), ("Cher", "Cher"), ("", "")]
        {
            assert_eq!(short_name(display), short);
        }
    }
}
