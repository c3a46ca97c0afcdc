//! `ProjectMembership`: who belongs to a project, with which rights.

use std::fmt;

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
    /// When it was made.
    pub created_at: Timestamp,
}

impl Membership {
    /// Whether this member may issue magic links and take them back: project admins, and members with the desk right,
    /// which allows that and nothing else.
    pub const fn may_issue_links(&self) -> bool {
        self.active && (self.admin || self.desk)
    }

    /// `sub` of tokens for this member: the user's id, or the client's.
    pub fn subject(&self) -> String {
        match self.principal {
            Principal::User(id) => id.to_string(),
            Principal::Client(id) => id.to_string(),
        }
    }
}
