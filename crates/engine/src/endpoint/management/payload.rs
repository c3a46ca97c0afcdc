//! Reading bodies as Auth0 does: which members there are, of which form, and what is said when one is wrong.

use serde_json::{Map, Value};

use super::trouble::{Halt, Said, trouble};

/// Most characters of a value that is repeated in a message.
const LONGEST_SHOWN: usize = 100;

/// The form of a member.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// A text with this many characters at least and at most.
    Text(usize, usize),
    /// A text without `<` and `>`.
    Name(usize),
    /// `true` or `false`.
    Bool,
    /// A whole number from here to there.
    Whole(u64, u64),
    /// A word of a list.
    Word(&'static [&'static str]),
    /// A list of this many different texts at most, each of this many characters at most.
    Texts(usize, usize),
    /// A list of this many objects at most.
    Objects(usize),
    /// An object.
    Object,
}

/// A member of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Name.
    pub(super) name: &'static str,
    /// Form.
    pub(super) form: Form,
    /// What it is, for messages.
    pub(super) says: &'static str,
    /// Whether `null` is a value.
    pub(super) nullable: bool,
}

/// A member.
pub(super) const fn field(name: &'static str, form: Form, says: &'static str) -> Field {
    Field { name, form, says, nullable: false }
}

/// A member that may be `null`.
pub(super) const fn nullable(name: &'static str, form: Form, says: &'static str) -> Field {
    Field { name, form, says, nullable: true }
}

/// 400 `invalid_body`.
pub(super) fn wrong(what: &str) -> Halt {
    trouble(400, "invalid_body", format!("Payload validation error: '{what}'."))
}

/// 400 `invalid_body` about one member.
pub(super) fn wrong_at(what: &str, name: &str, says: &str) -> Halt {
    let message = format!("Payload validation error: '{what}' on property {name} ({says}).");
    trouble(400, "invalid_body", message)
}

/// 400 `invalid_uri` about the id in the path.
pub(super) fn wrong_id(what: &str, says: &str) -> Halt {
    let message = format!("Path validation error: '{what}' on property id ({says}).");
    trouble(400, "invalid_uri", message)
}

fn shown(text: &str) -> String {
    text.chars().take(LONGEST_SHOWN).filter(|character| !character.is_control()).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The members of a body: an object with no others than these, those that are required, each of its form.
pub(super) fn object<'a>(
    body: &'a Value,
    fields: &[&[Field]],
    required: &[&str],
) -> Said<&'a Map<String, Value>> {
    let Some(members) = body.as_object() else {
        return Err(wrong(&format!("Expected type object but found type {}", kind(body))));
    };
    let known = |name: &str| fields.iter().flat_map(|fields| fields.iter()).find(|field| field.name == name);
    let unknown: Vec<String> =
        members.keys().filter(|name| known(name).is_none()).take(10).map(|name| shown(name)).collect();
    if !unknown.is_empty() {
        return Err(wrong(&format!("Additional properties not allowed: {}", unknown.join(","))));
    }
    if let Some(missing) = required.iter().find(|name| !members.contains_key(**name)) {
        return Err(wrong(&format!("Missing required property: {missing}")));
    }
    for (name, value) in members {
        if let Some(field) = known(name) {
            check(field, value)?;
        }
    }
    Ok(members)
}

fn check(field: &Field, value: &Value) -> Said<()> {
    if field.nullable && value.is_null() {
        return Ok(());
    }
    let at = |what: &str| Err(wrong_at(what, field.name, field.says));
    let expected = match field.form {
        Form::Text(..) | Form::Name(_) | Form::Word(_) => "string",
        Form::Bool => "boolean",
        Form::Whole(..) => "integer",
        Form::Texts(..) | Form::Objects(_) => "array",
        Form::Object => "object",
    };
    if kind(value) != expected {
        return at(&format!("Expected type {expected} but found type {}", kind(value)));
    }
    match (field.form, value) {
        (Form::Text(least, most), Value::String(text)) => match text_problem(text, least, most) {
            Some(problem) => at(&problem),
            None => Ok(()),
        },
        (Form::Name(most), Value::String(text)) => match text_problem(text, 1, most) {
            Some(problem) => at(&problem),
            None if text.contains(['<', '>']) => {
                at(&format!("String does not match pattern ^[^<>]+$: {}", shown(text)))
            }
            None => Ok(()),
        },
        (Form::Word(words), Value::String(text)) if !words.contains(&text.as_str()) => {
            at(&format!("No enum match for: \"{}\"", shown(text)))
        }
        (Form::Whole(least, most), Value::Number(number)) => match number.as_u64() {
            Some(number) if (least..=most).contains(&number) => Ok(()),
            _ => at(&format!("Value {number} is outside of {least} to {most}")),
        },
        (Form::Texts(most, longest), Value::Array(values)) => texts(field, values, most, longest),
        (Form::Objects(most), Value::Array(values)) => {
            if values.len() > most {
                return at(&format!("Array is too long ({}), maximum {most}", values.len()));
            }
            match values.iter().find(|value| !value.is_object()) {
                Some(other) => at(&format!("Expected type object but found type {}", kind(other))),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn text_problem(text: &str, least: usize, most: usize) -> Option<String> {
    let length = text.chars().count();
    if length < least {
        Some(format!("String is too short ({length} chars), minimum {least}"))
    } else if length > most {
        Some(format!("String is too long ({length} chars), maximum {most}"))
    } else if text.contains('\0') {
        Some("String holds a zero character".to_owned())
    } else {
        None
    }
}

fn texts(field: &Field, values: &[Value], most: usize, longest: usize) -> Said<()> {
    let at = |what: &str| Err(wrong_at(what, field.name, field.says));
    if values.len() > most {
        return at(&format!("Array is too long ({}), maximum {most}", values.len()));
    }
    let mut seen = std::collections::HashMap::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let Some(text) = value.as_str() else {
            return at(&format!("Expected type string but found type {}", kind(value)));
        };
        if let Some(problem) = text_problem(text, 1, longest) {
            return at(&problem);
        }
        if let Some(earlier) = seen.insert(text, index) {
            return at(&format!("Array items are not unique (indexes {earlier} and {index})"));
        }
    }
    Ok(())
}

/// The texts of a member that [`object`] has checked.
pub(super) fn list(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A text that [`object`] has checked.
pub(super) fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    members.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A switch that [`object`] has checked.
pub(super) fn flag(members: &Map<String, Value>, name: &str) -> Option<bool> {
    members.get(name).and_then(Value::as_bool)
}

/// Whether a member asks for something: neither absent nor `null`, `false` or empty.
pub(super) fn asks(members: &Map<String, Value>, name: &str) -> bool {
    match members.get(name) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(values)) => !values.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
        Some(_) => true,
    }
}
