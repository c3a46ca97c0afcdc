//! Members of a resource that a policy hides or keeps as they are: `hiddenFields` and `readonlyFields`.
//!
//! A field is a member (`birthDate`) or a path (`name.family`), which reaches into every element of arrays.

use serde_json::Value;

use crate::fhir::Resource;

/// Members that are never hidden: without them a resource is none.
const ALWAYS: [&str; 3] = ["resourceType", "id", "meta"];

/// Takes the fields out.
pub fn hide(resource: &mut Resource, fields: &[String]) {
    for field in fields.iter().filter(|field| !ALWAYS.contains(&field.as_str())) {
        remove(resource, field);
    }
}

fn remove(resource: &mut Resource, path: &str) {
    let Some((first, rest)) = path.split_once('.') else {
        resource.shift_remove(path);
        return;
    };
    match resource.get_mut(first) {
        Some(Value::Object(members)) => remove(members, rest),
        Some(Value::Array(values)) => {
            for members in values.iter_mut().filter_map(Value::as_object_mut) {
                remove(members, rest);
            }
        }
        _ => {}
    }
}

/// Gives the fields the values they had: what a caller may not see or change stays, whatever it sent. A path keeps its whole
/// first member, because elements of arrays have no names to be told apart by.
pub fn keep(resource: &mut Resource, before: Option<&Resource>, fields: &[String]) {
    for field in fields.iter().filter(|field| !ALWAYS.contains(&field.as_str())) {
        let member = field.split('.').next().unwrap_or(field);
        match before.and_then(|before| before.get(member)) {
            Some(value) => {
                resource.insert(member.to_owned(), value.clone());
            }
            None => {
                resource.shift_remove(member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(value: Value) -> Resource {
        let Value::Object(resource) = value else { panic!("an object") };
        resource
    }

    fn fields(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn hidden_fields_are_gone_and_others_stay() {
        let mut shown = resource(json!({
            "resourceType": "Patient", "id": "1", "birthDate": "1980", "gender": "male",
            "name": [{ "family": "Doe", "given": ["Pat"] }, { "family": "Roe" }], "contact": { "phone": "1", "name": "x" },
        }));
        hide(
            &mut shown,
            &fields(&["birthDate", "name.family", "contact.phone", "id", "resourceType", "not.there"]),
        );
        let expected = json!({
            "resourceType": "Patient", "id": "1", "gender": "male",
            "name": [{ "given": ["Pat"] }, {}], "contact": { "name": "x" },
        });
        assert_eq!(Value::Object(shown), expected);
    }

    #[test]
    fn kept_fields_cannot_be_changed_added_or_removed() {
        let before =
            resource(json!({ "birthDate": "1980", "name": [{ "family": "Doe" }], "gender": "male" }));
        let names = fields(&["birthDate", "name.family", "active", "meta"]);
        for sent in
            [json!({ "birthDate": "1999", "name": [], "active": true, "gender": "female" }), json!({})]
        {
            let mut after = resource(sent.clone());
            keep(&mut after, Some(&before), &names);
            assert_eq!(after.get("birthDate"), Some(&json!("1980")));
            assert_eq!(after.get("name"), Some(&json!([{ "family": "Doe" }])));
            assert_eq!(after.get("active"), None);
            assert_eq!(after.get("gender"), sent.get("gender"), "others are the caller's");
        }
        let mut new = resource(json!({ "birthDate": "1999", "gender": "male" }));
        keep(&mut new, None, &names);
        assert_eq!(Value::Object(new), json!({ "gender": "male" }), "a new resource gets none of them");
    }
}
