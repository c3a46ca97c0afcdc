//! What a resource must look like to be stored. Members nobody knows are kept as they came; members the engine reads must
//! have their form, because pages, tokens and searches rely on them.

use anteroom_sentence::Sentence;
use serde_json::Value;

use crate::fhir::{Resource, ResourceType};
use crate::stop::{Outcome, invalid};

/// Objects and arrays inside each other at most.
pub const DEEPEST: usize = 32;
/// Longest text that is searched for or shown in a list.
const LONGEST_WORD: usize = 1_000;

/// FHIR `AdministrativeGender`.
const GENDERS: [&str; 4] = ["male", "female", "other", "unknown"];

#[derive(Clone, Copy)]
enum Form {
    Text,
    Bool,
    Object,
    Objects,
    Gender,
}

/// Members of people the engine reads.
const PERSON: &[(&str, Form)] = &[
    ("active", Form::Bool),
    ("birthDate", Form::Text),
    ("gender", Form::Gender),
    ("name", Form::Objects),
    ("identifier", Form::Objects),
    ("telecom", Form::Objects),
    ("address", Form::Objects),
    ("communication", Form::Objects),
    ("managingOrganization", Form::Object),
    ("generalPractitioner", Form::Objects),
    ("meta", Form::Object),
];

/// Checks depth and forms of a resource of a person. The date of birth is checked where it is stored.
///
/// # Refusals
/// `invalid`, naming the member.
pub fn check_person(resource_type: ResourceType, resource: &Resource) -> Outcome<()> {
    check_depth(resource)?;
    for (member, form) in PERSON {
        if let Some(value) = resource.get(*member) {
            check_form(member, *form, value)?;
        }
    }
    // A RelatedPerson has one patient, and a Patient has none.
    if resource_type == ResourceType::RelatedPerson
        && let Some(patient) = resource.get("patient")
    {
        check_form("patient", Form::Object, patient)?;
    }
    let names = resource.get("name").and_then(Value::as_array).into_iter().flatten();
    for name in names {
        check_name(name)?;
    }
    Ok(())
}

/// A human name: `text` and `family` are texts, `given` is a list of them.
fn check_name(name: &Value) -> Outcome<()> {
    for member in ["text", "family"] {
        if let Some(value) = name.get(member) {
            check_form("name", Form::Text, value)?;
        }
    }
    let Some(given) = name.get("given") else { return Ok(()) };
    let Some(given) = given.as_array() else {
        return invalid("name", Sentence::english("Expected array of values for property given"));
    };
    given.iter().try_for_each(|value| check_form("name", Form::Text, value))
}

fn check_form(member: &'static str, form: Form, value: &Value) -> Outcome<()> {
    let fits = match form {
        Form::Text => value.as_str().is_some_and(|text| text.len() <= LONGEST_WORD),
        Form::Bool => value.is_boolean(),
        Form::Object => value.is_object(),
        Form::Objects => value.as_array().is_some_and(|values| values.iter().all(Value::is_object)),
        Form::Gender => value.as_str().is_some_and(|word| GENDERS.contains(&word)),
    };
    if fits {
        return Ok(());
    }
    let rule = match form {
        Form::Text => format!("{member} must be a text of at most {LONGEST_WORD} bytes"),
        Form::Bool => format!("{member} must be true or false"),
        Form::Object => format!("{member} must be an object"),
        Form::Objects => format!("Expected array of values for property {member}"),
        Form::Gender => format!("{member} must be male, female, other or unknown"),
    };
    invalid(member, Sentence::english(rule))
}

/// Objects and arrays are not inside each other without end.
pub fn check_depth(resource: &Resource) -> Outcome<()> {
    if resource.values().all(|value| is_flat(value, DEEPEST)) {
        Ok(())
    } else {
        invalid("resourceType", Sentence::english(format!("The resource has more than {DEEPEST} levels.")))
    }
}

/// Whether no more than `levels` objects and arrays are inside each other. Looks no deeper than that.
pub(crate) fn is_flat(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(values) => levels > 0 && values.iter().all(|value| is_flat(value, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|value| is_flat(value, levels - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stop::Stop;

    fn wrong(value: Value) -> Option<&'static str> {
        let Value::Object(resource) = value else { panic!("an object") };
        match check_person(ResourceType::RelatedPerson, &resource) {
            Ok(()) => None,
            Err(Stop::Unfit(unfit)) => unfit.field,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_engine_reads_has_its_form_and_the_rest_is_free() {
        for (value, field) in [
            (json!({}), None),
            (
                json!({ "name": [{ "given": ["Ana"], "family": "Cruz", "odd": 1 }], "unknown": { "deep": [1] } }),
                None,
            ),
            (json!({ "name": {} }), Some("name")),
            (json!({ "name": "Ana" }), Some("name")),
            (json!({ "name": [{ "given": "Ana" }] }), Some("name")),
            (json!({ "name": [{ "given": [1] }] }), Some("name")),
            (json!({ "name": [{ "family": ["x"] }] }), Some("name")),
            (json!({ "name": [{ "family": "x".repeat(1_001) }] }), Some("name")),
            (json!({ "active": "yes" }), Some("active")),
            (json!({ "gender": "F" }), Some("gender")),
            (json!({ "gender": "unknown" }), None),
            (json!({ "birthDate": 1980 }), Some("birthDate")),
            (json!({ "identifier": ["42"] }), Some("identifier")),
            (json!({ "telecom": null }), Some("telecom")),
            (json!({ "patient": "Patient/1" }), Some("patient")),
            (json!({ "meta": [] }), Some("meta")),
        ] {
            assert_eq!(wrong(value.clone()), field, "{value}");
        }
    }

    #[test]
    fn a_resource_has_a_bottom() {
        let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(wrong(json!({ "x": nested(DEEPEST) })), None);
        assert_eq!(wrong(json!({ "x": nested(DEEPEST + 1) })), Some("resourceType"));
    }
}
