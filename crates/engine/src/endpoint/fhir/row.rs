//! Rows of the store as FHIR resources, whatever their kind.

use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{access_policy, client_application, person, project, project_membership, smart_app_launch};
use crate::cx::Cx;
use crate::engine::Engine;
use crate::fhir::{Resource, ResourceType};
use crate::id::Id;
use crate::model::membership::ProfileRef;
use crate::model::{AccessPolicy, Client, Membership, Profile, Project, SmartAppLaunch};
use crate::refusal::Refusal;
use crate::service::{access_policies, clients, people, smart_app_launches};
use crate::stop::{Outcome, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;

/// A row that is a resource.
pub(super) enum Row {
    Client(Arc<Client>),
    Membership(Arc<Membership>),
    Policy(Arc<AccessPolicy>),
    Person(ResourceType, Box<Profile>),
    Launch(Box<SmartAppLaunch>),
    Project(Arc<Project>),
}

impl Row {
    /// The row of the project with this id. One of another project is not there.
    pub(super) fn find(
        tx: &dyn Tx,
        own: Id<Project>,
        resource_type: ResourceType,
        id: Uuid,
    ) -> Outcome<Option<Self>> {
        if let Some(profile_type) = resource_type.profile_type() {
            let reference = ProfileRef { resource_type: profile_type, id: Id::from_uuid(id) };
            let found = tx.profile(reference)?.filter(|row| row.project == own);
            return Ok(found.map(|row| Self::Person(resource_type, Box::new(row))));
        }
        Ok(match resource_type {
            ResourceType::ClientApplication => {
                tx.client(Id::from_uuid(id))?.filter(|row| row.project == own).map(Self::Client)
            }
            ResourceType::ProjectMembership => {
                tx.membership(Id::from_uuid(id))?.filter(|row| row.project == own).map(Self::Membership)
            }
            ResourceType::AccessPolicy => {
                tx.access_policy(Id::from_uuid(id))?.filter(|row| row.project == own).map(Self::Policy)
            }
            ResourceType::SmartAppLaunch => {
                let found = tx.smart_app_launch(Id::from_uuid(id))?.filter(|row| row.project == own);
                found.map(|row| Self::Launch(Box::new(row)))
            }
            _ => tx.project(Id::from_uuid(id))?.filter(|row| row.id == own).map(Self::Project),
        })
    }

    pub(super) const fn resource_type(&self) -> ResourceType {
        match self {
            Self::Client(_) => ResourceType::ClientApplication,
            Self::Membership(_) => ResourceType::ProjectMembership,
            Self::Policy(_) => ResourceType::AccessPolicy,
            Self::Person(resource_type, _) => *resource_type,
            Self::Launch(_) => ResourceType::SmartAppLaunch,
            Self::Project(_) => ResourceType::Project,
        }
    }

    /// The whole resource, without version and without any secret.
    pub(super) fn resource(&self, tx: &dyn Tx) -> Outcome<Resource> {
        Ok(match self {
            Self::Client(row) => client_application::resource(row),
            Self::Membership(row) => project_membership::resource(tx, row)?,
            Self::Policy(row) => access_policy::resource(row),
            Self::Person(_, row) => row.resource.clone(),
            Self::Launch(row) => smart_app_launch::resource(row),
            Self::Project(row) => project::resource(row),
        })
    }

    /// When the row was last changed, where the store keeps it.
    pub(super) fn last_updated(&self) -> Option<Timestamp> {
        match self {
            Self::Client(row) => Some(row.updated_at),
            _ => None,
        }
    }

    pub(super) fn create(
        cx: &mut Cx<'_>,
        engine: &Engine,
        own: Id<Project>,
        resource_type: ResourceType,
        id: Uuid,
        body: Resource,
    ) -> Outcome<Self> {
        if let Some(profile_type) = resource_type.profile_type() {
            let reference = ProfileRef { resource_type: profile_type, id: Id::from_uuid(id) };
            let row = person::create(cx, own, resource_type, reference, body)?;
            return Ok(Self::Person(resource_type, Box::new(row)));
        }
        match resource_type {
            ResourceType::ClientApplication => {
                let new = client_application::create(cx, engine, own, Id::from_uuid(id), body)?;
                Ok(Self::Client(Arc::new(new)))
            }
            ResourceType::ProjectMembership => {
                let new = project_membership::create(cx, own, Id::from_uuid(id), body)?;
                Ok(Self::Membership(Arc::new(new)))
            }
            ResourceType::AccessPolicy => {
                let new = access_policy::create(cx, own, Id::from_uuid(id), body)?;
                Ok(Self::Policy(Arc::new(new)))
            }
            ResourceType::SmartAppLaunch => {
                let new = smart_app_launch::create(cx, own, Id::from_uuid(id), body)?;
                Ok(Self::Launch(Box::new(new)))
            }
            _ => refuse(Refusal::PolicyForbids, "projects are not made over FHIR"),
        }
    }

    pub(super) fn update(self, cx: &mut Cx<'_>, engine: &Engine, body: Resource) -> Outcome<Self> {
        let (resource_type, own, id) = match self {
            Self::Client(row) => {
                client_application::update(cx, engine, &row, body)?;
                (ResourceType::ClientApplication, row.project, row.id.uuid())
            }
            Self::Membership(row) => {
                project_membership::update(cx, &row, body)?;
                (ResourceType::ProjectMembership, row.project, row.id.uuid())
            }
            Self::Policy(row) => {
                access_policy::update(cx, &row, body)?;
                (ResourceType::AccessPolicy, row.project, row.id.uuid())
            }
            Self::Person(resource_type, row) => {
                person::update(cx, resource_type, &row, body)?;
                (resource_type, row.project, row.reference.id.uuid())
            }
            Self::Launch(row) => {
                smart_app_launch::update(cx, &row, body)?;
                (ResourceType::SmartAppLaunch, row.project, row.id.uuid())
            }
            Self::Project(row) => {
                project::update(cx, &row, body)?;
                (ResourceType::Project, row.id, row.id.uuid())
            }
        };
        match Self::find(cx.tx, own, resource_type, id)? {
            Some(row) => Ok(row),
            None => refuse(Refusal::ResourceNotFound, ""),
        }
    }

    pub(super) fn delete(self, cx: &mut Cx<'_>) -> Outcome<()> {
        match self {
            Self::Client(row) => clients::delete(cx, &row).map(drop),
            Self::Membership(row) => people::delete(cx, &row),
            Self::Policy(row) => access_policies::delete(cx, &row),
            Self::Person(_, row) => people::delete_profile(cx, &row),
            Self::Launch(row) => smart_app_launches::delete(cx, &row),
            Self::Project(_) => refuse(Refusal::PolicyForbids, "projects are not deleted over FHIR"),
        }
    }
}

/// The version of a resource: the same text, the same version. In the form of a UUID, as Medplum's are.
pub(super) fn version(resource: &Resource) -> String {
    let text = serde_json::to_vec(resource).unwrap_or_default();
    let digest = Sha256::digest(&text);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// Takes out of `meta` what is the server's to say; takes `meta` out when nothing is left.
pub(super) fn strip_meta(resource: &mut Resource) {
    let Some(Value::Object(meta)) = resource.get_mut("meta") else { return };
    for member in ["versionId", "lastUpdated", "project", "author", "onBehalfOf", "compartment"] {
        meta.shift_remove(member);
    }
    if meta.is_empty() {
        resource.shift_remove("meta");
    }
}

/// The beginning of a resource.
pub(super) fn head(resource_type: ResourceType, id: Uuid) -> Resource {
    let mut resource = Map::new();
    resource.insert("resourceType".into(), resource_type.as_str().into());
    resource.insert("id".into(), id.to_string().into());
    resource
}

/// What a body says beyond its head.
pub(super) fn without_head(mut body: Resource) -> Resource {
    body.shift_remove("resourceType");
    body.shift_remove("id");
    body
}
