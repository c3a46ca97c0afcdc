//! The resource types that are here. There is no other: this is an authorization server, not a FHIR server.

use std::fmt;

use crate::model::membership::ProfileType;

/// A resource type of the auth slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceType {
    /// An OAuth client.
    ClientApplication,
    /// Who belongs to the project.
    ProjectMembership,
    /// What a member may do.
    AccessPolicy,
    /// A patient.
    Patient,
    /// Staff.
    Practitioner,
    /// Somebody who acts for a patient.
    RelatedPerson,
    /// What was on the screen of an EHR when it launched an app.
    SmartAppLaunch,
    /// The project itself.
    Project,
}

impl ResourceType {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ClientApplication,
        Self::ProjectMembership,
        Self::AccessPolicy,
        Self::Patient,
        Self::Practitioner,
        Self::RelatedPerson,
        Self::SmartAppLaunch,
        Self::Project,
    ];

    /// The name in FHIR and Medplum.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientApplication => "ClientApplication",
            Self::ProjectMembership => "ProjectMembership",
            Self::AccessPolicy => "AccessPolicy",
            Self::Patient => "Patient",
            Self::Practitioner => "Practitioner",
            Self::RelatedPerson => "RelatedPerson",
            Self::SmartAppLaunch => "SmartAppLaunch",
            Self::Project => "Project",
        }
    }

    /// From the name; `None` for a type that is not here.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == name)
    }

    /// The kind of profile, if it is one of a person.
    pub const fn profile_type(self) -> Option<ProfileType> {
        match self {
            Self::Patient => Some(ProfileType::Patient),
            Self::Practitioner => Some(ProfileType::Practitioner),
            Self::RelatedPerson => Some(ProfileType::RelatedPerson),
            Self::ClientApplication
            | Self::ProjectMembership
            | Self::AccessPolicy
            | Self::SmartAppLaunch
            | Self::Project => None,
        }
    }

    /// Whether only a project admin may see it at all; a policy cannot give it to anybody else.
    pub const fn is_admin_only(self) -> bool {
        matches!(self, Self::Project | Self::ProjectMembership)
    }

    /// Whether only a project admin may write it. Whoever writes clients or policies gives rights away: a client with an
    /// identity provider of its own could sign in as anybody.
    pub const fn is_written_by_admins_only(self) -> bool {
        matches!(self, Self::Project | Self::ProjectMembership | Self::ClientApplication | Self::AccessPolicy)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
