//! Search parameters: FHIR R4 "Search", as far as the auth slice has them.
//!
//! The same terms filter a search and an access policy's `criteria`. A parameter that is not in the table is refused, never
//! overlooked: an overlooked one would find more than was asked for.

use serde_json::Value;

use crate::fhir::{Resource, ResourceType};
use crate::fold::fold;

/// How a parameter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The id.
    Id,
    /// FHIR `string`: begins with, without case and diacritics.
    Text,
    /// FHIR `token`: `value`, `system|value`, `|value` or `system|`.
    Token,
    /// FHIR `reference`: `Type/id` or the id.
    Reference,
    /// The same text; dates as they were written.
    Exact,
    /// Medplum's `_compartment`: the resource itself, or whose it is.
    Compartment,
}

/// A parameter of a type: its name, how it compares, and where its values stand.
type Parameter = (&'static str, Kind, &'static str);

const COMMON: &[Parameter] =
    &[("_id", Kind::Id, "id"), ("identifier", Kind::Token, "identifier"), ("_tag", Kind::Token, "meta.tag")];
const NAMED: &[Parameter] = &[("name", Kind::Text, "name")];
const MEMBERSHIP: &[Parameter] = &[
    ("profile", Kind::Reference, "profile"),
    ("user", Kind::Reference, "user"),
    ("project", Kind::Reference, "project"),
    ("access-policy", Kind::Reference, "accessPolicy"),
    ("external-id", Kind::Token, "externalId"),
];
const PERSON: &[Parameter] = &[
    ("name", Kind::Text, "name"),
    ("family", Kind::Text, "name.family"),
    ("given", Kind::Text, "name.given"),
    ("gender", Kind::Token, "gender"),
    ("active", Kind::Token, "active"),
    ("birthdate", Kind::Exact, "birthDate"),
    ("email", Kind::Token, "telecom"),
    ("phone", Kind::Token, "telecom"),
    ("_compartment", Kind::Compartment, ""),
];
const PATIENT: &[Parameter] = &[
    ("organization", Kind::Reference, "managingOrganization"),
    ("general-practitioner", Kind::Reference, "generalPractitioner"),
];
const LAUNCH: &[Parameter] =
    &[("patient", Kind::Reference, "patient"), ("encounter", Kind::Reference, "encounter")];
const RELATED_PERSON: &[Parameter] = &[("patient", Kind::Reference, "patient")];

fn parameters(resource_type: ResourceType) -> impl Iterator<Item = &'static Parameter> {
    let own: [&[Parameter]; 2] = match resource_type {
        ResourceType::ClientApplication | ResourceType::AccessPolicy | ResourceType::Project => [NAMED, &[]],
        ResourceType::ProjectMembership => [MEMBERSHIP, &[]],
        ResourceType::Patient => [PERSON, PATIENT],
        ResourceType::RelatedPerson => [PERSON, RELATED_PERSON],
        ResourceType::Practitioner => [PERSON, &[]],
        ResourceType::SmartAppLaunch => [LAUNCH, &[]],
    };
    COMMON.iter().chain(own.into_iter().flatten())
}

/// The names of the parameters of a type.
pub fn names(resource_type: ResourceType) -> Vec<&'static str> {
    parameters(resource_type).map(|(name, ..)| *name).collect()
}

/// One condition: one of `values` is among the values of the parameter, or none is with `:not`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    name: &'static str,
    kind: Kind,
    path: &'static str,
    not: bool,
    values: Vec<String>,
}

/// The parameter is not one of this type, or has a modifier other than `:not`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no search parameter of the type")]
pub struct UnknownParameter;

impl Term {
    /// Reads one `name=value` of a search. Commas separate alternatives; an escaped one (`\,`) is part of a value.
    pub fn parse(resource_type: ResourceType, name: &str, value: &str) -> Result<Self, UnknownParameter> {
        let (name, not) = match name.split_once(':') {
            None => (name, false),
            Some((name, "not")) => (name, true),
            Some(_) => return Err(UnknownParameter),
        };
        let found = parameters(resource_type).find(|(own, ..)| *own == name);
        let (name, kind, path) = *found.ok_or(UnknownParameter)?;
        Ok(Self { name, kind, path, not, values: alternatives(value) })
    }

    /// The name of the parameter.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The alternatives, unless the term asks for the opposite: a store may look for these first.
    pub fn positive_values(&self) -> Option<&[String]> {
        (!self.not).then_some(self.values.as_slice())
    }

    /// Whether a resource fits.
    pub fn matches(&self, resource: &Resource) -> bool {
        let found = if self.kind == Kind::Compartment {
            self.values.iter().any(|wanted| is_in_compartment(resource, wanted))
        } else {
            let mut leaves = Vec::new();
            collect(resource, self.path, &mut leaves);
            leaves.iter().any(|leaf| self.values.iter().any(|wanted| self.leaf_matches(leaf, wanted)))
        };
        found != self.not
    }

    fn leaf_matches(&self, leaf: &Value, wanted: &str) -> bool {
        match self.kind {
            Kind::Id | Kind::Exact => leaf.as_str() == Some(wanted),
            Kind::Text => texts(leaf).iter().any(|text| begins(text, wanted)),
            Kind::Token => self.fits_contact(leaf) && token_matches(leaf, wanted),
            Kind::Reference => reference_matches(leaf, wanted),
            Kind::Compartment => false,
        }
    }

    /// `email` and `phone` look at contact points of that system only.
    fn fits_contact(&self, leaf: &Value) -> bool {
        !matches!(self.name, "email" | "phone")
            || leaf.get("system").and_then(Value::as_str) == Some(self.name)
    }
}

/// The parts between commas.
fn alternatives(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ',' => parts.push(String::new()),
            '\\' => {
                if let (Some(last), Some(next)) = (parts.last_mut(), letters.next()) {
                    last.push(next);
                }
            }
            letter => {
                if let Some(last) = parts.last_mut() {
                    last.push(letter);
                }
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The values at a dotted path, looking into every element of arrays on the way.
fn collect<'a>(resource: &'a Resource, path: &str, leaves: &mut Vec<&'a Value>) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(value) = resource.get(first) else { return };
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for value in values {
        match (rest, value) {
            (None, value) => leaves.push(value),
            (Some(rest), Value::Object(members)) => collect(members, rest, leaves),
            (Some(_), _) => {}
        }
    }
}

/// The names in a human name, or the text itself.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| matches!(name.as_str(), "text" | "family" | "given"))
            .flat_map(|(_, value)| texts(value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Whether the text, or a word in it, begins with what is wanted.
fn begins(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (fold(text), fold(wanted));
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    text.starts_with(&wanted) || words.any(|word| word.starts_with(&wanted))
}

fn token_matches(leaf: &Value, wanted: &str) -> bool {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Bool(yes)) => Some(yes.to_string()),
        _ => None,
    };
    let (system, value) = match leaf {
        Value::Object(members) => {
            (text(members.get("system")), text(members.get("value").or_else(|| members.get("code"))))
        }
        other => (None, text(Some(other))),
    };
    match wanted.split_once('|') {
        None => value.as_deref() == Some(wanted),
        Some(("", wanted)) => system.is_none() && value.as_deref() == Some(wanted),
        Some((wanted_system, "")) => system.as_deref() == Some(wanted_system),
        Some((wanted_system, wanted)) => {
            system.as_deref() == Some(wanted_system) && value.as_deref() == Some(wanted)
        }
    }
}

fn reference_matches(leaf: &Value, wanted: &str) -> bool {
    let reference = leaf.get("reference").and_then(Value::as_str);
    reference.is_some_and(|reference| {
        reference == wanted
            || (!wanted.contains('/') && reference.rsplit_once('/').is_some_and(|(_, id)| id == wanted))
    })
}

/// Whether a resource belongs to `wanted`, such as `Patient/<id>`: it is that resource, is about that patient, or was
/// counted to its account.
pub fn is_in_compartment(resource: &Resource, wanted: &str) -> bool {
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    if let (Some(resource_type), Some(id)) = (text("resourceType"), text("id"))
        && wanted.strip_prefix(resource_type).and_then(|rest| rest.strip_prefix('/')) == Some(id)
    {
        return true;
    }
    let mut leaves = Vec::new();
    for path in ["patient", "meta.account", "meta.accounts"] {
        collect(resource, path, &mut leaves);
    }
    leaves.iter().any(|leaf| leaf.get("reference").and_then(Value::as_str) == Some(wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patient() -> Resource {
        let value = json!({
            "resourceType": "Patient", "id": "p1", "active": true, "gender": "female", "birthDate": "1980-12-31",
            "name": [{ "use": "official", "given": ["Ana", "María"], "family": "O'Neil Ångström" }],
            "identifier": [{ "system": "urn:mrn", "value": "42" }, { "value": "loose" }],
            "telecom": [{ "system": "email", "value": "ana@example.org" }, { "system": "phone", "value": "+1" }],
            "managingOrganization": { "reference": "Organization/o1" },
            "meta": { "tag": [{ "system": "urn:t", "code": "vip" }], "account": { "reference": "Organization/o9" } },
        });
        let Value::Object(resource) = value else { panic!("an object") };
        resource
    }

    fn finds(name: &str, value: &str) -> bool {
        let term = Term::parse(ResourceType::Patient, name, value).unwrap_or_else(|_| panic!("{name}"));
        term.matches(&patient())
    }

    #[test]
    fn each_kind_of_parameter_compares_in_its_way() {
        for (name, value, expected) in [
            ("_id", "p1", true),
            ("_id", "p", false),
            ("_id", "x,p1", true),
            ("_id", "", false),
            ("name", "ana", true),
            ("name", "MARIA", true),
            ("name", "angst", true),
            ("name", "ngström", false),
            ("name", "official", false),
            ("family", "o'n", true),
            ("family", "ana", false),
            ("given", "mar", true),
            ("identifier", "42", true),
            ("identifier", "4", false),
            ("identifier", "urn:mrn|42", true),
            ("identifier", "urn:other|42", false),
            ("identifier", "urn:mrn|", true),
            ("identifier", "|loose", true),
            ("identifier", "|42", false),
            ("gender", "female", true),
            ("gender:not", "female", false),
            ("gender:not", "male", true),
            ("active", "true", true),
            ("birthdate", "1980-12-31", true),
            ("birthdate", "1980", false),
            ("email", "ana@example.org", true),
            ("phone", "ana@example.org", false),
            ("phone", "+1", true),
            ("organization", "Organization/o1", true),
            ("organization", "o1", true),
            ("organization", "Organization/o", false),
            ("_tag", "urn:t|vip", true),
            ("_tag", "vip", true),
            ("_compartment", "Patient/p1", true),
            ("_compartment", "Patient/p", false),
            ("_compartment", "Organization/o9", true),
            ("_compartment", "Organization/o1", false),
        ] {
            assert_eq!(finds(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn parameters_that_are_not_there_are_refused() {
        for (resource_type, name) in [
            (ResourceType::Patient, "profile"),
            (ResourceType::Patient, "name:contains"),
            (ResourceType::Patient, "organization.name"),
            (ResourceType::Patient, "_has"),
            (ResourceType::ClientApplication, "secret"),
            (ResourceType::ProjectMembership, "name"),
            (ResourceType::Practitioner, "patient"),
        ] {
            assert_eq!(
                Term::parse(resource_type, name, "x"),
                Err(UnknownParameter),
                "{resource_type} {name}"
            );
        }
    }

    #[test]
    fn commas_separate_and_can_be_escaped() {
        assert_eq!(alternatives(r"a\,b,c,,\\"), ["a,b", "c", r"\"]);
        assert_eq!(alternatives("\\"), Vec::<String>::new());
    }

    #[test]
    fn a_related_person_belongs_to_the_patient_and_a_practitioner_to_nobody() {
        let related =
            json!({ "resourceType": "RelatedPerson", "id": "r1", "patient": { "reference": "Patient/p1" } });
        assert!(is_in_compartment(related.as_object().unwrap(), "Patient/p1"));
        assert!(!is_in_compartment(related.as_object().unwrap(), "Patient/p2"));
        let staff = json!({ "resourceType": "Practitioner", "id": "p1" });
        assert!(
            !is_in_compartment(staff.as_object().unwrap(), "Patient/p1"),
            "another type with the same id"
        );
    }
}
