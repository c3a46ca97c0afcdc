//! `AccessPolicy.resource.criteria`: a search, with variables that stand for the member.

use crate::fhir::search::{self, Term};
use crate::fhir::{Resource, ResourceType};
use crate::model::Membership;

use super::own_patient;

/// What the variables of a policy stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    profile: Option<String>,
    patient: Option<String>,
}

/// Longest names first, so that `%profile.id` is not read as `%profile`.
const NAMES: [&str; 4] = ["%profile.id", "%patient.id", "%profile", "%patient"];

impl Variables {
    /// Those of a member.
    pub fn of(member: &Membership) -> Self {
        Self { profile: Some(member.profile.to_string()), patient: own_patient(member) }
    }

    /// With a value for each: to find out whether criteria can be read at all.
    pub fn of_anybody() -> Self {
        let some = Some("Patient/00000000-0000-4000-8000-000000000000".to_owned());
        Self { profile: some.clone(), patient: some }
    }

    /// The member's own patient.
    pub fn patient(&self) -> Option<&str> {
        self.patient.as_deref()
    }

    fn value(&self, name: &str) -> Option<&str> {
        let reference =
            if name.starts_with("%profile") { &self.profile } else { &self.patient }.as_deref()?;
        if matches!(name, "%profile.id" | "%patient.id") {
            reference.split_once('/').map(|(_, id)| id)
        } else {
            Some(reference)
        }
    }

    /// A text with its variables replaced.
    ///
    /// # Errors
    /// A variable that is not known, or that stands for nothing with this member: a practitioner has no `%patient`.
    pub fn fill(&self, text: &str) -> Result<String, CriteriaError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(name) = NAMES.into_iter().find(|name| rest.starts_with(name)) {
                filled.push_str(self.value(name).ok_or(CriteriaError::Unset)?);
                rest = &rest[name.len()..];
            } else if rest.bytes().skip(1).take(2).filter(u8::is_ascii_hexdigit).count() == 2 {
                filled.push_str(&rest[..3]);
                rest = &rest[3..];
            } else {
                return Err(CriteriaError::Variable);
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// Why criteria match nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CriteriaError {
    /// Not `Type?name=value`.
    #[error("criteria are written as {0}?name=value")]
    Form(String),
    /// A variable nobody knows.
    #[error("a variable is one of %profile, %profile.id, %patient, %patient.id")]
    Variable,
    /// A variable that stands for nothing with this member.
    #[error("a variable stands for nothing with this member")]
    Unset,
    /// A parameter that cannot be evaluated.
    #[error("{0:?} is no search parameter of this type; there are {1}")]
    Parameter(String, String),
}

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
        let pairs = pairs(&variables.fill(query)?).ok_or_else(form)?;
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
