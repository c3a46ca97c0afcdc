//! `AccessPolicy.resource.criteria`: a search, with variables that stand for the member, or for what its membership says.

use anteroom_sentence::{Sentence, sentence};

use crate::fhir::search::{self, Term};
use crate::fhir::{Resource, ResourceType};
use crate::model::Membership;
use crate::model::membership::AccessParameter;

use super::own_patient;

/// What the variables of a policy stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    profile: Option<String>,
    patient: Option<String>,
    parameters: Vec<(String, String)>,
    /// Every name stands for something.
    anything: bool,
}

/// A value for every name.
const ANYTHING: &str = "Patient/00000000-0000-4000-8000-000000000000";

/// Whether a text can be the name of a variable.
pub fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Variables {
    /// Those of a member.
    pub fn of(member: &Membership) -> Self {
        Self { profile: Some(member.profile.to_string()), patient: own_patient(member), ..Self::default() }
    }

    /// With a value for each: to find out whether criteria can be read at all.
    pub fn of_anybody() -> Self {
        Self { anything: true, ..Self::default() }
    }

    /// With what an entry of the membership's `access` says beside.
    #[must_use]
    pub fn with(mut self, parameters: &[AccessParameter]) -> Self {
        let said = parameters.iter().filter_map(|own| Some((own.name.clone(), own.value()?.to_owned())));
        self.parameters.extend(said);
        self
    }

    /// The member's own patient.
    pub fn patient(&self) -> Option<&str> {
        self.patient.as_deref()
    }

    /// What a name stands for, a parameter before the member itself.
    fn value(&self, name: &str) -> Option<&str> {
        let parameter = self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        parameter
            .or(match name {
                "profile" => self.profile.as_deref(),
                "patient" => self.patient.as_deref(),
                _ => None,
            })
            .or(self.anything.then_some(ANYTHING))
    }

    /// A text with its variables replaced.
    ///
    /// # Errors
    /// A variable that stands for nothing with this member: a practitioner has no `%patient`.
    pub fn fill(&self, text: &str) -> Result<String, CriteriaError> {
        self.fill_with(text, String::push_str)
    }

    /// The same for a query, in which a value stays one value.
    fn fill_query(&self, text: &str) -> Result<String, CriteriaError> {
        self.fill_with(text, |filled, value| {
            // [FHIR-R4 §3.1.1.5.7] a comma or a backslash in a value is part of it
            let value = value.replace('\\', r"\\").replace(',', r"\,");
            filled.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
        })
    }

    fn fill_with(&self, text: &str, push: impl Fn(&mut String, &str)) -> Result<String, CriteriaError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            filled.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let (name, behind) = after.split_at(end.unwrap_or(after.len()));
            let escaped = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
            let value = if is_variable(name) { self.value(name) } else { None };
            match value {
                // A name that begins like an escaped byte is one only where it stands for something.
                _ if escaped && (value.is_none() || self.anything) => {
                    filled.push_str(&rest[at..at + 3]);
                    rest = &after[2..];
                }
                Some(value) => {
                    let id = behind.strip_prefix(".id").filter(|rest| !continues(rest));
                    if let Some(behind) = id {
                        push(&mut filled, value.split_once('/').ok_or(CriteriaError::Unset)?.1);
                        rest = behind;
                    } else {
                        push(&mut filled, value);
                        rest = behind;
                    }
                }
                None if is_variable(name) => return Err(CriteriaError::Unset),
                None => return Err(CriteriaError::Variable),
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// Whether a name goes on here.
fn continues(rest: &str) -> bool {
    rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Why criteria match nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CriteriaError {
    /// Not `Type?name=value`.
    Form(String),
    /// No variable.
    Variable,
    /// A variable that stands for nothing with this member.
    Unset,
    /// A parameter that cannot be evaluated.
    Parameter(String, String),
}

impl From<&CriteriaError> for Sentence {
    fn from(error: &CriteriaError) -> Self {
        match error {
            CriteriaError::Form(kind) => sentence!("criteria are written as {kind}?name=value", kind),
            CriteriaError::Variable => sentence!(
                "a variable is %profile, %patient, or % and a name that a membership gives a value; .id may follow"
            ),
            CriteriaError::Unset => sentence!("a variable stands for nothing with this member"),
            CriteriaError::Parameter(name, known) => {
                sentence!("{name:?} is no search parameter of this type; there are {known}", name, known)
            }
        }
    }
}

anteroom_sentence::displayed!(CriteriaError);

/// Criteria, ready to be held against resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria(Vec<Term>);

impl Criteria {
    /// Reads criteria for one type.
    pub fn parse(
        resource_type: ResourceType,
        text: &str,
        variables: &Variables,
    ) -> Result<Self, CriteriaError> {
        let form = || CriteriaError::Form(resource_type.to_string());
        let (named, query) = text.split_once('?').ok_or_else(form)?;
        if named != "*" && named != resource_type.as_str() {
            return Err(form());
        }
        let pairs = pairs(&variables.fill_query(query)?).ok_or_else(form)?;
        // A variable without a value whose name begins like an escaped byte was left as one. A name begins with a letter, so
        // that byte is no text.
        if !variables.anything && pairs.iter().any(|(_, value)| value.contains(char::REPLACEMENT_CHARACTER)) {
            return Err(CriteriaError::Unset);
        }
        let term = |(name, value): &(String, String)| {
            Term::parse(resource_type, name, value)
                .map_err(|_| CriteriaError::Parameter(name.clone(), search::names(resource_type).join(", ")))
        };
        Ok(Self(pairs.iter().map(term).collect::<Result<_, _>>()?))
    }

    /// Whether a resource matches all terms.
    pub fn matches(&self, resource: &Resource) -> bool {
        self.0.iter().all(|term| term.matches(resource))
    }
}

/// The `name=value` pairs of a query, decoded; `None` when there is none, or one without a name or a value.
pub(super) fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let whole = pairs.iter().all(|(name, value)| !name.is_empty() && !value.is_empty());
    (!pairs.is_empty() && whole).then_some(pairs)
}
