//! Reading the JSON bodies of the My Account API: every member has bounds, and there are no others.

use serde_json::{Map, Value};

/// What is wrong with a member: an item of `validation_errors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The member.
    pub field: String,
    /// What it has to be.
    pub detail: String,
}

/// A body on its way through; collects everything that is wrong.
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    wrong: Vec<Invalid>,
}

impl<'a> Fields<'a> {
    /// Begins with the members that are allowed.
    pub fn new(body: &'a Value, allowed: &[&str]) -> Result<Self, Vec<Invalid>> {
        let Some(members) = body.as_object() else {
            return Err(vec![Invalid {
                field: String::new(),
                detail: "the body is no JSON object".to_owned(),
            }]);
        };
        let mut fields = Self { members, wrong: Vec::new() };
        for name in members.keys().filter(|name| !allowed.contains(&name.as_str())) {
            let name: String = name.chars().take(64).collect();
            fields.refuse(&name, "is not a member of this request");
        }
        Ok(fields)
    }

    /// Notes that a member is wrong.
    pub fn refuse(&mut self, field: &str, detail: &str) {
        self.wrong.push(Invalid { field: field.to_owned(), detail: format!("{field} {detail}") });
    }

    /// A member, `null` being none.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text between two lengths, in characters.
    pub fn text(&mut self, name: &str, shortest: usize, longest: usize) -> Option<String> {
        let value = self.get(name)?;
        let fits = |text: &&str| (shortest..=longest).contains(&text.chars().count()) && !text.contains('\0');
        let found = value.as_str().filter(fits);
        if found.is_none() {
            self.refuse(name, &format!("must be a text of {shortest} to {longest} characters"));
        }
        found.map(str::to_owned)
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &str, shortest: usize, longest: usize) -> String {
        if self.get(name).is_none() {
            self.refuse(name, "is required");
            return String::new();
        }
        self.text(name, shortest, longest).unwrap_or_default()
    }

    /// Ends: what was read, or everything that is wrong.
    pub fn finish<T>(self, read: T) -> Result<T, Vec<Invalid>> {
        if self.wrong.is_empty() { Ok(read) } else { Err(self.wrong) }
    }
}
