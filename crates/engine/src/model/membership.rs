//! `ProjectMembership`: who belongs to a project, with which rights.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::model::{AccessPolicy, Client, Profile, Project, User};
use crate::timestamp::Timestamp;

/// Whose membership it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// A person's.
    User(Id<User>),
    /// A client application's own.
    Client(Id<Client>),
}

/// Kind of profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileType {
    /// `Patient`.
    Patient,
    /// `Practitioner`.
    Practitioner,
    /// `RelatedPerson`.
    RelatedPerson,
    /// `ClientApplication`: the profile of a client's own membership is the client.
    ClientApplication,
}

impl ProfileType {
    /// The FHIR resource type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Practitioner => "Practitioner",
            Self::RelatedPerson => "RelatedPerson",
            Self::ClientApplication => "ClientApplication",
        }
    }

    /// From the FHIR resource type.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Patient, Self::Practitioner, Self::RelatedPerson, Self::ClientApplication]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A profile reference: `Patient/<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProfileRef {
    /// Resource type.
    pub resource_type: ProfileType,
    /// Resource id.
    pub id: Id<Profile>,
}

impl ProfileRef {
    /// Reads `Type/<uuid>`; anything else, a relative path included, is no reference.
    pub fn parse(text: &str) -> Option<Self> {
        let (resource_type, id) = text.split_once('/')?;
        Some(Self { resource_type: ProfileType::parse(resource_type)?, id: Id::parse(id)? })
    }
}

impl fmt::Display for ProfileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.resource_type.as_str(), self.id)
    }
}

/// A membership.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// Id.
    pub id: Id<Membership>,
    /// Project.
    pub project: Id<Project>,
    /// Whose.
    pub principal: Principal,
    /// Profile. For a client's own membership the profile id is the client id.
    pub profile: ProfileRef,
    /// Display name of the profile, or the client's name, kept here because every token answer shows it.
    pub display: String,
    /// Project admin.
    pub admin: bool,
    /// May issue magic links, and nothing else.
    pub desk: bool,
    /// Inactive members get nothing.
    pub active: bool,
    /// Subject at an identity provider; unique in the project.
    pub external_id: Option<String>,
    /// Access policy.
    pub access_policy: Option<Id<AccessPolicy>>,
    /// Further access policies (`access`): what any of them allows is allowed.
    pub access: Vec<MembershipAccess>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An entry of `ProjectMembership.access`: an access policy, and what the variables in it stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipAccess {
    /// The policy.
    pub policy: Id<AccessPolicy>,
    /// Values of its variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<AccessParameter>,
}

/// A variable of an access policy and its one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessParameter {
    /// Name, without the `%`.
    pub name: String,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_string: Option<String>,
    /// A reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_reference: Option<ParameterReference>,
}

/// A reference as the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterReference {
    /// `Type/id`.
    pub reference: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

impl AccessParameter {
    /// The value; `None` when there is none, or two.
    pub fn value(&self) -> Option<&str> {
        match (&self.value_string, &self.value_reference) {
            (Some(text), None) => Some(text),
            (None, Some(reference)) => Some(&reference.reference),
            _ => None,
        }
    }
}

impl Membership {
    /// All access policies, in order, each with the values of its variables.
    pub fn policies(&self) -> impl Iterator<Item = (Id<AccessPolicy>, &[AccessParameter])> {
        let first = self.access_policy.map(|policy| (policy, &[] as &[AccessParameter]));
        first.into_iter().chain(self.access.iter().map(|own| (own.policy, own.parameter.as_slice())))
    }

    /// Whether this member may issue magic links and take them back: project admins, and members with the desk right,
    /// which allows that and nothing else.
    pub const fn may_issue_links(&self) -> bool {
        self.active && (self.admin || self.desk)
    }

    /// Whether this member may issue a magic link that signs in as `other`, or take one in hand. A link is a sign-in: the
    /// desk right alone reaches patients and those who care for them, while these have no right of their own, so that
    /// nobody gets more rights by it than the desk has.
    pub fn may_issue_link_for(&self, other: &Self) -> bool {
        let cared_for =
            matches!(other.profile.resource_type, ProfileType::Patient | ProfileType::RelatedPerson);
        let without_rights = cared_for && !other.admin && !other.desk;
        self.may_issue_links() && (self.admin || other.id == self.id || without_rights)
    }

    /// `sub` of tokens for this member: the user's id, or the client's.
    pub fn subject(&self) -> String {
        match self.principal {
            Principal::User(id) => id.to_string(),
            Principal::Client(id) => id.to_string(),
        }
    }
}
